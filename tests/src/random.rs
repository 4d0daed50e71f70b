//! Random values in the SDK's JSON form, by ABI type.

use fastrand::Rng;
use serde_json::{Map, Value, json};

/// BOC of a cell with the 32 bits `deadbeef` and no references.
const SOME_CELL: &str = "te6ccgEBAQEABgAACN6tvu8=";
/// BOC of the empty cell.
const EMPTY_CELL: &str = "te6ccgEBAQEAAgAAAA==";

/// An object with a value for each of the ABI's parameters.
pub fn params(rng: &mut Rng, inputs: &[Value]) -> Value {
    let pairs = inputs.iter().map(|input| {
        let name = input["name"].as_str().unwrap_or_default().to_owned();
        (name, value(rng, input))
    });
    Value::Object(pairs.collect::<Map<_, _>>())
}

/// A value for one parameter; extremes come up often.
///
/// # Panics
/// For a type that ABI 2.3 does not have.
pub fn value(rng: &mut Rng, param: &Value) -> Value {
    of_type(rng, param["type"].as_str().expect("a parameter has a type"), &param["components"])
}

fn of_type(rng: &mut Rng, ty: &str, components: &Value) -> Value {
    if let Some(item) = ty.strip_suffix("[]") {
        return (0..rng.usize(0..4)).map(|_| of_type(rng, item, components)).collect();
    }
    if let Some(inner) = ty.strip_prefix("optional(").and_then(|rest| rest.strip_suffix(')')) {
        return if rng.bool() { of_type(rng, inner, components) } else { Value::Null };
    }
    if let Some((key, item)) =
        ty.strip_prefix("map(").and_then(|rest| rest.strip_suffix(')')).and_then(|rest| rest.split_once(','))
    {
        let mut map = Map::new();
        for _ in 0..rng.usize(0..4) {
            let key = of_type(rng, key, &Value::Null);
            map.insert(key.as_str().unwrap_or_default().to_owned(), of_type(rng, item, components));
        }
        return Value::Object(map);
    }
    match ty {
        "bool" => rng.bool().into(),
        "tuple" => params(rng, components.as_array().expect("a tuple has components")),
        "cell" => if rng.bool() { SOME_CELL } else { EMPTY_CELL }.into(),
        "address" => format!("0:{}", hex(rng, 32)).into(),
        "bytes" => bytes(rng).into(),
        "string" => (0..rng.usize(0..200)).map(|_| rng.alphanumeric()).collect::<String>().into(),
        _ => number(rng, ty),
    }
}

fn number(rng: &mut Rng, ty: &str) -> Value {
    let width = |prefix: &str| ty.strip_prefix(prefix).and_then(|bits| bits.parse::<usize>().ok());
    if let Some(size) = width("fixedbytes") {
        return hex(rng, size).into();
    }
    if let Some(bits) = width("uint") {
        return json!(format!("0x{}", unsigned(rng, bits)));
    }
    if let Some(bits) = width("int") {
        let sign = if rng.bool() { "-" } else { "" };
        return json!(format!("{sign}0x{}", unsigned(rng, bits - 1)));
    }
    if let Some(size) = width("varuint") {
        return json!(format!("0x{}", unsigned(rng, (size - 1) * 8)));
    }
    panic!("no random value for the ABI type {ty}")
}

/// Up to `bits` bits in hexadecimal: zero, all ones, or random.
fn unsigned(rng: &mut Rng, bits: usize) -> String {
    let digits = bits.div_ceil(4).max(1);
    let top = 0xf >> (digits * 4 - bits).min(4);
    let fill = match rng.u8(0..4) {
        0 => return "0".to_owned(),
        1 => Some(0xf),
        _ => None,
    };
    (0..digits)
        .map(|i| fill.unwrap_or_else(|| rng.u32(0..16)) & if i == 0 { top } else { 0xf })
        .filter_map(|digit| char::from_digit(digit, 16))
        .collect()
}

fn bytes(rng: &mut Rng) -> String {
    let len = *rng.choice([0, 1, 126, 127, 128, 300].iter()).unwrap_or(&0);
    hex(rng, len)
}

fn hex(rng: &mut Rng, len: usize) -> String {
    (0..len).map(|_| format!("{:02x}", rng.u8(..))).collect()
}
