//! What an environment maps to values: locals, state variables and hidden inputs of a transaction.

use std::collections::{BTreeMap, BTreeSet};

use tsol_sema::hir::{LocalId, StateId};

use crate::ir::{End, Value};

/// A named thing that holds values while a function runs.
///
/// Everything but locals is hidden from the source or shared between functions: functions that are not inlined
/// take what they read as further arguments and give back what they write as further results, in this order.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) enum Var {
    /// A local of the function in frame number `.0`.
    Local(u32, LocalId),
    /// A loop was left by `return`: -1, else 0.
    Returning,
    /// A variable of the compiler, such as the cursor of a loop.
    Temp(u32),
    /// A state variable, stored or `nostorage`.
    State(StateId),
    /// `_pubkey`.
    Pubkey,
    /// `_timestamp`.
    Timestamp,
    /// `_constructorFlag`.
    ConstructorFlag,
    /// Key that signed the message; 0 if none.
    MsgPubkey,
    /// `msg.sender`.
    Sender,
    /// Value of the message, nano.
    MsgValue,
    /// The message.
    MsgCell,
    /// The body as the machine got it.
    MsgBody,
    /// 0 for internal, -1 for external messages, -2 for tick-tock.
    Selector,
    /// Options of a responsible function's answer.
    Answer(AnswerOption),
}

/// One option of `return{…}`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) enum AnswerOption {
    /// `value:`.
    Value,
    /// `bounce:`.
    Bounce,
    /// `flag:`.
    Flag,
    /// `currencies:`.
    Currencies,
}

impl AnswerOption {
    pub(super) const ALL: [AnswerOption; 4] =
        [AnswerOption::Value, AnswerOption::Bounce, AnswerOption::Flag, AnswerOption::Currencies];
}

impl Var {
    /// Outlives the function that runs: passed on to callees.
    pub(super) fn is_shared(self) -> bool {
        !matches!(self, Var::Local(..) | Var::Returning | Var::Temp(_))
    }

    /// Part of c4, if it is in this contract's layout.
    pub(super) fn is_state(self) -> bool {
        matches!(self, Var::State(_) | Var::Pubkey | Var::Timestamp | Var::ConstructorFlag)
    }
}

/// A set of variables in their fixed order.
pub(super) type VarSet = BTreeSet<Var>;

/// Values that c4 holds.
pub(super) type Stored = BTreeMap<Var, Vec<Value>>;

/// Values of all variables at one point, or how this point is left.
#[derive(Clone, Debug, Default)]
pub(super) struct Env {
    /// Current values.
    pub(super) vars: BTreeMap<Var, Vec<Value>>,
    /// Set when nothing after this point runs: how the block ends.
    pub(super) end: Option<End>,
    /// Values of the state variables that c4 holds already, since the latest `commit` on every way to here.
    pub(super) stored: Option<Stored>,
}

impl Env {
    /// Whether code here can be reached.
    pub(super) fn is_alive(&self) -> bool {
        self.end.is_none()
    }
}
