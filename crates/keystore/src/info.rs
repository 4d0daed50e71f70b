use std::fmt;
use std::str::FromStr;

use keys::{Path, PublicKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::error::{Error, Result};

/// Name of a key: 1 to 64 letters, digits, `-`, `_` and `.` of ASCII; it begins with a letter or digit, has a letter, and
/// does not end with a dot.
///
/// A name of digits only would be taken for a member's number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

/// Longest name of a key.
const LONGEST: usize = 64;

/// Names of devices on Windows, which no file can have with any ending.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

impl KeyName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeyName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let why = if text.is_empty() {
            "it is empty"
        } else if text.len() > LONGEST {
            "it is longer than 64 characters"
        } else if !text.chars().all(fine) {
            "it has other characters than letters, digits, -, _ and ."
        } else if !text.starts_with(|c: char| c.is_ascii_alphanumeric()) || text.ends_with('.') {
            "it begins with a sign or ends with a dot"
        } else if !text.contains(|c: char| c.is_ascii_alphabetic()) {
            "it has no letter, so that it would be taken for a number"
        } else if DEVICES.iter().any(|device| text.eq_ignore_ascii_case(device)) {
            "some systems have a device of that name"
        } else {
            return Ok(Self(text.to_owned()));
        };
        // A secret may have been typed in the wrong place: no more of it than helps to see which argument is meant.
        Err(Error::BadName { name: text.chars().take(8).flat_map(char::escape_default).collect(), why })
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for KeyName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for KeyName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// What a key file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A seed phrase, with the path of the key.
    Phrase,
    /// A secret key alone.
    Secret,
}

impl Kind {
    /// `phrase` or `secret`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Phrase => "phrase",
            Self::Secret => "secret",
        }
    }
}

/// What is known of a key without its password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyInfo {
    /// Its name in the store.
    pub name: KeyName,
    /// The key that checks its signatures.
    pub public_key: PublicKey,
    /// What the file holds.
    pub kind: Kind,
    /// Where the key is under its phrase; `None` for a secret key.
    #[serde(with = "path", default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Path>,
    /// Whether its secret is public knowledge, so that it is good for local networks only.
    pub development: bool,
}

mod path {
    use super::{Deserialize, Deserializer, Path, Serializer, de};

    pub(super) fn serialize<S: Serializer>(path: &Option<Path>, serializer: S) -> Result<S::Ok, S::Error> {
        match path {
            Some(path) => serializer.collect_str(path),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Path>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(de::Error::custom)).transpose()
    }
}
