//! Moments of the calendar, in UTC.

use std::fmt;

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
