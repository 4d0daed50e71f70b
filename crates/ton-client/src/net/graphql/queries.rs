//! Texts of the queries, and how their answers are read.

use std::time::Duration;

use serde_json::{Value, json};
use ton_abi::{Address, Lt, UnixTime};
use tycho_types::models::ShardIdent;

use super::super::Head;
use super::super::answer::{Malformed, block_id, field, list, maybe, number, number32, text};
use crate::ids::BlockId;

/// About the endpoint: its clock, its lag, what it can do.
pub(super) const INFO: &str = "query info{info{version time latency rempEnabled}}";

/// What is wanted of a masterchain block.
macro_rules! master {
    () => {
        "{id seq_no gen_utime end_lt master{shard_hashes{workchain_id shard \
         descr{root_hash seq_no gen_utime end_lt}}}}"
    };
}

macro_rules! newest {
    () => {
        "blocks(filter:{workchain_id:{eq:-1}},orderBy:[{path:\"seq_no\",direction:DESC}],limit:1)"
    };
}

pub(super) const HEAD: &str = concat!("query head{", newest!(), master!(), "}");

/// The newest masterchain block and the endpoint's clock.
pub(super) const NOW: &str = concat!("query now{info{time} ", newest!(), master!(), "}");

/// The successor of a masterchain block, waited for, and whatever is the newest when the query starts.
pub(super) const NEXT: &str = concat!(
    "query next($id:String!,$wait:Float!){next:blocks(filter:{workchain_id:{eq:-1},\
     prev_ref:{root_hash:{eq:$id}}},limit:1,timeout:$wait)",
    master!(),
    " newest:",
    newest!(),
    master!(),
    "}"
);

pub(super) const CONFIG: &str = "query config{blocks(filter:{key_block:{eq:true},workchain_id:{eq:-1}},\
     orderBy:[{path:\"seq_no\",direction:DESC}],limit:1){id boc}}";

pub(super) const ACCOUNT: &str =
    "query account($a:String!){blockchain{account(address:$a){info{acc_type boc}}}}";

pub(super) const TRANSACTION: &str =
    "query transaction($h:String!){transactions(filter:{id:{eq:$h}},limit:1){boc account_addr}}";

pub(super) const TRANSACTION_OF: &str =
    "query transaction($h:String!){transactions(filter:{in_msg:{eq:$h}},limit:1){boc account_addr}}";

pub(super) const TRANSACTIONS: &str = "query history($a:String!,$lt:String!,$l:Int!){transactions(\
     filter:{account_addr:{eq:$a},lt:{le:$lt}},orderBy:[{path:\"lt\",direction:DESC}],limit:$l){boc account_addr}}";

/// Most rows that servers give at a time.
pub(super) const PAGE: usize = 50;

pub(super) const MESSAGE: &str = "query message($h:String!){messages(filter:{id:{eq:$h}},limit:1){boc}}";

pub(super) const POST: &str = "mutation postRequests($requests:[Request]){postRequests(requests:$requests)}";

/// A request of the GraphQL protocol.
pub(super) fn request(query: &str, variables: Value) -> Value {
    json!({ "query": query, "variables": variables })
}

/// Receipts of one message. COMPAT(sdk): the id stands in the text, there are no variables.
pub(super) fn receipts(message: &str) -> String {
    format!("subscription{{rempReceipts(messageId:\"{message}\"){{messageId kind timestamp json}}}}")
}

/// What an endpoint says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Info {
    pub(super) remp: bool,
}

impl Info {
    pub(super) fn read(data: &Value) -> Result<Self, Malformed> {
        let info = field(data, "info")?;
        let remp = maybe(info, "rempEnabled").and_then(Value::as_bool).unwrap_or(false);
        Ok(Self { remp })
    }
}

/// How far an endpoint's data lags; `None` if it does not answer as one should.
pub(super) fn lag(data: &Value) -> Option<Duration> {
    let info = data.get("info")?;
    // COMPAT(sdk): an endpoint that does not tell counts as up to date.
    let millis = info.get("latency").and_then(Value::as_f64).unwrap_or(0.0).abs();
    Duration::try_from_secs_f64(millis / 1000.0).ok()
}

/// The endpoint's clock in milliseconds, if it tells.
pub(super) fn clock(data: &Value) -> Option<u64> {
    number(data.get("info")?, "time").ok()
}

/// A block of the masterchain and the heads of all shards that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Master {
    pub(super) head: Head,
    shards: Vec<(ShardIdent, Head)>,
}

impl Master {
    /// The first row of a list of blocks, if it has one.
    pub(super) fn read_first(data: &Value, name: &'static str) -> Result<Option<Self>, Malformed> {
        list(data, name)?.first().map(Self::read).transpose()
    }

    fn read(block: &Value) -> Result<Self, Malformed> {
        let head = read_head(block, "id")?;
        let mut shards = Vec::new();
        for entry in list(field(block, "master")?, "shard_hashes")? {
            let wrong = Malformed::Wrong { field: "shard", wanted: "a shard" };
            let workchain = field(entry, "workchain_id")?.as_i64().and_then(|id| i32::try_from(id).ok());
            let prefix = u64::from_str_radix(text(entry, "shard")?, 16).ok();
            let shard =
                workchain.zip(prefix).and_then(|(workchain, prefix)| ShardIdent::new(workchain, prefix));
            shards.push((shard.ok_or(wrong)?, read_head(field(entry, "descr")?, "root_hash")?));
        }
        Ok(Self { head, shards })
    }

    /// The newest block of the shard that holds an address.
    pub(super) fn head_of(&self, address: &Address) -> Result<Head, Malformed> {
        if address.workchain == -1 {
            return Ok(self.head);
        }
        let covering = self.shards.iter().find(|(shard, _)| shard.contains_address(address));
        covering.map(|(_, head)| *head).ok_or(Malformed::Missing("shard of the address"))
    }

    pub(super) fn id(&self) -> BlockId {
        self.head.id
    }
}

fn read_head(block: &Value, id: &'static str) -> Result<Head, Malformed> {
    Ok(Head {
        id: block_id(block, id)?,
        seq_no: number32(block, "seq_no")?,
        gen_utime: UnixTime(number32(block, "gen_utime")?),
        end_lt: Lt(number(block, "end_lt")?),
    })
}
