//! Lengths of time.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

/// A length of time in seconds.
///
/// In text it is a number with a unit, shown in the largest unit without a rest; in the JSON of contracts it is the
/// number of seconds.
///
/// ```
/// use governance::organisation::Span;
///
/// assert_eq!("14d".parse(), Ok(Span(1_209_600)));
/// assert_eq!(Span(5_400).to_string(), "90m");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Span(#[serde(with = "ton_abi::number")] pub u32);

/// A text is not a number of seconds, minutes, hours or days that fits 32 bits of seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a span is a number with one of the units s, m, h and d, like 14d")]
pub struct ParseSpanError;

/// Units, the largest first.
const UNITS: [(char, u32); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

impl Span {
    /// So many days.
    pub const fn days(days: u32) -> Self {
        Self(days * UNITS[0].1)
    }

    /// So many hours.
    pub const fn hours(hours: u32) -> Self {
        Self(hours * UNITS[1].1)
    }

    pub(super) fn from_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl FromStr for Span {
    type Err = ParseSpanError;

    fn from_str(text: &str) -> Result<Self, ParseSpanError> {
        let unit = text.chars().next_back().ok_or(ParseSpanError)?;
        let (_, seconds) = UNITS.iter().find(|(name, _)| *name == unit).ok_or(ParseSpanError)?;
        let digits = &text[..text.len() - unit.len_utf8()];
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ParseSpanError);
        }
        let number: u32 = digits.parse().map_err(|_| ParseSpanError)?;
        number.checked_mul(*seconds).map(Self).ok_or(ParseSpanError)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = UNITS.iter().find(|(_, seconds)| self.0 != 0 && self.0.is_multiple_of(*seconds));
        let (unit, seconds) = fits.copied().unwrap_or(('s', 1));
        write!(f, "{}{unit}", self.0 / seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_numbers_with_a_unit() {
        for (text, seconds) in [("0s", 0), ("59s", 59), ("1m", 60), ("24h", 86_400), ("30d", 2_592_000)] {
            assert_eq!(text.parse(), Ok(Span(seconds)), "{text}");
        }
        for text in ["", "d", "7", "7w", "-1d", "+1d", "1.5d", " 1d", "49711d", "4294967296s", "7ä"] {
            assert_eq!(text.parse::<Span>(), Err(ParseSpanError), "{text}");
        }
    }

    #[test]
    fn the_largest_unit_without_a_rest_is_shown() {
        for (seconds, text) in [(0, "0s"), (61, "61s"), (3_660, "61m"), (90_000, "25h"), (86_400, "1d")] {
            assert_eq!(Span(seconds).to_string(), text);
            assert_eq!(text.parse(), Ok(Span(seconds)));
        }
    }
}
