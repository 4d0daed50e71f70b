//! Subscriptions to collections.

use std::collections::VecDeque;
use std::sync::Arc;

use async_graphql::dynamic::{FieldValue, InputValue, SubscriptionField, SubscriptionFieldFuture, TypeRef};
use futures_util::stream;
use localnet::{BASECHAIN, MASTERCHAIN, Node};
use tokio::sync::{OwnedSemaphorePermit, broadcast};
use ton_client::BlockId;

use super::filter::Filter;
use super::inputs::filter_name;
use super::limits::Budget;
use super::watch::Concern;
use super::{Failure, Graph, budget, graph};
use crate::documents::{Collection, Doc};
use crate::service::{Change, next_change};

/// A subscription for each collection. That to zero states never has anything to say.
pub(super) fn fields() -> Vec<SubscriptionField> {
    Collection::ALL.into_iter().map(field).collect()
}

fn field(collection: Collection) -> SubscriptionField {
    SubscriptionField::new(collection.name(), TypeRef::named(collection.type_name()), move |ctx| {
        SubscriptionFieldFuture::new(async move {
            let filter = ctx.args.get("filter");
            let filter = Filter::parse(collection, filter.as_ref().map(|filter| filter.as_value()))?;
            let listener = Listener::new(graph(&ctx)?, collection, filter, budget(&ctx))?;
            Ok(stream::unfold(listener, |mut listener| async move {
                let doc = listener.next().await?;
                Some((Ok(FieldValue::owned_any(doc)), listener))
            }))
        })
    })
    .argument(InputValue::new("filter", TypeRef::named(filter_name(collection))))
    .description("Every new or changed document that passes.")
}

struct Listener<'a> {
    graph: &'a Graph,
    collection: Collection,
    filter: Filter,
    budget: Budget,
    changes: broadcast::Receiver<Arc<Change>>,
    /// Number of the newest round that was looked at, with its masterchain block.
    last: (u32, BlockId),
    /// Rounds known to be there.
    known: u32,
    queue: VecDeque<Doc>,
    _permit: OwnedSemaphorePermit,
}

impl<'a> Listener<'a> {
    fn new(
        graph: &'a Graph,
        collection: Collection,
        filter: Filter,
        budget: Budget,
    ) -> Result<Self, Failure> {
        let permit = graph.subscriptions.clone().try_acquire_owned();
        let permit = permit.map_err(|_| Failure::Busy("subscriptions"))?;
        // Changes first: what is published in between comes again and is known by its number.
        let changes = graph.service.changes();
        let head = head(&graph.service.snapshot());
        let queue = VecDeque::new();
        Ok(Self {
            graph,
            collection,
            filter,
            budget,
            changes,
            last: head,
            known: head.0,
            queue,
            _permit: permit,
        })
    }

    /// The next document; `None` at the end of the service.
    async fn next(&mut self) -> Option<Doc> {
        loop {
            if let Some(doc) = self.queue.pop_front() {
                self.budget.reset();
                return Some(doc);
            }
            if self.last.0 < self.known {
                self.look_at_next_round();
                continue;
            }
            let change = next_change(&mut self.changes).await?;
            self.take(&change);
        }
    }

    fn take(&mut self, change: &Change) {
        match change {
            Change::Posted(_) => {}
            Change::Round(round) => self.known = self.known.max(round.master.seq_no),
            Change::Edited(_) => {
                if let Concern::Documents(docs) =
                    self.graph.fresh.concern(&self.graph.service, change, self.collection)
                {
                    self.push(&docs);
                }
            }
            Change::Reset => {
                let node = self.graph.service.snapshot();
                let same =
                    node.chain_block(MASTERCHAIN, self.last.0).is_some_and(|block| block.id == self.last.1);
                if !same {
                    self.last = head(&node);
                }
                self.known = node.head().seq_no;
            }
        }
    }

    fn look_at_next_round(&mut self) {
        let node = self.graph.service.snapshot();
        let number = self.last.0 + 1;
        let blocks =
            (node.chain_block(BASECHAIN, number).cloned(), node.chain_block(MASTERCHAIN, number).cloned());
        let (Some(workchain), Some(master)) = blocks else {
            // The chain became shorter; the reset that says so is on its way.
            self.known = self.last.0;
            return;
        };
        self.last = (number, master.id);
        let docs = self.graph.fresh.of_round(node, [workchain, master], self.collection);
        self.push(&docs);
    }

    fn push(&mut self, docs: &[Doc]) {
        self.queue.extend(docs.iter().filter(|doc| self.filter.matches(doc)).cloned());
    }
}

fn head(node: &Node) -> (u32, BlockId) {
    let block = node.master_head();
    (block.seq_no, block.id)
}
