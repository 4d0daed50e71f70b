//! Finding the name that was perhaps meant.

/// The candidate nearest to `wanted`, if one is near enough to be worth a hint.
pub(crate) fn nearest<'n>(wanted: &str, candidates: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let length = wanted.chars().count();
    // Of a name of one or two letters everything short is near.
    let limit = if length < 3 { 0 } else { (length / 3).max(1) };
    candidates
        .filter(|candidate| *candidate != wanted)
        .map(|candidate| (distance(wanted, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= limit || candidate.eq_ignore_ascii_case(wanted))
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance, case counted as half a difference by ignoring it when nothing else differs.
fn distance(a: &str, b: &str) -> usize {
    if a.eq_ignore_ascii_case(b) {
        return usize::from(a != b);
    }
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn typing_errors_find_their_name() {
        let names = ["balance", "custodians", "transfer"];
        assert_eq!(nearest("balence", names.into_iter()), Some("balance"));
        assert_eq!(nearest("Transfer", names.into_iter()), Some("transfer"));
        assert_eq!(nearest("queue", names.into_iter()), None);
        assert_eq!(nearest("z", ["x", "Z"].into_iter()), Some("Z"));
        assert_eq!(nearest("z", ["x", "z"].into_iter()), None);
    }
}
