//! Events of contracts in words.

use governance::Roster;
use keys::PublicKey;
use serde_json::Value;
use ton_abi::{Address, Decoded, Nano};

use crate::body;

/// Members of events that are amounts in nanotokens. Source: `IMultisig`.
const AMOUNTS: [&str; 3] = ["value", "needed", "balance"];

/// Members of events that are somebody's key.
const KEYS: [&str; 7] = ["key", "creator", "custodian", "juror", "proposer", "oldKey", "newKey"];

/// `TxConfirmed: id 17, custodian Itakura, signsReceived 8`
///
/// Keys are shown by the names of `roster`, addresses as `label` has them, amounts in TON.
pub(crate) fn words(event: &Decoded, roster: &Roster, label: impl Fn(&Address) -> String) -> String {
    let parts: Vec<_> = match event.json() {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| format!("{name} {}", member(name, value, roster, &label)))
            .collect(),
        other => vec![other.to_string()],
    };
    format!("{}: {}", event.name, parts.join(", "))
}

fn member(name: &str, value: &Value, roster: &Roster, label: impl Fn(&Address) -> String) -> String {
    let Some(text) = value.as_str() else { return value.to_string() };
    if text.len() == 66
        && let Ok(key) = text.parse::<PublicKey>()
    {
        let known = roster.name(&key).filter(|_| KEYS.contains(&name));
        return known.map_or_else(|| format!("{}…", &key.to_string()[..8]), str::to_owned);
    }
    if AMOUNTS.contains(&name)
        && let Ok(nano) = text.parse()
    {
        return format!("{:#} TON", Nano(nano));
    }
    // Anybody may have written a text: it must not look like another member of the event.
    if text.is_empty() {
        return "-".to_owned();
    }
    text.parse().map_or_else(|_| body::shown(value), |address| label(&address))
}

#[cfg(test)]
mod tests {
    use governance::Organisation;
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_addresses_and_amounts_are_shown_as_people_know_them() {
        let organisation = Organisation::of_proposal();
        let roster = Roster::of(&organisation);
        let show = |name: &str, value: Value| member(name, &value, &roster, |_| "treasury".to_owned());
        assert_eq!(show("creator", json!(organisation.members[7].public_key.to_uint256())), "Itakura");
        assert_eq!(show("dest", json!(organisation.declared_wallet.to_string())), "treasury");
        assert_eq!(show("value", json!("1120000000000")), "1120 TON");
        assert_eq!(show("id", json!("6901071000725618688")), "6901071000725618688");
        assert_eq!(show("closed", json!(false)), "false");
        let key = json!(organisation.members[7].public_key.to_uint256());
        assert!(!show("link", key).contains("Itakura"), "a text that looks like a key is nobody's");
        assert_eq!(show("link", json!("https://a, member true")), "\"https://a, member true\"");
        assert_eq!(show("link", json!("a\u{202e}b")), "\"a\\u{202e}b\"");
    }
}
