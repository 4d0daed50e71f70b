//! GraphQL endpoints: TON OS SE, evernode and our own node, over HTTP or one WebSocket connection.

mod queries;
mod receipts;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use ton_abi::{Address, Cell, Lt, MessageKind, MessageView, UnixMillis, UnixTime};

use self::queries::{Info, Master};
use self::receipts::Receipts;
use super::answer::{self, Malformed, field, list, maybe};
use super::cache::Cached;
use super::link::{Envelope, Link, Trouble, open};
use super::local::{LocalProof, Proven};
use super::options::{BadOptions, Options, endpoint};
use super::socket::{Event, Operation};
use super::{FoundTransaction, Head, Rejection, Transport, TransportError};
use crate::boc;
use crate::ids::{BlockId, MsgHash, TxHash};

/// Heads whose masterchain block is remembered.
const MAX_HEADS: usize = 64;

/// Longest wait for a block that is asked of a server at a time; proxies cut connections that idle for longer.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// Pause between two questions for a block if the server answers without waiting.
const PAUSE: Duration = Duration::from_millis(250);

/// A network behind GraphQL endpoints.
///
/// Waits for blocks by long polling: the successor of the masterchain block known last, in which the heads of all
/// shards stand. Configurations are kept for [`Options::config_life`].
pub struct GraphqlTransport {
    link: Arc<Link>,
    config: Cached<chain::Config>,
    info: Cached<(usize, Info)>,
    /// Heads of shards and the masterchain blocks that named them, newest last.
    heads: Mutex<VecDeque<(BlockId, BlockId)>>,
    receipts: Receipts,
    proven: Proven,
}

/// A running subscription; letting it go ends it. See [`GraphqlTransport::subscribe`].
pub struct Subscription {
    link: Arc<Link>,
    operation: Operation,
}

impl GraphqlTransport {
    /// A transport for these endpoints of one network; `/graphql` and the scheme may be left out. Nothing is sent yet.
    ///
    /// # Errors
    /// [`BadOptions`].
    pub fn new<T: AsRef<str>>(endpoints: &[T], options: Options) -> Result<Self, BadOptions> {
        let endpoints: Result<Vec<_>, _> =
            endpoints.iter().map(|text| endpoint(text.as_ref(), "/graphql")).collect();
        let config = Cached::new(options.config_life);
        let info = Cached::new(options.latency_interval);
        Ok(Self {
            link: Arc::new(Link::new(endpoints?, Envelope::Graphql, options)?),
            config,
            info,
            heads: Mutex::default(),
            receipts: Receipts::new(),
            proven: Proven::default(),
        })
    }

    /// Sends a query or mutation and gives the `data` of its answer, which nobody vouches for.
    ///
    /// # Errors
    /// [`TransportError`].
    pub async fn query(&self, query: &str, variables: Value) -> Result<Value, TransportError> {
        self.ask(query, variables, Duration::ZERO).await
    }

    /// Starts a subscription over the WebSocket connection.
    ///
    /// # Errors
    /// [`TransportError`].
    pub async fn subscribe(&self, query: &str, variables: Value) -> Result<Subscription, TransportError> {
        let link = self.link.clone();
        let started = match link.socket(link.current()).await {
            Ok(socket) => socket.start(&queries::request(query, variables)).await,
            Err(trouble) => Err(trouble),
        };
        let operation = started.map_err(|trouble| failed(&link, trouble))?;
        Ok(Subscription { link, operation })
    }

    /// Finds out whether the network is one for development, see [`LocalProof`]; [`Transport::is_local`] says so
    /// from then on.
    ///
    /// # Errors
    /// [`TransportError`].
    pub async fn prove_local(&self, proof: &LocalProof) -> Result<bool, TransportError> {
        let account = self.account(&proof.giver).await?;
        Ok(self.proven.set(proof.holds(&account)))
    }

    /// A REST request beside the protocol at the endpoint in use, with the query as given: `GET`, or `POST` without a
    /// body. `None` if the endpoint has no such path; `null` for an answer that is not JSON.
    ///
    /// # Errors
    /// [`TransportError`]. Nothing is tried again.
    pub async fn rest(
        &self,
        path: &str,
        query: Option<&str>,
        post: bool,
    ) -> Result<Option<Value>, TransportError> {
        self.link.beside(path, query, post).await
    }

    async fn ask(&self, query: &str, variables: Value, wait: Duration) -> Result<Value, TransportError> {
        self.link.choose(&queries::request(queries::INFO, Value::Null), queries::lag).await;
        self.link.ask(&queries::request(query, variables), wait).await.result
    }

    /// What the endpoint in use says of itself.
    async fn info(&self) -> Result<Info, TransportError> {
        if let Some((index, info)) = self.info.get()
            && index == self.link.current()
        {
            return Ok(info);
        }
        let data = self.query(queries::INFO, Value::Null).await?;
        let info = Info::read(&data).map_err(|error| self.link.bad(error))?;
        self.info.set((self.link.current(), info));
        Ok(info)
    }

    async fn newest(&self) -> Result<Master, TransportError> {
        let data = self.query(queries::HEAD, Value::Null).await?;
        self.first_block(&data)
    }

    fn first_block(&self, data: &Value) -> Result<Master, TransportError> {
        let master = Master::read_first(data, "blocks").map_err(|error| self.link.bad(error))?;
        master.ok_or_else(|| self.link.bad(Malformed::Missing("masterchain block")))
    }

    /// The head of an address' shard, whose masterchain block is remembered.
    fn head_in(&self, master: &Master, address: &Address) -> Result<Head, TransportError> {
        let head = master.head_of(address).map_err(|error| self.link.bad(error))?;
        let mut heads = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        heads.retain(|(known, _)| *known != head.id);
        if heads.len() >= MAX_HEADS {
            heads.pop_front();
        }
        heads.push_back((head.id, master.id()));
        Ok(head)
    }

    fn master_of(&self, head: &BlockId) -> Option<BlockId> {
        let heads = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        heads.iter().rev().find(|(known, _)| known == head).map(|(_, master)| *master)
    }

    /// The newest masterchain block once `after` has a successor; `None` if it gets none in time.
    async fn next_master(&self, after: BlockId, wait: Duration) -> Result<Option<Master>, TransportError> {
        let millis = u32::try_from(wait.as_millis()).unwrap_or(u32::MAX);
        let variables = json!({ "id": after.to_string(), "wait": f64::from(millis) });
        let data = self.ask(queries::NEXT, variables, wait).await?;
        let read = |name| Master::read_first(&data, name).map_err(|error| self.link.bad(error));
        let (next, newest) = (read("next")?, read("newest")?);
        let newer = next.into_iter().chain(newest).max_by_key(|master| master.head.seq_no);
        Ok(newer.filter(|master| master.id() != after))
    }

    async fn found(
        &self,
        query: &str,
        hash: String,
        read: impl Fn(&Value) -> Result<FoundTransaction, Malformed>,
    ) -> Result<Option<FoundTransaction>, TransportError> {
        let data = self.query(query, json!({ "h": hash })).await?;
        let rows = list(&data, "transactions").map_err(|error| self.link.bad(error))?;
        rows.first().map(read).transpose().map_err(|error| self.link.bad(error))
    }
}

fn failed(link: &Link, trouble: Trouble) -> TransportError {
    let network = link.name().to_owned();
    match trouble {
        Trouble::Unsent(source) | Trouble::Lost(source) => TransportError::Unreachable { network, source },
        Trouble::Refused(source) => link.refused(source),
        Trouble::Bad(source) => link.bad(source),
    }
}

impl Subscription {
    /// The `data` of the next pushed answer; `None` once the server ended the subscription.
    ///
    /// # Errors
    /// [`TransportError`]; after a temporary one the subscription may be started again, and may have missed something.
    pub async fn next(&mut self) -> Option<Result<Value, TransportError>> {
        let answer = match self.operation.next().await {
            Event::Answer(answer) => open(Envelope::Graphql, answer),
            Event::Failed(trouble) => Err(trouble),
            Event::Complete => return None,
        };
        Some(answer.map_err(|trouble| failed(&self.link, trouble)))
    }
}

fn read_transaction(
    row: &Value,
    hash: Option<&TxHash>,
    in_msg: Option<&MsgHash>,
) -> Result<FoundTransaction, Malformed> {
    let account = answer::address(row, "account_addr")?;
    answer::transaction(answer::cell(row, "boc")?, Some(account), hash, in_msg)
}

fn read_account(data: &Value, address: &Address) -> Result<chain::Account, Malformed> {
    let Some(info) = maybe(field(field(data, "blockchain")?, "account")?, "info") else {
        return Ok(chain::Account::none(address.clone()));
    };
    match maybe(info, "boc") {
        Some(_) => answer::account(&answer::cell(info, "boc")?, address),
        // COMPAT(q-server): 3 is an account that does not exist; its row may be there all the same.
        None if maybe(info, "acc_type").is_none_or(|kind| kind.as_u64() == Some(3)) => {
            Ok(chain::Account::none(address.clone()))
        }
        None => Err(Malformed::Missing("boc")),
    }
}

fn read_config(data: &Value) -> Result<chain::Config, Malformed> {
    let row = list(data, "blocks")?.first().ok_or(Malformed::Missing("key block"))?;
    let cell = answer::cell(row, "boc")?;
    if answer::block_id(row, "id")? != BlockId::from(cell.repr_hash()) {
        return Err(Malformed::Other("block"));
    }
    answer::config_of_block(&cell)
}

/// Destination and hash of a message about to be posted; `None` for bytes that only the network can judge.
fn addressed(message: &[u8]) -> Option<(MsgHash, Address)> {
    let view = MessageView::parse(&boc::decode(message).ok()?).ok()?;
    let inbound = view.kind == MessageKind::ExternalIn;
    inbound.then_some(())?;
    Some((MsgHash::from(view.hash), view.dst?))
}

#[async_trait]
impl Transport for GraphqlTransport {
    fn name(&self) -> String {
        self.link.name().to_owned()
    }

    fn is_local(&self) -> bool {
        self.proven.get()
    }

    async fn config(&self) -> Result<chain::Config, TransportError> {
        if let Some(config) = self.config.get() {
            return Ok(config);
        }
        let data = self.query(queries::CONFIG, Value::Null).await?;
        let config = read_config(&data).map_err(|error| self.link.bad(error))?;
        self.config.set(config.clone());
        Ok(config)
    }

    async fn head(&self, address: &Address) -> Result<Head, TransportError> {
        self.head_in(&self.newest().await?, address)
    }

    async fn now(&self, address: &Address) -> Result<UnixMillis, TransportError> {
        let data = self.query(queries::NOW, Value::Null).await?;
        let head = self.head_in(&self.first_block(&data)?, address)?.gen_utime.millis();
        let clock = UnixMillis(queries::clock(&data).unwrap_or(0));
        // A clock past the range of `expire` is broken.
        Ok(if clock.seconds() == UnixTime(u32::MAX) { head } else { head.max(clock) })
    }

    async fn wait_block(
        &self,
        address: &Address,
        after: &Head,
        timeout: Duration,
    ) -> Result<Option<Head>, TransportError> {
        let start = Instant::now();
        let mut master = match self.master_of(&after.id) {
            Some(master) => master,
            None => {
                let newest = self.newest().await?;
                let head = self.head_in(&newest, address)?;
                if head.id != after.id {
                    return Ok(Some(head));
                }
                newest.id()
            }
        };
        loop {
            let (asked, wait) = (Instant::now(), timeout.saturating_sub(start.elapsed()).min(MAX_WAIT));
            let next = self.next_master(master, wait).await?;
            if let Some(next) = next {
                let head = self.head_in(&next, address)?;
                if head.id != after.id {
                    return Ok(Some(head));
                }
                master = next.id();
            }
            if start.elapsed() >= timeout {
                return Ok(None);
            }
            if asked.elapsed() < wait.min(PAUSE) {
                // The server does not wait, so it is asked less often.
                sleep(PAUSE.min(timeout.saturating_sub(start.elapsed()))).await;
            }
        }
    }

    async fn wait_news(
        &self,
        address: &Address,
        after: &Head,
        message: &MsgHash,
        timeout: Duration,
    ) -> Result<Option<Head>, TransportError> {
        tokio::select! {
            head = self.wait_block(address, after, timeout) => head,
            () = self.receipts.news(message) => Ok(Some(*after)),
        }
    }

    async fn post(&self, message: &[u8]) -> Result<(), TransportError> {
        let addressed = addressed(message);
        let remp = self.link.options.remp
            && match self.info().await {
                Ok(info) => info.remp,
                Err(error) if error.is_temporary() => return Err(error),
                // An endpoint that does not tell has none.
                Err(_) => false,
            };
        let hash = addressed.as_ref().map(|(hash, _)| hash.0).unwrap_or_default();
        let requests =
            json!({ "requests": [{ "id": STANDARD.encode(hash), "body": STANDARD.encode(message) }] });
        self.link.choose(&queries::request(queries::INFO, Value::Null), queries::lag).await;
        let outcome = self.link.ask(&queries::request(queries::POST, requests), Duration::ZERO).await;
        if let Some((hash, account)) = addressed {
            if remp && outcome.lost == 0 && outcome.result.is_ok() {
                self.receipts.watch(&self.link, hash, account);
            } else {
                // Another endpoint may have it, too: what this one says of it would not be the last word.
                self.receipts.forget(&hash);
            }
        }
        super::posted(outcome)
    }

    async fn account(&self, address: &Address) -> Result<chain::Account, TransportError> {
        let data = self.query(queries::ACCOUNT, json!({ "a": address.to_string() })).await?;
        read_account(&data, address).map_err(|error| self.link.bad(error))
    }

    async fn transaction(&self, hash: &TxHash) -> Result<Option<FoundTransaction>, TransportError> {
        self.found(queries::TRANSACTION, hash.to_string(), |row| read_transaction(row, Some(hash), None))
            .await
    }

    async fn transaction_of(&self, in_msg: &MsgHash) -> Result<Option<FoundTransaction>, TransportError> {
        let read = |row: &Value| read_transaction(row, None, Some(in_msg));
        self.found(queries::TRANSACTION_OF, in_msg.to_string(), read).await
    }

    async fn transactions(
        &self,
        account: &Address,
        last: Option<Lt>,
        limit: usize,
    ) -> Result<Vec<FoundTransaction>, TransportError> {
        let mut all = Vec::new();
        let mut last = last.unwrap_or(Lt(u64::MAX));
        while all.len() < limit {
            let page = (limit - all.len()).min(queries::PAGE);
            let variables = json!({ "a": account.to_string(), "lt": last.0.to_string(), "l": page });
            let data = self.query(queries::TRANSACTIONS, variables).await?;
            let rows = super::read_page(list(&data, "transactions"), page, account, last, |row| {
                read_transaction(row, None, None)
            });
            let (found, oldest) = rows.map_err(|error| self.link.bad(error))?;
            let short = found.len() < page;
            all.extend(found);
            match oldest.and_then(|oldest| oldest.0.checked_sub(1)) {
                Some(next) if !short => last = Lt(next),
                _ => break,
            }
        }
        Ok(all)
    }

    async fn message(&self, hash: &MsgHash) -> Result<Option<Cell>, TransportError> {
        let data = self.query(queries::MESSAGE, json!({ "h": hash.to_string() })).await?;
        let read = |row: &Value| answer::message(answer::cell(row, "boc")?, hash);
        let rows = list(&data, "messages").map_err(|error| self.link.bad(error))?;
        rows.first().map(read).transpose().map_err(|error| self.link.bad(error))
    }

    /// A node of ours tells it beside the protocol; only networks for development are asked.
    async fn trace(&self, transaction: &TxHash) -> Result<Option<chain::Trace>, TransportError> {
        if !self.is_local() {
            return Ok(None);
        }
        let path = format!("/control/trace/{transaction}");
        // Another node's refusal says no more than that it cannot.
        let answer = self.rest(&path, Some(&super::traced::query()), false).await.ok().flatten();
        Ok(answer.as_ref().and_then(super::traced::read))
    }

    async fn rejection(&self, message: &MsgHash) -> Result<Option<Rejection>, TransportError> {
        Ok(self.receipts.rejection(message))
    }
}
