//! Contests from the launch to the last payout (governance 5.11, flow 3).

use serde_json::json;
use workspace_tests::community::{TON, number, wallet};

use crate::arena::{JURORS, WINNERS, enter, funded, judge, jury_contest, settle};

#[test]
fn a_jury_contest_pays_everybody_and_fills_the_pool() {
    let mut community = funded();
    let spec = jury_contest(&mut community);
    let contest = community.launch(&spec);
    let gas = community.world.balance(&contest.address).0 - 1_120 * TON;
    assert!((35 * TON..40 * TON).contains(&gas), "budget and gas money: {gas}");
    enter(&mut community, &contest, &WINNERS);
    judge(&mut community, &contest, &JURORS, &[(1, 9), (2, 7), (3, 5)]);
    community.confirm_oldest(0..8);
    settle(&mut community, &contest);
    for (n, prize) in [(100, 500), (101, 300), (102, 200)] {
        let change = community.received(&wallet(n)) - prize * TON - 5 * TON;
        assert!(change < 2 * TON, "prize, deposit and change of wallet {n}: {change}");
    }
    for n in JURORS {
        assert_eq!(community.received(&wallet(n)), 20 * TON);
    }
    let pool = community.get(&community.jury_pool, "getCounts", &json!({}));
    assert_eq!(number(&pool["active"]), 3);
    let org = community.get(&community.treasury, "getOrg", &json!({}));
    assert_eq!(number(&org["available"]), 20 * TON);
    let stage = community.get(&community.treasury, "getStage", &json!({ "number": 1 }));
    assert_eq!(number(&stage["stage"]["available"]), 672_000 * TON);
    let listed = community.get(&community.registry, "getContest", &json!({ "contestId": 1 }));
    assert_eq!(listed["contest"]["status"], json!("4"), "Closed");
}
