//! Functions and modifiers.

use super::attr::Target;
use super::{PResult, Parser};
use crate::ast::{Block, FunctionDef, FunctionKind, Ident, ModifierDef};
use crate::codes::{E0122, E0131, W0102};
use crate::diag::Reported;
use crate::token::{Keyword, Punct, TokenKind};

impl Parser<'_> {
    /// Whether a function, constructor or special function begins here.
    pub(super) fn at_function(&self) -> bool {
        match self.kind() {
            TokenKind::Keyword(Keyword::Function) => !self.is(1, Punct::LParen),
            TokenKind::Keyword(keyword) => special_kind(keyword).is_some(),
            _ => false,
        }
    }

    pub(super) fn function(&mut self) -> PResult<FunctionDef> {
        let doc = self.doc();
        let start = self.span();
        let (kind, name) = self.function_name()?;
        let params = self.params()?;
        let attrs = self.function_attrs(Target::Function)?;
        let returns = if self.eat_word(Keyword::Returns).is_some() { self.params()? } else { Vec::new() };
        let head_span = start.to(self.prev_span());
        let mut assembly = None;
        let body = match attrs.assembly {
            Some(span) if self.at(Punct::LBrace) => {
                assembly = Some(self.refuse_assembly(span));
                self.skip_tree();
                None
            }
            _ => self.optional_body()?,
        };
        Ok(FunctionDef {
            span: start.to(self.prev_span()),
            head_span,
            doc,
            kind,
            name,
            params,
            returns,
            visibility: attrs.visibility,
            mutability: attrs.mutability,
            is_virtual: attrs.is_virtual,
            overrides: attrs.overrides,
            modifiers: attrs.modifiers,
            external_msg: attrs.external_msg,
            internal_msg: attrs.internal_msg,
            inline: attrs.inline,
            responsible: attrs.responsible,
            function_id: attrs.function_id,
            assembly,
            body,
        })
    }

    fn function_name(&mut self) -> PResult<(FunctionKind, Ident)> {
        let first = self.bump();
        let TokenKind::Keyword(keyword) = first.kind else { return Err(self.expected("a function")) };
        if let Some(kind) = special_kind(keyword) {
            return Ok((kind, Ident::new(kind.as_str(), first.span)));
        }
        let TokenKind::Keyword(word) = self.kind() else {
            return Ok((FunctionKind::Function, self.ident()?));
        };
        let Some(kind) = special_kind(word) else { return Ok((FunctionKind::Function, self.ident()?)) };
        let span = self.bump().span;
        let help = format!("write `{}(...)` without `function`", kind.as_str());
        if kind == FunctionKind::Constructor {
            let _ = self.diags.error(E0131, span, "function is named `constructor`").help(help).emit();
            return Ok((kind, Ident::new(kind.as_str(), span)));
        }
        let message = format!("ordinary function is named like the special function `{}`", kind.as_str());
        self.diags.warning(W0102, span, message).help(help).emit();
        Ok((FunctionKind::Function, Ident::new(kind.as_str(), span)))
    }

    pub(super) fn refuse_assembly(&self, span: crate::span::Span) -> Reported {
        self.diags.error(E0122, span, "assembly is not supported").emit()
    }

    /// A block, or a semicolon.
    fn optional_body(&mut self) -> PResult<Option<Block>> {
        if self.eat(Punct::Semicolon).is_some() {
            return Ok(None);
        }
        if !self.at(Punct::LBrace) {
            return Err(self.expected("`{` or `;`"));
        }
        self.block().map(Some)
    }

    pub(super) fn modifier(&mut self) -> PResult<ModifierDef> {
        let doc = self.doc();
        let start = self.expect_word(Keyword::Modifier)?;
        let name = self.ident()?;
        let params = if self.at(Punct::LParen) { self.params()? } else { Vec::new() };
        let attrs = self.function_attrs(Target::Modifier)?;
        let head_span = start.to(self.prev_span());
        self.in_modifier = true;
        let body = self.optional_body();
        self.in_modifier = false;
        Ok(ModifierDef {
            body: body?,
            span: start.to(self.prev_span()),
            head_span,
            doc,
            name,
            params,
            is_virtual: attrs.is_virtual,
            overrides: attrs.overrides,
        })
    }
}

fn special_kind(keyword: Keyword) -> Option<FunctionKind> {
    match keyword {
        Keyword::Constructor => Some(FunctionKind::Constructor),
        Keyword::Receive => Some(FunctionKind::Receive),
        Keyword::Fallback => Some(FunctionKind::Fallback),
        Keyword::OnBounce => Some(FunctionKind::OnBounce),
        Keyword::OnTickTock => Some(FunctionKind::OnTickTock),
        _ => None,
    }
}
