//! The end: by time, by the soft majority, by the proposer (T26, T30).

use serde_json::json;

use crate::scene::{
    ACTIVE, CANCELLED, ELECTORS, EXPIRED, GAS, GRACE, NO, PASSED, PENDING, PERIOD, REJECTED, Scene, TON, YES,
    assert_failed, assert_refused, ballot, image, root, setup,
};

/// Rule S8 of the specification: whether the soft majority of `all` electors is in favour.
fn soft_majority(all: u32, yes: u32, no: u32) -> bool {
    2 * yes > all || 10 * all * yes >= all * all + (8 * all + 20) * no
}

#[test]
fn the_time_decides_when_the_votes_did_not() {
    let mut scene = Scene::new();
    scene.votes(0..7, YES);
    assert_refused(&scene.poke("close"), 153);
    scene.world.now += PERIOD - 2;
    assert_refused(&scene.poke("close"), 153);
    scene.world.now += 1;
    let outcome = scene.poke("close");
    assert_eq!(scene.names(&outcome), ["ProposalEnded"]);
    let said = scene.assert_over(REJECTED);
    assert!(said.nano() > u128::from(3 * TON));
    assert_refused(&scene.poke("close"), 301);
    assert_refused(&scene.poke("execute"), 302);
}

#[test]
fn t26_what_was_rejected_stays_rejected() {
    let mut scene = Scene::new();
    scene.votes(0..7, YES);
    scene.votes(7..ELECTORS, NO);
    scene.assert_over(REJECTED);
    assert_refused(&scene.vote(7, YES), 301);
    assert_refused(&scene.cancel(0), 301);
    for wait in [0, RETRY_DAYS, PERIOD, GRACE] {
        scene.world.now += wait;
        scene.top_up(3 * TON);
        assert_refused(&scene.poke("execute"), 302);
        assert_refused(&scene.poke("close"), 301);
        assert_failed(&scene.executed(0), 152);
    }
    assert_eq!(scene.outcome(), json!(REJECTED));
    assert!(scene.heard().is_empty(), "only the registry's own money comes back");
}

/// A few days, in seconds.
const RETRY_DAYS: u32 = 3 * 86_400;

#[test]
fn a_soft_signal_is_decided_at_its_end_only() {
    let soft = |setup: &mut serde_json::Value| setup["soft"] = json!(true);
    let mut scene = Scene::with(soft);
    scene.votes(0..ELECTORS, YES);
    assert_eq!(scene.outcome(), json!(ACTIVE), "even when all are in favour");
    assert_refused(&scene.poke("close"), 153);
    scene.votes(0..ELECTORS, NO);
    assert_eq!(scene.outcome(), json!(ACTIVE), "even when all are against");
    scene.world.now += PERIOD;
    scene.poke("close").success();
    scene.assert_over(REJECTED);
}

#[test]
fn the_soft_majority_is_that_of_the_rule_for_every_number_of_votes_against() {
    let (mut passed, mut rejected) = (0, 0);
    for electors in [10_u8, 15] {
        for no in 0..=electors / 2 {
            let least = (0..=electors - no)
                .find(|yes| soft_majority(u32::from(electors), u32::from(*yes), u32::from(no)));
            let candidates = match least {
                Some(0) | None => vec![0, electors - no],
                Some(least) => vec![least - 1, least],
            };
            for yes in candidates {
                let mut scene = Scene::of(electors, GAS * TON, |setup| setup["soft"] = json!(true));
                scene.votes(0..yes, YES);
                scene.votes(yes..yes + no, NO);
                scene.world.now += PERIOD;
                scene.poke("close").success();
                let expected = soft_majority(u32::from(electors), u32::from(yes), u32::from(no));
                let outcome = if expected { PASSED } else { REJECTED };
                assert_eq!(scene.outcome(), json!(outcome), "{yes} yes, {no} no of {electors}");
                *(if expected { &mut passed } else { &mut rejected }) += 1;
            }
        }
    }
    assert!(passed > 10 && rejected > 10, "{passed} passed, {rejected} rejected");
}

#[test]
fn a_soft_signal_that_passed_is_executed_as_any_other() {
    let mut scene = Scene::with(|setup| setup["soft"] = json!(true));
    scene.votes(0..2, YES);
    scene.world.now += PERIOD;
    let outcome = scene.poke("close");
    assert_eq!(scene.names(&outcome), ["ProposalPassed"]);
    assert_refused(&scene.poke("close"), 153);
    scene.poke("execute").success();
    assert_eq!(scene.heard()[0].name(), "onPassed");
    scene.executed(0).success();
    scene.assert_over(crate::scene::EXECUTED);
}

#[test]
fn the_proposer_takes_it_back_while_nobody_else_voted() {
    let mut scene = Scene::new();
    assert_refused(&scene.cancel(1), 307);
    assert_refused(&scene.cancel(99), 307);
    scene.vote(0, YES).success();
    let message = scene.message(0, "cancel", &json!({}));
    let outcome = scene.world.send(&message);
    assert_eq!(scene.names(&outcome), ["ProposalEnded"]);
    let said = scene.assert_over(CANCELLED);
    assert!(said.nano() > u128::from(3 * TON));
    scene.top_up(TON);
    assert_refused(&scene.world.send(&message), 301);
    assert_refused(&scene.cancel(0), 301);
    assert_refused(&scene.vote(1, YES), 301);
}

#[test]
fn a_vote_of_somebody_else_ends_the_right_to_take_it_back() {
    for (first, second) in [(0, 1), (1, 0)] {
        let mut scene = Scene::new();
        scene.vote(first, YES).success();
        scene.vote(second, YES).success();
        assert_refused(&scene.cancel(0), 301);
    }
    let mut scene = Scene::new();
    scene.vote(5, NO).success();
    assert_refused(&scene.cancel(0), 301);
    let mut scene = Scene::new();
    scene.world.now += PERIOD;
    assert_refused(&scene.cancel(0), 301);
}

#[test]
fn a_pending_one_and_one_of_an_excluded_proposer_can_be_taken_back() {
    let mut scene = Scene::with(|setup| {
        let start = setup["start"].as_u64().expect("a time") + 1000;
        setup["start"] = json!(start);
        setup["excluded"] =
            json!({ workspace_tests::world::public_json(&workspace_tests::world::key(0)): true });
    });
    assert_eq!(scene.outcome(), json!(PENDING));
    scene.cancel(0).success();
    scene.assert_over(CANCELLED);
}

#[test]
fn t01_a_cancellation_older_than_the_own_vote_is_refused() {
    let mut scene = Scene::new();
    let old = scene.message(0, "cancel", &json!({}));
    scene.vote(0, YES).success();
    assert_refused(&scene.world.send(&old), 52);
}

#[test]
fn t30_the_same_content_twice_is_two_proposals() {
    let mut scene = Scene::new();
    let other = image(8);
    assert_ne!(other.address, scene.contract.address);
    let content = setup(ELECTORS, scene.world.now);
    scene.open(&other, &content, GAS * TON);
    scene.world.now += 1;
    // A vote for one is no vote for the other: the signature covers the address (T08).
    let header = scene.world.header(Some(&workspace_tests::world::key(3)));
    let call = scene.contract.abi.encode_call("vote", &ballot(YES), &header, Some(&scene.contract.address));
    let signed = call.expect("encodable").sign_with(|hash| {
        use ed25519_dalek::Signer;
        ton_abi::Signature(workspace_tests::world::key(3).sign(&hash.0).to_bytes())
    });
    let body = signed.expect("encodable");
    let there = ton_abi::external_message(&other.address, None, Some(body.clone())).expect("encodable");
    assert!(scene.world.send(&there).refused());
    let here = ton_abi::external_message(&scene.contract.address, None, Some(body)).expect("encodable");
    scene.world.send(&here).success();

    let first = std::mem::replace(&mut scene.contract, other);
    scene.cancel(0).success();
    assert_eq!(scene.outcome(), json!(CANCELLED));
    scene.contract = first;
    assert_eq!((scene.outcome(), scene.tally()), (json!(ACTIVE), [1, 0, 0]), "the other one goes on");
    scene.votes((0..8).filter(|n| *n != 3), YES);
    assert_eq!(scene.outcome(), json!(PASSED));
}

#[test]
fn a_decision_that_nobody_executed_expires() {
    let mut scene = Scene::passed();
    scene.world.now += GRACE - 1;
    assert_refused(&scene.poke("close"), 153);
    scene.world.now += 1;
    assert_refused(&scene.poke("execute"), 304);
    let outcome = scene.poke("close");
    assert_eq!(scene.names(&outcome), ["ProposalEnded"]);
    scene.assert_over(EXPIRED);
    assert_refused(&scene.poke("execute"), 302);
    assert_refused(&scene.poke("close"), 301);
}

#[test]
fn news_that_the_registry_did_not_take_can_be_sent_again() {
    let mut scene = Scene::new();
    scene.votes(0..8, NO);
    let said = scene.assert_over(REJECTED);
    let outcome = workspace_tests::world::Outcome::Done(scene.world.bounce(&said.view));
    assert_eq!(scene.names(&outcome), ["ReportBounced"]);
    assert_eq!(scene.outcome(), json!(REJECTED));
    scene.poke("close").success();
    scene.assert_over(REJECTED);
    assert_refused(&scene.poke("close"), 301);
}

#[test]
fn news_goes_out_even_when_the_money_is_short() {
    let mut scene = Scene::passed();
    scene.poke("execute").success();
    assert_eq!(scene.heard().len(), 1);
    // The registry used nearly all of the value: what is left here is less than the floor.
    let params = json!({ "proposal": 7, "code": 0 });
    let answer = scene.contract.internal(&root(), ton_abi::Nano(10_000_000), "executed", &params);
    let done = scene.world.send_internal(answer);
    assert!(done[0].view.is_success(), "an answer is heard whatever is left of its value");
    scene.assert_over(crate::scene::EXECUTED);
    assert!(scene.balance() > 0);
}
