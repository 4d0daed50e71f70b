//! One transaction of a message tree, decoded.

use std::fmt;
use std::sync::Arc;

use chain::{ComputeView, TransactionView};
use ton_abi::{Address, Body, Cell, ExitCode, MessageKind, MessageView, Nano, Phase};
use tycho_types::models::ComputePhaseSkipReason;

use crate::ids::{MsgHash, TxHash};
use crate::net::FoundTransaction;
use crate::source::Fault;
use crate::{Error, Registry};

/// A message with what it says.
#[derive(Debug, Clone)]
pub struct StepMessage {
    /// Its hash.
    pub hash: MsgHash,
    /// Addresses, value, flags, body cell.
    pub view: MessageView,
    /// The decoded body.
    pub body: Body,
}

/// Why a transaction failed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// The contract ended with this exit code; what it did was undone.
    Compute {
        /// Exit code of the virtual machine.
        exit_code: i32,
    },
    /// The contract ended with this exit code after it had committed: its changes up to there stay.
    AfterCommit {
        /// Exit code of the virtual machine.
        exit_code: i32,
    },
    /// The contract ran, but what it wanted to send or change was not possible; what it did was undone.
    Action {
        /// Result code of the action phase.
        result_code: i32,
        /// Which action failed, counted from 0, if the phase says so.
        action: Option<i32>,
    },
    /// No contract ran.
    Skipped(ComputePhaseSkipReason),
}

/// One transaction of a message tree.
#[derive(Debug, Clone)]
pub struct Step {
    /// Hash of the transaction.
    pub hash: TxHash,
    /// The transaction: account, times, status before and after, phases, fees.
    pub tx: TransactionView,
    /// Name of the account's contract, if the registry knows it.
    pub contract: Option<Arc<str>>,
    /// The message that caused it.
    pub in_msg: Option<StepMessage>,
    /// What it sent, in order: messages, events and answers.
    pub out_msgs: Vec<StepMessage>,
    /// Whether and why it failed.
    pub failure: Option<FailureKind>,
    /// The entry of the failure's code in the tables of exit codes.
    pub meaning: Option<ExitCode>,
    /// Where in its sources the contract ended, if it failed and that is known.
    pub fault: Option<Fault>,
    /// Messages between this transaction and the first one of the tree.
    pub depth: u32,
    /// Place of the transaction that sent `in_msg` in [`super::Tree::steps`]; `None` for the first one.
    pub parent: Option<usize>,
}

impl Step {
    /// Decodes a transaction of an account with that contract (`None` if it is not known).
    ///
    /// # Errors
    /// [`Error::BadTransaction`] or [`Error::Abi`] if the cells do not hold a transaction with messages.
    pub fn decode(
        found: &FoundTransaction,
        contract: Option<Arc<str>>,
        registry: &Registry,
    ) -> Result<Self, Error> {
        let tx = TransactionView::parse(&found.cell, found.account.workchain)?;
        let message = |cell: &Cell| -> Result<StepMessage, Error> {
            let view = MessageView::parse(cell)?;
            let own = view.src.as_ref() != Some(&found.account) || view.kind == MessageKind::ExternalOut;
            let body = registry.decode(&view, contract.as_deref().filter(|_| own));
            Ok(StepMessage { hash: MsgHash::from(view.hash), view, body })
        };
        let in_msg = tx.in_msg.as_ref().map(message).transpose()?;
        let out_msgs = tx.out_msgs.iter().map(message).collect::<Result<Vec<_>, _>>()?;
        let body = in_msg.as_ref().map(|message| &message.body);
        let failure = FailureKind::of(&tx, matches!(body, Some(Body::Empty | Body::Comment(_))));
        let meaning = failure.as_ref().and_then(|failure| {
            let (code, phase) = failure.code()?;
            registry.explain(contract.as_deref(), code, phase).cloned()
        });
        Ok(Self {
            hash: found.hash(),
            tx,
            contract,
            in_msg,
            out_msgs,
            failure,
            meaning,
            fault: None,
            depth: 0,
            parent: None,
        })
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> &Address {
        &self.tx.account
    }

    /// Whether the transaction did what its message asked for.
    ///
    /// A plain transfer to an account without code succeeds if the money stays there.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.failure.is_none()
    }

    /// Messages to other contracts, in order.
    pub fn internal_messages(&self) -> impl Iterator<Item = &StepMessage> {
        self.out_msgs.iter().filter(|message| message.view.kind == MessageKind::Internal)
    }

    /// Events and answers to the outside, in order.
    pub fn external_messages(&self) -> impl Iterator<Item = &StepMessage> {
        self.out_msgs.iter().filter(|message| message.view.kind == MessageKind::ExternalOut)
    }

    /// Forwarding fees that travel on inside the sent messages, collected when those are imported, nanotokens.
    #[must_use]
    pub fn forward_ahead(&self) -> Nano {
        self.internal_messages().map(|message| message.view.fwd_fee).sum()
    }
}

impl FailureKind {
    /// Why a transaction failed; `None` if it did not.
    ///
    /// A transfer (`is_transfer`: its message calls nothing) that stays on an account without code has arrived.
    #[must_use]
    pub fn of(tx: &TransactionView, is_transfer: bool) -> Option<Self> {
        let run = match &tx.compute {
            ComputeView::Executed(run) => run,
            ComputeView::Skipped(reason) => {
                let arrived =
                    is_transfer && *reason == ComputePhaseSkipReason::NoState && tx.bounce.is_none();
                return (!arrived).then_some(Self::Skipped(*reason));
            }
        };
        let exit_code = run.exit_code;
        if !run.committed {
            return Some(Self::Compute { exit_code });
        }
        if let Some(action) = tx.action.as_ref().filter(|action| !action.success) {
            return Some(Self::Action { result_code: action.result_code, action: action.result_arg });
        }
        (!tx.is_success()).then_some(Self::AfterCommit { exit_code })
    }

    /// The code and the phase it belongs to.
    #[must_use]
    pub fn code(&self) -> Option<(i32, Phase)> {
        match self {
            Self::Compute { exit_code } | Self::AfterCommit { exit_code } => {
                Some((*exit_code, Phase::Compute))
            }
            Self::Action { result_code, .. } => Some((*result_code, Phase::Action)),
            Self::Skipped(_) => None,
        }
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use ComputePhaseSkipReason::{BadState, NoGas, NoState, Suspended};
        match self {
            Self::Compute { exit_code } => write!(f, "exit code {exit_code}"),
            Self::AfterCommit { exit_code } => write!(f, "exit code {exit_code} after a part was committed"),
            Self::Action { result_code, action: Some(action) } => {
                write!(f, "result code {result_code} of action {action}")
            }
            Self::Action { result_code, action: None } => {
                write!(f, "result code {result_code} of the action phase")
            }
            Self::Skipped(NoState) => f.write_str("no contract at the address"),
            Self::Skipped(BadState) => f.write_str("the state brought along does not fit the address"),
            Self::Skipped(NoGas) => f.write_str("too little money for any gas"),
            Self::Skipped(Suspended) => f.write_str("the account is suspended"),
        }
    }
}
