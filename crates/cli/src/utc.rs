//! Chain time as people read it.

use ton_abi::UnixTime;

const DAY: u32 = 86_400;

/// `2020-12-01 00:00`, in UTC.
pub(crate) fn utc(time: UnixTime) -> String {
    let (year, month, day) = civil(time.0 / DAY);
    let minutes = time.0 % DAY / 60;
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", minutes / 60, minutes % 60)
}

/// The time of `2021-01-31` or `2021-01-31T18:00`, in UTC; `None` if there is no such moment.
pub(crate) fn parse(text: &str) -> Option<UnixTime> {
    let (date, clock) = text.split_once('T').unwrap_or((text, "00:00"));
    let numbers = |text: &str, separator, widths: &[usize]| -> Option<Vec<u32>> {
        let parts: Vec<_> = text.split(separator).collect();
        let fits =
            parts.len() == widths.len() && parts.iter().zip(widths).all(|(part, width)| part.len() == *width);
        let is_plain = parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
        if fits && is_plain { parts.iter().map(|part| part.parse().ok()).collect() } else { None }
    };
    let (date, clock) = (numbers(date, '-', &[4, 2, 2])?, numbers(clock, ':', &[2, 2])?);
    let (wanted, minutes) = ((date[0], date[1], date[2]), clock[0] * 60 + clock[1]);
    if clock[0] > 23 || clock[1] > 59 {
        return None;
    }
    // Days ascend with dates, so the day is found by halving.
    let (mut first, mut last) = (0, u32::MAX / DAY);
    while first < last {
        let middle = first + (last - first) / 2;
        if civil(middle) < wanted { first = middle + 1 } else { last = middle }
    }
    let seconds = first.checked_mul(DAY)?.checked_add(minutes * 60)?;
    (civil(first) == wanted).then_some(UnixTime(seconds))
}

/// Year, month and day of the so-and-so-many-th day since 1970-01-01.
///
/// Source: Howard Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`, for days from 1970 on.
fn civil(days: u32) -> (u32, u32, u32) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year_of_era + u32::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_in_utc() {
        for (time, text) in [
            (0, "1970-01-01 00:00"),
            (951_782_399, "2000-02-28 23:59"),
            (951_782_400, "2000-02-29 00:00"),
            (1_606_780_800, "2020-12-01 00:00"),
            (1_617_235_200, "2021-04-01 00:00"),
            (4_107_542_400, "2100-03-01 00:00"),
            (u32::MAX, "2106-02-07 06:28"),
        ] {
            assert_eq!(utc(UnixTime(time)), text);
            let minute = UnixTime(time - time % 60);
            assert_eq!(parse(&text.replace(' ', "T")), Some(minute), "{text}");
        }
    }
}
