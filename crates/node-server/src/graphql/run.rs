//! Running a query: at once, on a thread of its own, or until something matches.

use std::time::Duration;

use async_graphql::dynamic::ResolverContext;

use super::find::{Found, Query, find};
use super::limits::Budget;
use super::watch::Concern;
use super::{Failure, Graph, budget};
use crate::documents::Doc;
use crate::service::next_change;

/// Documents that are examined on the spot. A query that needs more starts again where it may block.
const INLINE_ROWS: u64 = 2_000;

impl Graph {
    /// Documents of the newest snapshot.
    ///
    /// # Errors
    /// [`Failure::TooSlow`], [`Failure::Unavailable`].
    pub(super) async fn find(&self, query: &Query, budget: &Budget) -> Result<Vec<Doc>, Failure> {
        let node = self.service.snapshot();
        if let Found::All(docs) = find(&node, query, budget, INLINE_ROWS)? {
            return Ok(docs);
        }
        let (query, budget) = (query.clone(), budget.clone());
        match self.scan(move || find(&node, &query, &budget, u64::MAX)).await?? {
            Found::All(docs) => Ok(docs),
            Found::Unfinished => Ok(Vec::new()),
        }
    }

    /// Runs something long on a thread of its own; a few may run at a time.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] if it panics or the node stops.
    pub(super) async fn scan<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let unavailable = |_| Failure::Unavailable("the node stops".to_owned());
        let _permit = self.scans.acquire().await.map_err(unavailable)?;
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|_| Failure::Unavailable("a query failed by a defect".to_owned()))
    }

    /// Documents as soon as there are any; none at the end of the time.
    ///
    /// # Errors
    /// Those of [`Graph::find`]; [`Failure::Busy`] if too many wait.
    pub(super) async fn wait(
        &self,
        query: &Query,
        time: Duration,
        budget: &Budget,
    ) -> Result<Vec<Doc>, Failure> {
        // Changes first, so that none falls between the look and the wait.
        let mut changes = self.service.changes();
        let found = self.find(query, budget).await?;
        if !found.is_empty() || time.is_zero() {
            return Ok(found);
        }
        let _permit = self.waiting.try_acquire().map_err(|_| Failure::Busy("requests that wait"))?;
        let end = tokio::time::sleep(time.min(self.options.max_wait));
        tokio::pin!(end);
        loop {
            let change = tokio::select! {
                () = &mut end => return Ok(Vec::new()),
                change = next_change(&mut changes) => change,
            };
            let Some(change) = change else {
                return Err(Failure::Unavailable("the node stops".to_owned()));
            };
            let worth = match self.fresh.concern(&self.service, &change, query.collection) {
                Concern::Nothing => false,
                Concern::Documents(docs) => {
                    query.filter.has_joins() || docs.iter().any(|doc| query.filter.matches(doc))
                }
                Concern::Everything => true,
            };
            if worth {
                // Each look is paid by what happened on the chain, not by the request.
                let found = self.find(query, &Budget::default()).await?;
                if !found.is_empty() {
                    return Ok(found);
                }
            }
        }
    }
}

/// The `timeout` argument, milliseconds.
pub(super) fn timeout(ctx: &ResolverContext<'_>) -> Duration {
    let millis = ctx.args.get("timeout").and_then(|timeout| timeout.f64().ok()).unwrap_or(0.0);
    // Negative numbers and no numbers are no time.
    Duration::try_from_secs_f64(millis / 1_000.0).unwrap_or_default()
}

/// Runs the query of a collection.
pub(super) async fn collection(
    ctx: &ResolverContext<'_>,
    graph: &Graph,
    query: Query,
) -> Result<Vec<Doc>, Failure> {
    graph.wait(&query, timeout(ctx), &budget(ctx)).await
}
