//! Attributes of functions and variables.

use super::{PResult, Parser};
use crate::ast::{Attr, FunctionId, ModifierCall, Mutability, OverrideSpec, Visibility};
use crate::codes::{E0115, E0116, E0120, E0123, W0101};
use crate::span::Span;
use crate::token::{Keyword, Punct, TokenKind};

/// What the attributes belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Function,
    FunctionType,
    Modifier,
    Var,
}

/// Everything that may stand between the parameters and the body of a function, or between the type and
/// the name of a variable.
#[derive(Default)]
pub(super) struct Attrs {
    pub(super) visibility: Option<Attr<Visibility>>,
    pub(super) mutability: Option<Attr<Mutability>>,
    pub(super) is_virtual: Option<Span>,
    pub(super) overrides: Option<OverrideSpec>,
    pub(super) modifiers: Vec<ModifierCall>,
    pub(super) external_msg: Option<Span>,
    pub(super) internal_msg: Option<Span>,
    pub(super) inline: Option<Span>,
    pub(super) responsible: Option<Span>,
    pub(super) function_id: Option<FunctionId>,
    pub(super) assembly: Option<Span>,
    pub(super) constant: Option<Span>,
    pub(super) is_static: Option<Span>,
    pub(super) no_storage: Option<Span>,
}

impl Target {
    fn accepts(self, keyword: Keyword) -> bool {
        use Keyword as K;
        match keyword {
            K::Public | K::Internal | K::Private => self != Target::Modifier,
            K::External | K::Pure | K::View | K::Payable => {
                matches!(self, Target::Function | Target::FunctionType)
            }
            K::Getter
            | K::ExternalMsg
            | K::InternalMsg
            | K::Inline
            | K::Responsible
            | K::FunctionId
            | K::Assembly => self == Target::Function,
            K::Virtual => matches!(self, Target::Function | Target::Modifier),
            K::Override => self != Target::FunctionType,
            K::Constant | K::Static | K::NoStorage | K::Immutable => self == Target::Var,
            _ => false,
        }
    }
}

fn is_attribute(keyword: Keyword) -> bool {
    let targets = [Target::Function, Target::FunctionType, Target::Modifier, Target::Var];
    keyword == Keyword::Indexed || targets.iter().any(|t| t.accepts(keyword))
}

impl Parser<'_> {
    /// Attributes in any order, modifiers of functions included.
    pub(super) fn function_attrs(&mut self, target: Target) -> PResult<Attrs> {
        let mut attrs = Attrs::default();
        loop {
            match self.kind() {
                TokenKind::Ident if target == Target::Function => {
                    let call = self.modifier_call()?;
                    attrs.modifiers.push(call);
                }
                TokenKind::Keyword(keyword) if is_attribute(keyword) => {
                    // The visibility behind a function type may belong to the variable of that type.
                    if target == Target::FunctionType
                        && attrs.visibility.is_some()
                        && visibility(keyword).is_some()
                    {
                        return Ok(attrs);
                    }
                    if target == Target::FunctionType && !target.accepts(keyword) {
                        return Ok(attrs);
                    }
                    if target == Target::Var && self.word_is_in_place_of_name() {
                        return Ok(attrs);
                    }
                    self.attr(keyword, target, &mut attrs)?;
                }
                _ => return Ok(attrs),
            }
        }
    }

    fn attr(&mut self, keyword: Keyword, target: Target, attrs: &mut Attrs) -> PResult<()> {
        let span = self.span();
        if !target.accepts(keyword) {
            self.bump();
            self.misplaced(keyword, span);
            return Ok(());
        }
        if keyword == Keyword::Override {
            let spec = self.override_spec()?;
            self.once(attrs.overrides.as_ref().map(|o| o.span), span, "override");
            attrs.overrides.get_or_insert(spec);
            return Ok(());
        }
        if keyword == Keyword::FunctionId {
            let id = self.function_id()?;
            self.once(attrs.function_id.as_ref().map(|i| i.span), span, "functionID");
            attrs.function_id.get_or_insert(id);
            return Ok(());
        }
        self.bump();
        if let Some(value) = visibility(keyword) {
            self.once(attrs.visibility.map(|a| a.span), span, "visibility");
            attrs.visibility.get_or_insert(Attr { value, span });
            return Ok(());
        }
        let mutability = match keyword {
            Keyword::Pure => Some(Mutability::Pure),
            Keyword::View => Some(Mutability::View),
            _ => None,
        };
        if let Some(value) = mutability {
            self.once(attrs.mutability.map(|a| a.span), span, "mutability");
            attrs.mutability.get_or_insert(Attr { value, span });
            return Ok(());
        }
        self.flag(keyword, span, attrs);
        Ok(())
    }

    /// Attributes that are one word.
    fn flag(&mut self, keyword: Keyword, span: Span, attrs: &mut Attrs) {
        let slot = match keyword {
            Keyword::Virtual => &mut attrs.is_virtual,
            Keyword::ExternalMsg => &mut attrs.external_msg,
            Keyword::InternalMsg => &mut attrs.internal_msg,
            Keyword::Inline => &mut attrs.inline,
            Keyword::Responsible => &mut attrs.responsible,
            Keyword::Assembly => &mut attrs.assembly,
            Keyword::Constant => &mut attrs.constant,
            Keyword::Static => &mut attrs.is_static,
            Keyword::NoStorage => &mut attrs.no_storage,
            Keyword::Payable => {
                return self
                    .diags
                    .warning(W0101, span, "`payable` has no effect")
                    .help("remove the word")
                    .emit();
            }
            _ => {
                let error = self.diags.error(E0123, span, "`immutable` does not exist in TON Solidity");
                let _ = error.help("use `constant` or `static`").emit();
                return;
            }
        };
        let before = *slot;
        slot.get_or_insert(span);
        self.once(before, span, keyword.as_str());
    }

    /// Whether the word is the last one before the end of a declaration, where the name should be.
    fn word_is_in_place_of_name(&self) -> bool {
        use Punct as P;
        let next = self.peek(1).kind;
        matches!(next, TokenKind::Punct(P::Semicolon | P::Assign | P::Comma | P::RParen | P::Colon))
    }

    fn once(&self, before: Option<Span>, span: Span, what: &str) {
        if let Some(before) = before {
            let error = self.diags.error(E0115, span, format!("{what} is given twice"));
            let _ = error.label(before, "given first here").emit();
        }
    }

    fn misplaced(&self, keyword: Keyword, span: Span) {
        let message = format!("`{}` is not allowed here", keyword.as_str());
        let _ = self.diags.error(E0116, span, message).emit();
    }

    /// Reports attributes where none may stand, and goes behind them.
    pub(super) fn refuse_attribute_words(&mut self) {
        while let TokenKind::Keyword(keyword) = self.kind() {
            let has_arguments = matches!(keyword, Keyword::Override | Keyword::FunctionId);
            if !is_attribute(keyword) || has_arguments || self.word_is_in_place_of_name() {
                return;
            }
            let span = self.bump().span;
            self.misplaced(keyword, span);
        }
    }

    /// Reports `memory`, `storage` and `calldata` between a type and a name, and goes behind them.
    pub(super) fn refuse_data_location(&mut self) {
        let is_location = ["memory", "storage", "calldata"].iter().any(|w| self.at_name(w));
        // Without a name behind it the word is itself the name: it is not reserved.
        if is_location && self.peek(1).kind == TokenKind::Ident {
            let span = self.bump().span;
            let message = format!("`{}`: data locations do not exist in TON Solidity", self.snippet(span));
            let _ = self.diags.error(E0120, span, message).help("remove the word").emit();
        }
    }

    fn override_spec(&mut self) -> PResult<OverrideSpec> {
        let start = self.expect_word(Keyword::Override)?;
        let mut bases = Vec::new();
        if self.at(Punct::LParen) {
            if self.is(1, Punct::RParen) {
                self.bump();
                return Err(self.expected("a name"));
            }
            bases = self.list((Punct::LParen, Punct::RParen), Self::path)?;
        }
        Ok(OverrideSpec { span: start.to(self.prev_span()), bases })
    }

    fn function_id(&mut self) -> PResult<FunctionId> {
        let start = self.expect_word(Keyword::FunctionId)?;
        self.expect(Punct::LParen)?;
        let value = self.expr()?;
        let end = self.expect(Punct::RParen)?;
        Ok(FunctionId { span: start.to(end), value })
    }

    fn modifier_call(&mut self) -> PResult<ModifierCall> {
        let path = self.path()?;
        let args = self.optional_args()?;
        Ok(ModifierCall { span: path.span.to(self.prev_span()), path, args })
    }
}

fn visibility(keyword: Keyword) -> Option<Visibility> {
    match keyword {
        Keyword::External => Some(Visibility::External),
        Keyword::Public => Some(Visibility::Public),
        Keyword::Internal => Some(Visibility::Internal),
        Keyword::Private => Some(Visibility::Private),
        Keyword::Getter => Some(Visibility::Getter),
        _ => None,
    }
}
