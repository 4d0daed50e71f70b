//! Blocks and what they leave behind: transaction, message and rejection records.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ton_abi::{Address, Cell, Lt, Nano, UnixTime};
use ton_client::net::Rejection;
use ton_client::{BlockId, MsgHash, TxHash};

/// One block: what was executed at one moment, in order.
///
/// Block 0 is the zero state: no transactions, `prev_id` all zeros.
#[derive(Debug, Clone)]
pub struct Block {
    /// Identity, a hash over everything below.
    pub id: BlockId,
    /// Number, 0 for the zero state.
    pub seq_no: u32,
    /// Identity of the block before.
    pub prev_id: BlockId,
    /// Chain time of the block; never smaller than that of the block before.
    pub gen_utime: UnixTime,
    /// Logical time before the first transaction, a multiple of [`crate::LT_STEP`].
    pub start_lt: Lt,
    /// Logical time after the last transaction and its messages.
    pub end_lt: Lt,
    /// Seed of the contracts' random numbers, derived from `prev_id` and `seq_no`.
    pub rand_seed: [u8; 32],
    /// Transactions in the order of execution.
    pub transactions: Vec<Arc<TransactionRecord>>,
    /// External messages that were tried and not included.
    pub rejected: Vec<Arc<Rejection>>,
    /// Internal messages that no account can receive (malformed destination); their value leaves the accounts.
    pub undeliverable: Vec<Undeliverable>,
    /// Fees collected by this block, nanotokens.
    pub fees: Nano,
    /// Gas used by all transactions.
    pub gas_used: u64,
    /// Messages left in the queue for the next block.
    pub queue_len: usize,
}

/// A transaction of the node's history.
#[derive(Debug, Clone)]
pub struct TransactionRecord {
    /// Representation hash of `cell`.
    pub hash: TxHash,
    /// Account that executed it.
    pub account: Address,
    /// Logical time.
    pub lt: Lt,
    /// Number of its block.
    pub block_seq_no: u32,
    /// Hash of the message that caused it.
    pub in_msg: Option<MsgHash>,
    /// Hashes of the messages it created, in order of their lt.
    pub out_msgs: Vec<MsgHash>,
    /// The transaction as the network stores it.
    pub cell: Cell,
}

/// A message of the node's history, on its way or delivered.
#[derive(Debug, Clone)]
pub struct MessageRecord {
    /// Representation hash of `cell`.
    pub hash: MsgHash,
    /// Transaction that created it; `None` for external inbound messages.
    pub src_tx: Option<TxHash>,
    /// Transaction that it caused; `None` while it waits in the queue and for external outbound messages.
    pub dst_tx: Option<TxHash>,
    /// Number of the block in which it appeared first.
    pub block_seq_no: u32,
    /// The message as the network stores it.
    pub cell: Cell,
}

/// An internal message that could not be executed at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undeliverable {
    /// The message.
    pub message: MsgHash,
    /// Value and prepaid fees that it carried, nanotokens.
    pub value: Nano,
    /// What the executor said.
    pub reason: String,
}

impl Block {
    /// The identity that the fields of this block give; equal to `id` in every block of a node.
    #[must_use]
    pub fn compute_id(&self) -> BlockId {
        let mut hash = Sha256::new();
        hash.update(b"localnet block 1");
        hash.update(self.seq_no.to_be_bytes());
        hash.update(self.prev_id.0);
        hash.update(self.gen_utime.0.to_be_bytes());
        hash.update(self.start_lt.0.to_be_bytes());
        hash.update(self.end_lt.0.to_be_bytes());
        hash.update(self.rand_seed);
        hash.update(self.fees.0.to_be_bytes());
        hash.update(self.gas_used.to_be_bytes());
        hash.update((self.queue_len as u64).to_be_bytes());
        for transaction in &self.transactions {
            hash.update(transaction.hash.0);
        }
        for lost in &self.undeliverable {
            hash.update(lost.message.0);
        }
        BlockId(hash.finalize().into())
    }

    /// Seed of block `seq_no` that follows `prev_id`.
    pub(crate) fn seed_after(prev_id: BlockId, seq_no: u32) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"localnet seed 1");
        hash.update(prev_id.0);
        hash.update(seq_no.to_be_bytes());
        hash.finalize().into()
    }
}
