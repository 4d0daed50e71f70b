//! Message bodies as text and as JSON: one form in every command.

use serde_json::{Map, Value, json};
use ton_abi::{Body, Decoded, MessageKind, MessageView, printable};

/// Characters of one value that are shown to people; programs get all.
const SHOWN: usize = 72;

/// A body in one line.
pub(crate) fn to_text(body: &Body) -> String {
    match body {
        Body::Empty => "transfer".to_owned(),
        Body::Call { call, .. } => format!("{}({})", call.name, values(call)),
        Body::Answer { answer, .. } => format!("answer of {}({})", answer.name, values(answer)),
        Body::Event { event, .. } => format!("{}({})", event.name, values(event)),
        Body::Bounced { function: Some((_, function)), .. } => format!("{function} came back"),
        Body::Bounced { function: None, .. } => "came back".to_owned(),
        Body::Comment(text) => format!("comment {}", shown(&Value::from(text.as_str()))),
        Body::Unknown { id: Some(id) } => format!("unknown call {id:#010x}"),
        Body::Unknown { id: None } => "unknown body".to_owned(),
    }
}

fn values(decoded: &Decoded) -> String {
    let Value::Object(values) = decoded.json() else { return String::new() };
    let one = |(name, value): (&String, &Value)| format!("{name}: {}", shown(value));
    values.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A value in a few characters.
pub(crate) fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) if !text.is_empty() && text.chars().all(is_plain) => text.clone(),
        value => printable(&value.to_string()),
    };
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || ":-+/=_.".contains(letter)
}

/// A body for programs.
pub(crate) fn to_json(body: &Body) -> Value {
    let named = |kind: &str, contract: &str, decoded: &Decoded| {
        let Decoded { name, id, .. } = decoded;
        let id = format!("{id:#010x}");
        let mut object = Map::new();
        object.insert("kind".to_owned(), kind.into());
        object.insert("contract".to_owned(), contract.into());
        object.insert("name".to_owned(), name.as_ref().into());
        object.insert("id".to_owned(), id.into());
        object.insert("values".to_owned(), decoded.json());
        object
    };
    match body {
        Body::Empty => json!({ "kind": "empty" }),
        Body::Call { contract, header, call } => {
            let mut object = named("call", contract, call);
            if let Some(header) = header {
                let header = json!({
                    "signed": header.signature.is_some(),
                    "time": header.time.map(|time| time.0),
                    "expire": header.expire.map(|time| time.0),
                    "pubkey": header.pubkey.map(|key| key.to_string()),
                });
                object.insert("header".to_owned(), header);
            }
            object.into()
        }
        Body::Answer { contract, answer } => named("answer", contract, answer).into(),
        Body::Event { contract, event } => named("event", contract, event).into(),
        Body::Bounced { function, id } => {
            let id = id.map(|id| format!("{id:#010x}"));
            let (contract, name) =
                function.as_ref().map(|(contract, name)| (contract.to_string(), name.to_string())).unzip();
            json!({ "kind": "bounced", "contract": contract, "name": name, "id": id })
        }
        Body::Comment(text) => json!({ "kind": "comment", "text": text }),
        Body::Unknown { id } => json!({ "kind": "unknown", "id": id.map(|id| format!("{id:#010x}")) }),
    }
}

/// A message for programs.
pub(crate) fn message_to_json(view: &MessageView, body: &Body) -> Value {
    let kind = match view.kind {
        MessageKind::Internal => "internal",
        MessageKind::ExternalIn => "external-in",
        MessageKind::ExternalOut => "external-out",
    };
    let address = |address: &Option<ton_abi::Address>| address.as_ref().map(ToString::to_string);
    json!({
        "hash": view.hash.to_string(),
        "kind": kind,
        "src": address(&view.src),
        "dst": address(&view.dst),
        "value": view.value,
        "forward_fee": view.fwd_fee,
        "bounce": view.bounce,
        "bounced": view.bounced,
        "created_lt": view.created_lt.0.to_string(),
        "created_at": view.created_at.0,
        "deploys": view.init.as_ref().and_then(|init| Some(init.code.as_ref()?.repr_hash().to_string())),
        "body": to_json(body),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_strange_values_stay_in_one_short_line() {
        assert_eq!(shown(&json!("0:ab")), "0:ab");
        assert_eq!(shown(&json!("two\nlines")), "\"two\\nlines\"");
        assert_eq!(shown(&json!("")), "\"\"");
        assert_eq!(shown(&json!("x".repeat(100))).chars().count(), SHOWN + 1);
        assert_eq!(to_text(&Body::Unknown { id: Some(255) }), "unknown call 0x000000ff");
    }
}
