//! The bill of a full contest: 64 entries, 24 jurors, 32 prizes (5.13, C2; T06, T12, T67, T79, T81).
//!
//! `gas.txt` holds the figures; `UPDATE_SNAPSHOTS=1` writes it anew.

use std::fmt::Write;

use chain::LocalContext;
use serde_json::{Value, json};
use ton_abi::{Cell, UnixTime};
use workspace_tests::snapshot;

use crate::cards::scores;
use crate::scenes::{bounce_with, entry, exhaust, item, spare, state};
use crate::support::{
    BOUNCE_LOSS, CALL, Contest, DAY, DEPOSIT, DESK, ENTRY, JURY_ITEM, Sent, Step, TON, base64, entrant, hash,
    juror, juror_wallet, jurors, member, number, pool, registry, salt, treasury, wallet,
};

/// Gas before acceptance (C2), of a reveal, and of any transaction that may resume (5.13).
const BEFORE_ACCEPT: u64 = 9_000;
const REVEAL: u64 = 450_000;
const STEP: u64 = 600_000;
/// The network's limit for one transaction.
const TRANSACTION: u64 = 1_000_000;
/// Entries and jurors.
const ENTRIES: u8 = 64;
const JURY: u8 = 24;

/// The card of juror `n` for all entries. Entry e has 24 + 3e points in all, so that no two share a place.
fn full_card(n: u8) -> Cell {
    let score = |entry: u8| {
        let points = JURY + 3 * entry;
        points / JURY + u8::from(n < points % JURY)
    };
    scores(&(1..=ENTRIES).map(|entry| (entry, score(entry))).collect::<Vec<_>>())
}

/// The largest contest: longest texts, 32 prizes of which the last is the least there is.
fn largest(spec: &mut Value, _: &mut Value) {
    let prizes: Vec<_> = (0..32u128).map(|place| (TON / 10 + (31 - place) * TON / 10).to_string()).collect();
    spec["prizes"] = json!(prizes);
    spec["title"] = json!("t".repeat(128));
    spec["docLink"] = json!("d".repeat(256));
    spec["dependsOn"] = json!([1, 2, 3, 4]);
}

/// A contest that writes down what everything costs.
struct Bill {
    contest: Contest,
    text: String,
}

impl Bill {
    /// Runs a message; what it needs before it is accepted and what each transaction of the contest used.
    fn external(&mut self, name: &str, message: &Cell) -> Step {
        let before = self.contest.world.gas_before_accept(message).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(before < BEFORE_ACCEPT, "{name} needs {before} gas before it is accepted");
        let step = self.contest.external(message).ok();
        self.line(name, &before.to_string(), &step.gas);
        step
    }

    fn poke(&mut self, name: &str, params: &Value) -> Step {
        let header = self.contest.world.header(None);
        let message = self.contest.contract.unsigned(name, params, &header);
        self.external(name, &message)
    }

    fn internal(&mut self, name: &str, step: Step) -> Step {
        let step = step.ok();
        self.line(name, "-", &step.gas);
        step
    }

    fn line(&mut self, name: &str, before: &str, gas: &[u64]) {
        let dearest = gas.iter().max().copied().unwrap_or_default();
        assert!(dearest < TRANSACTION, "{name} needs {dearest} gas");
        let all: Vec<_> = gas.iter().map(u64::to_string).collect();
        println!("{name:<34}{before:>15}   {}", all.join(" "));
        writeln!(self.text, "{name:<34}{before:>15}   {}", all.join(" ")).expect("text grows");
    }

    fn getter(&mut self, name: &str, params: &Value) {
        let contest = &mut self.contest;
        let header = contest.world.header(None);
        let message = contest.contract.unsigned(name, params, &header);
        let account = contest.world.account(&contest.contract.address);
        let context = LocalContext::new(UnixTime(contest.world.now));
        let run = chain::run_local(&contest.world.config, &account, &message, &context);
        let run = run.unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(run.exit_code, 0, "{name}");
        writeln!(self.text, "{name:<34}{:>15}   {}", "-", run.gas_used).expect("text grows");
    }
}

/// A full house in the last second of entries, each with the longest link.
fn entered() -> Bill {
    let mut contest = Contest::open(largest);
    contest.audits = false;
    let mut bill = Bill { contest, text: String::new() };
    for n in 1..=ENTRIES {
        let mut form = bill.contest.form(&wallet(n), &entrant(n), n);
        form["link"] = json!("x".repeat(256));
        let step = bill.contest.call(&wallet(n), DEPOSIT + ENTRY, "submitEntry", &form);
        if n == 1 || n == ENTRIES {
            bill.internal(&format!("submitEntry, number {n}"), step);
        } else {
            step.ok();
        }
    }
    bill
}

/// Everybody has judged everything; the registry knows the result.
fn judged(bill: &mut Bill) {
    bill.contest.world.now = bill.contest.time("entriesEnd");
    let nonce = bill.poke("drawJury", &json!({})).message("snapshotFor").params["nonce"].clone();
    let step = bill.contest.on_jury(&nonce, &jurors(0..JURY));
    bill.internal("onJury of 24", step);
    for n in 0..JURY {
        let hashed = bill.contest.card_hash(n, &full_card(n));
        let header = bill.contest.world.header(Some(&juror(n)));
        let message =
            bill.contest.contract.call(&juror(n), "commitCard", &json!({ "cardHash": hashed }), &header);
        if n + 1 == JURY {
            bill.external("commitCard", &message)
        } else {
            bill.contest.external(&message).ok()
        };
    }
    bill.contest.world.now = bill.contest.time("commitEnd");
    for n in 0..JURY {
        let params = json!({ "card": base64(&full_card(n)), "salt": salt(n) });
        let header = bill.contest.world.header(Some(&juror(n)));
        let message = bill.contest.contract.call(&juror(n), "revealCard", &params, &header);
        let step = if n + 1 == JURY {
            bill.external("revealCard of 64 lines", &message)
        } else {
            bill.contest.external(&message).ok()
        };
        assert!(step.gas[0] < REVEAL, "a reveal needs {} gas", step.gas[0]);
    }
    bill.contest.world.now = bill.contest.time("revealEnd");
    let step = bill.poke("advance", &json!({}));
    assert!(step.gas.iter().all(|gas| *gas < STEP), "a step of the tally needs {:?} gas", step.gas);
    let nonce = step.message("onFinalized").params["nonce"].clone();
    let step = bill.contest.done(&registry(), &nonce, 0);
    bill.internal("done of onFinalized", step);
}

fn paid(bill: &mut Bill) -> Vec<Sent> {
    let best = number(&bill.contest.get("getRanking", &json!({}))["ranking"][0]["entry"]) as u8;
    let header = bill.contest.world.header(Some(&entrant(best)));
    let message = bill.contest.contract.call(&entrant(best), "nominate", &entry(best), &header);
    bill.external("nominate, signed", &message);
    let step = bill.contest.confirm();
    bill.internal("confirmed", step);
    let mut sent = Vec::new();
    while bill.contest.sum("budget", "due") + bill.contest.sum("deposits", "due") > 0 {
        let step = bill.poke("payNext", &json!({ "n": 20 }));
        sent.extend(step.sent.into_iter().filter(|sent| sent.name == "payout"));
    }
    sent
}

impl Bill {
    fn settle(&mut self) {
        self.contest.world.now += DAY;
        let mut step = self.poke("settle", &json!({}));
        self.contest.world.now += 600;
        let nonce = step.sent[0].params["nonce"].clone();
        self.poke("resend", &json!({ "nonce": nonce }));
        while step.sent[0].name != "onContestClosed" {
            let request = step.sent[0].clone();
            let answered = self.contest.done(&request.to, &request.params["nonce"], 0);
            step = self.internal(&format!("done of {}", request.name), answered);
        }
    }
}

fn getters(bill: &mut Bill) {
    let all = json!({ "from": 0, "n": 255 });
    for (name, params) in [
        ("getSpec", json!({})),
        ("getParties", json!({})),
        ("getPhase", json!({})),
        ("getEntries", all.clone()),
        ("getEntry", entry(ENTRIES)),
        ("getJury", json!({})),
        ("getCards", all.clone()),
        ("getStats", entry(ENTRIES)),
        ("getRanking", json!({})),
        ("getPayouts", all),
        ("getLedger", json!({})),
        ("getPending", json!({})),
        ("getVersion", json!({})),
        ("getReserve", json!({})),
    ] {
        bill.getter(name, &params);
    }
}

#[test]
fn t06_t67_t79_the_bill_of_a_full_contest_is_the_committed_one() {
    let mut bill = entered();
    judged(&mut bill);
    let sent = paid(&mut bill);
    assert_eq!(sent.len(), 32 + usize::from(JURY) + usize::from(ENTRIES));
    let least = sent.iter().min_by_key(|sent| sent.value).expect("payouts").clone();
    let step = bill.contest.bounce(&least);
    bill.internal("bounce of a payout", step);
    getters(&mut bill);
    bill.settle();
    bill.contest.world.now += 180 * DAY;
    bill.poke("sweep", &json!({}));
    let head = "64 entries with links of 256 bytes, 24 jurors with 64 lines each, 32 prizes.\n\
        Before: gas before an external message is accepted. Then the gas of each transaction of the contest.\n\
        UPDATE_SNAPSHOTS=1 writes this file anew.\n\n";
    snapshot("tests/contest/gas.txt", &format!("{head}{}", bill.text));
}

#[test]
fn t79_getters_at_full_size_tell_what_was_put_in() {
    let mut bill = entered();
    judged(&mut bill);
    bill.contest.audits = true;
    let contest = &bill.contest;
    let list = |name: &str, field: &str, from: u8, n: u8| {
        contest.get(name, &json!({ "from": from, "n": n }))[field].as_array().expect("a list").clone()
    };
    let all = list("getEntries", "entries", 0, 255);
    let paged: Vec<_> = (0..7).flat_map(|page| list("getEntries", "entries", 1 + page * 10, 10)).collect();
    assert_eq!((all.len(), all.clone()), (usize::from(ENTRIES), paged));
    for (n, shown) in (1..).zip(&all) {
        assert_eq!(shown, &contest.get("getEntry", &entry(n))["info"]);
        assert_eq!((number(&shown["id"]), &shown["wallet"]), (n.into(), &json!(wallet(n).to_string())));
        assert_eq!((&shown["contentHash"], &shown["link"]), (&json!(hash(n)), &json!("x".repeat(256))));
    }
    let cards = list("getCards", "cards", 0, 255);
    let paged: Vec<_> = (0..4).flat_map(|page| list("getCards", "cards", page * 6, 6)).collect();
    assert_eq!((cards.len(), cards.clone()), (usize::from(JURY), paged));
    for card in &cards {
        assert_eq!(card["lines"].as_array().map(Vec::len), Some(usize::from(ENTRIES)));
    }
    let items = list("getPayouts", "items", 0, 255);
    let paged = (0..17).flat_map(|page| {
        let from = page * 10;
        list("getPayouts", "items", from, 10)
            .into_iter()
            .filter(move |item| number(&item["item"]) < u128::from(from) + 10)
    });
    assert_eq!(items, paged.collect::<Vec<_>>());
    let sum: u128 = items.iter().map(|item| number(&item["amount"])).sum();
    assert_eq!(sum, contest.sum("budget", "due") + contest.sum("deposits", "due"));
    assert!(contest.get("getEntries", &json!({ "from": 65, "n": 9 }))["entries"] == json!([]));
    contest.audit();
}

#[test]
fn t54_desk_money_is_enough_at_full_size() {
    let mut bill = entered();
    let contest = &mut bill.contest;
    contest.audits = true;
    let before = spare(contest);
    let content =
        json!({ "entry": ENTRIES, "contentHash": hash(9), "link": "y".repeat(256), "commitment": "0" });
    let step = contest.call(&wallet(ENTRIES), DESK, "replaceEntry", &content).ok();
    assert!(step.message("").value > 0);
    contest.call(&wallet(ENTRIES), DESK, "withdrawEntry", &entry(ENTRIES)).ok();
    let mut form = contest.form(&wallet(99), &member(0), 1);
    form["link"] = json!("x".repeat(256));
    contest.call(&wallet(99), DEPOSIT + ENTRY + CALL, "submitEntry", &form).ok().message("onMemberEntry");
    assert!(before - spare(contest) < TON / 100, "entrants pay for themselves");
}

#[test]
fn t68_at_full_size_a_claim_and_its_bounce_pay_for_themselves() {
    let mut bill = entered();
    judged(&mut bill);
    let sent = paid(&mut bill);
    let contest = &mut bill.contest;
    // The least prize: what a bounce of it brings must be enough to book it.
    let least = sent.iter().filter(|sent| number(&sent.params["item"]) <= 64).min_by_key(|sent| sent.value);
    let least = least.expect("a prize").clone();
    let number_of = number(&least.params["item"]) as u8;
    assert_eq!(least.value, TON / 10);
    bounce_with(contest, &least, least.value - TON / 100).event("PayoutFailed");
    assert_eq!(state(contest, number_of).0, TON / 10);
    let before = spare(contest);
    let mut lost = 0;
    for _ in 0..10 {
        let step = contest.call(&wallet(number_of), DESK, "claim", &item(number_of)).ok();
        let sent = step.message("payout").clone();
        bounce_with(contest, &sent, sent.value - BOUNCE_LOSS / 2).event("PayoutFailed");
        lost = before.saturating_sub(spare(contest));
    }
    assert_eq!(lost, 0, "ten claims and bounces cost the contest {lost}");
    let pay = sent.iter().find(|sent| sent.to == juror_wallet(3)).expect("jury pay").clone();
    bounce_with(contest, &pay, pay.value - BOUNCE_LOSS).event("PayoutFailed");
    let before = spare(contest);
    for _ in 0..10 {
        let step = contest.call(&juror_wallet(3), DESK, "claim", &item(JURY_ITEM + 3)).ok();
        let sent = step.message("payout").clone();
        bounce_with(contest, &sent, sent.value - BOUNCE_LOSS).event("PayoutFailed");
    }
    let lost = before.saturating_sub(spare(contest));
    assert_eq!(lost, 0, "ten claims and bounces of a burning payee cost the contest {lost}");
}

#[test]
fn the_gas_money_of_a_full_contest_is_enough() {
    let mut bill = entered();
    let start = spare(&bill.contest);
    judged(&mut bill);
    paid(&mut bill);
    let left = spare(&bill.contest);
    println!("{left} of {start} is left");
    assert!(left > start / 4, "a full contest leaves {left} of {start}");
    bill.settle();
    assert_eq!(bill.contest.phase(), "Closed");
    // Nobody else was asked for gas: the pool and the treasury got requests, not money.
    for peer in [pool(), treasury(), registry()] {
        assert!(bill.contest.world.balance(&peer).0 < TON);
    }
}

#[test]
fn t81_a_full_tally_at_the_floor_does_not_touch_what_is_owed() {
    let mut bill = entered();
    let contest = &mut bill.contest;
    contest.world.now = contest.time("entriesEnd");
    contest.seat(JURY);
    let cards: Vec<_> = (0..JURY).map(full_card).collect();
    contest.reveal_all(&cards);
    contest.audits = true;
    exhaust(contest);
    contest.poke("advance", &json!({})).fails(160);
    // The least that the contest accepts the poke with.
    let mut step = contest.poke("advance", &json!({}));
    while step.refused {
        contest.call(&wallet(1), TON / 4, "topUp", &json!({})).ok();
        step = contest.poke("advance", &json!({}));
    }
    contest.audit();
    step.ok().event("Tallied");
}

#[test]
fn the_gas_money_is_enough_even_if_everybody_wastes_it() {
    let mut bill = entered();
    let contest = &mut bill.contest;
    contest.world.now = contest.time("entriesEnd");
    contest.seat(JURY);
    for n in 0..JURY {
        for commit in 1..5 {
            contest.signed(&juror(n), "commitCard", &json!({ "cardHash": hash(commit) })).ok();
        }
    }
    let cards: Vec<_> = (0..JURY).map(full_card).collect();
    contest.reveal_all(&cards);
    contest.tally();
    assert_eq!(contest.confirm().answer(), 0);
    // Whoever wants the contest to spend lets it pay one item at a time.
    while contest.sum("budget", "due") + contest.sum("deposits", "due") > 0 {
        contest.poke("payNext", &json!({ "n": 1 })).ok();
    }
    println!("{} is left", spare(contest));
    contest.settle_all();
    contest.expect_phase("Closed");
}

#[test]
fn t10_a_closed_contest_outlives_a_year_with_what_it_owes() {
    let mut bill = entered();
    judged(&mut bill);
    let sent = paid(&mut bill);
    // Two prizes and the pay of a juror.
    let failed = [sent[0].clone(), sent[1].clone(), sent[40].clone()];
    for sent in &failed {
        bill.contest.bounce(sent).event("PayoutFailed");
    }
    bill.contest.audits = true;
    bill.settle();
    bill.contest.world.now += 365 * DAY;
    let first = number(&failed[0].params["item"]) as u8;
    let step = bill.contest.call(&wallet(first), DESK, "claim", &item(first)).ok();
    assert_eq!(step.message("payout").value, failed[0].value);
    bill.poke("sweep", &json!({})).message("refund");
}
