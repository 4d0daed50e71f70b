//! The way through the phases: by the clock, by decisions that only give more time, and by nobody's will
//! (T60, T62, T65, T66, T71, T72; I15, I16, I20).

use serde_json::{Value, json};

use crate::cards::scores;
use crate::scenes::{DUE, SENT, WAIT, agreed, plain, state};
use crate::support::{
    CALL, Contest, DAY, DEPOSIT, DEPOSIT_ITEM, ID, Step, TON, hash, multisig, number, pool, registry, wallet,
};

const OPEN: u8 = 2;
const COMMIT: u8 = 4;
const REVEAL: u8 = 5;

fn extend(contest: &mut Contest, phase: u8, time: u32) -> u16 {
    contest.order("extend", json!({ "phase": phase, "time": time })).ok().answer()
}

fn hold(contest: &mut Contest, until: u32) -> u16 {
    contest.order("hold", json!({ "until": until })).ok().answer()
}

fn confirm_with(contest: &mut Contest, hash: &Value) -> Step {
    contest.call(&multisig(), CALL, "confirmed", &json!({ "nonce": "9", "hash": hash }))
}

/// Recorded phases of a step.
fn changes(step: &Step) -> Vec<[u128; 2]> {
    let found = step.events.iter().filter(|(name, _)| name == "PhaseChanged");
    found.map(|(_, change)| ["from", "to"].map(|end| number(&change[end]))).collect()
}

#[test]
fn t65_every_phase_is_recorded_once_and_never_before_its_time() {
    let mut contest = Contest::funded(plain);
    contest.poke("advance", &json!({})).fails(152);
    contest.world.now = contest.time("openAt") - 1;
    contest.poke("advance", &json!({})).fails(152);
    contest.world.now += 1;
    assert_eq!(changes(&contest.poke("advance", &json!({})).ok()), [[1, 2]]);
    contest.poke("advance", &json!({})).fails(152);
    contest.enter(1).ok();
    contest.world.now = contest.time("entriesEnd") - 1;
    contest.poke("advance", &json!({})).fails(152);
    contest.world.now += 1;
    assert_eq!(changes(&contest.poke("advance", &json!({})).ok()), [[2, 3]]);
    contest.seat(3);
    contest.poke("advance", &json!({})).fails(152);
    contest.commit(0, &scores(&[(1, 5)])).ok();
    contest.world.now = contest.time("commitEnd");
    assert_eq!(changes(&contest.poke("advance", &json!({})).ok()), [[4, 5]]);
    contest.poke("advance", &json!({})).fails(152);
    contest.poke("settle", &json!({})).fails(152);
    contest.poke("sweep", &json!({})).fails(152);
    contest.poke("payNext", &json!({ "n": 1 })).fails(513);
}

#[test]
fn t66_the_end_of_entries_moves_to_later_times_only() {
    let mut contest = Contest::open(plain);
    let end = contest.time("entriesEnd");
    assert_eq!(extend(&mut contest, OPEN, end - 1), 153);
    assert_eq!(extend(&mut contest, OPEN, end), 0, "the same end again is done already");
    let now = contest.world.now;
    assert_eq!(extend(&mut contest, OPEN, now + 90 * DAY + 1), 153);
    assert_eq!(contest.time("entriesEnd"), end);
    contest.world.now = end - 1;
    let step = contest.order("extend", json!({ "phase": OPEN, "time": end + DAY })).ok();
    assert_eq!(
        step.event("DeadlineExtended"),
        &json!({ "phase": "2", "until": (end + DAY).to_string(), "byVote": true })
    );
    contest.world.now = end + DAY - 1;
    contest.enter(1).ok();
    contest.world.now = end + DAY;
    assert_eq!(extend(&mut contest, OPEN, end + 2 * DAY), 152, "over is over");
    contest.enter(2).fails(501);
    for phase in [0, 1, 3, 6, 7, 8, 9, 10, 11, 12] {
        let later = contest.world.now + DAY;
        assert_eq!(extend(&mut contest, phase, later), 152, "phase {phase} has no deadline to move");
    }
}

#[test]
fn t66_commits_and_reveals_can_be_given_more_time() {
    let mut contest = Contest::judging(1, 3, plain);
    let (commit_end, reveal_end) = (contest.time("commitEnd"), contest.time("revealEnd"));
    assert_eq!(extend(&mut contest, COMMIT, commit_end - 1), 153);
    assert_eq!(extend(&mut contest, COMMIT, commit_end + 500), 0);
    assert_eq!((contest.time("commitEnd"), contest.time("revealEnd")), (commit_end + 500, reveal_end + 500));
    assert_eq!(extend(&mut contest, REVEAL, reveal_end + 499), 153);
    assert_eq!(extend(&mut contest, REVEAL, reveal_end + 1000), 0);
    contest.world.now = commit_end + 500;
    assert_eq!(extend(&mut contest, COMMIT, commit_end + DAY), 152);
    contest.world.now = reveal_end + 999;
    assert_eq!(extend(&mut contest, REVEAL, reveal_end + 2000), 0);
    contest.world.now = reveal_end + 2000;
    assert_eq!(extend(&mut contest, REVEAL, reveal_end + 3000), 152);
    let params = json!({ "contestId": ID, "nonce": "1", "phase": REVEAL, "time": reveal_end + 3000 });
    contest.call(&registry(), CALL - 1, "extend", &params).fails(151);
}

#[test]
fn an_extension_before_the_money_or_the_opening_counts() {
    let mut contest = Contest::created(plain);
    let end = contest.time("entriesEnd");
    assert_eq!(extend(&mut contest, OPEN, end + DAY), 0);
    contest.fund().ok();
    assert_eq!(extend(&mut contest, OPEN, end + 2 * DAY), 0);
    contest.world.now = end + DAY;
    contest.enter(1).ok();
    assert_eq!(extend(&mut contest, COMMIT, end + 3 * DAY), 152, "no jury, no end of commits");
}

#[test]
fn t62_a_lazy_jury_gets_a_second_chance_and_no_third() {
    let cards = agreed(&[7, 8]);
    let mut contest = Contest::judging(2, 3, plain);
    for n in 0..3 {
        contest.commit(n, &cards[0]).ok();
    }
    contest.world.now = contest.time("commitEnd");
    contest.reveal(0, &cards[0]).ok();
    contest.reveal(1, &cards[0]).ok();
    contest.world.now = contest.time("revealEnd") + 5;
    contest.expect_phase("Reveal");
    contest.reveal(2, &cards[0]).fails(152);
    let step = contest.poke("advance", &json!({})).ok();
    assert_eq!(changes(&step), [[5, 4]]);
    assert_eq!(contest.info()["extended"], json!(true));
    let now = contest.world.now;
    assert_eq!((contest.time("commitEnd"), contest.time("revealEnd")), (now + DAY, now + 2 * DAY));
    contest.poke("advance", &json!({})).fails(152);
    // Two cards stay: the third is enough, with the old commit.
    contest.world.now = contest.time("commitEnd");
    contest.reveal(2, &cards[0]).ok();
    contest.world.now = contest.time("revealEnd");
    contest.expect_phase("Tallied");
    contest.tally();
    assert_eq!(state(&contest, 2).0, 500 * TON);
}

#[test]
fn t62_without_a_quorum_jurors_are_reported_and_everything_goes_back() {
    let cards = agreed(&[7, 8]);
    let mut contest = Contest::judging(2, 3, plain);
    contest.commit(0, &cards[0]).ok();
    contest.world.now = contest.time("commitEnd");
    contest.reveal(0, &cards[0]).ok();
    for _ in 0..2 {
        contest.world.now = contest.time("revealEnd");
        contest.poke("settle", &json!({})).fails(152);
        contest.poke("advance", &json!({})).ok();
    }
    contest.expect_phase("Cancelled");
    assert_eq!(contest.info()["ending"], json!("3"));
    assert_eq!(contest.items().len(), 2, "deposits and nothing else");
    contest.poke("settle", &json!({})).fails(514);
    contest.pay_all();
    let sent = contest.settle_all();
    let report = sent.iter().find(|sent| sent.name == "reportWork").expect("a report");
    let seated: Vec<_> = report.params["seated"].as_object().expect("a map").values().collect();
    assert_eq!(seated.iter().filter(|worked| **worked == &json!(true)).count(), 1, "two of three missed it");
    assert_eq!(seated.len(), 3);
    let refund = sent.iter().find(|sent| sent.name == "refund").expect("a refund");
    assert_eq!(number(&refund.params["amount"]), contest.total());
    assert_eq!((&refund.params["last"], &refund.params["paid"]), (&json!(true), &json!(false)));
}

#[test]
fn t62_sixty_days_without_a_jury_are_no_quorum() {
    let mut contest = Contest::open(plain);
    contest.enter(1).ok();
    let end = contest.time("entriesEnd");
    contest.world.now = end + 60 * DAY - 1;
    contest.expect_phase("Drawing");
    let nonce = contest.poke("drawJury", &json!({})).ok().message("snapshotFor").params["nonce"].clone();
    contest.world.now += 1;
    contest.expect_phase("Cancelled");
    contest.poke("drawJury", &json!({})).fails(152);
    // A jury that comes too late is not seated.
    contest.on_jury(&nonce, &crate::support::jurors(0..3)).ok();
    contest.poke("advance", &json!({})).ok();
    contest.poke("advance", &json!({})).fails(152);
    assert_eq!(state(&contest, DEPOSIT_ITEM + 1), (DEPOSIT, DUE));
    contest.pay_all();
    let sent = contest.settle_all();
    let report = sent.iter().find(|sent| sent.name == "reportWork").expect("a report");
    assert_eq!(report.params["seated"], json!({}), "nobody had a seat, so nobody missed it");
    contest.expect_phase("Closed");
    assert_eq!(contest.sum("budget", "refunded"), contest.total());
}

#[test]
fn t71_nobody_confirms_and_winners_are_paid_after_the_window() {
    let mut contest = Contest::judged(2, &agreed(&[9, 8]), plain);
    contest.poke("payNext", &json!({ "n": 20 })).ok();
    assert_eq!(state(&contest, DEPOSIT_ITEM + 1).1, SENT, "deposits do not wait");
    assert_eq!(state(&contest, 1), (500 * TON, DUE));
    contest.poke("payNext", &json!({ "n": 20 })).fails(513);
    contest.call(&wallet(1), TON, "claim", &json!({ "item": 1 })).fails(513);
    contest.world.now = contest.time("confirmBy");
    contest.expect_phase("Confirm");
    contest.poke("payNext", &json!({ "n": 20 })).fails(513);
    contest.world.now += 1;
    contest.expect_phase("Payable");
    contest.call(&wallet(1), TON, "claim", &json!({ "item": 1 })).ok().message("payout");
    contest.pay_all();
    contest.settle_all();
}

#[test]
fn t71_holds_last_no_longer_than_their_limit_together() {
    let mut contest = Contest::judged(2, &agreed(&[9, 8]), plain);
    let start = contest.world.now;
    assert_eq!(hold(&mut contest, start), 153);
    assert_eq!(hold(&mut contest, start + 30 * DAY + 1), 155);
    assert_eq!(hold(&mut contest, start + 10 * DAY), 0);
    contest.expect_phase("Held");
    assert_eq!(hold(&mut contest, start + 10 * DAY), 0, "the same hold again");
    assert_eq!(hold(&mut contest, start + 9 * DAY), 153);
    assert_eq!(number(&contest.info()["heldTotal"]), u128::from(10 * DAY));
    contest.world.now = start + 10 * DAY;
    contest.expect_phase("Confirm");
    assert_eq!(hold(&mut contest, start + 30 * DAY), 0);
    assert_eq!(hold(&mut contest, start + 30 * DAY + 1), 155, "30 days of holds are used up");
    contest.world.now = start + 30 * DAY - 1;
    contest.expect_phase("Held");
    contest.poke("payNext", &json!({ "n": 20 })).ok();
    assert_eq!(state(&contest, 1).1, DUE, "a deposit is not held, a prize is");
    contest.world.now += 1;
    contest.expect_phase("Payable");
    assert_eq!(hold(&mut contest, start + 31 * DAY), 152, "what is payable stays payable");
    let params = json!({ "contestId": ID, "nonce": "1", "until": start + 40 * DAY });
    contest.call(&registry(), CALL - 1, "hold", &params).fails(151);
}

#[test]
fn a_confirmation_during_a_hold_counts_when_the_hold_ends() {
    let mut contest = Contest::judged(2, &agreed(&[9, 8]), plain);
    let start = contest.world.now;
    assert_eq!(hold(&mut contest, start + 5 * DAY), 0);
    let step = contest.confirm();
    assert_eq!((step.answer(), step.names()), (0, vec!["PayoutConfirmed"]));
    contest.expect_phase("Held");
    contest.call(&wallet(1), TON, "claim", &json!({ "item": 1 })).fails(513);
    let again = contest.confirm();
    assert_eq!((again.answer(), again.names()), (0, vec![]), "once");
    assert_eq!(hold(&mut contest, start + 6 * DAY), 0, "the members may still hold it longer");
    contest.world.now = start + 6 * DAY - 1;
    contest.expect_phase("Held");
    contest.world.now += 1;
    contest.expect_phase("Payable");
    assert_eq!(hold(&mut contest, start + 8 * DAY), 152, "what is payable stays payable");
    contest.pay_all();
    contest.settle_all();
    contest.expect_phase("Closed");
}

#[test]
fn holds_come_after_the_tally_and_before_the_payout() {
    let mut contest = Contest::judging(1, 3, plain);
    let later = contest.world.now + 3 * DAY;
    assert_eq!(hold(&mut contest, later), 152);
    contest.reveal_all(&agreed(&[9]));
    contest.poke("advance", &json!({})).ok();
    contest.expect_phase("Tallied");
    assert_eq!(hold(&mut contest, later + DAY), 152, "the registry does not know the result yet");
    contest.world.now += WAIT;
    contest.expect_phase("Confirm");
    assert_eq!(contest.confirm().answer(), 0);
    assert_eq!(hold(&mut contest, later + 9 * DAY), 152);
}

#[test]
fn t72_a_confirmation_before_the_result_opens_nothing() {
    let mut contest = Contest::judging(2, 3, plain);
    assert_eq!(confirm_with(&mut contest, &json!("0")).answer(), 513);
    contest.reveal_all(&agreed(&[9, 8]));
    assert_eq!(confirm_with(&mut contest, &json!("0")).answer(), 513);
    contest.poke("advance", &json!({})).ok();
    let list = contest.get("getPayouts", &json!({ "from": 0, "n": 0 }))["payoutHash"].clone();
    assert_eq!(confirm_with(&mut contest, &list).answer(), 513, "the registry has not answered");
    contest.world.now += WAIT;
    assert_eq!(confirm_with(&mut contest, &json!(hash(1))).answer(), 162);
    let results = contest.get("getRanking", &json!({}))["resultsHash"].clone();
    assert_eq!(confirm_with(&mut contest, &results).answer(), 162);
    contest.expect_phase("Confirm");
    contest.call(&multisig(), CALL / 10, "confirmed", &json!({ "nonce": "9", "hash": list })).fails(151);
    let step = confirm_with(&mut contest, &list);
    assert_eq!((step.answer(), step.names()), (0, vec!["PhaseChanged", "PayoutConfirmed", "PhaseChanged"]));
    assert!(step.message("done").value > CALL / 2, "the rest comes back");
    let again = confirm_with(&mut contest, &list);
    assert_eq!((again.answer(), again.names().len()), (0, 0));
}

#[test]
fn the_pool_and_the_treasury_do_not_answer_for_the_registry() {
    let mut contest = Contest::judging(1, 3, plain);
    contest.reveal_all(&agreed(&[9]));
    let step = contest.poke("advance", &json!({})).ok();
    let nonce = step.message("onFinalized").params["nonce"].clone();
    contest.done(&pool(), &nonce, 0).ok();
    contest.done(&crate::support::treasury(), &nonce, 0).ok();
    contest.expect_phase("Tallied");
    contest.done(&registry(), &nonce, 152).ok();
    contest.expect_phase("Tallied");
    contest.done(&registry(), &nonce, 0).ok();
    contest.expect_phase("Confirm");
    contest.done(&registry(), &nonce, 0).ok();
}

#[test]
fn a_late_budget_finds_a_contest_that_ends_by_itself() {
    let mut contest = Contest::created(plain);
    contest.world.now = contest.time("entriesEnd") + DAY;
    contest.expect_phase("Created");
    contest.fund().ok();
    contest.expect_phase("Tallied");
    contest.tally();
    assert_eq!(contest.confirm().answer(), 0);
    contest.settle_all();
    assert_eq!(contest.sum("budget", "refunded"), contest.total());
}

#[test]
fn a_forgotten_contest_is_closed_by_whoever_comes() {
    let cards = agreed(&[9, 8]);
    let mut contest = Contest::judging(2, 3, plain);
    contest.reveal_all(&cards);
    contest.world.now += 365 * DAY;
    let step = contest.poke("advance", &json!({})).ok();
    let nonce = step.message("onFinalized").params["nonce"].clone();
    contest.done(&registry(), &nonce, 0).ok();
    contest.expect_phase("Confirm");
    contest.world.now = contest.time("confirmBy") + 1;
    contest.pay_all();
    contest.settle_all();
    contest.expect_phase("Closed");
}
