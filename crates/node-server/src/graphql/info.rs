//! `info`: what the server says about itself.

use async_graphql::dynamic::{Field, FieldFuture, FieldValue, Object, Type, TypeRef};
use async_graphql::{Value, value};

use super::graph;
use crate::documents::ChainOrder;
use crate::service::Info;

pub(super) fn field() -> Field {
    Field::new("info", TypeRef::named("Info"), |ctx| {
        FieldFuture::new(async move { Ok(Some(FieldValue::owned_any(graph(&ctx)?.service.info()))) })
    })
}

fn number(name: &'static str, doc: &str, get: fn(&Info) -> f64) -> Field {
    Field::new(name, TypeRef::named(TypeRef::FLOAT), move |ctx| {
        FieldFuture::new(async move {
            let number = get(ctx.parent_value.try_downcast_ref::<Info>()?);
            // Whole numbers without a point: strict clients read them as integers.
            Ok(Some(if number.fract() == 0.0 { value!(number as i64) } else { value!(number) }))
        })
    })
    .description(doc)
}

pub(super) fn types() -> Vec<Type> {
    let text = |name: &'static str, doc: &str| {
        Field::new(name, TypeRef::named(TypeRef::STRING), move |ctx| {
            FieldFuture::new(async move {
                let info = ctx.parent_value.try_downcast_ref::<Info>()?;
                let head = graph(&ctx)?.service.snapshot().head().seq_no;
                Ok(Some(Value::from(match name {
                    "version" => info.version.to_owned(),
                    _ => ChainOrder::after(head),
                })))
            })
        })
        .description(doc)
    };
    let object = Object::new("Info")
        .description("What the server says about itself.")
        .field(text("version", "Version of the query server whose interface this is."))
        .field(text("chainOrderBoundary", "Nothing will be inserted before this order."))
        .field(number("time", "Chain time, Unix milliseconds.", |info| info.now_ms as f64))
        .field(number("lastBlockTime", "Time of the newest block, Unix milliseconds.", |info| {
            f64::from(info.last_block_time) * 1_000.0
        }))
        .field(number("latency", "Milliseconds that documents are behind.", |info| info.latency_ms))
        .field(number("blocksLatency", "Milliseconds that blocks are behind.", |info| info.latency_ms))
        .field(number("messagesLatency", "Milliseconds that messages are behind.", |info| info.latency_ms))
        .field(number("transactionsLatency", "Milliseconds that transactions are behind.", |info| {
            info.latency_ms
        }))
        .field(
            Field::new("endpoints", TypeRef::named_list(TypeRef::STRING), |ctx| {
                FieldFuture::new(async move {
                    let endpoints = &graph(&ctx)?.options.endpoints;
                    Ok(Some(FieldValue::list(
                        endpoints.iter().map(|endpoint| Value::from(endpoint.as_str())),
                    )))
                })
            })
            .description("Where the interface is reached."),
        )
        .field(
            Field::new("rempEnabled", TypeRef::named(TypeRef::BOOLEAN), |ctx| {
                FieldFuture::new(async move { Ok(Some(Value::from(graph(&ctx)?.options.remp))) })
            })
            .description("Whether rempReceipts reports the fate of messages."),
        );
    vec![object.into()]
}
