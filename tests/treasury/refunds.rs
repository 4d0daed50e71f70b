//! What comes back from contests: refunds, org shares, and the questions about them (governance 5.8; T48, C18).

use serde_json::json;

use crate::books::{Books, CALL, TON, escrow, number, stranger};
use crate::moves::{contest, refunding, sharing};
use crate::plan::Plan;

/// A treasury where contest 3 of item 4 has 100 000 TON.
fn running() -> Books {
    let mut books = Books::new();
    books.activate(1);
    books.launch(3, 1, 4, 100_000 * TON);
    books
}

#[test]
fn a_refund_is_free_for_other_contests_of_the_stage() {
    let mut books = running();
    let before = books.stage_sum(1, "available");
    let step = books.refund(3, 700 * TON, false, true);
    let event = step.event("BudgetRefunded");
    assert_eq!(
        (&event["last"], &event["paid"], &event["late"]),
        (&json!(false), &json!(true), &json!(false))
    );
    assert_eq!(number(&event["amount"]), 700 * TON);
    assert_eq!(books.stage_sum(1, "available"), before + 700 * TON);
    assert_eq!(books.stage_sum(1, "refunded"), 700 * TON);
    assert_eq!(books.left(1, 4), 124_000 * TON, "a contest with a ranking used up its item");
    assert_eq!(books.stage(1)["open"], json!("1"));
}

#[test]
fn the_last_refund_closes_the_contest_once() {
    let mut books = running();
    books.refund(3, 0, true, true);
    assert_eq!(books.stage(1)["open"], json!("0"));
    assert_eq!(books.escrow(3)["over"], json!(true));
    books.refund(3, 5 * TON, true, true);
    books.refund(3, 5 * TON, false, true);
    assert_eq!(books.stage(1)["open"], json!("0"), "swept money comes later and closes nothing");
    assert_eq!(books.stage_sum(1, "refunded"), 10 * TON);
}

#[test]
fn a_contest_without_ranking_gives_its_item_back_once() {
    let mut books = running();
    books.refund(3, 60_000 * TON, false, false);
    assert_eq!(books.left(1, 4), 124_000 * TON, "not before it is over");
    books.refund(3, 40_000 * TON, true, false);
    assert_eq!(books.left(1, 4), 224_000 * TON);
    books.refund(3, 0, true, false);
    assert_eq!(books.left(1, 4), 224_000 * TON);
    assert_eq!(books.stage_sum(1, "available"), 673_120 * TON);
    assert_eq!(books.reserve(4, 1, 4, 224_000 * TON), 0);
}

#[test]
fn forfeited_deposits_come_back_on_top() {
    let mut books = running();
    books.refund(3, 100_010 * TON, true, false);
    assert_eq!(books.stage_sum(1, "available"), 673_130 * TON);
    assert_eq!(books.left(1, 4), 224_000 * TON);
}

#[test]
fn money_for_a_closed_stage_is_unassigned() {
    let mut books = running();
    books.refund(3, 0, true, true);
    assert_eq!(books.close(1), 0);
    let before = books.get("getStages", &json!({}));
    let step = books.refund(3, 9 * TON, false, true);
    assert_eq!(step.event("BudgetRefunded")["late"], json!(true));
    assert_eq!(books.sum("unassigned"), 9 * TON);
    assert_eq!(books.get("getStages", &json!({})), before, "the rows of the stages stay");
}

#[test]
fn a_refund_proves_that_the_money_arrived() {
    let mut books = Books::new();
    books.activate(1);
    for (id, amount, paid) in [(1, 0, true), (2, TON, false), (3, TON, true)] {
        assert_eq!(books.reserve(id, 1, 5, 50_000 * TON), 0);
        let (nonce, _) = books.sent(id);
        let step = books.refund(id, amount, true, paid);
        assert_eq!(step.names(), ["BudgetTaken", "BudgetRefunded"]);
        assert_eq!((books.stage_sum(1, "sent"), books.stage(1)["open"].clone()), (0, json!("0")));
        assert!(books.ack(id, nonce).events.is_empty(), "the acknowledgement came too late to matter");
    }
}

#[test]
fn a_contest_that_ends_before_its_money_came_gives_it_back_by_the_bounce() {
    let mut books = Books::new();
    books.activate(1);
    let before = books.state();
    assert_eq!(books.reserve(3, 1, 4, 100_000 * TON), 0);
    let (_, message) = books.sent(3);
    assert_eq!(books.refund(3, 0, true, false).names(), ["BudgetRefunded"]);
    assert_eq!(books.stage(1)["open"], json!("1"), "its money is still on its way");
    assert_eq!(books.close(1), 403);
    assert_eq!(books.bounce(&message, 0).names(), ["BudgetBounced"]);
    assert_eq!(books.state(), before);
    assert_eq!(books.left(1, 4), 224_000 * TON);
    let step = books.ready(3);
    assert!(step.events.is_empty(), "a contest that is over gets no money");
    assert_eq!(step.answer(&escrow(3), number_of(&step)).0, 402);
}

#[test]
fn a_contest_that_ends_before_its_money_left_releases_it() {
    let mut books = Books::new();
    books.activate(1);
    let before = books.state();
    assert_eq!(books.reserve(3, 1, 4, 100_000 * TON), 0);
    assert_eq!(books.refund(3, 0, true, false).names(), ["BudgetReleased", "BudgetRefunded"]);
    assert_eq!(books.state(), before);
    assert_eq!(books.left(1, 4), 224_000 * TON);
}

#[test]
fn a_late_acknowledgement_closes_a_contest_that_is_over() {
    let mut books = Books::new();
    books.activate(1);
    assert_eq!(books.reserve(3, 1, 4, 100_000 * TON), 0);
    let (nonce, _) = books.sent(3);
    books.refund(3, 0, true, false);
    assert_eq!(books.ack(3, nonce).names(), ["BudgetTaken"]);
    assert_eq!(books.stage(1)["open"], json!("0"));
}

#[test]
fn an_org_share_goes_to_the_org_fund() {
    let mut books = running();
    books.share(3, 2_000 * TON);
    assert_eq!((books.sum("orgAvailable"), books.sum("orgReserved")), (2_000 * TON, 0));
    assert_eq!(books.stage_sum(1, "refunded"), 0);
    assert_eq!(books.reserve(4, 1, 5, TON), 0);
    books.sent(4);
    let nonce = books.nonce();
    let step = books.call(&escrow(4), TON + CALL, "orgShare", &sharing(4, nonce, TON));
    assert_eq!(step.names(), ["BudgetTaken", "OrgShareBooked"], "it proves that the money arrived");
}

#[test]
fn t48_strangers_cannot_shift_the_books() {
    let mut books = running();
    books.launch(4, 1, 5, 50_000 * TON);
    for from in [stranger(), escrow(4), crate::books::registry(), crate::books::multisig()] {
        books.refused(&from, 50 * TON + CALL, "refund", &refunding(3, 1, 50 * TON, true, false), 406);
        books.refused(&from, 50 * TON + CALL, "orgShare", &sharing(3, 1, 50 * TON), 406);
        books.refused(&from, CALL, "query", &contest(3, 1), 406);
    }
    books.refused(&escrow(9), CALL, "refund", &refunding(9, 1, 0, true, false), 406);
    books.refused(&escrow(9), CALL, "orgShare", &sharing(9, 1, 0), 406);
}

#[test]
fn t48_nothing_is_booked_that_did_not_come() {
    let mut books = running();
    books.refused(&escrow(3), 50 * TON + CALL - 1, "refund", &refunding(3, 1, 50 * TON, true, true), 151);
    books.refused(&escrow(3), 50 * TON + CALL - 1, "orgShare", &sharing(3, 1, 50 * TON), 151);
    books.refused(&escrow(3), CALL, "refund", &refunding(3, 1, u128::MAX, true, true), 4);
    books.refused(&escrow(3), CALL, "orgShare", &sharing(3, 1, u128::MAX - CALL), 151);
}

#[test]
fn a_money_message_sent_again_takes_its_money_home() {
    let mut books = running();
    for function in ["refund", "orgShare"] {
        let nonce = books.nonce();
        let params = if function == "refund" {
            refunding(3, nonce, 7 * TON, true, true)
        } else {
            sharing(3, nonce, 7 * TON)
        };
        assert_eq!(books.call(&escrow(3), 7 * TON + CALL, function, &params).answer(&escrow(3), nonce).0, 0);
        books.refused(&escrow(3), 7 * TON + CALL, function, &params, 156);
        books.refused(&escrow(3), 7 * TON + CALL, "refund", &refunding(3, nonce, 7 * TON, false, true), 156);
    }
    assert_eq!((books.stage_sum(1, "refunded"), books.sum("orgAvailable")), (7 * TON, 7 * TON));
}

#[test]
fn a_lost_answer_is_told_again_by_query() {
    let mut books = running();
    let ask = |books: &mut Books, nonce: u64| {
        let before = books.state();
        let step = books.call(&escrow(3), CALL, "query", &contest(3, nonce));
        assert!(step.events.is_empty() && books.state() == before);
        assert_eq!(step.gas_money, 0);
        step.answer(&escrow(3), nonce).0
    };
    assert_eq!(ask(&mut books, 5), 157, "it never arrived");
    assert_eq!(ask(&mut books, 0), 157, "no nonce is not nonce 0");
    for nonce in [0, 5, u64::MAX] {
        let step = books.call(&escrow(3), TON + CALL, "orgShare", &sharing(3, nonce, TON));
        assert_eq!(step.answer(&escrow(3), nonce).0, 0);
        assert_eq!(ask(&mut books, nonce), 0);
        assert_eq!(ask(&mut books, nonce), 0, "as often as one likes");
    }
    assert_eq!([0, 5, u64::MAX].map(|nonce| ask(&mut books, nonce)), [0, 0, 0], "three are remembered");
    let step = books.call(&escrow(3), CALL, "refund", &refunding(3, 6, 0, true, true));
    assert_eq!(step.answer(&escrow(3), 6).0, 0);
    assert_eq!([0, 5, u64::MAX, 6].map(|nonce| ask(&mut books, nonce)), [157, 0, 0, 0], "and no more");
    assert_eq!(ask(&mut books, 7), 157);
}

#[test]
fn contests_of_one_item_share_its_total() {
    let mut books = Books::with(&Plan::of(&[&[30]]));
    books.activate(1);
    books.launch(1, 1, 1, 10 * TON);
    books.launch(2, 1, 1, 20 * TON);
    assert_eq!(books.reserve(3, 1, 1, 1), 407);
    books.refund(1, 10 * TON, true, false);
    assert_eq!(books.left(1, 1), 10 * TON);
    books.launch(3, 1, 1, 10 * TON);
    books.refund(3, TON, true, true);
    books.refund(2, 0, true, true);
    assert_eq!(books.close(1), 0);
    assert_eq!(books.sum("unassigned"), TON);
}

fn number_of(step: &crate::books::Step) -> u64 {
    match step.sent[0] {
        crate::books::Sent::Done { nonce, .. } => nonce,
        ref other => panic!("an answer was expected, not {other:?}"),
    }
}
