//! The form of a key file: what is in it, and how it is sealed and opened.

use std::path::Path as FilePath;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use keys::{KeyPair, Phrase, Signer};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::cost::{Cost, DERIVED};
use crate::error::{Error, Result};
use crate::info::{KeyInfo, KeyName, Kind};
use crate::password::Password;
use crate::secret::{Secret, Unlocked};

/// Name and version of the form.
const SCHEMA: &str = "subgov-key/1";
/// Largest key file; ours have about 1 kB.
pub(crate) const SIZE_LIMIT: u64 = 16 * 1024;
/// Length of what is sealed, before the cipher's 16 bytes: a length, the text, zeros.
const PLAIN: usize = 256;
const KEY: usize = 32;
const CHECK: usize = 8;
const NONCE: usize = 24;
const SALT: usize = 16;

/// A key file as it is on disk.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyFile {
    schema: String,
    key: KeyInfo,
    kdf: Kdf,
    check: Hex,
    nonce: Hex,
    sealed: Hex,
    checksum: Hex,
}

/// How the password becomes a key.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kdf {
    algorithm: Algorithm,
    cost: Cost,
    salt: Hex,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Algorithm {
    Argon2id,
}

/// Bytes as hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Hex(Vec<u8>);

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        hex::decode(text)
            .map(Self)
            .map_err(|_| de::Error::custom("an odd number of digits or another letter"))
    }
}

/// Randomness of a new file.
pub(crate) struct Random {
    salt: [u8; SALT],
    nonce: [u8; NONCE],
}

impl Random {
    /// From the system.
    pub(crate) fn new() -> Result<Self> {
        let (mut salt, mut nonce) = ([0; SALT], [0; NONCE]);
        getrandom::fill(&mut salt).and_then(|()| getrandom::fill(&mut nonce)).map_err(|_| Error::Entropy)?;
        Ok(Self { salt, nonce })
    }
}

impl KeyFile {
    /// Seals a secret.
    pub(crate) fn seal(
        name: &KeyName,
        secret: &Secret,
        password: &Password,
        cost: Cost,
        random: &Random,
    ) -> Result<Self> {
        let key = KeyInfo {
            name: name.clone(),
            public_key: secret.public_key(),
            kind: secret.kind(),
            path: secret.path().cloned(),
            development: secret.is_development(),
        };
        let derived = cost.derive(password, &random.salt)?;
        let mut file = Self {
            schema: SCHEMA.to_owned(),
            key,
            kdf: Kdf { algorithm: Algorithm::Argon2id, cost, salt: Hex(random.salt.to_vec()) },
            check: Hex(derived[KEY..KEY + CHECK].to_vec()),
            nonce: Hex(random.nonce.to_vec()),
            sealed: Hex(Vec::new()),
            checksum: Hex(Vec::new()),
        };
        let plain = plain(&secret.reveal());
        let (clear, nonce) = (file.clear(), XNonce::from(random.nonce));
        let sealed = cipher(&derived).encrypt(&nonce, Payload { msg: plain.as_slice(), aad: &clear });
        // INVARIANT: encryption fails for gigabytes only.
        file.sealed = Hex(sealed.expect("256 bytes can be encrypted"));
        file.checksum = Hex(file.sum());
        Ok(file)
    }

    /// Reads a file's text; `path` is for error messages and gives the name that the key must have.
    pub(crate) fn parse(text: &[u8], path: &FilePath, name: &KeyName) -> Result<Self> {
        #[derive(Deserialize)]
        struct Version {
            schema: String,
        }
        let failed = |error: serde_json::Error| {
            let path = path.to_owned();
            if error.is_eof() {
                return Error::Truncated { path };
            }
            Error::Damaged { path, why: error.to_string() }
        };
        let Version { schema } = serde_json::from_slice(text).map_err(failed)?;
        if schema != SCHEMA {
            let found = schema.chars().take(40).flat_map(char::escape_default).collect();
            return Err(Error::UnknownVersion { path: path.to_owned(), found });
        }
        let file: Self = serde_json::from_slice(text).map_err(failed)?;
        let damaged = |why: &str| Error::Damaged { path: path.to_owned(), why: why.to_owned() };
        if file.checksum.0 != file.sum() {
            return Err(damaged("its checksum is wrong"));
        }
        file.kdf.cost.check().map_err(|error| damaged(&error.to_string()))?;
        let lengths = [&file.kdf.salt, &file.check, &file.nonce, &file.sealed].map(|bytes| bytes.0.len());
        if lengths != [SALT, CHECK, NONCE, PLAIN + 16] {
            return Err(damaged("a part of it has another length"));
        }
        if (file.key.kind == Kind::Phrase) != file.key.path.is_some() {
            return Err(damaged("a phrase has a path, a secret key has none"));
        }
        if file.key.name != *name {
            return Err(Error::Renamed { path: path.to_owned(), name: file.key.name.to_string() });
        }
        Ok(file)
    }

    /// The text to write.
    pub(crate) fn to_text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("texts and numbers are always JSON");
        text.push('\n');
        text
    }

    pub(crate) fn info(&self) -> &KeyInfo {
        &self.key
    }

    /// Opens the file with a password.
    pub(crate) fn open(self, password: &Password, path: &FilePath) -> Result<Unlocked> {
        let derived = self.kdf.cost.derive(password, &self.kdf.salt.0)?;
        if derived[KEY..KEY + CHECK] != *self.check.0 {
            return Err(Error::WrongPassword { name: self.key.name.to_string() });
        }
        let altered = || Error::Altered { path: path.to_owned() };
        let (clear, nonce) =
            (self.clear(), XNonce::try_from(self.nonce.0.as_slice()).map_err(|_| altered())?);
        let plain = cipher(&derived).decrypt(&nonce, Payload { msg: &self.sealed.0, aad: &clear });
        let plain = Zeroizing::new(plain.map_err(|_| altered())?);
        let text = text(&plain).ok_or_else(altered)?;
        let secret = match &self.key.path {
            Some(path) => Secret::phrase(Phrase::parse(text)?, path.clone())?,
            None => Secret::key(KeyPair::from_secret_hex(text)?),
        };
        if secret.pair.public_key() != self.key.public_key {
            return Err(altered());
        }
        // A mark that is there stays; one that is missing is set for the phrase, whoever wrote the file.
        let mut info = self.key;
        info.development = info.development || secret.is_development();
        Ok(Unlocked::new(info, secret))
    }

    /// What is authenticated besides the sealed part: everything in the clear, in one fixed form.
    fn clear(&self) -> Vec<u8> {
        let clear = (&self.schema, &self.key, &self.kdf, &self.check, &self.nonce);
        serde_json::to_vec(&clear).expect("texts and numbers are always JSON")
    }

    fn sum(&self) -> Vec<u8> {
        let mut sum = Sha256::new();
        sum.update(self.clear());
        sum.update(&self.sealed.0);
        sum.finalize().to_vec()
    }
}

fn cipher(derived: &[u8; DERIVED]) -> XChaCha20Poly1305 {
    let mut key = Key::default();
    key.copy_from_slice(&derived[..KEY]);
    let cipher = XChaCha20Poly1305::new(&key);
    zeroize::Zeroize::zeroize(key.as_mut_slice());
    cipher
}

/// The secret's text with its length in front and zeros behind, the same length for all.
fn plain(text: &str) -> Zeroizing<[u8; PLAIN]> {
    let mut plain = Zeroizing::new([0; PLAIN]);
    // INVARIANT: 24 words of at most 8 letters and their spaces have 215 bytes.
    plain[0] = u8::try_from(text.len()).expect("a phrase is shorter than 256 bytes");
    plain[1..=text.len()].copy_from_slice(text.as_bytes());
    plain
}

fn text(plain: &[u8]) -> Option<&str> {
    let (length, rest) = plain.split_first()?;
    std::str::from_utf8(rest.get(..usize::from(*length))?).ok()
}

#[cfg(test)]
mod tests;
