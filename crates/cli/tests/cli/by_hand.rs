//! A contest launched by hand, command by command.

use crate::support::{fails, json, run, run_with_input, text};
use serde_json::Value;

/// Runs a command with `--json`, expects success, gives its data.
#[track_caller]
fn done<'a>(args: impl IntoIterator<Item = &'a str>) -> Value {
    let (status, mut envelope) = json(args);
    assert_eq!(status, 0, "{envelope:#}");
    assert!(!envelope["warnings"].to_string().contains("simulated"), "{:#}", envelope["warnings"]);
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

/// Public key of a development key.
fn key(number: u32) -> String {
    let phrase = "test test test test test test test test test test test junk";
    let told = run_with_input(["key", "public", "--index", &number.to_string()], phrase);
    told.stdout.lines().next().expect("the first line is the key").to_owned()
}

/// A network on which the Jury Contest is open, with an outside jury of the development keys 100 to 102.
fn open_contest(state: &str) {
    done(["node", "init", "--state", state]);
    let id = done(["stage", "fund", "--state", state, "--as", "0", "1"])["result"]["transaction"].clone();
    let jury: Vec<_> = (100..103).map(|number| format!("{}=giver", key(number))).collect();
    let mut launch = vec!["contest", "launch", "--state", state, "--as", "0", "1"];
    launch.extend(jury.iter().flat_map(|juror| ["--juror", juror]));
    let proposal = done(launch)["result"]["proposal"].to_string();
    for member in 0..8 {
        let member = member.to_string();
        if member != "0" {
            done(["multisig", "confirm", "--state", state, "--as", &member, id.as_str().unwrap_or_default()]);
        }
        done(["proposal", "vote", "--state", state, "--as", &member, &proposal]);
    }
    done(["proposal", "execute", "--state", state, "--wait", &proposal]);
    advance(state, 3);
}

fn advance(state: &str, days: u32) {
    done(["node", "advance", "--state", state, &(days * 86_400).to_string()]);
}

#[test]
fn contestants_enter_jurors_judge_and_the_winner_claims_command_by_command() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let state = folder.path().join("network");
    let state = text(&state);
    open_contest(state);
    let work = folder.path().join("work");
    std::fs::write(&work, "a work").expect("writable");
    for (key, entry) in [("200", 1), ("201", 2)] {
        let link = "https://example.org/work";
        let submit =
            ["entry", "submit", "--state", state, "--key", key, "1", "--work", text(&work), "--link", link];
        assert_eq!(done(submit)["result"]["entry"], entry);
    }
    advance(state, 14);
    assert_eq!(done(["contest", "draw", "--state", state, "1"])["result"]["phase"], "commit");

    let card = folder.path().join("card.toml");
    let line = |entry, score| {
        format!("[[line]]\nentry = {entry}\nverdict = \"for\"\nscore = {score}\ncomment = \"c\"\n")
    };
    for (juror, scores) in [("100", [9, 4]), ("101", [8, 5]), ("102", [10, 1])] {
        // A first thought, replaced by the second: the newest card that was taken is revealed.
        for text_of_card in [line(1, 1) + &line(2, 1), line(2, scores[1]) + &line(1, scores[0])] {
            std::fs::write(&card, text_of_card).expect("writable");
            let commit = ["jury", "commit", "--state", state, "--key", juror, "1", "--card", text(&card)];
            let kept = done(commit)["result"]["kept"].clone();
            let kept = std::fs::read_to_string(kept.as_str().expect("a path")).expect("the kept card");
            assert!(kept.contains("\"salt\": \"0x"), "{kept}");
        }
    }
    fails(["jury", "reveal", "--state", state, "--key", "100", "1"], 1, "not-included", "BAD_PHASE");
    fails(["jury", "reveal", "--state", state, "--key", "104", "1"], 2, "no-card", "no card of this juror");
    advance(state, 5);
    for juror in ["100", "101", "102"] {
        let revealed = done(["jury", "reveal", "--state", state, "--key", juror, "1"]);
        assert_eq!(revealed["result"]["counts"], true, "{revealed:#}");
    }
    advance(state, 3);
    assert_eq!(done(["contest", "advance", "--state", state, "1"])["result"]["phase"], "confirm");
    let candidate = done(["entry", "nominate", "--state", state, "--key", "200", "1", "1"]);
    assert_eq!(candidate["result"]["place"], 1);
    let contests = done(["contest", "list", "--state", state]);
    let averages: Vec<_> =
        contests[0]["ranking"].as_array().unwrap().iter().map(|rank| &rank["average"]).collect();
    assert_eq!(averages, [&Value::from(9_000), &Value::from(3_333)]);

    let id = done(["multisig", "list", "--state", state])[0]["id"].clone();
    for member in 0..8 {
        let member = member.to_string();
        done(["multisig", "confirm", "--state", state, "--as", &member, id.as_str().expect("an id")]);
    }
    let first =
        contests[0]["payouts"].as_array().unwrap().iter().find(|item| item["amount"] == "250000000000");
    let item = first.expect("the first prize")["item"].to_string();
    let claim = ["entry", "claim", "--state", state, "--key", "200", "1", &item];
    let balance = done(claim)["result"]["wallet_balance"].as_str().and_then(|text| text.parse::<u128>().ok());
    assert!(balance > Some(250_000_000_000), "{balance:?}");
    fails(claim, 1, "failed", "ITEM_STATE");
    assert_eq!(done(["contest", "pay", "--state", state, "1"])["result"]["phase"], "payable");
    advance(state, 1);
    assert_eq!(done(["contest", "settle", "--state", state, "1"])["result"]["phase"], "closed");
    assert_eq!(done(["jury", "list", "--state", state]).as_array().map(Vec::len), Some(2));
    done(["contest", "publish", "--state", state, "--as", "4", "1", "--link", "https://example.org/record"]);
}

#[test]
fn wrong_cards_are_told_before_anything_is_sent() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let (state, card) = (folder.path().join("network"), folder.path().join("card.toml"));
    let commit = ["jury", "commit", "--state", text(&state), "--key", "100", "1", "--card", text(&card)];
    fails(commit, 2, "bad-card", "No such file");
    for (line, why) in [
        ("", "missing field"),
        ("[[line]]\nentry = 1\nverdict = \"for\"\nscore = 11\ncomment = \"c\"\n", "a score of 11"),
        ("[[line]]\nentry = 1\nverdict = \"reject\"\nscore = 1\ncomment = \"c\"\n", "with \"reject\""),
        ("[[line]]\nentry = 1\nverdict = \"maybe\"\ncomment = \"c\"\n", "unknown variant"),
    ] {
        std::fs::write(&card, line).expect("writable");
        fails(commit, 2, "bad-card", why);
    }
    let twice = "[[line]]\nentry = 1\nverdict = \"abstain\"\ncomment = \"c\"\n".repeat(2);
    std::fs::write(&card, twice).expect("writable");
    fails(commit, 2, "bad-card", "one line for each entry");
    fails(["entry", "submit", "--state", text(&state), "--key", "2147483648", "1"], 2, "usage", "2147483648");
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
