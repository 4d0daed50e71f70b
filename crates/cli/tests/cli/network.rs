//! Networks: which one a command works on, and the organisation on a running node.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{NodeProcess, Run, fails, json, run, subgov, text};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("there is room for a directory")
}

#[test]
fn organisation_lives_on_a_running_node() {
    let (node, folder) = (NodeProcess::start(&[]), folder());
    let state = folder.path().join("org");
    let state = text(&state);
    let (status, founded) = json(["node", "init", "--network", &node.url, "--state", state]);
    assert_eq!(status, 0, "{founded}");
    fails(
        ["node", "init", "--network", &node.url, "--state", state],
        5,
        "state-exists",
        "keeps a network already",
    );

    // The directory remembers the network; the other protocols tell the same.
    let (status, first) = json(["member", "list", "--state", state]);
    assert_eq!((status, first["data"]["members"].as_array().map(Vec::len)), (0, Some(15)), "{first}");
    let (rpc, ws) = (format!("{}/rpc", node.url), node.url.replace("http", "ws"));
    for url in [&rpc, &ws] {
        let (status, same) = json(["member", "list", "--state", state, "--network", url]);
        assert_eq!((status, &same["data"]), (0, &first["data"]), "{url}");
    }

    let submit = ["multisig", "submit", "--state", state, "--as", "0", "--to", "giver", "--value", "1"];
    let (status, tried) = json(submit.into_iter().chain(["--dry-run"]));
    assert_eq!((status, &tried["data"]["dry_run"]), (0, &true.into()), "{tried}");
    assert_eq!(json(["multisig", "list", "--state", state]).1["data"], Value::Array(Vec::new()));
    let (status, submitted) = json(submit);
    assert_eq!(status, 0, "{submitted}");
    let id = submitted["data"]["result"]["transaction"].as_str().expect("an id").to_owned();
    let (status, confirmed) =
        json(["multisig", "confirm", "--state", state, "--network", &rpc, "--as", "1", &id]);
    assert_eq!(status, 0, "{confirmed}");
    let (_, list) = json(["multisig", "list", "--state", state]);
    assert!(list["data"].to_string().contains(&id), "{list}");

    let time = || json(["node", "advance", "--state", state, "0"]).1["data"]["now"].as_u64();
    let before = time().expect("the node has a time");
    let (status, later) = json(["node", "advance", "--state", state, "86400"]);
    assert_eq!(status, 0, "{later}");
    assert_eq!(time(), Some(before + 86_400));

    fails(["multisig", "show", "--state", state, "--network", "localnet"], 2, "no-state", "node.state");
    node.terminate();
    // The project's file says how long to try.
    let config = format!("[networks.gone]\nendpoints = [\"{rpc}\"]\ntimeout = 0\n");
    fs::write(folder.path().join("subgov.toml"), config).expect("the directory can be written");
    let args = ["multisig", "show", "--state", state, "--network", "gone", "--json"];
    let (status, envelope) = Run::of(subgov(args).current_dir(folder.path())).envelope(&args);
    assert_eq!((status, &envelope["errors"][0]["code"]), (3, &"network".into()));
}

#[test]
fn network_without_a_rich_giver_gets_no_development_keys() {
    let folder = folder();
    let config = folder.path().join("node.toml");
    fs::write(&config, "giver_balance = \"1000000000\"\n").expect("the directory can be written");
    let node = NodeProcess::start(&["--config", text(&config)]);
    let state = folder.path().join("org");
    let args = ["node", "init", "--network", &node.url, "--state", text(&state)];
    fails(args, 5, "not-local", "no giver with a fortune");
    node.terminate();
}

#[test]
fn networks_are_named_in_layers() {
    let folder = folder();
    let config = "network = \"far\"\n[networks.far]\nendpoints = [\"https://far.example/rpc\"]\nauth-env = \"SUBGOV_FAR\"\n";
    fs::write(folder.path().join("subgov.toml"), config).expect("the directory can be written");
    let show = |variables: &[(&str, &str)], more: &[&str]| {
        let args = ["config", "show", "--origin", "--json"];
        let mut command = subgov(args.into_iter().chain(more.iter().copied()));
        let told = Run::of(command.current_dir(folder.path()).envs(variables.iter().copied()));
        assert!(!told.stdout.contains("hunter2"), "{}", told.stdout);
        told.envelope(&args).1["data"].clone()
    };
    let data = show(&[("SUBGOV_FAR", "hunter2")], &[]);
    assert_eq!(data["network"], "far");
    assert!(data["origin"].as_str().is_some_and(|origin| origin.ends_with("subgov.toml")), "{data}");
    let far = &data["networks"][0];
    assert_eq!((&far["protocol"], &far["key"]), (&"jrpc".into(), &true.into()));
    let data = show(&[("SUBGOV_NETWORK", "se")], &[]);
    assert_eq!(data["origin"], "environment variable SUBGOV_NETWORK");
    let data = show(&[("SUBGOV_NETWORK", "se")], &["--network", "far"]);
    assert_eq!((&data["network"], &data["origin"]), (&"far".into(), &"--network".into()));
    assert!(run(["config", "show", "--origin"]).stdout.contains("built in"));
}

#[test]
fn networks_that_cannot_be_used_are_refused() {
    let folder = folder();
    let state = folder.path().join("org");
    let init = |network| ["node", "init", "--state", text(&state), "--network", network];
    fails(init("mainnet"), 2, "unknown-network", "localnet, se");
    fails(init("https://me:hunter2@far.example"), 4, "secret-argument", "user or password");
    fails(init("ftp://far.example"), 2, "bad-endpoint", "scheme");
}

#[test]
fn a_proposal_is_watched_to_its_end_while_others_decide_it() {
    let (node, folder) = (NodeProcess::start(&[]), folder());
    let (state, document) = (folder.path().join("org"), folder.path().join("text.md"));
    fs::write(&document, "We meet on Mondays.\n").expect("writable");
    let done = |args: &[&str]| {
        let (status, envelope) = json([args, &["--state", text(&state)]].concat());
        assert_eq!(status, 0, "{args:?}: {envelope:#}");
        envelope["data"].clone()
    };
    let images = concat!(env!("CARGO_MANIFEST_DIR"), "/../../abi");
    done(&["node", "init", "--network", &node.url, "--images", images, "--grant", "1"]);
    let create = ["proposal", "create", "text", "--as", "0", "--link", "https://example.org/mondays"];
    let id =
        done(&[&create[..], &["--document", text(&document)]].concat())["result"]["proposal"].to_string();

    let args = ["proposal", "watch", &id, "--timeout", "600", "--json", "--state", text(&state)];
    let watching = Command::new(env!("CARGO_BIN_EXE_subgov"))
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    for member in 0..8 {
        done(&["proposal", "vote", "--as", &member.to_string(), &id]);
    }
    done(&["proposal", "execute", "--wait", &id]);
    let (status, seen) = Run::read(&watching.wait_with_output().expect("it ends")).envelope(&args);
    assert_eq!((status, &seen["data"]["outcome"]), (0, &"executed".into()), "{seen:#}");
    node.terminate();
}
