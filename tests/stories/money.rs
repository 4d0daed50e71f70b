//! Money that is asked for too early, held, let through by time, or paid to the organisers.

use serde_json::json;
use ton_abi::{Address, MessageKind};
use workspace_tests::community::{Community, DAY, TON, account, action, document, number, payload, wallet};

use crate::arena::{JURORS, WINNERS, enter, funded, judge, jury_contest, phase_info, settle, with_jury};

/// A jury contest that has its ranking and waits for the confirmation of its payout.
fn tallied(community: &mut Community) -> workspace_tests::world::Contract {
    let spec = jury_contest(community);
    let contest = community.launch(&spec);
    enter(community, &contest, &WINNERS);
    judge(community, &contest, &JURORS, &[(1, 9), (2, 7), (3, 5)]);
    assert_eq!(community.phase(&contest), 7, "Confirm");
    community.poke(&contest, "payNext", &json!({ "n": 20 }));
    for n in WINNERS {
        assert!(community.received(&wallet(n)) < 7 * TON, "deposits go back at once, prizes do not");
    }
    contest
}

#[test]
fn t41_a_launch_before_the_money_fails_and_succeeds_once_it_is_there() {
    let mut community = Community::found();
    let spec = jury_contest(&mut community);
    let proposal = community.propose(0, action::LAUNCH_CONTEST, &payload("Spec", &spec));
    for n in 0..8 {
        community.vote(&proposal, n, 1).success();
    }
    assert_eq!(community.execute(&proposal)["code"], json!("401"), "the stage is not funded");
    community.grant(673_120 * TON);
    community.fund_stage(1, 673_120 * TON);
    assert_eq!(community.execute(&proposal)["outcome"], json!("4"));
    let ledger = community.get(&community.contest(1), "getLedger", &json!({}));
    assert_eq!(number(&ledger["budget"]["funded"]), 1_120 * TON);
    assert!(community.try_poke(&proposal, "execute", &json!({})).refused(), "once is enough");
}

#[test]
fn t71_a_payout_that_nobody_confirms_opens_when_its_window_is_over() {
    let mut community = funded();
    let contest = tallied(&mut community);
    let until = number(&phase_info(&community, &contest)["confirmBy"]) as u32;
    community.world.now = until;
    assert_eq!(community.try_poke(&contest, "payNext", &json!({ "n": 20 })).code(), 513, "the last second");
    community.world.now = until + 1;
    settle(&mut community, &contest);
    assert!(community.received(&wallet(WINNERS[0])) >= 505 * TON);
}

#[test]
fn three_members_hold_a_payout_for_a_week_once() {
    let mut community = funded();
    let contest = tallied(&mut community);
    let registry = community.registry.clone();
    for n in [3, 4, 5] {
        community.call(&registry, n, "quickHold", &json!({ "contestId": 1 })).success();
    }
    assert_eq!(community.phase(&contest), 8, "Held");
    assert_eq!(community.try_poke(&contest, "payNext", &json!({ "n": 20 })).code(), 513);
    assert_eq!(community.call(&registry, 6, "quickHold", &json!({ "contestId": 1 })).code(), 156);
    community.wait(7 * DAY + 1);
    assert_eq!(community.phase(&contest), 7, "Confirm again");
    community.confirm_oldest(0..8);
    settle(&mut community, &contest);
}

#[test]
fn t62_a_lazy_jury_gets_a_second_chance_and_then_everything_goes_back() {
    let mut community = funded();
    let spec = jury_contest(&mut community);
    let contest = community.launch(&spec);
    enter(&mut community, &contest, &WINNERS);
    judge(&mut community, &contest, &JURORS[..2], &[(1, 9), (2, 7), (3, 5)]);
    assert_eq!(phase_info(&community, &contest)["extended"], json!(true), "two of three are too few");
    let info = phase_info(&community, &contest);
    community.world.now = number(&info["revealEnd"]) as u32;
    community.poke(&contest, "advance", &json!({}));
    assert_eq!(phase_info(&community, &contest)["ending"], json!("3"), "NoQuorum");
    let _ = community.try_poke(&contest, "payNext", &json!({ "n": 20 }));
    community.wait(DAY + 1);
    community.poke(&contest, "settle", &json!({}));
    let stage = community.get(&community.treasury, "getStage", &json!({ "number": 1 }))["stage"].clone();
    assert_eq!(number(&stage["available"]), 673_120 * TON, "the stage has its money again");
    for n in WINNERS {
        let back = community.received(&wallet(n));
        assert!((6 * TON..7 * TON).contains(&back), "deposit and change: {back}");
    }
    let again = jury_contest(&mut community);
    community.launch(&again);
}

#[test]
fn t53_the_org_fund_pays_a_confirmed_list_whose_payee_has_no_say() {
    let mut community = funded();
    with_jury(&mut community);
    let registry = community.registry.clone();
    let own = account(0xD0, 2);
    community.world.puppets.insert(own.clone());
    let profile = json!({ "payout": own.to_string(), "profileHash": document(4) });
    community.call(&registry, 2, "setProfile", &profile).success();
    let list = json!({ "payments": [{ "to": own.to_string(), "amount": (15 * TON).to_string() }],
        "memoHash": document(5) });
    let proposal = community.propose(0, action::PAY_ORG, &payload("PayOrg", &list));
    assert_eq!(community.vote(&proposal, 2, 1).code(), 308, "no vote on the own pay");
    for n in [0, 1, 3, 4, 5, 6, 7, 8] {
        community.vote(&proposal, n, 1).success();
    }
    assert_eq!(community.execute(&proposal)["outcome"], json!("4"));
    let request = community.oldest_confirmation();
    let multisig = community.multisig.clone();
    assert_eq!(community.call(&multisig, 2, "confirmTransaction", &request).code(), 132);
    community.confirm_oldest([0, 1, 3, 4, 5, 6, 7, 8]);
    assert_eq!(payments(&community, &own), [15 * TON]);
    let open = community.get(&registry, "getPending", &json!({ "afterNonce": 0, "limit": 50 }));
    assert_eq!(open["requests"], json!([]), "the registry knows that it is paid");
    let org = community.get(&community.treasury, "getOrg", &json!({}));
    assert_eq!((number(&org["available"]), number(&org["reserved"])), (5 * TON, 0));
}

/// Values of the messages that arrived at an address.
fn payments(community: &Community, to: &Address) -> Vec<u128> {
    let inbox = community.world.inbox.iter();
    inbox
        .filter(|m| m.kind == MessageKind::Internal && m.dst.as_ref() == Some(to))
        .map(|m| m.value.0)
        .collect()
}
