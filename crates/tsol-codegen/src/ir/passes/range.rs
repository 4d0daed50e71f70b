//! Bounds of integers, as far as the operation that made them tells.

use num_bigint::BigInt;
use num_traits::{One, Zero};

use crate::opcode::Op;

/// Inclusive bounds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Range {
    pub(super) low: BigInt,
    pub(super) high: BigInt,
}

impl Range {
    pub(super) fn new(low: impl Into<BigInt>, high: impl Into<BigInt>) -> Self {
        Self { low: low.into(), high: high.into() }
    }

    pub(super) fn exactly(value: &BigInt) -> Self {
        Self::new(value.clone(), value.clone())
    }

    /// `0 ..= 2^bits - 1`.
    pub(super) fn unsigned(bits: u16) -> Self {
        Self::new(0, (BigInt::one() << bits) - 1)
    }

    /// `-2^(bits-1) ..= 2^(bits-1) - 1`.
    pub(super) fn signed(bits: u16) -> Self {
        let half = BigInt::one() << (bits - 1);
        Self::new(-half.clone(), half - 1)
    }

    /// What a truth value can be.
    pub(super) fn truth() -> Self {
        Self::new(-1, 0)
    }

    pub(super) fn within(&self, other: &Range) -> bool {
        other.low <= self.low && self.high <= other.high
    }

    fn fits_machine(&self) -> bool {
        self.within(&Self::signed(257))
    }
}

/// Bounds of the first result of `op`; `None` where nothing is known. `arg` tells the bounds of the operands.
pub(super) fn of(op: Op, arg: impl Fn(usize) -> Option<Range>) -> Option<Range> {
    let range = match op {
        Op::LdU(bits) | Op::PldU(bits) | Op::UFits(bits) | Op::ModPow2Const(bits) => Range::unsigned(bits),
        Op::LdI(bits) | Op::PldI(bits) | Op::Fits(bits) => Range::signed(bits),
        Op::Less | Op::Equal | Op::Leq | Op::Greater | Op::Neq | Op::Geq => Range::truth(),
        Op::EqInt(_) | Op::LessInt(_) | Op::GtInt(_) | Op::NeqInt(_) => Range::truth(),
        Op::IsNull | Op::SEmpty | Op::SdEmpty | Op::SdEq => Range::truth(),
        Op::SBits => Range::new(0, 1023),
        Op::SRefs => Range::new(0, 4),
        Op::Now => Range::unsigned(32),
        Op::HashCU | Op::HashSU => Range::unsigned(256),
        Op::And => and(arg(0), arg(1))?,
        Op::Or | Op::Xor => join_bits(arg(0)?, arg(1)?)?,
        Op::Not => {
            let a = arg(0)?;
            Range::new(-a.high - 1, -a.low - 1)
        }
        Op::RShiftConst(bits) => {
            let a = arg(0)?;
            Range::new(a.low >> bits, a.high >> bits)
        }
        Op::LShiftConst(bits) => {
            let a = arg(0)?;
            Range::new(a.low << bits, a.high << bits)
        }
        Op::Inc => shift(arg(0)?, 1),
        Op::Dec => shift(arg(0)?, -1),
        Op::AddConst(n) => shift(arg(0)?, n),
        Op::Add => {
            let (a, b) = (arg(0)?, arg(1)?);
            Range::new(a.low + b.low, a.high + b.high)
        }
        Op::Sub => {
            let (a, b) = (arg(0)?, arg(1)?);
            Range::new(a.low - b.high, a.high - b.low)
        }
        Op::Mul => products(arg(0)?, arg(1)?),
        Op::MulConst(n) => products(arg(0)?, Range::new(n, n)),
        Op::Min => {
            let (a, b) = (arg(0)?, arg(1)?);
            Range::new(a.low.min(b.low), a.high.min(b.high))
        }
        Op::Max => {
            let (a, b) = (arg(0)?, arg(1)?);
            Range::new(a.low.max(b.low), a.high.max(b.high))
        }
        _ => return None,
    };
    range.fits_machine().then_some(range)
}

fn shift(range: Range, by: i8) -> Range {
    Range::new(range.low + by, range.high + by)
}

fn products(a: Range, b: Range) -> Range {
    let all = [&a.low * &b.low, &a.low * &b.high, &a.high * &b.low, &a.high * &b.high];
    let low = all.iter().min().cloned().unwrap_or_default();
    let high = all.iter().max().cloned().unwrap_or_default();
    Range::new(low, high)
}

/// A mask that is not negative bounds the result, whatever the other side is.
fn and(a: Option<Range>, b: Option<Range>) -> Option<Range> {
    let (a, b) = (a.unwrap_or(Range::signed(257)), b.unwrap_or(Range::signed(257)));
    if a.within(&Range::truth()) && b.within(&Range::truth()) {
        return Some(Range::truth());
    }
    let not_negative = |range: &Range| range.low >= BigInt::zero();
    match (not_negative(&a), not_negative(&b)) {
        (true, true) => Some(Range::new(0, a.high.min(b.high))),
        (true, false) => Some(Range::new(0, a.high)),
        (false, true) => Some(Range::new(0, b.high)),
        (false, false) => None,
    }
}

/// `a | b` and `a ^ b` of what is not negative stay below the next power of two; truth values stay such.
fn join_bits(a: Range, b: Range) -> Option<Range> {
    if a.within(&Range::truth()) && b.within(&Range::truth()) {
        return Some(Range::truth());
    }
    let not_negative = a.low >= BigInt::zero() && b.low >= BigInt::zero();
    not_negative.then(|| Range::new(0, (BigInt::one() << a.high.max(b.high).bits()) - 1))
}
