//! Events of contracts in words.

use governance::Roster;
use keys::PublicKey;
use serde_json::Value;
use ton_abi::{Address, Decoded, Nano};

/// Members of events that are amounts in nanotokens. Source: `IMultisig`.
const AMOUNTS: [&str; 3] = ["value", "needed", "balance"];

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
        return roster.label(&key);
    }
    if AMOUNTS.contains(&name)
        && let Ok(nano) = text.parse()
    {
        return format!("{:#} TON", Nano(nano));
    }
    // Anybody may have written it: nothing in it may reach a terminal as a command.
    let plain = || {
        text.chars()
            .flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] })
            .collect()
    };
    text.parse().map_or_else(|_| plain(), |address| label(&address))
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
    }
}
