//! Our own controls: JSON in, JSON out.
//!
//! A failed request answers `{"error": {"code": "…", "message": "…"}}` with a stable code and a status of 400 (the
//! request is wrong), 404 (what it names does not exist), 413 (too large), 503 (busy, halted, stopping) or 500.
//!
//! | request | body | answer |
//! | --- | --- | --- |
//! | `GET /control/info` | | version, chain, clock, mode, waiting messages, state hash |
//! | `GET /control/time` | | the clock |
//! | `POST /control/time/advance` | `{"seconds": 3600}` | the clock |
//! | `POST /control/time/set` | `{"time": 1606780800}` | the clock |
//! | `POST /control/time/freeze` | `{}` or `{"time": 1606780800}` | the clock |
//! | `POST /control/time/resume` | `{}` | the clock |
//! | `POST /control/mine` | `{"blocks": 3}`, `{"settle": true}` or `{"only": ["MESSAGE HASH"]}` | the newest round |
//! | `GET`/`POST /control/mode` | `{"mode": "interval", "interval_ms": 500}` and options of blocks | the mode |
//! | `GET`/`POST /control/checkpoints` | `{"name": "before"}` | the checkpoints, the new one |
//! | `POST /control/checkpoints/NAME/restore` | `{}` | the checkpoint |
//! | `DELETE /control/checkpoints/NAME` | | the checkpoint |
//! | `GET /control/dump` | | the state file (bytes) |
//! | `POST /control/load` | a state file (bytes) | the newest block |
//! | `POST /control/reset` | `{}` | the newest block |
//! | `POST /control/fund` | `{"address": "0:…", "value": "1000000000"}` (nanotokens) | the account |
//! | `GET /control/account/ADDRESS` | | the account |
//! | `POST /control/account/ADDRESS` | `{"balance": "…", "code": "BOC", "data": "BOC"}` or `{"boc": "BOC"}` | the account |
//! | `DELETE /control/account/ADDRESS` | | the account |
//! | `POST /control/inject` | `{"src": "0:…", "dst": "0:…", "value": "1000", "bounce": true, "body": "BOC"}` | its hash |
//! | `GET`/`POST /control/config` | `{"boc": "…"}` or `{"param": 20, "boc": "…"}` | the configuration |
//! | `GET`/`POST`/`DELETE /control/faults` | a rule, see [`localnet::FaultRule`] | the rules |
//! | `DELETE /control/faults/NUMBER` | | the rules |
//! | `GET /control/trace/TRANSACTION` | `?steps=100` | exit code, gas, steps |
//!
//! Bags of cells are in base64. Example:
//!
//! ```sh
//! curl -X POST http://127.0.0.1:8080/control/fund -d '{"address": "0:11…", "value": "5000000000"}'
//! curl -X POST http://127.0.0.1:8080/control/time/advance -d '{"seconds": 86400}'
//! ```

mod accounts;
mod chain_time;
mod network;
mod states;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use ton_abi::{Address, Cell};
use ton_client::boc;

use super::failure::Failure;
use super::{App, Kind, json_answer};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/info", get(info))
        .route("/time", get(chain_time::time))
        .route("/time/advance", post(chain_time::advance))
        .route("/time/set", post(chain_time::set))
        .route("/time/freeze", post(chain_time::freeze))
        .route("/time/resume", post(chain_time::resume))
        .route("/mine", post(chain_time::mine))
        .route("/mode", get(chain_time::mode).post(chain_time::set_mode))
        .route("/checkpoints", get(states::list).post(states::create))
        .route("/checkpoints/{name}/restore", post(states::restore))
        .route("/checkpoints/{name}", axum::routing::delete(states::delete))
        .route("/dump", get(states::dump))
        .route("/load", post(states::load))
        .route("/reset", post(states::reset))
        .route("/fund", post(accounts::fund))
        .route("/account/{address}", get(accounts::show).post(accounts::set).delete(accounts::delete))
        .route("/inject", post(accounts::inject))
        .route("/config", get(network::config).post(network::set_config))
        .route("/faults", get(network::faults).post(network::add_fault).delete(network::clear_faults))
        .route("/faults/{number}", axum::routing::delete(network::remove_fault))
        .route("/trace/{transaction}", get(network::trace))
}

/// An answer or a failure; what a control gives.
pub(super) struct Outcome(Result<Value, Failure>);

impl axum::response::IntoResponse for Outcome {
    fn into_response(self) -> Response {
        match self.0 {
            Ok(value) => json_answer(value.to_string()),
            Err(failure) => failure.answer(Kind::Control),
        }
    }
}

impl From<Result<Value, Failure>> for Outcome {
    fn from(outcome: Result<Value, Failure>) -> Self {
        Self(outcome)
    }
}

/// Reads a control's JSON; no body at all is the empty object.
async fn read<T: DeserializeOwned>(app: &App, request: Request) -> Result<T, Failure> {
    let limits = &app.limits;
    let body = app.bodies.read(request.into_body(), limits.control_body, limits.body_time).await?;
    decode(&body.bytes)
}

/// Decodes a control's JSON.
pub(crate) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    let text = if body.iter().all(u8::is_ascii_whitespace) { &b"{}"[..] } else { body };
    serde_json::from_slice(text)
        .map_err(|error| Failure::bad("bad-request", format!("the body is not what this takes: {error}")))
}

/// A bag of cells in base64.
fn cell(text: &str) -> Result<Cell, Failure> {
    boc::decode_base64(text).map_err(|error| Failure::bad("bad-boc", error.to_string()))
}

fn address(text: &str) -> Result<Address, Failure> {
    text.parse().map_err(|error| Failure::bad("bad-address", format!("{text:?} is no address: {error}")))
}

async fn info(State(app): State<App>) -> Outcome {
    let (info, node) = (app.service.info(), app.service.snapshot());
    let (head, master) = (node.head(), node.master_head());
    let hash = node.state_hash();
    Outcome(Ok(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "api_version": info.version,
        "global_id": node.config().global_id(),
        "block": { "seq_no": head.seq_no, "id": head.id.to_string(), "time": head.gen_utime.0 },
        "master_block": { "seq_no": master.seq_no, "id": master.id.to_string() },
        "clock": chain_time::clock(&app),
        "mode": info.mode.name(),
        "remp": info.remp_enabled,
        "waiting": info.waiting,
        "halted": info.halted,
        "state_hash": hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
        "giver": localnet::giver::ADDRESS.to_string(),
    })))
}
