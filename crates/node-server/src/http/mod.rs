//! One port for everything: GraphQL, JSON-RPC, SE's controls, our own, health and metrics, over HTTP/1.1 and HTTP/2
//! with prior knowledge.
//!
//! | path | what |
//! | --- | --- |
//! | `GET`/`POST /graphql`, `/graphql/graphql` | GraphQL, single and batches; WebSocket upgrade |
//! | `POST /rpc`, `POST /` | JSON-RPC, single and batches |
//! | `POST /se/…` | the REST controls of TON OS SE, see [`se`] |
//! | `/control/…` | our own controls in JSON, see [`control`] |
//! | `GET /healthz`, `GET /metrics` | for monitoring |
//!
//! COMPAT(nekoton): its Python client puts `/graphql` behind an URL that ends so already, and its JSON-RPC client
//! starts with the preface of HTTP/2.

mod accept;
mod body;
pub mod control;
mod failure;
mod graphql;
mod guarded;
mod health;
mod limits;
pub mod se;
mod websocket;

use std::net::SocketAddr;
use std::sync::Arc;

use async_graphql::dynamic::Schema;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::CorsLayer;

pub use self::limits::Limits;

use self::body::Budget;
use self::failure::Failure;
use crate::graphql::{GraphqlOptions, SchemaError};
use crate::service::Service;

/// Where and how a server listens.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// Address and port; port 0 takes a free one.
    pub addr: SocketAddr,
    /// Options of the GraphQL schema.
    pub graphql: GraphqlOptions,
    /// How much the server takes.
    pub limits: Limits,
}

impl Default for ServerOptions {
    /// A free port of this computer.
    fn default() -> Self {
        Self {
            addr: ([127, 0, 0, 1], 0).into(),
            graphql: GraphqlOptions::default(),
            limits: Limits::default(),
        }
    }
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// The address cannot be listened on.
    #[error("cannot listen on {addr}")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// Cause.
        #[source]
        source: std::io::Error,
    },
    /// Defect: the GraphQL schema contradicts itself.
    #[error(transparent)]
    Schema(#[from] SchemaError),
}

/// The server.
pub struct Server;

/// A server that runs until it is stopped or dropped.
pub struct Running {
    addr: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
    service: Service,
}

impl Server {
    /// Opens the port and serves from now on. Needs a tokio runtime with I/O and time.
    ///
    /// # Errors
    /// [`BindError`].
    pub async fn bind(service: Service, options: ServerOptions) -> Result<Running, BindError> {
        let addr = options.addr;
        let failed = |source| BindError::Listen { addr, source };
        let schema = crate::graphql::schema(service.clone(), options.graphql)?;
        let listener = TcpListener::bind(addr).await.map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        let (stop, stopped) = watch::channel(false);
        let app = App(Arc::new(AppState::new(service.clone(), schema, options.limits, stopped.clone())));
        let task = tokio::spawn(accept::run(listener, router(app.clone()), app, stopped));
        Ok(Running { addr, stop, task, service })
    }
}

/// All requests of a server without its port: for tests of what requests do.
///
/// # Errors
/// [`BindError::Schema`].
pub fn router_of(service: Service, limits: Limits) -> Result<Router, BindError> {
    let schema = crate::graphql::schema(service.clone(), GraphqlOptions::default())?;
    let (_, never) = watch::channel(false);
    Ok(router(App(Arc::new(AppState::new(service, schema, limits, never)))))
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Its URL without a path.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The node that it serves.
    #[must_use]
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Takes no more connections, lets requests under way end within [`Limits::grace`], and stops the node.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        // A panic of the accept loop leaves nothing to wait for.
        let _ = self.task.await;
        let service = self.service;
        let _ = tokio::task::spawn_blocking(move || service.stop()).await;
    }
}

/// What every request handler knows.
#[derive(Clone)]
pub(crate) struct App(Arc<AppState>);

pub(crate) struct AppState {
    pub(crate) service: Service,
    pub(crate) schema: Schema,
    pub(crate) limits: Arc<Limits>,
    pub(crate) bodies: Budget,
    requests: Arc<Semaphore>,
    websockets: Arc<Semaphore>,
    operations: Arc<Semaphore>,
    stop: watch::Receiver<bool>,
}

impl std::ops::Deref for App {
    type Target = AppState;

    fn deref(&self) -> &AppState {
        &self.0
    }
}

impl AppState {
    fn new(service: Service, schema: Schema, limits: Limits, stop: watch::Receiver<bool>) -> Self {
        Self {
            service,
            schema,
            bodies: Budget::new(limits.bodies),
            requests: Arc::new(Semaphore::new(limits.requests)),
            websockets: Arc::new(Semaphore::new(limits.websockets)),
            operations: Arc::new(Semaphore::new(limits.operations_in_all)),
            limits: Arc::new(limits),
            stop,
        }
    }

    /// Reads the body of a request to GraphQL or JSON-RPC.
    pub(crate) async fn body(&self, request: Request) -> Result<body::Held, Failure> {
        self.bodies.read(request.into_body(), self.limits.body, self.limits.body_time).await
    }
}

/// What a request is about; decides the shape of its errors and its name in the metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Graphql,
    Rpc,
    Se,
    Control,
    Health,
    Other,
}

impl Kind {
    fn of(path: &str) -> Self {
        match path.trim_start_matches('/').split('/').next().unwrap_or_default() {
            "graphql" => Self::Graphql,
            "" | "rpc" => Self::Rpc,
            "se" => Self::Se,
            "control" => Self::Control,
            "healthz" | "metrics" => Self::Health,
            _ => Self::Other,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Graphql => "graphql",
            Self::Rpc => "rpc",
            Self::Se => "se",
            Self::Control => "control",
            Self::Health => "health",
            Self::Other => "other",
        }
    }
}

fn router(app: App) -> Router {
    let graphql = get(graphql::get).post(graphql::post);
    Router::new()
        .route("/graphql", graphql.clone())
        .route("/graphql/", graphql.clone())
        .route("/graphql/graphql", graphql)
        .route("/rpc", post(rpc))
        .route("/", get(index).post(rpc))
        .route("/healthz", get(health::healthz))
        .route("/metrics", get(health::metrics))
        .nest("/se", se::router())
        .nest("/control", control::router())
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(app.clone(), admit))
        // Answers OPTIONS by itself.
        .layer(CorsLayer::permissive())
        .layer(CatchPanicLayer::custom(|_| {
            Failure::new(500, "defect", "the request failed by a defect of the node").answer(Kind::Other)
        }))
        .with_state(app)
}

/// Counts the request and turns it away if too many are under way.
async fn admit(State(app): State<App>, request: Request, next: Next) -> Response {
    let kind = Kind::of(request.uri().path());
    let answer = match app.requests.clone().try_acquire_owned() {
        Ok(_place) => next.run(request).await,
        Err(_) => {
            app.service.metrics().turned_away("requests");
            Failure::new(503, "too-many-requests", "too many requests are under way: try again later")
                .answer(kind)
        }
    };
    app.service.metrics().answered(kind.name(), answer.status().as_u16());
    answer
}

async fn rpc(State(app): State<App>, request: Request) -> Response {
    match app.body(request).await {
        Ok(body) => match crate::rpc::answer(&app.service, &body.bytes, app.limits.rpc_batch).await {
            Some(answer) => json_answer(answer.to_string()),
            // Nothing but notifications.
            None => with_status(204),
        },
        Err(failure) => failure.answer(Kind::Rpc),
    }
}

/// What a person sees who opens the port in a browser.
async fn index() -> &'static str {
    "localnet: a TON network for development.\n\
     GraphQL at /graphql, JSON-RPC at /rpc, controls at /control, health at /healthz, metrics at /metrics.\n"
}

async fn unknown(request: Request) -> Response {
    let path = request.uri().path();
    let failure = Failure::new(404, "no-such-path", format!("there is nothing at {path}"));
    failure.answer(Kind::of(path))
}

async fn wrong_method(request: Request) -> Response {
    let (method, path) = (request.method(), request.uri().path());
    let failure = Failure::new(405, "wrong-method", format!("{path} does not take {method}"));
    failure.answer(Kind::of(path))
}

fn with_status(status: u16) -> Response {
    let mut answer = Response::default();
    *answer.status_mut() = axum::http::StatusCode::from_u16(status).unwrap_or_default();
    answer
}

fn json_answer(text: String) -> Response {
    let mut answer = Response::new(text.into());
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}
