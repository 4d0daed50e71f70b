//! The error type of the crate.

use std::path::PathBuf;

use ton_abi::{Address, Nano, UnixTime};
use ton_client::{MsgHash, TxHash};

use crate::external::BadExternal;

/// Everything that can go wrong in a node.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No network would take this external message.
    #[error("the external message is refused: {0}")]
    BadExternal(#[from] BadExternal),
    /// Too many external messages wait.
    #[error("{limit} external messages wait already: produce a block first")]
    MempoolFull {
        /// How many may wait.
        limit: usize,
    },
    /// The external messages that wait take too much memory.
    #[error("external messages that wait take {limit} bytes already: produce a block first")]
    MempoolBytes {
        /// How many bytes they may take.
        limit: usize,
    },
    /// Messages still cause each other after so many blocks.
    #[error(
        "after {blocks} blocks {queued} messages are still on their way: contracts call each other endlessly"
    )]
    NotSettled {
        /// Blocks made.
        blocks: u32,
        /// Messages in the queue.
        queued: usize,
    },
    /// The clock was to be set before the newest block.
    #[error("chain time cannot go back to {wanted}, the newest block is of {newest}")]
    ClockBackwards {
        /// Wanted time, Unix seconds.
        wanted: UnixTime,
        /// Time of the newest block, Unix seconds.
        newest: UnixTime,
    },
    /// Chain time ends with 32 bits of seconds.
    #[error("chain time ends in the year 2106")]
    ClockRange,
    /// The genesis names an account twice.
    #[error("the genesis has two accounts at {address}")]
    DuplicateAccount {
        /// The address.
        address: Address,
    },
    /// Accounts live in the workchains 0 and -1 only.
    #[error("there is no workchain for an account at {address}")]
    BadWorkchain {
        /// The address.
        address: Address,
    },
    /// No message with this hash waits for a block.
    #[error("no message {message} waits for a block")]
    NotWaiting {
        /// Hash of the message.
        message: MsgHash,
    },
    /// The giver's image and ABI do not belong together.
    #[error(transparent)]
    Giver(#[from] ton_abi::Error),
    /// The giver's constructor ran and failed.
    #[error("the constructor of the giver failed with exit code {exit_code:?}")]
    GiverFailed {
        /// Exit code of the virtual machine, if it ran.
        exit_code: Option<i32>,
    },
    /// An account does not fit into cells.
    #[error(transparent)]
    Account(#[from] chain::AccountError),
    /// Amounts add up to more than 128 bits.
    #[error("amounts add up to more than 128 bits")]
    AmountOverflow,
    /// A cell of the state does not hold what it should.
    #[error("a cell of the state is malformed: {0}")]
    BadCell(#[source] tycho_types::error::Error),
    /// Defect: a transaction made or lost money.
    #[error("a transaction of {account} turns {before:#} tokens into {after:#}")]
    MoneyNotConserved {
        /// The account.
        account: Address,
        /// Balance and message value before.
        before: Nano,
        /// Balance, fees and sent value after.
        after: Nano,
    },
    /// The giver's constructor did not accept its message.
    #[error("the constructor of the giver at {account} did not run")]
    GiverRefused {
        /// Address that the giver's code would have if it were deployed.
        account: Address,
        /// What the execution core said.
        #[source]
        source: chain::ExecError,
    },
    /// Defect: an internal message stands among the external ones.
    #[error("a message of the mempool is not external")]
    NotExternal,
    /// Defect: an external message stands among the internal ones.
    #[error("a message of the queue is not internal")]
    NotInternal,
    /// The state file cannot be read or written.
    #[error("cannot {action} {path}")]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Cause.
        #[source]
        source: std::io::Error,
    },
    /// The file is of another program, another version, cut off or damaged.
    #[error("{path} is not a usable node state: {reason}")]
    BadFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: BadFile,
    },
    /// The database cannot be used.
    #[error("the database in {path} cannot be used: {reason}")]
    Db {
        /// Its folder.
        path: PathBuf,
        /// What is wrong.
        reason: BadDb,
    },
    /// A rule of a fault makes no sense.
    #[error("bad fault rule: {0}")]
    BadFault(&'static str),
    /// Only a deployed contract has code and data.
    #[error("there is no contract at {address}")]
    NoContract {
        /// The address.
        address: Address,
    },
    /// No such transaction is known.
    #[error("there is no transaction {hash}")]
    NoTransaction {
        /// Its hash.
        hash: TxHash,
    },
    /// A transaction cannot be executed again.
    #[error("transaction {hash} cannot be traced: {reason}")]
    NotTraceable {
        /// Its hash.
        hash: TxHash,
        /// Why not.
        reason: String,
    },
    /// Somebody else saved to the file since it was loaded.
    #[error(
        "{path} was changed by another process since it was loaded: nothing was saved, run the command again"
    )]
    ChangedOnDisk {
        /// The file.
        path: PathBuf,
    },
}

/// What is wrong with a database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadDb {
    /// Another process uses it.
    #[error("another process has it open")]
    Locked,
    /// The file belongs to another program.
    #[error("its file is not a database of this node")]
    NotDatabase,
    /// It was written by another version of the layout.
    #[error(
        "it has format {found}, this program reads {supported}; use another folder or the program that wrote it"
    )]
    Version {
        /// Format of the database.
        found: u64,
        /// Format of this program.
        supported: u64,
    },
    /// It contradicts itself or its checksums.
    #[error("it is damaged ({0})")]
    Damaged(String),
    /// The folder or a file in it cannot be used.
    #[error("{0}")]
    Io(String),
    /// A commit failed.
    #[error("writing failed ({0})")]
    Write(String),
    /// An earlier commit failed.
    #[error("an earlier write failed; open it again")]
    Broken,
}

/// What is wrong with a state file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadFile {
    /// It does not start like a state file.
    #[error("it is no state file of this node")]
    Magic,
    /// It was written by another version of the format.
    #[error(
        "it has format {found}, this program reads {supported}; start with a new state or use the program that wrote it"
    )]
    Version {
        /// Format of the file.
        found: u32,
        /// Format of this program.
        supported: u32,
    },
    /// It is shorter than it says.
    #[error("it is cut off: {found} bytes of {expected}")]
    Truncated {
        /// Bytes in the file.
        found: u64,
        /// Bytes it should have.
        expected: u64,
    },
    /// Its bytes do not match their checksum.
    #[error("its checksum is wrong, the file is damaged")]
    Checksum,
    /// Its parts do not fit together in spite of a right checksum.
    #[error("its contents are inconsistent ({0})")]
    Contents(String),
}
