//! Arithmetic on constants, exactly as the machine does it.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::range::Range;
use crate::opcode::Op;

/// The result of `op` on constants; `None` where it is not known here, or where the machine would throw.
pub(super) fn fold(op: Op, args: &[&BigInt]) -> Option<BigInt> {
    let value = match (op, args) {
        (Op::Add, [a, b]) => *a + *b,
        (Op::Sub, [a, b]) => *a - *b,
        (Op::SubR, [a, b]) => *b - *a,
        (Op::Mul, [a, b]) => *a * *b,
        (Op::Negate, [a]) => -*a,
        (Op::Inc, [a]) => *a + 1,
        (Op::Dec, [a]) => *a - 1,
        (Op::AddConst(n), [a]) => *a + n,
        (Op::MulConst(n), [a]) => *a * n,
        (Op::Div, [a, b]) if !b.is_zero() => a.div_floor(b),
        (Op::Mod, [a, b]) if !b.is_zero() => a.mod_floor(b),
        (Op::ModPow2Const(bits), [a]) => a.mod_floor(&(BigInt::one() << bits)),
        (Op::And, [a, b]) => *a & *b,
        (Op::Or, [a, b]) => *a | *b,
        (Op::Xor, [a, b]) => *a ^ *b,
        (Op::Not, [a]) => -*a - 1,
        (Op::LShiftConst(bits), [a]) => *a << bits,
        (Op::RShiftConst(bits), [a]) => *a >> bits,
        (Op::LShift, [a, b]) => *a << shift(b)?,
        (Op::RShift, [a, b]) => *a >> shift(b)?,
        (Op::Pow2, [a]) => BigInt::one() << shift(a)?,
        (Op::Min, [a, b]) => (*a).min(*b).clone(),
        (Op::Max, [a, b]) => (*a).max(*b).clone(),
        (Op::Abs, [a]) => a.abs(),
        (Op::Fits(bits), [a]) if Range::exactly(a).within(&Range::signed(bits)) => (*a).clone(),
        (Op::UFits(bits), [a]) if Range::exactly(a).within(&Range::unsigned(bits)) => (*a).clone(),
        (Op::Less, [a, b]) => truth(a < b),
        (Op::Leq, [a, b]) => truth(a <= b),
        (Op::Greater, [a, b]) => truth(a > b),
        (Op::Geq, [a, b]) => truth(a >= b),
        (Op::Equal, [a, b]) => truth(a == b),
        (Op::Neq, [a, b]) => truth(a != b),
        (Op::EqInt(n), [a]) => truth(**a == n.into()),
        (Op::NeqInt(n), [a]) => truth(**a != n.into()),
        (Op::LessInt(n), [a]) => truth(**a < n.into()),
        (Op::GtInt(n), [a]) => truth(**a > n.into()),
        _ => return None,
    };
    Range::exactly(&value).within(&Range::signed(257)).then_some(value)
}

/// The machine takes shifts from 0 to 1023.
fn shift(value: &BigInt) -> Option<u16> {
    value.to_u16().filter(|bits| *bits < 1024)
}

fn truth(value: bool) -> BigInt {
    if value { -BigInt::one() } else { BigInt::zero() }
}

/// The same operation with its constant right side in the opcode, on the left side alone.
pub(super) fn immediate(op: Op, right: &BigInt) -> Option<Op> {
    let small = right.to_i8();
    let bits = right.to_u16().filter(|bits| (1..=256).contains(bits));
    Some(match op {
        Op::Add => Op::AddConst(small?),
        Op::Sub => Op::AddConst(small?.checked_neg()?),
        Op::Mul => Op::MulConst(small?),
        Op::Equal => Op::EqInt(small?),
        Op::Neq => Op::NeqInt(small?),
        Op::Less => Op::LessInt(small?),
        Op::Greater => Op::GtInt(small?),
        Op::Leq => Op::LessInt(small?.checked_add(1)?),
        Op::Geq => Op::GtInt(small?.checked_sub(1)?),
        Op::LShift => Op::LShiftConst(bits?),
        Op::RShift => Op::RShiftConst(bits?),
        Op::ModPow2 => Op::ModPow2Const(bits?),
        Op::MulRShift => Op::MulRShiftConst(bits?),
        _ => return None,
    })
}

/// Whether `op` gives back its left side unchanged for this right side; both are integers, not NaN.
pub(super) fn is_identity(op: Op, right: &BigInt) -> bool {
    match op {
        Op::Add | Op::Sub | Op::Or | Op::Xor | Op::LShift | Op::RShift => right.is_zero(),
        Op::Mul | Op::Div => right.is_one(),
        Op::And => *right == -BigInt::one(),
        _ => false,
    }
}
