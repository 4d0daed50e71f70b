//! How a request fails: a status, a stable code and a sentence, in the shape that the kind of request wants.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::Kind;
use crate::service;

/// A failed request.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: u16,
    /// Stable name for programs.
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// Something that the caller gave is wrong.
    pub(crate) fn bad(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }

    /// The answer in the shape that clients of this kind read.
    pub(crate) fn answer(self, kind: Kind) -> Response {
        let Self { status, code, message } = self;
        let body = match kind {
            Kind::Graphql => json!({
                "errors": [{ "message": message, "extensions": { "code": code, "exception": { "code": status } } }],
                "data": null,
            }),
            Kind::Rpc => {
                let number = if status >= 500 { crate::rpc::BUSY } else { crate::rpc::INVALID_REQUEST };
                let error = json!({ "code": number, "message": message, "data": { "code": code } });
                json!({ "jsonrpc": "2.0", "id": null, "error": error })
            }
            Kind::Se => return (status_of(status), message).into_response(),
            _ => json!({ "error": { "code": code, "message": message } }),
        };
        (status_of(status), [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
    }
}

impl From<service::Error> for Failure {
    fn from(error: service::Error) -> Self {
        let code = error.code();
        let status = match code {
            "no-checkpoint" | "no-transaction" => 404,
            "mempool-full" | "busy" | "stopping" | "halted" => 503,
            _ if error.is_callers_fault() => 400,
            _ => 500,
        };
        Self::new(status, code, error.to_string())
    }
}

impl From<localnet::Error> for Failure {
    fn from(error: localnet::Error) -> Self {
        service::Error::from(error).into()
    }
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
