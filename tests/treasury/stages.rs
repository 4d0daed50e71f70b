//! The stage gate: funding and closing (governance 5.8; T43-T45, T52).

use serde_json::json;

use crate::books::{Books, CALL, FUND, Sent, TON, escrow, giver, multisig, number, registry, stranger};
use crate::moves::{closing, funding};
use crate::plan::{BUDGETS, Plan, TABLE, seed};

#[test]
fn t45_the_exact_budget_makes_a_stage_active() {
    let mut books = Books::new();
    let (budget, before) = (673_120 * TON, books.balance());
    let step = books.call(&multisig(), budget + CALL, "fundStage", &funding(1, 5, budget));
    assert_eq!(step.names(), ["StageFunded", "StageActivated"]);
    let funded = step.event("StageFunded");
    assert_eq!((number(&funded["amount"]), number(&funded["excess"])), (budget, 0));
    assert_eq!(funded["from"], json!(multisig().to_string()));
    let (code, back) = step.answer(&multisig(), 5);
    assert_eq!(code, 0);
    assert!(back < CALL && back > CALL - TON / 20, "unused gas comes back");
    assert_eq!(books.balance(), before + budget);
    assert_eq!(books.stage(1)["status"], json!("1"));
    assert_eq!(books.stage_sum(1, "available"), budget);
    assert_eq!(books.stage_sum(1, "received"), budget);
}

#[test]
fn t45_the_excess_goes_back_together_with_the_unused_gas() {
    let mut books = Books::new();
    let before = books.balance();
    let (code, back) = books.fund(1, 674_120 * TON);
    assert_eq!(code, 0);
    assert!(back > 1000 * TON && back < 1001 * TON);
    assert_eq!(books.balance(), before + 673_120 * TON);
}

#[test]
fn t45_two_halves_activate_once() {
    let mut books = Books::new();
    let half = 336_560 * TON;
    let step = books.call(&giver(), half + CALL, "fundStage", &funding(1, 1, half));
    assert_eq!(step.names(), ["StageFunded"]);
    assert_eq!(step.answer(&giver(), 1).0, 0);
    assert_eq!(books.stage(1)["status"], json!("0"));
    assert_eq!(books.reserve(1, 1, 1, 1120 * TON), 401, "a part is not enough to launch a contest");
    let step = books.call(&multisig(), half + CALL, "fundStage", &funding(1, 2, half));
    assert_eq!(step.names(), ["StageFunded", "StageActivated"]);
    assert_eq!(books.stage_sum(1, "received"), 2 * half);
}

#[test]
fn t45_one_nano_less_is_not_enough() {
    let mut books = Books::new();
    assert_eq!(books.fund(1, 673_120 * TON - 1).0, 0);
    assert_eq!(books.stage(1)["status"], json!("0"));
    assert_eq!(books.fund(1, 1).0, 0);
    assert_eq!(books.stage(1)["status"], json!("1"));
}

#[test]
fn t45_an_active_stage_needs_nothing_and_gives_all_back() {
    let mut books = Books::new();
    books.activate(1);
    let before = books.state();
    let (code, back) = books.fund(1, 500 * TON);
    assert_eq!(code, 407);
    assert!(back > 500 * TON);
    assert_eq!(books.state(), before);
    assert_eq!(books.fund(1, 0).0, 407);
}

#[test]
fn a_funding_sent_again_is_a_second_funding_of_its_own_money() {
    let mut books = Books::new();
    for _ in 0..2 {
        let step = books.call(&multisig(), 400_000 * TON + CALL, "fundStage", &funding(1, 1, 400_000 * TON));
        assert_eq!(step.answer(&multisig(), 1).0, 0);
    }
    assert_eq!(books.stage_sum(1, "received"), 673_120 * TON);
}

#[test]
fn t43_a_stage_before_its_turn_sends_the_money_home() {
    let mut books = Books::new();
    let amount = 560_000 * TON;
    books.refused(&multisig(), amount + CALL, "fundStage", &funding(2, 1, amount), 400);
    books.refused(&giver(), amount + CALL, "fundStage", &funding(4, 1, amount), 400);
    books.activate(1);
    books.refused(&multisig(), amount + CALL, "fundStage", &funding(2, 2, amount), 400);
    assert_eq!(books.close(1), 0);
    books.refused(&multisig(), amount + CALL, "fundStage", &funding(3, 3, amount), 400);
    books.refused(&multisig(), amount + CALL, "fundStage", &funding(1, 4, amount), 401);
}

#[test]
fn fundings_of_no_stage_of_strangers_or_without_gas_go_home() {
    let mut books = Books::new();
    for stage in [0, 5, 9, 257, u32::MAX] {
        books.refused(&multisig(), TON + CALL, "fundStage", &funding(stage, 1, TON), 401);
    }
    for from in [stranger(), registry(), escrow(1)] {
        books.refused(&from, TON + CALL, "fundStage", &funding(1, 1, TON), 150);
    }
    books.refused(&multisig(), TON + CALL - 1, "fundStage", &funding(1, 1, TON), 151);
    books.refused(&multisig(), TON, "fundStage", &funding(1, 1, u128::MAX - CALL), 151);
    books.refused(&multisig(), TON, "fundStage", &funding(1, 1, u128::MAX), 4);
}

#[test]
fn t44_a_stage_with_an_open_contest_stays_open() {
    let mut books = Books::new();
    books.activate(1);
    assert_eq!(books.reserve(1, 1, 1, 1120 * TON), 0);
    assert_eq!(books.close(1), 403, "reserved");
    let (nonce, _) = books.sent(1);
    assert_eq!(books.close(1), 403, "on its way");
    books.ack(1, nonce);
    assert_eq!(books.close(1), 403, "running");
    books.refund(1, 20 * TON, false, true);
    assert_eq!(books.close(1), 403, "not the last refund");
    books.refund(1, 0, true, true);
    assert_eq!(books.close(1), 0);
}

#[test]
fn the_rest_of_a_stage_reduces_what_the_next_one_needs() {
    let mut books = Books::new();
    books.activate(1);
    for (id, item) in [(1, 2), (2, 3), (3, 4)] {
        let total = books.left(1, item);
        books.launch(id, 1, item, total);
        books.refund(id, 0, true, true);
    }
    let nonce = books.nonce();
    let (code, step) = books.ask_step("close", &closing(1, nonce, 7));
    let carry = (224_000 + 1_120) * TON;
    assert_eq!((code, step.names()), (0, vec!["StageClosed"]));
    assert_eq!(number(&step.event("StageClosed")["carry"]), carry);
    let closed = books.stage(1);
    assert_eq!((&closed["status"], &closed["reportHash"]), (&json!("2"), &json!(format!("0x{:064x}", 7))));
    assert_eq!(closed["link"], json!("https://example.org/report"));
    assert_eq!((books.stage_sum(1, "available"), books.stage_sum(1, "carryOut")), (0, carry));
    assert_eq!((books.stage_sum(2, "carryIn"), books.stage_sum(2, "available")), (carry, carry));
    let (code, back) = books.fund(2, 560_000 * TON);
    assert_eq!(code, 0);
    assert!(back > carry && back < carry + CALL);
    assert_eq!(books.stage(2)["status"], json!("1"));
    assert_eq!(books.stage_sum(2, "available"), 560_000 * TON);
}

#[test]
fn a_carry_that_covers_the_next_budget_makes_it_active_at_once() {
    for (first, active) in [(9, "0"), (10, "1"), (11, "1")] {
        let mut books = Books::with(&Plan::of(&[&[first], &[6, 4], &[1]]));
        books.activate(1);
        assert_eq!(books.close(1), 0);
        assert_eq!(books.stage(2)["status"], json!(active), "a carry of {first}");
        assert_eq!(books.stage_sum(2, "available"), first * TON);
        assert_eq!(books.stage(3)["status"], json!("0"));
    }
}

#[test]
fn the_rest_of_the_last_stage_is_unassigned() {
    let mut books = Books::with(&Plan::of(&[&[10]]));
    books.activate(1);
    assert_eq!(books.close(1), 0);
    assert_eq!(books.sum("unassigned"), 10 * TON);
    assert_eq!(books.sum("available"), 0);
}

#[test]
fn a_stage_without_budget_opens_with_its_gate() {
    let mut books = Books::with(&Plan::of(&[&[0], &[0], &[5]]));
    assert_eq!(books.stage(1)["status"], json!("1"));
    assert_eq!(books.stage(2)["status"], json!("0"));
    assert_eq!(books.close(1), 0);
    assert_eq!(books.stage(2)["status"], json!("1"));
    assert_eq!(books.close(2), 0);
    assert_eq!(books.stage(3)["status"], json!("0"));
}

#[test]
fn closing_is_answered_again_and_refused_otherwise() {
    let mut books = Books::new();
    assert_eq!(books.close(1), 401, "planned");
    for stage in [0, 5, 257] {
        assert_eq!(books.close(stage), 401);
    }
    books.activate(1);
    assert_eq!(books.close(2), 401);
    assert_eq!(books.close(1), 0);
    let before = books.state();
    let nonce = books.nonce();
    let (code, step) = books.ask_step("close", &closing(1, nonce, 7));
    assert_eq!((code, step.names()), (0, vec![]), "the same request again");
    assert_eq!(books.ask("close", &closing(1, nonce + 1, 8)), 401, "another report");
    assert_eq!(books.state(), before);
    for from in [stranger(), multisig(), giver(), escrow(1)] {
        books.refused(&from, CALL, "close", &closing(2, 1, 1), 150);
    }
    books.refused(&registry(), TON / 2 - 1, "close", &closing(2, 1, 1), 151);
}

#[test]
fn t52_every_row_of_the_table_gets_exactly_its_total() {
    let mut books = Books::with(&seed());
    for (stage, budget) in (1..).zip(BUDGETS) {
        books.activate(stage);
        for (_, item, _, total) in TABLE.into_iter().filter(|row| row.0 == stage) {
            let id = u32::from(item);
            if total == 0 {
                assert_eq!(books.reserve(id, stage, item, 1), 407, "t50: item {item} is not funded");
                assert_eq!(books.reserve(id, stage, item, 0), 407);
                continue;
            }
            assert_eq!(books.reserve(id, stage, item, total * TON + 1), 407, "item {item}");
            assert_eq!(books.reserve(id, stage, item, total * TON), 0);
            let before = books.balance();
            let (nonce, message) = books.sent(id);
            assert_eq!(before - books.balance(), total * TON, "to the nano");
            assert!(message.value.0 >= total * TON + FUND);
            books.ack(id, nonce);
            books.refund(id, 0, true, true);
        }
        assert_eq!(books.stage_sum(stage, "available"), 0);
        assert_eq!(books.stage_sum(stage, "allocated"), budget * TON);
        assert_eq!(books.close(stage.into()), 0);
    }
    assert_eq!(books.sum("booked"), 0, "nothing is left of 2 129 120 TON");
}

#[test]
fn t46_six_launches_get_no_more_than_five_budgets() {
    let mut books = Books::with(&Plan::of(&[&[10, 10, 10, 10, 10]]));
    books.activate(1);
    books.launch(9, 1, 1, 10 * TON);
    books.refund(9, 3 * TON, true, false);
    let codes: Vec<_> = (1..=5).map(|item| books.reserve(item.into(), 1, item, 10 * TON)).collect();
    assert_eq!(codes, [0, 0, 0, 0, 402], "seven TON of the first contest are spent");
    assert_eq!(books.stage_sum(1, "available"), 3 * TON);
    let first = books.ready(1);
    assert!(matches!(first.sent[0], Sent::Fund { .. }));
}
