//! The journal beside the chain.

use std::fmt;

use governance::workflow::founding::{Blueprint, Step};
use ton_abi::UnixTime;
use ton_client::{Client, MsgHash, TxHash};

use crate::{Binding, Entry, Journal, Mismatch, NetworkId, Progress, Result, Store};

/// Where a step stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nothing of it was begun, and the chain shows nothing of it.
    Open,
    /// Nothing of it is in the journal, but the chain shows its outcome.
    Shown,
    /// Its message landed.
    Landed {
        /// Its transaction.
        transaction: TxHash,
    },
    /// The journal has its transaction, the network does not know it.
    Forgotten {
        /// The transaction.
        transaction: TxHash,
    },
    /// A message was about to be posted, and the chain has executed it.
    Unnoted {
        /// The message.
        message: MsgHash,
    },
    /// A message was about to be posted, the chain does not know it, and it may still be executed.
    Underway {
        /// The message.
        message: MsgHash,
        /// The end of its life.
        expire: Option<UnixTime>,
    },
    /// A message was about to be posted, the chain does not know it, and its time is over.
    Expired {
        /// The message.
        message: MsgHash,
    },
    /// Its message was executed and failed.
    Failed {
        /// What failed.
        reason: String,
    },
    /// It was found done.
    Found,
}

impl Standing {
    /// Whether nothing is left to do.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Shown | Self::Landed { .. } | Self::Found)
    }

    /// Its name for programs.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Shown => "shown",
            Self::Landed { .. } => "landed",
            Self::Forgotten { .. } => "forgotten",
            Self::Unnoted { .. } => "unnoted",
            Self::Underway { .. } => "underway",
            Self::Expired { .. } => "expired",
            Self::Failed { .. } => "failed",
            Self::Found => "found",
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("to be done"),
            Self::Shown => f.write_str("done, and not by this journal"),
            Self::Landed { .. } => f.write_str("done"),
            Self::Forgotten { transaction } => {
                write!(f, "the network does not know its transaction {transaction}")
            }
            Self::Unnoted { .. } => f.write_str("done, which the stopped run did not see any more"),
            Self::Underway { expire: Some(expire), .. } => {
                write!(f, "its message may be executed until {expire}; it will be posted again as it is")
            }
            Self::Underway { expire: None, .. } => {
                f.write_str("its message may still be executed; it will be posted again as it is")
            }
            Self::Expired { .. } => f.write_str("its message is void, another one will be made"),
            Self::Failed { reason } => write!(f, "failed: {reason}"),
            Self::Found => f.write_str("found done"),
        }
    }
}

/// A step, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepStatus {
    /// The step.
    pub step: Step,
    /// Where it stands.
    pub standing: Standing,
}

/// The journal beside the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// What is not as it was when the journal was begun.
    pub mismatches: Vec<Mismatch>,
    /// All steps in order.
    pub steps: Vec<StepStatus>,
    /// Whether everything was compared with the files at the end.
    pub done: bool,
    /// Bytes of an unfinished line at the end of the journal.
    pub torn: usize,
}

impl Status {
    /// Asks the chain about everything that the journal says.
    ///
    /// # Errors
    /// Those of getters; [`crate::JournalError::Altered`].
    pub async fn of<S: Store>(
        client: &Client,
        blueprint: &Blueprint<'_>,
        journal: &Journal<S>,
    ) -> Result<Self> {
        blueprint.register(client);
        let network = NetworkId::of(client, &blueprint.charter().main_giver).await?;
        let now = Binding::of(blueprint, network)?;
        let mismatches = match journal.binding() {
            Some(binding) => binding.mismatches(&now, client).await?,
            None => Vec::new(),
        };
        let mut steps = Vec::new();
        for step in Step::all() {
            let standing = standing(client, blueprint, journal, step).await?;
            steps.push(StepStatus { step, standing });
        }
        if let Some(last) = steps.last_mut().filter(|_| journal.is_done()) {
            last.standing = Standing::Found;
        }
        Ok(Self { mismatches, steps, done: journal.is_done(), torn: journal.dropped() })
    }
}

async fn standing<S: Store>(
    client: &Client,
    blueprint: &Blueprint<'_>,
    journal: &Journal<S>,
    step: Step,
) -> Result<Standing> {
    let transport = client.transport();
    let last = journal.entries().iter().rev().find(|entry| entry.step() == Some(step));
    if let Progress::Sent(sent) = journal.progress(step)? {
        let message = sent.message.hash;
        let known = transport.transaction_of(&message).await.map_err(ton_client::Error::from)?;
        let head = transport.head(&sent.message.address).await.map_err(ton_client::Error::from)?;
        let expire = sent.message.expire;
        return Ok(match known {
            Some(_) => Standing::Unnoted { message },
            None if expire.is_some_and(|expire| head.gen_utime >= expire) => Standing::Expired { message },
            None => Standing::Underway { message, expire },
        });
    }
    Ok(match last {
        Some(Entry::Landed { transaction, .. }) => {
            let transaction = *transaction;
            let known = transport.transaction(&transaction).await.map_err(ton_client::Error::from)?;
            match known {
                Some(_) => Standing::Landed { transaction },
                None => Standing::Forgotten { transaction },
            }
        }
        Some(Entry::Found { .. }) => Standing::Found,
        Some(Entry::Failed { reason, .. }) => Standing::Failed { reason: reason.clone() },
        // Looking leaves nothing in the journal.
        _ if blueprint.is_done(client, step).await? => match step {
            Step::Live => Standing::Found,
            _ => Standing::Shown,
        },
        _ => Standing::Open,
    })
}
