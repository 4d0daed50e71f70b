//! The methods of the JSON-RPC API.

use localnet::{Block, Node, TransactionRecord};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use ton_abi::{Address, Hash, Lt};
use ton_client::boc;
use ton_client::{MsgHash, TxHash};

use super::{BUSY, INTERNAL, INVALID_PARAMS, NO_METHOD, REFUSED, RpcError};
use crate::service::{Error as ServiceError, Service};

/// Names of all methods.
const METHODS: [&str; 11] = [
    "getCapabilities",
    "getStatus",
    "getTimings",
    "getContractState",
    "getAccountsByCodeHash",
    "getTransactionsList",
    "getTransaction",
    "getDstTransaction",
    "getBlockchainConfig",
    "getLatestKeyBlock",
    "sendMessage",
];

/// Most rows of a list.
const MAX_ROWS: usize = 100;

/// Runs one method.
pub(super) fn run(service: &Service, method: &str, params: Value) -> Result<Value, RpcError> {
    let node = service.snapshot();
    match method {
        "getCapabilities" => Ok(json!(METHODS)),
        "getStatus" => Ok(json!({ "ready": service.info().halted.is_none() })),
        "getTimings" => Ok(timings(service, &node)),
        "getContractState" => contract_state(&node, &read(params)?),
        "getAccountsByCodeHash" => accounts_by_code(&node, &read(params)?),
        "getTransactionsList" => transactions(&node, &read(params)?),
        "getTransaction" => {
            let ById { id } = read(params)?;
            Ok(transaction(node.transaction(&TxHash(id.0))))
        }
        "getDstTransaction" => {
            let ByMessage { message_hash } = read(params)?;
            Ok(transaction(node.transaction_of(&MsgHash(message_hash.0))))
        }
        "getBlockchainConfig" => Ok(json!({
            "globalId": node.config().global_id(),
            "seqno": node.master_head().seq_no,
            "config": boc::encode_base64(&node.config().cell()),
        })),
        "getLatestKeyBlock" => Ok(json!({ "block": boc::encode_base64(&key_block(&node)?.cell) })),
        "sendMessage" => send(service, &read(params)?),
        _ => Err(RpcError::new(NO_METHOD, format!("there is no method {method:?}"))),
    }
}

fn read<T: DeserializeOwned>(params: Value) -> Result<T, RpcError> {
    serde_json::from_value(params)
        .map_err(|error| RpcError::new(INVALID_PARAMS, format!("the parameters are wrong: {error}")))
}

/// A number that clients write as a string, some as a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Text(String),
    Plain(u64),
}

impl Number {
    fn lt(&self) -> Result<Lt, RpcError> {
        match self {
            Self::Plain(lt) => Ok(Lt(*lt)),
            Self::Text(text) => {
                let bad = |_| RpcError::new(INVALID_PARAMS, format!("{text:?} is no logical time"));
                text.parse().map(Lt).map_err(bad)
            }
        }
    }
}

/// COMPAT(nekoton): the one method whose parameters are in snake case.
#[derive(Deserialize)]
struct ContractState {
    address: Address,
    #[serde(alias = "lastTransactionLt")]
    last_transaction_lt: Option<Number>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByCode {
    code_hash: Hash,
    #[serde(default = "default_rows")]
    limit: u32,
    continuation: Option<Address>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct History {
    account: Address,
    last_transaction_lt: Option<Number>,
    #[serde(default = "default_rows")]
    limit: u32,
}

#[derive(Deserialize)]
struct ById {
    id: Hash,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByMessage {
    message_hash: Hash,
}

#[derive(Deserialize)]
struct Message {
    message: String,
}

fn default_rows() -> u32 {
    50
}

fn rows(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(MAX_ROWS).min(MAX_ROWS)
}

fn contract_state(node: &Node, params: &ContractState) -> Result<Value, RpcError> {
    let head = node.head();
    let timings = json!({ "genLt": head.end_lt.0.to_string(), "genUtime": head.gen_utime.0 });
    let account = node.account(&params.address);
    let Some(cell) = account.cell_without_constructor() else {
        return Ok(json!({ "type": "notExists", "timings": timings }));
    };
    let lt = account.last_trans_lt();
    if let Some(known) = &params.last_transaction_lt
        && known.lt()? >= lt
        && lt > Lt(0)
    {
        return Ok(json!({ "type": "unchanged", "timings": timings }));
    }
    Ok(json!({
        "type": "exists",
        // COMPAT(nekoton): the constructor bit of the account is left out.
        "account": boc::encode_base64(&cell),
        "timings": timings,
        "lastTransactionId": {
            "isExact": true,
            "lt": lt.0.to_string(),
            "hash": TxHash(account.last_trans_hash().0).to_string(),
        },
    }))
}

fn accounts_by_code(node: &Node, params: &ByCode) -> Result<Value, RpcError> {
    let found = node.accounts_by_code(&params.code_hash, params.continuation.as_ref());
    let addresses: Vec<_> =
        found.take(rows(params.limit)).map(|account| account.address().to_string()).collect();
    Ok(json!(addresses))
}

fn transactions(node: &Node, params: &History) -> Result<Value, RpcError> {
    let last = params.last_transaction_lt.as_ref().map_or(Ok(Lt(u64::MAX)), Number::lt)?;
    let found = node.transactions(&params.account, last).take(rows(params.limit));
    Ok(found.map(|record| transaction(Some(record))).collect())
}

fn transaction(record: Option<&std::sync::Arc<TransactionRecord>>) -> Value {
    record.map_or(Value::Null, |record| boc::encode_base64(&record.cell).into())
}

/// The newest masterchain block: each one is a key block.
fn key_block(node: &Node) -> Result<&Block, RpcError> {
    let head = node.master_head();
    if head.seq_no == 0 {
        return Err(RpcError::new(INTERNAL, "there is no key block yet, only the zero state"));
    }
    Ok(head)
}

fn send(service: &Service, params: &Message) -> Result<Value, RpcError> {
    let bytes = decode_message(&params.message)?;
    match service.post(&bytes) {
        Ok(_) => Ok(Value::Null),
        Err(error) => {
            let later = matches!(
                error,
                ServiceError::MempoolFull { .. }
                    | ServiceError::MempoolBytes { .. }
                    | ServiceError::Halted(_)
                    | ServiceError::Stopped
            );
            Err(RpcError::new(if later { BUSY } else { REFUSED }, error.to_string()))
        }
    }
}

/// Base64 to bytes.
pub(crate) fn decode_message(text: &str) -> Result<Vec<u8>, RpcError> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .map_err(|error| RpcError::new(INVALID_PARAMS, format!("the message is not base64: {error}")))
}

fn timings(service: &Service, node: &Node) -> Value {
    let (head, now) = (node.master_head(), service.info().now_ms);
    let behind = (now / 1000).saturating_sub(u64::from(head.gen_utime.0));
    let oldest = node.all_transactions(..).next().map_or(Lt(0), |record| record.lt);
    json!({
        "lastMcBlockSeqno": head.seq_no,
        "lastShardClientMcBlockSeqno": head.seq_no,
        "lastMcUtime": head.gen_utime.0,
        "mcTimeDiff": behind,
        "shardClientTimeDiff": behind,
        // Ours: headers of messages want milliseconds.
        "nowMs": now.to_string(),
        "smallestKnownLt": oldest.0.to_string(),
    })
}
