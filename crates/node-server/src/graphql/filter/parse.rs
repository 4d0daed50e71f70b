//! From the arguments of a query to a filter.

use async_graphql::Value as Input;

use super::super::Failure;
use super::super::limits::{FILTER_CONDITIONS, FILTER_LIST};
use super::{Alternative, Clause, Comparison, Filter, Operand, Test};

use crate::documents::{Collection, Field, Kind, Shape, shape};

impl Filter {
    /// Reads the `filter` argument of a collection; no argument and null are no condition.
    ///
    /// # Errors
    /// [`Failure::InvalidQuery`], and [`Failure::TooMuch`] beyond [`FILTER_CONDITIONS`] conditions or [`FILTER_LIST`]
    /// elements of `in` and `notIn`.
    pub(crate) fn parse(collection: Collection, input: Option<&Input>) -> Result<Self, Failure> {
        let Some(input) = input else { return Ok(Self::everything()) };
        Parser { conditions: 0 }.filter(collection.shape(), input)
    }
}

struct Parser {
    conditions: usize,
}

impl Parser {
    fn filter(&mut self, shape: &'static Shape, mut input: &Input) -> Result<Filter, Failure> {
        let mut alternatives = Vec::new();
        loop {
            let members = match input {
                Input::Null if alternatives.is_empty() => return Ok(Filter::everything()),
                Input::Null => break,
                Input::Object(members) => members,
                _ => return Err(Failure::InvalidQuery(format!("a filter of {} is an object", shape.name))),
            };
            let mut alternative = Alternative::default();
            for (name, condition) in members.iter().filter(|(name, _)| name.as_str() != "OR") {
                alternative.clauses.extend(self.clause(shape, name, condition)?);
            }
            alternative.sort();
            alternatives.push(alternative);
            match members.get("OR") {
                Some(next) => input = next,
                None => break,
            }
        }
        Ok(Filter { alternatives })
    }

    fn clause(
        &mut self,
        shape: &'static Shape,
        name: &str,
        input: &Input,
    ) -> Result<Option<Clause>, Failure> {
        if matches!(input, Input::Null) {
            return Ok(None);
        }
        if let Some(field) = shape.field(name) {
            let test = self.test(field.kind, field, input)?;
            return Ok(Some(Clause { field, test }));
        }
        let (field, names) = shape.enum_behind(name).ok_or_else(|| {
            Failure::InvalidQuery(format!("{} has no field {name} to filter by", shape.name))
        })?;
        let comparisons = self.comparisons(name, input, |input| Operand::parse_name(names, name, input))?;
        Ok(Some(Clause { field, test: Test::Scalar(comparisons) }))
    }

    fn test(&mut self, kind: Kind, field: &'static Field, input: &Input) -> Result<Test, Failure> {
        Ok(match kind {
            Kind::Object(name) => {
                let shape =
                    shape(name).ok_or_else(|| Failure::InvalidQuery(format!("{name} has no fields")))?;
                Test::Part(self.filter(shape, input)?)
            }
            Kind::Join(collection) => Test::Joined(self.filter(collection.shape(), input)?),
            Kind::List(item) => self.items(*item, field, input)?,
            Kind::Joins(collection) => self.items(Kind::Join(collection), field, input)?,
            _ => {
                let operand = |input: &Input| Operand::parse(kind, field.name, input);
                Test::Scalar(self.comparisons(field.name, input, operand)?)
            }
        })
    }

    fn items(&mut self, item: Kind, field: &'static Field, input: &Input) -> Result<Test, Failure> {
        let (mut all, mut any) = (Vec::new(), Vec::new());
        let Input::Object(members) = input else {
            return Err(Failure::InvalidQuery(format!("{} is filtered by `any` and `all`", field.name)));
        };
        for (name, condition) in members.iter().filter(|(_, condition)| !matches!(condition, Input::Null)) {
            let test = self.test(item, field, condition)?;
            match name.as_str() {
                "all" => all.push(test),
                "any" => any.push(test),
                _ => {
                    return Err(Failure::InvalidQuery(format!(
                        "{} is filtered by `any` and `all`",
                        field.name
                    )));
                }
            }
        }
        Ok(Test::Items { all, any })
    }

    fn comparisons(
        &mut self,
        name: &str,
        input: &Input,
        operand: impl Fn(&Input) -> Result<Operand, Failure>,
    ) -> Result<Vec<Comparison>, Failure> {
        let Input::Object(members) = input else {
            return Err(Failure::InvalidQuery(format!("{name} is filtered by operators")));
        };
        let mut comparisons = Vec::with_capacity(members.len());
        for (operator, input) in members {
            self.conditions += 1;
            if self.conditions > FILTER_CONDITIONS {
                return Err(Failure::TooMuch(format!("a filter has up to {FILTER_CONDITIONS} conditions")));
            }
            let absent = matches!(input, Input::Null);
            comparisons.push(match operator.as_str() {
                "eq" => Comparison::Equal(operand(input)?),
                "ne" => Comparison::NotEqual(operand(input)?),
                "in" => Comparison::In(list(name, operator, input, &operand)?),
                "notIn" => Comparison::NotIn(list(name, operator, input, &operand)?),
                "lt" | "le" | "gt" | "ge" if absent => continue,
                "lt" => Comparison::Less(operand(input)?),
                "le" => Comparison::LessOrEqual(operand(input)?),
                "gt" => Comparison::Greater(operand(input)?),
                "ge" => Comparison::GreaterOrEqual(operand(input)?),
                other => return Err(Failure::InvalidQuery(format!("{name} has no operator {other}"))),
            });
        }
        Ok(comparisons)
    }
}

fn list(
    name: &str,
    operator: &str,
    input: &Input,
    operand: &impl Fn(&Input) -> Result<Operand, Failure>,
) -> Result<Vec<Operand>, Failure> {
    let mut operands = match input {
        Input::List(inputs) if inputs.len() > FILTER_LIST => {
            return Err(Failure::TooMuch(format!("`{operator}` takes up to {FILTER_LIST} values")));
        }
        Input::List(inputs) => inputs.iter().map(operand).collect::<Result<Vec<_>, _>>()?,
        Input::Null => {
            let text = format!(
                "Invalid filter value `{name}: {{ {operator}: null }}`: array of values is expected."
            );
            return Err(Failure::InvalidQuery(text));
        }
        one => vec![operand(one)?],
    };
    Operand::sort(&mut operands);
    Ok(operands)
}
