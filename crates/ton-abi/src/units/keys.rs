//! Public keys and signatures: plain bytes, no curve arithmetic.

use crate::hex_bytes;

/// An ed25519 public key; shown as 64 lower-case hex digits, parsed with or without `0x`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PublicKey(pub [u8; 32]);

/// An ed25519 signature; shown as 128 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signature(pub [u8; 64]);

impl PublicKey {
    /// Whether this is the zero key, which nobody holds.
    pub fn is_zero(&self) -> bool {
        self.0 == [0; 32]
    }

    /// `0x` and 64 digits: the form of a `uint256` parameter.
    pub fn to_uint256(&self) -> String {
        format!("0x{self}")
    }
}

hex_bytes!(PublicKey);
hex_bytes!(Signature);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_hex_with_or_without_prefix() {
        let key = PublicKey([0xab; 32]);
        assert_eq!(key.to_string(), "ab".repeat(32));
        assert_eq!(key.to_string().parse(), Ok(key));
        assert_eq!(key.to_uint256().parse(), Ok(key));
        assert!("ab".parse::<PublicKey>().is_err());
        assert!("zz".repeat(32).parse::<PublicKey>().is_err());
    }
}
