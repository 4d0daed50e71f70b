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
pub mod contracts;
pub mod encoding;
pub mod gas;
mod handle;
pub mod jury_pool;
pub mod model;
pub mod multisig;
mod numbered;
pub mod organisation;
mod organs;
pub mod payload;
pub mod proposal;
pub mod registry;
mod roster;
pub mod rules;
pub mod sources;
pub mod text;
pub mod treasury;
pub mod workflow;

pub use contest::ContestEscrow;
pub use jury_pool::JuryPool;
pub use multisig::Multisig;
pub use numbered::UnknownNumber;
pub use organisation::Organisation;
pub use organs::Organs;
pub use proposal::Proposal;
pub use registry::MemberRegistry;
pub use roster::Roster;
pub use treasury::Treasury;
