//! Gas at full size: 8 stages, 64 items, 512 contests, 16 lists of 16 org payments (governance 5.13, C2, C9; T79).

use serde_json::{Value, json};
use ton_abi::Address;

use crate::books::{
    BOOK, Books, CALL, FUND, RESERVE_LIFE, STEP, Sent, TON, base64, escrow, multisig, params, payee,
    registry, stranger,
};
use crate::moves::{closing, contest, funding, list_hash, paying, refunding, reservation, sharing};
use crate::plan::{Item, Plan};

/// Gas of one transaction, by the network's limit; also that of a local run.
const LIMIT: u64 = 1_000_000;
/// C2: gas before acceptance stays below this.
const BEFORE_ACCEPT: u64 = 9_000;
/// Nano for a unit of gas.
const PRICE: u128 = 1_000;
/// Contests that the directory holds.
const CONTESTS: u32 = 512;

/// 8 stages of 8 items with four dependencies each.
fn plan() -> Plan {
    let stages = (0..8).map(|stage: u8| {
        let items = (0..8).map(|item| {
            let number = stage * 8 + item + 1;
            let depends_on = if number > 4 { vec![1, 2, 3, 4] } else { Vec::new() };
            Item { depends_on, ..Item::new(number, 10_000 * TON) }
        });
        (80_000 * TON, items.collect())
    });
    Plan(stages.collect())
}

/// Sixteen payments.
fn payments(amount: u128) -> Vec<(Address, u128)> {
    (0..16).map(|n| (payee(n), amount)).collect()
}

/// A treasury with 511 contests, 15 lists that wait and 16 that are paid. Sums are checked at the end only.
fn full() -> Books {
    let mut books = Books::with(&plan());
    books.world.puppets.extend((0..=CONTESTS + 1).map(escrow));
    books.activate(1);
    books.audits = false;
    books.launch(1, 1, 2, 10_000 * TON);
    books.share(1, 9_000 * TON);
    for id in 2..CONTESTS {
        assert_eq!(books.reserve(id, 1, 1, TON), 0);
        if id % 2 == 0 {
            let (nonce, _) = books.sent(id);
            books.ack(id, nonce);
        }
    }
    for pay in 1..=16 {
        let (code, nonce) = books.pay(pay, &payments(TON));
        assert_eq!(code, 0);
        books.confirm(nonce, &payments(TON));
    }
    for pay in 101..=115 {
        assert_eq!(books.pay(pay, &payments(TON)).0, 0);
    }
    books.audits = true;
    books
}

/// Figures, each below what its message must bring.
#[derive(Default)]
struct Bill(Vec<(String, u64)>);

impl Bill {
    #[track_caller]
    fn add(&mut self, name: &str, gas: u64, least: u128) {
        println!("{gas:>8}  {name}");
        assert!(gas < LIMIT, "{name} needs {gas} gas");
        assert!(u128::from(gas) * PRICE < least, "{name} needs {gas} gas, but may bring {least} nano only");
        self.0.push((name.to_owned(), gas));
    }
}

#[test]
fn messages_of_a_full_treasury_pay_for_themselves() {
    let mut books = full();
    let mut bill = Bill::default();
    let ask = |books: &mut Books, bill: &mut Bill, name: &str, function: &str, params: &Value| {
        let (code, step) = books.ask_step(function, params);
        assert_eq!(code, 0, "{name}");
        bill.add(name, step.gas, STEP);
    };
    let nonce = 900_000;
    let last = reservation(CONTESTS, nonce, (1, 1), &escrow(CONTESTS), TON);
    ask(&mut books, &mut bill, "reserve, the 512th", "reserve", &last);
    assert_eq!(books.reserve(CONTESTS + 1, 1, 1, TON), 155, "no more fit");
    ask(&mut books, &mut bill, "release", "release", &contest(3, nonce));
    assert_eq!(books.reserve(3, 1, 1, TON), 0);
    ask(&mut books, &mut bill, "payOrg, the 16th of 16", "payOrg", &paying(116, nonce, &payments(TON)));
    let step = books.call(&escrow(3), FUND + 2 * BOOK, "escrowReady", &contest(3, nonce));
    bill.add("escrowReady", step.gas, 2 * BOOK);
    let back = books.bounce(&step.messages[0], 0);
    bill.add("bounced funding", back.gas, FUND);
    let step = books.call(&escrow(3), CALL, "escrowReady", &contest(3, nonce + 1));
    bill.add("escrowReady after a bounce", step.gas, 2 * BOOK);
    bill.add("fundAck", books.ack(3, nonce + 1).gas, BOOK);
    bill.add("query", books.call(&escrow(3), BOOK, "query", &contest(3, nonce)).gas, BOOK);
    let step = books.call(&escrow(3), TON + CALL, "orgShare", &sharing(3, nonce, TON));
    bill.add("orgShare", step.gas, STEP);
    let step = books.call(&escrow(3), TON + CALL, "refund", &refunding(3, nonce + 1, TON, true, false));
    bill.add("refund, the last", step.gas, STEP);
    let step = books.call(&multisig(), TON + CALL, "fundStage", &funding(1, nonce, TON));
    bill.add("fundStage, all of it back", step.gas, STEP);
    let hash = json!({ "nonce": nonce.to_string(), "hash": list_hash(&payments(TON)) });
    let step = books.call(&multisig(), STEP, "confirmed", &hash);
    assert_eq!(step.sent.len(), 18, "sixteen payments, the news for the registry and the answer");
    assert!(matches!(step.sent[17], Sent::Done { code: 0, value, .. } if value > STEP / 4));
    bill.add("confirmed, 16 payments", step.gas, STEP);
    let back = books.bounce(&step.messages[15], 0);
    assert_eq!(back.names(), ["OrgPayBounced"]);
    bill.add("bounced payment", back.gas, BOOK);
    bill.add("topUp", books.call(&stranger(), TON, "topUp", &json!({})).gas, BOOK);
    bill.add("plain transfer", books.transfer(&stranger(), TON).gas, BOOK);
}

#[test]
fn constructor_funding_and_closing_of_the_largest_plan_fit() {
    let mut bill = Bill::default();
    let (books, step) = Books::deploy(&registry(), &params(&base64(&plan().cell())));
    bill.add("constructor, 64 items", step.gas, 2 * TON);
    drop(books);
    let mut books = Books::with(&plan());
    for stage in 1..=8 {
        let need = books.stage_sum(stage, "planBudget") - books.stage_sum(stage, "carryIn");
        let step = books.call(&multisig(), need + CALL, "fundStage", &funding(stage.into(), 1, need));
        if need > 0 {
            bill.add(&format!("fundStage {stage}"), step.gas, STEP);
        }
        let mut params = closing(stage.into(), 2, 1);
        params["link"] = json!("x".repeat(256));
        let (code, step) = books.ask_step("close", &params);
        assert_eq!(code, 0);
        bill.add(&format!("close {stage}"), step.gas, STEP);
    }
}

#[test]
fn t79_getters_of_a_full_treasury_fit_a_local_run() {
    let mut books = full();
    assert_eq!(books.reserve(CONTESTS, 1, 1, TON), 0);
    books.get("getStages", &json!({}));
    books.get("getLedger", &json!({}));
    for stage in 1..=8 {
        let items = books.get("getItems", &json!({ "stage": stage.to_string() }));
        assert_eq!(items["items"].as_array().expect("a list").len(), 8);
    }
    assert_eq!(books.escrow(CONTESTS)["state"], json!("1"));
    assert_eq!(books.get("getOrg", &json!({}))["waiting"], json!("15"));
    let list = books.get("getReservation", &json!({ "payId": "115" }));
    assert_eq!(list["payments"].as_array().expect("a list").len(), 16);
    let books = Books::with(&Plan(vec![(64, (1..=64).map(|n| Item::new(n, 1)).collect())]));
    let items = books.get("getItems", &json!({ "stage": "1" }));
    assert_eq!(items["items"].as_array().expect("a list").len(), 64, "all items in one stage");
}

#[test]
fn t06_pokes_of_a_full_treasury_stay_below_the_credit() {
    let mut books = full();
    let mut lost = books.contract.internal(&stranger(), ton_abi::Nano(90 * TON), "query", &contest(9_999, 1));
    lost.bounce = false;
    books.send(lost);
    books.world.now += RESERVE_LIFE;
    let nonce = books.get("getReservation", &json!({ "payId": "115" }))["list"]["nonce"].clone();
    for (function, params) in [("releaseReserve", json!({ "nonce": nonce })), ("reconcile", json!({}))] {
        let header = books.world.header(None);
        let message = books.contract.unsigned(function, &params, &header);
        let gas = books.world.gas_before_accept(&message).unwrap_or_else(|e| panic!("{function}: {e}"));
        println!("{gas:>8}  {function}");
        assert!(gas < BEFORE_ACCEPT, "{function} needs {gas} gas before it is accepted");
        books.world.send(&message).success();
    }
}

#[test]
fn the_code_fits_an_external_message() {
    let artifact = workspace_tests::compiled::artifact("Treasury.tsol");
    println!("{} bytes", artifact.tvc.len());
    assert!(artifact.tvc.len() < 48 * 1024);
}
