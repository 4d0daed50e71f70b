//! Members come, go and change their keys (governance 5.11, flow 5).

use serde_json::json;
use ton_abi::Nano;
use workspace_tests::community::{Community, TON, action, number, payload, wallet};
use workspace_tests::world::{key, public_json};

use crate::arena::{WINNERS, enter, funded, judge, settle, spec, with_jury};

/// Keys of the multisig's custodians in the order of their indices.
fn custodians(community: &Community) -> Vec<String> {
    let list = community.get(&community.multisig, "getCustodians", &json!({}))["custodians"].clone();
    let mut list: Vec<_> = list
        .as_array()
        .expect("a list")
        .iter()
        .map(|c| (number(&c["index"]), c["pubkey"].to_string()))
        .collect();
    list.sort();
    list.into_iter().map(|(_, key)| key).collect()
}

#[test]
fn a_resignation_takes_the_custodian_out_of_the_wallet() {
    let mut community = Community::found();
    let registry = community.registry.clone();
    community.call(&registry, 14, "resign", &json!({})).success();
    assert_eq!(custodians(&community).len(), 14);
    let threshold = community.get(&community.registry, "getThreshold", &json!({}));
    assert_eq!(number(&threshold["threshold"]), 8);
    let parameters = community.get(&community.multisig, "getParameters", &json!({}));
    assert_eq!(number(&parameters["requiredTxnConfirms"]), 8);
    assert_eq!(community.call(&registry, 14, "attest", &json!({ "docHash": "1" })).code(), 200);
}

#[test]
fn a_winner_who_is_a_juror_now_cannot_take_a_seat() {
    let mut community = funded();
    let contest = with_jury(&mut community);
    let registry = community.registry.clone();
    community.call(&registry, 14, "resign", &json!({})).success();
    let nominate = contest.internal(&wallet(WINNERS[0]), Nano(3 * TON), "nominate", &json!({ "entry": 1 }));
    community.world.send_internal(nominate);
    let candidates = community.get(&registry, "getCandidates", &json!({ "afterId": 0, "limit": 10 }));
    assert_eq!(candidates["candidates"][0]["key"], json!(public_json(&key(WINNERS[0]))));
    let admit = payload("AdmitMember", &json!({ "candidate": 1 }));
    let outcome = community.decide(action::ADMIT_MEMBER, &admit, 0..8);
    assert_eq!((&outcome["outcome"], &outcome["code"]), (&json!("5"), &json!("210")), "{outcome}");
}

#[test]
fn a_winner_takes_the_free_seat_and_cannot_confirm_the_own_prize() {
    let mut community = funded();
    with_jury(&mut community);
    let spec = spec(&community, 1, 2, 2, 100_000);
    let contest = community.launch(&spec);
    enter(&mut community, &contest, &[110, 111, 112]);
    judge(&mut community, &contest, &WINNERS, &[(1, 10), (2, 8), (3, 6)]);
    let registry = community.registry.clone();
    community.call(&registry, 14, "resign", &json!({})).success();
    let nominate = contest.internal(&wallet(110), Nano(3 * TON), "nominate", &json!({ "entry": 1 }));
    community.world.send_internal(nominate);
    let admit = payload("AdmitMember", &json!({ "candidate": 1 }));
    let outcome = community.decide(action::ADMIT_MEMBER, &admit, 0..8);
    assert_eq!(outcome["outcome"], json!("4"), "{outcome}");
    let seated = custodians(&community);
    assert_eq!(seated.len(), 15);
    assert!(seated.iter().any(|k| k.contains(public_json(&key(110)).trim_start_matches("0x"))));
    let payout = community.oldest_confirmation();
    let own = community.call(&community.multisig.clone(), 110, "confirmTransaction", &payout);
    assert_eq!(own.code(), 132, "nobody confirms the own prize");
    community.confirm_oldest(0..8);
    settle(&mut community, &contest);
}
