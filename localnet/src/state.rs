//! The whole state of a node as persistent maps: a clone costs a few pointers.

use std::sync::Arc;

use chain::Account;
use rpds::{HashTrieMapSync, HashTrieSetSync, QueueSync, RedBlackTreeMapSync, VectorSync};
use sha2::{Digest, Sha256};
use ton_abi::{Address, Cell, Lt, Nano, UnixTime};
use ton_client::net::Rejection;
use ton_client::{BlockId, MsgHash, TxHash};

use crate::block::{Block, MessageRecord, TransactionRecord};

/// Canonical order of internal messages: creation lt, then hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct QueueKey {
    pub(crate) created_lt: Lt,
    pub(crate) hash: MsgHash,
}

/// Money that is not on an account, counted since the zero state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Ledger {
    /// Balances of the zero state and later edits.
    pub(crate) supply: Nano,
    /// Fees collected.
    pub(crate) fees: Nano,
    /// Sent to the burning address or left on a deleted account.
    pub(crate) burned: Nano,
    /// Carried by messages that nobody can receive.
    pub(crate) undeliverable: Nano,
}

/// Everything that changes when the node works.
///
/// INVARIANT: all indexes are derived from `blocks`; loading a file rebuilds them by [`State::index`].
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) now: UnixTime,
    pub(crate) ledger: Ledger,
    pub(crate) accounts: RedBlackTreeMapSync<Address, Account>,
    pub(crate) queue: RedBlackTreeMapSync<QueueKey, Cell>,
    /// External messages in the order of their arrival; INVARIANT: `waiting` holds the same hashes.
    pub(crate) externals: QueueSync<(MsgHash, Cell)>,
    waiting: HashTrieSetSync<MsgHash>,
    pub(crate) blocks: VectorSync<Arc<Block>>,
    pub(crate) block_numbers: HashTrieMapSync<BlockId, u32>,
    pub(crate) transactions: HashTrieMapSync<TxHash, Arc<TransactionRecord>>,
    pub(crate) by_in_msg: HashTrieMapSync<MsgHash, TxHash>,
    pub(crate) by_account: RedBlackTreeMapSync<(Address, Lt), TxHash>,
    pub(crate) messages: HashTrieMapSync<MsgHash, Arc<MessageRecord>>,
    pub(crate) rejections: HashTrieMapSync<MsgHash, Arc<Rejection>>,
}

impl State {
    /// A state without blocks, accounts and time.
    pub(crate) fn empty(now: UnixTime) -> Self {
        Self {
            now,
            ledger: Ledger::default(),
            accounts: RedBlackTreeMapSync::new_sync(),
            queue: RedBlackTreeMapSync::new_sync(),
            externals: QueueSync::new_sync(),
            waiting: HashTrieSetSync::new_sync(),
            blocks: VectorSync::new_sync(),
            block_numbers: HashTrieMapSync::new_sync(),
            transactions: HashTrieMapSync::new_sync(),
            by_in_msg: HashTrieMapSync::new_sync(),
            by_account: RedBlackTreeMapSync::new_sync(),
            messages: HashTrieMapSync::new_sync(),
            rejections: HashTrieMapSync::new_sync(),
        }
    }

    /// The newest block.
    pub(crate) fn head(&self) -> &Arc<Block> {
        self.blocks.last().expect("a node starts with its zero state as block 0")
    }

    /// Appends a block to the history and the block index.
    pub(crate) fn push_block(&mut self, block: Arc<Block>) {
        self.block_numbers.insert_mut(block.id, block.seq_no);
        self.blocks.push_back_mut(block);
    }

    /// Enters a transaction with its messages (in cell form, same order as `out_msgs`) into all indexes.
    pub(crate) fn index(
        &mut self,
        record: &Arc<TransactionRecord>,
        in_msg: Option<Cell>,
        out_msgs: Vec<Cell>,
    ) {
        self.transactions.insert_mut(record.hash, record.clone());
        self.by_account.insert_mut((record.account.clone(), record.lt), record.hash);
        if let (Some(hash), Some(cell)) = (record.in_msg, in_msg) {
            self.by_in_msg.insert_mut(hash, record.hash);
            let known = self.messages.get(&hash);
            let message = MessageRecord {
                hash,
                src_tx: known.and_then(|message| message.src_tx),
                dst_tx: Some(record.hash),
                block_seq_no: known.map_or(record.block_seq_no, |message| message.block_seq_no),
                cell,
            };
            self.messages.insert_mut(hash, Arc::new(message));
        }
        for (&hash, cell) in record.out_msgs.iter().zip(out_msgs) {
            let message = MessageRecord {
                hash,
                src_tx: Some(record.hash),
                dst_tx: None,
                block_seq_no: record.block_seq_no,
                cell,
            };
            self.messages.insert_mut(hash, Arc::new(message));
        }
    }

    /// Adds an external message behind the others; `false` if it waits already.
    pub(crate) fn push_external(&mut self, hash: MsgHash, message: Cell) -> bool {
        if self.waiting.contains(&hash) {
            return false;
        }
        self.waiting.insert_mut(hash);
        // An old answer says nothing about the new attempt.
        self.rejections.remove_mut(&hash);
        self.externals.enqueue_mut((hash, message));
        true
    }

    /// Takes the external message that waits longest.
    pub(crate) fn pop_external(&mut self) -> Option<(MsgHash, Cell)> {
        let first = self.externals.peek()?.clone();
        self.externals.dequeue_mut();
        self.waiting.remove_mut(&first.0);
        Some(first)
    }

    /// Enters the new state of an account.
    pub(crate) fn store_account(&mut self, account: Account) {
        let address = account.address().clone();
        if account.exists() {
            self.accounts.insert_mut(address, account);
        } else {
            self.accounts.remove_mut(&address);
        }
    }

    /// Hash over everything that decides the future: time, head, accounts, queues and books.
    ///
    /// Past transactions enter through the head block, whose identity covers its predecessors.
    pub(crate) fn hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"localnet state 1");
        hash.update(self.now.0.to_be_bytes());
        hash.update(self.head().id.0);
        let Ledger { supply, fees, burned, undeliverable } = self.ledger;
        for sum in [supply, fees, burned, undeliverable] {
            hash.update(sum.0.to_be_bytes());
        }
        hash.update((self.accounts.size() as u64).to_be_bytes());
        for (address, account) in &self.accounts {
            hash.update([address.workchain as u8]);
            hash.update(address.address.0);
            hash.update(account.cell().repr_hash().0);
            hash.update(account.last_trans_hash().0);
            hash.update(account.last_trans_lt().0.to_be_bytes());
        }
        hash.update((self.queue.size() as u64).to_be_bytes());
        for key in self.queue.keys() {
            hash.update(key.created_lt.0.to_be_bytes());
            hash.update(key.hash.0);
        }
        hash.update((self.externals.len() as u64).to_be_bytes());
        for (external, _) in &self.externals {
            hash.update(external.0);
        }
        hash.finalize().into()
    }
}
