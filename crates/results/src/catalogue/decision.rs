//! Decisions.

use governance::payload::Action;
use serde::Serialize;
use ton_abi::UnixTime;

use crate::facts::ProposalFacts;

/// A proposal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proposal {
    /// Its id.
    pub id: u32,
    /// Its contract.
    pub address: String,
    /// Hash of its code.
    pub code: String,
    /// What it decides: name of the action.
    pub action: String,
    /// What it is about: the title of a contest, the number of a stage.
    pub subject: String,
    /// Key of the proposer.
    pub proposer: String,
    /// pending, active, passed, rejected, executed, failed, expired, cancelled.
    pub outcome: String,
    /// Votes in favour.
    pub yes: u8,
    /// Votes against.
    pub no: u8,
    /// Abstentions.
    pub abstain: u8,
    /// Votes in favour that it needs.
    pub needed: u8,
    /// Last answer of the registry.
    pub answer: u16,
    /// Start of voting.
    pub start: UnixTime,
    /// End of voting.
    pub end: UnixTime,
    /// Where its text is.
    pub link: String,
    /// SHA-256 of its text.
    pub document: String,
    /// Electors with their votes.
    pub votes: Vec<Vote>,
}

/// An elector with the vote.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Vote {
    /// Number of the elector.
    pub number: u8,
    /// Public key.
    pub key: String,
    /// none, yes, no, abstain.
    pub choice: String,
    /// Whether the elector may not vote.
    pub excluded: bool,
    /// When; 0 without a vote.
    pub at: UnixTime,
    /// SHA-256 of the reason, or zero.
    pub reason: String,
    /// Transaction that took the vote in.
    pub transaction: Option<String>,
}

impl Proposal {
    pub(super) fn of(proposal: &ProposalFacts) -> Self {
        let (info, tally) = (&proposal.info, &proposal.tally);
        let transaction = |key| {
            let calls =
                proposal.history.signed().filter(|(_, signer, call)| *signer == key && &*call.name == "vote");
            calls.last().map(|(step, ..)| step.hash.to_string())
        };
        let vote = |vote: &governance::proposal::Vote| Vote {
            number: vote.index,
            key: vote.key.to_string(),
            choice: vote.choice.word().to_owned(),
            excluded: vote.excluded,
            at: vote.at,
            reason: vote.reason_hash.to_string(),
            transaction: transaction(vote.key),
        };
        Self {
            id: proposal.id,
            address: proposal.account.address.to_string(),
            code: proposal.account.code.to_string(),
            action: info.action_name().to_owned(),
            subject: info.action().map(|action| subject(&action)).unwrap_or_default(),
            proposer: info.proposer.to_string(),
            outcome: info.outcome.word().to_owned(),
            yes: tally.yes,
            no: tally.no,
            abstain: tally.abstain,
            needed: info.class_threshold,
            answer: info.code,
            start: info.start,
            end: info.end,
            link: info.link.clone(),
            document: info.doc_hash.to_string(),
            votes: proposal.votes.iter().map(vote).collect(),
        }
    }
}

/// What an action is about.
fn subject(action: &Action) -> String {
    match action {
        Action::AdmitMember(it) => format!("candidate {}", it.candidate),
        Action::RotateKey(it) => format!("{} to {}", it.old_key, it.new_key),
        Action::RemoveMember(it) => it.key.to_string(),
        Action::LaunchContest(spec) => spec.title.clone(),
        Action::ExtendDeadline(it) => format!("contest {}, {}", it.contest_id, it.phase),
        Action::HoldPayout(it) => format!("contest {}", it.contest_id),
        Action::CloseStage(it) => format!("stage {}", it.stage),
        Action::PayOrg(it) => format!("{} payments", it.payments.len()),
        Action::Signal(it) => it.link.clone(),
        _ => String::new(),
    }
}
