//! Messages between the contracts: under way, delivered, bounced.
//!
//! Every function of the model changes one contract and posts what that contract sends. A model that is not held
//! delivers all of it at once, oldest first, so that each function ends what it starts. A held one keeps it until
//! [`Model::deliver`]: a test makes it follow the order in which a chain executed the messages, and lets some of them
//! fail with [`Model::starve`].
//!
//! Between two contracts messages keep their order. A message that its receiver refuses bounces if it asks for it, and
//! the bounce is a message, too. Answers do not bounce: who waits for one asks again (rule C18).

use std::collections::{BTreeMap, BTreeSet};

use ton_abi::{Address, Nano, PublicKey, UnixTime};

use super::contest::Contest;
use super::desk::Job;
use super::jury::Entrants;
use super::proposal::Terms;
use super::refusal::{Refusal, require};
use super::treasury::BudgetState;
use super::wallet::Subject;
use super::{Model, desk, limits};
use crate::contest::{Ending, Kind, Phase};
use crate::payload::{OrgPayment, SpecJuror};
use crate::text::Digest;

/// A contract of the governance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    /// The member registry.
    Registry,
    /// The members' wallet.
    Wallet,
    /// The treasury.
    Treasury,
    /// The jury pool.
    Pool,
    /// A proposal by its id.
    Proposal(u32),
    /// A contest by its id.
    Contest(u32),
}

/// What a message says. Ids of proposals and contests are those of its sender or receiver where one of them is it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Registry to itself: deploy a proposal.
    DeployOne(u32),
    /// Registry: the proposal is deployed.
    CreateProposal(Box<Terms>),
    /// Proposal to itself: report the end.
    CloseOne,
    /// Proposal to itself: have the action run.
    ExecuteOne,
    /// Proposal: it passed, with the keys that said yes.
    OnPassed(BTreeSet<PublicKey>),
    /// Proposal: it is over.
    OnClosed,
    /// Registry to a proposal: how the action ended; 0 for well.
    Executed(u16),
    /// Registry to itself: send a stored request.
    SendOne(u64),
    /// Registry to itself: send the members to the wallet.
    SyncOne,
    /// Registry to the wallet: the members.
    SyncCustodians {
        /// Keys in index order.
        keys: Vec<PublicKey>,
        /// Confirmations that an order needs.
        required: u8,
        /// Epoch of the set.
        epoch: u32,
    },
    /// Registry to the wallet: a confirmation to queue.
    Enqueue {
        /// What is confirmed.
        subject: Subject,
        /// When it is of no use any more.
        until: UnixTime,
        /// Who may not vote.
        excluded: BTreeSet<PublicKey>,
    },
    /// Wallet to itself: carry out what has its confirmations.
    ExecuteOrder(Subject),
    /// Wallet to the treasury: money for a stage.
    FundStage(u8, Nano),
    /// Wallet to a contest or the treasury: the members confirmed.
    Confirmed(Subject),
    /// Registry to the treasury: reserve the budget of a contest.
    Reserve {
        /// Request.
        nonce: u64,
        /// Contest.
        contest: u32,
        /// Stage that pays.
        stage: u8,
        /// Item of the plan.
        item: u8,
        /// Budget.
        total: Nano,
    },
    /// Registry to the treasury: end the reservation of a contest.
    Release(u64, u32),
    /// Registry to the treasury: close a stage.
    Close(u64, u8, Digest),
    /// Registry to the treasury: reserve org payments of a proposal.
    PayOrg(u64, u32, Vec<OrgPayment>),
    /// Contest to the treasury: it wants its money.
    EscrowReady(u64),
    /// Contest to the treasury: it has its money.
    FundAck(u64),
    /// Contest to the treasury: unused money.
    Refund {
        /// Request.
        nonce: u64,
        /// Money.
        amount: Nano,
        /// Whether it is the last one.
        last: bool,
        /// Whether the contest had a ranking.
        paid: bool,
    },
    /// Contest to the treasury: the org share.
    OrgShare(u64, Nano),
    /// Contest to the treasury: whether that money was booked.
    Query(u64),
    /// Registry to the pool: a contest may ask for jurors.
    Authorize {
        /// Request.
        nonce: u64,
        /// Contest.
        contest: u32,
        /// Its kind.
        kind: Kind,
        /// Its topic.
        topic: u8,
        /// Least number of jurors.
        min_jurors: u8,
        /// Keys of its own jury.
        bootstrap: Vec<PublicKey>,
    },
    /// Registry to the pool: a contest will never be.
    Forget(u64, u32),
    /// Registry to the pool: a key wants to be a member.
    ReserveMember(u64, PublicKey),
    /// Registry to the pool: a key is no member any more.
    ReleaseMember(u64, PublicKey),
    /// Contest to the pool: it wants at least so many jurors, none of them an entrant.
    SnapshotFor(u64, u8, Entrants),
    /// Contest to the pool: who had a seat, and who of them worked.
    ReportWork(u64, BTreeMap<PublicKey, bool>),
    /// Contest to the pool: a winner becomes juror.
    AdmitJuror(u64, PublicKey, Address),
    /// Pool to the registry: whether the key may be a member.
    OnMemberReserved(u64, bool),
    /// Registry: the contest is deployed.
    CreateContest(u64, Box<Contest>),
    /// Treasury to a contest: its money.
    Fund(u64),
    /// Registry to a contest: ask for the money again.
    Announce(u64),
    /// Registry to a contest: a later deadline.
    Extend(u64, Phase, UnixTime),
    /// Registry to a contest: the payout waits.
    Hold(u64, UnixTime),
    /// Pool to a contest: the jurors.
    OnJury(u64, Vec<SpecJuror>),
    /// Contest to itself: work that a poke began.
    Work(Job),
    /// Contest to the registry: it has its money.
    OnFunded,
    /// Contest to the registry: the ranking stands; the payout opens by itself then.
    OnFinalized(u64, UnixTime),
    /// Contest to the registry: it is over.
    OnContestClosed(Ending),
    /// Contest to the registry: a member entered.
    OnMemberEntry(PublicKey),
    /// Contest to the registry: a winner wants a seat.
    RegisterCandidate {
        /// Request.
        nonce: u64,
        /// Number of the entry.
        entry: u8,
        /// Its place.
        place: u8,
        /// Key of the winner.
        key: PublicKey,
        /// Payout address.
        addr: Address,
    },
    /// The answer to a request; code 0 for done.
    Done(u64, u16),
}

impl Message {
    /// Function of the contract that it calls.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::DeployOne(_) => "deployOne",
            Self::CreateProposal(_) | Self::CreateContest(..) => "constructor",
            Self::CloseOne => "closeOne",
            Self::ExecuteOne | Self::ExecuteOrder(_) => "executeOne",
            Self::OnPassed(_) => "onPassed",
            Self::OnClosed => "onClosed",
            Self::Executed(_) => "executed",
            Self::SendOne(_) => "sendOne",
            Self::SyncOne => "syncOne",
            Self::SyncCustodians { .. } => "syncCustodians",
            Self::Enqueue { .. } => "enqueue",
            Self::FundStage(..) => "fundStage",
            Self::Confirmed(_) => "confirmed",
            Self::Reserve { .. } => "reserve",
            Self::Release(..) => "release",
            Self::Close(..) => "close",
            Self::PayOrg(..) => "payOrg",
            Self::EscrowReady(_) => "escrowReady",
            Self::FundAck(_) => "fundAck",
            Self::Refund { .. } => "refund",
            Self::OrgShare(..) => "orgShare",
            Self::Query(_) => "query",
            Self::Authorize { .. } => "authorizeContest",
            Self::Forget(..) => "forgetContest",
            Self::ReserveMember(..) => "reserveMember",
            Self::ReleaseMember(..) => "releaseMember",
            Self::SnapshotFor(..) => "snapshotFor",
            Self::ReportWork(..) => "reportWork",
            Self::AdmitJuror(..) => "admitJuror",
            Self::OnMemberReserved(..) => "onMemberReserved",
            Self::Fund(_) => "fund",
            Self::Announce(_) => "announce",
            Self::Extend(..) => "extend",
            Self::Hold(..) => "hold",
            Self::OnJury(..) => "onJury",
            Self::Work(_) => "work",
            Self::OnFunded => "onFunded",
            Self::OnFinalized(..) => "onFinalized",
            Self::OnContestClosed(_) => "onContestClosed",
            Self::OnMemberEntry(_) => "onMemberEntry",
            Self::RegisterCandidate { .. } => "registerCandidate",
            Self::Done(..) => "done",
        }
    }

    /// Whether it comes back when its receiver refuses it: all but messages to oneself and answers.
    pub const fn bounces(&self) -> bool {
        !matches!(
            self,
            Self::CloseOne
                | Self::ExecuteOne
                | Self::ExecuteOrder(_)
                | Self::SendOne(_)
                | Self::SyncOne
                | Self::Work(_)
                | Self::Executed(_)
                | Self::FundAck(_)
                | Self::OnMemberReserved(..)
                | Self::OnJury(..)
                | Self::Done(..)
        )
    }

    /// Whether the contracts get over its loss: requests that are asked again, and what anyone can repeat. Messages to
    /// oneself and those of few words always have the gas that they need.
    pub const fn can_fail(&self) -> bool {
        !matches!(
            self,
            Self::DeployOne(_)
                | Self::CreateProposal(_)
                | Self::CloseOne
                | Self::ExecuteOne
                | Self::ExecuteOrder(_)
                | Self::SendOne(_)
                | Self::SyncOne
                | Self::Work(_)
                | Self::Executed(_)
                | Self::FundStage(..)
                | Self::Confirmed(_)
                | Self::OnMemberEntry(_)
        )
    }
}

/// A message under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// Who sent it, or refused it.
    pub from: Party,
    /// Who gets it.
    pub to: Party,
    /// What it says.
    pub message: Message,
    /// Whether it comes back.
    pub bounced: bool,
}

/// What is under way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wire {
    /// Messages, oldest first.
    pub hops: Vec<Hop>,
    /// Whether they wait for [`Model::deliver`].
    pub held: bool,
}

impl Wire {
    /// Place of the oldest message from one contract to another.
    pub fn oldest(&self, from: Party, to: Party) -> Option<usize> {
        self.hops.iter().position(|hop| (hop.from, hop.to) == (from, to))
    }

    /// Money on its way from contests to the treasury and back.
    pub fn money(&self) -> Nano {
        let money = self.hops.iter().map(|hop| match &hop.message {
            Message::Refund { amount, .. } | Message::OrgShare(_, amount) => amount.0,
            _ => 0,
        });
        Nano(money.sum())
    }
}

impl Model {
    /// Puts a message on its way.
    pub fn post(&mut self, from: Party, to: Party, message: Message) {
        self.wire.hops.push(Hop { from, to, message, bounced: false });
    }

    /// Delivers everything, if messages do not wait.
    pub(super) fn flush(&mut self, now: UnixTime) {
        while !self.wire.held && !self.wire.hops.is_empty() {
            // What a refusal means for the sender is in the bounce.
            let _ = self.deliver(0, now);
        }
    }

    /// Delivers the message at a place of [`Wire::hops`].
    ///
    /// # Errors
    /// The receiver refuses it; it bounces if it can. The code is the contract's where the model knows it.
    ///
    /// # Panics
    /// If there are fewer messages.
    pub fn deliver(&mut self, at: usize, now: UnixTime) -> Result<(), Refusal> {
        let hop = self.wire.hops.remove(at);
        if hop.bounced {
            self.returned(&hop, now);
            return Ok(());
        }
        let result = self.receive(&hop, now);
        if result.is_err() {
            self.send_back(hop);
        }
        result
    }

    /// The receiver of the message at a place has too little gas: nothing happens there, and the message bounces if it
    /// can; otherwise it is lost, and its money stays with the receiver.
    pub fn starve(&mut self, at: usize) {
        let hop = self.wire.hops.remove(at);
        self.send_back(hop);
    }

    fn send_back(&mut self, hop: Hop) {
        if hop.message.bounces() && !hop.bounced {
            self.wire.hops.push(Hop { from: hop.to, to: hop.from, bounced: true, ..hop });
        }
    }

    fn receive(&mut self, hop: &Hop, now: UnixTime) -> Result<(), Refusal> {
        match hop.to {
            Party::Registry => self.at_registry(hop.from, &hop.message, now),
            Party::Proposal(id) => self.at_proposal(id, &hop.message, now),
            Party::Wallet => self.at_wallet(&hop.message, now),
            Party::Treasury => self.at_treasury(hop.from, &hop.message, now),
            Party::Pool => self.at_pool(hop.from, &hop.message, now),
            Party::Contest(id) => self.at_contest(id, hop.from, &hop.message, now),
        }
    }

    /// A message comes back to its sender.
    fn returned(&mut self, hop: &Hop, now: UnixTime) {
        match (hop.to, &hop.message) {
            (Party::Registry, message) => self.returned_to_registry(message, now),
            (Party::Proposal(id), Message::OnPassed(_)) => self.not_run(id, now),
            (Party::Proposal(id), Message::OnClosed) => {
                if let Some(proposal) = self.proposals.get_mut(&id) {
                    proposal.told = false;
                }
            }
            (Party::Treasury, Message::Fund(nonce)) => self.fund_returned(hop.from, *nonce),
            (Party::Contest(id), message) => {
                if let Some(contest) = self.contests.get_mut(&id) {
                    contest.returned(message, now);
                }
            }
            _ => {}
        }
    }

    fn at_wallet(&mut self, message: &Message, now: UnixTime) -> Result<(), Refusal> {
        match message {
            Message::SyncCustodians { keys, required, epoch } => {
                require(*epoch >= self.wallet.epoch, Refusal::STALE_EPOCH)?;
                self.wallet.sync(keys, *required, *epoch, now);
            }
            Message::Enqueue { subject, until, excluded } => {
                self.wallet.enqueue(*subject, *until, excluded.clone(), now);
            }
            Message::ExecuteOrder(subject) if self.wallet.execute(*subject, now) => match subject {
                Subject::Contest(id) => {
                    self.post(Party::Wallet, Party::Contest(*id), Message::Confirmed(*subject));
                }
                Subject::Org(_) => self.post(Party::Wallet, Party::Treasury, Message::Confirmed(*subject)),
                Subject::Payment(id) => {
                    if let Some((stage, amount)) = self.wallet.fundings.get(id).copied() {
                        self.post(Party::Wallet, Party::Treasury, Message::FundStage(stage, amount));
                    }
                }
            },
            _ => {}
        }
        Ok(())
    }

    fn at_treasury(&mut self, from: Party, message: &Message, now: UnixTime) -> Result<(), Refusal> {
        let contest = if let Party::Contest(id) = from { id } else { 0 };
        let treasury = &mut self.treasury;
        let (nonce, result) = match message {
            Message::Reserve { nonce, contest, stage, item, total } => {
                let result = treasury.reserve(*contest, *stage, *item, *total);
                if let Some(budget) = treasury.budgets.get_mut(contest).filter(|_| result.is_ok()) {
                    budget.request = *nonce;
                }
                (*nonce, result)
            }
            Message::Release(nonce, contest) => (*nonce, treasury.release(*contest)),
            Message::Close(nonce, stage, report) => (*nonce, treasury.close(*stage, *report)),
            Message::PayOrg(nonce, list, payments) => {
                (*nonce, treasury.pay_org_again(*list, *nonce, payments, now))
            }
            Message::EscrowReady(nonce) => match treasury.escrow_ready(contest) {
                Ok(Some(_)) => {
                    if let Some(budget) = treasury.budgets.get_mut(&contest) {
                        budget.funding = *nonce;
                    }
                    self.post(Party::Treasury, from, Message::Fund(*nonce));
                    return Ok(());
                }
                Err(Refusal::UNKNOWN_ESCROW) => return Err(Refusal::UNKNOWN_ESCROW),
                other => (*nonce, other.map(drop)),
            },
            Message::FundAck(nonce) => {
                let budget = treasury.budgets.get(&contest).ok_or(Refusal::UNKNOWN_ESCROW)?;
                if budget.state == BudgetState::Sent && budget.funding == *nonce {
                    treasury.fund_ack(contest)?;
                }
                return Ok(());
            }
            Message::Refund { nonce, amount, last, paid } => {
                treasury.refund(contest, *amount, *last, *paid)?;
                treasury.remember(contest, *nonce);
                (*nonce, Ok(()))
            }
            Message::OrgShare(nonce, amount) => {
                treasury.org_share(contest, *amount)?;
                treasury.remember(contest, *nonce);
                (*nonce, Ok(()))
            }
            Message::Query(nonce) => {
                let budget = treasury.budgets.get(&contest).ok_or(Refusal::UNKNOWN_ESCROW)?;
                (*nonce, require(budget.booked.contains(nonce), Refusal::NOT_FOUND))
            }
            Message::FundStage(stage, amount) => return treasury.fund_stage(*stage, *amount).map(drop),
            Message::Confirmed(Subject::Org(list)) => {
                let nonce = treasury.org_lists.get(list).map_or(0, |list| list.nonce);
                if treasury.confirmed(*list).is_ok() {
                    self.post(Party::Treasury, Party::Registry, Message::Done(nonce, 0));
                }
                return Ok(());
            }
            _ => return Ok(()),
        };
        self.post(Party::Treasury, from, Message::Done(nonce, code_of(result)));
        Ok(())
    }

    fn fund_returned(&mut self, from: Party, nonce: u64) {
        let Party::Contest(id) = from else { return };
        let Some(budget) = self.treasury.budgets.get(&id) else { return };
        let request = budget.request;
        if budget.funding == nonce && self.treasury.bounced(id) {
            self.post(Party::Treasury, Party::Registry, Message::Done(request, Refusal::INSUFFICIENT.0));
        }
    }

    fn at_pool(&mut self, from: Party, message: &Message, now: UnixTime) -> Result<(), Refusal> {
        let id = if let Party::Contest(id) = from { id } else { 0 };
        let pool = &mut self.pool;
        let (nonce, result) = match message {
            Message::Authorize { nonce, contest, kind, topic, min_jurors, bootstrap } => {
                (*nonce, pool.authorize(*contest, *kind, *topic, *min_jurors, bootstrap))
            }
            Message::Forget(nonce, contest) => {
                pool.forget(*contest);
                (*nonce, Ok(()))
            }
            Message::ReserveMember(nonce, key) => {
                let ok = pool.reserve_member(key);
                self.post(Party::Pool, from, Message::OnMemberReserved(*nonce, ok));
                return Ok(());
            }
            Message::ReleaseMember(nonce, key) => {
                pool.release_member(key);
                (*nonce, Ok(()))
            }
            Message::SnapshotFor(nonce, least, entrants) => {
                let keys = pool.snapshot(id, *least, entrants)?;
                let addr = |key| pool.jurors.get(key).map(|juror| juror.addr.clone());
                let jurors = keys.iter().filter_map(|key| Some(SpecJuror { key: *key, addr: addr(key)? }));
                let jurors = jurors.collect();
                self.post(Party::Pool, from, Message::OnJury(*nonce, jurors));
                return Ok(());
            }
            Message::ReportWork(nonce, seated) => (*nonce, not_refused(pool.report_work(id, seated))?),
            Message::AdmitJuror(nonce, key, addr) => {
                let result = pool.admit(id, *key, addr.clone(), desk::ALL_TOPICS, now);
                (*nonce, not_refused(result)?)
            }
            _ => return Ok(()),
        };
        self.post(Party::Pool, from, Message::Done(nonce, code_of(result)));
        Ok(())
    }

    fn at_contest(&mut self, id: u32, from: Party, message: &Message, now: UnixTime) -> Result<(), Refusal> {
        if let Message::CreateContest(_, contest) = message {
            self.contests.insert(id, (**contest).clone());
        }
        let mut sent = Vec::new();
        let result = self.contest(id)?.receive(from, message, now, &mut sent);
        let own = Party::Contest(id);
        for (to, message) in sent {
            let to = if matches!(message, Message::Work(_)) { own } else { to };
            self.post(own, to, message);
        }
        result
    }
}

/// What the pool throws; its other refusals are answers.
fn not_refused(result: Result<(), Refusal>) -> Result<Result<(), Refusal>, Refusal> {
    if result == Err(Refusal::NOT_AUTHORISED) { Err(Refusal::NOT_AUTHORISED) } else { Ok(result) }
}

/// The code of an answer.
pub(super) fn code_of(result: Result<(), Refusal>) -> u16 {
    result.err().map_or(0, |refusal| refusal.0)
}

/// How long a repetition waits: ten minutes, doubled each time.
pub(super) fn waited(at: UnixTime, tries: u8, now: UnixTime) -> bool {
    now >= at.plus(limits::RESEND_AFTER << tries.min(limits::WAIT_DOUBLINGS))
}
