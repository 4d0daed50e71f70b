//! JSON forms of contract values that are not those of the Rust types.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use ton_abi::{Hash, Nano, PublicKey};

/// A hash as contracts store it: `0x` and 64 hexadecimal digits in JSON, the digits alone for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, std::hash::Hash, Default)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// SHA-256 of a text.
    pub fn of(text: &str) -> Self {
        Self(ton_client::crypto::sha256(text.as_bytes()))
    }
}

impl From<Hash> for Digest {
    fn from(hash: Hash) -> Self {
        Self(hash.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        PublicKey(self.0).fmt(f)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        uint256::serialize(&PublicKey(self.0), serializer)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        PublicKey::deserialize(deserializer).map(|PublicKey(bytes)| Self(bytes))
    }
}

/// A key as a `uint256` parameter.
pub(crate) mod uint256 {
    use super::{Deserialize, Deserializer, PublicKey, Serializer};

    pub(crate) fn serialize<S: Serializer>(key: &PublicKey, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&key.to_uint256())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PublicKey, D::Error> {
        PublicKey::deserialize(deserializer)
    }
}

/// A list of plain integers.
pub(crate) mod numbers {
    use std::fmt::Display;

    use super::{Deserialize, Deserializer, Nano, Serialize, Serializer};
    use serde::de::Error;

    pub(crate) fn serialize<S: Serializer, T: Display>(all: &[T], serializer: S) -> Result<S::Ok, S::Error> {
        all.iter().map(T::to_string).collect::<Vec<_>>().serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
    where
        D: Deserializer<'de>,
        T: TryFrom<u128>,
    {
        let all = Vec::<Nano>::deserialize(deserializer)?;
        let number = |Nano(n)| T::try_from(n).map_err(|_| D::Error::custom(format!("{n} is out of range")));
        all.into_iter().map(number).collect()
    }
}

/// An address that may be none, which contracts write as an empty text.
pub(crate) mod optional_address {
    use serde::de::Error;
    use ton_abi::Address;

    use super::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        address: &Option<Address>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        address.as_ref().map(Address::to_string).unwrap_or_default().serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Address>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|error| D::Error::custom(format!("{text}: {error}")))
    }
}
