//! Documents as nodes: the same fields, `hash` or `address` for `id`, and an `id` that names the kind, too.

use async_graphql::dynamic::{Field, FieldFuture, Interface, InterfaceField, Object, Type, TypeRef};

use super::super::outputs::{finish, shown, type_of, with_format, with_row};
use crate::documents::{Collection, Doc, Kind, shape};

/// Kinds of nodes: collection, name of the type, prefix of the id, name of the plain id, and rows left out.
const NODES: [(Collection, &str, &str, &str, &[&str]); 4] = [
    (Collection::Accounts, "BlockchainAccount", "account", "address", &[]),
    (Collection::Transactions, "BlockchainTransaction", "transaction", "hash", &["block"]),
    (
        Collection::Messages,
        "BlockchainMessage",
        "message",
        "hash",
        &["block", "src_chain_order", "dst_chain_order"],
    ),
    (Collection::Blocks, "BlockchainBlock", "block", "hash", &[]),
];

const SIGNATURES: &str = "BlockchainBlockSignatures";
const SIGNATURE: &str = "BlockchainSignatures";

/// Name of the node type of a collection.
pub(in super::super) fn node_name(collection: Collection) -> String {
    let known = NODES.iter().find(|(known, ..)| *known == collection);
    known.map_or(SIGNATURES, |(_, name, ..)| name).to_owned()
}

pub(super) fn types() -> Vec<Type> {
    let interface = Interface::new("Node").field(InterfaceField::new("id", TypeRef::named_nn(TypeRef::ID)));
    let mut types: Vec<Type> = vec![interface.into()];
    types.extend(NODES.map(|(collection, name, prefix, id, without)| {
        let object = Object::new(name).implement("Node").field(node_id(prefix));
        rows(object, collection, Some(id), without).into()
    }));
    let signatures = Object::new(SIGNATURES);
    types.push(rows(signatures, Collection::BlocksSignatures, None, &["block"]).into());
    if let Some(part) = shape("BlockSignaturesSignatures") {
        types.push(part.fields.iter().fold(Object::new(SIGNATURE), with_row).into());
    }
    types
}

fn node_id(prefix: &'static str) -> Field {
    Field::new("id", TypeRef::named_nn(TypeRef::ID), move |ctx| {
        FieldFuture::new(async move {
            let doc = ctx.parent_value.try_downcast_ref::<Doc>()?;
            Ok(Some(async_graphql::Value::from(format!("{prefix}/{}", doc.id()))))
        })
    })
    .description("The kind of node and its plain id.")
}

/// Adds the rows of a collection; `id` under another name, or not at all.
fn rows(object: Object, collection: Collection, id: Option<&'static str>, without: &[&str]) -> Object {
    let rows = collection.shape().fields.iter().filter(|row| !without.contains(&row.name));
    rows.fold(object, |object, row| match (row.name, row.kind) {
        ("id", kind) => match id {
            Some(name) => {
                let ty = type_of(kind, &node_name);
                object.field(with_format(Field::new(name, ty, move |ctx| finish(shown(&ctx, row))), kind))
            }
            None => object,
        },
        ("signatures", Kind::List(_)) => {
            object.field(Field::new(row.name, TypeRef::named_list(SIGNATURE), move |ctx| {
                finish(shown(&ctx, row))
            }))
        }
        (_, Kind::Join(_) | Kind::Joins(_)) => {
            let ty = type_of(row.kind, &node_name);
            object.field(Field::new(row.name, ty, move |ctx| finish(shown(&ctx, row))).description(row.doc))
        }
        _ => with_row(object, row),
    })
}
