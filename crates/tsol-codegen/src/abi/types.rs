//! Names and largest sizes of types in the ABI.

use serde_json::{Map, Value, json};
use tsol_sema::hir::{Program, Type};

/// Bits and references of a value in a cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Size {
    pub(crate) bits: u32,
    pub(crate) refs: u32,
}

impl Size {
    /// What one cell holds.
    pub(crate) const CELL: Size = Size { bits: 1023, refs: 4 };

    pub(crate) fn add(self, other: Size) -> Size {
        Size { bits: self.bits + other.bits, refs: self.refs + other.refs }
    }

    pub(crate) fn fits(self) -> bool {
        self.bits <= Self::CELL.bits && self.refs <= Self::CELL.refs
    }
}

/// The most that a value of `ty` takes, as the ABI 2.2 specification ("fixed layout") counts.
///
/// Members of structs and tuples are summed up; slices and builders count as a whole cell.
pub(crate) fn max_size(program: &Program, ty: &Type) -> Size {
    let size = |bits, refs| Size { bits, refs };
    match ty {
        Type::Int { bits, .. } | Type::QuietInt { bits, .. } => size(u32::from(*bits), 0),
        Type::VarInt { size: 16, .. } => size(124, 0),
        Type::VarInt { .. } => size(253, 0),
        Type::Bool | Type::QuietBool => size(1, 0),
        // below ABI 2.4 fixed bytes travel in a reference of their own
        Type::FixedBytes(_) | Type::Bytes | Type::String | Type::Cell => size(0, 1),
        Type::Address | Type::Contract(_) => size(591, 0),
        Type::Enum(_) => size(8, 0),
        Type::Mapping(..) => size(1, 1),
        Type::Array(..) => size(33, 1),
        Type::Optional(inner) if is_large_optional(program, inner) => size(1, 1),
        Type::Optional(inner) => size(1, 0).add(max_size(program, inner)),
        Type::Struct(id) => {
            let fields = &program.structs[id.0 as usize].fields;
            fields.iter().fold(Size::default(), |sum, (_, ty)| sum.add(max_size(program, ty)))
        }
        Type::Tuple(types) => types.iter().fold(Size::default(), |sum, ty| sum.add(max_size(program, ty))),
        Type::Slice | Type::Builder | Type::Vector(_) | Type::Stack(_) | Type::Variant => Size::CELL,
    }
}

/// Whether `optional(inner)` keeps its value in a reference.
pub(crate) fn is_large_optional(program: &Program, inner: &Type) -> bool {
    let size = max_size(program, inner);
    size.bits >= Size::CELL.bits || size.refs >= Size::CELL.refs
}

/// Whether a dictionary keeps values of this type in references: they could be too large for a leaf.
///
/// 12 bits are the largest label header of a key of up to 1023 bits (ABI specification, "map").
pub(crate) fn value_in_ref(program: &Program, key_bits: u32, value: &Type) -> bool {
    match value {
        Type::Slice | Type::Builder => false,
        _ => 12 + key_bits + max_size(program, value).bits > Size::CELL.bits,
    }
}

/// Width of a mapping's keys in the dictionary.
pub(crate) fn key_bits(program: &Program, ty: &Type) -> u32 {
    match ty {
        Type::Address | Type::Contract(_) => 267,
        Type::Bytes | Type::String | Type::Cell => 256,
        Type::FixedBytes(n) => 8 * u32::from(*n),
        Type::Struct(id) => {
            program.structs[id.0 as usize].fields.iter().map(|(_, ty)| key_bits(program, ty)).sum()
        }
        other => max_size(program, other).bits,
    }
}

/// Whether the type has a form in the ABI; mappings and arrays without one appear as their dictionary.
fn is_abi_type(program: &Program, ty: &Type) -> bool {
    match ty {
        Type::Int { .. } | Type::VarInt { .. } | Type::Bool | Type::FixedBytes(_) | Type::Bytes => true,
        Type::String | Type::Address | Type::Cell | Type::Enum(_) | Type::Contract(_) => true,
        Type::Struct(id) => {
            program.structs[id.0 as usize].fields.iter().all(|(_, ty)| is_abi_type(program, ty))
        }
        Type::Tuple(types) => types.iter().all(|ty| is_abi_type(program, ty)),
        Type::Array(inner, _) | Type::Optional(inner) => is_abi_type(program, inner),
        Type::Mapping(key, value) => {
            let key = matches!(&**key, Type::Int { .. } | Type::Address | Type::Contract(_) | Type::Enum(_));
            key && is_abi_type(program, value)
        }
        _ => false,
    }
}

/// The type in the text from which function ids are computed: `(uint8,bytes)[]`.
pub(crate) fn signature_of(program: &Program, ty: &Type) -> String {
    let list = |types: &mut dyn Iterator<Item = &Type>| {
        let names: Vec<_> = types.map(|ty| signature_of(program, ty)).collect();
        format!("({})", names.join(","))
    };
    match ty {
        Type::Struct(id) => list(&mut program.structs[id.0 as usize].fields.iter().map(|(_, ty)| ty)),
        Type::Tuple(types) => list(&mut types.iter()),
        Type::Optional(inner) => format!("optional({})", signature_of(program, inner)),
        Type::Array(inner, _) => format!("{}[]", signature_of(program, inner)),
        Type::Mapping(key, value) => {
            format!("map({},{})", signature_of(program, key), signature_of(program, value))
        }
        other => plain_name(other),
    }
}

fn plain_name(ty: &Type) -> String {
    match ty {
        Type::Int { signed, bits } | Type::QuietInt { signed, bits } => {
            format!("{}{bits}", if *signed { "int" } else { "uint" })
        }
        Type::VarInt { signed, size } => format!("{}{size}", if *signed { "varint" } else { "varuint" }),
        Type::Bool | Type::QuietBool => "bool".into(),
        Type::FixedBytes(n) => format!("fixedbytes{n}"),
        Type::Bytes => "bytes".into(),
        Type::String => "string".into(),
        Type::Address | Type::Contract(_) => "address".into(),
        Type::Enum(_) => "uint8".into(),
        _ => "cell".into(),
    }
}

/// `{"name": …, "type": …, "components": …}`.
pub(super) fn describe(program: &Program, name: &str, ty: &Type) -> Map<String, Value> {
    let (type_name, components) = type_and_components(program, name, ty);
    let mut map = Map::new();
    map.insert("name".into(), name.into());
    map.insert("type".into(), type_name.into());
    if let Some(components) = components {
        map.insert("components".into(), components);
    }
    map
}

fn type_and_components(program: &Program, name: &str, ty: &Type) -> (String, Option<Value>) {
    let members =
        |list: Vec<Map<String, Value>>| Some(Value::Array(list.into_iter().map(Value::Object).collect()));
    match ty {
        Type::Struct(id) => {
            let fields = &program.structs[id.0 as usize].fields;
            ("tuple".into(), members(fields.iter().map(|(name, ty)| describe(program, name, ty)).collect()))
        }
        Type::Tuple(types) => {
            let list = types.iter().enumerate().map(|(i, ty)| describe(program, &format!("value{i}"), ty));
            ("tuple".into(), members(list.collect()))
        }
        Type::Mapping(..) if !is_abi_type(program, ty) => ("optional(cell)".into(), None),
        Type::Array(..) if !is_abi_type(program, ty) => (
            "tuple".into(),
            Some(json!([
                { "name": format!("{name}_length"), "type": "uint32" },
                { "name": format!("{name}_dict"), "type": "optional(cell)" },
            ])),
        ),
        Type::Mapping(key, value) => {
            let (key, _) = type_and_components(program, "key", key);
            let (value, components) = type_and_components(program, "value", value);
            (format!("map({key},{value})"), components)
        }
        Type::Array(inner, _) => {
            let (inner, components) = type_and_components(program, "item", inner);
            (format!("{inner}[]"), components)
        }
        Type::Optional(inner) => {
            let (inner, components) = type_and_components(program, "value", inner);
            (format!("optional({inner})"), components)
        }
        other => (plain_name(other), None),
    }
}

#[cfg(test)]
mod tests {
    use tsol_sema::hir::{Program, Struct, StructId, Type};
    use tsol_syntax::span::Span;

    use super::{Size, describe, is_large_optional, key_bits, max_size, signature_of, value_in_ref};

    fn program() -> Program {
        let fields = vec![("a".to_owned(), Type::UINT8), ("b".to_owned(), Type::Bytes)];
        Program {
            structs: vec![Struct { name: "S".into(), fields, span: Span::default() }],
            ..Program::default()
        }
    }

    #[test]
    fn sizes_are_those_of_the_specification() {
        let program = program();
        let size = |ty| max_size(&program, &ty);
        assert_eq!(size(Type::Address), Size { bits: 591, refs: 0 });
        assert_eq!(size(Type::VarInt { signed: false, size: 16 }), Size { bits: 124, refs: 0 });
        assert_eq!(size(Type::FixedBytes(32)), Size { bits: 0, refs: 1 });
        assert_eq!(size(Type::Array(Box::new(Type::UINT8), None)), Size { bits: 33, refs: 1 });
        assert_eq!(size(Type::Optional(Box::new(Type::UINT8))), Size { bits: 9, refs: 0 });
        assert_eq!(size(Type::Struct(StructId(0))), Size { bits: 8, refs: 1 });
        let two = Type::Tuple(vec![Type::Address, Type::Address]);
        assert!(is_large_optional(&program, &two));
        assert!(value_in_ref(&program, 64, &two) && !value_in_ref(&program, 256, &Type::Address));
        assert_eq!(key_bits(&program, &Type::Address), 267);
    }

    #[test]
    fn texts_of_types_and_json_agree() {
        let program = program();
        let map = Type::Mapping(Box::new(Type::UINT256), Box::new(Type::Struct(StructId(0))));
        assert_eq!(signature_of(&program, &map), "map(uint256,(uint8,bytes))");
        let json = describe(&program, "m", &map);
        assert_eq!(json["type"], "map(uint256,tuple)");
        assert_eq!(json["components"][1]["type"], "bytes");
        let odd = Type::Mapping(Box::new(Type::Bytes), Box::new(Type::UINT8));
        assert_eq!(describe(&program, "m", &odd)["type"], "optional(cell)");
    }
}
