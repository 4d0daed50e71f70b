//! The public catalogue of a sub-governance: what became of its contests, read from the chain, checked by
//! recomputing it, and written down for everybody.
//!
//! Place in the map: above `governance` and `ton-client`, below the command line.
//!
//! - [`collect`] reads everything public of an organisation: [`Facts`];
//! - [`check`] recomputes what can be recomputed and says what does not match: [`Report`];
//! - [`Catalogue`] is the same as plain data with a stable JSON form; [`compare`] holds a written one against the chain;
//! - [`export`] writes it as static pages, Markdown, CSV and JSON.
//!
//! # Invariants
//! - Everything is read through a [`ton_client::net::Transport`], from getters and from histories of transactions; no
//!   server of ours is asked, and names of people are the only thing that does not come from the chain.
//! - Nothing that the chain says is trusted as text: titles, links and the like are escaped in every form, and only
//!   plain links to the web and to IPFS can be followed.
//! - The same state of the chain gives the same bytes; no clock is read.
//! - [`check`] believes no getter that the history contradicts, and no history that is not whole: each transaction
//!   names the one before by its hash, and the newest one the state of the account.
//!
//! ```
//! use governance::contracts::Contracts;
//! use governance::{Organs, Roster};
//!
//! async fn is_as_recomputed(organs: &Organs<'_>, roster: &Roster) -> Result<bool, results::Error> {
//!     let facts = results::collect(organs, "DevOps", roster).await?;
//!     Ok(results::check(&facts, &Contracts::built_in()?).differences.is_empty())
//! }
//! ```

pub mod catalogue;
mod check;
mod collect;
mod compare;
mod error;
mod export;
mod facts;
mod history;
mod json;
mod pages;
mod text;

pub use catalogue::{Catalogue, SCHEMA};
pub use check::{Check, Difference, Report, check};
pub use collect::collect;
pub use compare::{BadFile, compare, read_file};
pub use error::Error;
pub use export::{Written, export, files};
pub use facts::{Account, Arrival, ContestFacts, Facts, Payment, ProposalFacts, Returned, Transfer};
pub use history::{Gap, History};
pub use json::to_json;
pub use text::{amount, plain, utc};
