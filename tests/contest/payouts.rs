//! The payout ledger: paid at most once, whatever comes in which order (T68, T69; I10, I11, I16, I19).

use fastrand::Rng;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use ton_abi::{CellBuilder, InternalMessage, Nano};

use crate::cards::{FOR, REJECT, card};
use crate::scenes::{
    DUE, FAILED, SENT, SWEPT, WAIT, agreed, bounce_from, bounce_with, item, plain, spare, state,
};
use crate::support::{
    BOUNCE_LOSS, CALL, Contest, DAY, DEPOSIT, DEPOSIT_ITEM, DESK, JURY_ITEM, Sent, Step, TON, juror_wallet,
    number, stranger, wallet,
};

fn pay(contest: &mut Contest, n: u8) -> Step {
    contest.poke("payNext", &json!({ "n": n }))
}

fn claim(contest: &mut Contest, from: u8, number: u8) -> Step {
    contest.call(&wallet(from), TON, "claim", &item(number))
}

fn items(step: &Step) -> Vec<u128> {
    step.sent.iter().filter(|sent| sent.name == "payout").map(|sent| number(&sent.params["item"])).collect()
}

fn payout(sent: &[Sent], item: u8) -> Sent {
    sent.iter().find(|sent| sent.params["item"] == json!(item)).expect("a payout").clone()
}

#[test]
fn payouts_go_out_in_their_order_and_in_bounded_numbers() {
    let mut contest = Contest::payable(3, &agreed(&[9, 8, 7]), plain);
    pay(&mut contest, 0).fails(155);
    pay(&mut contest, 21).fails(155);
    assert_eq!(items(&pay(&mut contest, 4).ok()), [1, 2, 3, 65]);
    assert_eq!(items(&pay(&mut contest, 1).ok()), [66]);
    assert_eq!(items(&pay(&mut contest, 20).ok()), [67, 101, 102, 103]);
    pay(&mut contest, 20).fails(513);
}

#[test]
fn a_payout_carries_its_amount_whole_and_its_number() {
    let mut contest = Contest::payable(1, &agreed(&[9]), plain);
    let owed = number(&contest.get("getLedger", &json!({}))["owed"]);
    let paid = contest.pay_all();
    for sent in &paid {
        assert!(sent.view.bounce, "it comes back from a wallet that is gone");
    }
    assert_eq!(payout(&paid, 1).value, 500 * TON);
    assert_eq!(payout(&paid, DEPOSIT_ITEM + 1).value, DEPOSIT);
    let sum: u128 = paid.iter().map(|sent| sent.value).sum();
    assert_eq!(number(&contest.get("getLedger", &json!({}))["owed"]), owed - sum);
}

#[test]
fn a_claim_is_the_payees_and_pays_once() {
    let mut contest = Contest::judged(2, &agreed(&[9, 8]), plain);
    claim(&mut contest, 1, DEPOSIT_ITEM + 1).ok();
    claim(&mut contest, 1, 1).fails(513);
    assert_eq!(contest.confirm().answer(), 0);
    claim(&mut contest, 2, 1).fails(515);
    contest.call(&stranger(), TON, "claim", &item(1)).fails(515);
    for unknown in [0, 3, 64, 68, 88, 89, 99, 100, 103, 164, 165, 255] {
        claim(&mut contest, 1, unknown).fails(514);
    }
    contest.call(&wallet(1), DESK - 1, "claim", &item(1)).fails(151);
    let before = spare(&contest);
    let step = contest.call(&wallet(1), DESK, "claim", &item(1)).ok();
    assert_eq!((step.message("payout").value, state(&contest, 1).1), (500 * TON, SENT));
    assert!(step.message("").value < DESK);
    assert!(spare(&contest) >= before, "a claim pays for itself");
    claim(&mut contest, 1, 1).fails(514);
    contest.call(&juror_wallet(1), TON, "claim", &item(JURY_ITEM + 1)).ok().message("payout");
    let rest = items(&pay(&mut contest, 20).ok());
    assert_eq!(rest, [2, 65, 67, 102], "what was claimed is not paid again");
}

#[test]
fn t68_a_payout_that_comes_back_is_failed_and_waits_for_its_payee() {
    let mut contest = Contest::payable(2, &agreed(&[9, 8]), plain);
    let paid = contest.pay_all();
    let prize = payout(&paid, 1);
    let fee = TON / 100;
    let step = bounce_with(&mut contest, &prize, prize.value - fee);
    assert_eq!(
        number(&step.event("PayoutFailed")["amount"]),
        500 * TON,
        "the network's fee is not the payee's"
    );
    assert_eq!(state(&contest, 1), (500 * TON, FAILED));
    pay(&mut contest, 20).fails(513);
    let step = claim(&mut contest, 1, 1).ok();
    let again = step.message("payout").clone();
    assert_eq!((again.value, state(&contest, 1).1), (500 * TON, SENT));
    // The second one comes back, too, and is claimed once more.
    bounce_with(&mut contest, &again, prize.value - fee).event("PayoutFailed");
    claim(&mut contest, 1, 1).ok().message("payout");
    assert_eq!(contest.sum("budget", "failed"), 0);
}

#[test]
fn t68_what_the_payees_code_burned_is_the_payees_loss() {
    let mut contest = Contest::payable(1, &agreed(&[9]), plain);
    let paid = contest.pay_all();
    let prize = payout(&paid, 1);
    let before = spare(&contest);
    let out = contest.sum("budget", "sent");
    bounce_with(&mut contest, &prize, 300 * TON).event("PayoutFailed");
    assert_eq!(state(&contest, 1), (300 * TON + BOUNCE_LOSS, FAILED));
    assert!(spare(&contest) + BOUNCE_LOSS + TON / 10 > before, "others do not pay for it");
    assert_eq!(contest.sum("budget", "sent"), out - 300 * TON - BOUNCE_LOSS, "what was burned stays sent");
    let nothing = payout(&paid, DEPOSIT_ITEM + 1);
    bounce_with(&mut contest, &nothing, TON / 5).event("PayoutFailed");
    assert_eq!(state(&contest, DEPOSIT_ITEM + 1), (TON / 5 + BOUNCE_LOSS, FAILED));
    let step = claim(&mut contest, 1, DEPOSIT_ITEM + 1).ok();
    assert_eq!(step.message("payout").value, TON / 5 + BOUNCE_LOSS);
    let ranking = contest.get("getRanking", &json!({}))["ranking"].clone();
    assert_eq!(number(&ranking[0]["prize"]), 500 * TON, "the prize that was won stays what it was");
}

#[test]
fn t68_only_the_payee_can_send_a_payout_back() {
    let mut contest = Contest::payable(2, &agreed(&[9, 8]), plain);
    let paid = contest.pay_all();
    let prize = payout(&paid, 1);
    bounce_from(&mut contest, &prize, &wallet(2)).ok();
    bounce_from(&mut contest, &prize, &stranger()).ok();
    assert_eq!((state(&contest, 1).1, contest.sum("budget", "failed")), (SENT, 0));
    contest.bounce(&prize).event("PayoutFailed");
    contest.bounce(&prize).ok();
    assert_eq!(contest.sum("budget", "failed"), 500 * TON, "a bounce counts once");
    // Change that comes back from a wallet restores nothing.
    let step = claim(&mut contest, 1, 1).ok();
    let change = step.message("").clone();
    assert!(!change.view.bounce);
    contest.bounce(&change).ok();
    assert_eq!(contest.sum("budget", "failed"), 0);
}

#[test]
fn t68_a_bounce_that_carries_the_whole_body_is_read_too() {
    let mut contest = Contest::payable(1, &agreed(&[9]), plain);
    let paid = contest.pay_all();
    let prize = payout(&paid, 1);
    let body = prize.view.body.clone().expect("op 0 and the number");
    let mut whole = CellBuilder::new();
    whole.store_u32(u32::MAX).expect("fits");
    whole.store_slice(body.as_slice().expect("an ordinary cell")).expect("fits");
    whole.store_reference(body).expect("fits");
    let (from, to) = (prize.to.clone(), contest.contract.address.clone());
    let mut bounced = InternalMessage::transfer(from, to, Nano(prize.value - TON / 100));
    (bounced.bounce, bounced.bounced) = (false, true);
    bounced.body = Some(whole.build().expect("a cell"));
    contest.send(bounced).event("PayoutFailed");
    assert_eq!(state(&contest, 1), (500 * TON, FAILED));
}

#[test]
fn t69_a_claim_that_overtakes_pay_next_is_paid_once() {
    let mut contest = Contest::payable(2, &agreed(&[9, 8]), plain);
    contest.world.deliver = false;
    pay(&mut contest, 20).ok();
    pay(&mut contest, 20).fails(306);
    let claimed = contest.contract.internal(&wallet(1), ton_abi::Nano(TON), "claim", &item(1));
    contest.world.send_internal(claimed);
    contest.world.deliver = true;
    contest.world.drain();
    let inbox = std::mem::take(&mut contest.world.inbox);
    let prizes = inbox.iter().filter(|view| view.dst == Some(wallet(1)) && view.value.0 == 500 * TON).count();
    assert_eq!(prizes, 1);
    contest.audit();
    assert_eq!(state(&contest, 1).1, SENT);
}

#[test]
fn t69_the_window_and_the_confirmation_open_one_payout() {
    let mut contest = Contest::judged(1, &agreed(&[9]), plain);
    contest.world.now = contest.time("confirmBy") + 1;
    let paid = contest.pay_all();
    assert_eq!(contest.confirm().answer(), 0, "late, and nothing to open");
    pay(&mut contest, 20).fails(513);
    claim(&mut contest, 1, 1).fails(514);
    assert_eq!(paid.iter().filter(|sent| sent.to == wallet(1)).count(), 2, "prize and deposit");
}

#[test]
fn t69_a_claim_and_its_bounce_cost_the_contest_nothing() {
    let mut contest = Contest::payable(2, &agreed(&[9, 8]), plain);
    let paid = contest.pay_all();
    contest.bounce(&payout(&paid, 1));
    let before = spare(&contest);
    for round in 0..20 {
        let step = contest.call(&wallet(1), DESK, "claim", &item(1)).ok();
        let sent = step.message("payout").clone();
        // The payee burns as much as the contest still bears.
        bounce_with(&mut contest, &sent, sent.value - BOUNCE_LOSS).event("PayoutFailed");
        assert!(spare(&contest) >= before, "round {round} costs {}", before - spare(&contest));
    }
    assert_eq!(state(&contest, 1), (500 * TON, FAILED));
}

#[test]
fn t71_a_payee_who_claims_and_bounces_for_ever_does_not_hold_up_the_end() {
    let mut contest = Contest::payable(2, &agreed(&[9, 8]), plain);
    let paid = contest.pay_all();
    let mut flying = payout(&paid, DEPOSIT_ITEM + 2);
    let end = contest.world.now + DAY;
    while contest.world.now < end {
        contest.bounce(&flying).event("PayoutFailed");
        contest.world.now += DAY / 4;
        flying = claim(&mut contest, 2, DEPOSIT_ITEM + 2).ok().message("payout").clone();
    }
    contest.poke("settle", &json!({})).ok().message("orgShare");
}

#[test]
fn a_claim_is_possible_while_settling_and_after_the_end() {
    let mut contest = Contest::payable(2, &agreed(&[9, 8]), plain);
    let paid = contest.pay_all();
    contest.bounce(&payout(&paid, 1));
    contest.bounce(&payout(&paid, 2));
    contest.world.now += DAY;
    let org = contest.poke("settle", &json!({})).ok().message("orgShare").clone();
    claim(&mut contest, 1, 1).ok().message("payout");
    let mut step = contest.done(&org.to, &org.params["nonce"], 0).ok();
    while step.sent[0].name != "onContestClosed" {
        let request = step.sent[0].clone();
        step = contest.done(&request.to, &request.params["nonce"], 0).ok();
    }
    contest.expect_phase("Closed");
    assert!(step.sent[0].value < contest.total(), "the gas money and nothing else");
    let sent = claim(&mut contest, 2, 2).ok().message("payout").clone();
    // A bounce after the end brings its own money and is booked.
    contest.bounce(&sent).event("PayoutFailed");
    contest.world.now += 180 * DAY;
    contest.poke("sweep", &json!({})).ok().message("refund");
    assert_eq!(state(&contest, 2).1, SWEPT);
    claim(&mut contest, 2, 2).fails(514);
}

#[test]
fn a_rejected_entry_forfeits_its_deposit_to_the_stage() {
    let cards = vec![card(&[(1, FOR, 9), (2, REJECT, 0)]); 3];
    let mut contest = Contest::payable(2, &cards, plain);
    contest.pay_all();
    claim(&mut contest, 2, DEPOSIT_ITEM + 2).fails(514);
    let sent = contest.settle_all();
    let refund = sent.iter().find(|sent| sent.name == "refund").expect("a refund");
    // 300 + 200 of the prizes, a remainder of the jury, and the deposit.
    assert_eq!(number(&refund.params["amount"]) / TON, 500 + 5);
    assert_eq!(contest.sum("deposits", "refunded"), DEPOSIT);
}

#[test]
fn a_contest_without_deposits_pays_prizes_alone() {
    let mut contest = Contest::payable(2, &agreed(&[9, 8]), |spec, _| spec["entryDeposit"] = json!("0"));
    let paid = contest.pay_all();
    assert!(paid.iter().all(|sent| number(&sent.params["item"]) < 100));
    contest.settle_all();
    contest.expect_phase("Closed");
}

#[test]
fn t68_the_least_payouts_that_come_back_are_booked_to_the_nano() {
    const LEAST: u128 = TON / 10;
    let mut contest = Contest::payable(2, &agreed(&[9, 8]), |spec, _| {
        spec["entryDeposit"] = json!(LEAST.to_string());
        spec["prizes"] = json!([LEAST.to_string(), LEAST.to_string()]);
    });
    for sent in contest.pay_all().iter().filter(|sent| sent.value == LEAST) {
        let step = contest.bounce(sent);
        assert_eq!(number(&step.event("PayoutFailed")["amount"]), LEAST);
        assert!(u128::from(step.gas[0]) * 1_000 < LEAST / 2, "{} gas", step.gas[0]);
    }
    assert_eq!((contest.sum("budget", "failed"), contest.sum("deposits", "failed")), (2 * LEAST, 2 * LEAST));
}

/// A contest that pays, and every payout message that is under way.
struct Race {
    contest: Contest,
    rng: Rng,
    flying: Vec<Sent>,
    /// What each item may pay, and what it has paid.
    due: BTreeMap<u8, u128>,
    paid: BTreeMap<u8, u128>,
}

impl Race {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let scores: Vec<u8> = (0..rng.u8(1..6)).map(|_| rng.u8(1..=10)).collect();
        let entries = scores.len() as u8;
        let contest = Contest::judged(entries, &agreed(&scores), plain);
        let due = contest.items().iter().map(|item| (item.0, item.2)).collect();
        Self { contest, rng, flying: Vec::new(), due, paid: BTreeMap::new() }
    }

    /// Books the payouts of a step.
    fn note(&mut self, step: &Step) {
        for sent in step.sent.iter().filter(|sent| sent.name == "payout") {
            let item = number(&sent.params["item"]) as u8;
            *self.paid.entry(item).or_default() += sent.value;
            self.flying.push(sent.clone());
        }
        for (item, paid) in &self.paid {
            assert!(*paid <= self.due[item], "I11: item {item} paid {paid} of {}", self.due[item]);
        }
    }

    fn bounce(&mut self) {
        if self.flying.is_empty() {
            return;
        }
        let sent = self.flying.swap_remove(self.rng.usize(0..self.flying.len()));
        let item = number(&sent.params["item"]) as u8;
        let loss = if self.rng.bool() { 0 } else { self.rng.u128(0..sent.value / 2) };
        let step = bounce_with(&mut self.contest, &sent, sent.value - loss);
        let back = number(&step.event("PayoutFailed")["amount"]);
        assert!(back <= sent.value);
        *self.paid.get_mut(&item).expect("it was paid") -= back;
    }

    fn step(&mut self) {
        let step = match self.rng.u8(0..10) {
            0..2 => pay(&mut self.contest, self.rng.u8(0..22)),
            2..5 => {
                let known: Vec<u8> = self.due.keys().copied().collect();
                let item = known[self.rng.usize(0..known.len())];
                let from = match item {
                    1..=64 => wallet(item),
                    65..=88 => juror_wallet(item - JURY_ITEM),
                    _ => wallet(item - DEPOSIT_ITEM),
                };
                let from = if self.rng.u8(0..8) == 0 { stranger() } else { from };
                self.contest.call(&from, TON, "claim", &json!({ "item": item }))
            }
            5 => self.contest.confirm(),
            6 => {
                self.contest.world.now += self.rng.u32(0..4 * DAY);
                return;
            }
            7 => self.contest.poke("settle", &json!({})),
            8 => self.answer(),
            _ => return self.bounce(),
        };
        self.note(&step);
    }

    /// One open request is answered, or comes back.
    fn answer(&mut self) -> Step {
        let pending = self.contest.get("getPending", &json!({}))["requests"].clone();
        let Some(request) = pending.as_array().and_then(|all| all.last()).cloned() else {
            return self.contest.poke("sweep", &json!({}));
        };
        let money = [5, 6].contains(&number(&request["kind"]));
        let from = if money { crate::support::treasury() } else { crate::support::pool() };
        self.contest.done(&from, &request["nonce"], 0)
    }

    /// Fair pokes from now on: the contest ends (I20).
    fn finish(&mut self) {
        for _ in 0..60 {
            if self.contest.phase() == "Closed" {
                break;
            }
            self.contest.world.now += 20 * DAY;
            let step = pay(&mut self.contest, 20);
            self.note(&step);
            self.contest.world.now += DAY;
            self.contest.poke("settle", &json!({}));
            self.answer();
        }
        self.contest.expect_phase("Closed");
    }
}

#[test]
fn t69_no_order_of_events_pays_an_item_twice() {
    for seed in 0..40 {
        println!("seed {seed}");
        let mut race = Race::new(seed);
        for _ in 0..60 {
            race.step();
        }
        race.finish();
        let ledger = race.contest.get("getLedger", &json!({}));
        let of = |column: &str| number(&ledger["budget"][column]);
        assert_eq!((of("pot"), of("due")), (0, 0));
        assert_eq!(of("funded"), of("sent") + of("failed") + of("orgShare") + of("refunded"));
        for (item, due) in race.due.clone() {
            let paid = race.paid.get(&item).copied().unwrap_or_default();
            let (amount, kept) = state(&race.contest, item);
            assert!([SENT, FAILED, SWEPT].contains(&kept) && paid <= due && amount <= due, "item {item}");
        }
        race.contest.world.now += WAIT;
    }
}

#[test]
fn i16_no_prize_and_no_jury_pay_leaves_before_payable() {
    let mut contest = Contest::judged(2, &agreed(&[9, 8]), plain);
    let paid = contest.poke("payNext", &json!({ "n": 20 })).ok();
    assert_eq!(items(&paid), [101, 102]);
    let until = contest.world.now + 5 * DAY;
    assert_eq!(contest.order("hold", json!({ "until": until })).ok().answer(), 0);
    pay(&mut contest, 20).fails(513);
    claim(&mut contest, 1, 1).fails(513);
    contest.call(&juror_wallet(0), CALL, "claim", &item(JURY_ITEM)).fails(513);
    let states: Vec<Value> = contest.items().iter().filter(|i| i.0 < 100).map(|i| json!(i.3)).collect();
    assert!(states.iter().all(|state| *state == json!(DUE)));
}
