//! Clock, blocks and modes.

use std::time::Duration;

use axum::extract::{Request, State};
use localnet::{Delivery, Round};
use serde::Deserialize;
use serde_json::{Value, json};
use ton_abi::UnixTime;
use ton_client::MsgHash;

use super::{Outcome, read};
use crate::http::App;
use crate::http::failure::Failure;
use crate::service::{Mode, Settings};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    time: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Freeze {
    time: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mine {
    blocks: Option<u32>,
    #[serde(default)]
    settle: bool,
    only: Option<Vec<MsgHash>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetMode {
    mode: Option<String>,
    interval_ms: Option<u64>,
    sequential: Option<bool>,
    delivery: Option<Delivery>,
    seconds_per_block: Option<u32>,
    block_transactions: Option<usize>,
    block_gas_limit: Option<u64>,
    full_body_in_bounced: Option<bool>,
    bounce_after_failed_action: Option<bool>,
}

/// The clock in JSON.
pub(super) fn clock(app: &App) -> Value {
    let info = app.service.info();
    json!({
        "time": info.now_ms / 1000,
        "now_ms": info.now_ms,
        "frozen": info.clock.frozen,
        "offset_ms": info.clock.offset_ms,
        "delta": info.clock.delta,
    })
}

pub(in crate::http) async fn time(State(app): State<App>) -> Outcome {
    Ok(clock(&app)).into()
}

pub(in crate::http) async fn advance(State(app): State<App>, request: Request) -> Outcome {
    async {
        let Advance { seconds } = read(&app, request).await?;
        app.service.advance(seconds).await?;
        Ok(clock(&app))
    }
    .await
    .into()
}

pub(in crate::http) async fn set(State(app): State<App>, request: Request) -> Outcome {
    async {
        let Set { time } = read(&app, request).await?;
        app.service.set_time(UnixTime(time)).await?;
        Ok(clock(&app))
    }
    .await
    .into()
}

pub(in crate::http) async fn freeze(State(app): State<App>, request: Request) -> Outcome {
    async {
        let Freeze { time } = read(&app, request).await?;
        app.service.freeze(time.map(UnixTime)).await?;
        Ok(clock(&app))
    }
    .await
    .into()
}

pub(in crate::http) async fn resume(State(app): State<App>) -> Outcome {
    async {
        app.service.resume().await?;
        Ok(clock(&app))
    }
    .await
    .into()
}

/// A round in JSON.
fn round(round: &Round) -> Value {
    let (block, master) = (&round.workchain, &round.master);
    let rejected = [block, master].into_iter().flat_map(|block| &block.rejected);
    let rejected: Vec<_> = rejected.map(|rejection| &**rejection).collect();
    let transactions = [block, master].into_iter().flat_map(|block| &block.transactions);
    json!({
        "seq_no": block.seq_no,
        "id": block.id.to_string(),
        "master_id": master.id.to_string(),
        "time": block.gen_utime.0,
        "transactions": transactions.map(|record| record.hash.to_string()).collect::<Vec<_>>(),
        "rejected": rejected,
        "queued": block.queue_len,
    })
}

pub(in crate::http) async fn mine(State(app): State<App>, request: Request) -> Outcome {
    async {
        let service = &app.service;
        match read(&app, request).await? {
            Mine { blocks: None, settle: true, only: None } => {
                let made = service.settle().await?;
                let head = service.snapshot().head().clone();
                Ok(json!({ "blocks": made, "seq_no": head.seq_no, "id": head.id.to_string() }))
            }
            Mine { blocks: None, settle: false, only: Some(only) } => {
                let made = service.produce_only(only).await?;
                Ok(round(&made))
            }
            Mine { blocks, settle: false, only: None } => {
                let made = service.produce_many(blocks.unwrap_or(1)).await?;
                Ok(round(&made))
            }
            _ => Err(Failure::bad("bad-request", "blocks, settle and only exclude each other")),
        }
    }
    .await
    .into()
}

pub(in crate::http) async fn mode(State(app): State<App>) -> Outcome {
    Ok(mode_of(&app)).into()
}

fn mode_of(app: &App) -> Value {
    let mode = app.service.info().mode;
    let interval = match mode {
        Mode::Interval(interval) => Some(u64::try_from(interval.as_millis()).unwrap_or(u64::MAX)),
        Mode::Instant | Mode::Manual => None,
    };
    json!({
        "mode": mode.name(),
        "interval_ms": interval,
        "sequential": app.service.is_sequential(),
        "options": app.service.snapshot().options(),
    })
}

pub(in crate::http) async fn set_mode(State(app): State<App>, request: Request) -> Outcome {
    async {
        let wanted: SetMode = read(&app, request).await?;
        let mode = match (wanted.mode.as_deref(), wanted.interval_ms) {
            (None, None) => None,
            (Some("instant"), None) => Some(Mode::Instant),
            (Some("manual"), None) => Some(Mode::Manual),
            (Some("interval") | None, Some(ms)) => Some(interval(ms)?),
            (Some("interval"), None) => {
                return Err(Failure::bad("bad-request", "the mode interval needs interval_ms"));
            }
            (Some(other), _) => {
                let why =
                    format!("{other:?} with or without interval_ms is none of instant, interval and manual");
                return Err(Failure::bad("bad-request", why));
            }
        };
        if wanted.block_transactions == Some(0) || wanted.block_gas_limit == Some(0) {
            return Err(Failure::bad("bad-request", "a block needs room for a transaction"));
        }
        if let Some(mode) = mode {
            app.service.set_mode(mode).await?;
        }
        if let Some(on) = wanted.sequential {
            app.service.set_sequential(on).await?;
        }
        app.service
            .set_options(move |options| {
                options.delivery = wanted.delivery.unwrap_or(options.delivery);
                options.seconds_per_block = wanted.seconds_per_block.unwrap_or(options.seconds_per_block);
                options.block_transactions = wanted.block_transactions.unwrap_or(options.block_transactions);
                options.block_gas_limit = wanted.block_gas_limit.unwrap_or(options.block_gas_limit);
                options.full_body_in_bounced =
                    wanted.full_body_in_bounced.unwrap_or(options.full_body_in_bounced);
                options.bounce_after_failed_action =
                    wanted.bounce_after_failed_action.unwrap_or(options.bounce_after_failed_action);
            })
            .await?;
        Ok(mode_of(&app))
    }
    .await
    .into()
}

fn interval(ms: u64) -> Result<Mode, Failure> {
    let interval = Duration::from_millis(ms);
    if interval < Settings::MIN_INTERVAL || interval > Settings::MAX_INTERVAL {
        let (min, max) = (Settings::MIN_INTERVAL.as_millis(), Settings::MAX_INTERVAL.as_millis());
        return Err(Failure::bad("bad-request", format!("interval_ms is from {min} to {max}")));
    }
    Ok(Mode::Interval(interval))
}
