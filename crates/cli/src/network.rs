//! Which network a command works on: built-in names, an URL, or a name from layered configuration.
//!
//! Layers, the later ones win: built-in names, the user's file, the project's file, the environment, the flag. Keys of
//! endpoints stand in none of them; a file names the environment variable that has the key.

mod layers;
mod remote;

use std::time::Duration;

use ton_client::net::{Options, Secret};

pub(crate) use self::layers::{Layers, Origin};
pub(crate) use self::remote::Remote;
use crate::error::{CliError, Status};

/// The network that a directory keeps, without any endpoint.
pub(crate) const EMBEDDED: &str = "localnet";
/// TON OS SE at its usual place.
const SE: (&str, &str) = ("se", "http://127.0.0.1");

/// How long a network is tried to be reached, in seconds: a person waits.
const TIMEOUT: u32 = 30;

/// Which network to work on.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct NetworkArgs {
    /// Network: `localnet` (kept in the directory of --state), `se` (http://127.0.0.1), an URL, or a name from
    /// subgov.toml; without it the one that the directory was made on.
    #[arg(long, value_name = "NAME|URL")]
    pub(crate) network: Option<String>,
}

/// How an endpoint is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Protocol {
    /// GraphQL over HTTP.
    Graphql,
    /// GraphQL over one WebSocket connection.
    GraphqlWs,
    /// JSON-RPC over HTTP.
    Jrpc,
    /// JSON-RPC over HTTP/2 at once.
    JrpcH2,
}

impl Protocol {
    /// What an address looks like.
    fn of(endpoint: &str) -> Self {
        let lower = endpoint.to_ascii_lowercase();
        match lower.trim_end_matches('/') {
            text if text.starts_with("ws://") || text.starts_with("wss://") => Self::GraphqlWs,
            text if text.ends_with("/rpc") => Self::Jrpc,
            _ => Self::Graphql,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Graphql => "graphql",
            Self::GraphqlWs => "graphql-ws",
            Self::Jrpc => "jrpc",
            Self::JrpcH2 => "jrpc-h2",
        }
    }
}

/// A network that is reached over sockets.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    pub(crate) name: String,
    pub(crate) endpoints: Vec<String>,
    pub(crate) protocol: Protocol,
    pub(crate) auth: Option<Secret>,
    pub(crate) proxy: Option<Secret>,
    /// Seconds for which it is tried to reach it.
    pub(crate) timeout: u32,
    pub(crate) origin: Origin,
}

impl Profile {
    /// A network known by its address alone.
    pub(crate) fn at(name: &str, endpoint: &str, origin: Origin) -> Self {
        let endpoints = vec![endpoint.to_owned()];
        let protocol = Protocol::of(endpoint);
        Self { name: name.to_owned(), endpoints, protocol, auth: None, proxy: None, timeout: TIMEOUT, origin }
    }

    /// Limits of its connections.
    pub(crate) fn options(&self) -> Options {
        Options {
            reconnect_timeout: Duration::from_secs(self.timeout.into()),
            auth: self.auth.clone(),
            proxy: self.proxy.clone(),
            http2: self.protocol == Protocol::JrpcH2,
            websocket: self.protocol == Protocol::GraphqlWs,
            ..Options::default()
        }
    }
}

/// Where a command works.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// In the network that the directory keeps.
    Embedded,
    /// At a remote one.
    Remote(Profile),
}

impl NetworkArgs {
    /// The network that these arguments mean; `kept` is what the directory says that it was made on (`None`: it keeps
    /// the network itself, or there is no directory yet).
    ///
    /// The configuration's own choice counts only where there is nothing kept: a directory stays on its network.
    pub(crate) fn place(&self, kept: Option<&str>, embedded: bool) -> Result<Place, CliError> {
        let layers = Layers::read()?;
        let named = layers.chosen(self.network.as_deref());
        let name = match (named, kept) {
            // Said on the command line or in the environment.
            (Some((name, origin)), _) if origin.is_present() => name,
            (_, Some(kept)) => kept.to_owned(),
            (_, None) if embedded => EMBEDDED.to_owned(),
            (Some((name, _)), None) => name,
            (None, None) => EMBEDDED.to_owned(),
        };
        layers.place(&name)
    }
}

/// A name that is none.
fn unknown(name: &str, known: &[&str]) -> CliError {
    CliError::new(
        Status::Usage,
        "unknown-network",
        format!("there is no network \"{name}\""),
        format!("the known ones are {}", known.join(", ")),
        "give one of these or an URL, or name it in subgov.toml: see `subgov config show`",
    )
}
