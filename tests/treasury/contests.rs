//! The budget of a contest on its way out: reserved, released, sent, taken, bounced (governance 5.8; T46-T48).

use serde_json::json;
use ton_abi::{Cell, CellBuilder};

use crate::books::{Books, CALL, FUND, Sent, TON, escrow, giver, multisig, number, registry, stranger};
use crate::moves::{contest, reservation};
use crate::plan::Plan;

/// A treasury with stage 1 active.
fn active() -> Books {
    let mut books = Books::new();
    books.activate(1);
    books
}

/// A bounced body: the first bits of a cell, then what follows them.
fn bounced(original: &Cell, bits: u16, then: impl FnOnce(&mut CellBuilder)) -> Cell {
    let mut body = CellBuilder::new();
    body.store_u32(u32::MAX).expect("fits");
    let mut data = original.as_slice().expect("an ordinary cell");
    body.store_slice(data.load_prefix(bits, 0).expect("so many bits")).expect("fits");
    then(&mut body);
    body.build().expect("fits")
}

#[test]
fn a_reservation_takes_from_the_stage_and_from_the_item() {
    let mut books = active();
    let nonce = books.nonce();
    let params = reservation(3, nonce, (1, 4), &escrow(3), 100_000 * TON);
    let (code, step) = books.ask_step("reserve", &params);
    assert_eq!((code, step.names()), (0, vec!["BudgetReserved"]));
    let event = step.event("BudgetReserved");
    assert_eq!((&event["contestId"], &event["item"]), (&json!("3"), &json!("4")));
    assert_eq!(number(&event["total"]), 100_000 * TON);
    assert_eq!(books.left(1, 4), 124_000 * TON);
    let stage = books.stage(1);
    assert_eq!((number(&stage["available"]), number(&stage["reserved"])), (573_120 * TON, 100_000 * TON));
    assert_eq!(stage["open"], json!("1"));
    let known = books.escrow(3);
    assert_eq!((&known["escrow"], &known["state"]), (&json!(escrow(3).to_string()), &json!("1")));
    assert_eq!(books.reserve(4, 1, 4, 124_000 * TON + 1), 407, "the item has less left");
    assert_eq!(books.reserve(4, 1, 4, 124_000 * TON), 0);
    assert_eq!(books.left(1, 4), 0);
}

#[test]
fn a_reservation_asked_for_again_is_the_same_one() {
    let mut books = active();
    assert_eq!(books.reserve(3, 1, 4, 100_000 * TON), 0);
    let before = books.state();
    let params = reservation(3, 77, (1, 4), &escrow(3), 100_000 * TON);
    let (code, step) = books.ask_step("reserve", &params);
    assert_eq!((code, step.names()), (0, vec![]));
    assert_eq!(books.state(), before);
    assert_eq!(books.escrow(3)["request"], json!("77"), "the answer to a bounce goes to the newest request");
    let (nonce, _) = books.sent(3);
    assert_eq!(books.reserve(3, 1, 4, 100_000 * TON), 0, "while the money is on its way");
    books.ack(3, nonce);
    assert_eq!(books.reserve(3, 1, 4, 100_000 * TON), 0, "and after it arrived");
    assert_eq!(books.left(1, 4), 124_000 * TON);
}

#[test]
fn a_reservation_with_other_terms_or_of_a_closed_contest_is_refused() {
    let mut books = active();
    assert_eq!(books.reserve(3, 1, 4, 100_000 * TON), 0);
    let before = books.state();
    for (place, to, total) in [
        ((1, 5), escrow(3), 100_000 * TON),
        ((2, 4), escrow(3), 100_000 * TON),
        ((1, 4), escrow(4), 100_000 * TON),
        ((1, 4), escrow(3), 100_001 * TON),
    ] {
        let nonce = books.nonce();
        assert_eq!(books.ask("reserve", &reservation(3, nonce, place, &to, total)), 156);
    }
    assert_eq!(books.state(), before);
    let (nonce, _) = books.sent(3);
    books.ack(3, nonce);
    books.refund(3, 0, true, true);
    assert_eq!(books.reserve(3, 1, 4, 100_000 * TON), 156);
}

#[test]
fn reservations_that_the_plan_does_not_hold_are_refused() {
    let mut books = active();
    let before = books.state();
    for (stage, item, total, code) in [
        (2, 6, TON, 401),
        (0, 1, TON, 401),
        (5, 1, TON, 401),
        (255, 1, TON, 401),
        (1, 6, TON, 407),
        (1, 99, TON, 407),
        (1, 0, TON, 407),
        (1, 1, 0, 407),
        (1, 1, 1_121 * TON, 407),
        (1, 5, u128::MAX, 407),
    ] {
        assert_eq!(books.reserve(1, stage, item, total), code, "stage {stage} item {item} total {total}");
    }
    for to in [format!("0:{}", "00".repeat(32)), format!("-1:{}", "ee".repeat(32))] {
        let nonce = books.nonce();
        let mut params = reservation(1, nonce, (1, 1), &escrow(1), TON);
        params["escrow"] = json!(to);
        assert_eq!(books.ask("reserve", &params), 161);
    }
    assert_eq!(books.state(), before);
    books.refused(&escrow(1), CALL, "escrowReady", &contest(1, 1), 406);
}

#[test]
fn a_reservation_above_the_money_is_refused() {
    let mut books = Books::with(&Plan::of(&[&[10, 10]]));
    books.activate(1);
    books.launch(1, 1, 1, 10 * TON);
    books.refund(1, 4 * TON, true, false);
    assert_eq!(books.left(1, 1), 10 * TON);
    assert_eq!(books.reserve(2, 1, 2, 10 * TON), 0);
    assert_eq!(books.reserve(3, 1, 1, 4 * TON + 1), 402);
    assert_eq!(books.reserve(3, 1, 1, 4 * TON), 0);
}

#[test]
fn a_release_gives_everything_back() {
    let mut books = active();
    let before = books.state();
    assert_eq!(books.reserve(3, 1, 4, 100_000 * TON), 0);
    let (code, step) = books.ask_step("release", &contest(3, 50));
    assert_eq!((code, step.names()), (0, vec!["BudgetReleased"]));
    assert_eq!(books.state(), before);
    assert_eq!(books.left(1, 4), 224_000 * TON);
    let (code, step) = books.ask_step("release", &contest(3, 50));
    assert_eq!((code, step.names()), (0, vec![]), "the same request again");
    assert_eq!(books.state(), before);
    books.refused(&escrow(3), CALL, "escrowReady", &contest(3, 1), 406);
    assert_eq!(books.reserve(3, 1, 5, 7 * TON), 0, "the id is free for another try");
}

#[test]
fn money_that_left_cannot_be_released() {
    let mut books = active();
    assert_eq!(books.reserve(3, 1, 4, 100_000 * TON), 0);
    let (nonce, _) = books.sent(3);
    assert_eq!(books.ask("release", &contest(3, 50)), 152);
    books.ack(3, nonce);
    assert_eq!(books.ask("release", &contest(3, 51)), 152);
    assert_eq!(books.stage_sum(1, "allocated"), 100_000 * TON);
}

#[test]
fn a_budget_is_sent_once() {
    let mut books = active();
    assert_eq!(books.reserve(3, 1, 4, 100_000 * TON), 0);
    let before = books.balance();
    let step = books.ready(3);
    assert_eq!(step.names(), ["BudgetSent"]);
    assert_eq!(before - books.balance(), 100_000 * TON);
    assert_eq!((books.stage_sum(1, "reserved"), books.stage_sum(1, "sent")), (0, 100_000 * TON));
    for _ in 0..3 {
        let step = books.ready(3);
        assert!(matches!(step.sent[..], [Sent::Done { code: 0, value, .. }] if value < CALL));
        assert!(step.events.is_empty());
    }
    assert_eq!(before - books.balance(), 100_000 * TON);
}

#[test]
fn an_acknowledgement_counts_once_and_for_its_funding() {
    let mut books = active();
    assert_eq!(books.reserve(3, 1, 4, 100_000 * TON), 0);
    let (nonce, _) = books.sent(3);
    assert!(books.ack(3, nonce + 1).events.is_empty(), "of another funding");
    assert_eq!(books.stage_sum(1, "sent"), 100_000 * TON);
    assert_eq!(books.ack(3, nonce).names(), ["BudgetTaken"]);
    assert_eq!(books.stage_sum(1, "allocated"), 100_000 * TON);
    let before = books.state();
    assert!(books.ack(3, nonce).events.is_empty(), "again");
    assert_eq!(books.state(), before);
}

#[test]
fn t47_a_bounced_funding_is_restored_once_and_the_registry_hears_it() {
    for loss in [0, TON / 100, CALL * 9 / 10] {
        let mut books = active();
        let before = (books.state(), books.balance());
        assert_eq!(books.ask("reserve", &reservation(3, 42, (1, 4), &escrow(3), 100_000 * TON)), 0);
        let (_, message) = books.sent(3);
        let step = books.bounce(&message, loss);
        assert_eq!(step.names(), ["BudgetBounced"]);
        let (code, value) = step.answer(&registry(), 42);
        assert_eq!(code, 402);
        assert!(value + loss < CALL && value + loss + TON / 10 > CALL, "{value}");
        assert_eq!((books.state(), books.balance()), before, "nothing is lost");
        assert_eq!(books.left(1, 4), 224_000 * TON);
        let again = books.bounce(&message, 0);
        assert!(again.events.is_empty() && again.sent.is_empty(), "a forged second bounce is not booked");
        assert_eq!(books.state(), before.0);
    }
}

#[test]
fn t47_bounces_that_are_not_the_funding_restore_nothing() {
    let mut books = active();
    assert_eq!(books.reserve(3, 1, 4, 100_000 * TON), 0);
    let (nonce, message) = books.sent(3);
    let (body, value) = (message.body.clone().expect("a call"), message.value.0);
    let before = books.state();
    for (from, id, nonce) in [
        (stranger(), 3, nonce),
        (escrow(4), 3, nonce),
        (escrow(3), 4, nonce),
        (escrow(3), 3, nonce + 1),
        (registry(), 3, nonce),
    ] {
        let body = bounced(&body, 32, |rest| {
            rest.store_u32(id).and_then(|()| rest.store_u64(nonce)).expect("fits");
        });
        let step = books.bounced(&from, value, body);
        assert!(step.code == 0 && step.events.is_empty() && step.sent.is_empty());
        assert_eq!(books.state(), before);
    }
    for bits in [0, 31, 32, 64, 127] {
        let step = books.bounced(&escrow(3), TON, bounced(&body, bits, |_| ()));
        assert!(step.code == 0 && step.events.is_empty(), "cut to {bits} bits");
    }
    assert_eq!(books.state(), before);
    assert_eq!(books.bounce(&message, 0).names(), ["BudgetBounced"], "the true one still counts");
}

#[test]
fn t47_whole_bodies_bounce_as_well() {
    let mut books = active();
    assert_eq!(books.reserve(3, 1, 4, 100_000 * TON), 0);
    let (_, message) = books.sent(3);
    let whole = message.body.clone().expect("a call");
    let body = bounced(&whole, 128, |rest| rest.store_reference(whole.clone()).expect("fits"));
    let step = books.bounced(&escrow(3), message.value.0, body);
    assert_eq!(step.names(), ["BudgetBounced"]);
}

#[test]
fn an_escrow_whose_funding_bounced_can_ask_again() {
    let mut books = active();
    assert_eq!(books.ask("reserve", &reservation(3, 42, (1, 4), &escrow(3), 100_000 * TON)), 0);
    let (_, message) = books.sent(3);
    books.bounce(&message, 0);
    let step = books.ready(3);
    assert_eq!(step.names(), ["BudgetReserved", "BudgetSent"]);
    assert!(matches!(step.sent[..], [Sent::Fund { value, .. }] if value >= 100_000 * TON + FUND));
    assert_eq!(books.bounce(&step.messages[0], 0).answer(&registry(), 42).0, 402);
    assert_eq!(books.reserve(4, 1, 4, 224_000 * TON), 0, "another contest takes the item");
    let step = books.ready(3);
    assert!(matches!(step.sent[..], [Sent::Done { code: 402, .. }]), "{:?}", step.sent);
    assert_eq!(books.ask("release", &contest(4, 1)), 0);
    assert_eq!(books.ask("reserve", &reservation(3, 43, (1, 4), &escrow(3), 100_000 * TON)), 0);
    assert_eq!(books.ask("release", &contest(3, 44)), 0);
    assert!(books.ready(3).names().contains(&"BudgetSent"), "an escrow that stands stays known");
}

#[test]
fn nobody_else_moves_the_budget_of_a_contest() {
    let mut books = active();
    assert_eq!(books.reserve(3, 1, 4, 100_000 * TON), 0);
    assert_eq!(books.reserve(4, 1, 5, 100_000 * TON), 0);
    for from in [stranger(), escrow(4), registry(), multisig(), giver()] {
        for function in ["escrowReady", "fundAck", "query"] {
            books.refused(&from, CALL, function, &contest(3, 1), 406);
        }
    }
    for from in [stranger(), escrow(3), multisig(), giver()] {
        books.refused(&from, CALL, "reserve", &reservation(5, 1, (1, 1), &escrow(5), TON), 150);
        books.refused(&from, CALL, "release", &contest(3, 1), 150);
    }
    books.refused(&registry(), TON / 2 - 1, "reserve", &reservation(5, 1, (1, 1), &escrow(5), TON), 151);
    books.refused(&registry(), TON / 2 - 1, "release", &contest(3, 1), 151);
    books.refused(&escrow(3), FUND + TON / 10 - 1, "escrowReady", &contest(3, 1), 151);
    books.refused(&escrow(3), TON / 20 - 1, "fundAck", &contest(3, 1), 151);
    books.refused(&escrow(3), TON / 20 - 1, "query", &contest(3, 1), 151);
    let step = books.call(&escrow(3), FUND + TON / 10, "escrowReady", &contest(3, 1));
    assert!(matches!(step.sent[..], [Sent::Fund { value, .. }] if value >= 100_000 * TON + FUND));
}
