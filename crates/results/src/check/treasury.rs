//! Money that went back to the treasury, and the books of contests, stages and the org fund.

use governance::contest::{ItemState, Money, Phase};
use governance::encoding;
use governance::model::tally::{self, Tally};
use governance::payload::{Action, StagePlan};
use governance::text::Digest;
use governance::treasury::StageStatus;
use ton_abi::{Boc, Decoded, Nano};

use super::payouts::is_deposit;
use super::{Check, Report};
use crate::facts::{ContestFacts, Facts, Transfer};
use crate::history::{amount, number, value};

/// Money that stayed where it was sent.
fn kept(transfers: &[Transfer], what: &str) -> Nano {
    let kept = transfers.iter().filter(|transfer| {
        transfer.what == what && !transfer.arrived_in.is_some_and(|arrival| arrival.bounced)
    });
    kept.map(|transfer| transfer.amount).sum()
}

/// Org share and refunds follow from the rules, and the treasury booked them.
pub(super) fn returns(
    report: &mut Report,
    place: &str,
    facts: &Facts,
    contest: &ContestFacts,
    tally: Option<&Tally>,
) {
    let is_closed = contest.standing.phase == Phase::Closed;
    let org = kept(&contest.returns, "orgShare");
    if is_closed {
        let expected = tally.map_or(Nano::ZERO, |tally| tally.org);
        report.same(Check::Return, place, "org share that was sent", &expected, &org);
    }
    let refunded = kept(&contest.returns, "refund");
    let booked = Nano(contest.ledger.budget.refunded.0 + contest.ledger.deposits.refunded.0);
    report.same(Check::Return, place, "refunds that were sent", &booked, &refunded);
    for transfer in &contest.returns {
        let place = format!("{place}, message {}", transfer.message);
        let treasury = &facts.treasury.account;
        report.same(Check::Return, &place, "receiver", treasury, &transfer.to);
        report.holds(Check::Return, &place, "money", transfer.value >= transfer.amount, || {
            (format!("at least {}", transfer.amount), transfer.value.to_string())
        });
        let arrived = transfer.arrived_in.is_some_and(|arrival| arrival.fits);
        report.holds(Check::Return, &place, "arrival", arrived, || {
            (format!("a transaction of {treasury}"), "none".to_owned())
        });
    }
    let id = contest.record.id;
    for (event, what, sent) in [("OrgShareBooked", "org share", org), ("BudgetRefunded", "refunds", refunded)]
    {
        let booked = sum(facts, event, "amount", |event| number::<u32>(event, "contestId") == id);
        report.same(Check::Return, place, &format!("{what} at the treasury"), &sent, &booked);
    }
}

/// Sum of one member over the treasury's events of that name.
fn sum(facts: &Facts, name: &str, member: &str, only: impl Fn(&Decoded) -> bool) -> Nano {
    let events = facts.treasury.events_of(name).map(|(_, event)| event).filter(|event| only(event));
    events.map(|event| amount(event, member)).sum()
}

/// The books of a contest follow from what came in and went out.
pub(super) fn books(report: &mut Report, place: &str, contest: &ContestFacts, tally: Option<&Tally>) {
    let ledger = &contest.ledger;
    for (name, money) in [("budget", &ledger.budget), ("deposits", &ledger.deposits)] {
        report.holds(Check::Books, place, &format!("sum of the {name}"), money.holds(), || {
            ("the parts add up to what came in".to_owned(), format!("{money:?}"))
        });
    }
    let funded = contest.history.events_of("ContestFunded").count();
    let expected = if funded == 0 { Nano::ZERO } else { tally::total(&contest.spec) };
    report.same(Check::Books, place, "budget that came in", &expected, &ledger.budget.funded);
    let org = tally.map_or(Nano::ZERO, |tally| tally.org);
    report.same(Check::Books, place, "org share", &org, &ledger.budget.org_share);
    let entries = contest.history.events_of("EntrySubmitted").count();
    let deposits = Nano(contest.spec.entry_deposit.0 * entries as u128);
    report.same(Check::Books, place, "deposits that came in", &deposits, &ledger.deposits.funded);
    let withdrawn = contest.history.events_of("EntryWithdrawn").count();
    let withdrawn = Nano(contest.spec.entry_deposit.0 * withdrawn as u128);
    columns(report, &format!("{place}, budget"), contest, false, Nano::ZERO, &ledger.budget);
    columns(report, &format!("{place}, deposits"), contest, true, withdrawn, &ledger.deposits);
}

/// Columns of a ledger from its payout items and their messages.
fn columns(
    report: &mut Report,
    place: &str,
    contest: &ContestFacts,
    deposits: bool,
    withdrawn: Nano,
    money: &Money,
) {
    let of_state = |state: ItemState| -> Nano {
        let items = contest.payouts.iter().filter(|item| is_deposit(item.item) == deposits);
        items.filter(|item| item.state == state).map(|item| item.amount).sum()
    };
    let payments = contest
        .payments
        .iter()
        .filter(|payment| u8::try_from(payment.item).is_ok_and(is_deposit) == deposits);
    let sent: u128 = payments.map(|payment| payment.transfer.amount.0).sum();
    let back: u128 = contest
        .history
        .events_of("PayoutFailed")
        .map(|(_, event)| event)
        .filter(|event| is_deposit(number(event, "item")) == deposits)
        .map(|event| amount(event, "amount").0)
        .sum();
    let sent = Nano((sent + withdrawn.0).saturating_sub(back));
    report.same(Check::Books, place, "due", &of_state(ItemState::Due), &money.due);
    report.same(Check::Books, place, "sent", &sent, &money.sent);
    report.same(Check::Books, place, "failed", &of_state(ItemState::Failed), &money.failed);
}

/// The books of stages follow from grants and contests.
pub(super) fn stages(report: &mut Report, facts: &Facts) {
    let plan = plan(report, facts);
    let mut carried = Nano::ZERO;
    for (number, (stage, _)) in (1u8..).zip(&facts.stages) {
        let place = format!("stage {number}");
        let own = |event: &Decoded| crate::history::number::<u8>(event, "stage") == number;
        let same = |report: &mut Report, what: &str, expected: Nano, found: Nano| {
            report.same(Check::Stage, &place, what, &expected, &found);
        };
        if let Some(plan) = plan.get(usize::from(number) - 1) {
            same(report, "budget of the plan", plan.budget, stage.plan_budget);
        }
        same(report, "received", sum(facts, "StageFunded", "amount", own), stage.received);
        same(report, "carried in", carried, stage.carry_in);
        let ids: Vec<u32> = contests_of(facts, number).map(|contest| contest.record.id).collect();
        let of_stage = |event: &Decoded| ids.contains(&crate::history::number(event, "contestId"));
        let taken: Nano = contests_of(facts, number).map(|contest| contest.ledger.budget.funded).sum();
        same(report, "taken by contests", taken, stage.allocated);
        let in_time = |event: &Decoded| of_stage(event) && value(event, "late") != Some(true);
        same(
            report,
            "given back by contests",
            sum(facts, "BudgetRefunded", "amount", in_time),
            stage.refunded,
        );
        let left =
            [stage.available, stage.reserved, stage.sent, stage.allocated, stage.carry_out, stage.returned];
        let came = [stage.received, stage.carry_in, stage.refunded];
        same(report, "sum", came.into_iter().sum(), left.into_iter().sum());
        same(report, "carried out", sum(facts, "StageClosed", "carry", own), stage.carry_out);
        carried = stage.carry_out;
        closing(report, &place, facts, number);
    }
    report.holds(Check::Stage, "treasury", "books", facts.books.holds, || {
        ("they add up".to_owned(), format!("{:?}", facts.books))
    });
}

fn contests_of(facts: &Facts, stage: u8) -> impl Iterator<Item = &ContestFacts> {
    facts.contests.iter().filter(move |contest| contest.record.stage == stage)
}

/// A stage is closed by a decision, with the report that was voted on.
fn closing(report: &mut Report, place: &str, facts: &Facts, number: u8) {
    let Some((stage, _)) = facts.stages.get(usize::from(number) - 1) else { return };
    let voted = facts.proposals.iter().rev().find_map(|proposal| match proposal.info.action() {
        Ok(Action::CloseStage(close)) if close.stage == number && is_executed(proposal) => Some(close),
        _ => None,
    });
    let is_closed = stage.status == StageStatus::Closed;
    report.same(Check::Stage, place, "closed by a decision", &voted.is_some(), &is_closed);
    let (hash, link) = voted.map(|close| (close.report_hash, close.link)).unwrap_or_default();
    report.same(Check::Record, place, "SHA-256 of the report", &hash, &stage.report_hash);
    report.same(Check::Record, place, "link of the report", &link, &stage.link);
}

fn is_executed(proposal: &crate::facts::ProposalFacts) -> bool {
    proposal.info.outcome == governance::proposal::Outcome::Executed
}

/// The plan that the registry was deployed with.
fn plan(report: &mut Report, facts: &Facts) -> Vec<StagePlan> {
    let Ok(cell) = Boc::decode_base64(&facts.codes.plan) else { return Vec::new() };
    let hash = Digest(cell.repr_hash().0);
    report.same(Check::Code, "registry", "hash of the plan", &facts.codes.plan_hash, &hash);
    encoding::decode("StagePlan[]", &cell).unwrap_or_default()
}

/// The org fund follows from what contests gave and what was paid; payments are those voted on.
pub(super) fn org_fund(report: &mut Report, facts: &Facts) {
    let all = |_: &Decoded| true;
    let came = sum(facts, "OrgShareBooked", "amount", all).0 + sum(facts, "OrgPayBounced", "amount", all).0;
    let fund = Nano(came.saturating_sub(sum(facts, "OrgPaid", "amount", all).0));
    let found = Nano(facts.books.org_available.0 + facts.books.org_reserved.0);
    report.same(Check::Stage, "treasury", "org fund", &fund, &found);
    for (place, event) in facts.treasury.events_of("OrgPaid").map(|(_, event)| event).enumerate() {
        let (list, index) = (number::<u32>(event, "payId"), number::<u32>(event, "index"));
        let at = format!("org payment {index} of proposal {list}");
        let voted = facts.proposals.iter().find(|proposal| proposal.id == list);
        let voted = match voted.and_then(|proposal| proposal.info.action().ok()) {
            Some(Action::PayOrg(pay)) => pay.payments.get(index as usize).cloned(),
            _ => None,
        };
        let show = |to: String, amount: Nano| format!("{amount} to {to}");
        let none = || "none".to_owned();
        let voted = voted.map_or_else(none, |it| show(it.to.to_string(), it.amount));
        let paid = facts.org_payments.get(place).map(|payment| &payment.transfer);
        let paid = paid.map_or_else(none, |it| show(it.to.to_string(), it.amount));
        report.same(Check::Payment, &at, "payment", &voted, &paid);
    }
}
