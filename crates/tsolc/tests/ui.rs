//! Sources that the compiler complains about, and what it says.
//!
//! Each `ui/<phase>/<name>.tsol` is compiled through all phases, as the binary does it. The phase is that of its
//! errors. Marks say what is reported where, and nothing else may be reported:
//!
//! ```text
//! uint8 a = 256; //~ ERROR[E0303]
//! string s = "open
//! //~^ ERROR[E0103]
//! ```
//!
//! Each `^` is one line up. `<name>.stderr` beside it is the text that the binary prints; `UPDATE_SNAPSHOTS=1`
//! writes it anew. Imported files lie in `ui/imported`. `// heading: …` says that the lines behind it, up to the next
//! such line, show how the constructs under this heading of API.md are refused.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use tsol_sema::features::{FEATURES, Support};
use tsol_syntax::diag::{CodeInfo, Severity};
use tsolc::{DiskLoader, Settings, explain, render};

/// Phases, which are directories of `ui`, with the table of the codes that their errors have.
const PHASES: [(&str, &[CodeInfo]); 3] = [
    ("syntax", tsol_syntax::codes::TABLE),
    ("sema", tsol_sema::codes::TABLE),
    ("codegen", tsol_codegen::codes::TABLE),
];

/// Codes that no source leads to, and why the compiler has them.
const UNREACHED: [(&str, &str); 1] =
    [("E0699", "stands where the compiler would contradict itself: a source that leads to it is a bug")];

/// A line with a kind of problem: `(3, "ERROR[E0301]")`.
type Mark = (u32, String);

struct Case {
    /// Name inside the compilation: `sema/e0301-key.tsol`.
    name: String,
    text: String,
}

impl Case {
    /// What the comments of the source promise.
    fn marks(&self) -> Vec<Mark> {
        let mut marks = Vec::new();
        for (number, line) in (1..).zip(self.text.lines()) {
            let Some((_, rest)) = line.split_once("//~") else { continue };
            let words = rest.trim_start_matches('^');
            let up = (rest.len() - words.len()) as u32;
            marks.extend(words.split_whitespace().map(|word| (number - up, word.to_owned())));
        }
        marks.sort();
        marks
    }

    /// What the compiler reports, as marks and as text.
    fn report(&self) -> (Vec<Mark>, String) {
        let loader = DiskLoader::new(root(), Vec::new());
        let compilation = tsolc::compile(&self.name, &self.text, &loader, &Settings::default());
        let (mut marks, mut text) = (Vec::new(), String::new());
        for diagnostic in &compilation.diagnostics {
            let word = match diagnostic.severity {
                Severity::Error => "ERROR",
                Severity::Warning => "WARNING",
            };
            let line = compilation.sources.line_col(diagnostic.span()).line;
            marks.push((line, format!("{word}[{}]", diagnostic.code)));
            text += &render::text(diagnostic, &compilation.sources, false);
            text.push('\n');
        }
        let wrong = marks.iter().any(|(_, mark)| mark.starts_with("ERROR"));
        assert_eq!(
            compilation.artifacts.is_err(),
            wrong,
            "{}: output exists exactly without errors",
            self.name
        );
        marks.sort();
        (marks, text)
    }

    fn golden(&self) -> PathBuf {
        root().join(&self.name).with_extension("stderr")
    }

    /// Every heading of the case, with the marks that stand behind it.
    fn headings(&self) -> Vec<(&str, Vec<String>)> {
        let mut found: Vec<(&str, Vec<String>)> = Vec::new();
        for line in self.text.lines() {
            if let Some(heading) = line.trim().strip_prefix("// heading: ") {
                found.push((heading, Vec::new()));
            } else if let (Some((_, marks)), Some((_, words))) = (found.last_mut(), line.split_once("//~")) {
                marks.extend(words.trim_start_matches('^').split_whitespace().map(str::to_owned));
            }
        }
        found
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui")
}

fn files(phase: &str, extension: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(root().join(phase)).expect("every phase has its directory");
    let names = entries.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned());
    names.filter_map(|name| Some(name.strip_suffix(extension)?.to_owned())).collect()
}

fn cases_of(phase: &str) -> Vec<Case> {
    let read = |name: String| {
        let name = format!("{phase}/{name}.tsol");
        let text = std::fs::read_to_string(root().join(&name)).expect("readable");
        Case { name, text }
    };
    files(phase, ".tsol").into_iter().map(read).collect()
}

fn cases() -> Vec<Case> {
    PHASES.iter().flat_map(|(phase, _)| cases_of(phase)).collect()
}

fn updating() -> bool {
    std::env::var_os("UPDATE_SNAPSHOTS").is_some_and(|value| value == "1")
}

#[test]
fn every_problem_is_reported_where_it_is_marked_and_nothing_else_is() {
    let mut wrong = String::new();
    for case in cases() {
        let (reported, text) = case.report();
        let marks = case.marks();
        assert!(!marks.is_empty(), "{}: nothing is marked", case.name);
        if reported != marks {
            wrong += &format!("{}:\n  marked   {marks:?}\n  reported {reported:?}\n{text}\n", case.name);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_text_of_every_problem_is_the_committed_one() {
    let mut wrong = String::new();
    for case in cases() {
        let (_, text) = case.report();
        if updating() {
            std::fs::write(case.golden(), &text).expect("the golden file can be written");
        }
        let golden = std::fs::read_to_string(case.golden()).unwrap_or_default();
        if golden != text {
            wrong += &format!("{}:\n--- committed\n{golden}\n--- now\n{text}\n", case.name);
        }
    }
    assert!(wrong.is_empty(), "run this test with UPDATE_SNAPSHOTS=1 and read the change\n{wrong}");
}

#[test]
fn every_golden_file_has_its_source() {
    for (phase, _) in PHASES {
        assert_eq!(files(phase, ".stderr"), files(phase, ".tsol"), "{phase}");
    }
}

#[test]
fn cases_lie_where_their_errors_come_from() {
    for (phase, table) in PHASES {
        for case in cases_of(phase) {
            for (line, mark) in case.marks() {
                let own = table.iter().any(|info| mark == format!("ERROR[{}]", info.code));
                assert!(
                    own || mark.starts_with("WARNING"),
                    "{}:{line}: {mark} is of another phase",
                    case.name
                );
            }
        }
    }
}

#[test]
fn every_code_of_the_compiler_has_a_case() {
    let marks: BTreeSet<String> = cases().iter().flat_map(Case::marks).map(|(_, mark)| mark).collect();
    for info in explain::table() {
        let shown = marks.iter().any(|mark| mark.contains(info.code.as_str()));
        let unreached = UNREACHED.iter().any(|(code, _)| *code == info.code.as_str());
        assert!(shown || unreached, "{}: no case shows \"{}\"", info.code, info.summary);
        assert!(!(shown && unreached), "{} is reached: take it off the list", info.code);
    }
}

#[test]
fn every_refused_heading_of_the_reference_is_shown_with_its_error() {
    let cases = cases();
    let mut shown: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for case in &cases {
        for (heading, marks) in case.headings() {
            assert!(FEATURES.iter().any(|feature| feature.heading == heading), "{}: `{heading}`", case.name);
            shown.entry(heading).or_default().extend(marks);
        }
    }
    for feature in FEATURES {
        let Support::Refused(code) = feature.support else {
            assert!(!shown.contains_key(feature.heading), "`{}` is not refused", feature.heading);
            continue;
        };
        let marks = shown.get(feature.heading).unwrap_or_else(|| panic!("`{}` has no case", feature.heading));
        assert!(
            marks.contains(&format!("ERROR[{code}]")),
            "`{}`: {code} is not in {marks:?}",
            feature.heading
        );
    }
}
