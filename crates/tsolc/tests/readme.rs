//! The README's table of headings is what the checker does. `UPDATE_SNAPSHOTS=1` writes the table anew.

use std::fmt::Write;

use tsol_sema::features::{FEATURES, Support};

const START: &str = "<!-- headings: made by tests/readme.rs -->\n";

fn table() -> String {
    let mut text = String::from("| heading of API.md | tsolc |\n|---|---|\n");
    for feature in FEATURES {
        let heading = feature.heading.replace('|', "\\|").replace('<', "&lt;");
        let support = match feature.support {
            Support::Supported => "supported".to_owned(),
            Support::Refused(code) => format!("refused: {code}"),
        };
        writeln!(text, "| {heading} | {support} |").expect("writing to a string succeeds");
    }
    text
}

#[test]
fn the_table_of_headings_is_the_one_the_checker_uses() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(path).expect("the README is there");
    let (head, committed) = readme.split_once(START).expect("the README has the mark of the table");
    let fresh = table();
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some_and(|value| value == "1") {
        std::fs::write(path, format!("{head}{START}{fresh}")).expect("the README can be written");
        return;
    }
    assert!(committed == fresh, "the table of headings is old: run this test with UPDATE_SNAPSHOTS=1");
}

#[test]
fn every_refusal_names_a_code_that_is_explained() {
    for feature in FEATURES {
        if let Support::Refused(code) = feature.support {
            assert!(
                tsolc::explain::find(code.as_str()).is_some(),
                "{}: {code} is not explained",
                feature.heading
            );
        }
    }
}
