//! The stage gate: a stage is funded when the one before it is closed.

use serde_json::json;
use workspace_tests::community::{Community, TON, number};

#[test]
fn t43_a_stage_that_is_not_yet_due_sends_its_money_home() {
    let mut community = Community::found();
    community.grant(673_120 * TON);
    let before = community.world.balance(&community.multisig.address).0;
    let outcome = community.fund_stage(2, 560_000 * TON);
    let after = community.world.balance(&community.multisig.address).0;
    assert!(before - after < TON, "only fees are gone: {}", before - after);
    assert!(!outcome.events().is_empty());
    let stage = community.get(&community.treasury, "getStage", &json!({ "number": 2 }));
    assert_eq!(number(&stage["stage"]["received"]), 0);
}

#[test]
fn eight_confirmations_fund_stage_one() {
    let mut community = Community::found();
    community.grant(673_120 * TON);
    community.fund_stage(1, 673_120 * TON);
    let stage = community.get(&community.treasury, "getStage", &json!({ "number": 1 }));
    assert_eq!(number(&stage["stage"]["status"]), 1);
    assert_eq!(number(&stage["stage"]["available"]), 673_120 * TON);
}
