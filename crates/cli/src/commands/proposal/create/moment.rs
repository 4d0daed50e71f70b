//! Moments as people write them.

use std::str::FromStr;

use governance::organisation::Span;
use ton_abi::{UnixTime, Utc};

/// A time, or a span from another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    At(UnixTime),
    After(Span),
}

impl Moment {
    /// The time that it means from `start` on.
    pub(crate) fn from(self, start: UnixTime) -> UnixTime {
        match self {
            Self::At(time) => time,
            Self::After(span) => start.plus(span.0),
        }
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || "give seconds since 1970, a date like 2021-01-31T18:00 in UTC, or a span like +7d".to_owned();
        if let Some(span) = text.strip_prefix('+') {
            return span.parse().map(Self::After).map_err(|_| wrong());
        }
        if let Ok(seconds) = text.parse() {
            return Ok(Self::At(UnixTime(seconds)));
        }
        text.parse().ok().and_then(Utc::time).map(Self::At).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_seconds_dates_or_spans() {
        for (text, moment) in [
            ("1606780800", Moment::At(UnixTime(1_606_780_800))),
            ("2020-12-01", Moment::At(UnixTime(1_606_780_800))),
            ("2020-12-01T06:30", Moment::At(UnixTime(1_606_804_200))),
            ("+7d", Moment::After(Span::days(7))),
        ] {
            assert_eq!(text.parse(), Ok(moment), "{text}");
        }
        for text in
            ["", "7d", "+7", "2020-13-01", "2021-02-29", "2020-12-01T24:00", "1969-12-31", "20-12-01", "now"]
        {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
        assert_eq!(Moment::After(Span(5)).from(UnixTime(10)), UnixTime(15));
    }
}
