//! Gas and rent at full size (governance 5.13; T06, T10, T79): 128 jurors, 512 contests, 24 drawn.

use chain::LocalContext;
use serde_json::{Value, json};
use ton_abi::{Nano, UnixTime};

use crate::pool::{FIRST, JUROR, JURY_SELECTION, Pool, REGULAR, k, keys, payout};

/// C2: gas before acceptance stays below this.
const BEFORE_ACCEPT: u64 = 9_000;
/// Gas limit of a transaction and of a local run.
const LIMIT: u64 = 1_000_000;
/// A request brings 1 TON, which buys 1 000 000 gas; the answer's fees come out of it, too.
const REQUEST: u64 = 850_000;

/// 128 active jurors; `contests` of them authorised besides the first.
fn full(contests: u32) -> Pool {
    let mut pool = Pool::with_jurors(128);
    for id in 2..=contests {
        pool.authorize(id, REGULAR, 1 + u8::try_from(id % 5).expect("small"), 3, &[]);
    }
    pool
}

#[test]
fn a_jury_of_24_out_of_128_is_drawn_and_reported_in_one_transaction() {
    let mut pool = full(9);
    let mut worst = (0, 0);
    for id in 2..9 {
        // Everyone is already booked for something, and some declined.
        for n in 0..10 {
            let declines = JUROR + 10 * u8::try_from(id).expect("small") + n;
            pool.call(declines, "recuse", &json!({ "contestId": id })).success();
        }
        let drawn = pool.draw(id, 3);
        assert_eq!(drawn.jury().len(), 24);
        worst.0 = drawn.gas.max(worst.0);
    }
    for id in 2..9 {
        let reported = pool.report(id, &keys(JUROR..JUROR + 24));
        assert_eq!(reported.code(), 0);
        worst.1 = reported.gas.max(worst.1);
    }
    println!("draw {}, report {}", worst.0, worst.1);
    assert!(worst.0 < REQUEST && worst.1 < REQUEST, "{worst:?}");
}

#[test]
fn the_other_requests_fit_at_full_size_too() {
    let mut pool = full(9);
    pool.call(JUROR + 127, "resign", &json!({})).success();
    let admit = pool.admit(FIRST, 200).gas;
    let bootstrap = keys(201..225);
    for n in JUROR..JUROR + 127 {
        pool.call(n, "setTopics", &json!({ "topicMask": 2 })).success();
    }
    let authorize = pool.authorize(10, JURY_SELECTION, 1, 24, &bootstrap);
    assert_eq!(authorize.code(), 0);
    let report = pool.report(10, &bootstrap);
    let reserve = pool.reserve(&k(250));
    let figures =
        [("admit", admit), ("authorize", authorize.gas), ("report", report.gas), ("reserve", reserve.gas)];
    println!("{figures:?}");
    assert!(figures.iter().all(|(_, gas)| *gas < REQUEST), "{figures:?}");
}

#[test]
fn t06_every_signed_function_accepts_inside_the_credit_at_full_size() {
    let mut pool = full(512);
    let calls = [
        ("setTopics", json!({ "topicMask": 31 })),
        ("setAddress", json!({ "addr": payout(9).to_string() })),
        ("recuse", json!({ "contestId": 511 })),
        ("resign", json!({})),
    ];
    // The contest in question has many who declined already, and its record is deep in the map.
    for n in JUROR..JUROR + 100 {
        pool.call(n, "recuse", &json!({ "contestId": 511 })).success();
    }
    let mut worst = 0;
    for (function, params) in &calls {
        let mut dearest = 0;
        for n in JUROR + 100..JUROR + 128 {
            let message = pool.message(n, function, params);
            let gas = pool.world.gas_before_accept(&message);
            dearest = dearest.max(gas.unwrap_or_else(|error| panic!("{function}: {error}")));
            pool.world.send(&message).success();
        }
        println!("{dearest:>8}  {function}");
        worst = worst.max(dearest);
    }
    assert!(worst < BEFORE_ACCEPT, "{worst} gas before acceptance");
}

#[test]
fn t79_every_getter_fits_a_local_run_at_full_size() {
    let mut pool = full(101);
    for id in 2..=101 {
        pool.draw(id, 3);
    }
    let getters: [(&str, Value); 9] = [
        ("getJurors", json!({ "afterKey": "0", "limit": 128 })),
        ("getJuror", json!({ "key": k(JUROR) })),
        ("getCounts", json!({})),
        ("getContests", json!({ "afterId": 0, "limit": 100 })),
        ("getContest", json!({ "contestId": 5 })),
        ("getMirror", json!({})),
        ("isBusy", json!({ "key": k(JUROR) })),
        ("getReserve", json!({})),
        ("getVersion", json!({})),
    ];
    let listed = getters.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    for function in pool.contract.abi.functions() {
        let name: &str = &function.name;
        assert!(!name.starts_with("get") || listed.contains(&name), "{name} is not measured");
    }
    for (name, params) in getters {
        let header = pool.world.header(None);
        let message = pool.contract.unsigned(name, &params, &header);
        let account = pool.world.account(&pool.contract.address);
        let context = LocalContext::new(UnixTime(pool.world.now));
        let run = chain::run_local(&pool.world.config, &account, &message, &context);
        let run = run.unwrap_or_else(|error| panic!("{name}: {error}"));
        println!("{:>8}  {name}", run.gas_used);
        assert_eq!(run.exit_code, 0, "{name}");
        assert!(run.gas_used < LIMIT, "{name}: {}", run.gas_used);
    }
}

#[test]
fn t10_the_floor_pays_the_rent_of_a_year_at_full_size() {
    let mut pool = full(512);
    for id in 2..=41 {
        assert_eq!(pool.draw(id, 3).jury().len(), 24);
    }
    let (before, address) = (pool.balance(), pool.contract.address.clone());
    pool.world.now += 365 * 86_400;
    let sent = 1_000_000_000;
    pool.world.give(&address, Nano(sent));
    let rent = before + sent - pool.balance();
    println!("{rent} nano a year");
    assert!(rent < 5_000_000_000, "the floor is 5 TON");
    pool.call(JUROR, "setTopics", &json!({ "topicMask": 31 })).success();
    assert_eq!(pool.report(2, &[]).code(), 0);
}

#[test]
fn the_code_is_small_enough_to_be_sent() {
    let pool = Pool::new(0);
    let code = pool.contract.image.state_init.code.clone().expect("an image has code");
    let size = ton_abi::Boc::encode(&code).len();
    println!("{size} bytes");
    assert!(size < 48 * 1024);
}
