//! What the registry's getters answer.

use serde::Deserialize;
use ton_abi::{Address, PublicKey, UnixTime};

use crate::contest::{Ending, Kind};
use crate::numbered::numbered;
use crate::text::Digest;

numbered! {
    /// A code that the registry deploys.
    CodeKind("kind of code") {
        /// A decision.
        Proposal = "Proposal",
        /// The members' wallet.
        Multisig = "Multisig",
        /// The stage budgets.
        Treasury = "Treasury",
        /// A contest.
        ContestEscrow = "ContestEscrow",
        /// The independent jury.
        JuryPool = "JuryPool",
    }
}

numbered! {
    /// Where a contest stands in the directory.
    ContestStatus("status of a contest") {
        /// It has its number.
        Reserved = "reserved",
        /// Its escrow was deployed.
        Deployed = "deployed",
        /// It has its budget.
        Funded = "funded",
        /// It has its ranking.
        Finalized = "finalized",
        /// It is over.
        Closed = "closed",
        /// It ended without a ranking.
        Cancelled = "cancelled",
    }
}

numbered! {
    /// What an open request asks for.
    Step("step of a request") {
        /// Nothing.
        None = "none",
        /// The budget of a contest.
        Reserve = "reserve the budget",
        /// A place for a contest in the jury pool.
        Authorize = "authorize the contest",
        /// The money of a contest.
        Fund = "fund the contest",
        /// The end of a reservation.
        Release = "release the budget",
        /// A seat.
        Seat = "reserve a seat",
        /// The end of a membership.
        Leave = "release a key",
        /// A later deadline.
        Extend = "extend a deadline",
        /// A hold.
        Hold = "hold a payout",
        /// The end of a stage.
        Close = "close a stage",
        /// Payments of the org fund.
        PayOrg = "reserve org payments",
        /// The members' confirmation.
        Confirm = "confirmation by the members",
        /// A contest that was never deployed.
        Forget = "forget the contest",
    }
}

/// Status and numbers of the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    #[serde(with = "ton_abi::number")]
    status: u8,
    /// Whether there are fewer members than the minimum.
    pub under_min: bool,
    /// Members.
    #[serde(with = "ton_abi::number")]
    pub members: u8,
    /// Open proposals.
    #[serde(with = "ton_abi::number")]
    pub open: u8,
    /// Contests in the directory.
    #[serde(with = "ton_abi::number")]
    pub contests: u16,
    /// Epoch of the member set.
    #[serde(with = "ton_abi::number")]
    pub epoch: u32,
    /// Id of the next proposal.
    #[serde(with = "ton_abi::number")]
    pub next_proposal: u32,
    /// When an action was carried out last.
    pub last_executed: UnixTime,
}

impl Status {
    /// Whether its children are deployed and members can act.
    pub fn is_live(&self) -> bool {
        self.status == 1
    }
}

/// A member.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// Public key.
    pub key: PublicKey,
    /// Index of the seat.
    #[serde(with = "ton_abi::number")]
    pub index: u8,
    /// When the seat was taken.
    pub joined_at: UnixTime,
    /// Address for payments, if the member set one.
    #[serde(with = "crate::text::optional_address")]
    pub payout: Option<Address>,
    /// SHA-256 of the profile.
    pub profile_hash: Digest,
    /// SHA-256 of the declaration that the member signed.
    pub dod_hash: Digest,
    /// When it was signed; 0 if never.
    pub dod_at: UnixTime,
    /// Contest that the member won; 0 for the initial members.
    #[serde(with = "ton_abi::number")]
    pub from_contest: u32,
    /// Place in that contest.
    #[serde(with = "ton_abi::number")]
    pub place: u8,
    /// First key of the seat.
    pub origin: PublicKey,
    /// Open proposals.
    #[serde(with = "ton_abi::number")]
    pub open: u8,
}

/// Votes that a decision needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Threshold {
    /// Members.
    #[serde(with = "ton_abi::number")]
    pub members: u8,
    /// 50 % + 1, at least six.
    #[serde(with = "ton_abi::number")]
    pub threshold: u8,
    /// Epoch of the member set.
    #[serde(with = "ton_abi::number")]
    pub epoch: u32,
}

/// A winner who wants to become member.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// Number of the candidate.
    #[serde(with = "ton_abi::number")]
    pub number: u32,
    /// Public key.
    pub key: PublicKey,
    /// Payout address.
    pub addr: Address,
    /// Contest that the candidate won.
    #[serde(with = "ton_abi::number")]
    pub contest_id: u32,
    /// Entry of the candidate.
    #[serde(with = "ton_abi::number")]
    pub entry_id: u32,
    /// Place in the ranking.
    #[serde(with = "ton_abi::number")]
    pub place: u8,
    /// When the contest had its ranking.
    pub end_time: UnixTime,
    /// When the candidacy ends.
    pub expires: UnixTime,
}

/// An open proposal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenProposal {
    /// Its id.
    #[serde(with = "ton_abi::number")]
    pub id: u32,
    /// Its address; none while it opens.
    #[serde(with = "crate::text::optional_address")]
    pub addr: Option<Address>,
    /// Action as a number.
    #[serde(with = "ton_abi::number")]
    pub kind: u8,
    /// Hash of the payload.
    pub payload_hash: Digest,
    /// Epoch of its electorate.
    #[serde(with = "ton_abi::number")]
    pub epoch: u32,
    /// Key of the proposer.
    pub proposer: PublicKey,
    /// Votes in favour that it needs.
    #[serde(with = "ton_abi::number")]
    pub threshold: u8,
    /// Whether its action is under way.
    pub running: bool,
}

/// A contest in the directory.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContestRecord {
    /// Its id.
    #[serde(with = "ton_abi::number")]
    pub id: u32,
    /// Its escrow.
    pub addr: Address,
    /// Stage that pays it.
    #[serde(with = "ton_abi::number")]
    pub stage: u8,
    /// Number of its item in the plan.
    #[serde(with = "ton_abi::number")]
    pub item: u8,
    /// 1 to 5.
    #[serde(with = "ton_abi::number")]
    pub topic: u8,
    /// Kind of contest.
    pub kind: Kind,
    /// Where it stands.
    pub status: ContestStatus,
    /// How it ended.
    pub ending: Ending,
    /// Proposal that launched it.
    #[serde(with = "ton_abi::number")]
    pub proposal: u32,
    /// When it had its ranking; 0 before.
    pub finalized_at: UnixTime,
    /// Hash of the ranking.
    pub results_hash: Digest,
    /// Hash of the payout list.
    pub payout_hash: Digest,
    /// Members with an interest in it.
    pub excluded: Vec<PublicKey>,
    /// Members who asked for a quick hold.
    pub hold_keys: Vec<PublicKey>,
    /// Whether the quick hold was used.
    pub hold_used: bool,
}

/// The published record of a contest.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Published {
    /// Id of the contest.
    #[serde(with = "ton_abi::number")]
    pub contest_id: u32,
    /// Number of the record, from 1.
    #[serde(with = "ton_abi::number")]
    pub version: u32,
    /// SHA-256 of the record.
    pub record_hash: Digest,
    /// Where it is.
    pub link: String,
}

/// A request without an answer, or a confirmation that is open in the multisig.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pending {
    /// Its nonce.
    #[serde(with = "ton_abi::number")]
    pub nonce: u64,
    /// What it asks for.
    pub step: Step,
    /// Proposal that waits for it; 0 for none.
    #[serde(with = "ton_abi::number")]
    pub proposal: u32,
    /// Contest, stage or candidate.
    #[serde(with = "ton_abi::number")]
    pub subject: u32,
    /// When it was sent last.
    pub sent_at: UnixTime,
    /// How often it was sent again.
    #[serde(with = "ton_abi::number")]
    pub tries: u8,
}

/// Addresses of the governance; none before the registry is live.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Addresses {
    /// The treasury.
    #[serde(with = "crate::text::optional_address")]
    pub treasury: Option<Address>,
    /// The jury pool.
    #[serde(with = "crate::text::optional_address")]
    pub jury_pool: Option<Address>,
    /// The members' multisig.
    #[serde(with = "crate::text::optional_address")]
    pub multisig: Option<Address>,
    /// Where grants come from and returned money goes.
    pub main_giver: Address,
    /// Wallet that the proposal names.
    pub declared_wallet: Address,
}

/// Codes that the registry deploys, and the plan.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Codes {
    /// Hash of each code, in the order of [`CodeKind`].
    pub code_hashes: Vec<Digest>,
    #[serde(with = "ton_abi::number")]
    present: u8,
    /// Hash of the plan.
    pub plan_hash: Digest,
    /// The plan in base64; an empty cell until it is stored.
    pub plan: String,
}

impl Codes {
    /// Whether the code is stored.
    pub fn has(&self, kind: CodeKind) -> bool {
        self.present & (1 << kind as u8) != 0
    }
}
