//! The typed tree: what the checker hands to code generation.
//!
//! Every name is resolved, every implicit conversion is an explicit [`ExprKind::Convert`], every
//! virtual call names its final target. A [`Contract`] is self-contained: functions that it inherits
//! are checked once more in its own context, so calls, `super` and constants need no look-up later.
//!
//! Invariants:
//! - the tree exists only for sources without errors ([`Reported`](tsol_syntax::diag::Reported) otherwise);
//! - operands of arithmetic and comparison have one common type; literals have a concrete type;
//! - what tsolc does not support has already been refused: code generation handles every node or
//!   reports an internal error, and never guesses.

mod expr;
mod ty;

pub use expr::{
    AssignTarget, BinaryOp, CallOptions, CatchClause, Expr, ExprKind, LocalId, NewOptions, Stmt, StmtKind,
    UnaryOp,
};
pub use ty::{EnumId, EventId, ExternId, InterfaceId, StructId, Type};

use num_bigint::BigInt;
use tsol_syntax::span::Span;

/// Index into [`Contract::functions`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct FunctionId(pub u32);

/// Index into [`Contract::state`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct StateId(pub u32);

/// Everything the sources define, checked.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// All struct types of all files.
    pub structs: Vec<Struct>,
    /// All enum types.
    pub enums: Vec<Enum>,
    /// All events.
    pub events: Vec<Event>,
    /// Functions that can be named by `abi.encodeBody`, external calls, `functionId` and the like.
    pub externs: Vec<Extern>,
    /// Contracts and interfaces as types.
    pub interfaces: Vec<Interface>,
    /// Contracts that code can be generated for (not interfaces, libraries or abstract ones), in
    /// source order.
    pub contracts: Vec<Contract>,
}

/// A struct type.
#[derive(Clone, Debug)]
pub struct Struct {
    /// Name without its scope.
    pub name: String,
    /// Members in order of declaration.
    pub fields: Vec<(String, Type)>,
    /// Where it is defined.
    pub span: Span,
}

/// An enum type; in the ABI it is `uint8`.
#[derive(Clone, Debug)]
pub struct Enum {
    /// Name without its scope.
    pub name: String,
    /// Members; the index is the value.
    pub members: Vec<String>,
    /// Where it is defined.
    pub span: Span,
}

/// An event.
#[derive(Clone, Debug)]
pub struct Event {
    /// Name.
    pub name: String,
    /// Parameters; unnamed ones have an empty name.
    pub params: Vec<(String, Type)>,
    /// Where it is defined.
    pub span: Span,
}

/// A function that is reachable by messages: what callers need to know of it.
#[derive(Clone, Debug)]
pub struct Extern {
    /// Contract or interface that declares it.
    pub interface: InterfaceId,
    /// Name; `constructor` for constructors.
    pub name: String,
    /// Parameters without the hidden answer id.
    pub params: Vec<(String, Type)>,
    /// Results.
    pub returns: Vec<(String, Type)>,
    /// Takes a hidden first parameter `answerId` and answers by message.
    pub responsible: bool,
    /// The attribute `functionID`.
    pub function_id: Option<u32>,
    /// Refuses internal messages (`externalMsg`): may not be the target of a call.
    pub external_only: bool,
    /// Where it is declared.
    pub span: Span,
}

/// A contract or interface as the type of an address, and as the operand of `new`.
#[derive(Clone, Debug)]
pub struct Interface {
    /// Name.
    pub name: String,
    /// The constructor as seen by `new`; `None` where it cannot be deployed (interface, library, abstract).
    pub constructor: Option<ExternId>,
    /// Static variables by name in the order of their data keys (the first has key 1): for `varInit`.
    pub statics: Vec<(String, Type, Option<Expr>)>,
    /// Whether its initial data have key 0, the public key (always, but for `notime`-like dialects).
    pub has_pubkey: bool,
    /// Index into [`Program::contracts`], when it is one of them.
    pub contract: Option<usize>,
}

/// One contract, ready for code generation.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Name; output files are named after it.
    pub name: String,
    /// As a type.
    pub interface: InterfaceId,
    /// `pragma AbiHeader …` in force.
    pub headers: Headers,
    /// State variables along the linearisation, most basic contract first, in order of declaration.
    pub state: Vec<StateVar>,
    /// All functions that are reachable, whoever defines them; a `FunctionId` is an index.
    pub functions: Vec<Function>,
    /// What messages and the network can start.
    pub entries: Entries,
    /// Events for the ABI: those of the contract, then those of its bases, then others that are emitted.
    pub events: Vec<EventId>,
    /// Where it is defined.
    pub span: Span,
}

/// The ABI headers; their order in messages is pubkey, time, expire.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Headers {
    /// `pragma AbiHeader pubkey`.
    pub pubkey: bool,
    /// Present unless `pragma AbiHeader notime`.
    pub time: bool,
    /// `pragma AbiHeader expire`.
    pub expire: bool,
}

/// Where a state variable lives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Storage {
    /// In c4.
    Normal,
    /// In c4, set by initial data (`static`).
    Static,
    /// Only during a transaction (`nostorage`).
    NoStorage,
}

/// A state variable (constants are folded into expressions and do not appear).
#[derive(Clone, Debug)]
pub struct StateVar {
    /// Name.
    pub name: String,
    /// Type.
    pub ty: Type,
    /// Where it lives.
    pub storage: Storage,
    /// Value given at its declaration; for statics a compile-time constant.
    pub init: Option<Expr>,
    /// Where it is declared.
    pub span: Span,
}

/// The ways into a contract.
#[derive(Clone, Debug, Default)]
pub struct Entries {
    /// In order of the ABI: public functions, the most derived contract first, then getters of public state
    /// variables, the most basic contract first.
    pub public: Vec<FunctionId>,
    /// The constructor with the initialisers of state variables and all base constructors already
    /// in its body; `None` where no constructor exists and no state needs one.
    pub constructor: Option<FunctionId>,
    /// `receive()`: empty body or a comment.
    pub receive: Option<FunctionId>,
    /// `fallback()`: unknown function.
    pub fallback: Option<FunctionId>,
    /// `onBounce(TvmSlice body)`.
    pub on_bounce: Option<FunctionId>,
    /// `onTickTock(bool isTock)`.
    pub on_tick_tock: Option<FunctionId>,
    /// `onCodeUpgrade(…)`: called by `tvm.setCurrentCode`d code, id 2.
    pub on_code_upgrade: Option<FunctionId>,
    /// `afterSignatureCheck(TvmSlice body, TvmCell message)`: replaces the built-in replay protection.
    pub after_signature_check: Option<FunctionId>,
}

/// What a function may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mutability {
    /// Neither reads nor writes state.
    Pure,
    /// Reads state.
    View,
    /// May write state.
    Default,
}

/// Which messages may call a public function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Messages {
    /// Any.
    Both,
    /// `externalMsg`: others throw 71.
    External,
    /// `internalMsg`: others throw 72.
    Internal,
}

/// A function with a body.
#[derive(Clone, Debug)]
pub struct Function {
    /// Name in the ABI and in listings.
    pub name: String,
    /// Contract or library that defines it; empty for free functions.
    pub scope: String,
    /// Every local: parameters, named results, variables, those of modifiers.
    pub locals: Vec<Local>,
    /// Parameters, by index into `locals`; unnamed ones have a local too.
    pub params: Vec<LocalId>,
    /// Results; each has a local (unnamed ones have an empty name), which starts with the default value.
    pub returns: Vec<LocalId>,
    /// Modifier uses, outermost first.
    pub modifiers: Vec<ModifierUse>,
    /// The code.
    pub body: Vec<Stmt>,
    /// Part of the ABI.
    pub public: bool,
    /// What it may do.
    pub mutability: Mutability,
    /// Which messages may call it.
    pub messages: Messages,
    /// Answers by message; the hidden parameter is not among `params`.
    pub responsible: bool,
    /// The attribute `inline`.
    pub inline: bool,
    /// The attribute `functionID`.
    pub function_id: Option<u32>,
    /// The same function as callers see it, for public ones.
    pub external: Option<ExternId>,
    /// Where it is defined.
    pub span: Span,
}

/// A local variable.
#[derive(Clone, Debug)]
pub struct Local {
    /// Name; empty for unnamed parameters and results.
    pub name: String,
    /// Type.
    pub ty: Type,
    /// Where it is declared.
    pub span: Span,
}

/// One use of a modifier: `params = args; body`, where [`StmtKind::Placeholder`] stands for what it wraps.
#[derive(Clone, Debug)]
pub struct ModifierUse {
    /// Name, for listings.
    pub name: String,
    /// Locals of the using function that hold the arguments.
    pub params: Vec<LocalId>,
    /// One per parameter, evaluated when the modifier is entered.
    pub args: Vec<Expr>,
    /// Body with its own copies of locals.
    pub body: Vec<Stmt>,
}

/// A value known at compile time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConstValue {
    /// Integer, enum member or truth value (0/1).
    Int(BigInt),
    /// Text or bytes.
    Bytes(Vec<u8>),
}
