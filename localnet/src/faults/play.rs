//! What rules do to messages while a round is made.

use std::collections::HashSet;
use std::sync::Arc;

use rpds::QueueSync;
use sha2::{Digest, Sha256};
use ton_abi::Nano;
use ton_client::MsgHash;

use super::shuffle::{keep_order, shuffle};
use super::{FaultAction, Faults, Held, Mark, Seen, route};
use crate::Error;
use crate::block::{BASECHAIN, MASTERCHAIN};
use crate::message::Queued;
use crate::state::{QueueKey, State};

/// What becomes of a new internal message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admit {
    /// It goes on as if there were no rules.
    Go,
    /// It goes on in the next round.
    NextRound,
    /// It is held back.
    Held,
    /// It was dropped, and stands in the books.
    Dropped,
}

impl Faults {
    /// The action of the first rule that acts on this message, among those that `may` act now.
    fn decide(&mut self, message: &Seen<'_>, may: impl Fn(FaultAction) -> bool) -> Option<FaultAction> {
        if !self.rules.iter().any(|fault| may(fault.rule.action) && fault.rule.matches(message)) {
            return None;
        }
        for fault in Arc::make_mut(&mut self.rules) {
            let rule = &fault.rule;
            if !may(rule.action) || !rule.matches(message) {
                continue;
            }
            fault.matched += 1;
            if fault.matched > rule.skip && rule.times.is_none_or(|times| fault.acted < times) {
                fault.acted += 1;
                return Some(rule.action);
            }
        }
        None
    }

    fn hold(&mut self, held: Held, value: Nano, due: u32) {
        self.held.insert_mut((due, self.next_held), held);
        self.next_held += 1;
        // INVARIANT: all money together has less than 128 bits, or the balances could not be added up either.
        self.held_value = Nano(self.held_value.0 + value.0);
    }

    /// Enters a rule's memory of a message as it was saved.
    pub(crate) fn restore_held(&mut self, due: u32, number: u64, held: Held) -> Result<(), Error> {
        if !held.external {
            let message = Queued::parse(&held.cell)?;
            let sum = self.held_value.checked_add(message.value);
            let sum = sum.and_then(|sum| sum.checked_add(message.prepaid));
            self.held_value = sum.ok_or(Error::AmountOverflow)?;
        }
        self.held.insert_mut((due, number), held);
        Ok(())
    }

    /// Adds everything that decides the future to a hash.
    pub(crate) fn hash_into(&self, hash: &mut Sha256) {
        let rules = serde_json::to_vec(&*self.rules).expect("rules are plain values");
        hash.update(self.next_id.to_be_bytes());
        hash.update(self.next_held.to_be_bytes());
        hash.update((rules.len() as u64).to_be_bytes());
        hash.update(rules);
        hash.update((self.held.size() as u64).to_be_bytes());
        for ((due, number), held) in &self.held {
            hash.update(due.to_be_bytes());
            hash.update(number.to_be_bytes());
            hash.update([u8::from(held.external)]);
            hash.update(held.hash.0);
        }
        hash.update((self.marks.size() as u64).to_be_bytes());
        for (message, mark) in &self.marks {
            hash.update(message.0);
            let (kind, seed) = match mark {
                Mark::Passed => (0, 0),
                Mark::Reordered(seed) => (1, *seed),
                Mark::Bounce => (2u8, 0),
            };
            hash.update([kind]);
            hash.update(seed.to_be_bytes());
        }
    }
}

impl State {
    /// Before the imports of round `round`: lets delayed messages go on that are due, and shuffles the external ones
    /// that rules say so about.
    pub(crate) fn begin_faults(&mut self, round: u32) -> Result<(), Error> {
        while let Some((&key, held)) = self.faults.held.first() {
            if key.0 > round {
                break;
            }
            let held = held.clone();
            self.faults.held.remove_mut(&key);
            if held.external {
                let Some(seen) = Seen::read(&held.cell)? else { continue };
                let workchain = seen.dst.map_or(BASECHAIN, |address| address.workchain);
                if self.push_external(workchain, held.hash, held.cell) {
                    self.faults.marks.insert_mut(held.hash, Mark::Passed);
                }
            } else {
                let message = Queued::parse(&held.cell)?;
                let value = message.value.0 + message.prepaid.0;
                self.faults.held_value = Nano(self.faults.held_value.0 - value);
                self.enqueue(message);
            }
        }
        if self.faults.rules.iter().any(|fault| matches!(fault.rule.action, FaultAction::Reorder { .. })) {
            self.reorder_externals(BASECHAIN, round)?;
            self.reorder_externals(MASTERCHAIN, round)?;
        }
        Ok(())
    }

    fn reorder_externals(&mut self, workchain: i8, round: u32) -> Result<(), Error> {
        let mut waiting: Vec<_> = self.chain(workchain).externals.iter().cloned().collect();
        for (hash, cell) in &waiting {
            if self.faults.marks.contains_key(hash) {
                continue;
            }
            let Some(seen) = Seen::read(cell)? else { continue };
            let reorder = |action| matches!(action, FaultAction::Reorder { .. });
            if let Some(FaultAction::Reorder { seed }) = self.faults.decide(&seen, reorder) {
                self.faults.marks.insert_mut(*hash, Mark::Reordered(seed));
            }
        }
        shuffle(&mut waiting, round, |(hash, _)| self.faults.seed_of(hash));
        let mut externals = QueueSync::new_sync();
        for external in waiting {
            externals.enqueue_mut(external);
        }
        self.chain_mut(workchain).externals = externals;
        Ok(())
    }

    /// What becomes of an internal message that round `round` makes.
    pub(crate) fn admit_internal(&mut self, message: &Queued, round: u32) -> Result<Admit, Error> {
        if self.faults.rules.is_empty() {
            return Ok(Admit::Go);
        }
        let Some(seen) = Seen::read(&message.cell)? else { return Ok(Admit::Go) };
        let value = message.value.checked_add(message.prepaid).ok_or(Error::AmountOverflow)?;
        let hash = message.hash;
        match self.faults.decide(&seen, |_| true) {
            None => Ok(Admit::Go),
            Some(FaultAction::Delay { rounds }) => {
                let held = Held { hash, cell: message.cell.clone(), external: false };
                self.faults.hold(held, value, round.saturating_add(rounds));
                Ok(Admit::Held)
            }
            Some(FaultAction::Drop) => {
                let dropped = self.ledger.dropped.checked_add(value);
                self.ledger.dropped = dropped.ok_or(Error::AmountOverflow)?;
                Ok(Admit::Dropped)
            }
            Some(FaultAction::Reorder { seed }) => {
                self.faults.marks.insert_mut(hash, Mark::Reordered(seed));
                Ok(Admit::NextRound)
            }
            Some(FaultAction::Bounce) => {
                self.faults.marks.insert_mut(hash, Mark::Bounce);
                Ok(Admit::Go)
            }
        }
    }

    /// Before round `round` tries the first `room` external messages that wait for a chain: takes out those that are
    /// dropped or held back. Whoever was asked about is not asked about again.
    pub(crate) fn admit_externals(&mut self, workchain: i8, room: usize, round: u32) -> Result<(), Error> {
        if self.faults.rules.is_empty() {
            return Ok(());
        }
        let may = |action| matches!(action, FaultAction::Delay { .. } | FaultAction::Drop);
        let mut gone = HashSet::new();
        let mut going = 0;
        for (hash, cell) in &self.chain(workchain).externals.clone() {
            if going == room {
                break;
            }
            going += 1;
            if self.faults.marks.contains_key(hash) {
                continue;
            }
            let Some(seen) = Seen::read(cell)? else { continue };
            match self.faults.decide(&seen, may) {
                Some(FaultAction::Delay { rounds }) => {
                    let held = Held { hash: *hash, cell: cell.clone(), external: true };
                    self.faults.hold(held, Nano::ZERO, round.saturating_add(rounds));
                    gone.insert(*hash);
                    going -= 1;
                }
                Some(FaultAction::Drop) => {
                    gone.insert(*hash);
                    going -= 1;
                }
                _ => self.faults.marks.insert_mut(*hash, Mark::Passed),
            }
        }
        if !gone.is_empty() {
            self.retain_externals(workchain, &gone);
        }
        Ok(())
    }

    /// The order in which round `round` imports the queue of a chain; `None` for the canonical one.
    pub(crate) fn import_order(&self, workchain: i8, round: u32) -> Option<Vec<QueueKey>> {
        let queue = &self.chain(workchain).queue;
        if self.faults.marks.is_empty() || !queue.keys().any(|key| self.faults.seed_of(&key.hash).is_some()) {
            return None;
        }
        let canonical: Vec<QueueKey> = queue.keys().copied().collect();
        let mut order = canonical.clone();
        shuffle(&mut order, round, |key| self.faults.seed_of(&key.hash));
        keep_order(&canonical, &mut order, |key| route(&queue.get(key)?.cell));
        Some(order)
    }
}

impl Faults {
    /// Whether a message has to come back from its receiver.
    pub(crate) fn bounces(&self, hash: &MsgHash) -> bool {
        self.marks.get(hash) == Some(&Mark::Bounce)
    }

    /// Nothing is left to decide about a message: it was delivered.
    pub(crate) fn forget(&mut self, hash: &MsgHash) {
        if !self.marks.is_empty() {
            self.marks.remove_mut(hash);
        }
    }

    fn seed_of(&self, hash: &MsgHash) -> Option<u64> {
        match self.marks.get(hash) {
            Some(&Mark::Reordered(seed)) => Some(seed),
            _ => None,
        }
    }
}
