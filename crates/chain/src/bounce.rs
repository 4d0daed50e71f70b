//! Bounces that the executor does not know. The phases are the executor's own, only the conditions are others.
//!
//! - Some networks send a bounceable message back not only when the contract failed, but also when its actions did
//!   (capability `CapBounceAfterFailedAction`).
//! - A test can have a message come back although the receiver would have taken it: its compute phase is skipped
//!   as if the message had brought too little gas.

use tycho_executor::phase::{
    ActionPhaseContext, BouncePhaseContext, ComputePhaseContext, ComputePhaseFull, StoragePhaseContext,
    TransactionInput,
};
use tycho_executor::{Executor, ExecutorInspector, ExecutorState, TxError, UncommittedTransaction};
use tycho_types::cell::Cell;
use tycho_types::models::{
    AccountState, AccountStatus, ActionPhase, BounceReason, ComputePhase, ComputePhaseSkipReason,
    NewBounceComputePhaseInfo, OrdinaryTxInfo, SkippedComputePhase,
};
use tycho_types::num::Tokens;

use crate::account::Account;

/// When a bounceable message goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rules {
    /// Also after a failed action.
    pub(crate) after_failed_action: bool,
    /// Whatever an active receiver would do with it.
    pub(crate) always: bool,
}

/// Runs an internal message like the executor, with these conditions for bouncing.
pub(crate) fn begin<'a, 's>(
    executor: &Executor<'a>,
    account: &'s Account,
    message: &Cell,
    rules: Rules,
    inspector: &mut ExecutorInspector<'_>,
) -> Result<UncommittedTransaction<'a, 's>, TxError> {
    let mut state = executor.begin(account.address(), account.shard().load_account()?)?;
    let info = run(&mut state, message, rules, inspector)?;
    Ok(UncommittedTransaction::with_info(state, account.shard(), Some(message.clone()), info)?)
}

fn run(
    state: &mut ExecutorState<'_>,
    message: &Cell,
    rules: Rules,
    inspector: &mut ExecutorInspector<'_>,
) -> Result<OrdinaryTxInfo, TxError> {
    let mut received = state.receive_in_msg(message.clone())?;
    let credit_first = !received.bounce_enabled;
    let early_credit = if credit_first { Some(state.credit_phase(&received)?) } else { None };
    let storage_phase = state.storage_phase(StoragePhaseContext {
        adjust_msg_balance: credit_first,
        received_message: Some(&mut received),
        inspector: Some(inspector),
    })?;
    let credit_phase = match early_credit {
        Some(phase) => phase,
        None => state.credit_phase(&received)?,
    };

    // A receiver without code fails by itself.
    if rules.always && received.bounce_enabled && matches!(state.state, AccountState::Active(_)) {
        let reason = ComputePhaseSkipReason::NoGas;
        let bounce_phase = state.bounce_phase(BouncePhaseContext {
            gas_fees: Tokens::ZERO,
            action_fine: Tokens::ZERO,
            received_message: &received,
            reason: BounceReason::ComputePhaseSkipped(reason),
            compute_phase_info: None,
        })?;
        return Ok(OrdinaryTxInfo {
            credit_first,
            storage_phase: Some(storage_phase),
            credit_phase: Some(credit_phase),
            compute_phase: ComputePhase::Skipped(SkippedComputePhase { reason }),
            action_phase: None,
            aborted: true,
            bounce_phase: Some(bounce_phase),
            destroyed: false,
        });
    }

    let ComputePhaseFull { compute_phase, original_balance, new_state, actions, .. } =
        state.compute_phase(ComputePhaseContext {
            input: TransactionInput::Ordinary(&received),
            storage_fee: storage_phase.storage_fees_collected,
            force_accept: false,
            stop_on_accept: false,
            inspector: Some(inspector),
        })?;

    let mut action_phase: Option<ActionPhase> = None;
    let mut action_fine = Tokens::ZERO;
    let mut wanted = true;
    if let ComputePhase::Executed(run) = &compute_phase
        && run.success
    {
        let done = state.action_phase(ActionPhaseContext {
            received_message: Some(&mut received),
            original_balance,
            new_state,
            actions,
            compute_phase: run,
            inspector: Some(inspector),
        })?;
        action_fine = done.action_fine;
        wanted = rules.after_failed_action || done.state_exceeds_limits || done.bounce;
        action_phase = Some(done.action_phase);
    }

    let aborted = !action_phase.as_ref().is_some_and(|phase| phase.success);
    let mut bounce_phase = None;
    if received.bounce_enabled && aborted && wanted {
        let (reason, gas_fees, compute_phase_info) = bounce_reason(&compute_phase, action_phase.as_ref());
        bounce_phase = Some(state.bounce_phase(BouncePhaseContext {
            gas_fees,
            action_fine,
            received_message: &received,
            reason,
            compute_phase_info,
        })?);
    }
    Ok(OrdinaryTxInfo {
        credit_first,
        storage_phase: Some(storage_phase),
        credit_phase: Some(credit_phase),
        destroyed: action_phase.is_some() && state.end_status == AccountStatus::NotExists,
        compute_phase,
        action_phase,
        aborted,
        bounce_phase,
    })
}

fn bounce_reason(
    compute: &ComputePhase,
    action: Option<&ActionPhase>,
) -> (BounceReason, Tokens, Option<NewBounceComputePhaseInfo>) {
    match compute {
        ComputePhase::Skipped(phase) => (BounceReason::ComputePhaseSkipped(phase.reason), Tokens::ZERO, None),
        ComputePhase::Executed(phase) => {
            let reason = match action {
                Some(action) => BounceReason::ActionPhaseFailed { result_code: action.result_code },
                None => BounceReason::ComputePhaseFailed { exit_code: phase.exit_code },
            };
            let gas_used = u32::try_from(phase.gas_used.into_inner()).unwrap_or(u32::MAX);
            let info = NewBounceComputePhaseInfo { gas_used, vm_steps: phase.vm_steps };
            (reason, phase.gas_fees, Some(info))
        }
    }
}
