//! A socket that knows its limits: it gives its place back when it goes, and notices a client that does not read.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::metrics::Metrics;

/// The places for connections, in all and by address.
pub(crate) struct Places {
    taken: Mutex<HashMap<IpAddr, usize>>,
    in_all: AtomicUsize,
    limit: usize,
    limit_per_address: usize,
    metrics: Arc<Metrics>,
}

/// A place for one connection, given back when dropped.
pub(crate) struct Place {
    places: Arc<Places>,
    address: IpAddr,
}

impl Places {
    pub(crate) fn new(limit: usize, limit_per_address: usize, metrics: Arc<Metrics>) -> Arc<Self> {
        let (taken, in_all) = (Mutex::default(), AtomicUsize::new(0));
        Arc::new(Self { taken, in_all, limit, limit_per_address, metrics })
    }

    /// A place, or the limit that is reached.
    pub(crate) fn take(self: &Arc<Self>, address: IpAddr) -> Result<Place, &'static str> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if self.in_all.load(Ordering::Relaxed) >= self.limit {
            return Err("connections");
        }
        let mine = taken.entry(address).or_default();
        if *mine >= self.limit_per_address {
            return Err("connections-of-address");
        }
        *mine += 1;
        self.in_all.fetch_add(1, Ordering::Relaxed);
        self.metrics.connections.inc();
        Ok(Place { places: self.clone(), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(mine) = taken.get_mut(&self.address) {
            *mine -= 1;
            if *mine == 0 {
                taken.remove(&self.address);
            }
        }
        self.places.in_all.fetch_sub(1, Ordering::Relaxed);
        self.places.metrics.connections.dec();
    }
}

/// What a connection is doing, seen from outside.
pub(crate) struct Activity {
    start: Instant,
    /// Requests under way.
    under_way: AtomicUsize,
    /// Milliseconds after `start` when the last request ended; [`NEVER`] before the first one came.
    last_request: AtomicU64,
    /// Milliseconds after `start` since when bytes wait to be written; [`NEVER`] if none do.
    blocked: AtomicU64,
}

const NEVER: u64 = u64::MAX;

/// A request under way.
pub(crate) struct UnderWay(Arc<Activity>);

impl Activity {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            start: Instant::now(),
            under_way: AtomicUsize::new(0),
            last_request: AtomicU64::new(NEVER),
            blocked: AtomicU64::new(NEVER),
        })
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(NEVER - 1)
    }

    pub(crate) fn request(self: &Arc<Self>) -> UnderWay {
        self.under_way.fetch_add(1, Ordering::Relaxed);
        self.last_request.store(self.now(), Ordering::Relaxed);
        UnderWay(self.clone())
    }

    /// Why the connection should be closed, if so.
    pub(crate) fn overdue(&self, first: Duration, idle: Duration, stall: Duration) -> Option<&'static str> {
        let now = self.now();
        let over = |since: u64, limit: Duration| now.saturating_sub(since) > limit.as_millis() as u64;
        let blocked = self.blocked.load(Ordering::Relaxed);
        if blocked != NEVER && over(blocked, stall) {
            return Some("stalled");
        }
        if self.under_way.load(Ordering::Relaxed) > 0 {
            return None;
        }
        match self.last_request.load(Ordering::Relaxed) {
            NEVER => over(0, first).then_some("no-request"),
            last => over(last, idle).then_some("idle"),
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.last_request.store(self.0.now(), Ordering::Relaxed);
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The socket.
pub(crate) struct Guarded {
    socket: TcpStream,
    activity: Arc<Activity>,
    _place: Place,
}

impl Guarded {
    pub(crate) fn new(socket: TcpStream, activity: Arc<Activity>, place: Place) -> Self {
        Self { socket, activity, _place: place }
    }

    fn written<T>(&self, outcome: Poll<T>) -> Poll<T> {
        let blocked = &self.activity.blocked;
        if outcome.is_ready() {
            blocked.store(NEVER, Ordering::Relaxed);
        } else if blocked.load(Ordering::Relaxed) == NEVER {
            blocked.store(self.activity.now(), Ordering::Relaxed);
        }
        outcome
    }
}

impl AsyncRead for Guarded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(cx, buf)
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.socket).poll_write(cx, buf);
        self.written(outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.socket).poll_write_vectored(cx, bufs);
        self.written(outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
