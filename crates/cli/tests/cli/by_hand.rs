//! A contest launched by hand, command by command.

use crate::support::{fails, json, run, text};
use serde_json::Value;

/// Runs a command with `--json`, expects success, gives its data.
#[track_caller]
fn done<'a>(args: impl IntoIterator<Item = &'a str>) -> Value {
    let (status, mut envelope) = json(args);
    assert_eq!(status, 0, "{envelope:#}");
    envelope["data"].take()
}

#[test]
fn members_fund_the_stage_and_launch_its_first_contest_command_by_command() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let state = text(folder.path());
    done(["node", "init", "--state", state]);
    done(["member", "attest", "--state", state, "--as", "Itakura"]);
    let members = done(["member", "list", "--state", state]);
    let signed: Vec<_> =
        members["members"].as_array().unwrap().iter().map(|member| member["declared_at"] != "0").collect();
    assert_eq!(signed.iter().filter(|signed| **signed).count(), 1);

    let id = done(["stage", "fund", "--state", state, "--as", "0", "1"])["result"]["transaction"].clone();
    for member in 1..=7 {
        let member = member.to_string();
        done(["multisig", "confirm", "--state", state, "--as", &member, id.as_str().unwrap()]);
    }
    let stages = done(["stage", "list", "--state", state]);
    assert_eq!(stages["stages"][0]["available"], "673120000000000");

    let jury: Vec<_> =
        ["1", "2", "3"].iter().map(|digit| format!("{}=0:{}", digit.repeat(64), digit.repeat(64))).collect();
    let mut launch = vec!["contest", "launch", "--state", state, "--as", "Senya", "1"];
    for juror in &jury {
        launch.extend(["--juror", juror]);
    }
    let proposal = done(launch)["result"]["proposal"].to_string();
    for member in 0..8 {
        let member = member.to_string();
        let tally = done(["proposal", "vote", "--state", state, "--as", &member, &proposal]);
        assert_eq!(tally["result"]["yes"].to_string(), (member.parse::<u8>().unwrap() + 1).to_string());
    }
    fails(["proposal", "vote", "--state", state, "--as", "8", &proposal], 1, "not-included", "CLOSED");
    fails(["proposal", "execute", "--state", state, &proposal], 1, "not-included", "DELAY");
    let executed = done(["proposal", "execute", "--state", state, "--wait", &proposal]);
    assert_eq!(executed["result"]["outcome"], "executed");
    let contests = done(["contest", "list", "--state", state]);
    assert_eq!((&contests[0]["phase"], &contests[0]["total"]), (&"funded".into(), &"1120000000000".into()));
    fails(["contest", "draw", "--state", state, "1"], 1, "not-included", "BAD_PHASE");
    fails(
        ["contest", "publish", "--state", state, "--as", "0", "1", "--link", "x"],
        1,
        "not-included",
        "BAD_PHASE",
    );
}

#[test]
fn what_makes_no_sense_is_told_before_anything_is_sent() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let state = text(folder.path());
    done(["node", "init", "--state", state, "--grant", "1"]);
    let juror = format!("{}=giver", "1".repeat(64));
    let launch = |item, juror| ["contest", "launch", "--state", state, "--as", "0", item, "--juror", juror];
    fails(launch("7", &juror), 2, "launch", "will be requested additionally");
    fails(launch("1", "nobody"), 2, "bad-juror", "no equals sign");
    fails(launch("1", "12=giver"), 2, "bad-juror", "64 hex digits");
    fails(["stage", "fund", "--state", state, "--as", "0", "9"], 1, "getter", "NOT_FOUND");
    let close =
        ["stage", "close", "--state", state, "--as", "0", "1", "--link", "x", "--report", "/no/such/file"];
    fails(close, 2, "missing-file", "No such file");
    fails(
        ["proposal", "vote", "--state", state, "--as", "0", "1", "maybe"],
        2,
        "usage",
        "invalid value 'maybe'",
    );

    let before = std::fs::read(folder.path().join("node.state")).expect("the state");
    let (status, envelope) = json(["member", "attest", "--state", state, "--as", "3", "--dry-run"]);
    assert_eq!((status, &envelope["data"]["dry_run"]), (0, &Value::from(true)));
    assert_eq!(std::fs::read(folder.path().join("node.state")).expect("the state"), before);
    assert!(run(["stage", "list", "--state", state]).stdout.contains("planned"));
}

#[test]
fn the_bootstrap_script_founds_the_organisation_and_shows_it() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/bootstrap");
    let program = assert_cmd::cargo::cargo_bin!("subgov");
    let run = |args: &[&str]| {
        let mut command = std::process::Command::new(script);
        command.args(args).current_dir(folder.path()).env("SUBGOV", program);
        command.output().expect("the script starts")
    };
    let told = run(&["network", "--grant", "7"]);
    let text = String::from_utf8_lossy(&told.stdout);
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    for part in ["registry 0:", "Ekaterina Pantaz", "673 120", "confirmations 8 of 15"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(
        folder.path().join("network/node.state").is_file(),
        "a relative directory is meant from where one is"
    );
    assert_eq!(run(&[]).status.code(), Some(2));
    assert_eq!(run(&["network"]).status.code(), Some(5), "an existing network is not overwritten");
}
