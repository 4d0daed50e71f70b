//! Every supported heading of API.md has code that runs on the machine.
//!
//! `headings/*.tsol` are contracts whose functions give what API.md promises. `//=` names the results of the next
//! function, `//!` its exit code; `// heading: …` before them says what they show:
//!
//! ```text
//! // heading: <TvmCell>.depth()
//! //= 0
//! function depth() public pure returns (uint16) { return TvmCell().depth(); }
//! ```
//!
//! What needs messages or a state that changes is a test in Rust beside this one, with the same comment above it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tsol_sema::features::{FEATURES, Support};
use tycho_types::abi::AbiValue;
use tycho_types::models::AnyAddr;

use crate::world::World;

/// Headings without a construct of their own: they explain, or only hold the headings below them.
const EXPLAINING: [&str; 12] = [
    "Compiler version",
    "TVM specific types",
    "TVM specific control structures",
    "Changes and extensions in Solidity types",
    "Object creating",
    "Members",
    "Functions",
    "Pragmas",
    "Special contract functions",
    "tvm namespace",
    "TVM instructions",
    "TVM capabilities",
];

/// A function without parameters and what it must do.
struct Check {
    function: String,
    expected: Expected,
}

enum Expected {
    Values(String),
    Exit(i32),
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/run")
}

/// Names and texts of the files with this extension.
fn texts(directory: &Path, extension: &str) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(directory).expect("the directory is there");
    let mut found: Vec<(String, String)> = entries
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .map(|path| {
            let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).expect("readable"))
        })
        .collect();
    found.sort();
    found
}

fn checks(text: &str) -> Vec<Check> {
    let mut found = Vec::new();
    let mut expected = None;
    for line in text.lines().map(str::trim) {
        if let Some(values) = line.strip_prefix("//=") {
            expected = Some(Expected::Values(values.trim().to_owned()));
        } else if let Some(code) = line.strip_prefix("//!") {
            expected = Some(Expected::Exit(code.trim().parse().expect("an exit code")));
        } else if let (Some(rest), true) = (line.strip_prefix("function "), expected.is_some()) {
            let function = rest.split('(').next().unwrap_or_default().to_owned();
            found.extend(expected.take().map(|expected| Check { function, expected }));
        }
    }
    assert!(expected.is_none(), "a result has no function");
    found
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn show(value: &AbiValue) -> String {
    match value {
        AbiValue::Uint(_, n) | AbiValue::VarUint(_, n) => n.to_string(),
        AbiValue::Int(_, n) | AbiValue::VarInt(_, n) => n.to_string(),
        AbiValue::Bool(b) => b.to_string(),
        AbiValue::String(text) => format!("\"{text}\""),
        AbiValue::Bytes(bytes) | AbiValue::FixedBytes(bytes) => format!("x\"{}\"", hex(bytes)),
        AbiValue::Address(address) => match &**address {
            AnyAddr::Std(address) => address.to_string(),
            other => format!("{other:?}"),
        },
        AbiValue::Array(_, list) => format!("[{}]", list.iter().map(show).collect::<Vec<_>>().join(" ")),
        other => panic!("no text for {other:?}"),
    }
}

#[test]
fn functions_do_what_the_headings_promise() {
    let mut wrong = String::new();
    let mut done = 0;
    for (name, text) in texts(&directory().join("headings"), "tsol") {
        let mut world = World::deployed(&text, &[]);
        for Check { function, expected } in checks(&text) {
            done += 1;
            let message = world.external_message(&function, &[], false, None);
            let outcome = world.send(message, false);
            let values = |outcome: &crate::world::Outcome| -> Option<String> {
                let answer = outcome.sent.iter().find(|sent| sent.external)?;
                let slice = answer.body.as_slice().ok()?;
                let values = world.abi.functions[&*function].decode_output(slice).ok()?;
                Some(values.iter().map(|value| show(&value.value)).collect::<Vec<_>>().join(" "))
            };
            let (found, expected) = match expected {
                Expected::Exit(code) => (outcome.exit.to_string(), code.to_string()),
                Expected::Values(text) => match (outcome.exit, values(&outcome)) {
                    (0, Some(found)) => (found, text),
                    (code, _) => (format!("exit code {code}"), text),
                },
            };
            if found != expected {
                wrong += &format!("{name}, {function}:\n  expected {expected}\n  found    {found}\n");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(done > 200, "only {done} functions ran");
}

/// Headings of the cases, and those that nothing runs behind.
fn marked() -> (BTreeSet<String>, Vec<String>) {
    let mut marked = BTreeSet::new();
    let mut idle = Vec::new();
    let sources = texts(&directory().join("headings"), "tsol").into_iter().chain(texts(&directory(), "rs"));
    for (name, text) in sources {
        let mut open: Vec<String> = Vec::new();
        for line in text.lines().map(str::trim) {
            let runs = ["//=", "//! ", "#[test]"].iter().any(|mark| line.starts_with(mark));
            if let Some(heading) = line.strip_prefix("// heading: ") {
                open.push(heading.to_owned());
            } else if runs {
                marked.extend(open.drain(..));
            } else if line.starts_with("function ") || line.starts_with("fn ") {
                idle.extend(open.drain(..).map(|heading| format!("{name}: {heading}")));
            }
        }
        idle.extend(open.into_iter().map(|heading| format!("{name}: {heading}")));
    }
    (marked, idle)
}

#[test]
fn every_supported_heading_of_the_reference_is_executed() {
    let (marked, idle) = marked();
    assert!(idle.is_empty(), "nothing runs behind these headings: {idle:#?}");
    let known: BTreeSet<&str> = FEATURES.iter().map(|feature| feature.heading).collect();
    let unknown: Vec<_> = marked.iter().filter(|heading| !known.contains(heading.as_str())).collect();
    assert!(unknown.is_empty(), "API.md has no such headings: {unknown:#?}");
    let mut missing = Vec::new();
    for feature in FEATURES {
        let explains = EXPLAINING.contains(&feature.heading);
        let shown = marked.contains(feature.heading);
        match feature.support {
            Support::Refused(_) => assert!(!shown && !explains, "`{}` is refused", feature.heading),
            Support::Supported if explains => assert!(!shown, "`{}` is shown: take it off", feature.heading),
            Support::Supported if !shown => missing.push(feature.heading),
            Support::Supported => {}
        }
    }
    assert!(missing.is_empty(), "no case executes these headings: {missing:#?}");
    assert!(EXPLAINING.iter().all(|heading| known.contains(heading)), "a heading that explains is unknown");
}
