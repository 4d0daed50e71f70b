//! What members decide on: actions with their parameters, as the registry takes them.

mod file;
mod launch;

use serde::{Deserialize, Serialize};
use ton_abi::{Address, Cell, Error, Hash, Nano, PublicKey, UnixTime};

pub use file::{BadProposalFile, ProposalFile};
pub use launch::{Launch, LaunchError, Spec, SpecJuror, document};

use crate::contest::Phase;
use crate::encoding::{decode, encode};
use crate::organisation::{Organisation, Params};
use crate::text::Digest;

/// A decision: an action of the registry and its parameters.
///
/// Members are named as in `IMemberRegistry`, whose structs the encoded payloads are.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// A candidate takes a free seat.
    AdmitMember(AdmitMember),
    /// A member gets another key.
    RotateKey(RotateKey),
    /// A member leaves.
    RemoveMember(RemoveMember),
    /// Other parameters.
    SetParams(Params),
    /// A contest is launched.
    LaunchContest(Box<Spec>),
    /// A phase of a contest gets a later end.
    ExtendDeadline(ExtendDeadline),
    /// A payout waits.
    HoldPayout(HoldPayout),
    /// A stage is over.
    CloseStage(CloseStage),
    /// The org fund pays.
    PayOrg(PayOrg),
    /// An advisory vote.
    Signal(Signal),
    /// What custodians may pay without a decision.
    SetPolicy(SetPolicy),
}

/// A candidate takes a free seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdmitMember {
    /// Number of the candidate.
    #[serde(with = "ton_abi::number")]
    pub candidate: u32,
}

/// A member gets another key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RotateKey {
    /// The present key.
    #[serde(with = "crate::text::uint256")]
    pub old_key: PublicKey,
    /// The next one.
    #[serde(with = "crate::text::uint256")]
    pub new_key: PublicKey,
}

/// A member leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RemoveMember {
    /// Key of the member.
    #[serde(with = "crate::text::uint256")]
    pub key: PublicKey,
    /// SHA-256 of the reason.
    pub reason_hash: Digest,
}

/// A phase of a contest gets a later end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExtendDeadline {
    /// Id of the contest.
    #[serde(with = "ton_abi::number")]
    pub contest_id: u32,
    /// The phase whose end moves.
    pub phase: Phase,
    /// The new end.
    pub time: UnixTime,
}

/// A payout waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HoldPayout {
    /// Id of the contest.
    #[serde(with = "ton_abi::number")]
    pub contest_id: u32,
    /// End of the hold.
    pub until: UnixTime,
}

/// A stage is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CloseStage {
    /// Its number.
    #[serde(with = "ton_abi::number")]
    pub stage: u8,
    /// SHA-256 of the report.
    pub report_hash: Digest,
    /// Where the report is.
    pub link: String,
}

/// The org fund pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PayOrg {
    /// At most 16 payments.
    pub payments: Vec<OrgPayment>,
    /// SHA-256 of what it is paid for.
    pub memo_hash: Digest,
}

/// One payment of the org fund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrgPayment {
    /// Payee.
    pub to: Address,
    /// Amount.
    pub amount: Nano,
}

/// An advisory vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Signal {
    /// SHA-256 of the text.
    pub doc_hash: Digest,
    /// Where the text is.
    pub link: String,
    /// Decided by the soft majority at the end of voting instead of 50 % + 1.
    pub soft: bool,
}

/// What custodians may pay without a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetPolicy {
    /// At most 8 addresses.
    pub allowlist: Vec<Address>,
    /// Limit of one transaction and of 24 h together.
    pub free_limit: Nano,
}

/// A payload is not that of its action, or the action is unknown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PayloadError {
    /// The registry knows no such action, or this program does not.
    #[error("there is no action {0}")]
    UnknownAction(u8),
    /// The cell does not hold the parameters of the action.
    #[error(transparent)]
    Abi(#[from] Error),
}

impl Action {
    /// Its number in `IMemberRegistry.Action`.
    pub const fn kind(&self) -> u8 {
        match self {
            Self::AdmitMember(_) => 1,
            Self::RotateKey(_) => 2,
            Self::RemoveMember(_) => 3,
            Self::SetParams(_) => 4,
            Self::LaunchContest(_) => 5,
            Self::ExtendDeadline(_) => 7,
            Self::HoldPayout(_) => 8,
            Self::CloseStage(_) => 11,
            Self::PayOrg(_) => 13,
            Self::Signal(_) => 16,
            Self::SetPolicy(_) => 17,
        }
    }

    /// Its name in `IMemberRegistry.Action`.
    pub fn name(&self) -> &'static str {
        action_name(self.kind())
    }

    /// The payload cell.
    ///
    /// # Errors
    /// If a number or a text does not fit its type.
    pub fn encode(&self) -> Result<Cell, Error> {
        match self {
            Self::AdmitMember(it) => encode("AdmitMember", it),
            Self::RotateKey(it) => encode("RotateKey", it),
            Self::RemoveMember(it) => encode("RemoveMember", it),
            Self::SetParams(it) => encode("Params", it),
            Self::LaunchContest(it) => encode("Spec", it),
            Self::ExtendDeadline(it) => encode("ExtendDeadline", it),
            Self::HoldPayout(it) => encode("HoldPayout", it),
            Self::CloseStage(it) => encode("CloseStage", it),
            Self::PayOrg(it) => encode("PayOrg", it),
            Self::Signal(it) => encode("Signal", it),
            Self::SetPolicy(it) => encode("SetPolicy", it),
        }
    }

    /// What a payload cell of an action says.
    ///
    /// # Errors
    /// [`PayloadError`].
    pub fn decode(kind: u8, payload: &Cell) -> Result<Self, PayloadError> {
        Ok(match kind {
            1 => Self::AdmitMember(decode("AdmitMember", payload)?),
            2 => Self::RotateKey(decode("RotateKey", payload)?),
            3 => Self::RemoveMember(decode("RemoveMember", payload)?),
            4 => Self::SetParams(decode("Params", payload)?),
            5 => Self::LaunchContest(decode("Spec", payload)?),
            7 => Self::ExtendDeadline(decode("ExtendDeadline", payload)?),
            8 => Self::HoldPayout(decode("HoldPayout", payload)?),
            11 => Self::CloseStage(decode("CloseStage", payload)?),
            13 => Self::PayOrg(decode("PayOrg", payload)?),
            16 => Self::Signal(decode("Signal", payload)?),
            17 => Self::SetPolicy(decode("SetPolicy", payload)?),
            _ => return Err(PayloadError::UnknownAction(kind)),
        })
    }
}

impl PayOrg {
    /// Hash that the members confirm: of the payments alone.
    ///
    /// # Errors
    /// If an amount does not fit its type.
    pub fn hash(&self) -> Result<Hash, Error> {
        Ok(*encode("OrgPayment[]", &self.payments)?.repr_hash())
    }
}

/// Names of `IMemberRegistry.Action`, in the order of their numbers.
const ACTIONS: [&str; 19] = [
    "None",
    "AdmitMember",
    "RotateKey",
    "RemoveMember",
    "SetParams",
    "LaunchContest",
    "CancelContest",
    "ExtendDeadline",
    "HoldPayout",
    "DisqualifyEntry",
    "AmendStage",
    "CloseStage",
    "ExtraGrant",
    "PayOrg",
    "ReturnFunds",
    "UpgradeCode",
    "Signal",
    "SetPolicy",
    "Dissolve",
];

/// Name of the action with this number.
pub fn action_name(kind: u8) -> &'static str {
    ACTIONS.get(usize::from(kind)).copied().unwrap_or("unknown action")
}

/// One stage of the plan as the treasury takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagePlan {
    /// Sum of the totals of its items.
    pub budget: Nano,
    /// Its contests.
    pub items: Vec<PlanItem>,
}

/// One contest of the plan as the treasury takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanItem {
    /// 1 to 15, through all stages.
    #[serde(with = "ton_abi::number")]
    pub number: u8,
    /// 1 to 5.
    #[serde(with = "ton_abi::number")]
    pub topic: u8,
    /// Participants, jury and organisation together; nothing when it is requested additionally.
    pub total: Nano,
    /// Items that must be closed with a winner first.
    #[serde(with = "crate::text::numbers")]
    pub depends_on: Vec<u8>,
    /// "will be requested additionally".
    pub on_request: bool,
}

/// The plan of an organisation.
pub fn plan(organisation: &Organisation) -> Vec<StagePlan> {
    let stages = organisation.stages.iter().map(|stage| StagePlan {
        budget: stage.total,
        items: stage
            .contests
            .iter()
            .map(|contest| PlanItem {
                number: contest.number,
                topic: contest.topic,
                total: contest.budget.map_or(Nano::ZERO, |budget| budget.total()),
                depends_on: contest.depends_on.clone(),
                on_request: contest.budget.is_none(),
            })
            .collect(),
    });
    stages.collect()
}

/// The plan as the cell that the registry hands to the treasury; the deployer fixes its hash.
///
/// # Errors
/// If an amount does not fit its type.
pub fn plan_cell(organisation: &Organisation) -> Result<Cell, Error> {
    encode("StagePlan[]", &plan(organisation))
}
