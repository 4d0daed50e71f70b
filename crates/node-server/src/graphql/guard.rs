//! What happens around every request: limits on its text, its budget, the shape of its errors.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextParseQuery, NextPrepareRequest, NextRequest,
    NextSubscribe,
};
use async_graphql::parser::parse_query;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, Selection, SelectionSet};
use async_graphql::{Name, Positioned, Request, Response, ServerResult, Variables, async_trait};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use super::Failure;
use super::error::complete;
use super::limits::{Budget, DIRECTIVES, ERRORS, FIELDS, QUERY_BYTES, QUERY_NESTING};

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
        // Looked at before the engine does, whose own checks go through a fragment each time that it is used.
        let document = parse_query(query)?;
        Meter::check(&document).map_err(Failure::into_server_error)?;
        next.run(ctx, query, variables).await
    }
}

fn completed(mut response: Response) -> Response {
    response.errors.truncate(ERRORS);
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

/// Measures a document as if its fragments stood wherever they are used.
struct Meter<'a> {
    document: &'a ExecutableDocument,
    /// `None` while the fragment is being measured.
    fragments: HashMap<&'a Name, Option<Size>>,
}

/// How large a selection is with its fragments.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    fields: usize,
    depth: usize,
}

impl<'a> Meter<'a> {
    fn check(document: &'a ExecutableDocument) -> Result<(), Failure> {
        let mut meter = Self { document, fragments: HashMap::new() };
        let mut all = |set: &'a Positioned<SelectionSet>| meter.set(&set.node, 0).map(drop);
        for fragment in document.fragments.values() {
            all(&fragment.node.selection_set)?;
        }
        match &document.operations {
            DocumentOperations::Single(operation) => all(&operation.node.selection_set),
            DocumentOperations::Multiple(operations) => {
                operations.values().try_for_each(|operation| all(&operation.node.selection_set))
            }
        }
    }

    fn set(&mut self, set: &'a SelectionSet, depth: usize) -> Result<Size, Failure> {
        let mut size = Size::default();
        for selection in &set.items {
            let (inner, directives) = match &selection.node {
                Selection::Field(field) => {
                    size.fields += 1;
                    (self.set(&field.node.selection_set.node, depth + 1)?, &field.node.directives)
                }
                Selection::InlineFragment(fragment) => {
                    (self.set(&fragment.node.selection_set.node, depth + 1)?, &fragment.node.directives)
                }
                Selection::FragmentSpread(spread) => {
                    (self.fragment(&spread.node.fragment_name.node, depth + 1)?, &spread.node.directives)
                }
            };
            if directives.len() > DIRECTIVES {
                return Err(Failure::TooMuch(format!("a field has up to {DIRECTIVES} directives")));
            }
            size.fields += inner.fields;
            size.depth = size.depth.max(inner.depth + 1);
            if size.fields > FIELDS {
                return Err(Failure::TooMuch(format!("a query has up to {FIELDS} fields")));
            }
            if depth + size.depth > QUERY_NESTING {
                return Err(Failure::TooMuch(format!(
                    "fields and fragments are nested up to {QUERY_NESTING} deep"
                )));
            }
        }
        Ok(size)
    }

    fn fragment(&mut self, name: &'a Name, depth: usize) -> Result<Size, Failure> {
        match self.fragments.get(name) {
            Some(Some(size)) => return Ok(*size),
            Some(None) => {
                return Err(Failure::InvalidQuery(format!("fragment {name} uses itself in a circle")));
            }
            None if depth > QUERY_NESTING => {
                return Err(Failure::TooMuch(format!(
                    "fields and fragments are nested up to {QUERY_NESTING} deep"
                )));
            }
            None => {}
        }
        // An unknown one is told by the validation.
        let Some(fragment) = self.document.fragments.get(name) else { return Ok(Size::default()) };
        self.fragments.insert(name, None);
        let size = self.set(&fragment.node.selection_set.node, depth)?;
        self.fragments.insert(name, Some(size));
        Ok(size)
    }
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
