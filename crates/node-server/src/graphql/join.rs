//! Arguments of joins: `when` and `timeout`.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::dynamic::{FieldValue, ResolverContext};
use localnet::Node;
use ton_client::{BlockId, MsgHash, TxHash};

use super::filter::Filter;
use super::outputs::show;
use super::{Failure, budget, graph};
use crate::documents::{Collection, Doc, Field as Row, Key};
use crate::service::next_change;

/// What the arguments say.
pub(super) enum Wanted {
    /// The joined document as it is, or nothing.
    Now,
    /// Nothing: the document does not pass `when`.
    Nothing,
    /// The joined document as soon as it is there.
    Within(Duration),
}

pub(super) fn wanted(ctx: &ResolverContext<'_>, collection: Collection) -> Result<Wanted, Failure> {
    let when = ctx.args.get("when");
    let filter = Filter::parse(collection, when.as_ref().map(|when| when.as_value()))?;
    if !ctx.parent_value.downcast_ref::<Doc>().is_some_and(|doc| filter.matches(doc)) {
        return Ok(Wanted::Nothing);
    }
    let millis = ctx.args.get("timeout").and_then(|timeout| timeout.i64().ok()).unwrap_or(0);
    Ok(match u64::try_from(millis) {
        Ok(0) | Err(_) => Wanted::Now,
        Ok(millis) => Wanted::Within(Duration::from_millis(millis)),
    })
}

/// Waits until the joined document is there.
pub(super) async fn wait<'a>(
    ctx: ResolverContext<'a>,
    row: &'static Row,
    time: Duration,
) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let graph = graph(&ctx)?;
    let doc = ctx.parent_value.try_downcast_ref::<Doc>()?.clone();
    let mut changes = graph.service.changes();
    let mut value = again(&graph.service.snapshot(), &doc).value(row);
    if value.is_null() {
        let _permit = graph.waiting.try_acquire().map_err(|_| Failure::Busy("requests that wait"))?;
        let end = tokio::time::sleep(time.min(graph.options.max_wait));
        tokio::pin!(end);
        while value.is_null() {
            tokio::select! {
                () = &mut end => break,
                change = next_change(&mut changes) => {
                    if change.is_none() {
                        break;
                    }
                    value = again(&graph.service.snapshot(), &doc).value(row);
                }
            }
        }
    }
    Ok(show(value, row.kind, None, &budget(&ctx))?)
}

/// The same document in a newer snapshot; the old one if it is gone.
fn again(node: &Arc<Node>, doc: &Doc) -> Doc {
    let newer = match (doc.collection(), doc.key()) {
        (Collection::Messages, Key::Hash(hash)) => Doc::message(node, &MsgHash(hash)),
        (Collection::Transactions, Key::Hash(hash)) => Doc::transaction(node, &TxHash(hash)),
        (Collection::Blocks, Key::Hash(hash)) => Doc::block(node, &BlockId(hash)),
        (_, Key::Address(address)) => Some(Doc::account(node, &address)),
        _ => None,
    };
    newer.unwrap_or_else(|| doc.clone())
}
