//! Launch of a contest: checks, four steps, every way to fail (5.9, 5.11 flow 3; A13, A18, A22, T34).

use serde_json::{Value, json};
use ton_abi::Nano;

use crate::hall::{DAY, Hall, TON, k, keys, strings};
use crate::payload::{self, LAUNCH, account, jury_contest, launch, spec};
use crate::peers::number;

#[test]
fn a_contest_is_reserved_authorised_deployed_and_funded() {
    let mut hall = Hall::new(15);
    let spec = spec(hall.world.now, json!({}));
    let (id, events) = hall.decide(LAUNCH, &launch(&spec));
    assert_eq!(events[0].0, "ContestReserved");
    let escrow = hall.escrow(1);
    let reserve = hall.take("reserve");
    assert_eq!(reserve.to, hall.treasury);
    let fields = ["contestId", "stage", "item", "escrow", "total"].map(|name| reserve.params[name].clone());
    let total = (112_000 * TON).to_string();
    assert_eq!(fields, [json!("1"), json!("1"), json!("2"), json!(escrow.to_string()), json!(total)]);

    let (treasury, pool) = (hall.treasury.clone(), hall.jury_pool.clone());
    hall.done(&treasury, reserve.nonce(), 0);
    let authorize = hall.take("authorizeContest");
    assert_eq!((authorize.nonce(), &authorize.to), (reserve.nonce(), &pool));
    assert_eq!(authorize.params["bootstrap"], json!([]));
    assert_eq!(hall.contest(1)["status"], "0");

    let events = hall.done(&pool, authorize.nonce(), 0);
    assert_eq!(events[0].0, "ContestDeployed");
    let deploy = hall.take("deploy");
    assert_eq!((&deploy.to, deploy.value), (&escrow, Nano(40 * TON)));
    assert_eq!(hall.contest(1)["status"], "1");
    assert_eq!(hall.outcome(id).0, "Passed", "nothing is executed before the budget is there");

    let events = hall.hear(&escrow, "onFunded", &json!({ "contestId": 1 }));
    assert_eq!(events[0].0, "ContestFunded");
    assert_eq!(hall.outcome(id), ("Executed", 0));
    let contest = hall.contest(1);
    assert_eq!((&contest["status"], &contest["proposal"]), (&json!("2"), &json!(id.to_string())));
    assert_eq!(hall.get("getUnpublished", &json!({ "stage": 1 }))["count"], "1");
    assert!(hall.pending().is_empty());
    hall.hear(&escrow, "onFunded", &json!({ "contestId": 1 }));
    assert_eq!(hall.get("getUnpublished", &json!({ "stage": 1 }))["count"], "1", "counted once");
}

#[test]
fn money_decisions_wait_a_day() {
    let mut hall = Hall::new(15);
    let id = hall.propose(0, LAUNCH, &launch(&spec(hall.world.now, json!({}))));
    hall.approve(id, 0..8);
    let early = hall.poke_proposal(id, "execute");
    assert_eq!((early.refused(), early.code()), (true, 303));
    hall.world.now += DAY;
    hall.poke_proposal(id, "execute").success();
    hall.take("reserve");
}

#[test]
fn a_jury_contest_brings_its_jury() {
    let mut hall = Hall::new(15);
    hall.decide(LAUNCH, &launch(&jury_contest(hall.world.now, 30..36)));
    let reserve = hall.take("reserve");
    assert_eq!(reserve.params["total"], (1_120 * TON).to_string());
    let treasury = hall.treasury.clone();
    hall.done(&treasury, reserve.nonce(), 0);
    let authorize = hall.take("authorizeContest");
    assert_eq!(strings(&authorize.params["bootstrap"]), keys(30..36));
    assert_eq!((&authorize.params["kind"], &authorize.params["minJurors"]), (&json!("1"), &json!("3")));
}

/// What is wrong with a contest, and the code that says so.
fn wrong(now: u32) -> Vec<(Value, u64)> {
    let nano = |ton: u128| json!((ton * TON).to_string());
    vec![
        (json!({ "title": "x".repeat(129) }), 154),
        (json!({ "docLink": "x".repeat(257) }), 154),
        (json!({ "juryBps": 1001 }), 205),
        (json!({ "orgBps": 201 }), 205),
        (json!({ "topic": 0 }), 155),
        (json!({ "topic": 6 }), 155),
        (json!({ "topic": 3 }), 204),
        (json!({ "minJurors": 0 }), 155),
        (json!({ "minJurors": 25 }), 155),
        (json!({ "minScores": 0 }), 155),
        (json!({ "maxEntries": 0 }), 155),
        (json!({ "maxEntries": 65 }), 155),
        (json!({ "prizes": [nano(60_000), nano(40_001)] }), 155),
        (json!({ "prizes": ["99999999"] }), 155),
        (json!({ "proRata": true }), 155),
        (json!({ "fund": "0", "prizes": [] }), 155),
        (json!({ "entryDeposit": nano(1_001) }), 155),
        (json!({ "entryDeposit": "1" }), 155),
        (json!({ "entryDeposit": "99999999" }), 155),
        (json!({ "openAt": now + 29 * DAY + 1 + DAY, "entriesEnd": now + 31 * DAY }), 153),
        (json!({ "entriesEnd": now + 2 * DAY - 1, "openAt": now }), 153),
        (json!({ "entriesEnd": now + 400 * DAY }), 153),
        (json!({ "commitSpan": DAY - 1 }), 153),
        (json!({ "revealSpan": DAY - 1 }), 153),
        (json!({ "commitSpan": 366 * DAY }), 153),
        (json!({ "confirmWindow": 14 * DAY - 1 }), 153),
        (json!({ "confirmWindow": 30 * DAY + 1 }), 153),
        (json!({ "dependsOn": [9] }), 152),
        (json!({ "bootstrapJury": [{ "key": k(30), "addr": account(30).to_string() }] }), 204),
        (json!({ "seats": 1 }), 204),
        (json!({ "stage": 0 }), 401),
        (json!({ "stage": 3 }), 401),
        (json!({ "item": 3 }), 407),
        (json!({ "stage": 2, "item": 3 }), 152),
    ]
}

#[test]
fn contests_that_break_a_rule_are_not_launched() {
    let mut hall = Hall::new(15);
    let contract = hall.contract.address.clone();
    hall.world.give(&contract, Nano(1_000 * TON));
    for (at, (changes, code)) in wrong(hall.world.now).into_iter().enumerate() {
        let proposer = u8::try_from(at % 14).expect("small");
        let now = hall.world.now;
        let shifted = spec(now, shift(changes.clone(), now));
        let id = hall.propose(proposer, LAUNCH, &launch(&shifted));
        hall.approve(id, 0..8);
        hall.execute(id);
        assert_eq!(hall.outcome(id), ("Failed", code), "{changes}");
        assert!(!hall.names().contains(&"reserve".to_owned()), "{changes}");
        hall.world.now += 15 * DAY;
        hall.poke_proposal(id, "close").success();
        assert_eq!(hall.outcome(id).0, "Expired");
    }
    assert_eq!(hall.status("contests"), 0);
}

/// Moves the times of a change to the present: those of [`wrong`] are days from its own `now`.
fn shift(mut changes: Value, now: u32) -> Value {
    for name in ["openAt", "entriesEnd"] {
        if let Some(time) = changes.get(name).and_then(Value::as_u64) {
            let offset = time - 1_700_000_000;
            changes[name] = json!(u64::from(now) + offset);
        }
    }
    changes
}

#[test]
fn a_jury_of_members_or_of_one_key_twice_is_refused() {
    let mut hall = Hall::new(15);
    let now = hall.world.now;
    hall.fails(LAUNCH, &launch(&jury_contest(now, [30, 31, 3])), 602);
    hall.fails(LAUNCH, &launch(&jury_contest(now + 5 * DAY, [30, 31, 30])), 204);
    hall.fails(LAUNCH, &launch(&jury_contest(now + 5 * DAY, [30, 31])), 204);
    let mut nowhere = jury_contest(now + 5 * DAY, [30, 31, 32]);
    nowhere["bootstrapJury"][1]["addr"] = json!(account(0).to_string());
    hall.fails(LAUNCH, &launch(&nowhere), 161);
}

#[test]
fn an_item_of_the_plan_waits_for_the_winner_of_another() {
    let mut hall = Hall::new(15);
    let first = hall.launched(&jury_contest(hall.world.now, 30..36));
    hall.finalized(first);
    let now = hall.world.now;
    hall.fails(LAUNCH, &launch(&spec(now, json!({ "stage": 2, "item": 3 }))), 152);
    let escrow = hall.escrow(first);
    hall.hear(&escrow, "onContestClosed", &json!({ "contestId": first, "ending": 1 }));
    let now = hall.world.now;
    let with = json!({ "stage": 2, "item": 3, "dependsOn": [first], "entriesEnd": now + 60 * DAY });
    hall.decide(LAUNCH, &launch(&spec(now, with)));
    hall.take("reserve");
}

#[test]
fn a_contest_without_a_winner_does_not_count() {
    let mut hall = Hall::new(15);
    let first = hall.launched(&jury_contest(hall.world.now, 30..36));
    let escrow = hall.escrow(first);
    hall.hear(&escrow, "onContestClosed", &json!({ "contestId": first, "ending": 3 }));
    assert_eq!(hall.contest(first)["status"], "5");
    let now = hall.world.now;
    hall.fails(LAUNCH, &launch(&spec(now, json!({ "dependsOn": [first] }))), 152);
    hall.fails(LAUNCH, &launch(&spec(now, json!({ "stage": 2, "item": 3 }))), 152);
}

#[test]
fn a_refusal_of_the_jury_pool_gives_the_budget_back() {
    let mut hall = Hall::new(15);
    let (id, _) = hall.decide(LAUNCH, &launch(&jury_contest(hall.world.now, 30..36)));
    let (treasury, pool) = (hall.treasury.clone(), hall.jury_pool.clone());
    let reserve = hall.take("reserve");
    hall.done(&treasury, reserve.nonce(), 0);
    let authorize = hall.take("authorizeContest");
    hall.done(&pool, authorize.nonce(), 600);
    let release = hall.take("release");
    assert_eq!((&release.to, release.nonce()), (&treasury, reserve.nonce()));
    assert_eq!(hall.outcome(id).0, "Passed", "the chain ends with the release");
    let events = hall.done(&treasury, release.nonce(), 0);
    assert_eq!(events[0].0, "ContestNotLaunched");
    assert_eq!(hall.outcome(id), ("Failed", 600));
    assert!(hall.pending().is_empty());
}

#[test]
fn an_escrow_that_cannot_be_deployed_gives_the_budget_back_and_may_be_tried_again() {
    let mut hall = Hall::new(15);
    let (id, _) = hall.decide(LAUNCH, &launch(&spec(hall.world.now, json!({}))));
    let (treasury, pool) = (hall.treasury.clone(), hall.jury_pool.clone());
    let reserve = hall.take("reserve");
    hall.done(&treasury, reserve.nonce(), 0);
    hall.done(&pool, reserve.nonce(), 0);
    let deploy = hall.take("deploy");
    hall.world.bounce(&deploy.view);
    let release = hall.take("release");
    assert_eq!(hall.contest(1)["status"], "0");
    hall.world.bounce(&deploy.view);
    assert!(hall.names().is_empty(), "a bounce counts once");
    hall.done(&treasury, release.nonce(), 0);
    assert_eq!(hall.outcome(id), ("Failed", 500));
    hall.execute(id);
    let reserve = hall.take("reserve");
    assert_eq!(reserve.params["contestId"], "1");
    hall.done(&treasury, reserve.nonce(), 0);
    hall.done(&pool, reserve.nonce(), 0);
    hall.take("deploy");
}

#[test]
fn a_bounced_funding_fails_the_launch_and_the_escrow_is_asked_again() {
    let mut hall = Hall::new(15);
    let (id, _) = hall.decide(LAUNCH, &launch(&spec(hall.world.now, json!({}))));
    let (treasury, pool) = (hall.treasury.clone(), hall.jury_pool.clone());
    let first = hall.take("reserve").nonce();
    hall.done(&treasury, first, 0);
    hall.done(&pool, first, 0);
    hall.take("deploy");
    hall.done(&treasury, first, 402);
    assert_eq!(hall.outcome(id), ("Failed", 402));
    assert_eq!(hall.contest(1)["status"], "1");
    hall.execute(id);
    let second = hall.take("reserve").nonce();
    hall.done(&treasury, second, 0);
    let announce = hall.take("announce");
    assert_eq!((announce.to.clone(), announce.nonce()), (hall.escrow(1), second), "it stands already");
    let escrow = hall.escrow(1);
    hall.done(&escrow, second, 0);
    assert_eq!(hall.outcome(id).0, "Failed", "not funded yet");
    hall.hear(&escrow, "onFunded", &json!({ "contestId": 1 }));
    assert_eq!(hall.outcome(id), ("Executed", 0));
    assert!(hall.pending().is_empty());
}

#[test]
fn an_escrow_that_refuses_gives_the_budget_back() {
    let mut hall = Hall::new(15);
    let (id, _) = hall.decide(LAUNCH, &launch(&spec(hall.world.now, json!({}))));
    let (treasury, pool) = (hall.treasury.clone(), hall.jury_pool.clone());
    let nonce = hall.take("reserve").nonce();
    hall.done(&treasury, nonce, 0);
    hall.done(&pool, nonce, 0);
    hall.world.inbox.clear();
    hall.world.now += DAY;
    hall.poke("resend", &json!({ "nonce": nonce.to_string() })).success();
    let announce = hall.take("announce");
    let escrow = hall.escrow(1);
    hall.done(&escrow, announce.nonce(), 160);
    let release = hall.take("release");
    hall.done(&treasury, release.nonce(), 0);
    assert_eq!(hall.outcome(id), ("Failed", 160));
}

#[test]
fn answers_of_others_do_not_move_a_launch() {
    let mut hall = Hall::new(15);
    hall.decide(LAUNCH, &launch(&spec(hall.world.now, json!({}))));
    let (treasury, pool) = (hall.treasury.clone(), hall.jury_pool.clone());
    let nonce = hall.take("reserve").nonce();
    let answer = json!({ "nonce": nonce.to_string(), "code": 0 });
    let escrow = hall.escrow(1);
    for from in [&pool, &escrow, &hall.multisig.clone(), &account(0x77)] {
        assert_eq!(hall.tell(from, "done", &answer).0, 150);
    }
    assert_eq!(hall.tell(&escrow, "onFunded", &json!({ "contestId": 1 })).0, 0, "a known contest");
    assert_eq!(hall.contest(1)["status"], "0", "but one without a budget");
    hall.done(&treasury, nonce, 0);
    assert_eq!(hall.tell(&treasury, "done", &answer).0, 150, "it is the pool's turn");
    hall.take("authorizeContest");
}

#[test]
fn the_directory_forgets_a_number_that_never_was_deployed() {
    let mut hall = Hall::new(15);
    let (id, _) = hall.decide(LAUNCH, &launch(&spec(hall.world.now, json!({}))));
    let nonce = hall.take("reserve").nonce();
    let treasury = hall.treasury.clone();
    hall.done(&treasury, nonce, 401);
    hall.world.now += 20 * DAY;
    hall.poke_proposal(id, "close").success();
    assert_eq!(hall.outcome(id).0, "Expired");
    let contests = hall.get("getContests", &json!({ "afterId": 0, "limit": 9 }))["contests"].clone();
    assert_eq!(contests, json!([]));
    assert_eq!(hall.status("open"), 0);
    let second = hall.launched(&spec(hall.world.now, json!({})));
    assert_eq!(second, 2, "numbers are not used twice");
}

#[test]
fn a_launch_with_too_little_gas_money_fails_at_once() {
    let mut hall = Hall::new(15);
    let mut n = 0;
    while hall.world.balance(&hall.contract.address).0 > 66 * TON {
        hall.propose(1 + n / 5, payload::SIGNAL, &payload::signal(n, false));
        n += 1;
    }
    let id = hall.propose(0, LAUNCH, &launch(&spec(hall.world.now, json!({}))));
    hall.approve(id, 0..8);
    hall.execute(id);
    assert_eq!(hall.outcome(id), ("Failed", 160));
    let contract = hall.contract.address.clone();
    hall.world.give(&contract, Nano(300 * TON));
    hall.execute(id);
    assert_eq!(number(&hall.take("reserve").params["contestId"]), 1);
}

#[test]
fn a_launch_that_never_heard_of_its_money_ends_with_the_contest() {
    let mut hall = Hall::new(15);
    let (id, _) = hall.decide(LAUNCH, &launch(&spec(hall.world.now, json!({}))));
    let (treasury, pool) = (hall.treasury.clone(), hall.jury_pool.clone());
    let nonce = hall.take("reserve").nonce();
    hall.done(&treasury, nonce, 0);
    hall.done(&pool, nonce, 0);
    hall.take("deploy");
    hall.world.now += 90 * DAY;
    let escrow = hall.escrow(1);
    hall.hear(&escrow, "onContestClosed", &json!({ "contestId": 1, "ending": 3 }));
    assert!(hall.pending().is_empty());
    assert_eq!(hall.outcome(id), ("Executed", 0));
    assert_eq!(hall.status("open"), 0, "the slot is free");
    assert_eq!(
        hall.get("getUnpublished", &json!({ "stage": 1 }))["count"],
        "1",
        "its result is to be published"
    );
}
