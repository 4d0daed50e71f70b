//! Confirmations of the members' wallet (T15, T16, T17, T20).

use super::*;
use crate::model::fixture::{DAY, START, key};

const PAYOUT: Subject = Subject::Contest(1);

fn by(n: u8, millis: u64) -> Signed {
    Signed { key: key(n), time: UnixMillis(START.millis().0 + millis), expire: START.plus(60) }
}

fn wish() -> Wish {
    let until = START.plus(14 * DAY);
    Wish { until, payees: BTreeSet::new(), nonce: 1, sent_at: START, tries: 0 }
}

/// Fifteen custodians and one wanted confirmation.
fn wallet(excluded: &[u8]) -> Wallet {
    let keys: Vec<_> = (0..15).map(key).collect();
    let mut wallet = Wallet::new(&keys, 8, START);
    let excluded = excluded.iter().map(|n| key(*n)).collect();
    assert!(wallet.want(PAYOUT, wish(), START));
    wallet.enqueue(PAYOUT, wish().until, excluded, START);
    wallet
}

fn confirm(wallet: &mut Wallet, n: u8) -> Result<Effect, Refusal> {
    wallet.confirm(&by(n, 1), PAYOUT, START)
}

#[test]
fn eight_of_fifteen_confirm() {
    let mut wallet = wallet(&[]);
    for n in 0..7 {
        assert_eq!(confirm(&mut wallet, n), Ok(Effect::Counted));
    }
    assert_eq!(wallet.confirm(&by(3, 2), PAYOUT, START), Err(Refusal::ALREADY_CONFIRMED));
    assert_eq!(confirm(&mut wallet, 7), Ok(Effect::Executed));
    assert_eq!(confirm(&mut wallet, 8), Err(Refusal::NO_TRANSACTION), "T19: once");
}

#[test]
fn excluded_custodians_have_no_vote_and_the_number_stays() {
    let mut wallet = wallet(&[3, 99]);
    assert_eq!(confirm(&mut wallet, 3), Err(Refusal::EXCLUDED_SIGNER));
    assert_eq!(wallet.reject(&by(3, 1), PAYOUT, START), Err(Refusal::EXCLUDED_SIGNER));
    assert_eq!(wallet.orders[&PAYOUT].required, 8);
    assert_eq!(wallet.orders[&PAYOUT].excluded.len(), 1, "strangers are left out");
}

#[test]
fn more_rejections_than_can_be_spared_close_it() {
    let mut wallet = wallet(&[]);
    for n in 0..7 {
        assert_eq!(wallet.reject(&by(n, 1), PAYOUT, START), Ok(Effect::Counted));
    }
    assert_eq!(wallet.reject(&by(7, 1), PAYOUT, START), Ok(Effect::Rejected));
    assert_eq!(confirm(&mut wallet, 8), Err(Refusal::NO_TRANSACTION));
    assert_eq!(confirm(&mut wallet, 20), Err(Refusal::NOT_CUSTODIAN));
}

#[test]
fn a_confirmation_can_be_withdrawn_three_times_in_all() {
    let mut wallet = wallet(&[]);
    assert_eq!(wallet.revoke(&by(0, 1), PAYOUT, START), Err(Refusal::NOT_CONFIRMED));
    for n in 0..4 {
        confirm(&mut wallet, n).expect("it is open");
    }
    for n in 0..3 {
        assert_eq!(wallet.revoke(&by(n, 2), PAYOUT, START), Ok(Effect::Counted));
    }
    assert_eq!(wallet.revoke(&by(3, 2), PAYOUT, START), Err(Refusal::LIMIT));
    assert_eq!(wallet.orders[&PAYOUT].confirmed.len(), 1);
}

#[test]
fn t15_t16_confirmations_of_an_earlier_set_are_stale_for_ever() {
    let mut wallet = wallet(&[]);
    for n in 0..7 {
        confirm(&mut wallet, n).expect("it is open");
    }
    let (other, same): (Vec<_>, Vec<_>) = ((1..16).map(key).collect(), (0..15).map(key).collect());
    wallet.sync(&other, 8, 1, START);
    assert_eq!(wallet.confirm(&by(7, 2), PAYOUT, START), Err(Refusal::STALE_EPOCH));
    wallet.sync(&same, 8, 2, START);
    assert_eq!(wallet.confirm(&by(7, 2), PAYOUT, START), Err(Refusal::STALE_EPOCH));
    wallet.sync(&other, 8, 2, START);
    assert_eq!(wallet.custodians.len(), 15);
    assert!(wallet.custodians.contains_key(&key(0)), "T20: the same epoch changes nothing");
    wallet.enqueue(PAYOUT, wallet.wishes[&PAYOUT].until, BTreeSet::new(), START);
    assert_eq!(wallet.orders[&PAYOUT].confirmed.len(), 0, "it starts anew");
    assert_eq!(wallet.confirm(&by(7, 2), PAYOUT, START), Ok(Effect::Counted));
    assert_eq!(wallet.confirm(&by(0, 0), PAYOUT, START), Err(Refusal::REPLAYED), "a new key signs anew");
}

#[test]
fn t17_its_lifetime_ends() {
    let mut wallet = wallet(&[]);
    let until = START.plus(14 * DAY);
    let late = |at: UnixTime| Signed { time: at.millis(), expire: at.plus(60), ..by(1, 0) };
    let last = UnixTime(until.0 - 1);
    assert_eq!(wallet.confirm(&late(last), PAYOUT, last), Ok(Effect::Counted));
    let message = Signed { key: key(2), ..late(until) };
    assert_eq!(wallet.confirm(&message, PAYOUT, until), Err(Refusal::LIFETIME_OVER));
    assert_eq!(wallet.wanted(until), 0);
}

#[test]
fn the_registry_wants_sixteen_at_most() {
    let mut wallet = wallet(&[]);
    for id in 2..=16 {
        assert!(wallet.want(Subject::Contest(id), wish(), START));
    }
    assert!(!wallet.want(Subject::Org(1), wish(), START));
}
