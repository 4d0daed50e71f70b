//! What a member does alone: profile, declaration, resignation; headers and counts of signed messages.

use serde_json::json;
use ton_abi::{Nano, UnixMillis, UnixTime};
use workspace_tests::world::key;

use crate::hall::{DAY, Hall, TON, founding, k, keys, stranger, strings};
use crate::payload::{self, account, hash};
use crate::peers::number;

#[test]
fn a_member_sets_the_payout_address_and_the_profile() {
    let mut hall = Hall::new(15);
    let params = json!({ "payout": account(4).to_string(), "profileHash": hash(1) });
    let outcome = hall.call(3, "setProfile", &params);
    let events = hall.events(outcome.success());
    assert_eq!(events[0].0, "ProfileSet");
    let member = hall.get("getMember", &json!({ "key": k(3) }))["member"].clone();
    assert_eq!((&member["payout"], &member["profileHash"]), (&params["payout"], &params["profileHash"]));
    assert_eq!((&member["index"], &member["origin"]), (&json!("3"), &json!(k(3))));
}

#[test]
fn a_payout_address_is_one_of_workchain_zero() {
    let mut hall = Hall::new(15);
    for bad in [account(0).to_string(), account(4).to_string().replacen("0:", "-1:", 1)] {
        hall.refuse(3, "setProfile", &json!({ "payout": bad, "profileHash": hash(1) }), 161);
    }
}

#[test]
fn a_member_signs_the_declaration_and_the_profile_stays() {
    let mut hall = Hall::new(15);
    let profile = json!({ "payout": account(4).to_string(), "profileHash": hash(1) });
    hall.call(3, "setProfile", &profile).success();
    let outcome = hall.call(3, "attest", &json!({ "docHash": hash(2) }));
    assert_eq!(hall.events(outcome.success())[0].0, "DodSigned");
    let member = hall.get("getMember", &json!({ "key": k(3) }))["member"].clone();
    assert_eq!((&member["dodHash"], &member["profileHash"]), (&json!(hash(2)), &json!(hash(1))));
    assert_eq!(number(&member["dodAt"]), u64::from(hall.world.now));
}

#[test]
fn a_resignation_takes_effect_at_once_and_reaches_multisig_and_jury_pool() {
    let mut hall = Hall::new(15);
    let outcome = hall.call(4, "resign", &json!({}));
    let events = hall.events(outcome.success());
    assert_eq!(events[0].0, "MemberLeft");
    assert_eq!((hall.status("members"), hall.status("epoch")), (14, 1));
    let sent = hall.inbox();
    let sync = sent.iter().find(|s| s.name == "syncCustodians").expect("a sync");
    assert_eq!(sync.to, hall.multisig);
    let expected: Vec<_> = (0..15).filter(|n| *n != 4).map(k).collect();
    assert_eq!(sync.params["keys"], json!(expected), "the others keep their order");
    assert_eq!((&sync.params["reqConfirms"], &sync.params["epoch"]), (&json!("8"), &json!("1")));
    let leave = sent.iter().find(|s| s.name == "releaseMember").expect("a release");
    assert_eq!((&leave.to, &leave.params["key"]), (&hall.jury_pool, &json!(k(4))));
    let pool = hall.jury_pool.clone();
    hall.done(&pool, leave.nonce(), 0);
    assert!(hall.pending().is_empty());
    hall.refuse(4, "attest", &json!({ "docHash": hash(2) }), 200);
    let missing = hall.world.getter(&hall.contract, "getMember", &json!({ "key": k(4) }));
    assert!(missing.is_err());
}

#[test]
fn t32_attrition_never_takes_the_threshold_below_six() {
    let mut hall = Hall::new(15);
    let expected = [(14, 8), (13, 7), (12, 7), (11, 6), (10, 6), (9, 6), (8, 6), (7, 6), (6, 6)];
    for (leaver, (members, threshold)) in (0..9).zip(expected) {
        hall.call(leaver, "resign", &json!({})).success();
        let found = hall.get("getThreshold", &json!({}));
        assert_eq!((number(&found["members"]), number(&found["threshold"])), (members, threshold));
        let sync = hall.take("syncCustodians");
        assert_eq!(number(&sync.params["reqConfirms"]), threshold);
        let under = hall.get("getStatus", &json!({}))["underMin"].clone();
        assert_eq!(under, json!(members < 10));
    }
    hall.refuse(14, "resign", &json!({}), 201);
}

#[test]
fn a_signed_message_is_taken_once() {
    let mut hall = Hall::new(15);
    let message = hall.message(3, "attest", &json!({ "docHash": hash(2) }));
    hall.world.send(&message).success();
    let again = hall.world.send(&message);
    assert_eq!((again.refused(), again.code()), (true, 52));
    hall.world.now += 3600;
    let late = hall.world.send(&message);
    assert_eq!((late.refused(), late.code()), (true, 57));
}

#[test]
fn headers_are_bounded() {
    let mut hall = Hall::new(15);
    let now = hall.world.now;
    let text = json!({ "docHash": hash(2) });
    let send = |hall: &mut Hall, seconds: u32, expire: u32| {
        let mut header = hall.world.header(Some(&key(3)));
        header.time = UnixMillis(u64::from(now + seconds) * 1000 + 7);
        header.expire = UnixTime(expire);
        let message = hall.contract.call(&key(3), "attest", &text, &header);
        hall.world.send(&message)
    };
    assert_eq!(send(&mut hall, 0, now).code(), 57, "expired");
    assert_eq!(send(&mut hall, 0, now + 3601).code(), 57, "lives too long");
    assert_eq!(send(&mut hall, 300, now + 60).code(), 57, "from the future");
    send(&mut hall, 299, now + 3600).success();
    let other = hall.call(4, "attest", &text);
    other.success();
}

#[test]
fn t81_the_twenty_first_message_of_a_day_is_refused() {
    let mut hall = Hall::new(15);
    hall.world.now = hall.world.now / DAY * DAY + DAY;
    let text = json!({ "docHash": hash(2) });
    for _ in 0..20 {
        hall.world.now += 1;
        hall.call(3, "attest", &text).success();
    }
    hall.refuse(3, "attest", &text, 155);
    hall.call(4, "attest", &text).success();
    hall.world.now += DAY;
    hall.call(3, "attest", &text).success();
}

#[test]
fn strangers_pay_for_themselves() {
    let mut hall = Hall::new(15);
    let before = hall.world.balance(&hall.contract.address);
    for n in 100..140 {
        hall.refuse(n, "attest", &json!({ "docHash": hash(2) }), 200);
        hall.refuse_poke("resign", &json!({}), 200);
    }
    hall.refuse_poke("topUp", &json!({}), 151);
    assert_eq!(hall.world.balance(&hall.contract.address), before);
    let (exit, _) = hall.tell(&stranger(), "attest", &json!({ "docHash": hash(2) }));
    assert_eq!(exit, 200, "an internal message has no key");
}

#[test]
fn below_its_floor_the_registry_takes_no_signed_message() {
    let (mut hall, _) = Hall::deploy_with(&founding(15), 37 * TON);
    hall.complete();
    let params = Hall::proposal_params(payload::SIGNAL, &payload::signal(1, false));
    let id = hall.propose(0, payload::SIGNAL, &payload::signal(1, false));
    hall.refuse(1, "propose", &params, 160);
    hall.call(1, "attest", &json!({ "docHash": hash(2) })).success();
    hall.approve(id, 0..8);
    hall.execute(id);
    assert_eq!(hall.outcome(id), ("Executed", 0), "a signal costs nothing");
    let id = hall.propose(1, payload::REMOVE, &payload::remove(14));
    hall.approve(id, 0..8);
    hall.execute(id);
    assert_eq!(hall.outcome(id), ("Failed", 160), "a change of members has to be told to all");
    assert_eq!(hall.status("members"), 15);
    let (mut poor, _) = Hall::deploy_with(&founding(15), 27 * TON);
    let code = payload::base64(&crate::hall::code("Proposal"));
    poor.refuse_poke("setCode", &json!({ "kind": 0, "code": code }), 160);
}

#[test]
fn anybody_may_pay_for_gas() {
    let mut hall = Hall::new(15);
    let before = hall.world.balance(&hall.contract.address).0;
    let message = hall.contract.internal(&stranger(), Nano(10 * TON), "topUp", &json!({}));
    let done = hall.world.send_internal(message);
    assert_eq!(hall.events(&done)[0].0, "ToppedUp");
    let contract = hall.contract.address.clone();
    hall.world.give(&contract, Nano(5 * TON));
    assert!(hall.world.balance(&contract).0 > before + 14 * TON);
    assert_eq!(strings(&json!(hall.members())), keys(0..15));
}
