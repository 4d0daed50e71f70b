//! Types after resolution.

/// Index into [`Program::structs`](super::Program::structs).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct StructId(pub u32);

/// Index into [`Program::enums`](super::Program::enums).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct EnumId(pub u32);

/// Index into [`Program::events`](super::Program::events).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct EventId(pub u32);

/// Index into [`Program::externs`](super::Program::externs).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ExternId(pub u32);

/// Index into [`Program::interfaces`](super::Program::interfaces).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct InterfaceId(pub u32);

/// A resolved type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Type {
    /// `uintN` / `intN`, 1 to 256 bits (257 for `int257`).
    Int {
        /// `int` rather than `uint`.
        signed: bool,
        /// Width.
        bits: u16,
    },
    /// `quintN` / `qintN`: overflow gives NaN.
    QuietInt {
        /// `qint` rather than `quint`.
        signed: bool,
        /// Width.
        bits: u16,
    },
    /// `varuint16`, `varuint32`, `varint16`, `varint32`; `coins` is `varuint16`.
    VarInt {
        /// `varint` rather than `varuint`.
        signed: bool,
        /// 16 or 32.
        size: u8,
    },
    /// `bool`: 0 or -1 on the stack.
    Bool,
    /// `qbool`.
    QuietBool,
    /// `bytes1` to `bytes32`: an unsigned integer of 8·N bits on the stack.
    FixedBytes(u8),
    /// `bytes`: a cell chain.
    Bytes,
    /// `string`: a cell chain of UTF-8.
    String,
    /// `address` (and `address payable`): a slice with a MsgAddress; `address_std` is the same on the stack.
    Address,
    /// `TvmCell`.
    Cell,
    /// `TvmSlice`.
    Slice,
    /// `TvmBuilder`.
    Builder,
    /// An enum: an unsigned integer of 8 bits.
    Enum(EnumId),
    /// A struct.
    Struct(StructId),
    /// `mapping(K => V)`.
    Mapping(Box<Type>, Box<Type>),
    /// `T[]`, or `T[n]` with its length.
    Array(Box<Type>, Option<u64>),
    /// `optional(T)`; of several types: of a [`Type::Tuple`].
    Optional(Box<Type>),
    /// `vector(T)`: a TVM tuple of at most 255 values.
    Vector(Box<Type>),
    /// `stack(T)`.
    Stack(Box<Type>),
    /// `variant`.
    Variant,
    /// Several values; the empty tuple is the type of what has no value.
    Tuple(Vec<Type>),
    /// An address known to hold a contract of this interface.
    Contract(InterfaceId),
}

impl Type {
    /// `uint256`.
    pub const UINT256: Type = Type::Int { signed: false, bits: 256 };
    /// `uint128`.
    pub const UINT128: Type = Type::Int { signed: false, bits: 128 };
    /// `uint64`.
    pub const UINT64: Type = Type::Int { signed: false, bits: 64 };
    /// `uint32`.
    pub const UINT32: Type = Type::Int { signed: false, bits: 32 };
    /// `uint16`.
    pub const UINT16: Type = Type::Int { signed: false, bits: 16 };
    /// `uint8`.
    pub const UINT8: Type = Type::Int { signed: false, bits: 8 };
    /// `int8`.
    pub const INT8: Type = Type::Int { signed: true, bits: 8 };
    /// `int256`.
    pub const INT256: Type = Type::Int { signed: true, bits: 256 };

    /// The type of expressions without a value.
    pub fn void() -> Type {
        Type::Tuple(Vec::new())
    }

    /// Whether there is no value.
    pub fn is_void(&self) -> bool {
        matches!(self, Type::Tuple(types) if types.is_empty())
    }
}
