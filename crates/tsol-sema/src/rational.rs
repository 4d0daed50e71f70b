//! Exact numbers of literal arithmetic: `2 ** 255 - 19`, `1.5 ton`, `7 / 2 * 2`.

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::{One as _, Signed as _, ToPrimitive as _, Zero as _};

/// Bits that numerator and denominator may have after an operation (Solidity's limit for literals).
const MAX_BITS: u64 = 4096;

/// A fraction in lowest terms with a positive denominator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Rational {
    numer: BigInt,
    denom: BigInt,
}

/// Why an operation on literals has no value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Failure {
    DivisionByZero,
    Fractional,
    NegativeExponent,
    TooLarge,
    ZeroToZero,
}

impl Failure {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Failure::DivisionByZero => "division by zero",
            Failure::Fractional => "the operator needs whole numbers",
            Failure::NegativeExponent => "the right side must not be negative",
            Failure::TooLarge => "the result has more than 4096 bits",
            Failure::ZeroToZero => "`0 ** 0` is not defined",
        }
    }
}

impl Rational {
    pub(crate) fn new(numer: BigInt, denom: BigInt) -> Self {
        debug_assert!(!denom.is_zero(), "a fraction needs a denominator");
        let gcd = numer.gcd(&denom);
        let sign = if denom.is_negative() { -BigInt::one() } else { BigInt::one() };
        Self { numer: &numer / &gcd * &sign, denom: &denom / &gcd * sign }
    }

    pub(crate) fn integer(value: BigInt) -> Self {
        Self { numer: value, denom: BigInt::one() }
    }

    /// The value, if it is whole.
    pub(crate) fn as_integer(&self) -> Option<&BigInt> {
        self.denom.is_one().then_some(&self.numer)
    }

    pub(crate) fn is_negative(&self) -> bool {
        self.numer.is_negative()
    }

    pub(crate) fn neg(&self) -> Self {
        Self { numer: -&self.numer, denom: self.denom.clone() }
    }

    pub(crate) fn add(&self, other: &Self) -> Result<Self, Failure> {
        limited(&self.numer * &other.denom + &other.numer * &self.denom, &self.denom * &other.denom)
    }

    pub(crate) fn sub(&self, other: &Self) -> Result<Self, Failure> {
        self.add(&other.neg())
    }

    pub(crate) fn mul(&self, other: &Self) -> Result<Self, Failure> {
        limited(&self.numer * &other.numer, &self.denom * &other.denom)
    }

    pub(crate) fn div(&self, other: &Self) -> Result<Self, Failure> {
        if other.numer.is_zero() {
            return Err(Failure::DivisionByZero);
        }
        limited(&self.numer * &other.denom, &self.denom * &other.numer)
    }

    /// Remainder with the sign of the left side, as Solidity defines it for literals.
    pub(crate) fn rem(&self, other: &Self) -> Result<Self, Failure> {
        let quotient = self.div(other)?;
        let whole = Self::integer(&quotient.numer / &quotient.denom);
        self.sub(&whole.mul(other)?)
    }

    pub(crate) fn pow(&self, other: &Self) -> Result<Self, Failure> {
        let exponent = other.as_integer().ok_or(Failure::Fractional)?;
        if exponent.is_negative() {
            return Err(Failure::NegativeExponent);
        }
        if exponent.is_zero() && self.numer.is_zero() {
            return Err(Failure::ZeroToZero);
        }
        if self.numer.is_zero() || (self.numer.abs().is_one() && self.denom.is_one()) {
            let odd = exponent.is_odd();
            return Ok(if odd { self.clone() } else { self.mul(self)? });
        }
        let exponent = exponent.to_u64().filter(|e| *e <= MAX_BITS).ok_or(Failure::TooLarge)?;
        if self.numer.bits().max(self.denom.bits()).saturating_sub(1).saturating_mul(exponent) > MAX_BITS {
            return Err(Failure::TooLarge);
        }
        let exponent = exponent as u32;
        limited(self.numer.pow(exponent), self.denom.pow(exponent))
    }

    pub(crate) fn shl(&self, other: &Self) -> Result<Self, Failure> {
        let (a, b) = self.integers(other)?;
        let by = shift_amount(b)?;
        limited(a << by, BigInt::one())
    }

    pub(crate) fn shr(&self, other: &Self) -> Result<Self, Failure> {
        let (a, b) = self.integers(other)?;
        let by = shift_amount(b)?;
        Ok(Self::integer(a >> by))
    }

    pub(crate) fn bits(
        &self,
        other: &Self,
        op: impl FnOnce(&BigInt, &BigInt) -> BigInt,
    ) -> Result<Self, Failure> {
        let (a, b) = self.integers(other)?;
        Ok(Self::integer(op(a, b)))
    }

    pub(crate) fn not(&self) -> Result<Self, Failure> {
        self.as_integer().map(|a| Self::integer(!a)).ok_or(Failure::Fractional)
    }

    pub(crate) fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (&self.numer * &other.denom).cmp(&(&other.numer * &self.denom))
    }

    fn integers<'a>(&'a self, other: &'a Self) -> Result<(&'a BigInt, &'a BigInt), Failure> {
        match (self.as_integer(), other.as_integer()) {
            (Some(a), Some(b)) => Ok((a, b)),
            _ => Err(Failure::Fractional),
        }
    }
}

impl std::fmt::Display for Rational {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.as_integer() {
            Some(whole) => write!(f, "{whole}"),
            None => write!(f, "{}/{}", self.numer, self.denom),
        }
    }
}

fn limited(numer: BigInt, denom: BigInt) -> Result<Rational, Failure> {
    let value = Rational::new(numer, denom);
    if value.numer.bits().max(value.denom.bits()) > MAX_BITS {
        return Err(Failure::TooLarge);
    }
    Ok(value)
}

fn shift_amount(by: &BigInt) -> Result<u32, Failure> {
    if by.is_negative() {
        return Err(Failure::NegativeExponent);
    }
    by.to_u32().filter(|b| u64::from(*b) <= MAX_BITS).ok_or(Failure::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(value: i64) -> Rational {
        Rational::integer(BigInt::from(value))
    }

    #[test]
    fn fractions_stay_exact() {
        let half = int(7).div(&int(2)).unwrap();
        assert_eq!(half.as_integer(), None);
        assert_eq!(half.mul(&int(2)).unwrap(), int(7));
        assert_eq!(int(7).div(&int(-2)).unwrap().to_string(), "-7/2");
    }

    #[test]
    fn powers_are_limited() {
        assert_eq!(int(2).pow(&int(10)).unwrap(), int(1024));
        assert_eq!(int(-1).pow(&int(1_000_001)).unwrap(), int(-1));
        assert_eq!(int(2).pow(&int(5000)), Err(Failure::TooLarge));
        assert_eq!(int(0).pow(&int(0)), Err(Failure::ZeroToZero));
        assert_eq!(int(2).pow(&int(-1)), Err(Failure::NegativeExponent));
    }

    #[test]
    fn remainder_has_the_sign_of_the_left_side() {
        assert_eq!(int(-7).rem(&int(3)).unwrap(), int(-1));
        assert_eq!(int(7).rem(&int(0)), Err(Failure::DivisionByZero));
        let half = int(-11).div(&int(2)).unwrap();
        assert_eq!(half.rem(&int(3)).unwrap().to_string(), "-5/2");
    }

    #[test]
    fn shifts_are_arithmetic() {
        assert_eq!(int(-5).shr(&int(1)).unwrap(), int(-3));
        assert_eq!(int(1).shl(&int(8)).unwrap(), int(256));
        assert_eq!(int(1).shl(&int(-8)), Err(Failure::NegativeExponent));
    }
}
