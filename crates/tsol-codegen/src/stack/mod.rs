//! From values to stack slots: schedules a function's values on the machine's stack.
//!
//! The result is [`Code`], a tree: straight instructions, and bodies inside the instructions that
//! run them. Which bodies become continuations in place and which become cells of their own is
//! decided later, by [`crate::encode`].
//!
//! Invariants: at each join all ways leave the same layout; a function consumes its arguments and
//! leaves exactly its results; nothing below the arguments is touched.

mod arrange;
mod emit;
mod everscale;
mod ops;
mod peephole;
mod shape;

use tsol_syntax::span::Span;

pub use emit::{StackError, compile_function};
pub(crate) use everscale::for_everscale;
pub use ops::StackOp;
pub(crate) use peephole::peephole;

use crate::ir::{Const, FuncId};
use crate::opcode::Op;

/// Straight code.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Code {
    /// In order.
    pub insns: Vec<Placed>,
    /// Rarely executed: worth a cell of its own.
    pub cold: bool,
}

/// An instruction and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// The instruction.
    pub insn: Insn,
    /// Source position.
    pub span: Option<Span>,
}

/// How a conditional body is entered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Branch {
    /// `IF`: comes back.
    If,
    /// `IFNOT`.
    IfNot,
    /// `IFJMP`: does not come back.
    IfJmp,
    /// `IFNOTJMP`.
    IfNotJmp,
}

/// A machine instruction, or an instruction with the bodies that it runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Insn {
    /// A table operation.
    Op(Op),
    /// The operation without the null padding behind it (the flag is tested next).
    Bare(Op),
    /// A pushed constant.
    Const(Const),
    /// Stack manipulation.
    Stack(StackOp),
    /// A body behind a condition.
    Branch(Branch, Code),
    /// `IFELSE`.
    IfElse(Code, Code),
    /// A body that is called: `EXECUTE`, `CALLREF`.
    Execute(Code),
    /// A call of a function of the module.
    Call(FuncId),
    /// A jump to a function of the module.
    Jump(FuncId),
    /// `WHILE`, with `BRK` when the flag is set.
    While(Code, Code, bool),
    /// `UNTIL`.
    Until(Code, bool),
    /// `AGAIN`.
    Again(Code, bool),
    /// `TRYARGS`: body, handler that captured `captured` slots, arguments, results.
    Try {
        /// Guarded code.
        body: Code,
        /// Handler.
        catch: Code,
        /// Slots on top that go into the handler.
        captured: u8,
        /// Slots that the body gets.
        args: u8,
        /// Results.
        results: u8,
    },
    /// `RETALT`.
    RetAlt,
    /// `RET`.
    Ret,
    /// `SAMEALTSAVE`.
    SameAltSave,
    /// `PUSH c0`.
    PushC0,
    /// `JMPX`.
    JmpX,
}

impl Code {
    /// Appends an instruction.
    pub fn push(&mut self, insn: Insn, span: Option<Span>) {
        self.insns.push(Placed { insn, span });
    }
}

impl Insn {
    /// The bodies inside.
    pub fn bodies(&self) -> Vec<&Code> {
        match self {
            Insn::Branch(_, code) | Insn::Execute(code) | Insn::Until(code, _) | Insn::Again(code, _) => {
                vec![code]
            }
            Insn::IfElse(a, b) | Insn::While(a, b, _) => vec![a, b],
            Insn::Try { body, catch, .. } => vec![body, catch],
            _ => Vec::new(),
        }
    }

    /// The bodies inside, to change.
    pub fn bodies_mut(&mut self) -> Vec<&mut Code> {
        match self {
            Insn::Branch(_, code) | Insn::Execute(code) | Insn::Until(code, _) | Insn::Again(code, _) => {
                vec![code]
            }
            Insn::IfElse(a, b) | Insn::While(a, b, _) => vec![a, b],
            Insn::Try { body, catch, .. } => vec![body, catch],
            _ => Vec::new(),
        }
    }
}
