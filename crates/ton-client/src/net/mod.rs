//! What the client needs from a network: the [`Transport`] trait and the types that cross it.
//!
//! COMPAT(sdk): the module has the name of the official SDK's `net`. A transport answers plain questions about
//! accounts, blocks, messages and transactions; waiting, decoding and diagnosis are built on them in
//! [`crate::processing`], the same for every transport.
//!
//! - [`GraphqlTransport`] and [`JrpcTransport`] are networks behind one or several endpoints ([`Options`]);
//! - [`Simulation`] tries out what another network would do, in memory and without secrets;
//! - [`LocalProof`] decides whether a network is one for development.
//!
//! # Invariants
//! - Nothing that a network says is trusted: answers are limited in size, bags of cells in depth ([`crate::boc`]),
//!   and what was asked for by its hash or address is compared with it. What makes no sense is
//!   [`TransportError::BadAnswer`], never a panic.
//! - Only errors that may pass are tried again, and only for a limited time.
//! - Keys of endpoints are never shown, neither in errors nor by `Debug`.

mod answer;
mod cache;
#[cfg(test)]
mod fixtures;
mod graphql;
mod jrpc;
mod link;
mod local;
mod options;
mod simulation;
mod socket;
mod traced;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ton_abi::{Address, Cell, Lt, Nano, UnixMillis, UnixTime};

pub use self::answer::Malformed;
pub use self::graphql::{GraphqlTransport, Subscription};
pub use self::jrpc::JrpcTransport;
use self::link::Outcome;
pub use self::link::Refusal;
pub use self::local::LocalProof;
pub use self::options::{BadOptions, Options, Secret};
pub use self::simulation::{SIMULATED_TRANSACTIONS, Simulation};
use crate::ids::{BlockId, MsgHash, TxHash};

/// A cause of any kind.
type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The newest block of a shard as far as clients care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Identity of the block; zero where the network does not tell it (JSON-RPC).
    pub id: BlockId,
    /// Number of the block in its shard.
    pub seq_no: u32,
    /// Time of the block: the chain's clock.
    pub gen_utime: UnixTime,
    /// Logical time after the block.
    pub end_lt: Lt,
}

/// A transaction with the place it was found at.
#[derive(Debug, Clone)]
pub struct FoundTransaction {
    /// The account that executed it (the cell lacks the workchain).
    pub account: Address,
    /// The transaction as the network stores it.
    pub cell: Cell,
}

impl FoundTransaction {
    /// Hash of the transaction.
    #[must_use]
    pub fn hash(&self) -> TxHash {
        TxHash::from(self.cell.repr_hash())
    }
}

/// A network to talk to.
///
/// Implemented by the embedded node and by clients of remote endpoints. Every method may be called at any time
/// and from any thread; none of them waits for the chain, except [`Transport::wait_block`] and
/// [`Transport::wait_news`] within their timeout. Remote transports try again after errors that may pass.
/// Answers may lag behind each other: a block may be known before its transactions are, or the other way round.
#[async_trait]
pub trait Transport: Send + Sync {
    /// What people call it: a profile name or an URL.
    fn name(&self) -> String;

    /// Whether it is a network of its own for development, where keys of public knowledge are welcome.
    fn is_local(&self) -> bool {
        false
    }

    /// Whether nothing that is posted has any effect, and signatures are not looked at: clients ask no signer then.
    fn is_simulation(&self) -> bool {
        false
    }

    /// The configuration that transactions run under now, with the network's global id.
    async fn config(&self) -> Result<chain::Config, TransportError>;

    /// The newest block of the shard that holds `address`.
    async fn head(&self, address: &Address) -> Result<Head, TransportError>;

    /// Chain time at which a message posted now can be executed at the earliest; messages take their header's
    /// `time` from it. Grows with the chain and is never behind the newest block.
    ///
    /// Contracts take a later `time` only, so two clients that start in the same chain second need a finer clock:
    /// transports should add what they know of the milliseconds.
    async fn now(&self, address: &Address) -> Result<UnixMillis, TransportError> {
        Ok(self.head(address).await?.gen_utime.millis())
    }

    /// The newest block once it is another one than `after`; `None` if there is none within `timeout`.
    ///
    /// A node whose blocks are made by hand answers `None` at once.
    async fn wait_block(
        &self,
        address: &Address,
        after: &Head,
        timeout: Duration,
    ) -> Result<Option<Head>, TransportError>;

    /// Like [`Transport::wait_block`], but ends earlier, with `after` itself, when something was reported about a
    /// posted message: then it is time to ask for its transaction or rejection. Each news ends one such wait.
    async fn wait_news(
        &self,
        address: &Address,
        after: &Head,
        _message: &MsgHash,
        timeout: Duration,
    ) -> Result<Option<Head>, TransportError> {
        self.wait_block(address, after, timeout).await
    }

    /// Hands an external message over to the network, as the bytes of a bag of cells.
    ///
    /// Success says that somebody took the bytes, nothing more. The same bytes may be posted any number of times.
    /// [`TransportError::Refused`] says that nobody took them; after all other errors the message may be on its way.
    async fn post(&self, message: &[u8]) -> Result<(), TransportError>;

    /// The newest known state of an account, [`chain::Account::none`] if it does not exist.
    ///
    /// The hash of its last transaction may be zero where the network does not tell it.
    async fn account(&self, address: &Address) -> Result<chain::Account, TransportError>;

    /// A transaction by its hash.
    async fn transaction(&self, hash: &TxHash) -> Result<Option<FoundTransaction>, TransportError>;

    /// The transaction that a message caused.
    async fn transaction_of(&self, in_msg: &MsgHash) -> Result<Option<FoundTransaction>, TransportError>;

    /// Transactions of an account with an lt up to `last` (all if `None`), newest first, at most `limit`.
    async fn transactions(
        &self,
        account: &Address,
        last: Option<Lt>,
        limit: usize,
    ) -> Result<Vec<FoundTransaction>, TransportError>;

    /// A message by its hash; `None` also where the network does not keep messages by hash (JSON-RPC).
    async fn message(&self, hash: &MsgHash) -> Result<Option<Cell>, TransportError>;

    /// How the contract ran in a past transaction, instruction by instruction; `None` where the network cannot tell.
    ///
    /// The embedded node and node-server can, others mostly not.
    async fn trace(&self, _transaction: &TxHash) -> Result<Option<chain::Trace>, TransportError> {
        Ok(None)
    }

    /// Whether the network reported that it turned a posted message down, and why.
    ///
    /// Networks without such reports answer `None`; the client then finds the reason itself once the message
    /// has expired.
    async fn rejection(&self, _message: &MsgHash) -> Result<Option<Rejection>, TransportError> {
        Ok(None)
    }
}

/// A posted message that was tried and not included: it cost nothing and changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// The message.
    pub message: MsgHash,
    /// Its destination.
    pub account: Address,
    /// Why it was not included.
    pub reason: RejectReason,
    /// Chain time of the attempt.
    pub at: UnixTime,
    /// Block that left it out.
    pub seq_no: u32,
}

/// Why an external message is not included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RejectReason {
    /// The contract ended before it accepted the message.
    ExitCode(i32),
    /// No account is at the destination, and the message brings none.
    NoAccount,
    /// The account has no code (never deployed, or frozen), and the message does not bring the right one.
    NoCode,
    /// The state that the message brings does not fit the account, or the account is frozen.
    BadState,
    /// The balance does not pay for taking the message in.
    LowBalance {
        /// What the account has, nanotokens.
        balance: Nano,
    },
    /// The message breaks a rule of the network.
    Other(String),
}

impl RejectReason {
    /// The reason that a run of our own gave on this account.
    #[must_use]
    pub fn of(rejected: &chain::Rejected, account: &chain::Account) -> Self {
        use chain::RejectReason as R;
        match (rejected.exit_code, rejected.reason) {
            (Some(code), _) => Self::ExitCode(code),
            (None, R::NoAccount) => Self::NoAccount,
            (None, R::NoCode) => Self::NoCode,
            (None, R::BadState) => Self::BadState,
            (None, R::NoFunds) => Self::LowBalance { balance: account.balance() },
            (None, reason @ (R::NotAccepted | R::WrongAddress | R::BadMessage)) => {
                Self::Other(reason.to_string())
            }
        }
    }
}

impl fmt::Display for RejectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ExitCode(code) => write!(f, "the contract ended with exit code {code} before it accepted"),
            Self::NoAccount => f.write_str("the account does not exist"),
            Self::NoCode => f.write_str("the account has no code"),
            Self::BadState => f.write_str("the state in the message does not fit the account"),
            Self::LowBalance { balance } => {
                write!(f, "the balance of {balance:#} tokens does not pay for taking the message in")
            }
            Self::Other(reason) => f.write_str(reason),
        }
    }
}

/// Why a transport has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// Nobody answers; trying again later may help.
    #[error("{network} cannot be reached: {source}")]
    Unreachable {
        /// Name of the network.
        network: String,
        /// Cause.
        source: BoxError,
    },
    /// The network answered that the request is wrong; trying again will not help.
    #[error("{network} refused the request: {source}")]
    Refused {
        /// Name of the network.
        network: String,
        /// What it said.
        source: BoxError,
    },
    /// The answer makes no sense.
    #[error("{network} gave an unusable answer: {source}")]
    BadAnswer {
        /// Name of the network.
        network: String,
        /// What is wrong with it.
        source: BoxError,
    },
}

/// What became of a posted message, in the words of [`Transport::post`].
fn posted(outcome: Outcome) -> Result<(), TransportError> {
    match outcome.result {
        Ok(_) => Ok(()),
        // Somebody else may have it.
        Err(TransportError::Refused { network, source }) if outcome.lost > 0 => {
            Err(TransportError::Unreachable { network, source })
        }
        Err(error) => Err(error),
    }
}

/// Reads a page of an account's transactions: not more than were asked for, all of this account, newest first, up to
/// `last`. Gives the lt of the oldest, too.
fn read_page(
    rows: Result<&[Value], Malformed>,
    page: usize,
    account: &Address,
    last: Lt,
    read: impl Fn(&Value) -> Result<FoundTransaction, Malformed>,
) -> Result<(Vec<FoundTransaction>, Option<Lt>), Malformed> {
    let rows = rows?;
    if rows.len() > page {
        return Err(Malformed::Other("number of transactions"));
    }
    let (mut found, mut newest, mut oldest) = (Vec::with_capacity(rows.len()), last, None);
    for row in rows {
        let transaction = read(row)?;
        let bad = |source| Malformed::Cell { field: "transaction", source };
        let lt = Lt(transaction.cell.parse::<tycho_types::models::Transaction>().map_err(bad)?.lt);
        if transaction.account != *account || lt > newest {
            return Err(Malformed::Other("part of the history"));
        }
        newest = Lt(lt.0.saturating_sub(1));
        oldest = Some(lt);
        found.push(transaction);
    }
    Ok((found, oldest))
}

impl TransportError {
    /// Whether the same request may succeed later.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }
}
