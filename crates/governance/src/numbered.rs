//! Enums that contracts write as numbers.

use ton_abi::Nano;

/// A contract told a number that this program has no name for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{number} is not a {what}")]
pub struct UnknownNumber {
    /// The enum.
    pub what: &'static str,
    /// The number found.
    pub number: u128,
}

impl UnknownNumber {
    /// The value at the place that `number` names.
    pub(crate) fn pick<T: Copy>(what: &'static str, all: &[T], Nano(number): Nano) -> Result<T, Self> {
        let found = usize::try_from(number).ok().and_then(|place| all.get(place).copied());
        found.ok_or(Self { what, number })
    }
}

/// Defines an enum that contracts write as the place of a value in the list, counted from 0. It is shown as the word
/// behind each value; in JSON it is the number.
macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident ($what:literal) { $($(#[$value_doc:meta])* $value:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
        #[serde(try_from = "ton_abi::Nano")]
        pub enum $name { $($(#[$value_doc])* $value,)* }

        impl $name {
            /// All values in the order of their numbers.
            pub const ALL: &[Self] = &[$(Self::$value),*];

            /// The word for it.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$value => $word,)* }
            }
        }

        impl TryFrom<ton_abi::Nano> for $name {
            type Error = $crate::numbered::UnknownNumber;

            fn try_from(number: ton_abi::Nano) -> Result<Self, Self::Error> {
                $crate::numbered::UnknownNumber::pick($what, Self::ALL, number)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&(*self as u8))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

pub(crate) use numbered;
