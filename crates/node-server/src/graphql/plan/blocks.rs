//! Blocks: two chains that count alike, in which time and logical time grow with the number.

use std::sync::Arc;

use localnet::{BASECHAIN, Block, MASTERCHAIN, Node};
use ton_client::BlockId;

use super::{Plan, Walk, clamp, directed, walk};
use crate::documents::{BlockDoc, Doc, Value};
use crate::graphql::filter::{Alternative, Range};
use crate::graphql::sort::Sort;

pub(super) fn plan<'a>(node: &'a Arc<Node>, alternative: &Alternative, order: &[Sort]) -> Plan<'a> {
    if let Some(docs) = points(node, alternative) {
        return Plan::points(docs, order);
    }
    let chains = chains(alternative);
    let (unique, shared): (&[_], &[_]) = match chains.len() {
        2 => (&["chain_order"], &["seq_no", "master_seq_no", "gen_utime"]),
        _ => (&["chain_order", "seq_no", "master_seq_no", "start_lt", "end_lt"], &["gen_utime"]),
    };
    let walk = walk(order, unique, shared);
    let all = rounds(node);
    let range = chains.iter().map(|&chain| numbers(node, chain, alternative)).reduce(widest);
    let (from, to) = range.flatten().unwrap_or((1, 0));
    let indexed = chains.len() < 2 || Some((from, to)) != all;
    let both = if walk == Some(Walk::Down) { chains.into_iter().rev().collect() } else { chains };
    let docs = directed(from..=to, walk).flat_map(move |seq_no| {
        let blocks = both.iter().filter_map(|&chain| doc(node, chain, seq_no));
        blocks.collect::<Vec<_>>()
    });
    Plan::new(docs, indexed, walk.is_some())
}

/// The two zero states.
pub(super) fn zerostates(node: &Arc<Node>) -> impl Iterator<Item = Doc> + Send + use<> {
    let node = node.clone();
    [MASTERCHAIN, BASECHAIN].into_iter().filter_map(move |chain| {
        let block = node.chain_block(chain, 0)?.clone();
        Some(Doc::Zerostate(Arc::new(BlockDoc::new(node.clone(), block))))
    })
}

/// A block, but not a zero state.
pub(in crate::graphql) fn doc(node: &Arc<Node>, chain: i8, seq_no: u32) -> Option<Doc> {
    let block = node.chain_block(chain, seq_no).filter(|block| block.seq_no != 0)?;
    Some(Doc::Block(Arc::new(BlockDoc::new(node.clone(), block.clone()))))
}

fn points(node: &Arc<Node>, alternative: &Alternative) -> Option<Vec<Doc>> {
    let id = |text: &String| text.parse::<BlockId>().ok();
    if let Some(ids) = alternative.texts(&["id"]) {
        return Some(ids.iter().filter_map(id).filter_map(|id| Doc::block(node, &id)).collect());
    }
    if let Some(values) = alternative.one_of(&["prev_ref", "root_hash"]) {
        let next = |value: &Value| {
            let Value::Text(text) = value else { return None };
            let previous = node.block_by_id(&id(text)?)?;
            doc(node, previous.workchain, previous.seq_no + 1)
        };
        return Some(values.iter().filter_map(next).collect());
    }
    // There are no merges: only the absence of a second predecessor can be asked for with success.
    let values = alternative.one_of(&["prev_alt_ref", "root_hash"])?;
    (!values.iter().any(Value::is_null)).then(Vec::new)
}

/// Chains that can have a block that passes.
fn chains(alternative: &Alternative) -> Vec<i8> {
    let wanted = alternative.one_of(&["workchain_id"]);
    let is_wanted = |chain: &i8| {
        wanted.as_ref().is_none_or(|values| {
            values.iter().any(|value| matches!(value, Value::Int(number) if *number == i64::from(*chain)))
        })
    };
    let key = alternative.flag("key_block");
    let can_be = |chain: &i8| key.is_none_or(|key| key == (*chain == MASTERCHAIN));
    [BASECHAIN, MASTERCHAIN].into_iter().filter(is_wanted).filter(can_be).collect()
}

/// Numbers of all rounds.
fn rounds(node: &Node) -> Option<(u32, u32)> {
    let newest = node.head().seq_no;
    (newest > 0).then_some((1, newest))
}

/// Numbers that can pass in one chain.
fn numbers(node: &Node, chain: i8, alternative: &Alternative) -> Option<(u32, u32)> {
    let (mut from, mut to) = rounds(node)?;
    for name in ["seq_no", "master_seq_no"] {
        let (low, high) = clamp(alternative.range(name), u32::MAX.into())?;
        (from, to) = (from.max(low as u32), to.min(high as u32));
    }
    let mut narrow = |range: Range, value: fn(&Block) -> u64| {
        if range.is_bounded() {
            from = from.max(first(node, chain, |block| i128::from(value(block)) >= range.from));
            to = to.min(first(node, chain, |block| i128::from(value(block)) > range.to).saturating_sub(1));
        }
    };
    narrow(alternative.range("gen_utime"), |block| block.gen_utime.0.into());
    narrow(alternative.range("start_lt"), |block| block.start_lt.0);
    narrow(alternative.range("end_lt"), |block| block.end_lt.0);
    (from <= to).then_some((from, to))
}

fn widest(a: Option<(u32, u32)>, b: Option<(u32, u32)>) -> Option<(u32, u32)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (one, other) => one.or(other),
    }
}

/// Number of the first block from 1 on with a property that all later ones have, too; one past the newest if none has.
pub(in crate::graphql) fn first(node: &Node, chain: i8, has: impl Fn(&Block) -> bool) -> u32 {
    let (mut low, mut high) = (1, node.head().seq_no + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if node.chain_block(chain, middle).is_some_and(|block| has(block)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}
