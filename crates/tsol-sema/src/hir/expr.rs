//! Statements and expressions after checking.

use num_bigint::BigInt;
use tsol_syntax::span::Span;

use super::{EnumId, EventId, ExternId, FunctionId, InterfaceId, StateId, StructId, Type};
use crate::builtin::Builtin;

/// Index into [`Function::locals`](super::Function::locals).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct LocalId(pub u32);

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// What it does.
    pub kind: StmtKind,
    /// Where it stands.
    pub span: Span,
}

/// What a statement does.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// `{ … }`.
    Block(Vec<Stmt>),
    /// Declares locals; without a value each starts with the default of its type. Several locals take the
    /// members of a tuple value, `None` drops one.
    Let(Vec<Option<LocalId>>, Option<Expr>),
    /// Evaluates and drops the value.
    Expr(Expr),
    /// `if`.
    If(Expr, Vec<Stmt>, Vec<Stmt>),
    /// `while`.
    While(Expr, Vec<Stmt>),
    /// `do … while`.
    DoWhile(Vec<Stmt>, Expr),
    /// `for`: initialiser, condition, step, body; `continue` runs the step.
    For(Option<Box<Stmt>>, Option<Expr>, Option<Expr>, Vec<Stmt>),
    /// `for (T x : array)` and `for ((K k, V v) : mapping)`: the container is evaluated once.
    ForEach {
        /// Mapping key, or `None` for arrays and where it is left out.
        key: Option<LocalId>,
        /// Element or mapping value.
        value: Option<LocalId>,
        /// Array or mapping.
        container: Expr,
        /// Body.
        body: Vec<Stmt>,
    },
    /// `repeat (n)`: the count is evaluated once.
    Repeat(Expr, Vec<Stmt>),
    /// `return`; the value has the function's result type (a tuple for several results). Options are
    /// those of a responsible function's answer: `{value: 0, bounce: false, flag: 64}`.
    Return(Option<Expr>, CallOptions),
    /// `break`.
    Break,
    /// `continue`.
    Continue,
    /// `emit E(args)`, `emit E{dest: a}(args)`.
    Emit {
        /// The event.
        event: EventId,
        /// One per parameter.
        args: Vec<Expr>,
        /// External destination address.
        dest: Option<Expr>,
    },
    /// `_;` in a modifier.
    Placeholder,
    /// `try { … } catch (variant value, uint16 number) { … }`.
    Try(Vec<Stmt>, CatchClause),
}

/// The handler of a `try`.
#[derive(Clone, Debug)]
pub struct CatchClause {
    /// Local of the thrown value.
    pub value: Option<LocalId>,
    /// Local of the exit code.
    pub number: Option<LocalId>,
    /// Handler.
    pub body: Vec<Stmt>,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it computes.
    pub kind: ExprKind,
    /// Its type.
    pub ty: Type,
    /// Where it stands.
    pub span: Span,
}

/// What an expression computes. Operands are evaluated from left to right.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// Integer, enum member, `bytesN`: by the type of the expression, in its range.
    Int(BigInt),
    /// `true`, `false`.
    Bool(bool),
    /// `bytes` or `string` literal.
    Bytes(Vec<u8>),
    /// `address(wc, hash)` known at compile time: workchain and 256 bits. `address(0)` is `addr_std`
    /// with workchain 0 and zero hash as in TVM Solidity; [`ExprKind::AddressNone`] is `addr_none`.
    Address(i8, [u8; 32]),
    /// `addr_none`.
    AddressNone,
    /// The default value of the type: zero, empty mapping/array/bytes/cell, `null`, `addr_std(0)`-like
    /// default of API.md for addresses, structs of defaults.
    Default,
    /// A local.
    Local(LocalId),
    /// A state variable.
    State(StateId),
    /// Several values.
    Tuple(Vec<Expr>),
    /// Struct member, by index.
    Field(Box<Expr>, usize),
    /// `array[i]`, `mapping[key]` (default value where absent), `bytes[i]`, `vector[i]`, `bytesN[i]`.
    Index(Box<Expr>, Box<Expr>),
    /// `bytes[from:to]`, `string[from:to]`.
    Slice(Box<Expr>, Option<Box<Expr>>, Option<Box<Expr>>),
    /// `!a`, `-a`, `~a`. `checked` is false in `unchecked` blocks.
    Unary(UnaryOp, Box<Expr>, bool),
    /// Arithmetic, comparison, `&&`/`||` (which evaluate the right side only if needed). For shifts
    /// and `**` the right side is an unsigned integer of its own type. Comparison of `bytes`, `string`,
    /// addresses, cells and slices is by content.
    Binary(BinaryOp, Box<Expr>, Box<Expr>, bool),
    /// `c ? a : b`.
    Ternary(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `target = value`, the value of which is the new one (`void` for tuple targets).
    Assign(AssignTarget, Box<Expr>),
    /// `target op= value`; the target is evaluated once. The value already has the operand's type.
    AssignOp(BinaryOp, Box<Expr>, Box<Expr>, bool),
    /// `++x`, `x++`, `--x`, `x--`.
    IncDec {
        /// The place.
        target: Box<Expr>,
        /// `++` rather than `--`.
        increment: bool,
        /// The value is the new one.
        prefix: bool,
        /// Overflow throws.
        checked: bool,
    },
    /// `delete x`: the place gets its default; a mapping or array element is removed or reset as API.md says.
    Delete(Box<Expr>),
    /// A conversion between two types that the checker has allowed; what happens follows from the two
    /// types: widening does nothing, narrowing integers checks the range (`uint8(x)` throws 5, in `unchecked`
    /// blocks as well: the flag is always true), tuples convert member by member, `T` to `optional(T)` wraps,
    /// address to contract is free …
    Convert(Box<Expr>, bool),
    /// `S(a, b)`, `S({x: a, y: b})`: values in order of the fields, evaluated in source order.
    StructNew(StructId, Vec<Expr>),
    /// `new T[](n)`.
    ArrayNew(Box<Expr>),
    /// `[a, b, c]`.
    ArrayLiteral(Vec<Expr>),
    /// Call of a function of this contract, a base, a library or a free one. Arguments go by value.
    Call(FunctionId, Vec<Expr>),
    /// Call by `using for`: operand 0 is the receiver. Where it is a place, what the function makes of its
    /// first parameter is written back to it (API.md, "Function call via object"); else it goes by value.
    CallBound(FunctionId, Vec<Expr>),
    /// A function or value that the language provides; operands as its documentation says.
    Builtin(Builtin, Vec<Expr>),
    /// A message to another contract (or to this one by `this.f()`): `target.f{options}(args)`.
    MessageCall {
        /// Address.
        target: Box<Expr>,
        /// The function.
        function: ExternId,
        /// One per parameter.
        args: Vec<Expr>,
        /// `value`, `flag`, `bounce`, `currencies`, `callback` …
        options: CallOptions,
    },
    /// `target.transfer({value: …, bounce: …, flag: …, body: …, currencies: …, stateInit: …})`; positional
    /// arguments are the same. No result. Where `value` is missing the checker has refused it.
    Transfer {
        /// Address.
        target: Box<Expr>,
        /// `body:` (`TvmCell`).
        body: Option<Box<Expr>>,
        /// The rest; `callback` is never set.
        options: CallOptions,
    },
    /// `abi.encodeIntMsg({dest: …, value: …, call: {f, [callback,] args…}, bounce: …, currencies: …, stateInit: …})`:
    /// the whole message as a `TvmCell`.
    EncodeIntMsg {
        /// `dest:`.
        target: Box<Expr>,
        /// Function or constructor of `call:`; the callback is in the options.
        function: ExternId,
        /// One per parameter.
        args: Vec<Expr>,
        /// The rest; `flag` is never set.
        options: CallOptions,
    },
    /// `stack.sort(less)`: the operand is a place that is written back; `less(a, b)` is a pure function.
    StackSort(FunctionId, Box<Expr>),
    /// A `TvmSlice` literal (`TvmSlice s = "0189abef_"`): its bits, most significant first.
    SliceBits(Vec<bool>),
    /// `new C{stateInit: …, code: …, varInit: {…}, value: …, flag: …, pubkey: …, wid: …}(args)`.
    New {
        /// What is deployed.
        interface: InterfaceId,
        /// Constructor arguments.
        args: Vec<Expr>,
        /// How.
        options: NewOptions,
    },
    /// `abi.encodeBody(C.f, args…)`, `abi.encodeBody(C, args…)` for constructors: the body cell.
    EncodeBody {
        /// Function.
        function: ExternId,
        /// Callback of responsible functions.
        callback: Option<ExternId>,
        /// Arguments.
        args: Vec<Expr>,
    },
    /// `abi.encodeStateInit(…)`: pieces by name.
    EncodeStateInit {
        /// `contr:` with `varInit:`, or `None` with `data:`.
        interface: Option<InterfaceId>,
        /// Options.
        options: NewOptions,
        /// `data:`.
        data: Option<Box<Expr>>,
        /// `splitDepth:`.
        split_depth: Option<Box<Expr>>,
    },
    /// `abi.decodeFunctionParams(C.f, slice)`: the operand is a `TvmSlice` value (behind the function id) and is
    /// not written back; with a responsible function the answer id (`uint32`) comes first.
    DecodeFunctionParams(ExternId, Box<Expr>),
    /// `abi.functionId(C.f)`, and event ids: known at code generation.
    FunctionId(ExternId),
    /// Integer to enum; a value without a member throws 5.
    EnumCast(EnumId, Box<Expr>),
}

/// The left side of an assignment.
#[derive(Clone, Debug)]
pub enum AssignTarget {
    /// A place: local, state variable, member or element of a place.
    Place(Box<Expr>),
    /// `(a, , b) = …`.
    Tuple(Vec<Option<AssignTarget>>),
}

/// `{value: …, flag: …}` of a message call.
#[derive(Clone, Debug, Default)]
pub struct CallOptions {
    /// Nano.
    pub value: Option<Box<Expr>>,
    /// Extra currencies.
    pub currencies: Option<Box<Expr>>,
    /// Default true for calls.
    pub bounce: Option<Box<Expr>>,
    /// Message flags, default 0 (as API.md).
    pub flag: Option<Box<Expr>>,
    /// Function that takes the answer of a responsible one.
    pub callback: Option<ExternId>,
    /// `stateInit:`.
    pub state_init: Option<Box<Expr>>,
    /// External-message options of `.extMsg{…}` are not supported and refused before.
    pub external: bool,
}

/// Options of `new` and `abi.encodeStateInit`.
#[derive(Clone, Debug, Default)]
pub struct NewOptions {
    /// `stateInit:`: whole state.
    pub state_init: Option<Box<Expr>>,
    /// `code:`.
    pub code: Option<Box<Expr>>,
    /// `varInit:`: by index into [`Interface::statics`](super::Interface::statics).
    pub var_init: Vec<(usize, Expr)>,
    /// `pubkey:`.
    pub pubkey: Option<Box<Expr>>,
    /// `wid:`.
    pub wid: Option<Box<Expr>>,
    /// Message options.
    pub call: CallOptions,
}

/// Operators with one operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnaryOp {
    /// `!`.
    Not,
    /// `-`.
    Neg,
    /// `~`.
    BitNot,
}

/// Operators with two operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)] // each is the operator of its name
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
    BitAnd,
    BitOr,
    BitXor,
    Shl,
    Shr,
    And,
    Or,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}
