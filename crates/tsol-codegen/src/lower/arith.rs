//! Operators on values.

use num_bigint::BigInt;
use num_traits::ToPrimitive;
use tsol_sema::hir::{BinaryOp, Expr, ExprKind, Type, UnaryOp};

use super::cx::Lowered;
use super::fx::Fx;
use super::runtime::Runtime;
use crate::ir::Value;
use crate::opcode::Op;

/// Signedness and width of an integer type.
pub(super) fn int_shape(ty: &Type) -> Option<(bool, u16)> {
    match ty {
        Type::Int { signed, bits } | Type::QuietInt { signed, bits } => Some((*signed, *bits)),
        Type::VarInt { signed, size: 16 } => Some((*signed, 120)),
        Type::VarInt { signed, .. } => Some((*signed, 248)),
        Type::FixedBytes(n) => Some((false, 8 * u16::from(*n))),
        Type::Enum(_) => Some((false, 8)),
        _ => None,
    }
}

/// An operator on two integers that were evaluated.
struct IntOp<'t> {
    op: BinaryOp,
    a: Value,
    b: Value,
    /// Type of `a` and of the result.
    ty: &'t Type,
    /// What `b` is, if it is written as a number.
    constant: Option<BigInt>,
    checked: bool,
}

impl<'p> Fx<'_, 'p> {
    pub(super) fn is_quiet(&self, ty: &Type) -> bool {
        matches!(ty, Type::QuietInt { .. } | Type::QuietBool)
    }

    /// Throws (or gives NaN) where `value` is out of the range of `ty`.
    pub(super) fn fit(&mut self, value: Value, ty: &Type, checked: bool) -> Value {
        let Some((signed, bits)) = int_shape(ty) else {
            return value;
        };
        // int257 is what the machine checks itself
        if !checked && !self.is_quiet(ty) || bits > 256 {
            return value;
        }
        let op = match (self.is_quiet(ty), signed) {
            (false, true) => Op::Fits(bits),
            (false, false) => Op::UFits(bits),
            (true, true) => Op::QFits(bits),
            (true, false) => Op::QUFits(bits),
        };
        self.op1(op, &[value])
    }

    /// `a op b`.
    pub(super) fn binary(
        &mut self,
        op: BinaryOp,
        a: &'p Expr,
        b: &'p Expr,
        checked: bool,
    ) -> Lowered<Vec<Value>> {
        if matches!(op, BinaryOp::And | BinaryOp::Or) {
            return self.logic(op, a, b);
        }
        let left = self.expr(a)?;
        let right = self.expr(b)?;
        self.binary_values(op, (&left, &a.ty), (&right, b), checked)
    }

    /// A condition for a jump or a throw: any integer but zero is true. The flag says that the sense is inverted.
    pub(super) fn truth(&mut self, e: &'p Expr) -> Lowered<(Value, bool)> {
        match &e.kind {
            ExprKind::Unary(UnaryOp::Not, a, _) if a.ty == Type::Bool => {
                let (value, inverted) = self.truth(a)?;
                Ok((value, !inverted))
            }
            ExprKind::Binary(op @ (BinaryOp::Ne | BinaryOp::Eq), a, b, _) => {
                let zero = constant(b) == Some(BigInt::ZERO);
                if zero && int_shape(&a.ty).is_some() && !self.is_quiet(&a.ty) {
                    return Ok((self.expr1(a)?, *op == BinaryOp::Eq));
                }
                Ok((self.expr1(e)?, false))
            }
            _ => Ok((self.expr1(e)?, false)),
        }
    }

    /// `&&` and `||`: the right side runs only if it decides.
    fn logic(&mut self, op: BinaryOp, a: &'p Expr, b: &'p Expr) -> Lowered<Vec<Value>> {
        if self.is_quiet(&a.ty) {
            return self.quiet_logic(op, a, b);
        }
        let left = self.expr1(a)?;
        if is_cheap(b, 3) {
            let right = self.expr1(b)?;
            let op = if op == BinaryOp::And { Op::And } else { Op::Or };
            return Ok(vec![self.op1(op, &[left, right])]);
        }
        match op {
            BinaryOp::And => self.branch(left, |fx| fx.expr(b), |fx| Ok(vec![fx.bool(false)])),
            _ => self.branch(left, |fx| Ok(vec![fx.bool(true)]), |fx| fx.expr(b)),
        }
    }

    /// `&&` and `||` of truth values that may be NaN: what one side decides alone holds also if the other is NaN.
    fn quiet_logic(&mut self, op: BinaryOp, a: &'p Expr, b: &'p Expr) -> Lowered<Vec<Value>> {
        let left = self.expr1(a)?;
        let unknown = self.op1(Op::IsNan, &[left]);
        self.branch(
            unknown,
            |fx| {
                let right = fx.expr1(b)?;
                let both = fx.op1(Op::IsNan, &[right]);
                fx.branch(
                    both,
                    |_| Ok(vec![right]),
                    |fx| {
                        let (holds, fails) = if op == BinaryOp::And { (left, right) } else { (right, left) };
                        Ok(vec![fx.op1(Op::CondSel, &[right, holds, fails])])
                    },
                )
            },
            |fx| match op {
                BinaryOp::And => fx.branch(left, |fx| fx.expr(b), |fx| Ok(vec![fx.bool(false)])),
                _ => fx.branch(left, |fx| Ok(vec![fx.bool(true)]), |fx| fx.expr(b)),
            },
        )
    }

    /// An operator on evaluated operands; `right` also gives the expression, for constants.
    pub(super) fn binary_values(
        &mut self,
        op: BinaryOp,
        (left, ty): (&[Value], &Type),
        (right, expr): (&[Value], &Expr),
        checked: bool,
    ) -> Lowered<Vec<Value>> {
        let constant = constant(expr);
        if let (BinaryOp::Shl, Type::Int { signed: false, bits }, Some(base)) = (op, ty, self.known_int(left))
        {
            // a shift that cannot leave the type, such as `uint256(1) << index` by an uint8
            let most = match &expr.ty {
                Type::Int { signed: false, bits } if *bits <= 8 => (1u64 << bits) - 1,
                _ => u64::MAX,
            };
            if most < 1024 && (base << most).bits() <= u64::from(*bits) {
                return Ok(vec![self.op1(Op::LShift, &[left[0], right[0]])]);
            }
        }
        let value = match ty {
            Type::Bool | Type::QuietBool => self.bool_op(op, left[0], right[0], self.is_quiet(ty))?,
            Type::Address | Type::Contract(_) => self.slice_equality(op, left[0], right[0])?,
            Type::Slice => self.slice_order(op, left[0], right[0])?,
            Type::Cell => self.hash_equality(op, left[0], right[0])?,
            Type::Bytes | Type::String => match op {
                BinaryOp::Eq | BinaryOp::Ne => self.hash_equality(op, left[0], right[0])?,
                BinaryOp::Add => self.call_runtime(Runtime::Concat, &[left[0], right[0]])[0],
                _ => {
                    let order = self.call_runtime(Runtime::Compare, &[left[0], right[0]])[0];
                    self.against_zero(op, order)?
                }
            },
            _ if int_shape(ty).is_some() => {
                self.int_op(&IntOp { op, a: left[0], b: right[0], ty, constant, checked })?
            }
            _ => return Err(self.cx.unsupported(self.span(), "this operator on this type")),
        };
        Ok(vec![value])
    }

    /// The integer that a value is, if it was just pushed.
    fn known_int(&self, values: &[Value]) -> Option<BigInt> {
        self.constants.get(values.first()?).cloned()
    }

    fn int_op(&mut self, operation: &IntOp<'_>) -> Lowered<Value> {
        let IntOp { op, a, b, ty, .. } = *operation;
        let quiet = self.is_quiet(ty);
        let pick = |plain, silent| if quiet { silent } else { plain };
        let plain = match op {
            BinaryOp::BitAnd => pick(Op::And, Op::QAnd),
            BinaryOp::BitOr => pick(Op::Or, Op::QOr),
            BinaryOp::BitXor => pick(Op::Xor, Op::QXor),
            BinaryOp::Mod => pick(Op::Mod, Op::QMod),
            BinaryOp::Eq => pick(Op::Equal, Op::QEqual),
            BinaryOp::Ne => pick(Op::Neq, Op::QNeq),
            BinaryOp::Lt => pick(Op::Less, Op::QLess),
            BinaryOp::Le => pick(Op::Leq, Op::QLeq),
            BinaryOp::Gt => pick(Op::Greater, Op::QGreater),
            BinaryOp::Ge => pick(Op::Geq, Op::QGeq),
            _ => return self.sized_op(operation),
        };
        Ok(self.op1(plain, &[a, b]))
    }

    /// Operators whose result may be out of range.
    fn sized_op(&mut self, operation: &IntOp<'_>) -> Lowered<Value> {
        let IntOp { op, a, b, ty, ref constant, checked } = *operation;
        let quiet = self.is_quiet(ty);
        let pick = |plain, silent| if quiet { silent } else { plain };
        let (signed, bits) = int_shape(ty).unwrap_or((true, 257));
        let shift = constant.as_ref().and_then(ToPrimitive::to_u16).filter(|n| *n <= 256);
        let raw = match op {
            BinaryOp::Add => self.op1(pick(Op::Add, Op::QAdd), &[a, b]),
            BinaryOp::Sub => self.op1(pick(Op::Sub, Op::QSub), &[a, b]),
            BinaryOp::Mul => self.op1(pick(Op::Mul, Op::QMul), &[a, b]),
            BinaryOp::Div => {
                let quotient = self.op1(pick(Op::Div, Op::QDiv), &[a, b]);
                // only the least number divided by -1 leaves the range
                return Ok(if signed { self.fit(quotient, ty, checked) } else { quotient });
            }
            BinaryOp::Shl => match shift {
                Some(0) => return Ok(a),
                Some(n) => self.op1(pick(Op::LShiftConst(n), Op::QLShiftConst(n)), &[a]),
                None => self.op1(pick(Op::LShift, Op::QLShift), &[a, b]),
            },
            BinaryOp::Shr => {
                return Ok(match shift {
                    Some(0) => a,
                    Some(n) => self.op1(pick(Op::RShiftConst(n), Op::QRShiftConst(n)), &[a]),
                    None => self.op1(pick(Op::RShift, Op::QRShift), &[a, b]),
                });
            }
            BinaryOp::Pow => match shift {
                Some(2) => self.op1(pick(Op::Mul, Op::QMul), &[a, a]),
                _ if quiet => self.call_runtime(Runtime::QuietPow, &[a, b])[0],
                _ => self.call_runtime(Runtime::Pow, &[a, b])[0],
            },
            _ => return Err(self.cx.internal(self.span(), "an operator without instructions")),
        };
        if matches!(ty, Type::FixedBytes(_)) {
            return Ok(self.op1(Op::ModPow2Const(bits), &[raw]));
        }
        Ok(self.fit(raw, ty, checked))
    }

    fn bool_op(&mut self, op: BinaryOp, a: Value, b: Value, quiet: bool) -> Lowered<Value> {
        let pick = |plain, silent| if quiet { silent } else { plain };
        let op = match op {
            BinaryOp::Eq => pick(Op::Equal, Op::QEqual),
            BinaryOp::Ne => pick(Op::Neq, Op::QNeq),
            BinaryOp::BitAnd => pick(Op::And, Op::QAnd),
            BinaryOp::BitOr => pick(Op::Or, Op::QOr),
            BinaryOp::BitXor => pick(Op::Xor, Op::QXor),
            _ => return Err(self.cx.unsupported(self.span(), "this operator on truth values")),
        };
        Ok(self.op1(op, &[a, b]))
    }

    fn slice_equality(&mut self, op: BinaryOp, a: Value, b: Value) -> Lowered<Value> {
        match op {
            BinaryOp::Eq => Ok(self.op1(Op::SdEq, &[a, b])),
            BinaryOp::Ne => {
                let equal = self.op1(Op::SdEq, &[a, b]);
                Ok(self.op1(Op::Not, &[equal]))
            }
            _ => self.slice_order(op, a, b),
        }
    }

    fn slice_order(&mut self, op: BinaryOp, a: Value, b: Value) -> Lowered<Value> {
        if matches!(op, BinaryOp::Eq | BinaryOp::Ne) {
            return self.slice_equality(op, a, b);
        }
        let order = self.op1(Op::SdLexCmp, &[a, b]);
        self.against_zero(op, order)
    }

    /// Whether a result of a comparison (-1, 0, 1) is what `op` asks for.
    fn against_zero(&mut self, op: BinaryOp, order: Value) -> Lowered<Value> {
        let op = match op {
            BinaryOp::Eq => Op::EqInt(0),
            BinaryOp::Ne => Op::NeqInt(0),
            BinaryOp::Lt => Op::LessInt(0),
            BinaryOp::Le => Op::LessInt(1),
            BinaryOp::Gt => Op::GtInt(0),
            BinaryOp::Ge => Op::GtInt(-1),
            _ => return Err(self.cx.unsupported(self.span(), "this operator on this type")),
        };
        Ok(self.op1(op, &[order]))
    }

    fn hash_equality(&mut self, op: BinaryOp, a: Value, b: Value) -> Lowered<Value> {
        let a = self.op1(Op::HashCU, &[a]);
        let b = self.op1(Op::HashCU, &[b]);
        match op {
            BinaryOp::Eq => Ok(self.op1(Op::Equal, &[a, b])),
            BinaryOp::Ne => Ok(self.op1(Op::Neq, &[a, b])),
            _ => Err(self.cx.unsupported(self.span(), "this operator on cells")),
        }
    }

    /// `!a`, `-a`, `~a`.
    pub(super) fn unary(&mut self, op: UnaryOp, a: &'p Expr, checked: bool) -> Lowered<Vec<Value>> {
        let value = self.expr1(a)?;
        let quiet = self.is_quiet(&a.ty);
        let pick = |plain, silent| if quiet { silent } else { plain };
        let out = match op {
            UnaryOp::Not => self.op1(pick(Op::Not, Op::QNot), &[value]),
            UnaryOp::Neg => {
                let negative = self.op1(pick(Op::Negate, Op::QNegate), &[value]);
                self.fit(negative, &a.ty, checked)
            }
            UnaryOp::BitNot => match int_shape(&a.ty) {
                Some((false, bits)) => {
                    let mask = self.int((BigInt::from(1) << bits) - 1);
                    self.op1(pick(Op::Xor, Op::QXor), &[value, mask])
                }
                _ => self.op1(pick(Op::Not, Op::QNot), &[value]),
            },
        };
        Ok(vec![out])
    }
}

/// The integer that an expression is, if it is written as one.
pub(super) fn constant(e: &Expr) -> Option<BigInt> {
    match &e.kind {
        ExprKind::Int(value) => Some(value.clone()),
        ExprKind::Convert(inner, _) if int_shape(&inner.ty).is_some() && int_shape(&e.ty).is_some() => {
            constant(inner)
        }
        _ => None,
    }
}

/// Neither throws nor costs more than a jump would.
fn is_cheap(e: &Expr, depth: u8) -> bool {
    if depth == 0 {
        return false;
    }
    match &e.kind {
        ExprKind::Int(_) | ExprKind::Bool(_) | ExprKind::Local(_) | ExprKind::State(_) => true,
        ExprKind::Field(base, _) => matches!(base.kind, ExprKind::Local(_) | ExprKind::State(_)),
        ExprKind::Unary(UnaryOp::Not, a, _) => is_cheap(a, depth - 1),
        ExprKind::Binary(op, a, b, _) => {
            let plain = matches!(
                op,
                BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge
            ) || matches!(op, BinaryOp::BitAnd | BinaryOp::BitOr | BinaryOp::And | BinaryOp::Or);
            let small = matches!(a.ty, Type::Int { .. } | Type::Bool | Type::Enum(_) | Type::VarInt { .. });
            plain && small && is_cheap(a, depth - 1) && is_cheap(b, depth - 1)
        }
        ExprKind::Convert(a, _) => a.ty == e.ty && is_cheap(a, depth),
        _ => false,
    }
}
