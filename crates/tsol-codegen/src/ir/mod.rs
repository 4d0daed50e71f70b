//! The intermediate representation: functions over explicit values, with structured control flow.
//!
//! Shape: a [`Module`] is a list of [`Function`]s; a function's body is a [`Block`]: a list of
//! [`Inst`] and an [`End`]. Every [`Value`] is one TVM stack slot, defined exactly once (SSA).
//! There are no jumps: branches, loops and scopes are instructions that own blocks, and what
//! differs between the ways through them leaves as their results.
//!
//! Invariants, held by [`verify`] after every pass:
//! - a value is used only where its definition dominates, and a block sees the values of the
//!   blocks around it;
//! - argument and result counts equal those of the [`Op`] or of the callee;
//! - [`End::Break`] and [`End::Continue`] belong to the innermost [`Inst::Loop`]; [`End::Return`] and
//!   [`End::Leave`] never cross a loop or try boundary (lowering carries a flag out instead);
//! - what has an effect or may throw keeps its order relative to other such instructions.

mod builder;
mod dump;
pub mod passes;
mod verify;
mod walk;

use num_bigint::BigInt;
use tsol_syntax::span::{FileId, Span};
use tycho_types::cell::Cell;

pub use builder::Builder;
pub use verify::{VerifyError, verify, verify_function};

use crate::opcode::Op;

/// One stack slot, defined once in its function.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Value(pub u32);

/// Index into [`Module::functions`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct FuncId(pub u32);

/// Number of a file that no text has.
const MADE: FileId = FileId(u32::MAX);

/// The place of code that stands in no source: what the compiler made for this function of the module.
///
/// It keeps the function's name when the code moves into another one.
pub fn made(function: FuncId) -> Span {
    Span { file: MADE, start: function.0, end: function.0 }
}

/// The function that the compiler made this code for, unless the place is one in a source.
pub fn made_for(span: Span) -> Option<FuncId> {
    (span.file == MADE).then_some(FuncId(span.start))
}

/// Names a [`Inst::Scope`] inside one function.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ScopeId(pub u32);

/// A whole contract.
#[derive(Clone, Debug)]
pub struct Module {
    /// Contract name, for listings.
    pub name: String,
    /// All functions; the order has no meaning but is kept, so that output is deterministic.
    pub functions: Vec<Function>,
    /// The code that TVM starts with. Its parameters are what the executor pushes for every message:
    /// `[balance, message value, message cell, message body slice, selector]`, where the selector
    /// is 0 for an internal, -1 for an external message and -2 for tick-tock.
    pub entry: FuncId,
}

/// When calls of a function are replaced by its body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Inline {
    /// Cost decides: size, number of calls, position on a hot path.
    Auto,
    /// Always (the `inline` attribute, tiny runtime pieces).
    Always,
    /// Never (recursion, cold code).
    Never,
}

/// A function: values in, values out.
#[derive(Clone, Debug)]
pub struct Function {
    /// Name for listings, unique in the module: `Multisig.confirmTransaction`.
    pub name: String,
    /// Arguments, first is deepest on the stack.
    pub params: Vec<Value>,
    /// Number of values that every [`End::Return`] carries; first is deepest.
    pub results: usize,
    /// The code.
    pub body: Block,
    /// Inlining wish.
    pub inline: Inline,
    /// Rarely executed (error texts, constructors, updates): laid out in cells apart from hot code.
    pub cold: bool,
    /// Where the function stands in the source, if it does.
    pub span: Option<Span>,
    /// Number of values made so far: the next one is `Value(values)`.
    pub values: u32,
    /// Number of scopes made so far.
    pub scopes: u32,
}

/// Straight code with one end.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// In order of execution.
    pub insts: Vec<Inst>,
    /// What happens then.
    pub end: End,
}

/// How a block ends.
#[derive(Clone, Debug)]
pub enum End {
    /// The values of this block go to the instruction that owns it (an `If`, `Switch` or `Scope`
    /// body, or a loop's condition, which yields exactly one truth value).
    Yield(Vec<Value>),
    /// Leaves the function.
    Return(Vec<Value>),
    /// Leaves the named enclosing scope with its results.
    Leave(ScopeId, Vec<Value>),
    /// Leaves the innermost loop; one value for each loop parameter.
    Break(Vec<Value>),
    /// Starts the next round of the innermost loop; one value for each loop parameter.
    Continue(Vec<Value>),
    /// Never reached: an instruction before always throws.
    Unreachable,
}

impl Default for End {
    fn default() -> Self {
        End::Yield(Vec::new())
    }
}

/// A constant that is pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Const {
    /// A 257-bit integer; `true` is -1.
    Int(BigInt),
    /// TVM null: an empty mapping, an absent optional.
    Null,
    /// A slice of these bits (and references): short ones become `PUSHSLICE`, others `PUSHREFSLICE`.
    Slice(Cell),
    /// A cell: `PUSHREF`.
    Cell(Cell),
    /// An empty tuple.
    EmptyTuple,
    /// Not-a-number, for quiet integers.
    NaN,
}

/// One instruction.
#[derive(Clone, Debug)]
pub enum Inst {
    /// Pushes a constant.
    Const {
        /// Its value.
        dst: Value,
        /// What it is.
        value: Const,
        /// Source position.
        span: Option<Span>,
    },
    /// A machine operation. The operands of [`Op`] that are part of the opcode (widths, error codes,
    /// register numbers) are inside `op`.
    Op {
        /// The operation.
        op: Op,
        /// Operands, first is deepest on the stack.
        args: Vec<Value>,
        /// Results, first is deepest.
        dsts: Vec<Value>,
        /// Source position.
        span: Option<Span>,
    },
    /// Calls a function of the module.
    Call {
        /// The callee.
        func: FuncId,
        /// One per parameter.
        args: Vec<Value>,
        /// One per result.
        dsts: Vec<Value>,
        /// Source position.
        span: Option<Span>,
    },
    /// Two ways; blocks that do not yield (they return, leave, break, continue or throw) do not
    /// take part in the results.
    If {
        /// Zero is false.
        cond: Value,
        /// Taken when `cond` is not zero.
        then: Block,
        /// Taken when `cond` is zero.
        els: Block,
        /// What the yielding blocks yield.
        dsts: Vec<Value>,
        /// Source position.
        span: Option<Span>,
    },
    /// Many ways, chosen by an unsigned integer. The backend picks comparisons or a dictionary;
    /// earlier cases are hotter.
    Switch {
        /// The integer.
        on: Value,
        /// Distinct keys.
        cases: Vec<(u64, Block)>,
        /// When no key fits.
        default: Block,
        /// What the yielding blocks yield.
        dsts: Vec<Value>,
        /// Source position.
        span: Option<Span>,
    },
    /// A loop: `params = inits; while (cond) { body }; dsts = params`.
    Loop {
        /// Values of the parameters in the first round.
        inits: Vec<Value>,
        /// What changes from round to round.
        params: Vec<Value>,
        /// Runs before every round and yields one truth value; `None` is forever.
        cond: Option<Block>,
        /// Ends with `Continue`, `Break`, or not at all.
        body: Block,
        /// The parameters when the loop is left, one each.
        dsts: Vec<Value>,
        /// Source position.
        span: Option<Span>,
    },
    /// A body that can be left early by [`End::Leave`]: inlined functions and modifiers whose
    /// `return` does not stand at the end.
    Scope {
        /// Its name.
        id: ScopeId,
        /// Yields or leaves.
        body: Block,
        /// Results of the scope.
        dsts: Vec<Value>,
        /// Source position.
        span: Option<Span>,
    },
    /// Runs the body; when it throws, the values made inside are lost and `catch` runs instead.
    ///
    /// Both blocks yield or throw: no other end crosses the border. The machine does not take back
    /// registers: what the body did to c4, c5 and c7 stays done.
    Try {
        /// The guarded code.
        body: Block,
        /// Runs after an exception.
        catch: Block,
        /// What was thrown, for `catch`: the value, and the number above it.
        thrown: [Value; 2],
        /// What the block that ran yields.
        dsts: Vec<Value>,
        /// Source position.
        span: Option<Span>,
    },
}
