//! The node as a service: a running [`localnet`] node behind one port that unmodified TON SDK clients can use.
//!
//! Place in the map: above `localnet` (the network itself, without clock and sockets); the binary `localnet` and
//! `subgov node start` are a few lines on top of [`options::StartArgs`].
//!
//! - [`service`] is the node running: a thread that makes blocks, and what readers see;
//! - [`documents`] and [`graphql`] are the GraphQL API, [`rpc`] the JSON-RPC API;
//! - [`http`] puts them on one port, with SE's controls ([`http::se`]), our own ([`http::control`]), health and
//!   metrics;
//! - [`config_file`] and [`options`] say how to start.
//!
//! # Invariants
//! - What a client is told is on the disk, if there is a database; see [`service`].
//! - Everything that a client can make grow has a limit ([`http::Limits`], [`service::Settings`]); what is over it
//!   gets a clear error.
//! - No input from the wire makes the process panic; a defect that does is caught and answered as one.
//!
//! # Example
//! ```
//! use localnet::{Genesis, Node};
//! use node_server::http::{Server, ServerOptions};
//! use node_server::service::{Clock, Mode, Service, Settings};
//!
//! # let runtime = node_server::runtime()?;
//! # runtime.block_on(async {
//! let node = Node::new(Genesis::new(chain::Config::local()))?;
//! let settings = Settings { mode: Mode::Manual, clock: Clock::frozen(), ..Settings::default() };
//! let service = Service::start(node, None, settings)?;
//! let running = Server::bind(service, ServerOptions::default()).await?;
//! println!("listens at {}", running.url());
//! running.stop().await;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod config_file;
pub mod documents;
mod giver;
pub mod graphql;
pub mod http;
pub mod metrics;
pub mod options;
pub mod rpc;
pub mod service;

/// The runtime that a server wants: a thread for each processor, timers and sockets.
///
/// # Errors
/// If the system gives no threads.
pub fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

/// Waits until the user (ctrl-c) or the system (SIGTERM) asks the process to end.
pub async fn until_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without signals the process is ended by force, which the database survives.
    let _ = interrupt.await;
}
