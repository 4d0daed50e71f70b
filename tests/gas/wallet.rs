//! The largest messages of a wallet without a controller: 32 new custodians with new code, and a payload of 250 cells.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use ton_abi::{Boc, Cell, CellBuilder, Nano};
use workspace_tests::community::{TON, account, base64};
use workspace_tests::compiled::{artifact, contract};
use workspace_tests::world::{Contract, World, key, public_json};

use crate::table::{self, Cost, Row};

/// Custodians, the most there may be.
const CUSTODIANS: u8 = 32;
/// Cells of the payload: `Limits.MAX_CONTENT_CELLS` less those of the request itself.
const CELLS: u32 = 250;

/// Lines of that wallet.
pub(crate) fn largest() -> BTreeMap<Row, Cost> {
    let mut world = World::default();
    world.notes = Some(Vec::new());
    let wallet = contract("Multisig.tsol", Some(&key(0)), &json!({ "boot": "0" }));
    world.give(&wallet.address, Nano(100 * TON));
    let keys = |first: u8| -> Vec<_> { (first..first + CUSTODIANS).map(|n| public_json(&key(n))).collect() };
    let header = world.header(Some(&key(0)));
    let founding = json!({ "owners": keys(0), "reqConfirms": 2 });
    world.send(&wallet.deploy(&key(0), &founding, &header)).success();

    let payee = account(0xE0, 0);
    world.puppets.insert(payee.clone());
    let payment = json!({ "dest": payee.to_string(), "value": TON.to_string(), "bounce": false, "flag128": false,
        "payload": base64(&payload()), "stateInit": null, "lifetime": null });
    call(&mut world, &wallet, 0, "submitTransactionExt", &payment);
    let ids = world.getter(&wallet, "getTransactionIds", &json!({})).expect("it answers")["ids"].clone();
    call(&mut world, &wallet, 1, "confirmTransaction", &json!({ "transactionId": ids[0] }));
    assert_eq!(world.inbox.len(), 1, "it is paid");

    let next = artifact("test/MultisigNext.tsol");
    let code = ton_abi::Image::from_tvc(&next.tvc).expect("a valid image").state_init.code;
    let code = code.expect("an image has code");
    let update = json!({ "codeHash": format!("0x{}", hex::encode(code.repr_hash().0)), "owners": keys(100),
        "reqConfirms": 9, "lifetime": 7200 });
    call(&mut world, &wallet, 0, "submitUpdate", &update);
    let open = world.getter(&wallet, "getUpdateRequests", &json!({})).expect("it answers")["updates"].clone();
    for n in 1..CUSTODIANS {
        call(&mut world, &wallet, n, "confirmUpdate", &json!({ "updateId": open[0]["id"] }));
    }
    let execute = json!({ "updateId": open[0]["id"], "code": base64(&code) });
    call(&mut world, &wallet, 0, "executeUpdate", &execute);
    let state = world.account(&wallet.address);
    assert!(Boc::encode(state.cell()).len() > Boc::encode(&code).len(), "it has its code");

    let mut rows = BTreeMap::new();
    let accounts = BTreeMap::from([(wallet.address.clone(), ("Multisig", wallet))]);
    table::collect(&world, &accounts, &mut rows);
    rows
}

fn call(world: &mut World, wallet: &Contract, n: u8, function: &str, params: &Value) {
    let header = world.header(Some(&key(n)));
    let outcome = world.send(&wallet.call(&key(n), function, params, &header));
    for executed in outcome.success() {
        assert!(executed.view.is_success(), "{function}: {:?}", executed.view.exit_code());
    }
}

/// Different cells, one inside the other.
fn payload() -> Cell {
    let mut cell = Cell::default();
    for number in 0..CELLS {
        let mut builder = CellBuilder::new();
        builder.store_u32(number).expect("fits");
        builder.store_reference(cell).expect("fits");
        cell = builder.build().expect("fits");
    }
    cell
}
