//! Answers of GraphQL endpoints, good and hostile.

use serde_json::{Value, json};
use ton_abi::Hash;

use super::super::fixtures::{Scene, fuzz, key_block};
use super::queries::{clock, lag};
use super::receipts::Receipt;
use super::*;
use crate::boc::encode_base64;

fn master_row() -> Value {
    let head = |byte: &str, seq_no: u32| json!({ "root_hash": byte.repeat(32), "seq_no": seq_no, "gen_utime": 1_700_000_000, "end_lt": "0xf4240" });
    json!({
        "id": "aa".repeat(32), "seq_no": 9, "gen_utime": 1_700_000_001.0, "end_lt": "2000000",
        "master": { "shard_hashes": [
            { "workchain_id": 0, "shard": "4000000000000000", "descr": head("b1", 20) },
            { "workchain_id": 0, "shard": "c000000000000000", "descr": head("b2", 21) },
        ] },
    })
}

fn config_answer(config: &chain::Config) -> Value {
    let block = key_block(Some(config.raw().clone()));
    json!({ "blocks": [{ "id": block.repr_hash().to_string(), "boc": encode_base64(&block) }] })
}

fn account_answer(info: Value) -> Value {
    json!({ "blockchain": { "account": { "info": info } } })
}

#[test]
fn head_of_an_address_is_that_of_its_shard() {
    let data = json!({ "blocks": [master_row()] });
    let master = Master::read_first(&data, "blocks").unwrap().unwrap();
    let head = |workchain, byte| master.head_of(&Address::new(workchain, Hash([byte; 32]))).unwrap();
    assert_eq!(head(0, 0x7f).id.to_string(), "b1".repeat(32));
    assert_eq!(head(0, 0x80).seq_no, 21);
    assert_eq!(head(0, 0x80).end_lt, Lt(1_000_000));
    assert_eq!(head(-1, 1), master.head);
    assert_eq!(master.head.end_lt, Lt(2_000_000));
    let elsewhere = master.head_of(&Address::new(1, Hash([1; 32]))).unwrap_err();
    assert_eq!(elsewhere.to_string(), "it has no shard of the address");
    assert_eq!(Master::read_first(&json!({ "blocks": [] }), "blocks").unwrap(), None);
}

#[test]
fn blocks_with_parts_of_other_forms_are_refused() {
    let read =
        |row: Value| Master::read_first(&json!({ "blocks": [row] }), "blocks").unwrap_err().to_string();
    let with = |pointer: &str, value: Value| {
        let mut row = master_row();
        *row.pointer_mut(pointer).unwrap() = value;
        read(row)
    };
    assert_eq!(with("/id", Value::Null), "it has no id");
    assert_eq!(with("/id", json!("aa")), "its id is not a hash");
    assert_eq!(with("/seq_no", json!(-1)), "its seq_no is not a whole number of 64 bits");
    assert_eq!(with("/seq_no", json!(1u64 << 32)), "its seq_no is not a whole number of 32 bits");
    assert_eq!(with("/end_lt", json!("0x")), "its end_lt is not a whole number of 64 bits");
    assert_eq!(with("/end_lt", json!("+5")), "its end_lt is not a whole number of 64 bits");
    assert_eq!(with("/master", Value::Null), "it has no master");
    assert_eq!(with("/master/shard_hashes", json!({})), "its shard_hashes is not a list");
    assert_eq!(with("/master/shard_hashes/0/shard", json!("zz")), "its shard is not a shard");
    assert_eq!(with("/master/shard_hashes/0/shard", json!("0")), "its shard is not a shard");
}

#[test]
fn account_is_read_and_must_be_the_one_asked_for() {
    let scene = Scene::new();
    let boc = encode_base64(scene.account.cell());
    let account =
        read_account(&account_answer(json!({ "acc_type": 1, "boc": boc })), &scene.address).unwrap();
    assert_eq!(account.cell(), scene.account.cell());
    assert_eq!(account.balance(), scene.account.balance());
    for none in [json!({ "acc_type": 3, "boc": null }), json!({ "acc_type": 3 }), json!({}), Value::Null] {
        assert!(!read_account(&account_answer(none), &scene.address).unwrap().exists());
    }
    let none = encode_base64(chain::Account::none(scene.address.clone()).cell());
    let none = read_account(&account_answer(json!({ "boc": none })), &scene.address).unwrap();
    assert!(!none.exists());
    let other = Address::new(0, Hash([3; 32]));
    let bad = |info: Value, address: &Address| {
        read_account(&account_answer(info), address).unwrap_err().to_string()
    };
    assert_eq!(bad(json!({ "boc": boc }), &other), "it tells of another account than the one asked for");
    assert_eq!(bad(json!({ "acc_type": 1 }), &scene.address), "it has no boc");
    assert_eq!(bad(json!({ "boc": 5 }), &scene.address), "its boc is not a text");
    assert_eq!(bad(json!({ "boc": "%" }), &scene.address), "its boc is unusable");
    let transaction = encode_base64(&scene.transaction);
    assert_eq!(bad(json!({ "boc": transaction }), &scene.address), "its account cannot be read");
    assert!(read_account(&json!({ "blockchain": [] }), &scene.address).is_err());
}

#[test]
fn transaction_must_be_the_one_asked_for() {
    let scene = Scene::new();
    let row = scene.transaction_row();
    let (hash, message) = (scene.transaction_hash(), scene.message_hash());
    let found = read_transaction(&row, Some(&hash), Some(&message)).unwrap();
    assert_eq!((found.hash(), &found.account), (hash, &scene.address));
    let why = |error: Malformed| error.to_string();
    let other = read_transaction(&row, Some(&TxHash([1; 32])), None).unwrap_err();
    assert_eq!(why(other), "it tells of another transaction than the one asked for");
    let other = read_transaction(&row, None, Some(&MsgHash([1; 32]))).unwrap_err();
    assert_eq!(why(other), "it tells of another message than the one asked for");
    let mut elsewhere = row.clone();
    elsewhere["account_addr"] = json!(Address::new(0, Hash([3; 32])).to_string());
    let other = read_transaction(&elsewhere, Some(&hash), None).unwrap_err();
    assert_eq!(why(other), "it tells of another account than the one asked for");
    let no_transaction = json!({ "boc": encode_base64(&scene.message), "account_addr": row["account_addr"] });
    let error = read_transaction(&no_transaction, None, None).unwrap_err();
    assert_eq!(why(error), "its transaction cannot be read");
}

#[test]
fn history_is_one_of_this_account_and_goes_back() {
    let scene = Scene::new();
    let rows = |rows: &[Value], page, last| {
        let page = super::super::read_page(Ok(rows), page, &scene.address, last, |row| {
            read_transaction(row, None, None)
        });
        page.map_err(|error| error.to_string())
    };
    let row = scene.transaction_row();
    let (found, oldest) = rows(std::slice::from_ref(&row), 1, Lt(u64::MAX)).unwrap();
    assert_eq!(found.len(), 1);
    let lt = oldest.unwrap();
    assert!(rows(std::slice::from_ref(&row), 1, lt).is_ok());
    let part = "it tells of another part of the history than the one asked for";
    assert_eq!(rows(std::slice::from_ref(&row), 1, Lt(lt.0 - 1)).unwrap_err(), part);
    assert_eq!(rows(&[row.clone(), row.clone()], 2, Lt(u64::MAX)).unwrap_err(), part);
    assert!(rows(&[row.clone(), row], 1, Lt(u64::MAX)).unwrap_err().contains("number of transactions"));
    assert_eq!(rows(&[], 1, Lt(5)).unwrap().1, None);
}

#[test]
fn configuration_comes_from_the_key_block() {
    let local = chain::Config::local();
    let config = read_config(&config_answer(&local)).unwrap();
    assert_eq!(config.cell(), local.cell());
    let why = |answer: &Value| read_config(answer).unwrap_err().to_string();
    assert_eq!(why(&json!({ "blocks": [] })), "it has no key block");
    let mut other = config_answer(&local);
    other["blocks"][0]["id"] = json!("00".repeat(32));
    assert_eq!(why(&other), "it tells of another block than the one asked for");
    let plain = key_block(None);
    let plain = json!({ "blocks": [{ "id": plain.repr_hash().to_string(), "boc": encode_base64(&plain) }] });
    assert_eq!(why(&plain), "it has no configuration");
}

#[test]
fn configuration_that_would_let_a_local_run_go_on_forever_is_refused() {
    let endless = chain::ConfigOptions { gas_credit: u64::MAX >> 1, ..chain::ConfigOptions::default() };
    let error = read_config(&config_answer(&chain::Config::with_options(&endless))).unwrap_err();
    assert!(matches!(error, Malformed::Gas { .. }), "{error}");
    let endless = chain::ConfigOptions { gas_limit: u64::MAX >> 1, ..chain::ConfigOptions::default() };
    let error = read_config(&config_answer(&chain::Config::with_options(&endless))).unwrap_err();
    assert!(matches!(error, Malformed::Gas { .. }), "{error}");
}

#[test]
fn receipts_say_what_became_of_a_message() {
    let message = MsgHash([0xab; 32]);
    let receipt = |kind: &str, json: &str| {
        let data = json!({ "rempReceipts": {
            "messageId": message.to_string(), "kind": kind, "timestamp": 1_795_337_668_000u64, "json": json,
        } });
        Receipt::read(&data, &message)
    };
    let rejected = receipt("RejectedByFullnode", r#"{"error":"exit code 100\u001b[2J"}"#).unwrap();
    let words = "exit code 100 [2J".to_owned();
    assert_eq!(rejected, Receipt::Rejected(words, UnixMillis(1_795_337_668_000)));
    let rejected = receipt("RejectedByFullnode", "no json").unwrap();
    assert!(matches!(rejected, Receipt::Rejected(words, _) if words == "the node rejected the message"));
    assert_eq!(receipt("Finalized", "{}").unwrap(), Receipt::Finalized);
    assert_eq!(receipt("IncludedIntoBlock", "{}").unwrap(), Receipt::Other);
    let other = json!({ "rempReceipts": { "messageId": "cd".repeat(32), "kind": "Finalized" } });
    assert!(matches!(Receipt::read(&other, &message), Err(Malformed::Other("message"))));
}

#[test]
fn info_may_be_empty_and_the_lag_absurd() {
    let info = Info::read(&json!({ "info": { "version": "0.68.0", "rempEnabled": true } })).unwrap();
    assert_eq!(info, Info { remp: true });
    assert_eq!(Info::read(&json!({ "info": {} })).unwrap(), Info { remp: false });
    assert!(Info::read(&json!({ "info": null })).is_err());
    let of = |latency: Value| lag(&json!({ "info": { "latency": latency } }));
    assert_eq!(of(json!(1500)), Some(Duration::from_millis(1500)));
    assert_eq!(of(json!(-1500.0)), Some(Duration::from_millis(1500)));
    assert_eq!(of(json!("?")), Some(Duration::ZERO));
    assert_eq!(of(json!(1e300)), None);
    assert_eq!(clock(&json!({ "info": { "time": 1_795_337_573_901u64 } })), Some(1_795_337_573_901));
    assert_eq!(clock(&json!({ "info": { "time": 1.5e12 } })), Some(1_500_000_000_000));
    assert_eq!(clock(&json!({ "info": { "time": -1 } })), None);
}

#[test]
fn damaged_answers_are_errors_and_never_panics() {
    let scene = Scene::new();
    fuzz(&json!({ "blocks": [master_row()] }), |data| {
        let master = Master::read_first(data, "blocks").ok().flatten();
        master.map(|master| master.head_of(&scene.address).is_ok())
    });
    let info = json!({ "acc_type": 1, "boc": encode_base64(scene.account.cell()) });
    fuzz(&account_answer(info), |data| {
        // What was accepted can be used.
        read_account(data, &scene.address)
            .map(|account| (account.status(), account.code(), account.last_paid()))
    });
    fuzz(&scene.transaction_row(), |row| {
        read_transaction(row, None, None)
            .map(|found| crate::processing::Step::decode(&found, None, &crate::Registry::new()))
    });
    fuzz(&json!({ "boc": encode_base64(&scene.message) }), |row| {
        answer::message(answer::cell(row, "boc")?, &scene.message_hash())
    });
    fuzz(&config_answer(&chain::Config::local()), read_config);
    let receipt = json!({ "rempReceipts": {
        "messageId": "ab".repeat(32), "kind": "RejectedByFullnode", "timestamp": 5, "json": "{\"error\":\"x\"}",
    } });
    fuzz(&receipt, |data| Receipt::read(data, &MsgHash([0xab; 32])));
    fuzz(&json!({ "info": { "latency": 1, "time": 2, "rempEnabled": true } }), |data| {
        (Info::read(data).is_ok(), lag(data), clock(data))
    });
}
