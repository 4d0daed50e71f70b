use serde_json::Value;
use ton_abi::{AbiValue, Cell, Hash, NamedAbiValue, Nano, UnixTime, render_value};

use crate::words::tons;
use ton_abi::printable;

/// One argument of a call, in words and in the form of programs.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// Its name in the interface; the number of an item of a list, the key of an entry of a map.
    pub name: String,
    /// Its ABI type.
    pub ty: String,
    /// The value in the JSON form of the official SDK.
    pub value: Value,
    /// The value in words, safe to print; empty if the parts say it all.
    pub words: String,
    /// Members of a tuple, items of a list, entries of a map.
    pub parts: Vec<Argument>,
    /// What a cell holds.
    pub inside: Option<Inside>,
    pub(super) cell: Option<Cell>,
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Inside {
    /// Nothing.
    Nothing,
    /// A call of a contract, in a message that the wallet sends on.
    Call {
        /// Contracts with this function, by the built-in interfaces.
        contracts: Vec<&'static str>,
        /// The function.
        function: String,
        /// Its arguments.
        arguments: Vec<Argument>,
    },
    /// A text for the receiver.
    Comment(String),
    /// Parameters of a decision.
    Action {
        /// The action.
        name: &'static str,
        /// Its parameters.
        arguments: Vec<Argument>,
    },
    /// Something that no built-in interface knows.
    Unknown {
        /// Hash of the cell.
        hash: Hash,
    },
}

/// `uint32` with these names are points in time in the built-in interfaces.
const TIMES: [&str; 7] = ["until", "time", "openAt", "entriesEnd", "start", "end", "cycleBounds"];

/// The values as arguments; `known` says that they are those of a built-in interface, whose units are known.
pub(super) fn arguments(values: &[NamedAbiValue], known: bool) -> Vec<Argument> {
    values.iter().map(|value| argument(&value.name, &value.value, known)).collect()
}

fn argument(name: &str, value: &AbiValue, known: bool) -> Argument {
    let parts = match value {
        AbiValue::Tuple(members) => arguments(members, known),
        AbiValue::Array(_, items) | AbiValue::FixedArray(_, items) => {
            items.iter().enumerate().map(|(index, item)| item_of(name, index, item, known)).collect()
        }
        AbiValue::Map(_, _, entries) => entries
            .iter()
            .map(|(key, value)| {
                let key = AbiValue::from(key.clone());
                argument(&key_words(&key), value, known)
            })
            .collect(),
        AbiValue::Optional(_, Some(inner)) | AbiValue::Ref(inner) => {
            return Argument { ty: value.get_type().to_string(), ..argument(name, inner, known) };
        }
        _ => Vec::new(),
    };
    Argument {
        name: printable(name),
        ty: value.get_type().to_string(),
        value: render_value(value),
        words: words(name, value, known, parts.is_empty()),
        parts,
        inside: None,
        cell: if let AbiValue::Cell(cell) = value { Some(cell.clone()) } else { None },
    }
}

/// An item of a list keeps the list's name while its words are chosen: a list of times is one of times.
fn item_of(list: &str, index: usize, item: &AbiValue, known: bool) -> Argument {
    Argument { name: format!("[{index}]"), ..argument(list, item, known) }
}

fn key_words(key: &AbiValue) -> String {
    render_value(key).as_str().map_or_else(|| render_value(key).to_string(), str::to_owned)
}

fn words(name: &str, value: &AbiValue, known: bool, childless: bool) -> String {
    match value {
        AbiValue::Uint(128, amount) if known => {
            let nano = amount.to_string();
            nano.parse().map_or(nano.clone(), |amount| format!("{} ({nano} nano)", tons(Nano(amount))))
        }
        AbiValue::Uint(32, seconds) if known && TIMES.contains(&name) => {
            let seconds = seconds.to_string();
            seconds
                .parse()
                .map_or(seconds.clone(), |time| format!("{} UTC ({seconds})", UnixTime(time).utc()))
        }
        AbiValue::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        AbiValue::Cell(_) => String::new(),
        AbiValue::String(text) => format!("\"{}\"", printable(text)),
        AbiValue::Bytes(bytes) | AbiValue::FixedBytes(bytes) if bytes.is_empty() => "nothing".to_owned(),
        AbiValue::Optional(_, None) => "none".to_owned(),
        AbiValue::Tuple(_) | AbiValue::Array(..) | AbiValue::FixedArray(..) | AbiValue::Map(..) => {
            if childless {
                "empty".to_owned()
            } else {
                String::new()
            }
        }
        other => match render_value(other) {
            Value::String(text) if text.is_empty() => "none".to_owned(),
            Value::String(text) => printable(&text),
            other => other.to_string(),
        },
    }
}
