//! The network that commands work on: the embedded one, a node with a giver, or a remote one; and a client of it.

use std::sync::Arc;

use governance::codes;
use governance::contracts::Abis;
use keys::{KeyPair, Signer};
use localnet::{Genesis, Node, NodeOptions, SharedNode, giver};
use serde_json::json;
use ton_abi::{Address, ContractAbi, Hash, Nano, Signature, UnixTime};
use ton_client::net::{Simulation, Transport};
use ton_client::processing::Tree;
use ton_client::{Client, Contract, Registry, Settings};

use crate::contracts::Contracts;
use crate::error::{CliError, Status};
use crate::failure::{from_client, from_node};
use crate::network::{Place, Remote};

const GIVER: &str = "Giver";

/// What is behind the client.
pub(crate) enum Backend {
    /// A node in this process.
    Embedded(SharedNode),
    /// Endpoints.
    Remote(Remote),
    /// Another network's state, on which things are tried out.
    Simulation(Arc<Simulation>),
}

impl Backend {
    fn transport(&self) -> Arc<dyn Transport> {
        match self {
            Self::Embedded(node) => Arc::new(node.clone()),
            Self::Remote(remote) => remote.transport(),
            Self::Simulation(simulation) => simulation.clone(),
        }
    }
}

/// A network to work on.
pub(crate) struct Local {
    pub(crate) backend: Backend,
    pub(crate) client: Client,
    pub(crate) giver: Contract,
}

impl Local {
    /// A new network that consists of a giver.
    pub(crate) fn start(contracts: &Contracts) -> Result<Self, CliError> {
        Self::start_with(contracts, chain::Config::local())
    }

    /// The same with the configuration of another network.
    pub(crate) fn start_with(contracts: &Contracts, config: chain::Config) -> Result<Self, CliError> {
        let what = "the local network cannot be started";
        let mut genesis = Genesis::new(config);
        genesis.options = NodeOptions { seconds_per_block: 1, ..NodeOptions::default() };
        let (image, abi) = (&contracts.giver.image, &contracts.giver.abi);
        let image = giver::constructed(image, abi, genesis.time, sign_as_giver)
            .map_err(|error| from_node("the giver cannot be made", error))?;
        let genesis = genesis.with_giver(&image, giver::BALANCE).map_err(|error| from_node(what, error))?;
        let node = Node::new(genesis).map_err(|error| from_node(what, error))?;
        let local = Self::on(
            Backend::Embedded(SharedNode::new(node)),
            contracts.giver.abi.clone(),
            &contracts.organisation.abis(),
        );
        contracts.organisation.register(&local.client);
        Ok(local)
    }

    /// The network of that place: a new embedded one, or a remote one as it is.
    pub(crate) async fn begin(place: &Place, contracts: &Contracts) -> Result<Self, CliError> {
        match place {
            Place::Embedded => Self::start(contracts),
            Place::Remote(profile) => {
                let remote = Remote::open(profile).await?;
                let abis = contracts.organisation.abis();
                let network = Self::on(Backend::Remote(remote), contracts.giver.abi.clone(), &abis);
                contracts.organisation.register(&network.client);
                network.expect_local("an organisation of development keys")?;
                Ok(network)
            }
        }
    }

    /// A network that exists already.
    pub(crate) fn on(backend: Backend, giver_abi: ContractAbi, abis: &Abis) -> Self {
        let mut registry = Registry::new();
        registry.add_contract(GIVER, giver_abi.clone(), codes::exit_codes());
        registry.add_account(giver::ADDRESS, GIVER);
        let client = Client::new(backend.transport(), registry);
        abis.register(&client);
        Self { backend, client, giver: Contract { address: giver::ADDRESS, abi: giver_abi } }
    }

    /// A simulation of this network, with the same names.
    pub(crate) fn simulated(&self, settings: Settings) -> Self {
        let simulation = Arc::new(Simulation::new(self.backend.transport()));
        let registry = Registry::clone(&self.client.registry());
        let client = Client::with_settings(simulation.clone(), registry, settings);
        Self { backend: Backend::Simulation(simulation), client, giver: self.giver.clone() }
    }

    /// The node in this process, if the network is one.
    pub(crate) fn embedded(&self) -> Option<&SharedNode> {
        match &self.backend {
            Backend::Embedded(node) => Some(node),
            Backend::Remote(_) | Backend::Simulation(_) => None,
        }
    }

    /// Refuses networks where money is at stake.
    fn expect_local(&self, what: &str) -> Result<(), CliError> {
        if self.client.transport().is_local() {
            return Ok(());
        }
        let name = self.client.transport().name();
        Err(CliError::new(
            Status::Safety,
            "not-local",
            format!("{what} cannot be used on {name}"),
            "it is not a network for development: no giver with a fortune under its published key is there",
            "use a local network: `subgov node init --state DIR`, or a node of your own",
        ))
    }

    /// Lets time pass; gives chain time.
    pub(crate) async fn advance(&self, seconds: u32) -> Result<UnixTime, CliError> {
        match &self.backend {
            Backend::Embedded(node) => {
                let now = node.lock().advance(seconds);
                now.map_err(|error| from_node("the clock cannot be moved", error))
            }
            Backend::Remote(remote) => remote.advance(seconds).await,
            Backend::Simulation(simulation) => {
                self.expect_local("a moved clock")?;
                simulation.advance(seconds);
                self.now().await
            }
        }
    }

    /// Chain time.
    async fn now(&self) -> Result<UnixTime, CliError> {
        if let Backend::Embedded(node) = &self.backend {
            return Ok(node.lock().now());
        }
        let now = self.client.transport().now(&giver::ADDRESS).await;
        now.map(|now| now.seconds())
            .map_err(|error| from_client("the network's time cannot be read", error.into()))
    }

    /// Lets time pass up to a moment, if it is not over yet.
    pub(crate) async fn wait_until(&self, time: UnixTime) -> Result<(), CliError> {
        let now = self.now().await?;
        if now < time {
            self.advance(time.0 - now.0).await?;
        }
        Ok(())
    }

    /// Lets the giver send money to an address that may have no contract yet.
    pub(crate) async fn give(&self, to: &Address, value: Nano) -> Result<Tree, CliError> {
        self.expect_local("the giver")?;
        let what = format!("the giver cannot send {value:#} TON to {to}");
        let params = json!({ "dest": to.to_string(), "value": value, "bounce": false });
        let tree = self.client.call(&self.giver, "sendTransaction", &params, &giver_key()).await;
        let tree = tree.and_then(Tree::expect_success).map_err(|error| from_client(&what, error))?;
        if tree.steps.iter().any(|step| step.account() == to) {
            return Ok(tree);
        }
        // Its contract sends without failing if it has too little.
        let why = "no money left it: it has less than that";
        Err(CliError::new(Status::Refused, "short-balance", what, why, "ask for less"))
    }
}

/// The giver's published key: worth nothing outside local networks.
pub(crate) fn giver_key() -> KeyPair {
    KeyPair::from_secret_hex(giver::SECRET_KEY_HEX).expect("the published key is 64 hexadecimal digits")
}

fn sign_as_giver(hash: &Hash) -> Signature {
    Signature(giver_key().sign(&hash.0).expect("a key in memory never refuses"))
}
