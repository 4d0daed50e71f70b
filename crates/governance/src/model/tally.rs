//! From counts to ranking and payouts: ties, prizes, pro rata, jury pay, org share, remainders.

use std::collections::BTreeMap;

use serde::Deserialize;
use ton_abi::Nano;

use super::limits;
use crate::payload::Spec;
use crate::rules::{self, share};

/// Counts of an entry, also as `getStats` gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub struct Stats {
    /// Sum of the scores.
    #[serde(with = "ton_abi::number")]
    pub points: u16,
    /// Jurors who scored it.
    #[serde(with = "ton_abi::number")]
    pub votes: u8,
    /// Jurors who had no opinion.
    #[serde(with = "ton_abi::number")]
    pub abstained: u8,
    /// Jurors who rejected it.
    #[serde(with = "ton_abi::number")]
    pub rejected: u8,
    /// Jurors with an interest.
    #[serde(with = "ton_abi::number")]
    pub recused: u8,
}

/// A ranked entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rank {
    /// Its number.
    pub entry: u8,
    /// Its place; equal averages share one, and the places after it are left out.
    pub place: u8,
    /// Points * 1000 / votes.
    pub average: u16,
    /// Sum of the scores.
    pub points: u16,
    /// Its prize; nothing below the least prize.
    pub prize: Nano,
}

/// What a contest pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Qualified entries, best first, equals in the order of their numbers.
    pub ranking: Vec<Rank>,
    /// Pay of the jurors, in the order of their comments in the input.
    pub jury: Vec<Nano>,
    /// Share of the org fund; nothing without a ranked entry.
    pub org: Nano,
    /// What is left for the stage.
    pub rest: Nano,
}

impl Stats {
    /// Points * 1000 / votes; 0 without a vote.
    pub const fn average(&self) -> u16 {
        if self.votes == 0 { 0 } else { (self.points as u32 * 1000 / self.votes as u32) as u16 }
    }

    /// Whether more jurors rejected it than scored it.
    pub const fn is_rejected(&self) -> bool {
        2 * self.rejected as u16 > self.votes as u16 + self.rejected as u16
    }

    /// Whether it can have a place.
    pub const fn qualifies(&self, min_scores: u8) -> bool {
        self.votes >= min_scores && !self.is_rejected()
    }
}

/// Counts the places and the money of a contest.
///
/// `entries` are those that could be judged; `comments` are the lines of each juror that count for the pay. What is
/// paid, the org share and the rest are the total of the contest to the nano.
pub fn tally(spec: &Spec, entries: &BTreeMap<u8, Stats>, comments: &[u8]) -> Tally {
    let ranking = rank(spec, entries);
    let jury = jury_pay(spec, comments);
    let org = if ranking.is_empty() { Nano::ZERO } else { spec.org_reward() };
    let paid: u128 = ranking.iter().map(|rank| rank.prize.0).chain(jury.iter().map(|pay| pay.0)).sum();
    let rest = Nano(total(spec).0 - paid - org.0);
    Tally { ranking, jury, org, rest }
}

/// The whole budget of a contest, rounded down once.
pub fn total(spec: &Spec) -> Nano {
    let bps = u128::from(rules::BPS) + u128::from(spec.jury_bps) + u128::from(spec.org_bps);
    Nano(spec.fund.0 * bps / u128::from(rules::BPS))
}

fn rank(spec: &Spec, entries: &BTreeMap<u8, Stats>) -> Vec<Rank> {
    let mut qualified: Vec<_> =
        entries.iter().filter(|(_, stats)| stats.qualifies(spec.min_scores)).collect();
    qualified.sort_by_key(|(entry, stats)| (u16::MAX - stats.average(), **entry));
    let all_points: u128 = qualified.iter().map(|(_, stats)| u128::from(stats.points)).sum();
    let mut ranking = Vec::new();
    for group in qualified.chunk_by(|(_, one), (_, other)| one.average() == other.average()) {
        let first = ranking.len();
        let pooled: u128 = spec.prizes.iter().skip(first).take(group.len()).map(|prize| prize.0).sum();
        for (entry, stats) in group {
            let prize = if spec.pro_rata {
                spec.fund.0 * u128::from(stats.points) / all_points
            } else {
                pooled / group.len() as u128
            };
            ranking.push(Rank {
                entry: **entry,
                place: u8::try_from(first + 1).unwrap_or(u8::MAX),
                average: stats.average(),
                points: stats.points,
                prize: at_least_min(prize),
            });
        }
    }
    ranking
}

fn jury_pay(spec: &Spec, comments: &[u8]) -> Vec<Nano> {
    let pay = share(spec.fund, spec.jury_bps);
    let all: u128 = comments.iter().map(|count| u128::from(*count)).sum();
    let part = |count: &u8| (pay.0 * u128::from(*count)).checked_div(all).unwrap_or(0);
    comments.iter().map(|count| at_least_min(part(count))).collect()
}

/// An amount, or nothing when it is below the least prize.
const fn at_least_min(amount: u128) -> Nano {
    if amount < limits::MIN_PRIZE.0 { Nano::ZERO } else { Nano(amount) }
}

#[cfg(test)]
mod tests;
