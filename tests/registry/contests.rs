//! The directory: results, candidates, interests, holds, records, stages, org payments (5.5; A14, A17, A20, T34, T44).

use serde_json::json;

use crate::hall::{DAY, Hall, TON, k, keys, stranger, strings};
use crate::payload::{self, CLOSE_STAGE, EXTEND, HOLD, PAY_ORG, account, hash, spec};
use crate::peers::number;

fn with_contest() -> (Hall, u32) {
    let mut hall = Hall::new(15);
    let contest = hall.launched(&spec(hall.world.now, json!({})));
    (hall, contest)
}

fn finalized() -> (Hall, u32) {
    let (mut hall, contest) = with_contest();
    hall.finalized(contest);
    (hall, contest)
}

#[test]
fn a_ranking_is_queued_for_confirmation_without_those_who_take_part() {
    let (mut hall, contest) = with_contest();
    let escrow = hall.escrow(contest);
    let events = hall.hear(&escrow, "onMemberEntry", &json!({ "contestId": contest, "key": k(3) }));
    assert_eq!(events[0].0, "MemberEntry");
    let until = hall.world.now + 14 * DAY;
    let report = json!({ "contestId": contest, "nonce": "5", "resultsHash": hash(7), "payoutHash": hash(8), "until": until, "entrants": {} });
    let events = hall.hear(&escrow, "onFinalized", &report);
    assert_eq!(events[0].0, "ContestFinalized");
    let sent = hall.inbox();
    assert_eq!(sent.len(), 2);
    let enqueue = &sent.iter().find(|s| s.name == "enqueue").expect("a confirmation").params;
    assert_eq!((&enqueue["dest"], &enqueue["hash"]), (&json!(escrow.to_string()), &json!(hash(8))));
    assert_eq!((&enqueue["until"], &enqueue["excludedKeys"]), (&json!(until.to_string()), &json!([k(3)])));
    assert_eq!(enqueue["nonce"], events[0].1["nonce"]);
    let answer = &sent.iter().find(|s| s.name == "done").expect("an answer").params;
    assert_eq!((&answer["nonce"], &answer["code"]), (&json!("5"), &json!("0")));
    let record = hall.contest(contest);
    assert_eq!((&record["status"], &record["payoutHash"]), (&json!("3"), &json!(hash(8))));
    assert_eq!(record["excluded"], json!([k(3)]));

    hall.hear(&escrow, "onFinalized", &report);
    assert_eq!(hall.names(), ["done"], "the same ranking again is only answered");
    let mut other = report.clone();
    other["payoutHash"] = json!(hash(9));
    hall.hear(&escrow, "onFinalized", &other);
    assert_eq!(hall.take("enqueue").params["hash"], hash(9));
    assert_eq!(hall.pending().len(), 1, "it replaces the former confirmation");
}

#[test]
fn a_contest_without_a_budget_has_no_ranking() {
    let mut hall = Hall::new(15);
    hall.decide(payload::LAUNCH, &payload::launch(&spec(hall.world.now, json!({}))));
    hall.world.inbox.clear();
    let escrow = hall.escrow(1);
    hall.hear(
        &escrow,
        "onFinalized",
        &json!({ "contestId": 1, "nonce": "5", "resultsHash": hash(7),
        "payoutHash": hash(8), "until": 9, "entrants": {} }),
    );
    assert_eq!(hall.take("done").params["code"], "152");
}

#[test]
fn t34_only_the_contest_itself_speaks_for_it() {
    let (mut hall, contest) = finalized();
    let other = hall.escrow(contest + 1);
    let candidate = json!({ "contestId": contest, "nonce": "7", "entryId": 1, "place": 1, "key": k(50),
        "addr": account(50).to_string() });
    let calls = [
        ("onFunded", json!({ "contestId": contest })),
        (
            "onFinalized",
            json!({ "contestId": contest, "nonce": "5", "resultsHash": hash(1), "payoutHash": hash(2),
            "until": 9, "entrants": {} }),
        ),
        ("onContestClosed", json!({ "contestId": contest, "ending": 1 })),
        ("onMemberEntry", json!({ "contestId": contest, "key": k(3) })),
        ("registerCandidate", candidate),
    ];
    for (function, params) in calls {
        for from in [&other, &stranger(), &hall.treasury.clone(), &hall.multisig.clone()] {
            assert_eq!(hall.tell(from, function, &params).0, 150, "{function}");
        }
        let mut unknown = params.clone();
        unknown["contestId"] = json!(contest + 1);
        assert_eq!(hall.tell(&other, function, &unknown).0, 150, "{function} of an unknown contest");
    }
    assert_eq!(hall.contest(contest)["status"], "3");
}

#[test]
fn t34_candidates_have_a_place_and_stand_once() {
    let (mut hall, contest) = with_contest();
    assert_eq!(hall.nominate(contest, 1, 1, 50), 152, "there is no ranking yet");
    hall.finalized(contest);
    assert_eq!(hall.nominate(contest, 1, 4, 50), 207);
    assert_eq!(hall.nominate(contest, 1, 0, 50), 207);
    assert_eq!(hall.nominate(contest, 1, 3, 50), 0);
    assert_eq!(hall.nominate(contest, 1, 3, 50), 0, "the same again gets the same answer");
    assert_eq!(hall.nominate(contest, 2, 1, 50), 206, "another entry of the same key");
    assert_eq!(hall.nominate(contest, 3, 1, 4), 206, "a member");
    let list = hall.get("getCandidates", &json!({ "afterId": 0, "limit": 9 }))["candidates"].clone();
    assert_eq!(list.as_array().expect("a list").len(), 1);
    assert_eq!((&list[0]["key"], &list[0]["place"]), (&json!(k(50)), &json!("3")));
    assert_eq!(list[0]["endTime"], hall.contest(contest)["finalizedAt"]);
}

#[test]
fn there_are_sixty_four_candidates_at_most_and_expired_ones_make_room() {
    let (mut hall, contest) = finalized();
    for n in 0..64 {
        assert_eq!(hall.nominate(contest, u32::from(n), 1, 50 + n), 0);
    }
    assert_eq!(hall.nominate(contest, 99, 1, 150), 202);
    let page = hall.get("getCandidates", &json!({ "afterId": 60, "limit": 9 }))["candidates"].clone();
    assert_eq!(page.as_array().expect("a list").len(), 4);
    hall.world.now = 1_720_000_000;
    assert_eq!(hall.nominate(contest, 99, 1, 150), 0);
    let left = hall.get("getCandidates", &json!({ "afterId": 0, "limit": 99 }))["candidates"].clone();
    assert_eq!(left.as_array().expect("a list").len(), 1);
}

#[test]
fn a_finished_contest_is_closed_once() {
    let (mut hall, contest) = finalized();
    let escrow = hall.escrow(contest);
    assert_eq!(hall.pending().len(), 1);
    let closed = json!({ "contestId": contest, "ending": 1 });
    let events = hall.hear(&escrow, "onContestClosed", &closed);
    assert_eq!(events[0].0, "ContestClosed");
    assert!(hall.pending().is_empty(), "nothing is to be confirmed any more");
    let again = hall.hear(&escrow, "onContestClosed", &json!({ "contestId": contest, "ending": 2 }));
    assert!(again.is_empty());
    let record = hall.contest(contest);
    assert_eq!((&record["status"], &record["ending"]), (&json!("4"), &json!("1")));
    hall.hear(
        &escrow,
        "onFinalized",
        &json!({ "contestId": contest, "nonce": "5", "resultsHash": hash(7),
        "payoutHash": hash(8), "until": 9, "entrants": {} }),
    );
    assert_eq!(hall.take("done").params["code"], "152");
}

#[test]
fn members_with_an_interest_have_no_vote_on_their_contest() {
    let (mut hall, contest) = with_contest();
    let escrow = hall.escrow(contest);
    hall.hear(&escrow, "onMemberEntry", &json!({ "contestId": contest, "key": k(3) }));
    for (kind, cell) in
        [(EXTEND, payload::extend(contest, 2, 1_800_000_000)), (HOLD, payload::hold(contest, 9))]
    {
        let id = hall.propose(0, kind, &cell);
        assert_eq!(hall.vote(id, 3, 2).code(), 308);
        hall.vote(id, 4, 2).success();
    }
}

#[test]
fn a_rotated_key_keeps_its_interest() {
    let (mut hall, contest) = with_contest();
    let escrow = hall.escrow(contest);
    hall.hear(&escrow, "onMemberEntry", &json!({ "contestId": contest, "key": k(3) }));
    hall.decide(payload::ROTATE, &payload::rotate(3, 60));
    let reserve = hall.take("reserveMember");
    hall.reserved(reserve.nonce(), true);
    let id = hall.propose(0, HOLD, &payload::hold(contest, 9));
    assert_eq!(hall.vote(id, 60, 2).code(), 308);
    hall.world.inbox.clear();
    hall.hear(
        &escrow,
        "onFinalized",
        &json!({ "contestId": contest, "nonce": "5", "resultsHash": hash(7),
        "payoutHash": hash(8), "until": hall.world.now + 9, "entrants": {} }),
    );
    assert_eq!(hall.take("enqueue").params["excludedKeys"], json!([k(60)]));
}

#[test]
fn interests_follow_a_seat_through_two_rotations() {
    for (entered, first) in [(3, true), (60, false)] {
        let (mut hall, contest) = with_contest();
        let escrow = hall.escrow(contest);
        let entry = json!({ "contestId": contest, "key": k(entered) });
        if first {
            hall.hear(&escrow, "onMemberEntry", &entry);
        }
        for (old, new) in [(3, 60), (60, 61)] {
            hall.decide_by(payload::ROTATE, &payload::rotate(old, new), [0, 1, 2, 4, 5, 6, 7, 8]);
            let reserve = hall.take("reserveMember");
            hall.reserved(reserve.nonce(), true);
            hall.world.inbox.clear();
            if !first && new == 60 {
                hall.hear(&escrow, "onMemberEntry", &entry);
            }
        }
        let id = hall.propose(0, HOLD, &payload::hold(contest, 9));
        assert_eq!(hall.vote(id, 61, 2).code(), 308, "entered with key {entered}");
    }
}

#[test]
fn a_winner_who_became_member_has_an_interest_in_the_contest() {
    let mut hall = Hall::new(14);
    let contest = hall.launched(&spec(hall.world.now, json!({})));
    hall.finalized(contest);
    hall.nominate(contest, 1, 1, 50);
    hall.decide(payload::ADMIT, &payload::admit(1));
    let reserve = hall.take("reserveMember");
    hall.reserved(reserve.nonce(), true);
    assert_eq!(
        hall.take("enqueue").params["excludedKeys"],
        json!([k(50)]),
        "queued again without the winner"
    );
    hall.refuse(50, "quickHold", &json!({ "contestId": contest }), 308);
}

#[test]
fn whoever_entered_has_no_say_about_the_payout_whatever_the_contest_knew() {
    let (mut hall, contest) = with_contest();
    let escrow = hall.escrow(contest);
    hall.call(4, "setProfile", &json!({ "payout": account(44).to_string(), "profileHash": hash(1) }))
        .success();
    let mut entrants = json!({});
    for name in [k(3), format!("0x{}", hex::encode([44; 32])), k(70), k(90)] {
        entrants[name] = json!(true);
    }
    let report = json!({ "contestId": contest, "nonce": "5", "resultsHash": hash(7), "payoutHash": hash(8),
        "until": hall.world.now + 14 * DAY, "entrants": entrants });
    hall.hear(&escrow, "onFinalized", &report);
    let excluded = |hall: &mut Hall| strings(&hall.take("enqueue").params["excludedKeys"]);
    assert_eq!(excluded(&mut hall), keys([3, 4]), "by key and by payout address");
    assert_eq!(strings(&hall.contest(contest)["excluded"]), keys([3, 4]));
    hall.refuse(3, "quickHold", &json!({ "contestId": contest }), 308);
    let id = hall.propose(0, HOLD, &payload::hold(contest, 9));
    assert_eq!(hall.vote(id, 4, 2).code(), 308);
    hall.world.inbox.clear();

    hall.decide_by(payload::ROTATE, &payload::rotate(5, 70), [0, 1, 2, 6, 7, 8, 9, 10]);
    let reserve = hall.take("reserveMember");
    hall.reserved(reserve.nonce(), true);
    assert_eq!(excluded(&mut hall), keys([3, 4, 70]), "and the key that took a seat afterwards");
    hall.refuse(70, "quickHold", &json!({ "contestId": contest }), 308);
    hall.hear(&escrow, "onContestClosed", &json!({ "contestId": contest, "ending": 1 }));
}

#[test]
fn a_key_that_took_its_seat_after_the_launch_has_no_vote_on_the_deadlines_of_the_contest() {
    let (mut hall, contest) = with_contest();
    hall.decide(payload::ROTATE, &payload::rotate(12, 60));
    let reserve = hall.take("reserveMember");
    hall.reserved(reserve.nonce(), true);
    let extend = hall.propose(0, EXTEND, &payload::extend(contest, 2, 1_800_000_000));
    assert_eq!(hall.vote(extend, 60, 1).code(), 308, "the contest does not know this key as a member's");
    hall.vote(extend, 4, 1).success();
    let hold = hall.propose(0, HOLD, &payload::hold(contest, 9));
    hall.vote(hold, 60, 1).success();
    let later = hall.launched(&spec(hall.world.now, json!({})));
    let extend = hall.propose(0, EXTEND, &payload::extend(later, 2, 1_800_000_000));
    hall.vote(extend, 60, 1).success();
}

#[test]
fn deadlines_and_holds_are_asked_of_the_contest() {
    let (mut hall, contest) = with_contest();
    let escrow = hall.escrow(contest);
    let (id, _) = hall.decide(EXTEND, &payload::extend(contest, 4, 1_800_000_000));
    let extend = hall.take("extend");
    assert_eq!((&extend.to, &extend.params["phase"]), (&escrow, &json!("4")));
    hall.done(&escrow, extend.nonce(), 153);
    assert_eq!(hall.outcome(id), ("Failed", 153));
    hall.execute(id);
    let extend = hall.take("extend");
    let answer = json!({ "nonce": extend.nonce().to_string(), "code": 0 });
    assert_eq!(hall.tell(&stranger(), "done", &answer).0, 150);
    hall.done(&escrow, extend.nonce(), 0);
    assert_eq!(hall.outcome(id), ("Executed", 0));

    let (id, _) = hall.decide(HOLD, &payload::hold(contest, 1_800_000_000));
    let hold = hall.take("hold");
    assert_eq!((&hold.to, &hold.params["until"]), (&escrow, &json!("1800000000")));
    hall.done(&escrow, hold.nonce(), 0);
    assert_eq!(hall.outcome(id), ("Executed", 0));

    hall.fails(HOLD, &payload::hold(9, 1), 157);
    hall.fails(EXTEND, &payload::extend(contest, 7, 1), 152);
    hall.fails(EXTEND, &payload::extend(contest, 200, 1), 152);
}

#[test]
fn three_members_hold_a_payout_once() {
    let (mut hall, contest) = finalized();
    let ask = json!({ "contestId": contest });
    hall.call(1, "quickHold", &ask).success();
    hall.refuse(1, "quickHold", &ask, 156);
    hall.call(2, "quickHold", &ask).success();
    assert!(hall.names().is_empty());
    let outcome = hall.call(3, "quickHold", &ask);
    let events = hall.events(outcome.success());
    assert!(events.iter().any(|e| e.0 == "PayoutHeld"));
    let hold = hall.take("hold");
    assert_eq!(hold.to, hall.escrow(contest));
    assert_eq!(number(&hold.params["until"]), u64::from(hall.world.now + 7 * DAY));
    let escrow = hall.escrow(contest);
    hall.done(&escrow, hold.nonce(), 0);
    hall.refuse(4, "quickHold", &ask, 156);
    let record = hall.contest(contest);
    assert_eq!(record["holdUsed"], true);
    assert_eq!(strings(&record["holdKeys"]), keys([1, 2, 3]));
}

#[test]
fn a_quick_hold_counts_members_of_today() {
    let (mut hall, contest) = finalized();
    let ask = json!({ "contestId": contest });
    hall.call(1, "quickHold", &ask).success();
    hall.call(2, "quickHold", &ask).success();
    hall.call(1, "resign", &json!({})).success();
    hall.world.inbox.clear();
    hall.call(3, "quickHold", &ask).success();
    assert!(hall.names().is_empty(), "two are left");
    hall.call(4, "quickHold", &ask).success();
    hall.take("hold");
}

#[test]
fn a_quick_hold_needs_a_ranking_and_no_interest() {
    let (mut hall, contest) = with_contest();
    hall.refuse(1, "quickHold", &json!({ "contestId": contest }), 152);
    hall.refuse(1, "quickHold", &json!({ "contestId": 9 }), 157);
    let escrow = hall.escrow(contest);
    hall.hear(&escrow, "onMemberEntry", &json!({ "contestId": contest, "key": k(3) }));
    hall.finalized(contest);
    hall.refuse(3, "quickHold", &json!({ "contestId": contest }), 308);
    hall.call(4, "quickHold", &json!({ "contestId": contest })).success();
}

#[test]
fn t44_a_stage_with_unpublished_results_stays_open() {
    let (mut hall, contest) = with_contest();
    let record = json!({ "contestId": contest, "recordHash": hash(1), "link": "ipfs://record" });
    hall.refuse(0, "publish", &record, 152);
    hall.finalized(contest);
    let id = hall.fails(CLOSE_STAGE, &payload::close_stage(1), 404);
    let outcome = hall.call(0, "publish", &record);
    assert_eq!(hall.events(outcome.success())[0].0, "ResultPublished");
    assert_eq!(hall.get("getUnpublished", &json!({ "stage": 1 }))["count"], "0");
    hall.execute(id);
    let close = hall.take("close");
    assert_eq!((&close.to, &close.params["stage"]), (&hall.treasury, &json!("1")));
    assert_eq!(
        (&close.params["reportHash"], &close.params["link"]),
        (&json!(hash(5)), &json!("ipfs://report"))
    );
    let treasury = hall.treasury.clone();
    hall.done(&treasury, close.nonce(), 403);
    assert_eq!(hall.outcome(id), ("Failed", 403));
    hall.execute(id);
    let close = hall.take("close");
    let events = hall.done(&treasury, close.nonce(), 0);
    assert_eq!(events[0].0, "StageClosed");
    assert_eq!(hall.outcome(id), ("Executed", 0));
}

#[test]
fn records_have_versions_and_are_listed() {
    let (mut hall, contest) = finalized();
    for version in 1..=3u8 {
        let record =
            json!({ "contestId": contest, "recordHash": hash(version), "link": format!("ipfs://{version}") });
        hall.call(version, "publish", &record).success();
    }
    assert_eq!(hall.get("getUnpublished", &json!({ "stage": 1 }))["count"], "0");
    let records = hall.get("getCatalog", &json!({ "afterId": 0, "limit": 9 }))["records"].clone();
    assert_eq!(
        records,
        json!([{ "contestId": contest.to_string(), "version": "3", "recordHash": hash(3),
        "link": "ipfs://3" }])
    );
    let empty = json!({ "contestId": contest, "recordHash": hash(0), "link": "" });
    hall.refuse(0, "publish", &empty, 157);
    let long = json!({ "contestId": contest, "recordHash": hash(1), "link": "x".repeat(257) });
    hall.refuse(0, "publish", &long, 154);
    let unknown = json!({ "contestId": 9, "recordHash": hash(1), "link": "" });
    hall.refuse(0, "publish", &unknown, 157);
}

#[test]
fn t44_two_records_of_one_contest_do_not_stand_for_another() {
    let (mut hall, contest) = finalized();
    let other = hall.launched(&payload::jury_contest(hall.world.now, 30..36));
    for version in 1..=2u8 {
        let record = json!({ "contestId": contest, "recordHash": hash(version), "link": "" });
        hall.call(version, "publish", &record).success();
    }
    assert_eq!(hall.get("getUnpublished", &json!({ "stage": 1 }))["count"], "1");
    hall.fails(CLOSE_STAGE, &payload::close_stage(1), 404);
    hall.finalized(other);
    hall.call(3, "publish", &json!({ "contestId": other, "recordHash": hash(1), "link": "" })).success();
    assert_eq!(hall.get("getUnpublished", &json!({ "stage": 1 }))["count"], "0");
}

#[test]
fn org_payments_are_reserved_and_confirmed_without_the_payees() {
    let mut hall = Hall::new(15);
    let profile = json!({ "payout": account(0x44).to_string(), "profileHash": hash(0) });
    hall.call(4, "setProfile", &profile).success();
    let list = [account(0x44), account(0x45)];
    let id = hall.propose(0, PAY_ORG, &payload::pay_org(&list));
    assert_eq!(hall.vote(id, 4, 1).code(), 308, "the own payment");
    hall.approve(id, [0, 1, 2, 3, 5, 6, 7, 8]);
    hall.execute(id);
    let pay = hall.take("payOrg");
    assert_eq!((&pay.to, number(&pay.params["payId"])), (&hall.treasury, u64::from(id)));
    assert_eq!(pay.params["payments"][1]["amount"], TON.to_string());
    let treasury = hall.treasury.clone();
    let sent_at = hall.world.now;
    let events = hall.done(&treasury, pay.nonce(), 0);
    assert_eq!(events[0].0, "OrgPayQueued");
    let enqueue = hall.take("enqueue");
    assert_eq!(enqueue.nonce(), pay.nonce(), "the confirmation carries the nonce of the reservation");
    assert_eq!(enqueue.params["dest"], treasury.to_string());
    assert_eq!(enqueue.params["hash"], payload::payments_hash(&list));
    assert_eq!(number(&enqueue.params["until"]), u64::from(sent_at) + 2_592_000);
    assert_eq!(enqueue.params["excludedKeys"], json!([k(4)]));
    assert_eq!(hall.outcome(id), ("Executed", 0));
}

#[test]
fn t33_a_payee_who_hid_behind_another_address_does_not_count_in_the_recount() {
    let mut hall = Hall::new(15);
    let id = hall.propose(0, PAY_ORG, &payload::pay_org(&[account(0x44)]));
    hall.approve(id, 0..8);
    let profile = json!({ "payout": account(0x44).to_string(), "profileHash": hash(0) });
    hall.call(4, "setProfile", &profile).success();
    hall.execute(id);
    assert_eq!(hall.outcome(id), ("Rejected", 305));
}

#[test]
fn org_payments_that_the_treasury_refuses_fail() {
    let mut hall = Hall::new(15);
    let (id, _) = hall.decide(PAY_ORG, &payload::pay_org(&[account(0x44)]));
    let pay = hall.take("payOrg");
    let treasury = hall.treasury.clone();
    hall.done(&treasury, pay.nonce(), 402);
    assert_eq!(hall.outcome(id), ("Failed", 402));
    assert!(!hall.names().contains(&"enqueue".to_owned()));
    hall.fails(PAY_ORG, &payload::pay_org(&[]), 155);
    let many: Vec<_> = (1..18).map(account).collect();
    let outcome = hall.try_propose(1, PAY_ORG, &payload::pay_org(&many));
    assert_eq!(hall.events(outcome.success())[0].0, "ProposalDropped");
}
