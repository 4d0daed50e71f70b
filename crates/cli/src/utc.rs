//! Chain time as people read and write it.

use ton_abi::{UnixTime, Utc};

/// `2020-12-01 00:00`, in UTC.
pub(crate) fn utc(time: UnixTime) -> String {
    format!("{:#}", time.utc())
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
    Utc { year: date[0], month: date[1], day: date[2], hour: clock[0], minute: clock[1], second: 0 }.time()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_typed() {
        for (time, text) in [
            (0, "1970-01-01 00:00"),
            (951_782_340, "2000-02-28 23:59"),
            (1_606_780_800, "2020-12-01 00:00"),
            (4_294_967_280, "2106-02-07 06:28"),
        ] {
            assert_eq!(utc(UnixTime(time)), text);
            assert_eq!(parse(&text.replace(' ', "T")), Some(UnixTime(time)), "{text}");
        }
    }
}
