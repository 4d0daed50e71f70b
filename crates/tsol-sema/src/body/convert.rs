//! Giving an operand the type that is wanted, and finding the type that it has on its own.

use num_bigint::BigInt;
use num_traits::Zero as _;
use tsol_syntax::ast;
use tsol_syntax::span::Span;

use super::{Body, Operand};
use crate::builtin::Builtin;
use crate::codes::{E0303, E0304, E0305, E0306, E0307};
use crate::cx::R;
use crate::hir::{Expr, ExprKind, Type};
use crate::rational::Rational;
use crate::types;

impl Body<'_, '_> {
    /// A value of whatever type it has.
    pub(crate) fn value(&mut self, expr: &ast::Expr) -> R<Expr> {
        let operand = self.operand(expr)?;
        self.settle(operand)
    }

    /// A value of this type; implicit conversions are inserted.
    pub(crate) fn typed(&mut self, expr: &ast::Expr, ty: &Type) -> R<Expr> {
        let operand = self.operand(expr)?;
        self.coerce(operand, ty)
    }

    /// Whether an operand is accepted where `to` is wanted.
    pub(crate) fn accepts(&self, operand: &Operand, to: &Type) -> bool {
        match (operand, to) {
            (Operand::Value(expr), _) => self.cx.converts(&expr.ty, to),
            (Operand::Null(_), Type::Optional(_)) => true,
            (Operand::Tuple(parts, _), Type::Optional(inner)) => match &**inner {
                Type::Tuple(types) => self.accept_all(parts, types),
                _ => false,
            },
            (_, Type::Optional(inner)) => self.accepts(operand, inner),
            (Operand::Number { value, hex_digits, .. }, _) => number_as(value, *hex_digits, to).is_some(),
            (Operand::Text { value, .. }, _) => text_as(value, to).is_some(),
            (Operand::EmptyMap(_), Type::Mapping(..)) => true,
            (Operand::Nan(_), Type::QuietInt { .. } | Type::QuietBool) => true,
            (Operand::Tuple(parts, _), Type::Tuple(types)) => self.accept_all(parts, types),
            (Operand::List(items, _), Type::Array(element, None)) => {
                items.iter().all(|item| self.accepts(item, element))
            }
            _ => false,
        }
    }

    fn accept_all(&self, parts: &[Option<Operand>], types: &[Type]) -> bool {
        parts.len() == types.len()
            && parts
                .iter()
                .zip(types)
                .all(|(part, ty)| part.as_ref().is_some_and(|part| self.accepts(part, ty)))
    }

    /// Inserts the implicit conversion to `to`, or reports that there is none.
    pub(crate) fn coerce(&mut self, operand: Operand, to: &Type) -> R<Expr> {
        if !self.accepts(&operand, to) {
            return Err(self.mismatch(&operand, to));
        }
        let span = operand.span();
        let make = |kind, ty: &Type| Expr { kind, ty: ty.clone(), span };
        Ok(match (operand, to) {
            (Operand::Value(expr), _) => convert(expr, to),
            (Operand::Null(_), _) => make(ExprKind::Default, to),
            (Operand::EmptyMap(_), Type::Mapping(..)) => make(ExprKind::Default, to),
            (Operand::Nan(_), Type::QuietInt { .. } | Type::QuietBool) => {
                make(ExprKind::Builtin(Builtin::Nan, Vec::new()), to)
            }
            (Operand::Number { value, hex_digits, .. }, Type::Optional(_)) => {
                let inner = Operand::Number { value, hex_digits, span };
                return self.wrap(inner, to);
            }
            (operand, Type::Optional(_)) => return self.wrap(operand, to),
            (Operand::Number { value, hex_digits, .. }, _) => {
                let value = number_as(&value, hex_digits, to).expect("checked by `accepts`");
                make(ExprKind::Int(value), to)
            }
            (Operand::Text { value, .. }, _) => make(text_as(&value, to).expect("checked by `accepts`"), to),
            (Operand::Tuple(parts, _), Type::Tuple(types)) => {
                let mut values = Vec::new();
                for (part, ty) in parts.into_iter().flatten().zip(types) {
                    values.push(self.coerce(part, ty)?);
                }
                make(ExprKind::Tuple(values), to)
            }
            (Operand::List(items, _), Type::Array(element, None)) => {
                let mut values = Vec::new();
                for item in items {
                    values.push(self.coerce(item, element)?);
                }
                make(ExprKind::ArrayLiteral(values), to)
            }
            (operand, to) => return Err(self.mismatch(&operand, to)),
        })
    }

    fn wrap(&mut self, operand: Operand, to: &Type) -> R<Expr> {
        let Type::Optional(inner) = to else {
            return Err(self.mismatch(&operand, to));
        };
        let value = self.coerce(operand, inner)?;
        Ok(convert(value, to))
    }

    fn mismatch(&self, operand: &Operand, to: &Type) -> tsol_syntax::diag::Reported {
        let (found, wanted) = (self.describe(operand), self.cx.show(to));
        let mut error = self
            .cx
            .error(E0303, operand.span(), format!("{found} is given where `{wanted}` is wanted"))
            .here(format!("not `{wanted}`"));
        if let (Operand::Number { .. }, Some((low, high))) = (operand, number_range(to)) {
            return error.note(format!("`{wanted}` holds whole numbers from {low} to {high}")).emit();
        }
        let Operand::Value(expr) = operand else { return error.emit() };
        if *to == Type::Bool && types::is_plain_int(&expr.ty) {
            error = error.help("compare it: `… != 0`");
        } else if expr.ty.is_void() {
            error = error.note("this call has no result");
        } else if self.cx.converts_explicitly(&expr.ty, to) {
            error = error.help(format!("convert it: `{wanted}(…)`"));
        } else if let Type::Optional(inner) = &expr.ty
            && self.cx.converts(inner, to)
        {
            error = error.help("take the value out with `.get()`");
        }
        error.emit()
    }

    /// The operand in words, for messages.
    pub(crate) fn describe(&self, operand: &Operand) -> String {
        match operand {
            Operand::Value(expr) if expr.ty.is_void() => "nothing".to_owned(),
            Operand::Value(expr) => format!("`{}`", self.cx.show(&expr.ty)),
            Operand::Number { value, .. } => format!("the number {value}"),
            Operand::Text { .. } => "a string literal".to_owned(),
            Operand::Null(_) => "`null`".to_owned(),
            Operand::EmptyMap(_) => "`emptyMap`".to_owned(),
            Operand::Nan(_) => "`NaN`".to_owned(),
            Operand::Tuple(parts, _) => format!("a tuple of {}", parts.len()),
            Operand::List(..) => "an array literal".to_owned(),
            Operand::Type(ty, _) => format!("the type `{}`", self.cx.show(ty)),
            Operand::TypeInfo(..) => "`type(…)`".to_owned(),
            Operand::Namespace(ns, _) => format!("the namespace `{}`", ns.name()),
            Operand::Module(..) => "an imported file".to_owned(),
            Operand::Super(_) => "`super`".to_owned(),
            Operand::Funcs { .. } => "a function".to_owned(),
            Operand::Event(_) => "an event".to_owned(),
        }
    }

    /// The type that an operand has by itself.
    pub(crate) fn own_type(&self, operand: &Operand) -> Option<Type> {
        match operand {
            Operand::Value(expr) => Some(expr.ty.clone()),
            Operand::Number { value, .. } => types::literal_type(value.as_integer()?),
            Operand::Text { .. } => Some(Type::String),
            Operand::Tuple(parts, _) => {
                let parts: Option<Vec<Type>> =
                    parts.iter().map(|part| self.own_type(part.as_ref()?)).collect();
                Some(Type::Tuple(parts?))
            }
            Operand::List(items, _) => {
                let first = self.own_type(items.first()?)?;
                let common = items
                    .iter()
                    .skip(1)
                    .try_fold(first, |common, item| self.common_type(&common, &self.own_type(item)?))?;
                Some(Type::Array(Box::new(common), None))
            }
            _ => None,
        }
    }

    /// The type that both convert to.
    pub(crate) fn common_type(&self, a: &Type, b: &Type) -> Option<Type> {
        if let (Type::QuietInt { .. }, _) | (_, Type::QuietInt { .. }) = (a, b) {
            let (x, y) = (types::int_shape(a)?, types::int_shape(b)?);
            let wider = if types::int_widens(y, x) {
                x
            } else if types::int_widens(x, y) {
                y
            } else {
                return None;
            };
            return Some(Type::QuietInt { signed: wider.0, bits: wider.1 });
        }
        if self.cx.converts(b, a) {
            Some(a.clone())
        } else if self.cx.converts(a, b) {
            Some(b.clone())
        } else {
            None
        }
    }

    /// Turns an operand into a value of its own type.
    pub(crate) fn settle(&mut self, operand: Operand) -> R<Expr> {
        match self.own_type(&operand) {
            Some(ty) => self.coerce(operand, &ty),
            None => Err(self.no_value(&operand)),
        }
    }

    fn no_value(&self, operand: &Operand) -> tsol_syntax::diag::Reported {
        let span = operand.span();
        match operand {
            Operand::Number { value, .. } if value.as_integer().is_none() => {
                self.cx.error(E0304, span, format!("the number {value} is not whole")).emit()
            }
            Operand::Number { .. } => self.cx.error(E0304, span, "the number has more than 256 bits").emit(),
            Operand::Null(_) | Operand::EmptyMap(_) | Operand::Nan(_) | Operand::List(..) => {
                let message = format!("the type of {} is not known here", self.describe(operand));
                self.cx
                    .error(E0305, span, message)
                    .help("assign it to a variable of the wanted type first")
                    .emit()
            }
            other => {
                let message = format!("{} is not a value", self.describe(other));
                self.cx.error(E0306, span, message).emit()
            }
        }
    }

    /// `T(x)`.
    pub(crate) fn convert_explicitly(&mut self, operand: Operand, to: &Type, span: Span) -> R<Expr> {
        if self.accepts(&operand, to) {
            let mut expr = self.coerce(operand, to)?;
            expr.span = span;
            return Ok(expr);
        }
        if let (Operand::Number { value, .. }, Type::Address | Type::Contract(_) | Type::Enum(_)) =
            (&operand, to)
            && let Some(expr) = self.special_number(value, to, span)
        {
            return Ok(expr);
        }
        if let Operand::Number { .. } = &operand {
            if !matches!(to, Type::FixedBytes(_) | Type::Int { .. } | Type::VarInt { .. }) {
                return Err(self.bad_conversion(&operand, to, span));
            }
            return Err(self.mismatch(&operand, to));
        }
        if let Operand::Text { .. } = &operand {
            return Err(self.bad_conversion(&operand, to, span));
        }
        let Some(own) = self.own_type(&operand) else {
            return Err(self.bad_conversion(&operand, to, span));
        };
        if !self.cx.converts_explicitly(&own, to) {
            return Err(self.bad_conversion(&operand, to, span));
        }
        let value = self.settle(operand)?;
        Ok(match to {
            Type::Enum(id) => Expr { kind: ExprKind::EnumCast(*id, Box::new(value)), ty: to.clone(), span },
            // Checked in `unchecked` blocks as well: they are about arithmetic.
            _ => Expr { kind: ExprKind::Convert(Box::new(value), true), ty: to.clone(), span },
        })
    }

    fn bad_conversion(&self, operand: &Operand, to: &Type, span: Span) -> tsol_syntax::diag::Reported {
        let message = format!("{} cannot be converted to `{}`", self.describe(operand), self.cx.show(to));
        let mut error = self.cx.error(E0307, span, message);
        let from = self.own_type(operand);
        let number = from.as_ref().is_some_and(types::is_plain_int);
        match (from, to) {
            (_, Type::Enum(id)) if matches!(operand, Operand::Number { .. }) => {
                let members = self.cx.program.enums[id.0 as usize].members.len();
                error = error.note(format!("its members have the numbers from 0 to {}", members - 1));
            }
            (_, Type::Bool) if number => error = error.help("compare it: `… != 0`"),
            (_, Type::String) if number => error = error.help("write `format(\"{}\", …)`"),
            (Some(Type::Address), Type::Int { .. }) => error = error.help("take its number: `.value`"),
            _ => {}
        }
        error.emit()
    }

    /// `address(0x…)`, `IWallet(0)`, `State(2)`.
    fn special_number(&self, value: &Rational, to: &Type, span: Span) -> Option<Expr> {
        let whole = value.as_integer()?;
        if let Type::Enum(id) = to {
            let members = self.cx.program.enums[id.0 as usize].members.len();
            let inside = *whole >= BigInt::zero() && *whole < BigInt::from(members);
            return inside.then(|| Expr { kind: ExprKind::Int(whole.clone()), ty: to.clone(), span });
        }
        if !types::fits(whole, false, 256) {
            return None;
        }
        let address = Expr { kind: ExprKind::Address(0, to_bytes(whole)), ty: Type::Address, span };
        Some(convert_to(address, to))
    }
}

/// Smallest and largest number of an integer type.
fn number_range(ty: &Type) -> Option<(BigInt, BigInt)> {
    let (signed, bits) = types::int_shape(ty)?;
    Some(types::int_range(signed, bits))
}

/// Wraps in a conversion that cannot fail.
pub(crate) fn convert(expr: Expr, to: &Type) -> Expr {
    if expr.ty == *to {
        return expr;
    }
    // A widening that wraps as well is done in two steps, so that each step has one meaning.
    if let Type::Optional(inner) = to
        && !matches!(expr.ty, Type::Optional(_))
        && expr.ty != **inner
    {
        let inner_expr = convert(expr, inner);
        return convert_to(inner_expr, to);
    }
    if let ExprKind::Int(_) = expr.kind
        && types::int_shape(to).is_some()
    {
        return Expr { ty: to.clone(), ..expr };
    }
    convert_to(expr, to)
}

fn convert_to(expr: Expr, to: &Type) -> Expr {
    if expr.ty == *to {
        return expr;
    }
    let span = expr.span;
    Expr { kind: ExprKind::Convert(Box::new(expr), true), ty: to.clone(), span }
}

/// Big-endian bytes of a number below 2^256.
pub(crate) fn to_bytes(value: &BigInt) -> [u8; 32] {
    let (_, digits) = value.to_bytes_be();
    let mut bytes = [0u8; 32];
    let used = digits.len().min(32);
    bytes[32 - used..].copy_from_slice(&digits[digits.len() - used..]);
    bytes
}

/// The value of a literal in a type, if it has one there.
fn number_as(value: &Rational, hex_digits: Option<usize>, to: &Type) -> Option<BigInt> {
    let whole = value.as_integer()?;
    let ok = match to {
        Type::FixedBytes(n) => whole.is_zero() || hex_digits == Some(usize::from(*n) * 2),
        _ => {
            let (signed, bits) = types::int_shape(to)?;
            types::fits(whole, signed, bits)
        }
    };
    ok.then(|| whole.clone())
}

/// A string literal in a type, if it can be one.
fn text_as(value: &[u8], to: &Type) -> Option<ExprKind> {
    match to {
        Type::Bytes => Some(ExprKind::Bytes(value.to_vec())),
        Type::String => std::str::from_utf8(value).ok().map(|_| ExprKind::Bytes(value.to_vec())),
        Type::FixedBytes(n) if value.len() <= usize::from(*n) => {
            let mut padded = value.to_vec();
            padded.resize(usize::from(*n), 0);
            Some(ExprKind::Int(BigInt::from_bytes_be(num_bigint::Sign::Plus, &padded)))
        }
        Type::Slice => slice_bits(value).map(ExprKind::SliceBits),
        _ => None,
    }
}

/// Bits of `"0189abef_"`: hexadecimal digits; `_` at the end removes the last one-bit and the zeros after it.
fn slice_bits(value: &[u8]) -> Option<Vec<bool>> {
    let (digits, tagged) = match value.split_last() {
        Some((b'_', rest)) => (rest, true),
        _ => (value, false),
    };
    let mut bits = Vec::with_capacity(digits.len() * 4);
    for digit in digits {
        let digit = char::from(*digit).to_digit(16)?;
        bits.extend((0..4).rev().map(|i| digit >> i & 1 == 1));
    }
    if tagged {
        let last = bits.iter().rposition(|bit| *bit)?;
        bits.truncate(last);
    }
    (bits.len() <= 1023).then_some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slice_literals_read_completion_tags() {
        assert_eq!(slice_bits(b"8_"), Some(vec![]));
        assert_eq!(slice_bits(b"a"), Some(vec![true, false, true, false]));
        assert_eq!(slice_bits(b"a_"), Some(vec![true, false]));
        assert_eq!(slice_bits(b"_"), None);
        assert_eq!(slice_bits(b"xyz"), None);
    }

    #[test]
    fn fixed_bytes_take_literals_of_their_length() {
        let value = Rational::integer(BigInt::from(0x0a));
        assert!(number_as(&value, Some(2), &Type::FixedBytes(1)).is_some());
        assert!(number_as(&value, Some(4), &Type::FixedBytes(1)).is_none());
        assert!(number_as(&value, None, &Type::FixedBytes(1)).is_none());
        let zero = Rational::integer(BigInt::zero());
        assert!(number_as(&zero, None, &Type::FixedBytes(32)).is_some());
    }
}
