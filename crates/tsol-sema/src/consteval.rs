//! Values of constants.

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::{Signed as _, ToPrimitive as _, Zero as _};
use tsol_syntax::span::Span;

use crate::body::{Body, Kind};
use crate::builtin::{Builtin, Effect};
use crate::codes::{E0304, E0403, E0406, E0407};
use crate::cx::{Constant, Cx, R};
use crate::hir::{BinaryOp, Expr, ExprKind, Type, UnaryOp};
use crate::types::{fits, int_range, int_shape};

impl Cx<'_> {
    /// The value of a constant, converted to its type and folded.
    pub(crate) fn constant(&mut self, var: usize) -> R<Expr> {
        let info = &self.defs.vars[var];
        let (def, home) = (info.def, info.home);
        match self.constants.get(&var) {
            Some(Constant::Done(value)) => return value.clone(),
            Some(Constant::Running) => {
                let message = format!("constant `{}` depends on itself", def.name);
                return Err(self.error(E0406, def.name.span, message).emit());
            }
            None => {}
        }
        let ty = info.ty.clone()?;
        if self.constant_depth >= MAX_DEPTH {
            let message = format!("the value of `{}` is reached through too many constants", def.name);
            return Err(self
                .error(E0406, def.name.span, message)
                .help("declare constants before their use")
                .emit());
        }
        self.constant_depth += 1;
        self.constants.insert(var, Constant::Running);
        let value = match &def.init {
            None => {
                Err(self.error(E0407, def.name.span, format!("constant `{}` has no value", def.name)).emit())
            }
            Some(init) => {
                let mut body = Body::new(self, home, Kind::Constant);
                let value = body.typed(init, &ty);
                value.and_then(|value| fold(self, value)).and_then(|value| {
                    check_constant(self, &value)?;
                    check_size(self, &value)?;
                    Ok(value)
                })
            }
        };
        self.constant_depth -= 1;
        self.constants.insert(var, Constant::Done(value.clone()));
        value
    }
}

/// Most constants that wait for each other: each takes a piece of the stack.
const MAX_DEPTH: usize = 64;

/// Most nodes and bytes of a constant: it is copied wherever it is used, and one constant may use another many times.
const MAX_SIZE: usize = 4096;

fn check_size(cx: &Cx<'_>, value: &Expr) -> R<()> {
    let mut size = 0usize;
    crate::walk::expr(value, &mut |part| {
        size += match &part.kind {
            ExprKind::Bytes(bytes) => 1 + bytes.len(),
            _ => 1,
        };
    });
    if size > MAX_SIZE {
        let message = "this constant is too large";
        return Err(cx
            .error(E0403, value.span, message)
            .note("a constant has at most 4096 parts and bytes")
            .emit());
    }
    Ok(())
}

/// Whether everything in a value is known at compile time.
fn check_constant(cx: &Cx<'_>, expr: &Expr) -> R<()> {
    let all = |list: &[Expr]| list.iter().try_for_each(|part| check_constant(cx, part));
    match &expr.kind {
        ExprKind::Int(_) | ExprKind::Bool(_) | ExprKind::Bytes(_) | ExprKind::Address(..) => Ok(()),
        ExprKind::AddressNone | ExprKind::Default | ExprKind::SliceBits(_) | ExprKind::FunctionId(_) => {
            Ok(())
        }
        ExprKind::Tuple(parts) | ExprKind::ArrayLiteral(parts) | ExprKind::StructNew(_, parts) => all(parts),
        ExprKind::Convert(inner, _) | ExprKind::EnumCast(_, inner) | ExprKind::Unary(_, inner, _) => {
            check_constant(cx, inner)
        }
        ExprKind::Binary(_, a, b, _) => check_constant(cx, a).and(check_constant(cx, b)),
        ExprKind::Ternary(a, b, c) => {
            check_constant(cx, a).and(check_constant(cx, b)).and(check_constant(cx, c))
        }
        ExprKind::ArrayNew(length) => check_constant(cx, length),
        ExprKind::Builtin(builtin, parts) => {
            let outside = parts.is_empty() && *builtin != Builtin::Nan;
            if outside
                || matches!(builtin.effect(), Effect::Reads | Effect::Acts)
                || builtin.writes_receiver()
            {
                return Err(not_constant(cx, expr.span));
            }
            all(parts)
        }
        _ => Err(not_constant(cx, expr.span)),
    }
}

fn not_constant(cx: &Cx<'_>, span: Span) -> tsol_syntax::diag::Reported {
    cx.error(E0403, span, "this is not known at compile time").emit()
}

/// Computes what can be computed. Overflow in a constant is an error, not a throw at run time.
pub(crate) fn fold(cx: &Cx<'_>, expr: Expr) -> R<Expr> {
    let Expr { kind, ty, span } = expr;
    let kind = match kind {
        ExprKind::Unary(op, inner, checked) => {
            let inner = fold(cx, *inner)?;
            match fold_unary(op, &inner) {
                Some(kind) => in_range(cx, kind, &ty, span)?,
                None => ExprKind::Unary(op, Box::new(inner), checked),
            }
        }
        ExprKind::Binary(op, a, b, checked) => {
            let (a, b) = (fold(cx, *a)?, fold(cx, *b)?);
            match fold_binary(cx, op, &a, &b, span)? {
                Some(kind) => in_range(cx, kind, &ty, span)?,
                None => ExprKind::Binary(op, Box::new(a), Box::new(b), checked),
            }
        }
        ExprKind::Convert(inner, checked) => {
            let inner = fold(cx, *inner)?;
            match &inner.kind {
                ExprKind::Int(value) if same_form(&inner.ty, &ty) => {
                    in_range(cx, ExprKind::Int(value.clone()), &ty, span)?
                }
                _ => ExprKind::Convert(Box::new(inner), checked),
            }
        }
        ExprKind::Builtin(Builtin::Cast, mut operands) => {
            let inner = fold(cx, operands.remove(0))?;
            match (&inner.kind, int_shape(&ty)) {
                (ExprKind::Int(value), Some((signed, bits))) => ExprKind::Int(wrap(value, signed, bits)),
                _ => ExprKind::Builtin(Builtin::Cast, vec![inner]),
            }
        }
        ExprKind::Builtin(Builtin::BytesConcat, operands) => {
            let mut folded = Vec::new();
            for operand in operands {
                folded.push(fold(cx, operand)?);
            }
            match folded.as_slice() {
                [Expr { kind: ExprKind::Bytes(a), .. }, Expr { kind: ExprKind::Bytes(b), .. }] => {
                    ExprKind::Bytes([a.as_slice(), b.as_slice()].concat())
                }
                _ => ExprKind::Builtin(Builtin::BytesConcat, folded),
            }
        }
        ExprKind::Ternary(cond, a, b) => {
            let (cond, a, b) = (fold(cx, *cond)?, fold(cx, *a)?, fold(cx, *b)?);
            match cond.kind {
                ExprKind::Bool(true) => return Ok(a),
                ExprKind::Bool(false) => return Ok(b),
                _ => ExprKind::Ternary(Box::new(cond), Box::new(a), Box::new(b)),
            }
        }
        other => other,
    };
    Ok(Expr { kind, ty, span })
}

/// Whether an integer keeps its value from one type to the other.
fn same_form(from: &Type, to: &Type) -> bool {
    let number = |ty: &Type| int_shape(ty).is_some() || matches!(ty, Type::Enum(_));
    let bytes = |ty: &Type| matches!(ty, Type::FixedBytes(_));
    (number(from) && int_shape(to).is_some())
        || (bytes(from) && int_shape(to).is_some())
        || (number(from) && bytes(to))
}

fn in_range(cx: &Cx<'_>, kind: ExprKind, ty: &Type, span: Span) -> R<ExprKind> {
    if let (ExprKind::Int(value), Some((signed, bits))) = (&kind, int_shape(ty))
        && !fits(value, signed, bits)
    {
        let message = format!("{value} does not fit into `{}`", cx.show(ty));
        return Err(cx.error(E0304, span, message).emit());
    }
    Ok(kind)
}

fn fold_unary(op: UnaryOp, inner: &Expr) -> Option<ExprKind> {
    match (op, &inner.kind) {
        (UnaryOp::Not, ExprKind::Bool(value)) => Some(ExprKind::Bool(!value)),
        (UnaryOp::Neg, ExprKind::Int(value)) => Some(ExprKind::Int(-value)),
        (UnaryOp::BitNot, ExprKind::Int(value)) => {
            let (signed, bits) = match &inner.ty {
                Type::FixedBytes(n) => (false, u16::from(*n) * 8),
                ty => int_shape(ty)?,
            };
            Some(ExprKind::Int(if signed { !value } else { int_range(false, bits).1 - value }))
        }
        _ => None,
    }
}

fn fold_binary(cx: &Cx<'_>, op: BinaryOp, a: &Expr, b: &Expr, span: Span) -> R<Option<ExprKind>> {
    if let (ExprKind::Bool(x), ExprKind::Bool(y)) = (&a.kind, &b.kind) {
        return Ok(match op {
            BinaryOp::And => Some(ExprKind::Bool(*x && *y)),
            BinaryOp::Or => Some(ExprKind::Bool(*x || *y)),
            BinaryOp::Eq => Some(ExprKind::Bool(x == y)),
            BinaryOp::Ne => Some(ExprKind::Bool(x != y)),
            _ => None,
        });
    }
    let (ExprKind::Int(x), ExprKind::Int(y)) = (&a.kind, &b.kind) else { return Ok(None) };
    let fail = |why: &str| Err(cx.error(E0304, span, format!("this has no value: {why}")).emit());
    let small = |value: &BigInt| value.to_u32().filter(|n| *n <= 512);
    let value = match op {
        BinaryOp::Add => x + y,
        BinaryOp::Sub => x - y,
        BinaryOp::Mul => x * y,
        BinaryOp::Div | BinaryOp::Mod if y.is_zero() => return fail("division by zero"),
        // Division rounds down, as the machine does (API.md, "Division and rounding").
        BinaryOp::Div => x.div_floor(y),
        BinaryOp::Mod => x.mod_floor(y),
        BinaryOp::Pow if x.is_zero() && y.is_zero() => return fail("`0 ** 0` is not defined"),
        BinaryOp::Pow => match small(y) {
            Some(exponent) => x.pow(exponent),
            None if x.abs() <= BigInt::from(1) => x.pow(u32::from(y.is_odd()) + 2),
            None => return fail("the exponent is too large"),
        },
        BinaryOp::Shl => match small(y) {
            Some(by) => x << by,
            None => return fail("the shift is too large"),
        },
        BinaryOp::Shr => x >> small(y).unwrap_or(512),
        BinaryOp::BitAnd => x & y,
        BinaryOp::BitOr => x | y,
        BinaryOp::BitXor => x ^ y,
        BinaryOp::Eq => return Ok(Some(ExprKind::Bool(x == y))),
        BinaryOp::Ne => return Ok(Some(ExprKind::Bool(x != y))),
        BinaryOp::Lt => return Ok(Some(ExprKind::Bool(x < y))),
        BinaryOp::Le => return Ok(Some(ExprKind::Bool(x <= y))),
        BinaryOp::Gt => return Ok(Some(ExprKind::Bool(x > y))),
        BinaryOp::Ge => return Ok(Some(ExprKind::Bool(x >= y))),
        BinaryOp::And | BinaryOp::Or => return Ok(None),
    };
    // Shifts of bytesN drop bits in a way that is left to run time.
    if matches!(a.ty, Type::FixedBytes(_)) && matches!(op, BinaryOp::Shl | BinaryOp::Shr) {
        return Ok(None);
    }
    Ok(Some(ExprKind::Int(value)))
}

/// The low bits of a number as a value of the type.
fn wrap(value: &BigInt, signed: bool, bits: u16) -> BigInt {
    let modulus = BigInt::from(1) << bits;
    let low = value.mod_floor(&modulus);
    if signed && low > int_range(true, bits).1 { low - modulus } else { low }
}
