//! Payloads of proposals.

use base64::{Engine, prelude::BASE64_STANDARD};
use governance::encoding::encode;
use serde_json::{Value, json};
use ton_abi::{Address, Boc, Cell, Hash};

use crate::hall::{TON, k};

/// Numbers of the actions.
pub(crate) const ADMIT: u8 = 1;
pub(crate) const ROTATE: u8 = 2;
pub(crate) const REMOVE: u8 = 3;
pub(crate) const SET_PARAMS: u8 = 4;
pub(crate) const LAUNCH: u8 = 5;
pub(crate) const EXTEND: u8 = 7;
pub(crate) const HOLD: u8 = 8;
pub(crate) const CLOSE_STAGE: u8 = 11;
pub(crate) const PAY_ORG: u8 = 13;
pub(crate) const SIGNAL: u8 = 16;
pub(crate) const SET_POLICY: u8 = 17;

/// A cell as the ABI's JSON writes it.
pub(crate) fn base64(cell: &Cell) -> String {
    BASE64_STANDARD.encode(Boc::encode(cell))
}

/// A hash that stands for a document.
pub(crate) fn hash(n: u8) -> String {
    format!("0x{}", hex::encode([n; 32]))
}

/// An address that nobody has.
pub(crate) fn account(n: u8) -> Address {
    Address::new(0, Hash([n; 32]))
}

fn cell(ty: &str, value: &Value) -> Cell {
    encode(ty, value).unwrap_or_else(|e| panic!("{ty}: {e}"))
}

pub(crate) fn admit(candidate: u32) -> Cell {
    cell("AdmitMember", &json!({ "candidate": candidate }))
}

pub(crate) fn rotate(old: u8, new: u8) -> Cell {
    cell("RotateKey", &json!({ "oldKey": k(old), "newKey": k(new) }))
}

pub(crate) fn remove(n: u8) -> Cell {
    cell("RemoveMember", &json!({ "key": k(n), "reasonHash": hash(9) }))
}

pub(crate) fn signal(doc: u8, soft: bool) -> Cell {
    cell("Signal", &json!({ "docHash": hash(doc), "link": "ipfs://signal", "soft": soft }))
}

pub(crate) fn set_params(params: &Value) -> Cell {
    cell("Params", params)
}

pub(crate) fn extend(contest: u32, phase: u8, time: u32) -> Cell {
    cell("ExtendDeadline", &json!({ "contestId": contest, "phase": phase, "time": time }))
}

pub(crate) fn hold(contest: u32, until: u32) -> Cell {
    cell("HoldPayout", &json!({ "contestId": contest, "until": until }))
}

pub(crate) fn close_stage(stage: u8) -> Cell {
    cell("CloseStage", &json!({ "stage": stage, "reportHash": hash(5), "link": "ipfs://report" }))
}

pub(crate) fn pay_org(to: &[Address]) -> Cell {
    let payments: Vec<Value> =
        to.iter().map(|to| json!({ "to": to.to_string(), "amount": TON.to_string() })).collect();
    cell("PayOrg", &json!({ "payments": payments, "memoHash": hash(6) }))
}

/// Hash of the payment list of [`pay_org`].
pub(crate) fn payments_hash(to: &[Address]) -> String {
    let payments: Vec<Value> =
        to.iter().map(|to| json!({ "to": to.to_string(), "amount": TON.to_string() })).collect();
    let list = encode("OrgPayment[]", &payments).expect("a list");
    format!("0x{}", hex::encode(list.repr_hash().0))
}

pub(crate) fn set_policy(allowlist: &[Address], limit: u128) -> Cell {
    let allowlist: Vec<String> = allowlist.iter().map(ToString::to_string).collect();
    cell("SetPolicy", &json!({ "allowlist": allowlist, "freeLimit": limit.to_string() }))
}

/// The parameters of the proposal.
pub(crate) fn params() -> Value {
    json!({ "votingDelay": 0, "votingPeriod": 604_800, "grace": 1_209_600, "minMembers": 10, "maxMembers": 15,
        "maxPlace": 3, "candidacyCycles": 2, "renewWindow": 1_209_600, "juryBpsMax": 1000, "orgBpsMax": 200,
        "confirmWindow": 1_209_600, "holdMax": 2_592_000, "forbidMembers": false })
}

/// A regular contest of stage 1, item 2, topic 2, with these members changed. Its total is 112 000 TON.
pub(crate) fn spec(now: u32, changes: Value) -> Value {
    let mut spec = json!({
        "kind": 0, "stage": 1, "item": 2, "topic": 2, "title": "Contest", "docLink": "ipfs://contest",
        "docHash": hash(1), "termsHash": hash(2), "needDod": false,
        "prizes": [(60_000 * TON).to_string(), (40_000 * TON).to_string()], "proRata": false,
        "fund": (100_000 * TON).to_string(), "juryBps": 1000, "orgBps": 200,
        "openAt": now, "entriesEnd": now + 30 * 86_400, "commitSpan": 604_800, "revealSpan": 604_800,
        "confirmWindow": 1_209_600, "minJurors": 3, "minScores": 2, "maxEntries": 64,
        "entryDeposit": (5 * TON).to_string(), "isSealed": false, "seats": 0, "author": account(0x55).to_string(),
        "dependsOn": [], "bootstrapJury": [],
    });
    for (name, value) in changes.as_object().expect("changes") {
        assert!(spec.get(name).is_some(), "{name} is no part of a contest");
        spec[name] = value.clone();
    }
    spec
}

pub(crate) fn launch(spec: &Value) -> Cell {
    cell("Spec", spec)
}

/// The jury contest of stage 1: item 1, topic 1, with jurors of these keys.
pub(crate) fn jury_contest(now: u32, jurors: impl IntoIterator<Item = u8>) -> Value {
    let jurors: Vec<Value> =
        jurors.into_iter().map(|n| json!({ "key": k(n), "addr": account(n).to_string() })).collect();
    let fund = 1_000 * TON;
    spec(
        now,
        json!({ "kind": 1, "item": 1, "topic": 1, "prizes": [fund.to_string()], "fund": fund.to_string(),
        "seats": 5, "bootstrapJury": jurors }),
    )
}

/// A plan of two stages: items 1 and 2, then item 3, which needs a winner of item 1.
pub(crate) fn plan() -> Cell {
    let item = |number: u8, topic: u8, total: u128, depends: &[u8]| {
        json!({ "number": number, "topic": topic, "total": (total * TON).to_string(), "dependsOn": depends,
            "onRequest": false })
    };
    let stages = json!([
        { "budget": (113_120 * TON).to_string(), "items": [item(1, 1, 1_120, &[]), item(2, 2, 112_000, &[])] },
        { "budget": (112_000 * TON).to_string(), "items": [item(3, 2, 112_000, &[1])] },
    ]);
    cell("StagePlan[]", &stages)
}
