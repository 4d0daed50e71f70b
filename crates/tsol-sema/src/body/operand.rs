//! What an expression means before it is known which type is wanted.

use tsol_syntax::span::Span;

use crate::hir::{Expr, Type};
use crate::rational::Rational;

/// Namespaces of builtins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ns {
    Msg,
    Tx,
    Block,
    Tvm,
    Abi,
    Math,
    Rnd,
    Gosh,
    Bls,
}

impl Ns {
    pub(crate) fn of(name: &str) -> Option<Ns> {
        Some(match name {
            "msg" => Ns::Msg,
            "tx" => Ns::Tx,
            "block" => Ns::Block,
            "tvm" => Ns::Tvm,
            "abi" => Ns::Abi,
            "math" => Ns::Math,
            "rnd" => Ns::Rnd,
            "gosh" => Ns::Gosh,
            "bls" => Ns::Bls,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Ns::Msg => "msg",
            Ns::Tx => "tx",
            Ns::Block => "block",
            Ns::Tvm => "tvm",
            Ns::Abi => "abi",
            Ns::Math => "math",
            Ns::Rnd => "rnd",
            Ns::Gosh => "gosh",
            Ns::Bls => "bls",
        }
    }
}

/// How functions were named.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Via {
    /// By plain name: the most derived one is called.
    Name,
    /// `Base.f`, `Library.f`: exactly this one.
    Type,
    /// `super.f`.
    Super,
}

/// An expression, not yet of one type.
#[derive(Clone, Debug)]
pub(crate) enum Operand {
    /// A typed value.
    Value(Expr),
    /// Literal arithmetic. `hex_digits` is set for a plain hexadecimal literal, which may become `bytesN`.
    Number { value: Rational, hex_digits: Option<usize>, span: Span },
    /// A string literal.
    Text { value: Vec<u8>, span: Span },
    /// `null`.
    Null(Span),
    /// `emptyMap`.
    EmptyMap(Span),
    /// `NaN`.
    Nan(Span),
    /// `(a, b)`; gaps are allowed only on the left of assignments.
    Tuple(Vec<Option<Operand>>, Span),
    /// `[a, b]`.
    List(Vec<Operand>, Span),
    /// The name of a type.
    Type(Type, Span),
    /// `type(T)`.
    TypeInfo(Type, Span),
    /// `msg`, `tvm` …
    Namespace(Ns, Span),
    /// `import … as m`.
    Module(usize, Span),
    /// `super`.
    Super(Span),
    /// Functions of one name.
    Funcs { list: Vec<usize>, via: Via, span: Span },
    /// An event.
    Event(Span),
}

impl Operand {
    pub(crate) fn span(&self) -> Span {
        match self {
            Operand::Value(expr) => expr.span,
            Operand::Number { span, .. } | Operand::Text { span, .. } => *span,
            Operand::Null(span) | Operand::EmptyMap(span) | Operand::Nan(span) => *span,
            Operand::Tuple(_, span) | Operand::List(_, span) | Operand::Type(_, span) => *span,
            Operand::TypeInfo(_, span) | Operand::Namespace(_, span) | Operand::Module(_, span) => *span,
            Operand::Super(span) | Operand::Funcs { span, .. } | Operand::Event(span) => *span,
        }
    }
}
