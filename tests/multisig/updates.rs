//! Changes of code, custodians, threshold and lifetime (governance 5.7; T14, T15, T16, T22).

use serde_json::{Value, json};
use ton_abi::{Cell, CellBuilder};
use workspace_tests::world::{key, public_json};

use crate::wallet::{
    LIFETIME, TON, Wallet, assert_refused, base64, header_at, keys, payee, payment, test_contract,
    transaction, update,
};

fn code_update(code: &Cell) -> Value {
    let hash = format!("0x{}", hex::encode(code.repr_hash().0));
    json!({ "codeHash": hash, "owners": null, "reqConfirms": null, "lifetime": null })
}

fn update_id(id: &Value) -> Value {
    json!({ "updateId": id })
}

#[test]
fn t14_updates_to_sets_that_make_no_sense_are_refused() {
    let mut wallet = Wallet::new(15, 8, 100);
    let mut submit = |params: Value| wallet.call(0, "submitUpdate", &params);
    assert_refused(&submit(update(Some(Vec::new()), None)), 117);
    assert_refused(&submit(update(Some(keys(0..33)), None)), 117);
    assert_refused(&submit(update(Some(keys(0..3)), None)), 128);
    assert_refused(&submit(update(None, Some(0))), 128);
    assert_refused(&submit(update(None, Some(16))), 128);
    for seconds in [3599, 2_592_001] {
        let lifetime = json!({ "codeHash": null, "owners": null, "reqConfirms": null, "lifetime": seconds });
        assert_refused(&submit(lifetime), 155);
    }
}

#[test]
fn t14_a_set_with_a_double_or_zero_key_can_never_be_confirmed() {
    let mut wallet = Wallet::new(15, 8, 100);
    let zero = vec![public_json(&key(1)), format!("0x{}", "0".repeat(64))];
    for (member, owners) in [(0, keys([1, 2, 1])), (1, zero)] {
        let outcome = wallet.call(member, "submitUpdate", &update(Some(owners), Some(2)));
        assert_eq!(wallet.names(&outcome), ["UpdateSubmitted", "UpdateRejected"]);
        let id = wallet.submitted(&outcome);
        assert_refused(&wallet.call(2, "confirmUpdate", &update_id(&id)), 115);
        assert_refused(&wallet.call(member, "submitUpdate", &update(None, Some(2))), 113);
    }
    assert_eq!(wallet.get("getUpdateRequests", &json!({}))["updates"], json!([]));
}

#[test]
fn an_update_needs_two_thirds() {
    let mut wallet = Wallet::new(15, 8, 100);
    let outcome = wallet.call(0, "submitUpdate", &update(None, Some(9)));
    let id = wallet.submitted(&outcome);
    assert_refused(&wallet.call(0, "confirmUpdate", &update_id(&id)), 116);
    assert_refused(&wallet.call(1, "confirmUpdate", &json!({ "updateId": "77" })), 115);
    let execute = json!({ "updateId": id, "code": null });
    for member in 1..10 {
        assert_refused(&wallet.call(0, "executeUpdate", &execute), 120);
        wallet.call(member, "confirmUpdate", &update_id(&id)).success();
    }
    let with_code = json!({ "updateId": id, "code": base64(&Cell::default()) });
    assert_refused(&wallet.call(0, "executeUpdate", &with_code), 125);
    let outcome = wallet.call(14, "executeUpdate", &execute);
    assert_eq!(wallet.names(&outcome), ["UpdateScheduled", "UpdateExecuted", "CustodiansChanged"]);
    assert_eq!(wallet.get("getParameters", &json!({}))["requiredTxnConfirms"], json!("9"));
    assert_refused(&wallet.call(0, "executeUpdate", &execute), 115);
}

#[test]
fn t15_confirmations_of_removed_custodians_do_not_count() {
    let (mut wallet, dest) = (Wallet::new(15, 8, 100), payee(1));
    let id = wallet.submit(0, &dest, TON);
    for member in 1..7 {
        wallet.confirm(member, &id).success();
    }
    let twelve = update(Some(keys(3..15)), Some(7));
    let outcome = wallet.update(3..13, &twelve, None);
    assert_eq!(wallet.names(&outcome), ["UpdateScheduled", "UpdateExecuted", "CustodiansChanged"]);
    assert_eq!(wallet.states(), [json!("5")], "it is Stale");
    assert_refused(&wallet.confirm(7, &id), 130);
    assert_refused(&wallet.call(7, "executeTransaction", &transaction(&id)), 130);
    assert_refused(&wallet.call(7, "rejectTransaction", &transaction(&id)), 130);
    assert_refused(&wallet.call(3, "revokeConfirmation", &transaction(&id)), 130);
    assert_refused(&wallet.confirm(0, &id), 100);
    assert_eq!(wallet.received(&dest), 0);
}

#[test]
fn t16_the_same_set_again_revives_nothing() {
    let mut wallet = Wallet::new(3, 2, 100);
    let id = wallet.submit(0, &payee(1), TON);
    let now = wallet.world.now;
    let header = header_at(now, 100, now + 80_000, 2);
    let old = wallet.contract.call(&key(2), "submitTransaction", &payment(&payee(1), TON), &header);
    wallet.world.now += 10;
    wallet.update([0, 1], &update(Some(keys([0, 1, 3])), Some(2)), None).success();
    assert_refused(&wallet.world.send(&old), 100);
    wallet.update([0, 1], &update(Some(keys([0, 1, 2])), Some(2)), None).success();
    assert_refused(&wallet.confirm(1, &id), 130);
    assert_refused(&wallet.world.send(&old), 52);
    wallet.world.now += 1;
    wallet.submit(2, &payee(1), TON);
    assert_eq!(wallet.get("getEpoch", &json!({}))["epoch"], json!("2"));
}

#[test]
fn replays_are_found_after_an_update_that_moves_the_custodian() {
    let mut wallet = Wallet::new(3, 2, 100);
    let message = wallet.message(0, "submitTransaction", &payment(&payee(1), TON));
    wallet.world.send(&message).success();
    wallet.update([1, 2], &update(Some(keys([2, 1, 0])), Some(2)), None).success();
    assert_refused(&wallet.world.send(&message), 52);
}

#[test]
fn an_update_expires_and_gives_its_place_back() {
    let mut wallet = Wallet::new(3, 2, 100);
    let outcome = wallet.call(0, "submitUpdate", &update(None, Some(1)));
    let id = wallet.submitted(&outcome);
    assert_refused(&wallet.call(0, "submitUpdate", &update(None, Some(1))), 113);
    wallet.world.now += LIFETIME;
    assert_refused(&wallet.call(1, "confirmUpdate", &update_id(&id)), 135);
    wallet.update([0, 1], &update(None, Some(1)), None).success();
    assert_refused(&wallet.call(1, "confirmUpdate", &update_id(&id)), 115);
}

#[test]
fn t22_new_code_takes_over_balance_custodians_and_queue() {
    let mut wallet = Wallet::new(3, 2, 100);
    let id = wallet.submit(0, &payee(1), TON);
    let next = test_contract("MultisigNext", &json!({ "boot": "0" }));
    let code = next.image.state_init.code.clone().expect("an image has code");
    let outcome = wallet.call(0, "submitUpdate", &code_update(&code));
    let update = wallet.submitted(&outcome);
    wallet.call(1, "confirmUpdate", &update_id(&update)).success();
    for wrong in [None, Some(base64(&Cell::default()))] {
        let params = json!({ "updateId": update, "code": wrong });
        assert_refused(&wallet.call(0, "executeUpdate", &params), 119);
    }
    let before = wallet.balance();
    let params = json!({ "updateId": update, "code": base64(&code) });
    let outcome = wallet.call(2, "executeUpdate", &params);
    let events = wallet.events(&outcome);
    assert_eq!(wallet.names(&outcome), ["UpdateScheduled", "UpdateExecuted"]);
    assert_eq!(events[1].1["epoch"], json!("1"), "the event names the epoch that makes items stale");
    assert!(before - wallet.balance() < u128::from(TON), "only gas was paid");
    assert_eq!(wallet.world.account(&wallet.contract.address).code(), Some(code));
    wallet.contract.abi = next.abi;
    assert_eq!(wallet.get("getVersion", &json!({}))["version"], json!("2"));
    assert_eq!(wallet.get("updatedFrom", &json!({}))["updatedFrom"], json!("1"));
    assert_eq!(wallet.get("getCustodians", &json!({}))["custodians"].as_array().map(Vec::len), Some(3));
    assert_eq!(wallet.states(), [json!("5")]);
    assert_refused(&wallet.confirm(1, &id), 130);
    let id = wallet.submit(0, &payee(1), TON);
    wallet.confirm(2, &id).success();
    assert_eq!(wallet.received(&payee(1)), u128::from(TON));
}

#[test]
fn t22_a_downgrade_and_broken_code_leave_the_wallet_as_it_was() {
    let mut wallet = Wallet::new(3, 2, 100);
    let first = wallet.contract.image.state_init.code.clone().expect("an image has code");
    let next = test_contract("MultisigNext", &json!({ "boot": "0" }));
    let code = next.image.state_init.code.clone().expect("an image has code");
    wallet.update([0, 1], &code_update(&code), Some(&code)).success();
    let outcome = wallet.update([0, 1], &code_update(&first), Some(&first));
    assert_eq!(outcome.success()[1].view.exit_code(), Some(136));
    let throws = {
        let mut builder = CellBuilder::new();
        builder.store_u16(0xF23F).expect("fits"); // THROW 63
        builder.build().expect("fits")
    };
    let outcome = wallet.update([1, 0], &code_update(&throws), Some(&throws));
    assert_eq!(outcome.success()[1].view.exit_code(), Some(63));
    assert_eq!(wallet.get("getVersion", &json!({}))["version"], json!("2"));
    let id = wallet.submit(2, &payee(1), TON);
    wallet.confirm(1, &id).success();
    assert_eq!(wallet.received(&payee(1)), u128::from(TON));
}
