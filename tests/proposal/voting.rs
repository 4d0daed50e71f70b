//! Who votes, how often, and what a message must look like (T01, T02, T06, T07, T09, T23, T24, T33, T81).

use serde_json::json;
use ton_abi::Nano;
use workspace_tests::world::{key, public_json};

use crate::scene::{
    ABSTAIN, ACTIVE, ELECTORS, GAS, NO, PASSED, PENDING, REJECTED, Scene, TON, YES, assert_refused, ballot,
};

/// Gas before acceptance stays below this (C2).
const BEFORE_ACCEPT: u64 = 9_000;

#[test]
fn t23_a_second_vote_replaces_the_first() {
    let mut scene = Scene::new();
    let outcome = scene.vote(3, YES);
    let (name, event) = scene.events(&outcome).remove(0);
    assert_eq!(name, "VoteCast");
    assert_eq!(event["key"], json!(public_json(&key(3))));
    assert_eq!([&event["choice"], &event["yes"], &event["no"], &event["abstain"]], ["1", "1", "0", "0"]);
    scene.vote(3, YES).success();
    assert_eq!(scene.tally(), [1, 0, 0], "the same vote twice is one vote");
    scene.vote(3, NO).success();
    assert_eq!(scene.tally(), [0, 1, 0]);
    scene.vote(3, ABSTAIN).success();
    assert_eq!(scene.tally(), [0, 0, 1]);
    let votes = scene.get("getVotes")["votes"].take();
    let own = votes.as_array().and_then(|all| all.iter().find(|vote| vote["index"] == json!("3")).cloned());
    let own = own.expect("every elector is listed");
    assert_eq!([&own["choice"], &own["changes"]], ["3", "3"]);
    assert_eq!(own["at"], json!(scene.world.now.to_string()));
}

#[test]
fn t24_who_was_no_elector_has_no_vote() {
    let mut scene = Scene::new();
    assert_refused(&scene.vote(ELECTORS, YES), 300);
    assert_refused(&scene.vote(99, YES), 300);
    assert_eq!(scene.tally(), [0, 0, 0]);
}

#[test]
fn t09_a_vote_without_a_signature_is_refused() {
    let mut scene = Scene::new();
    let header = scene.world.header(None);
    let unsigned = scene.contract.unsigned("vote", &ballot(YES), &header);
    assert_refused(&scene.world.send(&unsigned), 300);
    let outcome = scene.internal(&crate::scene::root(), "vote", &ballot(YES));
    assert_eq!(outcome.code(), 300, "the registry has no vote either");
    let forged = {
        let header = scene.world.header(Some(&key(1)));
        scene.contract.call(&key(2), "vote", &ballot(YES), &header)
    };
    assert!(scene.world.send(&forged).refused());
    assert_eq!(scene.tally(), [0, 0, 0]);
}

#[test]
fn t33_an_excluded_elector_has_no_vote_and_the_number_needed_stays() {
    let mut scene = Scene::with(|setup| {
        setup["excluded"] = json!({ public_json(&key(2)): true, public_json(&key(77)): true });
    });
    assert_refused(&scene.vote(2, YES), 308);
    assert_refused(&scene.vote(2, NO), 308);
    assert_eq!([scene.info("electors"), scene.info("classThreshold")], [json!("15"), json!("8")]);
    scene.votes([0, 1, 3, 4, 5, 6, 7], YES);
    assert_eq!(scene.outcome(), json!(ACTIVE));
    scene.vote(8, YES).success();
    assert_eq!(scene.outcome(), json!(PASSED));
    let votes = scene.get("getVotes")["votes"].take();
    let excluded = votes.as_array().expect("a list").iter().filter(|vote| vote["excluded"] == json!(true));
    assert_eq!(excluded.map(|vote| vote["index"].clone()).collect::<Vec<_>>(), [json!("2")]);
}

#[test]
fn the_vote_that_reaches_the_number_passes_it_at_once() {
    let mut scene = Scene::with(|setup| setup["delay"] = json!(86_400));
    scene.votes(0..7, YES);
    scene.votes(7..14, NO);
    assert_eq!(scene.outcome(), json!(ACTIVE));
    let outcome = scene.vote(14, YES);
    let events = scene.events(&outcome);
    assert_eq!(
        events.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["VoteCast", "ProposalPassed"]
    );
    let now = scene.world.now;
    let (after, until) = (now + 86_400, now + 86_400 + crate::scene::GRACE);
    let expected =
        json!({ "yes": "8", "no": "7", "execAfter": after.to_string(), "expireAt": until.to_string() });
    assert_eq!(events[1].1, expected);
    assert!(scene.heard().is_empty(), "nothing is sent before somebody executes it");
    assert_refused(&scene.vote(7, YES), 301);
}

#[test]
fn votes_against_that_leave_too_few_reject_it_at_once() {
    let mut scene = Scene::new();
    scene.votes(0..7, NO);
    assert_eq!(scene.outcome(), json!(ACTIVE));
    let outcome = scene.vote(7, NO);
    assert_eq!(scene.names(&outcome), ["VoteCast", "ProposalEnded"]);
    let said = scene.assert_over(REJECTED);
    assert!(said.nano() > u128::from(3 * TON), "the gas money goes home: {}", said.nano());
}

#[test]
fn two_thirds_need_ten_of_fifteen() {
    let class = |setup: &mut serde_json::Value| setup["classThreshold"] = json!(10);
    let mut scene = Scene::with(class);
    scene.votes(0..9, YES);
    assert_eq!(scene.outcome(), json!(ACTIVE));
    scene.vote(9, YES).success();
    assert_eq!(scene.outcome(), json!(PASSED));
    let mut scene = Scene::with(class);
    scene.votes(0..5, NO);
    assert_eq!(scene.outcome(), json!(ACTIVE));
    scene.vote(5, NO).success();
    scene.assert_over(REJECTED);
    assert_eq!([scene.info("threshold"), scene.info("classThreshold")], [json!("8"), json!("10")]);
}

#[test]
fn t81_a_sixth_change_is_refused() {
    let mut scene = Scene::new();
    for change in 0..=5 {
        scene.vote(1, if change % 2 == 0 { YES } else { NO }).success();
    }
    let before = scene.balance();
    for _ in 0..50 {
        assert_refused(&scene.vote(1, YES), 155);
    }
    assert_eq!((scene.tally(), scene.balance()), ([0, 1, 0], before));
    scene.vote(2, YES).success();
}

#[test]
fn t81_the_gas_money_covers_every_change_of_every_elector_and_the_execution() {
    let mut scene = Scene::new();
    let full = scene.balance();
    for _ in 0..5 {
        scene.votes(0..ELECTORS, ABSTAIN);
    }
    scene.votes(0..7, YES);
    scene.votes(7..14, NO);
    scene.vote(14, YES).success();
    println!("{} of {} nano a vote", (full - scene.balance()) / (6 * 15), GAS * TON);
    scene.poke("execute").success();
    assert_eq!(scene.heard()[0].name(), "onPassed");
    scene.executed(0).success();
    scene.assert_over(crate::scene::EXECUTED);
}

#[test]
fn t81_below_the_floor_no_vote_is_accepted_and_anybody_may_help() {
    let mut scene = Scene::of(ELECTORS, 1_500_000_000, |_| ());
    let before = scene.balance();
    for _ in 0..20 {
        assert_refused(&scene.vote(1, YES), 160);
    }
    assert_eq!(scene.balance(), before);
    scene.top_up(TON / 2);
    let outcome = scene.vote(1, YES);
    assert_eq!(scene.names(&outcome), ["LowBalance", "VoteCast"]);
    scene.top_up(TON);
    let outcome = scene.vote(2, YES);
    assert_eq!(scene.names(&outcome), ["VoteCast"]);
}

#[test]
fn votes_outside_of_their_time_and_other_choices_are_refused() {
    let mut scene = Scene::with(|setup| {
        let start = setup["start"].as_u64().expect("a time") + 1000;
        setup["start"] = json!(start);
    });
    assert_eq!(scene.outcome(), json!(PENDING));
    assert_refused(&scene.vote(1, YES), 152);
    scene.world.now += 999;
    assert_eq!(scene.outcome(), json!(ACTIVE));
    for choice in [0, 4, 255] {
        assert_refused(&scene.vote(1, choice), 155);
    }
    scene.vote(1, YES).success();
    scene.world.now += crate::scene::PERIOD - 1001;
    scene.vote(2, YES).success();
    scene.world.now += 1;
    assert_refused(&scene.vote(3, YES), 301);
    assert_eq!(scene.outcome(), json!(ACTIVE), "nobody has closed it yet");
    assert_eq!(scene.tally(), [2, 0, 0]);
}

#[test]
fn t01_a_replayed_vote_is_refused() {
    let mut scene = Scene::new();
    let message = scene.message(1, "vote", &ballot(YES));
    scene.world.send(&message).success();
    assert_refused(&scene.world.send(&message), 52);
    scene.vote(1, NO).success();
    assert_refused(&scene.world.send(&message), 52);
    scene.world.now += 3600;
    assert_refused(&scene.world.send(&message), 57);
    assert_eq!(scene.tally(), [0, 1, 0]);
}

#[test]
fn t02_a_fast_clock_binds_its_own_signer_only() {
    let mut scene = Scene::new();
    let vote = ballot(YES);
    scene.call_at(1, "vote", &vote, 299_000, 60).success();
    assert_refused(&scene.call_at(2, "vote", &vote, 300_000, 60), 57);
    assert_refused(&scene.vote(1, NO), 52);
    scene.vote(2, YES).success();
    // The same millisecond for two electors is no conflict (T03).
    scene.call_at(3, "vote", &vote, 5, 60).success();
    scene.call_at(4, "vote", &vote, 5, 60).success();
}

#[test]
fn t07_votes_live_a_day_and_cancellations_an_hour() {
    let mut scene = Scene::new();
    let vote = ballot(YES);
    assert_refused(&scene.call_at(1, "vote", &vote, 1, 0), 57);
    assert_refused(&scene.call_at(1, "vote", &vote, 1, 86_401), 57);
    scene.call_at(1, "vote", &vote, 1, 86_400).success();
    let nothing = json!({});
    let mut scene = Scene::new();
    assert_refused(&scene.call_at(0, "cancel", &nothing, 1, 0), 57);
    assert_refused(&scene.call_at(0, "cancel", &nothing, 1, 3601), 57);
    scene.call_at(0, "cancel", &nothing, 1, 3600).success();
}

#[test]
fn t07_nothing_that_was_signed_before_the_proposal_existed_is_taken() {
    let mut scene = Scene::new();
    let vote = ballot(YES);
    assert_refused(&scene.call_at(1, "vote", &vote, -1000, 60), 52);
    assert_refused(&scene.call_at(0, "cancel", &json!({}), -1000, 60), 52);
    scene.call_at(1, "vote", &vote, -999, 60).success();
}

#[test]
fn t06_votes_and_pokes_are_accepted_inside_the_credit_at_full_size() {
    let mut scene = Scene::with(|setup| {
        setup["link"] = json!("l".repeat(256));
        setup["excluded"] = json!({ public_json(&key(14)): true });
    });
    let mut worst = 0;
    let mut measure = |scene: &Scene, name: &str, message: &ton_abi::Cell| {
        let gas = scene.world.gas_before_accept(message).unwrap_or_else(|e| panic!("{name}: {e}"));
        println!("{gas:>8}  {name}");
        worst = worst.max(gas);
    };
    let cancel = scene.message(0, "cancel", &json!({}));
    measure(&scene, "cancel", &cancel);
    scene.vote(0, ABSTAIN).success();
    let cancel = scene.message(0, "cancel", &json!({}));
    measure(&scene, "cancel after an own vote", &cancel);
    scene.votes(1..14, ABSTAIN);
    for member in 0..14 {
        let vote = scene.message(member, "vote", &ballot(YES));
        measure(&scene, "vote", &vote);
    }
    let header = scene.world.header(None);
    let execute = scene.contract.unsigned("execute", &json!({}), &header);
    let close = scene.contract.unsigned("close", &json!({}), &header);
    scene.votes(0..8, YES);
    measure(&scene, "execute", &execute);
    scene.world.now += crate::scene::GRACE;
    measure(&scene, "close", &close);
    assert!(worst < BEFORE_ACCEPT, "{worst} gas before acceptance");
}

#[test]
fn t05_strangers_burn_no_gas() {
    let mut scene = Scene::new();
    let before = scene.world.balance(&scene.contract.address);
    for n in 0..60 {
        assert_refused(&scene.vote(100 + n, YES), 300);
        assert_refused(&scene.cancel(100 + n), 307);
        assert_refused(&scene.poke("close"), 153);
        assert_refused(&scene.poke("execute"), 302);
    }
    assert_eq!(scene.world.balance(&scene.contract.address), before);
    assert_ne!(before, Nano(0));
}
