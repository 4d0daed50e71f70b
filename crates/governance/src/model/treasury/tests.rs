//! The stage gate, budgets and the org fund (T43 to T48, T50, T53).

use super::*;
use crate::model::fixture::digest;
use crate::organisation::Organisation;
use crate::payload;

fn treasury() -> Treasury {
    Treasury::new(&payload::plan(&Organisation::of_proposal()))
}

/// Stage 1 has its money.
fn active() -> Treasury {
    let mut treasury = treasury();
    treasury.fund_stage(1, Nano::tokens(673_120)).expect("stage 1 has no gate");
    treasury
}

#[track_caller]
fn check(treasury: &Treasury) {
    for (number, stage) in &treasury.stages {
        assert!(stage.holds(), "stage {number}: {stage:?}");
    }
}

/// A contest from its reservation to the escrow.
fn funded(treasury: &mut Treasury, id: u32, item: u8, total: Nano) {
    treasury.reserve(id, 1, item, total).expect("it is in the plan");
    assert_eq!(treasury.escrow_ready(id), Ok(Some(total)));
    treasury.fund_ack(id).expect("it is known");
}

#[test]
fn t43_a_stage_gets_money_only_when_the_one_before_is_closed() {
    let mut treasury = treasury();
    for stage in 2..=4 {
        assert_eq!(treasury.fund_stage(stage, Nano::tokens(1)), Err(Refusal::STAGE_GATE));
    }
    assert_eq!(treasury.fund_stage(0, Nano::tokens(1)), Err(Refusal::STAGE_NOT_ACTIVE));
    assert_eq!(treasury.fund_stage(5, Nano::tokens(1)), Err(Refusal::STAGE_NOT_ACTIVE));
    treasury.fund_stage(1, Nano::tokens(673_120)).expect("stage 1 has no gate");
    assert_eq!(treasury.fund_stage(2, Nano::tokens(1)), Err(Refusal::STAGE_GATE), "active is not closed");
    treasury.close(1, digest(7)).expect("no contest is open");
    assert_eq!(treasury.fund_stage(1, Nano::tokens(1)), Err(Refusal::STAGE_NOT_ACTIVE));
    assert_eq!(treasury.fund_stage(3, Nano::tokens(1)), Err(Refusal::STAGE_GATE));
    assert!(treasury.fund_stage(2, Nano::tokens(1)).is_ok());
    check(&treasury);
}

#[test]
fn t45_parts_activate_once_and_excess_goes_back() {
    let mut treasury = treasury();
    let part = treasury.fund_stage(1, Nano::tokens(600_000)).expect("a part");
    assert_eq!((part.taken, part.returned, part.active), (Nano::tokens(600_000), Nano::ZERO, false));
    let rest = treasury.fund_stage(1, Nano::tokens(100_000)).expect("the rest");
    assert_eq!((rest.taken, rest.returned), (Nano::tokens(73_120), Nano::tokens(26_880)));
    assert!(rest.active);
    let more = treasury.fund_stage(1, Nano::tokens(5)).expect("nothing is needed");
    assert_eq!((more.taken, more.returned), (Nano::ZERO, Nano::tokens(5)));
    assert_eq!(treasury.booked(), Nano::tokens(673_120));
    check(&treasury);
}

#[test]
fn t46_contests_racing_for_the_budgets_never_get_more_than_there_is() {
    let mut treasury = active();
    let totals = [(1, 1_120), (2, 112_000), (3, 112_000), (4, 224_000), (5, 224_000)];
    for (item, total) in totals {
        assert_eq!(treasury.reserve(item.into(), 1, item, Nano::tokens(total)), Ok(()));
        let again = treasury.reserve(100 + u32::from(item), 1, item, Nano::tokens(1));
        assert_eq!(again, Err(Refusal::OVER_PLAN), "the item is used up");
    }
    assert_eq!(treasury.stages[&1].available, Nano::ZERO);
    assert_eq!(treasury.stages[&1].open, 5);
    check(&treasury);
}

#[test]
fn reservations_are_refused_with_the_reason() {
    let mut treasury = treasury();
    let one = Nano::tokens(1);
    assert_eq!(treasury.reserve(1, 1, 2, one), Err(Refusal::STAGE_NOT_ACTIVE), "T41: not funded yet");
    assert_eq!(treasury.reserve(1, 9, 2, one), Err(Refusal::STAGE_NOT_ACTIVE));
    treasury.fund_stage(1, Nano::tokens(673_120)).expect("stage 1 has no gate");
    assert_eq!(treasury.reserve(1, 1, 99, one), Err(Refusal::OVER_PLAN));
    assert_eq!(treasury.reserve(1, 1, 8, one), Err(Refusal::OVER_PLAN), "an item of stage 2");
    assert_eq!(treasury.reserve(1, 1, 2, Nano::ZERO), Err(Refusal::OVER_PLAN));
    let above = Nano(Nano::tokens(112_000).0 + 1);
    assert_eq!(treasury.reserve(1, 1, 2, above), Err(Refusal::OVER_PLAN));
    assert_eq!(treasury.reserve(1, 2, 7, one), Err(Refusal::STAGE_NOT_ACTIVE));
    assert_eq!(treasury.reserve(1, 1, 2, one), Ok(()));
    assert_eq!(treasury.reserve(1, 1, 2, one), Ok(()), "the same again");
    assert_eq!(treasury.reserve(1, 1, 2, Nano::tokens(2)), Err(Refusal::DUPLICATE));
    assert_eq!(treasury.stages[&1].open, 1);
    check(&treasury);
}

#[test]
fn t50_items_on_request_have_nothing_to_give() {
    let mut treasury = active();
    treasury.close(1, digest(7)).expect("no contest is open");
    assert_eq!(treasury.stages[&2].status, StageStatus::Active, "the carry covers 560 000");
    assert_eq!(treasury.reserve(1, 2, 7, Nano::tokens(1)), Err(Refusal::OVER_PLAN));
}

#[test]
fn a_reservation_can_be_given_back_until_it_is_sent() {
    let mut treasury = active();
    let total = Nano::tokens(112_000);
    treasury.reserve(1, 1, 2, total).expect("it is in the plan");
    assert_eq!(treasury.release(1), Ok(()));
    assert_eq!((treasury.items[&2].left, treasury.stages[&1].open), (total, 0));
    assert_eq!(treasury.release(1), Ok(()), "nothing to give back is no error");
    assert_eq!(treasury.escrow_ready(1), Err(Refusal::UNKNOWN_ESCROW));
    funded(&mut treasury, 1, 2, total);
    assert_eq!(treasury.release(1), Err(Refusal::BAD_PHASE));
    assert_eq!(treasury.escrow_ready(1), Ok(None), "it is sent once");
    check(&treasury);
}

#[test]
fn t47_a_funding_that_comes_back_is_restored_once() {
    let mut treasury = active();
    let total = Nano::tokens(112_000);
    treasury.reserve(1, 1, 2, total).expect("it is in the plan");
    assert!(!treasury.bounced(1), "nothing is under way");
    assert_eq!(treasury.escrow_ready(1), Ok(Some(total)));
    assert!(treasury.bounced(1));
    assert!(!treasury.bounced(1));
    assert_eq!((treasury.items[&2].left, treasury.stages[&1].open), (total, 0));
    assert_eq!(treasury.booked(), Nano::tokens(673_120));
    check(&treasury);
    assert_eq!(treasury.escrow_ready(1), Ok(Some(total)), "the escrow may ask anew");
    check(&treasury);
}

#[test]
fn unused_money_comes_back_and_only_a_contest_without_ranking_frees_its_item() {
    let mut treasury = active();
    funded(&mut treasury, 1, 2, Nano::tokens(112_000));
    treasury.org_share(1, Nano::tokens(2_000)).expect("it is known");
    treasury.refund(1, Nano::tokens(10), true, true).expect("it is known");
    assert_eq!(treasury.items[&2].left, Nano::ZERO);
    assert_eq!((treasury.org_available, treasury.stages[&1].open), (Nano::tokens(2_000), 0));
    assert_eq!(treasury.reserve(1, 1, 2, Nano::tokens(112_000)), Err(Refusal::DUPLICATE), "it is over");
    funded(&mut treasury, 2, 3, Nano::tokens(112_000));
    treasury.refund(2, Nano::tokens(112_000), true, false).expect("it is known");
    assert_eq!(treasury.items[&3].left, Nano::tokens(112_000));
    funded(&mut treasury, 3, 3, Nano::tokens(112_000));
    assert_eq!(treasury.refund(9, Nano::ZERO, true, true), Err(Refusal::UNKNOWN_ESCROW), "T48");
    assert_eq!(treasury.org_share(9, Nano::ZERO), Err(Refusal::UNKNOWN_ESCROW), "T48");
    check(&treasury);
}

#[test]
fn a_refund_says_that_the_money_was_taken_when_the_acknowledgement_is_missing() {
    let mut treasury = active();
    treasury.reserve(1, 1, 2, Nano::tokens(112_000)).expect("it is in the plan");
    treasury.escrow_ready(1).expect("it is reserved");
    treasury.refund(1, Nano::tokens(5), false, true).expect("it is known");
    assert_eq!(treasury.budgets[&1].state, BudgetState::Funded);
    treasury.fund_ack(1).expect("it is known");
    treasury.refund(1, Nano::ZERO, true, true).expect("it is known");
    assert_eq!(treasury.stages[&1].open, 0);
    check(&treasury);
}

#[test]
fn t44_a_stage_with_an_open_contest_cannot_be_closed() {
    let mut treasury = active();
    assert_eq!(treasury.close(2, digest(7)), Err(Refusal::STAGE_NOT_ACTIVE));
    assert_eq!(treasury.close(9, digest(7)), Err(Refusal::STAGE_NOT_ACTIVE));
    funded(&mut treasury, 1, 1, Nano::tokens(1_120));
    assert_eq!(treasury.close(1, digest(7)), Err(Refusal::OPEN_CONTESTS));
    treasury.refund(1, Nano::tokens(20), true, true).expect("it is known");
    assert_eq!(treasury.close(1, digest(7)), Ok(()));
    assert_eq!(treasury.close(1, digest(7)), Ok(()), "the same report again");
    assert_eq!(treasury.close(1, digest(8)), Err(Refusal::STAGE_NOT_ACTIVE));
}

#[test]
fn the_rest_of_a_stage_reduces_what_the_next_one_needs() {
    let mut treasury = active();
    for (id, item, total) in [(1, 4, 224_000), (2, 5, 224_000)] {
        funded(&mut treasury, id, item, Nano::tokens(total));
        treasury.refund(id, Nano::ZERO, true, true).expect("it is known");
    }
    treasury.close(1, digest(7)).expect("no contest is open");
    let carry = Nano::tokens(673_120 - 448_000);
    let next = &treasury.stages[&2];
    assert_eq!((next.carry_in, next.available, next.status), (carry, carry, StageStatus::Planned));
    let funding = treasury.fund_stage(2, Nano::tokens(560_000)).expect("the gate is open");
    assert_eq!(funding.taken, Nano::tokens(560_000 - 225_120));
    assert!(funding.active);
    treasury.refund(1, Nano::tokens(3), false, true).expect("a late sweep");
    assert_eq!(treasury.unassigned, Nano::tokens(3), "its stage is closed");
    check(&treasury);
}

#[test]
fn the_rest_of_the_last_stage_is_unassigned() {
    let mut treasury = active();
    for (stage, budget) in [(1, 0), (2, 560_000), (3, 448_000), (4, 448_000)] {
        if treasury.stages[&stage].status == StageStatus::Planned {
            treasury.fund_stage(stage, Nano::tokens(budget)).expect("the gate is open");
        }
        treasury.close(stage, digest(stage)).expect("no contest is open");
        check(&treasury);
    }
    // Nothing was launched: the first grant went through all stages.
    assert_eq!(treasury.unassigned, Nano::tokens(673_120));
    assert_eq!(treasury.booked(), treasury.unassigned);
}

#[test]
fn donations_are_unassigned() {
    let mut treasury = active();
    treasury.donate(Nano::tokens(3));
    assert_eq!(treasury.unassigned, Nano::tokens(3));
    check(&treasury);
}
