//! The node as a server: every message, account and transaction crosses a socket, by the same API that clients use
//! and the controls of a local network.

use std::collections::{HashMap, VecDeque};
use std::str::FromStr;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chain::{Account, Config, ExecError, Executed};
use localnet::{Genesis, Node};
use node_server::http::{Running, Server, ServerOptions};
use node_server::service::{Clock, Mode, Service, Settings};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use ton_abi::{Address, Boc, Cell, InternalMessage, Lt, MessageKind, MessageView};
use ton_client::MsgHash;
use ton_client::net::{GraphqlTransport, Options, Rejection, Transport};

use super::{Backend, Moment, embedded, outcome};

/// A node behind a port of its own.
pub struct Socket {
    runtime: Runtime,
    server: Option<Running>,
    transport: GraphqlTransport,
    controls: reqwest::Client,
    url: String,
    /// As in [`super::Embedded`].
    injected: HashMap<MsgHash, VecDeque<MsgHash>>,
    moment: Option<Moment>,
}

impl Socket {
    /// A server whose network consists of its zero state.
    ///
    /// # Panics
    /// If the system gives no thread or port.
    pub fn start() -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let mut genesis = Genesis::new(Config::local());
        genesis.options = embedded::options(false);
        let node = Node::new(genesis).expect("an empty network");
        let settings = Settings { mode: Mode::Manual, clock: Clock::frozen(), ..Settings::default() };
        let service = Service::start(node, None, settings).expect("a service");
        let server = runtime.block_on(Server::bind(service, ServerOptions::default())).expect("a free port");
        let url = server.url();
        let options = Options { remp: false, ..Options::default() };
        let transport = GraphqlTransport::new(&[url.as_str()], options).expect("a right address");
        let (controls, injected) = (reqwest::Client::new(), HashMap::new());
        Self { runtime, server: Some(server), transport, controls, url, injected, moment: None }
    }

    /// What a control answers.
    fn control(&self, path: &str, request: &Value) -> Value {
        let sent = self.controls.post(format!("{}/control/{path}", self.url)).json(request);
        let answer = self.runtime.block_on(async { sent.send().await?.json::<Value>().await });
        let answer = answer.unwrap_or_else(|error| panic!("{path}: {error}"));
        assert!(answer.get("error").is_none(), "{path} {request}: {answer}");
        answer
    }

    /// Moves the clock and sets the rules, if they are not so already.
    fn enter(&mut self, moment: Moment) {
        if self.moment.map(|known| known.now) != Some(moment.now) {
            self.control("time/freeze", &json!({ "time": moment.now.0 }));
        }
        if self.moment.map(|known| known.mainnet_bounces) != Some(moment.mainnet_bounces) {
            let on = moment.mainnet_bounces;
            self.control("mode", &json!({ "full_body_in_bounced": on, "bounce_after_failed_action": on }));
        }
        self.moment = Some(moment);
    }
}

impl Backend for Socket {
    fn account(&self, address: &Address) -> Account {
        self.runtime.block_on(self.transport.account(address)).expect("the server answers")
    }

    fn inject(&mut self, message: &InternalMessage) -> Cell {
        let boc = |cell: &Cell| BASE64_STANDARD.encode(Boc::encode(cell));
        let state = message.init.as_ref().map(|image| &image.state_init);
        let answer = self.control(
            "inject",
            &json!({
                "src": message.src.to_string(),
                "dst": message.dst.to_string(),
                "value": message.value,
                "bounce": message.bounce,
                "bounced": message.bounced,
                "body": message.body.as_ref().map(boc),
                "code": state.and_then(|state| state.code.as_ref()).map(boc),
                "data": state.and_then(|state| state.data.as_ref()).map(boc),
            }),
        );
        let hash = answer["message"].as_str().and_then(|text| MsgHash::from_str(text).ok());
        let cell = message.build().expect("a message that fits");
        let known = self.injected.entry(cell.repr_hash().into()).or_default();
        known.push_back(hash.unwrap_or_else(|| panic!("no hash: {answer}")));
        cell
    }

    fn execute(&mut self, message: &Cell, moment: Moment) -> Result<Executed, ExecError> {
        self.enter(moment);
        let view = MessageView::parse(message).expect("readable");
        let target = view.dst.clone().expect("a message to an account");
        let before = self.account(&target).balance();
        let mut hash = MsgHash::from(message.repr_hash());
        match view.kind {
            MessageKind::ExternalIn => {
                let posted = self.runtime.block_on(self.transport.post(&Boc::encode(message)));
                posted.map_err(|error| ExecError::Fatal(error.to_string()))?;
            }
            MessageKind::Internal | MessageKind::ExternalOut => {
                hash = self.injected.get_mut(&hash).and_then(VecDeque::pop_front).unwrap_or(hash);
            }
        }
        let round = self.control("mine", &json!({ "only": [hash.to_string()] }));
        if let [rejection] = round["rejected"].as_array().expect("a list").as_slice() {
            let rejection: Rejection = serde_json::from_value(rejection.clone()).expect("a rejection");
            return Err(outcome::refusal(&rejection.reason));
        }
        let newest = self.runtime.block_on(self.transport.transactions(&target, Some(Lt(u64::MAX)), 1));
        let newest = newest.expect("the server answers").pop().expect("a transaction");
        assert_eq!(
            round["transactions"],
            json!([newest.hash().to_string()]),
            "the node executed something else"
        );
        outcome::executed(before, &view, newest.cell, self.account(&target))
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.stop());
        }
    }
}
