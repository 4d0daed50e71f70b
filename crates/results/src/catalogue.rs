//! The catalogue as plain data, with a stable JSON form.
//!
//! Amounts are decimal texts in nanotokens, times in seconds since 1970, hashes and keys 64 hexadecimal digits.

mod contest;
mod decision;
mod organisation;

use serde::Serialize;

pub use contest::{
    Arrival, Card, Contest, Counts, Entry, Event, Juror, Line, Money, Payment, Payout, Rank, Return, Terms,
    Times,
};
pub use decision::{Proposal, Vote};
pub use organisation::{
    Account, Candidate, Item, Member, Name, OrgPayment, Organisation, PoolJuror, Record, Stage, Treasury,
};

use crate::facts::Facts;

/// Name and version of the JSON form.
pub const SCHEMA: &str = "subgov-results/1";

/// Everything public about an organisation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Catalogue {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Who, where, when.
    pub organisation: Organisation,
    /// Names of people, from the organisation's files and not from the chain.
    pub names: Vec<Name>,
    /// Members by seat.
    pub members: Vec<Member>,
    /// Winners who want to become members.
    pub candidates: Vec<Candidate>,
    /// The jury pool.
    pub jurors: Vec<PoolJuror>,
    /// Stages with their money.
    pub stages: Vec<Stage>,
    /// The rest of the treasury.
    pub treasury: Treasury,
    /// Contests.
    pub contests: Vec<Contest>,
    /// Decisions.
    pub proposals: Vec<Proposal>,
}

impl Catalogue {
    /// What was read, as plain data.
    pub fn of(facts: &Facts) -> Self {
        Self {
            schema: SCHEMA,
            organisation: Organisation::of(facts),
            names: organisation::names(facts),
            members: facts.members.iter().map(Member::of).collect(),
            candidates: facts.candidates.iter().map(Candidate::of).collect(),
            jurors: facts.jurors.iter().map(PoolJuror::of).collect(),
            stages: organisation::stages(facts),
            treasury: Treasury::of(facts),
            contests: facts.contests.iter().map(|contest| Contest::of(facts, contest)).collect(),
            proposals: facts.proposals.iter().map(Proposal::of).collect(),
        }
    }

    /// Name of the holder of a key, or the first digits of the key.
    pub fn label(&self, key: &str) -> String {
        let known = self.names.iter().find(|name| name.key == key);
        known.map_or_else(|| format!("{}…", key.get(..8).unwrap_or(key)), |name| name.name.clone())
    }

    /// A contest by its id.
    pub fn contest(&self, id: u32) -> Option<&Contest> {
        self.contests.iter().find(|contest| contest.id == id)
    }
}
