//! Constant folding with the machine's exact meaning.

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

use crate::opcode::Op;

/// True when `n` is a 257-bit integer.
pub(super) fn fits257(n: &BigInt) -> bool {
    fits(n, 257)
}

/// True when `n` fits into `bits` bits with sign.
pub(super) fn fits(n: &BigInt, bits: u64) -> bool {
    let magnitude = if n.sign() == Sign::Minus { n + 1 } else { n.clone() };
    magnitude.bits() < bits
}

/// True when `n` fits into `bits` bits without sign.
pub(super) fn ufits(n: &BigInt, bits: u64) -> bool {
    n.sign() != Sign::Minus && n.bits() <= bits
}

/// Results of an operation on integers, or nothing when it throws or is not known here.
pub fn eval(op: Op, args: &[BigInt]) -> Option<Vec<BigInt>> {
    let flag = |b: bool| BigInt::from(if b { -1 } else { 0 });
    let results = match (op, args) {
        (Op::Add | Op::QAdd, [a, b]) => vec![a + b],
        (Op::Sub | Op::QSub, [a, b]) => vec![a - b],
        (Op::SubR | Op::QSubR, [a, b]) => vec![b - a],
        (Op::Mul | Op::QMul, [a, b]) => vec![a * b],
        (Op::Negate | Op::QNegate, [a]) => vec![-a],
        (Op::Inc | Op::QInc, [a]) => vec![a + 1],
        (Op::Dec | Op::QDec, [a]) => vec![a - 1],
        (Op::AddConst(n) | Op::QAddConst(n), [a]) => vec![a + BigInt::from(n)],
        (Op::MulConst(n) | Op::QMulConst(n), [a]) => vec![a * BigInt::from(n)],
        (Op::Div, [a, b]) if !b.is_zero() => vec![a.div_floor(b)],
        (Op::Mod, [a, b]) if !b.is_zero() => vec![a.mod_floor(b)],
        (Op::DivC, [a, b]) if !b.is_zero() => vec![-(-a).div_floor(b)],
        (Op::DivMod, [a, b]) if !b.is_zero() => {
            let (q, r) = a.div_mod_floor(b);
            vec![q, r]
        }
        (Op::MulDiv, [a, b, c]) if !c.is_zero() => vec![(a * b).div_floor(c)],
        (Op::MulMod, [a, b, c]) if !c.is_zero() => vec![(a * b).mod_floor(c)],
        (Op::And, [a, b]) => vec![a & b],
        (Op::Or, [a, b]) => vec![a | b],
        (Op::Xor, [a, b]) => vec![a ^ b],
        (Op::Not, [a]) => vec![-a - 1],
        (Op::Min, [a, b]) => vec![a.min(b).clone()],
        (Op::Max, [a, b]) => vec![a.max(b).clone()],
        (Op::MinMax, [a, b]) => vec![a.min(b).clone(), a.max(b).clone()],
        (Op::Abs, [a]) => vec![a.abs()],
        (Op::Sgn, [a]) => vec![a.signum()],
        (Op::Pow2, [a]) => vec![BigInt::one() << a.to_u32().filter(|&n| n < 256)?],
        (Op::LShift, [a, b]) => vec![a << b.to_u32().filter(|&n| n < 1024)?],
        (Op::RShift, [a, b]) => vec![a >> b.to_u32().filter(|&n| n < 1024)?],
        (Op::LShiftConst(n), [a]) => vec![a << n],
        (Op::RShiftConst(n), [a]) => vec![a >> n],
        (Op::ModPow2Const(n), [a]) => vec![a.mod_floor(&(BigInt::one() << n))],
        (Op::Fits(n), [a]) if fits(a, n.into()) => vec![a.clone()],
        (Op::UFits(n), [a]) if ufits(a, n.into()) => vec![a.clone()],
        (Op::Less, [a, b]) => vec![flag(a < b)],
        (Op::Greater, [a, b]) => vec![flag(a > b)],
        (Op::Leq, [a, b]) => vec![flag(a <= b)],
        (Op::Geq, [a, b]) => vec![flag(a >= b)],
        (Op::Equal, [a, b]) => vec![flag(a == b)],
        (Op::Neq, [a, b]) => vec![flag(a != b)],
        (Op::Cmp, [a, b]) => vec![BigInt::from(a.cmp(b) as i8)],
        (Op::EqInt(n), [a]) => vec![flag(*a == BigInt::from(n))],
        (Op::NeqInt(n), [a]) => vec![flag(*a != BigInt::from(n))],
        (Op::LessInt(n), [a]) => vec![flag(*a < BigInt::from(n))],
        (Op::GtInt(n), [a]) => vec![flag(*a > BigInt::from(n))],
        _ => return None,
    };
    results.iter().all(fits257).then_some(results)
}
