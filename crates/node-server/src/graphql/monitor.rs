//! `recentExtInMessageStatuses`: one result for each of many external messages.

use std::collections::VecDeque;
use std::sync::Arc;

use async_graphql::dynamic::{
    Field, FieldFuture, FieldValue, InputObject, InputValue, Object, SubscriptionField,
    SubscriptionFieldFuture, Type, TypeRef,
};
use async_graphql::{Name, Value};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream;
use localnet::Node;
use tokio::sync::{OwnedSemaphorePermit, broadcast};
use ton_client::MsgHash;

use super::blockchain::node_name;
use super::inputs::enum_type;
use super::limits::POSTS;
use super::{Failure, Graph, graph};
use crate::documents::{Collection, Doc};
use crate::service::{Change, Service, next_change};

pub(super) fn field() -> SubscriptionField {
    SubscriptionField::new("recentExtInMessageStatuses", TypeRef::named("RecentExtInMessageStatus"), |ctx| {
        SubscriptionFieldFuture::new(async move {
            let messages = ctx.args.try_get("messages")?;
            let watched = parse(messages.as_value())?;
            let monitor = Monitor::new(graph(&ctx)?, watched)?;
            Ok(stream::unfold(monitor, |mut monitor| async move {
                let status = monitor.next().await?;
                Some((Ok(FieldValue::owned_any(status)), monitor))
            }))
        })
    })
    .argument(InputValue::new("messages", TypeRef::named_nn_list_nn("MessageMonitoringParams")))
    .description("One result for each message; ends after the last.")
}

pub(super) fn types() -> Vec<Type> {
    let params = InputObject::new("MessageMonitoringParams")
        .description("A message: its bag of cells, or its hash.")
        .field(InputValue::new("hash", TypeRef::named(TypeRef::STRING)))
        .field(InputValue::new("address", TypeRef::named(TypeRef::STRING)))
        .field(InputValue::new("boc", TypeRef::named(TypeRef::STRING)))
        .field(InputValue::new("waitUntil", TypeRef::named(TypeRef::FLOAT)).description("Unix seconds."));
    let status = Object::new("RecentExtInMessageStatus")
        .field(Field::new("hash", TypeRef::named(TypeRef::STRING), |ctx| {
            FieldFuture::new(async move {
                Ok(Some(Value::from(ctx.parent_value.try_downcast_ref::<Status>()?.message.to_string())))
            })
        }))
        .field(Field::new("status", TypeRef::named("RecentExtInMessageStatusEnum"), |ctx| {
            FieldFuture::new(async move {
                let done = ctx.parent_value.try_downcast_ref::<Status>()?.transaction.is_some();
                Ok(Some(Value::Enum(Name::new(if done { "FINALIZED" } else { "TIMEOUT" }))))
            })
        }))
        .field(Field::new("error", TypeRef::named(TypeRef::STRING), |ctx| {
            FieldFuture::new(async move {
                Ok(ctx.parent_value.try_downcast_ref::<Status>()?.error.clone().map(Value::from))
            })
        }))
        .field(Field::new("transaction", TypeRef::named(node_name(Collection::Transactions)), |ctx| {
            FieldFuture::new(async move {
                Ok(ctx
                    .parent_value
                    .try_downcast_ref::<Status>()?
                    .transaction
                    .clone()
                    .map(FieldValue::owned_any))
            })
        }));
    let names = enum_type("RecentExtInMessageStatusEnum", &["FINALIZED", "TIMEOUT", "RESERVED"]);
    vec![params.into(), status.into(), names.into()]
}

/// How a message ended.
struct Status {
    message: MsgHash,
    transaction: Option<Doc>,
    error: Option<String>,
}

#[derive(Clone, Copy)]
struct Watched {
    message: MsgHash,
    until: f64,
}

fn parse(input: &Value) -> Result<Vec<Watched>, Failure> {
    let inputs = match input {
        Value::List(inputs) => inputs.as_slice(),
        one => std::slice::from_ref(one),
    };
    if inputs.len() > POSTS {
        return Err(Failure::TooMuch(format!("up to {POSTS} messages are monitored at a time")));
    }
    inputs.iter().map(parse_one).collect()
}

fn parse_one(input: &Value) -> Result<Watched, Failure> {
    let bad = || Failure::InvalidQuery("a monitored message has a hash, or a boc in base64".to_owned());
    let Value::Object(members) = input else { return Err(bad()) };
    let text = |name| match members.get(name) {
        Some(Value::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let message = match (text("hash"), text("boc")) {
        (Some(hash), _) => hash.parse().map_err(|_| bad())?,
        (None, Some(boc)) => {
            let bytes = STANDARD.decode(boc).map_err(|_| bad())?;
            MsgHash::from(ton_client::boc::decode(&bytes).map_err(|_| bad())?.repr_hash())
        }
        (None, None) => return Err(bad()),
    };
    let until = match members.get("waitUntil") {
        Some(Value::Number(number)) => number.as_f64().unwrap_or(f64::INFINITY),
        _ => f64::INFINITY,
    };
    Ok(Watched { message, until })
}

struct Monitor {
    service: Service,
    changes: broadcast::Receiver<Arc<Change>>,
    watched: Vec<Watched>,
    queue: VecDeque<Status>,
    looked: bool,
    _permit: OwnedSemaphorePermit,
}

impl Monitor {
    fn new(graph: &Graph, watched: Vec<Watched>) -> Result<Self, Failure> {
        let permit = graph.subscriptions.clone().try_acquire_owned();
        let permit = permit.map_err(|_| Failure::Busy("subscriptions"))?;
        let service = graph.service.clone();
        let changes = service.changes();
        Ok(Self { service, changes, watched, queue: VecDeque::new(), looked: false, _permit: permit })
    }

    async fn next(&mut self) -> Option<Status> {
        loop {
            if let Some(status) = self.queue.pop_front() {
                return Some(status);
            }
            if self.watched.is_empty() {
                return None;
            }
            if self.looked {
                next_change(&mut self.changes).await?;
            }
            self.looked = true;
            let node = self.service.snapshot();
            let queue = &mut self.queue;
            self.watched.retain(|watched| match status(&node, watched) {
                Some(status) => {
                    queue.push_back(status);
                    false
                }
                None => true,
            });
        }
    }
}

/// How it ended, if it did: in a transaction, or because a block is of a later time.
fn status(node: &Arc<Node>, watched: &Watched) -> Option<Status> {
    let message = watched.message;
    if let Some(transaction) = node.transaction_of(&message) {
        return Some(Status { message, transaction: Doc::transaction(node, &transaction.hash), error: None });
    }
    let error = node.rejection(&message).map(|rejection| rejection.reason.to_string());
    let late = f64::from(node.master_head().gen_utime.0) > watched.until;
    late.then_some(Status { message, transaction: None, error })
}
