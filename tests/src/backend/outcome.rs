//! What a network tells of an execution, in the form that `chain` gives it.

use chain::{Account, ExecError, Executed, RejectReason, Rejected, TransactionView};
use ton_abi::{Cell, MessageView, Nano, message_info};
use ton_client::net;
use tycho_types::models::MsgInfo;

/// The refusal of an external message.
pub(super) fn refusal(reason: &net::RejectReason) -> ExecError {
    let (exit_code, reason) = match reason {
        net::RejectReason::ExitCode(code) => (Some(*code), RejectReason::NotAccepted),
        net::RejectReason::NoAccount => (None, RejectReason::NoAccount),
        net::RejectReason::NoCode => (None, RejectReason::NoCode),
        net::RejectReason::BadState => (None, RejectReason::BadState),
        net::RejectReason::LowBalance { .. } => (None, RejectReason::NoFunds),
        other => return ExecError::Fatal(other.to_string()),
    };
    // Nobody tells how much gas a refused message used.
    Rejected { exit_code, reason, gas_used: 0 }.into()
}

/// A transaction between the balances of its account; what neither went out nor was collected is burned.
pub(super) fn executed(
    before: Nano,
    message: &MessageView,
    transaction: Cell,
    account: Account,
) -> Result<Executed, ExecError> {
    let view = TransactionView::parse(&transaction, account.address().workchain)?;
    let sent: u128 = view.out_msgs.iter().map(carried).sum();
    let spent = account.balance().0 + view.total_fees.0 + sent;
    let burned =
        Nano((before.0 + message.value.0).checked_sub(spent).expect("no money appears from nowhere"));
    let (next_lt, collected_fees) = (account.next_lt(), view.total_fees);
    Ok(Executed { transaction, view, account, next_lt, collected_fees, burned })
}

/// Money in an internal message, with the forward fee left in it.
fn carried(message: &Cell) -> u128 {
    match message_info(message).expect("readable") {
        MsgInfo::Int(info) => u128::from(info.value.tokens) + u128::from(info.fwd_fee),
        MsgInfo::ExtIn(_) | MsgInfo::ExtOut(_) => 0,
    }
}
