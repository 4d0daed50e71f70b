//! Identities of messages, transactions and blocks.

use ton_abi::hex_bytes;
use tycho_types::cell::HashBytes;

macro_rules! hash_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// Shown as 64 lower-case hexadecimal digits, parsed with or without `0x`.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
        pub struct $name(pub [u8; 32]);

        hex_bytes!($name);

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

#[cfg(test)]
mod tests {
    use ton_abi::ParseHexError;

    use super::*;

    #[test]
    fn hashes_are_64_hex_digits() {
        let hash = TxHash([0xa5; 32]);
        assert_eq!(hash.to_string(), "a5".repeat(32));
        assert_eq!(hash.to_string().to_uppercase().parse(), Ok(hash));
        assert_eq!(format!("0x{hash}").parse(), Ok(hash));
        for bad in ["", "a5", &"zz".repeat(32), &"é".repeat(32)] {
            assert_eq!(bad.parse::<TxHash>(), Err(ParseHexError { digits: 64 }), "{bad}");
        }
        let json = serde_json::to_string(&hash).unwrap();
        assert_eq!(serde_json::from_str::<TxHash>(&json).unwrap(), hash);
    }
}
