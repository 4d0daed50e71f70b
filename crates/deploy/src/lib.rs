//! Deployments that survive anything: plan, apply, status, verify.
//!
//! Place in the map: above `governance`, whose list of steps it takes, below the command line.
//!
//! - [`Plan`] says what will be done before anything is sent: steps with what they need, addresses, costs;
//! - [`apply`] takes the steps. Each message is in the [`Journal`] before it is posted, so that a later run knows what may be
//!   under way: it asks the chain first, posts an open message again as the same bytes, and makes another one only once
//!   the old one is void and its absence is proven;
//! - [`Status`] lays the journal beside the chain;
//! - [`compare`] lays a live organisation beside its files, and [`Remedy`] is what its members can do about a difference:
//!   what governance must decide is never sent, it becomes a file for `subgov proposal create` or `multisig submit`.
//!
//! # Invariants
//! - No message is posted that is not in the journal, and no entry of the journal is ever changed.
//! - Two messages for one step are never both able to land.
//! - A journal continues only on the network, with the organisation and with the codes that it began with.
//! - One process at a time works with a journal.
//! - This crate reads no clock and no environment; it touches no file but those of [`FileStore`].
//!
//! # Example
//! ```
//! use deploy::{Entry, Journal, MemoryStore};
//! use governance::workflow::founding::Step;
//!
//! let mut journal = Journal::open(MemoryStore::default())?;
//! journal.append(&Entry::Found { step: Step::FillPurse })?;
//! let again = Journal::open(journal.into_store())?;
//! assert!(again.progress(Step::FillPurse)?.is_over());
//! # Ok::<(), deploy::JournalError>(())
//! ```

mod apply;
mod binding;
mod compare;
mod costs;
mod error;
mod journal;
mod payment;
mod plan;
mod status;

pub use apply::{Event, Observer, Payer, Report, Taken, apply};
pub use binding::{Binding, Mismatch, NetworkId};
pub use compare::{Finding, Remedy, compare};
pub use costs::{Costs, CostsFrom, rehearse};
pub use error::{Error, Result};
pub use journal::{Entry, FileStore, Journal, JournalError, MemoryStore, Progress, Sent, Store};
pub use payment::PaymentFile;
pub use plan::{Plan, Planned};
pub use status::{Standing, Status, StepStatus};
