//! Seats and keys: AdmitMember, RotateKey, RemoveMember (5.5; A03, A04, T31-T35).

use serde_json::json;

use crate::hall::{DAY, Hall, k, keys, strings};
use crate::payload::{self, ADMIT, REMOVE, ROTATE, account, hash};
use crate::peers::{Sent, number};

/// A registry whose first contest has its ranking, and candidates with these keys.
fn with_candidates(members: u8, candidates: &[u8]) -> (Hall, u32) {
    let mut hall = Hall::new(members);
    let contest = hall.launched(&payload::spec(hall.world.now, json!({})));
    hall.finalized(contest);
    for (at, n) in candidates.iter().enumerate() {
        assert_eq!(hall.nominate(contest, u32::try_from(at).expect("small") + 1, 1, *n), 0);
    }
    (hall, contest)
}

fn named(sent: &[Sent], name: &str) -> Vec<Sent> {
    sent.iter().filter(|s| s.name == name).cloned().collect()
}

#[test]
fn a_candidate_takes_the_free_seat_when_the_jury_pool_agrees() {
    let (mut hall, contest) = with_candidates(14, &[50]);
    let (id, events) = hall.decide(ADMIT, &payload::admit(1));
    assert!(events.is_empty(), "the pool is asked first: {events:?}");
    assert_eq!(hall.outcome(id).0, "Passed");
    let reserve = hall.take("reserveMember");
    assert_eq!((&reserve.to, &reserve.params["key"]), (&hall.jury_pool, &json!(k(50))));
    let events = hall.reserved(reserve.nonce(), true);
    let names: Vec<_> = events.iter().map(|e| e.0.as_str()).collect();
    assert_eq!(names, ["MemberAdmitted", "SyncSent", "ActionExecuted", "ProposalClosed"]);
    let member = hall.get("getMember", &json!({ "key": k(50) }))["member"].clone();
    assert_eq!((&member["index"], &member["fromContest"]), (&json!("14"), &json!(contest.to_string())));
    assert_eq!((&member["payout"], &member["place"]), (&json!(account(50).to_string()), &json!("1")));
    assert_eq!((hall.status("members"), hall.status("epoch")), (15, 1));
    let sync = hall.take("syncCustodians");
    assert_eq!(sync.params["keys"], json!(hall.members()));
    assert_eq!(number(&sync.params["reqConfirms"]), 8);
    let left = hall.get("getCandidates", &json!({ "afterId": 0, "limit": 9 }))["candidates"].clone();
    assert_eq!(left, json!([]));
    assert_eq!(hall.outcome(id), ("Executed", 0));
}

#[test]
fn the_open_confirmations_are_queued_again_after_a_change_of_members() {
    let (mut hall, _) = with_candidates(14, &[50]);
    hall.decide(ADMIT, &payload::admit(1));
    let reserve = hall.take("reserveMember");
    hall.reserved(reserve.nonce(), true);
    let sent = hall.inbox();
    let order: Vec<_> = sent.iter().filter(|s| s.to == hall.multisig).map(|s| s.name.as_str()).collect();
    assert_eq!(order, ["syncCustodians", "enqueue"], "the members first");
    let excluded = &named(&sent, "enqueue")[0].params["excludedKeys"];
    assert_eq!(*excluded, json!([k(50)]), "without the winner who is a member now");
}

#[test]
fn t35_a_juror_does_not_become_member() {
    let (mut hall, _) = with_candidates(14, &[50]);
    let (id, _) = hall.decide(ADMIT, &payload::admit(1));
    let reserve = hall.take("reserveMember");
    let events = hall.reserved(reserve.nonce(), false);
    assert_eq!(events[0].0, "SeatRefused");
    assert_eq!(hall.outcome(id), ("Failed", 210));
    assert_eq!((hall.status("members"), hall.status("epoch")), (14, 0));
    let pool = hall.jury_pool.clone();
    let late = json!({ "nonce": reserve.nonce().to_string(), "ok": true });
    assert_eq!(hall.tell(&pool, "onMemberReserved", &late).0, 157, "the question is answered");
    hall.execute(id);
    let again = hall.take("reserveMember");
    hall.reserved(again.nonce(), true);
    assert_eq!(hall.status("members"), 15, "a juror who resigned meanwhile may");
}

#[test]
fn only_the_jury_pool_answers_for_seats() {
    let (mut hall, _) = with_candidates(14, &[50]);
    hall.decide(ADMIT, &payload::admit(1));
    let reserve = hall.take("reserveMember");
    let answer = json!({ "nonce": reserve.nonce().to_string(), "ok": true });
    for from in [hall.treasury.clone(), hall.multisig.clone(), account(0x77)] {
        assert_eq!(hall.tell(&from, "onMemberReserved", &answer).0, 150);
        let done = json!({ "nonce": reserve.nonce().to_string(), "code": 0 });
        assert_eq!(hall.tell(&from, "done", &done).0, 150);
    }
    assert_eq!(hall.status("members"), 14);
}

#[test]
fn t31_of_two_candidates_for_the_last_seat_one_is_seated() {
    let (mut hall, _) = with_candidates(14, &[50, 51]);
    let (first, _) = hall.decide(ADMIT, &payload::admit(1));
    let reserve = hall.take("reserveMember");
    let (second, events) = hall.decide(ADMIT, &payload::admit(2));
    assert_eq!(events[0].0, "ActionFailed");
    assert_eq!(hall.outcome(second), ("Failed", 202), "a seat that waits counts as taken");
    hall.reserved(reserve.nonce(), true);
    assert_eq!(hall.outcome(first), ("Executed", 0));
    assert_eq!(hall.status("members"), 15);
    hall.execute(second);
    assert_eq!(hall.outcome(second), ("Failed", 202));
    hall.call(10, "resign", &json!({})).success();
    hall.world.inbox.clear();
    hall.execute(second);
    let reserve = hall.take("reserveMember");
    hall.reserved(reserve.nonce(), true);
    assert_eq!(hall.status("members"), 15);
    let member = hall.get("getMember", &json!({ "key": k(51) }))["member"].clone();
    assert_eq!(member["index"], "10", "the least free index");
}

#[test]
fn t31_the_same_candidate_is_seated_once() {
    let (mut hall, _) = with_candidates(12, &[50]);
    hall.decide(ADMIT, &payload::admit(1));
    let reserve = hall.take("reserveMember");
    let (second, _) = hall.decide(ADMIT, &payload::admit(1));
    assert_eq!(hall.outcome(second), ("Failed", 156), "the key waits already");
    hall.reserved(reserve.nonce(), true);
    hall.execute(second);
    assert_eq!(hall.outcome(second), ("Failed", 157), "there is no such candidate any more");
    assert_eq!(hall.status("members"), 13);
}

#[test]
fn a_candidacy_ends_with_its_cycles() {
    let (mut hall, _) = with_candidates(14, &[50]);
    let candidate = hall.get("getCandidates", &json!({ "afterId": 0, "limit": 9 }))["candidates"][0].clone();
    assert_eq!(number(&candidate["expires"]), 1_720_000_000, "the present cycle and the next one");
    hall.world.now = 1_720_000_000;
    let (id, _) = hall.decide(ADMIT, &payload::admit(1));
    assert_eq!(hall.outcome(id), ("Failed", 208));
}

#[test]
fn an_unknown_candidate_is_refused() {
    let mut hall = Hall::new(14);
    let (id, _) = hall.decide(ADMIT, &payload::admit(4));
    assert_eq!(hall.outcome(id), ("Failed", 157));
}

#[test]
fn a_key_is_rotated_in_place() {
    let mut hall = Hall::new(15);
    let profile = json!({ "payout": account(4).to_string(), "profileHash": hash(1) });
    hall.call(4, "setProfile", &profile).success();
    let (id, _) = hall.decide(ROTATE, &payload::rotate(4, 60));
    let reserve = hall.take("reserveMember");
    assert_eq!(reserve.params["key"], k(60));
    let events = hall.reserved(reserve.nonce(), true);
    assert_eq!(events[0].0, "KeyRotated");
    let sent = hall.inbox();
    assert_eq!(named(&sent, "syncCustodians")[0].params["keys"][4], k(60));
    let leave = &named(&sent, "releaseMember")[0];
    assert_eq!(leave.params["key"], k(4));
    assert_eq!(hall.outcome(id).0, "Passed", "the pool must let the old key go first");
    let pool = hall.jury_pool.clone();
    hall.done(&pool, leave.nonce(), 0);
    assert_eq!(hall.outcome(id), ("Executed", 0));
    let member = hall.get("getMember", &json!({ "key": k(60) }))["member"].clone();
    assert_eq!((&member["index"], &member["origin"]), (&json!("4"), &json!(k(4))));
    assert_eq!((&member["payout"], &member["profileHash"]), (&profile["payout"], &profile["profileHash"]));
    hall.refuse(4, "attest", &json!({ "docHash": hash(2) }), 200);
    hall.call(60, "attest", &json!({ "docHash": hash(2) })).success();
}

#[test]
fn t42_a_rotated_key_keeps_the_open_proposals_of_its_seat() {
    let mut hall = Hall::new(15);
    let signal = |n| payload::signal(n, false);
    let mine: Vec<u32> = (0..5).map(|n| hall.propose(4, payload::SIGNAL, &signal(n))).collect();
    for (old, new) in [(4, 60), (60, 61)] {
        hall.decide_by(ROTATE, &payload::rotate(old, new), [0, 1, 2, 3, 5, 6, 7, 8]);
        let reserve = hall.take("reserveMember");
        hall.reserved(reserve.nonce(), true);
        hall.world.inbox.clear();
    }
    let open = |hall: &Hall| hall.get("getMember", &json!({ "key": k(61) }))["member"]["open"].clone();
    assert_eq!(open(&hall), json!("5"));
    hall.refuse(61, "propose", &Hall::proposal_params(payload::SIGNAL, &signal(9)), 203);
    let list = hall.get("getOpenProposals", &json!({ "afterId": 0, "limit": 99 }))["proposals"].clone();
    let shown = list.as_array().expect("a list").iter().find(|one| one["id"] == json!(mine[0].to_string()));
    assert_eq!(shown.expect("it is open")["proposer"], json!(k(61)));
    hall.approve(mine[0], [0, 1, 2, 3, 5, 6, 7, 8]);
    hall.execute(mine[0]);
    assert_eq!(open(&hall), json!("4"), "and their slots come back to it");
    hall.propose(61, payload::SIGNAL, &signal(9));
}

#[test]
fn a_seated_key_starts_with_the_time_of_its_seat() {
    let mut hall = Hall::new(15);
    let early = hall.message(60, "attest", &json!({ "docHash": hash(2) }));
    hall.world.now += 1;
    hall.decide(ROTATE, &payload::rotate(4, 60));
    let reserve = hall.take("reserveMember");
    hall.reserved(reserve.nonce(), true);
    let outcome = hall.world.send(&early);
    assert_eq!((outcome.refused(), outcome.code()), (true, 52));
}

#[test]
fn rotations_to_used_keys_or_from_unknown_ones_fail() {
    let mut hall = Hall::new(15);
    hall.fails(ROTATE, &payload::rotate(4, 5), 156);
    hall.fails(ROTATE, &payload::rotate(99, 60), 200);
    hall.decide(ROTATE, &payload::rotate(4, 60));
    hall.fails(ROTATE, &payload::rotate(5, 60), 156);
}

#[test]
fn a_rotation_of_a_member_who_left_meanwhile_gives_the_new_key_back() {
    let mut hall = Hall::new(15);
    let (id, _) = hall.decide(ROTATE, &payload::rotate(4, 60));
    let reserve = hall.take("reserveMember");
    hall.call(4, "resign", &json!({})).success();
    hall.world.inbox.clear();
    hall.reserved(reserve.nonce(), true);
    let leave = hall.take("releaseMember");
    assert_eq!(leave.params["key"], k(60));
    assert_eq!(hall.outcome(id), ("Failed", 200));
    assert_eq!(hall.status("members"), 14);
}

#[test]
fn a_refused_rotation_changes_nothing() {
    let mut hall = Hall::new(15);
    let (id, _) = hall.decide(ROTATE, &payload::rotate(4, 60));
    let reserve = hall.take("reserveMember");
    hall.reserved(reserve.nonce(), false);
    assert_eq!(hall.outcome(id), ("Failed", 210));
    assert_eq!(strings(&json!(hall.members())), keys(0..15));
}

#[test]
fn a_member_is_removed_and_the_key_is_free() {
    let mut hall = Hall::new(15);
    let (id, events) = hall.decide(REMOVE, &payload::remove(14));
    assert_eq!(events[0].0, "MemberRemoved");
    assert_eq!((hall.status("members"), hall.status("epoch")), (14, 1));
    let sent = hall.inbox();
    assert_eq!(named(&sent, "syncCustodians").len(), 1);
    let leave = &named(&sent, "releaseMember")[0];
    let pool = hall.jury_pool.clone();
    hall.done(&pool, leave.nonce(), 0);
    assert_eq!(hall.outcome(id), ("Executed", 0));
}

#[test]
fn t33_the_subject_of_a_removal_has_no_vote_and_the_threshold_stays() {
    let mut hall = Hall::new(15);
    let id = hall.propose(0, REMOVE, &payload::remove(3));
    let vote = hall.vote(id, 3, 2);
    assert_eq!((vote.refused(), vote.code()), (true, 308));
    assert_eq!(number(&hall.info(id)["threshold"]), 8);
}

#[test]
fn t31_a_removal_at_the_minimum_is_refused_and_a_resignation_is_not() {
    let mut hall = Hall::new(10);
    let (id, _) = hall.decide_by(REMOVE, &payload::remove(9), 0..6);
    assert_eq!(hall.outcome(id), ("Failed", 201));
    hall.call(9, "resign", &json!({})).success();
    assert_eq!(hall.get("getStatus", &json!({}))["underMin"], true);
    for kind in [3, 4, 5, 7, 8, 11, 13, 16, 17] {
        hall.refuse(0, "propose", &Hall::proposal_params(kind, &payload::signal(1, false)), 201);
    }
    hall.decide_by(ROTATE, &payload::rotate(4, 60), 0..6);
    hall.take("reserveMember");
}

#[test]
fn t31_a_decision_from_before_does_not_run_under_the_minimum() {
    let mut hall = Hall::new(10);
    let id = hall.propose(0, payload::LAUNCH, &payload::launch(&payload::spec(hall.world.now, json!({}))));
    hall.approve(id, 0..6);
    hall.call(9, "resign", &json!({})).success();
    hall.world.inbox.clear();
    hall.execute(id);
    assert_eq!(hall.outcome(id), ("Failed", 201));
    assert!(!hall.names().contains(&"reserve".to_owned()));
}

#[test]
fn removing_an_unknown_key_fails() {
    let mut hall = Hall::new(15);
    hall.fails(REMOVE, &payload::remove(70), 200);
}

#[test]
fn a_member_who_comes_again_cannot_be_released_by_an_old_request() {
    let (mut hall, _) = with_candidates(15, &[]);
    hall.call(14, "resign", &json!({})).success();
    let leave = hall.take("releaseMember");
    assert_eq!(hall.nominate(1, 1, 1, 14), 0);
    hall.decide(ADMIT, &payload::admit(1));
    let reserve = hall.take("reserveMember");
    hall.reserved(reserve.nonce(), true);
    hall.world.inbox.clear();
    hall.world.now += DAY;
    hall.poke("resend", &json!({ "nonce": leave.nonce().to_string() })).success();
    assert!(!hall.names().contains(&"releaseMember".to_owned()));
    assert!(hall.pending().iter().all(|(nonce, _)| *nonce != leave.nonce()));
    assert_eq!(hall.status("members"), 15);
}
