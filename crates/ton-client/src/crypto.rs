//! Hashes and signatures.
//!
//! COMPAT(sdk): the module has the name of the official SDK's `crypto`. Phrases and key derivation are in the
//! crate `keys`; secrets never enter this crate, it only asks a [`Signer`].

use ed25519_dalek::VerifyingKey;
use keys::Signer;
use sha2::{Digest, Sha256};
use ton_abi::{Cell, PublicKey, Signature, UnsignedMessage};

use crate::Error;

/// SHA-256.
#[must_use]
pub fn sha256(data: &[u8]) -> [u8; 32] {
    Sha256::digest(data).into()
}

/// Whether `signature` is the one of `key` over exactly these bytes; `false` also if `key` is no point of the curve.
#[must_use]
pub fn verify_signature(key: &PublicKey, data: &[u8], signature: &Signature) -> bool {
    let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
    VerifyingKey::from_bytes(&key.0).is_ok_and(|key| key.verify_strict(data, &signature).is_ok())
}

/// Asks the signer for its signature and completes the message.
///
/// # Errors
/// [`Error::Keys`] if the signer refuses; [`Error::BadSignature`] if what it gives is not a signature of its key,
/// which a network would punish with silence only.
pub fn sign_message(message: &UnsignedMessage, signer: &dyn Signer) -> Result<Cell, Error> {
    let hash = message.hash().0;
    let signature = Signature(signer.sign(&hash)?);
    let key = signer.public_key();
    if !verify_signature(&key, &hash, &signature) {
        return Err(Error::BadSignature { key });
    }
    Ok(message.with_signature(&signature)?)
}

/// What stands in the place of a signature on a simulation: of the same size, right for no key.
pub(crate) fn placeholder(hash: &ton_abi::Hash) -> Signature {
    let mut bytes = [0xff; 64];
    bytes[..32].copy_from_slice(&hash.0);
    Signature(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signature_of_the_standard_is_recognised_and_nothing_else() {
        // Source: RFC 8032, section 7.1, test 2.
        let key: PublicKey =
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c".parse().unwrap();
        let signature: Signature = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
            .parse()
            .unwrap();
        assert!(verify_signature(&key, &[0x72], &signature));
        assert!(!verify_signature(&key, &[0x73], &signature));
        let mut other = signature;
        other.0[3] ^= 1;
        assert!(!verify_signature(&key, &[0x72], &other));
        assert!(!verify_signature(&PublicKey([0xff; 32]), &[0x72], &signature));
        assert_eq!(sha256(b"abc")[..4], [0xba, 0x78, 0x16, 0xbf]);
    }
}
