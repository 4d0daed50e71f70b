//! Identities of messages, transactions and blocks.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tycho_types::cell::HashBytes;

/// Why a text is not a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hash is 64 hexadecimal digits")]
pub struct ParseHashError;

macro_rules! hash_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// Shown as 64 lower-case hexadecimal digits, parsed with or without `0x`.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
        pub struct $name(pub [u8; 32]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = ParseHashError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                parse_hash(text).map(Self)
            }
        }

        impl From<HashBytes> for $name {
            fn from(hash: HashBytes) -> Self {
                Self(hash.0)
            }
        }

        impl From<&HashBytes> for $name {
            fn from(hash: &HashBytes) -> Self {
                Self(hash.0)
            }
        }

        impl From<$name> for HashBytes {
            fn from(hash: $name) -> Self {
                Self(hash.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

hash_id!(
    /// Representation hash of a message cell.
    MsgHash
);
hash_id!(
    /// Representation hash of a transaction cell.
    TxHash
);
hash_id!(
    /// Root hash of a block.
    BlockId
);

fn parse_hash(text: &str) -> Result<[u8; 32], ParseHashError> {
    let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
    if digits.len() != 64 {
        return Err(ParseHashError);
    }
    let nibble = |byte: u8| (byte as char).to_digit(16).ok_or(ParseHashError);
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        // INVARIANT: two nibbles make at most 255.
        *byte = (nibble(pair[0])? * 16 + nibble(pair[1])?) as u8;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_64_hex_digits() {
        let hash = TxHash([0xa5; 32]);
        assert_eq!(hash.to_string(), "a5".repeat(32));
        assert_eq!(hash.to_string().to_uppercase().parse(), Ok(hash));
        assert_eq!(format!("0x{hash}").parse(), Ok(hash));
        for bad in ["", "a5", &"zz".repeat(32), &"é".repeat(32)] {
            assert_eq!(bad.parse::<TxHash>(), Err(ParseHashError), "{bad}");
        }
        let json = serde_json::to_string(&hash).unwrap();
        assert_eq!(serde_json::from_str::<TxHash>(&json).unwrap(), hash);
    }
}
