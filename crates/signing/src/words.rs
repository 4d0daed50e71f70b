//! Numbers and texts as people read them, safe to print on a terminal.

use ton_abi::Nano;

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
