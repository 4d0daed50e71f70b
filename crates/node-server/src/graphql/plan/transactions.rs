//! Transactions.

use std::sync::Arc;

use localnet::{BASECHAIN, MASTERCHAIN, Node, TransactionRecord};
use ton_abi::Lt;
use ton_client::{BlockId, MsgHash, TxHash};

use super::blocks::first;
use super::{Plan, clamp, directed, walk};
use crate::documents::{Doc, Place, TransactionDoc, parse_address};
use crate::graphql::filter::Alternative;
use crate::graphql::sort::Sort;

pub(super) fn plan<'a>(node: &'a Arc<Node>, alternative: &Alternative, order: &[Sort]) -> Plan<'a> {
    if let Some(docs) = points(node, alternative) {
        return Plan::points(docs, order);
    }
    if let Some(ids) = alternative.texts(&["block_id"]) {
        let sorted = ids.len() <= 1 && walk(order, &[], &[]).is_some();
        return Plan::new(ids.into_iter().flat_map(move |id| of_block(node, &id)), true, sorted).repeating();
    }
    if let Some(accounts) = alternative.texts(&["account_addr"]) {
        return of_accounts(node, alternative, &accounts, order);
    }
    let range = lt_range(node, alternative);
    let Some((from, to)) = range else { return Plan::points(Vec::new(), order) };
    let walk = walk(order, &[], &["lt", "now", "master_seq_no"]);
    let records = directed(node.all_transactions(Lt(from)..=Lt(to)), walk);
    let indexed = (from, to) != (0, u64::MAX);
    Plan::new(records.map(move |record| doc(node, record)), indexed, walk.is_some())
}

pub(in crate::graphql) fn doc(node: &Arc<Node>, record: &Arc<TransactionRecord>) -> Doc {
    Doc::Transaction(Arc::new(TransactionDoc::new(node.clone(), record.clone())))
}

/// Transactions of a block in the order of execution.
pub(in crate::graphql) fn of_block(node: &Arc<Node>, id: &str) -> Vec<Doc> {
    let block = id.parse::<BlockId>().ok().and_then(|id| node.block_by_id(&id));
    let Some(block) = block else { return Vec::new() };
    let place = Place::block(block.workchain, block.seq_no);
    let docs = block.transactions.iter().enumerate().map(|(index, record)| {
        let place = Place { transaction: Some(index), ..place };
        Doc::Transaction(Arc::new(TransactionDoc::at(node.clone(), record.clone(), place)))
    });
    docs.collect()
}

fn points(node: &Arc<Node>, alternative: &Alternative) -> Option<Vec<Doc>> {
    if let Some(ids) = alternative.texts(&["id"]) {
        let hashes = ids.iter().filter_map(|id| id.parse::<TxHash>().ok());
        return Some(hashes.filter_map(|hash| Doc::transaction(node, &hash)).collect());
    }
    if let Some(values) =
        alternative.one_of(&["in_msg"]).filter(|values| !values.iter().any(|value| value.is_null()))
    {
        let texts = values.iter().filter_map(|value| match value {
            crate::documents::Value::Text(text) => text.parse::<MsgHash>().ok(),
            _ => None,
        });
        return Some(
            texts.filter_map(|hash| node.transaction_of(&hash)).map(|record| doc(node, record)).collect(),
        );
    }
    let created = alternative.texts(&["out_msgs", "any"])?;
    let sources = created.iter().filter_map(|text| {
        let message = node.message(&text.parse::<MsgHash>().ok()?)?;
        Doc::transaction(node, &message.src_tx?)
    });
    Some(sources.collect())
}

fn of_accounts<'a>(
    node: &'a Arc<Node>,
    alternative: &Alternative,
    accounts: &[String],
    order: &[Sort],
) -> Plan<'a> {
    let Some((from, to)) = clamp(alternative.range("lt"), u64::MAX) else {
        return Plan::points(Vec::new(), order);
    };
    let mut accounts: Vec<_> = accounts.iter().filter_map(|text| parse_address(text).ok()).collect();
    accounts.dedup();
    let walk = match accounts.len() {
        0 | 1 => walk(order, &["lt", "chain_order"], &["now", "master_seq_no"]),
        _ => walk(order, &[], &[]),
    };
    let docs = accounts.into_iter().flat_map(move |account| {
        let records = node.transactions_within(&account, Lt(from)..=Lt(to));
        directed(records, walk).map(move |record| doc(node, record))
    });
    Plan::new(docs, true, walk.is_some())
}

/// Logical times that can pass; those of a round are greater than those of all rounds before.
fn lt_range(node: &Node, alternative: &Alternative) -> Option<(u64, u64)> {
    let (mut from, mut to) = clamp(alternative.range("lt"), u64::MAX)?;
    let time = alternative.range("now");
    let number = alternative.range("master_seq_no");
    if !time.is_bounded() && !number.is_bounded() {
        return Some((from, to));
    }
    let starts = |past: &dyn Fn(i128, i128) -> bool| {
        let start = |chain| {
            let seq_no = first(node, chain, |block| past(block.gen_utime.0.into(), block.seq_no.into()));
            node.chain_block(chain, seq_no).map_or(u64::MAX, |block| block.start_lt.0)
        };
        start(BASECHAIN).min(start(MASTERCHAIN))
    };
    from = from.max(starts(&|at, seq_no| at >= time.from && seq_no >= number.from));
    to = to.min(starts(&|at, seq_no| at > time.to || seq_no > number.to));
    (from <= to).then_some((from, to))
}
