//! The constructor: who creates it, which plans it takes (governance 1.3, 5.8; T09, T49).

use serde_json::{Value, json};
use ton_abi::Cell;

use crate::books::{Books, CHILD, FLOOR, TON, base64, number, params, registry, stranger};
use crate::plan::{BUDGETS, Item, Plan, TABLE, seed};

#[track_caller]
fn refused(plan: &Plan, code: i32) {
    let (_, step) = Books::deploy(&registry(), &params(&base64(&plan.cell())));
    assert_eq!(step.code, code);
    assert!(step.events.is_empty());
}

/// The plan of the proposal after a change.
fn changed(change: impl FnOnce(&mut Plan)) -> Plan {
    let mut plan = seed();
    change(&mut plan);
    plan
}

#[test]
fn the_plan_of_the_proposal_is_stored_as_it_is() {
    let (books, step) = Books::deploy(&registry(), &params(&base64(&seed().cell())));
    let created = step.event("TreasuryCreated");
    assert_eq!((&created["stages"], &created["items"]), (&json!("4"), &json!("15")));
    assert_eq!(number(&created["budget"]), 2_129_120 * TON);
    for (index, budget) in (1..).zip(BUDGETS) {
        let stage = books.stage(index);
        assert_eq!(number(&stage["planBudget"]), budget * TON);
        assert_eq!((&stage["status"], &stage["version"]), (&json!("0"), &json!("1")));
        let items = books.get("getItems", &json!({ "stage": index.to_string() }));
        let items = items["items"].as_array().expect("a list");
        let rows: Vec<_> = TABLE.iter().filter(|row| row.0 == index).collect();
        assert_eq!(items.len(), rows.len());
        for (item, row) in items.iter().zip(rows) {
            assert_eq!(item["number"], json!(row.1.to_string()));
            assert_eq!(item["topic"], json!(row.2.to_string()));
            assert_eq!((number(&item["total"]), number(&item["left"])), (row.3 * TON, row.3 * TON));
            assert_eq!(item["onRequest"], json!(row.3 == 0));
            let depends = if row.1 == 15 { json!(["9"]) } else { json!([]) };
            assert_eq!(item["dependsOn"], depends);
        }
    }
}

#[test]
fn only_the_registry_creates_it() {
    let (_, step) = Books::deploy(&stranger(), &params(&base64(&seed().cell())));
    assert_eq!(step.code, 150);
    let (mut books, _) = Books::deploy(&registry(), &params(&base64(&seed().cell())));
    let again = books.contract.internal_deploy(
        &registry(),
        ton_abi::Nano(CHILD),
        &params(&base64(&Plan::of(&[&[5]]).cell())),
    );
    let before = books.ledger();
    assert_ne!(books.send(again).code, 0, "a constructor runs once");
    assert_eq!(books.ledger(), before);
}

#[test]
fn multisig_and_main_giver_must_be_accounts_of_the_workchain() {
    for (field, value) in [
        ("multisig", format!("0:{}", "00".repeat(32))),
        ("mainGiver", format!("0:{}", "00".repeat(32))),
        ("multisig", format!("-1:{}", "22".repeat(32))),
        ("mainGiver", format!("-1:{}", "33".repeat(32))),
    ] {
        let mut params = params(&base64(&seed().cell()));
        params[field] = Value::String(value);
        let (_, step) = Books::deploy(&registry(), &params);
        assert_eq!(step.code, 161, "{field}");
    }
}

#[test]
fn plans_that_do_not_add_up_are_refused() {
    refused(&changed(|p| p.0[0].0 += 1), 407);
    refused(&changed(|p| p.0[3].0 -= 1), 407);
    refused(&changed(|p| p.0[1].1[0].total += 1), 407);
    let on_request = changed(|p| {
        p.0[1].1[1].total = TON;
        p.0[1].0 += TON;
    });
    refused(&on_request, 407);
    let unpaid = changed(|p| p.0[1].1[1].on_request = false);
    refused(&unpaid, 407);
}

#[test]
fn plans_with_impossible_items_are_refused() {
    refused(&changed(|p| p.0[0].1[0].topic = 0), 155);
    refused(&changed(|p| p.0[0].1[0].topic = 6), 155);
    refused(&changed(|p| p.0[0].1[0].number = 0), 155);
    refused(&changed(|p| p.0[0].1[1].number = 1), 156);
    refused(&changed(|p| p.0[3].1[2].number = 1), 156);
    refused(&changed(|p| p.0[0].1[0].depends_on = vec![1]), 157);
    refused(&changed(|p| p.0[0].1[0].depends_on = vec![9]), 157);
    refused(&changed(|p| p.0[3].1[2].depends_on = vec![0]), 157);
    refused(&changed(|p| p.0[3].1[2].depends_on = vec![1, 2, 3, 4, 5]), 155);
}

#[test]
fn plans_of_impossible_size_are_refused() {
    refused(&Plan(Vec::new()), 155);
    let stages = |count: usize| Plan(vec![(0, Vec::new()); count]);
    refused(&stages(9), 155);
    let items = |count: u8| Plan(vec![(u128::from(count), (1..=count).map(|n| Item::new(n, 1)).collect())]);
    refused(&items(65), 155);
    let (books, step) = Books::deploy(&registry(), &params(&base64(&items(64).cell())));
    assert_eq!(step.code, 0);
    assert_eq!(books.left(1, 64), 1);
}

#[test]
fn a_cell_that_is_no_plan_is_refused() {
    let (_, step) = Books::deploy(&registry(), &params(&base64(&Cell::default())));
    assert_ne!(step.code, 0);
}

#[test]
fn the_getters_tell_who_where_and_how_much() {
    let books = Books::new();
    let addresses = books.get("getAddresses", &json!({}));
    assert_eq!(addresses["registry"], json!(registry().to_string()));
    assert_eq!(addresses["multisig"], json!(crate::books::multisig().to_string()));
    assert_eq!(addresses["mainGiver"], json!(crate::books::giver().to_string()));
    let reserve = books.get("getReserve", &json!({}));
    assert_eq!(number(&reserve["balance"]), books.balance());
    assert_eq!(number(&reserve["minBalance"]), FLOOR);
    assert_eq!(number(&reserve["freeFunds"]), books.balance() - FLOOR);
    let version = books.get("getVersion", &json!({}));
    assert_eq!(version["version"], json!("1"));
    assert!(books.world.getter(&books.contract, "getStage", &json!({ "number": "9" })).is_err());
    assert!(books.world.getter(&books.contract, "getEscrow", &json!({ "contestId": "1" })).is_err());
    assert!(books.world.getter(&books.contract, "getReservation", &json!({ "payId": "1" })).is_err());
}

#[test]
fn t49_no_function_changes_a_plan_or_takes_money_out() {
    let books = Books::new();
    let mut names: Vec<_> = books.contract.abi.functions().iter().map(|f| f.name.to_string()).collect();
    names.retain(|name| !name.starts_with("get"));
    names.sort();
    let known = [
        "close",
        "confirmed",
        "constructor",
        "escrowReady",
        "fundAck",
        "fundStage",
        "orgShare",
        "payOrg",
        "query",
        "reconcile",
        "refund",
        "release",
        "releaseReserve",
        "reserve",
        "topUp",
    ];
    assert_eq!(names, known);
}
