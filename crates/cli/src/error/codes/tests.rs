//! The table against the program's own text.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;

fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the sources are there") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("codes.rs") {
                let text = fs::read_to_string(&path).expect("sources are text");
                found.push((path, text));
            }
        }
    }
    found
}

/// Codes that stand behind a status, with it: `Status::Usage, "bad-hash"`, or before one: `("port", Status::Network)`.
fn codes_of(text: &str) -> Vec<(String, String)> {
    let is_name = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphabetic());
    let is_code = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    let mut found = Vec::new();
    for (at, _) in text.match_indices("Status::") {
        let rest = &text[at + "Status::".len()..];
        let name: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
        let behind = rest[name.len()..].trim_start().strip_prefix(',').map(str::trim_start);
        let behind = behind.and_then(|rest| rest.strip_prefix('"')?.split('"').next());
        let before = text[..at].trim_end().strip_suffix(',').map(str::trim_end);
        let before = before.and_then(|text| text.strip_suffix('"')?.rsplit_once('"'));
        // Hints stand before a status, too, but not right behind a bracket.
        let before = before.filter(|(text, _)| text.ends_with('(')).map(|(_, code)| code);
        for code in [behind, before.filter(|_| behind.is_none())].into_iter().flatten() {
            if is_name(&name) && is_code(code) {
                found.push((code.to_owned(), name.clone()));
            }
        }
    }
    found
}

/// Codes of [`crate::failure::from_node`], which stand in pairs with a hint.
const IN_PAIRS: &[&str] = &["bad-state", "state-in-use", "state-file", "node"];

/// Errors whose own codes are passed on.
const PASSED_ON: [(&str, &str); 2] = [
    ("keystore::Error", include_str!("../../../../keystore/src/error.rs")),
    ("signing::Error", include_str!("../../../../signing/src/error.rs")),
];

#[test]
fn every_code_of_the_program_is_in_the_table_with_its_status() {
    let mut used: BTreeMap<String, PathBuf> =
        IN_PAIRS.iter().map(|code| ((*code).to_owned(), PathBuf::from("failure.rs"))).collect();
    let failure = include_str!("../../failure.rs");
    for code in IN_PAIRS {
        assert!(failure.contains(&format!("\"{code}\"")), "{code} is still one of failure.rs");
    }
    for (error, text) in PASSED_ON {
        let inner =
            text.split_once("fn code(").map_or("", |(_, rest)| rest.split("fn ").next().unwrap_or(""));
        let codes: Vec<_> = inner.split('"').skip(1).step_by(2).collect();
        assert!(codes.len() > 5, "{error} has codes");
        for code in codes {
            assert!(find(code).is_some(), "code {code} of {error} is not in error/codes.rs");
            used.insert(code.to_owned(), PathBuf::from(error));
        }
    }
    // The command that signs says it itself.
    assert!(include_str!("../../../../signing/src/command.rs").contains("\"not-accepted\""));
    used.insert("not-accepted".to_owned(), PathBuf::from("signing"));
    for (path, text) in sources() {
        for (code, status) in codes_of(&text) {
            let entry = find(&code);
            let entry =
                entry.unwrap_or_else(|| panic!("{}: code {code} is not in error/codes.rs", path.display()));
            let known = entry.statuses.iter().any(|known| format!("{known:?}") == status);
            assert!(known, "{}: code {code} comes with status {status}", path.display());
            used.insert(code, path.clone());
        }
    }
    assert!(used.len() > 40, "the search finds codes: {}", used.len());
    for entry in TABLE {
        assert!(used.contains_key(entry.code), "nothing uses {} any more", entry.code);
    }
}

#[test]
fn the_table_is_sorted_and_says_something() {
    assert!(TABLE.is_sorted_by(|a, b| a.code < b.code), "sorted, and no code twice");
    for Entry { code, statuses, meaning, hint } in TABLE {
        assert!(!statuses.is_empty() && meaning.len() > 10 && hint.len() > 5, "{code}");
        assert!(!meaning.ends_with('.') && !hint.ends_with('.'), "{code}: a clause, not a sentence");
    }
}

#[test]
fn the_page_of_codes_comes_from_the_table() {
    let mut page = "# Codes of failures\n\nWritten from `src/error/codes.rs` by a test (`UPDATE_SNAPSHOTS=1` writes it anew). \
                    `subgov explain CODE` tells the\nsame, and of exit codes of contracts, of the machine and of the compiler.\n\n\
                    | code | exit status | what happened | what to do |\n|---|---|---|---|\n"
        .to_owned();
    for Entry { code, statuses, meaning, hint } in TABLE {
        let statuses: Vec<_> = statuses.iter().map(|status| (*status as u8).to_string()).collect();
        page += &format!("| `{code}` | {} | {} | {} |\n", statuses.join(", "), cell(meaning), cell(hint));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("CODES.md");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some_and(|value| value == "1") {
        fs::write(&path, &page).expect("the page can be written");
    }
    assert_eq!(fs::read_to_string(path).unwrap_or_default(), page, "UPDATE_SNAPSHOTS=1 writes it anew");
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
