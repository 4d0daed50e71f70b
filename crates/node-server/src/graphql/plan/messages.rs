//! Messages.

use std::sync::Arc;

use localnet::{MessageRecord, Node};
use ton_abi::{Address, Lt};
use ton_client::{BlockId, MsgHash};

use super::{Plan, Walk, clamp, directed, walk};
use crate::documents::{Doc, MessageDoc, Value, parse_address};
use crate::graphql::filter::Alternative;
use crate::graphql::sort::Sort;

pub(super) fn plan<'a>(node: &'a Arc<Node>, alternative: &Alternative, order: &[Sort]) -> Plan<'a> {
    if let Some(ids) = alternative.texts(&["id"]) {
        let hashes = ids.iter().filter_map(|id| id.parse::<MsgHash>().ok());
        return Plan::points(hashes.filter_map(|hash| Doc::message(node, &hash)).collect(), order);
    }
    if let Some(ids) = alternative.texts(&["block_id"]) {
        let docs = ids.into_iter().flat_map(move |id| of_block(node, &id));
        return Plan::new(docs, true, order.is_empty()).repeating();
    }
    if let Some(senders) = addresses(alternative, "src") {
        return sent_by(node, alternative, senders, order);
    }
    if let Some(receivers) = addresses(alternative, "dst") {
        let docs = receivers.into_iter().flat_map(move |receiver| received_by(node, &receiver));
        let waiting = node.waiting_messages().map(move |record| doc(node, record));
        return Plan::new(docs.chain(waiting), true, order.is_empty()).repeating();
    }
    by_lt(node, alternative, order)
}

pub(in crate::graphql) fn doc(node: &Arc<Node>, record: &Arc<MessageRecord>) -> Doc {
    Doc::Message(Arc::new(MessageDoc::new(node.clone(), record.clone())))
}

/// Accounts that a field must be one of; `None` if it may be something else, such as an external address.
fn addresses(alternative: &Alternative, name: &str) -> Option<Vec<Address>> {
    let values = alternative.one_of(&[name])?;
    let address = |value: &Value| match value {
        Value::Text(text) => parse_address(text).ok(),
        _ => None,
    };
    values.iter().map(address).collect()
}

fn of_block(node: &Arc<Node>, id: &str) -> Vec<Doc> {
    let block = id.parse::<BlockId>().ok().and_then(|id| node.block_by_id(&id));
    let transactions = block.map_or(&[][..], |block| &block.transactions);
    let hashes = transactions.iter().flat_map(|record| record.in_msg.iter().chain(&record.out_msgs));
    hashes.filter_map(|hash| Doc::message(node, hash)).collect()
}

/// What a contract created has growing creation times, each after the start of its transaction. A message that was
/// injected by hand is not found by the sender that it pretends to have.
fn sent_by<'a>(
    node: &'a Arc<Node>,
    alternative: &Alternative,
    senders: Vec<Address>,
    order: &[Sort],
) -> Plan<'a> {
    let range = alternative.range("created_lt");
    let to = clamp(range, u64::MAX).map_or(0, |(_, to)| to);
    let walk = if senders.len() == 1 {
        walk(order, &["created_lt", "src_chain_order"], &[])
    } else {
        walk(order, &[], &[])
    };
    let docs = senders.into_iter().flat_map(move |sender| {
        let created = node
            .transactions_within(&sender, ..=Lt(to))
            .flat_map(|record| &record.out_msgs)
            .filter_map(|hash| node.message(hash));
        directed(created, walk).map(move |record| doc(node, record))
    });
    Plan::new(docs, true, walk.is_some())
}

fn received_by<'a>(node: &'a Arc<Node>, receiver: &Address) -> impl Iterator<Item = Doc> + Send + use<'a> {
    node.transactions_within(receiver, ..)
        .filter_map(|record| node.message(&record.in_msg?))
        .map(move |record| doc(node, record))
}

/// The list by [`MessageRecord::lt`], which is not smaller than the creation time. Messages from outside have none and
/// pass `lt` and `le`, so that only a lower bound helps.
fn by_lt<'a>(node: &'a Arc<Node>, alternative: &Alternative, order: &[Sort]) -> Plan<'a> {
    let from = alternative.range("created_lt").from.clamp(0, u64::MAX.into()) as u64;
    let newest_first = match order.first() {
        Some(sort) if sort.descending => match sort.path.plain() {
            Some("created_lt") => Some(lt_of as fn(&Doc) -> Value),
            Some("created_at") => Some(time_of as fn(&Doc) -> Value),
            _ => None,
        },
        _ => None,
    };
    let walk = newest_first.map(|_| Walk::Down);
    let records = directed(node.all_messages(Lt(from)..), walk);
    let docs = records.map(move |record| doc(node, record));
    Plan { bound: newest_first, ..Plan::new(docs, from > 0, order.is_empty()) }
}

fn lt_of(doc: &Doc) -> Value {
    match doc {
        Doc::Message(message) => message.record().lt.0.into(),
        _ => Value::Null,
    }
}

/// Time of the block in which it appeared: no contract creates messages of a later time.
fn time_of(doc: &Doc) -> Value {
    match doc {
        Doc::Message(message) => message.block_time().map_or(Value::Null, Value::from),
        _ => Value::Null,
    }
}
