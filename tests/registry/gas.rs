//! Gas before acceptance with everything full (T06, C2).

use chain::Executed;
use serde_json::{Value, json};
use ton_abi::Nano;

use crate::hall::{Hall, TON, k};
use crate::payload::{self, SIGNAL, account, hash, jury_contest, spec};

/// C2: gas before acceptance stays below this.
const BEFORE_ACCEPT: u64 = 9_000;

/// Contests besides the last one; the directory is seven levels deep. With 512 it is ten.
const CONTESTS: u32 = 64;
/// What three more levels cost, generously.
const DEEPER: u64 = 400;

/// 15 members, 63 open proposals, 64 candidates, a ranked contest with members in it and two who want it held.
fn full() -> (Hall, u32) {
    let mut hall = Hall::new(15);
    let contract = hall.contract.address.clone();
    hall.world.give(&contract, Nano(4_000 * TON));
    for _ in 0..CONTESTS {
        hall.launched(&spec(hall.world.now, json!({})));
    }
    let contest = hall.launched(&jury_contest(hall.world.now, 30..54));
    let escrow = hall.escrow(contest);
    for n in 0..5 {
        hall.hear(&escrow, "onMemberEntry", &json!({ "contestId": contest, "key": k(n) }));
    }
    hall.finalized(contest);
    for n in 0..64 {
        assert_eq!(hall.nominate(contest, u32::from(n), 1, 60 + n), 0);
    }
    hall.world.now += 86_400;
    for n in 5..7 {
        hall.call(n, "quickHold", &json!({ "contestId": contest })).success();
    }
    let mut member = 0;
    while hall.status("open") < 63 {
        for n in 0..5 {
            if hall.status("open") < 63 && member < 14 {
                hall.propose(member, SIGNAL, &payload::signal(n, false));
            }
        }
        member += 1;
    }
    (hall, contest)
}

#[test]
fn t06_every_signed_function_accepts_inside_the_credit_at_full_size() {
    let (mut hall, contest) = full();
    let largest = payload::launch(&jury_contest(hall.world.now, 30..54));
    let mut proposal = Hall::proposal_params(payload::LAUNCH, &largest);
    proposal["link"] = json!("x".repeat(256));
    let calls = [
        (14, "propose", proposal),
        (14, "setProfile", json!({ "payout": account(1).to_string(), "profileHash": hash(1) })),
        (14, "attest", json!({ "docHash": hash(1) })),
        (14, "quickHold", json!({ "contestId": contest })),
        (14, "publish", json!({ "contestId": contest, "recordHash": hash(1), "link": "x".repeat(256) })),
        (14, "resign", json!({})),
    ];
    let mut worst = 0;
    for (n, function, params) in calls {
        let message = hall.message(n, function, &params);
        let gas = hall.world.gas_before_accept(&message).unwrap_or_else(|e| panic!("{function}: {e}"));
        println!("{gas:>8}  {function}");
        worst = worst.max(gas);
        hall.world.send(&message).success();
    }
    assert!(worst + DEEPER < BEFORE_ACCEPT, "{worst} gas before acceptance");
}

#[test]
fn t06_pokes_accept_inside_the_credit() {
    let (mut hall, _) = full();
    hall.world.now += 600;
    let (nonce, _) = hall.pending()[0];
    let pokes = [("resend", json!({ "nonce": nonce.to_string() })), ("resync", json!({}))];
    for (function, params) in pokes {
        let header = hall.world.header(None);
        let message = hall.contract.unsigned(function, &params, &header);
        let gas = hall.world.gas_before_accept(&message).unwrap_or_else(|e| panic!("{function}: {e}"));
        println!("{gas:>8}  {function}");
        assert!(gas < BEFORE_ACCEPT, "{function}: {gas}");
        hall.world.send(&message).success();
    }
    let mut waiting = Hall::founded(&crate::hall::founding(15));
    for number in 0..4 {
        waiting.bring_code(number).success();
    }
    waiting.bring_plan().success();
    let header = waiting.world.header(None);
    let code = payload::base64(&crate::hall::code(crate::hall::CODES[4]));
    let message = waiting.contract.unsigned("setCode", &json!({ "kind": 4, "code": code }), &header);
    let gas = waiting.world.gas_before_accept(&message).expect("accepted");
    println!("{gas:>8}  setCode");
    assert!(gas < BEFORE_ACCEPT, "setCode: {gas}");
}

#[test]
fn every_transaction_at_full_size_stays_below_half_of_its_limit() {
    let (mut hall, contest) = full();
    hall.world.now += 86_400;
    let id = hall.propose(14, payload::REMOVE, &payload::remove(0));
    hall.approve(id, 5..13);
    let outcome = hall.poke_proposal(id, "execute");
    let escrow = hall.escrow(contest);
    let candidate = json!({ "contestId": contest, "nonce": "7", "entryId": 99, "place": 1, "key": k(59),
        "addr": account(1).to_string() });
    let message = hall.contract.internal(&escrow, Nano(TON), "registerCandidate", &candidate);
    let mut all: Vec<_> = outcome.success().to_vec();
    all.extend(hall.world.send_internal(message));
    assert_eq!(hall.status("members"), 14);
    let gas = all.iter().filter_map(|t| t.view.run()).map(|run| run.gas_used).max().expect("they ran");
    println!("{gas:>8}  dearest transaction");
    assert!(gas < 500_000, "{gas}");
}

#[test]
fn the_largest_contest_is_launched_with_the_value_that_requests_have() {
    let (mut hall, _) = full();
    let prizes: Vec<_> = (0..32).map(|_| (30 * TON).to_string()).collect();
    let mut largest = jury_contest(hall.world.now, 130..154);
    for (name, value) in [
        ("prizes", json!(prizes)),
        ("title", json!("t".repeat(128))),
        ("docLink", json!("l".repeat(256))),
        ("dependsOn", json!([])),
    ] {
        largest[name] = value;
    }
    let (id, _) = hall.decide_by(payload::LAUNCH, &payload::launch(&largest), [14, 1, 2, 3, 4, 5, 6, 7]);
    let nonce = hall.take("reserve").nonce();
    let (treasury, pool) = (hall.treasury.clone(), hall.jury_pool.clone());
    hall.done(&treasury, nonce, 0);
    let authorize = hall.take("authorizeContest");
    assert_eq!(authorize.params["bootstrap"].as_array().expect("a list").len(), 24);
    hall.done(&pool, nonce, 0);
    let deploy = hall.take("deploy");
    assert!(deploy.view.bounce, "an escrow that cannot be deployed comes back");
    let contest = CONTESTS + 2;
    let escrow = hall.escrow(contest);
    assert_eq!(deploy.to, escrow);
    hall.hear(&escrow, "onFunded", &json!({ "contestId": contest }));
    assert_eq!(hall.outcome(id), ("Executed", 0));
}

/// Sixteen ranked contests with 128 names each, four of them members', and 63 open proposals, five of them of member 4.
fn crowded() -> Hall {
    let mut hall = Hall::new(15);
    let contract = hall.contract.address.clone();
    hall.world.give(&contract, Nano(4_000 * TON));
    for n in 0..15 {
        let profile = json!({ "payout": account(n + 1).to_string(), "profileHash": hash(1) });
        hall.call(n, "setProfile", &profile).success();
    }
    let name = |n| if !(4..100).contains(&n) { k(n) } else { format!("0x{}", hex::encode([n + 20; 32])) };
    let entrants: Value = (0..4).chain(36..160).map(|n| (name(n), json!(true))).collect();
    for _ in 0..16 {
        let contest = hall.launched(&spec(hall.world.now, json!({})));
        let report = json!({ "contestId": contest, "nonce": "5", "resultsHash": hash(7), "payoutHash": hash(8),
            "until": hall.world.now + 300 * 86_400, "entrants": entrants });
        let escrow = hall.escrow(contest);
        hall.hear(&escrow, "onFinalized", &report);
    }
    hall.world.now += 86_400;
    for member in (1..15).rev() {
        for n in 0..5 {
            if hall.status("open") < 63 {
                hall.propose(member, SIGNAL, &payload::signal(n, false));
            }
        }
    }
    hall.world.inbox.clear();
    hall
}

#[test]
fn a_change_of_members_with_everything_open_pays_for_itself() {
    let mut hall = crowded();
    hall.decide_by(payload::ROTATE, &payload::rotate(4, 100), [0, 5, 6, 7, 8, 9, 10, 11]);
    let reserve = hall.take("reserveMember");
    let pool = hall.jury_pool.clone();
    let params = json!({ "nonce": reserve.nonce().to_string(), "ok": true });
    let message = hall.contract.internal(&pool, Nano(TON * 9 / 10), "onMemberReserved", &params);
    let seated = hall.world.send_internal(message);
    let dearest = |all: &[Executed]| all.iter().filter_map(|t| t.view.run()).map(|run| run.gas_used).max();
    let gas = dearest(&seated).expect("it ran");
    println!("{gas:>8}  onMemberReserved");
    assert_eq!(hall.names().iter().filter(|name| *name == "enqueue").count(), 16, "all are queued again");
    assert!(gas < 750_000, "{gas}: the answer of the jury pool brings 900 000");
    hall.world.now += 600;
    let synced = hall.poke("resync", &json!({}));
    let gas = dearest(synced.success()).expect("it ran");
    println!("{gas:>8}  syncOne");
    assert!(gas < 416_000, "{gas}: Gas.STEP brings 500 000");
}
