//! The governance as both executors see it: founding, proposals, votes, payments, and messages that bounce.

use fastrand::Rng;
use serde_json::json;
use ton_abi::{CellBuilder, InternalMessage, Nano};
use workspace_tests::community::{
    Community, DAY, TON, account, action, base64, document, number, params, payload, plan,
};
use workspace_tests::world::{Contract, World};

/// Things that happen after the founding.
const STEPS: usize = 250;

/// Plays a random history of fifteen members; every transaction of it.
pub(crate) fn history(seed: u64) -> Vec<chain::Executed> {
    let mut rng = Rng::with_seed(seed);
    let mut world = World::default();
    world.notes = Some(Vec::new());
    let mut community = Community::found_in(world, 15, &params(), &plan());
    let mut proposals: Vec<Contract> = Vec::new();
    community.grant(1_000_000 * TON);
    for step in 0..STEPS {
        match rng.u8(0..10) {
            0 | 1 => proposals.extend(propose(&mut community, &mut rng, step as u8)),
            2..6 if !proposals.is_empty() => {
                let proposal = proposals[rng.usize(0..proposals.len())].clone();
                for _ in 0..4 {
                    // Some vote again, and numbers above 14 are no members.
                    community.vote(&proposal, rng.u8(0..17), rng.u8(1..4));
                }
            }
            6 if !proposals.is_empty() => {
                let proposal = proposals[rng.usize(0..proposals.len())].clone();
                community.try_poke(&proposal, "execute", &json!({}));
            }
            7 => pay(&mut community, &mut rng),
            8 => community.wait(rng.u32(3600..5 * DAY)),
            _ => stray(&mut community, &mut rng),
        }
    }
    let notes = community.world.notes.take().expect("notes were asked for");
    notes.into_iter().map(|note| note.executed).collect()
}

/// Somebody proposes a signal, unless the registry refuses.
fn propose(community: &mut Community, rng: &mut Rng, text: u8) -> Option<Contract> {
    let registry = community.registry.clone();
    let id = number(&community.get(&registry, "getStatus", &json!({}))["nextProposal"]);
    let signal = json!({ "docHash": document(text), "link": "ipfs://text", "soft": rng.bool() });
    let params = json!({ "kind": action::SIGNAL, "payload": base64(&payload("Signal", &signal)),
        "link": "ipfs://proposal", "docHash": document(1) });
    let outcome = community.call(&registry, rng.u8(0..16), "propose", &params);
    (outcome.code() == 0).then(|| community.proposal(id))
}

/// A payment of the members' wallet that some custodians confirm, others twice, and strangers in vain.
fn pay(community: &mut Community, rng: &mut Rng) {
    let multisig = community.multisig.clone();
    let params = json!({ "dest": account(0x33, rng.u8(0..4)).to_string(),
        "value": rng.u128(TON / 10..3 * TON).to_string(), "bounce": rng.bool(), "allBalance": false,
        "payload": base64(&CellBuilder::new().build().expect("an empty cell")) });
    community.call(&multisig, rng.u8(0..15), "submitTransaction", &params);
    let ids = community.get(&multisig, "getTransactionIds", &json!({}));
    let Some(id) = rng.choice(ids["ids"].as_array().expect("a list")) else { return };
    for _ in 0..rng.u8(1..12) {
        community.call(&multisig, rng.u8(0..17), "confirmTransaction", &json!({ "transactionId": id }));
    }
}

/// Money with a body that nobody understands; most of it bounces.
fn stray(community: &mut Community, rng: &mut Rng) {
    let targets = [&community.registry, &community.multisig, &community.treasury, &community.jury_pool]
        .map(|c| c.address.clone());
    let target = targets[rng.usize(0..targets.len())].clone();
    let mut message =
        InternalMessage::transfer(account(0x44, 0), target, Nano(rng.u128(TON / 1000..2 * TON)));
    let mut body = CellBuilder::new();
    body.store_u32(rng.u32(..)).expect("fits");
    message.body = rng.bool().then(|| body.build().expect("fits"));
    message.bounce = rng.bool();
    community.world.send_internal(message);
}
