//! A network behind endpoints.

use std::sync::Arc;
use std::time::Duration;

use localnet::giver;
use ton_abi::{Nano, UnixTime};
use ton_client::net::{GraphqlTransport, JrpcTransport, LocalProof, Transport, TransportError};

use super::{Profile, Protocol};
use crate::error::{CliError, Status};

/// What the giver of a network for development has at least. On a network where money is worth something somebody
/// would have taken it, for its key is published.
const FORTUNE: Nano = Nano::tokens(1_000_000);

/// How long a moved clock may take to show in a block.
const CLOCK_WAIT: Duration = Duration::from_secs(10);

/// Its connection.
#[derive(Clone)]
pub(crate) enum Remote {
    Graphql(Arc<GraphqlTransport>),
    Jrpc(Arc<JrpcTransport>),
}

impl Remote {
    /// Connects, and finds out whether it is a network for development.
    pub(crate) async fn open(profile: &Profile) -> Result<Self, CliError> {
        let what = format!("the network {} cannot be used", profile.name);
        let bad = |error: ton_client::net::BadOptions| {
            let hint = "correct the endpoints: see `subgov config show`";
            CliError::new(Status::Usage, "bad-endpoint", &what, error.to_string(), hint)
        };
        let (endpoints, options) = (&profile.endpoints, profile.options());
        let remote = match profile.protocol {
            Protocol::Graphql | Protocol::GraphqlWs => {
                Self::Graphql(Arc::new(GraphqlTransport::new(endpoints, options).map_err(bad)?))
            }
            Protocol::Jrpc | Protocol::JrpcH2 => {
                Self::Jrpc(Arc::new(JrpcTransport::new(endpoints, options).map_err(bad)?))
            }
        };
        let proof = LocalProof { giver: giver::ADDRESS, key: giver::PUBLIC_KEY, least: FORTUNE };
        let proven = match &remote {
            Self::Graphql(transport) => transport.prove_local(&proof).await,
            Self::Jrpc(transport) => transport.prove_local(&proof).await,
        };
        proven.map_err(|error| unreachable(&what, error))?;
        Ok(remote)
    }

    pub(crate) fn transport(&self) -> Arc<dyn Transport> {
        match self {
            Self::Graphql(transport) => transport.clone(),
            Self::Jrpc(transport) => transport.clone(),
        }
    }

    /// Chain time.
    async fn now(&self) -> Result<UnixTime, CliError> {
        let now = self.transport().now(&giver::ADDRESS).await;
        Ok(now.map_err(|error| unreachable("the network's time cannot be read", error))?.seconds())
    }

    /// Moves the network's clock forward: networks for development only.
    pub(crate) async fn advance(&self, seconds: u32) -> Result<UnixTime, CliError> {
        let what = "the clock cannot be moved";
        let transport = self.transport();
        if !transport.is_local() {
            let why = format!("{} is not a network for development", transport.name());
            let hint = "wait, or use a local network";
            return Err(CliError::new(Status::Safety, "not-local", what, why, hint));
        }
        let failed = |error| unreachable(what, error);
        let before = transport.head(&giver::ADDRESS).await.map_err(failed)?;
        let query = format!("delta={seconds}");
        // COMPAT(se): its REST control; our own node has it, too.
        let done = match self {
            Self::Graphql(transport) => transport.rest("/se/increase-time", Some(&query), true).await,
            Self::Jrpc(transport) => transport.rest("/se/increase-time", Some(&query), true).await,
        };
        if done.map_err(failed)?.is_none() {
            let why = format!("{} does not know /se/increase-time", transport.name());
            return Err(CliError::new(Status::Network, "no-clock", what, why, "use `subgov node start`"));
        }
        // Until the network shows the new time: some do at once, some when the next block carries it.
        let (target, mut head) = (before.gen_utime.plus(seconds), before);
        while self.now().await? < target {
            match transport.wait_block(&giver::ADDRESS, &head, CLOCK_WAIT).await.map_err(failed)? {
                Some(next) => head = next,
                None => break,
            }
        }
        self.now().await
    }
}

fn unreachable(what: impl Into<String>, error: TransportError) -> CliError {
    let hint = if error.is_temporary() {
        "check the connection and that the network runs, then try again"
    } else {
        "check the address and the protocol: see `subgov config show`"
    };
    CliError::new(Status::Network, "network", what, error.to_string(), hint).caused_by(error)
}
