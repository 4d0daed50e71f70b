//! Values to JSON.

use num_bigint::BigUint;
use serde_json::{Map, Value};
use tycho_types::abi::{AbiValue, NamedAbiValue, PlainAbiValue};
use tycho_types::boc::Boc;
use tycho_types::models::{AnyAddr, IntAddr};

/// The values as an object, in their order.
pub fn render_params(values: &[NamedAbiValue]) -> Value {
    let entries = values.iter().map(|v| (v.name.to_string(), render_value(&v.value)));
    Value::Object(entries.collect::<Map<_, _>>())
}

/// The value in the JSON form of the official SDK: integers as decimal strings, `uint256` as `0x` and 64 digits,
/// bytes as hex, cells as base64 bags of cells, addresses as `wc:hex` (none is `""`).
///
/// Source: `ever-abi` detokenizer as of SDK 1.44.
pub fn render_value(value: &AbiValue) -> Value {
    match value {
        AbiValue::Uint(bits, n) => Value::String(uint(*bits, n)),
        AbiValue::Int(_, n) => Value::String(n.to_string()),
        AbiValue::VarUint(_, n) => Value::String(n.to_string()),
        AbiValue::VarInt(_, n) => Value::String(n.to_string()),
        AbiValue::Token(n) => Value::String(n.into_inner().to_string()),
        AbiValue::Bool(b) => Value::Bool(*b),
        AbiValue::Cell(cell) => Value::String(Boc::encode_base64(cell)),
        AbiValue::Address(address) => Value::String(any_address(address)),
        AbiValue::AddressStd(address) => {
            Value::String(address.as_ref().map(|a| a.to_string()).unwrap_or_default())
        }
        AbiValue::Bytes(bytes) | AbiValue::FixedBytes(bytes) => Value::String(hex::encode(bytes)),
        AbiValue::String(text) => Value::String(text.clone()),
        AbiValue::Tuple(items) => render_params(items),
        AbiValue::Array(_, items) | AbiValue::FixedArray(_, items) => {
            Value::Array(items.iter().map(render_value).collect())
        }
        AbiValue::Map(_, _, entries) => {
            Value::Object(entries.iter().map(|(k, v)| (key(k), render_value(v))).collect::<Map<_, _>>())
        }
        AbiValue::Optional(_, value) => value.as_deref().map_or(Value::Null, render_value),
        AbiValue::Ref(value) => render_value(value),
    }
}

fn uint(bits: u16, n: &BigUint) -> String {
    if bits == 256 { format!("0x{n:064x}") } else { n.to_string() }
}

fn key(key: &PlainAbiValue) -> String {
    match key {
        PlainAbiValue::Uint(bits, n) => uint(*bits, n),
        PlainAbiValue::Int(_, n) => n.to_string(),
        PlainAbiValue::Bool(b) => b.to_string(),
        PlainAbiValue::Address(address) => int_address(address),
        PlainAbiValue::AddressStd(address) => address.to_string(),
        PlainAbiValue::FixedBytes(bytes) => hex::encode(bytes),
    }
}

fn any_address(address: &AnyAddr) -> String {
    match address {
        AnyAddr::None => String::new(),
        AnyAddr::Ext(address) => address.to_string(),
        AnyAddr::Std(address) => address.to_string(),
        AnyAddr::Var(address) => int_address(&IntAddr::Var(address.clone())),
    }
}

fn int_address(address: &IntAddr) -> String {
    match address {
        IntAddr::Std(address) => address.to_string(),
        IntAddr::Var(address) => format!("{}:{}", address.workchain, hex::encode(&address.address)),
    }
}
