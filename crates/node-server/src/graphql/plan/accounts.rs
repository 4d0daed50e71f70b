//! Accounts.

use std::ops::Bound;
use std::sync::Arc;

use localnet::Node;
use ton_abi::{Address, Hash, parse_hex};

use super::{Plan, directed, walk};
use crate::documents::{AccountDoc, Doc, Value, parse_address};
use crate::graphql::filter::Alternative;
use crate::graphql::sort::Sort;

pub(super) fn plan<'a>(node: &'a Arc<Node>, alternative: &Alternative, order: &[Sort]) -> Plan<'a> {
    if let Some(ids) = alternative.texts(&["id"]) {
        let addresses = ids.iter().filter_map(|text| parse_address(text).ok());
        let existing = addresses.map(|address| Doc::account(node, &address)).filter(exists);
        return Plan::points(existing.collect(), order);
    }
    let (from, to) = bounds(alternative);
    let walk = walk(order, &["id"], &["workchain_id"]);
    let codes = alternative.one_of(&["code_hash"]).filter(|codes| !codes.iter().any(Value::is_null));
    if let Some(codes) = codes {
        let hashes: Vec<_> = codes
            .iter()
            .filter_map(|code| if let Value::Text(text) = code { parse_hex::<32>(text).ok() } else { None })
            .collect();
        let sorted = walk.is_some() && (hashes.len() <= 1 || order.is_empty());
        let docs = hashes.into_iter().flat_map(move |hash| {
            // The first address itself may pass, and comes behind the one before it.
            let after = from.as_ref().and_then(before);
            directed(node.accounts_by_code(&Hash(hash), after.as_ref()), walk).map(doc)
        });
        return Plan::new(docs, true, sorted);
    }
    let indexed = from.is_some() || to.is_some();
    let range =
        (from.map_or(Bound::Unbounded, Bound::Included), to.map_or(Bound::Unbounded, Bound::Included));
    if let (Bound::Included(from), Bound::Included(to)) = &range
        && from > to
    {
        return Plan::points(Vec::new(), order);
    }
    Plan::new(directed(node.accounts_within(range), walk).map(doc), indexed, walk.is_some())
}

fn doc(account: &chain::Account) -> Doc {
    Doc::Account(Arc::new(AccountDoc::new(account.clone())))
}

fn exists(doc: &Doc) -> bool {
    matches!(doc, Doc::Account(account) if account.exists())
}

/// Addresses that can pass; text that is no address bounds nothing.
fn bounds(alternative: &Alternative) -> (Option<Address>, Option<Address>) {
    let (from, to) = alternative.text_bounds("id");
    let address = |text: Option<String>| text.and_then(|text| parse_address(&text).ok());
    let (mut from, mut to) = (address(from), address(to));
    if let Some([Value::Int(workchain)]) = alternative.one_of(&["workchain_id"]).as_deref()
        && let Ok(workchain) = i8::try_from(*workchain)
    {
        let (first, last) = (Address::new(workchain, Hash::ZERO), Address::new(workchain, Hash([0xff; 32])));
        from = Some(from.map_or_else(|| first.clone(), |from| from.max(first.clone())));
        to = Some(to.map_or_else(|| last.clone(), |to| to.min(last.clone())));
    }
    (from, to)
}

/// The address before.
fn before(address: &Address) -> Option<Address> {
    let mut bytes = address.address.0;
    for byte in bytes.iter_mut().rev() {
        let (less, borrow) = byte.overflowing_sub(1);
        *byte = less;
        if !borrow {
            return Some(Address::new(address.workchain, Hash(bytes)));
        }
    }
    None
}
