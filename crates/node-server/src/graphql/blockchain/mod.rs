//! `blockchain`: single documents by hash, and pages of many with cursors.
//!
//! A cursor is the `chain_order` of its document (for `transactions_by_lt` its lt): it means the same place as long as
//! the chain stands, whatever is added.

mod account;
mod arguments;
mod history;
mod nodes;
mod page;
mod query;

use async_graphql::Value;
use async_graphql::dynamic::{Field, FieldFuture, FieldValue, Type, TypeRef};

pub(super) use self::nodes::node_name;

pub(super) fn field() -> Field {
    Field::new("blockchain", TypeRef::named("BlockchainQuery"), |_| {
        FieldFuture::Value(Some(FieldValue::value(Value::Boolean(true))))
    })
    .description("Documents by hash, and pages of documents.")
}

pub(super) fn types() -> Vec<Type> {
    let mut types = nodes::types();
    types.extend(page::types());
    types.extend(query::types());
    types.extend(account::types());
    types.extend(arguments::types());
    types
}
