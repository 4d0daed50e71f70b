//! Fields of `blockchain`.

use std::sync::Arc;

use async_graphql::Value;
use async_graphql::dynamic::{
    Field, FieldFuture, FieldValue, InputValue, Object, ResolverContext, Type, TypeRef,
};
use localnet::{BASECHAIN, MASTERCHAIN, Node};
use ton_client::{BlockId, MsgHash, TxHash};

use super::super::plan::{block_doc, first_block};
use super::super::{Failure, budget, graph};
use super::arguments::{PageArgs, amount, archive, integer, paged, ranged, text};
use super::page::{Page, connection_name};
use super::{account, history, node_name};
use crate::documents::{Collection, Doc, Value as Shown, parse_address};

/// The shard that covers a whole chain: the only one.
const FULL_SHARD: &str = "8000000000000000";

pub(super) fn types() -> Vec<Type> {
    let query = Object::new("BlockchainQuery")
        .field(
            Field::new("account", TypeRef::named("BlockchainAccountQuery"), |ctx| {
                FieldFuture::new(async move {
                    let address = text(&ctx, "address").unwrap_or_default();
                    let address =
                        parse_address(&address).map_err(|bad| Failure::InvalidQuery(bad.to_string()))?;
                    Ok(Some(FieldValue::owned_any(account::At(address))))
                })
            })
            .argument(InputValue::new("address", TypeRef::named_nn(TypeRef::STRING))),
        )
        .field(by_hash("block", Collection::Blocks, |node, hash| {
            Doc::block(node, &hash.parse::<BlockId>().ok()?)
        }))
        .field(by_hash("transaction", Collection::Transactions, |node, hash| {
            Doc::transaction(node, &hash.parse::<TxHash>().ok()?)
        }))
        .field(by_hash("message", Collection::Messages, |node, hash| {
            Doc::message(node, &hash.parse::<MsgHash>().ok()?)
        }))
        .field(by_seq_no())
        .field(neighbours("prev_shard_blocks", -1))
        .field(neighbours("next_shard_blocks", 1))
        .field(by_in_msg())
        .field(time_range())
        .field(key_blocks())
        .field(blocks())
        .field(transactions());
    let number = |name: &'static str, get: fn(&Rounds) -> Option<u32>| {
        Field::new(name, TypeRef::named(TypeRef::INT), move |ctx| {
            FieldFuture::new(async move {
                Ok(get(ctx.parent_value.try_downcast_ref::<Rounds>()?).map(Value::from))
            })
        })
    };
    let rounds = Object::new("BlockchainMasterSeqNoRange")
        .field(number("start", |rounds| rounds.start).description("First number, included."))
        .field(number("end", |rounds| rounds.end).description("Last number, not included."));
    vec![query.into(), rounds.into()]
}

struct Rounds {
    start: Option<u32>,
    end: Option<u32>,
}

fn show<'a>(ctx: &ResolverContext<'_>, doc: Option<Doc>) -> Result<Option<FieldValue<'a>>, Failure> {
    budget(ctx).show_documents(1)?;
    Ok(doc.map(FieldValue::owned_any))
}

fn by_hash(name: &'static str, collection: Collection, find: fn(&Arc<Node>, &str) -> Option<Doc>) -> Field {
    Field::new(name, TypeRef::named(node_name(collection)), move |ctx| {
        FieldFuture::new(async move {
            let hash = text(&ctx, "hash").unwrap_or_default();
            Ok(show(&ctx, find(&graph(&ctx)?.service.snapshot(), &hash))?)
        })
    })
    .argument(InputValue::new("hash", TypeRef::named_nn(TypeRef::STRING)))
    .argument(archive())
}

fn by_seq_no() -> Field {
    Field::new("block_by_seq_no", TypeRef::named(node_name(Collection::Blocks)), |ctx| {
        FieldFuture::new(async move {
            let shard = text(&ctx, "shard").or_else(|| text(&ctx, "thread"));
            let shard = shard
                .ok_or_else(|| Failure::InvalidQuery("\"shard\" parameter must be defined".to_owned()))?;
            let number = ctx.args.get("seq_no").and_then(|number| number.f64().ok()).unwrap_or(0.0);
            let chain = integer(&ctx, "workchain").and_then(|chain| i8::try_from(chain).ok());
            let chain = chain.filter(|chain| [BASECHAIN, MASTERCHAIN].contains(chain) && shard == FULL_SHARD);
            let is_whole = number.fract() == 0.0 && (1.0..=f64::from(u32::MAX)).contains(&number);
            let node = graph(&ctx)?.service.snapshot();
            let doc = chain.filter(|_| is_whole).and_then(|chain| block_doc(&node, chain, number as u32));
            Ok(show(&ctx, doc)?)
        })
    })
    .argument(InputValue::new("workchain", TypeRef::named_nn(TypeRef::INT)))
    .argument(InputValue::new("shard", TypeRef::named(TypeRef::STRING)))
    .argument(InputValue::new("seq_no", TypeRef::named_nn(TypeRef::FLOAT)))
    .argument(InputValue::new("thread", TypeRef::named(TypeRef::STRING)).description("An old name of shard."))
    .argument(archive())
}

/// There are no splits and merges: one neighbour at most.
fn neighbours(name: &'static str, step: i64) -> Field {
    Field::new(name, TypeRef::named_list(node_name(Collection::Blocks)), move |ctx| {
        FieldFuture::new(async move {
            let node = graph(&ctx)?.service.snapshot();
            let hash = text(&ctx, "hash").unwrap_or_default();
            let block = hash.parse::<BlockId>().ok().and_then(|id| node.block_by_id(&id));
            let doc = block.and_then(|block| {
                let number = u32::try_from(i64::from(block.seq_no) + step).ok()?;
                block_doc(&node, block.workchain, number)
            });
            budget(&ctx).show_documents(1)?;
            Ok(Some(FieldValue::list(doc.map(FieldValue::owned_any))))
        })
    })
    .argument(InputValue::new("hash", TypeRef::named_nn(TypeRef::STRING)))
    .argument(archive())
}

fn by_in_msg() -> Field {
    Field::new("transactions_by_in_msg", TypeRef::named_list(node_name(Collection::Transactions)), |ctx| {
        FieldFuture::new(async move {
            let node = graph(&ctx)?.service.snapshot();
            let hash = text(&ctx, "msg_hash").unwrap_or_default();
            let record = hash.parse::<MsgHash>().ok().and_then(|hash| node.transaction_of(&hash));
            let doc = record.and_then(|record| Doc::transaction(&node, &record.hash));
            budget(&ctx).show_documents(1)?;
            Ok(Some(FieldValue::list(doc.map(FieldValue::owned_any))))
        })
    })
    .argument(InputValue::new("msg_hash", TypeRef::named_nn(TypeRef::STRING)))
    .argument(archive())
}

fn time_range() -> Field {
    Field::new("master_seq_no_range", TypeRef::named("BlockchainMasterSeqNoRange"), |ctx| {
        FieldFuture::new(async move {
            let (start, end) = (integer(&ctx, "time_start"), integer(&ctx, "time_end"));
            if let (Some(start), Some(end)) = (start, end)
                && start > end
            {
                let text = "time_start should not be greater than time_end".to_owned();
                return Err(Failure::InvalidQuery(text).into());
            }
            let node = graph(&ctx)?.service.snapshot();
            let first =
                |time: i64| first_block(&node, MASTERCHAIN, |block| i64::from(block.gen_utime.0) >= time);
            // A time after the newest block has no last number yet.
            let end = end.map(first).filter(|&number| number <= node.head().seq_no);
            Ok(Some(FieldValue::owned_any(Rounds { start: start.map(first), end })))
        })
    })
    .argument(
        InputValue::new("time_start", TypeRef::named(TypeRef::INT)).description("Unix seconds, included."),
    )
    .argument(
        InputValue::new("time_end", TypeRef::named(TypeRef::INT)).description("Unix seconds, not included."),
    )
    .argument(archive())
}

fn key_blocks() -> Field {
    let field = Field::new("key_blocks", TypeRef::named(connection_name(Collection::Blocks)), |ctx| {
        FieldFuture::new(async move {
            let args = PageArgs::parse(&ctx)?.with_places()?;
            let node = graph(&ctx)?.service.snapshot();
            let is_key = |doc: &Doc| matches!(doc, Doc::Block(block) if block.block().key_block);
            let docs = history::blocks(&node, &args, Some(MASTERCHAIN));
            Ok(Some(FieldValue::owned_any(Page::take(docs, &args, is_key, &budget(&ctx))?)))
        })
    });
    ranged(paged(field))
}

fn blocks() -> Field {
    let field = Field::new("blocks", TypeRef::named(connection_name(Collection::Blocks)), |ctx| {
        FieldFuture::new(async move {
            let args = PageArgs::parse(&ctx)?.with_places()?;
            let chain = chain(&ctx);
            let shard = text(&ctx, "shard").or_else(|| text(&ctx, "thread"));
            if shard.is_some() && chain.is_none() {
                let text = "Workchain is required for the shard filter".to_owned();
                return Err(Failure::InvalidQuery(text).into());
            }
            let is_shard = shard.is_none_or(|shard| shard == FULL_SHARD);
            let (min, max) = (integer(&ctx, "min_tr_count"), integer(&ctx, "max_tr_count"));
            let (graph, budget) = (graph(&ctx)?, budget(&ctx));
            let node = graph.service.snapshot();
            let work = move || {
                let passes = |doc: &Doc| {
                    let Doc::Block(block) = doc else { return false };
                    let count = block.block().transactions.len() as i64;
                    is_shard && min.is_none_or(|min| count >= min) && max.is_none_or(|max| count <= max)
                };
                Page::take(history::blocks(&node, &args, chain), &args, passes, &budget)
            };
            let page = if min.or(max).is_some() { graph.scan(work).await? } else { work() }?;
            Ok(Some(FieldValue::owned_any(page)))
        })
    });
    ranged(paged(field))
        .argument(InputValue::new("workchain", TypeRef::named(TypeRef::INT)))
        .argument(InputValue::new("shard", TypeRef::named(TypeRef::STRING)))
        .argument(
            InputValue::new("thread", TypeRef::named(TypeRef::STRING)).description("An old name of shard."),
        )
        .argument(InputValue::new("min_tr_count", TypeRef::named(TypeRef::INT)))
        .argument(InputValue::new("max_tr_count", TypeRef::named(TypeRef::INT)))
}

fn transactions() -> Field {
    let field =
        Field::new("transactions", TypeRef::named(connection_name(Collection::Transactions)), |ctx| {
            FieldFuture::new(async move {
                let args = PageArgs::parse(&ctx)?.with_places()?;
                let (chain, delta) = (chain(&ctx), Delta::parse(&ctx)?);
                let (graph, budget) = (graph(&ctx)?, budget(&ctx));
                let node = graph.service.snapshot();
                let work = move || {
                    let docs = history::transactions(&node, &args, chain);
                    Page::take(docs, &args, |doc| delta.contains(doc), &budget)
                };
                let page = if delta.is_bounded() { graph.scan(work).await? } else { work() }?;
                Ok(Some(FieldValue::owned_any(page)))
            })
        });
    Delta::arguments(ranged(paged(field)))
        .argument(InputValue::new("workchain", TypeRef::named(TypeRef::INT)))
}

/// The chain asked for; one that this network does not have has no documents.
fn chain(ctx: &ResolverContext<'_>) -> Option<i8> {
    integer(ctx, "workchain").map(|chain| i8::try_from(chain).unwrap_or(i8::MAX))
}

/// Bounds of `balance_delta`, both included.
#[derive(Clone, Copy)]
pub(super) struct Delta {
    min: Option<i128>,
    max: Option<i128>,
}

impl Delta {
    pub(super) fn parse(ctx: &ResolverContext<'_>) -> Result<Self, Failure> {
        Ok(Self { min: amount(ctx, "min_balance_delta")?, max: amount(ctx, "max_balance_delta")? })
    }

    pub(super) fn arguments(field: Field) -> Field {
        field
            .argument(InputValue::new("min_balance_delta", TypeRef::named(TypeRef::STRING)))
            .argument(InputValue::new("max_balance_delta", TypeRef::named(TypeRef::STRING)))
    }

    pub(super) fn is_bounded(self) -> bool {
        self.min.or(self.max).is_some()
    }

    pub(super) fn contains(self, doc: &Doc) -> bool {
        if !self.is_bounded() {
            return true;
        }
        let Shown::Big(delta) = doc.get("balance_delta") else { return false };
        self.min.is_none_or(|min| delta >= min) && self.max.is_none_or(|max| delta <= max)
    }
}
