//! Configuration, faults and traces.

use axum::extract::{Path, Query, Request, State};
use chain::Config;
use localnet::FaultRule;
use serde::Deserialize;
use serde_json::{Value, json};
use ton_client::{TxHash, boc};

use super::{Outcome, cell, read};
use crate::http::App;
use crate::http::failure::Failure;

/// Steps of a trace that are told unless asked otherwise, and the most that are.
const STEPS: usize = 1_000;
const MAX_STEPS: usize = 100_000;

/// Places of a trace's profile.
const PROFILE: usize = 50;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetConfig {
    param: Option<u32>,
    boc: String,
}

#[derive(Deserialize)]
pub(in crate::http) struct TraceQuery {
    steps: Option<usize>,
}

pub(in crate::http) async fn config(State(app): State<App>) -> Outcome {
    shown(&app).into()
}

fn shown(app: &App) -> Result<Value, Failure> {
    let node = app.service.snapshot();
    let config = node.config();
    let bad = |error: tycho_types::error::Error| Failure::new(500, "defect", error.to_string());
    let mut params = serde_json::Map::new();
    for entry in config.raw().params.as_dict().iter() {
        let (number, value) = entry.map_err(bad)?;
        params.insert(number.to_string(), boc::encode_base64(&value).into());
    }
    Ok(json!({
        "global_id": config.global_id(),
        "seq_no": node.master_head().seq_no,
        "boc": boc::encode_base64(&config.cell()),
        "params": params,
    }))
}

pub(in crate::http) async fn set_config(State(app): State<App>, request: Request) -> Outcome {
    async {
        let SetConfig { param, boc } = read(&app, request).await?;
        let cell = cell(&boc)?;
        let bad = |error: &dyn std::fmt::Display| Failure::bad("bad-config", error.to_string());
        let config = match param {
            None => Config::from_cell(&cell).map_err(|error| bad(&error))?,
            Some(number) => {
                let mut raw = app.service.snapshot().config().raw().clone();
                raw.params.set_raw(number, cell).map_err(|error| bad(&error))?;
                Config::from_raw(raw).map_err(|error| bad(&error))?
            }
        };
        app.service
            .edit(move |node| {
                node.set_config(config);
                Ok(())
            })
            .await?;
        shown(&app)
    }
    .await
    .into()
}

pub(in crate::http) async fn faults(State(app): State<App>) -> Outcome {
    Ok(rules(&app)).into()
}

fn rules(app: &App) -> Value {
    json!({ "faults": app.service.snapshot().faults() })
}

pub(in crate::http) async fn add_fault(State(app): State<App>, request: Request) -> Outcome {
    async {
        let rule: FaultRule = read(&app, request).await?;
        app.service.edit(move |node| node.add_fault(rule)).await?;
        Ok(rules(&app))
    }
    .await
    .into()
}

pub(in crate::http) async fn remove_fault(State(app): State<App>, Path(number): Path<String>) -> Outcome {
    async {
        let unknown = || Failure::new(404, "no-fault", format!("there is no rule {number:?}"));
        let id = number.parse().map_err(|_| unknown())?;
        if app.service.edit(move |node| Ok(node.remove_fault(id))).await? {
            Ok(rules(&app))
        } else {
            Err(unknown())
        }
    }
    .await
    .into()
}

pub(in crate::http) async fn clear_faults(State(app): State<App>) -> Outcome {
    async {
        app.service
            .edit(|node| {
                node.clear_faults();
                Ok(())
            })
            .await?;
        Ok(rules(&app))
    }
    .await
    .into()
}

pub(in crate::http) async fn trace(
    State(app): State<App>,
    Path(hash): Path<String>,
    query: Result<Query<TraceQuery>, axum::extract::rejection::QueryRejection>,
) -> Outcome {
    async {
        let bad = |_| Failure::bad("bad-hash", format!("{hash:?} is no hash of 64 hexadecimal digits"));
        let id: TxHash = hash.parse().map_err(bad)?;
        let query = query.map_err(|error| Failure::bad("bad-parameter", error.to_string()))?;
        let limit = query.steps.unwrap_or(STEPS).min(MAX_STEPS);
        let node = app.service.snapshot();
        let traced = tokio::task::spawn_blocking(move || node.trace(&id)).await;
        let trace = traced.map_err(|_| Failure::new(500, "defect", "the trace failed by a defect"))??;
        let steps: Vec<_> = trace.steps.iter().take(limit).map(|step| {
            json!({ "cell": step.place.cell.to_string(), "bits": step.place.bits, "gas": step.gas, "stack": step.stack_depth })
        }).collect();
        let profile: Vec<_> = trace.profile().into_iter().take(PROFILE).map(|spot| {
            json!({ "cell": spot.place.cell.to_string(), "bits": spot.place.bits, "count": spot.count, "gas": spot.gas })
        }).collect();
        Ok(json!({
            "transaction": id.to_string(),
            "exit_code": trace.exit_code,
            "gas_used": trace.gas_used,
            "step_count": trace.steps.len(),
            "steps": steps,
            "profile": profile,
        }))
    }
    .await
    .into()
}
