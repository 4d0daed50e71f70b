//! From the first message to a live registry.

use serde_json::json;
use workspace_tests::community::{Community, DEPLOYER, number};

#[test]
fn codes_and_plan_make_the_registry_live() {
    let community = Community::found();
    let status = community.get(&community.registry, "getStatus", &json!({}));
    assert_eq!(status["status"], json!("1"));
    assert_eq!(number(&status["members"]), 15);
    let addresses = community.get(&community.registry, "getAddresses", &json!({}));
    for (name, contract) in [
        ("treasury", &community.treasury),
        ("juryPool", &community.jury_pool),
        ("multisig", &community.multisig),
    ] {
        assert_eq!(addresses[name], json!(contract.address.to_string()));
        assert!(
            community.world.account(&contract.address).status() == chain::AccountStatus::Active,
            "{name} stands"
        );
    }
    let parameters = community.get(&community.multisig, "getParameters", &json!({}));
    assert_eq!(number(&parameters["requiredTxnConfirms"]), 8);
    let custodians = community.get(&community.multisig, "getCustodians", &json!({}));
    assert_eq!(custodians["custodians"].as_array().map(Vec::len), Some(15));
    let policy = community.get(&community.multisig, "getPolicy", &json!({}));
    assert_eq!(policy["treasury"], json!(community.treasury.address.to_string()));
    assert_eq!(policy["mainGiver"], json!(community.main_giver.to_string()));
}

#[test]
fn t40_the_deploy_key_has_no_power_in_a_live_registry() {
    let mut community = Community::found();
    let registry = community.registry.clone();
    let signal = json!({ "kind": 16, "payload": "te6ccgEBAQEAAgAAAA==", "link": "", "docHash": "1" });
    assert_eq!(community.call(&registry, DEPLOYER, "propose", &signal).code(), 200);
    assert_eq!(community.call(&registry, DEPLOYER, "attest", &json!({ "docHash": "1" })).code(), 200);
    assert_eq!(community.call(&registry, DEPLOYER, "resign", &json!({})).code(), 200);
    let code = json!({ "kind": 0, "code": "te6ccgEBAQEAAgAAAA==" });
    assert_eq!(community.call(&registry, DEPLOYER, "setCode", &code).code(), 211);
    assert_eq!(community.try_poke(&registry, "setCode", &code).code(), 211);
}
