use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use super::*;

fn band(area: Area) -> &'static [RangeInclusive<i32>] {
    match area {
        Area::Common => &[52..=52, 57..=57, 150..=169],
        Area::Giver => &[101..=101],
        Area::Multisig => &[100..=136],
        Area::Registry => &[200..=239],
        Area::Proposal => &[300..=319],
        Area::Treasury => &[400..=429],
        Area::Contest => &[500..=549],
        Area::JuryPool => &[600..=609],
    }
}

#[test]
fn every_code_lies_in_its_band() {
    for code in TABLE {
        assert!(band(code.area).iter().any(|band| band.contains(&code.number)), "{code:?}");
    }
}

#[test]
fn the_bands_hold_every_code_once() {
    let banded: Vec<_> = BANDS.iter().flat_map(Band::codes).collect();
    assert!(banded.into_iter().eq(TABLE));
}

#[test]
fn every_code_of_the_specification_is_there() {
    let numbers = [
        vec![52, 57],
        (150..=157).chain(160..=162).collect(),
        (200..=213).collect(),
        (300..=308).collect(),
        (400..=407).collect(),
        (500..=517).collect(),
        (600..=603).collect(),
    ];
    for number in numbers.into_iter().flatten() {
        assert!(find(number).is_some(), "{number}");
    }
}

#[test]
fn the_library_has_a_documented_constant_for_every_code() {
    let library = solidity();
    for code in TABLE {
        let constant = format!(
            "    /// @dev {}\n    uint16 constant {} = {};\n",
            code.sentence(),
            code.name,
            code.number
        );
        assert_eq!(library.matches(&constant).count(), 1, "{constant}");
    }
    assert_eq!(library.matches(" constant ").count(), TABLE.len());
    assert!(library.lines().all(|line| line.len() <= 120), "lines of the contracts are short");
}

#[test]
fn numbers_and_names_are_used_once_and_sorted() {
    assert!(TABLE.is_sorted_by(|a, b| a.number < b.number));
    let names: BTreeSet<_> = TABLE.iter().map(|code| code.name).collect();
    assert_eq!(names.len(), TABLE.len());
}

#[test]
fn no_code_of_ours_hides_one_of_the_machine() {
    let shared: Vec<_> = ton_abi::VM
        .iter()
        .chain(ton_abi::SOLIDITY)
        .filter(|known| find(known.code).is_some())
        .map(|known| known.code)
        .collect();
    assert_eq!(shared, [52, 57], "replay and expiry mean the same in both");
}

#[test]
fn the_numbers_that_safe_multisig_clients_know_are_kept() {
    for number in [100, 102, 103, 107, 108, 113, 115, 116, 117, 119, 120, 121] {
        assert_eq!(find(number).map(|code| code.area), Some(Area::Multisig), "{number}");
    }
}

#[test]
fn meanings_and_hints_are_clauses() {
    for code in TABLE {
        for text in [code.meaning, code.hint] {
            assert!(!text.is_empty() && !text.ends_with('.'), "{code:?}");
        }
    }
}
