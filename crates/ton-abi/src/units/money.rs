//! Nanotokens.

use std::fmt;
use std::iter::Sum;
use std::str::FromStr;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tycho_types::num::Tokens;

/// An amount of money in nanotokens (one token is 10^9 of them).
///
/// Shown in tokens with nine decimals, `{:#}` drops trailing zeros; parsed from tokens.
/// In JSON it is a decimal string of nanotokens, as everywhere in TON APIs.
///
/// ```
/// use ton_abi::Nano;
/// let n: Nano = "1.5".parse().unwrap();
/// assert_eq!(n, Nano(1_500_000_000));
/// assert_eq!(n.to_string(), "1.500000000");
/// assert_eq!(format!("{n:#}"), "1.5");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Nano(pub u128);

/// Why a text is not an amount of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseNanoError {
    /// Empty, a sign, or something that is not a digit or one dot.
    #[error("an amount is digits with at most one dot")]
    NotNumber,
    /// More than nine digits after the dot.
    #[error("an amount has at most nine decimals")]
    TooPrecise,
    /// Does not fit.
    #[error("the amount is too large")]
    TooLarge,
}

impl Nano {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// Nanotokens in a token.
    pub const PER_TOKEN: u128 = 1_000_000_000;

    /// So many whole tokens.
    pub const fn tokens(tokens: u64) -> Self {
        Self(tokens as u128 * Self::PER_TOKEN)
    }

    /// Sum, or `None` on overflow.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(n) => Some(Self(n)),
            None => None,
        }
    }

    /// Difference, or `None` if `other` is larger.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(n) => Some(Self(n)),
            None => None,
        }
    }

    /// Product, or `None` on overflow.
    #[must_use]
    pub const fn checked_mul(self, factor: u128) -> Option<Self> {
        match self.0.checked_mul(factor) {
            Some(n) => Some(Self(n)),
            None => None,
        }
    }

    /// Difference, zero if `other` is larger.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Whether there is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for Nano {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / Self::PER_TOKEN, self.0 % Self::PER_TOKEN);
        let mut text = format!("{whole}.{part:09}");
        if f.alternate() {
            let kept = text.trim_end_matches('0').trim_end_matches('.').len();
            text.truncate(kept);
        }
        f.pad_integral(true, "", &text)
    }
}

impl FromStr for Nano {
    type Err = ParseNanoError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if (whole.is_empty() && part.is_empty()) || !digits(whole) || !digits(part) {
            return Err(ParseNanoError::NotNumber);
        }
        if part.len() > 9 {
            return Err(ParseNanoError::TooPrecise);
        }
        // INVARIANT: only ASCII digits are left, so parsing fails on overflow alone.
        let number = |s: &str| if s.is_empty() { Ok(0) } else { s.parse::<u128>() };
        let whole = number(whole).map_err(|_| ParseNanoError::TooLarge)?;
        let part = number(&format!("{part:0<9}")).map_err(|_| ParseNanoError::TooLarge)?;
        whole
            .checked_mul(Self::PER_TOKEN)
            .and_then(|n| n.checked_add(part))
            .map(Self)
            .ok_or(ParseNanoError::TooLarge)
    }
}

impl From<Tokens> for Nano {
    fn from(tokens: Tokens) -> Self {
        Self(tokens.into_inner())
    }
}

/// The amount as the 120-bit number of messages and accounts; the upper eight bits must be zero there.
impl From<Nano> for Tokens {
    fn from(nano: Nano) -> Self {
        Tokens::new(nano.0)
    }
}

impl Sum for Nano {
    /// # Panics
    /// On overflow of `u128`: the whole supply of a network fits 2^63.
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, |a, b| Self(a.0 + b.0))
    }
}

impl Serialize for Nano {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Nano {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NanoVisitor)
    }
}

struct NanoVisitor;

impl Visitor<'_> for NanoVisitor {
    type Value = Nano;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nanotokens as a number or a decimal or 0x string")
    }

    fn visit_u64<E: de::Error>(self, v: u64) -> Result<Nano, E> {
        Ok(Nano(v.into()))
    }

    fn visit_str<E: de::Error>(self, v: &str) -> Result<Nano, E> {
        let parsed = match v.strip_prefix("0x") {
            Some(hex) => u128::from_str_radix(hex, 16),
            None => v.parse(),
        };
        parsed.map(Nano).map_err(|_| E::invalid_value(de::Unexpected::Str(v), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_and_shown_in_tokens() {
        for (text, nano) in [("0", 0), ("1.5", 1_500_000_000), (".000000001", 1), ("7.", 7_000_000_000)] {
            assert_eq!(text.parse(), Ok(Nano(nano)), "{text}");
        }
        assert_eq!(Nano(1).to_string(), "0.000000001");
        assert_eq!(format!("{:#}", Nano::tokens(20)), "20");
        assert_eq!(format!("{:>14}", Nano::tokens(1)), "   1.000000000");
    }

    #[test]
    fn bad_amounts_are_refused_with_a_reason() {
        use ParseNanoError as E;
        for (text, error) in [
            ("", E::NotNumber),
            (".", E::NotNumber),
            ("-1", E::NotNumber),
            ("1e9", E::NotNumber),
            ("1.2.3", E::NotNumber),
            ("1.0000000001", E::TooPrecise),
            ("999999999999999999999999999999999999", E::TooLarge),
        ] {
            assert_eq!(text.parse::<Nano>(), Err(error), "{text}");
        }
    }

    #[test]
    fn json_is_nanotokens() {
        assert_eq!(serde_json::to_string(&Nano(15)).unwrap(), "\"15\"");
        for text in ["15", "\"15\"", "\"0xf\""] {
            assert_eq!(serde_json::from_str::<Nano>(text).unwrap(), Nano(15), "{text}");
        }
        assert!(serde_json::from_str::<Nano>("\"1.5\"").is_err());
    }
}
