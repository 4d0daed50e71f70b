//! Defects of the published FreeTonContest (governance 3.1), and what happens here instead.

use serde_json::{Value, json};
use workspace_tests::random;

use crate::cards::{FOR, card, scores};
use crate::scenes::{agreed, plain, state};
use crate::support::{Contest, DEPOSIT, TON, entrant, juror, number, wallet};

#[test]
fn f1_more_qualified_entries_than_prizes_do_not_stop_the_tally() {
    for entries in [3, 4, 5] {
        let given: Vec<u8> = (0..entries).map(|n| 10 - n).collect();
        let mut contest = Contest::payable(entries, &agreed(&given), plain);
        let ranking = contest.get("getRanking", &json!({}))["ranking"].clone();
        assert_eq!(ranking.as_array().map(Vec::len), Some(usize::from(entries)));
        let paid = contest.pay_all();
        let prizes: Vec<_> =
            paid.iter().filter(|sent| number(&sent.params["item"]) <= 64).map(|s| s.value).collect();
        assert_eq!(prizes, [500 * TON, 300 * TON, 200 * TON]);
        contest.settle_all();
        contest.expect_phase("Closed");
    }
}

#[test]
fn f1_a_tally_that_was_interrupted_is_taken_up_again() {
    let cards = agreed(&[9, 8, 7]);
    let mut contest = Contest::judging(3, 3, plain);
    contest.reveal_all(&cards);
    contest.world.deliver = false;
    contest.poke("advance", &json!({})).ok();
    contest.world.deliver = true;
    // The message with the first step is late.
    let late = std::mem::take(&mut contest.world.queue);
    contest.poke("advance", &json!({})).fails(306);
    contest.world.now += 600;
    contest.poke("advance", &json!({})).ok().event("Tallied");
    let ranking = contest.get("getRanking", &json!({}));
    contest.world.queue = late;
    contest.world.drain();
    contest.audit();
    assert_eq!(contest.get("getRanking", &json!({})), ranking, "the late step changes nothing");
}

#[test]
fn f2_a_score_out_of_range_and_an_unknown_entry_count_for_nothing() {
    let bad =
        [scores(&[(1, 255)]), scores(&[(200, 5)]), scores(&[(1, 0)]), card(&[(1, FOR, 5), (1, FOR, 5)])];
    let mut contest = Contest::judging(1, 4, plain);
    for (n, card) in (0..).zip(&bad) {
        contest.commit(n, card).ok();
    }
    contest.world.now = contest.time("commitEnd");
    for (n, card) in (0..).zip(&bad) {
        contest.reveal(n, card).ok().event("CardInvalid");
    }
    let stats = contest.get("getStats", &json!({ "entry": 1 }));
    assert_eq!(number(&stats["stats"]["votes"]) + number(&stats["stats"]["points"]), 0);
}

#[test]
fn f3_the_points_of_all_entries_have_room() {
    let best: Vec<_> = (1..=64).map(|entry| (entry, 10)).collect();
    let mut contest = Contest::judging(64, 24, |spec, _| {
        spec["proRata"] = json!(true);
        spec["prizes"] = json!([]);
    });
    contest.audits = false;
    contest.reveal_all(&vec![scores(&best); 24]);
    contest.tally();
    let shown = contest.get("getRanking", &json!({}))["ranking"].clone();
    let points: u128 = shown.as_array().expect("a list").iter().map(|rank| number(&rank["points"])).sum();
    assert_eq!(points, 64 * 24 * 10, "15 360 points, and 24 votes of 10 an entry");
    assert_eq!(state(&contest, 1).0, 1000 * TON / 64);
}

#[test]
fn f4_prizes_of_any_size_are_paid_to_the_nano() {
    let prizes = [TON / 10, 49 * TON / 10, 5 * TON, 200_000 * TON, 4_294_967_296 * TON];
    for prize in prizes {
        let mut contest = Contest::payable(1, &agreed(&[9]), |spec, _| {
            spec["fund"] = json!(prize.to_string());
            spec["prizes"] = json!([prize.to_string()]);
        });
        let paid = contest.pay_all();
        assert_eq!((paid[0].value, &paid[0].to), (prize, &wallet(1)));
    }
}

#[test]
fn f5_nobody_burns_the_balance_with_entries() {
    let mut contest = Contest::open(plain);
    let form = contest.form(&wallet(1), &entrant(1), 1);
    let balance = contest.balance();
    for round in 0..100 {
        if round % 2 == 0 {
            contest.poke("submitEntry", &form);
        } else {
            contest.signed(&entrant(1), "submitEntry", &form);
        }
        assert_eq!(contest.balance(), balance, "an external message is no entry");
    }
    let mut rng = fastrand::Rng::with_seed(5);
    for n in 1..=64 {
        contest.enter(n).ok();
    }
    let full = contest.balance();
    for n in 65..100 {
        let mut form = contest.form(&wallet(n), &entrant(n), n);
        form["link"] = random::value(&mut rng, &json!({ "type": "string" }));
        contest.call(&wallet(n), DEPOSIT + TON, "submitEntry", &form).fails(517);
    }
    assert_eq!(contest.balance(), full, "the 65th pays for its own refusal");
}

#[test]
fn f7_a_payout_that_bounces_is_paid_later() {
    let mut contest = Contest::payable(1, &agreed(&[9]), plain);
    let paid = contest.pay_all();
    contest.bounce(&paid[0]).event("PayoutFailed");
    let step = contest.call(&wallet(1), TON, "claim", &json!({ "item": 1 })).ok();
    assert_eq!(step.message("payout").value, 500 * TON);
}

#[test]
fn f8_an_entry_without_votes_wins_nothing_even_if_prizes_are_left() {
    let mut contest = Contest::payable(3, &agreed(&[9]), plain);
    let ranking = contest.get("getRanking", &json!({}))["ranking"].clone();
    assert_eq!(ranking.as_array().map(Vec::len), Some(1));
    contest.pay_all();
    let refund = contest.settle_all().into_iter().find(|sent| sent.name == "refund").expect("a refund");
    assert!(number(&refund.params["amount"]) >= 500 * TON, "the second and the third prize go back");
}

#[test]
fn f9_a_later_submission_has_no_advantage() {
    let contest = Contest::judged(2, &agreed(&[9, 9]), plain);
    assert_eq!(state(&contest, 1), state(&contest, 2));
}

#[test]
fn f10_a_second_card_is_an_error_and_not_silence() {
    let mut contest = Contest::judging(1, 3, plain);
    let mine = scores(&[(1, 9)]);
    contest.commit(0, &mine).ok();
    contest.world.now = contest.time("commitEnd");
    contest.reveal(0, &mine).ok();
    contest.reveal(0, &mine).fails(511);
}

#[test]
fn f11_a_juror_twice_in_the_list_sits_once() {
    let mut contest = Contest::open(plain);
    contest.enter(1).ok();
    contest.world.now = contest.time("entriesEnd");
    let nonce = contest.poke("drawJury", &json!({})).ok().message("snapshotFor").params["nonce"].clone();
    let mut drawn = crate::support::jurors(0..3);
    let again: Vec<Value> = drawn.as_array().expect("a list").clone();
    drawn.as_array_mut().expect("a list").extend(again);
    let step = contest.on_jury(&nonce, &drawn).ok();
    assert_eq!(step.event("JuryDrawn")["jurors"], json!("3"));
}

#[test]
fn f12_nobody_reads_a_card_before_it_is_revealed() {
    let mut contest = Contest::judging(1, 3, plain);
    contest.commit(0, &scores(&[(1, 9)])).ok();
    assert_eq!(contest.get("getCards", &json!({ "from": 0, "n": 24 }))["cards"], json!([]));
    let jury = contest.get("getJury", &json!({}));
    let seats = jury["jurors"].as_array().expect("a list");
    let mine = seats.iter().find(|seat| seat["key"] == json!(workspace_tests::world::public_json(&juror(0))));
    assert_eq!(number(&mine.expect("a seat")["comments"]), 0);
}
