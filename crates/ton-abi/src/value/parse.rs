//! JSON to values.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use num_bigint::{BigInt, BigUint};
use serde_json::{Map, Value};
use tycho_types::abi::{AbiType, AbiValue, NamedAbiType, NamedAbiValue, PlainAbiType, PlainAbiValue};
use tycho_types::cell::{Cell, CellFamily};
use tycho_types::models::{AnyAddr, IntAddr, StdAddr};
use tycho_types::num::Tokens;

use crate::boc::{CellLimits, decode_boc};
use crate::error::{Error, Result};

/// Reads the parameters `types` out of the object `json`; `path` starts the paths in errors.
///
/// The result has the order of `types`. Absent optionals are none.
///
/// # Errors
/// [`Error::MissingParam`] and [`Error::UnknownParam`] when names do not match, and those of [`parse_value`].
pub fn parse_params(types: &[NamedAbiType], json: &Value, path: &str) -> Result<Vec<NamedAbiValue>> {
    let empty = Map::new();
    let object = match json {
        Value::Object(object) => object,
        Value::Null if types.is_empty() => &empty,
        other => return Err(wrong_json(path, "an object", other)),
    };
    if let Some(name) = object.keys().find(|name| types.iter().all(|ty| *ty.name != ***name)) {
        let known = types.iter().map(|ty| &*ty.name).collect::<Vec<_>>().join(", ");
        return Err(Error::UnknownParam { path: format!("{path}.{name}"), known });
    }
    types
        .iter()
        .map(|ty| {
            let path = format!("{path}.{}", ty.name);
            let value = match object.get(&*ty.name) {
                Some(value) => parse_value(&ty.ty, value, &path)?,
                None if matches!(ty.ty, AbiType::Optional(_)) => parse_value(&ty.ty, &Value::Null, &path)?,
                None => return Err(Error::MissingParam { path }),
            };
            Ok(NamedAbiValue { name: ty.name.clone(), value })
        })
        .collect()
}

/// Reads one value of the type `ty` out of `json`; `path` names it in errors.
///
/// Integers are JSON numbers or decimal or `0x` strings, `bytes` hex (an `0x` in front is allowed),
/// cells base64 bags of cells (`""` is the empty cell), addresses `wc:hex` (null or `""` is none),
/// optionals null or the value, maps and tuples objects, booleans also `"true"` and `"false"`.
///
/// # Errors
/// [`Error::WrongJson`], [`Error::BadValue`], [`Error::OutOfRange`], [`Error::WrongLength`], [`Error::BadMapKey`].
///
/// Source: `ever-abi` tokenizer, which the official SDK uses.
pub fn parse_value(ty: &AbiType, json: &Value, path: &str) -> Result<AbiValue> {
    Ok(match ty {
        AbiType::Uint(bits) => AbiValue::Uint(*bits, parse_uint(json, u64::from(*bits), ty, path)?),
        AbiType::Int(bits) => AbiValue::Int(*bits, parse_int(json, u64::from(*bits), ty, path)?),
        AbiType::VarUint(size) => AbiValue::VarUint(*size, parse_uint(json, var_bits(size.get()), ty, path)?),
        AbiType::VarInt(size) => AbiValue::VarInt(*size, parse_int(json, var_bits(size.get()), ty, path)?),
        AbiType::Token => AbiValue::Token(parse_tokens(json, ty, path)?),
        AbiType::Bool => AbiValue::Bool(parse_bool(json, path)?),
        AbiType::Cell => AbiValue::Cell(parse_cell(json, path)?),
        AbiType::Address => AbiValue::Address(Box::new(parse_any_address(json, path)?)),
        AbiType::AddressStd => AbiValue::AddressStd(parse_std_address(json, path)?.map(Box::new)),
        AbiType::Bytes => AbiValue::bytes(parse_hex(json, path)?),
        AbiType::FixedBytes(len) => AbiValue::fixedbytes(check_len(parse_hex(json, path)?, *len, path)?),
        AbiType::String => AbiValue::String(text(json, "a string", path)?.to_owned()),
        AbiType::Tuple(items) => AbiValue::Tuple(parse_params(items, json, path)?),
        AbiType::Array(item) => AbiValue::Array(item.clone(), parse_items(item, json, path)?),
        AbiType::FixedArray(item, len) => {
            AbiValue::FixedArray(item.clone(), check_len(parse_items(item, json, path)?, *len, path)?)
        }
        AbiType::Map(key, value) => AbiValue::Map(*key, value.clone(), parse_map(*key, value, json, path)?),
        AbiType::Optional(inner) => {
            let value = match json {
                Value::Null => None,
                json => Some(Box::new(parse_value(inner, json, path)?)),
            };
            AbiValue::Optional(inner.clone(), value)
        }
        AbiType::Ref(inner) => AbiValue::Ref(Box::new(parse_value(inner, json, path)?)),
    })
}

/// Bits of the largest number in a `varint<size>`: one byte less than `size`.
fn var_bits(size: u8) -> u64 {
    u64::from(size.saturating_sub(1)) * 8
}

fn parse_uint(json: &Value, bits: u64, ty: &AbiType, path: &str) -> Result<BigUint> {
    let number = match json {
        Value::Number(n) => n.as_u64().map(BigUint::from),
        Value::String(s) => digits(s).and_then(|(radix, s)| BigUint::parse_bytes(s.as_bytes(), radix)),
        other => return Err(wrong_json(path, "a number or a string with a number", other)),
    };
    let number = number.ok_or_else(|| bad_value(path, json, "an unsigned integer"))?;
    if number.bits() > bits {
        return Err(out_of_range(path, &number, ty));
    }
    Ok(number)
}

fn parse_int(json: &Value, bits: u64, ty: &AbiType, path: &str) -> Result<BigInt> {
    let number = match json {
        Value::Number(n) => n.as_i64().map(BigInt::from).or_else(|| n.as_u64().map(BigInt::from)),
        Value::String(s) => {
            let (negative, s) = s.strip_prefix('-').map_or((false, s.as_str()), |s| (true, s));
            digits(s)
                .and_then(|(radix, s)| BigUint::parse_bytes(s.as_bytes(), radix))
                .map(|n| if negative { -BigInt::from(n) } else { BigInt::from(n) })
        }
        other => return Err(wrong_json(path, "a number or a string with a number", other)),
    };
    let number = number.ok_or_else(|| bad_value(path, json, "an integer"))?;
    // The two's complement of n bits goes from -2^(n-1) to 2^(n-1) - 1: both ends of it, as n or as !n, need n-1 bits.
    let magnitude = if number < BigInt::ZERO { -&number - 1u8 } else { number.clone() };
    if bits == 0 || magnitude.bits() > bits - 1 {
        return Err(out_of_range(path, &number, ty));
    }
    Ok(number)
}

/// Radix and digits of an unsigned number; `None` for an empty string or one with signs or separators.
fn digits(s: &str) -> Option<(u32, &str)> {
    let (radix, s) = s.strip_prefix("0x").map_or((10, s), |s| (16, s));
    (!s.is_empty() && s.chars().all(|c| c.is_digit(radix))).then_some((radix, s))
}

fn parse_tokens(json: &Value, ty: &AbiType, path: &str) -> Result<Tokens> {
    let number = parse_uint(json, 120, ty, path)?;
    let number = u128::try_from(&number).map_err(|_| out_of_range(path, &number, ty))?;
    Ok(Tokens::new(number))
}

fn parse_bool(json: &Value, path: &str) -> Result<bool> {
    match json {
        Value::Bool(b) => Ok(*b),
        Value::String(s) => s.parse().map_err(|_| bad_value(path, json, "true or false")),
        other => Err(wrong_json(path, "true or false", other)),
    }
}

fn parse_cell(json: &Value, path: &str) -> Result<Cell> {
    let text = text(json, "a base64 bag of cells", path)?;
    if text.is_empty() {
        return Ok(Cell::empty_cell());
    }
    let bad =
        |error: &dyn std::fmt::Display| bad_value(path, json, &format!("a base64 bag of cells: {error}"));
    let bytes = STANDARD.decode(text).map_err(|error| bad(&error))?;
    decode_boc(&bytes, CellLimits::CHAIN).map_err(|error| bad(&error))
}

fn parse_any_address(json: &Value, path: &str) -> Result<AnyAddr> {
    Ok(parse_std_address(json, path)?.map_or(AnyAddr::None, AnyAddr::Std))
}

fn parse_std_address(json: &Value, path: &str) -> Result<Option<StdAddr>> {
    match json {
        Value::Null => Ok(None),
        Value::String(s) if s.is_empty() => Ok(None),
        _ => {
            let text = text(json, "an address", path)?;
            let address = StdAddr::from_str(text).map_err(|_| bad_value(path, json, "an address wc:hex"))?;
            Ok(Some(address))
        }
    }
}

fn parse_hex(json: &Value, path: &str) -> Result<Vec<u8>> {
    let text = text(json, "a hex string", path)?;
    let digits = text.strip_prefix("0x").unwrap_or(text);
    hex::decode(digits).map_err(|_| bad_value(path, json, "an even number of hex digits"))
}

fn parse_items(item: &Arc<AbiType>, json: &Value, path: &str) -> Result<Vec<AbiValue>> {
    let Value::Array(items) = json else { return Err(wrong_json(path, "an array", json)) };
    items.iter().enumerate().map(|(i, json)| parse_value(item, json, &format!("{path}[{i}]"))).collect()
}

fn parse_map(
    key: PlainAbiType,
    value: &AbiType,
    json: &Value,
    path: &str,
) -> Result<BTreeMap<PlainAbiValue, AbiValue>> {
    let Value::Object(entries) = json else { return Err(wrong_json(path, "an object", json)) };
    entries
        .iter()
        .map(|(name, json)| {
            let path = format!("{path}[{name:?}]");
            Ok((parse_key(key, name, &path)?, parse_value(value, json, &path)?))
        })
        .collect()
}

fn parse_key(key: PlainAbiType, name: &str, path: &str) -> Result<PlainAbiValue> {
    let ty = AbiType::from(key);
    Ok(match parse_value(&ty, &Value::from(name), path)? {
        AbiValue::Uint(bits, n) => PlainAbiValue::Uint(bits, n),
        AbiValue::Int(bits, n) => PlainAbiValue::Int(bits, n),
        AbiValue::Bool(b) => PlainAbiValue::Bool(b),
        AbiValue::Address(address) => match *address {
            AnyAddr::Std(address) => PlainAbiValue::Address(Box::new(IntAddr::Std(address))),
            _ => return Err(bad_value(path, &Value::from(name), "a standard address")),
        },
        AbiValue::AddressStd(Some(address)) => PlainAbiValue::AddressStd(address),
        AbiValue::FixedBytes(bytes) => PlainAbiValue::FixedBytes(bytes),
        _ => return Err(Error::BadMapKey { path: path.to_owned(), ty: ty.to_string() }),
    })
}

fn check_len<T>(items: Vec<T>, expected: usize, path: &str) -> Result<Vec<T>> {
    if items.len() == expected {
        return Ok(items);
    }
    Err(Error::WrongLength { path: path.to_owned(), expected, got: items.len() })
}

fn text<'a>(json: &'a Value, expected: &str, path: &str) -> Result<&'a str> {
    json.as_str().ok_or_else(|| wrong_json(path, expected, json))
}

fn wrong_json(path: &str, expected: &str, got: &Value) -> Error {
    let got = match got {
        Value::Null => "null".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        other => short(&other.to_string()),
    };
    Error::WrongJson { path: path.to_owned(), expected: expected.to_owned(), got }
}

fn bad_value(path: &str, got: &Value, expected: &str) -> Error {
    let value = short(got.as_str().unwrap_or(&got.to_string()));
    Error::BadValue { path: path.to_owned(), value, expected: expected.to_owned() }
}

fn out_of_range(path: &str, value: &impl ToString, ty: &AbiType) -> Error {
    Error::OutOfRange { path: path.to_owned(), value: short(&value.to_string()), ty: ty.to_string() }
}

/// Long values are cut in messages.
fn short(text: &str) -> String {
    const LIMIT: usize = 80;
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
