//! The end of a contest when others fail: answers that are missing, messages that come back, payouts that nobody
//! takes (C5, C6, C18; I11, I19, I20).

use serde_json::{Value, json};
use ton_abi::Cell;

use crate::cards::scores;
use crate::support::{
    BOUNCE_LOSS, Contest, DAY, FLOOR, Sent, Step, TON, juror_wallet, jurors, number, pool, registry,
    stranger, treasury, wallet,
};

/// `Limits.RESEND_AFTER`.
const WAIT: u32 = 600;
/// `Limits.SWEEP_AFTER`.
const SWEEP: u32 = 180 * DAY;

fn cards() -> [Cell; 3] {
    [1, 2, 3].map(|_| scores(&[(1, 9), (2, 5)]))
}

/// Everything is paid and a day has passed.
fn paid(change: impl FnOnce(&mut Value, &mut Value)) -> Contest {
    let mut contest = Contest::payable(2, &cards(), change);
    contest.pay_all();
    contest.world.now += DAY;
    contest
}

fn settle(contest: &mut Contest) -> Step {
    contest.poke("settle", &json!({}))
}

fn nonce(sent: &Sent) -> Value {
    sent.params["nonce"].clone()
}

/// Answers requests with 0 until the contest is closed.
fn finish(contest: &mut Contest, mut step: Step) -> Sent {
    loop {
        let request = step.sent.first().expect("settling goes on").clone();
        if request.name == "onContestClosed" {
            return request;
        }
        step = contest.done(&request.to, &nonce(&request), 0).ok();
    }
}

#[test]
fn money_that_bounced_is_booked_again_and_sent_under_a_new_nonce() {
    let mut contest = paid(|_, _| {});
    let org = settle(&mut contest).ok().message("orgShare").clone();
    let owed = number(&contest.get("getLedger", &json!({}))["owed"]);
    contest.bounce(&org).event("ReturnFailed");
    assert_eq!(number(&contest.get("getLedger", &json!({}))["owed"]), owed + 20 * TON);
    // The same bounce again, and an answer to what is closed, change nothing.
    contest.bounce(&org);
    contest.done(&treasury(), &nonce(&org), 0).ok();
    assert_eq!(number(&contest.get("getLedger", &json!({}))["owed"]), owed + 20 * TON);
    settle(&mut contest).fails(153);
    contest.world.now += WAIT;
    let again = settle(&mut contest).ok().message("orgShare").clone();
    assert_ne!(nonce(&again), nonce(&org));
    let step = contest.done(&treasury(), &nonce(&again), 0).ok();
    let refund = step.message("refund").clone();
    let pot = number(&refund.params["amount"]);
    assert_eq!(contest.sum("budget", "refunded"), pot);
    contest.bounce(&refund).event("ReturnFailed");
    assert_eq!((contest.sum("budget", "refunded"), contest.sum("budget", "pot")), (0, pot));
    contest.world.now += WAIT;
    let step = settle(&mut contest).ok();
    assert_eq!(number(&step.message("refund").params["amount"]), pot);
    finish(&mut contest, step);
    contest.expect_phase("Closed");
}

#[test]
fn money_without_an_answer_is_asked_about_and_never_sent_twice() {
    let mut contest = paid(|_, _| {});
    let org = settle(&mut contest).ok().message("orgShare").clone();
    let again = json!({ "nonce": nonce(&org) });
    settle(&mut contest).fails(152);
    contest.poke("resend", &again).fails(153);
    contest.world.now += WAIT;
    let step = contest.poke("resend", &again).ok();
    let query = step.message("query");
    assert_eq!((&query.to, query.value, nonce(query)), (&treasury(), TON, nonce(&org)));
    assert_eq!(step.sent.len(), 1);
    contest.world.now += WAIT;
    contest.poke("resend", &again).fails(153);
    contest.world.now += WAIT;
    contest.poke("resend", &again).ok();
    // "Never arrived" cannot be: it is still booked out, and only its bounce brings it back.
    assert!(contest.done(&treasury(), &nonce(&org), 157).ok().sent.is_empty());
    contest.done(&registry(), &nonce(&org), 0).ok();
    contest.done(&stranger(), &nonce(&org), 0).fails(150);
    let step = contest.done(&treasury(), &nonce(&org), 0).ok();
    step.message("refund");
    finish(&mut contest, step);
    contest.poke("resend", &again).fails(157);
}

#[test]
fn a_pool_that_fails_for_ever_does_not_keep_the_contest_open() {
    let mut contest = paid(|spec, _| {
        spec["kind"] = json!(1);
        spec["seats"] = json!(2);
        spec["bootstrapJury"] = jurors(0..3);
    });
    let mut step = settle(&mut contest).ok();
    let mut tries = 0;
    while step.sent[0].name != "onContestClosed" {
        let request = step.sent[0].clone();
        if request.to == treasury() {
            step = contest.done(&treasury(), &nonce(&request), 0).ok();
            continue;
        }
        assert_eq!(request.to, pool());
        contest.bounce(&request);
        tries += 1;
        contest.world.now += WAIT << 8;
        step = settle(&mut contest).ok();
    }
    assert_eq!(tries, 3 * 10, "the report and two seats, ten times each");
    contest.expect_phase("Closed");
}

#[test]
fn the_end_is_told_again_when_it_bounced() {
    let mut contest = paid(|_, _| {});
    let step = settle(&mut contest).ok();
    let end = finish(&mut contest, step);
    assert_eq!(contest.balance(), FLOOR);
    contest.poke("settle", &json!({})).fails(152);
    contest.bounce(&end);
    contest.expect_phase("Closed");
    contest.world.now += WAIT;
    let step = settle(&mut contest).ok();
    assert!(step.names().is_empty(), "nothing new happened: {:?}", step.names());
    assert!(step.message("onContestClosed").value + TON > end.value);
    contest.world.now += WAIT;
    contest.poke("settle", &json!({})).fails(152);
}

#[test]
fn the_result_is_told_again_until_the_registry_takes_it() {
    let mut contest = Contest::judging(2, 3, |_, _| {});
    contest.reveal_all(&cards());
    let step = contest.poke("advance", &json!({})).ok();
    let result = step.message("onFinalized").clone();
    contest.expect_phase("Tallied");
    assert_eq!(contest.confirm().answer(), 513);
    contest.bounce(&result);
    contest.world.now += WAIT;
    contest.expect_phase("Confirm");
    let step = contest.poke("resend", &json!({ "nonce": nonce(&result) })).ok();
    assert_eq!(step.message("onFinalized").params, result.params);
    contest.done(&registry(), &nonce(&result), 0).ok();
    assert_eq!(contest.info()["announced"], json!(true));
    assert_eq!(contest.confirm().answer(), 0);
    assert_eq!(contest.confirm().answer(), 0, "what is open stays open");
}

#[test]
fn what_nobody_takes_can_be_claimed_for_180_days_and_goes_back_then() {
    let mut contest = Contest::payable(2, &cards(), |_, _| {});
    let all = contest.pay_all();
    let of = |item: u64| all.iter().find(|sent| sent.params["item"] == json!(item)).expect("an item").clone();
    // A prize, a juror's pay and a deposit come back.
    for item in [1, 66, 102] {
        contest.bounce(&of(item)).event("PayoutFailed");
    }
    let failed = of(1).value + of(66).value + of(102).value;
    let sent = contest.settle_all();
    assert!(sent.iter().all(|sent| sent.value < failed || sent.name != "onContestClosed"));
    assert!(contest.balance() >= failed + FLOOR, "what is owed stays");
    contest.expect_phase("Closed");
    let claim = json!({ "item": 66 });
    contest.call(&wallet(1), TON, "claim", &claim).fails(515);
    contest.call(&juror_wallet(1), TON, "claim", &claim).ok().message("payout");
    contest.poke("sweep", &json!({})).fails(153);
    contest.world.now += SWEEP;
    let step = contest.poke("sweep", &json!({})).ok();
    let refund = step.message("refund").clone();
    assert_eq!(number(&refund.params["amount"]), of(1).value + of(102).value);
    assert_eq!(refund.params["last"], json!(false));
    contest.call(&wallet(1), TON, "claim", &json!({ "item": 1 })).fails(514);
    contest.poke("sweep", &json!({})).fails(153);
    // The treasury refuses it: later it is sent again.
    contest.bounce(&refund);
    contest.world.now += 2 * WAIT;
    let step = contest.poke("sweep", &json!({})).ok();
    let again = step.message("refund").clone();
    assert_eq!(again.params["amount"], refund.params["amount"]);
    contest.done(&treasury(), &nonce(&again), 0).ok();
    contest.world.now += 4 * WAIT;
    contest.poke("sweep", &json!({})).fails(157);
}

#[test]
fn a_payee_that_burns_gas_pays_for_it_and_cannot_delay_the_end() {
    let mut contest = Contest::payable(2, &cards(), |_, _| {});
    let all = contest.pay_all();
    let prize = all.iter().find(|sent| sent.to == wallet(1)).expect("a prize").clone();
    let mut burned = prize.clone();
    burned.view.value.0 -= TON;
    let step = contest.bounce(&burned);
    let back = prize.value - TON + BOUNCE_LOSS;
    assert_eq!(number(&step.event("PayoutFailed")["amount"]), back);
    contest.world.now += DAY - 1;
    let step = contest.call(&wallet(1), TON, "claim", &json!({ "item": 1 })).ok();
    assert_eq!(step.message("payout").value, back);
    contest.world.now += 1;
    settle(&mut contest).ok().message("orgShare");
}
