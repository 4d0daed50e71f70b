//! What members, contestants, jurors and the deployer do, step by step.
//!
//! # Invariants
//! - A workflow reports nothing that it did not read from the chain after it was done.
//! - It asks for no secret: [`keys::Signer`]s come in as arguments, salts too.
//! - It neither sleeps nor reads a clock: waiting is up to the [`Host`].

mod decide;
mod enter;
pub mod founding;
mod judge;
mod launch;
mod money;
mod payout;
mod stage;
mod wallet;

use std::fmt::Display;

use keys::PublicKey;
use ton_abi::{Nano, UnixTime};
use ton_client::processing::Tree;

pub use decide::{attest, carry_out, decide, propose, vote, vote_as};
pub use enter::{enter, replace_entry, withdraw_entry};
pub use founding::{Charter, found, verify};
pub use judge::{commit, draw, reveal, tally};
pub use launch::{launched, propose_launch};
pub use money::{confirm, fund_stage, submit, submit_funding};
pub use payout::{claim, confirm_payout, pay, settle};
pub use stage::{close_stage, publish, record, report};
pub use wallet::{open_wallet, send, wallet_address};

use crate::multisig::TransactionId;
use crate::payload::LaunchError;
use crate::proposal::Outcome;

/// The program that runs a workflow.
pub trait Host {
    /// A message was executed with everything that it caused; `who` signed it, `None` for a poke.
    fn note(&mut self, step: &str, who: Option<PublicKey>, tree: &Tree);

    /// Returns once the chain's time is `time` or later.
    fn wait_until(&mut self, time: UnixTime) -> impl Future<Output = Result<()>>;
}

/// Result with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a workflow stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A message or a getter failed.
    #[error(transparent)]
    Client(#[from] ton_client::Error),
    /// No contest can be proposed from the files.
    #[error(transparent)]
    Launch(#[from] LaunchError),
    /// The chain is not as it should be after what was done.
    #[error("{what}: {found} on the chain, {expected} expected")]
    Found {
        /// What was read.
        what: String,
        /// What it should be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// A live organisation is not as its files say.
    #[error("the chain differs from the files in {count}: {first}", count = count(.0), first = first(.0))]
    Differs(Vec<founding::Difference>),
    /// A transaction of the multisig lacks confirmations.
    #[error("transaction {id} waits with {received} of {required} confirmations")]
    Unconfirmed {
        /// The transaction.
        id: TransactionId,
        /// Confirmations that it has.
        received: u8,
        /// Confirmations that it needs.
        required: u8,
        /// Its amount.
        value: Nano,
    },
    /// The treasury did not take the money, which is back in the multisig.
    #[error("{value:#} TON for stage {stage} came back: exit code {code}")]
    Bounced {
        /// The stage.
        stage: u8,
        /// What came back.
        value: Nano,
        /// The treasury's exit code.
        code: i32,
    },
    /// A proposal did not get to where it should.
    #[error("proposal {id} is {outcome} with {yes} of {needed} votes, code {code}")]
    Proposal {
        /// The proposal.
        id: u32,
        /// Where it stands.
        outcome: Outcome,
        /// Votes in favour.
        yes: u8,
        /// Votes in favour that it needs.
        needed: u8,
        /// Last answer of the registry.
        code: u16,
    },
    /// The program that runs the workflow cannot go on.
    #[error(transparent)]
    Host(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Something that the chain says is not what was expected.
    pub(crate) fn found(what: &str, expected: impl Display, found: impl Display) -> Self {
        Self::Found { what: what.to_owned(), expected: expected.to_string(), found: found.to_string() }
    }
}

fn count(differences: &[founding::Difference]) -> String {
    match differences.len() {
        1 => "one place".to_owned(),
        count => format!("{count} places"),
    }
}

fn first(differences: &[founding::Difference]) -> String {
    let rest = if differences.len() > 1 { ", and others" } else { "" };
    differences.first().map(|first| format!("{first}{rest}")).unwrap_or_default()
}

/// Compares what the chain says with what it should say.
fn expect<T: PartialEq + Display>(what: &str, expected: T, found: T) -> Result<()> {
    if expected == found { Ok(()) } else { Err(Error::found(what, expected, found)) }
}

/// Checks something that is told in words only.
fn ensure(what: &str, holds: bool, found: impl Display) -> Result<()> {
    if holds { Ok(()) } else { Err(Error::found(what, "yes", found)) }
}
