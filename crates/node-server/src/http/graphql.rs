//! GraphQL over HTTP.

use async_graphql::{BatchRequest, Executor};
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Request, State};
use axum::response::Response;

use super::failure::Failure;
use super::{App, Kind, json_answer, websocket};

/// `GET`: a query in the URL, or the upgrade to a WebSocket.
pub(super) async fn get(
    State(app): State<App>,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
    request: Request,
) -> Response {
    match upgrade {
        Ok(upgrade) => websocket::upgrade(app, upgrade),
        Err(_) if request.headers().contains_key("upgrade") => {
            let failure = Failure::bad("bad-upgrade", "this is no proper upgrade to a WebSocket");
            failure.answer(Kind::Graphql)
        }
        Err(_) => {
            let text = request.uri().query().unwrap_or_default();
            match async_graphql::http::parse_query_string(text) {
                Ok(query) if query.query.is_empty() => {
                    Failure::bad("bad-request", "the URL has no query").answer(Kind::Graphql)
                }
                Ok(query) => execute(&app, BatchRequest::Single(query)).await,
                Err(error) => Failure::bad("bad-request", error.to_string()).answer(Kind::Graphql),
            }
        }
    }
}

/// `POST`: one request or a list of them in JSON; the content type does not matter.
pub(super) async fn post(State(app): State<App>, request: Request) -> Response {
    let body = match app.body(request).await {
        Ok(body) => body,
        Err(failure) => return failure.answer(Kind::Graphql),
    };
    let batch = match decode(&body.bytes) {
        Ok(batch) => batch,
        Err(failure) => return failure.answer(Kind::Graphql),
    };
    if let BatchRequest::Batch(list) = &batch
        && list.len() > app.limits.graphql_batch
    {
        let limit = app.limits.graphql_batch;
        let failure = Failure::bad("batch-too-long", format!("a batch has {limit} requests at most"));
        return failure.answer(Kind::Graphql);
    }
    // The budget of the body is kept until the answer is there: its text lives on in the request.
    execute(&app, batch).await
}

/// Reads the body of a `POST`.
pub(crate) fn decode(body: &[u8]) -> Result<BatchRequest, Failure> {
    serde_json::from_slice(body).map_err(|error| {
        Failure::bad("bad-request", format!("the body is no GraphQL request in JSON: {error}"))
    })
}

async fn execute(app: &App, batch: BatchRequest) -> Response {
    let answer = app.schema.execute_batch(batch).await;
    match serde_json::to_string(&answer) {
        Ok(text) => json_answer(text),
        Err(error) => Failure::new(500, "defect", error.to_string()).answer(Kind::Graphql),
    }
}
