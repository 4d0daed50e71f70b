//! A stock client, the official SDK library with its own encoder, works with our multisig and our giver.

use std::collections::BTreeSet;
use std::str::FromStr;

use base64::{Engine, prelude::BASE64_STANDARD};
use chain::Config;
use ed25519_dalek::{Signer, SigningKey};
use localnet::{Genesis, Node, giver};
use serde_json::{Value, json};
use ton_abi::{Address, Boc, Cell, ContractAbi, Hash, Image, MessageView, Nano, Signature, UnixTime};
use ton_client::net::RejectReason;
use tsolc::{AbiVersion, DiskLoader, Settings};
use workspace_tests::sdk::Sdk;
use workspace_tests::world::{Outcome, World, key, public_json};
use workspace_tests::{foreign, workspace};

const CUSTODIANS: u8 = 15;
const CONFIRMATIONS: u8 = 8;

fn payee() -> Address {
    Address::new(0, Hash([0x51; 32]))
}

fn json_of(path: std::path::PathBuf) -> Value {
    let text = std::fs::read_to_string(path).expect("readable");
    serde_json::from_str(&text).expect("an ABI is JSON")
}

/// A contract as the SDK sees it: an ABI file and an address.
struct Stock {
    sdk: Sdk,
    abi: Value,
    address: String,
}

impl Stock {
    fn abi(&self) -> Value {
        json!({ "type": "Contract", "value": self.abi })
    }

    /// A signed call as the SDK encodes it.
    fn encode(
        &mut self,
        signer: &SigningKey,
        now: UnixTime,
        call: (&str, Value),
        deploy: Option<Value>,
    ) -> Cell {
        let public = hex::encode(signer.verifying_key().to_bytes());
        let keys = json!({ "public": public, "secret": hex::encode(signer.to_bytes()) });
        let mut header = json!({ "time": now.millis().0, "expire": now.0 + 60 });
        if self.abi["header"].as_array().is_some_and(|names| names.contains(&json!("pubkey"))) {
            header["pubkey"] = json!(public);
        }
        let mut params = json!({
            "abi": self.abi(),
            "call_set": { "function_name": call.0, "header": header, "input": call.1 },
            "signer": { "type": "Keys", "keys": keys },
        });
        match deploy {
            Some(deploy) => params["deploy_set"] = deploy,
            None => params["address"] = json!(self.address),
        }
        let encoded = self.sdk.call("abi.encode_message", params).expect("the SDK encodes it");
        self.address = encoded["address"].as_str().expect("an address").to_owned();
        Boc::decode_base64(encoded["message"].as_str().expect("a message")).expect("a BOC")
    }

    /// What the SDK makes of the bodies that a contract sent out: event or answer, name and values.
    fn decode(&mut self, bodies: &[Cell]) -> Vec<(String, String, Value)> {
        let mut decoded = Vec::new();
        for body in bodies {
            let params = json!({ "abi": self.abi(), "body": BASE64_STANDARD.encode(Boc::encode(body)), "is_internal": false });
            let found = self.sdk.call("abi.decode_message_body", params).expect("the SDK knows the body");
            let text = |name: &str| found[name].as_str().unwrap_or_default().to_owned();
            decoded.push((text("body_type"), text("name"), found["value"].clone()));
        }
        decoded
    }
}

/// Our multisig, deployed by the SDK into a world.
struct Multisig {
    stock: Stock,
    world: World,
}

impl Multisig {
    fn deployed() -> Self {
        let tvc = std::fs::read(workspace("abi/Multisig.tvc")).expect("abi/ is built");
        let abi = json_of(workspace("abi/Multisig.abi.json"));
        let mut stock = Stock { sdk: Sdk::start(), abi, address: String::new() };
        let (mut world, deployer) = (World::default(), key(200));
        let deploy = json!({
            "tvc": BASE64_STANDARD.encode(tvc),
            "workchain_id": 0,
            "initial_data": { "boot": "0" },
            "initial_pubkey": hex::encode(deployer.verifying_key().to_bytes()),
        });
        let owners: Vec<_> = (0..CUSTODIANS).map(|n| public_json(&key(n))).collect();
        let call = ("constructor", json!({ "owners": owners, "reqConfirms": CONFIRMATIONS }));
        let message = stock.encode(&deployer, UnixTime(world.now), call, Some(deploy));
        let address = MessageView::parse(&message).expect("readable").dst.expect("an address");
        world.give(&address, Nano::tokens(100));
        world.send(&message).success();
        Self { stock, world }
    }

    fn call(&mut self, custodian: u8, call: (&str, Value)) -> Outcome {
        self.world.now += 1;
        let message = self.stock.encode(&key(custodian), UnixTime(self.world.now), call, None);
        self.world.send(&message)
    }

    /// What a getter answers when the SDK runs it on its own machine.
    fn get(&mut self, function: &str) -> Value {
        let now = UnixTime(self.world.now);
        let header = json!({ "time": now.plus(1).millis().0, "expire": now.0 + 60 });
        let address = Address::from_str(&self.stock.address).expect("an address");
        let account = self.world.account(&address);
        let unsigned = json!({
            "abi": self.stock.abi(),
            "address": self.stock.address,
            "call_set": { "function_name": function, "header": header, "input": {} },
            "signer": { "type": "None" },
        });
        let encoded = self.stock.sdk.call("abi.encode_message", unsigned).expect("the SDK encodes it");
        let run = json!({
            "message": encoded["message"],
            "account": BASE64_STANDARD.encode(Boc::encode(account.cell())),
            "abi": self.stock.abi(),
            "execution_options": { "block_time": now.0 },
        });
        self.stock.sdk.call("tvm.run_tvm", run).expect("the SDK runs it")["decoded"]["output"].take()
    }

    /// Names of the events that the SDK found.
    fn events(&mut self, outcome: &Outcome) -> Vec<String> {
        let decoded = self.stock.decode(&outcome.events());
        decoded.into_iter().filter(|found| found.0 == "Event").map(|found| found.1).collect()
    }
}

fn payment(tokens: u64) -> (&'static str, Value) {
    let params = json!({
        "dest": payee().to_string(),
        "value": Nano::tokens(tokens).0.to_string(),
        "bounce": false,
        "allBalance": false,
        "payload": BASE64_STANDARD.encode(Boc::encode(Cell::default())),
    });
    ("submitTransaction", params)
}

#[test]
fn t21_a_stock_client_reads_custodians_and_waiting_transactions() {
    let mut multisig = Multisig::deployed();
    let custodians = multisig.get("getCustodians");
    let custodians = custodians["custodians"].as_array().expect("a list");
    let keys: BTreeSet<_> = custodians.iter().filter_map(|custodian| custodian["pubkey"].as_str()).collect();
    let wanted: Vec<_> = (0..CUSTODIANS).map(|n| public_json(&key(n))).collect();
    assert_eq!(keys, wanted.iter().map(String::as_str).collect());
    multisig.call(0, payment(10)).success();
    let waiting = multisig.get("getTransactions");
    assert_eq!(waiting["transactions"].as_array().map(Vec::len), Some(1), "{waiting}");
    assert_eq!(waiting["transactions"][0]["dest"], payee().to_string());
    assert_eq!(waiting["transactions"][0]["creator"], wanted[0]);
    assert_eq!(waiting["transactions"][0]["signsReceived"], "1");
}

#[test]
fn t21_a_stock_client_deploys_submits_and_confirms_until_the_multisig_pays() {
    let mut multisig = Multisig::deployed();
    let submitted = multisig.call(0, payment(10));
    submitted.success();
    let answers = multisig.stock.decode(&submitted.events());
    let answer = answers.iter().find(|found| found.0 == "Output").expect("a submission answers");
    let confirmation = json!({ "transactionId": answer.2["transId"] });
    assert_eq!(multisig.events(&submitted), ["TxSubmitted"]);
    for custodian in 1..CONFIRMATIONS - 1 {
        let outcome = multisig.call(custodian, ("confirmTransaction", confirmation.clone()));
        outcome.success();
        assert_eq!(multisig.events(&outcome), ["TxConfirmed"]);
        assert_eq!(multisig.world.balance(&payee()), Nano(0), "{custodian} confirmed too few");
    }
    let last = multisig.call(CONFIRMATIONS - 1, ("confirmTransaction", confirmation.clone()));
    last.success();
    assert_eq!(multisig.events(&last), ["TxConfirmed", "TxExecuted"]);
    assert_eq!(multisig.world.balance(&payee()), Nano::tokens(10));
    let late = multisig.call(CONFIRMATIONS, ("confirmTransaction", confirmation));
    assert!(late.refused() && late.code() == 102, "{late:?}");
}

#[test]
fn t21_a_stock_client_of_somebody_else_is_refused() {
    let mut multisig = Multisig::deployed();
    let outcome = multisig.call(99, ("confirmTransaction", json!({ "transactionId": "1" })));
    assert!(outcome.refused() && outcome.code() == 100, "{outcome:?}");
}

/// The published key pair of the giver.
fn giver_key() -> SigningKey {
    let mut secret = [0; 32];
    hex::decode_to_slice(giver::SECRET_KEY_HEX, &mut secret).expect("64 hex digits");
    SigningKey::from_bytes(&secret)
}

/// A network with our giver, as its source is now, at the address that every tool knows.
fn network() -> Node {
    let loader = DiskLoader::new(workspace("contracts"), Vec::new());
    let text = loader.read("Giver.tsol").expect("readable");
    let settings = Settings { abi_version: AbiVersion::V2_2, ..Settings::default() };
    let compiled =
        tsolc::compile("Giver.tsol", &text, &loader, &settings).artifacts.expect("the giver compiles");
    let abi = ContractAbi::parse(&compiled[0].abi).expect("a valid ABI");
    let image = Image::from_tvc(&compiled[0].tvc).expect("a valid image");
    let genesis = Genesis::new(Config::local());
    let sign = |hash: &Hash| Signature(giver_key().sign(&hash.0).to_bytes());
    let image = giver::constructed(&image, &abi, genesis.time, sign).expect("its constructor runs");
    let genesis = genesis.with_giver(&image, giver::BALANCE).expect("it fits");
    Node::new(genesis).expect("a node")
}

/// `GiverV2` with the ABI file that it was published with.
fn stock_giver() -> Stock {
    let abi = json_of(foreign("images/GiverV2.abi.json"));
    Stock { sdk: Sdk::start(), abi, address: giver::ADDRESS.to_string() }
}

fn gift(tokens: u64) -> (&'static str, Value) {
    let params =
        json!({ "dest": payee().to_string(), "value": Nano::tokens(tokens).0.to_string(), "bounce": false });
    ("sendTransaction", params)
}

#[test]
fn the_published_key_pair_is_the_one_of_the_giver() {
    let published = json_of(foreign("images/seGiver.keys.json"));
    assert_eq!(published["secret"], giver::SECRET_KEY_HEX);
    assert_eq!(published["public"], giver::PUBLIC_KEY.to_string());
    assert_eq!(giver_key().verifying_key().to_bytes(), giver::PUBLIC_KEY.0);
}

#[test]
fn a_stock_client_gets_money_with_the_published_abi_of_giver_v2() {
    // ABI 2.0: the recipient stands in the first cell, where ABI 2.2 has it in the second.
    let (mut node, mut client) = (network(), stock_giver());
    for (number, tokens) in [3, 4].into_iter().enumerate() {
        let message = client.encode(&giver_key(), node.now().plus(number as u32), gift(tokens), None);
        let hash = node.post(&Boc::encode(&message)).expect("it is included");
        assert!(node.transaction_of(&hash).is_some(), "{:?}", node.rejection(&hash));
    }
    assert_eq!(node.balance(&payee()), Nano::tokens(7));
    node.audit().expect("no nanotoken is lost");
}

#[test]
fn a_stock_client_with_our_abi_of_the_giver_gets_money_too() {
    let (mut node, mut client) = (network(), stock_giver());
    client.abi = json_of(workspace("abi/Giver.abi.json"));
    let message = client.encode(&giver_key(), node.now(), gift(3), None);
    let hash = node.post(&Boc::encode(&message)).expect("it is well formed");
    assert!(node.transaction_of(&hash).is_some(), "{:?}", node.rejection(&hash));
    assert_eq!(node.balance(&payee()), Nano::tokens(3));
    node.post(&Boc::encode(&message)).expect("it is well formed");
    assert_eq!(node.balance(&payee()), Nano::tokens(3), "the same message pays once");
}

#[test]
fn a_stock_client_with_another_key_gets_nothing_from_the_giver() {
    let (mut node, mut client) = (network(), stock_giver());
    let message = client.encode(&key(1), node.now(), gift(3), None);
    let hash = node.post(&Boc::encode(&message)).expect("it is well formed");
    let rejection = node.rejection(&hash).expect("the giver refuses it");
    assert_eq!(rejection.reason, RejectReason::ExitCode(40));
    assert_eq!(node.balance(&payee()), Nano(0));
}
