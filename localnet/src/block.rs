//! Blocks, rounds and what they leave behind: transaction and message records.

use std::sync::Arc;

use chain::{Account, ExecContext};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ton_abi::{Address, Boc, Cell, Hash, Lt, Nano, UnixTime};
use ton_client::net::Rejection;
use ton_client::{BlockId, MsgHash, TxHash};

/// Workchain of the masterchain.
pub const MASTERCHAIN: i8 = -1;
/// Workchain of ordinary accounts.
pub const BASECHAIN: i8 = 0;

/// One block of either chain: what was executed at one moment, in order.
///
/// Block 0 is the zero state of its chain: no transactions, `prev_id` all zeros.
#[derive(Debug, Clone)]
pub struct Block {
    /// Identity: representation hash of `cell`.
    pub id: BlockId,
    /// SHA-256 of the bag of cells that [`Block::boc`] gives.
    pub file_hash: BlockId,
    /// [`BASECHAIN`] or [`MASTERCHAIN`].
    pub workchain: i8,
    /// Number in its chain, 0 for the zero state; the two blocks of a round have the same.
    pub seq_no: u32,
    /// Identity of the block before in the same chain.
    pub prev_id: BlockId,
    /// Chain time of the block; never smaller than that of the block before.
    pub gen_utime: UnixTime,
    /// Logical time before the first transaction, a multiple of [`crate::LT_STEP`].
    pub start_lt: Lt,
    /// Logical time after the last transaction and its messages.
    pub end_lt: Lt,
    /// Seed of the contracts' random numbers, derived from that of the block before, `prev_id`
    /// and `seq_no`; of the zero state that of the genesis.
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
    /// Messages left in the queue of this chain for its next block.
    pub queue_len: usize,
    /// Whether its bounced messages carry the whole original body, see [`crate::NodeOptions`].
    pub full_body_in_bounced: bool,
    /// Whether messages bounced, too, when the actions failed.
    pub bounce_after_failed_action: bool,
    /// Whether it carries the full configuration: every masterchain block does.
    pub key_block: bool,
    /// Of a masterchain block the newest workchain block, which its `shard_hashes` name.
    pub shard_block: Option<Arc<Block>>,
    /// The block as the network stores it (`Block` of block.tlb); of number 0 the state (`ShardStateUnsplit`).
    pub cell: Cell,
}

/// What one round makes: a block of each chain, with equal numbers.
#[derive(Debug, Clone)]
pub struct Round {
    /// The workchain block.
    pub workchain: Arc<Block>,
    /// The masterchain block, which names it.
    pub master: Arc<Block>,
    /// Accounts that had a transaction, in order, each once.
    pub accounts: Vec<Address>,
}

impl Round {
    /// Both blocks, in the order of their making.
    #[must_use]
    pub fn blocks(&self) -> [&Arc<Block>; 2] {
        [&self.workchain, &self.master]
    }

    /// Transactions of both blocks, in the order of execution.
    pub fn transactions(&self) -> impl Iterator<Item = &Arc<TransactionRecord>> {
        self.workchain.transactions.iter().chain(&self.master.transactions)
    }
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
    /// Number of its block, in the chain of the account.
    pub block_seq_no: u32,
    /// Hash of the message that caused it.
    pub in_msg: Option<MsgHash>,
    /// Hashes of the messages it created, in order of their lt.
    pub out_msgs: Vec<MsgHash>,
    /// The account before it, of some transactions: traces of later ones start from there.
    pub(crate) before: Option<Account>,
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
    /// Chain of that block.
    pub block_workchain: i8,
    /// Place in [`crate::Node::all_messages`]: the creation lt; of a message from outside (posted, injected)
    /// the lt of the transaction that took it.
    pub lt: Lt,
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
    /// The identity that `cell` gives; equal to `id` in every block of a node.
    #[must_use]
    pub fn compute_id(&self) -> BlockId {
        BlockId(self.cell.repr_hash().0)
    }

    /// The block as a bag of cells; `file_hash` is the hash of these bytes.
    #[must_use]
    pub fn boc(&self) -> Vec<u8> {
        Boc::encode(&self.cell)
    }

    /// What its transactions are executed with.
    pub(crate) fn context(&self) -> ExecContext {
        ExecContext {
            block_lt: self.start_lt,
            rand_seed: Hash(self.rand_seed),
            full_body_in_bounced: self.full_body_in_bounced,
            bounce_after_failed_action: self.bounce_after_failed_action,
            ..ExecContext::new(self.gen_utime, self.start_lt.plus(1))
        }
    }

    /// Seed of block `seq_no` that follows `previous`.
    pub(crate) fn seed_after(previous: &Self, seq_no: u32) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"localnet seed 2");
        hash.update(previous.rand_seed);
        hash.update(previous.id.0);
        hash.update(seq_no.to_be_bytes());
        hash.finalize().into()
    }
}
