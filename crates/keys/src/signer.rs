use ton_abi::PublicKey;

use crate::Error;

/// Whoever can sign for one public key: a key in memory, a device, a person with a file.
pub trait Signer: Send + Sync {
    /// The key that checks the signatures.
    fn public_key(&self) -> PublicKey;

    /// Signs a 32-byte hash as it is (ed25519 of RFC 8032, no prefix).
    ///
    /// # Errors
    /// [`Error::Refused`] if the holder of the key is away or says no; a key in memory never fails.
    fn sign(&self, hash: &[u8; 32]) -> Result<[u8; 64], Error>;

    /// Whether the secret is public knowledge, so that every network but the local one must refuse it.
    fn is_development(&self) -> bool {
        false
    }
}

/// Whether `signature` is the one of `key` over exactly these bytes; `false` also if `key` is no point of the curve.
pub fn verify(key: &PublicKey, data: &[u8], signature: &[u8; 64]) -> bool {
    let signature = ed25519_dalek::Signature::from_bytes(signature);
    ed25519_dalek::VerifyingKey::from_bytes(&key.0)
        .is_ok_and(|key| key.verify_strict(data, &signature).is_ok())
}

impl<S: Signer + ?Sized> Signer for &S {
    fn public_key(&self) -> PublicKey {
        (**self).public_key()
    }

    fn sign(&self, hash: &[u8; 32]) -> Result<[u8; 64], Error> {
        (**self).sign(hash)
    }

    fn is_development(&self) -> bool {
        (**self).is_development()
    }
}
