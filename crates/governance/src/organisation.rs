//! The organisation as its files describe it: members, stages with their contests, topics, contest proposals,
//! parameters.
//!
//! The files are `members.toml`, `stages.toml`, `topics.toml`, `contests.toml` and `governance.toml` in `scripts/`;
//! the same texts are built in, see [`Organisation::of_proposal`]. Reading checks everything the proposal's own tables promise, so
//! an [`Organisation`] is consistent by construction.

mod check;
mod contests;
mod error;
mod file;
mod governance;
mod span;

use serde::{Deserialize, Serialize};
use ton_abi::{Address, Nano, PublicKey, UnixTime};

pub use contests::{ContestKind, ContestProposal, Prizes};
pub use error::{Error, FileKind};
pub use governance::{GasMoney, Governance, Params};
pub use span::{ParseSpanError, Span};

/// The texts of an organisation's files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Files {
    /// `members.toml`.
    pub members: String,
    /// `stages.toml`.
    pub stages: String,
    /// `topics.toml`.
    pub topics: String,
    /// `contests.toml`.
    pub contests: String,
    /// `governance.toml`.
    pub governance: String,
}

impl Files {
    /// The files of the proposal, as they were when this crate was built.
    pub fn of_proposal() -> Self {
        Self {
            members: include_str!("../../../scripts/members.toml").to_owned(),
            stages: include_str!("../../../scripts/stages.toml").to_owned(),
            topics: include_str!("../../../scripts/topics.toml").to_owned(),
            contests: include_str!("../../../scripts/contests.toml").to_owned(),
            governance: include_str!("../../../scripts/governance.toml").to_owned(),
        }
    }
}

/// The organisation with its plan. Made by [`Organisation::parse`] or [`Organisation::of_proposal`] only.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Organisation {
    /// Its name.
    pub name: String,
    /// The wallet address that the proposal declares. Kept as data: an address is the hash of code and data, so
    /// no wallet built from these contracts can have it.
    pub declared_wallet: Address,
    /// When the mandate of the initial members ends.
    pub mandate_end: UnixTime,
    /// Initial members in the order of the proposal, which is the order of custodians.
    pub members: Vec<Member>,
    /// Stages, number 1 first.
    pub stages: Vec<Stage>,
    /// Topics by priority, number 1 first.
    pub topics: Vec<Topic>,
    /// What the members vote on to launch each contest, in the order of the plan.
    pub proposals: Vec<ContestProposal>,
    /// How the organisation decides and what it starts with.
    pub governance: Governance,
}

/// One of the initial members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Name, unique.
    pub name: String,
    /// Whether the proposal links to a Telegram account.
    pub telegram: bool,
    /// What the proposal says about the person.
    pub background: String,
    /// The key that the person votes and confirms with, unique.
    pub public_key: PublicKey,
}

/// One stage of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// 1 to 4.
    pub number: u8,
    /// Sum of the totals of its contests.
    pub total: Nano,
    /// When its money is requested, in the proposal's words.
    pub when: String,
    /// Whether contests and budget may change with the results of the stage before.
    pub soft: bool,
    /// Its contests.
    pub contests: Vec<Contest>,
}

/// One contest of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contest {
    /// 1 to 15, through all stages.
    pub number: u8,
    /// Number of its topic.
    pub topic: u8,
    /// Title in the proposal.
    pub title: String,
    /// What it costs; `None` if that "will be requested additionally".
    pub budget: Option<Budget>,
    /// Contests that must be closed with a winner before this one starts.
    pub depends_on: Vec<u8>,
}

/// What a contest costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// For the winners.
    pub participants: Nano,
    /// For the jurors, at most 10 % of the participants' reward.
    pub jury: Nano,
    /// For the organisation, at most 2 % of the participants' reward.
    pub org: Nano,
}

impl Budget {
    /// All of it.
    pub fn total(&self) -> Nano {
        [self.participants, self.jury, self.org].into_iter().sum()
    }
}

/// One topic of contests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// 1 to 5, by priority.
    pub number: u8,
    /// Its title.
    pub title: String,
    /// What it is for.
    pub goal: String,
    /// Its subtopics; may be empty.
    pub subtopics: Vec<String>,
    /// Contests that the proposal lists under it; no stage has to pay for each of them.
    pub contests: Vec<String>,
}

impl Organisation {
    /// The organisation of the proposal, from the texts built into this crate.
    pub fn of_proposal() -> Self {
        Self::parse(&Files::of_proposal()).expect("the built-in files are consistent, as a test shows")
    }

    /// Reads and checks the texts of the files.
    ///
    /// # Errors
    /// [`Error::Syntax`] for a text that is not such a file, otherwise the first rule that it breaks.
    pub fn parse(files: &Files) -> Result<Self, Error> {
        let organisation = file::read(files)?;
        check::all(&organisation)?;
        Ok(organisation)
    }

    /// The member with this key.
    pub fn member_with(&self, key: &PublicKey) -> Option<&Member> {
        self.members.iter().find(|member| member.public_key == *key)
    }

    /// The place of the member meant by `text`: a number from 0, a name, or the start of exactly one name.
    /// Letters are compared without case.
    ///
    /// # Errors
    /// [`Error::UnknownMember`] with the most similar name, [`Error::AmbiguousMember`] with the names it fits.
    pub fn find_member(&self, text: &str) -> Result<usize, Error> {
        let wanted = text.trim().to_lowercase();
        if let Some(index) = wanted.parse().ok().filter(|index: &usize| *index < self.members.len()) {
            return Ok(index);
        }
        let names: Vec<_> = self.members.iter().map(|member| member.name.to_lowercase()).collect();
        if let Some(index) = names.iter().position(|name| *name == wanted) {
            return Ok(index);
        }
        let fits: Vec<_> = (0..names.len())
            .filter(|&index| !wanted.is_empty() && names[index].starts_with(&wanted))
            .collect();
        match fits[..] {
            [index] => Ok(index),
            [] => Err(Error::UnknownMember { text: text.to_owned(), nearest: self.nearest_name(&wanted) }),
            _ => Err(Error::AmbiguousMember {
                text: text.to_owned(),
                names: fits.iter().map(|&index| self.members[index].name.clone()).collect(),
            }),
        }
    }

    fn nearest_name(&self, wanted: &str) -> String {
        self.members
            .iter()
            .min_by_key(|member| strsim::damerau_levenshtein(wanted, &member.name.to_lowercase()))
            .map(|member| member.name.clone())
            .unwrap_or_default()
    }

    /// The contest with this number.
    pub fn contest(&self, number: u8) -> Option<&Contest> {
        self.contests().find(|contest| contest.number == number)
    }

    /// The stage that pays the contest with this number.
    pub fn stage_of(&self, number: u8) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.contests.iter().any(|contest| contest.number == number))
    }

    /// The contest proposal of the contest with this number.
    pub fn proposal(&self, number: u8) -> Option<&ContestProposal> {
        self.proposals.iter().find(|proposal| proposal.item == number)
    }

    /// All contests in the order of their numbers.
    pub fn contests(&self) -> impl Iterator<Item = &Contest> {
        self.stages.iter().flat_map(|stage| &stage.contests)
    }

    /// Sum of all stages.
    pub fn total(&self) -> Nano {
        self.stages.iter().map(|stage| stage.total).sum()
    }
}

#[cfg(test)]
mod tests;
