//! Contracts and what is declared in them, functions apart.

use super::attr::Target;
use super::{PResult, Parser};
use crate::ast::{
    Attr, BaseSpec, BinaryOp, ContractDef, ContractKind, EnumDef, EventDef, EventParam, Expr, ExprKind,
    Member, StateVar, StructDef, StructField, UserOperator, UserTypeDef, UsingDef, UsingFunction, UsingWhat,
};
use crate::codes::{E0115, E0118, E0127};
use crate::diag::Reported;
use crate::span::Span;
use crate::token::{Keyword, Punct, TokenKind};

impl Parser<'_> {
    pub(super) fn contract(&mut self) -> PResult<ContractDef> {
        let doc = self.doc();
        let start = self.span();
        let is_abstract = self.eat_word(Keyword::Abstract).is_some();
        let kind = match self.kind() {
            TokenKind::Keyword(Keyword::Contract) => ContractKind::Contract,
            TokenKind::Keyword(Keyword::Interface) => ContractKind::Interface,
            TokenKind::Keyword(Keyword::Library) => ContractKind::Library,
            _ => return Err(self.expected("`contract`, `interface` or `library`")),
        };
        self.bump();
        let name = self.ident()?;
        let mut bases = Vec::new();
        if self.eat_word(Keyword::Is).is_some() {
            bases.push(self.base()?);
            while self.eat(Punct::Comma).is_some() {
                bases.push(self.base()?);
            }
        }
        let open = self.expect(Punct::LBrace)?;
        let members = self.members();
        let end = self.close_brace(open);
        Ok(ContractDef { span: start.to(end), doc, kind, is_abstract, name, bases, members })
    }

    fn base(&mut self) -> PResult<BaseSpec> {
        let path = self.path()?;
        let args = self.optional_args()?;
        Ok(BaseSpec { span: path.span.to(self.prev_span()), path, args })
    }

    /// Members up to the closing brace, or up to a word that can only stand outside of contracts.
    fn members(&mut self) -> Vec<Member> {
        use Keyword as K;
        let mut members = Vec::new();
        while !self.at_eof() && !self.at(Punct::RBrace) {
            if let TokenKind::Keyword(
                K::Contract | K::Abstract | K::Interface | K::Library | K::Import | K::Pragma,
            ) = self.kind()
            {
                break;
            }
            let before = self.pos;
            match self.member() {
                Ok(member) => members.push(member),
                Err(_) => {
                    if self.pos == before {
                        self.bump();
                    }
                    self.skip_declaration();
                }
            }
        }
        members
    }

    fn member(&mut self) -> PResult<Member> {
        use Keyword as K;
        match self.kind() {
            _ if self.at_function() => self.function().map(Member::Function),
            TokenKind::Keyword(K::Modifier) => self.modifier().map(Member::Modifier),
            TokenKind::Keyword(K::Struct) => self.struct_def().map(Member::Struct),
            TokenKind::Keyword(K::Enum) => self.enum_def().map(Member::Enum),
            TokenKind::Keyword(K::Event) => self.event().map(Member::Event),
            TokenKind::Keyword(K::Type) => self.user_type().map(Member::UserType),
            TokenKind::Keyword(K::Using) => self.using().map(Member::Using),
            TokenKind::Ident if self.at_error_definition() => Err(self.refuse_error_definition()),
            TokenKind::Ident => self.state_var().map(Member::Var),
            _ if self.at_built_in_type() => self.state_var().map(Member::Var),
            _ => Err(self.expected("a variable, function, modifier or other declaration")),
        }
    }

    pub(super) fn state_var(&mut self) -> PResult<StateVar> {
        let doc = self.doc();
        let ty = self.type_name()?;
        let start = ty.span;
        let attrs = self.function_attrs(Target::Var)?;
        self.refuse_data_location();
        let name = self.ident()?;
        let init = if self.eat(Punct::Assign).is_some() { Some(self.initializer()) } else { None };
        self.semicolon()?;
        Ok(StateVar {
            span: start.to(self.prev_span()),
            doc,
            ty,
            name,
            visibility: attrs.visibility,
            constant: attrs.constant,
            is_static: attrs.is_static,
            no_storage: attrs.no_storage,
            overrides: attrs.overrides,
            init,
        })
    }

    /// The value of a declared variable. A broken value does not take the declaration with it, so that
    /// uses of the variable are not reported as well.
    pub(super) fn initializer(&mut self) -> Expr {
        let start = self.span();
        match self.expr() {
            Ok(expr) => expr,
            Err(reported) => {
                while !self.at_eof() && !self.at(Punct::Semicolon) && !self.at(Punct::RBrace) {
                    if self.starts_declaration() {
                        break;
                    }
                    self.skip_tree();
                }
                self.error_expr(start, reported)
            }
        }
    }

    fn error_expr(&self, start: Span, reported: Reported) -> Expr {
        let end = self.prev_span();
        let span = if end.start >= start.start { start.to(end) } else { start.before() };
        Expr::new(span, ExprKind::Error(reported))
    }

    pub(super) fn struct_def(&mut self) -> PResult<StructDef> {
        let doc = self.doc();
        let start = self.expect_word(Keyword::Struct)?;
        let name = self.ident()?;
        let open = self.expect(Punct::LBrace)?;
        let mut fields = Vec::new();
        while !self.at(Punct::RBrace) && !self.at_eof() && !self.starts_declaration() {
            let before = self.pos;
            match self.struct_field() {
                Ok(field) => fields.push(field),
                Err(_) => {
                    if self.pos == before {
                        self.bump();
                    }
                    self.skip_declaration();
                }
            }
        }
        let end = self.close_brace(open);
        Ok(StructDef { span: start.to(end), doc, name, fields })
    }

    fn struct_field(&mut self) -> PResult<StructField> {
        let doc = self.doc();
        let ty = self.type_name()?;
        self.refuse_attribute_words();
        self.refuse_data_location();
        let name = self.ident()?;
        let span = ty.span.to(name.span);
        self.semicolon()?;
        Ok(StructField { span, doc, ty, name })
    }

    pub(super) fn enum_def(&mut self) -> PResult<EnumDef> {
        let doc = self.doc();
        let start = self.expect_word(Keyword::Enum)?;
        let name = self.ident()?;
        let variants = self.list((Punct::LBrace, Punct::RBrace), Self::ident)?;
        if variants.is_empty() {
            let _ = self.diags.error(E0118, name.span, "enum without members").emit();
        }
        Ok(EnumDef { span: start.to(self.prev_span()), doc, name, variants })
    }

    pub(super) fn event(&mut self) -> PResult<EventDef> {
        let doc = self.doc();
        let start = self.expect_word(Keyword::Event)?;
        let name = self.ident()?;
        let params = self.list((Punct::LParen, Punct::RParen), Self::event_param)?;
        let anonymous = self.eat_word(Keyword::Anonymous);
        self.semicolon()?;
        Ok(EventDef { span: start.to(self.prev_span()), doc, name, params, anonymous })
    }

    fn event_param(&mut self) -> PResult<EventParam> {
        let ty = self.type_name()?;
        let indexed = self.eat_word(Keyword::Indexed);
        while let Some(span) = self.eat_word(Keyword::Indexed) {
            let _ = self.diags.error(E0115, span, "indexed is given twice").emit();
        }
        self.refuse_attribute_words();
        self.refuse_data_location();
        let name = self.name_of_param()?;
        Ok(EventParam { span: ty.span.to(self.prev_span()), ty, indexed, name })
    }

    pub(super) fn user_type(&mut self) -> PResult<UserTypeDef> {
        let doc = self.doc();
        let start = self.expect_word(Keyword::Type)?;
        let name = self.ident()?;
        self.expect_word(Keyword::Is)?;
        let ty = self.type_name()?;
        self.semicolon()?;
        Ok(UserTypeDef { span: start.to(self.prev_span()), doc, name, ty })
    }

    pub(super) fn using(&mut self) -> PResult<UsingDef> {
        let start = self.expect_word(Keyword::Using)?;
        let what = if self.at(Punct::LBrace) {
            if self.is(1, Punct::RBrace) {
                self.bump();
                return Err(self.expected("the name of a function"));
            }
            UsingWhat::Functions(self.list((Punct::LBrace, Punct::RBrace), Self::using_function)?)
        } else {
            UsingWhat::Library(self.path()?)
        };
        self.expect_word(Keyword::For)?;
        let target = if self.eat(Punct::Mul).is_some() { None } else { Some(self.type_name()?) };
        let global = self.at_name("global").then(|| self.bump().span);
        self.semicolon()?;
        Ok(UsingDef { span: start.to(self.prev_span()), what, target, global })
    }

    fn using_function(&mut self) -> PResult<UsingFunction> {
        let path = self.path()?;
        let mut operator = None;
        if self.eat_word(Keyword::As).is_some() {
            let token = self.bump();
            let value = match token.kind {
                TokenKind::Punct(punct) => user_operator(punct),
                _ => None,
            };
            match value {
                Some(value) => operator = Some(Attr { value, span: token.span }),
                None => {
                    let message = format!("`{}` cannot be defined by a function", self.snippet(token.span));
                    return Err(self
                        .diags
                        .error(E0127, token.span, message)
                        .help("call the function by its name")
                        .emit());
                }
            }
        }
        Ok(UsingFunction { path, operator })
    }
}

fn user_operator(punct: Punct) -> Option<UserOperator> {
    if punct == Punct::Tilde {
        return Some(UserOperator::BitNot);
    }
    let op = super::expr::binary_op(punct)?;
    let fixed = matches!(op, BinaryOp::Or | BinaryOp::And | BinaryOp::Shl | BinaryOp::Shr | BinaryOp::Pow);
    (!fixed).then_some(UserOperator::Binary(op))
}
