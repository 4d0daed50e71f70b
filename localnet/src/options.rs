//! How a node makes blocks.

use serde::{Deserialize, Serialize};

/// When the messages that a transaction creates are executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// In the block that created them, as long as it has room: what a real network does inside one shard.
    #[default]
    SameBlock,
    /// In the next block at the earliest: every hop of a message tree is a block of its own.
    NextBlock,
}

/// Who decides that a block is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mining {
    /// Posting a message makes blocks until no message is left.
    #[default]
    Auto,
    /// Only [`crate::Node::produce_block`] and its relatives do.
    Manual,
}

/// Settings of block production; they are saved with the state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeOptions {
    /// When created messages are executed.
    pub delivery: Delivery,
    /// Who decides that a block is made.
    pub mining: Mining,
    /// Seconds by which each block moves the clock; 0 keeps it frozen between blocks.
    pub seconds_per_block: u32,
    /// A block takes no further message once it used this much gas (configuration parameter 21 says 10 million).
    pub block_gas_limit: u64,
    /// A block takes no further message once it has this many transactions.
    pub block_transactions: usize,
    /// External messages that may wait at a time.
    pub mempool_size: usize,
    /// Memory that external messages may take while they wait, in bytes.
    pub mempool_bytes: usize,
    /// Whether bounced messages carry the whole original body in a reference (SE and mainnet do).
    pub full_body_in_bounced: bool,
    /// Whether a message bounces, too, when the actions failed (SE and mainnet do).
    pub bounce_after_failed_action: bool,
    /// Blocks that automatic mining makes for one message before it gives up on an endless chain of messages.
    pub settle_blocks: u32,
}

impl Default for NodeOptions {
    fn default() -> Self {
        Self {
            delivery: Delivery::default(),
            mining: Mining::default(),
            seconds_per_block: 0,
            block_gas_limit: 10_000_000,
            block_transactions: 10_000,
            mempool_size: 10_000,
            mempool_bytes: 64 << 20,
            full_body_in_bounced: false,
            bounce_after_failed_action: false,
            settle_blocks: 1_000,
        }
    }
}
