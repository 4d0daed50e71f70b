//! Texts of strangers, safe to print.

/// A text that somebody else wrote: what would move the cursor, change colours or turn the direction of writing is shown
/// by its number instead, so that a text cannot paint over another line.
#[must_use]
pub fn printable(text: &str) -> String {
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
    fn texts_cannot_paint_over_lines() {
        assert_eq!(printable("Прозрачность, 1\u{a0}TON"), "Прозрачность, 1\u{a0}TON");
        assert_eq!(printable("a\r\u{1b}[2Kb"), "a\\u{d}\\u{1b}[2Kb");
        assert_eq!(printable("x\u{202e}y\u{200b}z\n"), "x\\u{202e}y\\u{200b}z\\u{a}");
    }
}
