//! Contests as a whole: entries, jury, tally, payouts.

use serde_json::{Value, json};
use workspace_tests::community::{Community, DAY, TON, document, number, wallet};
use workspace_tests::world::{Contract, key, public_json};

/// Jurors that the jury contest of the stories brings.
pub(crate) const JURORS: [u8; 5] = [50, 51, 52, 53, 54];
/// Contestants who win the jury contest and become jurors.
pub(crate) const WINNERS: [u8; 3] = [100, 101, 102];

/// A community with the money of stage 1.
pub(crate) fn funded() -> Community {
    let mut community = Community::found();
    community.grant(673_120 * TON);
    community.fund_stage(1, 673_120 * TON);
    community
}

/// A contest of the plan with its exact budget; it opens in two days. Half of the fund is the first prize.
pub(crate) fn spec(community: &Community, stage: u8, item: u8, topic: u8, fund: u128) -> Value {
    let open = community.world.now + 2 * DAY;
    let fund = fund * TON;
    json!({
        "kind": 0, "stage": stage, "item": item, "topic": topic, "title": format!("Contest {item}"),
        "docLink": "ipfs://contest", "docHash": document(1), "termsHash": document(2), "needDod": false,
        "prizes": [(fund / 2).to_string(), (fund * 3 / 10).to_string(), (fund / 5).to_string()],
        "proRata": false, "fund": fund.to_string(), "juryBps": 1000, "orgBps": 200,
        "openAt": open, "entriesEnd": open + 7 * DAY, "commitSpan": 2 * DAY, "revealSpan": 2 * DAY,
        "confirmWindow": 14 * DAY, "minJurors": 3, "minScores": 2, "maxEntries": 64,
        "entryDeposit": (5 * TON).to_string(), "isSealed": false, "seats": 0,
        "author": wallet(0).to_string(), "dependsOn": [], "bootstrapJury": [],
    })
}

/// The jury contest of stage 1 with the jurors that it brings.
pub(crate) fn jury_contest(community: &mut Community) -> Value {
    for n in JURORS {
        community.world.puppets.insert(wallet(n));
    }
    let jurors: Vec<_> = JURORS
        .iter()
        .map(|n| json!({ "key": public_json(&key(*n)), "addr": wallet(*n).to_string() }))
        .collect();
    let mut spec = spec(community, 1, 1, 1, 1_000);
    spec["kind"] = json!(1);
    spec["seats"] = json!(3);
    spec["bootstrapJury"] = json!(jurors);
    spec
}

/// Entries of `contestants` up to the end of entries.
pub(crate) fn enter(community: &mut Community, contest: &Contract, contestants: &[u8]) {
    let info = phase_info(community, contest);
    community.world.now = community.world.now.max(number(&info["openAt"]) as u32);
    for n in contestants {
        community.enter(contest, *n);
    }
    let entered = number(&phase_info(community, contest)["entries"]);
    assert_eq!(entered, contestants.len() as u128, "everybody is in");
}

/// A jury that agrees on `scores` (0 rejects), and the tally.
pub(crate) fn judge(community: &mut Community, contest: &Contract, jurors: &[u8], scores: &[(u8, u8)]) {
    let info = phase_info(community, contest);
    community.world.now = community.world.now.max(number(&info["entriesEnd"]) as u32);
    community.poke(contest, "drawJury", &json!({}));
    let card = community.card(contest, scores);
    for n in jurors {
        community.commit(contest, *n, &card);
    }
    community.world.now = number(&phase_info(community, contest)["commitEnd"]) as u32;
    for n in jurors {
        community.reveal(contest, *n, &card);
    }
    community.world.now = number(&phase_info(community, contest)["revealEnd"]) as u32;
    community.poke(contest, "advance", &json!({}));
}

/// All payouts of a payable contest and its settlement.
pub(crate) fn settle(community: &mut Community, contest: &Contract) {
    assert_eq!(community.phase(contest), 9, "Payable");
    community.poke(contest, "payNext", &json!({ "n": 20 }));
    community.wait(DAY + 1);
    community.poke(contest, "settle", &json!({}));
    assert_eq!(community.phase(contest), 11, "Closed");
}

/// The jury contest from its launch to its end: its three winners are jurors then.
pub(crate) fn with_jury(community: &mut Community) -> Contract {
    let spec = jury_contest(community);
    let contest = community.launch(&spec);
    enter(community, &contest, &WINNERS);
    judge(community, &contest, &JURORS, &[(1, 9), (2, 7), (3, 5)]);
    community.confirm_oldest(0..8);
    settle(community, &contest);
    contest
}

/// Member `n` puts the record of a contest into the catalog.
pub(crate) fn publish(community: &mut Community, n: u8, contest: u32) {
    let registry = community.registry.clone();
    let record = json!({ "contestId": contest, "recordHash": document(9), "link": "ipfs://record" });
    community.call(&registry, n, "publish", &record).success();
}

/// What `getPhase` says.
pub(crate) fn phase_info(community: &Community, contest: &Contract) -> Value {
    community.get(contest, "getPhase", &json!({}))["info"].clone()
}
