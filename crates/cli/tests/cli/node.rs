//! `subgov node start` as a process of its own, and the commands that control it.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{NodeProcess, fails, json, text};

#[track_caller]
fn done<'a>(args: impl IntoIterator<Item = &'a str>) -> Value {
    let (status, envelope) = json(args);
    assert_eq!(status, 0, "{envelope}");
    envelope["data"].clone()
}

#[test]
fn a_running_node_is_controlled_from_the_command_line() {
    let folder = tempfile::tempdir().expect("there is room");
    let (db, dump) = (folder.path().join("db"), folder.path().join("state"));
    let node = NodeProcess::start(&["--mode", "manual", "--db", text(&db)]);
    let url = node.url.clone();
    let control = |verb: &str, rest: &[&str]| {
        let args = ["node", verb, "--network", url.as_str()].into_iter().chain(rest.iter().copied());
        done(args.collect::<Vec<_>>())
    };

    assert_eq!(control("info", &[])["block"]["seq_no"], 1);
    let start = control("time", &[])["time"].as_u64().expect("seconds");
    assert_eq!(control("time", &["--advance", "60"])["time"], start + 60);
    assert_eq!(control("checkpoint", &["before"])["seq_no"], 1);
    let to = format!("0:{}", "11".repeat(32));
    assert_eq!(control("fund", &["--to", &to, "--value", "3"])["balance"], "3000000000");
    assert_eq!(control("mine", &["4"])["seq_no"], 5);
    assert_eq!(control("mine", &["--settle"])["blocks"], 0);
    control("dump", &[text(&dump)]);
    assert_eq!(control("restore", &["before"])["seq_no"], 1);
    assert_eq!(control("checkpoint", &[])["checkpoints"][0]["name"], "before");
    assert_eq!(control("load", &[text(&dump)])["seq_no"], 5);
    assert_eq!(control("checkpoint", &["before", "--delete"])["name"], "before");
    assert!(control("config", &["--param", "20"])["params"]["20"].is_string());

    let gone = ["node", "restore", "--network", &url, "before"];
    fails(gone, 1, "control", "there is no checkpoint \"before\"");
    fails(["node", "time", "--network", &url, "--set", "1"], 1, "control", "chain time cannot go back");
    fails(["node", "fund", "--network", &url, "--to", "treasury", "--value", "1"], 2, "address", "no names");
    let unknown = folder.path().join("nothing");
    fails(["node", "load", "--network", &url, text(&unknown)], 2, "state-file", "No such file");
    node.terminate();

    // The database remembers; the stopped one is not reachable.
    fails(["node", "info", "--network", &url], 3, "network", "error");
    let again = NodeProcess::start(&["--mode", "manual", "--db", text(&db)]);
    assert_eq!(done(["node", "info", "--network", &again.url])["block"]["seq_no"], 5);
    again.terminate();
}

#[test]
fn a_node_that_cannot_start_says_why() {
    let folder = tempfile::tempdir().expect("there is room");
    let config = folder.path().join("node.toml");
    std::fs::write(&config, "speed = 7").expect("a file");
    fails(["node", "start", "--config", text(&config)], 2, "bad-config", "unknown field `speed`");
    let state = folder.path().join("none");
    fails(
        ["node", "start", "--port", "0", "--state", text(&state)],
        2,
        "bad-state",
        "there is no state file",
    );
    fails(["node", "info"], 2, "no-node", "subgov node start");
}

#[test]
fn the_ready_line_for_people_has_the_url() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_subgov"))
        .args(["node", "start", "--port", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("it is a pipe");
    BufReader::new(stdout).read_line(&mut line).expect("it says when it is ready");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    assert!(line.starts_with("localnet is ready at http://127.0.0.1:"), "{line}");
}
