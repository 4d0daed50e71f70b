//! The proposal to launch a contest, made from the organisation's files.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use ton_abi::{Address, Nano, PublicKey, UnixTime};

use crate::contest::Kind;
use crate::organisation::{Contest, ContestKind, ContestProposal, Organisation, Prizes, Span};
use crate::text::Digest;

/// What the members vote on when they launch a contest: `IContestEscrow.Spec`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Spec {
    /// Kind of contest.
    pub kind: Kind,
    /// Stage that pays it.
    #[serde(with = "ton_abi::number")]
    pub stage: u8,
    /// Number of its item in the plan.
    #[serde(with = "ton_abi::number")]
    pub item: u8,
    /// Topic of the item.
    #[serde(with = "ton_abi::number")]
    pub topic: u8,
    /// Title.
    pub title: String,
    /// Where the contest proposal is.
    pub doc_link: String,
    /// SHA-256 of the contest proposal.
    pub doc_hash: Digest,
    /// SHA-256 of the terms that every entrant accepts.
    pub terms_hash: Digest,
    /// Whether entrants must sign the Declaration of Decentralization.
    pub need_dod: bool,
    /// Prizes of places 1, 2, …; empty when `pro_rata`.
    pub prizes: Vec<Nano>,
    /// Whether the fund is split by points.
    pub pro_rata: bool,
    /// Participants' reward.
    pub fund: Nano,
    /// Jury reward in 1/10000 of the fund.
    #[serde(with = "ton_abi::number")]
    pub jury_bps: u16,
    /// Reward of the organisation in 1/10000 of the fund.
    #[serde(with = "ton_abi::number")]
    pub org_bps: u16,
    /// When entries open.
    pub open_at: UnixTime,
    /// When entries close.
    pub entries_end: UnixTime,
    /// Length of the commit phase.
    pub commit_span: Span,
    /// Length of the reveal phase.
    pub reveal_span: Span,
    /// After it an unconfirmed and unheld payout opens by itself.
    pub confirm_window: Span,
    /// Fewer revealing jurors are no quorum.
    #[serde(with = "ton_abi::number")]
    pub min_jurors: u8,
    /// Fewer scores leave an entry unqualified.
    #[serde(with = "ton_abi::number")]
    pub min_scores: u8,
    /// Most entries.
    #[serde(with = "ton_abi::number")]
    pub max_entries: u8,
    /// Deposit of an entry.
    pub entry_deposit: Nano,
    /// Whether entries are commitments until the end of entries.
    pub is_sealed: bool,
    /// Winners of a jury contest who become jurors.
    #[serde(with = "ton_abi::number")]
    pub seats: u8,
    /// Author of the contest proposal, for credit.
    #[serde(with = "crate::text::optional_address")]
    pub author: Option<Address>,
    /// Contests that must be closed with a winner.
    #[serde(with = "crate::text::numbers")]
    pub depends_on: Vec<u32>,
    /// Jury of the first jury contest.
    pub bootstrap_jury: Vec<SpecJuror>,
}

/// A juror by key and payout address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecJuror {
    /// Public key.
    #[serde(with = "crate::text::uint256")]
    pub key: PublicKey,
    /// Payout address.
    pub addr: Address,
}

/// What the organisation's files leave open about a launch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Launch {
    /// Number of the contest in the plan.
    pub item: u8,
    /// When it is proposed; everything else follows from it.
    pub proposed_at: UnixTime,
    /// Ids of the closed contests of the items that it depends on.
    pub depends_on: Vec<u32>,
    /// Jury of the first jury contest; empty for all others.
    pub bootstrap_jury: Vec<SpecJuror>,
    /// Author of the contest proposal.
    pub author: Option<Address>,
}

/// Why no contest can be proposed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LaunchError {
    /// The plan has no such contest.
    #[error("the plan has no contest {item}")]
    UnknownItem {
        /// The number asked for.
        item: u8,
    },
    /// Nothing is granted for it.
    #[error("contest {item} \"will be requested additionally\", nothing is granted for it")]
    NotFunded {
        /// Its number.
        item: u8,
    },
    /// Another contest has to be closed first.
    #[error("contest {item} needs {needed:?} closed with a winner first")]
    Depends {
        /// Its number.
        item: u8,
        /// Numbers of the contests it depends on.
        needed: Vec<u8>,
    },
}

impl Spec {
    /// The proposal of a contest from the organisation's files.
    ///
    /// # Errors
    /// [`LaunchError`].
    pub fn of(organisation: &Organisation, launch: &Launch) -> Result<Self, LaunchError> {
        let item = launch.item;
        let unknown = LaunchError::UnknownItem { item };
        let (contest, proposal) =
            organisation.contest(item).zip(organisation.proposal(item)).ok_or(unknown.clone())?;
        let stage = organisation.stage_of(item).ok_or(unknown)?.number;
        let budget = contest.budget.ok_or(LaunchError::NotFunded { item })?;
        if launch.depends_on.len() != contest.depends_on.len() {
            return Err(LaunchError::Depends { item, needed: contest.depends_on.clone() });
        }
        let (kind, seats) = match proposal.kind {
            ContestKind::Regular => (Kind::Regular, 0),
            ContestKind::Jury { seats } => (Kind::JurySelection, seats),
        };
        let prizes = match &proposal.prizes {
            Prizes::Table(prizes) => prizes.clone(),
            Prizes::ProRata => Vec::new(),
        };
        let open_at = launch.proposed_at.plus(proposal.opens_after.0);
        Ok(Self {
            kind,
            stage,
            item,
            topic: contest.topic,
            title: proposal.title.clone(),
            doc_link: proposal.link.clone(),
            doc_hash: Digest::of(&document(organisation, contest, proposal)),
            terms_hash: Digest::of(&organisation.governance.terms),
            need_dod: false,
            pro_rata: prizes.is_empty(),
            prizes,
            fund: budget.participants,
            jury_bps: proposal.jury_bps,
            org_bps: proposal.org_bps,
            open_at,
            entries_end: open_at.plus(proposal.entries.0),
            commit_span: proposal.commit,
            reveal_span: proposal.reveal,
            confirm_window: proposal.confirm_window,
            min_jurors: proposal.min_jurors,
            min_scores: proposal.min_scores,
            max_entries: proposal.max_entries,
            entry_deposit: proposal.entry_deposit,
            is_sealed: proposal.sealed,
            seats,
            author: launch.author.clone(),
            depends_on: launch.depends_on.clone(),
            bootstrap_jury: launch.bootstrap_jury.clone(),
        })
    }

    /// Participants, jury and organisation together.
    pub fn total(&self) -> Nano {
        Nano(self.fund.0 + self.jury_reward().0 + self.org_reward().0)
    }

    /// What the jurors get together.
    pub fn jury_reward(&self) -> Nano {
        crate::rules::share(self.fund, self.jury_bps)
    }

    /// What the organisation gets.
    pub fn org_reward(&self) -> Nano {
        crate::rules::share(self.fund, self.org_bps)
    }
}

/// The contest proposal as a text, whose SHA-256 the members vote on. The same files always give the same text.
pub fn document(organisation: &Organisation, contest: &Contest, proposal: &ContestProposal) -> String {
    let mut text = format!("# {}\n\n{}: contest {}\n\n", contest.title, organisation.name, contest.number);
    let mut line = |name: &str, value: String| {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "- {name}: {value}");
    };
    if let Some(topic) = organisation.topics.iter().find(|topic| topic.number == contest.topic) {
        line("Topic", topic.title.clone());
        line("Goal", topic.goal.clone());
    }
    if let Some(budget) = contest.budget {
        line("Participants' reward, TON", format!("{:#}", budget.participants));
        line("Jury reward, TON", format!("{:#}", budget.jury));
        line("Organisation's reward, TON", format!("{:#}", budget.org));
    }
    line(
        "Prizes, TON",
        match &proposal.prizes {
            Prizes::ProRata => "by points".to_owned(),
            Prizes::Table(prizes) => {
                prizes.iter().map(|prize| format!("{prize:#}")).collect::<Vec<_>>().join(", ")
            }
        },
    );
    line("Entries are open for", proposal.entries.to_string());
    line("Judging", format!("{} to commit, {} to reveal", proposal.commit, proposal.reveal));
    line("Jurors, at least", proposal.min_jurors.to_string());
    line("Deposit of an entry, TON", format!("{:#}", proposal.entry_deposit));
    line("Terms", organisation.governance.terms.clone());
    text
}
