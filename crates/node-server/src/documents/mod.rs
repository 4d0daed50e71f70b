//! Documents: what the GraphQL interface shows of blocks, transactions, messages and accounts.
//!
//! One table says everything about a field: name, type, meaning, and the function that takes its value from the record
//! ([`Field`]). Output types, filters, orders and aggregates of the schema are all made from it. A value is computed
//! when it is asked for; a document parses its cells at most once.
//!
//! Names and types are those of q-server 0.68 (its `res/*.graphql`), so that unmodified clients find what they know.
//! Left out, because this network has no such thing: Merkle proofs, split and merge preparations, VM traces in
//! documents (the node traces on demand), code hashes of past states, signatures of validators.
//!
//! # Invariants
//! - A document never changes: it holds a snapshot of the node.
//! - A field is absent ([`Value::Null`]) when the record has nothing, never an error.

mod account;
mod address;
mod block;
mod block_parts;
mod config;
mod config_prices;
mod doc;
pub mod enums;
mod message;
mod order;
mod phases;
mod signatures;
mod table;
mod transaction;
mod value;
mod zerostate;

pub use self::account::AccountDoc;
pub use self::address::{AddressFormat, BadAddress, parse_address};
pub use self::block::BlockDoc;
pub use self::doc::{Doc, Key};
pub use self::message::MessageDoc;
pub use self::order::{ChainOrder, Place};
pub use self::table::{Collection, Field, Kind, Shape, shape, shapes};
pub use self::transaction::TransactionDoc;
pub use self::value::{Object, Value, compare};
