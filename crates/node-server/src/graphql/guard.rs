//! What happens around every request: limits on its text, its budget, the shape of its errors.

use std::sync::Arc;

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextParseQuery, NextPrepareRequest, NextRequest,
    NextSubscribe,
};
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Request, Response, ServerResult, Variables, async_trait};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use super::Failure;
use super::error::complete;
use super::limits::{Budget, QUERY_BYTES, QUERY_NESTING};

pub(super) struct Guard;

impl ExtensionFactory for Guard {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for Guard {
    async fn request(&self, ctx: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        completed(next.run(ctx).await)
    }

    fn subscribe<'s>(
        &self,
        ctx: &ExtensionContext<'_>,
        stream: BoxStream<'s, Response>,
        next: NextSubscribe<'_>,
    ) -> BoxStream<'s, Response> {
        next.run(ctx, stream).map(completed).boxed()
    }

    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        next.run(ctx, request.data(Budget::default())).await
    }

    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        check(query).map_err(Failure::into_server_error)?;
        next.run(ctx, query, variables).await
    }
}

fn completed(mut response: Response) -> Response {
    response.errors.iter_mut().for_each(complete);
    response
}

/// The parser works its way down by recursion, so the text is looked at before it is parsed. Brackets in strings count,
/// too: no client writes that many.
fn check(query: &str) -> Result<(), Failure> {
    if query.len() > QUERY_BYTES {
        return Err(Failure::TooMuch(format!(
            "a query has up to {QUERY_BYTES} bytes; send values as variables"
        )));
    }
    let mut depth = 0_usize;
    for byte in query.bytes() {
        match byte {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > QUERY_NESTING {
            return Err(Failure::TooMuch(format!("brackets are nested up to {QUERY_NESTING} deep")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_limited_in_length_and_depth() {
        let nested = |depth: usize| format!("{}{}", "{a".repeat(depth), "}".repeat(depth));
        assert_eq!(check(&nested(QUERY_NESTING)), Ok(()));
        assert!(matches!(check(&nested(QUERY_NESTING + 1)), Err(Failure::TooMuch(_))));
        assert_eq!(check(&" ".repeat(QUERY_BYTES)), Ok(()));
        assert!(matches!(check(&" ".repeat(QUERY_BYTES + 1)), Err(Failure::TooMuch(_))));
    }
}
