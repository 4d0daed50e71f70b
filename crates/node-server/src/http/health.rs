//! `/healthz` and `/metrics`.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::App;

/// 200 while blocks can be made, 503 when production is halted.
pub(super) async fn healthz(State(app): State<App>) -> Response {
    let info = app.service.info();
    let node = app.service.snapshot();
    let status = if info.halted.is_none() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "ok": info.halted.is_none(),
        "halted": info.halted,
        "seq_no": node.head().seq_no,
        "time": info.now_ms / 1000,
    });
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

pub(super) async fn metrics(State(app): State<App>) -> Response {
    let metrics = app.service.metrics();
    metrics.mempool.set(i64::try_from(app.service.info().waiting).unwrap_or(i64::MAX));
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], metrics.to_text()).into_response()
}
