//! Answers of JSON-RPC endpoints, good and hostile.

use ton_abi::Hash;

use super::super::fixtures::{Scene, fuzz};
use super::*;
use crate::boc::encode_base64;

fn state(scene: &Scene) -> Value {
    json!({
        "type": "exists",
        "account": encode_base64(&scene.account.cell_without_constructor().unwrap()),
        "timings": { "genLt": "422000000", "genUtime": 1_795_338_073 },
        "lastTransactionId": {
            "isExact": true,
            "lt": scene.account.last_trans_lt().0.to_string(),
            "hash": scene.transaction_hash().to_string(),
        },
    })
}

fn timings() -> Value {
    json!({
        "lastMcBlockSeqno": 100, "lastShardClientMcBlockSeqno": 98, "lastMcUtime": 1_700_000_000,
        "mcTimeDiff": 3, "shardClientTimeDiff": 8, "smallestKnownLt": "5",
    })
}

#[test]
fn account_gets_its_constructor_bit_and_its_last_transaction() {
    let scene = Scene::new();
    let account = read_account(&state(&scene), &scene.address).unwrap();
    assert_eq!(account.cell(), scene.account.cell());
    assert_eq!(account.last_trans_lt(), scene.account.last_trans_lt());
    assert_eq!(TxHash::from(account.last_trans_hash()), scene.transaction_hash());
    let none = read_account(&json!({ "type": "notExists", "timings": {} }), &scene.address).unwrap();
    assert!(!none.exists());
    let other = read_account(&state(&scene), &Address::new(0, Hash([9; 32]))).unwrap_err();
    assert_eq!(other.to_string(), "it tells of another account than the one asked for");
    let unchanged = read_account(&json!({ "type": "unchanged" }), &scene.address).unwrap_err();
    assert_eq!(unchanged.to_string(), "its type is not one of those that were asked for");
    // With its constructor bit it would be read shifted.
    let mut shifted = state(&scene);
    shifted["account"] = json!(encode_base64(scene.account.cell()));
    assert!(read_account(&shifted, &scene.address).is_err());
}

#[test]
fn head_is_the_block_up_to_which_all_shards_are_known() {
    let head = read_head(&timings()).unwrap();
    assert_eq!((head.seq_no, head.gen_utime), (98, UnixTime(1_699_999_995)));
    let head = read_head(&json!({ "lastMcBlockSeqno": 7, "lastMcUtime": 5 })).unwrap();
    assert_eq!((head.seq_no, head.gen_utime), (7, UnixTime(5)));
    assert_eq!(
        read_head(&json!({ "lastMcUtime": 5 })).unwrap_err().to_string(),
        "it has no lastMcBlockSeqno"
    );
    assert_eq!(read_clock(&timings()).unwrap(), UnixTime(1_700_000_003));
    assert_eq!(read_clock(&json!({ "lastMcUtime": 5, "mcTimeDiff": -9 })).unwrap(), UnixTime(5));
    assert_eq!(lag(&timings()), Some(Duration::from_secs(8)));
    assert_eq!(lag(&json!({})), None);
}

#[test]
fn configuration_stands_in_a_cell_of_its_own() {
    let local = chain::Config::local();
    let answer = |config: &chain::Config| json!({ "globalId": 42, "seqno": 72, "config": encode_base64(&config.cell()) });
    assert_eq!(read_config(&answer(&local)).unwrap().cell(), local.cell());
    let endless = chain::ConfigOptions { gas_limit: u64::MAX >> 1, ..chain::ConfigOptions::default() };
    let error = read_config(&answer(&chain::Config::with_options(&endless))).unwrap_err();
    assert!(matches!(error, Malformed::Gas { .. }), "{error}");
}

#[test]
fn workchain_of_a_transaction_is_found_in_its_messages() {
    let scene = Scene::new();
    let found =
        answer::transaction(scene.transaction.clone(), None, None, Some(&scene.message_hash())).unwrap();
    assert_eq!(found.account, scene.address);
}

#[test]
fn damaged_answers_are_errors_and_never_panics() {
    let scene = Scene::new();
    fuzz(&state(&scene), |state| {
        read_account(state, &scene.address)
            .map(|account| (account.status(), account.data(), account.next_lt()))
    });
    fuzz(&timings(), |timings| (read_head(timings).is_ok(), read_clock(timings).is_ok(), lag(timings)));
    fuzz(&json!({ "transaction": encode_base64(&scene.transaction) }), |answer| {
        let cell = answer::cell(answer, "transaction")?;
        answer::transaction(cell, None, None, None)
    });
    fuzz(&json!({ "config": encode_base64(&chain::Config::local().cell()) }), read_config);
}
