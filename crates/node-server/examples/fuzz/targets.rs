//! What is fuzzed: for each target valid inputs to start from, and the way from bytes to an answer.

use std::sync::Arc;

use async_graphql::Executor;
use async_graphql::dynamic::Schema;
use async_graphql::http::{ClientMessage, WebSocket, WebSocketProtocols, WsMessage};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use futures_util::StreamExt;
use localnet::{Node, giver};
use node_server::config_file::ConfigFile;
use node_server::http::{Limits, router_of};
use node_server::options::{ModeName, StartArgs};
use node_server::service::Service;
use serde_json::json;
use ton_client::boc;
use tower::ServiceExt;

pub(crate) const NAMES: [&str; 7] = ["graphql", "rpc", "message", "websocket", "control", "config", "state"];

/// Longest answer, in bytes.
const LONGEST_ANSWER: usize = 64 << 20;

/// Messages that wait before they are thrown away with the rest of the state.
const MANY: usize = 1_000;

pub(crate) struct Target {
    kind: &'static str,
    service: Service,
    router: Router,
    schema: Schema,
    /// The state to return to.
    clean: Arc<Node>,
}

impl Target {
    pub(crate) async fn new(name: &str) -> Option<Self> {
        let kind = NAMES.into_iter().find(|known| *known == name)?;
        let args = StartArgs { frozen: true, mode: Some(ModeName::Manual), ..StartArgs::default() };
        let service = args.service().await.expect("a node");
        let router = router_of(service.clone(), Limits::default()).expect("a router");
        let options = node_server::graphql::GraphqlOptions::default();
        let schema = node_server::graphql::schema(service.clone(), options).expect("a schema");
        let clean = service.snapshot();
        Some(Self { kind, service, router, schema, clean })
    }

    /// Gives an input to the target: whether it was taken, or what is wrong with the target.
    pub(crate) async fn feed(&mut self, input: &[u8]) -> Result<bool, String> {
        let taken = match self.kind {
            "graphql" => self.request("/graphql", input).await?,
            "rpc" => self.request("/rpc", input).await?,
            "control" => self.control(input).await?,
            "message" => self.message(input).await?,
            "websocket" => self.websocket(input).await?,
            "config" => match std::str::from_utf8(input) {
                Ok(text) => ConfigFile::parse(text).is_ok(),
                Err(_) => false,
            },
            _ => match Node::from_bytes(input) {
                Ok(mut node) => node.produce().is_ok(),
                Err(_) => false,
            },
        };
        let info = self.service.info();
        if let Some(reason) = info.halted {
            return Err(format!("the node halted: {reason}"));
        }
        if info.waiting > MANY || self.service.snapshot().head().seq_no > 1_000 {
            let clean = (*self.clean).clone();
            self.service
                .edit(move |node| {
                    *node = clean;
                    Ok(())
                })
                .await
                .map_err(|error| error.to_string())?;
        }
        Ok(taken)
    }

    /// A request through the whole router.
    async fn request(&self, path: &str, body: &[u8]) -> Result<bool, String> {
        let request =
            Request::post(path).body(Body::from(body.to_vec())).map_err(|error| error.to_string())?;
        let answer = self.router.clone().oneshot(request).await.map_err(|error| error.to_string())?;
        let status = answer.status().as_u16();
        let bytes = axum::body::to_bytes(answer.into_body(), LONGEST_ANSWER).await;
        let bytes = bytes.map_err(|_| "the answer is too long".to_owned())?;
        if status == 500 {
            return Err(format!("status 500: {}", String::from_utf8_lossy(&bytes)));
        }
        Ok(status == 200)
    }

    /// The first line is the path.
    async fn control(&self, input: &[u8]) -> Result<bool, String> {
        let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
        let path: String = input[..end]
            .iter()
            .filter(|byte| byte.is_ascii_graphic())
            .map(|byte| char::from(*byte))
            .collect();
        let path = format!("/{}", path.trim_start_matches('/'));
        if path.parse::<axum::http::Uri>().is_err() || path.contains("/mode") {
            // Another mode would make rounds beside the test.
            return Ok(false);
        }
        self.request(&path, input.get(end + 1..).unwrap_or_default()).await
    }

    /// Bytes of a message; what is taken is executed.
    async fn message(&self, input: &[u8]) -> Result<bool, String> {
        let params = json!({ "message": base64_of(input) });
        let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "sendMessage", "params": params });
        self.request("/rpc", call.to_string().as_bytes()).await?;
        let taken = self.service.post(input).is_ok();
        if taken {
            self.service.settle().await.map_err(|error| error.to_string())?;
        }
        Ok(taken)
    }

    /// Lines are messages of one connection.
    async fn websocket(&self, input: &[u8]) -> Result<bool, String> {
        let lines: Vec<_> = input.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        let mut heard = 0;
        for protocol in [WebSocketProtocols::SubscriptionsTransportWS, WebSocketProtocols::GraphQLWS] {
            let messages = futures_util::stream::iter(lines.clone());
            let messages = messages.map(ClientMessage::from_bytes);
            let mut answers =
                Box::pin(WebSocket::from_message_stream(Quick(self.schema.clone()), messages, protocol));
            while let Some(answer) = answers.next().await {
                heard += usize::from(matches!(answer, WsMessage::Text(_)));
            }
        }
        Ok(heard > 0)
    }

    /// Valid inputs.
    pub(crate) fn samples(&self) -> Vec<Vec<u8>> {
        let giver = giver::ADDRESS.to_string();
        let state = || self.clean.to_bytes().expect("a state file");
        let lines = |list: &[serde_json::Value]| {
            list.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n").into_bytes()
        };
        match self.kind {
            "graphql" => graphql_samples(&giver),
            "rpc" => rpc_samples(&giver),
            "message" => message_samples(&self.clean),
            "config" => vec![include_bytes!("node.toml").to_vec()],
            "state" => vec![state()],
            "websocket" => {
                let start = |kind: &str, text: &str| {
                    lines(&[
                        json!({ "type": "connection_init", "payload": {} }),
                        json!({ "type": kind, "id": "1", "payload": { "query": text, "variables": { "f": {} } } }),
                        json!({ "type": "ping" }),
                        json!({ "type": "stop", "id": "1" }),
                        json!({ "type": "connection_terminate" }),
                    ])
                };
                let subscribe =
                    "subscription s($f: MessageFilter) { messages(filter: $f) { id body value } }";
                let remp = "subscription { rempReceipts(messageId: \"00\") { kind json } }";
                vec![start("start", subscribe), start("subscribe", "{info{version}}"), start("start", remp)]
            }
            _ => control_samples(&giver, &self.clean),
        }
    }
}

/// Does not wait for what never comes.
#[derive(Clone)]
struct Quick(Schema);

impl Executor for Quick {
    async fn execute(&self, request: async_graphql::Request) -> async_graphql::Response {
        Executor::execute(&self.0, request).await
    }

    fn execute_stream(
        &self,
        request: async_graphql::Request,
        data: Option<Arc<async_graphql::Data>>,
    ) -> futures_util::stream::BoxStream<'static, async_graphql::Response> {
        let soon = tokio::time::sleep(std::time::Duration::ZERO);
        Executor::execute_stream(&self.0, request, data).take_until(soon).boxed()
    }
}

fn base64_of(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn graphql_samples(giver: &str) -> Vec<Vec<u8>> {
    let body = |query: &str, variables: serde_json::Value| {
        json!({ "query": query, "variables": variables }).to_string().into_bytes()
    };
    let find = "query($h:String!,$c:String,$l:Int!){accounts(filter:{code_hash:{eq:$h},id:{gt:$c}},orderBy:[{path:\"id\",\
                direction:ASC}],limit:$l){id balance(format:DEC) boc}}";
    let blocks = "query blocks($p1:BlockFilter,$p2:[QueryOrderBy],$p3:Int){blocks(filter:$p1,orderBy:$p2,limit:$p3){id \
                  seq_no gen_utime master{shard_hashes{shard descr{root_hash}}} account_blocks{account_addr}}}";
    let filter = json!({ "p1": { "workchain_id": { "eq": -1 }, "OR": { "seq_no": { "in": [1, 2] } } },
        "p2": [{ "path": "seq_no", "direction": "DESC" }], "p3": 1 });
    let chain = format!(
        "{{blockchain{{account(address:\"{giver}\"){{info{{balance boc acc_type}} transactions(first:5){{edges{{node{{id lt}} \
         cursor}} pageInfo{{hasNextPage}}}}}}}}}}"
    );
    let nested = "{messages(filter:{src_transaction:{aborted:{eq:false}},value:{gt:\"0x0\"}},timeout:0){id dst_transaction{\
                  id out_messages{id}} value(format:HEX)}}";
    let post = "mutation m($requests:[Request]){postRequests(requests:$requests)}";
    let counts = "{aggregateTransactions(filter:{lt:{gt:\"1\"}},fields:[{field:\"total_fees\",fn:SUM},{field:\"id\",fn:COUNT}])}";
    vec![
        body("{info{version time latency rempEnabled}}", json!(null)),
        body(find, json!({ "h": "ab", "c": null, "l": 5 })),
        body(blocks, filter),
        body(&chain, json!({})),
        body(nested, json!({})),
        body(counts, json!({})),
        body(post, json!({ "requests": [{ "id": "AA==", "body": "te6ccgEBAQEAAgAAAA==", "expireAt": 1 }] })),
        body("query a{__schema{types{name fields{name type{name ofType{name}}}}}}", json!({})),
        json!([{ "query": "{info{version}}" }, { "query": "{blocks{id}}" }]).to_string().into_bytes(),
    ]
}

fn rpc_samples(giver: &str) -> Vec<Vec<u8>> {
    let call = |method: &str, params: serde_json::Value| json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let hash = "11".repeat(32);
    let calls = vec![
        call("getContractState", json!({ "address": giver, "last_transaction_lt": "5" })),
        call("getTransactionsList", json!({ "account": giver, "lastTransactionLt": null, "limit": 10 })),
        call("getTransaction", json!({ "id": hash })),
        call("getDstTransaction", json!({ "messageHash": hash })),
        call("getAccountsByCodeHash", json!({ "codeHash": hash, "limit": 50, "continuation": giver })),
        call("getBlockchainConfig", json!(null)),
        call("getTimings", json!([])),
        call("sendMessage", json!({ "message": "te6ccgEBAQEAAgAAAA==" })),
    ];
    let mut samples: Vec<_> = calls.iter().map(|call| call.to_string().into_bytes()).collect();
    samples.push(json!(calls).to_string().into_bytes());
    samples
}

/// A signed message of the giver, and one that brings a contract.
fn message_samples(node: &Node) -> Vec<Vec<u8>> {
    use keys::Signer;
    let abi = ton_abi::ContractAbi::parse(include_str!("../../../../abi/Giver.abi.json")).expect("an ABI");
    let header = ton_abi::Header {
        time: node.now().millis(),
        expire: node.now().plus(1_000_000),
        pubkey: Some(giver::PUBLIC_KEY),
    };
    let key = keys::KeyPair::from_secret_hex(giver::SECRET_KEY_HEX).expect("a key");
    let sign = |hash: &ton_abi::Hash| ton_abi::Signature(key.sign(&hash.0).expect("a signature"));
    let params = json!({ "dest": giver::ADDRESS.to_string(), "value": "1000000000", "bounce": false });
    let call = abi.call_message(&giver::ADDRESS, "sendTransaction", &params, &header).expect("a call");
    let image = ton_abi::Image::from_tvc(include_bytes!("../../../../abi/Giver.tvc")).expect("an image");
    let deploy = abi.deploy_message(&image, 0, &json!({}), &header).expect("a deployment");
    [call, deploy].iter().map(|message| boc::encode(&message.sign_with(sign).expect("a message"))).collect()
}

fn control_samples(giver: &str, node: &Node) -> Vec<Vec<u8>> {
    let sample = |path: &str, body: serde_json::Value| format!("{path}\n{body}").into_bytes();
    let account = boc::encode_base64(node.account(&giver::ADDRESS).cell());
    vec![
        sample("/control/fund", json!({ "address": giver, "value": "5" })),
        sample(&format!("/control/account/{giver}"), json!({ "boc": account })),
        sample(
            &format!("/control/account/0:{}", "22".repeat(32)),
            json!({ "balance": "7", "code": "te6ccgEBAQEAAgAAAA==" }),
        ),
        sample("/control/mine", json!({ "blocks": 1 })),
        sample("/control/time/advance", json!({ "seconds": 1 })),
        sample("/control/time/freeze", json!({ "time": 1_700_000_000 })),
        sample("/control/checkpoints", json!({ "name": "a" })),
        sample("/control/checkpoints/a/restore", json!({})),
        sample(
            "/control/inject",
            json!({ "src": giver, "dst": giver, "value": "1", "body": "te6ccgEBAQEAAgAAAA==" }),
        ),
        sample("/control/config", json!({ "param": 20, "boc": "te6ccgEBAQEAAgAAAA==" })),
        sample(
            "/control/faults",
            json!({ "direction": "any", "dst": giver, "body": "00", "action": { "delay": { "rounds": 2 } } }),
        ),
        sample("/se/increase-time?delta=1", json!({})),
    ]
}
