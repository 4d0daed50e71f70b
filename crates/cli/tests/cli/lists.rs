//! What a kept network says about its organisation.

use crate::support::{fails, json, run, text};
use serde_json::Value;

#[test]
fn a_finished_story_can_be_looked_at() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let state = folder.path().join("state");
    let state = text(&state);
    let (status, story) = json(["demo", "--state", state]);
    assert_eq!(status, 0, "{story:#}");
    let list = |noun: &str| -> Value {
        let (status, mut envelope) = json([noun, "list", "--state", state]);
        assert_eq!(status, 0, "{envelope:#}");
        envelope["data"].take()
    };
    let told = &story["data"];
    assert_eq!(list("proposal"), told["proposals"]);
    assert_eq!(list("stage"), serde_json::json!({ "stages": told["stages"], "treasury": told["treasury"] }));
    assert_eq!(list("member"), serde_json::json!({ "members": told["members"] }));
    let (contests, jurors) = (list("contest"), list("jury"));
    assert_eq!(contests.as_array().map(Vec::len), Some(5));
    assert_eq!((&contests[4]["total"], &contests[4]["phase"]), (&"224000000000000".into(), &"closed".into()));
    assert_eq!(jurors.as_array().map(Vec::len), Some(8));
    assert_eq!(jurors[0]["topics"], serde_json::json!([1, 2, 3, 4, 5]));

    let table = run(["contest", "list", "--state", state]);
    assert!(table.stdout.contains("Validator Failover Solution") && table.stderr.is_empty(), "{table:?}");
    let pay = ["multisig", "submit", "--state", state, "--as", "0", "--to", "contest/1", "--value", "101"];
    fails(pay, 1, "not-included", "POLICY");
}

#[test]
fn a_new_organisation_has_members_and_a_plan_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let state = text(folder.path());
    let (status, envelope) = json(["node", "init", "--state", state]);
    assert_eq!(status, 0, "{envelope:#}");
    for name in ["registry", "treasury", "jury_pool", "multisig"] {
        assert!(envelope["data"][name].as_str().is_some_and(|address| address.len() == 66), "{name}");
    }
    let told = run(["member", "list", "--state", state]);
    assert!(told.stdout.contains("Itakura") && told.stderr.contains("development keys"), "{told:?}");
    let (_, envelope) = json(["stage", "list", "--state", state]);
    assert_eq!(envelope["data"]["stages"][0]["status"], "planned");
    assert_eq!(envelope["data"]["treasury"]["holds"], true);
    for noun in ["proposal", "contest", "jury"] {
        let (_, envelope) = json([noun, "list", "--state", state]);
        assert_eq!(envelope["data"], Value::Array(Vec::new()), "{noun}");
    }
    fails(["stage", "list", "--state", state, "--organisation", state], 2, "usage", "cannot be used with");
}
