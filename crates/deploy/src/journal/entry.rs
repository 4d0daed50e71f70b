//! What a line of the journal says.

use governance::workflow::founding::Step;
use serde::{Deserialize, Serialize};
use ton_abi::{Nano, UnixTime};
use ton_client::{MsgHash, TxHash};

use crate::Binding;

/// An entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Entry {
    /// The first one: what the deployment is bound to.
    Begin(Box<Binding>),
    /// A message is about to be posted.
    Sending {
        /// Its step.
        step: Step,
        /// Its hash.
        message: MsgHash,
        /// The end of its life.
        expire: Option<UnixTime>,
        /// Its bag of cells in base64.
        boc: String,
    },
    /// Its transaction is on the chain, and everything that followed went well.
    Landed {
        /// The step.
        step: Step,
        /// The message.
        message: MsgHash,
        /// Its transaction.
        transaction: TxHash,
        /// What it cost all accounts together.
        fees: Nano,
    },
    /// The message can never land any more.
    Void {
        /// The step.
        step: Step,
        /// The message.
        message: MsgHash,
        /// How it is known.
        reason: String,
    },
    /// The message was executed, and something that followed failed.
    Failed {
        /// The step.
        step: Step,
        /// The message.
        message: MsgHash,
        /// Its transaction.
        transaction: TxHash,
        /// What failed.
        reason: String,
    },
    /// The chain shows the outcome of the step, and no message of this journal brought it about.
    Found {
        /// The step.
        step: Step,
    },
    /// Everything was compared with the files.
    Done,
}

impl Entry {
    /// The step that it is about.
    #[must_use]
    pub fn step(&self) -> Option<Step> {
        match self {
            Self::Begin(_) | Self::Done => None,
            Self::Sending { step, .. }
            | Self::Landed { step, .. }
            | Self::Void { step, .. }
            | Self::Failed { step, .. }
            | Self::Found { step } => Some(*step),
        }
    }
}
