//! The error type of the crate: what went wrong, why, and what to do next.

use std::fmt;
use std::sync::Arc;

use ton_abi::{Address, ExitCode, Nano, PublicKey, UnixTime};
use tycho_types::models::AccountStatus;

use crate::ids::{MsgHash, TxHash};
use crate::net::{RejectReason, TransportError};
use crate::processing::{FailureKind, Step, Tree};
use crate::source::Fault;

/// Result with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong between a client and a network.
///
/// [`Error::NotIncluded`] and [`Error::Failed`] are the two answers that must never be mixed up: the first
/// message changed nothing and cost nothing, the second was executed and paid for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The message was not included in any block and can never be any more.
    #[error("{0}")]
    NotIncluded(Box<NotIncluded>),
    /// The message was executed, and a transaction of its tree failed.
    #[error("{0}")]
    Failed(Box<Failure>),
    /// The fate of a message is not known yet.
    #[error("message {message} is still on its way at chain time {at}")]
    Pending {
        /// The message, possibly one that another transaction of the tree sent.
        message: MsgHash,
        /// Chain time of the last look.
        at: UnixTime,
    },
    /// The connection failed while a message was on its way out or waited for: it may have been executed.
    #[error("the connection failed, and message {message} may have been executed")]
    Interrupted {
        /// The message.
        message: MsgHash,
        /// The end of its life, Unix seconds; `None` if its contract knows no such thing.
        expire: Option<UnixTime>,
        /// What failed.
        #[source]
        source: TransportError,
    },
    /// Whoever observes the messages stopped one before it was posted.
    #[error("message {message} was not sent: {reason}")]
    Unsent {
        /// The message.
        message: MsgHash,
        /// Why.
        reason: String,
    },
    /// A message tree has more transactions than the client follows.
    #[error("message {message} caused more than {limit} transactions")]
    TreeTooLarge {
        /// The message that started it.
        message: MsgHash,
        /// How many the client follows, see [`crate::Settings::tree_limit`].
        limit: usize,
    },
    /// The network knows no such transaction.
    #[error("there is no transaction {hash}")]
    TransactionMissing {
        /// Its hash.
        hash: TxHash,
    },
    /// Nothing is at the address.
    #[error("account {address} does not exist")]
    AccountMissing {
        /// The address.
        address: Address,
    },
    /// The account has no code to run.
    #[error("account {address} has no running contract, it is {status:?}")]
    NotActive {
        /// The address.
        address: Address,
        /// Its status.
        status: AccountStatus,
    },
    /// The contract is there already.
    #[error("a contract is deployed at {address} already")]
    AlreadyDeployed {
        /// The address.
        address: Address,
    },
    /// The account cannot pay for what was asked.
    #[error("account {address} has {balance:#} tokens, at least {needed:#} are needed")]
    BalanceTooLow {
        /// The address.
        address: Address,
        /// What it has.
        balance: Nano,
        /// What it needs.
        needed: Nano,
    },
    /// A getter ended with an exit code.
    #[error("{0}")]
    Getter(Box<GetterFailure>),
    /// A getter ended well and returned nothing that its ABI describes.
    #[error("getter {function} of {address} gave no answer")]
    NoAnswer {
        /// The account.
        address: Address,
        /// The getter.
        function: String,
    },
    /// A key that everybody knows was to sign for a network where money is at stake.
    #[error("{key} is a development key: it may sign on local networks only, and {network} is none")]
    DevelopmentKey {
        /// The key.
        key: PublicKey,
        /// Name of the network.
        network: String,
    },
    /// The network wants its id under every signature, which the signers here cannot give.
    #[error("{network} wants its global id in signatures (capability 0x4000000), which is not supported")]
    SignatureId {
        /// Name of the network.
        network: String,
    },
    /// The signer gave something that is no signature of its key.
    #[error("the signer of {key} gave a wrong signature")]
    BadSignature {
        /// Its public key.
        key: PublicKey,
    },
    /// The network gave a cell that is no transaction.
    #[error("the network gave something that is no transaction: {0}")]
    BadTransaction(#[from] chain::ViewError),
    /// A message that is to be posted is not an external one.
    #[error("message {0} does not come from the outside, it cannot be posted")]
    NotExternal(MsgHash),
    /// Encoding or decoding by the ABI failed.
    #[error(transparent)]
    Abi(#[from] ton_abi::Error),
    /// The signer failed.
    #[error(transparent)]
    Keys(#[from] keys::Error),
    /// A local run failed for another reason than the contract's own.
    #[error("local run on {address} failed")]
    LocalRun {
        /// The account.
        address: Address,
        /// What the execution core said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The network did not answer.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// Bytes are no bag of cells.
    #[error(transparent)]
    Boc(#[from] crate::boc::BadBoc),
}

/// An external message that never became a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotIncluded {
    /// The message.
    pub message: MsgHash,
    /// Its destination.
    pub address: Address,
    /// Name of the destination's contract, if known.
    pub contract: Option<Arc<str>>,
    /// Whether the network said so or the message outlived its time.
    pub cause: NotIncludedCause,
    /// The entry of the contract's exit code in the tables.
    pub meaning: Option<ExitCode>,
    /// Where in its sources the contract ended, if that is known.
    pub fault: Option<Fault>,
}

/// How it is known that a message was not included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotIncludedCause {
    /// The network reported it.
    Rejected(RejectReason),
    /// Chain time passed the message's `expire` without it.
    Expired {
        /// The end of its life, Unix seconds.
        expire: UnixTime,
        /// What a run on the account's present state gives as the reason; `None` if that run accepts it.
        diagnosis: Option<RejectReason>,
    },
}

/// A getter that ended with an exit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetterFailure {
    /// The account.
    pub address: Address,
    /// The getter.
    pub function: String,
    /// Exit code of the virtual machine.
    pub exit_code: i32,
    /// Its entry in the tables.
    pub meaning: Option<ExitCode>,
}

/// A message tree with the step that failed.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The whole tree.
    pub tree: Tree,
    /// Place of the failed step in it.
    pub index: usize,
    /// Why it failed.
    pub kind: FailureKind,
}

impl Failure {
    /// # Panics
    /// If the step did not fail.
    pub(crate) fn new(tree: Tree, index: usize) -> Self {
        let kind = tree.steps[index].failure.clone().expect("the caller found a failed step");
        Self { tree, index, kind }
    }

    /// The failed step.
    #[must_use]
    pub fn step(&self) -> &Step {
        &self.tree.steps[self.index]
    }
}

impl NotIncluded {
    /// Why, as far as it is known.
    #[must_use]
    pub fn reason(&self) -> Option<&RejectReason> {
        match &self.cause {
            NotIncludedCause::Rejected(reason) => Some(reason),
            NotIncludedCause::Expired { diagnosis, .. } => diagnosis.as_ref(),
        }
    }

    /// Exit code of the contract, if it is the reason.
    #[must_use]
    pub fn exit_code(&self) -> Option<i32> {
        match self.reason() {
            Some(RejectReason::ExitCode(code)) => Some(*code),
            _ => None,
        }
    }
}

impl Error {
    /// The contract's exit code or the action phase's result code, if one is the reason.
    #[must_use]
    pub fn exit_code(&self) -> Option<i32> {
        match self {
            Self::NotIncluded(it) => it.exit_code(),
            Self::Failed(failure) => failure.kind.code().map(|(code, _)| code),
            Self::Getter(it) => Some(it.exit_code),
            _ => None,
        }
    }

    /// Where in the sources the contract ended, if that is known.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::NotIncluded(it) => it.fault.as_ref(),
            Self::Failed(failure) => failure.step().fault.as_ref(),
            _ => None,
        }
    }

    /// What the reader can do next, if there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NotIncluded(it) => return it.hint(),
            Self::AccountMissing { address }
            | Self::NotActive { address, status: AccountStatus::NotExists } => {
                format!("send money to {address}, then deploy the contract")
            }
            Self::NotActive { address, status: AccountStatus::Uninit } => {
                format!("deploy the contract at {address}")
            }
            Self::NotActive { status: AccountStatus::Frozen, .. } => {
                "the account owes storage fees: send money together with its last state".to_owned()
            }
            Self::BalanceTooLow { address, balance, needed } => {
                format!("send at least {:#} tokens to {address}", needed.saturating_sub(*balance))
            }
            Self::Interrupted { message, expire: Some(expire), .. } => {
                format!("look for message {message} before you send another one; it is void after {expire}")
            }
            Self::Interrupted { message, expire: None, .. } => {
                format!("look for message {message} before you send another one")
            }
            Self::Pending { .. } => "wait for the next blocks and ask again".to_owned(),
            Self::DevelopmentKey { .. } => "sign with a key of your own".to_owned(),
            Self::Transport(e) if e.is_temporary() => "check the connection and try again".to_owned(),
            _ => return None,
        })
    }
}

impl NotIncluded {
    fn hint(&self) -> Option<String> {
        let address = &self.address;
        Some(match self.reason()? {
            RejectReason::ExitCode(40) => {
                "sign with the key that the message names, on this network".to_owned()
            }
            RejectReason::ExitCode(52) => {
                "the message was executed before or is too old: make a new one".to_owned()
            }
            RejectReason::ExitCode(57) => "the message expired: make a new one".to_owned(),
            RejectReason::ExitCode(_) | RejectReason::BadState | RejectReason::Other(_) => return None,
            RejectReason::NoAccount => format!("send money to {address}, then deploy the contract"),
            RejectReason::NoCode => format!("deploy the contract at {address}"),
            RejectReason::LowBalance { .. } => format!("send money to {address}"),
        })
    }
}

impl fmt::Display for NotIncluded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "message {} to {} was not included", self.message, Named(&self.contract, &self.address))?;
        match &self.cause {
            NotIncludedCause::Rejected(reason) => write!(f, ": {reason}")?,
            NotIncludedCause::Expired { expire, diagnosis: Some(reason) } => {
                write!(f, " before it expired at {expire}: {reason}")?;
            }
            NotIncludedCause::Expired { expire, diagnosis: None } => {
                write!(f, " before it expired at {expire}")?
            }
        }
        write!(f, "{}", Explained(&self.meaning))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let step = self.step();
        let place = Named(&step.contract, step.account());
        write!(f, "transaction {} of {place} failed: {}{}", step.hash, self.kind, Explained(&step.meaning))
    }
}

impl fmt::Display for GetterFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, function, exit_code, meaning } = self;
        write!(f, "getter {function} of {address} ended with exit code {exit_code}{}", Explained(meaning))
    }
}

impl From<NotIncluded> for Error {
    fn from(it: NotIncluded) -> Self {
        Self::NotIncluded(Box::new(it))
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Failed(Box::new(failure))
    }
}

/// Contract name and address, or the address alone.
struct Named<'a>(&'a Option<Arc<str>>, &'a Address);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(name) => write!(f, "{name} ({})", self.1),
            None => write!(f, "{}", self.1),
        }
    }
}

/// Name and text of an exit code in brackets, or nothing.
struct Explained<'a>(&'a Option<ExitCode>);

impl fmt::Display for Explained<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(code) => write!(f, " ({}: {})", code.name, code.text),
            None => Ok(()),
        }
    }
}
