//! Custodians by hand, on a network kept in a directory.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use crate::support::{fails, json, run, text};
use serde_json::Value;
use tempfile::TempDir;

/// A copy of a network with the funded multisig; the original is made once for all tests.
fn network() -> TempDir {
    static ORIGINAL: OnceLock<TempDir> = OnceLock::new();
    let original = ORIGINAL.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let told = run(["node", "init", "--state", text(folder.path())]);
        assert_eq!(told.status, 0, "{}", told.stderr);
        folder
    });
    let copy = tempfile::tempdir().expect("a temporary directory");
    for entry in fs::read_dir(original.path()).expect("the network's directory") {
        let entry = entry.expect("readable");
        fs::copy(entry.path(), copy.path().join(entry.file_name())).expect("copied");
    }
    copy
}

/// Runs `multisig VERB --state DIR ARGS` with `--json`.
fn multisig(folder: &TempDir, verb: &str, args: &[&str]) -> (i32, Value) {
    json(["multisig", verb, "--state", text(folder.path())].into_iter().chain(args.iter().copied()))
}

#[track_caller]
fn done(folder: &TempDir, verb: &str, args: &[&str]) -> Value {
    let (status, mut envelope) = multisig(folder, verb, args);
    assert_eq!(status, 0, "{verb} {args:?}: {envelope:#}");
    envelope["data"].take()
}

#[track_caller]
fn refused(folder: &TempDir, verb: &str, args: &[&str], why: &str) {
    let args = ["multisig", verb, "--state", text(folder.path())].into_iter().chain(args.iter().copied());
    fails(args, 1, "not-included", why);
}

fn submit(folder: &TempDir, value: &str) -> String {
    let data = done(folder, "submit", &["--as", "Renat Skitsan", "--to", "giver", "--value", value]);
    data["result"]["transaction"].as_str().expect("an id").to_owned()
}

fn balance(folder: &TempDir) -> u128 {
    done(folder, "show", &[])["balance"].as_str().and_then(|text| text.parse().ok()).expect("an amount")
}

#[test]
fn the_wallet_has_fifteen_custodians_and_needs_eight() {
    let folder = network();
    let data = done(&folder, "show", &[]);
    assert_eq!(data["required"], 8);
    assert_eq!(data["custodians"].as_array().map(Vec::len), Some(15));
    assert_eq!(data["custodians"][9]["name"], "Anton Zavodovskyi");
    assert_eq!(data["waiting"], Value::Array(Vec::new()));
    let told = run(["multisig", "show", "--state", text(folder.path())]);
    assert!(told.stdout.contains("confirmations 8 of 15") && told.stderr.contains("development keys"));
}

#[test]
fn seven_more_members_confirm_and_the_payment_leaves() {
    let folder = network();
    let before = balance(&folder);
    let id = submit(&folder, "50.5");
    for member in 1..=6 {
        let data = done(&folder, "confirm", &["--as", &member.to_string(), &id]);
        assert_eq!(data["result"]["waiting"]["received"], member + 1);
        assert!(balance(&folder) > before - 1_000_000_000, "nothing is paid before the eighth confirmation");
    }
    let waiting = done(&folder, "list", &[]);
    assert_eq!(waiting[0]["signed"].as_array().map(Vec::len), Some(7));
    assert_eq!(waiting[0]["value"], "50500000000");

    let data = done(&folder, "confirm", &["--as", "itakura", &id]);
    assert!(data["result"]["waiting"].is_null(), "{data:#}");
    let effects = data["effects"].to_string();
    assert!(effects.contains("sends 50.5 TON to giver"), "{effects}");
    let paid = before - balance(&folder);
    assert!((50_500_000_000..51_500_000_000).contains(&paid), "{paid}");
    refused(&folder, "confirm", &["--as", "8", &id], "NO_TRANSACTION");
}

#[test]
fn the_contract_refuses_what_is_out_of_turn() {
    let folder = network();
    let id = submit(&folder, "1");
    refused(&folder, "confirm", &["--as", "0", &id], "ALREADY_CONFIRMED");
    refused(&folder, "confirm", &["--as", "1", "12345"], "NO_TRANSACTION");
    refused(&folder, "execute", &["--as", "0", &id], "NOT_READY");
    refused(&folder, "submit", &["--as", "1", "--to", "giver", "--value", "0.000000001"], "VALUE_TOO_LOW");
}

#[test]
fn members_reject_what_they_do_not_want() {
    let folder = network();
    let id = submit(&folder, "1");
    for member in 1..=7 {
        let data = done(&folder, "reject", &["--as", &member.to_string(), &id]);
        assert_eq!(data["result"]["waiting"]["rejected"].as_array().map(Vec::len), Some(member));
    }
    refused(&folder, "reject", &["--as", "7", &id], "ALREADY_REJECTED");
    let data = done(&folder, "reject", &["--as", "8", &id]);
    assert!(data["result"]["waiting"].is_null(), "seven are left, eight are needed: {data:#}");
}

#[test]
fn the_network_remembers_whose_organisation_it_is() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let scripts = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts");
    for name in ["members.toml", "stages.toml", "topics.toml", "contests.toml", "governance.toml"] {
        let file = fs::read_to_string(format!("{scripts}/{name}")).expect("the project has this file");
        fs::write(folder.path().join(name), file.replace("Itakura", "Somebody Else")).expect("writable");
    }
    let state = folder.path().join("state");
    let init =
        ["node", "init", "--organisation", text(folder.path()), "--grant", "7.5", "--state", text(&state)];
    let (status, envelope) = json(init);
    assert_eq!(status, 0, "{envelope:#}");
    let (_, envelope) = json(["multisig", "show", "--state", text(&state)]);
    assert_eq!(envelope["data"]["custodians"][7]["name"], "Somebody Else");
    let balance = envelope["data"]["balance"].as_str().and_then(|text| text.parse::<u128>().ok());
    let granted = 7_500_000_000 + 50_000_000_000;
    assert!(
        balance.is_some_and(|balance| (granted..granted + 2_000_000_000).contains(&balance)),
        "{envelope:#}"
    );
}

#[test]
fn a_confirmation_can_be_taken_back() {
    let folder = network();
    let id = submit(&folder, "1");
    done(&folder, "confirm", &["--as", "Serge Medvedev", &id]);
    let data = done(&folder, "revoke", &["--as", "Serge Medvedev", &id]);
    assert_eq!(data["result"]["waiting"]["received"], 1);
    assert_eq!(data["result"]["waiting"]["signed"], serde_json::json!(["Renat Skitsan"]));
}

#[test]
fn a_dry_run_changes_nothing() {
    let folder = network();
    let before = fs::read(folder.path().join("node.state")).expect("the state");
    let args = ["--as", "0", "--to", "giver", "--value", "1", "--dry-run"];
    let (status, envelope) = multisig(&folder, "submit", &args);
    assert_eq!((status, &envelope["data"]["dry_run"]), (0, &Value::from(true)));
    assert_eq!(envelope["warnings"][0], "dry run: nothing was sent");
    assert_eq!(fs::read(folder.path().join("node.state")).expect("the state"), before);
    assert_eq!(done(&folder, "list", &[]), Value::Array(Vec::new()));
}

#[test]
fn more_than_the_wallet_has_is_stopped_unless_wanted() {
    let folder = network();
    let state = text(folder.path());
    let pay = ["multisig", "submit", "--state", state, "--as", "0", "--to", "giver", "--value", "900000"];
    fails(pay, 5, "short-balance", "the payment is 900000 TON");
    let (status, _) = json(pay.into_iter().chain(["--allow-short-balance"]));
    assert_eq!(status, 0);
}

#[test]
fn a_payment_waits_for_money_and_is_executed_once_it_is_there() {
    let folder = network();
    let pay = ["--as", "0", "--to", "giver", "--value", "900000", "--allow-short-balance"];
    let id = done(&folder, "submit", &pay)["result"]["transaction"].as_str().expect("an id").to_owned();
    let mut data = Value::Null;
    for member in 1..=7 {
        data = done(&folder, "confirm", &["--as", &member.to_string(), &id]);
    }
    assert_eq!(data["result"]["waiting"]["state"], "ready", "{data:#}");
    assert!(data["effects"].to_string().contains("TxDeferred"), "{data:#}");

    let state = text(folder.path());
    let fund = ["node", "fund", "--state", state, "--to", "multisig", "--value", "300000"];
    assert_eq!(json(fund).0, 0);
    let data = done(&folder, "execute", &["--as", "14", &id]);
    assert!(data["result"]["waiting"].is_null(), "{data:#}");
    assert!(data["effects"].to_string().contains("sends 900000 TON to giver"), "{data:#}");
}

#[test]
fn a_payment_expires_after_its_lifetime() {
    let folder = network();
    let id = submit(&folder, "1");
    let lifetime = done(&folder, "show", &[])["lifetime"].to_string();
    let (status, _) = json(["node", "advance", "--state", text(folder.path()), &lifetime]);
    assert_eq!(status, 0);
    refused(&folder, "confirm", &["--as", "1", &id], "LIFETIME_OVER");
}

#[test]
fn wrong_members_accounts_and_amounts_are_usage_errors() {
    let folder = network();
    let state = text(folder.path());
    let pay = |member, to, value| {
        ["multisig", "submit", "--state", state, "--as", member, "--to", to, "--value", value]
    };
    fails(pay("Renat Skitzan", "giver", "1"), 2, "unknown-member", "most similar name is \"Renat Skitsan\"");
    fails(
        pay("Artem", "giver", "1"),
        2,
        "unknown-member",
        "fits several members: Artem Ryabov, Artem Moiseenko",
    );
    fails(pay("15", "giver", "1"), 2, "unknown-member", "there is no member");
    fails(
        pay("0", "nobody", "1"),
        2,
        "bad-address",
        "neither an address nor one of the names giver, jury-pool, multisig, registry, treasury",
    );
    fails(pay("0", "0:12", "1"), 2, "bad-address", "2 digits after the colon, 64 are needed");
    let (letters, far) = (format!("0:{}", "x".repeat(64)), format!("7:{}", "0".repeat(64)));
    fails(pay("0", &letters, "1"), 2, "bad-address", "not hexadecimal");
    fails(pay("0", &far, "1"), 2, "bad-address", "workchain");
    fails(pay("0", "giver", "1.0000000001"), 2, "usage", "at most nine decimals");
    let payload = pay("0", "giver", "1").into_iter().chain(["--payload", "no cells"]);
    fails(payload, 2, "bad-payload", "");
}

#[test]
fn directories_without_a_usable_network_are_told_apart() {
    let show = |state: &Path| {
        ["multisig".to_owned(), "show".to_owned(), "--state".to_owned(), text(state).to_owned()]
    };
    let show_fails = |state: &Path, status, code, why: &str| {
        fails(show(state).iter().map(String::as_str), status, code, why);
    };
    let empty = tempfile::tempdir().expect("a temporary directory");
    show_fails(empty.path(), 2, "no-state", "there is no file deployment.json");

    let folder = network();
    let node = folder.path().join("node.state");
    let bytes = fs::read(&node).expect("the state");
    fs::write(&node, &bytes[..bytes.len() / 2]).expect("writable");
    show_fails(folder.path(), 3, "bad-state", "it is cut off");
    let mut damaged = bytes.clone();
    *damaged.last_mut().expect("not empty") ^= 1;
    fs::write(&node, damaged).expect("writable");
    show_fails(folder.path(), 3, "bad-state", "checksum is wrong");
    fs::write(&node, "not a state").expect("writable");
    show_fails(folder.path(), 3, "bad-state", "no state file of this node");
    fs::remove_file(&node).expect("removable");
    show_fails(folder.path(), 2, "no-state", "there is no file node.state");
    fs::write(&node, &bytes).expect("writable");
    fs::write(folder.path().join("deployment.json"), "{").expect("writable");
    show_fails(folder.path(), 3, "bad-state", "EOF");
    fails(["node", "init", "--state", text(folder.path())], 5, "state-exists", "keeps a network already");
    fails(["node", "init", "--state", text(&node)], 3, "state-file", "cannot make");
}
