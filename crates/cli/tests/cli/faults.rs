//! What goes wrong between a member and the chain: each time the truth is told, and nothing is sent twice.
//!
//! The real program talks JSON-RPC to a node in another process through a proxy that breaks connections on purpose.

mod proxy;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use self::proxy::{Fault, Proxy};
use crate::support::{NodeProcess, Run, json, text};

/// An organisation on a node behind a proxy, and a payment that one member has submitted.
struct Scene {
    folder: TempDir,
    node: NodeProcess,
    proxy: Proxy,
    payment: String,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("there is room");
        let node = start_node(text(&folder.path().join("db")));
        let proxy = Proxy::start(&node.url);
        let config = format!("[networks.far]\nendpoints = [\"{}/rpc\"]\ntimeout = 1\n", proxy.url);
        fs::write(folder.path().join("subgov.toml"), config).expect("writable");
        let mut scene = Self { folder, node, proxy, payment: String::new() };
        scene.done(&["node", "init", "--network", "far", "--state", "org", "--grant", "100"]);
        let submitted = scene
            .done(&["multisig", "submit", "--state", "org", "--as", "0", "--to", "giver", "--value", "1"]);
        scene.payment = submitted["result"]["transaction"].as_str().expect("an id").to_owned();
        scene
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_subgov"));
        command.args(args).arg("--json").current_dir(self.folder.path());
        command.env("SUBGOV_YES", "1").env("XDG_CONFIG_HOME", self.folder.path());
        command.env("SUBGOV_IMAGES", concat!(env!("CARGO_MANIFEST_DIR"), "/../../abi"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn confirm(&self, member: &str) -> Command {
        self.command(&["multisig", "confirm", "--state", "org", "--as", member, &self.payment])
    }

    #[track_caller]
    fn done(&self, args: &[&str]) -> Value {
        let output = self.command(args).output().expect("the program starts");
        let (status, envelope) = Run::read(&output).envelope(args);
        assert_eq!(status, 0, "{envelope:#}");
        envelope["data"].clone()
    }

    /// Confirmations that the chain knows.
    fn received(&self) -> Value {
        self.done(&["multisig", "list", "--state", "org"])[0]["received"].clone()
    }

    fn outbox(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder.path().join("org/outbox")).into_iter().flatten();
        entries.map(|entry| entry.expect("readable").path()).collect()
    }
}

/// A node on a database, whose clock stands still.
fn start_node(db: &str) -> NodeProcess {
    NodeProcess::start(&["--block-time", "20", "--db", db])
}

/// Exit status and envelope of a confirmation.
#[track_caller]
fn said(output: &Output) -> (i32, Value) {
    Run::read(output).envelope(&["multisig", "confirm"])
}

#[test]
fn two_members_who_confirm_at_the_same_moment_are_both_counted() {
    let scene = Scene::new();
    let both = ["1", "2"].map(|member| scene.confirm(member).spawn().expect("the program starts"));
    for child in both {
        let (status, envelope) = said(&child.wait_with_output().expect("it ends"));
        assert_eq!(status, 0, "{envelope:#}");
    }
    assert_eq!(scene.received(), 3);
    assert_eq!(scene.outbox(), Vec::<PathBuf>::new(), "what is known is not kept");
}

#[test]
fn a_lost_answer_and_a_slow_endpoint_cost_nothing() {
    let scene = Scene::new();
    for (member, fault, received) in [("1", Fault::BreakAfterPost, 2), ("2", Fault::Slow, 3)] {
        scene.proxy.set(fault);
        let (status, envelope) = said(&scene.confirm(member).output().expect("the program starts"));
        assert_eq!(status, 0, "{envelope:#}");
        assert_eq!(envelope["warnings"], Value::Array(Vec::new()));
        assert_eq!(scene.received(), received);
    }
}

#[test]
fn a_network_that_is_gone_after_the_post_is_asked_later_and_the_node_restarts_meanwhile() {
    let mut scene = Scene::new();
    scene.proxy.set(Fault::GoneAfterPost);
    let (status, envelope) = said(&scene.confirm("1").output().expect("the program starts"));
    let error = &envelope["errors"][0];
    assert_eq!((status, &error["code"]), (3, &"network".into()), "{envelope:#}");
    assert!(error["why"].as_str().is_some_and(|why| why.contains("may have been executed")), "{error}");
    assert!(error["hint"].as_str().is_some_and(|hint| hint.contains("subgov submit org/outbox/")), "{error}");
    assert_eq!(envelope["data"]["messages"][0]["state"], "sent");
    let record = scene.outbox().pop().expect("the message is written down");

    // The node is killed and comes back with what it had finalized.
    let db = scene.folder.path().join("db");
    scene.node.kill();
    scene.node = start_node(text(&db));
    scene.proxy.forward_to(&scene.node.url);
    scene.proxy.set(Fault::None);
    let submitted = scene.done(&["submit", "--state", "org", text(&record)]);
    assert_eq!(submitted["result"]["executed"], "before");
    assert_eq!((scene.received(), scene.outbox().len()), (2.into(), 0));
}

#[test]
fn an_interrupted_command_says_what_it_sent_and_its_member_sends_nothing_else_meanwhile() {
    let scene = Scene::new();
    scene.proxy.set(Fault::LosePost);
    let child = scene.confirm("1").spawn().expect("the program starts");
    scene.proxy.wait_for_post();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill").success());
    let (status, envelope) = said(&child.wait_with_output().expect("it ends"));
    assert_eq!((status, &envelope["errors"][0]["code"]), (3, &"interrupted".into()), "{envelope:#}");
    let message = &envelope["data"]["messages"][0];
    assert!(message["message"].as_str().is_some_and(|hash| hash.len() == 64), "{message}");
    assert!(message["expire"].is_string() && message["file"].is_string(), "{message}");

    // It may still land: the same key sends nothing until that is settled, by whatever name the network is called.
    scene.proxy.set(Fault::None);
    let other = format!("{}/rpc", scene.node.url);
    let mut by_another_name = scene.confirm("1");
    let (status, envelope) = said(&by_another_name.args(["--network", &other]).output().expect("it starts"));
    assert_eq!((status, &envelope["errors"][0]["code"]), (5, &"message-on-its-way".into()), "{envelope:#}");
    let hint = envelope["errors"][0]["hint"].as_str().expect("what to do");
    assert!(hint.contains(&format!("--network {}", scene.proxy.url)), "{hint}");
    let (status, envelope) = said(&scene.confirm("1").output().expect("the program starts"));
    assert_eq!((status, &envelope["errors"][0]["code"]), (5, &"message-on-its-way".into()), "{envelope:#}");
    let record = scene.outbox().pop().expect("the message is written down");
    let submitted = scene.done(&["submit", "--state", "org", text(&record)]);
    assert_eq!(submitted["result"]["executed"], "now");
    assert_eq!(scene.received(), 2);
}

#[test]
fn a_message_that_is_lost_expires_and_is_made_anew_and_counts_once() {
    let scene = Scene::new();
    for (member, fault, received) in [("1", Fault::SwallowPost, 2), ("2", Fault::BreakBeforePost, 3)] {
        scene.proxy.set(fault);
        let child = scene.confirm(member).spawn().expect("the program starts");
        scene.proxy.wait_for_post();
        scene.done(&["node", "time", "--network", "far", "--advance", "100"]);
        scene.done(&["node", "mine", "--network", "far", "1"]);
        let (status, envelope) = said(&child.wait_with_output().expect("it ends"));
        assert_eq!(status, 0, "{envelope:#}");
        assert_eq!((scene.received(), scene.outbox().len()), (received.into(), 0));
    }
}

#[test]
fn nothing_is_sent_where_nobody_can_agree() {
    let scene = Scene::new();
    let mut command = scene.confirm("1");
    command.env_remove("SUBGOV_YES");
    let (status, envelope) = said(&command.output().expect("the program starts"));
    assert_eq!((status, &envelope["errors"][0]["code"]), (5, &"not-agreed".into()), "{envelope:#}");
    assert!(
        envelope["errors"][0]["hint"].as_str().is_some_and(|hint| hint.contains("--yes")),
        "{envelope:#}"
    );
    assert!(envelope["data"]["effects"].to_string().contains("TxConfirmed"), "{envelope:#}");
    assert_eq!(scene.received(), 1);
}

#[test]
fn a_prepared_message_is_not_sent_and_several_cannot_be_prepared() {
    let folder = tempfile::tempdir().expect("there is room");
    let (state, file) = (folder.path().join("org"), folder.path().join("vote.json"));
    let (state, file) = (text(&state), text(&file));
    let (status, envelope) = json(["node", "init", "--state", state, "--grant", "100"]);
    assert_eq!(status, 0, "{envelope:#}");
    let submit = ["multisig", "submit", "--state", state, "--as", "0", "--to", "giver", "--value", "1"];
    let (status, envelope) = json(submit.into_iter().chain(["--prepare", file]));
    assert_eq!(status, 0, "{envelope:#}");
    let prepared = &envelope["data"]["prepared"];
    assert_eq!(
        (&prepared["function"], &envelope["data"]["dry_run"]),
        (&"submitTransaction".into(), &true.into())
    );
    let written: Value = serde_json::from_str(&fs::read_to_string(file).expect("the file")).expect("JSON");
    assert_eq!(written["schema"], "subgov-prepared/1");
    assert!(written["claims"]["lines"].to_string().contains("TxSubmitted"), "{written:#}");
    assert_eq!(json(["multisig", "list", "--state", state]).1["data"], Value::Array(Vec::new()));

    let (status, envelope) = json(submit.into_iter().chain(["--prepare", file]));
    assert_eq!(
        (status, &envelope["errors"][0]["code"]),
        (2, &"prepared-file".into()),
        "files are not overwritten"
    );
    let other = folder.path().join("other.json");
    let late = ["--prepare", text(&other), "--expire", "90000"];
    assert_eq!(
        json(submit.into_iter().chain(late)).0,
        1,
        "the wallet takes nothing that lives longer than a day"
    );
    assert!(!other.exists());
    assert_eq!(json(["submit", "--state", state, file]).0, 2, "nobody has signed it");
}
