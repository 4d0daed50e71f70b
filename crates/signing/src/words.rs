//! Numbers and texts as people read them, safe to print on a terminal.

use ton_abi::{Nano, UnixTime};

const DAY: u32 = 86_400;

/// `2020-12-01 00:00:00`, in UTC.
pub(crate) fn utc(time: UnixTime) -> String {
    let (year, month, day) = civil(time.0 / DAY);
    let seconds = time.0 % DAY;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{year:04}-{month:02}-{day:02} {hours:02}:{minutes:02}:{:02}", seconds % 60)
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

/// `1 200.5 TON`
pub(crate) fn tons(amount: Nano) -> String {
    let text = format!("{amount:#}");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    if part.is_empty() { format!("{grouped} TON") } else { format!("{grouped}.{part} TON") }
}

/// A text that somebody else wrote: what would move the cursor, change colours or turn the direction of writing is shown
/// by its number instead, so that a text cannot paint over another line.
pub(crate) fn printable(text: &str) -> String {
    text.chars().flat_map(|c| if is_hostile(c) { c.escape_unicode().collect() } else { vec![c] }).collect()
}

fn is_hostile(c: char) -> bool {
    let invisible = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    c.is_control() || invisible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_in_utc() {
        for (time, text) in [
            (0, "1970-01-01 00:00:00"),
            (951_782_399, "2000-02-28 23:59:59"),
            (951_782_400, "2000-02-29 00:00:00"),
            (1_606_780_801, "2020-12-01 00:00:01"),
            (u32::MAX, "2106-02-07 06:28:15"),
        ] {
            assert_eq!(utc(UnixTime(time)), text);
        }
    }

    #[test]
    fn amounts_are_grouped() {
        for (nano, text) in [
            (0, "0 TON"),
            (1, "0.000000001 TON"),
            (999_000_000_000, "999 TON"),
            (1_000_500_000_000, "1 000.5 TON"),
            (673_120_000_000_000, "673 120 TON"),
            (u128::MAX, "340 282 366 920 938 463 463 374 607 431.768211455 TON"),
        ] {
            assert_eq!(tons(Nano(nano)), text);
        }
    }

    #[test]
    fn texts_cannot_paint_over_lines() {
        assert_eq!(printable("Прозрачность, 1\u{a0}TON"), "Прозрачность, 1\u{a0}TON");
        assert_eq!(printable("a\r\u{1b}[2Kb"), "a\\u{d}\\u{1b}[2Kb");
        assert_eq!(printable("x\u{202e}y\u{200b}z\n"), "x\\u{202e}y\\u{200b}z\\u{a}");
    }
}
