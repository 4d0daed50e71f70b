//! Expressions.

use super::{Ident, NumberLit, Path, StringLit, TypeKind, TypeName};
use crate::diag::Reported;
use crate::span::Span;

/// An expression.
#[derive(Clone, PartialEq, Debug)]
pub struct Expr {
    /// Where it stands, parentheses of [`ExprKind::Paren`] included.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// Kinds of expressions.
#[derive(Clone, PartialEq, Debug)]
pub enum ExprKind {
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(NumberLit),
    /// A string.
    String(StringLit),
    /// `null`, the empty optional.
    Null,
    /// `emptyMap`.
    EmptyMap,
    /// `NaN`, the quiet not-a-number.
    NaN,
    /// A name, `this` and `super` included.
    Ident(Ident),
    /// A type in the place of a value: `uint8` in `uint8(x)`, `mapping(uint => T)` and `T[]` as arguments.
    ///
    /// Only what cannot be a value is parsed as this; `T`, `Lib.T` and `T[3]` of user types are
    /// names, members and indexing. [`Expr::to_type_name`] reads all of them as types.
    Type(Box<TypeName>),
    /// `type(T)`, to be followed by a member.
    TypeInfo(Box<TypeName>),
    /// `base.name`.
    Member {
        /// What stands before the dot.
        base: Box<Expr>,
        /// Name behind the dot.
        name: Ident,
    },
    /// `base[index]`.
    Index {
        /// Array, mapping or string, or a user type (see [`ExprKind::Type`]).
        base: Box<Expr>,
        /// What stands in brackets.
        index: Box<Expr>,
    },
    /// `base[start:end]`.
    IndexRange {
        /// Array of bytes or string.
        base: Box<Expr>,
        /// First element; 0 if absent.
        start: Option<Box<Expr>>,
        /// One past the last element; the length if absent.
        end: Option<Box<Expr>>,
    },
    /// `callee(args)`: function calls, conversions, struct constructors, `new T(...)`.
    Call {
        /// Function, type, [`ExprKind::New`] or [`ExprKind::CallOptions`].
        callee: Box<Expr>,
        /// Arguments.
        args: CallArgs,
    },
    /// `callee{value: v, flag: f}`; the call itself stands around it.
    CallOptions {
        /// Function or [`ExprKind::New`].
        callee: Box<Expr>,
        /// Options in order.
        options: Vec<NamedArg>,
    },
    /// `new T`, to be followed by options and a call.
    New(Box<TypeName>),
    /// `op x` or `x op`.
    Unary {
        /// Operator.
        op: UnaryOp,
        /// Operand.
        operand: Box<Expr>,
    },
    /// `left op right`.
    Binary {
        /// Operator.
        op: BinaryOp,
        /// Place of the operator.
        op_span: Span,
        /// Left operand.
        left: Box<Expr>,
        /// Right operand.
        right: Box<Expr>,
    },
    /// `target = value` or `target op= value`.
    Assign {
        /// Operator of a compound assignment.
        op: Option<BinaryOp>,
        /// Place of the operator.
        op_span: Span,
        /// What is assigned to; tuples may have gaps.
        target: Box<Expr>,
        /// What is assigned.
        value: Box<Expr>,
    },
    /// `cond ? then : otherwise`.
    Ternary {
        /// Condition.
        cond: Box<Expr>,
        /// Value if true.
        then: Box<Expr>,
        /// Value if false.
        otherwise: Box<Expr>,
    },
    /// `(x)`: the same as `x`.
    Paren(Box<Expr>),
    /// `()`, `(a, b)`, `(, b)`, `(a,)`: none or at least two places, which may be gaps.
    Tuple(Vec<Option<Expr>>),
    /// `[a, b]`.
    Array(Vec<Expr>),
    /// `{a: 1, b: 2}` as value of the option `varInit`.
    Fields(Vec<NamedArg>),
    /// `{f, a, b}` as value of the option `call`: a function and the arguments to encode.
    CallList {
        /// Function to encode a call of.
        function: Box<Expr>,
        /// Its arguments.
        args: Vec<Expr>,
    },
    /// An expression was expected and something else was found.
    Error(Reported),
}

/// Arguments of a call.
#[derive(Clone, PartialEq, Debug)]
pub enum CallArgs {
    /// `(a, b)`.
    Positional(Vec<Expr>),
    /// `({x: a, y: b})`.
    Named(Vec<NamedArg>),
}

impl CallArgs {
    /// Number of arguments.
    pub fn len(&self) -> usize {
        match self {
            CallArgs::Positional(args) => args.len(),
            CallArgs::Named(args) => args.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values in order of writing.
    pub fn values(&self) -> Vec<&Expr> {
        match self {
            CallArgs::Positional(args) => args.iter().collect(),
            CallArgs::Named(args) => args.iter().map(|a| &a.value).collect(),
        }
    }
}

/// `name: value` in call options, named arguments and `varInit`.
#[derive(Clone, PartialEq, Debug)]
pub struct NamedArg {
    /// Name and value.
    pub span: Span,
    /// Name.
    pub name: Ident,
    /// Value.
    pub value: Expr,
}

/// Operators with one operand.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UnaryOp {
    /// `!x`.
    Not,
    /// `~x`.
    BitNot,
    /// `-x`.
    Neg,
    /// `++x`.
    PreInc,
    /// `--x`.
    PreDec,
    /// `x++`.
    PostInc,
    /// `x--`.
    PostDec,
    /// `delete x`.
    Delete,
}

impl UnaryOp {
    /// How the operator is written.
    pub fn as_str(self) -> &'static str {
        match self {
            UnaryOp::Not => "!",
            UnaryOp::BitNot => "~",
            UnaryOp::Neg => "-",
            UnaryOp::PreInc | UnaryOp::PostInc => "++",
            UnaryOp::PreDec | UnaryOp::PostDec => "--",
            UnaryOp::Delete => "delete",
        }
    }

    /// Whether it stands behind its operand.
    pub fn is_postfix(self) -> bool {
        matches!(self, UnaryOp::PostInc | UnaryOp::PostDec)
    }
}

/// Operators with two operands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BinaryOp {
    /// `||`.
    Or,
    /// `&&`.
    And,
    /// `==`.
    Eq,
    /// `!=`.
    Ne,
    /// `<`.
    Lt,
    /// `>`.
    Gt,
    /// `<=`.
    Le,
    /// `>=`.
    Ge,
    /// `|`.
    BitOr,
    /// `^`.
    BitXor,
    /// `&`.
    BitAnd,
    /// `<<`.
    Shl,
    /// `>>`, arithmetic on signed integers.
    Shr,
    /// `+`.
    Add,
    /// `-`.
    Sub,
    /// `*`.
    Mul,
    /// `/`.
    Div,
    /// `%`.
    Mod,
    /// `**`.
    Pow,
}

impl BinaryOp {
    /// How the operator is written.
    pub fn as_str(self) -> &'static str {
        match self {
            BinaryOp::Or => "||",
            BinaryOp::And => "&&",
            BinaryOp::Eq => "==",
            BinaryOp::Ne => "!=",
            BinaryOp::Lt => "<",
            BinaryOp::Gt => ">",
            BinaryOp::Le => "<=",
            BinaryOp::Ge => ">=",
            BinaryOp::BitOr => "|",
            BinaryOp::BitXor => "^",
            BinaryOp::BitAnd => "&",
            BinaryOp::Shl => "<<",
            BinaryOp::Shr => ">>",
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::Mod => "%",
            BinaryOp::Pow => "**",
        }
    }

    /// Binding strength; the higher binds closer. All are left-associative except [`BinaryOp::Pow`].
    ///
    /// Source: precedence table of the official compiler's tokens: comparison binds weaker than bit operators.
    pub fn precedence(self) -> u8 {
        match self {
            BinaryOp::Or => 4,
            BinaryOp::And => 5,
            BinaryOp::Eq | BinaryOp::Ne => 6,
            BinaryOp::Lt | BinaryOp::Gt | BinaryOp::Le | BinaryOp::Ge => 7,
            BinaryOp::BitOr => 8,
            BinaryOp::BitXor => 9,
            BinaryOp::BitAnd => 10,
            BinaryOp::Shl | BinaryOp::Shr => 11,
            BinaryOp::Add | BinaryOp::Sub => 12,
            BinaryOp::Mul | BinaryOp::Div | BinaryOp::Mod => 13,
            BinaryOp::Pow => 14,
        }
    }

    /// Whether the result is a boolean from comparing.
    pub fn is_comparison(self) -> bool {
        matches!(self.precedence(), 6 | 7)
    }
}

impl Expr {
    /// An expression at a place.
    pub fn new(span: Span, kind: ExprKind) -> Self {
        Self { span, kind }
    }

    /// The expression inside all parentheses.
    pub fn unparen(&self) -> &Expr {
        let mut expr = self;
        while let ExprKind::Paren(inner) = &expr.kind {
            expr = inner;
        }
        expr
    }

    /// The name, if it is one.
    pub fn as_ident(&self) -> Option<&Ident> {
        match &self.kind {
            ExprKind::Ident(ident) => Some(ident),
            _ => None,
        }
    }

    /// The dotted name, if it consists of names and members only.
    pub fn to_path(&self) -> Option<Path> {
        match &self.kind {
            ExprKind::Ident(ident) => Some(Path::single(ident.clone())),
            ExprKind::Member { base, name } => {
                let mut path = base.to_path()?;
                path.segments.push(name.clone());
                path.span = self.span;
                Some(path)
            }
            _ => None,
        }
    }

    /// The expression read as a type: types, dotted names, and both with brackets behind them.
    pub fn to_type_name(&self) -> Option<TypeName> {
        let kind = match &self.kind {
            ExprKind::Type(ty) => return Some((**ty).clone()),
            ExprKind::Index { base, index } => {
                TypeKind::Array { elem: Box::new(base.to_type_name()?), len: Some(index.clone()) }
            }
            _ => TypeKind::User(self.to_path()?),
        };
        Some(TypeName { span: self.span, kind })
    }
}
