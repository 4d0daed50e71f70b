//! What stands at the top of a file.

use super::{PResult, Parser};
use crate::ast::{
    Expr, Ident, Import, ImportClause, ImportName, Item, Pragma, PragmaWord, SourceUnit, StringKind,
};
use crate::codes::{E0119, E0121, E0132};
use crate::span::Span;
use crate::token::{Keyword, Punct, TokenKind};

impl Parser<'_> {
    pub(super) fn source_unit(&mut self) -> SourceUnit {
        let mut items = Vec::new();
        while !self.at_eof() {
            let before = self.pos;
            match self.item() {
                Ok(item) => items.push(item),
                Err(_) => {
                    if self.pos == before || self.at(Punct::RBrace) {
                        self.bump();
                    }
                    self.skip_declaration();
                }
            }
        }
        let file = self.span().file;
        SourceUnit { span: Span::new(file, 0, self.text.len() as u32), items }
    }

    fn item(&mut self) -> PResult<Item> {
        use Keyword as K;
        match self.kind() {
            TokenKind::Keyword(K::Pragma) => self.pragma().map(Item::Pragma),
            TokenKind::Keyword(K::Import) => self.import().map(Item::Import),
            TokenKind::Keyword(K::Abstract | K::Contract | K::Interface | K::Library) => {
                self.contract().map(Item::Contract)
            }
            TokenKind::Keyword(K::Struct) => self.struct_def().map(Item::Struct),
            TokenKind::Keyword(K::Enum) => self.enum_def().map(Item::Enum),
            TokenKind::Keyword(K::Event) => self.event().map(Item::Event),
            TokenKind::Keyword(K::Type) => self.user_type().map(Item::UserType),
            TokenKind::Keyword(K::Using) => self.using().map(Item::Using),
            TokenKind::Keyword(K::Function) if self.at_function() => self.function().map(Item::Function),
            TokenKind::Ident if self.at_error_definition() => Err(self.refuse_error_definition()),
            TokenKind::Ident => self.state_var().map(Item::Var),
            _ if self.at_built_in_type() => self.state_var().map(Item::Var),
            _ => Err(self.expected("a pragma, import, contract, interface, library or other declaration")),
        }
    }

    pub(super) fn at_error_definition(&self) -> bool {
        self.at_name("error") && self.peek(1).kind == TokenKind::Ident && self.is(2, Punct::LParen)
    }

    pub(super) fn refuse_error_definition(&self) -> crate::diag::Reported {
        let error = self.diags.error(E0121, self.span(), "errors with names do not exist in TON Solidity");
        error.help("declare a constant with the number of the error").emit()
    }

    fn pragma(&mut self) -> PResult<Pragma> {
        let start = self.expect_word(Keyword::Pragma)?;
        if self.at(Punct::Semicolon) || self.at_eof() {
            return Err(self.diags.error(E0132, start, "pragma is empty").emit());
        }
        let name = self.pragma_name();
        let mut args = Vec::new();
        match name.as_str() {
            "copyleft" => {
                args.push(self.expr()?);
                self.expect(Punct::Comma)?;
                args.push(self.expr()?);
            }
            "msgValue" => args.push(self.expr()?),
            _ => {}
        }
        let words = if args.is_empty() { self.pragma_words() } else { Vec::new() };
        let end = self.expect(Punct::Semicolon)?;
        Ok(Pragma { span: start.to(end), name, words, args })
    }

    /// The first word; hyphens join it with the next one.
    fn pragma_name(&mut self) -> Ident {
        let mut span = self.bump().span;
        while self.at(Punct::Sub) && self.span().start == span.end {
            span = span.to(self.bump().span);
            if self.span().start == span.end && !self.at(Punct::Semicolon) && !self.at_eof() {
                span = span.to(self.bump().span);
            }
        }
        Ident::new(self.snippet(span), span)
    }

    /// Everything up to the semicolon. Versions are several tokens (`0.72` and `.0`), which are joined.
    fn pragma_words(&mut self) -> Vec<PragmaWord> {
        let mut words: Vec<PragmaWord> = Vec::new();
        let mut joinable = false;
        while !self.at(Punct::Semicolon) && !self.at_eof() && !self.starts_declaration() {
            let token = self.bump();
            let text = self.snippet(token.span);
            let is_word = !matches!(token.kind, TokenKind::Punct(p) if p != Punct::Dot && p != Punct::Mul);
            match words.last_mut() {
                Some(last) if joinable && is_word && last.span.end == token.span.start => {
                    last.text.push_str(text);
                    last.span = last.span.to(token.span);
                }
                _ => words.push(PragmaWord { text: text.to_owned(), span: token.span }),
            }
            joinable = is_word;
        }
        words
    }

    fn import(&mut self) -> PResult<Import> {
        let start = self.expect_word(Keyword::Import)?;
        let mut clause = ImportClause::All;
        if self.at(Punct::LBrace) {
            clause = ImportClause::Names(self.list((Punct::LBrace, Punct::RBrace), Self::import_name)?);
            self.from()?;
        } else if self.eat(Punct::Mul).is_some() {
            self.expect_word(Keyword::As)?;
            clause = ImportClause::Namespace(self.ident()?);
            self.from()?;
        }
        let path_span = self.span();
        if self.kind() != TokenKind::String(StringKind::Plain) {
            return Err(self.expected("the path of a file in quotes"));
        }
        let path = String::from_utf8_lossy(&self.string(StringKind::Plain)?.value).into_owned();
        if path.is_empty() {
            let _ = self.diags.error(E0119, path_span, "import path is empty").emit();
        }
        if matches!(clause, ImportClause::All) && self.eat_word(Keyword::As).is_some() {
            clause = ImportClause::Namespace(self.ident()?);
        }
        let end = self.expect(Punct::Semicolon)?;
        Ok(Import { span: start.to(end), path, path_span, clause })
    }

    fn import_name(&mut self) -> PResult<ImportName> {
        let name = self.ident()?;
        let alias = if self.eat_word(Keyword::As).is_some() { Some(self.ident()?) } else { None };
        Ok(ImportName { name, alias })
    }

    /// `from` is a word only here.
    fn from(&mut self) -> PResult<()> {
        if !self.at_name("from") {
            return Err(self.expected("`from`"));
        }
        self.bump();
        Ok(())
    }

    /// Arguments in parentheses, if there are any parentheses.
    pub(super) fn optional_args(&mut self) -> PResult<Option<Vec<Expr>>> {
        if !self.at(Punct::LParen) {
            return Ok(None);
        }
        self.list((Punct::LParen, Punct::RParen), Self::expr).map(Some)
    }
}
