//! Payout items, and the messages that paid them.

use std::collections::BTreeMap;

use governance::contest::{Ending, ItemState, Payout};
use governance::model::limits;
use governance::model::tally::Tally;
use ton_abi::{Lt, Nano};

use super::{Check, Report, hashes};
use crate::facts::{ContestFacts, Payment};
use crate::history::{amount, number};

/// Payout items follow from the ranking, the work of jurors and the deposits; each was paid as its state says.
pub(super) fn check(report: &mut Report, place: &str, contest: &ContestFacts, tally: Option<&Tally>) {
    let owed = owed(contest, tally);
    if tally.is_some() {
        let budget: Vec<Payout> = owed.iter().filter(|item| !is_deposit(item.item)).cloned().collect();
        let hash = hashes::payouts(&budget).unwrap_or_default();
        report.same(Check::Hash, place, "hash of the payout list", &hash, &contest.payout_hash);
        if contest.standing.announced {
            let known = &contest.record.payout_hash;
            report.same(Check::Hash, place, "hash of the payout list at the registry", &hash, known);
        }
    }
    for item in &owed {
        one(report, place, contest, item);
    }
    let known = |number: u32| owed.iter().any(|item| u32::from(item.item) == number);
    for found in contest.payouts.iter().filter(|found| !known(found.item.into())) {
        let place = format!("{place}, payout {}", found.item);
        report.holds(Check::Payout, &place, "payout", false, || {
            ("none".to_owned(), format!("{} to {}", found.amount, found.to))
        });
    }
    for payment in contest.payments.iter().filter(|payment| !known(payment.item)) {
        let place = format!("{place}, payout {}", payment.item);
        report.holds(Check::Payment, &place, "payment", false, || {
            (
                "none".to_owned(),
                format!("{} in message {}", payment.transfer.amount, payment.transfer.message),
            )
        });
    }
}

/// What the rules say the contest owes: every item with its full amount, as if nothing was sent yet.
fn owed(contest: &ContestFacts, tally: Option<&Tally>) -> Vec<Payout> {
    let mut items = BTreeMap::new();
    let mut add = |item: u8, to: &ton_abi::Address, key, amount: Nano| {
        if !amount.is_zero() {
            let payout = Payout { item, to: to.clone(), key, amount, state: ItemState::Due };
            items.insert(item, payout);
        }
    };
    if let Some(tally) = tally {
        let prizes = tally.ranking.iter().filter_map(|rank| {
            let entry = contest.entries.iter().find(|entry| entry.id == rank.entry)?;
            Some((entry, rank.prize))
        });
        for (entry, prize) in prizes {
            add(entry.id, &entry.wallet, entry.key, prize);
        }
        for (juror, pay) in contest.jury.iter().zip(&tally.jury) {
            add(limits::JURY_ITEMS + juror.index, &juror.addr, juror.key, *pay);
        }
    }
    let is_over = tally.is_some() || contest.standing.ending != Ending::None;
    for entry in contest.entries.iter().filter(|_| is_over) {
        let stats = contest.stats.get(&entry.id).copied().unwrap_or_default();
        // A rejected entry loses its deposit, by a ranking only.
        if tally.is_none() || !stats.is_rejected() {
            add(limits::DEPOSIT_ITEMS + entry.id, &entry.wallet, entry.key, contest.spec.entry_deposit);
        }
    }
    items.into_values().collect()
}

/// Whether an item pays a deposit back.
pub(super) const fn is_deposit(item: u8) -> bool {
    governance::model::payout::is_deposit(item)
}

fn one(report: &mut Report, place: &str, contest: &ContestFacts, owed: &Payout) {
    let place = format!("{place}, payout {}", owed.item);
    let Some(found) = contest.payouts.iter().find(|found| found.item == owed.item) else {
        report.holds(Check::Payout, &place, "payout", false, || {
            (format!("{} to {}", owed.amount, owed.to), "none".to_owned())
        });
        return;
    };
    let told = at(contest, owed, None);
    report.same(Check::Payout, &place, "payee", &owed.to, &found.to);
    report.same(Check::Payout, &place, "key of the payee", &owed.key, &found.key);
    report.same(Check::Payout, &place, "amount, TON", &told.amount, &found.amount);
    report.same(Check::Payment, &place, "state by the messages", &told.state, &found.state);
    let payments = contest.payments.iter().filter(|payment| payment.item == u32::from(owed.item));
    let mut before = owed.clone();
    for payment in payments {
        message(report, &place, payment, &before);
        before =
            at(contest, owed, Some(payment.returned.map_or(payment.transfer.lt, |returned| returned.lt)));
    }
}

/// One message that paid an item.
fn message(report: &mut Report, place: &str, payment: &Payment, owed: &Payout) {
    let transfer = &payment.transfer;
    let place = format!("{place}, message {}", transfer.message);
    report.same(Check::Payment, &place, "receiver", &owed.to, &transfer.to);
    report.same(Check::Payment, &place, "amount, TON", &owed.amount, &transfer.amount);
    let fit = owed.state == ItemState::Due || owed.state == ItemState::Failed;
    report.holds(Check::Payment, &place, "times that it is paid", fit, || {
        ("once".to_owned(), format!("again, after it was {}", owed.state))
    });
    let arrived = transfer.arrived_in.filter(|arrival| arrival.fits);
    report.holds(Check::Payment, &place, "arrival", arrived.is_some(), || {
        (format!("a transaction of {}", transfer.to), "none".to_owned())
    });
    if let Some(arrival) = arrived {
        let word = |bounced: bool| if bounced { "sent back" } else { "kept" };
        let returned = word(payment.returned.is_some());
        report.same(Check::Payment, &place, "what the receiver did", &word(arrival.bounced), &returned);
    }
}

/// An item as the messages tell it: up to a logical time, or to the end.
pub(super) fn at(contest: &ContestFacts, owed: &Payout, until: Option<Lt>) -> Payout {
    let is_past = |lt: Lt| until.is_none_or(|until| lt <= until);
    let mut item = owed.clone();
    for payment in contest.payments.iter().filter(|payment| payment.item == u32::from(owed.item)) {
        if is_past(payment.transfer.lt) {
            item.state = ItemState::Sent;
        }
        let Some(returned) = payment.returned.filter(|returned| is_past(returned.lt)) else { continue };
        item.state = ItemState::Failed;
        // What the payee's own code burned is lost to the payee: the event of that transaction has the rest.
        let left = contest.history.events_of("PayoutFailed").find_map(|(step, event)| {
            let own = step.hash == returned.transaction && number::<u8>(event, "item") == item.item;
            own.then(|| amount(event, "amount"))
        });
        item.amount = left.filter(|left| *left <= item.amount).unwrap_or(item.amount);
    }
    let swept = contest.history.events_of("PayoutsSwept").any(|(step, _)| is_past(step.tx.lt));
    if swept && item.state == ItemState::Failed {
        item.state = ItemState::Swept;
    }
    item
}

/// All items as the messages tell them, at a logical time.
pub(super) fn all_at(contest: &ContestFacts, tally: Option<&Tally>, until: Lt) -> Vec<Payout> {
    owed(contest, tally).iter().map(|item| at(contest, item, Some(until))).collect()
}
