//! The public catalogue of a kept demonstration: shown, written down, checked against the chain, and caught lying.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use crate::support::{fails, json, run, text};
use serde_json::Value;

/// Directory of a demonstration, played once.
fn demo() -> &'static str {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    text(FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary directory").keep();
        let state = folder.join("state");
        let played = run(["demo", "--quiet", "--state", text(&state)]);
        assert_eq!(played.status, 0, "{}", played.stderr);
        state
    }))
}

#[test]
fn the_whole_demonstration_is_recomputed() {
    let told = run(["results", "verify", "--state", demo()]);
    assert_eq!(told.status, 0, "{}", told.stderr);
    assert!(told.stdout.contains(" facts match.\n"), "{}", told.stdout);
    let (status, envelope) = json(["results", "verify", "--state", demo()]);
    assert_eq!(status, 0, "{envelope:#}");
    let data = &envelope["data"];
    assert!(data["compared"].as_u64().is_some_and(|facts| facts > 2_000), "{data:#}");
    assert_eq!(data["differences"], Value::Array(Vec::new()));
    assert_eq!(data["checks"].as_array().map(Vec::len), Some(17), "every check but that of a file: {data:#}");
}

#[test]
fn results_are_shown_for_people_and_programs() {
    let told = run(["results", "show", "--state", demo()]);
    assert_eq!(told.status, 0, "{}", told.stderr);
    for part in ["DevOps Jury Contest", "Validator Failover Solution", "closed", "0 do not match"] {
        assert!(told.stdout.contains(part), "{part} in {}", told.stdout);
    }
    let one = run(["results", "show", "--state", demo(), "1"]);
    for part in ["Contest 1: DevOps Jury Contest", "prize of", "jury of", "deposit of"] {
        assert!(one.stdout.contains(part), "{part} in {}", one.stdout);
    }
    let (_, envelope) = json(["results", "show", "--state", demo()]);
    assert_eq!(envelope["data"]["schema"], "subgov-results/1");
    assert_eq!(envelope["data"]["contests"].as_array().map(Vec::len), Some(5));
    fails(["results", "show", "--state", demo(), "9"], 2, "unknown-contest", "there are 1, 2, 3, 4, 5");
}

#[test]
fn what_was_written_is_checked_and_every_lie_in_it_is_named() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let target = folder.path().join("catalogue");
    let told = run(["results", "export", "--quiet", "--state", demo(), text(&target)]);
    assert_eq!(told.status, 0, "{}", told.stderr);
    assert!(target.join("index.html").is_file() && target.join("markdown/README.md").is_file());
    fails(
        ["results", "export", "--quiet", "--state", demo(), text(&target)],
        5,
        "directory-exists",
        "is there already",
    );
    let file = target.join("catalogue.json");
    let told = run(["results", "verify", "--state", demo(), text(&file)]);
    assert_eq!(told.status, 0, "{}", told.stderr);

    let mut catalogue: Value = serde_json::from_slice(&fs::read(&file).expect("readable")).expect("JSON");
    catalogue["contests"][1]["ranking"][0]["prize"] = "41000000000000".into();
    let altered = folder.path().join("altered.json");
    fs::write(&altered, catalogue.to_string()).expect("writable");
    let (status, envelope) = json(["results", "verify", "--state", demo(), text(&altered)]);
    assert_eq!(status, 1, "{envelope:#}");
    let differences = &envelope["data"]["differences"];
    assert_eq!(differences.as_array().map(Vec::len), Some(1), "{differences:#}");
    let found = &differences[0];
    assert_eq!((&found["check"], &found["what"]), (&"file".into(), &"prize".into()), "{found:#}");
    assert_eq!(found["place"], "contests[1: id 2].ranking[0]", "{found:#}");
    assert_eq!(
        (&found["expected"], &found["found"]),
        (&"\"40000000000000\"".into(), &"\"41000000000000\"".into())
    );
    let quiet = ["results", "verify", "--quiet", "--state", demo(), text(&altered)];
    fails(quiet, 1, "differs", "ranking[0]: prize: expected \"40000000000000\", found \"41000000000000\"");

    for (content, why) in [("", "it is not JSON"), ("{}", "its schema is missing")] {
        let path = folder.path().join("no-catalogue");
        fs::write(&path, content).expect("writable");
        fails(["results", "verify", "--state", demo(), text(&path)], 2, "bad-catalogue", why);
    }
    let nothing = folder.path().join("nothing");
    fails(["results", "verify", "--state", demo(), text(&nothing)], 2, "missing-file", "No such file");
}
