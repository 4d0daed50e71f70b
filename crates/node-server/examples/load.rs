//! Load: multisig confirmations through the API of a node in this process, over real sockets.
//!
//! `cargo run --release -p node-server --example load -- CONFIRMATIONS CONNECTIONS`
//!
//! Wallets of 15 custodians that need all of them are deployed, and in each the first custodian submits five
//! transfers (not measured). Then every other custodian but the last confirms each of them: the confirmations are
//! signed in advance and posted by `postRequests`, one HTTP connection after the other and all connections at a
//! time. A WebSocket subscription to blocks says when a message is final. Two rounds of measurement: connections
//! that post without waiting (messages per second), and connections that wait for each message to become final
//! before they post the next (latency).

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chain::{LocalContext, run_getter};
use futures_util::{SinkExt, StreamExt};
use keys::{KeyPair, Signer};
use node_server::options::StartArgs;
use node_server::service::Service;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use ton_abi::{
    Address, Cell, ContractAbi, Hash, Header, Image, Nano, PublicKey, Signature, UnixMillis, UnixTime,
};
use ton_client::boc;

// The allocator of the programs.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Anything = Box<dyn Error + Send + Sync>;

const CUSTODIANS: usize = 15;
/// Transfers that one custodian may have waiting.
const TRANSFERS: usize = 5;
/// Confirmations of one wallet that execute nothing.
const PER_WALLET: usize = TRANSFERS * (CUSTODIANS - 2);

const ABI: &str = include_str!("../../../abi/Multisig.abi.json");
const IMAGE: &[u8] = include_bytes!("../../../abi/Multisig.tvc");

/// A message ready to be posted: its hash as blocks name it, and the request's body.
struct Ready {
    hash: String,
    body: String,
}

fn main() -> Result<(), Anything> {
    let words: Vec<usize> = std::env::args().skip(1).map(|word| word.parse()).collect::<Result<_, _>>()?;
    let [confirmations, connections] = words[..] else {
        return Err("usage: load CONFIRMATIONS CONNECTIONS".into());
    };
    node_server::runtime()?.block_on(run(confirmations, connections.max(1)))
}

async fn run(confirmations: usize, connections: usize) -> Result<(), Anything> {
    let start = Instant::now();
    let running = StartArgs { port: Some(0), ..StartArgs::default() }.start().await?;
    let memory = node_server::metrics::resident_memory().unwrap_or_default() >> 20;
    println!("ready after {:.0?}, {memory} MiB", start.elapsed());
    let service = running.service();
    // Whole wallets, so that the messages of each keep their order on one connection; a tenth more, 2 000 at most, for
    // the second measurement.
    let whole = |count: usize| count.max(1).next_multiple_of(PER_WALLET);
    let (confirmations, second) = (whole(confirmations), whole((confirmations / 10).min(2_000)));
    let wallets = (confirmations + second) / PER_WALLET;
    let mut ready = prepare(service, wallets).await?;
    println!("{wallets} wallets with {} signed confirmations", ready.len());
    let url = running.url();
    let finals = Finals::listen(&url).await?;
    let rest = ready.split_off(confirmations);
    measure("post without waiting", &url, &finals, ready, connections, false).await?;
    measure("wait for each message", &url, &finals, rest, connections, true).await?;
    let memory = node_server::metrics::resident_memory().unwrap_or_default() >> 20;
    println!("{memory} MiB at the end, block {}", service.snapshot().head().seq_no);
    running.stop().await;
    Ok(())
}

// What blocks say.

#[derive(Clone, Default)]
struct Finals(Arc<Mutex<HashMap<String, oneshot::Sender<Instant>>>>);

impl Finals {
    /// Subscribes to the blocks of the workchain.
    async fn listen(url: &str) -> Result<Self, Anything> {
        let mut request = format!("{url}/graphql").replace("http", "ws").into_client_request()?;
        request.headers_mut().insert("sec-websocket-protocol", "graphql-ws".parse()?);
        let (mut socket, _) = tokio_tungstenite::connect_async(request).await?;
        let query = "subscription { blocks(filter: {workchain_id: {eq: 0}}) { in_msg_descr { msg_id } } }";
        for message in [
            json!({ "type": "connection_init", "payload": {} }),
            json!({ "type": "start", "id": "1", "payload": { "query": query } }),
            json!({ "type": "start", "id": "2", "payload": { "query": "{info{version}}" } }),
        ] {
            socket.send(Message::text(message.to_string())).await?;
        }
        let finals = Self::default();
        let (started, ready) = oneshot::channel();
        let known = finals.0.clone();
        tokio::spawn(async move {
            let mut started = Some(started);
            while let Some(Ok(frame)) = socket.next().await {
                let Message::Text(text) = frame else { continue };
                let now = Instant::now();
                let answer: Value = serde_json::from_str(&text).unwrap_or_default();
                if answer["id"] == "2"
                    && let Some(started) = started.take()
                {
                    // Whoever waited may have given up; so below.
                    let _ = started.send(());
                }
                let messages = answer["payload"]["data"]["blocks"]["in_msg_descr"].as_array();
                let mut waiting = known.lock().expect("no thread panics with it");
                for message in messages.into_iter().flatten() {
                    if let Some(waiter) = message["msg_id"].as_str().and_then(|id| waiting.remove(id)) {
                        let _ = waiter.send(now);
                    }
                }
            }
        });
        ready.await?;
        Ok(finals)
    }

    fn expect(&self, hash: &str) -> oneshot::Receiver<Instant> {
        let (send, receive) = oneshot::channel();
        self.0.lock().expect("no thread panics with it").insert(hash.to_owned(), send);
        receive
    }
}

async fn measure(
    name: &str,
    url: &str,
    finals: &Finals,
    messages: Vec<Ready>,
    connections: usize,
    wait: bool,
) -> Result<(), Anything> {
    let count = messages.len();
    let mut shares: Vec<Vec<Ready>> = (0..connections).map(|_| Vec::new()).collect();
    for (index, message) in messages.into_iter().enumerate() {
        // All messages of a wallet go over one connection, in their order.
        shares[(index / PER_WALLET) % connections].push(message);
    }
    let start = Instant::now();
    let tasks: Vec<_> = shares
        .into_iter()
        .map(|share| tokio::spawn(post_all(format!("{url}/graphql"), finals.clone(), share, wait)))
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await??);
    }
    let all = start.elapsed();
    times.sort();
    let at = |share: f64| {
        times.get(((times.len() as f64 * share) as usize).min(times.len() - 1)).copied().unwrap_or_default()
    };
    println!(
        "{name}: {count} confirmations over {connections} connections in {all:.2?}: {:.0} a second; post to final p50 {:.1?}, p99 {:.1?}, longest {:.1?}",
        count as f64 / all.as_secs_f64(),
        at(0.5),
        at(0.99),
        at(1.0),
    );
    Ok(())
}

async fn post_all(
    url: String,
    finals: Finals,
    share: Vec<Ready>,
    wait: bool,
) -> Result<Vec<Duration>, Anything> {
    let http = reqwest::Client::builder().pool_max_idle_per_host(1).build()?;
    let (mut times, mut open) = (Vec::with_capacity(share.len()), Vec::new());
    for message in share {
        let done = finals.expect(&message.hash);
        let begin = Instant::now();
        let answer = http.post(&url).body(message.body).send().await?.text().await?;
        if answer.contains("\"errors\"") {
            return Err(answer.into());
        }
        if wait {
            times.push(last(done).await?.saturating_duration_since(begin))
        } else {
            open.push((begin, done))
        }
    }
    for (begin, done) in open {
        let end = last(done).await?;
        times.push(end.saturating_duration_since(begin));
    }
    Ok(times)
}

/// Waits for a message to become final, not for ever.
async fn last(done: oneshot::Receiver<Instant>) -> Result<Instant, Anything> {
    Ok(tokio::time::timeout(Duration::from_secs(60), done).await.map_err(|_| "a message was lost")??)
}

// Wallets and messages.

struct Maker {
    abi: ContractAbi,
    custodians: Vec<KeyPair>,
    now: UnixTime,
}

fn key(number: usize) -> Result<KeyPair, Anything> {
    Ok(KeyPair::from_secret_hex(&format!("{:064x}", number + 1))?)
}

impl Maker {
    fn header(&self, key: &KeyPair, later: u64) -> Header {
        let UnixMillis(now) = self.now.millis();
        Header { time: UnixMillis(now + later), expire: self.now.plus(3_000), pubkey: Some(key.public_key()) }
    }

    fn call(
        &self,
        to: &Address,
        who: usize,
        function: &str,
        params: &Value,
        later: u64,
    ) -> Result<Cell, Anything> {
        let key = &self.custodians[who];
        let message = self.abi.call_message(to, function, params, &self.header(key, later))?;
        Ok(message.sign_with(|hash| sign(key, hash))?)
    }

    fn deploy(&self, number: usize) -> Result<(Address, Cell), Anything> {
        let owner = key(1_000 + number)?;
        let public: PublicKey = owner.public_key();
        let image =
            Image::from_tvc(IMAGE)?.with_init_data(&self.abi, Some(&public), &json!({ "boot": "0" }))?;
        let owners: Vec<_> = self.custodians.iter().map(|key| format!("0x{}", key.public_key())).collect();
        let params = json!({ "owners": owners, "reqConfirms": CUSTODIANS });
        let message = self.abi.deploy_message(&image, 0, &params, &self.header(&owner, 0))?;
        Ok((message.dst.clone(), message.sign_with(|hash| sign(&owner, hash))?))
    }
}

fn sign(key: &KeyPair, hash: &Hash) -> Signature {
    Signature(key.sign(&hash.0).expect("a key in memory never refuses"))
}

/// Deploys the wallets, submits the transfers, signs all confirmations.
async fn prepare(service: &Service, wallets: usize) -> Result<Vec<Ready>, Anything> {
    let custodians = (0..CUSTODIANS).map(key).collect::<Result<_, _>>()?;
    let maker = Maker { abi: ContractAbi::parse(ABI)?, custodians, now: service.snapshot().now() };
    let deployments = (0..wallets).map(|number| maker.deploy(number)).collect::<Result<Vec<_>, _>>()?;
    let addresses: Vec<_> = deployments.iter().map(|(address, _)| address.clone()).collect();
    let rich = addresses.clone();
    service
        .edit(move |node| rich.iter().try_for_each(|address| node.set_balance(address, Nano::tokens(100))))
        .await?;
    post_quietly(service, deployments.iter().map(|(_, message)| message)).await?;
    let transfer = json!({ "dest": addresses[0].to_string(), "value": "1000000", "bounce": false, "allBalance": false, "payload": boc::encode_base64(&Cell::default()) });
    for number in 0..TRANSFERS {
        let messages =
            addresses.iter().map(|to| maker.call(to, 0, "submitTransaction", &transfer, 1 + number as u64));
        let messages = messages.collect::<Result<Vec<_>, _>>()?;
        post_quietly(service, messages.iter()).await?;
    }
    let node = service.snapshot();
    let mut ready = Vec::new();
    for address in &addresses {
        let context = LocalContext::new(node.now());
        let ids = run_getter(
            node.config(),
            &node.account(address),
            &maker.abi,
            "getTransactionIds",
            &json!({}),
            &context,
        )?;
        let ids = ids.json()["ids"].as_array().cloned().unwrap_or_default();
        if ids.len() != TRANSFERS {
            return Err(format!("{address} has {} transfers", ids.len()).into());
        }
        for (round, id) in ids.iter().enumerate() {
            for who in 1..CUSTODIANS - 1 {
                let params = json!({ "transactionId": id });
                let message = maker.call(address, who, "confirmTransaction", &params, 100 + round as u64)?;
                ready.push(request(&message));
            }
        }
    }
    Ok(ready)
}

fn request(message: &Cell) -> Ready {
    use base64::Engine as _;
    let id = base64::engine::general_purpose::STANDARD.encode(message.repr_hash().0);
    let body = json!({
        "query": "mutation postRequests($requests:[Request]){postRequests(requests:$requests)}",
        "variables": { "requests": [{ "id": id, "body": boc::encode_base64(message) }] },
    });
    Ready { hash: Hash(message.repr_hash().0).to_string(), body: body.to_string() }
}

/// Posts messages inside the process and waits until none waits any more.
async fn post_quietly<'a>(
    service: &Service,
    messages: impl Iterator<Item = &'a Cell>,
) -> Result<(), Anything> {
    for (count, message) in messages.enumerate() {
        service.post(&boc::encode(message))?;
        if count % 5_000 == 4_999 {
            service.settle().await?;
        }
    }
    service.settle().await?;
    Ok(())
}
