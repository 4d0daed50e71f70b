//! The queue: votes, slots, lifetimes, cleaning (governance 5.7; T11, T12, T17, T19, T81).

use serde_json::json;
use ton_abi::Cell;

use crate::wallet::{
    LIFETIME, TON, Wallet, assert_refused, base64, chain_of, extended, payee, payment, payouts, transaction,
};

#[test]
fn unknown_transactions_and_second_votes_are_refused() {
    let mut wallet = Wallet::new(15, 8, 100);
    let id = wallet.submit(0, &payee(1), TON);
    assert_refused(&wallet.confirm(0, &json!("12345")), 102);
    assert_refused(&wallet.confirm(0, &id), 103);
    wallet.confirm(1, &id).success();
    assert_refused(&wallet.confirm(1, &id), 103);
    assert_refused(&wallet.call(1, "rejectTransaction", &transaction(&id)), 103);
    assert_refused(&wallet.call(2, "revokeConfirmation", &transaction(&id)), 120);
    assert_refused(&wallet.call(2, "executeTransaction", &transaction(&id)), 134);
}

#[test]
fn a_rejected_transaction_is_closed_when_the_rest_is_too_few() {
    let mut wallet = Wallet::new(15, 8, 100);
    let id = wallet.submit(0, &payee(1), TON);
    for member in 1..8 {
        let outcome = wallet.call(member, "rejectTransaction", &transaction(&id));
        outcome.success();
        assert_eq!(wallet.events(&outcome)[0].1["closed"], json!(false), "{member} of 8 rejected");
    }
    assert_refused(&wallet.call(1, "rejectTransaction", &transaction(&id)), 133);
    assert_refused(&wallet.confirm(1, &id), 133);
    let outcome = wallet.call(8, "rejectTransaction", &transaction(&id));
    assert_eq!(wallet.events(&outcome)[0].1["closed"], json!(true));
    assert_eq!(wallet.states(), [json!("3")]);
    for function in ["confirmTransaction", "rejectTransaction"] {
        assert_refused(&wallet.call(9, function, &transaction(&id)), 102);
    }
    assert_refused(&wallet.call(0, "revokeConfirmation", &transaction(&id)), 102);
    assert_refused(&wallet.call(9, "executeTransaction", &transaction(&id)), 134);
}

#[test]
fn values_payloads_and_recipients_have_bounds() {
    let mut wallet = Wallet::new(3, 2, 100);
    let mut submit = |dest: &str, value: u64, payload: &Cell| {
        let params = json!({ "dest": dest, "value": value.to_string(), "bounce": false, "allBalance": false,
            "payload": base64(payload) });
        wallet.call(0, "submitTransaction", &params)
    };
    let dest = payee(1).to_string();
    assert_refused(&submit(&dest, 999_999, &Cell::default()), 107);
    submit(&dest, 1_000_000, &chain_of(7)).success();
    assert_refused(&submit(&dest, 1_000_000, &chain_of(8)), 121);
    assert_refused(&submit(&format!("-1:{}", "42".repeat(32)), TON, &Cell::default()), 161);
    assert_refused(&submit(&format!("0:{}", "00".repeat(32)), TON, &Cell::default()), 161);
}

#[test]
fn t11_members_cannot_take_the_slots_of_each_other() {
    let mut wallet = Wallet::new(15, 8, 100);
    for member in 0..14 {
        for _ in 0..5 {
            wallet.submit(member, &payee(1), TON);
        }
        assert_refused(&wallet.call(member, "submitTransaction", &payment(&payee(1), TON)), 113);
    }
    wallet.submit(14, &payee(1), TON);
    assert_eq!(wallet.queued(), 71);
}

#[test]
fn t12_cleaning_a_full_queue_costs_bounded_gas() {
    let mut wallet = Wallet::new(15, 8, 100);
    for member in 0..15 {
        for _ in 0..5 {
            wallet.submit(member, &payee(1), TON);
        }
    }
    assert_eq!(wallet.queued(), 75);
    assert_refused(&wallet.call(0, "clean", &json!({})), 157);
    wallet.world.now += LIFETIME;
    assert_refused(&wallet.call(0, "submitTransaction", &payment(&payee(1), TON)), 113);
    for left in (0..15).rev() {
        let outcome = wallet.call(left % 15, "clean", &json!({}));
        let gas = outcome.success()[0].view.gas_used();
        assert!(gas < 60_000, "{gas} gas");
        assert_eq!(wallet.names(&outcome), ["TxExpired"; 5]);
        assert_eq!(wallet.queued(), usize::from(left) * 5);
    }
    assert_refused(&wallet.call(0, "clean", &json!({})), 157);
    for member in 0..15 {
        wallet.submit(member, &payee(1), TON);
    }
}

#[test]
fn t12_a_submission_removes_two_dead_transactions_on_its_way() {
    let mut wallet = Wallet::new(3, 2, 100);
    for member in [0, 1, 1] {
        wallet.submit(member, &payee(1), TON);
    }
    wallet.world.now += LIFETIME;
    let outcome = wallet.call(2, "submitTransaction", &payment(&payee(1), TON));
    assert_eq!(wallet.names(&outcome), ["TxExpired", "TxExpired", "TxSubmitted"]);
    assert_eq!(wallet.queued(), 2);
}

#[test]
fn t17_the_lifetime_is_checked_at_every_confirmation() {
    let mut wallet = Wallet::new(3, 2, 100);
    let (first, second) = (wallet.submit(0, &payee(1), TON), wallet.submit(0, &payee(1), TON));
    wallet.world.now += LIFETIME - 1;
    wallet.confirm(1, &first).success();
    wallet.world.now += 1;
    for function in ["confirmTransaction", "rejectTransaction", "revokeConfirmation", "executeTransaction"] {
        assert_refused(&wallet.call(0, function, &transaction(&second)), 135);
    }
    assert_eq!(wallet.received(&payee(1)), u128::from(TON));
    assert_eq!(wallet.states(), [json!("4")]);
}

#[test]
fn t17_a_ready_transaction_past_its_lifetime_is_not_paid() {
    let (mut wallet, dest) = (Wallet::new(3, 2, 5), payee(1));
    let id = wallet.submit(0, &dest, 50 * TON);
    let outcome = wallet.confirm(1, &id);
    assert_eq!(wallet.names(&outcome), ["TxConfirmed", "TxDeferred"]);
    wallet.top_up(100);
    wallet.world.now += LIFETIME;
    assert_refused(&wallet.call(0, "executeTransaction", &transaction(&id)), 135);
    assert_eq!(wallet.received(&dest), 0);
}

#[test]
fn t17_a_self_message_that_arrives_after_the_lifetime_pays_nothing() {
    let (mut wallet, dest) = (Wallet::new(3, 2, 100), payee(1));
    let id = wallet.submit(0, &dest, TON);
    wallet.world.now += LIFETIME - 1;
    wallet.world.deliver = false;
    wallet.confirm(1, &id).success();
    wallet.world.now += 1;
    wallet.world.deliver = true;
    wallet.world.drain();
    assert_eq!(wallet.received(&dest), 0);
}

#[test]
fn t17_a_lifetime_of_ones_own_is_kept_and_bounded() {
    let mut wallet = Wallet::new(3, 2, 100);
    let ask = |seconds| extended(&payee(1), &Cell::default(), None, Some(seconds));
    for seconds in [3599, LIFETIME + 1] {
        assert_refused(&wallet.call(0, "submitTransactionExt", &ask(seconds)), 155);
    }
    let outcome = wallet.call(0, "submitTransactionExt", &ask(3600));
    let id = wallet.submitted(&outcome);
    wallet.world.now += 3600;
    assert_refused(&wallet.confirm(1, &id), 135);
}

#[test]
fn t19_racing_confirmations_and_retries_pay_once() {
    let (mut wallet, dest) = (Wallet::new(15, 8, 100), payee(1));
    let id = wallet.submit(0, &dest, 10 * TON);
    for member in 1..7 {
        wallet.confirm(member, &id).success();
    }
    wallet.world.deliver = false;
    wallet.confirm(7, &id).success();
    assert_refused(&wallet.confirm(8, &id), 102);
    for member in [9, 10] {
        wallet.call(member, "executeTransaction", &transaction(&id)).success();
    }
    wallet.world.deliver = true;
    let done = wallet.world.drain();
    let outcome = workspace_tests::world::Outcome::Done(done);
    assert_eq!(payouts(&wallet, &outcome), [(dest.clone(), u128::from(10 * TON))]);
    assert_eq!(wallet.received(&dest), u128::from(10 * TON));
}

#[test]
fn a_withdrawn_confirmation_stops_a_payment_under_way() {
    let (mut wallet, dest) = (Wallet::new(3, 2, 100), payee(1));
    let id = wallet.submit(0, &dest, TON);
    wallet.world.deliver = false;
    wallet.confirm(1, &id).success();
    wallet.call(1, "revokeConfirmation", &transaction(&id)).success();
    wallet.world.deliver = true;
    wallet.world.drain();
    assert_eq!(wallet.received(&dest), 0);
    assert_eq!(wallet.states(), [json!("0")], "it is Pending again");
    wallet.confirm(2, &id).success();
    assert_eq!(wallet.received(&dest), u128::from(TON));
}

#[test]
fn t81_a_fourth_withdrawal_is_refused() {
    let mut wallet = Wallet::new(15, 8, 100);
    let id = wallet.submit(0, &payee(1), TON);
    for member in [0, 1, 2] {
        if member != 0 {
            wallet.confirm(member, &id).success();
        }
        wallet.call(member, "revokeConfirmation", &transaction(&id)).success();
    }
    wallet.confirm(3, &id).success();
    assert_refused(&wallet.call(3, "revokeConfirmation", &transaction(&id)), 155);
}

#[test]
fn t81_rejecting_ones_own_transactions_frees_no_slot() {
    let mut wallet = Wallet::new(3, 3, 100);
    for _ in 0..5 {
        let id = wallet.submit(0, &payee(1), TON);
        let outcome = wallet.call(1, "rejectTransaction", &transaction(&id));
        assert_eq!(wallet.events(&outcome)[0].1["closed"], json!(true));
    }
    assert_refused(&wallet.call(0, "submitTransaction", &payment(&payee(1), TON)), 113);
}
