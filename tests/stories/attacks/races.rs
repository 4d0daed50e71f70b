//! Messages that cross each other, and decisions that compete for one thing.

use serde_json::json;
use ton_abi::Nano;
use workspace_tests::community::{Community, DAY, TON, action, document, number, payload, wallet};
use workspace_tests::world::{key, public_json};

use super::{
    HELD, PAYABLE, assert_books_hold, assert_contest_holds, free_a_seat, judged, nominate, payments_of,
    rotate, tallied,
};
use crate::arena::{JURORS, WINNERS, funded, jury_contest, settle, with_jury};

#[test]
fn t27_pokes_in_one_block_carry_an_action_out_once() {
    let mut community = Community::found();
    let removal = json!({ "key": public_json(&key(14)), "reasonHash": document(6) });
    let proposal = community.propose(0, action::REMOVE_MEMBER, &payload("RemoveMember", &removal));
    for n in 0..8 {
        community.vote(&proposal, n, 1).success();
    }
    community.world.deliver = false;
    community.poke(&proposal, "execute", &json!({}));
    assert_eq!(community.try_poke(&proposal, "execute", &json!({})).code(), 306);
    assert_eq!(community.try_poke(&proposal, "close", &json!({})).code(), 306);
    community.world.deliver = true;
    community.world.drain();
    assert_eq!(community.try_poke(&proposal, "execute", &json!({})).code(), 302);
    let status = community.get(&community.registry, "getStatus", &json!({}));
    assert_eq!((number(&status["members"]), number(&status["open"])), (14, 0));
}

#[test]
fn t25_the_vote_of_somebody_who_left_does_not_launch_a_contest() {
    let mut community = funded();
    let spec = jury_contest(&mut community);
    let proposal = community.propose(0, action::LAUNCH_CONTEST, &payload("Spec", &spec));
    for n in [0, 1, 2, 3, 4, 5, 6, 14] {
        community.vote(&proposal, n, 1).success();
    }
    free_a_seat(&mut community);
    let outcome = community.execute(&proposal);
    assert_eq!((&outcome["outcome"], &outcome["code"]), (&json!("3"), &json!("305")));
    let status = community.get(&community.registry, "getStatus", &json!({}));
    assert_eq!((number(&status["contests"]), number(&status["open"])), (0, 0), "and its slot is free");
}

#[test]
fn t31_two_decisions_about_the_last_seat_fill_it_once() {
    let mut community = funded();
    let mut spec = jury_contest(&mut community);
    spec["seats"] = json!(1);
    let contest = judged(&mut community, &spec);
    community.confirm_oldest(0..8);
    settle(&mut community, &contest);
    free_a_seat(&mut community);
    nominate(&mut community, &contest, &wallet(WINNERS[1]), 2);
    nominate(&mut community, &contest, &wallet(WINNERS[2]), 3);
    let proposals = [1, 2].map(|candidate| {
        let admit = payload("AdmitMember", &json!({ "candidate": candidate }));
        let proposal = community.propose(0, action::ADMIT_MEMBER, &admit);
        for n in 0..8 {
            community.vote(&proposal, n, 1).success();
        }
        proposal
    });
    community.world.deliver = false;
    for proposal in &proposals {
        community.poke(proposal, "execute", &json!({}));
    }
    community.world.deliver = true;
    community.world.drain();
    let ends = proposals.map(|p| community.get(&p, "getOutcome", &json!({}))["code"].clone());
    assert_eq!(ends, [json!("0"), json!("202")]);
    let members = community.get(&community.registry, "getThreshold", &json!({}));
    assert_eq!(number(&members["members"]), 15);
    let mirror = community.get(&community.jury_pool, "getMirror", &json!({}));
    assert_eq!(mirror["keys"].as_array().map(Vec::len), Some(15), "the pool knows the same members");
}

#[test]
fn t69_a_claim_and_a_payment_that_cross_pay_once() {
    for claim_first in [true, false] {
        let mut community = funded();
        let contest = tallied(&mut community);
        community.confirm_oldest(0..8);
        assert_eq!(community.phase(&contest), PAYABLE);
        let winner = wallet(WINNERS[0]);
        community.world.deliver = false;
        community.poke(&contest, "payNext", &json!({ "n": 20 }));
        assert_eq!(community.try_poke(&contest, "payNext", &json!({ "n": 20 })).code(), 306);
        if !claim_first {
            community.world.deliver = true;
            community.world.drain();
        }
        let claim = contest.internal(&winner, Nano(TON), "claim", &json!({ "item": 1 }));
        community.world.send_internal(claim);
        community.world.deliver = true;
        community.world.drain();
        assert_eq!(payments_of(&community, &winner, 500 * TON), 1);
        assert_contest_holds(&community, &contest);
    }
}

#[test]
fn a_confirmation_that_arrives_during_a_hold_counts_when_the_hold_ends() {
    let mut community = funded();
    let contest = tallied(&mut community);
    let registry = community.registry.clone();
    for n in [3, 4, 5] {
        community.call(&registry, n, "quickHold", &json!({ "contestId": 1 })).success();
    }
    assert_eq!(community.phase(&contest), HELD);
    community.confirm_oldest(0..8);
    assert_eq!(community.phase(&contest), HELD, "the hold is stronger");
    community.wait(7 * DAY + 1);
    assert_eq!(community.phase(&contest), PAYABLE, "nobody has to confirm twice");
    settle(&mut community, &contest);
}

#[test]
fn t35_a_juror_of_a_running_contest_gets_no_seat_and_no_member_judges() {
    let mut community = funded();
    let mut captured = jury_contest(&mut community);
    captured["bootstrapJury"][0]["key"] = json!(public_json(&key(4)));
    let outcome = community.decide(action::LAUNCH_CONTEST, &payload("Spec", &captured), 0..8);
    assert_eq!(outcome["code"], json!("602"), "a member in the jury");
    let contest = tallied(&mut community);
    let refused = rotate(&mut community, 13, JURORS[0]);
    assert_eq!(refused["code"], json!("210"), "a juror of a running contest: {refused}");
    community.confirm_oldest(0..8);
    settle(&mut community, &contest);
    let taken = rotate(&mut community, 12, JURORS[0]);
    assert_eq!(taken["outcome"], json!("4"), "free after the contest: {taken}");
    let juror = rotate(&mut community, 11, WINNERS[0]);
    assert_eq!(juror["code"], json!("210"), "a juror of the pool: {juror}");
}

#[test]
fn t46_two_launches_for_one_item_spend_its_budget_once() {
    let mut community = funded();
    let spec = jury_contest(&mut community);
    let proposals = [0, 1].map(|proposer| {
        let proposal = community.propose(proposer, action::LAUNCH_CONTEST, &payload("Spec", &spec));
        for n in 0..8 {
            community.vote(&proposal, n, 1).success();
        }
        proposal
    });
    community.wait(DAY);
    community.world.deliver = false;
    for proposal in &proposals {
        community.poke(proposal, "execute", &json!({}));
    }
    community.world.deliver = true;
    community.world.drain();
    let ends = proposals.map(|p| community.get(&p, "getOutcome", &json!({}))["code"].clone());
    assert_eq!(ends, [json!("0"), json!("407")]);
    let stage = super::stage_one(&community);
    assert_eq!(number(&stage["available"]), (673_120 - 1_120) * TON);
    assert_eq!(number(&stage["open"]), 1);
    assert_books_hold(&community);
}

#[test]
fn a_list_of_payments_that_two_decisions_want_is_paid_as_far_as_the_fund_goes() {
    let mut community = funded();
    with_jury(&mut community);
    let payee = wallet(200);
    community.world.puppets.insert(payee.clone());
    let list = json!({ "payments": [{ "to": payee.to_string(), "amount": (15 * TON).to_string() }],
        "memoHash": document(5) });
    let first = community.decide(action::PAY_ORG, &payload("PayOrg", &list), 0..8);
    let second = community.decide(action::PAY_ORG, &payload("PayOrg", &list), 1..9);
    assert_eq!((&first["code"], &second["code"]), (&json!("0"), &json!("402")), "20 TON are in the fund");
    community.confirm_oldest(0..8);
    assert_eq!(payments_of(&community, &payee, 15 * TON), 1);
    assert_books_hold(&community);
}
