//! The embedded network: a node with a giver, and a client that talks to it.

use std::sync::Arc;

use governance::{codes, multisig};
use keys::KeyPair;
use localnet::{Genesis, Node, NodeOptions, SharedNode, giver};
use serde_json::json;
use ton_abi::{Address, ContractAbi, Image, Nano};
use ton_client::processing::Tree;
use ton_client::{Client, Contract, Deploy, Registry};

use crate::contracts::Contracts;
use crate::error::CliError;
use crate::failure::{from_client, from_node};

const GIVER: &str = "Giver";

/// What the account that deploys the giver's code gets, to run its constructor.
const CONSTRUCTOR_MONEY: Nano = Nano::tokens(10);

/// A running local network.
pub(crate) struct Local {
    pub(crate) node: SharedNode,
    pub(crate) client: Client,
    pub(crate) giver: Contract,
}

impl Local {
    /// A new network that consists of a giver.
    pub(crate) async fn start(contracts: &Contracts) -> Result<Self, CliError> {
        let what = "the local network cannot be started";
        let image = constructed_giver(contracts).await?;
        let options = NodeOptions { seconds_per_block: 1, ..NodeOptions::default() };
        let mut genesis = Genesis::new(chain::Config::local());
        genesis.options = options;
        let genesis = genesis.with_giver(&image, giver::BALANCE).map_err(|error| from_node(what, error))?;
        let node = Node::new(genesis).map_err(|error| from_node(what, error))?;
        Ok(Self::on(node, contracts.giver.abi.clone(), contracts.multisig.abi.clone()))
    }

    /// A network that exists already.
    pub(crate) fn on(node: Node, giver_abi: ContractAbi, multisig_abi: ContractAbi) -> Self {
        let mut registry = Registry::new();
        registry.add_contract(GIVER, giver_abi.clone(), codes::exit_codes());
        registry.add_contract(multisig::CONTRACT, multisig_abi, codes::exit_codes());
        registry.add_account(giver::ADDRESS, GIVER);
        let node = SharedNode::new(node);
        let client = Client::new(Arc::new(node.clone()), registry);
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

/// Code and data of the giver as they are after its constructor, made on a network of their own.
async fn constructed_giver(contracts: &Contracts) -> Result<Image, CliError> {
    let what = "the giver cannot be made";
    let abi = contracts.giver.abi.clone();
    let image = contracts.giver.image.clone();
    let image = image.with_init_data(&abi, Some(&giver::PUBLIC_KEY), &json!({}));
    let image = image.map_err(|error| from_client(what, error.into()))?;
    let deploy = Deploy::new(image, abi.clone(), json!({}));
    let contract = deploy.contract().map_err(|error| from_client(what, error))?;
    let genesis =
        Genesis::new(chain::Config::local()).with_balance(contract.address.clone(), CONSTRUCTOR_MONEY);
    let node = genesis.and_then(Node::new).map_err(|error| from_node(what, error))?;
    let local = Local::on(node, abi, contracts.multisig.abi.clone());
    local.client.update_registry(|registry| {
        registry.add_account(contract.address.clone(), GIVER);
    });
    let deployed = local.client.deploy(&deploy, &giver_key()).await;
    deployed.map_err(|error| from_client(what, error))?;
    let account = local.client.account(&contract.address).await.map_err(|error| from_client(what, error))?;
    let (code, data) =
        account.code().zip(account.data()).expect("deploy succeeded, so the account is active");
    Ok(Image::new(code, data))
}
