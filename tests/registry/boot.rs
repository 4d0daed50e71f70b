//! From the first message to a live registry (5.5, 5.11 flow 1; T09, T38, T40).

use serde_json::json;
use workspace_tests::compiled::contract;
use workspace_tests::world::key;

use crate::hall::{CODES, DAY, DEPLOYER, Hall, TON, code, founding, k, stranger};
use crate::payload::{self, account, base64, params, plan};

#[test]
fn a_registry_is_live_when_codes_and_plan_are_there() {
    let mut hall = Hall::founded(&founding(15));
    assert_eq!(hall.status("status"), 0);
    assert_eq!(hall.status("members"), 15);
    for number in 0..CODES.len() {
        let outcome = hall.bring_code(number);
        assert_eq!(hall.events(outcome.success())[0].0, "CodeSet");
        assert!(hall.world.inbox.is_empty(), "nothing is deployed before all is there");
    }
    let outcome = hall.bring_plan();
    let events = hall.events(outcome.success());
    assert_eq!(events.iter().map(|e| e.0.as_str()).collect::<Vec<_>>(), ["PlanSet", "Initialized"]);
    assert_eq!(hall.status("status"), 1);
    let addresses = hall.get("getAddresses", &json!({}));
    assert_eq!(addresses["treasury"], hall.treasury.to_string());
    assert_eq!(addresses["juryPool"], hall.jury_pool.to_string());
    assert_eq!(addresses["multisig"], hall.multisig.to_string());
    assert_eq!(addresses["mainGiver"], account(0xAA).to_string());
    assert_eq!(addresses["declaredWallet"], account(0xAB).to_string());

    let sent = hall.inbox();
    let order: Vec<_> = sent.iter().map(|s| (s.to.clone(), s.name.as_str(), s.value.0)).collect();
    assert_eq!(
        order,
        [
            (hall.jury_pool.clone(), "deploy", 2 * TON),
            (hall.treasury.clone(), "deploy", 2 * TON),
            (hall.multisig.clone(), "deploy", 2 * TON),
            (hall.multisig.clone(), "setPolicy", TON),
        ]
    );
    let policy = &sent[3].params;
    assert_eq!(policy["treasury"], hall.treasury.to_string());
    assert_eq!(policy["mainGiver"], account(0xAA).to_string());
    assert_eq!(policy["allowlist"], json!([]));
    assert_eq!(policy["freeLimit"], (100 * TON).to_string());
}

#[test]
fn the_children_get_members_threshold_and_plan() {
    let mut hall = Hall::founded(&founding(11));
    for number in 0..CODES.len() {
        hall.bring_code(number).success();
    }
    hall.bring_plan().success();
    let sent = hall.inbox();
    let decode = |name: &str, at: usize| {
        let abi = contract(&format!("{name}.tsol"), None, &json!({})).abi;
        abi.decode_internal_call(sent[at].view.body.as_ref().expect("a body")).expect("a constructor").json()
    };
    let members: Vec<_> = (0..11).map(k).collect();
    assert_eq!(decode("JuryPool", 0)["memberKeys"], json!(members));
    let treasury = decode("Treasury", 1);
    assert_eq!(treasury["multisig"], hall.multisig.to_string());
    assert_eq!(treasury["mainGiver"], account(0xAA).to_string());
    assert_eq!(treasury["plan"], base64(&plan()));
    let multisig = decode("Multisig", 2);
    assert_eq!(multisig["owners"], json!(members));
    assert_eq!(multisig["reqConfirms"], "6", "11 / 2 + 1");
}

#[test]
fn codes_are_locked_by_their_hashes() {
    let mut hall = Hall::founded(&founding(15));
    let other = json!({ "kind": 0, "code": base64(&code(CODES[1])) });
    hall.refuse_poke("setCode", &other, 162);
    hall.refuse_poke("setPlan", &json!({ "plan": base64(&payload::admit(1)) }), 162);
    hall.bring_code(0).success();
    let again = json!({ "kind": 0, "code": base64(&code(CODES[0])) });
    hall.refuse_poke("setCode", &again, 211);
    hall.bring_plan().success();
    hall.refuse_poke("setPlan", &json!({ "plan": base64(&plan()) }), 211);
    let beyond = json!({ "kind": 5, "code": base64(&code(CODES[0])) });
    let outcome = hall.poke("setCode", &beyond);
    assert!(outcome.refused(), "there are five kinds of codes");
}

#[test]
fn an_internal_message_may_bring_a_code_as_well() {
    let mut hall = Hall::founded(&founding(15));
    let params = json!({ "kind": 2, "code": base64(&code(CODES[2])) });
    let (exit, events) = hall.tell(&stranger(), "setCode", &params);
    assert_eq!((exit, events[0].0.as_str()), (0, "CodeSet"));
    assert_eq!(hall.get("getCodes", &json!({}))["present"], "4");
}

#[test]
fn nobody_but_the_registry_deploys_children_or_acts_for_it() {
    let mut hall = Hall::founded(&founding(15));
    for (function, params) in [
        ("initOne", json!({ "step": 2 })),
        ("deployOne", json!({ "id": 1 })),
        ("sendOne", json!({ "nonce": 1 })),
        ("syncOne", json!({})),
    ] {
        let (exit, events) = hall.tell(&stranger(), function, &params);
        assert_eq!((exit, events.len()), (150, 0), "{function}");
        let outcome = hall.poke(function, &params);
        assert!(outcome.refused(), "{function}");
    }
}

#[test]
fn members_cannot_act_before_it_is_live() {
    let mut hall = Hall::founded(&founding(15));
    hall.refuse(0, "attest", &json!({ "docHash": payload::hash(1) }), 213);
    let params = Hall::proposal_params(payload::SIGNAL, &payload::signal(1, false));
    hall.refuse(0, "propose", &params, 213);
    hall.refuse_poke("resync", &json!({}), 213);
}

#[test]
fn t40_the_deploy_key_has_no_power_once_the_registry_is_live() {
    let mut hall = Hall::new(15);
    let text = json!({ "docHash": payload::hash(1) });
    hall.refuse(DEPLOYER, "attest", &text, 200);
    hall.refuse(DEPLOYER, "resign", &json!({}), 200);
    hall.refuse(DEPLOYER, "quickHold", &json!({ "contestId": 1 }), 200);
    let profile = json!({ "payout": account(1).to_string(), "profileHash": payload::hash(1) });
    hall.refuse(DEPLOYER, "setProfile", &profile, 200);
    let record = json!({ "contestId": 1, "recordHash": payload::hash(1), "link": "" });
    hall.refuse(DEPLOYER, "publish", &record, 200);
    let params = Hall::proposal_params(payload::SIGNAL, &payload::signal(1, false));
    hall.refuse(DEPLOYER, "propose", &params, 200);
    for (number, name) in CODES.into_iter().enumerate() {
        let again = json!({ "kind": number, "code": base64(&code(name)) });
        hall.refuse(DEPLOYER, "setCode", &again, 211);
    }
    hall.refuse(DEPLOYER, "setPlan", &json!({ "plan": base64(&plan()) }), 211);
    let header = hall.world.header(Some(&key(DEPLOYER)));
    let again = hall.contract.deploy(&key(DEPLOYER), &founding(15), &header);
    assert!(hall.world.send(&again).refused(), "there is one constructor call");
}

#[test]
fn t09_unusable_sets_of_members_are_refused() {
    let check = |params: serde_json::Value, code: i32| {
        let (hall, outcome) = Hall::deploy(&params);
        assert_eq!(outcome.code(), code);
        let status = hall.world.getter(&hall.contract, "getStatus", &json!({}));
        assert!(status.is_err(), "nothing was created");
    };
    check(founding(9), 155);
    check(founding(16), 155);
    let mut zero = founding(15);
    zero["keys"][4] = json!(payload::hash(0));
    check(zero, 117);
    let mut twice = founding(15);
    twice["keys"][4] = twice["keys"][3].clone();
    check(twice, 117);
    let mut few = founding(12);
    few["params"]["maxMembers"] = json!(11);
    check(few, 155);
    let mut giver = founding(15);
    giver["mainGiver"] = json!(account(0).to_string());
    check(giver, 161);
    let mut codes = founding(15);
    codes["codeHashes"].as_array_mut().expect("a list").pop();
    check(codes, 155);
    let mut cycles = founding(15);
    cycles["cycleBounds"] = json!([1_690_000_000]);
    check(cycles, 155);
    let mut order = founding(15);
    order["cycleBounds"] = json!([1_690_000_000, 1_690_000_000]);
    check(order, 153);
    let mut bounds = founding(15);
    bounds["params"]["grace"] = json!(DAY - 1);
    check(bounds, 205);
}

#[test]
fn only_the_deploy_key_founds() {
    let (mut hall, _) = Hall::deploy(&founding(15));
    let other = contract("MemberRegistry.tsol", Some(&key(DEPLOYER)), &json!({ "nonce": "8" }));
    hall.world.give(&other.address, ton_abi::Nano(100 * TON));
    let header = hall.world.header(Some(&key(3)));
    let outcome = hall.world.send(&other.deploy(&key(3), &founding(15), &header));
    assert!(outcome.refused());
    assert_eq!(outcome.code(), 100);
}

#[test]
fn the_getters_say_what_was_fixed() {
    let hall = Hall::new(15);
    assert_eq!(hall.members(), (0..15).map(k).collect::<Vec<_>>());
    let expected: serde_json::Map<_, _> = params().as_object().expect("parameters").clone();
    let found = hall.get("getParams", &json!({}))["params"].clone();
    for (name, value) in expected {
        let text = value.as_u64().map_or(value.clone(), |n| json!(n.to_string()));
        assert_eq!(found[&name], text, "{name}");
    }
    let cycle = hall.get("getCycle", &json!({}));
    assert_eq!(cycle["cycle"], "0");
    assert_eq!(cycle["bounds"].as_array().expect("a list").len(), 4);
    let codes = hall.get("getCodes", &json!({}));
    assert_eq!(codes["present"], "31");
    assert_eq!(codes["codeHashes"], founding(15)["codeHashes"]);
    assert_eq!(codes["planHash"], founding(15)["planHash"]);
    assert_eq!(codes["plan"], base64(&plan()));
    assert_eq!(hall.get("getVersion", &json!({}))["version"], "1");
    let reserve = hall.get("getReserve", &json!({}));
    assert_eq!(reserve["minBalance"], (20 * TON).to_string());
    assert_eq!(
        hall.get("proposalAddress", &json!({ "id": 9 }))["addr"],
        hall.proposal(9).address.to_string()
    );
    assert_eq!(hall.get("contestAddress", &json!({ "contestId": 9 }))["addr"], hall.escrow(9).to_string());
}
