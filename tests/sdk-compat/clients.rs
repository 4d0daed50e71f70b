//! Clients of other people, unmodified, against a node on a real port: each lives through a developer's day.
//!
//! The programs are in `clients/`. Each prints what it found as one JSON object a line; here every fact is compared.
//! The clients use the clock of the computer, so the node does, too; messages that nobody will take live for two
//! seconds, and what is too old on arrival is made so by moving the node's clock.

use std::process::Command;

use node_server::http::Running;
use node_server::options::StartArgs;
use serde_json::{Value, json};
use workspace_tests::{foreign, workspace};

/// Milliseconds between empty blocks: clients that wait for one do not wait long.
const BLOCK_TIME: u64 = 100;

/// A node on a free port.
struct Server {
    runtime: tokio::runtime::Runtime,
    running: Option<Running>,
}

impl Server {
    fn start(remp: bool) -> Self {
        let runtime = node_server::runtime().expect("the system has threads");
        let args =
            StartArgs { port: Some(0), block_time: Some(BLOCK_TIME), no_remp: !remp, ..StartArgs::default() };
        let running = runtime.block_on(args.start()).expect("the node starts");
        Self { runtime, running: Some(running) }
    }

    fn url(&self) -> String {
        self.running.as_ref().expect("it runs until it is dropped").url()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
    }
}

/// A program of `clients/`, run to its end against a node; its facts in their order.
fn facts(program: &str, kind: &[&str], remp: bool) -> Vec<(String, Value)> {
    let server = Server::start(remp);
    let mut command = match program.ends_with(".py") {
        true => Command::new(foreign("python/bin/python")),
        false => Command::new("node"),
    };
    command.arg(workspace("tests/sdk-compat/clients").join(program)).arg(server.url()).args(kind);
    command.env("LD_LIBRARY_PATH", foreign("openssl")).env("PYTHONDONTWRITEBYTECODE", "1");
    let output = command.output().expect("the program starts");
    let (found, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program} {kind:?}: {} after\n{found}{errors}", output.status);
    let parse = |line| {
        let mut fact: Value = serde_json::from_str(line).expect("a line is a JSON object");
        (fact["fact"].as_str().expect("a fact has a name").to_owned(), fact["value"].take())
    };
    found.lines().map(parse).collect()
}

#[track_caller]
fn compare(found: &[(String, Value)], wanted: &[(&str, Value)]) {
    for ((name, value), (wanted_name, wanted_value)) in found.iter().zip(wanted) {
        assert_eq!((name.as_str(), value), (*wanted_name, wanted_value), "what was found is on the left");
    }
    assert_eq!(found.len(), wanted.len(), "as many facts as wanted: {found:?}");
}

/// Codes of the official SDK for a message that is not taken: rejected (with REMP), expired (without).
fn untaken(remp: bool) -> u32 {
    if remp { 514 } else { 507 }
}

const STRANGER: &str = "0:5151515151515151515151515151515151515151515151515151515151515151";
const GIVER: &str = "0:ece57bcc6c530283becbbd8a3b24d3c5987cdddc3c8b7b33be6e4a6312490415";

fn official(remp: bool) {
    let events = if remp {
        json!([
            "DidSend",
            "RempIncludedIntoAcceptedBlock",
            "RempIncludedIntoBlock",
            "RempSentToValidators",
            "WillFetchFirstBlock",
            "WillSend"
        ])
    } else {
        json!(["DidSend", "WillFetchFirstBlock", "WillFetchNextBlock", "WillSend"])
    };
    let mut found = facts("official.py", &[], remp);
    // Which of the receipts arrive before the transaction is found is a matter of luck.
    let seen = &mut found.iter_mut().find(|(name, _)| name == "deploy events").expect("there are events").1;
    let all = events.as_array().expect("a list");
    assert!(seen.as_array().is_some_and(|seen| seen.iter().all(|event| all.contains(event))), "{seen}");
    found.retain(|(name, _)| name != "deploy events");
    compare(
        &found,
        &[
            ("version", json!("1.44.3")),
            ("info", json!({ "version": "0.68.0", "rempEnabled": remp })),
            ("signature id", json!({ "signature_id": null })),
            ("giver", json!({ "aborted": false, "messages": 1 })),
            ("topped up", json!({ "balance": "50000000000", "acc_type": 0, "acc_type_name": "Uninit" })),
            ("deploy", json!({ "status": "Active", "code": 0 })),
            ("custodians", json!(true)),
            ("deploy again", json!([untaken(remp), 51])),
            ("call", json!({ "code": 0, "messages": 1 })),
            ("subscription", json!(true)),
            ("gas as predicted", json!(true)),
            ("state", json!(true)),
            ("newest transaction", json!(true)),
            ("transactions", json!(["3"])),
            ("batch", json!([[{ "acc_type_name": "Active" }], { "aborted": false }, ["1"]])),
            ("blockchain", json!(["Active", true])),
            ("transaction as parsed", json!([])),
            ("block as parsed", json!([])),
            ("block before", json!(true)),
            ("masterchain block as parsed", json!([])),
            ("masterchain block before", json!(true)),
            ("block iterator", json!(true)),
            (
                "tree",
                json!({ "messages": 2, "transactions": 2, "call": "sendTransaction", "aborted": [false, true] }),
            ),
            ("wrong key", json!([untaken(remp), 100])),
            ("wrong key in words", json!(true)),
            ("expired before it is sent", json!(501)),
            ("aborted", json!({ "code": 407, "phase": "action", "has transaction": true })),
            ("nothing comes", json!(607)),
            ("unknown field", json!(601)),
            ("expired on the way", json!([untaken(remp), null])),
        ],
    );
}

#[test]
fn the_official_sdk_works_with_remp() {
    official(true);
}

#[test]
fn the_official_sdk_works_without_remp() {
    official(false);
}

fn eversdk_core(remp: bool) {
    compare(
        &facts("eversdk_core.mjs", &[], remp),
        &[
            ("version", json!("1.44.3")),
            ("info", json!({ "version": "0.68.0", "rempEnabled": remp })),
            ("giver", json!([false, 1])),
            ("deploy", json!(["Active", 0])),
            ("getter", json!(true)),
            ("call", json!([false, 1, true])),
            ("subscriptions", json!([true, STRANGER, "1000000000"])),
            ("tree", json!([2, 2, "sendTransaction"])),
            ("decoded", json!(true)),
            ("query", json!([3, true])),
            ("sum", json!(["1000000000"])),
            ("wrong key", json!([untaken(remp), 100])),
            ("aborted", json!([407, null])),
            ("expired", json!([untaken(remp), null])),
        ],
    );
}

#[test]
fn eversdk_core_works_with_remp() {
    eversdk_core(true);
}

#[test]
fn eversdk_core_works_without_remp() {
    eversdk_core(false);
}

/// nekoton and the standalone client never ask for receipts, so one run is enough for either transport.
fn nekoton(kind: &str, remp: bool) {
    let mut wanted = vec![
        ("config", json!([42, true, null])),
        ("before", json!(true)),
        ("giver", json!([GIVER, "50", true])),
        ("deploy", json!({ "aborted": false, "code": 0, "by": true })),
        ("deployed", json!(true)),
        ("getter", json!([0, true])),
        ("by code", json!(true)),
        ("call", json!({ "aborted": false, "code": 0, "messages": 1 })),
        ("gas as predicted", json!(true)),
        ("subscription", json!(true)),
        // The recipient has no code.
        ("tree", json!([[true, 0]])),
        ("by hash", json!(true)),
        ("by message", json!(true)),
        ("history", json!([3, true, true])),
        ("arrived", json!(true)),
    ];
    if kind == "graphql" {
        wanted.extend([
            ("query transactions", json!([2, true])),
            ("query messages", json!([1, "1"])),
            ("query accounts", json!([true])),
        ]);
    }
    wanted.extend([
        ("aborted", json!([true, true, 37, true])),
        ("wrong key explained", json!("Contract did not accept message, exit code: 100")),
        ("expired", json!(true)),
        ("wrong key", json!(true)),
    ]);
    let mut found = facts("nekoton_flow.py", &[kind], remp);
    let last = wanted.len() - 3;
    // The last two run side by side.
    let by_name = |fact: &(String, Value)| fact.0.clone();
    found[last..].sort_by_key(by_name);
    wanted[last..].sort_by_key(|fact| fact.0.to_owned());
    compare(&found, &wanted);
}

#[test]
fn nekoton_works_over_graphql() {
    nekoton("graphql", true);
}

#[test]
fn nekoton_works_over_json_rpc_and_http_2() {
    nekoton("jrpc", false);
}

fn standalone(kind: &str, remp: bool) {
    compare(
        &facts("standalone.mjs", &[kind], remp),
        &[
            ("connect", json!([31337, "localnet"])),
            ("before", json!(true)),
            ("giver", json!(false)),
            ("topped up", json!(["50000000000", false])),
            ("deploy", json!([false, 0, "active"])),
            ("getter", json!(true)),
            ("call", json!([false, 1])),
            ("subscription", json!(true)),
            ("state change", json!(true)),
            ("tree", json!([[STRANGER, true]])),
            ("history", json!([3, true])),
            ("by hash", json!(true)),
            ("by code", json!(true)),
            ("aborted", json!("it succeeds, aborted true")),
            (
                "wrong key",
                json!(
                    "sendExternalMessage: Message expired. Error: Contract did not accept message, exit code: 100"
                ),
            ),
            ("expired", json!(true)),
        ],
    );
}

#[test]
fn the_standalone_client_works_over_graphql() {
    standalone("graphql", false);
}

#[test]
fn the_standalone_client_works_over_json_rpc() {
    standalone("jrpc", true);
}
