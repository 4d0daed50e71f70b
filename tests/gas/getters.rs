//! What getters need, at the moments of the play when their contracts are fullest.

use std::collections::BTreeMap;

use chain::{Config, ConfigOptions, ExecContext, LOCAL_GAS};
use serde_json::{Value, json};
use ton_abi::{Lt, UnixTime};
use workspace_tests::community::{document, wallet};
use workspace_tests::world::{Contract, key, public_json};

use crate::LIMIT;
use crate::play::{ENTRIES, Play, entrants};
use crate::table::{Cost, Row};

/// Cards of 64 lines on one page: a line costs thousands of gas.
const CARDS: u8 = 3;

/// Getters with their parameters; one that is not listed here is not measured, and the test fails.
fn calls(play: &Play, contract: &str) -> Vec<(&'static str, Value)> {
    let none = || json!({});
    let page = || json!({ "afterId": 0, "limit": 64 });
    let mut calls = vec![("getVersion", none()), ("getReserve", none())];
    calls.extend(match contract {
        "MemberRegistry" => vec![
            ("getStatus", none()),
            ("getMembers", none()),
            ("getMember", json!({ "key": public_json(&key(0)) })),
            ("getThreshold", none()),
            ("getParams", none()),
            ("getCycle", none()),
            ("getCandidates", page()),
            ("getContests", page()),
            ("getContest", json!({ "contestId": 1 })),
            ("getOpenProposals", page()),
            ("getCatalog", page()),
            ("getPending", json!({ "afterNonce": 0, "limit": 64 })),
            ("getUnpublished", json!({ "stage": 1 })),
            ("proposalAddress", json!({ "id": 1 })),
            ("contestAddress", json!({ "contestId": 1 })),
            ("getAddresses", none()),
            ("getCodes", none()),
        ],
        "Proposal" => vec![("getInfo", none()), ("getVotes", none()), ("getOutcome", none())],
        "Treasury" => vec![
            ("getStage", json!({ "number": 1 })),
            ("getStages", none()),
            ("getItems", json!({ "stage": 1 })),
            ("getEscrow", json!({ "contestId": 1 })),
            ("getOrg", none()),
            ("getReservation", json!({ "payId": play.paid.to_string() })),
            ("getLedger", none()),
            ("getAddresses", none()),
        ],
        "ContestEscrow" => contest(play),
        "JuryPool" => vec![
            ("getJurors", json!({ "afterKey": "0", "limit": 128 })),
            ("getJuror", json!({ "key": public_json(&key(play.juror)) })),
            ("getCounts", none()),
            ("getContests", json!({ "afterId": 0, "limit": 100 })),
            ("getContest", json!({ "contestId": 2 })),
            ("getMirror", none()),
            ("isBusy", json!({ "key": public_json(&key(play.juror)) })),
        ],
        _ => vec![("getPolicy", none()), ("getPending", page())],
    });
    calls
}

fn contest(play: &Play) -> Vec<(&'static str, Value)> {
    let none = || json!({});
    let lines: Vec<_> = (1..=ENTRIES)
        .map(|entry| json!({ "entry": entry, "verdict": 0, "score": 5, "comment": document(3) }))
        .collect();
    let card = play.community.card(&play.contests[0], &(1..=ENTRIES).map(|e| (e, 5)).collect::<Vec<_>>());
    let own = wallet(entrants()[0]).to_string();
    vec![
        ("getSpec", none()),
        ("getParties", none()),
        ("getPhase", none()),
        ("getEntries", json!({ "from": 0, "n": ENTRIES })),
        ("getEntry", json!({ "entry": ENTRIES })),
        ("getJury", none()),
        ("getCards", json!({ "from": 0, "n": CARDS })),
        ("getStats", json!({ "entry": ENTRIES })),
        ("getRanking", none()),
        ("getPayouts", json!({ "from": 0, "n": 200 })),
        ("getLedger", none()),
        ("getPending", none()),
        ("hashCard", json!({ "juror": public_json(&key(50)), "salt": document(1), "card": card })),
        ("buildCard", json!({ "lines": lines })),
        ("entryHash", json!({ "wallet": own })),
        ("declarationHash", json!({ "dodHash": document(1) })),
        (
            "sealHash",
            json!({ "wallet": own, "contentHash": document(1), "link": "x".repeat(256), "salt": document(2) }),
        ),
    ]
}

/// Measures all getters of a contract as it is now.
pub(crate) fn measure(play: &Play, name: &str, contract: &Contract, rows: &mut BTreeMap<Row, Cost>) {
    let world = &play.community.world;
    // A local run has no credit; the trace has the one of the configuration.
    let config = Config::with_options(&ConfigOptions {
        gas_credit: LOCAL_GAS,
        gas_limit: LOCAL_GAS,
        ..Default::default()
    });
    let header = ton_abi::Header {
        time: ton_abi::UnixMillis(u64::from(world.now) * 1000),
        expire: UnixTime(world.now + 60),
        pubkey: None,
    };
    for (getter, params) in calls(play, name) {
        let message = contract.unsigned(getter, &params, &header);
        let context = ExecContext::new(UnixTime(world.now), Lt(1));
        let trace = chain::trace(&config, &world.account(&contract.address), &message, &context);
        let trace = trace.unwrap_or_else(|error| panic!("{name}.{getter}: {error}"));
        assert_eq!(trace.exit_code, 0, "{name}.{getter}");
        assert!(trace.gas_used < LIMIT, "{name}.{getter} needs {} gas", trace.gas_used);
        let cost = Cost { gas: trace.gas_used, steps: trace.steps.len(), ..Cost::default() };
        rows.entry(Row::new(name, getter, "getter")).or_default().add(cost);
    }
}
