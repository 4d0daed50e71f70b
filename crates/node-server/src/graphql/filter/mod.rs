//! Filters: which documents a query means.
//!
//! Rules, all as in q-server over its database:
//! - members of one object all hold; `OR` holds an alternative to everything beside it, and may have an `OR` itself;
//! - `{eq: null}` is "absent", `{ne: null}` "present"; absent values are smaller than all others (`lt` and `le` match
//!   them); `gt`, `ge`, `lt`, `le` with null are no condition, a field or filter that is null is none either;
//! - `in: []` matches nothing, `notIn: []` everything;
//! - a part that is absent has absent fields; a join to nothing matches no filter;
//! - lists: `any` wants one element, `all` every one (an empty list has no element that fails, but `all` over joined
//!   documents wants one at least);
//! - 64-bit and larger numbers compare as numbers, operands in decimal or `0x…`; hashes in any case; addresses in any
//!   form.

mod facts;
mod operand;
mod parse;

pub(crate) use self::facts::Range;
use crate::documents::{Doc, Field, Kind, Object, Value};

pub(super) use self::operand::{Comparison, Operand, big};

/// A filter: at least one of the alternatives holds.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    pub(super) alternatives: Vec<Alternative>,
}

/// Conditions that hold all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Alternative {
    pub(super) clauses: Vec<Clause>,
}

/// A condition on one field.
#[derive(Debug, Clone)]
pub(super) struct Clause {
    pub(super) field: &'static Field,
    pub(super) test: Test,
}

/// What a value must pass.
#[derive(Debug, Clone)]
pub(super) enum Test {
    /// Comparisons of a scalar.
    Scalar(Vec<Comparison>),
    /// Conditions on the fields of a part.
    Part(Filter),
    /// Conditions on a joined document.
    Joined(Filter),
    /// Conditions on elements.
    Items { all: Vec<Test>, any: Vec<Test> },
}

/// Something with fields.
#[derive(Clone, Copy)]
enum Item<'a> {
    Doc(&'a Doc),
    Part(&'a Object),
    Absent,
}

impl Item<'_> {
    fn value(self, field: &Field) -> Value {
        match self {
            Self::Doc(doc) => doc.value(field),
            Self::Part(part) => field.of_part(part),
            Self::Absent => Value::Null,
        }
    }
}

impl Filter {
    /// The filter that everything passes.
    #[must_use]
    pub(crate) fn everything() -> Self {
        Self { alternatives: vec![Alternative::default()] }
    }

    /// Whether everything passes.
    #[must_use]
    pub(crate) fn is_everything(&self) -> bool {
        self.alternatives.iter().any(|alternative| alternative.clauses.is_empty())
    }

    /// Whether a document passes.
    #[must_use]
    pub(crate) fn matches(&self, doc: &Doc) -> bool {
        self.holds(Item::Doc(doc))
    }

    fn holds(&self, item: Item<'_>) -> bool {
        self.alternatives.iter().any(|alternative| alternative.holds(item))
    }

    /// Whether the answer may change although the document does not: conditions on other documents.
    #[must_use]
    pub(crate) fn has_joins(&self) -> bool {
        self.alternatives
            .iter()
            .flat_map(|alternative| &alternative.clauses)
            .any(|clause| clause.test.has_joins())
    }
}

impl Alternative {
    fn holds(&self, item: Item<'_>) -> bool {
        self.clauses.iter().all(|clause| clause.test.passes(item.value(clause.field), clause.field.kind))
    }

    /// Puts cheap conditions first.
    fn sort(&mut self) {
        self.clauses.sort_by_key(|clause| match clause.test {
            Test::Scalar(_) => 0,
            Test::Part(_) => 1,
            Test::Items { .. } => 2,
            Test::Joined(_) => 3,
        });
    }
}

impl Test {
    fn has_joins(&self) -> bool {
        match self {
            Self::Scalar(_) => false,
            Self::Part(filter) => filter.has_joins(),
            Self::Joined(_) => true,
            Self::Items { all, any } => all.iter().chain(any).any(Self::has_joins),
        }
    }

    fn passes(&self, value: Value, kind: Kind) -> bool {
        match self {
            Self::Scalar(comparisons) => comparisons.iter().all(|comparison| comparison.holds(&value)),
            Self::Part(filter) => match value {
                Value::Object(part) => filter.holds(Item::Part(&part)),
                _ => filter.holds(Item::Absent),
            },
            Self::Joined(filter) => matches!(value, Value::Doc(doc) if filter.matches(&doc)),
            Self::Items { all, any } => {
                let items = if let Value::List(items) = value { items } else { Vec::new() };
                let passes = |test: &Test, item: &Value| test.passes(item.clone().force(), item_kind(kind));
                let every = |test| {
                    let joined = matches!(kind, Kind::Joins(_));
                    !(joined && items.is_empty()) && items.iter().all(|item| passes(test, item))
                };
                all.iter().all(every) && any.iter().all(|test| items.iter().any(|item| passes(test, item)))
            }
        }
    }
}

/// Kind of the elements of a list.
fn item_kind(kind: Kind) -> Kind {
    match kind {
        Kind::List(item) => *item,
        Kind::Joins(collection) => Kind::Join(collection),
        other => other,
    }
}
