//! The embedded network: a node with a giver, and a client that talks to it.

use std::sync::Arc;

use governance::codes;
use governance::contracts::Abis;
use keys::{KeyPair, Signer};
use localnet::{Genesis, Node, NodeOptions, SharedNode, giver};
use serde_json::json;
use ton_abi::{Address, ContractAbi, Hash, Nano, Signature};
use ton_client::processing::Tree;
use ton_client::{Client, Contract, Registry};

use crate::contracts::Contracts;
use crate::error::CliError;
use crate::failure::{from_client, from_node};

const GIVER: &str = "Giver";

/// A running local network.
pub(crate) struct Local {
    pub(crate) node: SharedNode,
    pub(crate) client: Client,
    pub(crate) giver: Contract,
}

impl Local {
    /// A new network that consists of a giver.
    pub(crate) fn start(contracts: &Contracts) -> Result<Self, CliError> {
        let what = "the local network cannot be started";
        let mut genesis = Genesis::new(chain::Config::local());
        genesis.options = NodeOptions { seconds_per_block: 1, ..NodeOptions::default() };
        let (image, abi) = (&contracts.giver.image, &contracts.giver.abi);
        let image = giver::constructed(image, abi, genesis.time, sign_as_giver)
            .map_err(|error| from_node("the giver cannot be made", error))?;
        let genesis = genesis.with_giver(&image, giver::BALANCE).map_err(|error| from_node(what, error))?;
        let node = Node::new(genesis).map_err(|error| from_node(what, error))?;
        let local = Self::on(node, contracts.giver.abi.clone(), &contracts.organisation.abis());
        contracts.organisation.register(&local.client);
        Ok(local)
    }

    /// A network that exists already.
    pub(crate) fn on(node: Node, giver_abi: ContractAbi, abis: &Abis) -> Self {
        let mut registry = Registry::new();
        registry.add_contract(GIVER, giver_abi.clone(), codes::exit_codes());
        registry.add_account(giver::ADDRESS, GIVER);
        let node = SharedNode::new(node);
        let client = Client::new(Arc::new(node.clone()), registry);
        abis.register(&client);
        Self { node, client, giver: Contract { address: giver::ADDRESS, abi: giver_abi } }
    }

    /// Lets the giver send money to an address that may have no contract yet.
    pub(crate) async fn give(&self, to: &Address, value: Nano) -> Result<Tree, CliError> {
        let what = format!("the giver cannot send {value:#} TON to {to}");
        let params = json!({ "dest": to.to_string(), "value": value, "bounce": false });
        let tree = self.client.call(&self.giver, "sendTransaction", &params, &giver_key()).await;
        tree.and_then(Tree::expect_success).map_err(|error| from_client(what, error))
    }
}

/// The giver's published key: worth nothing outside local networks.
fn giver_key() -> KeyPair {
    KeyPair::from_secret_hex(giver::SECRET_KEY_HEX).expect("the published key is 64 hexadecimal digits")
}

fn sign_as_giver(hash: &Hash) -> Signature {
    Signature(giver_key().sign(&hash.0).expect("a key in memory never refuses"))
}
