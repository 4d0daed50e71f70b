//! A node on a free port for tests: frozen clock, blocks made by hand, the giver funded.

#![allow(dead_code)] // each test target uses its part
#![allow(clippy::unwrap_used)] // a panic is how a test fails

use std::sync::atomic::{AtomicU64, Ordering};

use keys::KeyPair;
use localnet::giver;
use node_server::http::{Limits, Running, Server, ServerOptions};
use node_server::options::{ModeName, StartArgs};
use node_server::service::Service;
use serde_json::{Value, json};
use ton_abi::{Address, Cell, ContractAbi, Hash, Header, Nano, Signature};
use ton_client::boc;

const GIVER_ABI: &str = include_str!("../../../../abi/Giver.abi.json");

pub(crate) struct World {
    pub(crate) running: Running,
    pub(crate) http: reqwest::Client,
    /// Makes the headers of messages differ.
    sent: AtomicU64,
}

/// Frozen clock, blocks by hand.
pub(crate) fn by_hand() -> StartArgs {
    StartArgs { frozen: true, mode: Some(ModeName::Manual), ..StartArgs::default() }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(by_hand(), Limits::default()).await
    }

    pub(crate) async fn limited(limits: Limits) -> Self {
        Self::with(by_hand(), limits).await
    }

    pub(crate) async fn with(args: StartArgs, limits: Limits) -> Self {
        let service = args.service().await.unwrap();
        let options = ServerOptions { limits, ..ServerOptions::default() };
        let running = Server::bind(service, options).await.unwrap();
        Self { running, http: reqwest::Client::new(), sent: AtomicU64::new(0) }
    }

    pub(crate) fn service(&self) -> &Service {
        self.running.service()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.running.url())
    }

    /// `POST` of JSON; status and JSON of the answer.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.send(self.http.post(self.url(path)).body(body.to_string())).await
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.send(self.http.get(self.url(path))).await
    }

    pub(crate) async fn delete(&self, path: &str) -> (u16, Value) {
        self.send(self.http.delete(self.url(path))).await
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// `POST` that must succeed.
    pub(crate) async fn ok(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.post(path, body).await;
        assert_eq!(status, 200, "{path} {:.300}: {answer}", body.to_string());
        answer
    }

    /// The stable code of a control's failure.
    pub(crate) async fn code(&self, path: &str, body: &Value) -> (u16, String) {
        let (status, answer) = self.post(path, body).await;
        (status, answer["error"]["code"].as_str().unwrap_or_default().to_owned())
    }

    /// The result of a JSON-RPC call.
    pub(crate) async fn rpc(&self, method: &str, params: &Value) -> Value {
        let call = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let answer = self.ok("/rpc", &call).await;
        assert_eq!(answer.get("error"), None, "{method} {params}");
        answer["result"].clone()
    }

    /// The data of a GraphQL query.
    pub(crate) async fn query(&self, text: &str) -> Value {
        let answer = self.ok("/graphql", &json!({ "query": text, "variables": null })).await;
        assert_eq!(answer.get("errors"), None, "{text}");
        answer["data"].clone()
    }

    pub(crate) async fn mine(&self) -> Value {
        self.ok("/control/mine", &json!({})).await
    }

    /// A signed message by which the giver sends money.
    pub(crate) fn gift(&self, to: &Address, value: Nano) -> Cell {
        self.gift_signed_by(giver::SECRET_KEY_HEX, to, value)
    }

    pub(crate) fn gift_signed_by(&self, secret: &str, to: &Address, value: Nano) -> Cell {
        let key = KeyPair::from_secret_hex(secret).unwrap();
        let node = self.service().snapshot();
        let mut time = node.now().millis();
        time.0 += self.sent.fetch_add(1, Ordering::Relaxed);
        let header = Header { time, expire: node.now().plus(60), pubkey: Some(giver::PUBLIC_KEY) };
        let abi = ContractAbi::parse(GIVER_ABI).unwrap();
        let params = json!({ "dest": to.to_string(), "value": value, "bounce": false });
        let message = abi.call_message(&giver::ADDRESS, "sendTransaction", &params, &header).unwrap();
        message.sign_with(|hash| Signature(keys::Signer::sign(&key, &hash.0).unwrap())).unwrap()
    }

    /// Posts a message over JSON-RPC.
    pub(crate) async fn post_message(&self, message: &Cell) {
        let result = self.rpc("sendMessage", &json!({ "message": boc::encode_base64(message) })).await;
        assert_eq!(result, Value::Null);
    }
}

/// An address with nothing on it.
pub(crate) fn address(number: u8) -> Address {
    Address::new(0, Hash([number; 32]))
}

/// Hash of a cell in hexadecimal digits.
pub(crate) fn hash(cell: &Cell) -> String {
    Hash(cell.repr_hash().0).to_string()
}
