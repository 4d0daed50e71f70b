//! The accept loop and what happens on one connection.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt;

use super::App;
use super::guarded::{Activity, Guarded, Place, Places};
use super::limits::Limits;

/// How long to wait when the system gives no more sockets.
const OUT_OF_SOCKETS: Duration = Duration::from_millis(50);

/// Receive window of an HTTP/2 connection and of each of its streams, in bytes.
const H2_WINDOW: u32 = 1 << 20;

/// Takes connections until it is told to stop, then gives those that are open some time to end.
pub(super) async fn run(listener: TcpListener, router: Router, app: App, mut stop: watch::Receiver<bool>) {
    let limits = app.limits.clone();
    let places =
        Places::new(limits.connections, limits.connections_per_address, app.service.metrics().clone());
    let builder = Arc::new(builder(&limits));
    let mut tasks = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => break,
            accepted = listener.accept() => accepted,
        };
        while tasks.try_join_next().is_some() {}
        let Ok((socket, peer)) = accepted else {
            tokio::time::sleep(OUT_OF_SOCKETS).await;
            continue;
        };
        match places.take(peer.ip()) {
            Ok(place) => {
                let connection = Connection {
                    builder: builder.clone(),
                    router: router.clone(),
                    limits: limits.clone(),
                    stop: stop.clone(),
                };
                tasks.spawn(connection.serve(socket, peer, place));
            }
            Err(limit) => {
                app.service.metrics().turned_away(limit);
                turn_away(&socket);
            }
        }
    }
    drop(listener);
    let all = async { while tasks.join_next().await.is_some() {} };
    // What is still running then is dropped with the set.
    let _ = tokio::time::timeout(limits.grace, all).await;
}

fn builder(limits: &Limits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_time.max(limits.idle))
        .max_headers(100)
        .max_buf_size(limits.headers.max(8_192))
        .half_close(false);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams)
        .max_header_list_size(u32::try_from(limits.headers).unwrap_or(u32::MAX))
        .initial_stream_window_size(H2_WINDOW)
        .initial_connection_window_size(H2_WINDOW)
        .max_pending_accept_reset_streams(20)
        .max_local_error_reset_streams(1_024)
        .max_send_buf_size(256 << 10)
        .keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}

/// Says why, as far as that goes without waiting, and hangs up.
fn turn_away(socket: &TcpStream) {
    let body =
        r#"{"error":{"code":"too-many-connections","message":"too many connections: try again later"}}"#;
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nconnection: close\r\nretry-after: 1\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    // A fresh socket has room for this; if not, hanging up says it, too.
    let _ = socket.try_write(answer.as_bytes());
}

struct Connection {
    builder: Arc<auto::Builder<TokioExecutor>>,
    router: Router,
    limits: Arc<Limits>,
    stop: watch::Receiver<bool>,
}

impl Connection {
    async fn serve(self, socket: TcpStream, peer: SocketAddr, place: Place) {
        let Self { builder, router, limits, mut stop } = self;
        // Small answers go out at once.
        let _ = socket.set_nodelay(true);
        let activity = Activity::new();
        let io = TokioIo::new(Guarded::new(socket, activity.clone(), place));
        let service = {
            let activity = activity.clone();
            hyper::service::service_fn(move |mut request: Request<Incoming>| {
                let (under_way, router) = (activity.request(), router.clone());
                request.extensions_mut().insert(axum::extract::ConnectInfo(peer));
                async move {
                    let Ok(answer) = router.oneshot(request.map(Body::new)).await;
                    drop(under_way);
                    Ok::<_, Infallible>(answer)
                }
            })
        };
        let mut connection = pin!(builder.serve_connection_with_upgrades(io, service));
        let shortest = limits.header_time.min(limits.idle).min(limits.write_stall);
        let mut watch = tokio::time::interval((shortest / 4).max(Duration::from_millis(10)));
        let mut stopping = false;
        loop {
            tokio::select! {
                // Whatever ended it, the client knows.
                _ = connection.as_mut() => return,
                _ = watch.tick() => {
                    if activity.overdue(limits.header_time, limits.idle, limits.write_stall).is_some() {
                        return;
                    }
                }
                _ = stop.wait_for(|stop| *stop), if !stopping => {
                    stopping = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
    }
}
