use std::fmt;
use std::str::FromStr;

use crate::Error;

/// A BIP-32 derivation path.
///
/// Default is `m/44'/396'/0'/0/0`, the one of the TON SDK (396 is the coin number in SLIP-44).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path(bip32::DerivationPath);

impl Path {
    /// Path number `index` of a phrase: `m/44'/396'/0'/0/index`.
    ///
    /// # Errors
    /// [`Error::IndexRange`] if `index` needs more than 31 bits.
    pub fn account(index: u32) -> Result<Self, Error> {
        if index >= 1 << 31 {
            return Err(Error::IndexRange { index });
        }
        format!("m/44'/396'/0'/0/{index}").parse()
    }

    pub(crate) fn steps(&self) -> &bip32::DerivationPath {
        &self.0
    }
}

impl FromStr for Path {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        text.parse().map(Self).map_err(|_| Error::BadPath { path: text.to_owned() })
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
