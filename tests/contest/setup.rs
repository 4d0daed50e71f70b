//! What a contest is founded on: its bounds, its budget, its gas money, and who may speak to it.

use serde_json::{Value, json};

use crate::scenes::{WAIT, exhaust, master, pending, plain};
use crate::support::{
    CALL, Contest, DAY, DESK, FLOOR, GAS, ID, TON, hash, jurors, multisig, pool, registry, stranger,
    treasury, wallet,
};

type Change = fn(&mut Value, &mut Value);

#[test]
fn only_the_registry_founds_a_contest() {
    for from in [stranger(), treasury(), multisig(), pool()] {
        let (_, step) = Contest::deploy_by(&from, GAS, plain);
        step.fails(150).message("bounced");
    }
}

#[test]
fn a_contest_outside_the_bounds_is_not_founded() {
    let bad: [(i32, Change); 20] = [
        (161, |_, setup| setup["treasury"] = json!(format!("0:{}", "0".repeat(64)))),
        (161, |_, setup| setup["multisig"] = json!(master().to_string())),
        (161, |_, setup| setup["juryPool"] = json!(master().to_string())),
        (155, |spec, _| spec["prizes"] = json!(vec![TON.to_string(); 33])),
        (155, |spec, _| spec["prizes"] = json!([(1000 * TON + 1).to_string()])),
        (4, |spec, _| spec["prizes"] = json!([u128::MAX.to_string(), "1"])),
        (155, |spec, _| spec["maxEntries"] = json!(0)),
        (155, |spec, _| spec["entryDeposit"] = json!((TON / 10 - 1).to_string())),
        (155, |spec, _| spec["maxEntries"] = json!(65)),
        (155, |spec, _| spec["minJurors"] = json!(0)),
        (155, |spec, _| spec["minJurors"] = json!(25)),
        (155, |spec, _| spec["minScores"] = json!(0)),
        (155, |spec, _| spec["bootstrapJury"] = jurors(0..25)),
        (155, |spec, _| spec["openAt"] = spec["entriesEnd"].clone()),
        (155, |spec, _| spec["entriesEnd"] = json!(1_700_000_000 + 365 * DAY + 1)),
        (155, |spec, _| spec["commitSpan"] = json!(DAY - 1)),
        (155, |spec, _| spec["commitSpan"] = json!(365 * DAY + 1)),
        (155, |spec, _| spec["revealSpan"] = json!(DAY - 1)),
        (155, |spec, _| spec["confirmWindow"] = json!(365 * DAY + 1)),
        (155, |_, setup| setup["holdMax"] = json!(365 * DAY + 1)),
    ];
    for (row, (code, change)) in bad.into_iter().enumerate() {
        let (_, step) = Contest::deploy(change);
        assert_eq!(step.code, code, "row {row}");
        step.fails(code).message("bounced");
    }
    let widest: Change = |spec, setup| {
        spec["prizes"] = json!(vec![(1000 * TON / 32).to_string(); 32]);
        spec["entriesEnd"] = json!(1_700_000_000 + 365 * DAY);
        spec["commitSpan"] = json!(365 * DAY);
        spec["minJurors"] = json!(24);
        setup["holdMax"] = json!(365 * DAY);
    };
    Contest::created(widest).expect_phase("Created");
}

#[test]
fn a_second_deploy_changes_nothing() {
    let mut contest = Contest::funded(plain);
    let before = contest.get("getSpec", &json!({}));
    let setup = json!({ "treasury": wallet(1).to_string(), "multisig": wallet(1).to_string(),
        "juryPool": wallet(1).to_string(), "members": {}, "forbidMembers": false, "holdMax": 0,
        "spec": crate::support::base64(&ton_abi::Cell::default()) });
    let again = contest.call(&registry(), GAS, "constructor", &json!({ "nonce": "2", "setup": setup }));
    assert_ne!(again.code, 0, "there is one constructor call in a life");
    assert_eq!(contest.get("getSpec", &json!({})), before);
    contest.expect_phase("Funded");
}

#[test]
fn the_budget_is_booked_once_and_in_full_or_goes_home() {
    let mut contest = Contest::created(plain);
    let total = contest.total();
    let fund = |contest: &mut Contest, value: u128, id: u32| {
        contest.call(&treasury(), value, "fund", &json!({ "contestId": id, "nonce": "1" }))
    };
    let params = json!({ "contestId": ID, "nonce": "1" });
    contest.call(&stranger(), total + CALL, "fund", &params).fails(150);
    contest.call(&registry(), total + CALL, "fund", &params).fails(150);
    fund(&mut contest, total + CALL, ID + 1).fails(157);
    let back = fund(&mut contest, total + CALL / 2 - 1, ID).fails(151);
    assert!(back.message("bounced").value > total, "a part of the budget goes home");
    assert_eq!((contest.sum("budget", "funded"), contest.phase()), (0, "Created"));
    fund(&mut contest, total + CALL / 2, ID).ok().message("fundAck");
    let back = fund(&mut contest, total + CALL, ID).fails(152);
    assert!(back.message("bounced").value > total, "a second budget goes home");
    assert_eq!((contest.sum("budget", "funded"), contest.phase()), (total, "Funded"));
}

#[test]
fn a_contest_without_gas_money_takes_no_budget_until_it_is_topped_up() {
    let (mut contest, step) = Contest::deploy_by(&registry(), 3 * TON, plain);
    step.ok().message("escrowReady");
    contest.fund().fails(160).message("bounced");
    assert_eq!(contest.order("announce", json!({})).ok().answer(), 160);
    contest.call(&stranger(), DESK - 1, "topUp", &json!({})).fails(151);
    let step = contest.call(&stranger(), 5 * TON, "topUp", &json!({})).ok();
    assert_eq!(step.event("ToppedUp")["value"], json!((5 * TON).to_string()));
    assert_eq!(contest.order("announce", json!({})).ok().answer(), 0);
    contest.fund().ok();
    contest.expect_phase("Funded");
}

#[test]
fn the_registry_can_have_the_budget_asked_for_again() {
    let mut contest = Contest::created(plain);
    let params = json!({ "contestId": ID, "nonce": "5" });
    contest.call(&treasury(), CALL, "announce", &params).fails(150);
    contest.call(&registry(), CALL - 1, "announce", &params).fails(151);
    contest.call(&registry(), CALL, "announce", &json!({ "contestId": 8, "nonce": "5" })).fails(157);
    // The treasury had no money: the request is closed, and only announce asks anew.
    contest.done(&treasury(), &json!("1"), 402).ok();
    contest.poke("resend", &json!({ "nonce": "1" })).fails(157);
    let step = contest.order("announce", json!({})).ok();
    assert_eq!((step.answer(), &step.message("escrowReady").params["nonce"]), (0, &json!("2")));
    let ready = step.message("escrowReady").clone();
    assert_eq!(contest.bounce(&ready).event("Answered"), &json!({ "nonce": "2", "code": "65535" }));
    contest.order("announce", json!({})).ok();
    contest.fund().ok();
    let step = contest.order("announce", json!({})).ok();
    assert_eq!((step.answer(), &step.message("onFunded").to), (0, &registry()));
    assert!(step.sent.iter().all(|sent| sent.name != "escrowReady"), "the budget is asked for once");
}

#[test]
fn a_request_for_the_budget_without_an_answer_can_be_repeated() {
    let mut contest = Contest::created(plain);
    let nonce = json!({ "nonce": pending(&contest) });
    contest.poke("resend", &nonce).fails(153);
    contest.world.now += WAIT;
    contest.poke("resend", &nonce).ok().message("escrowReady");
    contest.world.now += WAIT;
    contest.poke("resend", &nonce).fails(153);
    contest.world.now += WAIT;
    contest.poke("resend", &nonce).ok().message("escrowReady");
    contest.poke("resend", &json!({ "nonce": "99" })).fails(157);
}

#[test]
fn every_door_of_another_contract_is_closed_to_all_others() {
    let mut contest = Contest::open(plain);
    let id_and_nonce = |extra: Value| {
        let mut params = json!({ "contestId": ID, "nonce": "3" });
        for (name, value) in extra.as_object().expect("an object") {
            params[name] = value.clone();
        }
        params
    };
    let doors = [
        ("fund", Some(treasury()), id_and_nonce(json!({}))),
        ("announce", Some(registry()), id_and_nonce(json!({}))),
        ("extend", Some(registry()), id_and_nonce(json!({ "phase": 2, "time": 2_000_000_000 }))),
        ("hold", Some(registry()), id_and_nonce(json!({ "until": 2_000_000_000 }))),
        ("onJury", Some(pool()), id_and_nonce(json!({ "jurors": jurors(0..3) }))),
        ("confirmed", Some(multisig()), json!({ "nonce": "3", "hash": hash(1) })),
        ("work", None, json!({ "job": 2, "arg": "0" })),
    ];
    let before = contest.info();
    for (function, owner, params) in doors {
        for from in [registry(), treasury(), multisig(), pool(), stranger(), wallet(1)] {
            if Some(&from) != owner.as_ref() {
                contest.call(&from, CALL, function, &params).fails(150);
            }
        }
    }
    for from in [multisig(), stranger(), wallet(1)] {
        contest.call(&from, CALL, "done", &json!({ "nonce": "1", "code": 0 })).fails(150);
    }
    assert_eq!(contest.info(), before);
}

#[test]
fn plain_money_is_gas_money() {
    let mut contest = Contest::funded(plain);
    let before = contest.get("getLedger", &json!({}));
    let balance = contest.balance();
    contest.world.give(&contest.contract.address.clone(), ton_abi::Nano(TON));
    contest.audit();
    assert_eq!(contest.get("getLedger", &json!({})), before);
    assert!(contest.balance() > balance + TON * 9 / 10);
    let reserve = contest.get("getReserve", &json!({}));
    assert_eq!(crate::support::number(&reserve["minBalance"]), contest.total() + FLOOR);
}

#[test]
fn an_exhausted_contest_refuses_requests_that_would_cost_the_budget() {
    let mut contest = Contest::funded(plain);
    exhaust(&mut contest);
    assert!(crate::scenes::spare(&contest) < FLOOR);
    contest.world.now = contest.time("openAt");
    contest.poke("advance", &json!({})).fails(160);
    contest.call(&stranger(), 2 * TON, "topUp", &json!({})).ok();
    contest.poke("advance", &json!({})).ok();
}
