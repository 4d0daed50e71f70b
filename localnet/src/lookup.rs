//! Reading a node: blocks, accounts, transactions, messages.
//!
//! Every look-up costs time in the logarithm of what there is, every iterator step constant time.

use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

use chain::Account;
use rpds::VectorSync;
use ton_abi::{Address, Hash, Lt, Nano};
use ton_client::net::Rejection;
use ton_client::{BlockId, MsgHash, TxHash};

use crate::Node;
use crate::block::{BASECHAIN, Block, MessageRecord, TransactionRecord};

impl Node {
    // Blocks.

    /// The newest workchain block.
    #[must_use]
    pub fn head(&self) -> &Arc<Block> {
        self.state.head()
    }

    /// The newest masterchain block.
    #[must_use]
    pub fn master_head(&self) -> &Arc<Block> {
        self.state.master.head()
    }

    /// The workchain block with that number.
    #[must_use]
    pub fn block(&self, seq_no: u32) -> Option<&Arc<Block>> {
        self.chain_block(BASECHAIN, seq_no)
    }

    /// The block of either chain with that number; number 0 is the zero state.
    #[must_use]
    pub fn chain_block(&self, workchain: i8, seq_no: u32) -> Option<&Arc<Block>> {
        self.state.chain(workchain).blocks.get(seq_no as usize)
    }

    /// The block of either chain with that identity.
    #[must_use]
    pub fn block_by_id(&self, id: &BlockId) -> Option<&Arc<Block>> {
        let &(workchain, seq_no) = self.state.block_numbers.get(id)?;
        self.chain_block(workchain, seq_no)
    }

    /// The block that holds a transaction of this node.
    ///
    /// # Panics
    /// If the record comes from another node, or from a past that [`Node::restore`] undid.
    #[must_use]
    pub fn block_of(&self, transaction: &TransactionRecord) -> &Arc<Block> {
        let block = self.chain_block(transaction.account.workchain, transaction.block_seq_no);
        block.expect("every transaction of a node is in a block of it")
    }

    // Accounts.

    /// An account, also one that does not exist.
    #[must_use]
    pub fn account(&self, address: &Address) -> Account {
        self.state.account(address)
    }

    /// All existing accounts in the order of their addresses.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.state.accounts.values().map(|entry| &entry.account)
    }

    /// The same behind an address.
    pub fn accounts_after(&self, after: &Address) -> impl DoubleEndedIterator<Item = &Account> {
        let range = (Bound::Excluded(after.clone()), Bound::Unbounded);
        self.state.accounts.range(range).map(|(_, entry)| &entry.account)
    }

    /// Existing accounts within a range of addresses, in their order.
    pub fn accounts_within(
        &self,
        range: impl RangeBounds<Address>,
    ) -> impl DoubleEndedIterator<Item = &Account> {
        self.state.accounts.range(range).map(|(_, entry)| &entry.account)
    }

    /// Number of existing accounts.
    #[must_use]
    pub fn account_count(&self) -> usize {
        self.state.accounts.size()
    }

    /// Active accounts whose code has that hash, in the order of their addresses, behind `after`.
    pub fn accounts_by_code<'a>(
        &'a self,
        code_hash: &Hash,
        after: Option<&Address>,
    ) -> impl DoubleEndedIterator<Item = &'a Account> + use<'a> {
        let start = match after {
            Some(after) => Bound::Excluded((*code_hash, after.clone())),
            None => Bound::Included((*code_hash, Address::new(i8::MIN, Hash::ZERO))),
        };
        let end = Bound::Included((*code_hash, Address::new(i8::MAX, Hash([0xff; 32]))));
        let accounts = &self.state.accounts;
        self.state
            .by_code
            .range((start, end))
            .filter_map(move |(_, address)| accounts.get(address).map(|entry| &entry.account))
    }

    /// Balance of an account, 0 if it does not exist.
    #[must_use]
    pub fn balance(&self, address: &Address) -> Nano {
        self.state.accounts.get(address).map_or(Nano::ZERO, |entry| entry.facts.balance)
    }

    // Transactions.

    /// A transaction by its hash.
    #[must_use]
    pub fn transaction(&self, hash: &TxHash) -> Option<&Arc<TransactionRecord>> {
        self.state.transactions.get(hash)
    }

    /// The transaction that a message caused; the newest if a contract let it in twice.
    #[must_use]
    pub fn transaction_of(&self, in_msg: &MsgHash) -> Option<&Arc<TransactionRecord>> {
        self.transaction(&self.message(in_msg)?.dst_tx?)
    }

    /// Number of all transactions.
    #[must_use]
    pub fn transaction_count(&self) -> usize {
        self.state.transactions.size()
    }

    /// Transactions of an account with an lt up to `last`, newest first.
    pub fn transactions(&self, account: &Address, last: Lt) -> impl Iterator<Item = &Arc<TransactionRecord>> {
        self.transactions_within(account, ..=last).rev()
    }

    /// Transactions of an account within a range of lt, oldest first.
    pub fn transactions_within<'a, R: RangeBounds<Lt>>(
        &'a self,
        account: &Address,
        range: R,
    ) -> impl DoubleEndedIterator<Item = &'a Arc<TransactionRecord>> + use<'a, R> {
        let list = self.state.by_account.get(account);
        let places = list.map_or(0..0, |list| places(list, &range, |record| record.lt));
        places.filter_map(move |place| list?.get(place))
    }

    /// All transactions within a range of lt, by lt, then account.
    pub fn all_transactions(
        &self,
        range: impl RangeBounds<Lt> + Clone,
    ) -> impl DoubleEndedIterator<Item = &Arc<TransactionRecord>> {
        self.rounds(&range)
            .flat_map(|place| self.state.rounds.get(place).map(|round| round.transactions.iter()))
            .flatten()
            .filter(move |record| range.contains(&record.lt))
    }

    // Messages.

    /// A message by its hash.
    #[must_use]
    pub fn message(&self, hash: &MsgHash) -> Option<&Arc<MessageRecord>> {
        self.state.messages.get(hash)
    }

    /// Number of all messages.
    #[must_use]
    pub fn message_count(&self) -> usize {
        self.state.messages.size()
    }

    /// All messages within a range of [`MessageRecord::lt`], by it, then hash.
    pub fn all_messages(
        &self,
        range: impl RangeBounds<Lt> + Clone,
    ) -> impl DoubleEndedIterator<Item = &Arc<MessageRecord>> {
        self.rounds(&range)
            .flat_map(|place| self.state.rounds.get(place).map(|round| round.messages.iter()))
            .flatten()
            .filter(move |(lt, _)| range.contains(lt))
            .filter_map(|(_, hash)| self.message(hash))
    }

    /// Messages that an account took in or sent, transaction by transaction: the one that caused it, then those
    /// that it created. One that still waits is listed at its sender only.
    pub fn messages_of(&self, account: &Address) -> impl DoubleEndedIterator<Item = &Arc<MessageRecord>> {
        self.transactions_within(account, ..)
            .flat_map(|record| record.in_msg.iter().chain(&record.out_msgs))
            .filter_map(|hash| self.message(hash))
    }

    /// Internal messages on their way, by chain, creation lt and hash.
    pub fn waiting_messages(&self) -> impl Iterator<Item = &Arc<MessageRecord>> {
        self.state.queued().filter_map(|queued| self.message(&queued.hash))
    }

    /// Whether an external message waits in the mempool.
    #[must_use]
    pub fn is_waiting(&self, message: &MsgHash) -> bool {
        self.state.is_waiting(message)
    }

    /// Why an external message was turned down the last time it was tried; the newest
    /// [`crate::KEPT_REJECTIONS`] are remembered.
    #[must_use]
    pub fn rejection(&self, message: &MsgHash) -> Option<&Arc<Rejection>> {
        self.state.rejections.get(message)
    }

    /// Numbers of the rounds that can have an lt of the range: the ranges of rounds follow each other.
    fn rounds(&self, range: &impl RangeBounds<Lt>) -> std::ops::Range<usize> {
        let blocks = &self.state.base.blocks;
        let places = places(blocks, range, |block| block.start_lt);
        // The round before the first that starts in the range may reach into it.
        places.start.saturating_sub(1)..places.end
    }
}

/// Places of the entries whose lt lies in the range; the list is in the order of it.
fn places<T>(
    list: &VectorSync<T>,
    range: &impl RangeBounds<Lt>,
    lt: impl Fn(&T) -> Lt,
) -> std::ops::Range<usize> {
    let before = |is_before: &dyn Fn(Lt) -> bool| {
        let (mut low, mut high) = (0, list.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if list.get(middle).is_some_and(|one| is_before(lt(one))) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    };
    let start = match range.start_bound() {
        Bound::Included(&start) => before(&|lt| lt < start),
        Bound::Excluded(&start) => before(&|lt| lt <= start),
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(&end) => before(&|lt| lt <= end),
        Bound::Excluded(&end) => before(&|lt| lt < end),
        Bound::Unbounded => list.len(),
    };
    start..end.max(start)
}
