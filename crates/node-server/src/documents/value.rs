//! Values of document fields.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ton_abi::{Address, Cell, Hash};
use tycho_types::boc::Boc;
use tycho_types::models::CurrencyCollection;
use tycho_types::num::{Tokens, VarUint248};

use super::Doc;

/// The value of one field of one document. Numbers are whole: no field of the chain has a fraction.
#[derive(Clone, Debug)]
pub enum Value {
    /// Absent.
    Null,
    /// A flag.
    Bool(bool),
    /// A number that GraphQL shows as a number: seconds, sequence numbers, codes, enumerations.
    Int(i64),
    /// A number that GraphQL shows as a string: lt and amounts.
    Big(i128),
    /// Text, hash in hex, address or base64.
    Text(String),
    /// Several values.
    List(Vec<Value>),
    /// A part of a document.
    Object(Object),
    /// A document of another collection, or of the same.
    Doc(Doc),
    /// Something that costs to compute; asked for by [`Value::force`].
    Later(Later),
}

/// A computation that is done when somebody asks for its result.
#[derive(Clone)]
pub struct Later(Arc<dyn Fn() -> Value + Send + Sync>);

impl fmt::Debug for Later {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Later")
    }
}

/// A part of a document: its fields by name, in no particular order.
#[derive(Clone, Debug)]
pub struct Object(Arc<[(&'static str, Value)]>);

impl Object {
    /// A field; [`Value::Null`] for one that is not there.
    #[must_use]
    pub fn get(&self, name: &str) -> Value {
        self.0
            .iter()
            .find(|(field, _)| *field == name)
            .map_or(Value::Null, |(_, value)| value.clone().force())
    }
}

impl Value {
    /// A part with these fields.
    #[must_use]
    pub fn object(fields: impl Into<Arc<[(&'static str, Value)]>>) -> Self {
        Self::Object(Object(fields.into()))
    }

    /// A value to be computed when asked for.
    #[must_use]
    pub fn later(compute: impl Fn() -> Value + Send + Sync + 'static) -> Self {
        Self::Later(Later(Arc::new(compute)))
    }

    /// Whether nothing is there.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The value itself, computed if it was put off.
    #[must_use]
    pub fn force(self) -> Self {
        match self {
            Self::Later(Later(compute)) => compute().force(),
            value => value,
        }
    }

    /// A value or nothing.
    pub fn maybe(value: Option<impl Into<Value>>) -> Self {
        value.map_or(Self::Null, Into::into)
    }

    /// A list.
    pub fn list<T: Into<Value>>(values: impl IntoIterator<Item = T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }

    /// Raw form of an address: `workchain:64 hex digits`.
    #[must_use]
    pub fn address(address: &Address) -> Self {
        Self::Text(address.to_string())
    }

    /// The bag of cells, in base64.
    #[must_use]
    pub fn boc(cell: &Cell) -> Self {
        Self::Text(STANDARD.encode(Boc::encode(cell)))
    }

    /// Hash of a cell.
    #[must_use]
    pub fn hash_of(cell: &Cell) -> Self {
        Self::from(*cell.repr_hash())
    }

    /// Bytes as lower-case hexadecimal digits.
    #[must_use]
    pub fn hex(bytes: impl AsRef<[u8]>) -> Self {
        Self::Text(hex::encode(bytes))
    }

    /// Main currency of an amount.
    #[must_use]
    pub fn tokens(amount: &CurrencyCollection) -> Self {
        amount.tokens.into()
    }

    /// Other currencies of an amount: `[{currency, value}]`, nothing if there are none.
    #[must_use]
    pub fn others(amount: &CurrencyCollection) -> Self {
        let dict = amount.other.as_dict();
        if dict.is_empty() {
            return Self::Null;
        }
        Self::list(dict.iter().filter_map(Result::ok).map(|(currency, value)| {
            Self::object([("currency", Self::from(currency)), ("value", other_amount(value))])
        }))
    }
}

/// Amounts of other currencies have up to 248 bits. What does not fit 127 of them is shown in hex whatever format is
/// asked for, and compared as text.
fn other_amount(value: VarUint248) -> Value {
    let (high, low) = value.into_words();
    match i128::try_from(low) {
        Ok(low) if high == 0 => Value::Big(low),
        _ if high == 0 => Value::Text(format!("0x{low:x}")),
        _ => Value::Text(format!("0x{high:x}{low:032x}")),
    }
}

macro_rules! from_numbers {
    ($($from:ty => $variant:ident),* $(,)?) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        }
    )*};
}

from_numbers! {
    bool => Bool, i8 => Int, u8 => Int, u16 => Int, i32 => Int, u32 => Int, i64 => Int, u64 => Big, String => Text,
    &str => Text,
}

impl From<Tokens> for Value {
    fn from(value: Tokens) -> Self {
        // INVARIANT: an amount has at most 120 bits.
        Self::Big(value.into_inner() as i128)
    }
}

impl From<Hash> for Value {
    fn from(value: Hash) -> Self {
        Self::hex(value.0)
    }
}

impl From<&Cell> for Value {
    fn from(cell: &Cell) -> Self {
        Self::boc(cell)
    }
}

impl From<Object> for Value {
    fn from(value: Object) -> Self {
        Self::Object(value)
    }
}

impl From<Doc> for Value {
    fn from(value: Doc) -> Self {
        Self::Doc(value)
    }
}

/// Order of values as in the documents' database: absent, then flags, numbers, text.
#[must_use]
pub fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Big(a), Value::Big(b)) => a.cmp(b),
        (Value::Int(a), Value::Big(b)) => i128::from(*a).cmp(b),
        (Value::Big(a), Value::Int(b)) => a.cmp(&i128::from(*b)),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        _ => rank(a).cmp(&rank(b)),
    }
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Int(_) | Value::Big(_) => 2,
        Value::Text(_) => 3,
        Value::List(_) | Value::Object(_) | Value::Doc(_) | Value::Later(_) => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_values_come_before_flags_numbers_and_text() {
        let mut values = [
            Value::from("a"),
            Value::Big(1 << 100),
            Value::Int(-5),
            Value::Null,
            Value::from(true),
            Value::Big(-6),
        ];
        values.sort_by(compare);
        let shown: Vec<_> = values.iter().map(|value| format!("{value:?}")).collect();
        let big = format!("Big({})", 1_i128 << 100);
        assert_eq!(shown, ["Null", "Bool(true)", "Big(-6)", "Int(-5)", &big, "Text(\"a\")"]);
    }

    #[test]
    fn amounts_of_other_currencies_keep_all_digits() {
        let show = |value: VarUint248| format!("{:?}", other_amount(value));
        assert_eq!(show(VarUint248::new(5)), "Big(5)");
        assert_eq!(show(VarUint248::new(u128::MAX)), format!("Text(\"0x{:x}\")", u128::MAX));
        assert_eq!(show(VarUint248::from_words(1, 2)), format!("Text(\"0x1{:032x}\")", 2));
    }
}
