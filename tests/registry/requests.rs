//! Requests without an answer: sent again, given up, come back (C18; T27).

use serde_json::json;
use ton_abi::Nano;

use crate::hall::{Hall, RESEND_AFTER, TON, k, stranger};
use crate::payload::{self, CLOSE_STAGE, LAUNCH, REMOVE, ROTATE, account, launch, spec};

fn resend(hall: &mut Hall, nonce: u64) {
    hall.world.now += RESEND_AFTER;
    hall.poke("resend", &json!({ "nonce": nonce.to_string() })).success();
}

#[test]
fn a_request_is_sent_again_after_ten_minutes_with_the_same_content() {
    let mut hall = Hall::new(15);
    hall.decide(CLOSE_STAGE, &payload::close_stage(1));
    let first = hall.take("close");
    let poke = json!({ "nonce": first.nonce().to_string() });
    hall.world.now += RESEND_AFTER - 1;
    hall.refuse_poke("resend", &poke, 153);
    hall.world.now += 1;
    let outcome = hall.poke("resend", &poke);
    assert_eq!(hall.events(outcome.success())[0].0, "Resent");
    let second = hall.take("close");
    assert_eq!((first.params, first.value), (second.params, second.value));
    hall.refuse_poke("resend", &poke, 153);
    hall.refuse_poke("resend", &json!({ "nonce": 999 }), 157);
}

#[test]
fn every_step_of_a_launch_can_be_sent_again() {
    let mut hall = Hall::new(15);
    hall.decide(LAUNCH, &launch(&spec(hall.world.now, json!({}))));
    let (treasury, pool) = (hall.treasury.clone(), hall.jury_pool.clone());
    let nonce = hall.take("reserve").nonce();
    resend(&mut hall, nonce);
    assert_eq!(hall.take("reserve").nonce(), nonce);
    hall.done(&treasury, nonce, 0);
    hall.world.inbox.clear();
    resend(&mut hall, nonce);
    assert_eq!(hall.take("authorizeContest").nonce(), nonce);
    hall.done(&pool, nonce, 0);
    hall.take("deploy");
    resend(&mut hall, nonce);
    assert_eq!(hall.take("announce").nonce(), nonce, "never a second deployment");
}

#[test]
fn a_request_that_is_never_answered_is_given_up() {
    let mut hall = Hall::new(15);
    let (id, _) = hall.decide(CLOSE_STAGE, &payload::close_stage(1));
    let nonce = hall.take("close").nonce();
    for _ in 0..10 {
        resend(&mut hall, nonce);
        hall.take("close");
    }
    resend(&mut hall, nonce);
    assert!(!hall.names().contains(&"close".to_owned()));
    assert_eq!(hall.outcome(id), ("Failed", 157));
    assert!(hall.pending().is_empty());
    hall.refuse_poke("resend", &json!({ "nonce": nonce.to_string() }), 157);
}

#[test]
fn a_seat_that_is_given_up_is_released_and_free() {
    let mut hall = Hall::new(14);
    let contest = hall.launched(&spec(hall.world.now, json!({})));
    hall.finalized(contest);
    hall.nominate(contest, 1, 1, 50);
    let (id, _) = hall.decide(payload::ADMIT, &payload::admit(1));
    let nonce = hall.take("reserveMember").nonce();
    for _ in 0..10 {
        resend(&mut hall, nonce);
    }
    hall.world.inbox.clear();
    resend(&mut hall, nonce);
    assert_eq!(hall.take("releaseMember").params["key"], k(50));
    assert_eq!(hall.outcome(id), ("Failed", 157));
    hall.execute(id);
    let again = hall.take("reserveMember");
    hall.reserved(again.nonce(), true);
    assert_eq!(hall.status("members"), 15, "the seat was not lost");
}

#[test]
fn a_request_that_comes_back_fails_the_action_once() {
    let mut hall = Hall::new(15);
    let (id, _) = hall.decide(CLOSE_STAGE, &payload::close_stage(1));
    let close = hall.take("close");
    hall.world.bounce(&close.view);
    assert_eq!(hall.outcome(id), ("Failed", 157));
    hall.execute(id);
    let second = hall.take("close");
    hall.world.bounce(&close.view);
    assert_eq!(hall.pending().len(), 1, "an old bounce does not touch the new request");
    let treasury = hall.treasury.clone();
    hall.done(&treasury, second.nonce(), 0);
    assert_eq!(hall.outcome(id), ("Executed", 0));
}

#[test]
fn a_bounce_from_elsewhere_is_no_bounce() {
    let mut hall = Hall::new(15);
    hall.decide(CLOSE_STAGE, &payload::close_stage(1));
    let mut close = hall.take("close").view;
    close.dst = Some(stranger());
    hall.world.bounce(&close);
    assert_eq!(hall.pending().len(), 1);
}

#[test]
fn a_bounce_of_the_multisig_touches_no_proposal() {
    let mut hall = Hall::new(15);
    let id = hall.propose(0, payload::SIGNAL, &payload::signal(1, false));
    hall.call(14, "resign", &json!({})).success();
    let sync = hall.take("syncCustodians");
    let done = hall.world.bounce(&sync.view);
    assert!(hall.events(&done).is_empty());
    assert_eq!((hall.status("open"), hall.outcome(id).0), (1, "Active"));
}

#[test]
fn bounces_of_a_launch_end_it_with_a_release() {
    let mut hall = Hall::new(15);
    let (id, _) = hall.decide(LAUNCH, &launch(&spec(hall.world.now, json!({}))));
    let reserve = hall.take("reserve");
    hall.world.bounce(&reserve.view);
    assert_eq!(hall.outcome(id), ("Failed", 157));
    hall.execute(id);
    let nonce = hall.take("reserve").nonce();
    let treasury = hall.treasury.clone();
    hall.done(&treasury, nonce, 0);
    let authorize = hall.take("authorizeContest");
    hall.world.bounce(&authorize.view);
    let release = hall.take("release");
    hall.world.bounce(&release.view);
    assert_eq!(hall.outcome(id), ("Failed", 157));
    assert!(hall.pending().is_empty());
}

#[test]
fn a_budget_whose_release_was_lost_is_released_when_the_proposal_ends() {
    let mut hall = Hall::new(15);
    let (id, _) = hall.decide(LAUNCH, &launch(&spec(hall.world.now, json!({}))));
    let nonce = hall.take("reserve").nonce();
    let treasury = hall.treasury.clone();
    hall.done(&treasury, nonce, 0);
    let authorize = hall.take("authorizeContest");
    hall.world.bounce(&authorize.view);
    let release = hall.take("release");
    hall.world.bounce(&release.view);
    hall.world.inbox.clear();
    hall.world.now += 30 * 86_400;
    hall.poke_proposal(id, "close");
    let sent = hall.inbox();
    let named = |name: &str| sent.iter().find(|sent| sent.name == name).expect("it was sent").clone();
    let (again, forget) = (named("release"), named("forgetContest"));
    assert_eq!(again.params["contestId"], release.params["contestId"]);
    assert_eq!(forget.params["contestId"], release.params["contestId"], "its own jury is free again");
    hall.world.bounce(&again.view);
    hall.world.bounce(&forget.view);
    assert_eq!(hall.pending().len(), 2, "anybody may send them again");
    hall.done(&treasury, again.nonce(), 0);
    let pool = hall.jury_pool.clone();
    hall.done(&pool, forget.nonce(), 0);
    assert!(hall.pending().is_empty());
}

#[test]
fn a_removal_has_its_effect_even_when_the_jury_pool_cannot_be_told() {
    let mut hall = Hall::new(15);
    let (id, _) = hall.decide(REMOVE, &payload::remove(14));
    let leave = hall.take("releaseMember");
    hall.world.bounce(&leave.view);
    assert_eq!(hall.outcome(id), ("Executed", 0));
    let waits = hall.get("getPending", &json!({ "afterNonce": 0, "limit": 9 }))["requests"][0].clone();
    assert_eq!(
        (&waits["step"], &waits["proposal"]),
        (&json!("6"), &json!("0")),
        "no decision waits any more"
    );
    hall.world.inbox.clear();
    resend(&mut hall, leave.nonce());
    assert_eq!(hall.take("releaseMember").params["key"], k(14));
    let pool = hall.jury_pool.clone();
    hall.done(&pool, leave.nonce(), 0);
    assert!(hall.pending().is_empty());
}

#[test]
fn a_bounced_reservation_of_a_key_can_be_tried_again() {
    let mut hall = Hall::new(15);
    let (id, _) = hall.decide(ROTATE, &payload::rotate(4, 60));
    let reserve = hall.take("reserveMember");
    hall.world.bounce(&reserve.view);
    assert_eq!(hall.outcome(id), ("Failed", 157));
    hall.execute(id);
    let again = hall.inbox().into_iter().find(|s| s.name == "reserveMember").expect("asked again");
    hall.reserved(again.nonce(), true);
    assert_eq!(hall.members()[4], k(60));
}

#[test]
fn a_confirmation_can_be_queued_again_until_its_time_is_over() {
    let mut hall = Hall::new(15);
    let contest = hall.launched(&spec(hall.world.now, json!({})));
    let nonce = hall.finalized(contest);
    resend(&mut hall, nonce);
    assert_eq!(hall.take("enqueue").nonce(), nonce);
    let answer = json!({ "nonce": nonce.to_string(), "code": 0 });
    let multisig = hall.multisig.clone();
    assert_eq!(hall.tell(&multisig, "done", &answer).0, 150, "the multisig answers nothing");
    for _ in 0..10 {
        resend(&mut hall, nonce);
    }
    hall.world.now += RESEND_AFTER;
    hall.refuse_poke("resend", &json!({ "nonce": nonce.to_string() }), 155);
    hall.world.inbox.clear();
    hall.world.now += 15 * 86_400;
    hall.call(14, "resign", &json!({})).success();
    assert!(!hall.names().contains(&"enqueue".to_owned()));
    assert!(hall.pending().iter().all(|(open, _)| *open != nonce));
}

#[test]
fn the_members_can_be_sent_to_the_multisig_again() {
    let mut hall = Hall::new(15);
    hall.refuse_poke("resync", &json!({}), 153);
    for _ in 0..10 {
        hall.world.now += RESEND_AFTER;
        hall.poke("resync", &json!({})).success();
        let sync = hall.take("syncCustodians");
        assert_eq!(sync.params["keys"], json!(hall.members()));
        hall.refuse_poke("resync", &json!({}), 153);
    }
    hall.world.now += RESEND_AFTER;
    hall.refuse_poke("resync", &json!({}), 155);
    hall.call(14, "resign", &json!({})).success();
    hall.world.now += RESEND_AFTER;
    hall.poke("resync", &json!({})).success();
}

#[test]
fn answers_under_unknown_nonces_are_refused_and_keep_their_money() {
    let mut hall = Hall::new(15);
    let before = hall.world.balance(&hall.contract.address).0;
    let pool = hall.jury_pool.clone();
    assert_eq!(hall.tell(&pool, "onMemberReserved", &json!({ "nonce": 9, "ok": true })).0, 157);
    let treasury = hall.treasury.clone();
    assert_eq!(hall.tell(&treasury, "done", &json!({ "nonce": 9, "code": 0 })).0, 157);
    let contract = hall.contract.address.clone();
    hall.world.give(&contract, Nano(TON));
    assert!(hall.world.balance(&contract).0 > before);
}

#[test]
fn there_are_sixteen_open_confirmations_at_most() {
    let mut hall = Hall::new(15);
    let contract = hall.contract.address.clone();
    hall.world.give(&contract, Nano(1_000 * TON));
    for number in 1..=17u32 {
        let now = hall.world.now;
        let contest = hall.launched(&spec(now, json!({})));
        assert_eq!(contest, number);
        let escrow = hall.escrow(contest);
        hall.hear(
            &escrow,
            "onFinalized",
            &json!({ "contestId": contest, "nonce": "5",
            "resultsHash": payload::hash(7), "payoutHash": payload::hash(8), "until": now + 300 * 86_400, "entrants": {} }),
        );
        let names = hall.names();
        assert_eq!(names.contains(&"enqueue".to_owned()), number <= 16, "contest {number}: {names:?}");
    }
    hall.fails(payload::PAY_ORG, &payload::pay_org(&[account(1)]), 155);
    hall.call(14, "resign", &json!({})).success();
    let names = hall.names();
    assert_eq!(names.iter().filter(|name| *name == "enqueue").count(), 16, "all are queued again");
}
