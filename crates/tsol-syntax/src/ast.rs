//! The syntax tree.
//!
//! Plain data with public fields. Every node has a [`Span`](crate::span::Span). What could not be parsed
//! is an `Error` node that carries [`Reported`](crate::diag::Reported), so a later pass can go on and
//! need not report again. The tree says what was written, not what it means: whether `a.b[3]` is a type
//! or a value, which pragma is known, and which attributes fit together is decided by tsol-sema.

mod expr;
mod item;
mod literal;
mod name;
mod stmt;
mod types;

pub use expr::{BinaryOp, CallArgs, Expr, ExprKind, NamedArg, UnaryOp};
pub use item::{
    Attr, BaseSpec, ContractDef, ContractKind, EnumDef, EventDef, EventParam, FunctionDef, FunctionId,
    FunctionKind, Import, ImportClause, ImportName, Item, Member, ModifierCall, ModifierDef, Mutability,
    OverrideSpec, Pragma, PragmaWord, SourceUnit, StateVar, StructDef, StructField, UserOperator,
    UserTypeDef, UsingDef, UsingFunction, UsingWhat, Visibility,
};
pub use literal::{NumberLit, StringKind, StringLit, Unit};
pub use name::{Doc, Ident, Path};
pub use stmt::{Block, CatchClause, LocalVar, RangeBinding, Stmt, StmtKind, VarDecl};
pub use types::{ElementaryType, FunctionType, MappingType, Param, TypeKind, TypeName};
