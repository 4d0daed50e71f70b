//! From cards to ranking and payouts, beside the reference model (T55, T63, T64, C8).

use std::collections::BTreeMap;

use fastrand::Rng;
use governance::model::tally::{Stats, Tally, tally};
use governance::payload::Spec;
use serde_json::{Value, json};
use ton_abi::Cell;

use crate::cards::{ABSTAIN, FOR, Line, RECUSE, REJECT, card};
use crate::scenes::{DUE, plain, state};
use crate::support::{Contest, DEPOSIT, DEPOSIT_ITEM, JURY_ITEM, TON, number, wallet};

/// Counts of entries 1 to `entries` by cards of these lines, and the lines of each juror that count.
pub(crate) fn counted(cards: &[Vec<Line>], entries: u8) -> (BTreeMap<u8, Stats>, Vec<u8>) {
    let mut counts: BTreeMap<u8, Stats> = (1..=entries).map(|entry| (entry, Stats::default())).collect();
    let mut comments = Vec::new();
    for lines in cards {
        for (entry, verdict, score) in lines {
            let stats = counts.get_mut(entry).expect("an entry");
            match *verdict {
                FOR => {
                    stats.votes += 1;
                    stats.points += u16::from(*score);
                }
                ABSTAIN => stats.abstained += 1,
                REJECT => stats.rejected += 1,
                _ => stats.recused += 1,
            }
        }
        comments.push(lines.iter().filter(|line| line.1 != RECUSE).count() as u8);
    }
    (counts, comments)
}

/// The contest's ranking, payouts, org share and rest are the model's, to the nano.
#[track_caller]
pub(crate) fn agrees(contest: &Contest, cards: &[Vec<Line>], entries: u8) -> Tally {
    let spec: Spec =
        serde_json::from_value(contest.get("getSpec", &json!({}))["spec"].clone()).expect("a spec");
    let (counts, comments) = counted(cards, entries);
    let model = tally(&spec, &counts, &comments);
    let shown = contest.get("getRanking", &json!({}))["ranking"].clone();
    let ranking: Vec<_> = shown.as_array().expect("a list").iter().map(row).collect();
    let expected: Vec<_> = model
        .ranking
        .iter()
        .map(|r| [r.place.into(), r.entry.into(), r.average.into(), r.points.into(), r.prize.0])
        .collect();
    assert_eq!(ranking, expected);
    for (entry, stats) in &counts {
        let shown = contest.get("getStats", &json!({ "entry": entry }))["stats"].clone();
        let fields =
            ["points", "votes", "abstained", "rejected", "recused", "average"].map(|f| number(&shown[f]));
        let small = [stats.votes, stats.abstained, stats.rejected, stats.recused].map(u128::from);
        let [votes, abstained, rejected, recused] = small;
        assert_eq!(
            fields,
            [stats.points.into(), votes, abstained, rejected, recused, stats.average().into()],
            "entry {entry}"
        );
        let kept = if stats.is_rejected() { (0, 0) } else { (DEPOSIT, DUE) };
        assert_eq!(state(contest, DEPOSIT_ITEM + entry), kept, "deposit {entry}");
    }
    for (n, pay) in (0..).zip(&model.jury) {
        assert_eq!(state(contest, JURY_ITEM + n).0, pay.0, "juror {n}");
    }
    let prizes: u128 = model.ranking.iter().map(|rank| rank.prize.0).sum();
    let pay: u128 = model.jury.iter().map(|pay| pay.0).sum();
    let books = ["due", "orgShare", "pot"].map(|column| contest.sum("budget", column));
    assert_eq!(books, [prizes + pay, model.org.0, model.rest.0]);
    assert_eq!(contest.sum("budget", "funded"), books.iter().sum::<u128>());
    model
}

fn row(shown: &Value) -> [u128; 5] {
    ["place", "entry", "average", "points", "prize"].map(|field| number(&shown[field]))
}

pub(crate) fn cells(cards: &[Vec<Line>]) -> Vec<Cell> {
    cards.iter().map(|lines| card(lines)).collect()
}

/// A contest of these cards, tallied and compared with the model.
#[track_caller]
fn judged(entries: u8, cards: &[Vec<Line>], change: impl FnOnce(&mut Value, &mut Value)) -> (Contest, Tally) {
    let contest = Contest::judged(entries, &cells(cards), change);
    let model = agrees(&contest, cards, entries);
    (contest, model)
}

/// A line for each entry with this score, 0 rejects.
fn lines(scores: &[u8]) -> Vec<Line> {
    let verdict = |score: u8| if score == 0 { REJECT } else { FOR };
    (1..).zip(scores).map(|(entry, score)| (entry, verdict(*score), *score)).collect()
}

#[test]
fn t55_entries_fewer_equal_and_more_than_prizes() {
    for entries in [2, 3, 4, 64] {
        let scores: Vec<u8> = (0..entries).map(|n| 10 - n % 10).collect();
        let (contest, model) = judged(entries, &vec![lines(&scores); 3], plain);
        assert_eq!(model.ranking.len(), usize::from(entries));
        let rest = match entries {
            2 => 200 * TON,
            _ => 0,
        };
        assert!(
            contest.sum("budget", "pot") - rest < TON,
            "prizes without an entry go back, {entries} entries"
        );
    }
    let mut none = Contest::open(plain);
    none.world.now = none.time("entriesEnd");
    none.expect_phase("Tallied");
    none.poke("drawJury", &json!({})).fails(152);
    let step = none.tally();
    assert_eq!((number(&step.event("Tallied")["ranked"]), number(&step.event("Tallied")["payouts"])), (0, 0));
    assert_eq!(none.sum("budget", "pot"), none.total());
    assert_eq!(none.confirm().answer(), 0);
    let names: Vec<_> = none.settle_all().into_iter().map(|sent| sent.name).collect();
    assert_eq!(names, ["refund", "reportWork", "onContestClosed"]);
}

#[test]
fn t55_a_contest_whose_entries_were_all_withdrawn_has_none() {
    let mut contest = Contest::open(plain);
    contest.enter(1).ok();
    contest.call(&wallet(1), TON, "withdrawEntry", &json!({ "entry": 1 })).ok();
    contest.world.now = contest.time("entriesEnd");
    contest.tally();
    assert_eq!((contest.items(), contest.sum("budget", "pot")), (vec![], contest.total()));
}

#[test]
fn t63_three_rejections_against_three_scores_stay_and_four_are_out() {
    let mut cards = vec![lines(&[8, 8, 5]); 3];
    cards.extend(vec![lines(&[0, 0, 5]); 3]);
    cards.push(vec![(2, REJECT, 0), (3, FOR, 5)]);
    let (contest, model) = judged(3, &cards, plain);
    let ranked: Vec<_> = model.ranking.iter().map(|rank| rank.entry).collect();
    assert_eq!(ranked, [1, 3], "entry 2 has 3 scores and 4 rejections");
    assert_eq!(state(&contest, DEPOSIT_ITEM + 2), (0, 0), "its deposit is forfeited");
    assert_eq!(contest.sum("deposits", "pot"), DEPOSIT);
}

#[test]
fn t63_an_entry_nobody_scored_is_not_ranked() {
    let cards = [
        vec![(1, FOR, 9), (2, ABSTAIN, 0), (4, RECUSE, 0)],
        vec![(1, FOR, 9), (2, ABSTAIN, 0), (3, FOR, 10)],
        vec![(1, FOR, 9), (2, ABSTAIN, 0), (5, REJECT, 0)],
    ];
    let (contest, model) = judged(5, &cards, plain);
    assert_eq!(
        model.ranking.len(),
        1,
        "abstentions, one score, a recusal and a rejection are not two scores"
    );
    let deposits: Vec<_> = (1..=5).map(|n| state(&contest, DEPOSIT_ITEM + n).1).collect();
    assert_eq!(deposits, [DUE, DUE, DUE, DUE, 0], "one rejection and no score: more jurors rejected it");
}

#[test]
fn t64_equal_averages_share_the_prizes_of_their_places() {
    let shares = |scores: &[u8], prizes: &[u128]| {
        let given: Vec<_> = prizes.iter().map(|prize| (prize * TON).to_string()).collect();
        let (_, model) =
            judged(scores.len() as u8, &vec![lines(scores); 3], |spec, _| spec["prizes"] = json!(given));
        let places: Vec<_> = model.ranking.iter().map(|rank| rank.place).collect();
        (places, model.ranking.iter().map(|rank| rank.prize.0).collect::<Vec<_>>())
    };
    let tons = |amounts: &[u128]| amounts.iter().map(|amount| amount * TON).collect::<Vec<_>>();
    assert_eq!(shares(&[9, 9, 5], &[500, 300, 200]), (vec![1, 1, 3], tons(&[400, 400, 200])));
    assert_eq!(shares(&[9, 8, 5, 5], &[400, 300, 200, 100]), (vec![1, 2, 3, 3], tons(&[400, 300, 150, 150])));
    // More equals than prizes: the last prize is shared by those beyond it, too.
    assert_eq!(shares(&[9, 7, 7, 7], &[500, 300, 150]), (vec![1, 2, 2, 2], tons(&[500, 150, 150, 150])));
    let third = 1000 * TON / 3;
    assert_eq!(shares(&[6, 6, 6], &[500, 300, 200]), (vec![1, 1, 1], vec![third; 3]));
    assert_eq!(shares(&[6, 6, 6, 5], &[500, 300, 200]).1, vec![third, third, third, 0]);
}

#[test]
fn t63_a_contest_whose_entries_were_all_rejected_pays_its_jury_and_returns_the_rest() {
    let cards = vec![vec![(1, REJECT, 0), (2, REJECT, 0)]; 3];
    let (mut contest, model) = judged(2, &cards, plain);
    assert!(model.ranking.is_empty());
    assert_eq!(contest.get("getRanking", &json!({}))["ranking"], json!([]));
    assert_eq!(contest.sum("deposits", "pot"), 2 * DEPOSIT, "both deposits are forfeited");
    assert_eq!(contest.confirm().answer(), 0);
    let paid: u128 = contest.pay_all().iter().map(|sent| sent.value).sum();
    let sent = contest.settle_all();
    let names: Vec<_> = sent.iter().map(|sent| sent.name.as_str()).collect();
    assert_eq!(names, ["refund", "reportWork", "onContestClosed"], "and no org share");
    assert_eq!(number(&sent[0].params["amount"]), contest.total() - paid + 2 * DEPOSIT);
    assert_eq!(sent[0].params["paid"], json!(false), "the item may be launched again");
    contest.expect_phase("Closed");
    assert_eq!(contest.info()["ending"], json!("3"), "no quorum");
}

#[test]
fn t64_a_full_house_of_equals_shares_everything() {
    let (contest, model) = judged(64, &vec![lines(&[7; 64]); 3], plain);
    assert!(model.ranking.iter().all(|rank| rank.place == 1 && rank.prize.0 == 1000 * TON / 64));
    assert_eq!(contest.sum("budget", "pot"), model.rest.0);
}

#[test]
fn shares_below_the_least_prize_go_back() {
    let least = (TON / 10).to_string();
    let (_, alone) =
        judged(2, &vec![lines(&[9, 8]); 3], |spec, _| spec["prizes"] = json!([least, "99999999"]));
    assert_eq!(alone.ranking.iter().map(|rank| rank.prize.0).collect::<Vec<_>>(), [TON / 10, 0]);
    let (contest, _) = judged(2, &vec![lines(&[9, 9]); 3], |spec, _| spec["prizes"] = json!([least]));
    assert_eq!(contest.items().iter().filter(|item| item.0 <= 64).count(), 0, "half of 0.1 TON is not paid");
    let (contest, _) = judged(1, &vec![lines(&[9]); 3], |spec, _| {
        spec["fund"] = json!((2 * TON).to_string());
        spec["prizes"] = json!([(2 * TON).to_string()]);
    });
    let pay = contest.items().iter().filter(|item| (65..=88).contains(&item.0)).count();
    assert_eq!(pay, 0, "a third of 0.2 TON is no jury pay");
}

#[test]
fn nothing_is_divided_by_zero() {
    // Nobody is ranked: the whole fund and the org share go back, the jury is paid.
    for pro_rata in [true, false] {
        let (contest, model) = judged(2, &vec![lines(&[0, 0]); 3], |spec, _| {
            spec["proRata"] = json!(pro_rata);
            if pro_rata {
                spec["prizes"] = json!([]);
            }
        });
        assert_eq!((model.ranking.len(), model.org.0), (0, 0));
        assert!(contest.sum("budget", "pot") >= 1020 * TON);
    }
    // All recuse: the whole jury fund goes back, too.
    let cards = vec![vec![(1, RECUSE, 0), (2, RECUSE, 0)]; 3];
    let (mut contest, _) = judged(2, &cards, plain);
    assert_eq!(contest.sum("budget", "pot"), contest.total());
    assert_eq!(contest.confirm().answer(), 0);
    contest.pay_all();
    contest.settle_all();
    contest.expect_phase("Closed");
}

#[test]
fn any_cards_give_what_the_model_gives() {
    let seed = 0x7A11_1E55;
    println!("seed {seed:#x}");
    let mut rng = Rng::with_seed(seed);
    for round in 0..60 {
        let (entries, jury) = (rng.u8(1..12), rng.u8(3..9));
        let cards: Vec<Vec<Line>> = (0..jury).map(|_| random_card(&mut rng, entries)).collect();
        let fund = rng.u128(1..3000 * TON);
        let (mut left, places) = (fund, rng.u8(0..6));
        let prizes: Vec<u128> = (0..places).map(|_| spend(&mut rng, &mut left)).collect();
        let (pro_rata, min_scores) = (rng.u8(0..4) == 0, rng.u8(1..4));
        let shares = (rng.u16(0..=1000), rng.u16(0..=200));
        println!("round {round}: {entries} entries, {jury} jurors, {fund} for {prizes:?}");
        judged(entries, &cards, |spec, _| {
            spec["fund"] = json!(fund.to_string());
            spec["prizes"] = prizes.iter().map(|prize| json!(prize.to_string())).collect();
            spec["proRata"] = json!(pro_rata);
            spec["minScores"] = json!(min_scores);
            (spec["juryBps"], spec["orgBps"]) = (json!(shares.0), json!(shares.1));
        });
    }
}

/// A part of what is left.
fn spend(rng: &mut Rng, left: &mut u128) -> u128 {
    let part = rng.u128(0..=*left / 2);
    *left -= part;
    part
}

/// Some entries in their order, each with any verdict.
fn random_card(rng: &mut Rng, entries: u8) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for entry in 1..=entries {
        let verdict = rng.u8(0..8).saturating_sub(4);
        let score = if verdict == FOR { rng.u8(1..=10) } else { 0 };
        if rng.u8(0..6) > 0 {
            lines.push((entry, verdict, score));
        }
    }
    if lines.is_empty() {
        lines.push((1, ABSTAIN, 0));
    }
    lines
}
