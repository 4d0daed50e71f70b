use std::fmt;

use ed25519_dalek::{Signer as _, SigningKey};
use ton_abi::PublicKey;
use zeroize::Zeroizing;

use crate::{Error, Signer};

/// An ed25519 key pair held in memory; its secret half is wiped on drop.
#[derive(Clone)]
pub struct KeyPair(SigningKey);

impl KeyPair {
    /// The pair of a secret key (the 32-byte seed of RFC 8032).
    pub fn from_secret(secret: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(secret))
    }

    /// The pair of a secret key written as 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`Error::BadSecret`] for any other text.
    pub fn from_secret_hex(text: &str) -> Result<Self, Error> {
        let mut secret = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text, secret.as_mut_slice()).map_err(|_| Error::BadSecret)?;
        Ok(Self::from_secret(&secret))
    }

    /// The secret key as 64 lower-case hexadecimal digits, for export only.
    pub fn reveal_secret(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(self.0.as_bytes()))
    }
}

impl Signer for KeyPair {
    fn public_key(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    fn sign(&self, hash: &[u8; 32]) -> Result<[u8; 64], Error> {
        Ok(self.0.sign(hash).to_bytes())
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPair({})", hex::encode(self.0.verifying_key().as_bytes()))
    }
}
