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
}
