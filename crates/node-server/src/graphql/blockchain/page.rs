//! Pages.

use async_graphql::Value;
use async_graphql::dynamic::{Field, FieldFuture, FieldValue, Object, Type, TypeRef};

use super::super::Failure;
use super::super::limits::Budget;
use super::arguments::PageArgs;
use super::node_name;
use crate::documents::{Collection, Doc};

/// Documents in the order of the chain, with their cursors.
#[derive(Debug, Clone)]
pub(super) struct Page {
    edges: Vec<Edge>,
    backward: bool,
    more: bool,
}

#[derive(Debug, Clone)]
struct Edge {
    doc: Doc,
    cursor: String,
}

struct PageInfo(Page);

impl Page {
    /// Takes the documents of a page, which come in its direction, nearest first.
    ///
    /// # Errors
    /// [`Failure::TooSlow`].
    pub(super) fn take(
        docs: impl Iterator<Item = (Doc, String)>,
        args: &PageArgs,
        passes: impl Fn(&Doc) -> bool,
        budget: &Budget,
    ) -> Result<Self, Failure> {
        let mut scan = budget.scan();
        let mut edges = Vec::new();
        let mut more = false;
        for (doc, cursor) in docs {
            scan.row()?;
            if !passes(&doc) {
                continue;
            }
            if edges.len() == args.limit {
                more = true;
                break;
            }
            edges.push(Edge { doc, cursor });
        }
        if args.backward {
            edges.reverse();
        }
        budget.show_documents(edges.len())?;
        Ok(Self { edges, backward: args.backward, more })
    }

    fn cursor(edge: Option<&Edge>) -> Value {
        Value::from(edge.map(|edge| edge.cursor.as_str()).unwrap_or_default())
    }
}

/// Names of connection and edge types of a collection.
pub(super) fn connection_name(collection: Collection) -> &'static str {
    match collection {
        Collection::Messages => "BlockchainMessagesConnection",
        Collection::Transactions => "BlockchainTransactionsConnection",
        _ => "BlockchainBlocksConnection",
    }
}

fn edge_name(collection: Collection) -> &'static str {
    match collection {
        Collection::Messages => "BlockchainMessageEdge",
        Collection::Transactions => "BlockchainTransactionEdge",
        _ => "BlockchainBlocksEdge",
    }
}

pub(super) fn types() -> Vec<Type> {
    let mut types: Vec<Type> = vec![page_info().into()];
    for collection in [Collection::Blocks, Collection::Transactions, Collection::Messages] {
        let edges = Field::new("edges", TypeRef::named_nn_list_nn(edge_name(collection)), |ctx| {
            FieldFuture::new(async move {
                let page = ctx.parent_value.try_downcast_ref::<Page>()?;
                Ok(Some(FieldValue::list(page.edges.iter().cloned().map(FieldValue::owned_any))))
            })
        });
        let info = Field::new("pageInfo", TypeRef::named_nn("PageInfo"), |ctx| {
            FieldFuture::new(async move {
                let page = ctx.parent_value.try_downcast_ref::<Page>()?;
                Ok(Some(FieldValue::owned_any(PageInfo(page.clone()))))
            })
        });
        let node = Field::new("node", TypeRef::named_nn(node_name(collection)), |ctx| {
            FieldFuture::new(async move {
                Ok(Some(FieldValue::owned_any(ctx.parent_value.try_downcast_ref::<Edge>()?.doc.clone())))
            })
        });
        let cursor = Field::new("cursor", TypeRef::named_nn(TypeRef::STRING), |ctx| {
            FieldFuture::new(async move {
                Ok(Some(Value::from(ctx.parent_value.try_downcast_ref::<Edge>()?.cursor.as_str())))
            })
        });
        types.push(Object::new(connection_name(collection)).field(edges).field(info).into());
        types.push(Object::new(edge_name(collection)).field(node).field(cursor).into());
    }
    types
}

fn page_info() -> Object {
    let field = |name: &'static str, ty: TypeRef, get: fn(&Page) -> Value| {
        Field::new(name, ty, move |ctx| {
            FieldFuture::new(
                async move { Ok(Some(get(&ctx.parent_value.try_downcast_ref::<PageInfo>()?.0))) },
            )
        })
    };
    let boolean = || TypeRef::named_nn(TypeRef::BOOLEAN);
    let string = || TypeRef::named(TypeRef::STRING);
    Object::new("PageInfo")
        .field(field("startCursor", string(), |page| Page::cursor(page.edges.first())))
        .field(field("endCursor", string(), |page| Page::cursor(page.edges.last())))
        .field(field("hasNextPage", boolean(), |page| Value::from(page.more && !page.backward)))
        .field(field("hasPreviousPage", boolean(), |page| Value::from(page.more && page.backward)))
}
