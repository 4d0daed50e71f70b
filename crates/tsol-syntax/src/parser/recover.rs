//! Finding the way back after an error.

use super::Parser;
use crate::codes::E0114;
use crate::span::Span;
use crate::token::{Keyword, Punct, TokenKind};

impl Parser<'_> {
    /// Whether a declaration of a contract or file begins here; such words stand nowhere else.
    pub(super) fn starts_declaration(&self) -> bool {
        let TokenKind::Keyword(keyword) = self.kind() else { return false };
        use Keyword as K;
        match keyword {
            K::Function => !self.is(1, Punct::LParen),
            K::Contract
            | K::Abstract
            | K::Interface
            | K::Library
            | K::Struct
            | K::Enum
            | K::Event
            | K::Modifier
            | K::Using
            | K::Import
            | K::Pragma => true,
            K::Constructor | K::Receive | K::Fallback | K::OnBounce | K::OnTickTock => {
                self.is(1, Punct::LParen)
            }
            _ => false,
        }
    }

    fn starts_statement(&self) -> bool {
        use Keyword as K;
        matches!(
            self.kind(),
            TokenKind::Keyword(
                K::If
                    | K::While
                    | K::For
                    | K::Do
                    | K::Repeat
                    | K::Return
                    | K::Break
                    | K::Continue
                    | K::Emit
                    | K::Try
            )
        )
    }

    /// Skips one token, or a whole group if it is an opening bracket. A group ends at its own bracket, and
    /// groups of parentheses also at a brace or semicolon that cannot belong to them.
    pub(super) fn skip_tree(&mut self) {
        if self.at(Punct::LBrace) {
            return self.skip_braces();
        }
        let (mut depth, mut named_args) = (0usize, 0usize);
        loop {
            match self.kind() {
                TokenKind::Eof => return,
                TokenKind::Punct(Punct::LParen | Punct::LBracket) => depth += 1,
                TokenKind::Punct(Punct::RParen | Punct::RBracket) => depth = depth.saturating_sub(1),
                TokenKind::Punct(Punct::LBrace) if self.is(2, Punct::Colon) => named_args += 1,
                TokenKind::Punct(Punct::RBrace) if named_args > 0 => named_args -= 1,
                TokenKind::Punct(Punct::LBrace | Punct::RBrace | Punct::Semicolon) if depth > 0 => return,
                _ => {}
            }
            self.bump();
            if depth == 0 {
                return;
            }
        }
    }

    fn skip_braces(&mut self) {
        let mut depth = 0usize;
        loop {
            match self.bump().kind {
                TokenKind::Punct(Punct::LBrace) => depth += 1,
                TokenKind::Punct(Punct::RBrace) => depth = depth.saturating_sub(1),
                TokenKind::Eof => return,
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// Goes behind the next semicolon, or in front of a closing brace, a statement word or a declaration.
    /// Consumes at least one token unless it stands at such a place; the caller must then make progress.
    pub(super) fn skip_statement(&mut self) {
        while !self.at_eof() && !self.at(Punct::RBrace) {
            if self.eat(Punct::Semicolon).is_some() || self.starts_statement() || self.starts_declaration() {
                return;
            }
            let was_block = self.at(Punct::LBrace);
            self.skip_tree();
            if was_block {
                return;
            }
        }
    }

    /// Goes behind the next semicolon or block, or in front of a closing brace or a declaration.
    pub(super) fn skip_declaration(&mut self) {
        while !self.at_eof() && !self.at(Punct::RBrace) {
            if self.eat(Punct::Semicolon).is_some() || self.starts_declaration() {
                return;
            }
            let was_block = self.at(Punct::LBrace);
            self.skip_tree();
            if was_block {
                return;
            }
        }
    }

    /// The brace that closes `open`; if it is missing, that is reported and the place taken where it should be.
    pub(super) fn close_brace(&mut self, open: Span) -> Span {
        if let Some(close) = self.eat(Punct::RBrace) {
            return close;
        }
        // Behind the last thing that was written, not behind the blank lines at the end of the file.
        let last = self.prev_span();
        let (end, here) = if self.at_eof() {
            (Span::new(last.file, last.end, last.end), "the file ends here")
        } else {
            (self.span(), "this cannot stand inside of the brackets")
        };
        let error = self.diags.error(E0114, end, "bracket is never closed").here(here);
        let _ = error.label(open, "the bracket was opened here").emit();
        end.before()
    }
}
