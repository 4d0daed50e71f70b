//! JSON-RPC as the nekoton family of clients speaks it.
//!
//! Requests follow JSON-RPC 2.0: single ones, batches, and notifications without an answer. Keys are in camel case
//! except `last_transaction_lt` of `getContractState`. Errors:
//!
//! | code | meaning |
//! | --- | --- |
//! | -32700 | the body is no JSON |
//! | -32600 | it is no request, or too large, or the batch is empty or too long |
//! | -32601 | there is no such method |
//! | -32602 | the parameters are wrong |
//! | -32603 | defect of the node |
//! | -32000 | the node is busy, halted or stopping: try again later |
//! | -32001 | the message is refused |
//!
//! Source: the methods and result shapes are those that the clients were seen to use.

mod methods;

use serde_json::{Value, json};

use crate::service::Service;

/// The body is no JSON.
pub const PARSE_ERROR: i32 = -32700;
/// No JSON-RPC request.
pub const INVALID_REQUEST: i32 = -32600;
/// No such method.
pub const NO_METHOD: i32 = -32601;
/// Wrong parameters.
pub const INVALID_PARAMS: i32 = -32602;
/// A defect of the node.
pub const INTERNAL: i32 = -32603;
/// Try again later.
pub const BUSY: i32 = -32000;
/// The message is refused.
pub const REFUSED: i32 = -32001;

/// A failed call.
#[derive(Debug)]
pub(crate) struct RpcError {
    code: i32,
    message: String,
}

impl RpcError {
    fn new(code: i32, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    fn answer(self, id: Value) -> Value {
        json!({ "jsonrpc": "2.0", "id": id, "error": { "code": self.code, "message": self.message } })
    }
}

/// Answers a request body; `None` if nothing in it wants an answer. A batch has at most `longest` calls.
pub async fn answer(service: &Service, body: &[u8], longest: usize) -> Option<Value> {
    let request = match decode(body) {
        Ok(request) => request,
        Err(error) => return Some(error.answer(Value::Null)),
    };
    let Value::Array(calls) = request else { return call(service, request).await };
    if calls.is_empty() {
        return Some(RpcError::new(INVALID_REQUEST, "the batch is empty").answer(Value::Null));
    }
    if calls.len() > longest {
        let message = format!("a batch has {longest} calls at most, this one has {}", calls.len());
        return Some(RpcError::new(INVALID_REQUEST, message).answer(Value::Null));
    }
    let mut answers = Vec::new();
    for one in calls {
        answers.extend(call(service, one).await);
    }
    (!answers.is_empty()).then_some(Value::Array(answers))
}

/// Reads a request body.
pub(crate) fn decode(body: &[u8]) -> Result<Value, RpcError> {
    serde_json::from_slice(body)
        .map_err(|error| RpcError::new(PARSE_ERROR, format!("the body is no JSON: {error}")))
}

/// Answers one call; `None` if it is a notification.
async fn call(service: &Service, request: Value) -> Option<Value> {
    let Value::Object(mut request) = request else {
        return Some(RpcError::new(INVALID_REQUEST, "a request is an object").answer(Value::Null));
    };
    let id = match request.remove("id") {
        None => None,
        Some(id @ (Value::Null | Value::String(_) | Value::Number(_))) => Some(id),
        Some(_) => {
            let error = RpcError::new(INVALID_REQUEST, "an id is a string, a number or null");
            return Some(error.answer(Value::Null));
        }
    };
    let version = request.remove("jsonrpc");
    let outcome = match request.remove("method") {
        _ if version.as_ref().is_some_and(|version| version != "2.0") => {
            Err(RpcError::new(INVALID_REQUEST, "jsonrpc is \"2.0\""))
        }
        Some(Value::String(method)) => {
            let params = request.remove("params").unwrap_or(Value::Null);
            methods::run(service, &method, params)
        }
        _ => Err(RpcError::new(INVALID_REQUEST, "the method is missing or no string")),
    };
    match (outcome, id) {
        (Ok(result), Some(id)) => Some(json!({ "jsonrpc": "2.0", "id": id, "result": result })),
        (Err(error), Some(id)) => Some(error.answer(id)),
        // An error of something that is no request at all is told even without an id.
        (Err(error), None) if error.code == INVALID_REQUEST => Some(error.answer(Value::Null)),
        (_, None) => None,
    }
}
