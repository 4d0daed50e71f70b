//! Counts and ranking, recomputed from the cards.

use std::collections::BTreeMap;

use governance::model::tally::{Stats, Tally, tally};

use super::{Check, Report, hashes};
use crate::facts::ContestFacts;

/// Counts follow from the cards, the ranking from the counts. Gives what the rules say, once there is a ranking to be.
pub(super) fn check(report: &mut Report, place: &str, contest: &ContestFacts) -> Option<Tally> {
    let counts = counts(contest);
    for entry in &contest.entries {
        let place = format!("{place}, entry {}", entry.id);
        let expected = counts.get(&entry.id).copied().unwrap_or_default();
        let found = contest.stats.get(&entry.id).copied().unwrap_or_default();
        let parts = [
            ("points", expected.points, found.points),
            ("scores", expected.votes.into(), found.votes.into()),
            ("abstentions", expected.abstained.into(), found.abstained.into()),
            ("rejections", expected.rejected.into(), found.rejected.into()),
            ("recusals", expected.recused.into(), found.recused.into()),
        ];
        for (what, expected, found) in parts {
            report.same(Check::Counts, &place, what, &expected, &found);
        }
    }
    if contest.standing.tallied_at.0 == 0 {
        report.same(Check::Ranking, place, "ranked entries before the ranking", &0, &contest.ranking.len());
        return None;
    }
    let tally = recompute(contest);
    ranking(report, place, contest, &tally);
    Some(tally)
}

/// What the rules say of the cards.
pub(crate) fn recompute(contest: &ContestFacts) -> Tally {
    let counts = counts(contest);
    let judged: BTreeMap<u8, Stats> = contest
        .entries
        .iter()
        .filter(|entry| entry.judged)
        .map(|entry| (entry.id, counts.get(&entry.id).copied().unwrap_or_default()))
        .collect();
    let comments: Vec<u8> = contest.jury.iter().map(|juror| juror.comments).collect();
    tally(&contest.spec, &judged, &comments)
}

/// What the cards add up to.
fn counts(contest: &ContestFacts) -> BTreeMap<u8, Stats> {
    let mut counts: BTreeMap<u8, Stats> = BTreeMap::new();
    for line in contest.cards.iter().flat_map(|card| &card.lines) {
        counts.entry(line.entry).or_default().add(line);
    }
    counts
}

fn ranking(report: &mut Report, place: &str, contest: &ContestFacts, tally: &Tally) {
    let (expected, found) = (&tally.ranking, &contest.ranking);
    report.same(Check::Ranking, place, "ranked entries", &expected.len(), &found.len());
    for (position, (expected, found)) in (1..).zip(expected.iter().zip(found)) {
        let place = format!("{place}, position {position} of the ranking");
        report.same(Check::Ranking, &place, "entry", &expected.entry, &found.entry);
        report.same(Check::Ranking, &place, "place", &expected.place, &found.place);
        report.same(Check::Ranking, &place, "average in thousandths", &expected.average, &found.average);
        report.same(Check::Ranking, &place, "points", &expected.points, &found.points);
        report.same(Check::Ranking, &place, "prize, TON", &expected.prize, &found.prize);
    }
    let hash = hashes::ranking(expected).unwrap_or_default();
    report.same(Check::Hash, place, "hash of the ranking", &hash, &contest.results_hash);
    if contest.standing.announced {
        let known = &contest.record.results_hash;
        report.same(Check::Hash, place, "hash of the ranking at the registry", &hash, known);
    }
}
