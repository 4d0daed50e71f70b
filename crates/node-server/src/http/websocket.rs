//! GraphQL over WebSockets, in Apollo's old protocol (`graphql-ws`) and the newer one (`graphql-transport-ws`).
//!
//! COMPAT(sdk): no `ka` is ever sent: after a second one the official SDK wants them at a strict period. The
//! connection is kept alive, and found dead, by the pings of the WebSocket protocol itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_graphql::dynamic::Schema;
use async_graphql::http::{ClientMessage, WebSocket as Protocol, WebSocketProtocols, WsMessage};
use async_graphql::{Data, Executor, Request, Response as Answer, ServerError};
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use futures_util::stream::{self, BoxStream};
use futures_util::{SinkExt, Stream, StreamExt, future};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::failure::Failure;
use super::{App, Kind};
use crate::metrics::Metrics;

const NAMES: [&str; 2] = ["graphql-ws", "graphql-transport-ws"];

/// Answers the upgrade; the chosen sub-protocol is echoed.
pub(super) fn upgrade(app: App, upgrade: WebSocketUpgrade) -> Response {
    let Ok(place) = app.websockets.clone().try_acquire_owned() else {
        app.service.metrics().turned_away("websockets");
        let failure =
            Failure::new(503, "too-many-websockets", "too many WebSockets are open: try again later");
        return failure.answer(Kind::Graphql);
    };
    let limit = app.limits.websocket_message;
    let upgrade = upgrade.protocols(NAMES).max_message_size(limit).max_frame_size(limit);
    let newer = upgrade.selected_protocol().is_some_and(|name| name == NAMES[1]);
    let protocol =
        if newer { WebSocketProtocols::GraphQLWS } else { WebSocketProtocols::SubscriptionsTransportWS };
    upgrade.on_upgrade(move |socket| async move {
        let metrics = app.service.metrics().clone();
        metrics.websockets.inc();
        serve(&app, socket, protocol).await;
        metrics.websockets.dec();
        drop(place);
    })
}

/// What the reading half of a connection tells the writing one.
struct Pulse {
    start: Instant,
    /// Milliseconds after `start` of the last frame from the client.
    heard: AtomicU64,
    /// Whether `connection_init` came.
    started: AtomicBool,
}

impl Pulse {
    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

async fn serve(app: &App, socket: WebSocket, protocol: WebSocketProtocols) {
    let (mut sink, stream) = socket.split();
    let pulse =
        Arc::new(Pulse { start: Instant::now(), heard: AtomicU64::new(0), started: AtomicBool::new(false) });
    let metrics = app.service.metrics().clone();
    let executor = Limited {
        schema: app.schema.clone(),
        mine: Arc::new(Semaphore::new(app.limits.operations)),
        all: app.operations.clone(),
        limit: app.limits.operations,
        metrics,
    };
    let started = pulse.clone();
    let mut answers = Box::pin(
        Protocol::from_message_stream(executor, messages(stream, pulse.clone()), protocol)
            .on_connection_init(move |_| {
                started.started.store(true, Ordering::Relaxed);
                future::ready(Ok(Data::default()))
            }),
    );
    let mut stop = app.stop.clone();
    let mut ping = tokio::time::interval(app.limits.websocket_ping);
    ping.reset();
    let init = tokio::time::sleep(app.limits.websocket_init);
    tokio::pin!(init);
    let mut waiting_for_init = true;
    loop {
        let out = tokio::select! {
            answer = answers.next() => match answer {
                Some(WsMessage::Text(text)) => Message::Text(text.into()),
                Some(WsMessage::Close(code, reason)) => close(code, reason),
                None => close(1000, String::new()),
            },
            _ = ping.tick() => {
                let silent = pulse.now().saturating_sub(pulse.heard.load(Ordering::Relaxed));
                if silent > 3 * app.limits.websocket_ping.as_millis() as u64 {
                    return;
                }
                Message::Ping(Vec::new().into())
            }
            () = &mut init, if waiting_for_init => {
                waiting_for_init = false;
                if pulse.started.load(Ordering::Relaxed) {
                    continue;
                }
                close(4408, "no connection_init came".to_owned())
            }
            _ = stop.wait_for(|stop| *stop) => close(1001, "the node is stopping".to_owned()),
        };
        let last = matches!(out, Message::Close(_));
        let sent = tokio::time::timeout(app.limits.write_stall, sink.send(out)).await;
        if last || !matches!(sent, Ok(Ok(()))) {
            let _ = tokio::time::timeout(Duration::from_secs(1), sink.close()).await;
            return;
        }
    }
}

/// A close frame; its reason has room for 123 bytes.
fn close(code: u16, mut reason: String) -> Message {
    let mut end = reason.len().min(123);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    reason.truncate(end);
    Message::Close(Some(CloseFrame { code, reason: reason.into() }))
}

/// The client's messages until it closes or breaks the WebSocket protocol.
fn messages(
    stream: impl Stream<Item = Result<Message, axum::Error>> + Send + 'static,
    pulse: Arc<Pulse>,
) -> BoxStream<'static, serde_json::Result<ClientMessage>> {
    let frames = stream
        .take_while(|frame| future::ready(matches!(frame, Ok(frame) if !matches!(frame, Message::Close(_)))));
    let texts = frames.filter_map(move |frame| {
        pulse.heard.store(pulse.now(), Ordering::Relaxed);
        future::ready(match frame {
            Ok(Message::Text(text)) => Some(decode(text.as_bytes())),
            Ok(Message::Binary(bytes)) => Some(decode(&bytes)),
            _ => None,
        })
    });
    texts.boxed()
}

/// Reads one message of either protocol.
pub(crate) fn decode(bytes: &[u8]) -> serde_json::Result<ClientMessage> {
    ClientMessage::from_bytes(bytes)
}

/// The schema with a limited number of operations at a time.
#[derive(Clone)]
struct Limited {
    schema: Schema,
    mine: Arc<Semaphore>,
    all: Arc<Semaphore>,
    limit: usize,
    metrics: Arc<Metrics>,
}

/// The places of a running operation.
struct Slot {
    _mine: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
    metrics: Arc<Metrics>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.metrics.subscriptions.dec();
    }
}

impl Limited {
    fn slot(&self) -> Result<Slot, String> {
        let limit = self.limit;
        let mine = self.mine.clone().try_acquire_owned();
        let mine = mine.map_err(|_| format!("{limit} operations run on this connection already"))?;
        let all = self.all.clone().try_acquire_owned();
        let all =
            all.map_err(|_| "too many operations run on all connections: try again later".to_owned())?;
        self.metrics.subscriptions.inc();
        Ok(Slot { _mine: mine, _all: all, metrics: self.metrics.clone() })
    }
}

impl Executor for Limited {
    async fn execute(&self, request: Request) -> Answer {
        Executor::execute(&self.schema, request).await
    }

    fn execute_stream(&self, request: Request, data: Option<Arc<Data>>) -> BoxStream<'static, Answer> {
        match self.slot() {
            Ok(slot) => {
                let answers = Executor::execute_stream(&self.schema, request, data);
                answers
                    .map(move |answer| {
                        let _held = &slot;
                        answer
                    })
                    .boxed()
            }
            Err(message) => {
                self.metrics.turned_away("operations");
                let error = ServerError::new(message, None);
                stream::once(future::ready(Answer::from_errors(vec![error]))).boxed()
            }
        }
    }
}
