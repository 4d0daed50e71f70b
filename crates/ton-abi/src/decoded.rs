//! Decoded calls, answers, events and storage.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;
use tycho_types::abi::{AbiValue, NamedAbiValue};

use crate::error::{Error, Result};
use crate::value::{render_params, render_value};

/// A decoded call, answer, event or storage: a name, an id and values in the order of the ABI.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// Name of the function or event.
    pub name: Arc<str>,
    /// The id that the body started with.
    pub id: u32,
    /// Values in the order of the ABI.
    pub values: Vec<NamedAbiValue>,
}

impl Decoded {
    /// All values as a JSON object in the official SDK's form, see [`crate::render_value`].
    pub fn json(&self) -> Value {
        render_params(&self.values)
    }

    /// The value of that name.
    pub fn get(&self, name: &str) -> Option<&AbiValue> {
        self.values.iter().find(|v| &*v.name == name).map(|v| &v.value)
    }

    /// The value of that name in its JSON form.
    pub fn get_json(&self, name: &str) -> Option<Value> {
        self.get(name).map(render_value)
    }

    /// The values as a Rust type with the same member names.
    ///
    /// Integers are decimal strings in the JSON form: use [`crate::Nano`], [`crate::UnixTime`], [`crate::PublicKey`]
    /// and the like, or [`crate::number`] for plain integers.
    ///
    /// # Errors
    /// [`Error::Binding`].
    pub fn to<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_value(self.json()).map_err(Error::Binding)
    }
}

/// For `#[serde(with = "ton_abi::number")]`: a plain integer that is a number or a decimal or `0x` string in JSON.
pub mod number {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::units::Nano;

    /// Reads the integer.
    ///
    /// # Errors
    /// If it does not fit `T`.
    pub fn deserialize<'de, D: Deserializer<'de>, T: TryFrom<u128>>(deserializer: D) -> Result<T, D::Error> {
        let Nano(n) = Nano::deserialize(deserializer)?;
        T::try_from(n).map_err(|_| D::Error::custom(format!("{n} is out of range")))
    }

    /// Writes the integer as a decimal string.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer, T: std::fmt::Display>(n: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(n)
    }
}
