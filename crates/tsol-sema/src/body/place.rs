//! Places that can be written, and assignments.

use tsol_syntax::ast;
use tsol_syntax::span::Span;

use super::ops::Infix;
use super::{Body, Operand};
use crate::builtin::Builtin;
use crate::codes::{E0303, E0314, E0315};
use crate::cx::R;
use crate::hir::{AssignTarget, BinaryOp, Expr, ExprKind, Type};

impl Body<'_, '_> {
    /// An expression that is written: a variable, or a member or element of one.
    pub(crate) fn place(&mut self, expr: &ast::Expr) -> R<Expr> {
        let operand = self.operand(expr)?;
        match operand {
            Operand::Value(value) => self.as_place(value),
            other => {
                let message = format!("{} cannot be written", self.describe(&other));
                Err(self.cx.error(E0314, expr.span, message).emit())
            }
        }
    }

    /// Checks that a value is a place and notes that it is written.
    pub(crate) fn as_place(&mut self, value: Expr) -> R<Expr> {
        match place_root(&value) {
            Ok(Root::State) => self.writes_state(value.span),
            Ok(Root::Local) => {}
            Err((why, span)) => {
                let mut error = self.cx.error(E0314, value.span, "this cannot be written");
                error = if span == value.span { error.here(why) } else { error.label(span, why) };
                // A constant stays one, whatever is done with it.
                let constant = matches!(
                    value.kind,
                    ExprKind::Int(_) | ExprKind::Bool(_) | ExprKind::Bytes(_) | ExprKind::Address(..)
                );
                return Err(if constant {
                    error.help("assign to a variable").emit()
                } else {
                    error.help("assign it to a variable first").emit()
                });
            }
        }
        Ok(value)
    }

    pub(crate) fn assign(
        &mut self,
        op: Option<ast::BinaryOp>,
        op_span: Span,
        target: &ast::Expr,
        value: &ast::Expr,
        span: Span,
    ) -> R<Operand> {
        if let Some(op) = op {
            return self.compound(Infix { op, op_span, span }, target, value);
        }
        if let ast::ExprKind::Tuple(parts) = &target.unparen().kind {
            return self.assign_tuple(parts, value, span);
        }
        let value = self.operand(value);
        let place = self.place(target)?;
        let value = self.coerce(value?, &place.ty)?;
        let ty = place.ty.clone();
        let kind = ExprKind::Assign(AssignTarget::Place(Box::new(place)), Box::new(value));
        Ok(Operand::Value(Expr { kind, ty, span }))
    }

    fn assign_tuple(&mut self, parts: &[Option<ast::Expr>], value: &ast::Expr, span: Span) -> R<Operand> {
        let value = self.operand(value);
        let (target, types) = self.tuple_target(parts)?;
        let value = self.coerce_parts(value?, &types, span)?;
        let kind = ExprKind::Assign(target, Box::new(value));
        Ok(Operand::Value(Expr { kind, ty: Type::void(), span }))
    }

    fn tuple_target(&mut self, parts: &[Option<ast::Expr>]) -> R<(AssignTarget, Vec<Option<Type>>)> {
        let (mut targets, mut types) = (Vec::new(), Vec::new());
        for part in parts {
            let Some(part) = part else {
                targets.push(None);
                types.push(None);
                continue;
            };
            if let ast::ExprKind::Tuple(_) = part.unparen().kind {
                return Err(self
                    .cx
                    .error(E0315, part.span, "tuples inside of tuples cannot be assigned")
                    .emit());
            }
            let place = self.place(part)?;
            types.push(Some(place.ty.clone()));
            targets.push(Some(AssignTarget::Place(Box::new(place))));
        }
        Ok((AssignTarget::Tuple(targets), types))
    }

    /// Converts the members of a tuple value; those that nobody wants keep their own types.
    pub(crate) fn coerce_parts(&mut self, value: Operand, wanted: &[Option<Type>], span: Span) -> R<Expr> {
        let count = match &value {
            Operand::Tuple(parts, _) => parts.len(),
            Operand::Value(Expr { ty: Type::Tuple(types), .. }) => types.len(),
            _ => 1,
        };
        if count != wanted.len() {
            let message = format!("{count} values are given for {} places", wanted.len());
            let error = self.cx.error(E0315, span, message);
            let apart = value.span() != span;
            return Err(if apart { error.label(value.span(), "the values").emit() } else { error.emit() });
        }
        let types: Option<Vec<Type>> = wanted
            .iter()
            .enumerate()
            .map(|(i, ty)| ty.clone().or_else(|| self.part_type(&value, i)))
            .collect();
        match types {
            Some(types) if types.len() == 1 => self.coerce(value, &types[0]),
            Some(types) => self.coerce(value, &Type::Tuple(types)),
            None => Err(self.cx.error(E0303, value.span(), "a value without a type is dropped").emit()),
        }
    }

    fn part_type(&self, value: &Operand, index: usize) -> Option<Type> {
        match value {
            Operand::Tuple(parts, _) => self.own_type(parts.get(index)?.as_ref()?),
            Operand::Value(Expr { ty: Type::Tuple(types), .. }) => types.get(index).cloned(),
            other => self.own_type(other),
        }
    }

    /// `a += b`: the operation is done in the type of `a`.
    fn compound(&mut self, infix: Infix, target: &ast::Expr, value: &ast::Expr) -> R<Operand> {
        let span = infix.span;
        let value = self.operand(value);
        let place = self.place(target)?;
        let value = value?;
        let combined = self.combine(infix, Operand::Value(place.clone()), value)?;
        let Operand::Value(Expr { kind, ty, .. }) = combined else {
            return Err(self.cx.error(E0314, target.span, "this cannot be written").emit());
        };
        if !self.cx.converts(&ty, &place.ty) {
            let (found, wanted) = (self.cx.show(&ty), self.cx.show(&place.ty));
            let message = format!("the result has the type `{found}`, which does not fit into `{wanted}`");
            return Err(self.cx.error(E0303, span, message).emit());
        }
        let ty = place.ty.clone();
        match kind {
            ExprKind::Binary(op, _, mut right, checked) => {
                if !matches!(op, BinaryOp::Shl | BinaryOp::Shr | BinaryOp::Pow) {
                    right = Box::new(super::convert::convert(*right, &ty));
                }
                let kind = ExprKind::AssignOp(op, Box::new(place), right, checked);
                Ok(Operand::Value(Expr { kind, ty, span }))
            }
            ExprKind::Builtin(Builtin::BytesConcat, mut operands) => {
                let tail = operands.pop().expect("concatenation has two operands");
                let kind = ExprKind::Builtin(Builtin::BytesAppend, vec![place, tail]);
                Ok(Operand::Value(Expr { kind, ty: Type::void(), span }))
            }
            _ => Err(self.cx.error(E0314, target.span, "this cannot be written").emit()),
        }
    }
}

/// What a place is part of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Root {
    Local,
    State,
}

/// The variable that a place belongs to, or why it is none.
pub(crate) fn place_root(expr: &Expr) -> Result<Root, (&'static str, Span)> {
    match &expr.kind {
        ExprKind::Local(_) => Ok(Root::Local),
        ExprKind::State(_) => Ok(Root::State),
        ExprKind::Field(base, _) => place_root(base),
        ExprKind::Index(base, _) => match base.ty {
            Type::Mapping(..) | Type::Array(..) | Type::Vector(_) => place_root(base),
            _ => Err(("single bytes cannot be written", expr.span)),
        },
        ExprKind::Builtin(Builtin::OptGet | Builtin::StackTop, operands) => place_root(&operands[0]),
        ExprKind::Int(_) | ExprKind::Bool(_) | ExprKind::Bytes(_) | ExprKind::Address(..) => {
            Err(("this is a constant", expr.span))
        }
        ExprKind::Builtin(..) | ExprKind::Call(..) => Err(("this is the result of a call", expr.span)),
        _ => Err(("this is a value", expr.span)),
    }
}
