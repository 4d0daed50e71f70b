//! Money out and back in: execution, retries, bounces, floors (governance 5.4 C3, C6, C17; T10, T13, T20, T81).

use serde_json::{Value, json};
use ton_abi::{Address, Cell, CellBuilder, InternalMessage, Nano, external_message};

use crate::wallet::{
    TON, Wallet, assert_refused, base64, chain_of, extended, keys, ours, payee, payment, payouts,
    test_contract, transaction, try_deploy,
};

/// Parameters of `sendTransaction` with those flags.
fn single(dest: &Address, flags: u8, payload: &Cell) -> Value {
    json!({ "dest": dest.to_string(), "value": TON.to_string(), "bounce": false, "flags": flags,
        "payload": base64(payload) })
}

/// A deployed payee of contracts/test.
fn deployed(wallet: &mut Wallet, name: &str, salt: u8) -> workspace_tests::world::Contract {
    let contract = test_contract(name, &json!({ "salt": salt.to_string() }));
    wallet.world.give(&contract.address, Nano::tokens(10));
    let header = wallet.world.header(None);
    let body = contract.abi.encode_unsigned_call("constructor", &json!({}), &header).expect("encodable");
    let message = external_message(&contract.address, Some(&contract.image), Some(body)).expect("encodable");
    wallet.world.send(&message).success();
    contract
}

#[test]
fn t13_a_short_balance_defers_the_payment_and_a_retry_pays_once() {
    let (mut wallet, dest) = (Wallet::new(15, 8, 5), payee(1));
    let id = wallet.submit(0, &dest, 50 * TON);
    for member in 1..7 {
        wallet.confirm(member, &id).success();
    }
    let outcome = wallet.confirm(7, &id);
    assert_eq!(wallet.names(&outcome), ["TxConfirmed", "TxDeferred"]);
    assert_eq!(wallet.received(&dest), 0);
    assert_eq!(wallet.states(), [json!("1")]);
    wallet.top_up(60);
    let outcome = wallet.call(9, "executeTransaction", &transaction(&id));
    assert_eq!(wallet.names(&outcome), ["TxRetried", "TxExecuted"]);
    assert_eq!(wallet.received(&dest), u128::from(50 * TON));
    assert_refused(&wallet.call(9, "executeTransaction", &transaction(&id)), 102);
    assert_eq!(wallet.received(&dest), u128::from(50 * TON));
}

#[test]
fn t81_an_eleventh_attempt_is_refused() {
    let mut wallet = Wallet::new(3, 2, 5);
    let id = wallet.submit(0, &payee(1), 50 * TON);
    wallet.confirm(1, &id).success();
    for attempt in 2..=10 {
        let outcome = wallet.call(0, "executeTransaction", &transaction(&id));
        assert_eq!(wallet.events(&outcome)[0].1["tries"], json!(attempt.to_string()));
    }
    assert_refused(&wallet.call(0, "executeTransaction", &transaction(&id)), 155);
}

#[test]
fn t81_below_the_floor_no_message_is_accepted() {
    let mut wallet = Wallet::new(3, 2, 100);
    let everything = json!({ "dest": payee(1).to_string(), "value": "1000000", "bounce": false,
        "allBalance": true, "payload": base64(&Cell::default()) });
    let outcome = wallet.call(0, "submitTransaction", &everything);
    let id = wallet.submitted(&outcome);
    wallet.confirm(1, &id).success();
    wallet.world.give(&wallet.contract.address, Nano(99_000_000));
    let before = wallet.balance();
    let address = wallet.contract.address.clone();
    for _ in 0..20 {
        assert_refused(&wallet.call(0, "submitTransaction", &payment(&payee(1), TON)), 160);
    }
    assert_eq!(wallet.balance(), before);
    wallet.world.give(&address, Nano(50_000_000));
    let outcome = wallet.call(0, "submitTransaction", &payment(&payee(1), TON));
    assert!(wallet.names(&outcome).contains(&"LowBalance".to_owned()));
}

#[test]
fn the_whole_balance_can_be_sent() {
    let (mut wallet, dest) = (Wallet::new(3, 2, 100), payee(1));
    let params = json!({ "dest": dest.to_string(), "value": "1000000", "bounce": false,
        "allBalance": true, "payload": base64(&Cell::default()) });
    let outcome = wallet.call(0, "submitTransaction", &params);
    let id = wallet.submitted(&outcome);
    wallet.confirm(1, &id).success();
    assert_eq!(wallet.balance(), 0);
    assert!(wallet.received(&dest) > u128::from(99 * TON));
}

#[test]
fn a_single_custodian_pays_at_once() {
    let (mut wallet, dest) = (Wallet::new(1, 1, 100), payee(1));
    for flags in [0, 1, 2, 3] {
        let outcome = wallet.call(0, "sendTransaction", &single(&dest, flags, &Cell::default()));
        assert_eq!(wallet.names(&outcome), ["TxSubmitted", "TxExecuted"], "flags {flags}");
    }
    for flags in [4, 16, 32, 64, 96, 160] {
        let outcome = wallet.call(0, "sendTransaction", &single(&dest, flags, &Cell::default()));
        assert_refused(&outcome, 131);
    }
    let outcome = wallet.call(0, "sendTransaction", &single(&dest, 3, &chain_of(200)));
    assert_eq!(wallet.names(&outcome), ["TxSubmitted", "TxExecuted"], "a large payload");
    for _ in 0..8 {
        wallet.submit(0, &dest, TON);
    }
    assert_eq!(wallet.queued(), 0, "no slot is lost");
    wallet.call(0, "sendTransaction", &single(&dest, 130, &Cell::default())).success();
    assert_eq!(wallet.balance(), 0);
}

#[test]
fn a_payment_that_comes_back_is_reported() {
    let mut wallet = Wallet::new(3, 2, 50);
    let bouncer = deployed(&mut wallet, "Bouncer", 1);
    let payload = {
        let mut builder = CellBuilder::new();
        builder.store_u32(0xDEAD_BEEF).and_then(|()| builder.store_u64(7)).expect("fits");
        builder.build().expect("fits")
    };
    let params = json!({ "dest": bouncer.address.to_string(), "value": (3 * TON).to_string(), "bounce": true,
        "allBalance": false, "payload": base64(&payload) });
    for mainnet in [false, true] {
        wallet.world.mainnet_bounces = mainnet;
        let outcome = wallet.call(0, "submitTransaction", &params);
        let id = wallet.submitted(&outcome);
        let outcome = wallet.confirm(1, &id);
        assert_eq!(payouts(&wallet, &outcome).len(), 1);
        let events = wallet.events(&outcome);
        let (_, bounced) = events.iter().find(|(name, _)| name == "PaymentBounced").expect("it is reported");
        assert_eq!(bounced["functionId"], json!(0xDEAD_BEEF_u32.to_string()));
        assert_eq!(bounced["from"], json!(bouncer.address.to_string()));
        assert!(wallet.balance() > u128::from(49 * TON), "the value is back");
    }
}

#[test]
fn bounces_of_any_shape_are_taken() {
    let mut wallet = Wallet::new(3, 2, 100);
    for bits in [0_u16, 1, 31, 32, 100, 255, 256, 300] {
        let mut builder = CellBuilder::new();
        builder.store_u32(u32::MAX).expect("fits");
        for bit in 0..bits {
            builder.store_bit(bit % 3 == 0).expect("fits");
        }
        let mut message =
            InternalMessage::transfer(payee(9), wallet.contract.address.clone(), Nano::tokens(1));
        (message.bounced, message.bounce) = (true, false);
        message.body = Some(builder.build().expect("fits"));
        let outcome = workspace_tests::world::Outcome::Done(wallet.world.send_internal(message));
        outcome.success();
        assert_eq!(wallet.names(&outcome), ["PaymentBounced"], "{bits} bits");
    }
}

#[test]
fn a_transaction_can_deploy_its_recipient() {
    let mut wallet = Wallet::new(3, 2, 100);
    let acceptor = test_contract("Acceptor", &json!({ "salt": "9" }));
    let body = acceptor.abi.encode_internal_body("constructor", &json!({})).expect("encodable");
    let image = acceptor.image.cell().expect("an image");
    let elsewhere = extended(&payee(1), &body, Some(&image), None);
    assert_refused(&wallet.call(0, "submitTransactionExt", &elsewhere), 162);
    let params = extended(&acceptor.address, &body, Some(&image), None);
    let outcome = wallet.call(0, "submitTransactionExt", &params);
    let id = wallet.submitted(&outcome);
    wallet.confirm(1, &id).success();
    assert!(wallet.world.getter(&acceptor, "transfers", &json!({})).is_ok(), "it lives");
}

#[test]
fn t20_foreign_accounts_get_nothing_done() {
    let mut wallet = Wallet::new(3, 2, 100);
    let id = wallet.submit(0, &payee(1), TON);
    let calls = [
        ("executeOne", json!({ "id": id }), 150),
        ("applyUpdate", json!({ "id": "0" }), 150),
        ("confirmTransaction", transaction(&id), 100),
        ("clean", json!({}), 100),
        ("submitTransaction", payment(&payee(2), TON), 100),
    ];
    for (function, params, code) in calls {
        let body = wallet.contract.abi.encode_internal_body(function, &params).expect("encodable");
        let mut message =
            InternalMessage::transfer(payee(9), wallet.contract.address.clone(), Nano::tokens(1));
        message.body = Some(body);
        let done = wallet.world.send_internal(message);
        assert_eq!(done[0].view.exit_code(), Some(code), "{function}");
    }
    assert_eq!(wallet.received(&payee(1)), 0);
    assert_eq!(wallet.queued(), 1);
}

#[test]
fn notes_pay_for_their_event() {
    let mut wallet = Wallet::new(3, 2, 100);
    let mut note = |nano: u64, bytes: usize| {
        let params = json!({ "payload": hex::encode(vec![7_u8; bytes]) });
        let body = wallet.contract.abi.encode_internal_body("acceptTransfer", &params).expect("encodable");
        let mut message =
            InternalMessage::transfer(payee(9), wallet.contract.address.clone(), Nano(nano.into()));
        message.body = Some(body);
        wallet.world.send_internal(message)[0].view.exit_code()
    };
    assert_eq!(note(20_000_000, 127), Some(0));
    assert_eq!(note(20_000_000, 128), Some(154));
    assert_eq!(note(19_999_999, 5), Some(151));
}

#[test]
fn t81_an_accepted_message_never_fails_for_lack_of_money() {
    let (mut accepted, mut refused) = (0, 0);
    for millions in (80..400).step_by(8) {
        let mut wallet = Wallet::new(3, 1, 100);
        let everything = json!({ "dest": payee(1).to_string(), "value": "1000000", "bounce": false,
            "allBalance": true, "payload": base64(&Cell::default()) });
        wallet.call(0, "submitTransaction", &everything).success();
        wallet.world.give(&wallet.contract.address, Nano(millions * 1_000_000));
        let params = json!({ "dest": payee(1).to_string(), "value": TON.to_string(), "bounce": false,
            "allBalance": false, "payload": base64(&chain_of(7)) });
        let outcome = wallet.call(0, "submitTransaction", &params);
        if outcome.refused() {
            assert_eq!(outcome.code(), 160);
            refused += 1;
            continue;
        }
        accepted += 1;
        assert_eq!(outcome.transactions().len(), 2, "{millions} million nano");
        for executed in outcome.transactions() {
            assert!(executed.view.is_success(), "{millions} million nano: {:?}", executed.view);
        }
        assert_eq!(wallet.names(&outcome).last().map(String::as_str), Some("TxDeferred"));
    }
    assert!(accepted > 20 && refused > 1, "{accepted} accepted, {refused} refused");
}

#[test]
fn t10_a_year_of_rent_leaves_a_working_wallet_that_warns() {
    let (mut wallet, outcome) = try_deploy(ours(), &keys(0..15), 8, 400_000_000);
    outcome.success();
    let before = wallet.balance();
    wallet.world.now += 365 * 86_400;
    let outcome = wallet.call(0, "submitTransaction", &payment(&payee(1), TON));
    assert_eq!(wallet.names(&outcome), ["LowBalance", "TxSubmitted"]);
    let rent = outcome.transactions()[0].view.fees.storage.0;
    println!("rent of a year: {rent} nano of {before}");
    assert!(rent > 0 && rent < 200_000_000, "{rent} nano");
    wallet.top_up(10);
    let id = wallet.submitted(&outcome);
    for member in 1..8 {
        wallet.confirm(member, &id).success();
    }
    assert_eq!(wallet.received(&payee(1)), u128::from(TON));
}
