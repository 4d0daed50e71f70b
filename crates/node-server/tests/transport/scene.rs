//! A node on a free port, clients of it, and a wallet to play with.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chain::Config;
use keys::{KeyPair, Signer};
use localnet::{Db, Delivery, Genesis, Node, NodeOptions, giver};
use node_server::graphql::GraphqlOptions;
use node_server::http::{Running, Server, ServerOptions};
use node_server::service::{Change, Clock, Mode, Service, Settings};
use serde_json::json;
use ton_abi::{Address, ContractAbi, Hash, Image, Nano, Signature};
use ton_client::net::{GraphqlTransport, JrpcTransport, Options, Transport};
use ton_client::processing::Tree;
use ton_client::{Client, Contract, Deploy, Registry};

/// The giver's code serves as a wallet, too: its owner is whoever's key is in its data.
const IMAGE: &[u8] = include_bytes!("../../../../abi/Giver.tvc");
const ABI: &str = include_str!("../../../../abi/Giver.abi.json");

pub(crate) fn abi() -> ContractAbi {
    ContractAbi::parse(ABI).unwrap()
}

/// More blocks than a message lives, grace included: each is five seconds later than the one before.
pub(crate) const LIFETIME_BLOCKS: u32 = 20;

/// A key that is nobody's secret.
pub(crate) fn key(byte: u8) -> KeyPair {
    KeyPair::from_secret(&[byte; 32])
}

/// An address without a contract.
pub(crate) fn far(byte: u8) -> Address {
    Address::new(0, Hash([byte; 32]))
}

/// How a client talks to the node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Graphql,
    GraphqlWs,
    Jrpc,
    JrpcH2,
}

impl Way {
    pub(crate) const ALL: [Self; 4] = [Self::Graphql, Self::GraphqlWs, Self::Jrpc, Self::JrpcH2];

    pub(crate) fn is_graphql(self) -> bool {
        matches!(self, Self::Graphql | Self::GraphqlWs)
    }
}

pub(crate) fn transport(way: Way, url: &str) -> (Option<GraphqlTransport>, Option<JrpcTransport>) {
    let options = Options {
        websocket: way == Way::GraphqlWs,
        http2: way == Way::JrpcH2,
        reconnect_timeout: Duration::from_secs(60),
        ..Options::default()
    };
    if way.is_graphql() {
        (Some(GraphqlTransport::new(&[url], options).unwrap()), None)
    } else {
        (None, Some(JrpcTransport::new(&[url], options).unwrap()))
    }
}

/// A running node.
pub(crate) struct Network(Running);

impl Network {
    /// A new network with a giver; every block moves its clock by five seconds, and nothing else does.
    pub(crate) async fn start(mode: Mode, remp: bool) -> Self {
        Self::serve(genesis().unwrap(), None, mode, remp, 0).await
    }

    /// The network in a database, made if there is none.
    pub(crate) async fn open(folder: &Path, mode: Mode, port: u16) -> Self {
        let (db, mut node) = Db::open(folder, genesis).unwrap();
        node.set_options(options());
        Self::serve(node, Some(db), mode, true, port).await
    }

    async fn serve(node: Node, db: Option<Db>, mode: Mode, remp: bool, port: u16) -> Self {
        let settings = Settings { mode, clock: Clock::frozen(), remp, ..Settings::default() };
        let service = Service::start(node, db, settings).unwrap();
        if service.snapshot().head().seq_no == 0 {
            // The first key block.
            service.produce().await.unwrap();
        }
        let graphql = GraphqlOptions { remp, ..GraphqlOptions::default() };
        let addr = ([127, 0, 0, 1], port).into();
        let running =
            Server::bind(service, ServerOptions { addr, graphql, ..ServerOptions::default() }).await;
        Self(running.unwrap())
    }

    pub(crate) fn service(&self) -> &Service {
        self.0.service()
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.0.addr()
    }

    pub(crate) fn url(&self) -> String {
        self.0.url()
    }

    /// Lets the message that is posted next outlive its time.
    pub(crate) fn outlive_next(&self) {
        let service = self.service().clone();
        let mut changes = service.changes();
        tokio::spawn(async move {
            while !matches!(*changes.recv().await.unwrap(), Change::Posted(_)) {}
            service.produce_many(LIFETIME_BLOCKS).await.unwrap();
        });
    }

    pub(crate) fn client(&self, way: Way) -> Client {
        self.client_at(way, &self.url())
    }

    pub(crate) fn client_at(&self, way: Way, url: &str) -> Client {
        let transport: Arc<dyn Transport> = match transport(way, url) {
            (Some(graphql), _) => Arc::new(graphql),
            (_, Some(jrpc)) => Arc::new(jrpc),
            _ => unreachable!(),
        };
        let mut registry = Registry::new();
        registry.add_contract("Giver", abi(), Vec::new());
        registry.add_account(giver::ADDRESS, "Giver");
        Client::new(transport, registry)
    }

    pub(crate) async fn stop(self) {
        self.0.stop().await;
    }
}

fn options() -> NodeOptions {
    NodeOptions { seconds_per_block: 5, delivery: Delivery::NextBlock, ..NodeOptions::default() }
}

fn genesis() -> Result<Node, localnet::Error> {
    let mut genesis = Genesis::new(Config::local());
    genesis.options = options();
    let sign = |hash: &Hash| Signature(giver_key().sign(&hash.0).unwrap());
    let image = giver::constructed(&Image::from_tvc(IMAGE)?, &abi(), genesis.time, sign)?;
    Node::new(genesis.with_giver(&image, giver::BALANCE)?)
}

fn giver_key() -> KeyPair {
    KeyPair::from_secret_hex(giver::SECRET_KEY_HEX).unwrap()
}

/// A wallet of this key's holder with money from the giver, deployed just now.
pub(crate) async fn wallet(client: &Client, owner: u8) -> (Contract, Tree) {
    let (key, abi) = (key(owner), abi());
    let image = Image::from_tvc(IMAGE).unwrap();
    let image = image.with_init_data(&abi, Some(&key.public_key()), &json!({})).unwrap();
    let mut deploy = Deploy::new(image, abi.clone(), json!({}));
    deploy.name = Some("Giver".to_owned());
    let address = deploy.contract().unwrap().address;
    let giver = Contract { address: giver::ADDRESS, abi };
    pay(client, &giver, &address, Nano::tokens(100), &giver_key()).await.unwrap();
    client.deploy(&deploy, &key).await.unwrap()
}

/// Lets a wallet send money.
pub(crate) async fn pay(
    client: &Client,
    from: &Contract,
    to: &Address,
    value: Nano,
    signer: &KeyPair,
) -> ton_client::Result<Tree> {
    let params = json!({ "dest": to.to_string(), "value": value, "bounce": false });
    client.call(from, "sendTransaction", &params, signer).await
}
