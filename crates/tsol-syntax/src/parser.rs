//! Tokens to tree: recursive descent with precedence climbing.
//!
//! Inside of the parser a production that fails returns [`Reported`] and leaves the position where it
//! failed; lists of statements, members and items are where it is caught: they skip to the next place
//! where something can begin, and keep an error node. Three things keep every input harmless:
//!
//! - each round of such a list consumes a token or ends the list;
//! - recursion is bounded by [`MAX_DEPTH`];
//! - chains that are read in a loop (`a + b + c`, `a.b.c`) grow the tree without recursion, so the
//!   height of each expression is counted too and bounded by [`MAX_HEIGHT`]. Passes that walk the tree
//!   recursively rely on it.

mod attr;
mod contract;
mod expr;
mod function;
mod literal;
mod recover;
mod stmt;
mod top;
mod types;

use crate::ast::{Doc, Ident, Path, SourceUnit};
use crate::codes::{E0111, E0112, E0113};
use crate::diag::{Diagnostics, Reported};
use crate::lexer::{Lexed, lex};
use crate::span::{FileId, SourceMap, Span};
use crate::token::{Keyword, Punct, Token, TokenKind};

/// Most nested brackets, blocks and right-associative operators.
pub const MAX_DEPTH: u32 = 200;
/// Most levels of one expression or type.
pub const MAX_HEIGHT: u32 = 500;

/// Parses a file of a map. See [`parse`].
pub fn parse_file(map: &SourceMap, file: FileId, diags: &Diagnostics) -> SourceUnit {
    parse(file, map.text(file), diags)
}

/// Parses a text. Always gives a tree; what is wrong with the text goes to `diags`.
pub fn parse(file: FileId, text: &str, diags: &Diagnostics) -> SourceUnit {
    let lexed = lex(file, text, diags);
    let mut parser = Parser::new(text, &lexed, diags);
    parser.source_unit()
}

type PResult<T> = Result<T, Reported>;

struct Parser<'a> {
    text: &'a str,
    tokens: &'a [Token],
    docs: &'a [Doc],
    diags: &'a Diagnostics,
    pos: usize,
    depth: u32,
    /// Levels of the expression or type that was finished last.
    height: u32,
    in_modifier: bool,
    /// Set when a limit was hit: said once a file, as one endless chain hits it again and again.
    too_deep: Option<Reported>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, lexed: &'a Lexed, diags: &'a Diagnostics) -> Self {
        let (tokens, docs) = (lexed.tokens.as_slice(), lexed.docs.as_slice());
        Self { text, tokens, docs, diags, pos: 0, depth: 0, height: 0, in_modifier: false, too_deep: None }
    }

    // Looking.

    fn token(&self) -> Token {
        self.peek(0)
    }

    /// A token further on; behind the end it is the end.
    fn peek(&self, ahead: usize) -> Token {
        let last = self.tokens.len() - 1; // INVARIANT: the lexer always adds `Eof`.
        self.tokens[(self.pos + ahead).min(last)]
    }

    fn kind(&self) -> TokenKind {
        self.token().kind
    }

    fn span(&self) -> Span {
        self.token().span
    }

    fn prev_span(&self) -> Span {
        self.tokens[self.pos.saturating_sub(1)].span
    }

    fn prev_kind(&self) -> TokenKind {
        self.tokens[self.pos.saturating_sub(1)].kind
    }

    fn at(&self, punct: Punct) -> bool {
        self.kind() == TokenKind::Punct(punct)
    }

    fn at_word(&self, keyword: Keyword) -> bool {
        self.kind() == TokenKind::Keyword(keyword)
    }

    fn at_eof(&self) -> bool {
        self.kind() == TokenKind::Eof
    }

    fn is(&self, ahead: usize, punct: Punct) -> bool {
        self.peek(ahead).kind == TokenKind::Punct(punct)
    }

    /// Whether the token is this name (a word that is no keyword but has a meaning in one place).
    fn at_name(&self, name: &str) -> bool {
        self.kind() == TokenKind::Ident && self.snippet(self.span()) == name
    }

    fn snippet(&self, span: Span) -> &'a str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// The NatSpec comment in front of the token.
    fn doc(&self) -> Option<Doc> {
        self.token().doc.and_then(|i| self.docs.get(i as usize)).cloned()
    }

    // Moving.

    fn bump(&mut self) -> Token {
        let token = self.token();
        if token.kind != TokenKind::Eof {
            self.pos += 1;
        }
        token
    }

    fn eat(&mut self, punct: Punct) -> Option<Span> {
        self.at(punct).then(|| self.bump().span)
    }

    fn eat_word(&mut self, keyword: Keyword) -> Option<Span> {
        self.at_word(keyword).then(|| self.bump().span)
    }

    fn expect(&mut self, punct: Punct) -> PResult<Span> {
        match self.eat(punct) {
            Some(span) => Ok(span),
            None => Err(self.expected(&format!("`{}`", punct.as_str()))),
        }
    }

    fn expect_word(&mut self, keyword: Keyword) -> PResult<Span> {
        match self.eat_word(keyword) {
            Some(span) => Ok(span),
            None => Err(self.expected(&format!("`{}`", keyword.as_str()))),
        }
    }

    fn ident(&mut self) -> PResult<Ident> {
        let token = self.token();
        let text = self.snippet(token.span);
        match token.kind {
            TokenKind::Ident => {
                self.bump();
                Ok(Ident::new(text, token.span))
            }
            TokenKind::Keyword(_) | TokenKind::Type(_) | TokenKind::Unit(_) => {
                // The word is taken as the name, so that one mistake stays one message, unless it more
                // likely begins something else.
                let message = format!("`{text}` is a reserved word and cannot be a name");
                let reported =
                    self.diags.error(E0112, token.span, message).help("choose another name").emit();
                if self.starts_declaration() {
                    return Err(reported);
                }
                self.bump();
                Ok(Ident::new(text, token.span))
            }
            _ => Err(self.expected("a name")),
        }
    }

    fn path(&mut self) -> PResult<Path> {
        let mut path = Path::single(self.ident()?);
        while self.eat(Punct::Dot).is_some() {
            let segment = self.ident()?;
            path.span = path.span.to(segment.span);
            path.segments.push(segment);
        }
        Ok(path)
    }

    /// Items in parentheses or braces, separated by commas; the opening sign is still to come.
    fn list<T>(
        &mut self,
        (open, close): (Punct, Punct),
        mut item: impl FnMut(&mut Self) -> PResult<T>,
    ) -> PResult<Vec<T>> {
        self.expect(open)?;
        self.list_until(close, &mut item)
    }

    /// The rest of a list, closing sign included.
    fn list_until<T>(
        &mut self,
        close: Punct,
        item: &mut impl FnMut(&mut Self) -> PResult<T>,
    ) -> PResult<Vec<T>> {
        let mut items = Vec::new();
        let mut height = 0;
        while !self.at(close) {
            items.push(item(self)?);
            height = height.max(self.height);
            if self.at(close) {
                break;
            }
            let Some(comma) = self.eat(Punct::Comma) else {
                return Err(self.expected(&format!("`,` or `{}`", close.as_str())));
            };
            if self.at(close) {
                let _ = self.diags.error(crate::codes::E0117, comma, "comma at the end of a list").emit();
            }
        }
        self.expect(close)?;
        self.height = height;
        Ok(items)
    }

    // Complaining.

    /// Reports that something else stands here; what the lexer reported already is not reported again.
    fn expected(&self, what: &str) -> Reported {
        let token = self.token();
        let found = match token.kind {
            TokenKind::Eof => "the end of the file".to_owned(),
            TokenKind::Error => {
                if let Err(reported) = self.diags.check() {
                    return reported;
                }
                "an unknown sign".to_owned()
            }
            _ => format!("`{}`", shortened(self.snippet(token.span))),
        };
        let message = format!("expected {what}, found {found}");
        self.diags.error(E0111, token.span, message).here(format!("expected {what}")).emit()
    }

    // Bounding.

    /// Runs a production one level deeper, if there is still room.
    fn nested<T>(&mut self, production: impl FnOnce(&mut Self) -> PResult<T>) -> PResult<T> {
        if self.depth >= MAX_DEPTH {
            return Err(self.too_deep(self.span()));
        }
        self.depth += 1;
        let result = production(self);
        self.depth -= 1;
        result
    }

    /// Notes that a node was put over children of this height.
    fn grow(&mut self, children: u32, span: Span) -> PResult<()> {
        self.height = children + 1;
        if self.height > MAX_HEIGHT {
            return Err(self.too_deep(span));
        }
        Ok(())
    }

    fn too_deep(&mut self, span: Span) -> Reported {
        if let Some(reported) = self.too_deep {
            return reported;
        }
        let error = self.diags.error(E0113, span, "nested too deeply");
        let limits =
            format!("at most {MAX_DEPTH} brackets and blocks, {MAX_HEIGHT} levels in one expression");
        *self.too_deep.insert(error.note(limits).emit())
    }
}

/// The first line of a text, cut to what fits a message.
fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(40) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests;
