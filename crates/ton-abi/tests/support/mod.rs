//! Random ABI types with values of them, in the JSON form of the official SDK.

use fastrand::Rng;
use serde_json::{Map, Value, json};

/// How deep tuples, arrays, maps and optionals may nest.
const DEPTH: usize = 3;

/// A parameter: its declaration and a value, as it must come back from decoding.
pub(crate) fn parameter(rng: &mut Rng, name: &str) -> (Value, Value) {
    let (mut ty, value) = ty(rng, DEPTH);
    ty["name"] = name.into();
    (ty, value)
}

/// Parameters `a0`, `a1` …: their declarations and an object with their values.
pub(crate) fn parameters(rng: &mut Rng, max: usize) -> (Vec<Value>, Value) {
    let mut values = Map::new();
    let types = (0..rng.usize(0..=max))
        .map(|i| {
            let name = format!("a{i}");
            let (ty, value) = parameter(rng, &name);
            values.insert(name, value);
            ty
        })
        .collect();
    (types, Value::Object(values))
}

/// The type without a name, and a value.
fn ty(rng: &mut Rng, depth: usize) -> (Value, Value) {
    let kinds = if depth == 0 { 9 } else { 15 };
    match rng.usize(0..kinds) {
        0 => uint(rng),
        1 => int(rng),
        2 => (json!({ "type": "bool" }), rng.bool().into()),
        3 => (json!({ "type": "address" }), address(rng)),
        4 => (json!({ "type": "bytes" }), bytes(rng).into()),
        5 => (json!({ "type": "string" }), text(rng).into()),
        6 => (json!({ "type": "cell" }), cell(rng)),
        7 => varuint(rng),
        8 => varint(rng),
        9 | 10 => tuple(rng, depth),
        11 => array(rng, depth),
        12 => fixed_array(rng, depth),
        13 => map(rng, depth),
        _ => optional(rng, depth),
    }
}

fn uint(rng: &mut Rng) -> (Value, Value) {
    let bits = *rng.choice(&[1usize, 7, 8, 16, 32, 64, 100, 128, 160, 255, 256]).expect("not empty");
    let value = number(rng, bits);
    let value = if bits == 256 { format!("0x{value:064x}") } else { value.to_string() };
    (json!({ "type": format!("uint{bits}") }), value.into())
}

fn int(rng: &mut Rng) -> (Value, Value) {
    let bits = *rng.choice(&[2usize, 8, 16, 32, 64, 128, 256]).expect("not empty");
    (json!({ "type": format!("int{bits}") }), signed(rng, bits).into())
}

fn varuint(rng: &mut Rng) -> (Value, Value) {
    let size = *rng.choice(&[16usize, 32]).expect("not empty");
    let bits = rng.usize(0..=(size - 1) * 8);
    (json!({ "type": format!("varuint{size}") }), number(rng, bits).to_string().into())
}

fn varint(rng: &mut Rng) -> (Value, Value) {
    let size = *rng.choice(&[16usize, 32]).expect("not empty");
    let bits = rng.usize(2..=(size - 1) * 8);
    (json!({ "type": format!("varint{size}") }), signed(rng, bits).into())
}

/// Up to `bits` random bits, with zero and the largest number more often than chance has it.
fn number(rng: &mut Rng, bits: usize) -> num_bigint::BigUint {
    let all = (num_bigint::BigUint::from(1u8) << bits) - 1u8;
    match rng.u8(0..8) {
        0 => 0u8.into(),
        1 => all,
        _ => num_bigint::BigUint::from_bytes_be(&std::array::from_fn::<u8, 32, _>(|_| rng.u8(..))) & all,
    }
}

fn signed(rng: &mut Rng, bits: usize) -> String {
    let value = num_bigint::BigInt::from(number(rng, bits - 1));
    // -1 - n reaches the least number, too.
    if rng.bool() { (-&value - 1u8).to_string() } else { value.to_string() }
}

fn address(rng: &mut Rng) -> Value {
    if rng.u8(0..6) == 0 {
        return "".into();
    }
    let workchain = if rng.bool() { 0 } else { -1 };
    format!("{workchain}:{}", hex(rng, 32)).into()
}

fn hex(rng: &mut Rng, len: usize) -> String {
    (0..len).map(|_| format!("{:02x}", rng.u8(..))).collect()
}

fn bytes(rng: &mut Rng) -> String {
    let len = *rng.choice(&[0, 1, 3, 126, 127, 128, 254, 255, 700]).expect("not empty");
    hex(rng, len)
}

fn text(rng: &mut Rng) -> String {
    (0..rng.usize(0..200)).map(|_| if rng.u8(0..20) == 0 { 'ж' } else { rng.alphanumeric() }).collect()
}

fn cell(rng: &mut Rng) -> Value {
    let mut b = ton_abi::CellBuilder::new();
    for _ in 0..rng.usize(0..30) {
        b.store_u32(rng.u32(..)).expect("there is room");
    }
    for _ in 0..rng.usize(0..3) {
        b.store_reference(ton_abi::CellBuilder::build_from(rng.u64(..)).expect("fits"))
            .expect("there is room");
    }
    ton_abi::Boc::encode_base64(b.build().expect("fits")).into()
}

fn tuple(rng: &mut Rng, depth: usize) -> (Value, Value) {
    let mut components = Vec::new();
    let mut values = Map::new();
    for i in 0..rng.usize(1..=5) {
        let (mut ty, value) = ty(rng, depth - 1);
        ty["name"] = format!("c{i}").into();
        components.push(ty);
        values.insert(format!("c{i}"), value);
    }
    (json!({ "type": "tuple", "components": components }), Value::Object(values))
}

fn array(rng: &mut Rng, depth: usize) -> (Value, Value) {
    let (mut ty, value) = ty(rng, depth - 1);
    let items = vec![value; rng.usize(0..5)];
    ty["type"] = format!("{}[]", ty["type"].as_str().expect("a type is text")).into();
    (ty, items.into())
}

fn fixed_array(rng: &mut Rng, depth: usize) -> (Value, Value) {
    let (mut ty, value) = ty(rng, depth - 1);
    let items = vec![value; rng.usize(1..5)];
    ty["type"] = format!("{}[{}]", ty["type"].as_str().expect("a type is text"), items.len()).into();
    (ty, items.into())
}

fn map(rng: &mut Rng, depth: usize) -> (Value, Value) {
    let (mut ty, value) = ty(rng, depth - 1);
    let (key, keys): (&str, Vec<String>) = match rng.u8(0..3) {
        0 => ("uint32", (0..rng.usize(0..5)).map(|_| rng.u32(..).to_string()).collect()),
        1 => ("uint256", (0..rng.usize(0..5)).map(|_| format!("0x{:064x}", number(rng, 256))).collect()),
        _ => ("address", (0..rng.usize(0..5)).map(|_| format!("0:{}", hex(rng, 32))).collect()),
    };
    let entries: Map<_, _> = keys.into_iter().map(|key| (key, value.clone())).collect();
    ty["type"] = format!("map({key},{})", ty["type"].as_str().expect("a type is text")).into();
    (ty, Value::Object(entries))
}

fn optional(rng: &mut Rng, depth: usize) -> (Value, Value) {
    let (mut ty, value) = ty(rng, depth - 1);
    // A null inside of a null cannot be told apart in JSON, so optionals do not nest.
    if ty["type"].as_str().is_some_and(|ty| ty.starts_with("optional")) {
        return (ty, value);
    }
    ty["type"] = format!("optional({})", ty["type"].as_str().expect("a type is text")).into();
    (ty, if rng.bool() { Value::Null } else { value })
}
