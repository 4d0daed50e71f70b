//! Execution by the registry: once, with retries, by nobody else (T25, T27, T28, T29, T41).

use serde_json::json;
use ton_abi::{Address, Nano};
use workspace_tests::world::{Outcome, key, public_json};

use crate::scene::{
    EXECUTED, FAILED, GAS, GRACE, NO, PASSED, REJECTED, RETRY, Scene, TON, YES, assert_failed,
    assert_refused, ballot, image, payload, root, setup, stranger,
};

#[test]
fn the_registry_gets_the_votes_in_favour_and_the_payload_and_then_the_money() {
    let mut scene = Scene::new();
    scene.vote(0, YES).success();
    scene.votes([1, 2], NO);
    scene.votes(3..10, YES);
    assert_eq!(scene.outcome(), json!(PASSED));
    let outcome = scene.poke("execute");
    assert_eq!(scene.names(&outcome), ["ExecutionStarted"]);
    let heard = scene.heard();
    assert_eq!(
        (heard.len(), heard[0].name(), heard[0].nano(), heard[0].view.bounce),
        (1, "onPassed", u128::from(TON), true)
    );
    let call = heard[0].json();
    let mut keys: Vec<_> = call["yesKeys"].as_array().expect("a list").clone();
    let mut expected: Vec<_> = [0].into_iter().chain(3..10).map(|n| json!(public_json(&key(n)))).collect();
    keys.sort_by_key(ToString::to_string);
    expected.sort_by_key(ToString::to_string);
    assert_eq!((&call["id"], keys), (&json!("7"), expected));
    assert_eq!(scene.info("inProgress"), json!(true));
    let outcome = scene.executed(0);
    assert_eq!(
        scene.events(&outcome),
        [("ProposalEnded".to_owned(), json!({ "outcome": "4", "code": "0" }))]
    );
    let said = scene.assert_over(EXECUTED);
    assert!(said.nano() > u128::from(3 * TON), "the rest goes home: {}", said.nano());
    assert_eq!(scene.info("inProgress"), json!(false));
}

#[test]
fn t29_the_payload_is_the_one_that_was_voted_on() {
    let mut scene = Scene::passed();
    scene.poke("execute").success();
    let heard = scene.heard();
    let sent = heard[0].call.get("payload").expect("it is there");
    let ton_abi::AbiValue::Cell(sent) = sent else { panic!("a cell: {sent:?}") };
    assert_eq!(*sent, payload());
    let info = scene.get("getInfo")["info"].take();
    assert_eq!(info["link"], json!("https://example.org/proposal"));
    assert_eq!([&info["kind"], &info["epoch"]], ["5", "3"]);
    assert_eq!(info["docHash"], json!(format!("0x{}", "d0".repeat(32))));
    assert_eq!(info["proposer"], json!(public_json(&key(0))));
}

#[test]
fn t27_two_pokes_in_one_block_ask_the_registry_once() {
    let mut scene = Scene::passed();
    scene.world.deliver = false;
    scene.poke("execute").success();
    assert_refused(&scene.poke("execute"), 306);
    scene.world.drain();
    scene.world.deliver = true;
    assert_refused(&scene.poke("execute"), 306);
    assert_eq!(scene.heard().len(), 1);
    scene.executed(0).success();
    assert_refused(&scene.poke("execute"), 302);
    scene.assert_over(EXECUTED);
    assert_failed(&scene.executed(0), 152);
    assert_failed(&scene.executed(401), 152);
    assert_eq!(scene.outcome(), json!(EXECUTED));
}

#[test]
fn t27_a_request_that_came_back_can_be_made_again() {
    let mut scene = Scene::passed();
    scene.poke("execute").success();
    let request = scene.heard().remove(0);
    let outcome = Outcome::Done(scene.world.bounce(&request.view));
    let retry_at = scene.world.now + RETRY;
    let failed = json!({ "code": "0", "retryAt": retry_at.to_string() });
    assert_eq!(scene.events(&outcome), [("ProposalFailed".to_owned(), failed)]);
    assert_eq!((scene.outcome(), scene.info("inProgress")), (json!(FAILED), json!(false)));
    // A second bounce of it, and one from somebody else, change nothing.
    scene.world.bounce(&request.view);
    assert_refused(&scene.poke("execute"), 303);
    scene.world.now += RETRY;
    scene.poke("execute").success();
    let mut foreign = scene.heard().remove(0).view;
    foreign.dst = Some(stranger());
    scene.world.bounce(&foreign);
    assert_eq!(scene.info("inProgress"), json!(true), "only the registry's bounce counts");
    scene.executed(0).success();
    scene.assert_over(EXECUTED);
}

#[test]
fn t41_a_failed_action_can_be_tried_again_until_the_grace_is_over() {
    let mut scene = Scene::passed();
    scene.poke("execute").success();
    let outcome = scene.executed(401);
    assert_eq!(scene.names(&outcome), ["ProposalFailed"]);
    assert_eq!((scene.outcome(), scene.info("code")), (json!(FAILED), json!("401")));
    assert_eq!(scene.heard().len(), 1, "it is not over, so the registry hears nothing");
    scene.world.now += RETRY - 1;
    assert_refused(&scene.poke("execute"), 303);
    scene.world.now += 1;
    scene.poke("execute").success();
    assert_eq!(scene.heard().len(), 1);
    scene.executed(402).success();
    assert_eq!(scene.info("code"), json!("402"));
    scene.world.now += GRACE;
    assert_refused(&scene.poke("execute"), 304);
    scene.poke("close").success();
    let said = scene.assert_over(crate::scene::EXPIRED);
    assert!(said.nano() > 0);
}

#[test]
fn t41_a_retry_that_succeeds_ends_it() {
    let mut scene = Scene::passed();
    scene.poke("execute").success();
    scene.executed(401).success();
    scene.world.now += RETRY;
    scene.poke("execute").success();
    scene.heard();
    scene.executed(0).success();
    scene.assert_over(EXECUTED);
    scene.world.now += RETRY;
    scene.top_up(3 * TON);
    assert_refused(&scene.poke("execute"), 302);
}

#[test]
fn t25_a_failed_recount_is_final() {
    let mut scene = Scene::passed();
    scene.poke("execute").success();
    scene.heard();
    let outcome = scene.executed(305);
    let ended = json!({ "outcome": "3", "code": "305" });
    assert_eq!(scene.events(&outcome), [("ProposalEnded".to_owned(), ended)]);
    scene.assert_over(REJECTED);
    scene.world.now += RETRY;
    scene.top_up(3 * TON);
    assert_refused(&scene.poke("execute"), 302);
}

#[test]
fn delay_and_grace_bound_the_execution() {
    let mut scene = Scene::with(|setup| setup["delay"] = json!(86_400));
    assert_refused(&scene.poke("execute"), 302);
    scene.votes(0..8, YES);
    assert_refused(&scene.poke("execute"), 303);
    scene.world.now += 86_399;
    assert_refused(&scene.poke("execute"), 303);
    scene.world.now += 1;
    scene.poke("execute").success();
    let mut scene = Scene::with(|setup| setup["delay"] = json!(86_400));
    scene.votes(0..8, YES);
    scene.world.now += 86_400 + GRACE;
    assert_refused(&scene.poke("execute"), 304);
}

#[test]
fn what_is_in_progress_does_not_expire_under_the_registry() {
    let mut scene = Scene::passed();
    scene.world.now += GRACE - 1;
    scene.poke("execute").success();
    scene.heard();
    scene.world.now += 86_400;
    assert_refused(&scene.poke("close"), 306);
    scene.executed(0).success();
    scene.assert_over(EXECUTED);
}

#[test]
fn t28_only_the_registry_deploys_and_answers() {
    let mut scene = Scene::new();
    let other = image(9);
    let params = json!({ "setup": setup(3, scene.world.now) });
    let deploy = other.internal_deploy(&stranger(), Nano((GAS * TON).into()), &params);
    let done = scene.world.send_internal(deploy);
    assert_eq!(done[0].view.exit_code(), Some(150));
    let header = scene.world.header(Some(&key(0)));
    scene.world.give(&other.address, Nano::tokens(5));
    assert_refused(&scene.world.send(&other.deploy(&key(0), &params, &header)), 150);

    scene.votes(0..8, YES);
    scene.poke("execute").success();
    let answer = json!({ "proposal": 7, "code": 0 });
    for from in [stranger(), Address::new(-1, root().address), scene.contract.address.clone()] {
        assert_failed(&scene.internal(&from, "executed", &answer), 150);
    }
    assert_failed(&scene.internal(&root(), "executed", &json!({ "proposal": 8, "code": 0 })), 157);
    for function in ["executeOne", "closeOne"] {
        for from in [stranger(), root()] {
            assert_failed(&scene.internal(&from, function, &json!({})), 150);
        }
        assert_refused(&scene.poke(function), 150);
    }
    assert_eq!(scene.outcome(), json!(PASSED));
    let again = scene.contract.internal_deploy(&root(), Nano(TON.into()), &params);
    let done = scene.world.send_internal(again);
    assert!(!done[0].view.is_success(), "the constructor runs once");
    scene.executed(0).success();
}

#[test]
fn pokes_do_not_come_from_other_contracts() {
    let mut scene = Scene::passed();
    for function in ["execute", "close"] {
        let outcome = scene.internal(&stranger(), function, &json!({}));
        assert!(!outcome.transactions()[0].view.is_success(), "{function}");
    }
    assert_eq!(scene.info("inProgress"), json!(false));
    let signed = scene.message(99, "execute", &json!({}));
    scene.world.send(&signed).success();
}

#[test]
fn t04_execution_waits_for_money_and_does_not_lose_the_decision() {
    let mut scene = Scene::of(15, 2_300_000_000, |_| ());
    scene.votes(0..8, YES);
    for attempt in 0..3 {
        let outcome = scene.poke("execute");
        if outcome.refused() {
            assert_eq!((outcome.code(), attempt > 0), (160, true));
            scene.top_up(TON);
            scene.poke("execute").success();
        }
        scene.heard();
        // The registry used the whole value of the request.
        let params = json!({ "proposal": 7, "code": 401 });
        let answer = scene.contract.internal(&root(), Nano(10_000_000), "executed", &params);
        assert!(scene.world.send_internal(answer)[0].view.is_success());
        // The wait doubles with each failure.
        scene.world.now += RETRY << attempt;
    }
    assert_eq!(scene.outcome(), json!(FAILED));
    assert_refused(&scene.vote(14, YES), 301);
    assert_refused(
        &{
            let message = scene.message(14, "vote", &ballot(NO));
            scene.world.send(&message)
        },
        301,
    );
}

#[test]
fn version_and_reserve_can_be_read() {
    let scene = Scene::new();
    let code = scene.contract.image.state_init.code.clone().expect("an image has code");
    let hash = format!("0x{}", hex::encode(code.repr_hash().0));
    assert_eq!(scene.get("getVersion"), json!({ "version": "1", "codeHash": hash }));
    let reserve = scene.get("getReserve");
    assert_eq!(reserve["minBalance"], json!((TON / 2).to_string()));
    assert_eq!(reserve["balance"], json!(scene.balance().to_string()));
    assert_eq!(reserve["freeFunds"], json!((scene.balance() - u128::from(TON / 2)).to_string()));
}

#[test]
fn the_wait_for_another_attempt_doubles_with_each_failure_up_to_a_bound() {
    let mut scene = Scene::passed();
    for failures in 0..10_u32 {
        scene.poke("execute").success();
        scene.heard();
        scene.executed(401).success();
        scene.world.now += (RETRY << failures.min(8)) - 1;
        assert_refused(&scene.poke("execute"), 303);
        scene.world.now += 1;
    }
}
