//! Hashes of rankings and payout lists, as `ContestTally.tsol` makes them.

use governance::contest::Payout;
use governance::model::tally::Rank;
use governance::text::Digest;
use serde_json::{Map, Value, json};
use ton_abi::{ContractAbi, Error, PublicKey};

/// What a key of the ranking is made of. Source: `ContestTally.AVERAGE_MAX` and `ENTRY_BITS`.
const AVERAGE_MAX: u32 = 10_000;
const ENTRY_BITS: u32 = 8;

/// Hash of a ranking: `abi.encode` of the map from what the average lacks to the highest one, and the entry, to the points.
pub(super) fn ranking(ranking: &[Rank]) -> Result<Digest, Error> {
    let entry = |rank: &Rank| {
        let key = ((AVERAGE_MAX - u32::from(rank.average)) << ENTRY_BITS) + u32::from(rank.entry);
        (key.to_string(), json!(rank.points.to_string()))
    };
    of_map(&json!({ "name": "value", "type": "map(uint32,uint16)" }), ranking.iter().map(entry).collect())
}

/// Hash of a payout list: `abi.encode` of the map from the number of each prize and each pay of a juror to payee, key
/// and amount.
pub(super) fn payouts(items: &[Payout]) -> Result<Digest, Error> {
    let entry = |item: &Payout| {
        let value = json!({
            "to": item.to.to_string(),
            "key": PublicKey(item.key.0).to_uint256(),
            "amount": item.amount,
        });
        (item.item.to_string(), value)
    };
    let ty = json!({
        "name": "value",
        "type": "map(uint8,tuple)",
        "components": [
            { "name": "to", "type": "address" },
            { "name": "key", "type": "uint256" },
            { "name": "amount", "type": "uint128" },
        ],
    });
    of_map(&ty, items.iter().map(entry).collect())
}

/// Hash of a map encoded alone, as storage fields are.
fn of_map(ty: &Value, map: Map<String, Value>) -> Result<Digest, Error> {
    let abi = ContractAbi::from_value(&json!({
        "version": "2.3", "header": [], "functions": [], "events": [], "fields": [ty],
    }))?;
    let cell = abi.encode_fields(&json!({ "value": map }))?;
    Ok(Digest(cell.repr_hash().0))
}
