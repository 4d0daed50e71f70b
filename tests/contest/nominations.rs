//! Winners who ask for a seat: place 1 to 3, once, at the right time (A04; T34 on the side of the contest).

use serde_json::{Value, json};

use crate::scenes::{FAILED, WAIT, agreed, entry, plain, state};
use crate::support::{CALL, Contest, DESK, TON, entrant, juror, number, registry, treasury, wallet};

fn nominated(contest: &Contest, n: u8) -> u128 {
    number(&contest.get("getEntry", &entry(n))["info"]["nominated"])
}

#[test]
fn t34_only_a_winner_asks_and_only_for_the_own_entry() {
    let mut contest = Contest::judged(5, &agreed(&[9, 8, 7, 6]), plain);
    contest.signed(&entrant(1), "nominate", &entry(9)).fails(157);
    contest.signed(&entrant(2), "nominate", &entry(1)).fails(515);
    contest.signed(&juror(0), "nominate", &entry(1)).fails(515);
    contest.poke("nominate", &entry(1)).fails(515);
    contest.call(&wallet(2), 2 * TON, "nominate", &entry(1)).fails(515);
    contest.signed(&entrant(4), "nominate", &entry(4)).fails(516);
    contest.signed(&entrant(5), "nominate", &entry(5)).fails(516);
    contest.call(&wallet(1), CALL + DESK - 1, "nominate", &entry(1)).fails(151);
    let before = contest.balance();
    let step = contest.call(&wallet(1), CALL + DESK, "nominate", &entry(1)).ok();
    assert_eq!(number(&step.message("registerCandidate").params["place"]), 1);
    assert!(contest.balance().abs_diff(before) < TON / 1000, "the wallet pays for its question");
    contest.call(&wallet(1), 2 * TON, "nominate", &entry(1)).fails(156);
    contest.signed(&entrant(1), "nominate", &entry(1)).fails(156);
}

#[test]
fn t34_nobody_asks_before_the_result_is_known() {
    let mut contest = Contest::judging(1, 3, plain);
    contest.signed(&entrant(1), "nominate", &entry(1)).fails(152);
    contest.reveal_all(&agreed(&[9]));
    contest.signed(&entrant(1), "nominate", &entry(1)).fails(152);
    contest.poke("advance", &json!({})).ok();
    contest.signed(&entrant(1), "nominate", &entry(1)).fails(152);
    contest.world.now += WAIT;
    contest.signed(&entrant(1), "nominate", &entry(1)).ok().event("Nominated");
}

#[test]
fn t64_equals_at_the_third_place_may_all_ask() {
    let mut contest = Contest::judged(5, &agreed(&[9, 8, 7, 7, 6]), plain);
    for (n, place) in [(1, 1), (2, 2), (3, 3), (4, 3)] {
        let step = contest.signed(&entrant(n), "nominate", &entry(n)).ok();
        assert_eq!(number(&step.message("registerCandidate").params["place"]), place);
    }
    contest.signed(&entrant(5), "nominate", &entry(5)).fails(516);
}

#[test]
fn a_refused_or_bounced_question_can_be_asked_again_by_the_wallet() {
    let mut contest = Contest::judged(2, &agreed(&[9, 8]), plain);
    let asked = contest.signed(&entrant(1), "nominate", &entry(1)).ok().message("registerCandidate").clone();
    contest.done(&treasury(), &asked.params["nonce"], 206).ok();
    assert_eq!(nominated(&contest, 1), 1, "the treasury does not answer for the registry");
    contest.bounce(&asked).event("Answered");
    assert_eq!(nominated(&contest, 1), 2);
    contest.signed(&entrant(1), "nominate", &entry(1)).fails(156);
    let again = contest.call(&wallet(1), 2 * TON, "nominate", &entry(1)).ok();
    let nonce: Value = again.message("registerCandidate").params["nonce"].clone();
    assert_ne!(nonce, asked.params["nonce"]);
    contest.done(&registry(), &nonce, 0).ok();
    assert_eq!(nominated(&contest, 1), 1);
    contest.call(&wallet(1), 2 * TON, "nominate", &entry(1)).fails(156);
}

#[test]
fn a_question_without_an_answer_is_repeated_under_its_nonce() {
    let mut contest = Contest::judged(2, &agreed(&[9, 8]), plain);
    let asked = contest.signed(&entrant(2), "nominate", &entry(2)).ok().message("registerCandidate").clone();
    let nonce = json!({ "nonce": asked.params["nonce"] });
    contest.poke("resend", &nonce).fails(153);
    contest.world.now += WAIT;
    let again = contest.poke("resend", &nonce).ok();
    assert_eq!(again.message("registerCandidate").params, asked.params);
}

#[test]
fn a_winner_asks_after_the_end_too() {
    let mut contest = Contest::payable(1, &agreed(&[9]), plain);
    let paid = contest.pay_all();
    contest.bounce(&paid[0]).event("PayoutFailed");
    contest.settle_all();
    contest.expect_phase("Closed");
    assert_eq!(state(&contest, 1).1, FAILED);
    let step = contest.call(&wallet(1), 2 * TON, "nominate", &entry(1)).ok();
    assert_eq!(step.message("registerCandidate").to, registry());
}
