use std::fmt;

use keys::{KeyPair, Path, Phrase, PublicKey, Signer, development};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::info::{KeyInfo, Kind};

/// What is to be kept: a seed phrase with a path, or a secret key.
pub struct Secret {
    pub(crate) content: Content,
    pub(crate) pair: KeyPair,
    development_allowed: bool,
}

pub(crate) enum Content {
    Phrase(Phrase, Path),
    Key,
}

impl Secret {
    /// The key of a phrase at a path.
    ///
    /// # Errors
    /// [`Error::Key`] if there is no key at that path.
    pub fn phrase(phrase: Phrase, path: Path) -> Result<Self> {
        let pair = phrase.key_at(&path)?;
        Ok(Self { content: Content::Phrase(phrase, path), pair, development_allowed: false })
    }

    /// A secret key without a phrase.
    pub fn key(pair: KeyPair) -> Self {
        Self { content: Content::Key, pair, development_allowed: false }
    }

    /// The same, to be kept even if it is a development key.
    #[must_use]
    pub fn for_development(mut self) -> Self {
        self.development_allowed = true;
        self
    }

    pub(crate) fn check_allowed(&self) -> Result<bool> {
        let development = self.is_development();
        if development && !self.development_allowed { Err(Error::DevelopmentKey) } else { Ok(development) }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self.content {
            Content::Phrase(..) => Kind::Phrase,
            Content::Key => Kind::Secret,
        }
    }

    pub(crate) fn path(&self) -> Option<&Path> {
        match &self.content {
            Content::Phrase(_, path) => Some(path),
            Content::Key => None,
        }
    }

    /// The text that people write down: the words, or 64 hexadecimal digits.
    pub(crate) fn reveal(&self) -> Zeroizing<String> {
        match &self.content {
            Content::Phrase(phrase, _) => phrase.reveal(),
            Content::Key => self.pair.reveal_secret(),
        }
    }
}

impl Signer for Secret {
    fn public_key(&self) -> PublicKey {
        self.pair.public_key()
    }

    fn sign(&self, hash: &[u8; 32]) -> Result<[u8; 64], keys::Error> {
        self.pair.sign(hash)
    }

    /// Whether everybody knows this secret: the development phrase at any path, or one of its first keys.
    fn is_development(&self) -> bool {
        match &self.content {
            Content::Phrase(phrase, _) if phrase.reveal().as_str() == development::PHRASE => true,
            _ => development::is_known(&self.pair.public_key()),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.public_key())
    }
}

/// A key of the store that can sign; its secret is wiped when it is dropped.
pub struct Unlocked {
    info: KeyInfo,
    secret: Secret,
}

impl Unlocked {
    pub(crate) fn new(info: KeyInfo, secret: Secret) -> Self {
        Self { info, secret }
    }

    /// What is known of the key.
    pub fn info(&self) -> &KeyInfo {
        &self.info
    }

    pub(crate) fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The text that people write down, for export only: the words of the phrase, or the secret key as 64 digits.
    pub fn reveal(&self) -> Zeroizing<String> {
        self.secret.reveal()
    }

    /// The secret key as 64 digits, whatever the file holds, for export only.
    pub fn reveal_secret_key(&self) -> Zeroizing<String> {
        self.secret.pair.reveal_secret()
    }

    /// The phrase once more, to keep another of its keys; `None` for a secret key.
    pub fn copy_phrase(&self) -> Option<Phrase> {
        self.phrase()
            .map(|phrase| Phrase::parse(&phrase.reveal()).expect("what a phrase reveals is a phrase"))
    }

    /// The phrase, if the file holds one.
    pub fn phrase(&self) -> Option<&Phrase> {
        match &self.secret.content {
            Content::Phrase(phrase, _) => Some(phrase),
            Content::Key => None,
        }
    }
}

impl Signer for Unlocked {
    fn public_key(&self) -> PublicKey {
        self.info.public_key
    }

    fn sign(&self, hash: &[u8; 32]) -> Result<[u8; 64], keys::Error> {
        self.secret.pair.sign(hash)
    }

    fn is_development(&self) -> bool {
        self.info.development
    }
}

impl fmt::Debug for Unlocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unlocked").field("info", &self.info).finish_non_exhaustive()
    }
}
