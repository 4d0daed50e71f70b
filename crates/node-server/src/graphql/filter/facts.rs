//! What a filter says about a field, for the choice of an index.

use super::{Alternative, Comparison, Test};
use crate::documents::{Value, compare};

/// Numbers that a field may have, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    /// Smallest.
    pub(crate) from: i128,
    /// Largest.
    pub(crate) to: i128,
}

impl Range {
    /// All numbers.
    pub(crate) const ALL: Self = Self { from: i128::MIN, to: i128::MAX };

    /// Whether anything is excluded.
    #[must_use]
    pub(crate) fn is_bounded(self) -> bool {
        self != Self::ALL
    }

    fn narrow(&mut self, from: Option<i128>, to: Option<i128>) {
        self.from = self.from.max(from.unwrap_or(i128::MIN));
        self.to = self.to.min(to.unwrap_or(i128::MAX));
    }
}

impl Alternative {
    fn comparisons(&self, path: &[&str]) -> Vec<&Comparison> {
        let [name, rest @ ..] = path else { return Vec::new() };
        let tests =
            self.clauses.iter().filter(|clause| clause.field.name == *name).map(|clause| &clause.test);
        tests
            .flat_map(|test| match test {
                Test::Scalar(comparisons) if rest.is_empty() => comparisons.iter().collect(),
                Test::Part(filter) => match &filter.alternatives[..] {
                    [only] => only.comparisons(rest),
                    _ => Vec::new(),
                },
                Test::Items { any, .. } if rest == ["any"] => any
                    .iter()
                    .flat_map(|test| match test {
                        Test::Scalar(comparisons) => comparisons.as_slice(),
                        _ => &[],
                    })
                    .collect(),
                _ => Vec::new(),
            })
            .collect()
    }

    /// The values that a field must have one of, each once, by `eq` or `in`; `None` if any other may pass.
    /// `["list", "any"]` means an element of a list.
    pub(in super::super) fn one_of(&self, path: &[&str]) -> Option<Vec<Value>> {
        let mut values = self.comparisons(path).into_iter().find_map(|comparison| match comparison {
            Comparison::Equal(operand) => Some(vec![operand.value.clone()]),
            // INVARIANT: the operands are sorted.
            Comparison::In(operands) => Some(operands.iter().map(|operand| operand.value.clone()).collect()),
            _ => None,
        })?;
        values.dedup_by(|a, b| compare(a, b).is_eq());
        Some(values)
    }

    /// The texts that a field must have one of.
    pub(in super::super) fn texts(&self, path: &[&str]) -> Option<Vec<String>> {
        let values = self.one_of(path)?;
        Some(
            values
                .into_iter()
                .filter_map(|value| if let Value::Text(text) = value { Some(text) } else { None })
                .collect(),
        )
    }

    /// The flag that a field must have.
    pub(in super::super) fn flag(&self, name: &str) -> Option<bool> {
        match self.one_of(&[name])?.as_slice() {
            [Value::Bool(flag)] => Some(*flag),
            _ => None,
        }
    }

    /// The numbers that a field may have. Absent values, which pass `lt` and `le`, are not meant: only for fields that
    /// every document has.
    pub(in super::super) fn range(&self, name: &str) -> Range {
        let mut range = Range::ALL;
        for comparison in self.comparisons(&[name]) {
            match comparison {
                Comparison::Equal(operand) => {
                    let number = number(&operand.value);
                    range.narrow(number, number);
                }
                Comparison::Less(operand) | Comparison::LessOrEqual(operand) => {
                    range.narrow(None, number(&operand.value));
                }
                Comparison::Greater(operand) | Comparison::GreaterOrEqual(operand) => {
                    range.narrow(number(&operand.value), None);
                }
                Comparison::In(operands) => {
                    let number =
                        |operand: Option<&super::Operand>| operand.and_then(|operand| number(&operand.value));
                    range.narrow(number(operands.first()), number(operands.last()));
                }
                Comparison::NotEqual(_) | Comparison::NotIn(_) => {}
            }
        }
        range
    }

    /// The least text that a field may have, and the largest.
    pub(in super::super) fn text_bounds(&self, name: &str) -> (Option<String>, Option<String>) {
        let (mut from, mut to) = (None::<String>, None::<String>);
        for comparison in self.comparisons(&[name]) {
            match comparison {
                Comparison::Greater(operand) | Comparison::GreaterOrEqual(operand) => {
                    if let Value::Text(text) = &operand.value {
                        from = from.max(Some(text.clone()));
                    }
                }
                Comparison::Less(operand) | Comparison::LessOrEqual(operand) => {
                    if let Value::Text(text) = &operand.value {
                        to = Some(to.map_or_else(|| text.clone(), |to| to.min(text.clone())));
                    }
                }
                _ => {}
            }
        }
        (from, to)
    }
}

fn number(value: &Value) -> Option<i128> {
    match value {
        Value::Int(number) => Some((*number).into()),
        Value::Big(number) => Some(*number),
        _ => None,
    }
}
