//! GraphQL: the collections, `blockchain`, `postRequests` and subscriptions of q-server, over a running node.
//!
//! The schema is made from the table of [`crate::documents`]. A query reads one snapshot of the node and holds no lock.
//! What can be looked up is (`plan`), the rest is scanned within the [`limits`] of one request; long scans run on
//! their own threads, a few at a time.
//!
//! - `timeout` (long polling): the answer is given as soon as something matches, and is `[]` at the end of the time.
//! - Subscriptions push each document of a round that matches, new and changed ones alike; a slow reader is caught up
//!   from the chain, nothing is left out.
//! - Errors have the shape and numbers of q-server ([`Failure`]).
//!
//! # Differences from q-server
//! - An unknown account is no row of `accounts`, also when it is asked for by `id` (q-server 0.68 makes up a row with
//!   `acc_type: 3`, as `blockchain { account { info } }` does here, too).
//! - Joins do not wait for documents that are not there, unless `timeout` says so.
//! - `info(byBlock)` knows the state of an account at a past block only while no later transaction changed it.

mod aggregate;
mod blockchain;
mod collections;
mod error;
mod filter;
mod find;
mod guard;
mod info;
mod inputs;
mod join;
pub mod limits;
mod monitor;
mod outputs;
mod plan;
mod post;
mod remp;
mod run;
mod sort;
mod subscribe;
mod watch;

use std::sync::Arc;
use std::time::Duration;

pub use async_graphql::dynamic::SchemaError;
use async_graphql::dynamic::{Object, ResolverContext, Schema, Subscription};
use tokio::sync::Semaphore;

pub use self::error::Failure;
use self::limits::Budget;
use self::watch::Fresh;
use crate::service::Service;

/// Settings of the interface.
#[derive(Debug, Clone)]
pub struct GraphqlOptions {
    /// Whether `rempReceipts` reports the fate of messages; `info { rempEnabled }` says so.
    pub remp: bool,
    /// Longest time that a `timeout` is honoured; after it the answer is `[]` even if more was asked for.
    pub max_wait: Duration,
    /// What `info { endpoints }` answers: where this server is reached, with `/graphql` at the end.
    pub endpoints: Vec<String>,
}

impl Default for GraphqlOptions {
    fn default() -> Self {
        Self { remp: true, max_wait: Duration::from_secs(600), endpoints: Vec::new() }
    }
}

/// What resolvers share.
struct Graph {
    service: Service,
    options: GraphqlOptions,
    scans: Semaphore,
    waiting: Semaphore,
    subscriptions: Arc<Semaphore>,
    fresh: Fresh,
}

/// The schema over a service.
///
/// # Errors
/// A defect of the table of fields.
pub fn schema(service: Service, options: GraphqlOptions) -> Result<Schema, SchemaError> {
    let graph = Graph {
        service,
        options,
        scans: Semaphore::new(limits::SCANS),
        waiting: Semaphore::new(limits::WAITING),
        subscriptions: Arc::new(Semaphore::new(limits::SUBSCRIPTIONS)),
        fresh: Fresh::default(),
    };
    let mut query = Object::new("Query").field(info::field());
    for field in collections::fields().into_iter().chain(aggregate::fields()).chain([blockchain::field()]) {
        query = query.field(field);
    }
    let mutation = Object::new("Mutation").field(post::field());
    let mut subscription = Subscription::new("Subscription");
    for field in subscribe::fields().into_iter().chain([remp::field(), monitor::field()]) {
        subscription = subscription.field(field);
    }
    let mut builder = Schema::build("Query", Some("Mutation"), Some("Subscription"))
        .register(query)
        .register(mutation)
        .register(subscription)
        .data(graph)
        .extension(guard::Guard)
        .limit_depth(limits::FIELD_DEPTH)
        .limit_complexity(limits::FIELDS)
        .limit_directives(limits::DIRECTIVES)
        .limit_recursive_depth(limits::QUERY_NESTING);
    for shared in [
        inputs::types(),
        outputs::types(),
        info::types(),
        aggregate::types(),
        post::types(),
        remp::types(),
        monitor::types(),
        blockchain::types(),
    ] {
        for item in shared {
            builder = builder.register(item);
        }
    }
    builder.finish()
}

/// What resolvers share, from the context of one.
fn graph<'a>(ctx: &ResolverContext<'a>) -> Result<&'a Graph, Failure> {
    ctx.ctx.data().map_err(|_| Failure::Unavailable("the schema has no service".to_owned()))
}

/// What the request may still use.
fn budget(ctx: &ResolverContext<'_>) -> Budget {
    ctx.ctx.data_opt::<Budget>().cloned().unwrap_or_default()
}
