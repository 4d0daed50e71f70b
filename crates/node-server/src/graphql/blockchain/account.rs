//! `blockchain { account }`.

use async_graphql::dynamic::{
    Field, FieldFuture, FieldValue, InputValue, Object, ResolverContext, Type, TypeRef,
};
use localnet::Node;
use std::sync::Arc;
use ton_abi::{Address, Lt};
use ton_client::BlockId;

use super::super::filter::big;
use super::super::inputs::enum_type;
use super::super::{Failure, budget, graph};
use super::arguments::{PageArgs, amount, flag, paged, ranged, text};
use super::page::{Page, connection_name};
use super::query::Delta;
use super::{history, node_name};
use crate::documents::{Collection, Doc, Value, parse_address};

/// An account that is asked about.
pub(super) struct At(pub(super) Address);

/// Most counterparties in a filter of messages. Source: q-server.
const COUNTERPARTIES: usize = 5;
const MESSAGE_KINDS: [&str; 4] = ["ExtIn", "ExtOut", "IntIn", "IntOut"];

pub(super) fn types() -> Vec<Type> {
    let account = Object::new("BlockchainAccountQuery")
        .field(info())
        .field(transactions())
        .field(transactions_by_lt())
        .field(messages());
    vec![account.into(), enum_type("BlockchainMessageTypeFilterEnum", &MESSAGE_KINDS).into()]
}

fn address(ctx: &ResolverContext<'_>) -> async_graphql::Result<Address> {
    Ok(ctx.parent_value.try_downcast_ref::<At>()?.0.clone())
}

fn info() -> Field {
    Field::new("info", TypeRef::named(node_name(Collection::Accounts)), |ctx| {
        FieldFuture::new(async move {
            let address = address(&ctx)?;
            let node = graph(&ctx)?.service.snapshot();
            if let Some(block) = text(&ctx, "byBlock") {
                check_unchanged(&node, &address, &block)?;
            }
            budget(&ctx).show_documents(1)?;
            Ok(Some(FieldValue::owned_any(Doc::account(&node, &address))))
        })
    })
    .argument(
        InputValue::new("byBlock", TypeRef::named(TypeRef::STRING))
            .description("A block; the account must not have changed since."),
    )
    .description("The account, also one that does not exist.")
}

/// States of the past are not kept: only one that still stands can be shown.
fn check_unchanged(node: &Node, address: &Address, block: &str) -> Result<(), Failure> {
    let known = block.parse::<BlockId>().ok().and_then(|id| node.block_by_id(&id));
    let known =
        known.ok_or_else(|| Failure::InvalidQuery("`byBlock` is no block of this network".to_owned()))?;
    let newest = node.transactions(address, Lt(u64::MAX)).next();
    match newest {
        Some(newest) if newest.block_seq_no > known.seq_no => Err(Failure::InvalidQuery(
            "the account has changed since that block, and its old state is not kept".to_owned(),
        )),
        _ => Ok(()),
    }
}

fn transactions() -> Field {
    let field =
        Field::new("transactions", TypeRef::named(connection_name(Collection::Transactions)), |ctx| {
            FieldFuture::new(async move {
                let address = address(&ctx)?;
                let args = PageArgs::parse(&ctx)?.with_places()?;
                let (aborted, delta) = (flag(&ctx, "aborted"), Delta::parse(&ctx)?);
                let (graph, budget) = (graph(&ctx)?, budget(&ctx));
                let node = graph.service.snapshot();
                let work = move || {
                    let passes = |doc: &Doc| is_aborted(doc, aborted) && delta.contains(doc);
                    Page::take(history::account_transactions(&node, &args, &address), &args, passes, &budget)
                };
                let filtered = aborted.is_some() || delta.is_bounded();
                let page = if filtered { graph.scan(work).await? } else { work() }?;
                Ok(Some(FieldValue::owned_any(page)))
            })
        });
    Delta::arguments(ranged(paged(field)))
        .argument(InputValue::new("aborted", TypeRef::named(TypeRef::BOOLEAN)))
}

fn is_aborted(doc: &Doc, wanted: Option<bool>) -> bool {
    wanted.is_none_or(|wanted| matches!(doc.get("aborted"), Value::Bool(aborted) if aborted == wanted))
}

fn transactions_by_lt() -> Field {
    paged(Field::new(
        "transactions_by_lt",
        TypeRef::named(connection_name(Collection::Transactions)),
        |ctx| {
            FieldFuture::new(async move {
                let address = address(&ctx)?;
                let args = PageArgs::parse(&ctx)?;
                let range = (lt(args.after.as_deref())?, lt(args.before.as_deref())?);
                let node = graph(&ctx)?.service.snapshot();
                let docs = history::by_lt(&node, &address, range, args.backward);
                Ok(Some(FieldValue::owned_any(Page::take(docs, &args, |_| true, &budget(&ctx))?)))
            })
        },
    ))
}

fn lt(cursor: Option<&str>) -> Result<Option<u64>, Failure> {
    let Some(cursor) = cursor.filter(|cursor| !cursor.is_empty()) else { return Ok(None) };
    let number = big(cursor).and_then(|number| u64::try_from(number).ok());
    number.map(Some).ok_or_else(|| Failure::InvalidQuery("the cursor is no logical time".to_owned()))
}

fn messages() -> Field {
    let field = Field::new("messages", TypeRef::named(connection_name(Collection::Messages)), |ctx| {
        FieldFuture::new(async move {
            let address = address(&ctx)?;
            let args = PageArgs::parse(&ctx)?.with_places()?;
            let wanted = Wanted::parse(&ctx)?;
            let (graph, budget) = (graph(&ctx)?, budget(&ctx));
            let node = graph.service.snapshot();
            let work = move || page(&node, &args, &address, &wanted, &budget);
            Ok(Some(FieldValue::owned_any(graph.scan(work).await??)))
        })
    });
    ranged(paged(field))
        .argument(InputValue::new(
            "counterparties",
            TypeRef::List(Box::new(TypeRef::named_nn(TypeRef::STRING))),
        ))
        .argument(InputValue::new(
            "msg_type",
            TypeRef::List(Box::new(TypeRef::named_nn("BlockchainMessageTypeFilterEnum"))),
        ))
        .argument(InputValue::new("min_value", TypeRef::named(TypeRef::STRING)))
}

fn page(
    node: &Arc<Node>,
    args: &PageArgs,
    address: &Address,
    wanted: &Wanted,
    budget: &super::super::limits::Budget,
) -> Result<Page, Failure> {
    let entries = history::account_messages(node, args, address);
    Page::take(entries, args, |doc| wanted.contains(doc, address), budget)
}

/// What messages of an account are asked for.
struct Wanted {
    kinds: Vec<String>,
    counterparties: Vec<String>,
    min_value: Option<i128>,
}

impl Wanted {
    fn parse(ctx: &ResolverContext<'_>) -> Result<Self, Failure> {
        let list = |name: &str| {
            let values = ctx.args.get(name);
            let values = values.as_ref().and_then(|values| values.list().ok());
            let values = values.map(|values| {
                values
                    .iter()
                    .filter_map(|value| value.enum_name().ok().map(str::to_owned))
                    .collect::<Vec<_>>()
            });
            values.unwrap_or_default()
        };
        let counterparties = list("counterparties");
        if counterparties.len() > COUNTERPARTIES {
            let text =
                format!("Only up to {COUNTERPARTIES} counterparties are allowed in account messages filter.");
            return Err(Failure::InvalidQuery(text));
        }
        let raw = counterparties
            .into_iter()
            .map(|text| parse_address(&text).map_or(text, |address| address.to_string()))
            .collect();
        Ok(Self { kinds: list("msg_type"), counterparties: raw, min_value: amount(ctx, "min_value")? })
    }

    fn contains(&self, doc: &Doc, account: &Address) -> bool {
        let text = |name| match doc.get(name) {
            Value::Text(text) => text,
            _ => String::new(),
        };
        let (src, dst) = (text("src"), text("dst"));
        let Value::Int(kind) = doc.get("msg_type") else { return false };
        let account = account.to_string();
        let inbound = dst == account;
        let kinds = match kind {
            1 => ["ExtIn", ""],
            2 => ["ExtOut", ""],
            _ => [if inbound { "IntIn" } else { "" }, if src == account { "IntOut" } else { "" }],
        };
        let is_kind =
            self.kinds.is_empty() || self.kinds.iter().any(|wanted| kinds.contains(&wanted.as_str()));
        let other = if inbound { src } else { dst };
        let is_known = self.counterparties.is_empty() || self.counterparties.contains(&other);
        let is_large =
            self.min_value.is_none_or(|min| matches!(doc.get("value"), Value::Big(value) if value >= min));
        is_kind && is_known && is_large
    }
}
