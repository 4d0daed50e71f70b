//! Every message by every account that may not send it, and every message from outside (T05, T48, I17).

use serde_json::{Value, json};
use ton_abi::Address;
use workspace_tests::world::key;

use crate::books::{Books, CALL, TON, escrow, giver, multisig, payee, registry, stranger};
use crate::moves::{
    closing, confirmation, contest, funding, list_hash, paying, refunding, reservation, sharing,
};

/// Every function with parameters that its caller could use now, who that is, and the exit code of others.
fn calls() -> Vec<(&'static str, Value, Vec<Address>, i32)> {
    let payments = [(payee(1), TON)];
    vec![
        ("fundStage", funding(1, 1, TON), vec![multisig(), giver()], 150),
        ("reserve", reservation(5, 1, (1, 1), &escrow(5), TON), vec![registry()], 150),
        ("release", contest(3, 1), vec![registry()], 150),
        ("close", closing(1, 1, 1), vec![registry()], 150),
        ("payOrg", paying(1, 1, &payments), vec![registry()], 150),
        ("confirmed", confirmation(77, &list_hash(&payments)), vec![multisig()], 150),
        ("escrowReady", contest(3, 1), vec![escrow(3)], 406),
        ("fundAck", contest(3, 1), vec![escrow(3)], 406),
        ("refund", refunding(3, 1, TON, true, true), vec![escrow(3)], 406),
        ("orgShare", sharing(3, 1, TON), vec![escrow(3)], 406),
        ("query", contest(3, 1), vec![escrow(3)], 406),
    ]
}

/// Contest 3 waits for its money, and list 9 for its confirmation under nonce 77.
fn busy() -> Books {
    let mut books = Books::new();
    books.activate(1);
    books.fill_org(5, 100 * TON);
    assert_eq!(books.reserve(3, 1, 4, TON), 0);
    assert_eq!(books.ask("payOrg", &paying(9, 77, &[(payee(1), TON)])), 0);
    books
}

#[test]
fn t48_only_the_right_account_sends_a_message() {
    let mut books = busy();
    let everybody = [stranger(), registry(), multisig(), giver(), escrow(3), escrow(4), payee(1)];
    for (function, params, callers, code) in calls() {
        for from in everybody.iter().filter(|from| !callers.contains(from)) {
            books.refused(from, 10 * TON + CALL, function, &params, code);
        }
    }
}

#[test]
fn the_treasury_takes_no_order_from_itself() {
    let mut books = busy();
    let own = books.contract.address.clone();
    let before = (books.ledger(), books.state());
    for (function, params, _, code) in calls() {
        let step = books.call(&own, 2 * CALL, function, &params);
        assert_eq!(step.code, code, "{function}");
        assert_eq!(books.ledger()["unassigned"], before.0["unassigned"]);
    }
    assert_eq!((books.ledger(), books.state()), before);
}

#[test]
fn t05_messages_from_outside_are_refused_and_cost_nothing() {
    let mut books = busy();
    let before = books.balance();
    for round in 0..20 {
        for (function, params, _, code) in calls() {
            let header = books.world.header(Some(&key(round)));
            let signed = books.contract.call(&key(round), function, &params, &header);
            let outcome = books.world.send(&signed);
            assert!(outcome.refused() && outcome.code() == code, "{function}: {}", outcome.code());
            let outcome = books.poke(function, &params);
            assert!(outcome.refused() && outcome.code() == code, "{function}: {}", outcome.code());
        }
        let outcome = books.poke("topUp", &json!({}));
        assert!(outcome.refused());
        let outcome = books.poke("releaseReserve", &json!({ "nonce": "77" }));
        assert!(outcome.refused() && outcome.code() == 153);
        let outcome = books.poke("reconcile", &json!({}));
        assert!(outcome.refused() && outcome.code() == 160);
    }
    assert_eq!(books.balance(), before);
}

#[test]
fn pokes_are_no_internal_messages() {
    let mut books = busy();
    books.world.now += 10_000_000;
    books.transfer(&stranger(), 1);
    for (function, params) in [("releaseReserve", json!({ "nonce": "77" })), ("reconcile", json!({}))] {
        books.refused(&stranger(), CALL, function, &params, 71);
    }
}

#[test]
fn t05_an_empty_message_from_outside_is_refused() {
    let books = busy();
    let mut world = books.world;
    let empty = ton_abi::external_message(&books.contract.address, None, None).expect("a message");
    assert!(world.send(&empty).refused());
}
