//! Aggregates: one number over all documents that pass.

use std::cmp::Ordering;

use async_graphql::Value as Input;
use async_graphql::dynamic::{Field, FieldFuture, FieldValue, InputObject, InputValue, Type, TypeRef};
use localnet::Node;

use super::filter::Filter;
use super::find::each;
use super::inputs::{enum_type, filter_name};
use super::limits::PATHS;
use super::outputs::big_text;
use super::sort::Path;
use super::{Failure, budget, graph};
use crate::documents::{Collection, Doc, Kind, Value, compare};

const FUNCTIONS: [&str; 5] = ["COUNT", "MIN", "MAX", "SUM", "AVERAGE"];

pub(super) fn fields() -> Vec<Field> {
    [
        ("aggregateAccounts", Collection::Accounts),
        ("aggregateTransactions", Collection::Transactions),
        ("aggregateMessages", Collection::Messages),
        ("aggregateBlocks", Collection::Blocks),
        ("aggregateBlockSignatures", Collection::BlocksSignatures),
    ]
    .into_iter()
    .map(|(name, collection)| field(name, collection))
    .collect()
}

pub(super) fn types() -> Vec<Type> {
    let aggregation = InputObject::new("FieldAggregation")
        .field(
            InputValue::new("field", TypeRef::named(TypeRef::STRING))
                .description("A field, or `part.field`."),
        )
        .field(InputValue::new("fn", TypeRef::named("AggregationFn")).description("COUNT if left out."));
    vec![aggregation.into(), enum_type("AggregationFn", &FUNCTIONS).into()]
}

fn field(name: &'static str, collection: Collection) -> Field {
    Field::new(name, TypeRef::named_list(TypeRef::STRING), move |ctx| {
        FieldFuture::new(async move {
            let graph = graph(&ctx)?;
            let (filter, fields) = (ctx.args.get("filter"), ctx.args.get("fields"));
            let filter = Filter::parse(collection, filter.as_ref().map(|filter| filter.as_value()))?;
            let mut sums = parse(collection, fields.as_ref().map(|fields| fields.as_value()))?;
            let (node, budget) = (graph.service.snapshot(), budget(&ctx));
            if filter.is_everything() && sums.iter().all(|sum| sum.function == Function::Count) {
                let count = Input::from(count(&node, collection).to_string());
                return Ok(Some(FieldValue::list(sums.iter().map(|_| count.clone()))));
            }
            let work = move || {
                each(&node, collection, &filter, &budget, |doc| {
                    sums.iter_mut().for_each(|sum| sum.add(doc));
                    true
                })
                .map(|()| sums)
            };
            let sums = graph.scan(work).await??;
            let results = sums.iter().map(Sum::result).collect::<Result<Vec<_>, _>>()?;
            Ok(Some(FieldValue::list(results.into_iter().map(Input::from))))
        })
    })
    .argument(InputValue::new("filter", TypeRef::named(filter_name(collection))))
    .argument(InputValue::new("fields", TypeRef::named_list("FieldAggregation")))
}

/// How many documents a collection has.
fn count(node: &Node, collection: Collection) -> usize {
    match collection {
        Collection::Accounts => node.account_count(),
        Collection::Transactions => node.transaction_count(),
        Collection::Messages => node.message_count(),
        Collection::Blocks | Collection::BlocksSignatures => 2 * node.head().seq_no as usize,
        Collection::Zerostates => 2,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Function {
    Count,
    Min,
    Max,
    Sum,
    Average,
}

/// One aggregate on its way.
struct Sum {
    function: Function,
    path: Option<Path>,
    count: i128,
    total: Option<i128>,
    extreme: Option<Value>,
}

fn parse(collection: Collection, input: Option<&Input>) -> Result<Vec<Sum>, Failure> {
    let count = || Sum::new(collection, None, Function::Count);
    let inputs = match input {
        None | Some(Input::Null) => return Ok(vec![count()?]),
        Some(Input::List(inputs)) if inputs.is_empty() => return Ok(vec![count()?]),
        Some(Input::List(inputs)) => inputs.as_slice(),
        Some(one) => std::slice::from_ref(one),
    };
    if inputs.len() > PATHS {
        return Err(Failure::TooMuch(format!("up to {PATHS} fields are aggregated at a time")));
    }
    inputs
        .iter()
        .map(|input| {
            let Input::Object(members) = input else { return count() };
            let function = match members.get("fn") {
                Some(Input::Enum(name)) => function(name),
                Some(Input::String(name)) => function(name),
                _ => Function::Count,
            };
            let field = match members.get("field") {
                Some(Input::String(text)) => Some(text.as_str()),
                _ => None,
            };
            Sum::new(collection, field, function)
        })
        .collect()
}

fn function(name: &str) -> Function {
    match name {
        "MIN" => Function::Min,
        "MAX" => Function::Max,
        "SUM" => Function::Sum,
        "AVERAGE" => Function::Average,
        _ => Function::Count,
    }
}

impl Sum {
    fn new(collection: Collection, field: Option<&str>, function: Function) -> Result<Self, Failure> {
        // The field of a count means nothing, as in q-server.
        let path = match field {
            _ if function == Function::Count => None,
            Some(text) => Some(Path::parse(collection, text, true)?),
            None => return Err(Failure::InvalidQuery("only COUNT goes without a field".to_owned())),
        };
        let kind = path.as_ref().map(Path::kind);
        let is_number =
            matches!(kind, Some(Kind::Int | Kind::Float | Kind::Time | Kind::Enum(_) | Kind::Big) | None);
        if matches!(function, Function::Sum | Function::Average) && !is_number {
            let text = field.unwrap_or_default();
            return Err(Failure::InvalidQuery(format!("[{text}] is no number to be added up")));
        }
        Ok(Self { function, path, count: 0, total: Some(0), extreme: None })
    }

    fn add(&mut self, doc: &Doc) {
        let Some(path) = &self.path else {
            self.count += 1;
            return;
        };
        for value in path.values(doc).into_iter().filter(|value| !value.is_null()) {
            match self.function {
                Function::Count => {}
                Function::Min => self.keep(value, Ordering::Less),
                Function::Max => self.keep(value, Ordering::Greater),
                Function::Sum | Function::Average => {
                    self.count += 1;
                    let number = match value {
                        Value::Int(number) => number.into(),
                        Value::Big(number) => number,
                        _ => 0,
                    };
                    self.total = self.total.and_then(|total| total.checked_add(number));
                }
            }
        }
    }

    fn keep(&mut self, value: Value, better: Ordering) {
        if self.extreme.as_ref().is_none_or(|extreme| compare(&value, extreme) == better) {
            self.extreme = Some(value);
        }
    }

    /// Decimal digits, text as it is; `None` if no document had a value.
    fn result(&self) -> Result<Option<String>, Failure> {
        let total =
            || self.total.ok_or_else(|| Failure::InvalidQuery("the sum has more than 127 bits".to_owned()));
        Ok(match self.function {
            Function::Count => Some(self.count.to_string()),
            Function::Min | Function::Max => self.extreme.as_ref().map(text),
            Function::Sum => Some(total()?.to_string()),
            Function::Average if self.count == 0 => None,
            Function::Average => Some((total()? / self.count).to_string()),
        })
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Big(number) => big_text(*number, true),
        Value::Text(text) => text.clone(),
        _ => String::new(),
    }
}
