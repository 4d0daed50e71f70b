//! Operators.

use std::cmp::Ordering;

use num_bigint::BigInt;
use tsol_syntax::ast;
use tsol_syntax::span::Span;

use super::{Body, Operand};
use crate::builtin::Builtin;
use crate::codes::{E0304, E0308, E0309};
use crate::cx::R;
use crate::hir::{BinaryOp, Expr, ExprKind, Type, UnaryOp};
use crate::rational::{Failure, Rational};
use crate::types::{self, int_shape};

/// An operator between two operands.
#[derive(Clone, Copy)]
pub(crate) struct Infix {
    pub(crate) op: ast::BinaryOp,
    /// Where the operator stands.
    pub(crate) op_span: Span,
    /// Where the whole expression stands.
    pub(crate) span: Span,
}

impl Body<'_, '_> {
    pub(crate) fn binary(&mut self, infix: Infix, left: &ast::Expr, right: &ast::Expr) -> R<Operand> {
        // Long chains lean to the left: walk down in a loop, so that depth of the tree is not depth of the stack.
        let mut pending = vec![(infix, right)];
        let mut first = left;
        while let ast::ExprKind::Binary { op, op_span, left, right } = &first.kind {
            pending.push((Infix { op: *op, op_span: *op_span, span: first.span }, &**right));
            first = left;
        }
        let mut result = self.operand(first);
        for (infix, right) in pending.into_iter().rev() {
            let right = self.operand(right);
            result = match (result, right) {
                (Ok(left), Ok(right)) => self.combine(infix, left, right),
                (Err(reported), _) | (_, Err(reported)) => Err(reported),
            };
        }
        result
    }

    /// Applies an operator to two checked operands.
    pub(crate) fn combine(&mut self, infix: Infix, left: Operand, right: Operand) -> R<Operand> {
        let Infix { op, op_span, span } = infix;
        if let (Operand::Number { value: a, .. }, Operand::Number { value: b, .. }) = (&left, &right) {
            return self.fold_numbers(op, a, b, span);
        }
        if let (Operand::Number { .. }, Some(Type::VarInt { .. })) = (&left, self.own_type(&right)) {
            let error = self.cx.error(E0308, op_span, "a number cannot stand in front of a variable integer");
            return Err(error.help("put it behind the operator, or convert it").emit());
        }
        match op {
            ast::BinaryOp::And | ast::BinaryOp::Or => self.logical(infix, left, right),
            ast::BinaryOp::Shl | ast::BinaryOp::Shr | ast::BinaryOp::Pow => {
                self.shift_or_power(infix, left, right)
            }
            ast::BinaryOp::Add if self.is_text(&left) || self.is_text(&right) => {
                self.concat(infix, left, right)
            }
            _ => self.symmetric(infix, left, right),
        }
    }

    fn fold_numbers(&self, op: ast::BinaryOp, a: &Rational, b: &Rational, span: Span) -> R<Operand> {
        use ast::BinaryOp as Op;
        let folded = match op {
            Op::Add => a.add(b),
            Op::Sub => a.sub(b),
            Op::Mul => a.mul(b),
            Op::Div => a.div(b),
            Op::Mod => a.rem(b),
            Op::Pow => a.pow(b),
            Op::Shl => a.shl(b),
            Op::Shr => a.shr(b),
            Op::BitAnd => a.bits(b, |x, y| x & y),
            Op::BitOr => a.bits(b, |x, y| x | y),
            Op::BitXor => a.bits(b, |x, y| x ^ y),
            Op::And | Op::Or => {
                let message = format!("`{}` needs truth values", op.as_str());
                return Err(self.cx.error(E0308, span, message).emit());
            }
            comparison => {
                let holds = compare(comparison, a.cmp(b));
                return Ok(Operand::Value(Expr { kind: ExprKind::Bool(holds), ty: Type::Bool, span }));
            }
        };
        folded.map(|value| Operand::Number { value, hex_digits: None, span }).map_err(|failure: Failure| {
            self.cx.error(E0304, span, format!("this has no value: {}", failure.text())).emit()
        })
    }

    fn logical(&mut self, infix: Infix, left: Operand, right: Operand) -> R<Operand> {
        let Infix { op, span, .. } = infix;
        let quiet = [&left, &right].iter().any(|o| self.own_type(o) == Some(Type::QuietBool));
        let ty = if quiet { Type::QuietBool } else { Type::Bool };
        if !self.accepts(&left, &ty) || !self.accepts(&right, &ty) {
            return Err(self.no_operator(infix, &left, &right));
        }
        let left = Box::new(self.coerce(left, &ty)?);
        let right = Box::new(self.coerce(right, &ty)?);
        let op = if op == ast::BinaryOp::And { BinaryOp::And } else { BinaryOp::Or };
        Ok(Operand::Value(Expr { kind: ExprKind::Binary(op, left, right, true), ty, span }))
    }

    fn shift_or_power(&mut self, infix: Infix, left: Operand, right: Operand) -> R<Operand> {
        let Infix { op, span, .. } = infix;
        let quiet = matches!(self.own_type(&left), Some(Type::QuietInt { .. }));
        let narrow = match &right {
            Operand::Number { value, .. } => value.as_integer().is_some_and(|n| *n < BigInt::from(1024)),
            other => self.own_type(other).as_ref().and_then(int_shape).is_some_and(|(_, bits)| bits <= 10),
        };
        let unsigned = match self.own_type(&right) {
            // Shifts of quiet integers take at most 1023, so that the amount itself cannot fail.
            Some(Type::Int { signed: false, .. }) => narrow || !quiet || op == ast::BinaryOp::Pow,
            Some(Type::VarInt { signed: false, .. }) => op == ast::BinaryOp::Pow,
            _ => false,
        };
        let base = match &left {
            Operand::Number { value, .. } if value.is_negative() => Some(types::INT257),
            Operand::Number { .. } => Some(Type::UINT256),
            other => self.own_type(other),
        };
        let shifts_bytes = matches!(base, Some(Type::FixedBytes(_))) && op != ast::BinaryOp::Pow;
        let Some(ty) = base.filter(|ty| (int_shape(ty).is_some() || shifts_bytes) && unsigned) else {
            return Err(self.no_operator(infix, &left, &right));
        };
        let left = self.coerce(left, &ty)?;
        let right = self.settle(right)?;
        let checked = !self.unchecked;
        let kind = ExprKind::Binary(operator(op), Box::new(left), Box::new(right), checked);
        Ok(Operand::Value(Expr { kind, ty, span }))
    }

    fn is_text(&self, operand: &Operand) -> bool {
        matches!(operand, Operand::Text { .. }) || self.own_type(operand) == Some(Type::String)
    }

    fn concat(&mut self, infix: Infix, left: Operand, right: Operand) -> R<Operand> {
        let fits = |body: &Self, operand: &Operand| {
            body.is_text(operand) || matches!(body.own_type(operand), Some(Type::FixedBytes(_)))
        };
        if !fits(self, &left) || !fits(self, &right) {
            return Err(self.no_operator(infix, &left, &right));
        }
        let left = self.as_string(left)?;
        let right = self.as_string(right)?;
        let kind = ExprKind::Builtin(Builtin::BytesConcat, vec![left, right]);
        Ok(Operand::Value(Expr { kind, ty: Type::String, span: infix.span }))
    }

    fn as_string(&mut self, operand: Operand) -> R<Expr> {
        let value = self.settle(operand)?;
        if !matches!(value.ty, Type::FixedBytes(_)) {
            return Ok(super::convert::convert(value, &Type::String));
        }
        let span = value.span;
        let bytes = Expr { kind: ExprKind::Convert(Box::new(value), true), ty: Type::Bytes, span };
        Ok(super::convert::convert(bytes, &Type::String))
    }

    fn symmetric(&mut self, infix: Infix, left: Operand, right: Operand) -> R<Operand> {
        let Infix { op, span, .. } = infix;
        let Some(common) = self.common_operand_type(&left, &right) else {
            return Err(self.no_operator(infix, &left, &right));
        };
        let result = match op.is_comparison() {
            true => self.comparison_type(op, &common),
            false => self.arithmetic_type(op, &common),
        };
        let Some(ty) = result else {
            return Err(self.no_operator(infix, &left, &right));
        };
        let left = Box::new(self.coerce(left, &common)?);
        let right = Box::new(self.coerce(right, &common)?);
        let checked = !self.unchecked;
        let kind = ExprKind::Binary(operator(op), left, right, checked);
        Ok(Operand::Value(Expr { kind, ty, span }))
    }

    fn common_operand_type(&self, left: &Operand, right: &Operand) -> Option<Type> {
        let (a, b) = (self.own_type(left), self.own_type(right));
        match (a, b) {
            (Some(a), Some(b)) if self.accepts(right, &a) && !matches!(b, Type::QuietInt { .. }) => Some(a),
            (Some(a), Some(b)) if self.accepts(left, &b) && !matches!(a, Type::QuietInt { .. }) => Some(b),
            (Some(a), Some(b)) => self.common_type(&a, &b),
            (Some(a), None) => self.accepts(right, &a).then_some(a),
            (None, Some(b)) => self.accepts(left, &b).then_some(b),
            (None, None) => None,
        }
    }

    fn comparison_type(&self, op: ast::BinaryOp, ty: &Type) -> Option<Type> {
        let equality = matches!(op, ast::BinaryOp::Eq | ast::BinaryOp::Ne);
        match ty {
            Type::Int { .. } | Type::VarInt { .. } | Type::FixedBytes(_) | Type::Enum(_) => Some(Type::Bool),
            Type::String | Type::Slice => Some(Type::Bool),
            Type::QuietInt { .. } => Some(Type::QuietBool),
            Type::QuietBool if equality => Some(Type::QuietBool),
            Type::Bool | Type::Address | Type::Contract(_) | Type::Bytes | Type::Cell if equality => {
                Some(Type::Bool)
            }
            _ => None,
        }
    }

    fn arithmetic_type(&self, op: ast::BinaryOp, ty: &Type) -> Option<Type> {
        use ast::BinaryOp as Op;
        let bits = matches!(op, Op::BitAnd | Op::BitOr | Op::BitXor);
        match ty {
            Type::Int { .. } | Type::VarInt { .. } | Type::QuietInt { .. } => Some(ty.clone()),
            Type::FixedBytes(_) if bits => Some(ty.clone()),
            _ => None,
        }
    }

    fn no_operator(&self, infix: Infix, left: &Operand, right: &Operand) -> tsol_syntax::diag::Reported {
        let (a, b) = (self.describe(left), self.describe(right));
        let message = format!("`{}` is not defined for {a} and {b}", infix.op.as_str());
        let mut error = self
            .cx
            .error(E0308, infix.op_span, message)
            .label(left.span(), format!("this is {a}"))
            .label(right.span(), format!("this is {b}"));
        let shapes = (
            self.own_type(left).as_ref().and_then(int_shape),
            self.own_type(right).as_ref().and_then(int_shape),
        );
        if matches!(infix.op, ast::BinaryOp::Shl | ast::BinaryOp::Shr | ast::BinaryOp::Pow) {
            if shapes.1.is_some_and(|(signed, _)| signed) {
                error = error.help("convert the right side to an unsigned integer");
            }
        } else if let (Some(x), Some(y)) = shapes
            && x.0 != y.0
        {
            error = error.help("convert one side, so that both are signed or both unsigned");
        }
        error.emit()
    }

    pub(crate) fn unary(&mut self, op: ast::UnaryOp, operand: &ast::Expr, span: Span) -> R<Operand> {
        match op {
            ast::UnaryOp::PreInc | ast::UnaryOp::PostInc => {
                self.inc_dec(operand, true, op == ast::UnaryOp::PreInc, span)
            }
            ast::UnaryOp::PreDec | ast::UnaryOp::PostDec => {
                self.inc_dec(operand, false, op == ast::UnaryOp::PreDec, span)
            }
            ast::UnaryOp::Delete => {
                let target = self.place(operand)?;
                let kind = ExprKind::Delete(Box::new(target));
                Ok(Operand::Value(Expr { kind, ty: Type::void(), span }))
            }
            ast::UnaryOp::Not | ast::UnaryOp::BitNot | ast::UnaryOp::Neg => {
                self.simple_unary(op, operand, span)
            }
        }
    }

    fn simple_unary(&mut self, op: ast::UnaryOp, operand: &ast::Expr, span: Span) -> R<Operand> {
        let operand = self.operand(operand)?;
        if let Operand::Number { value, .. } = &operand {
            let folded = match op {
                ast::UnaryOp::Neg => Some(value.neg()),
                ast::UnaryOp::BitNot => value.not().ok(),
                _ => None,
            };
            let Some(value) = folded else { return Err(self.no_unary(op, &operand, span)) };
            return Ok(Operand::Number { value, hex_digits: None, span });
        }
        let value = self.settle(operand)?;
        let (own, allowed) = match op {
            ast::UnaryOp::Not => (UnaryOp::Not, matches!(value.ty, Type::Bool | Type::QuietBool)),
            ast::UnaryOp::Neg => (UnaryOp::Neg, int_shape(&value.ty).is_some_and(|(signed, _)| signed)),
            _ => {
                let bits = int_shape(&value.ty).is_some() || matches!(value.ty, Type::FixedBytes(_));
                (UnaryOp::BitNot, bits)
            }
        };
        if !allowed {
            return Err(self.no_unary(op, &Operand::Value(value), span));
        }
        let ty = value.ty.clone();
        let kind = ExprKind::Unary(own, Box::new(value), !self.unchecked);
        Ok(Operand::Value(Expr { kind, ty, span }))
    }

    fn no_unary(&self, op: ast::UnaryOp, operand: &Operand, span: Span) -> tsol_syntax::diag::Reported {
        let message = format!("`{}` is not defined for {}", op.as_str(), self.describe(operand));
        let mut error = self.cx.error(E0309, span, message);
        if op == ast::UnaryOp::Neg && self.own_type(operand).as_ref().and_then(int_shape).is_some() {
            error = error.help("only signed integers have a negation: convert it first");
        }
        error.emit()
    }

    fn inc_dec(&mut self, operand: &ast::Expr, increment: bool, prefix: bool, span: Span) -> R<Operand> {
        let target = self.place(operand)?;
        let ty = target.ty.clone();
        if int_shape(&ty).is_none() {
            let op = if increment { ast::UnaryOp::PreInc } else { ast::UnaryOp::PreDec };
            return Err(self.no_unary(op, &Operand::Value(target), span));
        }
        let checked = !self.unchecked;
        let kind = ExprKind::IncDec { target: Box::new(target), increment, prefix, checked };
        Ok(Operand::Value(Expr { kind, ty, span }))
    }
}

fn compare(op: ast::BinaryOp, order: Ordering) -> bool {
    match op {
        ast::BinaryOp::Eq => order == Ordering::Equal,
        ast::BinaryOp::Ne => order != Ordering::Equal,
        ast::BinaryOp::Lt => order == Ordering::Less,
        ast::BinaryOp::Le => order != Ordering::Greater,
        ast::BinaryOp::Gt => order == Ordering::Greater,
        _ => order != Ordering::Less,
    }
}

/// The operator of the typed tree.
pub(crate) fn operator(op: ast::BinaryOp) -> BinaryOp {
    match op {
        ast::BinaryOp::Or => BinaryOp::Or,
        ast::BinaryOp::And => BinaryOp::And,
        ast::BinaryOp::Eq => BinaryOp::Eq,
        ast::BinaryOp::Ne => BinaryOp::Ne,
        ast::BinaryOp::Lt => BinaryOp::Lt,
        ast::BinaryOp::Gt => BinaryOp::Gt,
        ast::BinaryOp::Le => BinaryOp::Le,
        ast::BinaryOp::Ge => BinaryOp::Ge,
        ast::BinaryOp::BitOr => BinaryOp::BitOr,
        ast::BinaryOp::BitXor => BinaryOp::BitXor,
        ast::BinaryOp::BitAnd => BinaryOp::BitAnd,
        ast::BinaryOp::Shl => BinaryOp::Shl,
        ast::BinaryOp::Shr => BinaryOp::Shr,
        ast::BinaryOp::Add => BinaryOp::Add,
        ast::BinaryOp::Sub => BinaryOp::Sub,
        ast::BinaryOp::Mul => BinaryOp::Mul,
        ast::BinaryOp::Div => BinaryOp::Div,
        ast::BinaryOp::Mod => BinaryOp::Mod,
        ast::BinaryOp::Pow => BinaryOp::Pow,
    }
}
