//! Endpoints that say what a test wants: raw HTTP, and WebSocket on request.

#![allow(dead_code)] // each test file uses its own part
#![allow(clippy::unwrap_used)] // a panic is how a test fails

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Message, Role};
use ton_client::net::Options;

/// A request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// First line and headers.
    pub(crate) head: String,
    /// Body, `null` if there is none.
    pub(crate) body: Value,
}

impl Request {
    /// The query's text, or the method's name.
    pub(crate) fn asks(&self, what: &str) -> bool {
        ["query", "method"].iter().any(|key| self.body[key].as_str().is_some_and(|text| text.contains(what)))
    }
}

/// What to answer.
pub(crate) enum Reply {
    /// Status 200 with JSON.
    Json(Value),
    /// A status and a text.
    Status(u16, &'static str),
    /// These bytes, then the connection ends.
    Raw(Vec<u8>),
    /// Zeros without end.
    Endless,
    /// A WebSocket connection with this script: frames in, frames out.
    Socket(&'static str, fn(&Value) -> Vec<Frame>),
}

/// What a WebSocket server sends.
pub(crate) enum Frame {
    Json(Value),
    Binary(usize),
    Text(String),
    Close,
    /// The connection breaks without a word.
    Break,
}

/// A running endpoint.
pub(crate) struct Server {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Serves until the test ends; `answer` gets the number of the request, from 0.
    pub(crate) async fn start(answer: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let (seen, answer) = (requests.clone(), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, answer) = (seen.clone(), answer.clone());
                tokio::spawn(async move { serve(stream, &seen, &*answer).await });
            }
        });
        Self { url, requests }
    }

    /// An address at which nobody listens.
    pub(crate) async fn nobody() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

async fn serve(
    mut stream: TcpStream,
    seen: &Mutex<Vec<Request>>,
    answer: &(dyn Fn(usize, &Request) -> Reply + Sync),
) {
    let Some(request) = read(&mut stream).await else { return };
    let reply = {
        let mut seen = seen.lock().unwrap();
        let reply = answer(seen.len(), &request);
        seen.push(request.clone());
        reply
    };
    let bytes = match reply {
        Reply::Json(json) => response(200, &json.to_string()),
        Reply::Status(status, text) => response(status, text),
        Reply::Raw(bytes) => bytes,
        Reply::Endless => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await;
            let chunk = [b"1000\r\n".as_slice(), &[b' '; 0x1000], b"\r\n"].concat();
            while stream.write_all(&chunk).await.is_ok() {}
            return;
        }
        Reply::Socket(protocol, script) => return socket(stream, &request, protocol, script).await,
    };
    let _ = stream.write_all(&bytes).await;
    let _ = stream.shutdown().await;
}

pub(crate) fn response(status: u16, body: &str) -> Vec<u8> {
    let location = if status == 307 { "location: http://127.0.0.1:1/\r\n" } else { "" };
    let length = body.len();
    format!("HTTP/1.1 {status} X\r\nconnection: close\r\n{location}content-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    while bytes.len() < end + length.unwrap_or(0) {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = serde_json::from_slice(&bytes[end..]).unwrap_or(Value::Null);
    Some(Request { head, body })
}

async fn socket(mut stream: TcpStream, request: &Request, protocol: &str, script: fn(&Value) -> Vec<Frame>) {
    let key = request.head.lines().find_map(|line| {
        line.to_ascii_lowercase().starts_with("sec-websocket-key:").then(|| line[18..].trim().to_owned())
    });
    let accept = derive_accept_key(key.unwrap().as_bytes());
    let head = format!(
        "HTTP/1.1 101 X\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: {accept}\r\n\
         sec-websocket-protocol: {protocol}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, None).await;
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        for frame in script(&serde_json::from_str(&text).unwrap()) {
            let message = match frame {
                Frame::Json(json) => Message::text(json.to_string()),
                Frame::Text(text) => Message::text(text),
                Frame::Binary(length) => Message::binary(vec![0; length]),
                Frame::Close => Message::Close(None),
                Frame::Break => return,
            };
            if socket.send(message).await.is_err() {
                return;
            }
        }
    }
}

/// The usual start of a WebSocket connection, else nothing.
pub(crate) fn hello(frame: &Value) -> Vec<Frame> {
    match frame["type"].as_str() {
        Some("connection_init") => {
            vec![Frame::Json(json!({ "type": "connection_ack" })), Frame::Json(json!({ "type": "ka" }))]
        }
        _ => Vec::new(),
    }
}

/// A pushed answer to the operation that a frame started.
pub(crate) fn data(start: &Value, data: Value) -> Frame {
    Frame::Json(json!({ "type": "data", "id": start["id"], "payload": { "data": data } }))
}

/// Limits that a test can wait for; one round of attempts.
pub(crate) fn quick() -> Options {
    Options {
        request_timeout: Duration::from_secs(20),
        reconnect_timeout: Duration::ZERO,
        max_answer: 1 << 20,
        ..Options::default()
    }
}

/// Limits that allow several rounds.
pub(crate) fn patient() -> Options {
    Options { reconnect_timeout: Duration::from_secs(30), ..quick() }
}

/// The innermost cause of an error.
pub(crate) fn cause(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
