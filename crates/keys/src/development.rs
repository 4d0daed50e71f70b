//! Development keys: every secret comes from one phrase that everybody knows.
//!
//! They stand in for the members' keys on the local network, where nobody has the members' secrets and nothing
//! is worth stealing. Each [`Development`] signer says so ([`Signer::is_development`]), and code that talks to
//! any other network must refuse it.

use std::collections::HashSet;
use std::sync::OnceLock;

use ton_abi::PublicKey;

use crate::{Error, KeyPair, Phrase, Signer};

/// The phrase of all development keys: the one that Ethereum's development nodes print, so that it is
/// recognised at sight as worthless.
pub const PHRASE: &str = "test test test test test test test test test test test junk";

/// A signer made from [`PHRASE`].
#[derive(Debug, Clone)]
pub struct Development {
    index: u32,
    pair: KeyPair,
}

impl Development {
    /// Which key of the phrase this is.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// The key pair itself, for tools that want it in their own form.
    pub fn key_pair(&self) -> &KeyPair {
        &self.pair
    }
}

/// The development signer at `m/44'/396'/0'/0/index`. Members have 0 to 14 in the order of the seed.
///
/// # Panics
/// If `index` has more than 31 bits.
pub fn signer(index: u32) -> Development {
    let phrase = Phrase::parse(PHRASE).expect("the development phrase has a right checksum");
    let pair = phrase.key(index).expect("an index below 2^31 gives a key");
    Development { index, pair }
}

/// How many keys of [`PHRASE`] are recognised by their public half: those that commands give out, and some more.
const KNOWN: u32 = 128;

/// Whether a public key is one of the first 128 of [`PHRASE`], so that its secret is public knowledge.
pub fn is_known(key: &PublicKey) -> bool {
    static KEYS: OnceLock<HashSet<[u8; 32]>> = OnceLock::new();
    let keys = KEYS.get_or_init(|| {
        let phrase = Phrase::parse(PHRASE).expect("the development phrase has a right checksum");
        let keys = phrase.accounts(0..KNOWN).expect("indices below 2^31 give keys");
        keys.iter().map(|pair| pair.public_key().0).collect()
    });
    keys.contains(&key.0)
}

impl Signer for Development {
    fn public_key(&self) -> PublicKey {
        self.pair.public_key()
    }

    fn sign(&self, hash: &[u8; 32]) -> Result<[u8; 64], Error> {
        self.pair.sign(hash)
    }

    fn is_development(&self) -> bool {
        true
    }
}
