//! Byte strings of a fixed length that people see as hexadecimal digits.

/// Why a text is not a key, signature or hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {digits} hex digits")]
pub struct ParseHexError {
    /// How many digits are right.
    pub digits: usize,
}

/// The bytes of `2 * N` hexadecimal digits of either case, with or without `0x`.
///
/// # Errors
/// [`ParseHexError`] for another number of digits or another letter.
pub fn parse_hex<const N: usize>(text: &str) -> Result<[u8; N], ParseHexError> {
    let mut bytes = [0; N];
    let digits = text.strip_prefix("0x").unwrap_or(text);
    hex::decode_to_slice(digits, &mut bytes).map_err(|_| ParseHexError { digits: N * 2 })?;
    Ok(bytes)
}

/// Gives a tuple struct around a byte array its text form: lower-case hexadecimal digits in `Display`, `Debug` and
/// serde, the same with or without `0x` in `FromStr`. The crate that uses it needs `serde`.
///
/// ```
/// #[derive(PartialEq)]
/// struct Id([u8; 2]);
/// ton_abi::hex_bytes!(Id);
/// assert_eq!("0xA5ff".parse::<Id>()?.to_string(), "a5ff");
/// assert_eq!("a5".parse::<Id>(), Err(ton_abi::ParseHexError { digits: 4 }));
/// # Ok::<(), ton_abi::ParseHexError>(())
/// ```
#[macro_export]
macro_rules! hex_bytes {
    ($name:ident) => {
        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::ParseHexError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::parse_hex(text).map(Self)
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <::std::borrow::Cow<'_, str> as ::serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(::serde::de::Error::custom)
            }
        }
    };
}
