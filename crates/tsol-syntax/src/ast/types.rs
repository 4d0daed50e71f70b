//! Type names.

use std::fmt;

use super::{Attr, Expr, Ident, Mutability, Path, Visibility};
use crate::diag::Reported;
use crate::span::Span;

/// A type as it was written.
#[derive(Clone, PartialEq, Debug)]
pub struct TypeName {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: TypeKind,
}

/// Kinds of types.
#[derive(Clone, PartialEq, Debug)]
pub enum TypeKind {
    /// A built-in name, such as `uint128`.
    Elementary(ElementaryType),
    /// A contract, struct, enum or user-defined value type, perhaps with dots.
    User(Path),
    /// `mapping(K => V)`.
    Mapping(Box<MappingType>),
    /// `T[]` or `T[n]`.
    Array {
        /// Type of the elements.
        elem: Box<TypeName>,
        /// Length, if it is fixed.
        len: Option<Box<Expr>>,
    },
    /// `optional(T, ...)`; at least one type.
    Optional(Vec<TypeName>),
    /// `vector(T, ...)`; at least one type.
    Vector(Vec<TypeName>),
    /// `stack(T)`.
    Stack(Box<TypeName>),
    /// `function (A, B) internal pure returns (C)`.
    Function(Box<FunctionType>),
    /// A type was expected and something else was found.
    Error(Reported),
}

/// Built-in types that are one word.
///
/// Source: API.md of TVM Solidity 0.77, "TVM specific types" and "Changes and extensions in Solidity types".
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ElementaryType {
    /// `bool`.
    Bool,
    /// `qbool`, a boolean that may be NaN.
    QBool,
    /// `uintN`, N in bits, 1 to 256; `uint` is 256.
    Uint(u16),
    /// `intN`, N in bits, 1 to 257; `int` is 257.
    Int(u16),
    /// `quintN`, quiet, 1 to 256.
    QUint(u16),
    /// `qintN`, quiet, 1 to 257.
    QInt(u16),
    /// `varuint16` or `varuint32`: 16 or 32; `varuint` is 32.
    VarUint(u8),
    /// `varint16` or `varint32`: 16 or 32; `varint` is 32.
    VarInt(u8),
    /// `coins`, the same as `varuint16`.
    Coins,
    /// `ufixedMxN`: M bits, N decimal places.
    Ufixed(u16, u8),
    /// `fixedMxN`: M bits, N decimal places.
    Fixed(u16, u8),
    /// `bytesN`, N in bytes, 1 to 32.
    FixedBytes(u8),
    /// `bytes`.
    Bytes,
    /// `string`.
    String,
    /// `address`; `address payable` is the same (with a warning).
    Address,
    /// `address_std`.
    AddressStd,
    /// `TvmCell`.
    TvmCell,
    /// `TvmSlice`.
    TvmSlice,
    /// `TvmBuilder`.
    TvmBuilder,
    /// `StringBuilder`.
    StringBuilder,
    /// `variant`.
    Variant,
}

/// `mapping(K => V)`, with the names that may stand behind the types.
#[derive(Clone, PartialEq, Debug)]
pub struct MappingType {
    /// Key type.
    pub key: TypeName,
    /// Name of the key, used by getters.
    pub key_name: Option<Ident>,
    /// Value type.
    pub value: TypeName,
    /// Name of the value, used by getters.
    pub value_name: Option<Ident>,
}

/// Type of a function value.
#[derive(Clone, PartialEq, Debug)]
pub struct FunctionType {
    /// Parameters; names have no meaning.
    pub params: Vec<Param>,
    /// Results.
    pub returns: Vec<Param>,
    /// `internal` or `external`.
    pub visibility: Option<Attr<Visibility>>,
    /// `pure` or `view`.
    pub mutability: Option<Attr<Mutability>>,
}

/// A parameter or a result of a function, modifier or catch clause.
#[derive(Clone, PartialEq, Debug)]
pub struct Param {
    /// Type and name.
    pub span: Span,
    /// Type.
    pub ty: TypeName,
    /// Name, if one is given.
    pub name: Option<Ident>,
}

/// The name as it is written in sources, with widths spelled out: `uint256`.
impl fmt::Display for ElementaryType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self {
            Self::Uint(bits) => return write!(f, "uint{bits}"),
            Self::Int(bits) => return write!(f, "int{bits}"),
            Self::QUint(bits) => return write!(f, "quint{bits}"),
            Self::QInt(bits) => return write!(f, "qint{bits}"),
            Self::VarUint(size) => return write!(f, "varuint{size}"),
            Self::VarInt(size) => return write!(f, "varint{size}"),
            Self::Ufixed(bits, places) => return write!(f, "ufixed{bits}x{places}"),
            Self::Fixed(bits, places) => return write!(f, "fixed{bits}x{places}"),
            Self::FixedBytes(size) => return write!(f, "bytes{size}"),
            Self::Bool => "bool",
            Self::QBool => "qbool",
            Self::Coins => "coins",
            Self::Bytes => "bytes",
            Self::String => "string",
            Self::Address => "address",
            Self::AddressStd => "address_std",
            Self::TvmCell => "TvmCell",
            Self::TvmSlice => "TvmSlice",
            Self::TvmBuilder => "TvmBuilder",
            Self::StringBuilder => "StringBuilder",
            Self::Variant => "variant",
        };
        f.write_str(word)
    }
}
