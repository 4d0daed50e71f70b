//! One network behind several endpoints: requests with limits, fail-over and patience.
//!
//! COMPAT(sdk): after a temporary error the next endpoint is asked; once all failed there is a pause of 0, 0.5, 1, 2,
//! 3, 3… seconds, until the reconnect time is over. Only errors that may pass are tried again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use reqwest::{StatusCode, Url};
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};

use super::answer::{Malformed, words};
use super::options::{BadOptions, Options, public_name};
use super::socket::Socket;
use super::{BoxError, TransportError};

/// First pause between two rounds of attempts that is not zero.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// Longest pause.
const LAST_PAUSE: Duration = Duration::from_secs(3);
/// How long the comparison of endpoints waits for the slower ones.
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);

/// Why one attempt at one endpoint failed.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It never got there: another attempt is harmless.
    Unsent(BoxError),
    /// Nobody knows whether it got there: another attempt may help.
    Lost(BoxError),
    /// The endpoint does not want it.
    Refused(BoxError),
    /// The answer is unusable.
    Bad(Malformed),
}

impl From<Malformed> for Trouble {
    fn from(malformed: Malformed) -> Self {
        Self::Bad(malformed)
    }
}

/// What an endpoint said instead of an answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A status of HTTP that is no success.
    #[error("HTTP status {status}{}", colon(text))]
    Status {
        /// The status.
        status: u16,
        /// The first words of the body.
        text: String,
    },
    /// Status 401 or 403.
    #[error("it wants a key, or another one (HTTP status {status})")]
    Unauthorized {
        /// The status.
        status: u16,
    },
    /// An error in the answer's own form.
    #[error("{text}{}", bracketed(*code))]
    Error {
        /// The server's words.
        text: String,
        /// Its code, if it gave one.
        code: Option<i64>,
    },
    /// No answer came in time.
    #[error("no answer within {} s", after.as_secs())]
    Timeout {
        /// How long was waited.
        after: Duration,
    },
    /// The WebSocket connection broke.
    #[error("the connection broke: {0}")]
    Closed(String),
    /// More operations or pushed answers than the connection carries at a time.
    #[error("more than {limit} {what} at a time")]
    Overflow {
        /// What there are too many of.
        what: &'static str,
        /// How many are carried.
        limit: usize,
    },
}

fn colon(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": {text}") }
}

fn bracketed(code: Option<i64>) -> String {
    code.map(|code| format!(" (code {code})")).unwrap_or_default()
}

/// How answers are wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Envelope {
    /// `{"data": …, "errors": […]}`
    Graphql,
    /// `{"result": …}` or `{"error": {"code", "message"}}`
    JsonRpc,
}

/// An answer, or what became of the attempts.
pub(crate) struct Outcome {
    pub(crate) result: Result<Value, TransportError>,
    /// Endpoints that may have carried out the request without telling.
    pub(crate) lost: usize,
}

pub(crate) struct Link {
    http: reqwest::Client,
    upgrades: reqwest::Client,
    endpoints: Vec<Url>,
    name: String,
    current: AtomicUsize,
    envelope: Envelope,
    sockets: Mutex<Vec<Option<Arc<Socket>>>>,
    checked: Mutex<Option<Instant>>,
    pub(crate) options: Options,
}

impl Link {
    pub(crate) fn new(endpoints: Vec<Url>, envelope: Envelope, options: Options) -> Result<Self, BadOptions> {
        let first = endpoints.first().ok_or(BadOptions::NoEndpoint)?;
        let more = endpoints.len() - 1;
        let name = match more {
            0 => public_name(first),
            more => format!("{} and {more} more", public_name(first)),
        };
        Ok(Self {
            http: options.http(false)?,
            upgrades: options.http(true)?,
            sockets: Mutex::new(vec![None; endpoints.len()]),
            endpoints,
            name,
            current: AtomicUsize::new(0),
            envelope,
            checked: Mutex::new(None),
            options,
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Which endpoint is asked first.
    pub(crate) fn current(&self) -> usize {
        self.current.load(Ordering::Relaxed)
    }

    pub(crate) fn url(&self) -> &Url {
        &self.endpoints[self.current()]
    }

    pub(crate) fn refused(&self, source: impl Into<BoxError>) -> TransportError {
        TransportError::Refused { network: self.name.clone(), source: source.into() }
    }

    pub(crate) fn bad(&self, source: Malformed) -> TransportError {
        TransportError::BadAnswer { network: self.name.clone(), source: Box::new(source) }
    }

    fn unreachable(&self, source: BoxError) -> TransportError {
        TransportError::Unreachable { network: self.name.clone(), source }
    }

    /// Asks until there is an answer, or an error that stays, or the reconnect time is over. The server may take
    /// `wait` longer than other requests.
    pub(crate) async fn ask(&self, body: &Value, wait: Duration) -> Outcome {
        let start = Instant::now();
        let mut pause = Duration::ZERO;
        let mut lost = vec![false; self.endpoints.len()];
        loop {
            let mut last = None;
            for _ in 0..self.endpoints.len() {
                let index = self.current();
                let trouble = match self.attempt(index, body, wait).await {
                    Ok(value) => return Outcome { result: Ok(value), lost: count(&lost) },
                    Err(trouble) => trouble,
                };
                let result = match trouble {
                    Trouble::Refused(source) => Err(self.refused(source)),
                    Trouble::Bad(source) => Err(self.bad(source)),
                    Trouble::Unsent(source) => {
                        last = Some(source);
                        self.turn_away(index);
                        continue;
                    }
                    Trouble::Lost(source) => {
                        lost[index] = true;
                        last = Some(source);
                        self.turn_away(index);
                        continue;
                    }
                };
                return Outcome { result, lost: count(&lost) };
            }
            if start.elapsed() + pause >= self.options.reconnect_timeout {
                // INVARIANT: a round has at least one endpoint, and ends here only by errors that may pass.
                let last = last.unwrap_or_else(|| Box::new(Refusal::Timeout { after: start.elapsed() }));
                return Outcome { result: Err(self.unreachable(last)), lost: count(&lost) };
            }
            sleep(pause).await;
            pause = (pause * 2).clamp(FIRST_PAUSE, LAST_PAUSE);
        }
    }

    /// The next endpoint is the one to ask, unless somebody turned away from this one before.
    fn turn_away(&self, index: usize) {
        let next = (index + 1) % self.endpoints.len();
        let _ = self.current.compare_exchange(index, next, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Where there is a choice, now and then: takes the first endpoint that answers `probe` and lags little, else the
    /// one that lags least. Failures do not matter here; the next request will meet them.
    pub(crate) async fn choose(&self, probe: &Value, lag: fn(&Value) -> Option<Duration>) {
        if self.endpoints.len() < 2 {
            return;
        }
        let mut checked = self.checked.lock().await;
        if checked.is_some_and(|at| at.elapsed() < self.options.latency_interval) {
            return;
        }
        let mut probes: FuturesUnordered<_> = (0..self.endpoints.len())
            .map(|index| async move {
                let answer = timeout(PROBE_TIMEOUT, self.attempt(index, probe, Duration::ZERO)).await;
                (index, answer.ok().and_then(Result::ok).and_then(|answer| lag(&answer)))
            })
            .collect();
        let mut best: Option<(Duration, usize)> = None;
        while let Some((index, lag)) = probes.next().await {
            let Some(lag) = lag else { continue };
            best = Some(best.map_or((lag, index), |best| best.min((lag, index))));
            if lag <= self.options.max_latency {
                break;
            }
        }
        if let Some((_, index)) = best {
            self.current.store(index, Ordering::Relaxed);
        }
        *checked = Some(Instant::now());
    }

    /// One attempt at one endpoint.
    async fn attempt(&self, index: usize, body: &Value, wait: Duration) -> Result<Value, Trouble> {
        let after = self.options.request_timeout.saturating_add(wait);
        let attempt = async {
            if self.envelope == Envelope::Graphql && self.options.websocket {
                self.socket(index).await?.query(body).await
            } else {
                self.post(index, body).await
            }
        };
        let answer = timeout(after, attempt).await;
        let answer = answer.unwrap_or_else(|_| Err(Trouble::Lost(Box::new(Refusal::Timeout { after }))))?;
        open(self.envelope, answer)
    }

    async fn post(&self, index: usize, body: &Value) -> Result<Value, Trouble> {
        let sent = self.http.post(self.endpoints[index].clone()).json(body).send().await;
        let response = sent.map_err(unanswered)?;
        let status = response.status();
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                return Err(Trouble::Refused(Box::new(Refusal::Unauthorized { status: status.as_u16() })));
            }
            _ => {}
        }
        let bytes = read(response, self.options.max_answer).await?;
        if status.is_success() {
            return serde_json::from_slice(&bytes).map_err(|error| Malformed::Json(error).into());
        }
        // Some servers wrap a user's mistake in both.
        if status.is_client_error()
            && let Ok(answer @ Value::Object(_)) = serde_json::from_slice::<Value>(&bytes)
            && (answer.get("errors").is_some() || answer.get("error").is_some())
        {
            return Ok(answer);
        }
        let text = words(String::from_utf8_lossy(&bytes[..bytes.len().min(1 << 10)]).trim());
        let refusal = Box::new(Refusal::Status { status: status.as_u16(), text });
        let passing = status.is_server_error()
            || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT);
        Err(if passing { Trouble::Lost(refusal) } else { Trouble::Refused(refusal) })
    }

    /// The WebSocket connection to an endpoint, opened if there is none.
    pub(crate) async fn socket(&self, index: usize) -> Result<Arc<Socket>, Trouble> {
        let mut sockets = self.sockets.lock().await;
        if let Some(socket) = sockets[index].as_ref().filter(|socket| socket.is_open()) {
            return Ok(socket.clone());
        }
        let url = self.endpoints[index].clone();
        let opened =
            timeout(self.options.connect_timeout, Socket::open(&self.upgrades, url, self.options.max_answer));
        let after = self.options.connect_timeout;
        let opened =
            opened.await.unwrap_or_else(|_| Err(Trouble::Unsent(Box::new(Refusal::Timeout { after }))));
        let socket = Arc::new(opened?);
        sockets[index] = Some(socket.clone());
        Ok(socket)
    }

    /// A request beside the protocol, relative to the current endpoint's host: `GET` without a body, else `POST`.
    /// `None` if the endpoint knows no such path.
    pub(crate) async fn beside(
        &self,
        path: &str,
        query: Option<&str>,
        post: bool,
    ) -> Result<Option<Value>, TransportError> {
        let mut url = self.url().clone();
        url.set_path(path);
        url.set_query(query);
        let request = if post { self.http.post(url) } else { self.http.get(url) };
        let answer = timeout(self.options.request_timeout, async {
            let response = request.send().await.map_err(unanswered)?;
            let status = response.status();
            if matches!(status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED) {
                return Ok(None);
            }
            let bytes = read(response, self.options.max_answer).await?;
            if !status.is_success() {
                let text = words(String::from_utf8_lossy(&bytes[..bytes.len().min(1 << 10)]).trim());
                return Err(Trouble::Refused(Box::new(Refusal::Status { status: status.as_u16(), text })));
            }
            Ok(Some(serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
        });
        let after = self.options.request_timeout;
        match answer.await.unwrap_or_else(|_| Err(Trouble::Lost(Box::new(Refusal::Timeout { after })))) {
            Ok(value) => Ok(value),
            Err(Trouble::Unsent(source) | Trouble::Lost(source)) => Err(self.unreachable(source)),
            Err(Trouble::Refused(source)) => Err(self.refused(source)),
            Err(Trouble::Bad(source)) => Err(self.bad(source)),
        }
    }
}

fn count(lost: &[bool]) -> usize {
    lost.iter().filter(|lost| **lost).count()
}

/// Why a request has no response.
pub(crate) fn unanswered(error: reqwest::Error) -> Trouble {
    let (connecting, wrong) = (error.is_connect(), error.is_builder());
    // The address may carry a key.
    let error: BoxError = Box::new(error.without_url());
    match (connecting, wrong) {
        (true, _) => Trouble::Unsent(error),
        (_, true) => Trouble::Refused(error),
        _ => Trouble::Lost(error),
    }
}

/// A body of at most `limit` bytes.
async fn read(mut response: reqwest::Response, limit: usize) -> Result<Vec<u8>, Trouble> {
    let announced = response.content_length().unwrap_or(0);
    if announced > limit as u64 {
        return Err(Malformed::TooLong { limit }.into());
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unanswered)? {
        if bytes.len() + chunk.len() > limit {
            return Err(Malformed::TooLong { limit }.into());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Takes the answer out of its envelope.
pub(crate) fn open(envelope: Envelope, mut answer: Value) -> Result<Value, Trouble> {
    match envelope {
        Envelope::Graphql => {
            let errors = answer.get("errors").and_then(Value::as_array);
            if let Some(error) = errors.and_then(|errors| errors.first()) {
                return Err(graphql_error(error));
            }
            match answer.get_mut("data").map(Value::take) {
                Some(data @ Value::Object(_)) => Ok(data),
                _ => Err(Malformed::Missing("data").into()),
            }
        }
        Envelope::JsonRpc => {
            if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
                return Err(json_rpc_error(error));
            }
            answer.get_mut("result").map(Value::take).ok_or(Malformed::Missing("result").into())
        }
    }
}

/// COMPAT(sdk): codes 500 to 599 count as errors of the network, all others as the server's word; 429 (too many
/// requests) passes, too.
pub(crate) fn graphql_error(error: &Value) -> Trouble {
    let text = words(error.get("message").and_then(Value::as_str).unwrap_or("an error without words"));
    let extensions = error.get("extensions");
    let code = extensions
        .and_then(|extensions| extensions.get("exception")?.get("code")?.as_i64())
        .or_else(|| extensions.and_then(|extensions| extensions.get("code")?.as_i64()));
    let refusal = Box::new(Refusal::Error { text, code });
    match code {
        Some(429 | 500..=599) => Trouble::Lost(refusal),
        _ => Trouble::Refused(refusal),
    }
}

/// Source: the error table of Tycho's RPC, whose -32000 says that the node is not ready yet.
fn json_rpc_error(error: &Value) -> Trouble {
    const NOT_READY: i64 = -32000;
    let text = words(error.get("message").and_then(Value::as_str).unwrap_or("an error without words"));
    let code = error.get("code").and_then(Value::as_i64);
    let refusal = Box::new(Refusal::Error { text, code });
    match code {
        Some(NOT_READY | 500..=599) => Trouble::Lost(refusal),
        _ => Trouble::Refused(refusal),
    }
}
