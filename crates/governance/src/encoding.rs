//! `abi.encode` and `abi.decode` of the contracts: one value of a named type as a cell, without a function id.
//!
//! The types are those of `contracts/interfaces`; a test compares the cells with what a compiled contract encodes.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use ton_abi::{Cell, ContractAbi, Error};

/// A struct: its name in the interfaces, and name and type of its members.
type Struct = (&'static str, &'static [(&'static str, &'static str)]);

/// Structs that payloads consist of, in the words of the interfaces. Enums are `uint8`.
const STRUCTS: &[Struct] = &[
    (
        "Item",
        &[
            ("number", "uint8"),
            ("topic", "uint8"),
            ("total", "uint128"),
            ("dependsOn", "uint8[]"),
            ("onRequest", "bool"),
        ],
    ),
    ("StagePlan", &[("budget", "uint128"), ("items", "Item[]")]),
    ("OrgPayment", &[("to", "address"), ("amount", "uint128")]),
    ("Juror", &[("key", "uint256"), ("addr", "address")]),
    (
        "Spec",
        &[
            ("kind", "uint8"),
            ("stage", "uint8"),
            ("item", "uint8"),
            ("topic", "uint8"),
            ("title", "string"),
            ("docLink", "string"),
            ("docHash", "uint256"),
            ("termsHash", "uint256"),
            ("needDod", "bool"),
            ("prizes", "uint128[]"),
            ("proRata", "bool"),
            ("fund", "uint128"),
            ("juryBps", "uint16"),
            ("orgBps", "uint16"),
            ("openAt", "uint32"),
            ("entriesEnd", "uint32"),
            ("commitSpan", "uint32"),
            ("revealSpan", "uint32"),
            ("confirmWindow", "uint32"),
            ("minJurors", "uint8"),
            ("minScores", "uint8"),
            ("maxEntries", "uint8"),
            ("entryDeposit", "uint128"),
            ("isSealed", "bool"),
            ("seats", "uint8"),
            ("author", "address"),
            ("dependsOn", "uint32[]"),
            ("bootstrapJury", "Juror[]"),
        ],
    ),
    (
        "Params",
        &[
            ("votingDelay", "uint32"),
            ("votingPeriod", "uint32"),
            ("grace", "uint32"),
            ("minMembers", "uint8"),
            ("maxMembers", "uint8"),
            ("maxPlace", "uint8"),
            ("candidacyCycles", "uint8"),
            ("renewWindow", "uint32"),
            ("juryBpsMax", "uint16"),
            ("orgBpsMax", "uint16"),
            ("confirmWindow", "uint32"),
            ("holdMax", "uint32"),
            ("forbidMembers", "bool"),
        ],
    ),
    ("AdmitMember", &[("candidate", "uint32")]),
    ("RotateKey", &[("oldKey", "uint256"), ("newKey", "uint256")]),
    ("RemoveMember", &[("key", "uint256"), ("reasonHash", "uint256")]),
    ("ExtendDeadline", &[("contestId", "uint32"), ("phase", "uint8"), ("time", "uint32")]),
    ("HoldPayout", &[("contestId", "uint32"), ("until", "uint32")]),
    ("CloseStage", &[("stage", "uint8"), ("reportHash", "uint256"), ("link", "string")]),
    ("PayOrg", &[("payments", "OrgPayment[]"), ("memoHash", "uint256")]),
    ("Signal", &[("docHash", "uint256"), ("link", "string"), ("soft", "bool")]),
    ("SetPolicy", &[("allowlist", "address[]"), ("freeLimit", "uint128")]),
];

/// The cell of a value.
///
/// `ty` is a type of Solidity or a struct of the interfaces, with `[]` behind it for an array; `value` has the JSON
/// form of that type.
///
/// # Errors
/// If the value does not have the type.
pub fn encode(ty: &str, value: &impl Serialize) -> Result<Cell, Error> {
    let value = serde_json::to_value(value).map_err(Error::Binding)?;
    document(ty)?.encode_fields(&json!({ "value": value }))
}

/// The value in a cell.
///
/// # Errors
/// If the cell does not hold one of that type.
pub fn decode<T: DeserializeOwned>(ty: &str, cell: &Cell) -> Result<T, Error> {
    let value = document(ty)?.decode_fields(cell)?.get_json("value").unwrap_or_default();
    serde_json::from_value(value).map_err(Error::Binding)
}

/// An ABI document whose contract stores the value: storage fields are packed like `abi.encode` packs.
fn document(ty: &str) -> Result<ContractAbi, Error> {
    ContractAbi::from_value(&json!({
        "version": "2.3",
        "header": [],
        "functions": [],
        "events": [],
        "fields": [member("value", ty)],
    }))
}

/// A member of an ABI document; structs are written out.
fn member(name: &str, ty: &str) -> Value {
    let (base, suffix) = ty.find('[').map_or((ty, ""), |at| ty.split_at(at));
    match STRUCTS.iter().find(|(known, _)| *known == base) {
        None => json!({ "name": name, "type": ty }),
        Some((_, members)) => json!({
            "name": name,
            "type": format!("tuple{suffix}"),
            "components": members.iter().map(|(name, ty)| member(name, ty)).collect::<Vec<_>>(),
        }),
    }
}

#[cfg(test)]
mod tests;
