//! One decision: ballots, tally, outcome.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ton_abi::{PublicKey, UnixMillis, UnixTime};

use super::limits;
use super::refusal::{Refusal, require};
use super::signer::{Signed, check_header};
use crate::payload::Action;
use crate::proposal::{Choice, Outcome};
use crate::text::Digest;

/// The vote of one elector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ballot {
    /// Time of the elector's last message.
    pub time: UnixMillis,
    /// When it was cast.
    pub at: UnixTime,
    /// What it says.
    pub choice: Choice,
    /// How often it was replaced.
    pub changes: u8,
    /// SHA-256 of the reason.
    pub reason_hash: Digest,
}

/// Counted ballots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Votes {
    /// In favour.
    pub yes: u8,
    /// Against.
    pub no: u8,
    /// Neither.
    pub abstain: u8,
}

/// What a vote or a poke led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It is still being decided.
    Counted,
    /// It can be executed.
    Passed,
    /// It is over, and the registry frees its slot.
    Ended(Outcome),
}

/// What is fixed when a proposal opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The action.
    pub action: Action,
    /// Where the text is.
    pub link: String,
    /// SHA-256 of the text.
    pub doc_hash: Digest,
    /// Key of the proposer.
    pub proposer: PublicKey,
    /// Members of that moment with their indices.
    pub electorate: BTreeMap<PublicKey, u8>,
    /// Electors with an interest. The number needed stays.
    pub excluded: BTreeSet<PublicKey>,
    /// Epoch of the electorate.
    pub epoch: u32,
    /// Votes in favour that decide.
    pub threshold: u8,
    /// Decided at the end by the soft majority.
    pub soft: bool,
    /// When it was opened.
    pub created: UnixTime,
    /// When voting starts.
    pub start: UnixTime,
    /// When voting ends.
    pub end: UnixTime,
    /// From passing to execution, in seconds.
    pub delay: u32,
    /// How long it can be executed after that, in seconds.
    pub grace: u32,
}

/// A proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// What never changes.
    pub terms: Arc<Terms>,
    /// Ballots by key of the elector.
    pub ballots: BTreeMap<PublicKey, Ballot>,
    /// Where it stands; Pending follows from the clock alone, see [`Self::outcome`].
    pub stored: Outcome,
    /// Whether the registry was asked and has not answered.
    pub in_progress: bool,
    /// Last answer of the registry.
    pub code: u16,
    /// Attempts that failed.
    pub failures: u32,
    /// When it can be executed next.
    pub exec_after: UnixTime,
    /// When it can no longer be executed.
    pub expire_at: UnixTime,
    /// Whether it told the registry of its end.
    pub told: bool,
}

impl Proposal {
    /// Opens a proposal.
    pub fn new(terms: Terms) -> Self {
        Self {
            terms: Arc::new(terms),
            ballots: BTreeMap::new(),
            stored: Outcome::Active,
            in_progress: false,
            code: 0,
            failures: 0,
            exec_after: UnixTime(0),
            expire_at: UnixTime(0),
            told: false,
        }
    }

    /// Where it stands, as the getter shows it.
    pub fn outcome(&self, now: UnixTime) -> Outcome {
        if self.stored == Outcome::Active && now < self.terms.start { Outcome::Pending } else { self.stored }
    }

    /// Whether nothing can change any more.
    pub const fn is_over(&self) -> bool {
        !matches!(self.stored, Outcome::Active | Outcome::Passed | Outcome::Failed)
    }

    /// Counts the ballots.
    pub fn votes(&self) -> Votes {
        let mut votes = Votes::default();
        for ballot in self.ballots.values() {
            match ballot.choice {
                Choice::Yes => votes.yes += 1,
                Choice::No => votes.no += 1,
                Choice::Abstain => votes.abstain += 1,
                Choice::None => {}
            }
        }
        votes
    }

    /// Electors in favour.
    pub fn yes_keys(&self) -> BTreeSet<PublicKey> {
        let yes = self.ballots.iter().filter(|(_, ballot)| ballot.choice == Choice::Yes);
        yes.map(|(key, _)| *key).collect()
    }

    /// An elector votes, or votes again.
    ///
    /// # Errors
    /// 300, 57, 52, 308, 152, 301, 155 in this order.
    pub fn vote(
        &mut self,
        by: &Signed,
        choice: Choice,
        reason_hash: Digest,
        now: UnixTime,
    ) -> Result<Effect, Refusal> {
        let terms = &self.terms;
        require(terms.electorate.contains_key(&by.key), Refusal::NOT_ELECTOR)?;
        check_header(by, limits::MAX_EXPIRE, now)?;
        let former = self.ballots.get(&by.key);
        let last = former.map_or(terms.created.millis(), |ballot| ballot.time);
        let changes = former.map_or(0, |ballot| ballot.changes + 1);
        require(by.time > last, Refusal::REPLAYED)?;
        require(!terms.excluded.contains(&by.key), Refusal::EXCLUDED_ELECTOR)?;
        require(now >= terms.start, Refusal::BAD_PHASE)?;
        require(self.stored == Outcome::Active && now < terms.end, Refusal::CLOSED)?;
        require(choice != Choice::None && changes <= limits::VOTE_CHANGES, Refusal::LIMIT)?;
        self.ballots.insert(by.key, Ballot { time: by.time, at: now, choice, changes, reason_hash });
        let votes = self.votes();
        if self.terms.soft {
            return Ok(Effect::Counted);
        }
        Ok(if votes.yes >= self.terms.threshold {
            self.pass(now)
        } else if usize::from(votes.no + self.terms.threshold) > self.terms.electorate.len() {
            self.end(Outcome::Rejected)
        } else {
            Effect::Counted
        })
    }

    /// The proposer takes it back, while nobody else has voted.
    ///
    /// # Errors
    /// 307, 57, 52, 301 in this order.
    pub fn cancel(&mut self, by: &Signed, now: UnixTime) -> Result<Effect, Refusal> {
        require(by.key == self.terms.proposer, Refusal::NOT_PROPOSER)?;
        check_header(by, limits::SHORT_EXPIRE, now)?;
        let alone = self.ballots.keys().all(|key| *key == by.key);
        let own = self.ballots.get(&by.key);
        let last = own.map_or(self.terms.created.millis(), |ballot| ballot.time);
        require(!alone || by.time > last, Refusal::REPLAYED)?;
        let open = self.stored == Outcome::Active && now < self.terms.end;
        require(alone && open, Refusal::CLOSED)?;
        Ok(self.end(Outcome::Cancelled))
    }

    /// Anyone ends the voting, or the grace.
    ///
    /// # Errors
    /// 153 too early; 306 the registry has not answered; 301 it is over.
    pub fn close(&mut self, now: UnixTime) -> Result<Effect, Refusal> {
        if self.stored == Outcome::Active {
            require(now >= self.terms.end, Refusal::BAD_TIME)?;
            let votes = self.votes();
            let passed = if self.terms.soft {
                soft_majority(self.terms.electorate.len(), votes)
            } else {
                votes.yes >= self.terms.threshold
            };
            return Ok(if passed { self.pass(now) } else { self.end(Outcome::Rejected) });
        }
        if self.is_over() {
            // The registry did not hear of it.
            require(!self.told, Refusal::CLOSED)?;
            return Ok(self.end(self.stored));
        }
        require(!self.in_progress, Refusal::IN_PROGRESS)?;
        require(now >= self.expire_at, Refusal::BAD_TIME)?;
        Ok(self.end(Outcome::Expired))
    }

    /// Anyone has it executed; the registry is asked.
    ///
    /// # Errors
    /// 306, 302, 304, 303 in this order.
    pub fn execute(&mut self, now: UnixTime) -> Result<(), Refusal> {
        require(!self.in_progress, Refusal::IN_PROGRESS)?;
        require(matches!(self.stored, Outcome::Passed | Outcome::Failed), Refusal::NOT_PASSED)?;
        require(now < self.expire_at, Refusal::GRACE_OVER)?;
        require(now >= self.exec_after, Refusal::DELAY)?;
        self.in_progress = true;
        Ok(())
    }

    /// The registry answered, or the request came back with `Refusal(0)`.
    ///
    /// # Errors
    /// 152 when nothing was asked.
    pub fn executed(&mut self, result: Result<(), Refusal>, now: UnixTime) -> Result<Effect, Refusal> {
        require(self.in_progress, Refusal::BAD_PHASE)?;
        self.in_progress = false;
        self.code = result.err().map_or(0, |refusal| refusal.0);
        Ok(match result {
            Ok(()) => self.end(Outcome::Executed),
            Err(Refusal::RECOUNT_FAILED) => self.end(Outcome::Rejected),
            Err(_) => {
                self.stored = Outcome::Failed;
                self.exec_after = now.plus(limits::RESEND_AFTER << self.failures.min(8));
                self.failures += 1;
                Effect::Passed
            }
        })
    }

    fn pass(&mut self, now: UnixTime) -> Effect {
        self.stored = Outcome::Passed;
        self.exec_after = now.plus(self.terms.delay);
        self.expire_at = self.exec_after.plus(self.terms.grace);
        Effect::Passed
    }

    const fn end(&mut self, outcome: Outcome) -> Effect {
        self.stored = outcome;
        self.told = true;
        Effect::Ended(outcome)
    }
}

/// The soft majority: the fewer votes against, the fewer in favour are needed.
///
/// Source: finding S8 of the specification with T the number of electors: sure when 2 yes > T, else
/// 10 T yes >= T T + (8 T + 20) no.
pub fn soft_majority(electors: usize, votes: Votes) -> bool {
    let (all, yes, no) = (electors as u64, u64::from(votes.yes), u64::from(votes.no));
    2 * yes > all || 10 * all * yes >= all * all + (8 * all + 20) * no
}

/// Whether the votes of `yes` still suffice among the members of today who have no interest today.
///
/// # Errors
/// 305.
pub fn recount(
    yes: &BTreeSet<PublicKey>,
    members: &BTreeSet<PublicKey>,
    excluded: &BTreeSet<PublicKey>,
    threshold_then: u8,
    threshold_now: u8,
) -> Result<(), Refusal> {
    let live = yes.iter().filter(|key| members.contains(key) && !excluded.contains(key)).count();
    require(live >= usize::from(threshold_then.max(threshold_now)), Refusal::RECOUNT_FAILED)
}

#[cfg(test)]
mod tests;
