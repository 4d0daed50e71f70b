//! What the registry sends to the contracts that the tests play.

use serde_json::{Value, json};
use ton_abi::{Address, ContractAbi, MessageView, Nano};

/// Name and inputs of every message; arrays of structs are written as their members in parentheses.
const MESSAGES: &[(&str, &str)] = &[
    ("reserve", "uint32 contestId, uint64 nonce, uint8 stage, uint8 item, address escrow, uint128 total"),
    ("release", "uint32 contestId, uint64 nonce"),
    ("close", "uint32 stage, uint64 nonce, uint256 reportHash, string link"),
    ("payOrg", "uint32 payId, uint64 nonce, tuple[] payments"),
    (
        "authorizeContest",
        "uint32 contestId, uint64 nonce, address escrow, uint8 kind, uint8 topic, uint8 minJurors, uint256[] bootstrap",
    ),
    ("reserveMember", "uint32 id, uint64 nonce, uint256 key"),
    ("releaseMember", "uint32 id, uint64 nonce, uint256 key"),
    ("forgetContest", "uint32 contestId, uint64 nonce"),
    ("announce", "uint32 contestId, uint64 nonce"),
    ("extend", "uint32 contestId, uint64 nonce, uint8 phase, uint32 time"),
    ("hold", "uint32 contestId, uint64 nonce, uint32 until"),
    ("syncCustodians", "uint256[] keys, uint8 reqConfirms, uint32 epoch"),
    (
        "enqueue",
        "uint64 nonce, address dest, uint128 value, uint256 hash, uint32 until, uint256[] excludedKeys",
    ),
    ("setPolicy", "address treasury, address mainGiver, address[] allowlist, uint128 freeLimit"),
    ("executed", "uint32 id, uint16 code"),
    ("done", "uint64 nonce, uint16 code"),
];

/// A message at a played contract.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    /// Who got it.
    pub(crate) to: Address,
    /// Function, `deploy` for one with a StateInit, empty for a plain transfer.
    pub(crate) name: String,
    /// Its values; null for a deployment and a transfer.
    pub(crate) params: Value,
    /// Money that it carries.
    pub(crate) value: Nano,
    /// The message itself.
    pub(crate) view: MessageView,
}

impl Sent {
    /// The nonce in it.
    #[track_caller]
    pub(crate) fn nonce(&self) -> u64 {
        number(&self.params["nonce"])
    }
}

/// A number that the ABI's JSON writes as text.
#[track_caller]
pub(crate) fn number(value: &Value) -> u64 {
    value.as_str().unwrap_or_else(|| panic!("{value} is no number")).parse().expect("a number")
}

/// The interface of all played contracts together.
pub(crate) fn interface() -> ContractAbi {
    let functions: Vec<Value> = MESSAGES
        .iter()
        .map(|(name, inputs)| {
            let inputs: Vec<Value> = inputs.split(", ").map(input).collect();
            json!({ "name": name, "inputs": inputs, "outputs": [] })
        })
        .collect();
    let document = json!({ "ABI version": 2, "version": "2.3", "header": ["pubkey", "time", "expire"],
        "functions": functions, "data": [], "events": [], "fields": [] });
    ContractAbi::from_value(&document).expect("a valid ABI")
}

fn input(text: &str) -> Value {
    let (ty, name) = text.split_once(' ').expect("type and name");
    if ty == "tuple[]" {
        let payment = json!([{ "name": "to", "type": "address" }, { "name": "amount", "type": "uint128" }]);
        return json!({ "name": name, "type": ty, "components": payment });
    }
    json!({ "name": name, "type": ty })
}

/// Reads a message that arrived at a played contract.
pub(crate) fn read(interface: &ContractAbi, view: MessageView) -> Sent {
    let to = view.dst.clone().expect("an internal message");
    let (name, params) = match &view.body {
        _ if view.init.is_some() => ("deploy".to_owned(), Value::Null),
        None => (String::new(), Value::Null),
        Some(body) => match interface.decode_internal_call(body) {
            Ok(call) => (call.name.to_string(), call.json()),
            Err(_) => ("unknown".to_owned(), Value::Null),
        },
    };
    Sent { to, name, params, value: view.value, view }
}
