//! Gas at full size: 64 entries, 24 jurors, 32 prizes (governance 5.13, C2; T06, T67).

use serde_json::{Value, json};
use ton_abi::Cell;

use crate::cards::scores;
use crate::support::{Contest, DAY, Step, TON, base64, entrant, juror, number, salt};

/// Gas before acceptance stays below this.
const BEFORE_ACCEPT: u64 = 9_000;
/// A reveal of 64 entries stays below this.
const REVEAL: u64 = 450_000;
/// A step of the tally stays below this.
const TALLY: u64 = 600_000;

/// The card of juror `n` for 64 entries.
fn full_card(n: u8, spread: bool) -> Cell {
    let score = |entry: u8| {
        if spread { 1 + entry.wrapping_mul(7).wrapping_add(n.wrapping_mul(entry)) % 10 } else { 5 }
    };
    scores(&(1..=64).map(|entry| (entry, score(entry))).collect::<Vec<_>>())
}

/// Prizes of 32 places, 10 TON each and one nano less from place to place.
fn prizes() -> Value {
    (0..32u128).map(|place| json!((10 * TON - place).to_string())).collect()
}

#[track_caller]
fn before_accept(contest: &Contest, name: &str, message: &Cell) {
    let gas = contest.world.gas_before_accept(message).unwrap_or_else(|e| panic!("{name}: {e}"));
    println!("{gas:>8}  {name} before it is accepted");
    assert!(gas < BEFORE_ACCEPT, "{name} needs {gas} gas before it is accepted");
}

fn poke(contest: &mut Contest, name: &str, params: &Value) -> Step {
    let header = contest.world.header(None);
    let message = contest.contract.unsigned(name, params, &header);
    before_accept(contest, name, &message);
    let step = contest.external(&message).ok();
    println!("{:?}  {name}", step.gas);
    step
}

fn run(spread: bool) {
    let mut contest = Contest::open(|spec, _| spec["prizes"] = prizes());
    contest.audits = false;
    let mut dearest = 0;
    for n in 1..=64 {
        dearest = dearest.max(contest.enter(n).ok().gas[0]);
    }
    println!("{dearest:>8}  submitEntry, the dearest of 64");
    contest.world.now = contest.time("entriesEnd");
    poke(&mut contest, "drawJury", &json!({}));
    let step = contest.on_jury(&json!("2"), &crate::support::jurors(0..24)).ok();
    println!("{:?}  onJury of 24", step.gas);
    for n in 0..24 {
        let hashed = contest.card_hash(n, &full_card(n, spread));
        let header = contest.world.header(Some(&juror(n)));
        let message = contest.contract.call(&juror(n), "commitCard", &json!({ "cardHash": hashed }), &header);
        if n == 23 {
            before_accept(&contest, "commitCard", &message);
        }
        contest.external(&message).ok();
    }
    contest.world.now = contest.time("commitEnd");
    let mut dearest = 0;
    for n in 0..24 {
        let params = json!({ "card": base64(&full_card(n, spread)), "salt": salt(n) });
        let header = contest.world.header(Some(&juror(n)));
        let message = contest.contract.call(&juror(n), "revealCard", &params, &header);
        if n == 23 {
            before_accept(&contest, "revealCard", &message);
        }
        dearest = dearest.max(contest.external(&message).ok().gas[0]);
    }
    println!("{dearest:>8}  revealCard of 64 entries");
    assert!(dearest < REVEAL, "a reveal needs {dearest} gas");
    contest.world.now = contest.time("revealEnd");
    let gas = poke(&mut contest, "advance", &json!({})).gas;
    assert!(gas.iter().all(|gas| *gas < TALLY), "a step of the tally needs {gas:?} gas");
    contest.done(&crate::support::registry(), &json!("3"), 0).ok();
    let ranking = contest.get("getRanking", &json!({}))["ranking"].clone();
    let best = u8::try_from(number(&ranking[0]["entry"])).expect("an entry");
    let header = contest.world.header(Some(&entrant(best)));
    let winner = contest.contract.call(&entrant(best), "nominate", &json!({ "entry": best }), &header);
    before_accept(&contest, "nominate", &winner);
    println!("{:?}  nominate", contest.external(&winner).ok().gas);
    contest.world.now += 600;
    assert_eq!(contest.confirm().answer(), 0);
    let mut dearest_bounce = 0;
    let mut sent = Vec::new();
    while contest.sum("budget", "due") + contest.sum("deposits", "due") > 0 {
        sent.extend(poke(&mut contest, "payNext", &json!({ "n": 20 })).sent);
    }
    for payout in &sent {
        let step = contest.bounce(payout);
        dearest_bounce = dearest_bounce.max(step.gas[0]);
    }
    println!("{dearest_bounce:>8}  bounce of a payout, the dearest of {}", sent.len());
    getters(&contest, &ranking);
    end(&mut contest);
}

/// Settling and sweeping with everything Failed.
fn end(contest: &mut Contest) {
    contest.world.now += DAY;
    let mut step = poke(contest, "settle", &json!({}));
    contest.world.now += 600;
    let nonce = step.sent[0].params["nonce"].clone();
    poke(contest, "resend", &json!({ "nonce": nonce }));
    while step.sent[0].name != "onContestClosed" {
        let request = step.sent[0].clone();
        step = contest.done(&request.to, &request.params["nonce"], 0).ok();
        println!("{:?}  done of {}", step.gas, request.name);
    }
    contest.world.now += 180 * DAY;
    poke(contest, "sweep", &json!({})).message("refund");
    contest.audits = true;
    contest.audit();
}

/// Every getter answers at full size (T79).
fn getters(contest: &Contest, ranking: &Value) {
    for name in ["getSpec", "getPhase", "getJury", "getRanking", "getLedger", "getPending", "getReserve"] {
        contest.get(name, &json!({}));
    }
    let ranking = ranking.as_array().expect("a list");
    assert_eq!(ranking.len(), 64);
    let prizes = ranking.iter().filter(|rank| number(&rank["prize"]) > 0).count();
    assert!(prizes >= 32, "a group of equals at the last prize shares it");
    assert_eq!(contest.items().len(), prizes + 24 + 64);
    let entries = contest.get("getEntries", &json!({ "from": 0, "n": 64 }));
    assert_eq!(entries["entries"].as_array().expect("a list").len(), 64);
    let cards = contest.get("getCards", &json!({ "from": 0, "n": 24 }));
    assert_eq!(cards["cards"].as_array().expect("a list").len(), 24);
}

#[test]
fn t67_a_full_contest_with_different_averages_stays_inside_the_limits() {
    run(true);
}

#[test]
fn t67_a_full_contest_of_equals_stays_inside_the_limits() {
    run(false);
}
