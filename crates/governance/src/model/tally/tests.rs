//! Prizes, ties, jury pay and remainders to the nano (T52, T55, T63, T64; table 1.3).

use super::*;
use crate::model::fixture::{START, scored, spec};
use crate::organisation::Organisation;
use crate::payload::Launch;

/// Table 1.3: contest, participants, jury 10 %, org 2 %, total; in TON. Contests 7 and 15 are not funded.
const PLAN: [(u8, u64, u64, u64, u64); 13] = [
    (1, 1_000, 100, 20, 1_120),
    (2, 100_000, 10_000, 2_000, 112_000),
    (3, 100_000, 10_000, 2_000, 112_000),
    (4, 200_000, 20_000, 4_000, 224_000),
    (5, 200_000, 20_000, 4_000, 224_000),
    (6, 200_000, 20_000, 4_000, 224_000),
    (8, 100_000, 10_000, 2_000, 112_000),
    (9, 200_000, 20_000, 4_000, 224_000),
    (10, 100_000, 10_000, 2_000, 112_000),
    (11, 100_000, 10_000, 2_000, 112_000),
    (12, 200_000, 20_000, 4_000, 224_000),
    (13, 200_000, 20_000, 4_000, 224_000),
    (14, 200_000, 20_000, 4_000, 224_000),
];

/// So many entries, all with other averages, the first one best.
fn distinct(count: u8) -> BTreeMap<u8, Stats> {
    (1..=count).map(|entry| (entry, scored(240 - u16::from(entry), 24))).collect()
}

/// Entries with these points of two jurors.
fn pairs(points: &[u16]) -> BTreeMap<u8, Stats> {
    (1..).zip(points).map(|(entry, points)| (entry, scored(*points, 2))).collect()
}

fn prizes(found: &Tally) -> Vec<u128> {
    found.ranking.iter().map(|rank| rank.prize.0).collect()
}

fn places(found: &Tally) -> Vec<(u8, u8)> {
    found.ranking.iter().map(|rank| (rank.entry, rank.place)).collect()
}

fn sum(amounts: impl IntoIterator<Item = u128>) -> u128 {
    amounts.into_iter().sum()
}

/// Prizes, jury pay, org share and rest are the whole budget.
#[track_caller]
fn assert_complete(spec: &Spec, found: &Tally) {
    let jury = sum(found.jury.iter().map(|pay| pay.0));
    let all = sum(prizes(found)) + jury + found.org.0 + found.rest.0;
    assert_eq!(all, total(spec).0);
    assert!(jury <= spec.jury_reward().0);
    assert!(sum(prizes(found)) <= spec.fund.0);
}

#[test]
fn t52_every_row_of_the_plan_has_exactly_its_total() {
    let organisation = Organisation::of_proposal();
    let mut all = 0;
    for (item, participants, jury, org, whole) in PLAN {
        let spec = spec(item, participants, START);
        assert_eq!(spec.jury_reward(), Nano::tokens(jury), "contest {item}");
        assert_eq!(spec.org_reward(), Nano::tokens(org), "contest {item}");
        assert_eq!((total(&spec), spec.total()), (Nano::tokens(whole), Nano::tokens(whole)));
        let planned = organisation.contest(item).and_then(|contest| contest.budget);
        assert_eq!(planned.map(|budget| budget.total()), Some(Nano::tokens(whole)));
        all += whole;
    }
    assert_eq!(all, 2_129_120);
}

#[test]
fn t55_every_row_is_paid_to_the_nano_for_any_number_of_entries() {
    for (item, participants, jury, org, whole) in PLAN {
        let spec = spec(item, participants, START);
        let count = u8::try_from(spec.prizes.len()).expect("five prizes");
        for entries in [0, count - 1, count, count + 1, 64] {
            for comments in [vec![entries; 3], vec![entries; 5], vec![entries; 24]] {
                let found = tally(&spec, &distinct(entries), &comments);
                assert_complete(&spec, &found);
                let paid = usize::from(entries.min(count));
                let table = sum(spec.prizes.iter().take(paid).map(|prize| prize.0));
                assert_eq!(sum(prizes(&found)), table, "contest {item}, {entries} entries");
                assert_eq!(found.ranking.len(), usize::from(entries));
                if entries == 0 {
                    assert_eq!((found.org, found.rest), (Nano::ZERO, Nano::tokens(whole)));
                    continue;
                }
                assert_eq!(found.org, Nano::tokens(org));
                // Equal work is paid equally; what the division leaves goes back to the stage.
                let jurors = comments.len() as u128;
                let each = Nano::tokens(jury).0 / jurors;
                assert!(found.jury.iter().all(|pay| pay.0 == each));
                let unsold = spec.fund.0 - table;
                assert_eq!(found.rest.0, unsold + Nano::tokens(jury).0 - each * jurors);
            }
        }
    }
}

#[test]
fn t55_every_contest_proposal_of_the_files_is_paid_to_the_nano() {
    let organisation = Organisation::of_proposal();
    let mut proposals = 0;
    for contest in organisation.contests().filter(|contest| contest.budget.is_some()) {
        let depends_on = vec![1; contest.depends_on.len()];
        let launch = Launch { item: contest.number, proposed_at: START, depends_on, ..Launch::default() };
        let spec = Spec::of(&organisation, &launch).expect("every funded contest has a proposal");
        let count = u8::try_from(spec.prizes.len()).expect("few prizes");
        for entries in [0, count.saturating_sub(1), count, count + 1, 64] {
            for comments in [vec![entries; usize::from(spec.min_jurors)], vec![entries; 24]] {
                let found = tally(&spec, &distinct(entries), &comments);
                assert_complete(&spec, &found);
                assert_eq!(found.ranking.len(), usize::from(entries), "contest {}", contest.number);
            }
        }
        proposals += 1;
    }
    assert_eq!(proposals, PLAN.len());
}

#[test]
fn t52_prizes_of_any_size_are_paid_exactly() {
    for tenths in [1_u128, 49, 50, 2_000_000] {
        let prize = Nano(tenths * 100_000_000);
        let spec = Spec { fund: prize, prizes: vec![prize], ..spec(2, 1, START) };
        let found = tally(&spec, &distinct(1), &[1, 1]);
        assert_eq!(prizes(&found), [prize.0]);
        assert_complete(&spec, &found);
    }
}

#[test]
fn t64_equal_averages_share_the_prizes_of_their_places() {
    let spec = spec(2, 100_000, START);
    let prize = |place: usize| spec.prizes[place - 1].0;
    // The first two are equal.
    let found = tally(&spec, &pairs(&[18, 18, 10]), &[]);
    assert_eq!(places(&found), [(1, 1), (2, 1), (3, 3)]);
    let half = (prize(1) + prize(2)) / 2;
    assert_eq!(prizes(&found), [half, half, prize(3)]);
    // Places 3 and 4 are equal.
    let found = tally(&spec, &pairs(&[20, 18, 10, 10, 8]), &[]);
    assert_eq!(places(&found), [(1, 1), (2, 2), (3, 3), (4, 3), (5, 5)]);
    let half = (prize(3) + prize(4)) / 2;
    assert_eq!(prizes(&found), [prize(1), prize(2), half, half, prize(5)]);
    // All are equal: seven entries share five prizes.
    let found = tally(&spec, &pairs(&[10; 7]), &[]);
    assert!(found.ranking.iter().all(|rank| rank.place == 1));
    assert_eq!(prizes(&found), [spec.fund.0 / 7; 7]);
    assert_eq!(found.rest.0, spec.jury_reward().0 + spec.fund.0 % 7);
    assert_complete(&spec, &found);
}

#[test]
fn t64_a_tie_at_the_last_prize_shares_what_there_is() {
    let spec = spec(2, 100_000, START);
    let found = tally(&spec, &pairs(&[20, 19, 18, 17, 9, 9, 9]), &[]);
    assert_eq!(places(&found)[4..], [(5, 5), (6, 5), (7, 5)]);
    assert_eq!(prizes(&found)[4..], [spec.prizes[4].0 / 3; 3]);
    assert_complete(&spec, &found);
}

#[test]
fn t64_the_order_of_entries_decides_nothing() {
    let spec = spec(2, 100_000, START);
    let one = tally(&spec, &pairs(&[8, 20, 14]), &[]);
    let other = tally(&spec, &pairs(&[20, 14, 8]), &[]);
    assert_eq!(prizes(&one), prizes(&other));
    assert_eq!(places(&one), [(2, 1), (3, 2), (1, 3)]);
}

#[test]
fn averages_are_compared_in_thousandths() {
    let spec = spec(2, 100_000, START);
    // 25 / 3 = 8.333, 50 / 6 = 8.333: equal although the numbers of votes differ; 8.375 is better.
    let entries = BTreeMap::from([(1, scored(25, 3)), (2, scored(50, 6)), (3, scored(67, 8))]);
    let found = tally(&spec, &entries, &[]);
    assert_eq!(places(&found), [(3, 1), (1, 2), (2, 2)]);
    assert_eq!(found.ranking[1].average, 8_333);
}

#[test]
fn t63_unjudged_and_rejected_entries_have_no_place() {
    let spec = Spec { min_scores: 2, ..spec(2, 100_000, START) };
    let judged =
        |votes, rejected| Stats { points: 10 * u16::from(votes), votes, rejected, ..Stats::default() };
    let qualifies = |stats: Stats| !tally(&spec, &BTreeMap::from([(1, stats)]), &[]).ranking.is_empty();
    assert!(!qualifies(judged(0, 0)), "nobody scored it");
    assert!(!qualifies(judged(1, 0)), "too few scored it");
    assert!(qualifies(judged(2, 0)));
    assert!(qualifies(judged(3, 3)), "as many rejected as scored it");
    assert!(!qualifies(judged(3, 4)), "more rejected it");
    assert!(!qualifies(Stats { abstained: 5, recused: 5, ..judged(1, 0) }), "others do not count");
}

#[test]
fn shares_below_the_least_prize_go_back() {
    let tenth = Nano(100_000_000);
    let spec = Spec { fund: tenth, prizes: vec![tenth], ..spec(2, 1, START) };
    let found = tally(&spec, &pairs(&[10, 10]), &[1, 0]);
    assert_eq!(prizes(&found), [0, 0], "half of the least prize is not sent");
    assert_eq!(found.jury, [Nano::ZERO, Nano::ZERO]);
    assert_complete(&spec, &found);
}

#[test]
fn a_pro_rata_fund_is_split_by_points() {
    let spec = Spec { pro_rata: true, prizes: Vec::new(), ..spec(2, 100_000, START) };
    let found = tally(&spec, &pairs(&[20, 10, 10]), &[]);
    assert_eq!(prizes(&found), [Nano::tokens(50_000).0, Nano::tokens(25_000).0, Nano::tokens(25_000).0]);
    let found = tally(&spec, &pairs(&[19, 12, 2]), &[]);
    let part = |points: u128| spec.fund.0 * points / 33;
    assert_eq!(prizes(&found), [part(19), part(12), part(2)]);
    assert_complete(&spec, &found);
    // An entry that did not qualify has no part.
    let mut entries = pairs(&[20, 20]);
    entries.insert(3, scored(10, 1));
    assert_eq!(prizes(&tally(&spec, &entries, &[])), [spec.fund.0 / 2; 2]);
    // Nobody qualified: the whole fund goes back.
    assert_eq!(tally(&spec, &BTreeMap::new(), &[]).rest, total(&spec));
}

#[test]
fn jurors_are_paid_by_their_comments() {
    let spec = spec(2, 100_000, START);
    let found = tally(&spec, &distinct(3), &[3, 2, 1, 0]);
    let pay = spec.jury_reward().0;
    assert_eq!(found.jury, [Nano(pay / 2), Nano(pay / 3), Nano(pay / 6), Nano::ZERO]);
    assert_complete(&spec, &found);
    let found = tally(&spec, &distinct(3), &[0, 0]);
    assert_eq!(found.rest.0, pay + spec.fund.0 - sum(prizes(&found)), "nobody worked: it goes back");
}

#[test]
fn jurors_who_rejected_everything_are_paid_and_the_org_fund_is_not() {
    let spec = spec(2, 100_000, START);
    let rejected = Stats { rejected: 3, ..Stats::default() };
    let found = tally(&spec, &BTreeMap::from([(1, rejected)]), &[1, 1, 1]);
    assert!(found.ranking.is_empty());
    assert_eq!((found.org, found.jury.len()), (Nano::ZERO, 3));
    assert!(found.jury.iter().all(|pay| pay.0 == spec.jury_reward().0 / 3));
    assert_complete(&spec, &found);
}

#[test]
fn the_greatest_counts_fit() {
    let spec = Spec { pro_rata: true, prizes: Vec::new(), ..spec(2, u64::from(u32::MAX), START) };
    let entries = (1..=64).map(|entry| (entry, scored(240, 24))).collect();
    let found = tally(&spec, &entries, &[64; 24]);
    assert_eq!(found.ranking[0].average, 10_000);
    assert_complete(&spec, &found);
}
