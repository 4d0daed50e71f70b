//! A whole TON network in one value: accounts, messages, blocks and a clock that stands still until told.
//!
//! Place in the map: above `chain` (which executes one message) and `ton-client` (whose [`Transport`] it
//! implements). Replaces a TON OS SE container in development, tests and rehearsals.
//!
//! - [`Genesis`] says what exists at the start, [`Node`] is the network;
//! - [`SharedNode`] is a node that clients talk to; [`StateFile`] keeps one between two runs of a program, [`Db`]
//!   writes every round to disk before anybody hears of it (see [`db`]);
//! - [`FaultRule`] delays, drops, reorders or bounces messages on purpose, [`Node::inject`] and [`Node::set_account`]
//!   with its relatives change what is there, [`Node::trace`] shows how any past transaction ran;
//! - [`Node::audit`] proves that no money appeared or vanished, [`Node::checkpoint`] and [`Node::restore`]
//!   take constant time.
//!
//! # Rules of a round
//! - A round makes a block of the base workchain and then one of the masterchain, with equal numbers. The
//!   masterchain block is a key block: it names the workchain block in `shard_hashes` and carries the whole
//!   configuration ([`Node::set_config`] replaces it from the next round on). Number 0 is the zero state.
//! - Blocks are cells of block.tlb ([`Block::cell`], [`Block::boc`]): every transaction in `account_blocks`, every
//!   message in the descriptions, a value flow that adds up, hashes that chain. `blocks` says what differs from a
//!   validator's block.
//! - `start_lt` is the next multiple of [`LT_STEP`] after the newest block of either chain. A transaction's lt is
//!   larger than that, than the lt of its message, and than everything the account did before.
//! - First come the queued messages of earlier blocks, then external messages as they arrived, then the
//!   messages that the block itself creates ([`Delivery`]). Internal messages go by creation lt, then hash.
//!   [`Node::produce_only`] imports chosen ones instead.
//! - A message from the workchain to the masterchain is executed in the same round, one of the other direction in
//!   the next.
//! - An external message that its contract does not accept is left out: no transaction, no fee, a
//!   [`Rejection`](ton_client::net::Rejection) on record.
//! - A block takes no further message once it has used its gas ([`NodeOptions`]); the rest waits for the next.
//! - Accounts execute in parallel; blocks do not depend on the number of threads.
//! - Fees: what transactions collect, and at the import of an internal message the part of its forwarding fee
//!   that it still carries.
//! - Accounts of the masterchain that parameter 31 names (the elector and the configuration contract) are special:
//!   no rent, no gas fees, their own gas limit. The genesis puts nothing there unless told.
//!
//! # Limits
//! External messages that wait: `mempool_size` and `mempool_bytes` of [`NodeOptions`]. Rejections kept:
//! [`KEPT_REJECTIONS`]. History is kept whole: a round without messages takes a few kilobytes.
//!
//! # Invariants
//! - The core never reads a wall clock, a random source, an environment variable or the network: equal inputs
//!   give equal blocks and an equal [`Node::state_hash`]. Only [`StateFile`] and [`Db`] touch the disk.
//! - Chain time and logical time never go back.
//! - Every change is whole: an error leaves the node as it was.
//!
//! # What it leaves out
//! One shard, no validators: no tick-tock transactions, no public libraries, no splits, no signatures.
//!
//! # Example
//! ```
//! use localnet::{Genesis, Node};
//! use ton_abi::Nano;
//!
//! let rich = format!("0:{}", "11".repeat(32)).parse().unwrap();
//! let genesis = Genesis::new(chain::Config::local()).with_balance(rich, Nano::tokens(100))?;
//! let mut node = Node::new(genesis)?;
//! let start = node.checkpoint();
//! node.advance(3600)?;
//! assert_eq!(node.produce_block()?.seq_no, 1);
//! assert!(node.audit()?.is_balanced());
//! node.restore(&start);
//! assert_eq!(node.head().seq_no, 0);
//! # Ok::<(), localnet::Error>(())
//! ```
//!
//! [`Transport`]: ton_client::net::Transport

mod audit;
mod block;
mod blocks;
mod config;
pub mod db;
mod edit;
mod error;
mod external;
mod faults;
mod genesis;
pub mod giver;
mod lookup;
mod message;
mod node;
mod options;
mod produce;
mod run;
mod state;
mod store;
mod trace;
mod transport;

pub use self::audit::Audit;
pub use self::block::{
    BASECHAIN, Block, MASTERCHAIN, MessageRecord, Round, TransactionRecord, Undeliverable,
};
pub use self::config::{BadConfig, ChainConfig, Forward, Gas, NetworkConfig, SizeLimits, Storage};
pub use self::db::Db;
pub use self::error::{BadDb, BadFile, Error};
pub use self::external::BadExternal;
pub use self::faults::{BodyPrefix, Fault, FaultAction, FaultDirection, FaultRule, MAX_DELAY, MAX_FAULTS};
pub use self::genesis::Genesis;
pub use self::node::{Checkpoint, Node};
pub use self::options::{Delivery, Mining, NodeOptions};
pub use self::state::KEPT_REJECTIONS;
pub use self::store::{FORMAT_VERSION, StateFile};
pub use self::transport::{NETWORK_NAME, NodeGuard, SharedNode};

/// Logical time between two blocks starts at multiples of this. Source: the collator of the reference node.
pub const LT_STEP: u64 = 1_000_000;
