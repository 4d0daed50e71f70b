//! The TON SDK client: make a message, have it signed, post it, follow everything it causes, read the answers.
//!
//! Place in the map: below `governance`, above `chain`, `keys` and `ton-abi`. The modules carry the names of
//! the official SDK: [`abi`], [`boc`], [`crypto`], [`net`], [`processing`], [`tvm`].
//!
//! - [`net::Transport`] is what a network must be able to answer: the embedded node implements it, and
//!   [`net::GraphqlTransport`] and [`net::JrpcTransport`] for remote endpoints;
//! - [`Client`] has `deploy`, `call`, `run_getter`, `process_message`, `wait_tree`;
//! - [`net::Simulation`] shows beforehand, without any secret, what messages would do;
//! - [`processing::Tree`] is the whole message tree: every transaction with decoded call, events, answers, exit
//!   codes by name, fees and gas;
//! - [`Registry`] holds the names: ABIs, accounts, exit codes, sources;
//! - [`source`] finds the line of the sources where a contract ended.
//!
//! # Invariants
//! - A message that was never included ([`Error::NotIncluded`]) is never taken for one that failed
//!   ([`Error::Failed`]), nor a failure for a success: a contract that throws after it committed has failed.
//! - A message is made anew only when the old one is void and its absence proven; after a broken connection it is
//!   followed up, never sent in another form.
//! - This crate reads no wall clock (timeouts are measured by a monotonic one): header times come from the chain's
//!   clock or are given by the caller.
//! - Secrets never enter it; a [`keys::Signer`] signs, development keys on local networks only.
//!
//! # Example
//! ```
//! use keys::Signer;
//! use serde_json::json;
//! use ton_client::{Client, Contract};
//!
//! async fn pay(client: &Client, wallet: &Contract, owner: &dyn Signer) -> ton_client::Result<()> {
//!     let params = json!({ "dest": wallet.address.to_string(), "value": "1000000000" });
//!     let tree = client.call(wallet, "sendTransaction", &params, owner).await?.expect_success()?;
//!     println!("{} transactions cost {:#} tokens", tree.steps.len(), tree.total_fees());
//!     Ok(())
//! }
//! ```

pub mod boc;
mod client;
pub mod crypto;
mod error;
mod ids;
pub mod net;
pub mod processing;
mod registry;
pub mod source;
pub mod tvm;

pub use ton_abi as abi;

pub use self::client::{Client, Contract, Deploy, Draft, Settings};
pub use self::error::{Error, Failure, GetterFailure, NotIncluded, NotIncludedCause, Result};
pub use self::ids::{BlockId, MsgHash, TxHash};
pub use self::registry::Registry;
