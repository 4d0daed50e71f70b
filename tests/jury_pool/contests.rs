//! Authorisation, the draw and the report of work (governance 5.10; I14, T61, T62, T77).

use serde_json::{Value, json};
use ton_abi::Nano;

use crate::pool::{
    CALL, FIRST, JUROR, JURY_SELECTION, Pool, REGULAR, draw_hash, escrow, k, keys, multisig, number, payout,
    registry, seat, strings, terms,
};

#[test]
fn an_authorised_contest_is_known_and_nobody_is_booked() {
    let mut pool = Pool::with_jurors(3);
    let reply = pool.authorize(9, REGULAR, 5, 3, &[]);
    assert_eq!(reply.code(), 0);
    assert_eq!(reply.names(), ["ContestAuthorized"]);
    assert_eq!(reply.events[0].1["escrow"], json!(escrow(9).to_string()));
    let contest = pool.contest(9);
    assert_eq!(contest["escrow"], json!(escrow(9).to_string()));
    assert_eq!((number(&contest["kind"]), number(&contest["topic"])), (0, 5));
    assert_eq!((number(&contest["minJurors"]), number(&contest["state"])), (3, 0));
    assert_eq!((&contest["bootstrap"], &contest["jury"]), (&json!(false), &json!([])));
    assert_eq!(pool.busy(&k(JUROR)), 0);
}

#[test]
fn a_known_contest_is_answered_again_and_nothing_changes() {
    let mut pool = Pool::new(15);
    let bootstrap = keys(100..103);
    pool.authorize(1, JURY_SELECTION, 1, 3, &bootstrap);
    let before = pool.contest(1);
    for other in [terms(1, JURY_SELECTION, 1, 3, &bootstrap), terms(1, REGULAR, 9, 1, &keys(0..2))] {
        let reply = pool.request(&registry(), "authorizeContest", &other);
        assert_eq!((reply.code(), reply.names().len()), (0, 0));
        assert_eq!(pool.contest(1), before);
    }
    assert_eq!(pool.busy(&bootstrap[0]), 1);
}

#[test]
fn only_the_registry_authorises_and_it_must_pay() {
    let mut pool = Pool::new(15);
    let params = terms(1, REGULAR, 1, 3, &[]);
    for stranger in [multisig(), escrow(1), payout(1)] {
        pool.refuse(&stranger, CALL, "authorizeContest", &params, 150);
    }
    pool.refuse(&registry(), Nano(899_999_999), "authorizeContest", &params, 151);
    let found = pool.world.getter(&pool.contract, "getContest", &json!({ "contestId": 1 }));
    assert!(found.is_err(), "it is still unknown");
}

#[test]
fn contests_that_make_no_sense_are_answered_with_the_reason() {
    let mut pool = Pool::new(15);
    let many = keys(100..125);
    let twice = [k(100), k(101), k(100)];
    let zero = [k(100), format!("0x{}", "0".repeat(64))];
    for (kind, topic, bootstrap, code) in [
        (REGULAR, 0, &[][..], 155),
        (REGULAR, 6, &[], 155),
        (JURY_SELECTION, 1, &many, 155),
        (JURY_SELECTION, 1, &twice, 156),
        (JURY_SELECTION, 1, &zero, 155),
    ] {
        let reply = pool.authorize(1, kind, topic, 3, bootstrap);
        assert_eq!((reply.code(), reply.names().len()), (code, 0), "topic {topic}");
    }
    for bad in ["0:".to_owned() + &"0".repeat(64), "-1:".to_owned() + &"5".repeat(64)] {
        let mut params = terms(1, REGULAR, 1, 3, &[]);
        params["escrow"] = json!(bad);
        assert_eq!(pool.request(&registry(), "authorizeContest", &params).code(), 161);
    }
    assert_eq!(pool.busy(&k(100)), 0, "a refused contest books nobody");
    assert_eq!(pool.authorize(1, JURY_SELECTION, 1, 3, &many[..24]).code(), 0, "24 are allowed");
}

#[test]
fn t77_a_regular_contest_cannot_bring_its_jury() {
    let mut pool = Pool::new(15);
    assert_eq!(pool.authorize(1, REGULAR, 1, 3, &keys(100..103)).code(), 600);
    assert_eq!(pool.busy(&k(100)), 0);
}

#[test]
fn t77_no_member_is_a_bootstrap_juror() {
    let mut pool = Pool::new(15);
    for member in [0, 14] {
        let mut bootstrap = keys(100..103);
        bootstrap.push(k(member));
        assert_eq!(pool.authorize(1, JURY_SELECTION, 1, 3, &bootstrap).code(), 602);
    }
    pool.release(&k(14));
    let mut bootstrap = keys(100..103);
    bootstrap.push(k(14));
    assert_eq!(pool.authorize(1, JURY_SELECTION, 1, 3, &bootstrap).code(), 0, "a former member may");
}

#[test]
fn t77_a_pool_with_enough_jurors_judges_the_second_jury_contest_itself() {
    let mut pool = Pool::with_jurors(3);
    let bootstrap = keys(100..103);
    assert_eq!(pool.authorize(2, JURY_SELECTION, 1, 3, &bootstrap).code(), 600);
    assert_eq!(
        pool.authorize(2, JURY_SELECTION, 1, 4, &bootstrap).code(),
        0,
        "three jurors are fewer than four"
    );
    pool.call(JUROR, "resign", &json!({})).success();
    assert_eq!(pool.authorize(3, JURY_SELECTION, 1, 3, &keys(110..113)).code(), 0, "only active ones count");
    pool.admit(FIRST, JUROR + 3);
    assert_eq!(pool.authorize(4, JURY_SELECTION, 1, 3, &keys(113..116)).code(), 600);
    pool.call(JUROR + 3, "setTopics", &json!({ "topicMask": 30 })).success();
    assert_eq!(
        pool.authorize(4, JURY_SELECTION, 1, 3, &keys(113..116)).code(),
        0,
        "only those of the topic count"
    );
}

#[test]
fn bootstrap_jurors_are_booked_until_the_work_is_reported() {
    let mut pool = Pool::new(15);
    let bootstrap = keys(100..103);
    let reply = pool.authorize(1, JURY_SELECTION, 1, 3, &bootstrap);
    assert_eq!(number(&reply.events[0].1["bootstrap"]), 3);
    assert_eq!(number(&pool.contest(1)["state"]), 1);
    assert!(!pool.reserve(&k(100)).ok(), "a booked key cannot become member");
    assert_eq!(pool.draw(1, 3).jury(), bootstrap, "the contest hears its own jury");
    assert_eq!(pool.report(1, &bootstrap[..2]).code(), 0);
    for n in 100..103 {
        assert_eq!(pool.busy(&k(n)), 0);
    }
    assert!(pool.reserve(&k(100)).ok());
}

#[test]
fn too_few_jurors_give_an_empty_answer_and_book_nobody() {
    let mut pool = Pool::with_jurors(2);
    pool.authorize(2, REGULAR, 2, 3, &[]);
    for _ in 0..2 {
        let reply = pool.draw(2, 3);
        assert!(reply.jury().is_empty() && reply.names().is_empty());
    }
    assert_eq!((pool.busy(&k(JUROR)), number(&pool.contest(2)["state"])), (0, 0));
    pool.admit(FIRST, JUROR + 2);
    let reply = pool.draw(2, 3);
    assert_eq!(reply.jury(), keys(JUROR..JUROR + 3));
    assert_eq!(reply.names(), ["JuryDrawn"]);
    assert_eq!(strings(&reply.events[0].1["jury"]), keys(JUROR..JUROR + 3));
    assert_eq!((pool.busy(&k(JUROR)), number(&pool.contest(2)["state"])), (1, 1));
    assert_eq!(strings(&pool.contest(2)["jury"]), keys(JUROR..JUROR + 3));
}

#[test]
fn more_jurors_than_a_jury_holds_cannot_be_asked_for() {
    let mut pool = Pool::with_jurors(30);
    pool.authorize(2, REGULAR, 2, 25, &[]);
    assert!(pool.draw(2, 25).jury().is_empty());
    assert_eq!(pool.draw(2, 24).jury().len(), 24);
}

#[test]
fn an_empty_pool_gives_no_jury_whatever_is_asked() {
    let mut pool = Pool::new(15);
    pool.authorize(2, REGULAR, 2, 0, &[]);
    assert!(pool.draw(2, 0).jury().is_empty());
    assert_eq!(number(&pool.contest(2)["state"]), 0);
}

#[test]
fn addresses_come_with_the_jury() {
    let mut pool = Pool::with_jurors(3);
    pool.call(JUROR, "setAddress", &json!({ "addr": payout(77).to_string() })).success();
    pool.authorize(2, REGULAR, 2, 3, &[]);
    let reply = pool.draw(2, 3);
    for juror in reply.answer.1["jurors"].as_array().expect("a list") {
        let n = (JUROR..JUROR + 3).find(|n| juror["key"] == json!(k(*n))).expect("a juror of ours");
        let expected = if n == JUROR { payout(77) } else { payout(n) };
        assert_eq!(juror["addr"], json!(expected.to_string()));
    }
}

#[test]
fn the_same_contest_gets_the_same_jury_whatever_happens_to_the_pool() {
    let mut pool = Pool::with_jurors(5);
    pool.authorize(2, REGULAR, 2, 3, &[]);
    let jury = pool.draw(2, 3).jury();
    assert_eq!(jury.len(), 5);
    pool.call(JUROR, "resign", &json!({})).success();
    pool.call(JUROR + 1, "setTopics", &json!({ "topicMask": 1 })).success();
    for n in JUROR + 5..JUROR + 9 {
        pool.admit(FIRST, n);
    }
    let again = pool.draw(2, 9);
    assert_eq!(again.jury(), jury);
    assert!(again.names().is_empty());
    assert_eq!(pool.busy(&k(JUROR)), 1, "it is booked once");
}

#[test]
fn t61_only_active_jurors_of_the_topic_who_did_not_decline_are_drawn() {
    let mut pool = Pool::with_jurors(8);
    pool.suspend(JUROR, [11, 12, 13]);
    pool.call(JUROR + 1, "resign", &json!({})).success();
    pool.call(JUROR + 2, "setTopics", &json!({ "topicMask": 0b10101 })).success();
    pool.authorize(2, REGULAR, 2, 3, &[]);
    pool.authorize(3, REGULAR, 3, 3, &[]);
    pool.call(JUROR + 3, "recuse", &json!({ "contestId": 2 })).success();
    assert_eq!(pool.draw(2, 3).jury(), keys(JUROR + 4..JUROR + 8));
    assert_eq!(pool.draw(3, 3).jury(), keys(JUROR + 2..JUROR + 8), "declining holds for one contest");
}

#[test]
fn t61_a_member_is_in_no_jury() {
    let mut pool = Pool::with_jurors(4);
    pool.call(JUROR, "resign", &json!({})).success();
    assert!(pool.reserve(&k(JUROR)).ok());
    pool.authorize(2, REGULAR, 2, 3, &[]);
    let jury = pool.draw(2, 3).jury();
    assert_eq!(jury, keys(JUROR + 1..JUROR + 4));
    let mirror = pool.mirror();
    assert!(jury.iter().all(|key| !mirror.contains(key)));
}

#[test]
fn the_jury_is_the_24_lowest_hashes_of_contest_and_key() {
    let mut pool = Pool::with_jurors(60);
    let all = keys(JUROR..JUROR + 60);
    let mut juries = Vec::new();
    for id in 2..8 {
        pool.authorize(id, REGULAR, 2, 3, &[]);
        let mut expected = all.clone();
        expected.sort_by_key(|key| draw_hash(id, key));
        expected.truncate(24);
        expected.sort();
        let jury = pool.draw(id, 3).jury();
        assert_eq!(jury, expected, "contest {id}");
        juries.push(jury);
    }
    juries.dedup();
    assert_eq!(juries.len(), 6, "other contests have other juries");
}

#[test]
fn exactly_24_and_25_jurors_are_no_special_case() {
    let mut pool = Pool::with_jurors(24);
    pool.authorize(2, REGULAR, 2, 24, &[]);
    assert_eq!(pool.draw(2, 24).jury(), keys(JUROR..JUROR + 24));
    pool.admit(FIRST, JUROR + 24);
    pool.authorize(3, REGULAR, 2, 24, &[]);
    let mut all = keys(JUROR..JUROR + 25);
    all.sort_by_key(|key| draw_hash(3, key));
    let left_out = all.pop().expect("25 keys");
    all.sort();
    assert_eq!(pool.draw(3, 24).jury(), all);
    assert_eq!(pool.busy(&left_out), u64::from(left_out != k(JUROR + 24)));
}

#[test]
fn a_contest_speaks_only_for_itself() {
    let mut pool = Pool::with_jurors(3);
    pool.authorize(2, REGULAR, 2, 3, &[]);
    pool.authorize(3, JURY_SELECTION, 1, 3, &[]);
    let calls = [
        ("snapshotFor", json!({ "contestId": 2, "minJurors": 1, "entrants": {} })),
        ("reportWork", json!({ "contestId": 2, "seated": {} })),
        ("admitJuror", seat(3, 90, 31)),
    ];
    for (function, params) in calls {
        for stranger in [multisig(), registry(), escrow(4), payout(3), escrow(FIRST)] {
            pool.refuse(&stranger, CALL, function, &params, 600);
        }
        let own = escrow(u32::try_from(params["contestId"].as_u64().expect("an id")).expect("fits"));
        pool.refuse(&own, Nano(899_999_999), function, &params, 151);
        let mut unknown = params;
        unknown["contestId"] = json!(99);
        pool.refuse(&escrow(99), CALL, function, &unknown, 600);
    }
}

fn standing(pool: &Pool, n: u8) -> (u64, u64, u64) {
    let juror: Value = pool.juror(n);
    (number(&juror["judged"]), number(&juror["missed"]), number(&juror["status"]))
}

#[test]
fn reported_work_frees_the_jury_and_counts_what_was_judged_and_missed() {
    let mut pool = Pool::with_jurors(4);
    pool.authorize(2, REGULAR, 2, 3, &[]);
    pool.draw(2, 3);
    // A key that is in no jury changes nothing.
    let worked = [k(JUROR), k(JUROR + 1), k(200)];
    let reply = pool.report(2, &worked);
    assert_eq!((reply.code(), reply.names()), (0, vec!["WorkReported"]));
    assert_eq!((number(&reply.events[0].1["judged"]), number(&reply.events[0].1["missed"])), (2, 2));
    assert_eq!(standing(&pool, JUROR), (1, 0, 0));
    assert_eq!(standing(&pool, JUROR + 2), (0, 1, 0));
    for n in JUROR..JUROR + 4 {
        assert_eq!(pool.busy(&k(n)), 0);
    }
    assert_eq!((number(&pool.contest(2)["state"]), &pool.contest(2)["jury"]), (2, &json!([])));
}

#[test]
fn work_is_counted_once_however_often_it_is_reported() {
    let mut pool = Pool::with_jurors(3);
    pool.authorize(2, REGULAR, 2, 3, &[]);
    pool.authorize(3, REGULAR, 2, 3, &[]);
    pool.draw(2, 3);
    pool.draw(3, 3);
    assert_eq!(pool.busy(&k(JUROR)), 2);
    pool.report(2, &[k(JUROR)]);
    for worked in [vec![k(JUROR)], vec![], vec![k(JUROR + 1)]] {
        let reply = pool.report(2, &worked);
        assert_eq!((reply.code(), reply.names().len()), (0, 0));
    }
    assert_eq!(pool.busy(&k(JUROR)), 1, "the other contest still holds it");
    assert_eq!(standing(&pool, JUROR), (1, 0, 0));
    assert_eq!(standing(&pool, JUROR + 1), (0, 1, 0));
    assert!(pool.draw(2, 1).jury().is_empty(), "a finished contest gets no jury");
    assert_eq!(number(&pool.contest(2)["state"]), 2);
}

#[test]
fn who_was_drawn_but_never_seated_missed_nothing() {
    let mut pool = Pool::with_jurors(4);
    for id in 2..=5 {
        pool.authorize(id, REGULAR, 2, 3, &[]);
        pool.draw(id, 3);
        let seated = if id == 5 { keys(JUROR..JUROR + 3) } else { Vec::new() };
        let reply = pool.report_seated(id, &seated, &[]);
        let counts = (number(&reply.events[0].1["judged"]), number(&reply.events[0].1["missed"]));
        assert_eq!(counts, (0, seated.len() as u64));
    }
    assert_eq!(standing(&pool, JUROR), (0, 1, 0), "the three contests without a jury count for nothing");
    assert_eq!(standing(&pool, JUROR + 3), (0, 0, 0));
    assert_eq!(pool.busy(&k(JUROR + 3)), 0);
}

#[test]
fn t61_entrants_are_not_drawn_by_key_nor_by_wallet() {
    let mut pool = Pool::with_jurors(6);
    pool.authorize(2, REGULAR, 2, 4, &[]);
    let account = |n| format!("0x{}", hex::encode(payout(n).address.0));
    let entrants = || [k(JUROR), account(JUROR + 1), k(JUROR + 2), account(JUROR + 2), k(200)];
    assert!(pool.draw_without(2, 4, entrants()).jury().is_empty(), "three of six are left");
    assert_eq!(
        (number(&pool.contest(2)["state"]), pool.busy(&k(JUROR + 3))),
        (0, 0),
        "and nothing is booked"
    );
    pool.admit(FIRST, JUROR + 6);
    let mut drawn = pool.draw_without(2, 4, entrants()).jury();
    drawn.sort();
    assert_eq!(drawn, keys(JUROR + 3..JUROR + 7), "asked again, the pool has enough");
    assert_eq!(pool.busy(&k(JUROR)), 0);
}

#[test]
fn a_contest_that_never_had_a_jury_just_ends() {
    let mut pool = Pool::with_jurors(2);
    pool.authorize(2, REGULAR, 2, 3, &[]);
    assert_eq!(pool.report(2, &[]).code(), 0);
    assert_eq!(number(&pool.contest(2)["state"]), 2);
    assert_eq!(standing(&pool, JUROR), (0, 0, 0));
}

#[test]
fn t62_three_missed_contests_in_a_row_suspend() {
    let mut pool = Pool::with_jurors(3);
    let mut last = Vec::new();
    for (id, others) in [(2, false), (3, false), (4, true), (5, false), (6, false), (7, false)] {
        pool.authorize(id, REGULAR, 2, 1, &[]);
        pool.draw(id, 1);
        let worked = if others { keys(JUROR..JUROR + 3) } else { keys(JUROR + 1..JUROR + 3) };
        last = pool.report(id, &worked).events;
        let suspended = id == 7;
        assert_eq!(standing(&pool, JUROR).2, u64::from(suspended), "contest {id}");
    }
    assert_eq!(last[0].0, "JurorSuspended");
    assert_eq!(last[0].1["key"], json!(k(JUROR)));
    assert_eq!(standing(&pool, JUROR), (1, 3, 1));
    assert_eq!(standing(&pool, JUROR + 1), (6, 0, 0));
    pool.authorize(8, REGULAR, 2, 1, &[]);
    assert_eq!(pool.draw(8, 1).jury(), keys(JUROR + 1..JUROR + 3));
}

#[test]
fn a_suspended_juror_who_still_judges_stays_suspended() {
    let mut pool = Pool::with_jurors(1);
    for id in 2..6 {
        pool.authorize(id, REGULAR, 2, 1, &[]);
        pool.draw(id, 1);
    }
    for id in 2..5 {
        pool.report(id, &[]);
    }
    pool.report(5, &[k(JUROR)]);
    assert_eq!(standing(&pool, JUROR), (1, 0, 1));
}

#[test]
fn a_contest_that_was_never_deployed_frees_the_jury_that_it_brought() {
    let mut pool = Pool::new(15);
    let bootstrap = keys(60..63);
    pool.authorize(5, JURY_SELECTION, 1, 3, &bootstrap);
    assert_eq!(pool.busy(&k(60)), 1);
    let forget = json!({ "contestId": 5, "nonce": "9" });
    assert_eq!(pool.request(&registry(), "forgetContest", &forget).code(), 0);
    assert_eq!(pool.busy(&k(60)), 0);
    assert!(pool.reserve(&k(60)).ok(), "the key may become a member");
    assert_eq!(pool.request(&registry(), "forgetContest", &forget).code(), 0, "again, to no effect");
    let unknown = json!({ "contestId": 77, "nonce": "9" });
    assert_eq!(pool.request(&registry(), "forgetContest", &unknown).code(), 0);
}
