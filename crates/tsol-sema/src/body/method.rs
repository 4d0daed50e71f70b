//! Methods of builtin types: their parameters and results.
//!
//! Source: API.md, one section for each type. Methods that take types or values of any type (`load`, `store`)
//! are in [`super::abi`].

use crate::builtin::{Access, Builtin as B};
use crate::hir::{Program, Type};
use crate::types::{self, INT257, int_shape, optional, uint};

/// One form of a method.
#[derive(Clone, Debug)]
pub(crate) struct Method {
    pub(crate) builtin: B,
    pub(crate) params: Vec<Type>,
    pub(crate) result: Type,
}

const BITS: Type = uint(10);
const REFS: Type = uint(3);
const WIDTH: Type = uint(9);

fn one(builtin: B, params: &[Type], result: Type) -> Vec<Method> {
    vec![Method { builtin, params: params.to_vec(), result }]
}

fn two(a: Vec<Method>, b: Vec<Method>) -> Vec<Method> {
    a.into_iter().chain(b).collect()
}

fn tuple(types: &[Type]) -> Type {
    Type::Tuple(types.to_vec())
}

fn triple() -> Type {
    tuple(&[Type::UINT256, Type::UINT256, Type::UINT256])
}

/// All forms of `<ty>.name(…)`; empty if there is none.
pub(crate) fn methods(ty: &Type, name: &str, program: &Program) -> Vec<Method> {
    match ty {
        Type::Address => address(name),
        Type::Cell => cell(name),
        Type::Slice => slice(name),
        Type::Builder => builder(name),
        Type::Mapping(key, value) => mapping(name, key, value),
        Type::Array(element, _) => array(name, element),
        Type::Bytes => bytes(name),
        Type::String => string(name),
        Type::Optional(inner) => option(name, inner),
        Type::Variant => match name {
            "isUint" => one(B::VariantIsUint, &[], Type::Bool),
            "toUint" => one(B::VariantToUint, &[], Type::UINT256),
            _ => Vec::new(),
        },
        Type::Vector(inner) => vector(name, inner),
        Type::Stack(inner) => stack(name, inner),
        Type::QuietInt { .. } | Type::QuietBool => quiet(name, ty),
        Type::Struct(id) if name == "unpack" => {
            let fields = &program.structs[id.0 as usize].fields;
            let parts: Vec<Type> = fields.iter().map(|(_, ty)| ty.clone()).collect();
            one(B::StructUnpack, &[], if parts.len() == 1 { parts[0].clone() } else { Type::Tuple(parts) })
        }
        _ => Vec::new(),
    }
}

fn address(name: &str) -> Vec<Method> {
    match name {
        "getType" => one(B::AddrType, &[], uint(4)),
        "isStdZero" => one(B::AddrIsStdZero, &[], Type::Bool),
        "isStdAddrWithoutAnyCast" => one(B::AddrIsStdWithoutAnycast, &[], Type::Bool),
        "isExternZero" => one(B::AddrIsExternZero, &[], Type::Bool),
        "isNone" => one(B::AddrIsNone, &[], Type::Bool),
        "unpack" => one(B::AddrUnpack, &[], tuple(&[Type::Int { signed: true, bits: 32 }, Type::UINT256])),
        _ => Vec::new(),
    }
}

fn cell(name: &str) -> Vec<Method> {
    match name {
        "depth" => one(B::CellDepth, &[], Type::UINT16),
        "dataSize" => one(B::CellDataSize, &[Type::UINT256], triple()),
        "dataSizeQ" => one(B::CellDataSizeQ, &[Type::UINT256], optional(triple())),
        "toSlice" => one(B::CellToSlice, &[], Type::Slice),
        "exoticToSlice" => one(B::CellExoticToSlice, &[], tuple(&[Type::Slice, Type::Bool])),
        "loadExoticCell" => one(B::CellLoadExotic, &[], Type::Cell),
        "loadExoticCellQ" => one(B::CellLoadExoticQ, &[], tuple(&[Type::Cell, Type::Bool])),
        _ => Vec::new(),
    }
}

fn slice(name: &str) -> Vec<Method> {
    match name {
        "empty" => one(B::SliceEmpty, &[], Type::Bool),
        "bitEmpty" => one(B::SliceBitEmpty, &[], Type::Bool),
        "refEmpty" => one(B::SliceRefEmpty, &[], Type::Bool),
        "size" => one(B::SliceSize, &[], tuple(&[Type::UINT16, Type::UINT8])),
        "bits" => one(B::SliceBits, &[], Type::UINT16),
        "refs" => one(B::SliceRefs, &[], Type::UINT8),
        "dataSize" => one(B::SliceDataSize, &[Type::UINT256], triple()),
        "dataSizeQ" => one(B::SliceDataSizeQ, &[Type::UINT256], optional(triple())),
        "depth" => one(B::SliceDepth, &[], Type::UINT16),
        "hasNBits" => one(B::SliceHasBits, &[BITS], Type::Bool),
        "hasNRefs" => one(B::SliceHasRefs, &[REFS], Type::Bool),
        "hasNBitsAndRefs" => one(B::SliceHasBitsAndRefs, &[BITS, REFS], Type::Bool),
        "compare" => one(B::SliceCompare, &[Type::Slice], Type::Int { signed: true, bits: 2 }),
        "startsWith" => one(B::SliceStartsWith, &[Type::Slice], Type::Bool),
        "startsWithOne" => one(B::SliceStartsWithOne, &[], Type::Bool),
        "loadRef" => one(B::SliceLoadRef(Access::Load), &[], Type::Cell),
        "loadRefAsSlice" => one(B::SliceLoadRefAsSlice, &[], Type::Slice),
        "preloadRef" => two(
            one(B::SliceLoadRef(Access::Preload), &[], Type::Cell),
            one(B::SlicePreloadRefAt, &[uint(2)], Type::Cell),
        ),
        "skip" => {
            two(one(B::SliceSkip, &[BITS], Type::void()), one(B::SliceSkip, &[BITS, REFS], Type::void()))
        }
        "loadZeroes" => one(B::SliceLoadZeroes, &[], BITS),
        "loadOnes" => one(B::SliceLoadOnes, &[], BITS),
        "loadSame" => one(B::SliceLoadSame, &[uint(1)], BITS),
        _ => match name.strip_prefix("pre") {
            Some(rest) => slice_read(rest, Access::Preload),
            None => slice_read(name, Access::Load),
        },
    }
}

fn slice_read(name: &str, access: Access) -> Vec<Method> {
    match name {
        "loadInt" | "loadSigned" => one(B::SliceLoadInt(access), &[WIDTH], INT257),
        "loadIntQ" => one(B::SliceLoadIntQ(access), &[WIDTH], optional(INT257)),
        "loadUint" | "loadUnsigned" => one(B::SliceLoadUint(access), &[WIDTH], Type::UINT256),
        "loadUintQ" => one(B::SliceLoadUintQ(access), &[WIDTH], optional(Type::UINT256)),
        "loadSlice" => two(
            one(B::SliceLoadSlice(access), &[BITS], Type::Slice),
            one(B::SliceLoadSlice(access), &[BITS, REFS], Type::Slice),
        ),
        "loadSliceQ" => two(
            one(B::SliceLoadSliceQ(access), &[BITS], optional(Type::Slice)),
            one(B::SliceLoadSliceQ(access), &[BITS, REFS], optional(Type::Slice)),
        ),
        _ => {
            let plain = name.strip_suffix('Q').unwrap_or(name);
            let quiet = plain.len() < name.len();
            let Some(ty) = plain.strip_prefix("load").and_then(little_endian) else { return Vec::new() };
            // API.md has the Q forms and the preloads for 4 and 8 bytes only.
            let short = int_shape(&ty).is_some_and(|(_, bits)| bits == 16);
            if short && (quiet || access == Access::Preload) {
                return Vec::new();
            }
            match quiet {
                true => one(B::SliceLoadLeQ(access), &[], optional(ty)),
                false => one(B::SliceLoadLe(access), &[], ty),
            }
        }
    }
}

/// `IntLE4`: the type that is read or written.
fn little_endian(name: &str) -> Option<Type> {
    let (signed, rest) = match name.strip_prefix("Int") {
        Some(rest) => (true, rest),
        None => (false, name.strip_prefix("Uint")?),
    };
    let bits = match rest {
        "LE2" => 16,
        "LE4" => 32,
        "LE8" => 64,
        _ => return None,
    };
    Some(Type::Int { signed, bits })
}

fn builder(name: &str) -> Vec<Method> {
    match name {
        "toSlice" => one(B::BuilderToSlice, &[], Type::Slice),
        "toCell" => one(B::BuilderToCell, &[], Type::Cell),
        "toExoticCell" => one(B::BuilderToExoticCell, &[], Type::Cell),
        "size" => one(B::BuilderSize, &[], tuple(&[Type::UINT16, Type::UINT8])),
        "bits" => one(B::BuilderBits, &[], Type::UINT16),
        "refs" => one(B::BuilderRefs, &[], Type::UINT8),
        "remBits" => one(B::BuilderRemBits, &[], Type::UINT16),
        "remRefs" => one(B::BuilderRemRefs, &[], Type::UINT8),
        "remBitsAndRefs" => one(B::BuilderRemBitsAndRefs, &[], tuple(&[Type::UINT16, Type::UINT8])),
        "depth" => one(B::BuilderDepth, &[], Type::UINT16),
        "storeZeroes" => one(B::BuilderStoreZeroes, &[BITS], Type::void()),
        "storeOnes" => one(B::BuilderStoreOnes, &[BITS], Type::void()),
        "storeSame" => one(B::BuilderStoreSame, &[BITS, uint(1)], Type::void()),
        "storeInt" | "storeSigned" => one(B::BuilderStoreInt, &[INT257, WIDTH], Type::void()),
        "storeUint" | "storeUnsigned" => one(B::BuilderStoreUint, &[Type::UINT256, WIDTH], Type::void()),
        "storeRef" => [Type::Builder, Type::Cell, Type::Slice]
            .into_iter()
            .flat_map(|ty| one(B::BuilderStoreRef, &[ty], Type::void()))
            .collect(),
        _ => match name.strip_prefix("store").and_then(little_endian) {
            Some(ty) => one(B::BuilderStoreLe, &[ty], Type::void()),
            None => Vec::new(),
        },
    }
}

fn mapping(name: &str, key: &Type, value: &Type) -> Vec<Method> {
    let pair = || optional(tuple(&[types::real_key(key), value.clone()]));
    // Keys of `next` and its kin need not fit the key type.
    let any = if let Type::Int { .. } = key { INT257 } else { types::real_key(key) };
    let (k, v) = (key.clone(), value.clone());
    match name {
        "at" => one(B::MapAt, &[k], v),
        "fetch" => one(B::MapFetch, &[k], optional(v)),
        "exists" => one(B::MapExists, &[k], Type::Bool),
        "empty" => one(B::MapEmpty, &[], Type::Bool),
        "min" => one(B::MapMin, &[], pair()),
        "max" => one(B::MapMax, &[], pair()),
        "next" => one(B::MapNext, &[any], pair()),
        "prev" => one(B::MapPrev, &[any], pair()),
        "nextOrEq" => one(B::MapNextOrEq, &[any], pair()),
        "prevOrEq" => one(B::MapPrevOrEq, &[any], pair()),
        "delMin" => one(B::MapDelMin, &[], pair()),
        "delMax" => one(B::MapDelMax, &[], pair()),
        "replace" => one(B::MapReplace, &[k, v], Type::Bool),
        "add" => one(B::MapAdd, &[k, v], Type::Bool),
        "getSet" => one(B::MapGetSet, &[k, v.clone()], optional(v)),
        "getAdd" => one(B::MapGetAdd, &[k, v.clone()], optional(v)),
        "getReplace" => one(B::MapGetReplace, &[k, v.clone()], optional(v)),
        "getDel" => one(B::MapGetDel, &[k], optional(v)),
        "keys" => one(B::MapKeys, &[], Type::Array(Box::new(types::real_key(key)), None)),
        "values" => one(B::MapValues, &[], Type::Array(Box::new(v), None)),
        _ => Vec::new(),
    }
}

fn array(name: &str, element: &Type) -> Vec<Method> {
    match name {
        "empty" => one(B::ArrayEmpty, &[], Type::Bool),
        "push" => two(
            one(B::ArrayPush, std::slice::from_ref(element), Type::void()),
            one(B::ArrayPushDefault, &[], Type::void()),
        ),
        "pop" => one(B::ArrayPop, &[], Type::void()),
        _ => Vec::new(),
    }
}

fn text(name: &str, ty: Type) -> Vec<Method> {
    match name {
        "empty" => one(B::BytesEmpty, &[], Type::Bool),
        "toSlice" => one(B::CellToSlice, &[], Type::Slice),
        "dataSize" => one(B::CellDataSize, &[Type::UINT256], triple()),
        "dataSizeQ" => one(B::CellDataSizeQ, &[Type::UINT256], optional(triple())),
        "append" => one(B::BytesAppend, &[ty], Type::void()),
        _ => Vec::new(),
    }
}

fn bytes(name: &str) -> Vec<Method> {
    text(name, Type::Bytes)
}

fn string(name: &str) -> Vec<Method> {
    let found = optional(Type::UINT32);
    match name {
        "byteLength" => one(B::StringByteLength, &[], Type::UINT32),
        "substr" => two(
            one(B::StringSubstr, &[Type::UINT256], Type::String),
            one(B::StringSubstr, &[Type::UINT256, Type::UINT256], Type::String),
        ),
        "find" => two(
            one(B::StringFindByte, &[Type::FixedBytes(1)], found.clone()),
            one(B::StringFind, &[Type::String], found),
        ),
        "findLast" => one(B::StringFindLast, &[Type::FixedBytes(1)], found),
        "toUpperCase" => one(B::StringToUpper, &[], Type::String),
        "toLowerCase" => one(B::StringToLower, &[], Type::String),
        _ => text(name, Type::String),
    }
}

/// Several values are given one by one: `o.set(a, b)`.
fn parts(inner: &Type) -> Vec<Type> {
    match inner {
        Type::Tuple(parts) => parts.clone(),
        other => vec![other.clone()],
    }
}

fn option(name: &str, inner: &Type) -> Vec<Method> {
    let parts = parts(inner);
    match name {
        "hasValue" => one(B::OptHasValue, &[], Type::Bool),
        "get" => one(B::OptGet, &[], inner.clone()),
        "getOr" => one(B::OptGetOr, &parts, inner.clone()),
        "getOrDefault" => one(B::OptGetOrDefault, &[], inner.clone()),
        "set" => one(B::OptSet, &parts, Type::void()),
        "reset" => one(B::OptReset, &[], Type::void()),
        _ => Vec::new(),
    }
}

fn vector(name: &str, inner: &Type) -> Vec<Method> {
    match name {
        "push" => one(B::VectorPush, &parts(inner), Type::void()),
        "pop" => one(B::VectorPop, &[], inner.clone()),
        "last" => one(B::VectorLast, &[], inner.clone()),
        "length" => one(B::VectorLength, &[], Type::UINT8),
        "empty" => one(B::VectorEmpty, &[], Type::Bool),
        _ => Vec::new(),
    }
}

fn stack(name: &str, inner: &Type) -> Vec<Method> {
    match name {
        "push" => one(B::StackPush, std::slice::from_ref(inner), Type::void()),
        "pop" => one(B::StackPop, &[], inner.clone()),
        "top" => one(B::StackTop, &[], inner.clone()),
        "empty" => one(B::StackEmpty, &[], Type::Bool),
        "reverse" => one(B::StackReverse, &[], Type::void()),
        _ => Vec::new(),
    }
}

fn quiet(name: &str, ty: &Type) -> Vec<Method> {
    let Some(plain) = types::unquiet(ty) else { return Vec::new() };
    match name {
        "isNaN" => one(B::IsNan, &[], Type::Bool),
        "get" => one(B::QuietGet, &[], plain),
        "getOr" => one(B::QuietGetOr, std::slice::from_ref(&plain), plain.clone()),
        "getOrDefault" => one(B::QuietGetOrDefault, &[], plain),
        "toOptional" => one(B::QuietToOptional, &[], optional(plain)),
        _ => Vec::new(),
    }
}

/// Names of the methods of a type, for hints.
pub(crate) fn names(ty: &Type) -> &'static [&'static str] {
    match ty {
        Type::Address => &[
            "transfer",
            "getType",
            "isStdZero",
            "isStdAddrWithoutAnyCast",
            "isExternZero",
            "isNone",
            "unpack",
            "wid",
            "value",
            "balance",
            "currencies",
        ],
        Type::Cell => &["depth", "dataSize", "dataSizeQ", "toSlice", "exoticToSlice", "loadExoticCell"],
        Type::Slice => &[
            "empty",
            "size",
            "bits",
            "refs",
            "depth",
            "load",
            "loadQ",
            "preload",
            "preloadQ",
            "loadRef",
            "loadRefAsSlice",
            "loadUint",
            "loadInt",
            "loadSlice",
            "skip",
            "preloadUint",
            "preloadInt",
            "preloadRef",
            "hasNBits",
            "hasNRefs",
            "hasNBitsAndRefs",
            "compare",
        ],
        Type::Builder => &[
            "store",
            "storeQ",
            "storeRef",
            "storeUint",
            "storeInt",
            "storeZeroes",
            "storeOnes",
            "toCell",
            "toSlice",
            "size",
            "bits",
            "refs",
            "remBits",
            "remRefs",
            "remBitsAndRefs",
            "depth",
        ],
        Type::Mapping(..) => &[
            "at",
            "fetch",
            "exists",
            "empty",
            "min",
            "max",
            "next",
            "prev",
            "nextOrEq",
            "prevOrEq",
            "delMin",
            "delMax",
            "replace",
            "add",
            "getSet",
            "getAdd",
            "getReplace",
            "getDel",
            "keys",
            "values",
        ],
        Type::Array(..) => &["push", "pop", "empty", "length"],
        Type::Bytes => &["empty", "length", "append", "toSlice", "dataSize"],
        Type::String => &[
            "empty",
            "byteLength",
            "substr",
            "append",
            "find",
            "findLast",
            "toUpperCase",
            "toLowerCase",
            "toSlice",
            "dataSize",
        ],
        Type::Optional(_) => &["hasValue", "get", "getOr", "getOrDefault", "set", "reset"],
        Type::Vector(_) => &["push", "pop", "last", "length", "empty"],
        Type::Stack(_) => &["push", "pop", "top", "empty", "sort", "reverse"],
        Type::Variant => &["isUint", "toUint"],
        Type::QuietInt { .. } | Type::QuietBool => &["isNaN", "get", "getOr", "getOrDefault", "toOptional"],
        Type::Int { .. } | Type::VarInt { .. } => &["cast"],
        Type::Struct(_) => &["unpack"],
        _ => &[],
    }
}
