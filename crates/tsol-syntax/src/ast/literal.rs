//! Numbers and strings.

use num_bigint::BigUint;

/// A number with its unit applied: the exact value is `numerator / denominator`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NumberLit {
    /// Value times `denominator`, unit included.
    pub numerator: BigUint,
    /// A power of ten; 1 for every whole number (`1.5 ton` is whole). Else the fraction need not be in lowest terms.
    pub denominator: BigUint,
    /// Digits as written, underscores included, without the unit.
    pub text: String,
    /// Unit, if one is given.
    pub unit: Option<Unit>,
}

impl NumberLit {
    /// The value if it is a whole number.
    pub fn as_integer(&self) -> Option<&BigUint> {
        (self.denominator == BigUint::from(1u8)).then_some(&self.numerator)
    }

    /// Number of hexadecimal digits behind `0x`, if the number is written so (`0x00ff` has 4).
    /// Fixed byte arrays are made from such literals by length.
    pub fn hex_digits(&self) -> Option<usize> {
        let digits = self.text.strip_prefix("0x")?;
        Some(digits.bytes().filter(|b| *b != b'_').count())
    }
}

/// Units behind numbers.
///
/// Source: API.md, "TVM units", and the time units of Solidity.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Unit {
    /// `nano`, `nanoton`, `nTon`, `nanoever`: 1.
    Nano,
    /// `micro`, `microton`, `microever`: 10^3.
    Micro,
    /// `milli`, `milliton`, `milliever`: 10^6.
    Milli,
    /// `ton`, `Ton`, `ever`, `Ever`: 10^9.
    Ton,
    /// `kiloton`, `kTon`, `kiloever`, `kEver`: 10^12.
    Kilo,
    /// `megaton`, `MTon`, `megaever`, `MEver`: 10^15.
    Mega,
    /// `gigaton`, `GTon`, `gigaever`, `GEver`: 10^18.
    Giga,
    /// `seconds`: 1.
    Seconds,
    /// `minutes`: 60.
    Minutes,
    /// `hours`: 3 600.
    Hours,
    /// `days`: 86 400.
    Days,
    /// `weeks`: 604 800.
    Weeks,
}

impl Unit {
    /// What the number is multiplied with: nanotokens for money, seconds for time.
    pub fn factor(self) -> u64 {
        match self {
            Unit::Nano | Unit::Seconds => 1,
            Unit::Micro => 1_000,
            Unit::Milli => 1_000_000,
            Unit::Ton => 1_000_000_000,
            Unit::Kilo => 1_000_000_000_000,
            Unit::Mega => 1_000_000_000_000_000,
            Unit::Giga => 1_000_000_000_000_000_000,
            Unit::Minutes => 60,
            Unit::Hours => 3_600,
            Unit::Days => 86_400,
            Unit::Weeks => 604_800,
        }
    }

    /// The spelling that the pretty-printer uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Unit::Nano => "nano",
            Unit::Micro => "micro",
            Unit::Milli => "milli",
            Unit::Ton => "ton",
            Unit::Kilo => "kiloton",
            Unit::Mega => "megaton",
            Unit::Giga => "gigaton",
            Unit::Seconds => "seconds",
            Unit::Minutes => "minutes",
            Unit::Hours => "hours",
            Unit::Days => "days",
            Unit::Weeks => "weeks",
        }
    }
}

/// A string; neighbouring literals of one kind are joined already.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StringLit {
    /// Bytes with escapes resolved. Valid UTF-8 unless `\x` escapes or hex digits say otherwise.
    pub value: Vec<u8>,
    /// How it was written.
    pub kind: StringKind,
}

/// Spellings of strings.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum StringKind {
    /// `"..."` or `'...'`: printable ASCII and escapes.
    Plain,
    /// `unicode"..."`.
    Unicode,
    /// `hex"..."`.
    Hex,
}
