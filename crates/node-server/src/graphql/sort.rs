//! `orderBy`: paths with directions, and the best few of many documents.

use std::cmp::Ordering;

use async_graphql::Value as Input;

use super::Failure;
use super::limits::PATHS;
use crate::documents::{Collection, Doc, Field, Kind, Shape, Value, compare, shape};

/// A field of a document, possibly of a part of it.
#[derive(Debug, Clone)]
pub(super) struct Path(Vec<&'static Field>);

/// One path of `orderBy`.
#[derive(Debug, Clone)]
pub(super) struct Sort {
    pub(super) path: Path,
    pub(super) descending: bool,
}

impl Path {
    /// Reads `field` or `part.field`; an element of a list is meant where `lists` allows it.
    ///
    /// # Errors
    /// [`Failure::InvalidQuery`] for what is no field, or not a plain one.
    pub(super) fn parse(collection: Collection, text: &str, lists: bool) -> Result<Self, Failure> {
        let unknown = || {
            let text: String = text.chars().take(100).collect();
            Failure::InvalidQuery(format!("{} has no plain field `{text}`", collection.type_name()))
        };
        let mut fields = Vec::new();
        let mut place = Some(collection.shape());
        for name in text.split('.') {
            let shape = place.ok_or_else(unknown)?;
            let field = field(shape, name).ok_or_else(unknown)?;
            let kind = match field.kind {
                Kind::List(item) if lists => *item,
                kind => kind,
            };
            place = match kind {
                Kind::Object(name) => shape_of(name),
                kind if kind.is_scalar() => None,
                _ => return Err(unknown()),
            };
            fields.push(field);
        }
        if place.is_some() || fields.is_empty() {
            return Err(unknown());
        }
        Ok(Self(fields))
    }

    /// The field's own name, if it is one of the document itself.
    pub(super) fn plain(&self) -> Option<&'static str> {
        match &self.0[..] {
            [only] => Some(only.name),
            _ => None,
        }
    }

    /// Kind of the last field; that of the elements for a list.
    pub(super) fn kind(&self) -> Kind {
        match self.0.last().map(|field| field.kind) {
            Some(Kind::List(item)) => *item,
            Some(kind) => kind,
            None => Kind::Text,
        }
    }

    /// The value in a document; the first one of a list.
    pub(super) fn value(&self, doc: &Doc) -> Value {
        self.values(doc).into_iter().next().unwrap_or(Value::Null)
    }

    /// All values in a document.
    pub(super) fn values(&self, doc: &Doc) -> Vec<Value> {
        let [first, rest @ ..] = &self.0[..] else { return Vec::new() };
        let mut values = flatten(doc.value(first));
        for field in rest {
            values = values
                .iter()
                .flat_map(|value| match value {
                    Value::Object(part) => flatten(field.of_part(part)),
                    _ => vec![Value::Null],
                })
                .collect();
        }
        values
    }
}

fn field(shape: &'static Shape, name: &str) -> Option<&'static Field> {
    shape.field(name).or_else(|| shape.enum_behind(name).map(|(field, _)| field))
}

fn shape_of(name: &str) -> Option<&'static Shape> {
    shape(name)
}

fn flatten(value: Value) -> Vec<Value> {
    match value.force() {
        Value::List(items) => items.into_iter().map(Value::force).collect(),
        value => vec![value],
    }
}

impl Sort {
    /// Reads the `orderBy` argument: a list, or one member of it.
    ///
    /// # Errors
    /// [`Failure::InvalidQuery`], and [`Failure::TooMuch`] beyond [`PATHS`].
    pub(super) fn parse(collection: Collection, input: Option<&Input>) -> Result<Vec<Self>, Failure> {
        let inputs = match input {
            None | Some(Input::Null) => return Ok(Vec::new()),
            Some(Input::List(inputs)) => inputs.as_slice(),
            Some(one) => std::slice::from_ref(one),
        };
        if inputs.len() > PATHS {
            return Err(Failure::TooMuch(format!("orderBy takes up to {PATHS} paths")));
        }
        let inputs = inputs.iter().filter(|input| !matches!(input, Input::Null));
        inputs.map(|input| Self::parse_one(collection, input)).collect()
    }

    fn parse_one(collection: Collection, input: &Input) -> Result<Self, Failure> {
        let missing = || Failure::InvalidQuery("orderBy wants {path, direction}".to_owned());
        let Input::Object(members) = input else { return Err(missing()) };
        let Some(Input::String(path)) = members.get("path") else { return Err(missing()) };
        let descending = match members.get("direction") {
            Some(Input::Enum(name)) => name == "DESC",
            Some(Input::String(name)) => name == "DESC",
            _ => false,
        };
        Ok(Self { path: Path::parse(collection, path, false)?, descending })
    }
}

/// Keeps the first few documents in the order asked for. Equal ones stay in the order in which they came.
pub(super) struct Best<'a> {
    sorts: &'a [Sort],
    limit: usize,
    rows: Vec<(Vec<Value>, Doc)>,
}

impl<'a> Best<'a> {
    pub(super) fn new(sorts: &'a [Sort], limit: usize) -> Self {
        Self { sorts, limit, rows: Vec::new() }
    }

    pub(super) fn add(&mut self, doc: Doc) {
        let key = self.sorts.iter().map(|sort| sort.path.value(&doc)).collect();
        self.rows.push((key, doc));
        // INVARIANT: memory stays within a few times the limit.
        if self.rows.len() >= 4 * self.limit {
            self.cut();
        }
    }

    /// Whether nothing whose first key is at most `bound` can come in any more; for a descending first path.
    pub(super) fn is_closed_to(&mut self, bound: &Value) -> bool {
        if self.rows.len() < self.limit {
            return false;
        }
        self.cut();
        self.rows.last().is_some_and(|(key, _)| compare(&key[0], bound) == Ordering::Greater)
    }

    fn cut(&mut self) {
        let sorts = self.sorts;
        self.rows.sort_by(|(a, _), (b, _)| order(sorts, a, b));
        self.rows.truncate(self.limit);
    }

    pub(super) fn finish(mut self) -> Vec<Doc> {
        self.cut();
        self.rows.into_iter().map(|(_, doc)| doc).collect()
    }
}

fn order(sorts: &[Sort], a: &[Value], b: &[Value]) -> Ordering {
    sorts
        .iter()
        .zip(a.iter().zip(b))
        .map(|(sort, (a, b))| if sort.descending { compare(b, a) } else { compare(a, b) })
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}
