//! `math.*`.

use tsol_syntax::ast::{self, CallArgs};
use tsol_syntax::span::Span;

use super::operand::Ns;
use super::{Body, Operand};
use crate::builtin::Builtin as B;
use crate::codes::{E0326, E0327};
use crate::cx::R;
use crate::hir::{Expr, ExprKind, Type};
use crate::types::{int_shape, uint};

impl Body<'_, '_> {
    pub(crate) fn math_call(&mut self, name: &ast::Ident, args: &CallArgs, span: Span) -> R<Operand> {
        let (builtin, count) = match name.as_str() {
            "min" => (B::MathMin, None),
            "max" => (B::MathMax, None),
            "minmax" => (B::MathMinMax, Some(2)),
            "divr" => (B::MathDivR, Some(2)),
            "divc" => (B::MathDivC, Some(2)),
            "divmod" => (B::MathDivMod, Some(2)),
            "muldiv" => (B::MathMulDiv, Some(3)),
            "muldivr" => (B::MathMulDivR, Some(3)),
            "muldivc" => (B::MathMulDivC, Some(3)),
            "muldivmod" => (B::MathMulDivMod, Some(3)),
            "mulmod" => (B::MathMulMod, Some(3)),
            "abs" | "sign" => return self.math_unary(name, args, span),
            "modpow2" => return self.mod_pow2(args, span),
            _ => return Err(self.no_namespace_member(Ns::Math, name)),
        };
        let list = self.positional(args, span)?;
        if count.map_or(list.len() < 2, |count| list.len() != count) {
            let wanted = count.map_or("2 or more".to_owned(), |count| count.to_string());
            return Err(self.wrong_count(span, &wanted, list.len()));
        }
        let (operands, ty) = self.same_integers(list)?;
        let result = match builtin {
            B::MathMinMax | B::MathDivMod | B::MathMulDivMod => Type::Tuple(vec![ty.clone(), ty]),
            _ => ty,
        };
        Ok(Operand::Value(Expr { kind: ExprKind::Builtin(builtin, operands), ty: result, span }))
    }

    /// Values of one common integer type.
    fn same_integers(&mut self, list: &[ast::Expr]) -> R<(Vec<Expr>, Type)> {
        let mut operands = Vec::new();
        let mut common: Option<Type> = None;
        for expr in list {
            let operand = self.operand(expr)?;
            let own = self.own_type(&operand).filter(|ty| int_shape(ty).is_some());
            let Some(own) = own else {
                let message = format!("{} is not an integer", self.describe(&operand));
                return Err(self.cx.error(E0326, expr.span, message).emit());
            };
            let next = match &common {
                Some(ty) if self.accepts(&operand, ty) => Some(ty.clone()),
                Some(ty) => self.common_type(ty, &own),
                None => Some(own),
            };
            let Some(next) = next else {
                let message = "the arguments have no common integer type";
                return Err(self.cx.error(E0326, expr.span, message).help("convert them to one type").emit());
            };
            common = Some(next);
            operands.push(operand);
        }
        let ty = common.expect("there is at least one argument");
        // A literal that came first may be accepted by the type of a later value, though its own type is not.
        let mut values = Vec::new();
        for operand in operands {
            values.push(self.coerce(operand, &ty)?);
        }
        Ok((values, ty))
    }

    fn math_unary(&mut self, name: &ast::Ident, args: &CallArgs, span: Span) -> R<Operand> {
        let list = self.positional(args, span)?;
        let [value] = list else { return Err(self.wrong_count(span, "1", list.len())) };
        let value = self.value(value)?;
        let Some((signed, bits)) = int_shape(&value.ty) else {
            return Err(self.cx.error(E0326, value.span, "an integer is wanted").emit());
        };
        let (builtin, ty) = match name.as_str() {
            "sign" => (B::MathSign, Type::Int { signed: true, bits: 2 }),
            _ if !signed => {
                return Err(self.cx.error(E0326, value.span, "a signed integer is wanted").emit());
            }
            _ => (B::MathAbs, uint((bits - 1).max(1))),
        };
        // NaN stays NaN, so its type stays quiet.
        let ty = match (&value.ty, ty) {
            (Type::QuietInt { .. }, Type::Int { signed, bits }) => Type::QuietInt { signed, bits },
            (_, plain) => plain,
        };
        Ok(Operand::Value(Expr { kind: ExprKind::Builtin(builtin, vec![value]), ty, span }))
    }

    fn mod_pow2(&mut self, args: &CallArgs, span: Span) -> R<Operand> {
        let list = self.positional(args, span)?;
        let [value, power] = list else { return Err(self.wrong_count(span, "2", list.len())) };
        let value = self.value(value)?;
        if int_shape(&value.ty).is_none() {
            return Err(self.cx.error(E0326, value.span, "an integer is wanted").emit());
        }
        let power = self.constant_int(power)?;
        let Some(bits) = u16::try_from(&power).ok().filter(|bits| (1..=256).contains(bits)) else {
            return Err(self.cx.error(E0327, list[1].span, "the power is between 1 and 256").emit());
        };
        let ty = value.ty.clone();
        Ok(Operand::Value(Expr { kind: ExprKind::Builtin(B::MathModPow2(bits), vec![value]), ty, span }))
    }
}
