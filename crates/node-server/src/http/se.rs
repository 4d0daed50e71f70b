//! The REST controls of TON OS SE: `POST /se/COMMAND`, answers in plain text.
//!
//! | command | answer | what it does here |
//! | --- | --- | --- |
//! | `increase-time?delta=SECONDS` | empty | chain time jumps ahead |
//! | `reset-time` | empty | back to the wall clock; blocks keep the time of the newest one until it catches up |
//! | `time-delta` | seconds | what `increase-time` added since the last reset |
//! | `time` | seconds | time of the next block |
//! | `time-mode` | `0` or `1` | 1 = sequential |
//! | `set-time-mode?mode=0`, `?mode=1` | empty | as the two next ones |
//! | `seq-mode-on`, `seq-mode-off` | empty | a block for each transaction, each a second later than the one before |
//! | `reset` | empty | the network begins anew |
//! | `fork`, `unfork` | 501 | this node does not fork networks |
//!
//! Example: `curl -X POST 'http://127.0.0.1:8080/se/increase-time?delta=3600'`

use std::collections::HashMap;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::post;

use super::failure::Failure;
use super::{App, Kind};

type Parameters = HashMap<String, String>;

pub(super) fn router() -> Router<App> {
    Router::new().route("/{command}", post(command))
}

async fn command(
    State(app): State<App>,
    Path(command): Path<String>,
    parameters: Result<Query<Parameters>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let outcome = match parameters {
        Ok(Query(parameters)) => run(&app, &command.to_lowercase(), &parameters).await,
        Err(error) => Err(Failure::bad("bad-parameter", error.to_string())),
    };
    match outcome {
        Ok(text) => Response::new(text.into()),
        Err(failure) => failure.answer(Kind::Se),
    }
}

async fn run(app: &App, command: &str, parameters: &Parameters) -> Result<String, Failure> {
    let service = &app.service;
    match command {
        "increase-time" => drop(service.advance(number(parameters, "delta")?).await?),
        "reset-time" => drop(service.reset_time().await?),
        "time-delta" => return Ok(service.info().clock.delta.to_string()),
        "time" => {
            let step = service.snapshot().options().seconds_per_block;
            return Ok((service.info().now_ms / 1000 + u64::from(step)).to_string());
        }
        "time-mode" => return Ok(u8::from(service.is_sequential()).to_string()),
        "set-time-mode" => match number(parameters, "mode")? {
            mode @ (0 | 1) => service.set_sequential(mode == 1).await?,
            mode => {
                let why = format!("mode {mode} is neither 0 (system time) nor 1 (sequential)");
                return Err(Failure::bad("bad-parameter", why));
            }
        },
        "seq-mode-on" => service.set_sequential(true).await?,
        "seq-mode-off" => service.set_sequential(false).await?,
        "reset" => service.reset().await?,
        "fork" | "unfork" => {
            return Err(Failure::new(501, "not-supported", "this node does not fork other networks"));
        }
        _ => return Err(Failure::new(404, "no-such-command", format!("there is no command {command:?}"))),
    }
    Ok(String::new())
}

fn number(parameters: &Parameters, name: &str) -> Result<u32, Failure> {
    let text = parameters.get(name);
    let text =
        text.ok_or_else(|| Failure::bad("bad-parameter", format!("the parameter {name} is missing")))?;
    let bad = |_| Failure::bad("bad-parameter", format!("{name} is no whole number from 0 to 4294967295"));
    text.parse().map_err(bad)
}
