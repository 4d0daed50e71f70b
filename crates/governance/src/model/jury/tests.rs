//! The jury pool (T35, T61, T62, T74, T77, T81).

use super::*;
use crate::model::fixture::{START, key, wallet};

fn by(n: u8, millis: u64) -> Signed {
    Signed { key: key(n), time: ton_abi::UnixMillis(START.millis().0 + millis), expire: START.plus(60) }
}

/// Members 0 to 14; jury contest 1 admitted so many jurors from key 40 on.
fn pool(jurors: u8) -> JuryPool {
    let members: Vec<_> = (0..15).map(key).collect();
    let mut pool = JuryPool::new(&members);
    pool.authorize(1, Kind::JurySelection, 1, 3, &[]).expect("it is new");
    for n in 40..40 + jurors {
        pool.admit(1, key(n), wallet(n), 31, START).expect("there is room");
    }
    pool
}

fn keys(range: std::ops::Range<u8>) -> Vec<PublicKey> {
    range.map(key).collect()
}

#[test]
fn the_draw_hash_is_that_of_a_cell() {
    let mut builder = ton_abi::CellBuilder::new();
    builder.store_u32(7).expect("fits");
    builder.store_raw(&key(3).0, 256).expect("fits");
    let cell = builder.build().expect("fits");
    assert_eq!(draw_hash(7, &key(3)).0, cell.repr_hash().0);
}

#[test]
fn t77_bootstrap_juries_are_for_jury_contests_of_a_pool_that_is_too_small() {
    let mut pool = pool(2);
    let jury = keys(80..83);
    assert_eq!(pool.authorize(2, Kind::Regular, 1, 3, &jury), Err(Refusal::NOT_AUTHORISED));
    assert_eq!(pool.authorize(2, Kind::JurySelection, 1, 2, &jury), Err(Refusal::NOT_AUTHORISED));
    assert_eq!(pool.authorize(2, Kind::JurySelection, 1, 3, &keys(13..17)), Err(Refusal::IS_MEMBER));
    assert_eq!(pool.authorize(2, Kind::JurySelection, 1, 3, &[key(80), key(80)]), Err(Refusal::DUPLICATE));
    assert_eq!(pool.authorize(2, Kind::JurySelection, 6, 3, &jury), Err(Refusal::LIMIT));
    assert_eq!(pool.authorize(2, Kind::JurySelection, 1, 3, &keys(80..105)), Err(Refusal::LIMIT));
    assert_eq!(pool.authorize(2, Kind::JurySelection, 1, 3, &jury), Ok(()));
    assert_eq!(pool.authorize(2, Kind::Regular, 9, 0, &[]), Ok(()), "a known one changes nothing");
    assert!(!pool.reserve_member(&key(80)), "it is booked");
    assert_eq!(pool.snapshot(2, 3, &Entrants::default()), Ok(jury));
    pool.report_work(2, &BTreeMap::new()).expect("it is known");
    assert!(pool.reserve_member(&key(80)));
}

#[test]
fn a_jury_is_drawn_once_when_there_are_enough() {
    let mut pool = pool(2);
    pool.authorize(2, Kind::Regular, 2, 3, &[]).expect("it is new");
    assert_eq!(pool.snapshot(9, 3, &Entrants::default()), Err(Refusal::NOT_AUTHORISED));
    assert_eq!(pool.snapshot(2, 3, &Entrants::default()), Ok(Vec::new()));
    assert_eq!(pool.busy(&key(40)), 0);
    pool.admit(1, key(42), wallet(42), 31, START).expect("there is room");
    let jury = pool.snapshot(2, 3, &Entrants::default()).expect("it is known");
    assert_eq!(jury, [key(42), key(41), key(40)], "greatest key first, as the contract delivers them");
    pool.admit(1, key(43), wallet(43), 31, START).expect("there is room");
    assert_eq!(pool.snapshot(2, 3, &Entrants::default()), Ok(jury));
    assert_eq!(pool.busy(&key(40)), 1);
}

#[test]
fn the_24_lowest_hashes_are_drawn() {
    let mut pool = pool(60);
    pool.authorize(2, Kind::Regular, 2, 3, &[]).expect("it is new");
    let jury = pool.snapshot(2, 3, &Entrants::default()).expect("it is known");
    assert_eq!(jury.len(), 24);
    let worst = jury.iter().map(|key| draw_hash(2, key).0).max().expect("24 jurors");
    let below = pool.jurors.keys().filter(|key| draw_hash(2, key).0 <= worst).count();
    assert_eq!(below, 24);
}

#[test]
fn t61_only_those_who_can_judge_are_drawn() {
    let mut pool = pool(5);
    pool.authorize(2, Kind::Regular, 2, 1, &[]).expect("it is new");
    pool.set_topics(&by(40, 1), 1, START).expect("a juror may");
    pool.recuse(&by(41, 1), 2, START).expect("a juror may");
    pool.resign(&by(42, 1), START).expect("a juror may");
    assert_eq!(pool.snapshot(2, 1, &Entrants::default()), Ok(vec![key(44), key(43)]));
    assert_eq!(pool.recuse(&by(43, 1), 2, START), Err(Refusal::BAD_PHASE));
    assert_eq!(pool.recuse(&by(43, 1), 9, START), Err(Refusal::NOT_FOUND));
}

#[test]
fn t61_entrants_are_not_drawn_and_who_was_not_seated_missed_nothing() {
    let mut pool = pool(5);
    pool.authorize(2, Kind::Regular, 2, 3, &[]).expect("it is new");
    let mut entrants = Entrants { keys: [key(40)].into(), wallets: [wallet(41), wallet(42)].into() };
    assert_eq!(pool.snapshot(2, 3, &entrants), Ok(Vec::new()));
    entrants.wallets.remove(&wallet(42));
    assert_eq!(pool.snapshot(2, 3, &entrants), Ok(vec![key(44), key(43), key(42)]));
    pool.report_work(2, &[(key(44), true), (key(43), false)].into()).expect("it is known");
    let record = |n| (pool.jurors[&key(n)].judged, pool.jurors[&key(n)].missed);
    assert_eq!((record(44), record(43), record(42)), ((1, 0), (0, 1), (0, 0)));
    assert_eq!(pool.busy(&key(42)), 0);
}

#[test]
fn t62_three_missed_contests_in_a_row_suspend() {
    let mut pool = pool(2);
    for (id, worked) in
        [(2, vec![key(41)]), (3, vec![key(40), key(41)]), (4, vec![]), (5, vec![]), (6, vec![])]
    {
        pool.authorize(id, Kind::Regular, 2, 1, &[]).expect("it is new");
        pool.snapshot(id, 1, &Entrants::default()).expect("it is known");
        let seated = [40, 41].map(|n| (key(n), worked.contains(&key(n)))).into();
        pool.report_work(id, &seated).expect("it is known");
        pool.report_work(id, &BTreeMap::new()).expect("again changes nothing");
    }
    let juror = &pool.jurors[&key(40)];
    assert_eq!((juror.status, juror.missed, juror.judged), (JurorStatus::Suspended, 3, 1));
    assert_eq!(pool.set_topics(&by(40, 1), 3, START), Err(Refusal::SUSPENDED));
    assert_eq!(pool.set_address(&by(40, 1), &wallet(9), START), Ok(()));
    assert_eq!(pool.admit(1, key(40), wallet(40), 31, START), Ok(()), "the old prize is used up");
    assert_eq!(pool.jurors[&key(40)].status, JurorStatus::Suspended);
    pool.authorize(7, Kind::JurySelection, 1, 1, &[]).expect("it is new");
    pool.admit(7, key(40), wallet(40), 31, START).expect("another prize");
    assert_eq!((pool.jurors[&key(40)].status, pool.jurors[&key(40)].missed), (JurorStatus::Active, 0));
}

#[test]
fn t35_a_key_is_juror_or_member() {
    let mut pool = pool(2);
    assert!(!pool.reserve_member(&key(40)), "an active juror");
    assert_eq!(pool.admit(1, key(3), wallet(3), 31, START), Err(Refusal::IS_MEMBER));
    pool.resign(&by(40, 1), START).expect("a juror may");
    assert!(pool.reserve_member(&key(40)));
    assert_eq!(pool.resign(&by(40, 2), START), Err(Refusal::NOT_IN_POOL));
    assert_eq!(pool.admit(1, key(50), wallet(50), 31, START), Ok(()));
    assert!(!pool.reserve_member(&key(50)), "the juror was first");
    assert!(pool.reserve_member(&key(51)));
    assert_eq!(
        pool.admit(1, key(51), wallet(51), 31, START),
        Err(Refusal::IS_MEMBER),
        "the member was first"
    );
}

#[test]
fn a_full_pool_takes_the_place_of_who_left() {
    let mut pool = pool(128);
    assert_eq!(pool.admit(1, key(200), wallet(1), 31, START), Err(Refusal::LIMIT));
    pool.resign(&by(60, 1), START).expect("a juror may");
    assert_eq!(pool.admit(1, key(200), wallet(1), 31, START), Ok(()));
    assert!(!pool.jurors.contains_key(&key(60)));
    assert_eq!(pool.admit(1, key(201), wallet(1), 0, START), Err(Refusal::LIMIT));
}

#[test]
fn t81_twenty_messages_a_day() {
    let mut pool = pool(1);
    for millis in 1..=20 {
        pool.set_topics(&by(40, millis), 3, START).expect("one of twenty");
    }
    assert_eq!(pool.set_topics(&by(40, 21), 3, START), Err(Refusal::LIMIT));
    assert_eq!(pool.set_topics(&by(40, 20), 3, START), Err(Refusal::REPLAYED));
    assert_eq!(pool.set_topics(&by(40, 21), 0, START), Err(Refusal::LIMIT));
    assert_eq!(pool.set_topics(&by(1, 21), 3, START), Err(Refusal::NOT_IN_POOL), "T74");
}
