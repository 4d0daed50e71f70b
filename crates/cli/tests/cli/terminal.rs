//! The program on a terminal: it asks, shows its progress, and takes passwords without showing them.

use std::process::Command;

use rexpect::session::{PtySession, spawn_command};

use crate::secrets::{OTHER_PASSWORD, PASSWORD, PHRASE, absent};
use crate::support::{json, subgov, text};

/// Milliseconds after which a test fails instead of waiting for ever.
const LONGEST: u64 = 60_000;

/// The program on a terminal of its own, with this user's configuration and nobody who has agreed.
fn on_terminal(home: &std::path::Path, args: &[&str]) -> PtySession {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("subgov"));
    command.args(args).env("XDG_CONFIG_HOME", home).env("TERM", "dumb").env("COLUMNS", "100");
    for name in ["YES", "STATE", "PASSWORD", "PHRASE", "SECRET", "KEYS", "NETWORK"] {
        command.env_remove(format!("SUBGOV_{name}"));
    }
    spawn_command(command, Some(LONGEST)).expect("the program starts on a terminal")
}

/// Exit status of a program that ends.
fn status(session: &PtySession) -> i32 {
    // The type has no name outside of its crate: `Exited(Pid(7), 0)`.
    let ended = format!("{:?}", session.process().wait().expect("it ends"));
    let status = ended.strip_prefix("Exited(").and_then(|rest| rest.split(", ").nth(1));
    status.and_then(|status| status.trim_end_matches(')').parse().ok()).expect(&ended)
}

#[test]
fn a_write_is_shown_and_asked_for_and_nothing_happens_without_a_yes() {
    let folder = tempfile::tempdir().expect("there is room");
    let state = folder.path().join("org");
    let images = concat!(env!("CARGO_MANIFEST_DIR"), "/../../abi");
    assert_eq!(json(["node", "init", "--grant", "9", "--images", images, "--state", text(&state)]).0, 0);
    let submit =
        ["multisig", "submit", "--as", "0", "--to", "giver", "--value", "1", "--state", text(&state)];
    let waiting = || json(["multisig", "list", "--state", text(&state)]).1["data"].as_array().map(Vec::len);

    for (answer, agreed) in [("", false), ("n", false), ("maybe", false), ("y", true)] {
        let before = waiting();
        let mut session = on_terminal(folder.path(), &submit);
        let shown = session.exp_string("[y/N]").expect("a question");
        assert!(shown.contains("This will happen on localnet") && shown.contains("TxSubmitted"), "{shown}");
        session.send_line(answer).expect("it listens");
        let rest = session.exp_eof().expect("it ends");
        if agreed {
            assert_eq!(status(&session), 0, "{rest}");
            assert!(rest.contains("Renat Skitsan submits transaction"), "{rest}");
            assert_eq!(waiting(), before.map(|count| count + 1));
        } else {
            assert_eq!(status(&session), 5, "{answer:?}: {rest}");
            assert!(rest.contains("error[not-agreed]"), "{rest}");
            assert_eq!(waiting(), before, "{answer:?} is no yes");
        }
    }
}

#[test]
fn a_new_key_is_written_down_and_its_password_is_never_shown() {
    let folder = tempfile::tempdir().expect("there is room");
    let mut session = on_terminal(folder.path(), &["key", "new", "mine", "--memory", "19"]);
    let mut told = session.exp_string("new password for the key mine: ").expect("a question");
    session.send_line(PASSWORD).expect("it listens");
    told += &session.exp_string("the same once more: ").expect("the second question");
    session.send_line(OTHER_PASSWORD).expect("it listens");
    told += &session.exp_eof().expect("it ends");
    assert_eq!(status(&session), 4, "two different passwords: {told}");
    absent(&told, "the terminal");

    let mut session = on_terminal(folder.path(), &["key", "new", "mine", "--memory", "19"]);
    session.exp_string("new password for the key mine: ").expect("a question");
    session.send_line(PASSWORD).expect("it listens");
    session.exp_string("the same once more: ").expect("the second question");
    session.send_line(PASSWORD).expect("it listens");
    let told = session.exp_eof().expect("it ends");
    assert_eq!(status(&session), 0, "{told}");
    absent(&told, "the terminal");
    assert!(folder.path().join("subgov/keys/mine.key").is_file());

    let mut session = on_terminal(folder.path(), &["key", "path", "mine"]);
    session.exp_string("password of the key mine: ").expect("a question");
    session.send_line(OTHER_PASSWORD).expect("it listens");
    let told = session.exp_eof().expect("it ends");
    assert!(status(&session) == 4 && told.contains("error[wrong-password]"), "{told}");
    absent(&told, "the terminal");
}

#[test]
fn a_cancelled_question_leaves_the_terminal_as_it_was() {
    let folder = tempfile::tempdir().expect("there is room");
    let keys = folder.path().join("keys");
    let kept = subgov(["key", "import", "mine", "--memory", "19", "--keys", text(&keys)])
        .env("SUBGOV_PASSWORD", PASSWORD)
        .write_stdin(PHRASE)
        .ok();
    assert!(kept.is_ok(), "{kept:?}");
    for command in ["key path mine", "key public"] {
        let mut shell = Command::new("sh");
        let program = assert_cmd::cargo::cargo_bin!("subgov");
        let asked = format!("{} {command}; echo \"status $?\"", program.display());
        let same = "test \"$before\" = \"$(stty -g)\" && echo restored";
        shell.args(["-c", &format!("stty echo; before=$(stty -g); {asked}; {same}")]);
        shell.env("SUBGOV_KEYS", &keys).env_remove("SUBGOV_PASSWORD").env_remove("SUBGOV_PHRASE");
        let mut session = spawn_command(shell, Some(LONGEST)).expect("a shell on a terminal");
        session.exp_string(": ").expect("a question");
        session.send_control('c').expect("it listens");
        let told = session.exp_eof().expect("it ends");
        assert!(told.contains("status 4") && told.contains("cancelled"), "{told}");
        assert!(told.contains("restored"), "{told}");
    }
}
