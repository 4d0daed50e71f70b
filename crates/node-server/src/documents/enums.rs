//! Enumerations: a number in the document, a name beside it.

/// An enumeration of q-server.
#[derive(Debug)]
pub struct Enum {
    /// GraphQL type.
    pub name: &'static str,
    /// Names with their numbers, in the order of the schema.
    pub values: &'static [(&'static str, i64)],
}

impl Enum {
    /// Name of a number.
    #[must_use]
    pub fn name_of(&self, number: i64) -> Option<&'static str> {
        self.values.iter().find(|(_, value)| *value == number).map(|(name, _)| *name)
    }

    /// Number of a name.
    #[must_use]
    pub fn number_of(&self, name: &str) -> Option<i64> {
        self.values.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

macro_rules! enums {
    ($($(#[$doc:meta])* $id:ident = $name:literal { $($value:ident = $number:literal),* $(,)? })*) => {
        $($(#[$doc])* pub static $id: Enum =
            Enum { name: $name, values: &[$((stringify!($value), $number)),*] };)*

        /// All of them.
        pub static ALL: &[&Enum] = &[$(&$id),*];
    };
}

enums! {
    /// State of an account.
    ACCOUNT_STATUS = "AccountStatusEnum" { Uninit = 0, Active = 1, Frozen = 2, NonExist = 3 }
    /// What a transaction did to the state of its account.
    ACCOUNT_STATUS_CHANGE = "AccountStatusChangeEnum" { Unchanged = 0, Frozen = 1, Deleted = 2 }
    /// Kind of transaction.
    TRANSACTION_TYPE = "TransactionTypeEnum" {
        Ordinary = 0, Storage = 1, Tick = 2, Tock = 3, SplitPrepare = 4, SplitInstall = 5, MergePrepare = 6,
        MergeInstall = 7,
    }
    /// How sure a transaction is.
    TRANSACTION_STATUS = "TransactionProcessingStatusEnum" {
        Unknown = 0, Preliminary = 1, Proposed = 2, Finalized = 3, Refused = 4,
    }
    /// Whether the contract ran.
    COMPUTE_TYPE = "ComputeTypeEnum" { Skipped = 0, Vm = 1 }
    /// Why the contract did not run.
    SKIP_REASON = "SkipReasonEnum" { NoState = 0, BadState = 1, NoGas = 2 }
    /// How a message bounced.
    BOUNCE_TYPE = "BounceTypeEnum" { NegFunds = 0, NoFunds = 1, Ok = 2 }
    /// Kind of message.
    MESSAGE_TYPE = "MessageTypeEnum" { Internal = 0, ExtIn = 1, ExtOut = 2 }
    /// How far a message is.
    MESSAGE_STATUS = "MessageProcessingStatusEnum" {
        Unknown = 0, Queued = 1, Processing = 2, Preliminary = 3, Proposed = 4, Finalized = 5, Refused = 6,
        Transiting = 7,
    }
    /// How sure a block is.
    BLOCK_STATUS = "BlockProcessingStatusEnum" { Unknown = 0, Proposed = 1, Finalized = 2, Refused = 3 }
    /// How a block imported a message.
    IN_MSG_TYPE = "InMsgTypeEnum" {
        External = 0, Ihr = 1, Immediately = 2, Final = 3, Transit = 4, DiscardedFinal = 5, DiscardedTransit = 6,
    }
    /// How a block exported a message.
    OUT_MSG_TYPE = "OutMsgTypeEnum" {
        External = 0, Immediately = 1, OutMsgNew = 2, Transit = 3, DequeueImmediately = 4, Dequeue = 5,
        TransitRequired = 6, DequeueShort = 7, None = -1,
    }
    /// Planned change of a shard.
    SPLIT_TYPE = "SplitTypeEnum" { None = 0, Split = 2, Merge = 3 }
}
