//! The binary `tsolc` on good and bad input.

use std::path::Path;
use std::process::{Command, Output};

const GOOD: &str = "pragma tvm-solidity >= 0.72.0;\n\
    contract Counter {\n    uint32 count;\n    constructor() { tvm.accept(); }\n    \
    function add(uint32 by) public { tvm.accept(); count += by; }\n}\n";

fn tsolc(directory: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tsolc"))
        .current_dir(directory)
        .args(args)
        .output()
        .expect("tsolc starts")
}

fn workdir(text: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    std::fs::write(directory.path().join("Counter.tsol"), text).expect("writable");
    directory
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_contract_gives_abi_image_and_on_request_listing_and_source_map() {
    let directory = workdir(GOOD);
    let output = tsolc(directory.path(), &["Counter.tsol", "--asm", "--debug"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for extension in ["abi.json", "tvc", "code", "map.json", "debug.json"] {
        assert!(directory.path().join(format!("Counter.{extension}")).exists(), "{extension}");
    }
}

#[test]
fn equal_sources_give_equal_bytes_wherever_they_lie() {
    let image = || {
        let directory = workdir(GOOD);
        tsolc(directory.path(), &["Counter.tsol", "-p", "out"]);
        std::fs::read(directory.path().join("out.tvc")).expect("written")
    };
    assert_eq!(image(), image());
}

#[test]
fn function_ids_are_printed_with_their_signatures() {
    let directory = workdir(GOOD);
    let output = tsolc(directory.path(), &["Counter.tsol", "--function-ids"]);
    let ids: serde_json::Value = serde_json::from_slice(&output.stdout).expect("stdout is JSON");
    assert!(ids.as_object().is_some_and(|ids| ids.len() >= 2), "{ids}");
    assert!(!directory.path().join("Counter.tvc").exists(), "nothing else is written");
}

#[test]
fn functions_with_ids_of_their_own_are_printed_by_signature_too() {
    let own = "function add(uint32 by) public functionID(0x123)";
    let directory = workdir(&GOOD.replace("function add(uint32 by) public", own).replace(
        "constructor",
        "function twice() public functionID(0x124) { tvm.accept(); count *= 2; }\n    constructor",
    ));
    let output = tsolc(directory.path(), &["Counter.tsol", "--function-ids"]);
    let ids: serde_json::Value = serde_json::from_slice(&output.stdout).expect("stdout is JSON");
    assert_eq!(ids["add(uint32)()v2"], "0x00000123", "{ids}");
    assert_eq!(ids["twice()()v2"], "0x00000124", "{ids}");
}

#[test]
fn an_error_has_code_place_and_help_and_nothing_is_written() {
    let directory = workdir(&GOOD.replace("count += by", "count += bye"));
    let output = tsolc(directory.path(), &["Counter.tsol"]);
    let text = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("error[E") && text.contains("Counter.tsol:5"), "{text}");
    assert!(!directory.path().join("Counter.tvc").exists());
}

#[test]
fn errors_can_be_json() {
    let directory = workdir(&GOOD.replace("count += by", "count += bye"));
    let output = tsolc(directory.path(), &["Counter.tsol", "--error-format", "json"]);
    let line = stderr(&output).lines().next().unwrap_or_default().to_owned();
    let json: serde_json::Value = serde_json::from_str(&line).expect("a diagnostic is one JSON object");
    assert_eq!(json["severity"], "error");
    assert_eq!(json["labels"][0]["start"]["line"], 5);
}

#[test]
fn wrong_usage_says_what_to_do() {
    let directory = workdir(GOOD);
    for (args, says) in [
        (&["Missing.tsol"][..], "cannot read Missing.tsol"),
        (&["Counter.tsol", "-o", "nowhere"], "create it"),
        (&["Counter.tsol", "-c", "Other"], "it has: Counter"),
        (&["Counter.tsol", "-p", "a/b"], "use -o"),
        (&["Counter.tsol", "--abi-version", "2.7"], "tsolc writes 2.2 and 2.3"),
        (&["--explain", "E9999"], "there is no diagnostic E9999"),
    ] {
        let output = tsolc(directory.path(), args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(says), "{args:?}: {}", stderr(&output));
    }
}
