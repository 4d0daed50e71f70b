//! Checkpoints and whole states.

use axum::extract::{Path, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Outcome, read};
use crate::http::failure::Failure;
use crate::http::{App, Kind};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    name: String,
}

pub(in crate::http) async fn list(State(app): State<App>) -> Outcome {
    Ok(json!({ "checkpoints": app.service.checkpoints() })).into()
}

pub(in crate::http) async fn create(State(app): State<App>, request: Request) -> Outcome {
    async {
        let Create { name } = read(&app, request).await?;
        Ok(json!(app.service.checkpoint(name).await?))
    }
    .await
    .into()
}

pub(in crate::http) async fn restore(State(app): State<App>, Path(name): Path<String>) -> Outcome {
    async { Ok(json!(app.service.restore(name).await?)) }.await.into()
}

pub(in crate::http) async fn delete(State(app): State<App>, Path(name): Path<String>) -> Outcome {
    async { Ok(json!(app.service.delete_checkpoint(name).await?)) }.await.into()
}

pub(in crate::http) async fn dump(State(app): State<App>) -> Response {
    let service = app.service.clone();
    // Writing a large state takes a while; others are served meanwhile.
    match tokio::task::spawn_blocking(move || service.dump()).await {
        Ok(Ok(bytes)) => ([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response(),
        Ok(Err(error)) => Failure::from(error).answer(Kind::Control),
        Err(_) => Failure::new(500, "defect", "the state cannot be written").answer(Kind::Control),
    }
}

pub(in crate::http) async fn load(State(app): State<App>, request: Request) -> Outcome {
    async {
        let limits = &app.limits;
        // A large state comes from this computer, but it may be a slow one.
        let time = 10 * limits.body_time;
        let body = app.bodies.read(request.into_body(), limits.control_body, time).await?;
        app.service.load(body.into_bytes()).await?;
        Ok(head(&app))
    }
    .await
    .into()
}

pub(in crate::http) async fn reset(State(app): State<App>) -> Outcome {
    async {
        app.service.reset().await?;
        Ok(head(&app))
    }
    .await
    .into()
}

fn head(app: &App) -> Value {
    let node = app.service.snapshot();
    json!({ "seq_no": node.head().seq_no, "id": node.head().id.to_string(), "time": node.now().0 })
}
