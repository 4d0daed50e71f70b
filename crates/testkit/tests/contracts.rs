//! The committed contracts in a world: the giver at its well-known place, a multisig in a nutshell.

#![allow(clippy::unwrap_used)] // a panic is how a test fails

use keys::Signer;
use localnet::giver;
use serde_json::json;
use testkit::{Artifact, Expect, World, render_tree};
use ton_abi::{Address, Hash, Nano};

fn nobody() -> Address {
    Address::new(0, Hash([9; 32]))
}

#[test]
fn giver_pays_from_its_well_known_address() {
    let artifact = Artifact::committed("Giver");
    let world = World::builder().giver(&artifact).build();
    assert_eq!(world.balance(&giver::ADDRESS), giver::BALANCE);
    for tokens in [3, 4] {
        world.expect_balance_diff(&nobody(), Nano::tokens(tokens).0 as i128, || {
            let tree = world.give(&nobody(), Nano::tokens(tokens)).unwrap();
            assert!(render_tree(&tree).contains("Giver.sendTransaction"), "{}", render_tree(&tree));
        });
    }
    let giver = world.attach(&artifact, &giver::ADDRESS);
    let params = json!({ "dest": nobody().to_string(), "value": "1", "bounce": false });
    let error = world.call(&giver, "sendTransaction", params, &World::signer(0)).unwrap_err();
    assert!(matches!(error, ton_client::Error::NotIncluded(_)), "{error}");
    world.finish();
}

#[test]
fn giver_of_equal_worlds_is_equal() {
    let artifact = Artifact::committed("Giver");
    let hash = || World::builder().giver(&artifact).build().node().state_hash();
    assert_eq!(hash(), hash());
}

#[test]
fn payment_needs_two_of_three_owners() {
    let world = World::builder().giver(&Artifact::committed("Giver")).build();
    let owners: Vec<_> = (0..3).map(World::signer).collect();
    let keys: Vec<_> = owners.iter().map(|owner| owner.public_key().to_uint256()).collect();
    let artifact = Artifact::committed("Multisig");
    let artifact = artifact.with_init_data(Some(&owners[0].public_key()), &json!({}));
    let params = json!({ "owners": keys, "reqConfirms": 2 });
    let wallet = world.deploy(&artifact, params, &owners[0], Nano::tokens(10));
    world.give(&wallet.address, Nano::tokens(5)).unwrap();

    let pay = json!({
        "dest": nobody().to_string(), "value": "1000000000", "bounce": false, "allBalance": false, "payload": "",
    });
    world.call(&wallet, "submitTransaction", pay.clone(), &World::signer(9)).expect_rejected(100);
    let tree = world.call(&wallet, "submitTransaction", pay, &owners[0]).expect_ok();
    let id = tree.answer_json().unwrap()["transId"].clone();
    world
        .call(&wallet, "confirmTransaction", json!({ "transactionId": id }), &owners[0])
        .expect_rejected(103);
    world.expect_balance_diff(&nobody(), 1_000_000_000, || {
        world.call(&wallet, "confirmTransaction", json!({ "transactionId": id }), &owners[1]).expect_ok();
    });
    world
        .call(&wallet, "confirmTransaction", json!({ "transactionId": id }), &owners[2])
        .expect_rejected(102);
}
