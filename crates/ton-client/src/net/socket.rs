//! One WebSocket connection for all queries and subscriptions to an endpoint.
//!
//! COMPAT(sdk): sub-protocol `graphql-ws` in Apollo's old sense (`connection_init`, `start`, `data`, `complete`, `stop`).
//! A connection that broke stays broken: whoever needs one opens the next.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reqwest::{StatusCode, Upgraded, Url, header};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Message, Role, WebSocketConfig};

use super::answer::{Malformed, words};
use super::link::{Refusal, Trouble, graphql_error, unanswered};

/// Name of the sub-protocol.
const PROTOCOL: &str = "graphql-ws";
/// Operations that run at a time.
const MAX_OPERATIONS: usize = 4096;
/// Pushed answers that wait for one reader.
const MAX_WAITING: usize = 256;
/// How long a frame may take to leave.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);

type Stream = WebSocketStream<Upgraded>;

/// What an operation gets.
#[derive(Debug)]
pub(crate) enum Event {
    /// `{"data": …}` or `{"errors": […]}`.
    Answer(Value),
    /// The server ended the operation, or the connection did.
    Failed(Trouble),
    /// The server ended the operation; there is nothing more.
    Complete,
}

enum Command {
    Start { id: u64, payload: Value, events: mpsc::Sender<Event> },
    Stop { id: u64 },
}

pub(crate) struct Socket {
    commands: mpsc::Sender<Command>,
    next_id: AtomicU64,
}

/// A running operation; letting it go stops it.
pub(crate) struct Operation {
    id: u64,
    events: mpsc::Receiver<Event>,
    commands: mpsc::Sender<Command>,
}

impl Socket {
    pub(crate) async fn open(http: &reqwest::Client, url: Url, max_answer: usize) -> Result<Self, Trouble> {
        let mut stream = connect(http, url, max_answer).await?;
        let hello = json!({ "type": "connection_init", "payload": {} });
        send(&mut stream, &hello).await?;
        loop {
            let frame = next(&mut stream).await?;
            match frame.get("type").and_then(Value::as_str) {
                Some("connection_ack") => break,
                Some("connection_error") => {
                    return Err(graphql_error(frame.get("payload").unwrap_or(&Value::Null)));
                }
                Some("ka") => {}
                _ => return Err(Malformed::Socket("no acknowledgement at the start").into()),
            }
        }
        let (commands, inbox) = mpsc::channel(64);
        tokio::spawn(run(stream, inbox));
        Ok(Self { commands, next_id: AtomicU64::new(1) })
    }

    pub(crate) fn is_open(&self) -> bool {
        !self.commands.is_closed()
    }

    pub(crate) async fn start(&self, payload: &Value) -> Result<Operation, Trouble> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let (sender, events) = mpsc::channel(MAX_WAITING);
        let start = Command::Start { id, payload: payload.clone(), events: sender };
        let closed = |_| Trouble::Unsent(Box::new(Refusal::Closed("before the request".to_owned())));
        self.commands.send(start).await.map_err(closed)?;
        Ok(Operation { id, events, commands: self.commands.clone() })
    }

    /// A query or mutation: one answer.
    pub(crate) async fn query(&self, payload: &Value) -> Result<Value, Trouble> {
        match self.start(payload).await?.next().await {
            Event::Answer(answer) => Ok(answer),
            Event::Failed(trouble) => Err(trouble),
            Event::Complete => Err(Malformed::Missing("data").into()),
        }
    }
}

impl Operation {
    pub(crate) async fn next(&mut self) -> Event {
        let broken = || Event::Failed(Trouble::Lost(Box::new(Refusal::Closed("without a word".to_owned()))));
        self.events.recv().await.unwrap_or_else(broken)
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        // If there is no room, the next answer finds nobody and stops the operation.
        let _ = self.commands.try_send(Command::Stop { id: self.id });
    }
}

/// The handshake, over the same client as all requests, so with the same certificates, headers and proxy.
async fn connect(http: &reqwest::Client, url: Url, max_answer: usize) -> Result<Stream, Trouble> {
    let key = generate_key();
    let request = http
        .get(url)
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(header::SEC_WEBSOCKET_KEY, &key)
        .header(header::SEC_WEBSOCKET_PROTOCOL, PROTOCOL);
    // Nothing but the handshake is at stake here.
    let unsent = |trouble| match trouble {
        Trouble::Lost(source) => Trouble::Unsent(source),
        other => other,
    };
    let response = request.send().await.map_err(|error| unsent(unanswered(error)))?;
    let status = response.status();
    if status != StatusCode::SWITCHING_PROTOCOLS {
        let status_code = status.as_u16();
        return Err(match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Trouble::Refused(Box::new(Refusal::Unauthorized { status: status_code }))
            }
            _ => {
                let refusal =
                    Box::new(Refusal::Status { status: status_code, text: "no WebSocket".to_owned() });
                if status.is_server_error() { Trouble::Unsent(refusal) } else { Trouble::Refused(refusal) }
            }
        });
    }
    let is = |name, wanted: &str| {
        response.headers().get(name).and_then(|value| value.to_str().ok()) == Some(wanted)
    };
    if !is(header::SEC_WEBSOCKET_ACCEPT, &derive_accept_key(key.as_bytes())) {
        return Err(Malformed::Socket("a wrong key at the start").into());
    }
    if !is(header::SEC_WEBSOCKET_PROTOCOL, PROTOCOL) {
        return Err(Malformed::Socket("another sub-protocol").into());
    }
    let upgraded = response.upgrade().await.map_err(|error| unsent(unanswered(error)))?;
    let mut config = WebSocketConfig::default();
    config.max_message_size = Some(max_answer);
    config.max_frame_size = Some(max_answer);
    // What cannot leave waits here; requests have their own limits.
    config.max_write_buffer_size = 2 * max_answer;
    Ok(WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(config)).await)
}

fn closed(why: impl std::fmt::Display) -> Trouble {
    Trouble::Lost(Box::new(Refusal::Closed(words(&why.to_string()))))
}

async fn send(stream: &mut Stream, frame: &Value) -> Result<(), Trouble> {
    let sent = timeout(SEND_TIMEOUT, stream.send(Message::text(frame.to_string()))).await;
    sent.map_err(closed)?.map_err(closed)
}

/// The next frame with JSON in it. Pings are answered underneath.
async fn next(stream: &mut Stream) -> Result<Value, Trouble> {
    loop {
        match stream.next().await {
            None => return Err(closed("the server hung up")),
            Some(Err(error)) => return Err(closed(error)),
            Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).map_err(Malformed::Json)?),
            Some(Ok(Message::Binary(_))) => return Err(Malformed::Socket("a binary frame").into()),
            Some(Ok(Message::Close(reason))) => {
                let reason = reason.map(|reason| reason.reason.to_string()).unwrap_or_default();
                return Err(closed(format!("the server said goodbye {reason}")));
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
        }
    }
}

/// Carries frames between the connection and the operations until either end goes.
async fn run(mut stream: Stream, mut inbox: mpsc::Receiver<Command>) {
    let mut running: HashMap<u64, mpsc::Sender<Event>> = HashMap::new();
    let trouble = loop {
        let outcome = tokio::select! {
            command = inbox.recv() => match command {
                None => {
                    let _ = send(&mut stream, &json!({ "type": "connection_terminate" })).await;
                    let _ = timeout(SEND_TIMEOUT, stream.close(None)).await;
                    return;
                }
                Some(command) => obey(&mut stream, &mut running, command).await,
            },
            frame = next(&mut stream) => match frame {
                Ok(frame) => deliver(&mut stream, &mut running, frame).await,
                Err(trouble) => Err(trouble),
            },
        };
        if let Err(trouble) = outcome {
            break trouble;
        }
    };
    // From here on `is_open` says no; what was asked meanwhile fails when `inbox` goes.
    inbox.close();
    let why = match trouble {
        Trouble::Unsent(why) | Trouble::Lost(why) | Trouble::Refused(why) => why.to_string(),
        Trouble::Bad(why) => why.to_string(),
    };
    for (_, events) in running {
        let _ = events.try_send(Event::Failed(closed(&why)));
    }
}

async fn obey(
    stream: &mut Stream,
    running: &mut HashMap<u64, mpsc::Sender<Event>>,
    command: Command,
) -> Result<(), Trouble> {
    match command {
        Command::Start { events, .. } if running.len() >= MAX_OPERATIONS => {
            let refusal = Refusal::Overflow { what: "operations", limit: MAX_OPERATIONS };
            let _ = events.try_send(Event::Failed(Trouble::Unsent(Box::new(refusal))));
            Ok(())
        }
        Command::Start { id, payload, events } => {
            running.insert(id, events);
            send(stream, &json!({ "type": "start", "id": id.to_string(), "payload": payload })).await
        }
        Command::Stop { id } => match running.remove(&id) {
            Some(_) => stop(stream, id).await,
            None => Ok(()),
        },
    }
}

async fn stop(stream: &mut Stream, id: u64) -> Result<(), Trouble> {
    send(stream, &json!({ "type": "stop", "id": id.to_string() })).await
}

async fn deliver(
    stream: &mut Stream,
    running: &mut HashMap<u64, mpsc::Sender<Event>>,
    mut frame: Value,
) -> Result<(), Trouble> {
    let kind = frame.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    // An operation that was stopped may still get what was on its way, or it is none of ours.
    let id = frame.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let Some((id, events)) = id.and_then(|id: u64| Some((id, running.get(&id)?))) else { return Ok(()) };
    let payload = frame.get_mut("payload").map(Value::take).unwrap_or_default();
    let (event, last) = match kind.as_str() {
        "data" => (Event::Answer(payload), false),
        "error" => (Event::Failed(graphql_error(&payload)), true),
        "complete" => (Event::Complete, true),
        _ => return Ok(()),
    };
    let sent = events.try_send(event);
    if last {
        running.remove(&id);
    } else if sent.is_err() {
        // The reader is gone or too slow; its channel closes, which it takes for a broken connection.
        running.remove(&id);
        return stop(stream, id).await;
    }
    Ok(())
}
