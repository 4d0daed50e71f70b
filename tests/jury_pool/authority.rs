//! T74: members choose no juror. Every function of the interface, and who may call it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use ton_abi::{Address, Nano};

use crate::pool::{
    ALL_TOPICS, CALL, FIRST, JUROR, JURY_SELECTION, Pool, escrow, k, multisig, payout, registry, seat, terms,
};

/// Who may call a function.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Caller {
    /// The registry by internal message.
    Registry,
    /// The contest that the message names.
    Contest,
    /// A juror with the own key.
    Juror,
    /// Anyone, to no effect but gas money.
    Anyone,
}

/// The whole interface but the getters, with parameters that would work.
fn functions() -> BTreeMap<&'static str, (Caller, Value)> {
    let reserve = json!({ "id": 1, "nonce": "1", "key": k(60) });
    let with_nonce = |mut params: Value| {
        params["nonce"] = json!("1");
        params
    };
    BTreeMap::from([
        ("constructor", (Caller::Registry, json!({ "memberKeys": [k(60)] }))),
        ("authorizeContest", (Caller::Registry, with_nonce(terms(5, JURY_SELECTION, 1, 3, &[])))),
        ("forgetContest", (Caller::Registry, with_nonce(json!({ "contestId": FIRST })))),
        ("reserveMember", (Caller::Registry, reserve.clone())),
        ("releaseMember", (Caller::Registry, reserve)),
        (
            "snapshotFor",
            (Caller::Contest, with_nonce(json!({ "contestId": FIRST, "minJurors": 1, "entrants": {} }))),
        ),
        ("reportWork", (Caller::Contest, with_nonce(json!({ "contestId": FIRST, "seated": {} })))),
        ("admitJuror", (Caller::Contest, with_nonce(seat(FIRST, 60, ALL_TOPICS)))),
        ("setTopics", (Caller::Juror, json!({ "topicMask": 3 }))),
        ("recuse", (Caller::Juror, json!({ "contestId": FIRST }))),
        ("resign", (Caller::Juror, json!({}))),
        ("setAddress", (Caller::Juror, json!({ "addr": payout(77).to_string() }))),
        ("topUp", (Caller::Anyone, json!({}))),
    ])
}

/// Everything that the pool stores, as its getters show it.
fn state(pool: &Pool) -> (Vec<Value>, Value, Vec<String>) {
    let contests = pool.get("getContests", &json!({ "afterId": 0, "limit": 10 }));
    (pool.all_jurors(), contests, pool.mirror())
}

/// What a message from outside the list of callers ends with.
fn refusal(caller: Caller) -> i32 {
    match caller {
        Caller::Registry => 150,
        Caller::Contest => 600,
        Caller::Juror => 601,
        Caller::Anyone => 151,
    }
}

#[test]
fn t74_the_interface_has_no_other_functions() {
    let pool = Pool::new(15);
    let known = functions();
    for function in pool.contract.abi.functions() {
        let name: &str = &function.name;
        assert!(name.starts_with("get") || name == "isBusy" || known.contains_key(name), "{name} is new");
    }
    for name in known.keys().filter(|name| **name != "constructor") {
        pool.contract.abi.function(name).expect("the list names functions that exist");
    }
}

#[test]
fn t74_a_key_of_a_member_opens_nothing() {
    let mut pool = Pool::with_jurors(3);
    let (before, balance) = (state(&pool), pool.balance());
    for (name, (caller, params)) in functions() {
        if name == "constructor" {
            continue;
        }
        for member in [0, 7, 14] {
            pool.refuse_call(member, name, &params, refusal(caller));
        }
    }
    assert_eq!((state(&pool), pool.balance()), (before, balance));
}

#[test]
fn t74_neither_the_multisig_nor_any_other_account_opens_anything() {
    let mut pool = Pool::with_jurors(3);
    let before = state(&pool);
    let strangers: [Address; 3] = [multisig(), payout(0), escrow(77)];
    for (name, (caller, params)) in functions() {
        if matches!(caller, Caller::Anyone) || name == "constructor" {
            continue;
        }
        for stranger in &strangers {
            let message = pool.contract.internal(stranger, Nano::tokens(5), name, &params);
            let done = pool.world.send_internal(message);
            assert_eq!(done[0].view.exit_code(), Some(refusal(caller)), "{name}");
        }
    }
    assert_eq!(state(&pool), before);
}

#[test]
fn t74_the_registry_can_only_do_what_names_no_juror() {
    let mut pool = Pool::with_jurors(3);
    let before = pool.all_jurors();
    for (name, (caller, params)) in functions() {
        if name == "constructor" {
            continue;
        }
        let message = pool.contract.internal(&registry(), CALL, name, &params);
        let done = pool.world.send_internal(message);
        let allowed = matches!(caller, Caller::Registry | Caller::Anyone);
        assert_eq!(done[0].view.is_success(), allowed, "{name}");
    }
    assert_eq!(pool.all_jurors(), before, "no juror came, went or changed");
    // A juror cannot be pushed out by making the key a member.
    assert!(!pool.reserve(&k(JUROR)).ok());
    assert_eq!(pool.all_jurors(), before);
}

#[test]
fn t74_jurors_cannot_act_by_internal_messages() {
    let mut pool = Pool::with_jurors(3);
    for (name, (caller, params)) in functions() {
        if caller == Caller::Juror {
            let message = pool.contract.internal(&payout(JUROR), CALL, name, &params);
            assert_eq!(pool.world.send_internal(message)[0].view.exit_code(), Some(601), "{name}");
        }
    }
}

#[test]
fn a_pool_is_created_once() {
    let mut pool = Pool::with_jurors(3);
    let params = json!({ "memberKeys": [] });
    let again = pool.contract.internal_deploy(&registry(), CALL, &params);
    assert!(!pool.world.send_internal(again)[0].view.is_success());
    assert_eq!(pool.mirror().len(), 15);
}
