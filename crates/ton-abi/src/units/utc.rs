//! Moments of the calendar, in UTC.

use std::fmt;
use std::str::FromStr;

use super::UnixTime;

const DAY: u32 = 86_400;

/// A moment of the Gregorian calendar in UTC; shown as `2020-12-01 18:00:00`, with `{:#}` as `2020-12-01 18:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Utc {
    /// 1970 to 2106.
    pub year: u32,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
    /// 0 to 59.
    pub second: u32,
}

impl UnixTime {
    /// The moment in the calendar.
    #[must_use]
    pub const fn utc(self) -> Utc {
        let (year, month, day) = civil(self.0 / DAY);
        let clock = self.0 % DAY;
        Utc { year, month, day, hour: clock / 3600, minute: clock / 60 % 60, second: clock % 60 }
    }
}

impl Utc {
    /// Seconds since 1970; `None` if there is no such moment, or not in that range.
    #[must_use]
    pub fn time(self) -> Option<UnixTime> {
        // Days ascend with dates, so the day is found by halving.
        let date = (self.year, self.month, self.day);
        let (mut first, mut last) = (0, u32::MAX / DAY);
        while first < last {
            let middle = first + (last - first) / 2;
            if civil(middle) < date { first = middle + 1 } else { last = middle }
        }
        let clock = self.hour.checked_mul(3600)?.checked_add(self.minute.checked_mul(60)?)?;
        let time = UnixTime(first.checked_mul(DAY)?.checked_add(clock)?.checked_add(self.second)?);
        (time.utc() == self).then_some(time)
    }
}

impl fmt::Display for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute, second } = self;
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")?;
        if f.alternate() { Ok(()) } else { write!(f, ":{second:02}") }
    }
}

/// A text that is no moment of the calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no date like 2021-01-31 or 2021-01-31T18:00 in UTC")]
pub struct ParseUtcError(String);

/// `2021-01-31`, `2021-01-31T18:00` or `2021-01-31T18:00:30`. Whether there is such a day is not looked at: see
/// [`Utc::time`].
impl FromStr for Utc {
    type Err = ParseUtcError;

    fn from_str(text: &str) -> Result<Self, ParseUtcError> {
        let (date, clock) = text.split_once('T').unwrap_or((text, "00:00"));
        let found = numbers(date, '-', [4, 2, 2], 3).zip(numbers(clock, ':', [2, 2, 2], 2));
        let ([year, month, day], [hour, minute, second]) =
            found.ok_or_else(|| ParseUtcError(text.to_owned()))?;
        Ok(Self { year, month, day, hour, minute, second })
    }
}

/// Numbers with so many digits each, at least `least` of them; the others are 0.
fn numbers(text: &str, separator: char, widths: [usize; 3], least: usize) -> Option<[u32; 3]> {
    let parts: Vec<_> = text.split(separator).collect();
    let mut found = [0; 3];
    for ((part, width), number) in parts.iter().zip(widths).zip(&mut found) {
        let fits = part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit());
        *number = part.parse().ok().filter(|_| fits)?;
    }
    (least..=3).contains(&parts.len()).then_some(found)
}

/// Year, month and day of the so-and-so-many-th day since 1970-01-01.
///
/// Source: Howard Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`, for days from 1970 on.
const fn civil(days: u32) -> (u32, u32, u32) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year_of_era + (month <= 2) as u32, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_moments_of_the_calendar_and_back() {
        for (time, text) in [
            (0, "1970-01-01 00:00:00"),
            (951_782_399, "2000-02-28 23:59:59"),
            (951_782_400, "2000-02-29 00:00:00"),
            (1_606_780_800, "2020-12-01 00:00:00"),
            (1_617_235_200, "2021-04-01 00:00:00"),
            (4_107_542_400, "2100-03-01 00:00:00"),
            (u32::MAX, "2106-02-07 06:28:15"),
        ] {
            let moment = UnixTime(time).utc();
            assert_eq!((moment.to_string().as_str(), format!("{moment:#}").as_str()), (text, &text[..16]));
            assert_eq!(moment.time(), Some(UnixTime(time)), "{text}");
            assert_eq!(text.replace(' ', "T").parse(), Ok(moment));
        }
    }

    #[test]
    fn parts_of_a_clock_may_be_left_out() {
        let at = |text: &str| text.parse::<Utc>().map(|moment| moment.to_string());
        assert_eq!(at("2021-01-31").as_deref(), Ok("2021-01-31 00:00:00"));
        assert_eq!(at("2021-01-31T18:05").as_deref(), Ok("2021-01-31 18:05:00"));
        for wrong in [
            "",
            "2021-01",
            "2021-1-31",
            "20-12-01",
            "2021-01-31T18",
            "2021-01-31T",
            "2021-01-31T+1:00",
            "now",
        ] {
            assert_eq!(wrong.parse::<Utc>(), Err(ParseUtcError(wrong.to_owned())), "{wrong}");
        }
    }

    #[test]
    fn moments_that_never_were_have_no_time() {
        let day = |year, month, day| Utc { year, month, day, hour: 0, minute: 0, second: 0 };
        let start = day(2020, 12, 1);
        for wrong in [
            day(1969, 12, 31),
            day(2020, 0, 1),
            day(2020, 13, 1),
            day(2021, 2, 29),
            day(2107, 1, 1),
            Utc { hour: 24, ..start },
            Utc { minute: 60, ..start },
            Utc { second: 60, ..start },
            Utc { hour: u32::MAX, ..start },
            Utc { hour: 6, minute: 28, second: 16, ..day(2106, 2, 7) },
        ] {
            assert_eq!(wrong.time(), None, "{wrong}");
        }
    }
}
