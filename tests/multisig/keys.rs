//! Who may sign, and how often and how long a signed message works (governance 6.1, T01 to T09).

use serde_json::{Value, json};
use ton_abi::{Cell, InternalMessage, Nano, Signature, external_message};
use workspace_tests::compiled::contract;
use workspace_tests::world::{World, key, public_json};

use crate::wallet::{
    DEPLOYER, TON, Wallet, assert_refused, base64, extended, header_at, keys, ours, payee, payment, payouts,
    published, stranger, transaction, try_deploy, update,
};

/// Every function that a custodian signs, with parameters that would do in the right hands.
fn signed_functions() -> Vec<(&'static str, Value)> {
    let dest = payee(1);
    vec![
        ("submitTransaction", payment(&dest, TON)),
        ("submitTransactionExt", extended(&dest, &Cell::default(), None, None)),
        ("confirmTransaction", transaction(&json!("1"))),
        ("rejectTransaction", transaction(&json!("1"))),
        ("revokeConfirmation", transaction(&json!("1"))),
        ("executeTransaction", transaction(&json!("1"))),
        ("clean", json!({})),
        ("submitUpdate", update(None, None)),
        ("confirmUpdate", json!({ "updateId": "1" })),
        ("executeUpdate", json!({ "updateId": "1", "code": null })),
    ]
}

#[test]
fn fifteen_owners_and_eight_confirmations_pay_once() {
    let (mut wallet, dest) = (Wallet::new(15, 8, 100), payee(1));
    let id = wallet.submit(0, &dest, 10 * TON);
    for member in 1..7 {
        let outcome = wallet.confirm(member, &id);
        outcome.success();
        assert_eq!(payouts(&wallet, &outcome), [], "{member} confirmed too few");
    }
    let last = wallet.confirm(7, &id);
    assert_eq!(wallet.names(&last), ["TxConfirmed", "TxExecuted"]);
    assert_eq!(payouts(&wallet, &last), [(dest.clone(), u128::from(10 * TON))]);
    assert_refused(&wallet.confirm(8, &id), 102);
    assert_eq!(wallet.received(&dest), u128::from(10 * TON));
    assert_eq!(wallet.queued(), 0);
}

#[test]
fn t01_a_replayed_message_is_refused() {
    let mut wallet = Wallet::new(15, 8, 100);
    let message = wallet.message(0, "submitTransaction", &payment(&payee(1), TON));
    wallet.world.send(&message).success();
    assert_refused(&wallet.world.send(&message), 52);
    wallet.world.now += 3600;
    assert_refused(&wallet.world.send(&message), 57);
    assert_eq!(wallet.queued(), 1);
}

#[test]
fn t01_replays_are_found_for_every_place_in_the_table_of_times() {
    let mut wallet = Wallet::new(32, 2, 100);
    for member in [0, 15, 16, 17, 31] {
        let message = wallet.message(member, "submitTransaction", &payment(&payee(1), TON));
        wallet.world.send(&message).success();
        assert_refused(&wallet.world.send(&message), 52);
    }
    for member in [31, 17, 16, 15, 0] {
        wallet.submit(member, &payee(1), TON);
    }
}

#[test]
fn t02_a_fast_clock_locks_nobody_else_out() {
    let mut wallet = Wallet::new(15, 8, 100);
    let id = wallet.submit(0, &payee(1), TON);
    let now = wallet.world.now;
    let fast = header_at(now, 299_000, now + 600, 1);
    wallet.call_at(&fast, 1, "confirmTransaction", &transaction(&id)).success();
    for member in 2..4 {
        wallet.confirm(member, &id).success();
    }
    let too_fast = header_at(now, 600_000, now + 700, 4);
    assert_refused(&wallet.call_at(&too_fast, 4, "confirmTransaction", &transaction(&id)), 57);
}

#[test]
fn t03_fifteen_custodians_confirm_in_one_millisecond() {
    let (mut wallet, dest) = (Wallet::new(15, 15, 100), payee(1));
    let id = wallet.submit(0, &dest, TON);
    wallet.world.now += 5;
    let now = wallet.world.now;
    for member in 1..15 {
        let header = header_at(now, 7, now + 60, member);
        wallet.call_at(&header, member, "confirmTransaction", &transaction(&id)).success();
    }
    assert_eq!(wallet.received(&dest), u128::from(TON));
}

#[test]
fn t04_a_failed_payment_cannot_be_replayed_to_burn_gas() {
    let mut wallet = Wallet::new(3, 2, 100);
    // A StateInit that no account can take: the send fails in the action phase.
    let broken = {
        let mut builder = ton_abi::CellBuilder::new();
        builder.store_u64(0xFFFF_FFFF_FFFF).expect("fits");
        builder.build().expect("fits")
    };
    let dest = ton_abi::Address::new(0, ton_abi::Hash(broken.repr_hash().0));
    let outcome =
        wallet.call(0, "submitTransactionExt", &extended(&dest, &Cell::default(), Some(&broken), None));
    let id = wallet.submitted(&outcome);
    let message = wallet.message(1, "confirmTransaction", &transaction(&id));
    let outcome = wallet.world.send(&message);
    outcome.success();
    assert!(!outcome.transactions()[1].view.is_success(), "the payment fails");
    let before = wallet.balance();
    for _ in 0..100 {
        assert_refused(&wallet.world.send(&message), 52);
    }
    assert_eq!(wallet.balance(), before);
    assert_eq!(wallet.states(), [json!("1")], "it stays Ready");
}

#[test]
fn t05_strangers_burn_no_gas() {
    let mut wallet = Wallet::new(15, 8, 100);
    let address = wallet.contract.address.clone();
    let before = wallet.balance();
    for round in 0..25 {
        wallet.world.now += 1;
        for (function, params) in signed_functions() {
            let header = wallet.world.header(Some(&stranger()));
            let foreign_key = wallet.contract.call(&stranger(), function, &params, &header);
            assert_refused(&wallet.world.send(&foreign_key), 100);
            let header = wallet.world.header(None);
            let unsigned = wallet.contract.unsigned(function, &params, &header);
            assert_refused(&wallet.world.send(&unsigned), 100);
            let header = wallet.world.header(Some(&key(0)));
            let named_only = wallet.contract.unsigned(function, &params, &header);
            assert!(wallet.world.send(&named_only).refused(), "{function}: named, not signed");
            let forged = wallet.contract.call(&stranger(), function, &params, &header);
            assert_refused(&wallet.world.send(&forged), 40);
            if round == 0 {
                let single = json!({ "dest": payee(1).to_string(), "value": "1", "bounce": false, "flags": 3,
                    "payload": base64(&Cell::default()) });
                assert_refused(&wallet.call(0, "sendTransaction", &single), 108);
            }
        }
        for body in [None, Some(Cell::default()), Some(crate::wallet::chain_of(3))] {
            let malformed = external_message(&address, None, body).expect("encodable");
            assert!(wallet.world.send(&malformed).refused(), "a malformed message");
        }
    }
    assert_eq!(wallet.balance(), before);
}

#[test]
fn t05_functions_of_the_wallet_itself_refuse_its_custodians() {
    let mut wallet = Wallet::new(15, 8, 100);
    for function in ["executeOne", "applyUpdate"] {
        assert_refused(&wallet.call(0, function, &json!({ "id": "1" })), 150);
    }
}

#[test]
fn t07_messages_expire_and_do_not_live_longer_than_a_day() {
    let mut wallet = Wallet::new(15, 8, 100);
    let id = wallet.submit(0, &payee(1), TON);
    let now = wallet.world.now;
    for expire in [now - 1, now, now + 86_401] {
        let header = header_at(now, 0, expire, 1);
        assert_refused(&wallet.call_at(&header, 1, "confirmTransaction", &transaction(&id)), 57);
    }
    for (member, expire) in [(1, now + 1), (2, now + 86_400)] {
        let header = header_at(now, 0, expire, member);
        wallet.call_at(&header, member, "confirmTransaction", &transaction(&id)).success();
    }
}

/// A submission to `wallet` whose signature covers the address of another.
fn signed_for_another(wallet: &mut Wallet) -> Cell {
    let header = wallet.world.header(Some(&key(0)));
    let (submission, elsewhere) = (payment(&payee(1), TON), payee(0x11));
    let call = wallet.contract.abi.encode_call("submitTransaction", &submission, &header, Some(&elsewhere));
    let body = call.and_then(|c| c.sign_with(|hash| sign(0, hash))).expect("encodable");
    external_message(&wallet.contract.address, None, Some(body)).expect("encodable")
}

#[test]
fn t08_a_body_for_one_wallet_is_refused_by_another_with_the_same_custodians() {
    let mut wallet = Wallet::new(3, 2, 100);
    let message = signed_for_another(&mut wallet);
    assert_refused(&wallet.world.send(&message), 40);
}

#[test]
fn t08_the_published_wallet_takes_a_body_that_was_signed_for_another() {
    let mut wallet = Wallet::of(published(), 3, 2, 100);
    let message = signed_for_another(&mut wallet);
    wallet.world.send(&message).success();
}

fn sign(member: u8, hash: &ton_abi::Hash) -> Signature {
    use ed25519_dalek::Signer;
    Signature(key(member).sign(&hash.0).to_bytes())
}

#[test]
fn t09_the_zero_key_is_no_custodian() {
    let zero = format!("0x{}", "0".repeat(64));
    let (wallet, outcome) = try_deploy(ours(), &[public_json(&key(0)), zero], 2, 10 * TON);
    assert_eq!(outcome.code(), 117);
    assert!(wallet.world.getter(&wallet.contract, "getCustodians", &json!({})).is_err(), "not deployed");
}

#[test]
fn t14_thresholds_and_sets_that_make_no_sense_are_refused() {
    let refused = |owners: &[String], required| try_deploy(ours(), owners, required, 10 * TON).1;
    assert_refused(&refused(&keys(0..3), 0), 128);
    assert_refused(&refused(&keys(0..3), 4), 128);
    assert_refused(&refused(&[], 1), 117);
    assert_refused(&refused(&keys(0..33), 1), 117);
    assert_eq!(refused(&keys([0, 1, 0]), 2).code(), 117, "found after acceptance");
    refused(&keys(0..3), 3).success();
    refused(&keys(0..32), 32).success();
}

#[test]
fn only_the_deploy_key_deploys() {
    let mut world = World::default();
    let contract = ours();
    world.give(&contract.address, Nano::tokens(10));
    let params = json!({ "owners": keys(0..1), "reqConfirms": 1 });
    let header = world.header(Some(&stranger()));
    assert_refused(&world.send(&contract.deploy(&stranger(), &params, &header)), 100);
    let header = header_at(world.now, 400_000, world.now + 500, DEPLOYER);
    assert_refused(&world.send(&contract.deploy(&key(DEPLOYER), &params, &header)), 57);
    let body = contract.abi.encode_internal_body("constructor", &params).expect("encodable");
    let mut internal = InternalMessage::transfer(payee(9), contract.address.clone(), Nano::tokens(1));
    internal.init = Some(contract.image.clone());
    internal.body = Some(body);
    let done = world.send_internal(internal);
    assert_eq!(done[0].view.exit_code(), Some(100));
    let header = world.header(Some(&key(DEPLOYER)));
    world.send(&contract.deploy(&key(DEPLOYER), &params, &header)).success();
    world.now += 1;
    let header = world.header(Some(&key(DEPLOYER)));
    let again = contract.call(&key(DEPLOYER), "constructor", &params, &header);
    assert!(world.send(&again).refused(), "the constructor runs once");
}

#[test]
fn a_key_does_not_deploy_a_wallet_with_a_controller() {
    let controlled = contract("Multisig.tsol", Some(&key(DEPLOYER)), &json!({ "boot": "1" }));
    let (_, outcome) = try_deploy(controlled, &keys(0..3), 2, TON);
    assert_refused(&outcome, 129);
}
