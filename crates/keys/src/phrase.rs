use std::ops::Range;

use bip39::{Language, Mnemonic};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{Error, KeyPair, Path};

/// A BIP-39 seed phrase of 12 or 24 English words with a right checksum.
///
/// Source: BIP-39 for the phrase, BIP-32 for the keys under it; both as in `ever_client/src/crypto`
/// (`mnemonic.rs`, `hdkey.rs`) of the TON SDK: no passphrase, child keys over secp256k1, the derived 32 bytes
/// are then the seed of an ed25519 key.
pub struct Phrase(Mnemonic);

impl Phrase {
    /// Reads a phrase. Any white space between words and upper-case letters are taken as they were meant.
    ///
    /// # Errors
    /// [`Error::WordCount`], [`Error::UnknownWord`] with the nearest listed word, or [`Error::Checksum`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = Zeroizing::new(text.to_lowercase());
        let words = Zeroizing::new(text.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        if words.len() != 12 && words.len() != 24 {
            return Err(Error::WordCount { found: words.len() });
        }
        if let Some(at) = words.iter().position(|word| Language::English.find_word(word).is_none()) {
            return Err(Error::UnknownWord { position: at + 1, nearest: nearest(&words[at]) });
        }
        let phrase = Zeroizing::new(words.join(" "));
        // INVARIANT: number and words are checked above, so the checksum is all that is left.
        Mnemonic::parse_in_normalized(Language::English, &phrase).map(Self).map_err(|_| Error::Checksum)
    }

    /// Makes the phrase of the given entropy: 16 bytes give 12 words, 32 bytes give 24.
    ///
    /// # Errors
    /// [`Error::EntropySize`] for any other length.
    pub fn from_entropy(entropy: &[u8]) -> Result<Self, Error> {
        match entropy.len() {
            16 | 32 => Mnemonic::from_entropy_in(Language::English, entropy)
                .map(Self)
                .map_err(|_| Error::EntropySize { found: entropy.len() }),
            found => Err(Error::EntropySize { found }),
        }
    }

    /// The words, joined by single spaces, for the person who writes them down.
    pub fn reveal(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(24 * 9));
        for word in self.0.words() {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(word);
        }
        text
    }

    /// The key pair at `m/44'/396'/0'/0/index`.
    ///
    /// # Errors
    /// [`Error::IndexRange`], [`Error::NoKeyAtPath`].
    pub fn key(&self, index: u32) -> Result<KeyPair, Error> {
        self.key_at(&Path::account(index)?)
    }

    /// The key pair at any path.
    ///
    /// # Errors
    /// [`Error::NoKeyAtPath`].
    pub fn key_at(&self, path: &Path) -> Result<KeyPair, Error> {
        let seed = Zeroizing::new(self.0.to_seed_normalized(""));
        let derived = bip32::XPrv::derive_from_path(*seed, path.steps()).map_err(|_| Error::NoKeyAtPath)?;
        let mut secret = derived.to_bytes();
        let pair = KeyPair::from_secret(&secret);
        secret.zeroize();
        Ok(pair)
    }
}

impl Phrase {
    /// The key pairs at `m/44'/396'/0'/0/n` for a range of n; the slow part of the derivation is done once.
    ///
    /// # Errors
    /// [`Error::IndexRange`], [`Error::NoKeyAtPath`].
    pub fn accounts(&self, indices: Range<u32>) -> Result<Vec<KeyPair>, Error> {
        let seed = Zeroizing::new(self.0.to_seed_normalized(""));
        let parent: Path = "m/44'/396'/0'/0".parse()?;
        let parent = bip32::XPrv::derive_from_path(*seed, parent.steps()).map_err(|_| Error::NoKeyAtPath)?;
        let key = |index| {
            let step = bip32::ChildNumber::new(index, false).map_err(|_| Error::IndexRange { index })?;
            let derived = parent.derive_child(step).map_err(|_| Error::NoKeyAtPath)?;
            let secret = Zeroizing::new(derived.to_bytes());
            Ok(KeyPair::from_secret(&secret))
        };
        indices.map(key).collect()
    }
}

impl Drop for Phrase {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl ZeroizeOnDrop for Phrase {}

/// The listed word most like `word`: least Damerau-Levenshtein distance, then equal first four letters (they
/// are unique in the list), then the list's order.
fn nearest(word: &str) -> &'static str {
    let head = |text: &str| text.chars().take(4).collect::<String>();
    let start = head(word);
    Language::English
        .word_list()
        .iter()
        .copied()
        .min_by_key(|listed| {
            let distance = strsim::damerau_levenshtein(word, listed);
            (distance, head(listed) != start)
        })
        .expect("the BIP-39 list is not empty")
}

#[cfg(test)]
mod tests;
