//! Messages that nobody may send, and messages that were sent before: nothing changes, whatever they say.

use governance::model::Refusal;
use serde_json::{Value, json};
use ton_abi::{Header, UnixMillis};
use workspace_tests::community::{TON, account, base64, payload};

use crate::run::{Message, Place, Run};

impl Run {
    /// A signed message that was accepted is sent again: it is never accepted twice (I18).
    pub(crate) fn replay(&mut self) {
        let list: Vec<_> = self.accepted.iter().cloned().collect();
        let Some((place, cell)) = self.pick(&list) else { return };
        let found = self.send(Message::Outside(cell));
        self.note(format!("replay at {place:?}: {}", found.code));
        assert!(found.refused, "{place:?} took a message twice{}", self.story());
        self.coverage.code(found.code);
    }

    /// A message that names a member and is signed by somebody else is no transaction (I17).
    pub(crate) fn forgery(&mut self) {
        let n = self.member();
        let by = self.by(n);
        let ids: Vec<_> = self.model.open.keys().copied().collect();
        let (place, function, params) = match (self.rng.u8(0..3), self.pick(&ids)) {
            (0, Some(id)) => (Place::Proposal(id), "vote", json!({ "choice": 1, "reasonHash": "1" })),
            (1, _) => (Place::Multisig, "clean", json!({})),
            _ => (Place::Registry, "resign", json!({})),
        };
        let header = Header { time: by.time, expire: by.expire, pubkey: Some(by.key) };
        let other = self.keys[usize::from(n.wrapping_add(1))].clone();
        let cell = self.contract(place).call(&other, function, &params, &header);
        let found = self.send(Message::Outside(cell));
        self.note(format!("forgery at {place:?}: {}", found.code));
        assert!(found.refused, "{place:?} took a forged message{}", self.story());
    }

    /// The same without a signature and a key.
    pub(crate) fn unsigned(&mut self) {
        let now = self.now();
        let header = Header { time: UnixMillis(now.millis().0), expire: now.plus(60), pubkey: None };
        let (place, function, params) = match self.rng.u8(0..6) {
            5 => (Place::Registry, "setPlan", json!({ "plan": base64(&payload("uint32", &json!(1))) })),
            0 => (Place::Registry, "resign", json!({})),
            1 => (Place::Multisig, "clean", json!({})),
            2 => (Place::Pool, "resign", json!({})),
            3 => (Place::Registry, "syncOne", json!({})),
            _ => (Place::Treasury, "close", json!({ "stage": 1, "nonce": 1, "reportHash": 1, "link": "" })),
        };
        let cell = self.contract(place).unsigned(function, &params, &header);
        let found = self.send(Message::Outside(cell));
        self.note(format!("unsigned {place:?}.{function}: {}", found.code));
        assert!(found.refused, "{place:?}.{function} needs no signature{}", self.story());
        self.coverage.code(found.code);
    }

    /// Another account calls what only one of the governance may: the value bounces, nothing changes.
    pub(crate) fn stranger(&mut self) {
        let stranger = account(0xEE, self.rng.u8(0..4));
        let contests: Vec<_> = self.model.contests.keys().copied().collect();
        let contest = self.pick(&contests).unwrap_or(1);
        let proposals: Vec<_> = self.model.proposals.keys().copied().collect();
        let proposal = self.pick(&proposals).unwrap_or(1);
        let escrow = self.contract(Place::Contest(contest)).address.to_string();
        let calls = calls(contest, proposal, &escrow);
        let (place, function, params, code) = self.pick(&calls).expect("a list");
        let known = match place {
            Place::Contest(_) => !contests.is_empty(),
            Place::Proposal(_) => !proposals.is_empty(),
            _ => true,
        };
        if !known {
            return;
        }
        self.inside((&stranger, 3 * TON), place, function, &params, |_, _| Err::<(), _>(Refusal(code)));
    }
}

/// Calls between contracts, as a stranger makes them, with the code that each is refused with.
fn calls(contest: u32, proposal: u32, escrow: &str) -> Vec<(Place, &'static str, Value, u16)> {
    let cell = base64(&payload("uint32", &json!(1)));
    let named = |extra: Value| {
        let mut all = json!({ "contestId": contest, "nonce": 1 });
        all.as_object_mut().expect("an object").extend(extra.as_object().expect("an object").clone());
        all
    };
    let to = Place::Contest(contest);
    vec![
        (Place::Registry, "done", json!({ "nonce": "99999999", "code": 0 }), 157),
        (Place::Registry, "onPassed", json!({ "id": proposal, "yesKeys": [], "payload": cell }), 150),
        (Place::Registry, "onClosed", json!({ "id": proposal, "outcome": 4 }), 150),
        (Place::Registry, "onFunded", json!({ "contestId": contest }), 150),
        (Place::Registry, "onContestClosed", json!({ "contestId": contest, "ending": 1 }), 150),
        (Place::Registry, "onMemberEntry", json!({ "contestId": contest, "key": 1 }), 150),
        (Place::Registry, "onMemberReserved", json!({ "nonce": 1, "ok": true }), 150),
        (Place::Registry, "deployOne", json!({ "id": proposal }), 150),
        (Place::Registry, "syncOne", json!({}), 150),
        (Place::Proposal(proposal), "executed", json!({ "proposal": proposal, "code": 0 }), 150),
        (Place::Proposal(proposal), "executeOne", json!({}), 150),
        (Place::Treasury, "close", json!({ "stage": 1, "nonce": 1, "reportHash": 1, "link": "" }), 150),
        (Place::Treasury, "release", named(json!({})), 150),
        (Place::Treasury, "payOrg", json!({ "payId": 1, "nonce": 1, "payments": [] }), 150),
        (Place::Treasury, "confirmed", json!({ "nonce": 1, "hash": 1 }), 150),
        (Place::Treasury, "escrowReady", named(json!({})), 406),
        (Place::Treasury, "orgShare", named(json!({ "amount": 1 })), 406),
        (Place::Treasury, "refund", named(json!({ "amount": 1, "last": true, "paid": true })), 406),
        (Place::Pool, "snapshotFor", named(json!({ "minJurors": 1, "entrants": {} })), 600),
        (Place::Pool, "reportWork", named(json!({ "seated": {} })), 600),
        (Place::Pool, "admitJuror", named(json!({ "key": 1, "addr": escrow, "topicMask": 1 })), 600),
        (Place::Pool, "reserveMember", json!({ "id": 1, "nonce": 1, "key": 1 }), 150),
        (Place::Pool, "releaseMember", json!({ "id": 1, "nonce": 1, "key": 1 }), 150),
        (Place::Multisig, "syncCustodians", json!({ "keys": [1], "reqConfirms": 1, "epoch": 99 }), 129),
        (to, "fund", named(json!({})), 150),
        (to, "announce", named(json!({})), 150),
        (to, "extend", named(json!({ "phase": 2, "time": 1 })), 150),
        (to, "hold", named(json!({ "until": 1 })), 150),
        (to, "confirmed", json!({ "nonce": 1, "hash": 1 }), 150),
        (to, "done", json!({ "nonce": 1, "code": 0 }), 150),
        (to, "onJury", named(json!({ "jurors": [] })), 150),
        (to, "work", json!({ "job": 3, "arg": 1 }), 150),
    ]
}
