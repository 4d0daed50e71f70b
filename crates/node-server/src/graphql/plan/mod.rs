//! The planner: which documents have to be looked at, and in which order they come.
//!
//! | collection | looked up by | in the order of |
//! | --- | --- | --- |
//! | accounts | `id` (also ranges), `code_hash` (with a range of `id`), `workchain_id` | `id` |
//! | transactions | `id`, `in_msg`, `out_msgs: {any: {eq}}`, `block_id`, `account_addr` with a range of `lt`; ranges of `lt`, `now`, `master_seq_no` | `lt`, `now`, `master_seq_no`, of one account `chain_order` |
//! | messages | `id`, `block_id`, `src` with a range of `created_lt`, `dst`, `created_lt` from a bound on | of one `src` `created_lt`; newest first `created_lt`, `created_at` |
//! | blocks, their signatures | `id`, `prev_ref.root_hash`, `prev_alt_ref.root_hash`; `workchain_id`, `key_block`, ranges of `seq_no`, `master_seq_no`, `gen_utime`, `start_lt`, `end_lt` | `seq_no`, `gen_utime`, `master_seq_no`, `chain_order`, of one chain also `start_lt`, `end_lt` |
//!
//! Equality means `eq` or `in`. With `OR` every alternative is looked up by itself. Everything else examines the
//! whole collection, within the limits of [`super::limits`]; an answer is complete or an error.

mod accounts;
mod blocks;
mod messages;
#[cfg(test)]
mod tests;
mod transactions;

use std::sync::Arc;

use localnet::Node;

pub(super) use self::blocks::{doc as block_doc, first as first_block};
pub(super) use self::messages::doc as message_doc;
pub(super) use self::transactions::doc as transaction_doc;

use super::filter::{Alternative, Range};
use super::find::Query;
use super::sort::Sort;
use crate::documents::{Collection, Doc, Value};

/// Documents to be examined.
pub(super) struct Plan<'a> {
    /// They include all that can pass.
    pub(super) docs: Box<dyn Iterator<Item = Doc> + Send + 'a>,
    /// They come in the order that the query asks for.
    pub(super) sorted: bool,
    /// The same document may come again.
    pub(super) repeats: bool,
    /// Of an unsorted plan with a descending first path: no document from this one on has a larger first key.
    pub(super) bound: Option<fn(&Doc) -> Value>,
    /// An index is used: otherwise the whole collection is examined.
    pub(super) indexed: bool,
}

impl<'a> Plan<'a> {
    fn new(docs: impl Iterator<Item = Doc> + Send + 'a, indexed: bool, sorted: bool) -> Self {
        Self { docs: Box::new(docs), sorted, repeats: false, bound: None, indexed }
    }

    /// Documents looked up one by one.
    fn points(docs: Vec<Doc>, order: &[Sort]) -> Self {
        let sorted = order.is_empty() || docs.len() <= 1;
        Self { repeats: docs.len() > 1, ..Self::new(docs.into_iter(), true, sorted) }
    }

    fn repeating(self) -> Self {
        Self { repeats: true, ..self }
    }
}

/// Direction of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Walk {
    Up,
    Down,
}

/// How to walk documents that have their own order by some fields: `unique` ones no two documents share.
/// `None` if the order asked for is another.
fn walk(order: &[Sort], unique: &[&str], shared: &[&str]) -> Option<Walk> {
    let Some(first) = order.first() else { return Some(Walk::Up) };
    let name = first.path.plain()?;
    let fits = unique.contains(&name) || (order.len() == 1 && shared.contains(&name));
    fits.then_some(if first.descending { Walk::Down } else { Walk::Up })
}

/// Walks a double-ended iterator.
fn directed<'a, T: 'a>(
    items: impl DoubleEndedIterator<Item = T> + Send + 'a,
    walk: Option<Walk>,
) -> Box<dyn Iterator<Item = T> + Send + 'a> {
    match walk {
        Some(Walk::Down) => Box::new(items.rev()),
        _ => Box::new(items),
    }
}

/// Numbers of a range that fit a type.
fn clamp(range: Range, max: u64) -> Option<(u64, u64)> {
    let (from, to) = (range.from.max(0), range.to.min(max.into()));
    (from <= to).then_some((from as u64, to as u64))
}

/// Plans a query.
pub(super) fn plan<'a>(node: &'a Arc<Node>, query: &Query) -> Plan<'a> {
    let one = |alternative: &Alternative| plan_one(node, query.collection, alternative, &query.order);
    match &query.filter.alternatives[..] {
        [only] => one(only),
        several => {
            let plans: Vec<_> = several.iter().map(one).collect();
            if plans.iter().any(|plan| !plan.indexed) {
                return one(&Alternative::default());
            }
            let docs = plans.into_iter().flat_map(|plan| plan.docs);
            Plan::new(docs, true, query.order.is_empty()).repeating()
        }
    }
}

fn plan_one<'a>(
    node: &'a Arc<Node>,
    collection: Collection,
    alternative: &Alternative,
    order: &[Sort],
) -> Plan<'a> {
    match collection {
        Collection::Accounts => accounts::plan(node, alternative, order),
        Collection::Blocks => blocks::plan(node, alternative, order),
        Collection::BlocksSignatures => {
            let plan = blocks::plan(node, alternative, order);
            let signatures = plan.docs.map(|doc| match doc {
                Doc::Block(block) => Doc::Signatures(block),
                other => other,
            });
            Plan { docs: Box::new(signatures), ..plan }
        }
        Collection::Messages => messages::plan(node, alternative, order),
        Collection::Transactions => transactions::plan(node, alternative, order),
        Collection::Zerostates => Plan::new(blocks::zerostates(node), true, order.is_empty()),
    }
}
