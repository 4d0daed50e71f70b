//! Transactions taken apart.

use ton_abi::{Address, Hash, Lt, Nano, UnixTime};
use tycho_types::cell::Cell;
use tycho_types::error::Error as CellError;
use tycho_types::models::{
    AccountStatus, AccountStatusChange, ActionPhase, BouncePhase, ComputePhase, ComputePhaseSkipReason,
    OrdinaryTxInfo, Transaction, TxInfo,
};
use tycho_types::num::Tokens;

/// An ordinary transaction with the facts of its phases.
#[derive(Debug, Clone)]
pub struct TransactionView {
    /// Hash of the transaction cell, by which it is known.
    pub hash: Hash,
    /// Account.
    pub account: Address,
    /// Logical time.
    pub lt: Lt,
    /// Time of the block.
    pub now: UnixTime,
    /// Hash of the account's transaction before.
    pub prev_hash: Hash,
    /// Logical time of the account's transaction before.
    pub prev_lt: Lt,
    /// Account's state before.
    pub orig_status: AccountStatus,
    /// Account's state after.
    pub end_status: AccountStatus,
    /// Hash of the account cell before.
    pub old_hash: Hash,
    /// Hash of the account cell after.
    pub new_hash: Hash,
    /// The inbound message.
    pub in_msg: Option<Cell>,
    /// Outgoing messages in their order.
    pub out_msgs: Vec<Cell>,
    /// All fees that the transaction collected, see [`Fees`].
    pub total_fees: Nano,
    /// The fees by phase.
    pub fees: Fees,
    /// Debt for rent that could not be paid.
    pub storage_due: Option<Nano>,
    /// What the storage phase did to the account.
    pub storage_status_change: Option<AccountStatusChange>,
    /// Money credited to the account; `None` for external messages.
    pub credit: Option<Nano>,
    /// Whether money was credited before rent was taken.
    pub credit_first: bool,
    /// The run of the contract.
    pub compute: ComputeView,
    /// The actions; `None` if the contract did not run to its end.
    pub action: Option<ActionPhase>,
    /// The bounce of the message, if it was due.
    pub bounce: Option<BouncePhase>,
    /// Whether the account's state was put back; see [`TransactionView::is_success`] for what that misses.
    pub aborted: bool,
    /// Whether the account is gone.
    pub destroyed: bool,
}

/// What a transaction collected; the sum is [`TransactionView::total_fees`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fees {
    /// For importing the external message.
    pub import: Nano,
    /// Rent, with old debt.
    pub storage: Nano,
    /// Gas.
    pub gas: Nano,
    /// The first third of the forward fees of outgoing messages, and fines for failed actions.
    pub action: Nano,
    /// The first third of the bounced message's forward fee.
    pub bounce: Nano,
}

/// The compute phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ComputeView {
    /// The contract did not run.
    Skipped(ComputePhaseSkipReason),
    /// It ran.
    Executed(ComputeRun),
}

/// A run of the virtual machine in a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComputeRun {
    /// The transaction's own flag: the message was accepted and a state committed. It is set, too, when the contract
    /// threw after `commit`: look at the exit code.
    pub committed: bool,
    /// Exit code of the machine: 0 and 1 are success.
    pub exit_code: i32,
    /// Argument of the exception, if it is a number.
    pub exit_arg: Option<i32>,
    /// Gas used.
    pub gas_used: u64,
    /// Gas limit of the run.
    pub gas_limit: u64,
    /// Gas that could be used before accepting (external messages).
    pub gas_credit: Option<u32>,
    /// Gas fee.
    pub gas_fees: Nano,
    /// Steps of the machine.
    pub vm_steps: u32,
    /// Mode, always 0.
    pub mode: i8,
    /// Whether the message's code and data were used.
    pub msg_state_used: bool,
    /// Whether the account became active.
    pub account_activated: bool,
}

/// Why a cell is no transaction that can be shown.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// The cell cannot be read.
    #[error("bad transaction cell: {0}")]
    Cell(#[from] CellError),
    /// Tick-tock transactions belong to special contracts of the masterchain.
    #[error("tick-tock transactions are not supported")]
    TickTock,
}

impl TransactionView {
    /// Takes a transaction cell apart. The cell does not tell the workchain.
    ///
    /// # Errors
    /// [`ViewError`].
    pub fn parse(cell: &Cell, workchain: i8) -> Result<Self, ViewError> {
        let tx = cell.parse::<Transaction>()?;
        let TxInfo::Ordinary(info) = tx.load_info()? else { return Err(ViewError::TickTock) };
        let update = tx.state_update.load()?;
        let total_fees = Nano::from(tx.total_fees.tokens);
        let out_msgs = tx.out_msgs.values().collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            hash: *cell.repr_hash(),
            account: Address::new(workchain, tx.account),
            lt: Lt(tx.lt),
            now: UnixTime(tx.now),
            prev_hash: tx.prev_trans_hash,
            prev_lt: Lt(tx.prev_trans_lt),
            orig_status: tx.orig_status,
            end_status: tx.end_status,
            old_hash: update.old,
            new_hash: update.new,
            fees: fees(&info, total_fees),
            in_msg: tx.in_msg,
            out_msgs,
            total_fees,
            storage_due: info.storage_phase.as_ref().and_then(|p| p.storage_fees_due).map(Nano::from),
            storage_status_change: info.storage_phase.as_ref().map(|p| p.status_change),
            credit: info.credit_phase.as_ref().map(|p| p.credit.tokens.into()),
            credit_first: info.credit_first,
            compute: ComputeView::new(info.compute_phase),
            action: info.action_phase,
            bounce: info.bounce_phase,
            aborted: info.aborted,
            destroyed: info.destroyed,
        })
    }

    /// Exit code of the contract; `None` if it did not run.
    pub fn exit_code(&self) -> Option<i32> {
        self.run().map(|run| run.exit_code)
    }

    /// The contract's run; `None` if it did not run.
    pub fn run(&self) -> Option<&ComputeRun> {
        match &self.compute {
            ComputeView::Executed(run) => Some(run),
            ComputeView::Skipped(_) => None,
        }
    }

    /// Result code of the actions; `None` if there was no action phase.
    pub fn action_code(&self) -> Option<i32> {
        self.action.as_ref().map(|action| action.result_code)
    }

    /// Whether everything that was asked for happened: the contract ran, ended with exit code 0 or 1, and its actions
    /// succeeded. A contract that throws after `accept` and `commit` fails here, though the transaction's own flags
    /// call it a success.
    pub fn is_success(&self) -> bool {
        !self.aborted && self.exit_code().is_some_and(|code| code == 0 || code == 1)
    }

    /// Gas used, zero if the contract did not run.
    pub fn gas_used(&self) -> u64 {
        self.run().map_or(0, |run| run.gas_used)
    }
}

impl ComputeView {
    fn new(phase: ComputePhase) -> Self {
        match phase {
            ComputePhase::Skipped(phase) => Self::Skipped(phase.reason),
            ComputePhase::Executed(phase) => Self::Executed(ComputeRun {
                committed: phase.success,
                exit_code: phase.exit_code,
                exit_arg: phase.exit_arg,
                gas_used: phase.gas_used.into_inner(),
                gas_limit: phase.gas_limit.into_inner(),
                gas_credit: phase.gas_credit.map(|credit| credit.into_inner()),
                gas_fees: phase.gas_fees.into(),
                vm_steps: phase.vm_steps,
                mode: phase.mode,
                msg_state_used: phase.msg_state_used,
                account_activated: phase.account_activated,
            }),
        }
    }
}

/// The transaction stores the fees of all phases but that of the import, which is what is left of the total.
fn fees(info: &OrdinaryTxInfo, total: Nano) -> Fees {
    let nano = |tokens: Option<Tokens>| tokens.map_or(Nano::ZERO, Nano::from);
    let debt = nano(info.credit_phase.as_ref().and_then(|p| p.due_fees_collected));
    let rent = nano(info.storage_phase.as_ref().map(|p| p.storage_fees_collected));
    let storage = Nano(debt.0 + rent.0);
    let gas = match &info.compute_phase {
        ComputePhase::Executed(phase) => phase.gas_fees.into(),
        ComputePhase::Skipped(_) => Nano::ZERO,
    };
    let action = nano(info.action_phase.as_ref().and_then(|p| p.total_action_fees));
    let bounce = match &info.bounce_phase {
        Some(BouncePhase::Executed(phase)) => phase.msg_fees.into(),
        _ => Nano::ZERO,
    };
    let import = total.saturating_sub(Nano(storage.0 + gas.0 + action.0 + bounce.0));
    Fees { import, storage, gas, action, bounce }
}
