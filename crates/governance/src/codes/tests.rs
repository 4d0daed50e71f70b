use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::*;

/// The constants that the contracts are built with.
const ERRORS: &str = include_str!("../../../../contracts/libraries/Errors.tsol");

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

/// Name and number of each `uint16 constant NAME = NUMBER;`.
fn constants() -> BTreeMap<&'static str, i32> {
    let lines = ERRORS.lines().filter_map(|line| line.trim().strip_prefix("uint16 constant "));
    let constant = |line: &'static str| -> Option<(&'static str, i32)> {
        let (name, number) = line.strip_suffix(';')?.split_once(" = ")?;
        Some((name, number.parse().ok()?))
    };
    lines.map(|line| constant(line).unwrap_or_else(|| panic!("not a plain constant: {line}"))).collect()
}

#[test]
fn the_contracts_constants_are_those_of_the_table() {
    let table: BTreeMap<_, _> = TABLE.iter().map(|code| (code.name, code.number)).collect();
    let constants = constants();
    assert!(constants.len() > 25, "the constants are found: {}", constants.len());
    for (name, number) in constants {
        assert_eq!(table.get(name), Some(&number), "{name}");
    }
}

#[test]
fn every_code_of_the_multisig_is_a_constant() {
    let constants = constants();
    for code in TABLE.iter().filter(|code| matches!(code.area, Area::Multisig | Area::Giver)) {
        assert!(constants.contains_key(code.name), "{code:?}");
    }
}

#[test]
fn every_code_lies_in_its_band() {
    for code in TABLE {
        assert!(band(code.area).iter().any(|band| band.contains(&code.number)), "{code:?}");
    }
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
