//! The organisation around the contests.

use std::collections::BTreeSet;

use governance::registry;
use governance::{jury_pool, treasury};
use serde::Serialize;
use ton_abi::{Address, Nano, PublicKey, UnixTime};

use super::contest::Payment;
use crate::check::stage_text;
use crate::facts::Facts;

/// Who, where, when.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Organisation {
    /// Its name, from its files.
    pub name: String,
    /// Global id of the network.
    pub network: i32,
    /// Time of the newest transaction that is told here.
    pub at: UnixTime,
    /// Its contracts.
    pub accounts: Vec<Account>,
    /// Where grants come from.
    pub main_giver: String,
    /// Wallet that the proposal names.
    pub declared_wallet: String,
    /// Votes that a decision needs.
    pub threshold: u8,
    /// Epoch of the member set.
    pub epoch: u32,
    /// Hash of the plan.
    pub plan: String,
}

/// A contract.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Account {
    /// Its name.
    pub contract: String,
    /// Where it is.
    pub address: String,
    /// Hash of its code.
    pub code: String,
}

/// A name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Name {
    /// Public key.
    pub key: String,
    /// Who is said to hold it.
    pub name: String,
}

/// A member.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Member {
    /// Seat.
    pub number: u8,
    /// Public key.
    pub key: String,
    /// When the seat was taken.
    pub joined_at: UnixTime,
    /// When the declaration was signed; 0 if never.
    pub declared_at: UnixTime,
    /// SHA-256 of the declaration.
    pub declaration: String,
    /// Address for payments, if the member set one.
    pub payout: Option<String>,
    /// SHA-256 of the profile.
    pub profile: String,
    /// Contest that the member won; 0 for the initial members.
    pub from_contest: u32,
    /// Place in that contest.
    pub place: u8,
}

/// A winner who wants to become member.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Candidate {
    /// Number.
    pub number: u32,
    /// Public key.
    pub key: String,
    /// Contest that was won.
    pub contest: u32,
    /// Place there.
    pub place: u8,
    /// When the candidacy ends.
    pub expires: UnixTime,
}

/// A juror of the pool.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PoolJuror {
    /// Public key.
    pub key: String,
    /// Payout address.
    pub address: String,
    /// active, suspended, resigned.
    pub status: String,
    /// Topics, 1 to 5.
    pub topics: Vec<u8>,
    /// Contest that was won.
    pub from_contest: u32,
    /// Contests judged.
    pub judged: u16,
    /// Contests missed in a row.
    pub missed: u8,
    /// Unfinished contests that the juror sits in.
    pub busy: u8,
}

/// A stage with its money, in nanotokens.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stage {
    /// 1, 2, …
    pub number: u8,
    /// planned, active, closed.
    pub status: String,
    /// Budget of the plan.
    pub budget: Nano,
    /// Extra grants.
    pub extra: Nano,
    /// What was granted.
    pub received: Nano,
    /// Rest of the stage before.
    pub carry_in: Nano,
    /// What its contests took.
    pub allocated: Nano,
    /// What its contests gave back.
    pub refunded: Nano,
    /// Promised to contests.
    pub reserved: Nano,
    /// On its way to contests.
    pub sent: Nano,
    /// What its contests can use.
    pub available: Nano,
    /// Rest that went to the next stage.
    pub carry_out: Nano,
    /// What went back to the main giver.
    pub returned: Nano,
    /// Contests that are not over.
    pub open: u16,
    /// SHA-256 of the report.
    pub report: String,
    /// Where the report is.
    pub link: String,
    /// The report, if it consists of the records of the stage's contests.
    pub report_text: Option<String>,
    /// Its contests by plan.
    pub items: Vec<Item>,
}

/// A contest of the plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Item {
    /// 1 to 15.
    pub number: u8,
    /// 1 to 5.
    pub topic: u8,
    /// Participants, jury and organisation.
    pub total: Nano,
    /// What can still be launched.
    pub left: Nano,
    /// Items that must be closed with a winner first.
    pub depends_on: Vec<u8>,
    /// "will be requested additionally".
    pub on_request: bool,
}

/// The treasury besides the stages, in nanotokens.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Treasury {
    /// Org fund that can be spent.
    pub org_available: Nano,
    /// Org fund that waits for a confirmation.
    pub org_reserved: Nano,
    /// Donations and rests.
    pub unassigned: Nano,
    /// Sum of all books.
    pub booked: Nano,
    /// Whether the books add up.
    pub holds: bool,
    /// Payments of the org fund.
    pub payments: Vec<OrgPayment>,
}

/// A payment of the org fund.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OrgPayment {
    /// Proposal that decided it.
    pub proposal: u32,
    /// Place in the list.
    pub number: u32,
    /// The message.
    #[serde(flatten)]
    pub payment: Payment,
}

/// A published record.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Record {
    /// Number of the record, from 1.
    pub version: u32,
    /// SHA-256.
    pub hash: String,
    /// Where it is.
    pub link: String,
    /// What the chain said when it was published.
    pub text: String,
}

impl Organisation {
    pub(super) fn of(facts: &Facts) -> Self {
        let account = |account: &crate::facts::Account| Account {
            contract: account.contract.to_owned(),
            address: account.address.to_string(),
            code: account.code.to_string(),
        };
        Self {
            name: facts.organisation.clone(),
            network: facts.global_id,
            at: facts.at,
            accounts: facts.organs.iter().map(account).collect(),
            main_giver: facts.addresses.main_giver.to_string(),
            declared_wallet: facts.addresses.declared_wallet.to_string(),
            threshold: facts.threshold.threshold,
            epoch: facts.status.epoch,
            plan: facts.codes.plan_hash.to_string(),
        }
    }
}

/// Names of all whom the catalogue mentions and the files know, by key.
pub(super) fn names(facts: &Facts) -> Vec<Name> {
    let mut keys: BTreeSet<PublicKey> = facts.members.iter().map(|member| member.key).collect();
    keys.extend(facts.jurors.iter().map(|juror| juror.key));
    for contest in &facts.contests {
        keys.extend(contest.entries.iter().map(|entry| entry.key));
        keys.extend(contest.jury.iter().map(|juror| juror.key));
    }
    for proposal in &facts.proposals {
        keys.extend(proposal.votes.iter().map(|vote| vote.key));
        keys.insert(proposal.info.proposer);
    }
    let name = |key: PublicKey| {
        let name = facts.roster.name(&key)?.to_owned();
        Some(Name { key: key.to_string(), name })
    };
    keys.into_iter().filter_map(name).collect()
}

impl Member {
    pub(super) fn of(member: &registry::Member) -> Self {
        Self {
            number: member.index,
            key: member.key.to_string(),
            joined_at: member.joined_at,
            declared_at: member.dod_at,
            declaration: member.dod_hash.to_string(),
            payout: member.payout.as_ref().map(Address::to_string),
            profile: member.profile_hash.to_string(),
            from_contest: member.from_contest,
            place: member.place,
        }
    }
}

impl Candidate {
    pub(super) fn of(candidate: &registry::Candidate) -> Self {
        Self {
            number: candidate.number,
            key: candidate.key.to_string(),
            contest: candidate.contest_id,
            place: candidate.place,
            expires: candidate.expires,
        }
    }
}

impl PoolJuror {
    pub(super) fn of(juror: &jury_pool::Juror) -> Self {
        Self {
            key: juror.key.to_string(),
            address: juror.addr.to_string(),
            status: juror.status.word().to_owned(),
            topics: (1..=5).filter(|topic| juror.topic_mask & (1 << (topic - 1)) != 0).collect(),
            from_contest: juror.from_contest,
            judged: juror.judged,
            missed: juror.missed,
            busy: juror.busy,
        }
    }
}

/// Stages, number 1 first.
pub(super) fn stages(facts: &Facts) -> Vec<Stage> {
    (1..).zip(&facts.stages).map(|(number, (stage, items))| Stage::of(facts, number, stage, items)).collect()
}

impl Stage {
    fn of(facts: &Facts, number: u8, stage: &treasury::Stage, items: &[treasury::Item]) -> Self {
        let item = |item: &treasury::Item| Item {
            number: item.number,
            topic: item.topic,
            total: item.total,
            left: item.left,
            depends_on: item.depends_on.clone(),
            on_request: item.on_request,
        };
        let hash = |text: &String| governance::text::Digest::of(text) == stage.report_hash;
        Self {
            number,
            status: stage.status.word().to_owned(),
            budget: stage.plan_budget,
            extra: stage.extra,
            received: stage.received,
            carry_in: stage.carry_in,
            allocated: stage.allocated,
            refunded: stage.refunded,
            reserved: stage.reserved,
            sent: stage.sent,
            available: stage.available,
            carry_out: stage.carry_out,
            returned: stage.returned,
            open: stage.open,
            report: stage.report_hash.to_string(),
            link: stage.link.clone(),
            report_text: stage_text(facts, number).filter(hash),
            items: items.iter().map(item).collect(),
        }
    }
}

impl Treasury {
    pub(super) fn of(facts: &Facts) -> Self {
        let payment = |payment: &crate::facts::Payment| OrgPayment {
            proposal: payment.list,
            number: payment.item,
            payment: Payment::of(payment),
        };
        Self {
            org_available: facts.books.org_available,
            org_reserved: facts.books.org_reserved,
            unassigned: facts.books.unassigned,
            booked: facts.books.booked,
            holds: facts.books.holds,
            payments: facts.org_payments.iter().map(payment).collect(),
        }
    }
}
