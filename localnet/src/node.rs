//! The node: clock, mempool, rounds, checkpoints. What there is to read is in `lookup`.

use std::collections::HashSet;
use std::sync::Arc;

use ton_abi::{Cell, Nano, UnixTime};
use ton_client::MsgHash;

use crate::block::{Block, Round};
use crate::external::check_external;
use crate::message::external_destination;
use crate::produce::produce;
use crate::state::{State, memory_of};
use crate::{Audit, Error, Genesis, Mining, NodeOptions};

/// A whole network in one value: see the crate page for an example.
///
/// A clone is a second, independent network with the same past, made in constant time.
#[derive(Clone)]
pub struct Node {
    pub(crate) options: NodeOptions,
    pub(crate) state: State,
}

/// A moment of a node to return to; see [`Node::checkpoint`].
#[derive(Clone)]
pub struct Checkpoint(pub(crate) State);

impl Node {
    /// A network that consists of its zero state.
    ///
    /// # Errors
    /// Whatever is wrong with the genesis, see [`Genesis`].
    pub fn new(genesis: Genesis) -> Result<Self, Error> {
        genesis.build()
    }

    /// The configuration that transactions run under.
    #[must_use]
    pub fn config(&self) -> &chain::Config {
        &self.state.config
    }

    /// Replaces the configuration: the next round runs under it, and its key block carries it.
    pub fn set_config(&mut self, config: chain::Config) {
        self.state.config = config;
    }

    /// How blocks are made.
    #[must_use]
    pub fn options(&self) -> &NodeOptions {
        &self.options
    }

    /// Changes how blocks are made, from the next one on.
    pub fn set_options(&mut self, options: NodeOptions) {
        self.options = options;
    }

    // Clock.

    /// Time of the virtual clock: the next block carries it (plus `seconds_per_block`).
    #[must_use]
    pub fn now(&self) -> UnixTime {
        self.state.now
    }

    /// Moves the clock forward.
    ///
    /// # Errors
    /// [`Error::ClockRange`] past the year 2106, where 32 bits of seconds end.
    pub fn advance(&mut self, seconds: u32) -> Result<UnixTime, Error> {
        let now = self.state.now.0.checked_add(seconds).ok_or(Error::ClockRange)?;
        self.set_now(UnixTime(now))
    }

    /// Sets the clock.
    ///
    /// # Errors
    /// [`Error::ClockBackwards`] before the newest block: chain time never goes back.
    pub fn set_now(&mut self, now: UnixTime) -> Result<UnixTime, Error> {
        let newest = self.head().gen_utime;
        if now < newest {
            return Err(Error::ClockBackwards { wanted: now, newest });
        }
        self.state.now = now;
        Ok(now)
    }

    // Messages in.

    /// Takes an external message (a bag of cells) into the mempool; the bytes may be posted any number of times.
    ///
    /// With [`Mining::Auto`] blocks are made until no message is left, so its fate is known afterwards:
    /// [`Node::transaction_of`] or [`Node::rejection`].
    ///
    /// # Errors
    /// [`Error::BadExternal`] if no network would take these bytes, [`Error::MempoolFull`], [`Error::MempoolBytes`], and with
    /// automatic mining those of [`Node::settle`].
    pub fn post(&mut self, boc: &[u8]) -> Result<MsgHash, Error> {
        let cell = self.check_external(boc)?;
        let hash = MsgHash::from(cell.repr_hash());
        if self.enqueue(cell)? && self.options.mining == Mining::Auto {
            self.settle()?;
        }
        Ok(hash)
    }

    /// Checks the bytes of an external message as [`Node::post`] does and gives its root cell.
    ///
    /// # Errors
    /// [`Error::BadExternal`].
    pub fn check_external(&self, boc: &[u8]) -> Result<Cell, Error> {
        check_external(boc, &self.state.config.parsed().size_limits)
    }

    /// Puts a checked external message into the mempool and makes no block; `false` if it waits already.
    ///
    /// # Errors
    /// [`Error::MempoolFull`], [`Error::MempoolBytes`], and [`Error::NotExternal`] for cells that
    /// [`Node::check_external`] refuses.
    pub fn enqueue(&mut self, message: Cell) -> Result<bool, Error> {
        let destination = external_destination(&message).ok_or(Error::NotExternal)?;
        if self.pending_externals() >= self.options.mempool_size {
            return Err(Error::MempoolFull { limit: self.options.mempool_size });
        }
        let limit = self.options.mempool_bytes;
        if self.state.waiting_bytes.saturating_add(memory_of(&message)) > limit {
            return Err(Error::MempoolBytes { limit });
        }
        let hash = MsgHash::from(message.repr_hash());
        Ok(self.state.push_external(destination.workchain, hash, message))
    }

    /// External messages that wait for a block.
    #[must_use]
    pub fn pending_externals(&self) -> usize {
        self.state.waiting_externals()
    }

    /// Internal messages that wait for a block.
    #[must_use]
    pub fn queued_messages(&self) -> usize {
        self.state.base.queue.size() + self.state.master.queue.size()
    }

    // Blocks.

    /// Makes one round: a workchain block and the masterchain block that names it, empty if nothing waits.
    ///
    /// # Errors
    /// [`Error::MoneyNotConserved`] on a defect of the node; its state stays as it was.
    pub fn produce(&mut self) -> Result<Round, Error> {
        let mut next = self.state.clone();
        let round = produce(&self.options, None, &mut next)?;
        self.state = next;
        Ok(round)
    }

    /// Makes one round that imports nothing but these waiting messages, external or internal; messages that it
    /// creates itself wait for a later one. What does not fit into its blocks waits on, too.
    ///
    /// # Errors
    /// [`Error::NotWaiting`] if one of them does not wait, and those of [`Node::produce`].
    pub fn produce_only(&mut self, messages: &[MsgHash]) -> Result<Round, Error> {
        let queued: HashSet<_> = self.state.queued().map(|message| message.hash).collect();
        let waits = |message: &&MsgHash| !queued.contains(message) && !self.state.is_waiting(message);
        if let Some(&message) = messages.iter().find(waits) {
            return Err(Error::NotWaiting { message });
        }
        let mut next = self.state.clone();
        let only = messages.iter().copied().collect();
        let round = produce(&self.options, Some(&only), &mut next)?;
        self.state = next;
        Ok(round)
    }

    /// Makes one round and gives its workchain block.
    ///
    /// # Errors
    /// Those of [`Node::produce`].
    pub fn produce_block(&mut self) -> Result<Arc<Block>, Error> {
        Ok(self.produce()?.workchain)
    }

    /// Makes blocks until no message waits; gives how many.
    ///
    /// # Errors
    /// [`Error::NotSettled`] after `settle_blocks` blocks (messages that cause each other forever),
    /// and those of [`Node::produce_block`].
    pub fn settle(&mut self) -> Result<u32, Error> {
        let mut made = 0;
        while self.pending_externals() + self.queued_messages() > 0 {
            if made == self.options.settle_blocks {
                return Err(Error::NotSettled { blocks: made, queued: self.queued_messages() });
            }
            self.produce_block()?;
            made += 1;
        }
        Ok(made)
    }

    // Whole state.

    /// The conservation equation, computed from accounts and queue.
    ///
    /// # Errors
    /// [`Error::AmountOverflow`] if accounts were edited to hold more than 128 bits of money.
    pub fn audit(&self) -> Result<Audit, Error> {
        let sum = |sum: Nano, part: Nano| sum.checked_add(part).ok_or(Error::AmountOverflow);
        let ledger = self.state.ledger;
        Ok(Audit {
            supply: ledger.supply,
            balances: self
                .state
                .accounts
                .values()
                .try_fold(Nano::ZERO, |all, one| sum(all, one.account.balance()))?,
            fees: ledger.fees,
            in_flight: self
                .state
                .queued()
                .try_fold(self.state.faults.held_value, |all, one| sum(sum(all, one.value)?, one.prepaid))?,
            burned: ledger.burned,
            undeliverable: ledger.undeliverable,
            dropped: ledger.dropped,
        })
    }

    /// Hash over everything that decides the future under equal settings; equal inputs give equal hashes.
    #[must_use]
    pub fn state_hash(&self) -> [u8; 32] {
        self.state.hash()
    }

    /// Remembers this moment, in constant time and memory.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint(self.state.clone())
    }

    /// Returns to a remembered moment: clock, history and configuration; the options stay as they are.
    pub fn restore(&mut self, checkpoint: &Checkpoint) {
        self.state = checkpoint.0.clone();
    }
}
