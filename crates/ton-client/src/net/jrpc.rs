//! JSON-RPC endpoints: nodes of Everscale and Venom, Tycho, and our own node.
//!
//! The protocol tells neither blocks nor messages nor rejections: waiting is asking for the time of the newest
//! masterchain block, and the reason of a rejection is found by a local run.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chain::Account;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use ton_abi::{Address, Cell, CellBuilder, Lt, UnixMillis, UnixTime};
use tycho_types::cell::{HashBytes, Lazy};
use tycho_types::models::{OptionalAccount, ShardAccount};

use super::answer::{self, Malformed, field, maybe, number, number32, text};
use super::cache::Cached;
use super::link::{Envelope, Link};
use super::local::{LocalProof, Proven};
use super::options::{BadOptions, Options, endpoint};
use super::{FoundTransaction, Head, Transport, TransportError};
use crate::ids::{BlockId, MsgHash, TxHash};

/// First pause between two questions for the newest block, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// Most transactions that servers give at a time.
const PAGE: usize = 50;

/// A network behind JSON-RPC endpoints.
pub struct JrpcTransport {
    link: Link,
    config: Cached<chain::Config>,
    /// The newest second of the endpoint's clock, and when it was seen first.
    second: Mutex<Option<(UnixTime, Instant)>>,
    proven: Proven,
}

impl JrpcTransport {
    /// A transport for these endpoints of one network; the scheme may be left out, and `/rpc` where there is no path.
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// [`BadOptions`].
    pub fn new<T: AsRef<str>>(endpoints: &[T], options: Options) -> Result<Self, BadOptions> {
        let complete = |text: &T| {
            let mut url = endpoint(text.as_ref(), "")?;
            if url.path() == "/" {
                url.set_path("/rpc");
            }
            Ok(url)
        };
        let endpoints: Result<Vec<_>, _> = endpoints.iter().map(complete).collect();
        let config = Cached::new(options.config_life);
        let link = Link::new(endpoints?, Envelope::JsonRpc, options)?;
        Ok(Self { link, config, second: Mutex::default(), proven: Proven::default() })
    }

    /// Calls a method and gives its `result`, which nobody vouches for.
    ///
    /// # Errors
    /// [`TransportError`].
    pub async fn call(&self, method: &str, params: Value) -> Result<Value, TransportError> {
        self.link.choose(&request("getTimings", Value::Null), lag).await;
        self.link.ask(&request(method, params), Duration::ZERO).await.result
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

    /// A REST request beside the protocol at the endpoint in use: see [`super::GraphqlTransport::rest`].
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

    async fn state(&self, address: &Address) -> Result<Value, TransportError> {
        let params = json!({ "address": address.to_string(), "last_transaction_lt": null });
        self.call("getContractState", params).await
    }

    async fn timings(&self) -> Result<Value, TransportError> {
        self.call("getTimings", Value::Null).await
    }

    async fn newest(&self) -> Result<Head, TransportError> {
        read_head(&self.timings().await?).map_err(|error| self.link.bad(error))
    }

    /// Milliseconds since a second of the endpoint's clock was seen first.
    fn since(&self, now: UnixTime) -> u64 {
        let mut second = self.second.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, at) = second.filter(|(known, _)| *known >= now).unwrap_or((now, Instant::now()));
        *second = Some((known, at));
        let millis = u64::try_from(at.elapsed().as_millis()).unwrap_or(u64::MAX);
        if known == now { millis.min(999) } else { 0 }
    }

    /// A transaction in base64, or `null`.
    async fn found(
        &self,
        method: &str,
        params: Value,
        hash: Option<&TxHash>,
        in_msg: Option<&MsgHash>,
    ) -> Result<Option<FoundTransaction>, TransportError> {
        let answer = self.call(method, params).await?;
        if answer.is_null() {
            return Ok(None);
        }
        let cell = answer::bare_cell(&answer, "transaction");
        let found = cell.and_then(|cell| answer::transaction(cell, None, hash, in_msg));
        found.map(Some).map_err(|error| self.link.bad(error))
    }
}

/// COMPAT(nekoton): the id is always 1.
fn request(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })
}

/// Seconds that the endpoint's shards lag behind its clock.
fn lag(timings: &Value) -> Option<Duration> {
    let of = |name| timings.get(name).and_then(Value::as_i64);
    let lag = of("shardClientTimeDiff").or_else(|| of("mcTimeDiff"))?;
    Some(Duration::from_secs(lag.max(0).unsigned_abs()))
}

/// The endpoint's clock in seconds: the newest block's time and how long ago that was.
fn read_clock(timings: &Value) -> Result<UnixTime, Malformed> {
    let behind = timings.get("mcTimeDiff").and_then(Value::as_i64).unwrap_or(0).max(0);
    let behind = u32::try_from(behind).unwrap_or(0);
    Ok(UnixTime(number32(timings, "lastMcUtime")?).plus(behind))
}

/// The masterchain block up to which the endpoint knows all shards.
fn read_head(timings: &Value) -> Result<Head, Malformed> {
    let masterchain = number32(timings, "lastMcBlockSeqno")?;
    let shards = match maybe(timings, "lastShardClientMcBlockSeqno") {
        Some(_) => number32(timings, "lastShardClientMcBlockSeqno")?,
        None => masterchain,
    };
    let diff = |name| timings.get(name).and_then(Value::as_i64).unwrap_or(0);
    let behind = diff("shardClientTimeDiff").saturating_sub(diff("mcTimeDiff")).max(0);
    let behind = u32::try_from(behind).unwrap_or(u32::MAX);
    let utime = number32(timings, "lastMcUtime")?.saturating_sub(behind);
    // The protocol knows no identities of blocks and no logical time of them.
    Ok(Head {
        id: BlockId::default(),
        seq_no: masterchain.min(shards),
        gen_utime: UnixTime(utime),
        end_lt: Lt(0),
    })
}

/// The account comes without its constructor bit, and the hash of its last transaction stands beside it.
fn read_account(state: &Value, address: &Address) -> Result<Account, Malformed> {
    let wrong = |field, wanted| Malformed::Wrong { field, wanted };
    match text(state, "type")? {
        "notExists" => return Ok(Account::none(address.clone())),
        "exists" => {}
        _ => return Err(wrong("type", "one of those that were asked for")),
    }
    let bare = answer::cell(state, "account")?;
    let bad = |source| Malformed::Cell { field: "account", source };
    let mut builder = CellBuilder::new();
    builder.store_bit_one().map_err(bad)?;
    builder.store_slice(bare.as_slice().map_err(bad)?).map_err(bad)?;
    let cell = builder.build().map_err(bad)?;
    // Checks everything; the rest is about the last transaction.
    answer::account(&cell, address)?;
    let last = field(state, "lastTransactionId")?;
    let hash = match maybe(last, "hash") {
        Some(_) => text(last, "hash")?.parse::<TxHash>().map_err(|_| wrong("hash", "a hash"))?,
        None => TxHash::default(),
    };
    let shard = ShardAccount {
        account: Lazy::<OptionalAccount>::from_raw(cell).map_err(bad)?,
        last_trans_hash: HashBytes(hash.0),
        last_trans_lt: number(last, "lt")?,
    };
    Account::from_shard(address.clone(), shard).map_err(Malformed::Account)
}

fn read_config(answer: &Value) -> Result<chain::Config, Malformed> {
    answer::config_of_cell(&answer::cell(answer, "config")?)
}

#[async_trait]
impl Transport for JrpcTransport {
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
        let answer = self.call("getBlockchainConfig", Value::Null).await?;
        let config = read_config(&answer).map_err(|error| self.link.bad(error))?;
        self.config.set(config.clone());
        Ok(config)
    }

    async fn head(&self, _address: &Address) -> Result<Head, TransportError> {
        self.newest().await
    }

    /// The endpoint's clock. The protocol tells whole seconds, so those since this second was seen first are added in
    /// milliseconds; our own node tells them (`nowMs`).
    async fn now(&self, _address: &Address) -> Result<UnixMillis, TransportError> {
        let timings = self.timings().await?;
        let clock = read_clock(&timings).map_err(|error| self.link.bad(error))?;
        let now = match number(&timings, "nowMs") {
            Ok(millis) if UnixMillis(millis).seconds() >= clock => UnixMillis(millis),
            _ => UnixMillis(clock.millis().0 + self.since(clock)),
        };
        // A clock past the range of `expire` is broken.
        Ok(if now.seconds() == UnixTime(u32::MAX) { clock.millis() } else { now })
    }

    async fn wait_block(
        &self,
        _address: &Address,
        after: &Head,
        timeout: Duration,
    ) -> Result<Option<Head>, TransportError> {
        let start = Instant::now();
        let (mut pause, longest) = PAUSES;
        loop {
            let head = self.newest().await?;
            if head != *after {
                return Ok(Some(head));
            }
            let left = timeout.saturating_sub(start.elapsed());
            if left.is_zero() {
                return Ok(None);
            }
            sleep(pause.min(left)).await;
            pause = (pause * 3 / 2).min(longest);
        }
    }

    async fn post(&self, message: &[u8]) -> Result<(), TransportError> {
        self.link.choose(&request("getTimings", Value::Null), lag).await;
        let params = json!({ "message": STANDARD.encode(message) });
        super::posted(self.link.ask(&request("sendMessage", params), Duration::ZERO).await)
    }

    async fn account(&self, address: &Address) -> Result<Account, TransportError> {
        read_account(&self.state(address).await?, address).map_err(|error| self.link.bad(error))
    }

    async fn transaction(&self, hash: &TxHash) -> Result<Option<FoundTransaction>, TransportError> {
        self.found("getTransaction", json!({ "id": hash.to_string() }), Some(hash), None).await
    }

    async fn transaction_of(&self, in_msg: &MsgHash) -> Result<Option<FoundTransaction>, TransportError> {
        let params = json!({ "messageHash": in_msg.to_string() });
        self.found("getDstTransaction", params, None, Some(in_msg)).await
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
            let page = (limit - all.len()).min(PAGE);
            let lt = (last.0 < u64::MAX).then(|| last.0.to_string());
            let params = json!({ "account": account.to_string(), "lastTransactionLt": lt, "limit": page });
            let answer = self.call("getTransactionsList", params).await?;
            let rows = answer.as_array().map(Vec::as_slice);
            let rows = rows.ok_or(Malformed::Wrong { field: "result", wanted: "a list" });
            let rows = super::read_page(rows, page, account, last, |row| {
                let cell = answer::bare_cell(row, "transaction")?;
                answer::transaction(cell, Some(account.clone()), None, None)
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

    /// Always `None`: the protocol does not keep messages by their hash.
    async fn message(&self, _hash: &MsgHash) -> Result<Option<Cell>, TransportError> {
        Ok(None)
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
}

#[cfg(test)]
mod tests;
