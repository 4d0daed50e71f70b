//! Facts about types: ranges, names, which conversions exist.
//!
//! Source of the rules: API.md of TVM Solidity 0.77 and, where it is silent, what the official compiler accepts.

use num_bigint::BigInt;
use num_traits::{One as _, Zero as _};

use crate::hir::{Program, Type};

/// Integer behind an integer-like type: signedness and bits.
pub(crate) fn int_shape(ty: &Type) -> Option<(bool, u16)> {
    match ty {
        Type::Int { signed, bits } | Type::QuietInt { signed, bits } => Some((*signed, *bits)),
        Type::VarInt { signed, size } => Some((*signed, if *size == 16 { 120 } else { 248 })),
        _ => None,
    }
}

/// Whether arithmetic is defined on the type and throws on overflow.
pub(crate) fn is_plain_int(ty: &Type) -> bool {
    matches!(ty, Type::Int { .. } | Type::VarInt { .. })
}

/// Least and greatest value.
pub(crate) fn int_range(signed: bool, bits: u16) -> (BigInt, BigInt) {
    let one = BigInt::one();
    if signed {
        let half: BigInt = one.clone() << (bits - 1);
        (-half.clone(), half - one)
    } else {
        (BigInt::zero(), (one.clone() << bits) - one)
    }
}

/// Whether a number is a value of the integer type.
pub(crate) fn fits(value: &BigInt, signed: bool, bits: u16) -> bool {
    let (low, high) = int_range(signed, bits);
    low <= *value && *value <= high
}

/// Whether every value of `from` is one of `to`.
pub(crate) fn int_widens(from: (bool, u16), to: (bool, u16)) -> bool {
    match (from.0, to.0) {
        (false, true) => from.1 < to.1,
        (true, false) => false,
        _ => from.1 <= to.1,
    }
}

/// Smallest type of whole bytes that holds a literal, as the official compiler chooses it.
pub(crate) fn literal_type(value: &BigInt) -> Option<Type> {
    let signed = *value < BigInt::zero();
    (1..=32u16)
        .map(|bytes| bytes * 8)
        .find(|bits| fits(value, signed, *bits))
        .map(|bits| Type::Int { signed, bits })
}

/// The plain type behind `qintN`, `quintN`, `qbool`.
pub(crate) fn unquiet(ty: &Type) -> Option<Type> {
    match ty {
        Type::QuietInt { signed, bits } => Some(Type::Int { signed: *signed, bits: *bits }),
        Type::QuietBool => Some(Type::Bool),
        _ => None,
    }
}

/// `mapping(uint32 => varuint32)`, the type of extra currencies.
pub(crate) fn currencies() -> Type {
    Type::Mapping(Box::new(Type::UINT32), Box::new(Type::VarInt { signed: false, size: 32 }))
}

/// `varuint16`, the type of amounts.
pub(crate) const COINS: Type = Type::VarInt { signed: false, size: 16 };
/// `int` of TVM Solidity.
pub(crate) const INT257: Type = Type::Int { signed: true, bits: 257 };

/// `optional(T)`.
pub(crate) fn optional(ty: Type) -> Type {
    Type::Optional(Box::new(ty))
}

/// `uintN`.
pub(crate) const fn uint(bits: u16) -> Type {
    Type::Int { signed: false, bits }
}

/// Key type as methods give it: hashes stand for `bytes`, `string` and cells.
pub(crate) fn real_key(key: &Type) -> Type {
    match key {
        Type::Bytes | Type::String | Type::Cell => Type::UINT256,
        other => other.clone(),
    }
}

/// Whether a value may be stored in a builder, loaded from a slice, kept in c4 and in mappings.
pub(crate) fn is_storable(ty: &Type, program: &Program) -> bool {
    match ty {
        Type::QuietInt { .. } | Type::QuietBool | Type::Slice | Type::Builder => false,
        Type::Vector(_) | Type::Stack(_) | Type::Variant | Type::Tuple(_) => false,
        Type::Struct(id) => {
            program.structs[id.0 as usize].fields.iter().all(|(_, field)| is_storable(field, program))
        }
        Type::Mapping(key, value) => is_key(key, program) && is_in_mapping(value, program),
        Type::Array(element, _) => is_storable(element, program),
        Type::Optional(inner) => match &**inner {
            Type::Tuple(parts) => parts.iter().all(|part| is_storable(part, program)),
            other => is_storable(other, program),
        },
        _ => true,
    }
}

/// Whether the type may be the value of a mapping.
pub(crate) fn is_in_mapping(ty: &Type, program: &Program) -> bool {
    matches!(ty, Type::Slice) || is_storable(ty, program)
}

/// Whether the type may be the key of a mapping.
pub(crate) fn is_key(ty: &Type, program: &Program) -> bool {
    match ty {
        Type::Int { .. } | Type::Bool | Type::FixedBytes(_) | Type::Enum(_) | Type::Address => true,
        Type::Bytes | Type::String | Type::Cell | Type::Contract(_) => true,
        Type::Struct(id) => {
            let fields = &program.structs[id.0 as usize].fields;
            let bits: Option<u32> = fields.iter().map(|(_, field)| flat_bits(field)).sum();
            bits.is_some_and(|bits| bits > 0 && bits <= 1023)
        }
        _ => false,
    }
}

fn flat_bits(ty: &Type) -> Option<u32> {
    match ty {
        Type::Int { bits, .. } => Some(u32::from(*bits)),
        Type::Bool => Some(1),
        Type::FixedBytes(n) => Some(u32::from(*n) * 8),
        Type::Enum(_) => Some(8),
        _ => None,
    }
}

/// Whether the ABI can carry the type in messages, events and getters. The error says why not.
pub(crate) fn abi_problem(ty: &Type, program: &Program) -> Option<String> {
    let name = || display(ty, program);
    match ty {
        Type::QuietInt { .. } | Type::QuietBool | Type::Builder | Type::Slice => {
            Some(format!("`{}` lives only during a transaction", name()))
        }
        Type::Vector(_) | Type::Stack(_) | Type::Variant | Type::Tuple(_) => {
            Some(format!("`{}` lives only during a transaction", name()))
        }
        Type::Struct(id) => {
            program.structs[id.0 as usize].fields.iter().find_map(|(_, field)| abi_problem(field, program))
        }
        Type::Array(element, _) => abi_problem(element, program),
        Type::Mapping(key, value) => match &**key {
            Type::Address | Type::Contract(_) => abi_problem(value, program),
            Type::Int { bits, .. } if (8..=256).contains(bits) => abi_problem(value, program),
            other => Some(format!(
                "a mapping in the ABI needs integer keys of 8 to 256 bits or addresses, not `{}`",
                display(other, program)
            )),
        },
        Type::Optional(inner) => match &**inner {
            Type::Tuple(parts) => parts.iter().find_map(|part| abi_problem(part, program)),
            other => abi_problem(other, program),
        },
        _ => None,
    }
}

/// Whether a value of one type is accepted where the other is wanted.
pub(crate) fn converts(from: &Type, to: &Type, bases: &dyn Fn(u32, u32) -> bool) -> bool {
    if from == to {
        return true;
    }
    match (from, to) {
        (
            Type::Int { .. } | Type::VarInt { .. },
            Type::Int { .. } | Type::VarInt { .. } | Type::QuietInt { .. },
        )
        | (Type::QuietInt { .. }, Type::QuietInt { .. }) => match (int_shape(from), int_shape(to)) {
            (Some(a), Some(b)) => int_widens(a, b),
            _ => false,
        },
        (_, Type::Optional(inner)) => match from {
            Type::Optional(own) => converts(own, inner, bases) || converts(from, inner, bases),
            _ => converts(from, inner, bases),
        },
        (Type::Bool, Type::QuietBool) => true,
        (Type::FixedBytes(a), Type::FixedBytes(b)) => a <= b,
        (Type::Bytes | Type::String, Type::Bytes | Type::String) => true,
        (Type::Contract(_), Type::Address) => true,
        (Type::Contract(a), Type::Contract(b)) => bases(a.0, b.0),
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(x, y)| converts(x, y, bases))
        }
        _ => false,
    }
}

/// Whether `T(x)` is allowed.
pub(crate) fn converts_explicitly(from: &Type, to: &Type, bases: &dyn Fn(u32, u32) -> bool) -> bool {
    if converts(from, to, bases) {
        return true;
    }
    match (from, to) {
        (Type::Int { .. } | Type::VarInt { .. }, Type::Int { .. } | Type::VarInt { .. } | Type::Enum(_)) => {
            true
        }
        (
            Type::Int { signed: false, .. } | Type::VarInt { signed: false, .. },
            Type::Address | Type::Contract(_),
        ) => true,
        (Type::Int { signed: false, bits }, Type::FixedBytes(n)) => *bits == u16::from(*n) * 8,
        (Type::FixedBytes(n), Type::Int { signed: false, bits }) => *bits == u16::from(*n) * 8,
        (Type::FixedBytes(_), Type::FixedBytes(_) | Type::Bytes) => true,
        (Type::FixedBytes(32), Type::Address) => true,
        (Type::Address, Type::Contract(_)) => true,
        (Type::Bytes | Type::String, Type::Slice | Type::FixedBytes(_)) => true,
        (Type::Slice, Type::Bytes | Type::String) => true,
        (Type::Enum(_), Type::Int { signed: false, .. }) => true,
        _ => false,
    }
}

/// The type as a programmer writes it.
pub(crate) fn display(ty: &Type, program: &Program) -> String {
    let show = |ty: &Type| display(ty, program);
    let list = |types: &[Type]| types.iter().map(show).collect::<Vec<_>>().join(", ");
    match ty {
        Type::Int { signed, bits } => format!("{}{bits}", if *signed { "int" } else { "uint" }),
        Type::QuietInt { signed, bits } => format!("{}{bits}", if *signed { "qint" } else { "quint" }),
        Type::VarInt { signed, size } => format!("{}{size}", if *signed { "varint" } else { "varuint" }),
        Type::Bool => "bool".to_owned(),
        Type::QuietBool => "qbool".to_owned(),
        Type::FixedBytes(n) => format!("bytes{n}"),
        Type::Bytes => "bytes".to_owned(),
        Type::String => "string".to_owned(),
        Type::Address => "address".to_owned(),
        Type::Cell => "TvmCell".to_owned(),
        Type::Slice => "TvmSlice".to_owned(),
        Type::Builder => "TvmBuilder".to_owned(),
        Type::Enum(id) => program.enums[id.0 as usize].name.clone(),
        Type::Struct(id) => program.structs[id.0 as usize].name.clone(),
        Type::Mapping(key, value) => format!("mapping({} => {})", show(key), show(value)),
        Type::Array(element, None) => format!("{}[]", show(element)),
        Type::Array(element, Some(length)) => format!("{}[{length}]", show(element)),
        Type::Optional(inner) => match &**inner {
            Type::Tuple(parts) => format!("optional({})", list(parts)),
            other => format!("optional({})", show(other)),
        },
        Type::Vector(inner) => format!("vector({})", show(inner)),
        Type::Stack(inner) => format!("stack({})", show(inner)),
        Type::Variant => "variant".to_owned(),
        Type::Tuple(parts) if parts.is_empty() => "nothing".to_owned(),
        Type::Tuple(parts) => format!("({})", list(parts)),
        Type::Contract(id) => program.interfaces[id.0 as usize].name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: fn(u32, u32) -> bool = |_, _| false;

    #[test]
    fn integers_widen_by_range() {
        assert!(converts(&uint(8), &INT257, &NONE));
        assert!(converts(&uint(8), &Type::Int { signed: true, bits: 16 }, &NONE));
        assert!(!converts(&uint(16), &Type::Int { signed: true, bits: 16 }, &NONE));
        assert!(!converts(&Type::INT8, &uint(256), &NONE));
        assert!(!converts(&uint(128), &COINS, &NONE));
        assert!(converts(&COINS, &uint(128), &NONE));
    }

    #[test]
    fn literals_take_whole_bytes() {
        assert_eq!(literal_type(&BigInt::from(0)), Some(uint(8)));
        assert_eq!(literal_type(&BigInt::from(256)), Some(uint(16)));
        assert_eq!(literal_type(&BigInt::from(-129)), Some(Type::Int { signed: true, bits: 16 }));
        assert_eq!(literal_type(&(BigInt::one() << 256)), None);
    }

    #[test]
    fn optional_wraps_what_converts() {
        assert!(converts(&uint(8), &optional(uint(32)), &NONE));
        assert!(converts(&optional(uint(8)), &optional(uint(32)), &NONE));
        assert!(!converts(&optional(uint(32)), &uint(32), &NONE));
    }
}
