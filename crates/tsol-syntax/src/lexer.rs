//! Text to tokens. Never fails: what is not a token becomes [`TokenKind::Error`] and a diagnostic.

use crate::ast::{Doc, StringKind};
use crate::codes::{E0101, E0102, E0103, E0107, E0109, E0110};
use crate::diag::{Code, Diagnostics};
use crate::span::{FileId, Span};
use crate::token::{Keyword, Punct, Token, TokenKind, classify_word};

/// Result of [`lex`].
#[derive(Clone, Debug)]
pub struct Lexed {
    /// Tokens in order; the last one is [`TokenKind::Eof`].
    pub tokens: Vec<Token>,
    /// NatSpec comments, named by [`Token::doc`].
    pub docs: Vec<Doc>,
    /// Places of all comments, NatSpec included.
    pub comments: Vec<Span>,
}

/// Cuts a text into tokens.
pub fn lex(file: FileId, text: &str, diags: &Diagnostics) -> Lexed {
    let out = Lexed { tokens: Vec::new(), docs: Vec::new(), comments: Vec::new() };
    let mut lexer = Lexer { file, text, pos: 0, diags, out, doc: None };
    // A byte order mark is an editor's habit, not part of the language.
    if text.starts_with('\u{feff}') {
        lexer.pos = '\u{feff}'.len_utf8();
    }
    while lexer.pos < text.len() {
        lexer.step();
    }
    lexer.push(TokenKind::Eof, text.len());
    lexer.out
}

struct Lexer<'a> {
    file: FileId,
    text: &'a str,
    pos: usize,
    diags: &'a Diagnostics,
    out: Lexed,
    doc: Option<u32>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.pos..]
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.pos + ahead).copied()
    }

    fn span(&self, start: usize) -> Span {
        Span::new(self.file, start as u32, self.pos as u32)
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        let span = self.span(start);
        self.out.tokens.push(Token { kind, span, doc: self.doc.take() });
    }

    fn error(&mut self, code: Code, start: usize, message: impl Into<String>) {
        let _ = self.diags.error(code, self.span(start), message).emit();
    }

    /// Moves on while the character fits.
    fn eat_while(&mut self, fits: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.pos += rest.find(|c| !fits(c)).unwrap_or(rest.len());
    }

    /// Consumes at least one character: what keeps [`lex`] from looping.
    fn step(&mut self) {
        let start = self.pos;
        match self.rest().chars().next() {
            None => {}
            Some(' ' | '\t' | '\n' | '\r') => self.eat_while(|c| matches!(c, ' ' | '\t' | '\n' | '\r')),
            Some('/') if self.byte(1) == Some(b'/') => self.line_comment(),
            Some('/') if self.byte(1) == Some(b'*') => self.block_comment(),
            Some('"' | '\'') => self.string(StringKind::Plain, start),
            Some('0'..='9') => self.number(),
            Some('.') if self.byte(1).is_some_and(|b| b.is_ascii_digit()) => self.number(),
            Some(c) if is_ident_start(c) => self.word(),
            Some(c) => self.sign(c),
        }
        debug_assert!(self.pos > start);
    }

    fn sign(&mut self, first: char) {
        let start = self.pos;
        let rest = self.rest();
        let longest_first = (1..=Punct::MAX_LEN).rev();
        if let Some(punct) = longest_first.filter_map(|n| rest.get(..n)).find_map(Punct::from_text) {
            self.pos += punct.as_str().len();
            return self.push(TokenKind::Punct(punct), start);
        }
        // A run of foreign characters is one mistake, e.g. a word in another script.
        self.pos += first.len_utf8();
        if !first.is_ascii() {
            self.eat_while(|c| !c.is_ascii());
        }
        // The number tells apart what looks alike or does not show at all.
        let what = match first {
            _ if first.is_ascii_graphic() => format!("`{first}`"),
            _ if first.is_control() || first.is_whitespace() => format!("U+{:04X}", u32::from(first)),
            _ => format!("`{first}` (U+{:04X})", u32::from(first)),
        };
        self.error(E0101, start, format!("unknown character {what}"));
        self.push(TokenKind::Error, start);
    }

    fn word(&mut self) {
        let start = self.pos;
        self.eat_while(is_ident_part);
        let kind = classify_word(&self.text[start..self.pos]);
        let prefix = match kind {
            TokenKind::Keyword(Keyword::Hex) => StringKind::Hex,
            TokenKind::Keyword(Keyword::Unicode) => StringKind::Unicode,
            _ => return self.push(kind, start),
        };
        if matches!(self.byte(0), Some(b'"' | b'\'')) {
            return self.string(prefix, start);
        }
        self.error(E0110, start, format!("string expected after `{}`", &self.text[start..self.pos]));
        self.push(TokenKind::Error, start);
    }

    /// Finds the end of a string; `start` is where its prefix begins. The contents are checked when they are decoded.
    fn string(&mut self, kind: StringKind, start: usize) {
        let quote = self.byte(0);
        self.pos += 1;
        loop {
            match self.rest().chars().next() {
                None | Some('\n' | '\r') => {
                    self.error(E0103, start, "string is never closed");
                    return self.push(TokenKind::Error, start);
                }
                // The escaped character, a line break included, never ends the string.
                Some('\\') => {
                    self.pos += 1;
                    let crlf = self.rest().starts_with("\r\n");
                    self.pos += if crlf { 2 } else { self.rest().chars().next().map_or(0, char::len_utf8) };
                }
                Some(c) => {
                    self.pos += c.len_utf8();
                    if Some(c as u32) == quote.map(u32::from) {
                        break;
                    }
                }
            }
        }
        self.check_direction(start);
        self.push(TokenKind::String(kind), start);
    }

    fn number(&mut self) {
        let start = self.pos;
        let is_hex = self.rest().starts_with("0x");
        if is_hex {
            self.pos += 2;
            self.eat_while(|c| c.is_ascii_hexdigit() || c == '_');
        } else {
            let digit = |c: char| c.is_ascii_digit() || c == '_';
            self.eat_while(digit);
            let fraction = self.byte(1).is_some_and(|b| b.is_ascii_digit() || b == b'_');
            if self.byte(0) == Some(b'.') && fraction {
                self.pos += 1;
                self.eat_while(digit);
            }
            if matches!(self.byte(0), Some(b'e' | b'E')) {
                let signed = matches!(self.byte(1), Some(b'+' | b'-'));
                self.pos += 1 + usize::from(signed);
                self.eat_while(digit);
            }
        }
        let digits = &self.text[start..self.pos];
        let complete = if is_hex {
            digits.len() > 2
        } else {
            digits.ends_with(|c: char| c.is_ascii_digit() || c == '_')
        };
        let digits_end = self.pos;
        self.eat_while(is_ident_part);
        if !complete || digits_end < self.pos {
            self.error(E0107, start, "malformed number");
            return self.push(TokenKind::Error, start);
        }
        self.push(TokenKind::Number, start);
    }

    fn line_comment(&mut self) {
        let start = self.pos;
        let rest = self.rest();
        let is_doc = rest.starts_with("///") && !rest.starts_with("////");
        self.eat_while(|c| !matches!(c, '\n' | '\r'));
        self.check_direction(start);
        let span = self.span(start);
        self.out.comments.push(span);
        if is_doc {
            let body = &self.text[start + 3..self.pos];
            self.add_doc_line(body.strip_prefix(' ').unwrap_or(body).trim_end(), span);
        }
    }

    /// Lines of `///` that follow each other are one comment.
    fn add_doc_line(&mut self, line: &str, span: Span) {
        if let Some(doc) = self.doc.and_then(|i| self.out.docs.get_mut(i as usize)) {
            let between = &self.text[doc.span.end as usize..span.start as usize];
            let is_line = self.text[doc.span.start as usize..].starts_with("///");
            if is_line && between.trim().is_empty() && between.matches('\n').count() == 1 {
                doc.text.push('\n');
                doc.text.push_str(line);
                doc.span = doc.span.to(span);
                return;
            }
        }
        self.add_doc(line.to_owned(), span);
    }

    fn add_doc(&mut self, text: String, span: Span) {
        self.doc = Some(self.out.docs.len() as u32);
        self.out.docs.push(Doc { text, span });
    }

    fn block_comment(&mut self) {
        let start = self.pos;
        let Some(length) = self.text[start + 2..].find("*/") else {
            self.pos = self.text.len();
            self.error(E0102, start, "block comment is never closed");
            return;
        };
        self.pos = start + 2 + length + 2;
        self.check_direction(start);
        let span = self.span(start);
        self.out.comments.push(span);
        let whole = &self.text[start..self.pos];
        // `/**/` and `/***...` are plain comments.
        if whole.len() > 4 && whole.starts_with("/**") && !whole.starts_with("/***") {
            self.add_doc(block_doc_text(&whole[3..whole.len() - 2]), span);
        }
    }

    /// Refuses text that turns the direction of writing and does not turn it back.
    fn check_direction(&mut self, start: usize) {
        let mut depth = 0i32;
        for c in self.text[start..self.pos].chars() {
            match c {
                '\u{202a}' | '\u{202b}' | '\u{202d}' | '\u{202e}' => depth += 1,
                '\u{202c}' => depth -= 1,
                _ => {}
            }
            if depth < 0 {
                break;
            }
        }
        if depth != 0 {
            self.error(E0109, start, "text direction is changed and not restored");
        }
    }
}

fn is_ident_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || c == '$'
}

fn is_ident_part(c: char) -> bool {
    is_ident_start(c) || c.is_ascii_digit()
}

/// Lines of a block comment without the ornament at their beginning.
fn block_doc_text(body: &str) -> String {
    // A lone carriage return ends a line comment, so it is a line end here too.
    let lines = body.split("\r\n").flat_map(|part| part.split(['\n', '\r'])).map(|line| {
        let line = line.trim();
        let line = line.strip_prefix('*').unwrap_or(line);
        line.strip_prefix(' ').unwrap_or(line)
    });
    let text: Vec<&str> = lines.collect();
    text.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests;
