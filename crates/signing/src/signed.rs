use keys::{PublicKey, Signer};
use serde::{Deserialize, Serialize};
use ton_abi::{Cell, Hash, Signature};

use crate::boc;
use crate::error::{Error, Result};
use crate::prepared::{Prepared, PreparedFile, check_schema};

/// A message with its signature, ready to be sent by anybody.
///
/// # The file
/// JSON with `schema` (`subgov-signed/1`), `public_key`, `signature`, `message` (the message as it is sent, a bag of cells
/// in base64) and `prepared` (the file it was made of). Reading it computes the hash, checks the signature and builds the
/// message once more: a file in which they do not belong together is refused.
#[derive(Debug, Clone)]
pub struct Signed {
    prepared: Prepared,
    key: PublicKey,
    signature: Signature,
    message: Cell,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignedFile {
    schema: String,
    public_key: PublicKey,
    signature: Signature,
    message: String,
    prepared: PreparedFile,
}

impl Signed {
    /// Name and version of the file's form.
    pub const SCHEMA: &'static str = "subgov-signed/1";

    /// Has a message signed. Says nothing about what it does: that is for [`crate::review`] before.
    ///
    /// # Errors
    /// [`Error::OtherKey`], [`Error::DevelopmentKey`], [`Error::Signer`] if the signer refuses, [`Error::BadSignature`] if
    /// what it gives is no signature of its key.
    pub fn sign(prepared: Prepared, signer: &dyn Signer) -> Result<Self> {
        let key = signer.public_key();
        check_key(&prepared, &key, signer.is_development())?;
        let signature = Signature(signer.sign(&prepared.hash().0)?);
        Self::attach(prepared, key, signature)
    }

    /// Puts a signature that was made elsewhere to its message.
    ///
    /// # Errors
    /// [`Error::OtherKey`], [`Error::DevelopmentKey`], [`Error::BadSignature`].
    pub fn attach(prepared: Prepared, key: PublicKey, signature: Signature) -> Result<Self> {
        check_key(&prepared, &key, keys::development::is_known(&key))?;
        if !keys::verify(&key, &prepared.hash().0, &signature.0) {
            return Err(Error::BadSignature { key });
        }
        let message = prepared.message().with_signature(&signature)?;
        Ok(Self { prepared, key, signature, message })
    }

    /// Reads a file and checks that its parts belong together.
    ///
    /// # Errors
    /// Those of [`Prepared::parse`] and [`Signed::attach`], and [`Error::OtherMessage`].
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        check_schema(bytes, Self::SCHEMA)?;
        let file = serde_json::from_slice::<SignedFile>(bytes);
        let file = file.map_err(|source| Error::Form { schema: Self::SCHEMA, source })?;
        let signed = Self::attach(Prepared::from_file(file.prepared)?, file.public_key, file.signature)?;
        if boc::decode(&file.message)?.repr_hash() != signed.message.repr_hash() {
            return Err(Error::OtherMessage);
        }
        Ok(signed)
    }

    /// The file's text.
    ///
    /// # Errors
    /// [`Error::Abi`] if the message cannot be built.
    pub fn to_json(&self) -> Result<String> {
        let file = SignedFile {
            schema: Self::SCHEMA.to_owned(),
            public_key: self.key,
            signature: self.signature,
            message: self.message_base64(),
            prepared: self.prepared.to_file()?,
        };
        Ok(serde_json::to_string_pretty(&file).expect("texts and numbers are always JSON") + "\n")
    }

    /// The message as it is sent.
    pub fn message(&self) -> &Cell {
        &self.message
    }

    /// The message as a bag of cells in base64.
    pub fn message_base64(&self) -> String {
        boc::encode(&self.message)
    }

    /// Hash of the message cell, by which networks know it.
    pub fn message_hash(&self) -> &Hash {
        self.message.repr_hash()
    }

    /// What was signed.
    pub fn prepared(&self) -> &Prepared {
        &self.prepared
    }

    /// Whose signature it is.
    pub fn public_key(&self) -> PublicKey {
        self.key
    }

    /// The signature.
    pub fn signature(&self) -> Signature {
        self.signature
    }
}

/// Refuses a key that cannot or must not sign this message.
pub(crate) fn check_key(prepared: &Prepared, key: &PublicKey, development: bool) -> Result<()> {
    if let Some(wanted) = prepared.public_key()
        && wanted != *key
    {
        return Err(Error::OtherKey { wanted, found: *key });
    }
    if development && !prepared.network().development {
        return Err(Error::DevelopmentKey { key: *key, network: prepared.network().name.clone() });
    }
    Ok(())
}
