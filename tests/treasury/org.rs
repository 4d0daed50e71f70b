//! The org fund: reserved, confirmed, paid once, bounced, released (governance 5.8, A17; T53).

use serde_json::json;
use ton_abi::{Address, CellBuilder};

use crate::books::{
    BOOK, Books, CALL, LEAST, RESERVE_LIFE, STEP, Sent, TON, escrow, giver, multisig, number, payee,
    registry, stranger,
};
use crate::moves::{confirmation, list_hash, paying};

/// A treasury whose org fund holds 2 000 TON.
fn rich() -> Books {
    let mut books = Books::new();
    books.activate(1);
    books.fill_org(4, 2_000 * TON);
    books
}

/// Payments of so many TON to different payees.
fn list(amounts: &[u128]) -> Vec<(Address, u128)> {
    (0..).zip(amounts).map(|(n, amount)| (payee(n), amount * TON)).collect()
}

#[test]
fn a_list_is_reserved_confirmed_and_paid_to_the_nano() {
    let mut books = rich();
    let payments = list(&[300, 1, 699]);
    let nonce = books.nonce();
    let (code, step) = books.ask_step("payOrg", &paying(1, nonce, &payments));
    assert_eq!((code, step.names()), (0, vec!["OrgPayReserved"]));
    let event = step.event("OrgPayReserved");
    assert_eq!(event["hash"], list_hash(&payments), "clients work out the same hash");
    assert_eq!(number(&event["sum"]), 1_000 * TON);
    assert_eq!(number(&event["until"]), u128::from(books.world.now + RESERVE_LIFE));
    assert_eq!((books.sum("orgAvailable"), books.sum("orgReserved")), (1_000 * TON, 1_000 * TON));
    assert_eq!(books.get("getOrg", &json!({}))["waiting"], json!("1"));
    let shown = books.get("getReservation", &json!({ "payId": "1" }));
    assert_eq!(shown["payments"], paying(1, nonce, &payments)["payments"]);
    assert_eq!((&shown["list"]["paid"], number(&shown["list"]["nonce"])), (&json!(false), nonce.into()));

    let before = books.balance();
    let step = books.confirm(nonce, &payments);
    assert_eq!(step.names(), ["OrgPaid"; 3]);
    let expected = (0..).zip(&payments).map(|(index, (to, amount))| Sent::Payment {
        to: to.clone(),
        pay: 1,
        index,
        value: *amount,
    });
    assert_eq!(step.sent[..3], expected.collect::<Vec<_>>());
    assert!(
        matches!(&step.sent[3], Sent::Done { to, nonce: told, code: 0, .. } if *to == registry() && *told == nonce),
        "the registry hears that it is paid"
    );
    assert!(
        matches!(step.sent[4], Sent::Done { code: 0, value, .. } if value < CALL && value > CALL * 7 / 10)
    );
    assert_eq!(before - books.balance(), 1_000 * TON);
    assert_eq!((books.sum("orgAvailable"), books.sum("orgReserved")), (1_000 * TON, 0));
    assert_eq!(books.get("getReservation", &json!({ "payId": "1" }))["list"]["paid"], json!(true));
}

#[test]
fn t68_the_least_payments_that_come_back_are_booked_to_the_nano() {
    let mut books = rich();
    let payments: Vec<_> = (0..16).map(|n| (payee(n), LEAST)).collect();
    let (code, nonce) = books.pay(1, &payments);
    assert_eq!(code, 0);
    let step = books.confirm(nonce, &payments);
    let sent = step.messages.clone();
    assert_eq!(books.sum("orgAvailable"), 2_000 * TON - 16 * LEAST);
    for (index, message) in (1..).zip(&sent[..16]) {
        let back = books.bounce(message, TON / 1_000);
        assert_eq!((back.code, back.names()), (0, vec!["OrgPayBounced"]), "payment {index}");
        assert_eq!(books.sum("orgAvailable"), 2_000 * TON - (16 - index) * LEAST);
        assert!(u128::from(back.gas) * 1_000 < LEAST / 2, "{} gas", back.gas);
    }
}

#[test]
fn a_list_is_paid_once() {
    let mut books = rich();
    let payments = list(&[300]);
    let (_, nonce) = books.pay(1, &payments);
    books.confirm(nonce, &payments);
    let before = books.balance();
    for _ in 0..3 {
        let step = books.confirm(nonce, &payments);
        assert_eq!(step.answer(&multisig(), nonce).0, 157);
    }
    assert_eq!(books.balance(), before);
    assert_eq!(books.pay(1, &payments).0, 156, "nor reserved again under its id");
}

#[test]
fn another_hash_or_nonce_pays_nothing() {
    let mut books = rich();
    let (one, two) = (list(&[300]), list(&[300, 1]));
    let (_, first) = books.pay(1, &one);
    let (_, second) = books.pay(2, &two);
    let before = (books.state(), books.balance());
    for (nonce, payments, code) in [(first, &two, 162), (second, &one, 162), (first + 77, &one, 157)] {
        let step = books.confirm(nonce, payments);
        assert_eq!(step.answer(&multisig(), nonce).0, code);
    }
    assert_eq!((books.state(), books.balance()), before);
    for from in [stranger(), registry(), giver(), escrow(1), payee(0)] {
        books.refused(&from, CALL, "confirmed", &confirmation(first, &list_hash(&one)), 150);
    }
    books.refused(&multisig(), STEP - 1, "confirmed", &confirmation(first, &list_hash(&one)), 151);
    let step = books.call(&multisig(), STEP, "confirmed", &confirmation(first, &list_hash(&one)));
    assert_eq!(step.names(), ["OrgPaid"], "the least value is enough");
}

#[test]
fn t53_more_than_the_fund_is_refused() {
    let mut books = rich();
    assert_eq!(books.pay(1, &list(&[2_001])).0, 402);
    assert_eq!(books.pay(1, &[(payee(1), 1_000 * TON), (payee(2), 1_000 * TON + 1)]).0, 402);
    assert_eq!(books.pay(1, &[(payee(1), u128::MAX >> 8), (payee(2), u128::MAX >> 8)]).0, 402);
    assert_eq!(books.pay(1, &list(&[1_500])).0, 0);
    assert_eq!(books.pay(2, &list(&[501])).0, 402, "reserved money is not there twice");
    assert_eq!(books.pay(2, &list(&[500])).0, 0);
    assert_eq!(books.sum("orgAvailable"), 0);
}

#[test]
fn lists_out_of_their_limits_are_refused() {
    let mut books = rich();
    let before = books.state();
    assert_eq!(books.pay(1, &[]).0, 155);
    assert_eq!(books.pay(1, &list(&[1; 17])).0, 155);
    assert_eq!(books.pay(1, &[(payee(1), LEAST - 1)]).0, 155);
    assert_eq!(books.pay(1, &[(payee(1), TON), (payee(2), 0)]).0, 155);
    for account in [format!("0:{}", "00".repeat(32)), format!("-1:{}", "80".repeat(32))] {
        let nonce = books.nonce();
        let mut params = paying(1, nonce, &list(&[1]));
        params["payments"][0]["to"] = json!(account);
        assert_eq!(books.ask("payOrg", &params), 161);
    }
    assert_eq!(books.state(), before);
    for from in [stranger(), multisig(), giver(), escrow(19)] {
        books.refused(&from, CALL, "payOrg", &paying(1, 1, &list(&[1])), 150);
    }
    books.refused(&registry(), STEP - 1, "payOrg", &paying(1, 1, &list(&[1])), 151);
    assert_eq!(books.pay(1, &list(&[1; 16])).0, 0);
    for pay in 2..=16 {
        assert_eq!(books.pay(pay, &list(&[1])).0, 0);
    }
    assert_eq!(books.pay(17, &list(&[1])).0, 155, "sixteen lists wait");
}

#[test]
fn the_same_list_again_waits_under_the_new_nonce() {
    let mut books = rich();
    let payments = list(&[300, 5]);
    let (_, old) = books.pay(1, &payments);
    let before = books.state();
    let (code, step) = books.ask_step("payOrg", &paying(1, old, &payments));
    assert_eq!((code, step.names()), (0, vec![]), "the same request changes nothing");
    books.world.now += RESERVE_LIFE - 1;
    let new = books.nonce();
    let (code, step) = books.ask_step("payOrg", &paying(1, new, &payments));
    assert_eq!((code, step.names(), books.state()), (0, vec!["OrgPayReserved"], before));
    assert_eq!(number(&step.event("OrgPayReserved")["until"]), u128::from(books.world.now + RESERVE_LIFE));
    assert_eq!(books.pay(1, &list(&[300, 6])).0, 156, "another list under its id");
    assert_eq!(books.ask("payOrg", &paying(2, new, &list(&[1]))), 156, "another list under its nonce");
    assert_eq!(books.confirm(old, &payments).answer(&multisig(), old).0, 157);
    assert_eq!(books.confirm(new, &payments).names(), ["OrgPaid"; 2]);
}

#[test]
fn a_bounced_payment_is_in_the_fund_again_once() {
    let mut books = rich();
    let payments = list(&[300, 40, 5]);
    let (_, nonce) = books.pay(7, &payments);
    let step = books.confirm(nonce, &payments);
    let message = step.messages[1].clone();
    let before = books.sum("orgAvailable");
    let back = books.bounce(&message, TON / 50);
    assert_eq!(back.names(), ["OrgPayBounced"]);
    let event = back.event("OrgPayBounced");
    assert_eq!((&event["payId"], &event["index"]), (&json!("7"), &json!("1")));
    assert_eq!(number(&event["amount"]), 40 * TON);
    assert_eq!(books.sum("orgAvailable"), before + 40 * TON);
    assert!(
        back.gas_money < 0 && back.gas_money > -i128::try_from(TON / 20).expect("small"),
        "the fees of the way"
    );
    let again = books.bounce(&message, TON / 50);
    assert!(again.events.is_empty() && again.sent.is_empty());
    assert_eq!(books.sum("orgAvailable"), before + 40 * TON);
    let shown = books.get("getReservation", &json!({ "payId": "7" }));
    assert_eq!(shown["list"]["bounced"], json!("2"));
}

#[test]
fn what_the_code_of_a_payee_burned_is_the_payees_loss() {
    let mut books = rich();
    let payments = list(&[300]);
    let (_, nonce) = books.pay(7, &payments);
    let step = books.confirm(nonce, &payments);
    let back = books.bounce(&step.messages[0], TON);
    let amount = number(&back.event("OrgPayBounced")["amount"]);
    assert_eq!(amount, 299 * TON + BOOK, "the gas money bears 0.05 TON, not more");
    assert!(back.gas_money > -i128::try_from(TON / 10).expect("small"));
}

#[test]
fn without_gas_money_the_fund_gets_what_there_is() {
    let mut books = Books::bare(&crate::plan::seed());
    books.activate(1);
    books.fill_org(4, 2_000 * TON);
    for pay in 1..=60 {
        let payments = list(&[1]);
        let (code, nonce) = books.pay(pay, &payments);
        assert_eq!(code, 0);
        let step = books.confirm(nonce, &payments);
        let back = books.bounce(&step.messages[0], BOOK);
        let amount = number(&back.event("OrgPayBounced")["amount"]);
        assert!(amount <= TON && amount > TON * 9 / 10, "list {pay}: {amount}");
        assert!(pay < 45 || amount < TON, "two TON of gas money do not last for ever");
    }
    assert!(books.sum("booked") <= books.balance());
}

#[test]
fn bounces_that_are_no_payment_restore_nothing() {
    let mut books = rich();
    let payments = list(&[300, 40]);
    let (_, nonce) = books.pay(7, &payments);
    let before = books.state();
    let body = |pay: u32, index: u8| {
        let mut body = CellBuilder::new();
        body.store_u32(u32::MAX).and_then(|()| body.store_u32(0)).expect("fits");
        body.store_u32(pay).and_then(|()| body.store_u8(index)).expect("fits");
        body.build().expect("fits")
    };
    assert!(books.bounced(&payee(0), TON, body(7, 0)).events.is_empty(), "not paid yet");
    books.confirm(nonce, &payments);
    let paid = books.state();
    assert_ne!(before, paid);
    for (from, pay, index) in
        [(stranger(), 7, 0), (payee(1), 7, 0), (payee(0), 8, 0), (payee(0), 7, 2), (payee(0), 7, 255)]
    {
        let step = books.bounced(&from, 300 * TON, body(pay, index));
        assert!(step.code == 0 && step.events.is_empty() && step.sent.is_empty(), "{from} {pay} {index}");
    }
    let mut short = CellBuilder::new();
    short
        .store_u32(u32::MAX)
        .and_then(|()| short.store_u32(0))
        .and_then(|()| short.store_u32(7))
        .expect("fits");
    assert!(books.bounced(&payee(0), TON, short.build().expect("fits")).events.is_empty());
    assert_eq!(books.state(), paid);
}

#[test]
fn an_unconfirmed_list_is_released_after_thirty_days() {
    let mut books = rich();
    let payments = list(&[300]);
    let (_, nonce) = books.pay(1, &payments);
    let poke = json!({ "nonce": nonce.to_string() });
    books.world.now += RESERVE_LIFE - 1;
    let outcome = books.poke("releaseReserve", &poke);
    assert!(outcome.refused() && outcome.code() == 153, "{outcome:?}");
    let unknown = books.poke("releaseReserve", &json!({ "nonce": "5" }));
    assert!(unknown.refused() && unknown.code() == 157);
    books.world.now += 1;
    let outcome = books.poke("releaseReserve", &poke);
    outcome.success();
    let event = books.contract.abi.decode_event(&outcome.events()[0]).expect("an event");
    assert_eq!((event.name.as_ref(), number(&event.json()["sum"])), ("OrgPayReleased", 300 * TON));
    assert_eq!((books.sum("orgAvailable"), books.sum("orgReserved")), (2_000 * TON, 0));
    let again = books.poke("releaseReserve", &poke);
    assert!(again.refused() && again.code() == 157, "it changes a state that changes once");
    assert_eq!(books.confirm(nonce, &payments).answer(&multisig(), nonce).0, 157, "a late confirmation");
    assert_eq!(books.pay(1, &payments).0, 0, "the proposal can be tried again");
}

#[test]
fn a_confirmation_in_time_or_late_beats_the_release() {
    let mut books = rich();
    let payments = list(&[300]);
    let (_, nonce) = books.pay(1, &payments);
    books.world.now += RESERVE_LIFE + 5;
    assert_eq!(
        books.call(&multisig(), CALL, "confirmed", &confirmation(nonce, &list_hash(&payments))).names(),
        ["OrgPaid"]
    );
    let poke = books.poke("releaseReserve", &json!({ "nonce": nonce.to_string() }));
    assert!(poke.refused() && poke.code() == 157);
}

/// Whether a list is still remembered.
fn known(books: &Books, pay: u32) -> bool {
    books.world.getter(&books.contract, "getReservation", &json!({ "payId": pay.to_string() })).is_ok()
}

#[test]
fn the_last_sixteen_paid_lists_are_remembered() {
    let mut books = rich();
    let mut first = None;
    for pay in 1..=17 {
        let payments = list(&[10]);
        let (code, nonce) = books.pay(pay, &payments);
        assert_eq!(code, 0);
        let step = books.confirm(nonce, &payments);
        first.get_or_insert(step.messages[0].clone());
    }
    assert_eq!((known(&books, 1), known(&books, 2), known(&books, 17)), (false, true, true));
    let step = books.bounce(&first.expect("seventeen"), 0);
    assert!(step.events.is_empty(), "an older bounce is surplus");
    assert!(step.gas_money > 0);
}

#[test]
fn the_list_that_was_paid_just_now_is_never_the_forgotten_one() {
    let mut books = rich();
    for pay in (101..=116).chain([1]) {
        let payments = list(&[10]);
        let (_, nonce) = books.pay(pay, &payments);
        let step = books.confirm(nonce, &payments);
        assert_eq!(books.bounce(&step.messages[0], 0).names(), ["OrgPayBounced"], "list {pay}");
    }
    assert_eq!((known(&books, 1), known(&books, 101), known(&books, 102)), (true, false, true));
}
