//! The node: clock, mempool, blocks, look-ups, checkpoints.

use std::sync::Arc;

use chain::Account;
use ton_abi::{Address, Lt, Nano, UnixTime};
use ton_client::net::Rejection;
use ton_client::{BlockId, MsgHash, TxHash};

use crate::block::{Block, MessageRecord, TransactionRecord};
use crate::external::check_external;
use crate::produce::{carried, external_destination, produce};
use crate::state::State;
use crate::{Audit, Error, Genesis, Mining, NodeOptions};

/// A whole network in one value: see the crate page for an example.
///
/// A clone is a second, independent network with the same past, made in constant time.
#[derive(Clone)]
pub struct Node {
    pub(crate) config: chain::Config,
    pub(crate) options: NodeOptions,
    pub(crate) state: State,
}

/// A moment of a node to return to; see [`Node::checkpoint`].
#[derive(Clone)]
pub struct Checkpoint(State);

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
        &self.config
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
    /// [`Error::BadExternal`] if no network would take these bytes, [`Error::MempoolFull`], and with
    /// automatic mining those of [`Node::settle`].
    pub fn post(&mut self, boc: &[u8]) -> Result<MsgHash, Error> {
        let cell = check_external(boc, &self.config.parsed().size_limits)?;
        let hash = MsgHash::from(cell.repr_hash());
        debug_assert!(external_destination(&cell).is_some());
        if self.state.externals.len() >= self.options.mempool_size {
            return Err(Error::MempoolFull { limit: self.options.mempool_size });
        }
        if self.state.push_external(hash, cell) && self.options.mining == Mining::Auto {
            self.settle()?;
        }
        Ok(hash)
    }

    /// External messages that wait for a block.
    #[must_use]
    pub fn pending_externals(&self) -> usize {
        self.state.externals.len()
    }

    /// Internal messages that wait for a block.
    #[must_use]
    pub fn queued_messages(&self) -> usize {
        self.state.queue.size()
    }

    // Blocks.

    /// Makes one block, empty if nothing waits.
    ///
    /// # Errors
    /// [`Error::MoneyNotConserved`] on a defect of the node; its state stays as it was.
    pub fn produce_block(&mut self) -> Result<Arc<Block>, Error> {
        let mut next = self.state.clone();
        let block = produce(&self.config, &self.options, &mut next)?;
        self.state = next;
        Ok(block)
    }

    /// Makes blocks until no message waits; gives how many.
    ///
    /// # Errors
    /// [`Error::NotSettled`] after `settle_blocks` blocks (messages that cause each other forever),
    /// and those of [`Node::produce_block`].
    pub fn settle(&mut self) -> Result<u32, Error> {
        let mut made = 0;
        while !self.state.externals.is_empty() || !self.state.queue.is_empty() {
            if made == self.options.settle_blocks {
                return Err(Error::NotSettled { blocks: made, queued: self.queued_messages() });
            }
            self.produce_block()?;
            made += 1;
        }
        Ok(made)
    }

    /// The newest block.
    #[must_use]
    pub fn head(&self) -> &Arc<Block> {
        self.state.head()
    }

    /// The block with that number.
    #[must_use]
    pub fn block(&self, seq_no: u32) -> Option<&Arc<Block>> {
        self.state.blocks.get(seq_no as usize)
    }

    /// The block with that identity.
    #[must_use]
    pub fn block_by_id(&self, id: &BlockId) -> Option<&Arc<Block>> {
        self.block(*self.state.block_numbers.get(id)?)
    }

    // Look-ups.

    /// An account, also one that does not exist.
    #[must_use]
    pub fn account(&self, address: &Address) -> Account {
        self.state.accounts.get(address).cloned().unwrap_or_else(|| Account::none(address.clone()))
    }

    /// All existing accounts in the order of their addresses.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.state.accounts.values()
    }

    /// Balance of an account, 0 if it does not exist.
    #[must_use]
    pub fn balance(&self, address: &Address) -> Nano {
        self.state.accounts.get(address).map_or(Nano::ZERO, Account::balance)
    }

    /// A transaction by its hash.
    #[must_use]
    pub fn transaction(&self, hash: &TxHash) -> Option<&Arc<TransactionRecord>> {
        self.state.transactions.get(hash)
    }

    /// The transaction that a message caused.
    #[must_use]
    pub fn transaction_of(&self, in_msg: &MsgHash) -> Option<&Arc<TransactionRecord>> {
        self.transaction(self.state.by_in_msg.get(in_msg)?)
    }

    /// Transactions of an account with an lt up to `last`, newest first.
    pub fn transactions(&self, account: &Address, last: Lt) -> impl Iterator<Item = &Arc<TransactionRecord>> {
        let range = (account.clone(), Lt(0))..=(account.clone(), last);
        self.state.by_account.range(range).rev().filter_map(|(_, hash)| self.transaction(hash))
    }

    /// A message by its hash.
    #[must_use]
    pub fn message(&self, hash: &MsgHash) -> Option<&Arc<MessageRecord>> {
        self.state.messages.get(hash)
    }

    /// Why an external message was turned down the last time it was tried.
    #[must_use]
    pub fn rejection(&self, message: &MsgHash) -> Option<&Arc<Rejection>> {
        self.state.rejections.get(message)
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
                .try_fold(Nano::ZERO, |all, one| sum(all, one.balance()))?,
            fees: ledger.fees,
            in_flight: self.state.queue.values().try_fold(Nano::ZERO, |all, one| sum(all, carried(one)?))?,
            burned: ledger.burned,
            undeliverable: ledger.undeliverable,
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

    /// Returns to a remembered moment, clock and history included; settings stay as they are.
    pub fn restore(&mut self, checkpoint: &Checkpoint) {
        self.state = checkpoint.0.clone();
    }
}
