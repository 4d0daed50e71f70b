//! Signed and unsigned messages: replays, clocks, strangers (T01, T02, T05, T07, T09, T81).

use fastrand::Rng;
use serde_json::{Value, json};
use ton_abi::{Cell, UnixMillis, UnixTime};
use workspace_tests::compiled::artifact;
use workspace_tests::random;

use crate::cards::scores;
use crate::scenes::{agreed, entry, plain};
use crate::support::{Contest, ID, Step, TON, entrant, hash, juror, multisig, pool, registry};

/// Seconds that a clock may be ahead, and that a message may live.
const SKEW: u32 = 300;
const LIFE: u32 = 3600;

/// A message of juror `n` with this time (in seconds) and expiry.
fn commit_at(contest: &mut Contest, n: u8, time: u32, expire: u32) -> Cell {
    let mut header = contest.world.header(Some(&juror(n)));
    header.time = UnixMillis(u64::from(time) * 1000);
    header.expire = UnixTime(expire);
    contest.contract.call(&juror(n), "commitCard", &json!({ "cardHash": hash(1) }), &header)
}

fn send_at(contest: &mut Contest, n: u8, time: u32, expire: u32) -> Step {
    let message = commit_at(contest, n, time, expire);
    contest.external(&message)
}

#[test]
fn t01_the_same_message_is_accepted_once() {
    let mut contest = Contest::judging(1, 3, plain);
    let now = contest.world.now;
    let message = commit_at(&mut contest, 0, now + 1, now + LIFE);
    contest.external(&message).ok();
    let balance = contest.balance();
    for _ in 0..100 {
        contest.external(&message).fails(52);
    }
    contest.world.now += LIFE;
    contest.external(&message).fails(57);
    assert_eq!(contest.balance(), balance, "refusals are free");
}

#[test]
fn t01_a_reveal_and_a_nomination_are_accepted_once() {
    let mut contest = Contest::judging(1, 3, plain);
    let mine = scores(&[(1, 9)]);
    for n in 0..3 {
        contest.commit(n, &mine).ok();
    }
    contest.world.now = contest.time("commitEnd");
    let header = contest.world.header(Some(&juror(0)));
    let params = json!({ "card": crate::support::base64(&mine), "salt": crate::support::salt(0) });
    let reveal = contest.contract.call(&juror(0), "revealCard", &params, &header);
    contest.external(&reveal).ok();
    let again = contest.external(&reveal);
    assert!(again.refused && again.code == 52);
    for n in 1..3 {
        contest.reveal(n, &mine).ok();
    }
    contest.world.now = contest.time("revealEnd");
    contest.tally();
    let header = contest.world.header(Some(&entrant(1)));
    let nominate = contest.contract.call(&entrant(1), "nominate", &entry(1), &header);
    contest.external(&nominate).ok();
    contest.external(&nominate).fails(156);
}

#[test]
fn t02_a_fast_clock_locks_nobody_out() {
    let mut contest = Contest::judging(1, 3, plain);
    let now = contest.world.now;
    send_at(&mut contest, 0, now + SKEW, now + LIFE).fails(57);
    send_at(&mut contest, 0, now + 600, now + LIFE).fails(57);
    send_at(&mut contest, 0, now + SKEW - 1, now + LIFE).ok();
    send_at(&mut contest, 1, now + 1, now + LIFE).ok();
    send_at(&mut contest, 2, now + 1, now + LIFE).ok();
    // The fast juror waits for the own clock alone.
    send_at(&mut contest, 0, now + 1, now + LIFE).fails(52);
    contest.world.now += SKEW;
    send_at(&mut contest, 0, now + SKEW, now + SKEW + LIFE).ok();
}

#[test]
fn a_new_juror_does_not_revive_older_messages() {
    let mut contest = Contest::open(plain);
    contest.enter(1).ok();
    let end = contest.time("entriesEnd");
    let early = commit_at(&mut contest, 0, end, end + LIFE);
    contest.world.now = end;
    contest.seat(3);
    contest.external(&early).fails(52);
}

#[test]
fn t07_a_message_lives_an_hour_at_most() {
    let mut contest = Contest::judging(1, 3, plain);
    let now = contest.world.now;
    send_at(&mut contest, 0, now + 1, now).fails(57);
    send_at(&mut contest, 0, now + 1, now + LIFE + 1).fails(57);
    let message = commit_at(&mut contest, 0, now + 1, now + 60);
    contest.world.now += 60;
    contest.external(&message).fails(57);
    let mut judged = Contest::judged(1, &agreed(&[9]), plain);
    for expire in [judged.world.now, judged.world.now + LIFE + 1] {
        let mut header = judged.world.header(Some(&entrant(1)));
        header.expire = UnixTime(expire);
        let message = judged.contract.call(&entrant(1), "nominate", &entry(1), &header);
        judged.external(&message).fails(57);
    }
}

/// The functions of the interface with their inputs.
fn functions() -> Vec<(String, Vec<Value>)> {
    let abi: Value = serde_json::from_str(&artifact("ContestEscrow.tsol").abi).expect("JSON");
    let functions = abi["functions"].as_array().expect("a list").iter();
    functions
        .map(|f| (f["name"].as_str().expect("a name"), f["inputs"].as_array().expect("a list").clone()))
        .filter(|(name, _)| *name != "constructor")
        .map(|(name, inputs)| (name.to_owned(), inputs))
        .collect()
}

#[test]
fn t05_a_thousand_messages_of_strangers_cost_nothing() {
    let seed = 0x7E57_0005;
    println!("seed {seed:#x}");
    let mut rng = Rng::with_seed(seed);
    let mut contest = Contest::judging(2, 3, plain);
    contest.audits = false;
    let (balance, before) = (contest.balance(), contest.info());
    let functions = functions();
    let elsewhere = json!({ "root": "0x77", "id": ID.to_string() });
    let mut other = workspace_tests::compiled::contract("ContestEscrow.tsol", None, &elsewhere);
    std::mem::swap(&mut other.address, &mut contest.contract.address);
    let (ours, theirs) = (other.address.clone(), contest.contract.address.clone());
    for round in 0..1000 {
        let (name, inputs) = &functions[rng.usize(0..functions.len())];
        let params = random::params(&mut rng, inputs);
        contest.contract.address = if round % 4 == 0 { theirs.clone() } else { ours.clone() };
        let stranger = if round % 3 == 0 { juror(0) } else { entrant(rng.u8(3..99)) };
        let header = contest.world.header(Some(&stranger));
        // Round 0 of 4: a juror's signature for the contest at another address, delivered here.
        let mut message = contest.contract.call(&stranger, name, &params, &header);
        if round % 4 == 0 {
            message = redirected(&message, &ours);
        } else if round % 3 == 0 {
            let header = contest.world.header(None);
            message = contest.contract.unsigned(name, &params, &header);
        }
        let outcome = contest.world.send(&message);
        assert!(outcome.refused(), "{name} was accepted in round {round}: {params}");
    }
    contest.contract.address = ours;
    assert_eq!((contest.balance(), contest.info()), (balance, before));
}

/// An external message with another destination.
fn redirected(message: &Cell, to: &ton_abi::Address) -> Cell {
    let view = ton_abi::MessageView::parse(message).expect("readable");
    ton_abi::external_message(to, None, view.body).expect("encodable")
}

#[test]
fn t05_malformed_messages_cost_nothing() {
    let mut contest = Contest::judging(1, 3, plain);
    let address = contest.contract.address.clone();
    let balance = contest.balance();
    let header = contest.world.header(Some(&juror(0)));
    let good = contest.contract.call(&juror(0), "commitCard", &json!({ "cardHash": hash(1) }), &header);
    let body = ton_abi::MessageView::parse(&good).expect("readable").body.expect("a call");
    let mut bodies = vec![None, Some(Cell::default())];
    for bits in [1, 32, 63, 256, 512, 513, 700, body.bit_len() - 1] {
        let mut builder = ton_abi::CellBuilder::new();
        builder.store_raw(body.data(), bits.min(body.bit_len() - 1)).expect("fits");
        bodies.push(Some(builder.build().expect("a cell")));
    }
    for body in bodies {
        let message = ton_abi::external_message(&address, None, body).expect("encodable");
        assert!(contest.world.send(&message).refused());
    }
    assert_eq!(contest.balance(), balance);
    contest.external(&good).ok();
}

#[test]
fn t65_the_interface_has_no_function_that_forces_a_phase() {
    let mut names: Vec<_> = functions().into_iter().map(|(name, _)| name).collect();
    names.sort();
    let mut known = vec![
        // Other contracts.
        "fund",
        "announce",
        "extend",
        "hold",
        "onJury",
        "confirmed",
        "done",
        "work",
        // Entrants, payees, jurors, anyone with gas money.
        "submitEntry",
        "replaceEntry",
        "withdrawEntry",
        "openEntry",
        "commitCard",
        "revealCard",
        "nominate",
        "claim",
        "topUp",
        // Pokes.
        "advance",
        "drawJury",
        "payNext",
        "settle",
        "sweep",
        "resend",
        // Getters.
        "getSpec",
        "getParties",
        "getPhase",
        "getEntries",
        "getEntry",
        "getJury",
        "getCards",
        "getStats",
        "getRanking",
        "getPayouts",
        "getLedger",
        "getPending",
        "hashCard",
        "buildCard",
        "entryHash",
        "declarationHash",
        "sealHash",
        "getVersion",
        "getReserve",
    ];
    known.sort_unstable();
    assert_eq!(names, known);
}

#[test]
fn t65_the_contracts_around_it_cannot_go_ahead_of_the_clock() {
    let mut contest = Contest::judging(2, 3, plain);
    let before = contest.info();
    for from in [registry(), multisig(), pool()] {
        for (name, params) in [("advance", json!({})), ("settle", json!({})), ("payNext", json!({ "n": 20 }))]
        {
            let step = contest.call(&from, TON, name, &params);
            assert_ne!(step.code, 0, "{name}");
        }
    }
    assert_eq!(contest.info(), before);
}

#[test]
fn t81_ten_thousand_messages_of_insiders_leave_prizes_and_deposits_alone() {
    let mut contest = Contest::judging(3, 24, plain);
    contest.audits = false;
    let owed = contest.get("getLedger", &json!({}));
    let mut accepted = 0;
    for round in 0..10_000_u32 {
        contest.world.now = contest.time("openAt").max(contest.world.now) + u32::from(round % 10 == 0);
        let n = (round % 24) as u8;
        let step = match round % 3 {
            0 => contest.signed(&juror(n), "commitCard", &json!({ "cardHash": hash(1) })),
            1 => contest.reveal(n, &scores(&[(1, 5)])),
            _ => contest.signed(&entrant(n % 3 + 1), "nominate", &entry(n % 3 + 1)),
        };
        accepted += u32::from(!step.refused);
    }
    assert_eq!(accepted, 8 * 5, "the eight jurors whose turn it is commit five times each");
    assert_eq!(contest.get("getLedger", &json!({})), owed);
    assert!(contest.balance() > crate::support::FLOOR + contest.total() + 3 * crate::support::DEPOSIT);
}
