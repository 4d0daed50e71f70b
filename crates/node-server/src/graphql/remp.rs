//! `rempReceipts`: the fate of an external message, told at once.
//!
//! Receipts are read from the state of the node, so that one who asks late gets all that is known.

use std::collections::VecDeque;
use std::sync::Arc;

use async_graphql::dynamic::{
    Field, FieldFuture, FieldValue, InputValue, Object, Scalar, SubscriptionField, SubscriptionFieldFuture,
    Type, TypeRef,
};
use async_graphql::{Name, Value, value};
use futures_util::stream;
use localnet::Node;
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, broadcast};
use ton_client::MsgHash;

use super::inputs::enum_type;
use super::{Failure, Graph, graph};
use crate::service::{Change, Service, next_change};

const KINDS: [&str; 6] = [
    "RejectedByFullnode",
    "SentToValidators",
    "IncludedIntoBlock",
    "IncludedIntoAcceptedBlock",
    "Finalized",
    "Other",
];

/// A receipt.
#[derive(Debug, Clone, PartialEq)]
struct Receipt {
    kind: &'static str,
    message: MsgHash,
    /// Chain time, milliseconds.
    timestamp: u64,
    json: String,
}

pub(super) fn field() -> SubscriptionField {
    SubscriptionField::new("rempReceipts", TypeRef::named("RempReceipt"), |ctx| {
        SubscriptionFieldFuture::new(async move {
            let graph = graph(&ctx)?;
            if !graph.options.remp {
                return Err(Failure::Disabled.into());
            }
            let id = ctx.args.try_get("messageId")?.string()?.to_owned();
            let message = id.parse::<MsgHash>();
            let message = message.map_err(|_| {
                Failure::InvalidQuery("messageId is the hash of a message: 64 hex digits".to_owned())
            })?;
            Ok(stream::unfold(Follower::new(graph, message)?, |mut follower| async move {
                let receipt = follower.next().await?;
                Some((Ok(FieldValue::owned_any(receipt)), follower))
            }))
        })
    })
    .argument(InputValue::new("messageId", TypeRef::named_nn(TypeRef::STRING)))
    .description("What becomes of an external message; what is known already comes first.")
}

pub(super) fn types() -> Vec<Type> {
    let plain = |name: &'static str, ty: TypeRef, get: fn(&Receipt) -> Value| {
        Field::new(name, ty, move |ctx| {
            FieldFuture::new(async move { Ok(Some(get(ctx.parent_value.try_downcast_ref::<Receipt>()?))) })
        })
    };
    let receipt = Object::new("RempReceipt")
        .field(plain("kind", TypeRef::named_nn("RempReceiptKind"), |receipt| {
            Value::Enum(Name::new(receipt.kind))
        }))
        .field(plain("messageId", TypeRef::named_nn(TypeRef::STRING), |receipt| {
            value!(receipt.message.to_string())
        }))
        .field(plain("timestamp", TypeRef::named_nn(TypeRef::FLOAT), |receipt| value!(receipt.timestamp)))
        .field(plain("json", TypeRef::named_nn("RempReceiptJson"), |receipt| value!(receipt.json.as_str())));
    vec![
        receipt.into(),
        enum_type("RempReceiptKind", &KINDS).into(),
        Scalar::new("RempReceiptJson").description("A string that holds JSON.").into(),
    ]
}

struct Follower {
    service: Service,
    message: MsgHash,
    changes: broadcast::Receiver<Arc<Change>>,
    told: Vec<Receipt>,
    queue: VecDeque<Receipt>,
    looked: bool,
    _permit: OwnedSemaphorePermit,
}

impl Follower {
    fn new(graph: &Graph, message: MsgHash) -> Result<Self, Failure> {
        let permit = graph.subscriptions.clone().try_acquire_owned();
        let permit = permit.map_err(|_| Failure::Busy("subscriptions"))?;
        let service = graph.service.clone();
        let changes = service.changes();
        let (told, queue) = (Vec::new(), VecDeque::new());
        Ok(Self { service, message, changes, told, queue, looked: false, _permit: permit })
    }

    async fn next(&mut self) -> Option<Receipt> {
        loop {
            if let Some(receipt) = self.queue.pop_front() {
                return Some(receipt);
            }
            let mut posted = false;
            if self.looked {
                match &*next_change(&mut self.changes).await? {
                    Change::Posted(hash) if *hash == self.message => posted = true,
                    Change::Posted(_) | Change::Edited(_) => continue,
                    Change::Round(_) | Change::Reset => {}
                }
            }
            self.looked = true;
            self.look(posted);
        }
    }

    fn look(&mut self, posted: bool) {
        let node = self.service.snapshot();
        let mut known = known(&node, self.message);
        if known.is_empty() && (posted || node.is_waiting(&self.message)) {
            known.push(receipt("SentToValidators", self.message, node.now().0, &json!({})));
        }
        for receipt in known {
            // Waiting is told once; an end once for each time that it happens.
            let same = |told: &Receipt| {
                told.kind == receipt.kind && (told.kind == "SentToValidators" || *told == receipt)
            };
            if !self.told.iter().any(same) {
                self.told.push(receipt.clone());
                self.queue.push_back(receipt);
            }
        }
    }
}

fn receipt(kind: &'static str, message: MsgHash, seconds: u32, facts: &serde_json::Value) -> Receipt {
    let timestamp = u64::from(seconds) * 1_000;
    let mut json = json!({ "kind": kind, "message_id": message.to_string(), "timestamp": timestamp });
    if let (Some(json), Some(facts)) = (json.as_object_mut(), facts.as_object()) {
        json.extend(facts.clone());
    }
    Receipt { kind, message, timestamp, json: json.to_string() }
}

/// How it ended, if it did.
fn known(node: &Node, message: MsgHash) -> Vec<Receipt> {
    if let Some(transaction) = node.transaction_of(&message) {
        let block = node.block_of(transaction);
        let facts =
            json!({ "block_id": block.id.to_string(), "transaction_id": transaction.hash.to_string() });
        return ["IncludedIntoBlock", "IncludedIntoAcceptedBlock", "Finalized"]
            .map(|kind| receipt(kind, message, block.gen_utime.0, &facts))
            .into();
    }
    let rejection = node.rejection(&message);
    let ended = rejection.map(|rejection| {
        let facts = json!({ "error": rejection.reason.to_string() });
        receipt("RejectedByFullnode", message, rejection.at.0, &facts)
    });
    ended.into_iter().collect()
}
