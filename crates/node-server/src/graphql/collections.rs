//! Queries of collections.

use async_graphql::dynamic::{Field, FieldFuture, InputValue, ResolverContext, TypeRef};

use super::filter::Filter;
use super::find::Query;
use super::inputs::filter_name;
use super::limits::LIST;
use super::outputs::show_docs;
use super::sort::Sort;
use super::{Failure, budget, graph, run};
use crate::documents::Collection;

/// `accounts`, `transactions`, `messages`, `blocks`, `blocks_signatures`, `zerostates`.
pub(super) fn fields() -> Vec<Field> {
    Collection::ALL.into_iter().map(field).collect()
}

fn field(collection: Collection) -> Field {
    Field::new(collection.name(), TypeRef::named_list(collection.type_name()), move |ctx| {
        FieldFuture::new(async move {
            let graph = graph(&ctx)?;
            let query = query(&ctx, collection)?;
            let docs = run::collection(&ctx, graph, query).await?;
            Ok(show_docs(docs, &budget(&ctx))?)
        })
    })
    .argument(InputValue::new("filter", TypeRef::named(filter_name(collection))))
    .argument(InputValue::new("orderBy", TypeRef::named_list("QueryOrderBy")))
    .argument(
        InputValue::new("limit", TypeRef::named(TypeRef::INT)).description("50 at most, and by default."),
    )
    .argument(
        InputValue::new("timeout", TypeRef::named(TypeRef::FLOAT))
            .description("Milliseconds to wait for a match."),
    )
}

fn query(ctx: &ResolverContext<'_>, collection: Collection) -> Result<Query, Failure> {
    let (filter, order) = (ctx.args.get("filter"), ctx.args.get("orderBy"));
    let limit = match ctx.args.get("limit").and_then(|limit| limit.i64().ok()) {
        None | Some(0) => LIST,
        Some(limit) => usize::try_from(limit)
            .map_err(|_| Failure::InvalidQuery("limit is not negative".to_owned()))?
            .min(LIST),
    };
    Ok(Query {
        collection,
        filter: Filter::parse(collection, filter.as_ref().map(|filter| filter.as_value()))?,
        order: Sort::parse(collection, order.as_ref().map(|order| order.as_value()))?,
        limit,
    })
}
