//! Proposals from opening to closing (5.5, 5.6; T23-T30, T41, T42).

use serde_json::json;
use ton_abi::{Address, Cell, CellBuilder, Nano};
use workspace_tests::compiled::contract;
use workspace_tests::world::key;

use crate::hall::{CALL, Hall, TON, k, keys, stranger, strings};
use crate::payload::{self, SIGNAL, base64, hash};
use crate::peers::number;

/// A payload that nobody can decode.
fn garbage() -> Cell {
    let mut builder = CellBuilder::new();
    builder.store_u8(0x5A).expect("fits");
    builder.build().expect("fits")
}

#[test]
fn a_proposal_opens_with_the_members_of_that_moment() {
    let mut hall = Hall::new(15);
    let payload = payload::remove(2);
    let id = hall.propose(0, payload::REMOVE, &payload);
    assert_eq!(id, 1);
    let info = hall.info(id);
    assert_eq!((number(&info["electors"]), number(&info["threshold"])), (15, 8));
    assert_eq!((&info["proposer"], &info["payload"]), (&json!(k(0)), &json!(base64(&payload))));
    assert_eq!((&info["link"], &info["docHash"]), (&json!("ipfs://text"), &json!(hash(3))));
    let now = u64::from(hall.world.now);
    assert_eq!((number(&info["start"]), number(&info["end"])), (now, now + 604_800));
    let open = hall.get("getOpenProposals", &json!({ "afterId": 0, "limit": 10 }))["proposals"][0].clone();
    assert_eq!(open["payloadHash"], format!("0x{}", hex::encode(payload.repr_hash().0)));
    assert_eq!((&open["kind"], &open["running"]), (&json!("3"), &json!(false)));
    assert_eq!(hall.get("getMember", &json!({ "key": k(0) }))["member"]["open"], "1");
}

#[test]
fn a_passed_signal_is_announced_and_its_slot_is_free() {
    let mut hall = Hall::new(15);
    let before = hall.world.balance(&hall.contract.address).0;
    let (id, events) = hall.decide(SIGNAL, &payload::signal(1, false));
    let names: Vec<_> = events.iter().map(|e| e.0.as_str()).collect();
    assert_eq!(names, ["SignalPassed", "ActionExecuted", "ProposalClosed"]);
    assert_eq!(events[2].1["outcome"], "4");
    assert_eq!(hall.outcome(id), ("Executed", 0));
    assert_eq!((hall.status("open"), hall.status("lastExecuted")), (0, u64::from(hall.world.now)));
    assert_eq!(hall.get("getMember", &json!({ "key": k(0) }))["member"]["open"], "0");
    let after = hall.world.balance(&hall.contract.address).0;
    assert!(after + TON > before, "the gas money is back: {before} {after}");
}

#[test]
fn malformed_payloads_never_become_proposals() {
    let mut hall = Hall::new(15);
    for kind in [1, 2, 3, 4, 5, 7, 8, 11, 13, 16, 17] {
        let outcome = hall.try_propose(kind % 15, kind, &garbage());
        let events = hall.events(outcome.success());
        assert_eq!(events[0].0, "ProposalDropped", "kind {kind}");
        assert_eq!(hall.status("open"), 0);
        hall.world.now += 1;
    }
    assert_eq!(hall.get("getMember", &json!({ "key": k(1) }))["member"]["open"], "0");
    assert!(hall.world.inbox.is_empty());
}

#[test]
fn a_payload_that_is_too_large_is_dropped() {
    let mut hall = Hall::new(15);
    for (bytes, event) in [(20_000, "ProposalCreated"), (40_000, "ProposalDropped")] {
        let spec = payload::spec(hall.world.now, json!({ "title": "x".repeat(bytes) }));
        let outcome = hall.try_propose(0, payload::LAUNCH, &payload::launch(&spec));
        assert_eq!(hall.events(outcome.success())[0].0, event, "{bytes}");
    }
}

#[test]
fn a_proposal_that_cannot_be_deployed_is_dropped() {
    for full_bodies in [false, true] {
        let mut hall = Hall::new(15);
        hall.world.mainnet_bounces = full_bodies;
        let address = hall.proposal(1).address;
        hall.world.puppets.insert(address.clone());
        hall.propose(0, SIGNAL, &payload::signal(1, false));
        let deploy = hall.take("deploy");
        assert_eq!((&deploy.to, deploy.value), (&address, Nano(6 * TON)));
        let done = hall.world.bounce(&deploy.view);
        assert_eq!(hall.events(&done)[0].0, "ProposalDropped");
        assert_eq!(hall.status("open"), 0);
        assert_eq!(hall.get("getMember", &json!({ "key": k(0) }))["member"]["open"], "0");
        let again = hall.world.bounce(&deploy.view);
        assert!(hall.events(&again).is_empty());
    }
}

#[test]
fn malformed_payloads_are_dropped_where_failed_actions_bounce_too() {
    let mut hall = Hall::new(15);
    hall.world.mainnet_bounces = true;
    let outcome = hall.try_propose(0, payload::LAUNCH, &garbage());
    assert_eq!(hall.events(outcome.success())[0].0, "ProposalDropped");
    hall.decide(SIGNAL, &payload::signal(1, false));
    assert_eq!(hall.status("open"), 0);
}

#[test]
fn kinds_outside_the_list_are_refused() {
    let mut hall = Hall::new(15);
    for kind in [0, 6, 9, 10, 12, 14, 15, 18, 19, 32, 255] {
        hall.refuse(0, "propose", &Hall::proposal_params(kind, &payload::signal(1, false)), 204);
    }
}

#[test]
fn a_link_has_256_bytes_at_most() {
    let mut hall = Hall::new(15);
    let mut params = Hall::proposal_params(SIGNAL, &payload::signal(1, false));
    params["link"] = json!("x".repeat(257));
    hall.refuse(0, "propose", &params, 154);
    params["link"] = json!("x".repeat(256));
    hall.call(0, "propose", &params).success();
    assert_eq!(hall.status("open"), 1);
}

#[test]
fn t23_a_second_vote_replaces_the_first() {
    let mut hall = Hall::new(15);
    let id = hall.propose(0, SIGNAL, &payload::signal(1, false));
    hall.approve(id, [0, 1, 1, 1]);
    hall.vote(id, 0, 2).success();
    let proposal = hall.proposal(id);
    let votes = hall.world.getter(&proposal, "getOutcome", &json!({})).expect("an outcome");
    assert_eq!((number(&votes["yes"]), number(&votes["no"])), (1, 1));
}

#[test]
fn t24_a_member_admitted_later_has_no_vote() {
    let mut hall = Hall::new(14);
    let id = hall.propose(0, SIGNAL, &payload::signal(1, false));
    let contest = hall.launched(&payload::spec(hall.world.now, json!({})));
    hall.finalized(contest);
    assert_eq!(hall.nominate(contest, 1, 1, 50), 0);
    let (_, _) = hall.decide(payload::ADMIT, &payload::admit(1));
    let reserve = hall.take("reserveMember");
    hall.reserved(reserve.nonce(), true);
    assert_eq!(hall.status("members"), 15);
    let vote = hall.vote(id, 50, 1);
    assert_eq!((vote.refused(), vote.code()), (true, 300));
}

#[test]
fn t25_the_vote_of_a_member_who_left_does_not_carry() {
    let mut hall = Hall::new(15);
    let id = hall.propose(0, payload::SET_PARAMS, &payload::set_params(&payload::params()));
    hall.approve(id, 0..8);
    hall.call(7, "resign", &json!({})).success();
    let events = hall.execute(id);
    assert_eq!(events[0].0, "ActionFailed");
    assert_eq!(hall.outcome(id), ("Rejected", 305));
    assert_eq!(hall.status("open"), 0);
}

#[test]
fn the_recount_asks_for_the_threshold_of_the_beginning() {
    let mut hall = Hall::new(15);
    let id = hall.propose(0, payload::SET_PARAMS, &payload::set_params(&payload::params()));
    hall.approve(id, 0..8);
    for n in [12, 13, 14] {
        hall.call(n, "resign", &json!({})).success();
    }
    hall.call(7, "resign", &json!({})).success();
    assert_eq!(number(&hall.get("getThreshold", &json!({}))["threshold"]), 6);
    hall.execute(id);
    assert_eq!(hall.outcome(id), ("Rejected", 305), "seven are above six, but eight were needed");
}

#[test]
fn a_signal_is_not_counted_again() {
    let mut hall = Hall::new(15);
    let id = hall.propose(0, SIGNAL, &payload::signal(1, false));
    hall.approve(id, 0..8);
    hall.call(7, "resign", &json!({})).success();
    hall.execute(id);
    assert_eq!(hall.outcome(id), ("Executed", 0));
}

#[test]
fn t26_a_lower_threshold_revives_nothing() {
    let mut hall = Hall::new(15);
    let id = hall.propose(0, SIGNAL, &payload::signal(1, false));
    hall.approve(id, 0..7);
    for n in 7..15 {
        hall.vote(id, n, 2);
    }
    assert_eq!(hall.outcome(id).0, "Rejected");
    for n in [12, 13, 14] {
        hall.call(n, "resign", &json!({})).success();
    }
    assert!(hall.poke_proposal(id, "execute").refused());
    assert_eq!(hall.outcome(id).0, "Rejected");
    assert_eq!(hall.status("open"), 0);
}

#[test]
fn t27_an_action_runs_once_however_often_it_is_asked_for() {
    let mut hall = Hall::new(15);
    let id = hall.propose(0, SIGNAL, &payload::signal(1, false));
    hall.approve(id, 0..8);
    hall.world.deliver = false;
    hall.poke_proposal(id, "execute").success();
    let second = hall.poke_proposal(id, "execute");
    assert_eq!((second.refused(), second.code()), (true, 306));
    hall.world.deliver = true;
    let done = hall.world.drain();
    let events = hall.events(&done);
    assert_eq!(events.iter().filter(|e| e.0 == "SignalPassed").count(), 1);
    assert_eq!(hall.poke_proposal(id, "execute").code(), 302);
}

#[test]
fn t27_a_proposal_that_asks_while_its_chain_runs_is_refused() {
    let mut hall = Hall::new(15);
    let payload = payload::remove(14);
    let (id, _) = hall.decide(payload::REMOVE, &payload);
    assert_eq!(hall.status("members"), 14);
    let proposal = hall.proposal(id).address;
    let again = json!({ "id": id, "yesKeys": keys(0..8), "payload": base64(&payload) });
    let (exit, events) = hall.tell(&proposal, "onPassed", &again);
    assert_eq!((exit, events.len()), (306, 0));
    assert_eq!(hall.status("members"), 14);
    let leave = hall.take("releaseMember");
    let pool = hall.jury_pool.clone();
    hall.done(&pool, leave.nonce(), 0);
    assert_eq!(hall.outcome(id), ("Executed", 0));
}

#[test]
fn t28_a_false_proposal_passes_nothing() {
    let mut hall = Hall::new(15);
    let payload = payload::remove(3);
    let id = hall.propose(0, payload::REMOVE, &payload);
    let fake = contract("Proposal.tsol", None, &json!({ "root": hash(0x12), "id": id })).address;
    let passed = json!({ "id": id, "yesKeys": keys(0..15), "payload": base64(&payload) });
    let closed = json!({ "id": id, "outcome": 3 });
    for from in [fake, stranger(), hall.proposal(id + 1).address] {
        assert_eq!(hall.tell(&from, "onPassed", &passed).0, 150);
        assert_eq!(hall.tell(&from, "onClosed", &closed).0, 150);
    }
    let unknown = json!({ "id": 99, "yesKeys": keys(0..15), "payload": base64(&payload) });
    let from = hall.proposal(99).address;
    assert_eq!(hall.tell(&from, "onPassed", &unknown).0, 150);
    assert_eq!((hall.status("members"), hall.status("open")), (15, 1));
}

#[test]
fn t29_a_swapped_payload_is_refused() {
    let mut hall = Hall::new(15);
    let id = hall.propose(0, payload::REMOVE, &payload::remove(3));
    let proposal = hall.proposal(id).address;
    let swapped = json!({ "id": id, "yesKeys": keys(0..8), "payload": base64(&payload::remove(4)) });
    assert_eq!(hall.tell(&proposal, "onPassed", &swapped).0, 162);
    assert_eq!(hall.status("members"), 15);
}

#[test]
fn a_request_with_too_little_value_is_refused() {
    let mut hall = Hall::new(15);
    let payload = payload::remove(3);
    let id = hall.propose(0, payload::REMOVE, &payload);
    let params = json!({ "id": id, "yesKeys": keys(0..8), "payload": base64(&payload) });
    let from: Address = hall.proposal(id).address;
    let message = hall.contract.internal(&from, Nano(CALL / 2 - 1), "onPassed", &params);
    let done = hall.world.send_internal(message);
    assert_eq!(done[0].view.exit_code(), Some(151));
}

#[test]
fn votes_that_are_named_twice_count_once() {
    let mut hall = Hall::new(15);
    let payload = payload::remove(3);
    let id = hall.propose(0, payload::REMOVE, &payload);
    let from = hall.proposal(id).address;
    let mut yes: Vec<_> = (4..11).map(k).collect();
    yes.push(k(4));
    let params = json!({ "id": id, "yesKeys": yes, "payload": base64(&payload) });
    hall.hear(&from, "onPassed", &params);
    assert_eq!(hall.status("members"), 15, "seven different keys are too few");
}

#[test]
fn t30_the_same_content_twice_gets_two_proposals() {
    let mut hall = Hall::new(15);
    let payload = payload::signal(1, false);
    let first = hall.propose(0, SIGNAL, &payload);
    let second = hall.propose(1, SIGNAL, &payload);
    assert_ne!(first, second);
    let proposal = hall.proposal(second);
    let header = hall.world.header(Some(&key(1)));
    let cancel = proposal.call(&key(1), "cancel", &json!({}), &header);
    hall.world.send(&cancel).success();
    assert_eq!(hall.outcome(second).0, "Cancelled");
    assert_eq!(hall.outcome(first).0, "Active");
    assert_eq!(hall.status("open"), 1);
}

#[test]
fn t41_a_failed_action_is_tried_again_and_runs_once() {
    let mut hall = Hall::new(15);
    let (id, _) = hall.decide(payload::LAUNCH, &payload::launch(&payload::spec(hall.world.now, json!({}))));
    let reserve = hall.take("reserve");
    let treasury = hall.treasury.clone();
    hall.done(&treasury, reserve.nonce(), 401);
    assert_eq!(hall.outcome(id), ("Failed", 401));
    let events = hall.execute(id);
    assert!(events.is_empty(), "the second attempt waits for the treasury: {events:?}");
    let again = hall.take("reserve");
    assert_eq!(again.params["contestId"], reserve.params["contestId"], "the number belongs to the proposal");
    assert_ne!(again.nonce(), reserve.nonce());
    assert_eq!(
        hall.tell(&treasury, "done", &json!({ "nonce": reserve.nonce().to_string(), "code": 0 })).0,
        157
    );
    hall.done(&treasury, again.nonce(), 0);
    let pool = hall.jury_pool.clone();
    hall.done(&pool, again.nonce(), 0);
    let escrow = hall.escrow(1);
    hall.hear(&escrow, "onFunded", &json!({ "contestId": 1 }));
    assert_eq!(hall.outcome(id), ("Executed", 0));
    assert!(hall.poke_proposal(id, "execute").refused());
}

#[test]
fn t42_open_proposals_are_bounded_and_slots_come_back() {
    let mut hall = Hall::new(15);
    let first = hall.propose(0, SIGNAL, &payload::signal(0, false));
    for n in 1..5 {
        hall.propose(0, SIGNAL, &payload::signal(n, false));
    }
    let params = Hall::proposal_params(SIGNAL, &payload::signal(9, false));
    hall.refuse(0, "propose", &params, 203);
    let contract = hall.contract.address.clone();
    hall.world.give(&contract, Nano(300 * TON));
    let mut member = 1;
    while hall.status("open") < 64 {
        for n in 0..5 {
            if hall.status("open") < 64 {
                hall.propose(member, SIGNAL, &payload::signal(n, false));
            }
        }
        member += 1;
    }
    hall.refuse(14, "propose", &params, 203);
    hall.approve(first, 0..8);
    hall.execute(first);
    assert_eq!(hall.status("open"), 63);
    hall.propose(14, SIGNAL, &payload::signal(9, false));
    let page = hall.get("getOpenProposals", &json!({ "afterId": 60, "limit": 10 }))["proposals"].clone();
    assert_eq!(page.as_array().expect("a list").len(), 5);
}

#[test]
fn a_rejected_proposal_frees_the_slot_of_a_member_who_left() {
    let mut hall = Hall::new(15);
    let id = hall.propose(0, SIGNAL, &payload::signal(1, false));
    hall.call(0, "resign", &json!({})).success();
    for n in 1..9 {
        hall.vote(id, n, 2).success();
    }
    assert_eq!(hall.status("open"), 0);
    assert_eq!(strings(&json!(hall.members())), keys(1..15));
}

#[test]
fn a_link_of_empty_cells_is_too_long() {
    let mut hall = Hall::new(15);
    let mut bomb = ton_abi::Cell::default();
    for _ in 0..300 {
        let mut cell = ton_abi::CellBuilder::new();
        cell.store_reference(bomb).expect("fits");
        bomb = cell.build().expect("fits");
    }
    let mut params = Hall::proposal_params(SIGNAL, &payload::signal(1, false));
    params["link"] = json!(payload::base64(&bomb));
    let original = hall.contract.clone();
    hall.contract.abi = with_cell_for_text(&hall, "propose");
    hall.refuse(0, "propose", &params, 154);
    hall.contract = original;
    let contest = hall.launched(&payload::spec(hall.world.now, json!({})));
    hall.finalized(contest);
    hall.contract.abi = with_cell_for_text(&hall, "publish");
    let record =
        json!({ "contestId": contest, "recordHash": payload::hash(1), "link": payload::base64(&bomb) });
    hall.refuse(0, "publish", &record, 154);
}

/// The registry's ABI, in which the link of a function is a cell: the same bits, but any shape.
fn with_cell_for_text(hall: &Hall, function: &str) -> ton_abi::ContractAbi {
    let artifact = workspace_tests::compiled::artifact("MemberRegistry.tsol");
    let mut document: serde_json::Value = serde_json::from_str(&artifact.abi).expect("an ABI is JSON");
    let id = hall.contract.abi.function(function).expect("a function").input_id;
    let functions = document["functions"].as_array_mut().expect("a list");
    let found = functions.iter_mut().find(|f| f["name"] == function).expect("a function");
    found["id"] = json!(format!("0x{id:08x}"));
    let inputs = found["inputs"].as_array_mut().expect("a list");
    inputs.iter_mut().find(|i| i["name"] == "link").expect("a link")["type"] = json!("cell");
    ton_abi::ContractAbi::from_value(&document).expect("a valid ABI")
}
