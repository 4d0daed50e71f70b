//! Messages that pretend to be somebody else's, come again, or arrive where they were not meant to.

use serde_json::{Value, json};
use ton_abi::{Cell, InternalMessage, MessageView, Nano, external_message};
use workspace_tests::community::{
    Community, DAY, DEPLOYER, TON, account, action, base64, code, document, hash_json, number, payload,
    wallet,
};
use workspace_tests::world::{Contract, key, public_json};

use super::{
    assert_books_hold, assert_contest_holds, message_of, payments_of, rotate, stage_one, stranger, tallied,
};
use crate::arena::{WINNERS, funded, jury_contest};

/// The body of a message, sent to another contract.
fn redirected(message: &Cell, to: &Contract) -> Cell {
    let body = MessageView::parse(message).expect("readable").body;
    external_message(&to.address, None, body).expect("encodable")
}

#[test]
fn a_stranger_who_activates_an_address_early_stops_neither_proposal_nor_contest() {
    let mut community = funded();
    for early in [community.proposal(1), community.contest(1)] {
        let mut transfer = InternalMessage::transfer(stranger(), early.address.clone(), Nano(TON));
        transfer.bounce = false;
        transfer.init = Some(early.image.clone());
        community.world.send_internal(transfer);
        let mut call = early.internal(&stranger(), Nano(TON), "getVersion", &json!({}));
        call.bounce = false;
        call.init = Some(early.image.clone());
        community.world.send_internal(call);
    }
    let spec = jury_contest(&mut community);
    let contest = community.launch(&spec);
    let books = community.get(&contest, "getLedger", &json!({}));
    assert_eq!(number(&books["budget"]["funded"]), 1_120 * TON);
}

#[test]
fn t28_t34_nobody_reports_to_the_registry_in_the_name_of_a_proposal_or_contest() {
    let mut community = funded();
    let contest = tallied(&mut community);
    let list = json!({ "payments": [{ "to": stranger().to_string(), "amount": TON.to_string() }],
        "memoHash": document(5) });
    let pay = payload("PayOrg", &list);
    community.propose(0, action::PAY_ORG, &pay);
    let yes: Vec<_> = (0..15).map(|n| public_json(&key(n))).collect();
    let registry = community.registry.clone();
    let before = community.get(&registry, "getContest", &json!({ "contestId": 1 }));
    let candidate = json!({ "contestId": 1, "nonce": 9, "entryId": 1, "place": 1,
        "key": public_json(&key(110)), "addr": stranger().to_string() });
    let forged: [(&str, Value, i32); 9] = [
        ("onPassed", json!({ "id": 2, "yesKeys": yes, "payload": base64(&pay) }), 150),
        ("onClosed", json!({ "id": 2, "outcome": 3 }), 150),
        ("onFunded", json!({ "contestId": 1 }), 150),
        (
            "onFinalized",
            json!({ "contestId": 1, "nonce": 1, "resultsHash": "1", "payoutHash": "2", "until": u32::MAX, "entrants": {} }),
            150,
        ),
        ("onContestClosed", json!({ "contestId": 1, "ending": 1 }), 150),
        ("onMemberEntry", json!({ "contestId": 1, "key": public_json(&key(3)) }), 150),
        ("registerCandidate", candidate, 150),
        ("onMemberReserved", json!({ "nonce": 1, "ok": true }), 150),
        ("done", json!({ "nonce": 1, "code": 0 }), 157),
    ];
    for (function, params, code) in forged {
        assert_eq!(message_of(&mut community, &stranger(), &registry, function, &params), code, "{function}");
    }
    for (function, name) in [("deployOne", "id"), ("sendOne", "nonce"), ("initOne", "step")] {
        let params = json!({ name: 1 });
        assert_eq!(message_of(&mut community, &stranger(), &registry, function, &params), 150, "{function}");
    }
    assert_eq!(community.get(&registry, "getContest", &json!({ "contestId": 1 })), before);
    assert_contest_holds(&community, &contest);
}

#[test]
fn t48_nobody_but_the_escrow_and_the_registry_moves_money_in_the_books() {
    let mut community = funded();
    let contest = tallied(&mut community);
    let treasury = community.treasury.clone();
    let before = stage_one(&community);
    let forged = [
        ("refund", json!({ "contestId": 1, "nonce": 7, "amount": "1", "last": true, "paid": true }), 406),
        ("orgShare", json!({ "contestId": 1, "nonce": 7, "amount": "1" }), 406),
        ("escrowReady", json!({ "contestId": 1, "nonce": 7 }), 406),
        ("fundAck", json!({ "contestId": 1, "nonce": 7 }), 406),
        ("query", json!({ "contestId": 1, "nonce": 7 }), 406),
        ("release", json!({ "contestId": 1, "nonce": 7 }), 150),
        ("close", json!({ "stage": 1, "nonce": 7, "reportHash": "1", "link": "" }), 150),
        ("confirmed", json!({ "nonce": 7, "hash": "1" }), 150),
        ("fundStage", json!({ "stage": 1, "nonce": 7, "amount": TON.to_string() }), 150),
    ];
    for (function, params, code) in forged {
        assert_eq!(message_of(&mut community, &stranger(), &treasury, function, &params), code, "{function}");
    }
    assert_eq!(stage_one(&community), before);
    let own = contest.internal(&stranger(), Nano(5 * TON), "fund", &json!({ "contestId": 1, "nonce": 1 }));
    assert_eq!(super::exit_code(&community.world.send_internal(own)), 150);
    assert_books_hold(&community);
    assert_contest_holds(&community, &contest);
}

#[test]
fn nobody_opens_holds_or_ends_a_payout_in_the_name_of_others() {
    let mut community = funded();
    let contest = tallied(&mut community);
    let payout = community.get(&contest, "getPayouts", &json!({ "from": 0, "n": 1 }))["payoutHash"].clone();
    let forged = [
        ("confirmed", json!({ "nonce": 1, "hash": payout }), 150),
        ("hold", json!({ "contestId": 1, "nonce": 1, "until": u32::MAX }), 150),
        ("extend", json!({ "contestId": 1, "nonce": 1, "phase": 2, "time": u32::MAX }), 150),
        ("onJury", json!({ "contestId": 1, "nonce": 1, "jurors": [] }), 150),
        ("work", json!({ "job": 4, "arg": 0 }), 150),
        ("done", json!({ "nonce": 1, "code": 0 }), 150),
        ("claim", json!({ "item": 1 }), 513),
        ("claim", json!({ "item": 101 }), 515),
        ("claim", json!({ "item": 0 }), 514),
        ("nominate", json!({ "entry": 1 }), 515),
    ];
    for (function, params, code) in forged {
        assert_eq!(message_of(&mut community, &stranger(), &contest, function, &params), code, "{function}");
    }
    assert_eq!(community.phase(&contest), super::CONFIRM);
}

#[test]
fn custodians_cannot_confirm_a_payout_by_a_payment_of_their_own() {
    let mut community = funded();
    let contest = tallied(&mut community);
    let multisig = community.multisig.clone();
    let payout = community.get(&contest, "getPayouts", &json!({ "from": 0, "n": 1 }))["payoutHash"].clone();
    let body = contest.abi.encode_internal_body("confirmed", &json!({ "nonce": 1, "hash": payout }));
    let body = base64(&body.expect("encodable"));
    let payees = [contest.address.clone(), community.treasury.address.clone(), community.main_giver.clone()];
    for dest in payees {
        let params = json!({ "dest": dest.to_string(), "value": TON.to_string(), "bounce": true,
            "allBalance": false, "payload": body });
        let own = community.call(&multisig, 0, "submitTransaction", &params);
        assert_eq!(own.code(), 131, "{dest}");
    }
    assert_eq!(community.phase(&contest), super::CONFIRM);
}

#[test]
fn a_signed_message_counts_once_and_only_where_it_was_sent() {
    let mut community = Community::found();
    let signal = payload("Signal", &json!({ "docHash": document(1), "link": "", "soft": false }));
    let first = community.propose(0, action::SIGNAL, &signal);
    let second = community.propose(0, action::SIGNAL, &signal);
    let header = community.world.header(Some(&key(1)));
    let params = json!({ "choice": 1, "reasonHash": document(2) });
    let vote = first.call(&key(1), "vote", &params, &header);
    assert!(community.world.send(&redirected(&vote, &second)).refused(), "another proposal");
    community.world.send(&vote).success();
    assert_eq!(community.world.send(&vote).code(), 52, "again");
    community.wait(2 * 3600);
    assert_eq!(community.world.send(&vote).code(), 57, "hours later");
    let votes = community.get(&first, "getOutcome", &json!({}));
    assert_eq!(number(&votes["yes"]), 1);
    assert_eq!(number(&community.get(&second, "getOutcome", &json!({}))["yes"]), 0);
}

#[test]
fn a_key_that_comes_back_cannot_be_used_with_what_it_signed_before() {
    let mut community = Community::found();
    let (registry, multisig) = (community.registry.clone(), community.multisig.clone());
    let header = community.world.header(Some(&key(13)));
    let attest = registry.call(&key(13), "attest", &json!({ "docHash": "7" }), &header);
    let payment = json!({ "dest": community.main_giver.to_string(), "value": TON.to_string(), "bounce": true,
        "allBalance": false, "payload": base64(&payload("Signal", &json!({ "docHash": "1", "link": "",
            "soft": false }))) });
    let submit = multisig.call(&key(13), "submitTransaction", &payment, &header);
    community.wait(2);
    assert_eq!(rotate(&mut community, 13, 130)["outcome"], json!("4"));
    assert_eq!(community.world.send(&attest).code(), 200, "no member any more");
    assert_eq!(community.world.send(&submit).code(), 100, "no custodian any more");
    assert_eq!(rotate(&mut community, 130, 13)["outcome"], json!("4"));
    assert_eq!(community.world.send(&attest).code(), 52);
    assert_eq!(community.world.send(&submit).code(), 52);
    community.wait(1);
    community.call(&registry, 13, "attest", &json!({ "docHash": "7" })).success();
}

#[test]
fn t40_the_deploy_key_has_no_power_over_a_live_registry() {
    let mut community = Community::found();
    let registry = community.registry.clone();
    let signal = payload("Signal", &json!({ "docHash": document(1), "link": "", "soft": false }));
    let calls = [
        ("propose", json!({ "kind": 16, "payload": base64(&signal), "link": "", "docHash": "1" }), 200),
        ("resign", json!({}), 200),
        ("publish", json!({ "contestId": 1, "recordHash": "1", "link": "" }), 200),
        ("quickHold", json!({ "contestId": 1 }), 200),
        ("setCode", json!({ "kind": 0, "code": base64(&code("Giver")) }), 211),
        ("setPlan", json!({ "plan": base64(&signal) }), 211),
    ];
    for (function, params, code) in calls {
        assert_eq!(community.call(&registry, DEPLOYER, function, &params).code(), code, "{function}");
    }
    let again = json!({ "keys": [public_json(&key(DEPLOYER))], "params": workspace_tests::community::params(),
        "cycleBounds": [1, 2], "codeHashes": [], "planHash": hash_json(&signal),
        "mainGiver": stranger().to_string(), "declaredWallet": stranger().to_string() });
    let header = community.world.header(Some(&key(DEPLOYER)));
    let deploy = registry.deploy(&key(DEPLOYER), &again, &header);
    assert!(community.world.send(&deploy).refused(), "nothing is constructed twice");
}

#[test]
fn t05_messages_of_strangers_cost_nobody_anything() {
    let mut community = funded();
    let contest = tallied(&mut community);
    let proposal = community.propose(0, action::SIGNAL, &signal());
    let contracts = [
        (community.registry.clone(), "attest", json!({ "docHash": "1" })),
        (community.registry.clone(), "resend", json!({ "nonce": 77 })),
        (proposal.clone(), "vote", json!({ "choice": 1, "reasonHash": "1" })),
        (proposal.clone(), "cancel", json!({})),
        (proposal.clone(), "close", json!({})),
        (proposal, "execute", json!({})),
        (community.multisig.clone(), "clean", json!({})),
        (community.multisig.clone(), "confirmTransaction", json!({ "transactionId": 1 })),
        (community.treasury.clone(), "reconcile", json!({})),
        (community.treasury.clone(), "releaseReserve", json!({ "nonce": 1 })),
        (community.jury_pool.clone(), "resign", json!({})),
        (community.jury_pool.clone(), "recuse", json!({ "contestId": 1 })),
        (contest.clone(), "commitCard", json!({ "cardHash": "1" })),
        (contest.clone(), "advance", json!({})),
        (contest.clone(), "drawJury", json!({})),
        (contest.clone(), "settle", json!({})),
        (contest.clone(), "sweep", json!({})),
        (contest.clone(), "resend", json!({ "nonce": 77 })),
        (contest, "nominate", json!({ "entry": 1 })),
    ];
    for (contract, function, params) in contracts {
        let before = community.world.balance(&contract.address);
        for _ in 0..3 {
            assert!(community.try_poke(&contract, function, &params).refused(), "unsigned {function}");
            assert!(community.call(&contract, 250, function, &params).refused(), "foreign {function}");
        }
        assert_eq!(community.world.balance(&contract.address), before, "{function}");
    }
}

/// A signal that the members send to nobody.
fn signal() -> Cell {
    payload("Signal", &json!({ "docHash": document(1), "link": "", "soft": false }))
}

#[test]
fn a_payout_that_bounces_is_paid_again_once_and_forged_bounces_bring_nothing() {
    let mut community = funded();
    let contest = tallied(&mut community);
    community.confirm_oldest(0..8);
    community.poke(&contest, "payNext", &json!({ "n": 20 }));
    let winner = wallet(WINNERS[0]);
    let prize =
        community.world.inbox.iter().find(|m| m.dst.as_ref() == Some(&winner) && m.value.0 == 500 * TON);
    let prize = prize.expect("the first prize").clone();
    let mut other = prize.clone();
    other.dst = Some(account(0xC0, 77));
    community.world.bounce(&other);
    let failed =
        |community: &Community| number(&community.get(&contest, "getLedger", &json!({}))["budget"]["failed"]);
    assert_eq!(failed(&community), 0, "the bounce of another account");
    community.world.bounce(&prize);
    assert_eq!(failed(&community), 500 * TON);
    community.world.bounce(&prize);
    assert_eq!(failed(&community), 500 * TON, "a second bounce");
    assert_contest_holds(&community, &contest);
    let claim = json!({ "item": 1 });
    assert_eq!(message_of(&mut community, &stranger(), &contest, "claim", &claim), 515);
    assert_eq!(message_of(&mut community, &winner, &contest, "claim", &claim), 0);
    assert_eq!(message_of(&mut community, &winner, &contest, "claim", &claim), 514, "paid already");
    assert_eq!(payments_of(&community, &winner, 500 * TON), 2, "one of them went back");
    community.wait(DAY + 1);
    community.poke(&contest, "settle", &json!({}));
    assert_eq!(community.phase(&contest), super::CLOSED);
    assert_contest_holds(&community, &contest);
}
