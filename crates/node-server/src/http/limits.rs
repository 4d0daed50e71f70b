//! How much one server takes. Each number has its test in `tests/limits`.

use std::time::Duration;

/// The limits of a server. What is over a limit is refused with a clear error; nothing else grows without bound.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of a GraphQL or JSON-RPC request body. A message has 64 KiB at most, 88 KiB in base64.
    pub body: usize,
    /// Bytes of a control request body: states and accounts to load.
    pub control_body: usize,
    /// Bytes of all request bodies that are in memory at a time.
    pub bodies: usize,
    /// Time that a request body may take.
    pub body_time: Duration,
    /// Bytes of a request line with its headers.
    pub headers: usize,
    /// Time in which a connection must make its first request, and in which the headers of each must be complete.
    pub header_time: Duration,
    /// Time that a connection may be open without a request under way.
    pub idle: Duration,
    /// Time that a client may let bytes wait that were written for it.
    pub write_stall: Duration,
    /// Connections in all, WebSockets included.
    pub connections: usize,
    /// Connections from one address.
    pub connections_per_address: usize,
    /// Requests under way in all, long polls included.
    pub requests: usize,
    /// Requests under way on one HTTP/2 connection.
    pub streams: u32,
    /// GraphQL requests in one body.
    pub graphql_batch: usize,
    /// JSON-RPC calls in one body.
    pub rpc_batch: usize,
    /// WebSockets in all.
    pub websockets: usize,
    /// Bytes of a WebSocket message.
    pub websocket_message: usize,
    /// Time in which a WebSocket must send `connection_init`.
    pub websocket_init: Duration,
    /// Time between two pings to a WebSocket; three unanswered ones end it.
    pub websocket_ping: Duration,
    /// Operations that run on one WebSocket.
    pub operations: usize,
    /// Operations that run on all WebSockets.
    pub operations_in_all: usize,
    /// Time that requests under way get to end when the server stops.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            body: 4 << 20,
            control_body: 512 << 20,
            bodies: 768 << 20,
            body_time: seconds(30),
            headers: 64 << 10,
            header_time: seconds(15),
            idle: seconds(90),
            write_stall: seconds(30),
            connections: 768,
            connections_per_address: 512,
            requests: 4_096,
            streams: 256,
            graphql_batch: 50,
            rpc_batch: 100,
            websockets: 512,
            websocket_message: 1 << 20,
            websocket_init: seconds(10),
            websocket_ping: seconds(30),
            operations: 256,
            operations_in_all: 4_096,
            grace: seconds(2),
        }
    }
}
