//! Interests: who competes or is paid decides nothing about it, under any key; and members choose no jurors.

use serde_json::{Value, json};
use workspace_tests::community::{Community, DAY, TON, action, document, number, payload, wallet};
use workspace_tests::world::Contract;

use super::{COMMIT, free_a_seat, nominate, rotate};
use crate::arena::{WINNERS, enter, funded, judge, phase_info, settle, spec, with_jury};

/// Whether the custodian `n` may confirm the oldest payout.
fn confirm(community: &mut Community, n: u8) -> i32 {
    let (multisig, payout) = (community.multisig.clone(), community.oldest_confirmation());
    community.call(&multisig, n, "confirmTransaction", &payout).code()
}

#[test]
fn a_member_who_competes_has_no_say_about_that_contest() {
    let mut community = funded();
    with_jury(&mut community);
    let spec = spec(&community, 1, 2, 2, 100_000);
    let contest = community.launch(&spec);
    enter(&mut community, &contest, &[13, 110, 111]);
    let later = json!({ "contestId": 2, "phase": 2, "time": community.world.now + 20 * DAY });
    let proposal = community.propose(0, action::EXTEND_DEADLINE, &payload("ExtendDeadline", &later));
    assert_eq!(community.vote(&proposal, 13, 1).code(), 308);
    judge(&mut community, &contest, &WINNERS, &[(1, 10), (2, 8), (3, 6)]);
    assert_eq!(confirm(&mut community, 13), 132);
    let registry = community.registry.clone();
    assert_eq!(community.call(&registry, 13, "quickHold", &json!({ "contestId": 2 })).code(), 308);
    community.confirm_oldest(0..8);
    settle(&mut community, &contest);
}

#[test]
fn a_member_who_competes_has_no_say_after_any_number_of_new_keys() {
    let mut community = funded();
    with_jury(&mut community);
    assert_eq!(rotate(&mut community, 13, 130)["outcome"], json!("4"));
    let spec = spec(&community, 1, 2, 2, 100_000);
    let contest = community.launch(&spec);
    enter(&mut community, &contest, &[130, 110, 111]);
    judge(&mut community, &contest, &WINNERS, &[(1, 10), (2, 8), (3, 6)]);
    for (old, new) in [(130, 131), (131, 132)] {
        assert_eq!(rotate(&mut community, old, new)["outcome"], json!("4"));
    }
    assert_eq!(confirm(&mut community, 132), 132);
}

/// Two contests of stage 1, the first one entered by 110, 111 and 112.
fn two_contests(community: &mut Community) -> [Contract; 2] {
    let specs = [spec(community, 1, 2, 2, 100_000), spec(community, 1, 3, 2, 100_000)];
    let contests = specs.map(|spec| community.launch(&spec));
    enter(community, &contests[0], &[110, 111, 112]);
    contests
}

/// Contestant 110 wins a contest and becomes member for it.
fn admit_the_winner(community: &mut Community, contest: &Contract) {
    judge(community, contest, &WINNERS, &[(1, 10), (2, 8), (3, 6)]);
    community.confirm_oldest(0..8);
    settle(community, contest);
    free_a_seat(community);
    nominate(community, contest, &wallet(110), 1);
    let admit = payload("AdmitMember", &json!({ "candidate": 1 }));
    assert_eq!(community.decide(action::ADMIT_MEMBER, &admit, 0..8)["outcome"], json!("4"));
}

/// Member `n` has no say about the payout of the contest `id`, which waits for its confirmation.
#[track_caller]
fn has_no_say(community: &mut Community, n: u8, id: u32) {
    assert_eq!(confirm(community, n), 132);
    let registry = community.registry.clone();
    assert_eq!(community.call(&registry, n, "quickHold", &json!({ "contestId": id })).code(), 308);
    let until = community.world.now + 20 * DAY;
    let hold = payload("HoldPayout", &json!({ "contestId": id, "until": until }));
    let proposal = community.propose(0, action::HOLD_PAYOUT, &hold);
    assert_eq!(community.vote(&proposal, n, 1).code(), 308);
    community.vote(&proposal, 1, 1).success();
}

#[test]
fn a_contestant_who_becomes_a_member_by_another_contest_has_no_say_about_the_own_prize() {
    let mut community = funded();
    with_jury(&mut community);
    let contests = two_contests(&mut community);
    enter(&mut community, &contests[1], &[110, 121, 122]);
    admit_the_winner(&mut community, &contests[0]);
    judge(&mut community, &contests[1], &WINNERS, &[(1, 10), (2, 8), (3, 6)]);
    has_no_say(&mut community, 110, 3);
    community.confirm_oldest(0..8);
    settle(&mut community, &contests[1]);
}

#[test]
fn a_contestant_who_becomes_a_member_while_the_payout_waits_has_no_say_about_it() {
    let mut community = funded();
    with_jury(&mut community);
    let contests = two_contests(&mut community);
    enter(&mut community, &contests[1], &[121, 110, 122]);
    judge(&mut community, &contests[0], &WINNERS, &[(1, 10), (2, 8), (3, 6)]);
    judge(&mut community, &contests[1], &WINNERS, &[(1, 10), (2, 8), (3, 6)]);
    free_a_seat(&mut community);
    nominate(&mut community, &contests[0], &wallet(110), 1);
    let admit = payload("AdmitMember", &json!({ "candidate": 1 }));
    assert_eq!(community.decide(action::ADMIT_MEMBER, &admit, 0..8)["outcome"], json!("4"));
    let multisig = community.multisig.clone();
    let items =
        community.get(&multisig, "getPending", &json!({ "afterId": 0, "limit": 32 }))["items"].clone();
    let waits = |item: &&Value| number(&item["nonce"]) != 0 && number(&item["state"]) == 0;
    let payouts: Vec<_> = items.as_array().expect("a list").iter().filter(waits).collect();
    assert_eq!(payouts.len(), 2, "of both contests");
    for payout in payouts {
        let payout = json!({ "transactionId": payout["id"] });
        assert_eq!(community.call(&multisig, 110, "confirmTransaction", &payout).code(), 132);
    }
}

#[test]
fn a_member_seated_after_the_launch_who_then_enters_has_no_say() {
    let mut community = funded();
    with_jury(&mut community);
    let first = spec(&community, 1, 2, 2, 100_000);
    let first = community.launch(&first);
    enter(&mut community, &first, &[110, 111, 112]);
    let mut late = spec(&community, 1, 3, 2, 100_000);
    late["entriesEnd"] = json!(community.world.now + 60 * DAY);
    let late = community.launch(&late);
    admit_the_winner(&mut community, &first);
    let later = json!({ "contestId": 3, "phase": 2, "time": community.world.now + 80 * DAY });
    let proposal = community.propose(0, action::EXTEND_DEADLINE, &payload("ExtendDeadline", &later));
    assert_eq!(community.vote(&proposal, 110, 1).code(), 308, "the contest does not know the member");
    enter(&mut community, &late, &[110, 121, 122]);
    judge(&mut community, &late, &WINNERS, &[(1, 10), (2, 8), (3, 6)]);
    has_no_say(&mut community, 110, 3);
}

#[test]
fn a_member_who_enters_under_a_key_that_is_younger_than_the_contest_has_no_say() {
    let mut community = funded();
    with_jury(&mut community);
    let spec = spec(&community, 1, 2, 2, 100_000);
    let contest = community.launch(&spec);
    assert_eq!(rotate(&mut community, 13, 130)["outcome"], json!("4"));
    enter(&mut community, &contest, &[130, 110, 111]);
    judge(&mut community, &contest, &WINNERS, &[(1, 10), (2, 8), (3, 6)]);
    has_no_say(&mut community, 130, 2);
    for (old, new) in [(130, 131), (131, 132)] {
        assert_eq!(rotate(&mut community, old, new)["outcome"], json!("4"));
    }
    assert_eq!(confirm(&mut community, 132), 132, "and after any number of new keys");
}

#[test]
fn a_payee_of_the_org_fund_has_no_say_after_any_number_of_new_keys() {
    let mut community = funded();
    with_jury(&mut community);
    assert_eq!(rotate(&mut community, 13, 130)["outcome"], json!("4"));
    let registry = community.registry.clone();
    let profile = json!({ "payout": wallet(13).to_string(), "profileHash": document(4) });
    community.call(&registry, 130, "setProfile", &profile).success();
    let list = json!({ "payments": [{ "to": wallet(13).to_string(), "amount": (15 * TON).to_string() }],
        "memoHash": document(5) });
    assert_eq!(community.decide(action::PAY_ORG, &payload("PayOrg", &list), 0..8)["outcome"], json!("4"));
    for (old, new) in [(130, 131), (131, 132)] {
        assert_eq!(rotate(&mut community, old, new)["outcome"], json!("4"));
    }
    assert_eq!(confirm(&mut community, 132), 132);
    assert_eq!(confirm(&mut community, 12), 0);
}

#[test]
fn t74_members_cannot_keep_a_juror_out_by_naming_the_wallet_as_their_own() {
    let mut community = funded();
    with_jury(&mut community);
    let registry = community.registry.clone();
    let profile = json!({ "payout": wallet(WINNERS[0]).to_string(), "profileHash": document(4) });
    community.call(&registry, 0, "setProfile", &profile).success();
    let spec = spec(&community, 1, 2, 2, 100_000);
    let contest = community.launch(&spec);
    enter(&mut community, &contest, &[110, 111, 112]);
    let info = phase_info(&community, &contest);
    community.world.now = number(&info["entriesEnd"]) as u32;
    community.poke(&contest, "drawJury", &json!({}));
    assert_eq!(community.phase(&contest), COMMIT, "all three jurors sit");
}
