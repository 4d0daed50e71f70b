//! Times and logical time.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::money::Nano;

/// Seconds since 1970, as in block headers and in the `expire` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct UnixTime(pub u32);

/// Milliseconds since 1970, as in the `time` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct UnixMillis(pub u64);

/// Logical time of a transaction or message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Lt(pub u64);

impl UnixTime {
    /// Later by so many seconds, at most the end of the range.
    #[must_use]
    pub const fn plus(self, seconds: u32) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// The same moment in milliseconds.
    pub const fn millis(self) -> UnixMillis {
        UnixMillis(self.0 as u64 * 1000)
    }
}

impl UnixMillis {
    /// The second this moment lies in, at most the end of the range.
    pub const fn seconds(self) -> UnixTime {
        let seconds = self.0 / 1000;
        UnixTime(if seconds > u32::MAX as u64 { u32::MAX } else { seconds as u32 })
    }
}

impl Lt {
    /// Later by so many ticks, at most the end of the range.
    #[must_use]
    pub const fn plus(self, ticks: u64) -> Self {
        Self(self.0.saturating_add(ticks))
    }
}

macro_rules! number_unit {
    ($name:ident, $inner:ty) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        /// A decimal string, as in TON APIs.
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0)
            }
        }

        /// A number, a decimal string or an 0x string.
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let Nano(n) = Nano::deserialize(deserializer)?;
                <$inner>::try_from(n).map(Self).map_err(serde::de::Error::custom)
            }
        }
    };
}

number_unit!(UnixTime, u32);
number_unit!(UnixMillis, u64);
number_unit!(Lt, u64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_convert() {
        assert_eq!(UnixTime(2).millis(), UnixMillis(2000));
        assert_eq!(UnixMillis(2999).seconds(), UnixTime(2));
        assert_eq!(serde_json::from_str::<UnixTime>("\"4294967295\"").unwrap(), UnixTime(u32::MAX));
        assert!(serde_json::from_str::<UnixTime>("\"4294967296\"").is_err());
    }
}
