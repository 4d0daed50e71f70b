//! JSON-RPC over the real socket: each method as nekoton calls it, batches and errors as JSON-RPC 2.0 wants them.

#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod world;

use localnet::giver;
use serde_json::{Value, json};
use ton_abi::Nano;
use ton_client::boc;
use tycho_types::models::{Account, BlockchainConfig};
use world::{World, address, hash};

#[tokio::test]
async fn a_message_is_sent_found_and_followed() {
    let world = World::new().await;
    let (to, value) = (address(1), Nano::tokens(3));
    let message = world.gift(&to, value);
    world.post_message(&message).await;
    assert_eq!(world.rpc("getDstTransaction", &json!({ "messageHash": hash(&message) })).await, Value::Null);
    world.mine().await;

    let found = world.rpc("getDstTransaction", &json!({ "messageHash": hash(&message) })).await;
    let transaction = boc::decode_base64(found.as_str().unwrap()).unwrap();
    let by_id = world.rpc("getTransaction", &json!({ "id": hash(&transaction) })).await;
    assert_eq!(by_id, found);
    let list = json!({ "account": giver::ADDRESS.to_string(), "lastTransactionLt": null, "limit": 10 });
    assert_eq!(world.rpc("getTransactionsList", &list).await, json!([found]));
    let early = json!({ "account": giver::ADDRESS.to_string(), "lastTransactionLt": "1", "limit": 10 });
    assert_eq!(world.rpc("getTransactionsList", &early).await, json!([]));

    let state = world.rpc("getContractState", &json!({ "address": to.to_string() })).await;
    assert_eq!(state["type"], "exists");
    assert!(state["lastTransactionId"]["isExact"].as_bool().unwrap());
    let lt = state["lastTransactionId"]["lt"].as_str().unwrap();
    let known = json!({ "address": to.to_string(), "last_transaction_lt": lt });
    assert_eq!(world.rpc("getContractState", &known).await["type"], "unchanged");
}

#[tokio::test]
async fn accounts_come_without_their_constructor_bit() {
    let world = World::new().await;
    let state = world.rpc("getContractState", &json!({ "address": giver::ADDRESS.to_string() })).await;
    let cell = boc::decode_base64(state["account"].as_str().unwrap()).unwrap();
    let account: Account = cell.parse().expect("the bare fields of an account");
    assert_eq!(Nano::from(account.balance.tokens), giver::BALANCE);
    assert!(state["timings"]["genLt"].is_string() && state["timings"]["genUtime"].is_number());
    let absent = world.rpc("getContractState", &json!({ "address": address(9).to_string() })).await;
    assert_eq!(absent["type"], "notExists");
    assert_eq!(absent.get("account"), None);
}

#[tokio::test]
async fn accounts_are_listed_by_their_code_page_by_page() {
    let world = World::new().await;
    let code = "te6ccgEBAQEAAwAAAgA=";
    for number in 1..=3 {
        let path = format!("/control/account/{}", address(number));
        world.ok(&path, &json!({ "code": code, "balance": "1000000000" })).await;
    }
    let code_hash = hash(&boc::decode_base64(code).unwrap());
    let page = |limit: u32, after: Option<String>| json!({ "codeHash": code_hash, "limit": limit, "continuation": after });
    let first = world.rpc("getAccountsByCodeHash", &page(2, None)).await;
    assert_eq!(first, json!([address(1).to_string(), address(2).to_string()]));
    let rest = world.rpc("getAccountsByCodeHash", &page(2, Some(address(2).to_string()))).await;
    assert_eq!(rest, json!([address(3).to_string()]));
}

#[tokio::test]
async fn the_configuration_has_its_address_and_a_validator_set() {
    let world = World::new().await;
    let config = world.rpc("getBlockchainConfig", &Value::Null).await;
    assert_eq!((config["globalId"].as_i64(), config["seqno"].as_u64()), (Some(42), Some(1)));
    let cell = boc::decode_base64(config["config"].as_str().unwrap()).unwrap();
    let parsed: BlockchainConfig = cell.parse().unwrap();
    assert!(parsed.params.get_current_validator_set().unwrap().main.get() >= 1);
    let block = world.rpc("getLatestKeyBlock", &Value::Null).await;
    let cell = boc::decode_base64(block["block"].as_str().unwrap()).unwrap();
    assert_eq!(hash(&cell), world.service().snapshot().master_head().id.to_string());
}

#[tokio::test]
async fn the_node_tells_its_methods_and_times() {
    let world = World::new().await;
    let names = world.rpc("getCapabilities", &Value::Null).await;
    assert!(names.as_array().unwrap().contains(&json!("sendMessage")));
    assert_eq!(world.rpc("getStatus", &json!({})).await, json!({ "ready": true }));
    let timings = world.rpc("getTimings", &json!([])).await;
    assert_eq!((timings["lastMcBlockSeqno"].as_u64(), timings["mcTimeDiff"].as_u64()), (Some(1), Some(0)));
    assert!(timings["smallestKnownLt"].is_string());
}

#[tokio::test]
async fn batches_answer_what_wants_an_answer_in_order() {
    let world = World::new().await;
    let batch = json!([
        { "jsonrpc": "2.0", "id": "a", "method": "getStatus", "params": null },
        { "jsonrpc": "2.0", "method": "getStatus" },
        { "jsonrpc": "2.0", "id": 2, "method": "noSuchMethod" },
        7,
    ]);
    let answer = world.ok("/rpc", &batch).await;
    let answers = answer.as_array().unwrap();
    assert_eq!(answers.len(), 3);
    assert_eq!((&answers[0]["id"], &answers[0]["result"]["ready"]), (&json!("a"), &json!(true)));
    assert_eq!((&answers[1]["id"], &answers[1]["error"]["code"]), (&json!(2), &json!(-32601)));
    assert_eq!((&answers[2]["id"], &answers[2]["error"]["code"]), (&Value::Null, &json!(-32600)));

    let silent = json!([{ "jsonrpc": "2.0", "method": "getStatus" }]);
    assert_eq!(world.post("/rpc", &silent).await, (204, json!("")));
    assert_eq!(world.ok("/", &json!([])).await["error"]["code"], -32600);
    let long = Value::Array(vec![json!({ "jsonrpc": "2.0", "id": 1, "method": "getStatus" }); 101]);
    let refused = world.ok("/rpc", &long).await;
    assert_eq!(refused["error"]["message"], "a batch has 100 calls at most, this one has 101");
}

#[tokio::test]
async fn each_mistake_has_its_code() {
    let world = World::new().await;
    let error = async |body: &str| {
        let (_, answer) = world.send(world.http.post(world.url("/rpc")).body(body.to_owned())).await;
        answer["error"]["code"].as_i64().unwrap()
    };
    let call = |method: &str, params: Value| json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    assert_eq!(error("{").await, -32700);
    assert_eq!(error(&"[".repeat(100_000)).await, -32700);
    assert_eq!(error("7").await, -32600);
    assert_eq!(error(r#"{"jsonrpc":"1.0","id":1,"method":"getStatus"}"#).await, -32600);
    assert_eq!(error(r#"{"jsonrpc":"2.0","id":{},"method":"getStatus"}"#).await, -32600);
    assert_eq!(error(r#"{"jsonrpc":"2.0","id":1}"#).await, -32600);
    assert_eq!(error(&call("getContractState", json!({ "address": "0:12" })).to_string()).await, -32602);
    assert_eq!(error(&call("getTransaction", json!({ "id": "xyz" })).to_string()).await, -32602);
    assert_eq!(error(&call("sendMessage", json!({ "message": "not base64" })).to_string()).await, -32602);
    assert_eq!(error(&call("sendMessage", json!({ "message": "AAAA" })).to_string()).await, -32001);
}
