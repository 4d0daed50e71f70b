//! SetParams and SetPolicy: every bound (T38), and what they change.

use serde_json::json;
use ton_abi::Nano;

use crate::hall::{DAY, Hall, TON};
use crate::payload::{self, SET_PARAMS, SET_POLICY, account, params, set_params, set_policy};

/// Parameter, least and greatest value. Source: governance 5.5.
const BOUNDS: [(&str, u32, u32); 10] = [
    ("votingDelay", 0, 7 * DAY),
    ("votingPeriod", DAY, 30 * DAY),
    ("grace", DAY, 30 * DAY),
    ("maxPlace", 1, 3),
    ("candidacyCycles", 1, 12),
    ("renewWindow", DAY, 30 * DAY),
    ("juryBpsMax", 0, 1000),
    ("orgBpsMax", 0, 1000),
    ("confirmWindow", 3 * DAY, 30 * DAY),
    ("holdMax", 7 * DAY, 30 * DAY),
];

#[test]
fn t38_parameters_stay_within_their_bounds() {
    let mut hall = Hall::new(15);
    let contract = hall.contract.address.clone();
    hall.world.give(&contract, Nano(1_000 * TON));
    let mut proposer = 0;
    let mut check = |name: &str, value: u32, fits: bool| {
        let mut changed = params();
        changed[name] = json!(value);
        let voters: Vec<u8> = (0..8).map(|n| (proposer + n) % 15).collect();
        let (id, _) = hall.decide_by(SET_PARAMS, &set_params(&changed), voters);
        let expected = if fits { ("Executed", 0) } else { ("Failed", 205) };
        assert_eq!(hall.outcome(id), expected, "{name} = {value}");
        if fits {
            assert_eq!(hall.get("getParams", &json!({}))["params"][name], value.to_string());
            let (back, _) = hall.decide_by(SET_PARAMS, &set_params(&params()), [9, 10, 11, 12, 13, 14, 8, 7]);
            hall.outcome(back);
        } else {
            hall.world.now += 31 * DAY;
            hall.poke_proposal(id, "close").success();
        }
        hall.world.now += 15 * DAY;
        proposer = (proposer + 1) % 15;
    };
    for (name, least, greatest) in BOUNDS {
        if name != "votingDelay" {
            check(name, least, true);
            check(name, greatest, true);
        }
        if least > 0 {
            check(name, least - 1, false);
        }
        check(name, greatest + 1, false);
    }
}

#[test]
fn t38_a_voting_delay_is_kept() {
    let mut hall = Hall::new(15);
    let mut changed = params();
    changed["votingDelay"] = json!(7 * DAY);
    hall.decide(SET_PARAMS, &set_params(&changed));
    let id = hall.propose(0, payload::SIGNAL, &payload::signal(1, false));
    assert_eq!(hall.outcome(id).0, "Pending");
    let early = hall.vote(id, 0, 1);
    assert_eq!((early.refused(), early.code()), (true, 152));
    hall.world.now += 7 * DAY;
    hall.vote(id, 0, 1).success();
}

#[test]
fn t38_the_bounds_of_membership_are_fixed_in_the_first_cycle() {
    let mut hall = Hall::new(15);
    for (name, value) in [("minMembers", 9), ("minMembers", 11), ("maxMembers", 14), ("maxMembers", 16)] {
        let mut changed = params();
        changed[name] = json!(value);
        hall.fails(SET_PARAMS, &set_params(&changed), 205);
        hall.world.now += DAY;
    }
    assert_eq!(hall.get("getParams", &json!({}))["params"]["minMembers"], "10");
}

#[test]
fn the_policy_of_the_multisig_is_set() {
    let mut hall = Hall::new(15);
    let list = [account(1), account(2)];
    let (id, _) = hall.decide(SET_POLICY, &set_policy(&list, 1_000 * TON));
    assert_eq!(hall.outcome(id), ("Executed", 0));
    let policy = hall.take("setPolicy");
    assert_eq!(policy.to, hall.multisig);
    assert_eq!(policy.params["treasury"], hall.treasury.to_string());
    assert_eq!(policy.params["allowlist"], json!(list.map(|a| a.to_string())));
    assert_eq!(policy.params["freeLimit"], (1_000 * TON).to_string());
}

#[test]
fn a_policy_has_eight_addresses_and_a_thousand_ton_at_most() {
    let mut hall = Hall::new(15);
    hall.fails(SET_POLICY, &set_policy(&[], 1_000 * TON + 1), 155);
    hall.fails(SET_POLICY, &set_policy(&[account(0)], TON), 161);
    let nine: Vec<_> = (1..10).map(account).collect();
    let outcome = hall.try_propose(0, SET_POLICY, &set_policy(&nine, TON));
    assert_eq!(hall.events(outcome.success())[0].0, "ProposalDropped");
    assert!(!hall.names().contains(&"setPolicy".to_owned()));
}
