//! Phases of a transaction.

use tycho_types::models::{
    AccountStatusChange, ActionPhase, BouncePhase, ComputePhase, ComputePhaseSkipReason, ExecutedComputePhase,
};

use super::table::{Kind, Shape};
use super::transaction::TransactionDoc;
use super::{Value, enums};

pub(super) fn shapes() -> Vec<Shape> {
    use Kind::{Big, Bool, Enum, Float, Hash, Int, List, Object, Text};
    vec![
        Shape::part(
            "TransactionStorage",
            "The rent that a transaction collected.",
            &[
                ("status_change", Enum(&enums::ACCOUNT_STATUS_CHANGE)),
                ("storage_fees_collected", Big),
                ("storage_fees_due", Big),
            ],
        ),
        Shape::part(
            "TransactionCredit",
            "The money that came with the message.",
            &[("credit", Big), ("credit_other", List(&Object("OtherCurrency"))), ("due_fees_collected", Big)],
        ),
        Shape::part(
            "TransactionCompute",
            "The run of the contract, or why it did not run.",
            &[
                ("account_activated", Bool),
                ("compute_type", Enum(&enums::COMPUTE_TYPE)),
                ("exit_arg", Int),
                ("exit_code", Int),
                ("gas_credit", Int),
                ("gas_fees", Big),
                ("gas_limit", Big),
                ("gas_used", Big),
                ("mode", Int),
                ("msg_state_used", Bool),
                ("skipped_reason", Enum(&enums::SKIP_REASON)),
                ("success", Bool),
                ("vm_final_state_hash", Hash),
                ("vm_init_state_hash", Hash),
                ("vm_steps", Float),
            ],
        ),
        action_shape(),
        Shape::part(
            "TransactionSplitInfo",
            "Of transactions that split or merge accounts: never.",
            &[
                ("acc_split_depth", Int),
                ("cur_shard_pfx_len", Int),
                ("sibling_addr", Hash),
                ("this_addr", Hash),
            ],
        ),
        Shape::part(
            "TransactionTrace",
            "A step of the machine: the node traces on demand, not in documents.",
            &[
                ("cmd_code_cell_hash", Hash),
                ("cmd_code_hex", Text),
                ("cmd_code_offset", Float),
                ("cmd_code_rem_bits", Float),
                ("cmd_str", Text),
                ("gas_cmd", Text),
                ("gas_used", Text),
                ("info_type", Text),
                ("stack", List(&Text)),
                ("step", Float),
            ],
        ),
        Shape::part(
            "TransactionBounce",
            "What became of a message that had to go back.",
            &[
                ("bounce_type", Enum(&enums::BOUNCE_TYPE)),
                ("fwd_fees", Big),
                ("msg_fees", Big),
                ("msg_size_bits", Float),
                ("msg_size_cells", Float),
                ("req_fwd_fees", Big),
            ],
        ),
    ]
}

fn action_shape() -> Shape {
    use Kind::{Big, Bool, Enum, Float, Hash, Int};
    Shape::part(
        "TransactionAction",
        "The actions that the contract asked for.",
        &[
            ("action_list_hash", Hash),
            ("msgs_created", Int),
            ("no_funds", Bool),
            ("result_arg", Int),
            ("result_code", Int),
            ("skipped_actions", Int),
            ("spec_actions", Int),
            ("status_change", Enum(&enums::ACCOUNT_STATUS_CHANGE)),
            ("success", Bool),
            ("tot_actions", Int),
            ("total_action_fees", Big),
            ("total_fwd_fees", Big),
            ("total_msg_size_bits", Float),
            ("total_msg_size_cells", Float),
            ("valid", Bool),
        ],
    )
}

fn change(change: AccountStatusChange) -> Value {
    Value::Int(match change {
        AccountStatusChange::Unchanged => 0,
        AccountStatusChange::Frozen => 1,
        AccountStatusChange::Deleted => 2,
    })
}

/// A size has at most 56 bits and fits a GraphQL number.
fn size(count: u64) -> Value {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

pub(super) fn storage(doc: &TransactionDoc) -> Value {
    let Some(phase) = doc.info().and_then(|info| info.storage_phase.as_ref()) else { return Value::Null };
    Value::object([
        ("status_change", change(phase.status_change)),
        ("storage_fees_collected", phase.storage_fees_collected.into()),
        ("storage_fees_due", Value::maybe(phase.storage_fees_due)),
    ])
}

pub(super) fn credit(doc: &TransactionDoc) -> Value {
    let Some(phase) = doc.info().and_then(|info| info.credit_phase.as_ref()) else { return Value::Null };
    Value::object([
        ("credit", Value::tokens(&phase.credit)),
        ("credit_other", Value::others(&phase.credit)),
        ("due_fees_collected", Value::maybe(phase.due_fees_collected)),
    ])
}

pub(super) fn compute(doc: &TransactionDoc) -> Value {
    match doc.info().map(|info| &info.compute_phase) {
        None => Value::Null,
        Some(ComputePhase::Executed(phase)) => executed(phase),
        Some(ComputePhase::Skipped(phase)) => {
            let reason = match phase.reason {
                ComputePhaseSkipReason::NoState => 0,
                // q-server has no name for a suspended account, whose state cannot be used either.
                ComputePhaseSkipReason::BadState | ComputePhaseSkipReason::Suspended => 1,
                ComputePhaseSkipReason::NoGas => 2,
            };
            Value::object([("compute_type", Value::Int(0)), ("skipped_reason", Value::Int(reason))])
        }
    }
}

fn executed(phase: &ExecutedComputePhase) -> Value {
    Value::object([
        ("account_activated", phase.account_activated.into()),
        ("compute_type", Value::Int(1)),
        ("exit_arg", Value::maybe(phase.exit_arg)),
        ("exit_code", phase.exit_code.into()),
        ("gas_credit", Value::maybe(phase.gas_credit.map(|credit| credit.into_inner()))),
        ("gas_fees", phase.gas_fees.into()),
        ("gas_limit", phase.gas_limit.into_inner().into()),
        ("gas_used", phase.gas_used.into_inner().into()),
        ("mode", phase.mode.into()),
        ("msg_state_used", phase.msg_state_used.into()),
        ("success", phase.success.into()),
        ("vm_final_state_hash", phase.vm_final_state_hash.into()),
        ("vm_init_state_hash", phase.vm_init_state_hash.into()),
        ("vm_steps", phase.vm_steps.into()),
    ])
}

pub(super) fn action(doc: &TransactionDoc) -> Value {
    let Some(phase) = doc.info().and_then(|info| info.action_phase.as_ref()) else { return Value::Null };
    let ActionPhase { total_message_size, .. } = phase;
    Value::object([
        ("action_list_hash", phase.action_list_hash.into()),
        ("msgs_created", phase.messages_created.into()),
        ("no_funds", phase.no_funds.into()),
        ("result_arg", Value::maybe(phase.result_arg)),
        ("result_code", phase.result_code.into()),
        ("skipped_actions", phase.skipped_actions.into()),
        ("spec_actions", phase.special_actions.into()),
        ("status_change", change(phase.status_change)),
        ("success", phase.success.into()),
        ("tot_actions", phase.total_actions.into()),
        ("total_action_fees", Value::maybe(phase.total_action_fees)),
        ("total_fwd_fees", Value::maybe(phase.total_fwd_fees)),
        ("total_msg_size_bits", size(total_message_size.bits.into_inner())),
        ("total_msg_size_cells", size(total_message_size.cells.into_inner())),
        ("valid", phase.valid.into()),
    ])
}

pub(super) fn bounce(doc: &TransactionDoc) -> Value {
    match doc.info().and_then(|info| info.bounce_phase.as_ref()) {
        None => Value::Null,
        Some(BouncePhase::NegativeFunds) => Value::object([("bounce_type", Value::Int(0))]),
        Some(BouncePhase::NoFunds(phase)) => Value::object([
            ("bounce_type", Value::Int(1)),
            ("msg_size_bits", size(phase.msg_size.bits.into_inner())),
            ("msg_size_cells", size(phase.msg_size.cells.into_inner())),
            ("req_fwd_fees", phase.req_fwd_fees.into()),
        ]),
        Some(BouncePhase::Executed(phase)) => Value::object([
            ("bounce_type", Value::Int(2)),
            ("fwd_fees", phase.fwd_fees.into()),
            ("msg_fees", phase.msg_fees.into()),
            ("msg_size_bits", size(phase.msg_size.bits.into_inner())),
            ("msg_size_cells", size(phase.msg_size.cells.into_inner())),
        ]),
    }
}
