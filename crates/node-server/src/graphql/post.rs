//! `postRequests`: external messages for the node.

use async_graphql::Value as Input;
use async_graphql::dynamic::{Field, FieldFuture, FieldValue, InputObject, InputValue, Type, TypeRef};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::limits::POSTS;
use super::{Failure, Graph, graph};
use crate::service;

pub(super) fn field() -> Field {
    Field::new("postRequests", TypeRef::named_list(TypeRef::STRING), |ctx| {
        FieldFuture::new(async move {
            let requests = ctx.args.get("requests");
            let ids = post(graph(&ctx)?, requests.as_ref().map(|requests| requests.as_value()))?;
            Ok(Some(FieldValue::list(ids.into_iter().map(Input::from))))
        })
    })
    .description("Posts external messages; gives back their ids.")
    .argument(InputValue::new("requests", TypeRef::named_list("Request")))
}

pub(super) fn types() -> Vec<Type> {
    let request = InputObject::new("Request")
        .description("An external message.")
        .field(
            InputValue::new("id", TypeRef::named(TypeRef::STRING)).description("What the client calls it."),
        )
        .field(
            InputValue::new("body", TypeRef::named(TypeRef::STRING)).description("Bag of cells in base64."),
        )
        .field(InputValue::new("expireAt", TypeRef::named(TypeRef::FLOAT)).description("Unix milliseconds."));
    vec![request.into()]
}

struct Request<'a> {
    id: &'a str,
    body: Vec<u8>,
    expire_at: Option<f64>,
}

/// Nothing is posted unless all of it could be read; the first message that the node refuses ends it.
fn post(graph: &Graph, input: Option<&Input>) -> Result<Vec<String>, Failure> {
    let inputs = match input {
        None | Some(Input::Null) => return Ok(Vec::new()),
        Some(Input::List(inputs)) => inputs.as_slice(),
        Some(one) => std::slice::from_ref(one),
    };
    if inputs.len() > POSTS {
        return Err(Failure::TooMuch(format!("up to {POSTS} messages are posted at a time")));
    }
    let requests = inputs.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    let now = graph.service.info().now_ms;
    for request in &requests {
        if let Some(expire_at) = request.expire_at.filter(|&at| at > 0.0 && at < now as f64) {
            let (id, expired_at) = (request.id.to_owned(), expire_at as u64);
            return Err(Failure::MessageExpired { id, expired_at, now });
        }
    }
    for request in &requests {
        graph.service.post(&request.body).map_err(refused)?;
    }
    Ok(requests.into_iter().map(|request| request.id.to_owned()).collect())
}

fn parse(input: &Input) -> Result<Request<'_>, Failure> {
    let bad = |text: &str| Failure::BadMessage(text.to_owned());
    let Input::Object(members) = input else { return Err(bad("a request is {id, body}")) };
    let text = |name| match members.get(name) {
        Some(Input::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let body = text("body").ok_or_else(|| bad("a request wants a body"))?;
    let body = STANDARD
        .decode(body)
        .map_err(|error| Failure::BadMessage(format!("the body is not base64: {error}")))?;
    let expire_at = match members.get("expireAt") {
        Some(Input::Number(number)) => number.as_f64(),
        _ => None,
    };
    Ok(Request { id: text("id").unwrap_or_default(), body, expire_at })
}

fn refused(error: service::Error) -> Failure {
    match error {
        service::Error::MempoolFull { .. } | service::Error::MempoolBytes { .. } => {
            Failure::Busy("messages that wait for a block")
        }
        service::Error::Stopped | service::Error::Halted(_) => Failure::Unavailable(error.to_string()),
        other => Failure::BadMessage(other.to_string()),
    }
}
