//! Money that no request names: gas money, donations, surplus, rent (governance 5.4 C7, C15, C17, C19; T10, T48).

use serde_json::json;
use ton_abi::{InternalMessage, Nano};

use crate::books::{
    BOOK, Books, CALL, CHILD, FLOOR, RESERVE_LIFE, STEP, TON, escrow, number, payee, stranger,
};
use crate::plan::seed;

/// Money that arrives without being booked: nobody gets it back when the body is not understood.
fn lose(books: &mut Books, amount: u128) {
    let mut message =
        books.contract.internal(&stranger(), Nano(amount), "query", &crate::moves::contest(99, 1));
    message.bounce = false;
    assert_eq!(books.send(message).code, 406);
}

#[test]
fn it_works_before_anybody_sent_gas_money() {
    let mut books = Books::bare(&seed());
    let before = books.balance();
    assert!(before < CHILD, "the registry gave 2 TON");
    books.activate(1);
    books.launch(3, 1, 4, 224_000 * TON);
    books.share(3, 2_000 * TON);
    books.refund(3, 50 * TON, true, true);
    let payments = [(payee(1), 100 * TON)];
    let (code, nonce) = books.pay(1, &payments);
    assert_eq!(code, 0);
    books.confirm(nonce, &payments);
    assert_eq!(books.close(1), 0);
    assert_eq!(books.balance(), before + books.sum("booked"), "every message paid for itself");
}

#[test]
fn the_registry_hears_that_gas_money_is_low() {
    let mut books = Books::bare(&seed());
    let nonce = books.nonce();
    let (code, step) = books.ask_step("release", &crate::moves::contest(1, nonce));
    assert_eq!((code, step.names()), (0, vec![]));
    let (code, step) = books.ask_step("close", &crate::moves::closing(1, nonce, 1));
    assert_eq!((code, step.names()), (401, vec!["LowBalance"]));
    let event = step.event("LowBalance");
    assert_eq!((number(&event["balance"]), number(&event["least"])), (books.balance(), FLOOR));
}

#[test]
fn gas_money_is_no_part_of_the_grant() {
    let mut books = Books::bare(&seed());
    let float = books.sum("float");
    let step = books.call(&stranger(), 50 * TON, "topUp", &json!({}));
    assert_eq!(number(&step.event("ToppedUp")["amount"]), 50 * TON - BOOK);
    assert_eq!(step.event("ToppedUp")["from"], json!(stranger().to_string()));
    assert_eq!(books.sum("float"), float + 50 * TON - BOOK);
    assert_eq!(books.sum("booked"), 0);
    books.call(&escrow(1), 5 * TON, "topUp", &json!({}));
    assert_eq!(books.sum("float"), float + 55 * TON - 2 * BOOK, "from anyone, and never lowered");
    books.refused(&stranger(), BOOK, "topUp", &json!({}), 151);
}

#[test]
fn t48_a_donation_is_unassigned_and_nothing_else() {
    let mut books = Books::new();
    let before = books.state();
    let step = books.transfer(&stranger(), 40 * TON);
    assert_eq!(step.names(), ["Donated"]);
    assert_eq!(number(&step.event("Donated")["amount"]), 40 * TON - BOOK);
    assert_eq!(books.sum("unassigned"), 40 * TON - BOOK);
    assert_eq!(books.state(), before);
    assert!(step.gas_money >= 0, "its booking is paid from it");
    for from in [crate::books::multisig(), crate::books::giver(), escrow(1), crate::books::registry()] {
        assert_eq!(books.transfer(&from, TON).names(), ["Donated"], "whoever sends it");
    }
    let dust = books.transfer(&stranger(), BOOK);
    assert_eq!((dust.code, dust.names()), (0, vec![]), "dust is gas money");
    assert!(dust.gas_money > 0);
}

#[test]
fn a_comment_is_a_donation_too_and_unknown_functions_go_home() {
    let mut books = Books::new();
    for (id, code) in [(0_u32, 0), (0xDEAD_BEEF, 60)] {
        let mut body = ton_abi::CellBuilder::new();
        body.store_u32(id).and_then(|()| body.store_u64(42)).expect("fits");
        let mut message = InternalMessage::transfer(stranger(), books.contract.address.clone(), Nano(TON));
        message.body = Some(body.build().expect("fits"));
        let step = books.send(message);
        assert_eq!(step.code, code);
        assert_eq!(step.sent.len(), usize::from(code != 0));
    }
    assert_eq!(books.sum("unassigned"), TON - BOOK);
}

#[test]
fn reconcile_books_the_surplus_and_keeps_the_gas_money() {
    let mut books = Books::new();
    lose(&mut books, 30 * TON);
    let (float, balance) = (books.sum("float"), books.balance());
    let outcome = books.poke("reconcile", &json!({}));
    outcome.success();
    let event = books.contract.abi.decode_event(&outcome.events()[0]).expect("an event");
    let import = outcome.transactions()[0].view.fees.import.0;
    let amount = balance - import - float - STEP;
    assert_eq!((event.name.as_ref(), number(&event.json()["amount"])), ("Reconciled", amount));
    assert_eq!(books.sum("unassigned"), amount);
    assert!(books.balance() - books.sum("booked") > float, "the poke was paid from the surplus");
    let before = books.balance();
    for _ in 0..20 {
        let again = books.poke("reconcile", &json!({}));
        assert!(again.refused() && again.code() == 160);
    }
    assert_eq!(books.balance(), before);
}

#[test]
fn reconcile_never_takes_gas_money() {
    for mut books in [Books::new(), Books::bare(&seed())] {
        lose(&mut books, TON / 4);
        let refused = books.poke("reconcile", &json!({}));
        assert!(refused.refused() && refused.code() == 160);
    }
    let mut books = Books::bare(&seed());
    lose(&mut books, 10 * TON);
    assert_eq!(books.poke("reconcile", &json!({})).code(), 160, "below the floor there is no surplus");
    lose(&mut books, 20 * TON);
    books.poke("reconcile", &json!({})).success();
    assert!(books.balance() - books.sum("booked") > FLOOR);
}

#[test]
fn no_poke_is_accepted_below_the_floor() {
    let mut books = Books::bare(&seed());
    books.activate(1);
    books.fill_org(4, 2_000 * TON);
    let (_, nonce) = books.pay(1, &[(payee(1), TON)]);
    books.world.now += RESERVE_LIFE;
    let before = books.balance();
    let poke = json!({ "nonce": nonce.to_string() });
    let refused = books.poke("releaseReserve", &poke);
    assert!(refused.refused() && refused.code() == 160);
    assert_eq!(books.balance(), before);
    books.call(&stranger(), 50 * TON, "topUp", &json!({}));
    books.poke("releaseReserve", &poke).success();
}

#[test]
fn pokes_have_a_life() {
    let mut books = Books::new();
    lose(&mut books, 30 * TON);
    for (expire, code) in [(0, 57), (86_401, 57), (86_400, 0)] {
        let mut header = books.world.header(None);
        header.expire = ton_abi::UnixTime(books.world.now + expire);
        let message = books.contract.unsigned("reconcile", &json!({}), &header);
        assert_eq!(books.world.send(&message).code(), code, "{expire} s");
    }
}

#[test]
fn t10_rent_is_paid_by_the_gas_money_for_years() {
    let mut books = Books::new();
    books.activate(1);
    books.launch(3, 1, 4, 224_000 * TON);
    let before = books.balance();
    books.world.now += 10 * 365 * 86_400;
    assert_eq!(books.transfer(&stranger(), BOOK).code, 0);
    let rent = before - books.balance();
    assert!(rent < 20 * TON, "ten years cost {rent} nano");
    assert!(books.balance() > books.sum("booked") + FLOOR);
    assert_eq!(books.refund(3, 0, true, true).code, 0);
    assert!(books.call(&stranger(), CALL, "topUp", &json!({})).code == 0);
}
