//! Why the service does not do what it was asked for.

/// A failed request to the service. [`Error::code`] names each kind for programs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The node refuses.
    #[error(transparent)]
    Node(#[from] localnet::Error),
    /// Too many external messages wait.
    #[error("{limit} external messages wait already: try again after the next block")]
    MempoolFull {
        /// How many may wait.
        limit: usize,
    },
    /// The waiting external messages are too large in all.
    #[error("waiting external messages fill {limit} bytes: try again after the next block")]
    MempoolBytes {
        /// How many bytes may wait.
        limit: usize,
    },
    /// Too many commands wait for the driver.
    #[error("{limit} commands wait already: try again later")]
    Busy {
        /// How many may wait.
        limit: usize,
    },
    /// The service is stopping.
    #[error("the node is stopping")]
    Stopped,
    /// Block production stopped because of a defect; reading goes on. Restoring or loading a state ends it.
    #[error("block production is halted: {0}")]
    Halted(String),
    /// No checkpoint has this name.
    #[error("there is no checkpoint {0:?}")]
    NoCheckpoint(String),
    /// Names of checkpoints are 1 to 64 letters, digits, dots, dashes and underscores.
    #[error("{0:?} is no name for a checkpoint: 1 to 64 letters, digits, '.', '-' and '_'")]
    BadName(String),
    /// Too many checkpoints.
    #[error("there are {limit} checkpoints already: delete one")]
    TooManyCheckpoints {
        /// How many there may be.
        limit: usize,
    },
    /// The bytes are no state file.
    #[error("the state cannot be loaded: {0}")]
    BadState(#[from] localnet::BadFile),
    /// The service was started from a state, so it does not know how the network began.
    #[error("the beginning of this network is not known: it was started from a saved state")]
    NoGenesis,
    /// Too many blocks at once.
    #[error("{wanted} blocks are too many at once, {limit} are allowed")]
    TooManyBlocks {
        /// Wanted blocks.
        wanted: u32,
        /// Most blocks of one request.
        limit: u32,
    },
    /// The driver thread cannot be started.
    #[error("the node's thread cannot be started")]
    Thread(#[source] std::io::Error),
}

impl Error {
    /// Stable name of the kind, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Node(error) => node_code(error),
            Self::MempoolFull { .. } | Self::MempoolBytes { .. } => "mempool-full",
            Self::Busy { .. } => "busy",
            Self::Stopped => "stopping",
            Self::Halted(_) => "halted",
            Self::NoCheckpoint(_) => "no-checkpoint",
            Self::BadName(_) => "bad-name",
            Self::TooManyCheckpoints { .. } => "too-many-checkpoints",
            Self::BadState(_) => "bad-state",
            Self::NoGenesis => "no-genesis",
            Self::TooManyBlocks { .. } => "too-many-blocks",
            Self::Thread(_) => "thread",
        }
    }

    /// Whether the caller did something wrong, rather than the node being busy, stopping or broken.
    #[must_use]
    pub fn is_callers_fault(&self) -> bool {
        !matches!(
            self.code(),
            "mempool-full" | "busy" | "stopping" | "halted" | "thread" | "storage" | "node"
        )
    }
}

fn node_code(error: &localnet::Error) -> &'static str {
    use localnet::Error as E;
    match error {
        E::BadExternal(_) => "bad-message",
        E::MempoolFull { .. } | E::MempoolBytes { .. } => "mempool-full",
        E::ClockBackwards { .. } => "clock-backwards",
        E::ClockRange => "clock-range",
        E::AmountOverflow => "amount-overflow",
        E::NotSettled { .. } => "not-settled",
        E::BadFile { .. } => "bad-state",
        E::File { .. } | E::ChangedOnDisk { .. } | E::Db { .. } => "storage",
        E::NotWaiting { .. } => "not-waiting",
        E::BadWorkchain { .. } => "bad-address",
        E::BadFault(_) => "bad-fault",
        E::NoContract { .. } => "no-contract",
        E::NoTransaction { .. } => "no-transaction",
        E::NotTraceable { .. } => "not-traceable",
        E::Account(_) => "bad-account",
        _ => "node",
    }
}
