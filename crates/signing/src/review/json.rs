//! A review for programs.

use serde_json::{Value, json};

use super::argument::{Argument, Inside};
use super::{Level, Review, Warning};

impl Review {
    /// The review as JSON. Amounts are nano, times Unix seconds, as in the arguments' ABI form.
    pub fn to_json(&self) -> Value {
        json!({
            "network": self.network,
            "destination": self.destination.to_string(),
            "contracts": self.contracts,
            "deploys": self.deploys.map(|(name, hash)| json!({ "contract": name, "code_hash": hash.to_string() })),
            "function": self.function,
            "arguments": arguments(&self.arguments),
            "public_key": self.public_key,
            "time": self.time.map(|time| time.0),
            "expire": self.expire.map(|time| time.0),
            "expired": self.check_expiry().is_err(),
            "hash": self.hash.to_string(),
            "claims": {
                "title": self.claims.title,
                "lines": self.claims.lines,
                "prepared_at": self.claims.prepared_at.0,
            },
            "warnings": self.warnings.iter().map(warning).collect::<Vec<_>>(),
        })
    }
}

fn warning(warning: &Warning) -> Value {
    json!({ "code": warning.code, "accept": warning.level == Level::Accept, "text": warning.text })
}

fn arguments(list: &[Argument]) -> Vec<Value> {
    list.iter()
        .map(|argument| {
            json!({
                "name": argument.name,
                "type": argument.ty,
                "value": argument.value,
                "words": argument.words,
                "inside": argument.inside.as_ref().map(inside),
            })
        })
        .collect()
}

fn inside(inside: &Inside) -> Value {
    match inside {
        Inside::Nothing => json!({ "kind": "nothing" }),
        Inside::Call { contracts, function, arguments: list } => {
            json!({ "kind": "call", "contracts": contracts, "function": function, "arguments": arguments(list) })
        }
        Inside::Comment(text) => json!({ "kind": "comment", "text": text }),
        Inside::Action { name, arguments: list } => {
            json!({ "kind": "action", "name": name, "arguments": arguments(list) })
        }
        Inside::Unknown { hash } => json!({ "kind": "unknown", "hash": hash.to_string() }),
    }
}
