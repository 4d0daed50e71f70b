//! Running a message on an account.

use ton_abi::{Hash, Lt, Nano, UnixTime, message_info};
use tycho_executor::{Executor, ExecutorInspector, ExecutorOutput, ExecutorParams, TxError};
use tycho_types::cell::{Cell, HashBytes};
use tycho_types::dict::Dict;
use tycho_types::models::{LibDescr, MsgInfo};
use tycho_vm::BehaviourModifiers;

use crate::account::Account;
use crate::bounce;
use crate::config::Config;
use crate::view::{TransactionView, ViewError};

/// What the block gives to a transaction.
#[derive(Debug, Clone)]
pub struct ExecContext {
    /// Time of the block; never earlier than the account's last transaction.
    pub now: UnixTime,
    /// The least logical time that the transaction may have. It gets a later one if the account's last transaction
    /// or the inbound message asks for it.
    pub min_lt: Lt,
    /// Logical time at which the block starts; contracts can read it.
    pub block_lt: Lt,
    /// Seed of the block's randomness.
    pub rand_seed: Hash,
    /// Whether bounced messages carry the whole original body in a reference (SE and mainnet do, our default not).
    pub full_body_in_bounced: bool,
    /// Whether a message bounces, too, when the actions failed (SE and mainnet do, our default not).
    pub bounce_after_failed_action: bool,
    /// Fault injection: a bounceable message to an active account comes back unread, as if it had brought too
    /// little gas; rent and forwarding fees are taken as in any bounce.
    pub force_bounce: bool,
    /// Simulation: every signature counts as right. What such a run accepts, no network has to.
    pub any_signature: bool,
    /// Public libraries of the masterchain.
    pub libraries: Dict<HashBytes, LibDescr>,
}

impl ExecContext {
    /// A context at that time, the transaction having at least logical time `min_lt`; zero seed, all switches off.
    pub fn new(now: UnixTime, min_lt: Lt) -> Self {
        Self {
            now,
            min_lt,
            block_lt: min_lt,
            rand_seed: HashBytes::ZERO,
            full_body_in_bounced: false,
            bounce_after_failed_action: false,
            force_bounce: false,
            any_signature: false,
            libraries: Dict::new(),
        }
    }

    pub(crate) fn params(&self) -> ExecutorParams {
        let vm_modifiers =
            BehaviourModifiers { chksig_always_succeed: self.any_signature, ..BehaviourModifiers::default() };
        ExecutorParams {
            libraries: self.libraries.clone(),
            rand_seed: self.rand_seed,
            block_unixtime: self.now.0,
            block_lt: self.block_lt.0,
            full_body_in_bounced: self.full_body_in_bounced,
            vm_modifiers,
            ..Default::default()
        }
    }
}

/// A transaction that came about. It may well be a failed one, see [`TransactionView::is_success`].
#[derive(Debug, Clone)]
pub struct Executed {
    /// The transaction cell.
    pub transaction: Cell,
    /// The transaction taken apart.
    pub view: TransactionView,
    /// The account after it.
    pub account: Account,
    /// The least logical time of the account's next transaction; outgoing messages lie below it.
    pub next_lt: Lt,
    /// Fees that go to the validators now. The forward fee left inside outgoing messages (`fwd_fee`) is collected when
    /// they are imported: the [`crate::Ledger`] counts both.
    pub collected_fees: Nano,
    /// Money burned: sent to the black hole of a network that has one.
    pub burned: Nano,
}

impl Executed {
    /// Outgoing messages in their order.
    pub fn out_messages(&self) -> &[Cell] {
        &self.view.out_msgs
    }
}

/// Why an external message leads to no transaction.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("message rejected: {reason}{}", code_text(*exit_code))]
pub struct Rejected {
    /// Exit code of the contract; `None` if it did not run.
    pub exit_code: Option<i32>,
    /// Reason.
    pub reason: RejectReason,
    /// Gas that the contract used, which nobody pays.
    pub gas_used: u64,
}

fn code_text(exit_code: Option<i32>) -> String {
    exit_code.map(|code| format!(", exit code {code}")).unwrap_or_default()
}

/// Reasons to reject an external message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RejectReason {
    /// The contract ran and did not accept it.
    #[error("the contract did not accept it")]
    NotAccepted,
    /// There is no account.
    #[error("the account does not exist")]
    NoAccount,
    /// The account has no code and the message brings none.
    #[error("the account has no code")]
    NoCode,
    /// The code in the message does not belong to the address, or the account is frozen.
    #[error("the state in the message does not fit the account")]
    BadState,
    /// The account cannot pay for importing the message.
    #[error("the account has too little money")]
    NoFunds,
    /// It is for another address.
    #[error("it is for another address")]
    WrongAddress,
    /// It is no valid external message, or too large.
    #[error("it is not a valid external message")]
    BadMessage,
}

/// Why there is no transaction.
#[derive(Debug, thiserror::Error)]
pub enum ExecError {
    /// The external message was not accepted. That is an ordinary event: nothing changed, nobody paid.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// The executor cannot go on: the message is damaged, for another address, or `now` is before the last transaction.
    #[error("cannot execute: {0}")]
    Fatal(String),
    /// The executor made a transaction that cannot be read back.
    #[error(transparent)]
    View(#[from] ViewError),
}

/// Runs `message` on `account`.
///
/// # Errors
/// [`ExecError::Rejected`] for an external message that is not accepted, [`ExecError::Fatal`] for wrong arguments.
pub fn execute(
    config: &Config,
    account: &Account,
    message: &Cell,
    context: &ExecContext,
) -> Result<Executed, ExecError> {
    let params = context.params();
    let executor =
        Executor::new(&params, config.parsed()).with_min_lt(context.min_lt.max(account.next_lt()).0);
    let external = match message_info(message) {
        Ok(MsgInfo::Int(_)) => false,
        Ok(MsgInfo::ExtIn(_)) => true,
        Ok(MsgInfo::ExtOut(_)) => {
            return Err(ExecError::Fatal("the message is one to the outside".to_owned()));
        }
        Err(e) => return Err(ExecError::Fatal(e.to_string())),
    };

    let mut inspector = ExecutorInspector::default();
    let (address, shard) = (account.address(), account.shard());
    let rules = bounce::Rules {
        after_failed_action: context.bounce_after_failed_action,
        always: context.force_bounce,
    };
    let transaction = if (rules.after_failed_action || rules.always) && !external {
        bounce::begin(&executor, account, message, rules, &mut inspector)
    } else {
        executor.begin_ordinary_ext(address, external, message.clone(), shard, Some(&mut inspector))
    };
    let output = match transaction {
        Ok(transaction) => transaction.commit().map_err(|e| ExecError::Fatal(format!("{e:#}")))?,
        Err(TxError::Fatal(e)) => return Err(ExecError::Fatal(format!("{e:#}"))),
        Err(TxError::Skipped) => {
            let exit_code = inspector.exit_code;
            let reason = match exit_code {
                Some(_) => RejectReason::NotAccepted,
                None => reject_reason(&executor, account, message),
            };
            let gas_used = inspector.total_gas_used;
            return Err(Rejected { exit_code, reason, gas_used }.into());
        }
    };
    executed(account, output)
}

fn executed(account: &Account, output: ExecutorOutput) -> Result<Executed, ExecError> {
    let transaction = output.transaction.into_inner();
    let view = TransactionView::parse(&transaction, account.address().workchain)?;
    let next_lt = Lt(output.transaction_meta.next_lt);
    Ok(Executed {
        account: Account::after(account.address().clone(), output.new_state, next_lt),
        collected_fees: output.transaction_meta.total_fees.into(),
        burned: output.burned.into(),
        transaction,
        view,
        next_lt,
    })
}

/// Finds out why a message never reached the contract, by going the first steps again.
fn reject_reason(executor: &Executor<'_>, account: &Account, message: &Cell) -> RejectReason {
    let Ok(MsgInfo::ExtIn(info)) = message_info(message) else { return RejectReason::BadMessage };
    if info.dst.as_std() != Some(account.address()) {
        return RejectReason::WrongAddress;
    }
    let Some(state) = account.load() else { return RejectReason::NoAccount };
    let has_code = matches!(state.state, tycho_types::models::AccountState::Active(_));
    let frozen = matches!(state.state, tycho_types::models::AccountState::Frozen(_));
    let Ok(mut state) = executor.begin(account.address(), Some(state)) else {
        return RejectReason::BadMessage;
    };
    // The balance is looked at only after the message's size was.
    let balance = std::mem::take(&mut state.balance);
    state.balance.tokens = tycho_types::num::Tokens::MAX;
    let Ok(received) = state.receive_in_msg(message.clone()) else { return RejectReason::BadMessage };
    let left = balance.tokens.checked_sub(state.total_fees);
    if left.is_none_or(|left| left.is_zero()) {
        return RejectReason::NoFunds;
    }
    match (has_code, frozen, received.init.is_some()) {
        (_, true, _) | (_, _, true) => RejectReason::BadState,
        (false, false, false) => RejectReason::NoCode,
        (true, false, false) => RejectReason::NoFunds,
    }
}
