//! Interests: who competes or is paid decides nothing about it, under any key; and members choose no jurors.

use serde_json::json;
use workspace_tests::community::{Community, DAY, TON, action, document, number, payload, wallet};

use super::{COMMIT, rotate};
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
