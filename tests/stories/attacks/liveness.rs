//! Nothing gets stuck: contests end, slots come back, stages can be closed, and pokes do not drain gas money.

use serde_json::json;
use workspace_tests::community::{Community, DAY, TON, action, document, number, payload, wallet};

use super::{CLOSED, DRAWING, PAYABLE, assert_books_hold, assert_contest_holds, stage_one, tallied};
use crate::arena::{WINNERS, enter, funded, jury_contest, phase_info, publish, settle, spec};

/// The report of stage 1, for a vote.
fn report() -> ton_abi::Cell {
    payload("CloseStage", &json!({ "stage": 1, "reportHash": document(8), "link": "" }))
}

#[test]
fn t44_a_published_stage_stays_open_as_long_as_a_contest_owes_money() {
    let mut community = funded();
    let contest = tallied(&mut community);
    publish(&mut community, 0, 1);
    assert_eq!(community.decide(action::CLOSE_STAGE, &report(), 0..8)["code"], json!("403"));
    community.confirm_oldest(0..8);
    assert_eq!(community.decide(action::CLOSE_STAGE, &report(), 1..9)["code"], json!("403"));
    settle(&mut community, &contest);
    assert_eq!(community.decide(action::CLOSE_STAGE, &report(), 2..10)["code"], json!("0"));
    assert_books_hold(&community);
}

#[test]
fn a_contest_without_entries_ends_and_its_budget_can_be_used_again() {
    let mut community = funded();
    let spec = jury_contest(&mut community);
    let contest = community.launch(&spec);
    let info = phase_info(&community, &contest);
    community.world.now = number(&info["entriesEnd"]) as u32;
    community.poke(&contest, "advance", &json!({}));
    community.wait(14 * DAY + 1);
    assert_eq!(community.phase(&contest), PAYABLE);
    community.poke(&contest, "settle", &json!({}));
    assert_eq!(community.phase(&contest), CLOSED);
    assert_contest_holds(&community, &contest);
    assert_eq!(number(&stage_one(&community)["available"]), 673_120 * TON);
    let again = jury_contest(&mut community);
    community.launch(&again);
    assert_books_hold(&community);
}

#[test]
fn a_contest_whose_jury_never_comes_ends_after_sixty_days() {
    let mut community = funded();
    let spec = spec(&community, 1, 2, 2, 100_000);
    let contest = community.launch(&spec);
    enter(&mut community, &contest, &WINNERS);
    let end = number(&phase_info(&community, &contest)["entriesEnd"]) as u32;
    community.world.now = end;
    community.poke(&contest, "drawJury", &json!({}));
    assert_eq!(community.try_poke(&contest, "drawJury", &json!({})).code(), 153, "strangers have to wait");
    assert_eq!(community.phase(&contest), DRAWING, "the pool is empty");
    assert!(community.try_poke(&contest, "settle", &json!({})).refused());
    community.world.now = end + 60 * DAY;
    community.poke(&contest, "advance", &json!({}));
    community.poke(&contest, "payNext", &json!({ "n": 20 }));
    community.wait(DAY);
    community.poke(&contest, "settle", &json!({}));
    assert_eq!(community.phase(&contest), CLOSED);
    for n in WINNERS {
        assert!(community.received(&wallet(n)) >= 6 * TON, "deposit and change of {n}");
    }
    assert_eq!(number(&stage_one(&community)["available"]), 673_120 * TON);
    assert_eq!(number(&stage_one(&community)["open"]), 0);
    assert_contest_holds(&community, &contest);
}

#[test]
fn t42_a_member_opens_five_proposals_and_gets_the_slots_back() {
    let mut community = Community::found();
    let signal = payload("Signal", &json!({ "docHash": document(1), "link": "", "soft": false }));
    let proposals: Vec<_> = (0..5).map(|_| community.propose(3, action::SIGNAL, &signal)).collect();
    let registry = community.registry.clone();
    let params = json!({ "kind": action::SIGNAL, "payload": workspace_tests::community::base64(&signal),
        "link": "", "docHash": "1" });
    assert_eq!(community.call(&registry, 3, "propose", &params).code(), 203);
    community.wait(7 * DAY);
    for proposal in &proposals {
        community.poke(proposal, "close", &json!({}));
    }
    community.call(&registry, 3, "propose", &params).success();
    assert_eq!(number(&community.get(&registry, "getStatus", &json!({}))["open"]), 1);
}

#[test]
fn t81_a_member_cannot_burn_the_gas_money_of_the_registry() {
    let mut community = Community::found();
    let registry = community.registry.clone();
    for _ in 0..20 {
        community.call(&registry, 3, "attest", &json!({ "docHash": "1" })).success();
    }
    assert_eq!(community.call(&registry, 3, "attest", &json!({ "docHash": "1" })).code(), 155);
    community.call(&registry, 4, "attest", &json!({ "docHash": "1" })).success();
}

#[test]
fn a_policy_that_the_wallet_refuses_is_not_reported_as_carried_out() {
    let mut community = Community::found();
    let own = json!({ "allowlist": [community.multisig.address.to_string()], "freeLimit": "0" });
    let outcome = community.decide(action::SET_POLICY, &payload("SetPolicy", &own), 0..8);
    assert_eq!((&outcome["outcome"], &outcome["code"]), (&json!("5"), &json!("161")), "{outcome}");
}

#[test]
fn strangers_who_try_a_failing_decision_again_and_again_leave_it_the_gas_to_succeed() {
    let mut community = Community::found();
    let mut spec = spec(&community, 1, 2, 2, 100_000);
    let open = community.world.now + 20 * DAY;
    (spec["openAt"], spec["entriesEnd"]) = (json!(open), json!(open + 7 * DAY));
    let proposal = community.propose(0, action::LAUNCH_CONTEST, &payload("Spec", &spec));
    for n in 0..8 {
        community.vote(&proposal, n, 1).success();
    }
    assert_eq!(community.execute(&proposal)["code"], json!("401"), "the stage has no money");
    let registry = community.registry.address.clone();
    let before = community.world.balance(&registry).0;
    for _ in 0..11 * 144 {
        community.wait(600);
        let _ = community.try_poke(&proposal, "execute", &json!({}));
    }
    let burnt = before - community.world.balance(&registry).0;
    assert!(burnt < 3 * TON, "eleven days of pokes cost the registry {burnt}");
    community.grant(673_120 * TON);
    community.fund_stage(1, 673_120 * TON);
    assert_eq!(community.execute(&proposal)["outcome"], json!("4"));
}
