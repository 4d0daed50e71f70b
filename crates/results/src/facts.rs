//! What the chain says about an organisation, as it says it.

use std::collections::BTreeMap;

use governance::Roster;
use governance::contest::{Entry, Juror, Ledger, Payout, Rank, RevealedCard, Standing};
use governance::jury_pool;
use governance::model::tally::Stats;
use governance::multisig::Custodian;
use governance::payload::Spec;
use governance::proposal::{Info, Tally, Vote};
use governance::registry::{
    Addresses, Candidate, Codes, ContestRecord, Member, Published, Status, Threshold,
};
use governance::text::Digest;
use governance::treasury::{self, Item, Stage};
use ton_abi::{Address, Hash, Lt, Nano, UnixTime};
use ton_client::{MsgHash, TxHash};

use crate::history::History;

/// A contract of the organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Name of its contract.
    pub contract: &'static str,
    /// Where it is.
    pub address: Address,
    /// Hash of the code that it runs; zero if there is none.
    pub code: Hash,
}

/// Everything public about an organisation.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Name of the organisation. Not from the chain.
    pub organisation: String,
    /// Names of people by their keys. Not from the chain.
    pub roster: Roster,
    /// The network's global id.
    pub global_id: i32,
    /// Chain time of the newest transaction that was read.
    pub at: UnixTime,
    /// Registry, treasury, jury pool, multisig.
    pub organs: [Account; 4],
    /// Whom the registry knows around it.
    pub addresses: Addresses,
    /// Status and numbers of the registry.
    pub status: Status,
    /// Votes that a decision needs.
    pub threshold: Threshold,
    /// Codes that the registry deploys, and the plan.
    pub codes: Codes,
    /// Members by seat.
    pub members: Vec<Member>,
    /// Winners who want to become members.
    pub candidates: Vec<Candidate>,
    /// Who can confirm money.
    pub custodians: Vec<Custodian>,
    /// The jury pool.
    pub jurors: Vec<jury_pool::Juror>,
    /// Stages, number 1 first, with their items.
    pub stages: Vec<(Stage, Vec<Item>)>,
    /// The treasury's books.
    pub books: treasury::Ledger,
    /// Published records.
    pub published: Vec<Published>,
    /// Contests that have an escrow, by id.
    pub contests: Vec<ContestFacts>,
    /// Proposals that were opened, by id.
    pub proposals: Vec<ProposalFacts>,
    /// Payments of the org fund, oldest first.
    pub org_payments: Vec<Payment>,
    /// Transactions of the registry.
    pub registry: History,
    /// Transactions of the treasury.
    pub treasury: History,
}

/// Everything public about a contest.
#[derive(Debug, Clone)]
pub struct ContestFacts {
    /// What the registry knows of it.
    pub record: ContestRecord,
    /// Its escrow.
    pub account: Account,
    /// What was voted on.
    pub spec: Spec,
    /// Where it stands.
    pub standing: Standing,
    /// Its entries.
    pub entries: Vec<Entry>,
    /// Its jury by place.
    pub jury: Vec<Juror>,
    /// Valid cards that were revealed.
    pub cards: Vec<RevealedCard>,
    /// Counts by entry.
    pub stats: BTreeMap<u8, Stats>,
    /// The ranking, best first.
    pub ranking: Vec<Rank>,
    /// Hash of the ranking.
    pub results_hash: Digest,
    /// Payout items by number.
    pub payouts: Vec<Payout>,
    /// Hash of the payout list.
    pub payout_hash: Digest,
    /// The books.
    pub ledger: Ledger,
    /// Its transactions.
    pub history: History,
    /// Messages that paid, oldest first.
    pub payments: Vec<Payment>,
    /// Money for the treasury, oldest first.
    pub returns: Vec<Transfer>,
}

/// Everything public about a proposal.
#[derive(Debug, Clone)]
pub struct ProposalFacts {
    /// Its id.
    pub id: u32,
    /// Its account.
    pub account: Account,
    /// What it is about.
    pub info: Info,
    /// Electors with their votes.
    pub votes: Vec<Vote>,
    /// The count.
    pub tally: Tally,
    /// Its transactions.
    pub history: History,
}

/// A message that paid an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Number of the payout item; in a list of the org fund its place.
    pub item: u32,
    /// List of the org fund; 0 for contests.
    pub list: u32,
    /// The message and its way.
    pub transfer: Transfer,
    /// What came back of it, if it did.
    pub returned: Option<Returned>,
}

/// A payment that came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Returned {
    /// What came back.
    pub value: Nano,
    /// Transaction that took it in again.
    pub transaction: TxHash,
    /// Logical time of that transaction.
    pub lt: Lt,
}

/// Money on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// What it is: `payout`, or the function that it calls.
    pub what: &'static str,
    /// Hash of the message.
    pub message: MsgHash,
    /// Transaction that sent it.
    pub sent_in: TxHash,
    /// When.
    pub at: UnixTime,
    /// Logical time of that transaction.
    pub lt: Lt,
    /// Receiver.
    pub to: Address,
    /// Money that it carried.
    pub value: Nano,
    /// Amount that it names; that it carried, for plain payments.
    pub amount: Nano,
    /// Transaction that took it in, where the network knows it.
    pub arrived_in: Option<Arrival>,
}

/// The transaction that took a message in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// Its hash.
    pub transaction: TxHash,
    /// Whether it is one of the receiver, for this message.
    pub fits: bool,
    /// Whether the message was sent back.
    pub bounced: bool,
}

impl Facts {
    /// Record of a contest in the catalog.
    pub fn published(&self, contest: u32) -> Option<&Published> {
        self.published.iter().find(|published| published.contest_id == contest)
    }
}
