//! Why a deployment stopped.

use governance::workflow::founding::Step;
use ton_abi::{Address, Nano};
use ton_client::{MsgHash, TxHash};

use crate::{JournalError, Mismatch};

/// Result with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a deployment stopped. Everything that was done until then is in the journal.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A message or a getter failed.
    #[error(transparent)]
    Client(#[from] ton_client::Error),
    /// The chain is not as it should be.
    #[error(transparent)]
    Workflow(#[from] governance::workflow::Error),
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The journal belongs to another deployment.
    #[error("the journal was begun with something else: {}", list(.0))]
    Mismatch(Vec<Mismatch>),
    /// The network does not know a transaction that the journal has.
    #[error("the network does not know transaction {transaction} of the step \"{step}\"")]
    Forgotten {
        /// The step.
        step: Step,
        /// Its transaction.
        transaction: TxHash,
    },
    /// Somebody else has to send money first.
    #[error("{address} has {balance:#} TON, and {needed:#} TON are needed for the step \"{step}\"")]
    Waiting {
        /// The step that waits.
        step: Step,
        /// Where the money has to arrive.
        address: Address,
        /// What is there.
        balance: Nano,
        /// What is needed.
        needed: Nano,
    },
    /// A message was executed, and the step did not come about.
    #[error("message {message} of the step \"{step}\" was executed and failed: {reason}")]
    Failed {
        /// The step.
        step: Step,
        /// The message.
        message: MsgHash,
        /// What failed.
        reason: String,
    },
    /// The signer is another one than the plan is for.
    #[error("the deployment is signed by {expected}, not by {found}")]
    WrongSigner {
        /// Key that the addresses follow from.
        expected: keys::PublicKey,
        /// Key of the signer.
        found: keys::PublicKey,
    },
    /// The program that runs the deployment cannot go on.
    #[error(transparent)]
    Observer(Box<dyn std::error::Error + Send + Sync>),
}

fn list(all: &[Mismatch]) -> String {
    all.iter().map(Mismatch::to_string).collect::<Vec<_>>().join("; ")
}
