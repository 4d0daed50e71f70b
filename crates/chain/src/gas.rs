//! Gas before accept.

use ton_abi::message_info;
use tycho_executor::phase::{ComputePhaseContext, StoragePhaseContext, TransactionInput};
use tycho_executor::{Executor, ExecutorInspector, TxError};
use tycho_types::cell::Cell;
use tycho_types::models::{ComputePhase, MsgInfo};

use crate::account::Account;
use crate::config::Config;
use crate::execute::{ExecContext, ExecError, RejectReason, Rejected};

/// Gas that the contract uses up to and with the instruction that accepts an external message.
///
/// It must stay below the configured credit (10 000); to measure a contract that goes beyond, use a configuration with
/// a larger [`crate::ConfigOptions::gas_credit`].
///
/// # Errors
/// [`ExecError::Rejected`] if it never accepts, [`ExecError::Fatal`] for wrong arguments.
pub fn gas_before_accept(
    config: &Config,
    account: &Account,
    message: &Cell,
    context: &ExecContext,
) -> Result<u64, ExecError> {
    if !matches!(message_info(message), Ok(MsgInfo::ExtIn(_))) {
        return Err(ExecError::Fatal("only external messages are accepted by the contract".to_owned()));
    }
    let run = || {
        let params = context.params();
        let executor =
            Executor::new(&params, config.parsed()).with_min_lt(context.min_lt.max(account.next_lt()).0);
        let mut state = executor.begin(account.address(), account.shard().load_account()?)?;
        let mut received = state.receive_in_msg(message.clone())?;
        let storage = state.storage_phase(StoragePhaseContext {
            adjust_msg_balance: false,
            received_message: Some(&mut received),
            inspector: None,
        })?;
        let mut inspector = ExecutorInspector::default();
        let done = state.compute_phase(ComputePhaseContext {
            input: TransactionInput::Ordinary(&received),
            storage_fee: storage.storage_fees_collected,
            force_accept: false,
            stop_on_accept: true,
            inspector: Some(&mut inspector),
        })?;
        Ok::<_, TxError>((done, inspector.exit_code, inspector.total_gas_used))
    };
    let (done, exit_code, total_gas) = run().map_err(|e| ExecError::Fatal(format!("{e:?}")))?;
    match done.compute_phase {
        ComputePhase::Executed(phase) if done.accepted => Ok(phase.gas_used.into_inner()),
        ComputePhase::Executed(_) => {
            Err(Rejected { exit_code, reason: RejectReason::NotAccepted, gas_used: total_gas }.into())
        }
        ComputePhase::Skipped(_) => {
            Err(Rejected { exit_code: None, reason: RejectReason::NoCode, gas_used: 0 }.into())
        }
    }
}
