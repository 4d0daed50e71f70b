//! The stage gate: a stage is funded when the one before it is closed.

use serde_json::{Value, json};
use workspace_tests::community::{Community, TON, action, document, number, params, payload};

use crate::arena::{WINNERS, enter, funded, judge, publish, settle, spec, with_jury};

/// A stage as the treasury shows it.
fn stage(community: &Community, number: u8) -> Value {
    community.get(&community.treasury, "getStage", &json!({ "number": number }))["stage"].clone()
}

/// The report of a stage, for a vote.
fn report(stage: u8) -> ton_abi::Cell {
    payload("CloseStage", &json!({ "stage": stage, "reportHash": document(8), "link": "ipfs://report" }))
}

#[test]
fn t43_a_stage_that_is_not_yet_due_sends_its_money_home() {
    let mut community = Community::found();
    community.grant(673_120 * TON);
    let before = community.world.balance(&community.multisig.address).0;
    let outcome = community.fund_stage(2, 560_000 * TON);
    let after = community.world.balance(&community.multisig.address).0;
    assert!(before - after < TON, "only fees are gone: {}", before - after);
    assert!(!outcome.events().is_empty());
    assert_eq!(number(&stage(&community, 2)["received"]), 0);
}

#[test]
fn eight_confirmations_fund_stage_one() {
    let community = funded();
    assert_eq!(number(&stage(&community, 1)["status"]), 1);
    assert_eq!(number(&stage(&community, 1)["available"]), 673_120 * TON);
}

#[test]
fn the_five_contests_of_stage_one_lead_to_stage_two() {
    let mut community = funded();
    with_jury(&mut community);
    let mut contests = Vec::new();
    for (item, topic, fund) in [(2, 2, 100_000), (3, 2, 100_000), (4, 2, 200_000), (5, 5, 200_000)] {
        let spec = spec(&community, 1, item, topic, fund);
        contests.push(community.launch(&spec));
    }
    assert_eq!(number(&stage(&community, 1)["available"]), 0, "every TON of the stage is reserved");
    for (at, contest) in contests.clone().iter().enumerate() {
        let first = 110 + 10 * at as u8;
        enter(&mut community, contest, &[first, first + 1, first + 2]);
    }
    for contest in &contests {
        judge(&mut community, contest, &WINNERS, &[(1, 8), (2, 8), (3, 0)]);
        community.confirm_oldest(0..8);
        settle(&mut community, contest);
    }
    let outcome = community.decide(action::CLOSE_STAGE, &report(1), 0..8);
    assert_eq!(outcome["code"], json!("404"), "nothing is published yet: {outcome}");
    for contest in 1..=5 {
        publish(&mut community, 0, contest);
    }
    let outcome = community.decide(action::CLOSE_STAGE, &report(1), 1..9);
    assert_eq!(outcome["outcome"], json!("4"), "{outcome}");
    assert_eq!(number(&stage(&community, 1)["status"]), 2);
    let org = community.get(&community.treasury, "getOrg", &json!({}));
    assert_eq!(number(&org["available"]), 12_020 * TON);
    let carry = number(&stage(&community, 1)["carryOut"]);
    let (prizes, deposits, rounding) = (600_000 / 5 * TON, 4 * 5 * TON, 1 + 1 + 2 + 2);
    assert_eq!(
        carry,
        prizes + deposits + rounding,
        "what the rejected entries and the thirds of the jury leave"
    );
    community.grant(560_000 * TON - carry);
    community.fund_stage(2, 560_000 * TON - carry);
    assert_eq!(number(&stage(&community, 2)["status"]), 1, "stage 2 is active");
    let before = community.world.balance(&community.multisig.address).0;
    community.grant(448_000 * TON);
    community.fund_stage(3, 448_000 * TON);
    let after = community.world.balance(&community.multisig.address).0;
    assert!(before + 448_000 * TON - after < TON, "stage 3 sends its money home");
}

/// A plan of one stage: a contest, one that is requested additionally, one that needs a winner of the first.
fn plan_with_conditions() -> ton_abi::Cell {
    let item = |number: u8, total: u128, depends: &[u8], on_request: bool| {
        json!({ "number": number, "topic": 1, "total": (total * TON).to_string(), "dependsOn": depends,
            "onRequest": on_request })
    };
    let items = [item(1, 1_120, &[], false), item(2, 0, &[], true), item(3, 1_120, &[1], false)];
    payload("StagePlan[]", &json!([{ "budget": (2_240 * TON).to_string(), "items": items }]))
}

#[test]
fn t50_contests_that_are_requested_additionally_or_wait_for_another_cannot_be_launched() {
    let mut community = Community::found_with(15, &params(), &plan_with_conditions());
    community.grant(2_240 * TON);
    community.fund_stage(1, 2_240 * TON);
    let launch = |community: &mut Community, item: u8| {
        let spec = spec(community, 1, item, 1, 1_000);
        community.decide(action::LAUNCH_CONTEST, &payload("Spec", &spec), 0..8)["code"].clone()
    };
    assert_eq!(launch(&mut community, 2), json!("407"), "nothing is granted for it");
    assert_eq!(launch(&mut community, 3), json!("152"), "nobody has won contest 1");
    with_jury(&mut community);
    assert_eq!(launch(&mut community, 3), json!("0"));
}
