//! The members' wallet as far as it confirms what the registry enqueued: payouts of contests and org payments.
//!
//! Of payments that custodians submit themselves only the votes are here, and which stage they fund; what else they
//! pay, and what the policy allows, is left to the caller.

use std::collections::{BTreeMap, BTreeSet};

use ton_abi::{Nano, PublicKey, UnixMillis, UnixTime};

use super::limits;
use super::refusal::{Refusal, require};
use super::signer::{Signed, check_header};

/// What is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The payout list of a contest.
    Contest(u32),
    /// The org payments of a proposal.
    Org(u32),
    /// A payment that a custodian submitted, by its id in the wallet.
    Payment(u64),
}

/// A confirmation that the registry wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// When it is of no use any more.
    pub until: UnixTime,
    /// Members who are paid by it; for a contest the directory knows who has an interest.
    pub payees: BTreeSet<PublicKey>,
    /// Number of the request.
    pub nonce: u64,
    /// When it was sent last on request.
    pub sent_at: UnixTime,
    /// How often it was.
    pub tries: u8,
}

/// A queued confirmation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// When its lifetime ends.
    pub until: UnixTime,
    /// Epoch of the custodians who may vote.
    pub epoch: u32,
    /// Confirmations that it needs.
    pub required: u8,
    /// Custodians who may not vote.
    pub excluded: BTreeSet<PublicKey>,
    /// Who confirmed.
    pub confirmed: BTreeSet<PublicKey>,
    /// Who rejected.
    pub rejected: BTreeSet<PublicKey>,
    /// Withdrawn confirmations.
    pub revokes: u8,
    /// Whether too many rejected.
    pub closed: bool,
    /// Whether it has its confirmations and is being carried out.
    pub ready: bool,
}

/// What a vote led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It was counted.
    Counted,
    /// It was enough: the confirmation goes to its subject.
    Executed,
    /// It can never be enough.
    Rejected,
}

/// The wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wallet {
    /// Time of the last message of each custodian.
    pub custodians: BTreeMap<PublicKey, UnixMillis>,
    /// Confirmations that a new order needs.
    pub required: u8,
    /// Epoch of the custodians.
    pub epoch: u32,
    /// Queued confirmations, dead ones included until they are replaced.
    pub orders: BTreeMap<Subject, Order>,
    /// Confirmations that the registry wants: after a change of members it enqueues them again.
    pub wishes: BTreeMap<Subject, Wish>,
    /// Payments that bring money for a stage, by their id: the stage and the amount.
    pub fundings: BTreeMap<u64, (u8, Nano)>,
}

impl Wallet {
    /// The wallet of these custodians. Nothing that they signed before it existed is ever taken.
    pub fn new(keys: &[PublicKey], required: u8, now: UnixTime) -> Self {
        let custodians = keys.iter().map(|key| (*key, now.millis())).collect();
        Self {
            custodians,
            required,
            epoch: 0,
            orders: BTreeMap::new(),
            wishes: BTreeMap::new(),
            fundings: BTreeMap::new(),
        }
    }

    /// Whether an order can still be voted on.
    pub fn is_live(&self, order: &Order, now: UnixTime) -> bool {
        order.epoch == self.epoch && order.until > now
    }

    /// The registry wants a confirmation, unless it wants too many already.
    pub fn want(&mut self, subject: Subject, wish: Wish, now: UnixTime) -> bool {
        let fits = self.wanted(now) < limits::CONTROLLER_ITEMS;
        if fits {
            self.wishes.insert(subject, wish);
        }
        fits
    }

    /// Confirmations that the registry wants now; those whose time is over are forgotten.
    pub fn wanted(&mut self, now: UnixTime) -> usize {
        self.wishes.retain(|_, wish| wish.until > now);
        self.wishes.len()
    }

    /// Queues a confirmation. While it is open, the same again changes nothing.
    pub fn enqueue(
        &mut self,
        subject: Subject,
        until: UnixTime,
        mut excluded: BTreeSet<PublicKey>,
        now: UnixTime,
    ) {
        if self.orders.get(&subject).is_some_and(|order| self.is_live(order, now)) {
            return;
        }
        excluded.retain(|key| self.custodians.contains_key(key));
        let order = Order {
            until,
            epoch: self.epoch,
            required: self.required,
            excluded,
            confirmed: BTreeSet::new(),
            rejected: BTreeSet::new(),
            revokes: 0,
            closed: false,
            ready: false,
        };
        self.orders.insert(subject, order);
    }

    /// Checks the signer of a message to the wallet.
    ///
    /// # Errors
    /// 100, 57, 52 in this order.
    pub fn check_custodian(&self, by: &Signed, now: UnixTime) -> Result<(), Refusal> {
        let last = self.custodians.get(&by.key).ok_or(Refusal::NOT_CUSTODIAN)?;
        check_header(by, limits::MAX_EXPIRE, now)?;
        require(by.time > *last, Refusal::REPLAYED)
    }

    /// A custodian submitted a payment, whose message was taken; it counts as the first confirmation.
    pub fn submit(&mut self, by: &Signed, id: u64, until: UnixTime) {
        let order = Order {
            until,
            epoch: self.epoch,
            required: self.required,
            excluded: BTreeSet::new(),
            confirmed: BTreeSet::from([by.key]),
            rejected: BTreeSet::new(),
            revokes: 0,
            closed: false,
            ready: false,
        };
        self.orders.insert(Subject::Payment(id), order);
    }

    /// The custodians are the members of today. What they confirmed before is stale.
    pub fn sync(&mut self, keys: &[PublicKey], required: u8, epoch: u32, now: UnixTime) {
        if epoch <= self.epoch {
            return;
        }
        let time = |key: &PublicKey| self.custodians.get(key).copied().unwrap_or_else(|| now.millis());
        self.custodians = keys.iter().map(|key| (*key, time(key))).collect();
        self.required = required;
        self.epoch = epoch;
    }

    /// A custodian confirms.
    ///
    /// # Errors
    /// 100, 57, 52, 102, 130, 135, 103, 132, 133, 102 in this order.
    pub fn confirm(&mut self, by: &Signed, subject: Subject, now: UnixTime) -> Result<Effect, Refusal> {
        let order = self.open_order(by, subject, now)?;
        order.check_no_vote(&by.key)?;
        require(!order.closed && !order.ready, Refusal::NO_TRANSACTION)?;
        order.confirmed.insert(by.key);
        order.ready = order.confirmed.len() >= usize::from(order.required);
        let effect = if order.ready { Effect::Executed } else { Effect::Counted };
        self.mark(by);
        Ok(effect)
    }

    /// The wallet's message to itself: whether it carries the order out.
    pub(super) fn execute(&mut self, subject: Subject, now: UnixTime) -> bool {
        let order = self.orders.get(&subject);
        let done = order.is_some_and(|order| order.ready && !order.closed && self.is_live(order, now));
        if done {
            self.orders.remove(&subject);
        }
        done
    }

    /// A custodian rejects.
    ///
    /// # Errors
    /// As [`Self::confirm`].
    pub fn reject(&mut self, by: &Signed, subject: Subject, now: UnixTime) -> Result<Effect, Refusal> {
        let count = self.custodians.len();
        let order = self.open_order(by, subject, now)?;
        order.check_no_vote(&by.key)?;
        require(!order.closed, Refusal::NO_TRANSACTION)?;
        order.rejected.insert(by.key);
        order.closed = order.rejected.len() + usize::from(order.required) > count;
        let effect = if order.closed { Effect::Rejected } else { Effect::Counted };
        self.mark(by);
        Ok(effect)
    }

    /// A custodian withdraws a confirmation.
    ///
    /// # Errors
    /// 100, 57, 52, 102, 130, 135, 120, 102, 155 in this order.
    pub fn revoke(&mut self, by: &Signed, subject: Subject, now: UnixTime) -> Result<Effect, Refusal> {
        let order = self.open_order(by, subject, now)?;
        require(order.confirmed.contains(&by.key), Refusal::NOT_CONFIRMED)?;
        require(!order.closed, Refusal::NO_TRANSACTION)?;
        require(order.revokes < limits::MAX_REVOKES, Refusal::LIMIT)?;
        order.confirmed.remove(&by.key);
        order.ready &= order.confirmed.len() >= usize::from(order.required);
        order.revokes += 1;
        self.mark(by);
        Ok(Effect::Counted)
    }

    /// Whether an order has its confirmations.
    pub(super) fn check_ready(
        &mut self,
        by: &Signed,
        subject: Subject,
        now: UnixTime,
    ) -> Result<(), Refusal> {
        let order = self.open_order(by, subject, now)?;
        require(order.ready && !order.closed, Refusal::NOT_READY)
    }

    fn open_order(&mut self, by: &Signed, subject: Subject, now: UnixTime) -> Result<&mut Order, Refusal> {
        self.check_custodian(by, now)?;
        let epoch = self.epoch;
        let order = self.orders.get_mut(&subject).ok_or(Refusal::NO_TRANSACTION)?;
        require(order.epoch == epoch, Refusal::STALE_EPOCH)?;
        require(order.until > now, Refusal::LIFETIME_OVER)?;
        Ok(order)
    }

    /// Marks a message that [`Self::check_custodian`] let pass.
    pub fn mark(&mut self, by: &Signed) {
        if let Some(last) = self.custodians.get_mut(&by.key) {
            *last = by.time;
        }
    }
}

impl Order {
    fn check_no_vote(&self, key: &PublicKey) -> Result<(), Refusal> {
        require(!self.confirmed.contains(key), Refusal::ALREADY_CONFIRMED)?;
        require(!self.excluded.contains(key), Refusal::EXCLUDED_SIGNER)?;
        require(!self.rejected.contains(key), Refusal::ALREADY_REJECTED)
    }
}

#[cfg(test)]
mod tests;
