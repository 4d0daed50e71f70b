//! A node behind a socket, and questions to it.

use std::pin::Pin;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::FutureExt;
use localnet::{Node, Round};
use node_server::graphql::GraphqlOptions;
use node_server::http::{Running, Server, ServerOptions};
use node_server::service::{Clock, Mode, Service, Settings};
use serde_json::{Value, json};
use ton_abi::{Address, Boc, Cell};
use ton_client::MsgHash;

use crate::relay;

/// Workchain and masterchain relays of each number.
pub(crate) const EACH: u8 = 3;

/// A question on its way.
pub(crate) type Asked = Pin<Box<dyn Future<Output = Value> + Send>>;

pub(crate) struct World {
    pub(crate) service: Service,
    pub(crate) schema: async_graphql::dynamic::Schema,
    server: Running,
    client: reqwest::Client,
    calls: std::sync::atomic::AtomicU32,
}

impl World {
    /// Relays with nothing done yet but one empty round.
    pub(crate) async fn new() -> Self {
        Self::of(relay::relays(EACH), GraphqlOptions::default()).await
    }

    /// The same after random work.
    pub(crate) async fn busy(seed: u64) -> Self {
        let mut node = relay::relays(EACH);
        node.advance(1_000).unwrap();
        relay::play(&mut node, seed, EACH, 10, 5);
        Self::of(node, GraphqlOptions::default()).await
    }

    pub(crate) async fn of(node: Node, options: GraphqlOptions) -> Self {
        let settings = Settings { mode: Mode::Manual, clock: Clock::frozen(), ..Settings::default() };
        let service = Service::start(node, None, settings).unwrap();
        if service.snapshot().head().seq_no == 0 {
            service.produce().await.unwrap();
        }
        let options = ServerOptions { graphql: options, ..ServerOptions::default() };
        let schema = node_server::graphql::schema(service.clone(), options.graphql.clone()).unwrap();
        let server = Server::bind(service.clone(), options).await.unwrap();
        Self { service, schema, server, client: reqwest::Client::new(), calls: Default::default() }
    }

    pub(crate) fn node(&self) -> Arc<Node> {
        self.service.snapshot()
    }

    /// The whole answer.
    pub(crate) async fn answer(&self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let url = format!("http://{}/graphql", self.server.addr());
        let request = self.client.post(url).header("content-type", "application/json").body(body);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{query}");
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    /// The data of an answer without errors.
    pub(crate) async fn ask_with(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.answer(query, variables).await;
        assert_eq!(answer.get("errors"), None, "{query}\n{answer}");
        answer["data"].take()
    }

    pub(crate) async fn ask(&self, query: &str) -> Value {
        self.ask_with(query, Value::Null).await
    }

    /// Code and message of the first error.
    pub(crate) async fn fail(&self, query: &str) -> (i64, String) {
        let answer = self.answer(query, Value::Null).await;
        let error = &answer["errors"][0];
        let code = error["extensions"]["exception"]["code"].as_i64();
        assert!(answer["data"].is_null() || answer["data"].is_object(), "{answer}");
        (code.unwrap_or_else(|| panic!("{query}\n{answer}")), error["message"].as_str().unwrap().to_owned())
    }

    /// Values of one field of a collection's documents.
    pub(crate) async fn ids(&self, collection: &str, arguments: &str) -> Vec<String> {
        let arguments = if arguments.is_empty() { String::new() } else { format!("({arguments})") };
        let data = self.ask(&format!("{{ {collection}{arguments} {{ id }} }}")).await;
        let rows = data[collection].as_array().unwrap();
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    }

    /// Posts a call of a relay; it waits for a block.
    pub(crate) fn post(&self, to: &Address, list: Vec<tycho_types::models::OutAction>) -> MsgHash {
        let number = self.calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        self.service.post(&Boc::encode(relay::call(to, 1_000_000 + number, list))).unwrap()
    }

    /// Asks a question whose answer has to wait for something.
    pub(crate) fn start(&self, query: &str) -> Asked {
        let (schema, query) = (self.schema.clone(), query.to_owned());
        let mut asked: Asked = Box::pin(async move {
            let answer = schema.execute(query.as_str()).await;
            assert!(answer.errors.is_empty(), "{:?}", answer.errors);
            answer.data.into_json().unwrap()
        });
        assert!((&mut asked).now_or_never().is_none(), "answered at once");
        asked
    }

    /// Makes a block of what waits.
    pub(crate) async fn mine(&self) -> Arc<Round> {
        self.service.produce().await.unwrap()
    }
}

/// A bag of cells in base64.
pub(crate) fn base64(cell: &Cell) -> String {
    STANDARD.encode(Boc::encode(cell))
}

/// Address of a relay of the workchain; from 4 on nobody is there.
pub(crate) fn address(number: u8) -> Address {
    relay::place(0, number)
}
