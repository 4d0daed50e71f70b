//! Keys of members, jurors and developers: seed phrases, key derivation and signing.
//!
//! Place in the map: below `ton-client` and the command line, above `ton-abi` (whose [`PublicKey`] it uses).
//!
//! Invariants:
//! - this crate never prints a secret: no type that holds one has `Display`, and their `Debug` shows the
//!   public key or nothing;
//! - secrets are wiped from memory when their owner is dropped;
//! - it reads no clock, no disk, no environment and no random source: entropy comes in as an argument;
//! - equal phrase and path give the key pair that the TON SDK gives (`crypto.mnemonic_derive_sign_keys`).
//!
//! ```
//! use keys::{Phrase, Signer, development};
//!
//! let phrase = Phrase::parse(development::PHRASE)?;
//! let member = phrase.key(0)?;
//! assert_eq!(member.public_key(), development::signer(0).public_key());
//! assert!(!member.is_development() && development::signer(0).is_development());
//! # Ok::<(), keys::Error>(())
//! ```

pub mod development;
mod pair;
mod path;
mod phrase;
mod signer;

pub use pair::KeyPair;
pub use path::Path;
pub use phrase::Phrase;
pub use signer::{Signer, verify};
pub use ton_abi::PublicKey;

/// What can be wrong with a phrase, a path or a key.
///
/// No variant carries a secret. [`Error::UnknownWord`] carries the place and a word of the public list, not
/// what was typed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A phrase has 12 or 24 words.
    #[error("a seed phrase has 12 or 24 words, this one has {found}")]
    WordCount {
        /// Words found.
        found: usize,
    },
    /// A word is not in the English BIP-39 list.
    #[error("word {position} is not in the BIP-39 list, the nearest is \"{nearest}\"")]
    UnknownWord {
        /// Place in the phrase, counted from 1.
        position: usize,
        /// The listed word with the least edit distance.
        nearest: &'static str,
    },
    /// All words are known, but their checksum is wrong: a word is another one or stands elsewhere.
    #[error("the words are known but their checksum is wrong: a word is wrong or out of order")]
    Checksum,
    /// Entropy is 16 bytes (12 words) or 32 bytes (24 words).
    #[error("entropy has 16 or 32 bytes, this one has {found}")]
    EntropySize {
        /// Bytes found.
        found: usize,
    },
    /// The path is not of the form `m/44'/396'/0'/0/0`.
    #[error("\"{path}\" is not a derivation path like m/44'/396'/0'/0/0")]
    BadPath {
        /// The path as given.
        path: String,
    },
    /// An index of a path has 31 bits.
    #[error("key index {index} is not below 2147483648")]
    IndexRange {
        /// The index as given.
        index: u32,
    },
    /// A step of the derivation fell outside the curve's order (BIP-32 names the chance 1 in 2^127).
    #[error("no key exists at this path, take the next index")]
    NoKeyAtPath,
    /// A secret key is 64 hexadecimal digits.
    #[error("a secret key is 64 hexadecimal digits")]
    BadSecret,
    /// The signer is away or refused. The text comes from the device or program that holds the key.
    #[error("the signer refused: {reason}")]
    Refused {
        /// What the signer said.
        reason: String,
    },
}
