//! `base.name` that is not called.

use num_bigint::BigInt;
use tsol_syntax::ast;
use tsol_syntax::diag::Reported;
use tsol_syntax::span::Span;

use super::{Body, Operand, Via};
use crate::builtin::Builtin;
use crate::codes::{E0208, E0320, E0321};
use crate::cx::R;
use crate::hir::{Expr, ExprKind, Type};
use crate::names::nearest;
use crate::types;

impl Body<'_, '_> {
    pub(crate) fn member(&mut self, base: Operand, name: &ast::Ident, span: Span) -> R<Operand> {
        match base {
            Operand::Namespace(ns, _) => self.namespace_value(ns, name, span),
            Operand::Type(ty, _) => self.type_member(&ty, name, span),
            Operand::TypeInfo(ty, _) => self.type_info(&ty, name, span),
            Operand::Module(file, _) => {
                let syms = self.cx.defs.files[file].scope.get(&name.name).cloned().unwrap_or_default();
                if syms.is_empty() {
                    let message = format!("the imported file has no `{name}`");
                    return Err(self.cx.error(E0208, name.span, message).emit());
                }
                self.symbols(&syms, Via::Type, span)
            }
            Operand::Super(_) => {
                let list = self.super_functions(name, span)?;
                Ok(Operand::Funcs { list, via: Via::Super, span })
            }
            other => {
                let value = self.settle(other)?;
                self.value_member(value, name, span)
            }
        }
    }

    fn type_member(&mut self, ty: &Type, name: &ast::Ident, span: Span) -> R<Operand> {
        match ty {
            Type::Enum(id) => {
                let members = &self.cx.program.enums[id.0 as usize].members;
                if let Some(index) = members.iter().position(|member| *member == name.name) {
                    let kind = ExprKind::Int(BigInt::from(index));
                    return Ok(Operand::Value(Expr { kind, ty: ty.clone(), span }));
                }
                let near = nearest(&name.name, members.iter().map(String::as_str)).map(str::to_owned);
                Err(self.no_member(ty, name, near))
            }
            Type::Contract(id) => {
                let contract = id.0 as usize;
                let syms = self.cx.lookup_member(contract, &name.name, self.home.contract);
                if syms.is_empty() {
                    let scope = self.cx.defs.contracts[contract].scope.keys();
                    let near = nearest(&name.name, scope.map(String::as_str)).map(str::to_owned);
                    return Err(self.no_member(ty, name, near));
                }
                self.symbols(&syms, Via::Type, span)
            }
            Type::Address if name.name == "addrNone" => {
                Ok(Operand::Value(Expr { kind: ExprKind::AddressNone, ty: Type::Address, span }))
            }
            _ => Err(self.no_member(ty, name, None)),
        }
    }

    fn type_info(&mut self, ty: &Type, name: &ast::Ident, span: Span) -> R<Operand> {
        let range = match ty {
            Type::Int { .. } | Type::VarInt { .. } => {
                types::int_shape(ty).map(|(signed, bits)| types::int_range(signed, bits))
            }
            Type::Enum(id) => {
                let last = self.cx.program.enums[id.0 as usize].members.len().saturating_sub(1);
                Some((BigInt::from(0), BigInt::from(last)))
            }
            _ => None,
        };
        let Some((low, high)) = range else {
            let message = format!("nothing is known of `type({})`", self.cx.show(ty));
            return Err(self
                .cx
                .error(E0321, span, message)
                .note("only integers and enums have `min` and `max`")
                .emit());
        };
        let value = match name.as_str() {
            "min" => low,
            "max" => high,
            _ => return Err(self.cx.error(E0321, name.span, "only `min` and `max` exist here").emit()),
        };
        Ok(Operand::Value(Expr { kind: ExprKind::Int(value), ty: ty.clone(), span }))
    }

    fn value_member(&mut self, base: Expr, name: &ast::Ident, span: Span) -> R<Operand> {
        let builtin = |builtin, ty, base| {
            let kind = ExprKind::Builtin(builtin, vec![base]);
            Ok(Operand::Value(Expr { kind, ty, span }))
        };
        match (&base.ty, name.as_str()) {
            (Type::Struct(id), _) => {
                let fields = &self.cx.program.structs[id.0 as usize].fields;
                if let Some(index) = fields.iter().position(|(field, _)| *field == name.name) {
                    let ty = fields[index].1.clone();
                    return Ok(Operand::Value(Expr {
                        kind: ExprKind::Field(Box::new(base), index),
                        ty,
                        span,
                    }));
                }
                let near = nearest(&name.name, fields.iter().map(|(f, _)| f.as_str())).map(str::to_owned);
                Err(self.no_member(&base.ty, name, near))
            }
            (Type::Address, "wid") => builtin(Builtin::AddrWid, Type::INT8, base),
            (Type::Address, "value") => builtin(Builtin::AddrValue, Type::UINT256, base),
            (Type::Address, "balance" | "currencies") => self.own_balance(base, name, span),
            (Type::Bytes, "length") => builtin(Builtin::BytesLength, Type::UINT256, base),
            (Type::Array(..), "length") => builtin(Builtin::ArrayLength, Type::UINT256, base),
            (Type::FixedBytes(n), "length") => {
                let kind = ExprKind::Int(BigInt::from(*n));
                Ok(Operand::Value(Expr { kind, ty: Type::UINT8, span }))
            }
            _ => Err(self.no_value_member(&base.ty, name)),
        }
    }

    /// `address(this).balance`: only the own account is known.
    fn own_balance(&mut self, base: Expr, name: &ast::Ident, span: Span) -> R<Operand> {
        let mut inner = &base;
        while let ExprKind::Convert(value, _) = &inner.kind {
            inner = value;
        }
        if !matches!(inner.kind, ExprKind::Builtin(Builtin::This, _)) {
            let message = format!("`{name}` is known of this contract only");
            return Err(self
                .cx
                .error(E0320, span, message)
                .help(format!("write `address(this).{name}`"))
                .emit());
        }
        let (builtin, ty) = match name.as_str() {
            "balance" => (Builtin::Balance, types::COINS),
            _ => (Builtin::Currencies, types::currencies()),
        };
        Ok(Operand::Value(Expr { kind: ExprKind::Builtin(builtin, Vec::new()), ty, span }))
    }

    pub(crate) fn no_value_member(&self, ty: &Type, name: &ast::Ident) -> Reported {
        if !super::method::methods(ty, &name.name, &self.cx.program).is_empty() {
            let message = format!("`{name}` is a function");
            return self.cx.error(E0320, name.span, message).help(format!("call it: `.{name}(…)`")).emit();
        }
        if let Type::Contract(_) = ty
            && matches!(name.as_str(), "wid" | "value" | "balance" | "currencies")
        {
            let message = format!("a contract has no member `{name}`");
            return self.cx.error(E0320, name.span, message).help("convert it: `address(…)`").emit();
        }
        if let Type::Contract(id) = ty {
            let interface = &self.cx.program.interfaces[id.0 as usize].name;
            let functions = self.cx.defs.contracts[id.0 as usize].funcs.iter();
            let names = functions.map(|func| self.cx.defs.funcs[*func].def.name.as_str());
            if names.clone().any(|known| known == name.name) {
                let message = format!("`{name}` is a function of `{interface}`");
                let help = format!("call it: `.{name}{{…}}(…)`");
                return self.cx.error(E0320, name.span, message).help(help).emit();
            }
            return self.no_member(ty, name, nearest(&name.name, names).map(str::to_owned));
        }
        let near = nearest(&name.name, super::method::names(ty).iter().copied()).map(str::to_owned);
        self.no_member(ty, name, near)
    }

    pub(crate) fn no_member(&self, ty: &Type, name: &ast::Ident, near: Option<String>) -> Reported {
        let message = format!("`{}` has no member `{name}`", self.cx.show(ty));
        let mut error = self.cx.error(E0320, name.span, message);
        if let Some(near) = near {
            error = error.help(format!("perhaps `{near}` is meant"));
        }
        error.emit()
    }
}
