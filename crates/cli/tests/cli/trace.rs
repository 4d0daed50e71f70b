//! What happened, down to the line: traces, accounts, questions, messages, on a kept network and on a running node.

use std::fs;
use std::path::Path;

use node_server::options::StartArgs;
use serde_json::{Value, json};
use tempfile::TempDir;
use ton_abi::{Address, ContractAbi, Hash, Header, InternalMessage, Nano, PublicKey, UnixMillis, UnixTime};
use ton_client::boc;

use crate::support::{fails, json as told, run, run_with_input, text};

/// Runs a command with `--json`, expects success, gives its data.
#[track_caller]
fn done<'a>(args: impl IntoIterator<Item = &'a str>) -> Value {
    let (status, mut envelope) = told(args);
    assert_eq!(status, 0, "{envelope:#}");
    envelope["data"].take()
}

/// Lets eight members grant the second stage while the first is not closed: the treasury refuses the money, and it comes
/// back. Gives the hash of the message that did it.
fn bounced_grant(state: &str, network: Option<&str>) -> String {
    let mut init = vec!["node", "init", "--state", state];
    init.extend(network.into_iter().flat_map(|url| ["--network", url]));
    done(init);
    let funded = done(["stage", "fund", "--state", state, "--as", "0", "2"]);
    let id = funded["result"]["transaction"].as_str().expect("an id").to_owned();
    for member in 1..=6 {
        let member = member.to_string();
        done(["multisig", "confirm", "--state", state, "--as", &member, &id]);
    }
    // The simulation says what will happen, so it takes some force.
    let (status, refused) = told(["multisig", "confirm", "--state", state, "--as", "7", "--force", &id]);
    assert_eq!((status, &refused["errors"][0]["code"]), (1, &json!("failed")), "{refused:#}");
    let place = &refused["errors"][0]["place"];
    assert_eq!(place["file"], "contracts/abstract/TreasuryStages.tsol", "{refused:#}");
    refused["data"]["messages"][0]["message"].as_str().expect("a hash").to_owned()
}

/// Compares a text with a file beside this one; `UPDATE_SNAPSHOTS=1` writes it anew.
#[track_caller]
fn snapshot(name: &str, fresh: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/snapshots").join(name);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some_and(|value| value == "1") {
        fs::create_dir_all(path.parent().expect("it has a directory")).expect("the directory can be made");
        fs::write(&path, fresh).expect("the snapshot can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == fresh, "{name} differs, UPDATE_SNAPSHOTS=1 writes it anew:\n{fresh}");
}

#[test]
fn a_grant_that_comes_back_is_told_hop_by_hop_with_the_line_that_refused_it() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let state = text(folder.path());
    let message = bounced_grant(state, None);

    let shown = run(["trace", "--state", state, &message]);
    assert_eq!((shown.status, shown.stderr.as_str()), (0, ""), "{}", shown.stdout);
    snapshot("trace.txt", &shown.stdout);
    let tree = done(["trace", "--state", state, &message]);
    snapshot("trace.json", &format!("{tree:#}\n"));

    let transactions = tree["transactions"].as_array().expect("transactions");
    let failed: Vec<_> = transactions.iter().filter(|tx| tx["success"] == false).collect();
    assert_eq!(failed.len(), 1, "the treasury alone fails");
    let failure = &failed[0]["failure"];
    assert_eq!((&failure["name"], &failed[0]["contract"]), (&json!("STAGE_GATE"), &json!("Treasury")));
    let place = &failure["place"];
    let file = place["file"].as_str().expect("the file is known");
    let line = place["line"].as_u64().expect("the line is known") as usize;
    let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file));
    let source = source.expect("the file is there");
    let there = source.lines().nth(line - 1).expect("the file has the line").trim();
    assert_eq!(there, place["text"], "the text is that of the line");
    assert!(place["statement"].as_str().is_some_and(|text| text.contains("STAGE_GATE")), "{place}");
    assert_eq!(failed[0]["bounced"], true);

    // Whatever the hash, the tree is the same; from a transaction in the middle it can be cut off.
    for tx in transactions {
        let hash = tx["hash"].as_str().expect("a hash");
        assert_eq!(done(["trace", "--state", state, hash]), tree, "from {}", tx["label"]);
    }
    let child = transactions[1]["hash"].as_str().expect("a hash");
    let part = done(["trace", "--state", state, "--from-here", child]);
    assert_eq!(part["transactions"][0]["hash"], child);
    assert!(part["transactions"].as_array().is_some_and(|part| part.len() < transactions.len()));

    // Gas by line adds up to that of the transaction.
    let profiled = done(["trace", "--state", state, "--gas", &message]);
    for tx in profiled["transactions"].as_array().expect("transactions") {
        let Some(lines) = tx["profile"].as_array() else {
            assert_eq!(tx["gas"], 0, "what ran has a profile: {tx:#}");
            continue;
        };
        let sum: u64 = lines.iter().filter_map(|line| line["gas"].as_u64()).sum();
        assert_eq!(Some(sum), tx["gas"].as_u64());
    }
    let shown = run(["trace", "--state", state, "--gas", &message]).stdout;
    assert!(shown.contains("MultisigVoting.tsol:") && shown.contains("more lines"), "{shown}");

    refusals_and_accounts(state);
}

/// On the network of the grant that came back.
fn refusals_and_accounts(state: &str) {
    fails(["trace", "--state", state, "12"], 2, "bad-hash", "64 hexadecimal digits");
    fails(["trace", "--state", state, &"ab".repeat(32)], 1, "no-transaction", "localnet knows neither");

    // A refused message: the line at once, and the message can still be traced to its refusal.
    let id = "0x1";
    let refused = run(["multisig", "confirm", "--state", state, "--as", "1", id]);
    assert_eq!(refused.status, 1, "{}", refused.stderr);
    assert!(refused.stderr.contains("\n  at:   contracts/abstract/Multisig"), "{}", refused.stderr);
    assert!(refused.stderr.contains("NO_TRANSACTION"), "{}", refused.stderr);
    let (_, envelope) = told(["multisig", "confirm", "--state", state, "--as", "1", id]);
    let place = &envelope["errors"][0]["place"];
    assert!(place["statement"].as_str().is_some_and(|text| text.contains("NO_TRANSACTION")), "{envelope:#}");

    let treasury = done(["account", "show", "--state", state, "treasury"]);
    assert_eq!((&treasury["contract"], &treasury["own_build"]), (&json!("Treasury"), &json!(true)));
    assert_eq!(treasury["status"], "active");
    assert!(treasury["getters"].as_object().is_some_and(|getters| getters.len() > 3), "{treasury:#}");
    let last = &treasury["transactions"][0];
    assert!(last["outcome"].as_str().is_some_and(|text| text.contains("STAGE_GATE")), "{last:#}");
    let shown = run(["account", "show", "--state", state, "treasury", "--transactions", "1"]).stdout;
    assert!(shown.starts_with("treasury (0:") && shown.contains("STAGE_GATE"), "{shown}");
    let nobody = format!("0:{}", "12".repeat(32));
    assert_eq!(done(["account", "show", "--state", state, &nobody])["status"], "notexists");
    fails(["account", "show", "--state", state, "treasure"], 2, "bad-address", "one of the names");

    let stage = done(["call", "--state", state, "treasury", "getStage", r#"{"number": 1}"#]);
    assert_eq!(stage["answer"]["stage"]["planBudget"], "673120000000000", "{stage:#}");
    let shown = run(["call", "--state", state, "treasury"]).stdout;
    assert!(shown.contains("  getStage(uint8 number) -> ("), "{shown}");
    fails(["call", "--state", state, "treasury", "getNothing"], 2, "interface", "getNothing");
    fails(["call", "--state", state, "treasury", "getStage", "{"], 2, "bad-json", "EOF");
    fails(["call", "--state", state, &nobody, "getStage"], 2, "unknown-contract", "no contract is there");
}

#[test]
fn a_running_node_tells_the_same_over_every_protocol_and_without_a_directory() {
    let runtime = node_server::runtime().expect("the system has threads");
    let args = StartArgs { port: Some(0), frozen: true, ..StartArgs::default() };
    let running = runtime.block_on(args.start()).expect("the node starts");
    let url = running.url();
    let folder = tempfile::tempdir().expect("a temporary directory");
    let state = text(folder.path());
    let message = bounced_grant(state, Some(&url));
    let tree = done(["trace", "--state", state, &message]);
    let (rpc, ws) = (format!("{url}/rpc"), url.replace("http", "ws"));
    for network in [&url, &rpc, &ws] {
        let same = done(["trace", "--state", state, "--network", network, &message]);
        assert_eq!(same, tree, "{network}");
        // Without the directory accounts have no names, and the rest is the same.
        let bare = done(["trace", "--network", network, "--gas", &message]);
        let lines = |tree: &Value| {
            let all = tree["transactions"].as_array().expect("transactions");
            all.iter().map(|tx| tx["failure"]["place"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(lines(&bare), lines(&tree), "{network}");
        assert!(bare["transactions"][0]["profile"].is_array(), "the node tells how it ran: {network}");
    }
    runtime.block_on(running.stop());
}

fn abi() -> ContractAbi {
    ContractAbi::parse(include_str!("../../../../abi/Multisig.abi.json")).expect("a committed interface")
}

/// An unsigned confirmation, as base64.
fn confirmation() -> String {
    let header = Header {
        time: UnixMillis(1_700_000_000_000),
        expire: UnixTime(1_700_000_060),
        pubkey: Some(PublicKey([7; 32])),
    };
    let wallet = Address::new(0, Hash([5; 32]));
    let message =
        abi().call_message(&wallet, "confirmTransaction", &json!({ "transactionId": "77" }), &header);
    let message = message.expect("encodable").sign_with(|_| ton_abi::Signature([9; 64])).expect("encodable");
    boc::encode_base64(&message)
}

#[test]
fn messages_are_read_in_every_form_and_bombs_are_not() {
    let message = confirmation();
    // Transcripts read it.
    snapshot("../../transcripts/files/confirmation.b64", &format!("{message}\n"));
    let folder = TempDir::new().expect("a temporary directory");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("the file can be written");
        text(&path).to_owned()
    };
    let raw = boc::encode(&boc::decode_base64(&message).expect("our own"));
    let first = done(["message", "decode", &message]);
    assert_eq!(
        (&first["kind"], &first["body"]["name"]),
        (&json!("external-in"), &json!("confirmTransaction"))
    );
    assert_eq!(first["body"]["values"]["transactionId"], "77");
    assert_eq!(first["body"]["contract"], "Multisig");
    let hex: String = raw.iter().map(|byte| format!("{byte:02x}")).collect();
    let (boc_file, text_file) = (file("message.boc", &raw), file("message.txt", message.as_bytes()));
    for form in [&hex, &boc_file, &text_file] {
        assert_eq!(done(["message", "decode", form]), first);
    }
    let piped = run_with_input(["message", "decode", "-"], &message);
    assert!(piped.stdout.contains("confirmTransaction(transactionId: 77)"), "{}", piped.stdout);
    assert!(piped.stdout.contains("expires  2023-11-14 22:14 UTC"), "{}", piped.stdout);

    // An interface that nobody here knows.
    let other = r#"{"ABI version": 2, "version": "2.3", "header": [], "functions": [
        {"name": "ping", "inputs": [{"name": "n", "type": "uint8"}], "outputs": []}], "data": [], "events": [], "fields": []}"#;
    let other_abi = ContractAbi::parse(other).expect("an interface");
    let address = |n| Address::new(0, Hash([n; 32]));
    let mut ping = InternalMessage::transfer(address(1), address(2), Nano::tokens(1));
    ping.body = Some(other_abi.encode_internal_body("ping", &json!({ "n": 3 })).expect("encodable"));
    let ping = boc::encode_base64(&ping.build().expect("fits"));
    assert_eq!(done(["message", "decode", &ping])["body"]["kind"], "unknown");
    let abi_file = file("other.abi.json", other.as_bytes());
    let named = done(["message", "decode", &ping, "--abi", &abi_file]);
    assert_eq!((&named["body"]["name"], &named["body"]["values"]["n"]), (&json!("ping"), &json!("3")));

    let mut bomb = InternalMessage::transfer(address(1), address(2), Nano::tokens(1));
    let mut cell = ton_abi::CellBuilder::build_from(1u8).expect("a byte");
    for _ in 0..200 {
        let mut builder = ton_abi::CellBuilder::new();
        builder.store_reference(cell.clone()).expect("room");
        builder.store_reference(cell).expect("room");
        cell = builder.build().expect("two references");
    }
    bomb.body = Some(cell);
    let shown = run(["message", "decode", &boc::encode_base64(&bomb.build().expect("fits"))]);
    assert_eq!(shown.status, 0, "{}", shown.stderr);
    assert!(shown.stderr.contains("was not read") && shown.stdout.contains("unknown body"), "{shown:?}");

    fails(["message", "decode", "zzz*"], 2, "bad-message", "no base64");
    fails(["message", "decode", &text_file[..4]], 2, "bad-message", "");
    fails(["message", "decode", &message[..40]], 2, "bad-message", "bag of cells");
    let cell = boc::encode_base64(&ton_abi::CellBuilder::build_from(7u8).expect("a byte"));
    fails(["message", "decode", &cell], 2, "bad-message", "no message");
    fails(["message", "decode", &message, "--abi", "/none"], 2, "missing-file", "No such file");
    fails(["message", "decode", &message, "--abi", &text_file], 2, "bad-abi", "");
}

#[test]
fn every_kind_of_code_is_explained() {
    for (code, words) in [
        ("102", "102 NO_TRANSACTION (multisig)"),
        ("no_transaction", "102 NO_TRANSACTION (multisig)"),
        ("37", "37 NO_FUNDS (action phase)"),
        ("E0301", "(compiler)"),
        ("no-state", "no-state (this program, exit status 2)"),
        ("INTEGER_OVERFLOW", "4 INTEGER_OVERFLOW (virtual machine)"),
    ] {
        let shown = run(["explain", code]);
        assert!(shown.stdout.contains(words), "{code}: {}{}", shown.stdout, shown.stderr);
    }
    fails(["explain", "state"], 2, "unknown-code", "did you mean");
}
