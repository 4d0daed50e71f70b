//! Operands and comparisons.

use std::cmp::Ordering;

use async_graphql::{Number, Value as Input};

use super::super::Failure;
use crate::documents::enums::Enum;
use crate::documents::{Kind, Value, compare, parse_address};

/// Longest text of a number; 2^256 in decimal has 78 digits.
const NUMBER_LENGTH: usize = 130;

/// What a value is compared with.
#[derive(Debug, Clone)]
pub(in super::super) struct Operand {
    pub(in super::super) value: Value,
    /// The operand lies between `value` and the next whole number.
    fraction: bool,
}

/// One operator with its operand.
#[derive(Debug, Clone)]
pub(in super::super) enum Comparison {
    Equal(Operand),
    NotEqual(Operand),
    Less(Operand),
    LessOrEqual(Operand),
    Greater(Operand),
    GreaterOrEqual(Operand),
    /// Sorted.
    In(Vec<Operand>),
    /// Sorted.
    NotIn(Vec<Operand>),
}

impl Comparison {
    /// Whether a value passes.
    pub(super) fn holds(&self, value: &Value) -> bool {
        match self {
            Self::Equal(operand) => operand.order(value) == Ordering::Equal,
            Self::NotEqual(operand) => operand.order(value) != Ordering::Equal,
            Self::Less(operand) => operand.order(value) == Ordering::Less,
            Self::LessOrEqual(operand) => operand.order(value) != Ordering::Greater,
            Self::Greater(operand) => operand.order(value) == Ordering::Greater,
            Self::GreaterOrEqual(operand) => operand.order(value) != Ordering::Less,
            Self::In(operands) => contains(operands, value),
            Self::NotIn(operands) => !contains(operands, value),
        }
    }
}

fn contains(operands: &[Operand], value: &Value) -> bool {
    operands.binary_search_by(|operand| operand.order(value).reverse()).is_ok()
}

impl Operand {
    pub(super) fn whole(value: Value) -> Self {
        Self { value, fraction: false }
    }

    /// Order of a document's value against this operand.
    fn order(&self, value: &Value) -> Ordering {
        match compare(value, &self.value) {
            Ordering::Equal if self.fraction => Ordering::Less,
            order => order,
        }
    }

    pub(super) fn sort(operands: &mut [Self]) {
        operands.sort_by(|a, b| compare(&a.value, &b.value).then(a.fraction.cmp(&b.fraction)));
    }

    /// Reads the operand of a field.
    pub(super) fn parse(kind: Kind, name: &str, input: &Input) -> Result<Self, Failure> {
        let value = match (kind, input) {
            (_, Input::Null) => Value::Null,
            (Kind::Bool, Input::Boolean(flag)) => Value::Bool(*flag),
            (Kind::Int | Kind::Float | Kind::Time | Kind::Enum(_), Input::Number(number)) => {
                return Ok(Self::number(number));
            }
            (Kind::Hash, Input::String(text)) => Value::Text(text.to_ascii_lowercase()),
            (Kind::Text, Input::String(text)) => Value::Text(text.clone()),
            (Kind::Address, Input::String(text)) => address(text),
            (Kind::Big, Input::String(text)) => Value::Big(big(text).ok_or_else(|| {
                let shown: String = text.chars().take(NUMBER_LENGTH).collect();
                Failure::InvalidQuery(format!(
                    "`{shown}` is no number for {name}: decimal digits, or 0x and hex digits"
                ))
            })?),
            _ => return Err(Failure::InvalidQuery(format!("the operand of {name} has the wrong type"))),
        };
        Ok(Self::whole(value))
    }

    /// Reads the operand of the name twin of an enumeration.
    pub(super) fn parse_name(names: &Enum, name: &str, input: &Input) -> Result<Self, Failure> {
        let text = match input {
            Input::Null => return Ok(Self::whole(Value::Null)),
            Input::Enum(text) => text.as_str(),
            Input::String(text) => text,
            _ => "",
        };
        let number = names.number_of(text);
        let number =
            number.ok_or_else(|| Failure::InvalidQuery(format!("{name} knows no value `{text}`")))?;
        Ok(Self::whole(Value::Int(number)))
    }

    fn number(number: &Number) -> Self {
        if let Some(value) = number.as_i64() {
            return Self::whole(Value::Int(value));
        }
        if let Some(value) = number.as_u64() {
            return Self::whole(Value::Big(value.into()));
        }
        // What lies beyond 64 bits is beyond every number of a document: `as` saturates.
        let value = number.as_f64().unwrap_or(0.0);
        let floor = value.floor();
        Self { value: Value::Int(floor as i64), fraction: value != floor }
    }
}

fn address(text: &str) -> Value {
    parse_address(text).map_or_else(|_| Value::Text(text.to_owned()), |address| Value::address(&address))
}

/// A number in decimal or hex. Numbers of documents have less than 127 bits: larger ones all mean "beyond".
pub(in super::super) fn big(text: &str) -> Option<i128> {
    let text = text.trim();
    if text.len() > NUMBER_LENGTH {
        return None;
    }
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (radix, digits) = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(digits) => (16, digits),
        None => (10, digits),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let size = i128::from_str_radix(digits, radix).unwrap_or(i128::MAX);
    Some(if negative { -size } else { size })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_decimal_and_hex() {
        for (text, number) in [
            ("0", 0),
            ("0x0", 0),
            (" 18446744073709551615 ", u64::MAX.into()),
            ("0xFFffffffffffffff", u64::MAX.into()),
            ("-0x10", -16),
            ("-5", -5),
            (&"9".repeat(70), i128::MAX),
            (&format!("-0x{}", "f".repeat(64)), -i128::MAX),
        ] {
            assert_eq!(big(text), Some(number), "{text}");
        }
        for bad in ["", "-", "0x", "1.5", "1e5", "+5", "--5", "0b1", "é", &"9".repeat(200)] {
            assert_eq!(big(bad), None, "{bad}");
        }
    }

    #[test]
    fn fractions_lie_between_whole_numbers() {
        let half = Operand::number(&Number::from_f64(1.5).unwrap());
        let holds = |value: i64| {
            let value = Value::Int(value);
            [
                Comparison::Less(half.clone()).holds(&value),
                Comparison::LessOrEqual(half.clone()).holds(&value),
                Comparison::Equal(half.clone()).holds(&value),
                Comparison::Greater(half.clone()).holds(&value),
            ]
        };
        assert_eq!(holds(1), [true, true, false, false]);
        assert_eq!(holds(2), [false, false, false, true]);
    }
}
