//! Type names.

use super::{PResult, Parser};
use crate::ast::{ElementaryType, FunctionType, Ident, MappingType, Param, TypeKind, TypeName};
use crate::codes::{E0126, W0101, W0103};
use crate::span::Span;
use crate::token::{Keyword, Punct, TokenKind};

impl Parser<'_> {
    /// A type with its brackets.
    pub(super) fn type_name(&mut self) -> PResult<TypeName> {
        let mut ty = match self.kind() {
            TokenKind::Ident => {
                let path = self.path()?;
                self.height = 1;
                TypeName { span: path.span, kind: TypeKind::User(path) }
            }
            _ => self.built_in_type()?,
        };
        while self.at(Punct::LBracket) {
            ty = self.array_suffix(ty)?;
        }
        Ok(ty)
    }

    /// `[]` or `[n]` behind a type.
    pub(super) fn array_suffix(&mut self, elem: TypeName) -> PResult<TypeName> {
        let mut height = self.height;
        self.expect(Punct::LBracket)?;
        let len = if self.at(Punct::RBracket) { None } else { Some(Box::new(self.expr()?)) };
        if len.is_some() {
            height = height.max(self.height);
        }
        let span = elem.span.to(self.expect(Punct::RBracket)?);
        self.grow(height, span)?;
        Ok(TypeName { span, kind: TypeKind::Array { elem: Box::new(elem), len } })
    }

    /// Whether a type begins here that is not a name.
    pub(super) fn at_built_in_type(&self) -> bool {
        use Keyword as K;
        match self.kind() {
            TokenKind::Type(_) => true,
            TokenKind::Keyword(K::Mapping | K::Optional | K::Vector | K::Stack | K::Byte | K::Var) => true,
            TokenKind::Keyword(K::Function) => self.is(1, Punct::LParen),
            _ => false,
        }
    }

    /// A type that is not a name, without brackets behind it.
    pub(super) fn built_in_type(&mut self) -> PResult<TypeName> {
        self.nested(|p| p.built_in_type_inner())
    }

    fn built_in_type_inner(&mut self) -> PResult<TypeName> {
        let start = self.span();
        self.height = 0;
        let kind = match self.kind() {
            TokenKind::Type(ty) => TypeKind::Elementary(self.elementary_type(ty)),
            TokenKind::Keyword(Keyword::Byte | Keyword::Var) => self.removed_type(start),
            TokenKind::Keyword(Keyword::Mapping) => TypeKind::Mapping(Box::new(self.mapping()?)),
            TokenKind::Keyword(Keyword::Optional) => TypeKind::Optional(self.type_list()?),
            TokenKind::Keyword(Keyword::Vector) => TypeKind::Vector(self.type_list()?),
            TokenKind::Keyword(Keyword::Stack) => {
                self.bump();
                self.expect(Punct::LParen)?;
                let elem = self.type_name()?;
                self.expect(Punct::RParen)?;
                TypeKind::Stack(Box::new(elem))
            }
            TokenKind::Keyword(Keyword::Function) => TypeKind::Function(Box::new(self.function_type()?)),
            _ => return Err(self.expected("a type")),
        };
        let span = start.to(self.prev_span());
        self.grow(self.height, span)?;
        Ok(TypeName { span, kind })
    }

    fn elementary_type(&mut self, ty: ElementaryType) -> ElementaryType {
        let span = self.bump().span;
        if self.snippet(span).starts_with("varI") || self.snippet(span).starts_with("varU") {
            let modern = self.snippet(span).to_lowercase();
            self.diags
                .warning(W0103, span, "old spelling of a type")
                .help(format!("write `{modern}`"))
                .emit();
        }
        if ty == ElementaryType::Address
            && let Some(payable) = self.eat_word(Keyword::Payable)
        {
            self.diags.warning(W0101, payable, "`payable` has no effect").help("remove the word").emit();
        }
        ty
    }

    /// `byte` stands for `bytes1` after the complaint; nothing stands for `var`.
    fn removed_type(&mut self, span: Span) -> TypeKind {
        let is_byte = self.bump().kind == TokenKind::Keyword(Keyword::Byte);
        let (message, help) = if is_byte {
            ("`byte` was removed from the language", "write `bytes1`")
        } else {
            ("`var` was removed from the language", "write the type of the variable")
        };
        let reported = self.diags.error(E0126, span, message).help(help).emit();
        if is_byte { TypeKind::Elementary(ElementaryType::FixedBytes(1)) } else { TypeKind::Error(reported) }
    }

    /// The keyword and at least one type in parentheses.
    fn type_list(&mut self) -> PResult<Vec<TypeName>> {
        self.bump();
        if self.is(1, Punct::RParen) {
            self.expect(Punct::LParen)?;
            return Err(self.expected("a type"));
        }
        self.list((Punct::LParen, Punct::RParen), Self::type_name)
    }

    fn mapping(&mut self) -> PResult<MappingType> {
        self.bump();
        self.expect(Punct::LParen)?;
        let key = self.type_name()?;
        let key_height = self.height;
        let key_name = self.optional_ident();
        self.expect(Punct::FatArrow)?;
        let value = self.type_name()?;
        self.height = self.height.max(key_height);
        let value_name = self.optional_ident();
        self.expect(Punct::RParen)?;
        Ok(MappingType { key, key_name, value, value_name })
    }

    pub(super) fn optional_ident(&mut self) -> Option<Ident> {
        let span = self.span();
        if self.kind() != TokenKind::Ident {
            return None;
        }
        self.bump();
        Some(Ident::new(self.snippet(span), span))
    }

    fn function_type(&mut self) -> PResult<FunctionType> {
        self.bump();
        let params = self.params()?;
        let mut height = self.height;
        let attrs = self.function_attrs(super::attr::Target::FunctionType)?;
        let mut returns = Vec::new();
        if self.eat_word(Keyword::Returns).is_some() {
            returns = self.params()?;
            height = height.max(self.height);
        }
        self.height = height;
        Ok(FunctionType { params, returns, visibility: attrs.visibility, mutability: attrs.mutability })
    }

    /// Parameters or results in parentheses.
    pub(super) fn params(&mut self) -> PResult<Vec<Param>> {
        self.list((Punct::LParen, Punct::RParen), |p| {
            let ty = p.type_name()?;
            p.refuse_attribute_words();
            p.refuse_data_location();
            let name = p.name_of_param()?;
            let span = name.as_ref().map_or(ty.span, |n| ty.span.to(n.span));
            Ok(Param { span, ty, name })
        })
    }

    /// The name of a parameter, if one stands before the comma or bracket; a reserved word is reported as such.
    pub(super) fn name_of_param(&mut self) -> PResult<Option<Ident>> {
        if self.at(Punct::Comma) || self.at(Punct::RParen) {
            return Ok(None);
        }
        match self.kind() {
            TokenKind::Punct(_) | TokenKind::Eof | TokenKind::Error => Err(self.expected("`,` or `)`")),
            _ => self.ident().map(Some),
        }
    }
}
