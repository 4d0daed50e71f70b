//! Statements.

use super::{CallArgs, Expr, Ident, NamedArg, Param, Path, TypeName};
use crate::diag::Reported;
use crate::span::Span;

/// `{ ... }`.
#[derive(Clone, PartialEq, Debug)]
pub struct Block {
    /// From brace to brace.
    pub span: Span,
    /// Statements in order.
    pub stmts: Vec<Stmt>,
}

/// A statement.
#[derive(Clone, PartialEq, Debug)]
pub struct Stmt {
    /// From the first word to the semicolon or brace.
    pub span: Span,
    /// What it is.
    pub kind: StmtKind,
}

/// Kinds of statements.
#[derive(Clone, PartialEq, Debug)]
pub enum StmtKind {
    /// `{ ... }`.
    Block(Block),
    /// `unchecked { ... }`.
    Unchecked(Block),
    /// `if (cond) then else otherwise`.
    If {
        /// Condition.
        cond: Expr,
        /// Done if true.
        then: Box<Stmt>,
        /// Done if false.
        otherwise: Option<Box<Stmt>>,
    },
    /// `while (cond) body`.
    While {
        /// Condition, before each round.
        cond: Expr,
        /// Body.
        body: Box<Stmt>,
    },
    /// `do body while (cond);`.
    DoWhile {
        /// Body.
        body: Box<Stmt>,
        /// Condition, after each round.
        cond: Expr,
    },
    /// `for (init; cond; step) body`.
    For {
        /// Declaration or expression.
        init: Option<Box<Stmt>>,
        /// Condition; absent means true.
        cond: Option<Expr>,
        /// Done after each round.
        step: Option<Expr>,
        /// Body.
        body: Box<Stmt>,
    },
    /// `for (binding : iterable) body`.
    ForRange {
        /// What each element is bound to.
        binding: RangeBinding,
        /// Array, bytes, string or mapping.
        iterable: Expr,
        /// Body.
        body: Box<Stmt>,
    },
    /// `repeat (count) body`.
    Repeat {
        /// Number of rounds.
        count: Expr,
        /// Body.
        body: Box<Stmt>,
    },
    /// `break;`.
    Break,
    /// `continue;`.
    Continue,
    /// `return;`, `return x;`, `return {value: v} x;`.
    Return {
        /// Options of the answer message of a responsible function; empty if there are none.
        options: Vec<NamedArg>,
        /// Result.
        value: Option<Expr>,
    },
    /// `emit E{dest: d}(args);`.
    Emit {
        /// Name of the event.
        event: Path,
        /// Options; empty if there are none.
        options: Vec<NamedArg>,
        /// Arguments.
        args: CallArgs,
    },
    /// `try { ... } catch (...) { ... }`.
    Try {
        /// What may throw.
        body: Block,
        /// What is done then.
        catch: CatchClause,
    },
    /// Declaration of local variables.
    VarDecl(VarDecl),
    /// An expression for its effect, `delete x` included.
    Expr(Expr),
    /// `_;` in a modifier: the body of the modified function.
    Placeholder,
    /// A statement was expected and something else was found.
    Error(Reported),
}

/// `T x = init` or `(T x, , U y) = init`.
#[derive(Clone, PartialEq, Debug)]
pub struct VarDecl {
    /// Variables in order; gaps only in tuples.
    pub vars: Vec<Option<LocalVar>>,
    /// Whether it was written in parentheses.
    pub is_tuple: bool,
    /// Value.
    pub init: Option<Expr>,
}

/// One local variable.
#[derive(Clone, PartialEq, Debug)]
pub struct LocalVar {
    /// Type and name.
    pub span: Span,
    /// Type.
    pub ty: TypeName,
    /// Name.
    pub name: Ident,
}

/// What stands before the colon of a range-for.
#[derive(Clone, PartialEq, Debug)]
pub enum RangeBinding {
    /// `T x`, `(K k, V v)`, `(, V v)`: new variables, `init` is always absent.
    Declare(VarDecl),
    /// `x`, `(k, v)`: variables that exist already.
    Assign(Expr),
}

/// `catch { ... }` or `catch (variant value, uint16 code) { ... }`.
#[derive(Clone, PartialEq, Debug)]
pub struct CatchClause {
    /// From `catch` to the closing brace.
    pub span: Span,
    /// Name before the parentheses; no name is known to the language.
    pub name: Option<Ident>,
    /// Thrown value and exit code.
    pub params: Option<Vec<Param>>,
    /// What is done.
    pub body: Block,
}
