//! What is known about the size of integers.

use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

use crate::opcode::Op;

/// Smallest and largest possible value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Range {
    pub(super) min: BigInt,
    pub(super) max: BigInt,
}

impl Range {
    pub(super) fn exactly(n: &BigInt) -> Self {
        Self { min: n.clone(), max: n.clone() }
    }

    pub(super) fn unsigned(bits: u16) -> Self {
        Self { min: BigInt::zero(), max: (BigInt::one() << bits) - 1 }
    }

    pub(super) fn signed(bits: u16) -> Self {
        let half = BigInt::one() << (bits - 1);
        Self { min: -half.clone(), max: half - 1 }
    }

    fn flag() -> Self {
        Self { min: BigInt::from(-1), max: BigInt::zero() }
    }

    /// Every value of `self` is one of `other`.
    pub(super) fn within(&self, other: &Range) -> bool {
        self.min >= other.min && self.max <= other.max
    }

    fn meet(&self, other: &Range) -> Range {
        Range { min: self.min.clone().max(other.min.clone()), max: self.max.clone().min(other.max.clone()) }
    }

    /// Whole 257-bit range.
    pub(super) fn any() -> Self {
        Self::signed(257)
    }
}

/// Range of the first result that is an integer, and `true` when the operation cannot throw for
/// operands in these ranges. `None` for an operand means any integer.
pub(super) fn of(op: Op, args: &[Option<&Range>]) -> (Option<Range>, bool) {
    let any = Range::any();
    let arg = |i: usize| args.get(i).copied().flatten().unwrap_or(&any);
    let checked = |range: Range| {
        let sure = range.within(&any);
        (Some(range.meet(&any)), sure)
    };
    let (a, b) = (arg(0), arg(1));
    match op {
        Op::Add => checked(Range { min: &a.min + &b.min, max: &a.max + &b.max }),
        Op::Sub => checked(Range { min: &a.min - &b.max, max: &a.max - &b.min }),
        Op::Mul => {
            let products = [&a.min * &b.min, &a.min * &b.max, &a.max * &b.min, &a.max * &b.max];
            let min = products.iter().min().cloned().unwrap_or_default();
            let max = products.iter().max().cloned().unwrap_or_default();
            checked(Range { min, max })
        }
        Op::Inc => checked(Range { min: &a.min + 1, max: &a.max + 1 }),
        Op::Dec => checked(Range { min: &a.min - 1, max: &a.max - 1 }),
        Op::AddConst(n) => checked(Range { min: &a.min + BigInt::from(n), max: &a.max + BigInt::from(n) }),
        Op::Negate => checked(Range { min: -&a.max, max: -&a.min }),
        Op::UFits(n) => fits(a, &Range::unsigned(n)),
        Op::Fits(n) => fits(a, &Range::signed(n)),
        Op::LdU(n) | Op::PldU(n) => (Some(Range::unsigned(n)), false),
        Op::LdI(n) | Op::PldI(n) => (Some(Range::signed(n)), false),
        Op::ModPow2Const(n) => (Some(Range::unsigned(n)), true),
        Op::RShiftConst(n) => (Some(Range { min: &a.min >> n, max: &a.max >> n }), true),
        Op::LShiftConst(n) => checked(Range { min: &a.min << n, max: &a.max << n }),
        Op::Div if b.min.is_positive() => {
            let max = if a.max.is_negative() { BigInt::from(-1) } else { a.max.clone() };
            (Some(Range { min: a.min.clone().min(BigInt::zero()), max }), true)
        }
        Op::Mod if b.min.is_positive() => (Some(Range { min: BigInt::zero(), max: &b.max - 1 }), true),
        Op::And if !a.min.is_negative() || !b.min.is_negative() => {
            let max = match (a.min.is_negative(), b.min.is_negative()) {
                (false, false) => a.max.clone().min(b.max.clone()),
                (false, true) => a.max.clone(),
                _ => b.max.clone(),
            };
            (Some(Range { min: BigInt::zero(), max }), true)
        }
        Op::Pow2 => (Some(Range { min: BigInt::one(), max: any.max.clone() }), false),
        Op::Min => {
            let range =
                Range { min: a.min.clone().min(b.min.clone()), max: a.max.clone().min(b.max.clone()) };
            (Some(range), true)
        }
        Op::Max => {
            let range =
                Range { min: a.min.clone().max(b.min.clone()), max: a.max.clone().max(b.max.clone()) };
            (Some(range), true)
        }
        Op::Less | Op::Greater | Op::Leq | Op::Geq | Op::Equal | Op::Neq => (Some(Range::flag()), true),
        Op::EqInt(_) | Op::NeqInt(_) | Op::LessInt(_) | Op::GtInt(_) | Op::IsNull | Op::SdEq | Op::SEmpty => {
            (Some(Range::flag()), true)
        }
        Op::SdEmpty | Op::SrEmpty => (Some(Range::flag()), true),
        Op::HashCU | Op::HashSU | Op::HashBU | Op::Sha256U => (Some(Range::unsigned(256)), false),
        Op::SBits | Op::BBits => (Some(Range::unsigned(10)), true),
        Op::SRefs | Op::BRefs => (Some(Range::unsigned(3)), true),
        Op::LdGrams => (Some(Range::unsigned(120)), false),
        Op::Now => (Some(Range::unsigned(32)), true),
        Op::BlockLt | Op::LTime => (Some(Range::unsigned(64)), true),
        _ => (None, false),
    }
}

fn fits(a: &Range, want: &Range) -> (Option<Range>, bool) {
    if a.within(want) { (Some(a.clone()), true) } else { (Some(want.clone()), false) }
}
