//! Signed messages of jurors: effects, refusals, replay, expiry, limits (governance 5.4, 5.10; T01 to T09, T81).

use serde_json::{Value, json};
use ton_abi::{Header, Nano, UnixMillis, UnixTime};
use workspace_tests::compiled::contract;
use workspace_tests::world::{key, public};

use crate::pool::{FIRST, JUROR, Pool, REGULAR, escrow, k, keys, number, payout, seat};

/// Every signed function with parameters that work for an active juror.
fn signed() -> [(&'static str, Value); 4] {
    [
        ("setTopics", json!({ "topicMask": 3 })),
        ("recuse", json!({ "contestId": 2 })),
        ("setAddress", json!({ "addr": payout(77).to_string() })),
        ("resign", json!({})),
    ]
}

/// Three jurors, and contest 2 before its draw.
fn ready() -> Pool {
    let mut pool = Pool::with_jurors(3);
    pool.authorize(2, REGULAR, 2, 3, &[]);
    pool
}

fn header(pool: &Pool, signer: u8, millis: i64, expire: u32) -> Header {
    let now = u64::from(pool.world.now) * 1000;
    Header {
        time: UnixMillis(now.checked_add_signed(millis).expect("a time")),
        expire: UnixTime(expire),
        pubkey: Some(public(&key(signer))),
    }
}

#[test]
fn a_juror_chooses_topics() {
    let mut pool = ready();
    let outcome = pool.call(JUROR, "setTopics", &json!({ "topicMask": 0b10010 }));
    let events = pool.events(outcome.success());
    assert_eq!(events, [("TopicsSet".to_owned(), json!({ "key": k(JUROR), "topicMask": "18" }))]);
    assert_eq!(number(&pool.juror(JUROR)["topicMask"]), 18);
    for mask in [0, 32, 255] {
        pool.refuse_call(JUROR, "setTopics", &json!({ "topicMask": mask }), 155);
    }
    pool.call(JUROR, "setTopics", &json!({ "topicMask": 31 })).success();
}

#[test]
fn a_juror_declines_a_contest_once_and_before_the_draw() {
    let mut pool = ready();
    let params = json!({ "contestId": 2 });
    let outcome = pool.call(JUROR, "recuse", &params);
    let events = pool.events(outcome.success());
    assert_eq!(events, [("JurorRecused".to_owned(), json!({ "contestId": "2", "key": k(JUROR) }))]);
    assert_eq!(pool.contest(2)["recused"], json!([k(JUROR)]));
    pool.refuse_call(JUROR, "recuse", &params, 156);
    pool.refuse_call(JUROR, "recuse", &json!({ "contestId": 99 }), 157);
    assert_eq!(pool.draw(2, 2).jury(), keys(JUROR + 1..JUROR + 3));
    pool.refuse_call(JUROR + 1, "recuse", &params, 152);
    pool.report(2, &[]);
    pool.refuse_call(JUROR + 1, "recuse", &params, 152);
    assert_eq!(pool.contest(2)["recused"], json!([]));
}

#[test]
fn a_juror_resigns_and_has_no_function_left() {
    let mut pool = ready();
    let outcome = pool.call(JUROR, "resign", &json!({}));
    assert_eq!(pool.events(outcome.success()), [("JurorResigned".to_owned(), json!({ "key": k(JUROR) }))]);
    assert_eq!(number(&pool.juror(JUROR)["status"]), 2);
    for (function, params) in signed() {
        pool.refuse_call(JUROR, function, &params, 601);
    }
    assert_eq!(
        pool.get("getCounts", &json!({})),
        json!({ "active": "2", "suspended": "0", "resigned": "1" })
    );
}

#[test]
fn a_juror_changes_the_payout_address_within_workchain_0() {
    let mut pool = ready();
    let outcome = pool.call(JUROR, "setAddress", &json!({ "addr": payout(77).to_string() }));
    assert_eq!(pool.events(outcome.success())[0].0, "AddressSet");
    assert_eq!(pool.juror(JUROR)["addr"], json!(payout(77).to_string()));
    for bad in [format!("0:{}", "0".repeat(64)), format!("-1:{}", "4".repeat(64))] {
        pool.refuse_call(JUROR, "setAddress", &json!({ "addr": bad }), 161);
    }
    assert_eq!(pool.juror(JUROR)["addr"], json!(payout(77).to_string()));
}

#[test]
fn a_suspended_juror_may_leave_and_move_but_not_choose() {
    let mut pool = ready();
    pool.suspend(JUROR, [11, 12, 13]);
    pool.refuse_call(JUROR, "setTopics", &json!({ "topicMask": 3 }), 603);
    pool.refuse_call(JUROR, "recuse", &json!({ "contestId": 2 }), 603);
    pool.call(JUROR, "setAddress", &json!({ "addr": payout(77).to_string() })).success();
    pool.call(JUROR, "resign", &json!({})).success();
}

#[test]
fn t01_the_same_message_is_taken_once() {
    for (function, params) in signed() {
        let mut pool = ready();
        let message = pool.message(JUROR, function, &params);
        pool.world.send(&message).success();
        let (balance, juror) = (pool.balance(), pool.juror(JUROR));
        // Who resigned has no signed function; the others are told that they repeat themselves.
        let again = if function == "resign" { 601 } else { 52 };
        let late = if function == "resign" { 601 } else { 57 };
        for (wait, code) in [(0, again), (1, again), (59, late), (3600, late)] {
            pool.world.now += wait;
            let outcome = pool.world.send(&message);
            assert!(outcome.refused() && outcome.code() == code, "{function}: {}", outcome.code());
        }
        assert_eq!((pool.balance(), pool.juror(JUROR)), (balance, juror));
    }
}

#[test]
fn t01_a_message_older_than_the_last_one_is_refused() {
    let mut pool = ready();
    let params = json!({ "topicMask": 3 });
    let expire = pool.world.now + 60;
    let [old, equal, new] = [500, 501, 502].map(|millis| {
        let header = header(&pool, JUROR, millis, expire);
        pool.contract.call(&key(JUROR), "setTopics", &params, &header)
    });
    pool.world.send(&equal).success();
    assert_eq!(pool.world.send(&old).code(), 52);
    pool.world.send(&new).success();
}

#[test]
fn t02_one_fast_clock_does_not_lock_out_the_others() {
    let mut pool = ready();
    let params = json!({ "topicMask": 3 });
    let expire = pool.world.now + 60;
    for (millis, code) in [(600_000, 57), (300_000, 57), (299_999, 0)] {
        let header = header(&pool, JUROR, millis, expire);
        let outcome = pool.world.send(&pool.contract.call(&key(JUROR), "setTopics", &params, &header));
        assert_eq!(outcome.code(), code, "{millis} ms ahead");
    }
    pool.call(JUROR + 1, "setTopics", &params).success();
    pool.refuse_call(JUROR, "setTopics", &params, 52);
}

#[test]
fn t03_two_jurors_may_sign_in_the_same_millisecond() {
    let mut pool = ready();
    let expire = pool.world.now + 60;
    for signer in JUROR..JUROR + 3 {
        let header = header(&pool, signer, 5, expire);
        let message = pool.contract.call(&key(signer), "recuse", &json!({ "contestId": 2 }), &header);
        pool.world.send(&message).success();
    }
}

#[test]
fn t07_a_message_lives_an_hour_at_most() {
    for (function, params) in signed() {
        for (life, code) in [(0, 57), (1, 0), (3600, 0), (3601, 57)] {
            let mut pool = ready();
            let header = header(&pool, JUROR, 5, pool.world.now + life);
            let message = pool.contract.call(&key(JUROR), function, &params, &header);
            assert_eq!(pool.world.send(&message).code(), code, "{function}, {life} s");
        }
    }
}

#[test]
fn t05_strangers_cannot_make_the_pool_pay() {
    let mut pool = ready();
    let (balance, all) = (pool.balance(), pool.all_jurors());
    for (function, params) in signed() {
        pool.refuse_call(222, function, &params, 601);
        let header = pool.world.header(None);
        let unsigned = pool.contract.unsigned(function, &params, &header);
        assert!(pool.world.send(&unsigned).refused());
        // The key of a juror in the header, the signature of somebody else.
        let header = pool.world.header(Some(&key(JUROR)));
        let forged = pool.contract.call(&key(222), function, &params, &header);
        assert!(pool.world.send(&forged).refused());
    }
    assert_eq!((pool.balance(), pool.all_jurors()), (balance, all));
}

#[test]
fn t08_a_message_for_one_pool_is_nothing_in_another() {
    let mut pool = ready();
    let other = contract("JuryPool.tsol", None, &json!({ "root": format!("0x{}", "33".repeat(32)) }));
    let mut twin = ready();
    assert_ne!(other.address, twin.contract.address);
    let header = pool.world.header(Some(&key(JUROR)));
    let elsewhere = other.call(&key(JUROR), "setTopics", &json!({ "topicMask": 3 }), &header);
    // The same signed body, addressed to our pool.
    let body = ton_abi::MessageView::parse(&elsewhere).expect("readable").body;
    let message = ton_abi::external_message(&twin.contract.address, None, body).expect("encodable");
    assert!(twin.world.send(&message).refused());
    assert_eq!(number(&twin.juror(JUROR)["topicMask"]), 31);
}

#[test]
fn a_new_juror_cannot_use_what_was_signed_before() {
    let mut pool = Pool::with_jurors(0);
    let early = pool.message(50, "setTopics", &json!({ "topicMask": 1 }));
    pool.world.now += 5;
    pool.request(&escrow(FIRST), "admitJuror", &seat(FIRST, 50, 31));
    let outcome = pool.world.send(&early);
    assert!(outcome.refused() && outcome.code() == 52);
}

#[test]
fn t81_the_21st_message_of_a_day_is_refused_and_the_next_day_counts_anew() {
    let mut pool = ready();
    let params = json!({ "topicMask": 3 });
    for _ in 0..20 {
        pool.call(JUROR, "setTopics", &params).success();
    }
    for (function, params) in signed() {
        pool.refuse_call(JUROR, function, &params, 155);
    }
    pool.call(JUROR + 1, "setTopics", &params).success();
    // The day changes at midnight.
    let midnight = (pool.world.now / 86_400 + 1) * 86_400;
    pool.world.now = midnight - 1;
    pool.refuse_call(JUROR, "setTopics", &params, 155);
    pool.world.now = midnight;
    for _ in 0..20 {
        pool.call(JUROR, "setTopics", &params).success();
    }
    pool.refuse_call(JUROR, "setTopics", &params, 155);
}

#[test]
fn t81_below_the_floor_no_message_is_accepted() {
    let mut pool = ready();
    let mut low = 0;
    let mut day = 0;
    // Each juror spends what the pool lets it spend, day after day.
    assert!(pool.balance() > 20_000_000_000);
    'days: loop {
        day += 1;
        assert!(day < 2000, "the floor is never reached");
        pool.world.now += 86_400;
        for signer in JUROR..JUROR + 3 {
            for _ in 0..20 {
                pool.world.now += 1;
                let outcome = pool.call(signer, "setTopics", &json!({ "topicMask": 3 }));
                if outcome.refused() {
                    assert_eq!(outcome.code(), 160);
                    break 'days;
                }
                low += pool.events(outcome.success()).iter().filter(|(name, _)| name == "LowBalance").count();
            }
        }
    }
    assert!(low > 0, "the pool says before that its balance is low");
    assert!(pool.balance() < 5_000_000_000 && pool.balance() > 4_900_000_000);
    for (function, params) in signed() {
        pool.refuse_call(JUROR + 2, function, &params, 160);
    }
    assert_eq!(pool.draw(2, 3).jury().len(), 3, "requests pay for themselves");
    let address = pool.contract.address.clone();
    pool.world.give(&address, Nano::tokens(1));
    pool.world.now += 86_400;
    pool.call(JUROR, "setTopics", &json!({ "topicMask": 3 })).success();
}
