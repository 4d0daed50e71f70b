//! Finding documents in a snapshot.

use std::collections::HashSet;
use std::sync::Arc;

use localnet::Node;

use super::Failure;
use super::filter::Filter;
use super::limits::Budget;
use super::plan::plan;
use super::sort::{Best, Sort};
use crate::documents::{Collection, Doc};

/// What a collection is asked for.
#[derive(Debug, Clone)]
pub(super) struct Query {
    pub(super) collection: Collection,
    pub(super) filter: Filter,
    pub(super) order: Vec<Sort>,
    pub(super) limit: usize,
}

/// Documents that pass, or nothing if it takes more than so many rows to know.
pub(super) enum Found {
    /// All that were asked for.
    All(Vec<Doc>),
    /// The rows given were not enough.
    Unfinished,
}

/// Finds documents, examining up to `rows` of them.
///
/// # Errors
/// [`Failure::TooSlow`] if the request examined too much altogether. There are no partial answers.
pub(super) fn find(node: &Arc<Node>, query: &Query, budget: &Budget, rows: u64) -> Result<Found, Failure> {
    let mut scan = budget.scan();
    let plan = plan(node, query);
    let mut left = rows;
    let mut seen = HashSet::new();
    let mut best = Best::new(&query.order, query.limit);
    let mut found = Vec::new();
    for doc in plan.docs {
        scan.row()?;
        if left == 0 {
            return Ok(Found::Unfinished);
        }
        left -= 1;
        if let Some(bound) = plan.bound
            && best.is_closed_to(&bound(&doc))
        {
            break;
        }
        if !query.filter.matches(&doc) || (plan.repeats && !seen.insert(doc.key())) {
            continue;
        }
        if !plan.sorted {
            best.add(doc);
            continue;
        }
        found.push(doc);
        if found.len() == query.limit {
            break;
        }
    }
    Ok(Found::All(if plan.sorted { found } else { best.finish() }))
}

/// Calls `see` with every document that passes; `false` ends it.
///
/// # Errors
/// [`Failure::TooSlow`].
pub(super) fn each(
    node: &Arc<Node>,
    collection: Collection,
    filter: &Filter,
    budget: &Budget,
    mut see: impl FnMut(&Doc) -> bool,
) -> Result<(), Failure> {
    let query = Query { collection, filter: filter.clone(), order: Vec::new(), limit: usize::MAX };
    let mut scan = budget.scan();
    let plan = plan(node, &query);
    let mut seen = HashSet::new();
    for doc in plan.docs {
        scan.row()?;
        if !filter.matches(&doc) || (plan.repeats && !seen.insert(doc.key())) {
            continue;
        }
        if !see(&doc) {
            break;
        }
    }
    Ok(())
}
