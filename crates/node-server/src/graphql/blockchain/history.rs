//! The history in the order of the chain, forward and backward.

use std::sync::Arc;

use localnet::{BASECHAIN, MASTERCHAIN, Node, TransactionRecord};
use ton_abi::{Address, Lt};

use super::super::plan::{block_doc, first_block};
use super::arguments::PageArgs;
use crate::documents::{ChainOrder, Doc, MessageDoc, Place, TransactionDoc};

/// Documents with their cursors.
pub(super) type Entries<'a> = Box<dyn Iterator<Item = (Doc, String)> + Send + 'a>;

/// An iterator or its reverse.
fn directed<'a, T: 'a>(
    items: impl DoubleEndedIterator<Item = T> + Send + 'a,
    backward: bool,
) -> Box<dyn Iterator<Item = T> + Send + 'a> {
    if backward { Box::new(items.rev()) } else { Box::new(items) }
}

/// Places of all blocks of the page, by round and chain.
fn places<'a>(
    node: &Node,
    args: &'a PageArgs,
    chain: Option<i8>,
) -> Box<dyn Iterator<Item = (i8, u32)> + Send + 'a> {
    let (start, end) = (args.start.max(1), args.end.min(node.head().seq_no + 1));
    let places = (start..end.max(start)).flat_map(move |seq_no| {
        let chains = [BASECHAIN, MASTERCHAIN].map(|chain| (chain, seq_no));
        chains.into_iter()
    });
    directed(places.filter(move |(one, _)| chain.is_none_or(|chain| chain == *one)), args.backward)
}

/// Blocks of one chain or both.
pub(super) fn blocks<'a>(node: &'a Arc<Node>, args: &'a PageArgs, chain: Option<i8>) -> Entries<'a> {
    Box::new(places(node, args, chain).filter_map(move |(chain, seq_no)| {
        let place = Place::block(chain, seq_no);
        let doc = args.contains(place).then(|| block_doc(node, chain, seq_no)).flatten()?;
        Some((doc, ChainOrder(place).to_string()))
    }))
}

/// Transactions of one chain or both, in the order of execution.
pub(super) fn transactions<'a>(node: &'a Arc<Node>, args: &'a PageArgs, chain: Option<i8>) -> Entries<'a> {
    Box::new(places(node, args, chain).flat_map(move |(chain, seq_no)| {
        let records = node.chain_block(chain, seq_no).map_or(&[][..], |block| &block.transactions);
        directed(records.iter().enumerate(), args.backward).filter_map(move |(index, record)| {
            let place = Place { transaction: Some(index), ..Place::block(chain, seq_no) };
            args.contains(place).then(|| transaction(node, record, place))
        })
    }))
}

fn transaction(node: &Arc<Node>, record: &Arc<TransactionRecord>, place: Place) -> (Doc, String) {
    let doc = TransactionDoc::at(node.clone(), record.clone(), place);
    (Doc::Transaction(Arc::new(doc)), ChainOrder(place).to_string())
}

/// Transactions of an account in the rounds of the page, with their places.
fn of_account<'a>(
    node: &'a Arc<Node>,
    args: &'a PageArgs,
    account: &Address,
) -> impl Iterator<Item = (&'a Arc<TransactionRecord>, Place)> + Send + use<'a> {
    let start = |seq_no| {
        let seq_no = first_block(node, account.workchain, |block| block.seq_no >= seq_no);
        node.chain_block(account.workchain, seq_no).map_or(Lt(u64::MAX), |block| block.start_lt)
    };
    let range = start(args.start)..start(args.end);
    let records = node.transactions_within(account, range);
    directed(records, args.backward)
        .filter_map(move |record| Some((record, Place::of_transaction(node, record)?)))
}

/// Transactions of an account.
pub(super) fn account_transactions<'a>(
    node: &'a Arc<Node>,
    args: &'a PageArgs,
    account: &Address,
) -> Entries<'a> {
    let entries = of_account(node, args, account).filter(|(_, place)| args.contains(*place));
    Box::new(entries.map(|(record, place)| transaction(node, record, place)))
}

/// Messages that an account took in or created, each at its place there.
pub(super) fn account_messages<'a>(
    node: &'a Arc<Node>,
    args: &'a PageArgs,
    account: &Address,
) -> Entries<'a> {
    Box::new(of_account(node, args, account).flat_map(move |(record, place)| {
        let inbound = record.in_msg.iter().map(|hash| (0, hash));
        let created = record.out_msgs.iter().enumerate().map(|(index, hash)| (index + 1, hash));
        let messages: Vec<_> = inbound.chain(created).collect();
        directed(messages.into_iter(), args.backward).filter_map(move |(index, hash)| {
            let place = place.with_message(index);
            let record = args.contains(place).then(|| node.message(hash)).flatten()?;
            let doc = Doc::Message(Arc::new(MessageDoc::new(node.clone(), record.clone())));
            Some((doc, ChainOrder(place).to_string()))
        })
    }))
}

/// Transactions of an account with their lt as cursors, both ends of the range excluded.
pub(super) fn by_lt<'a>(
    node: &'a Arc<Node>,
    account: &Address,
    (after, before): (Option<u64>, Option<u64>),
    backward: bool,
) -> Entries<'a> {
    let start = after.map_or(0, |after| after.saturating_add(1));
    let end = before.unwrap_or(u64::MAX);
    let records = node.transactions_within(account, Lt(start)..Lt(end.max(start)));
    Box::new(directed(records, backward).map(move |record| {
        let doc = TransactionDoc::new(node.clone(), record.clone());
        (Doc::Transaction(Arc::new(doc)), format!("{:#x}", record.lt.0))
    }))
}
