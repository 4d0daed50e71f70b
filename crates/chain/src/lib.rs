//! Execution: account + message + configuration + time -> transaction; getters; books.
//!
//! - [`execute`] runs a message on an [`Account`] and gives the transaction, or says why there is none;
//! - [`run_getter`] and [`run_local`] run a contract without changing it;
//! - [`gas_before_accept`] measures what a contract does before it accepts, [`trace`] where its gas goes, [`SourceMap`] in
//!   which lines;
//! - [`Ledger`] proves that money is conserved to the nanotoken;
//! - [`Config::local`] is the configuration with the prices of the Free TON mainnet.
//!
//! # Invariants
//! - This crate never reads a clock, a file, an environment variable or a random source: equal inputs give equal
//!   bytes out.
//! - A failed transaction is a value, not an error; an external message that is not accepted is
//!   [`ExecError::Rejected`] with the contract's exit code.
//! - A contract that throws after `commit` has failed: [`TransactionView::is_success`] looks at the exit code, where
//!   the flags of the transaction, and the official SDK, see a success.
//!
//! # Example
//! ```
//! use chain::{Account, Config, ExecContext, execute};
//! use ton_abi::{Address, Hash, InternalMessage, Lt, Nano, UnixTime};
//!
//! let (giver, poor) = (Address::new(0, Hash([1; 32])), Address::new(0, Hash([2; 32])));
//! let mut transfer = InternalMessage::transfer(giver, poor.clone(), Nano::tokens(5));
//! transfer.bounce = false;
//! let context = ExecContext::new(UnixTime(1_700_000_000), Lt(1_000_000));
//! let done = execute(&Config::local(), &Account::none(poor), &transfer.build()?, &context)?;
//! assert_eq!(done.account.balance(), Nano::tokens(5));
//! assert!(done.view.aborted, "there is no code to run");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod account;
mod bounce;
mod config;
mod execute;
mod gas;
mod getter;
mod ledger;
mod source;
mod trace;
mod view;

pub use tycho_types::models::{AccountStatus, ActionPhase, BouncePhase, ComputePhaseSkipReason};

pub use self::account::{Account, AccountError};
pub use self::config::{Config, ConfigError, ConfigOptions, DEFAULT_GLOBAL_ID};
pub use self::execute::{ExecContext, ExecError, Executed, RejectReason, Rejected, execute};
pub use self::gas::gas_before_accept;
pub use self::getter::{
    GetterError, LOCAL_GAS, LocalContext, LocalRun, OutMessage, run_getter, run_getter_as, run_local,
};
pub use self::ledger::{BadMessage, Imbalance, Ledger};
pub use self::source::{BadSourceMap, LineCost, Location, SourceMap};
pub use self::trace::{Place, Spot, Step, Trace, trace};
pub use self::view::{ComputeRun, ComputeView, Fees, TransactionView, ViewError};
