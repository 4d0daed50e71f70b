//! A proposal: one decision of the members.

use keys::Signer;
use serde::Deserialize;
use serde_json::json;
use ton_abi::{PublicKey, UnixTime};
use ton_client::boc;
use ton_client::processing::Tree;

use crate::handle::{Handle, Result, handle};
use crate::numbered::numbered;
use crate::payload::{Action, PayloadError, action_name};
use crate::text::Digest;

/// A proposal on a network.
pub struct Proposal<'a>(Handle<'a>);

handle!(Proposal, "Proposal");

numbered! {
    /// Where a proposal stands.
    Outcome("outcome of a proposal") {
        /// Voting has not started.
        Pending = "pending",
        /// Members vote.
        Active = "active",
        /// Decided, waits for being carried out.
        Passed = "passed",
        /// Decided against, or too few of those in favour are members now.
        Rejected = "rejected",
        /// Carried out.
        Executed = "executed",
        /// It could not be carried out and may be tried again.
        Failed = "failed",
        /// It was not carried out in time.
        Expired = "expired",
        /// Taken back.
        Cancelled = "cancelled",
    }
}

numbered! {
    /// What an elector says.
    Choice("choice") {
        /// Nothing yet.
        None = "none",
        /// In favour.
        Yes = "yes",
        /// Against.
        No = "no",
        /// Neither.
        Abstain = "abstain",
    }
}

/// What a proposal is about and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Info {
    /// Action as a number.
    #[serde(with = "ton_abi::number")]
    pub kind: u8,
    /// Parameters of the action, a base64 bag of cells.
    pub payload: String,
    /// Where the text is.
    pub link: String,
    /// SHA-256 of the text.
    pub doc_hash: Digest,
    /// Key of the proposer.
    pub proposer: PublicKey,
    /// Epoch of the electorate.
    #[serde(with = "ton_abi::number")]
    pub epoch: u32,
    /// Electors, the excluded ones included.
    #[serde(with = "ton_abi::number")]
    pub electors: u8,
    /// Votes in favour that this action needs.
    #[serde(with = "ton_abi::number")]
    pub class_threshold: u8,
    /// Whether the soft majority decides at the end.
    pub soft: bool,
    /// Start of voting.
    pub start: UnixTime,
    /// End of voting.
    pub end: UnixTime,
    /// When it can be carried out; 0 before it passed.
    pub exec_after: UnixTime,
    /// Until when; 0 before it passed.
    pub expire_at: UnixTime,
    /// Where it stands.
    pub outcome: Outcome,
    /// Whether it is being carried out.
    pub in_progress: bool,
    /// Last answer of the registry.
    #[serde(with = "ton_abi::number")]
    pub code: u16,
}

impl Info {
    /// Name of the action.
    pub fn action_name(&self) -> &'static str {
        action_name(self.kind)
    }

    /// What it decides.
    ///
    /// # Errors
    /// [`PayloadError`].
    pub fn action(&self) -> Result<Action, PayloadError> {
        let payload = boc::decode_base64(&self.payload).map_err(|source| ton_abi::Error::BadBoc {
            what: "payload".to_owned(),
            source: Box::new(source),
        })?;
        Action::decode(self.kind, &payload)
    }
}

/// An elector and the vote.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Vote {
    /// Key of the elector.
    pub key: PublicKey,
    /// Index of the elector.
    #[serde(with = "ton_abi::number")]
    pub index: u8,
    /// Whether the elector may not vote.
    pub excluded: bool,
    /// What the elector says.
    pub choice: Choice,
    /// How often that changed.
    #[serde(with = "ton_abi::number")]
    pub changes: u8,
    /// When; 0 without a vote.
    pub at: UnixTime,
    /// SHA-256 of the reason, or zero.
    pub reason_hash: Digest,
}

/// The count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Tally {
    /// Where the proposal stands.
    pub outcome: Outcome,
    /// In favour.
    #[serde(with = "ton_abi::number")]
    pub yes: u8,
    /// Against.
    #[serde(with = "ton_abi::number")]
    pub no: u8,
    /// Neither.
    #[serde(with = "ton_abi::number")]
    pub abstain: u8,
    /// Last answer of the registry.
    #[serde(with = "ton_abi::number")]
    pub code: u16,
}

impl Proposal<'_> {
    /// Votes, or replaces one's vote.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::call`].
    pub async fn vote(&self, choice: Choice, reason: Option<Digest>, elector: &dyn Signer) -> Result<Tree> {
        let params = json!({ "choice": choice, "reasonHash": reason.unwrap_or_default() });
        self.0.call("vote", &params, elector).await
    }

    /// Takes it back while nobody else voted.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::call`].
    pub async fn cancel(&self, proposer: &dyn Signer) -> Result<Tree> {
        self.0.call("cancel", &json!({}), proposer).await
    }

    /// Ends a vote or a decision whose time is over.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::process_message`].
    pub async fn close(&self) -> Result<Tree> {
        self.0.poke("close", &json!({})).await
    }

    /// Has a passed decision carried out.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::process_message`].
    pub async fn execute(&self) -> Result<Tree> {
        self.0.poke("execute", &json!({})).await
    }

    /// What it is about and where it stands.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn info(&self) -> Result<Info> {
        self.0.ask_one("getInfo", &json!({}), "info").await
    }

    /// Electors with their votes.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn votes(&self) -> Result<Vec<Vote>> {
        self.0.ask_one("getVotes", &json!({}), "votes").await
    }

    /// The count.
    ///
    /// # Errors
    /// Those of [`ton_client::Client::run_getter`].
    pub async fn tally(&self) -> Result<Tally> {
        self.0.ask("getOutcome", &json!({})).await
    }
}
