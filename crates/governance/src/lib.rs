//! The domain of a sub-governance: who its members are, what they may spend, how many must agree, and typed
//! handles on its contracts.
//!
//! Place in the map: above `ton-client`, below the command line and the deployer.
//!
//! Invariants:
//! - amounts, keys and rules come from the organisation's files and from the proposal, never from code that
//!   shows them;
//! - what a handle says about a contract was read from that contract;
//! - this crate opens no file and no socket: texts, clients and signers come in as arguments.
//!
//! ```
//! use governance::{Organisation, rules};
//! use ton_abi::Nano;
//!
//! let organisation = Organisation::of_proposal();
//! assert_eq!(rules::threshold(organisation.members.len()), 8);
//! assert_eq!(organisation.stages[0].total, Nano::tokens(673_120));
//! ```

pub mod codes;
pub mod contest;
pub mod encoding;
pub mod multisig;
mod numbered;
pub mod organisation;
pub mod payload;
mod roster;
pub mod rules;
pub mod text;

pub use multisig::Multisig;
pub use numbered::UnknownNumber;
pub use organisation::Organisation;
pub use roster::Roster;
