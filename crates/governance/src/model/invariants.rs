//! What always holds, as predicates over the model: a random test runs them after every step.
//!
//! They hold while messages are under way, too. The numbers are those of the specification, 5.14. I17 and I18 speak of
//! messages alone, I12's gas and I19 of the chain; those tests watch the messages themselves.

use std::collections::BTreeSet;

use ton_abi::{PublicKey, UnixTime};

use super::Model;
use super::contest::Contest;
use super::limits;
use super::payout::ItemState;
use super::proposal::Proposal;
use super::treasury::BudgetState;
use super::wire::{Hop, Message};
use crate::contest::Phase;
use crate::jury_pool::JurorStatus;
use crate::proposal::{Choice, Outcome};
use crate::rules;
use crate::treasury::StageStatus;

/// A predicate over one state.
pub type Predicate = fn(&Model, UnixTime) -> bool;
/// A predicate over a state and the next one, with their times.
pub type Step = fn((&Model, UnixTime), (&Model, UnixTime)) -> bool;

/// Invariants of every state.
pub const STATES: &[(&str, Predicate)] = &[
    ("I1 ten to fifteen members, or under the minimum", i1_members_are_within_bounds),
    ("I2 no key is member twice, or member and juror", i2_no_key_has_two_seats),
    ("I3 the threshold is half plus one, at least six", i3_thresholds_agree),
    ("I4 the custodians are the members", i4_custodians_are_the_members),
    ("I5 one vote an elector", i5_one_vote_an_elector),
    ("I7 an active stage follows a closed one", i7_stages_are_gated),
    ("I8 contests of a stage fit its money", i8_contests_fit_their_stage),
    ("I9 the treasury adds up", i9_the_treasury_adds_up),
    ("I10 contests add up", i10_contests_add_up),
    ("I11 payees get at most what is due", i11_nobody_is_paid_more_than_due),
    ("I12 no money appears or vanishes", i12_money_is_conserved),
    ("I13 no juror of a contest entered it", i13_jurors_did_not_enter),
    ("I14 no juror of a contest is a member", i14_jurors_are_no_members),
    ("I16 nothing but deposits is paid before Payable", i16_nothing_is_paid_early),
];

/// Invariants of every step.
pub const STEPS: &[(&str, Step)] = &[
    ("I6 closed outcomes never change", i6_closed_outcomes_stay),
    ("I11 payouts are paid at most once", i11_payouts_leave_once),
    ("I15 no phase goes back", i15_phases_go_forward),
];

/// Names of the invariants of [`STATES`] that a state breaks.
pub fn broken(model: &Model, now: UnixTime) -> Vec<&'static str> {
    STATES.iter().filter(|(_, holds)| !holds(model, now)).map(|(name, _)| *name).collect()
}

/// Names of the invariants of [`STEPS`] that a step breaks.
pub fn broken_by(before: (&Model, UnixTime), after: (&Model, UnixTime)) -> Vec<&'static str> {
    STEPS.iter().filter(|(_, holds)| !holds(before, after)).map(|(name, _)| *name).collect()
}

/// 10 to 15 members, or fewer and so under the minimum; never fewer than the floor of the threshold.
pub fn i1_members_are_within_bounds(model: &Model, _: UnixTime) -> bool {
    let count = model.members.count();
    let under = model.members.is_under_min(&model.params);
    let bounds = usize::from(model.params.min_members)..=usize::from(model.params.max_members);
    (bounds.contains(&count) || under) && count >= usize::from(limits::RESIGN_FLOOR)
}

/// Every seat has an index of its own; no member is in the pool as an active juror, and the pool knows the members. It
/// also knows keys for which a seat, or the end of one, is still being asked.
pub fn i2_no_key_has_two_seats(model: &Model, _: UnixTime) -> bool {
    let seats = &model.members.seats;
    let indices: BTreeSet<_> = seats.values().map(|member| member.index).collect();
    let active = |key| model.pool.jurors.get(key).is_some_and(|juror| juror.status == JurorStatus::Active);
    let pool = &model.pool.members;
    let known = |key: &PublicKey| seats.contains_key(key) || model.requests.names(key);
    let mirrored = seats.keys().all(|key| pool.contains(key)) && pool.iter().all(known);
    indices.len() == seats.len() && !seats.keys().any(active) && mirrored
}

/// The threshold of the registry and of the wallet, each for its own set.
pub fn i3_thresholds_agree(model: &Model, _: UnixTime) -> bool {
    let expected = rules::threshold(model.members.count());
    let wallet = rules::threshold(model.wallet.custodians.len());
    usize::from(model.members.threshold()) == expected && usize::from(model.wallet.required) == wallet
}

/// The custodians are the members of some epoch that was sent to the wallet; those of today, unless the message is
/// under way or came back.
pub fn i4_custodians_are_the_members(model: &Model, _: UnixTime) -> bool {
    let wallet = &model.wallet;
    let syncs = |hop: &Hop| matches!(hop.message, Message::SyncOne | Message::SyncCustodians { .. });
    let waits = model.requests.unsynced || model.wire.hops.iter().any(syncs);
    let known = model.requests.sets.get(&wallet.epoch);
    let same = wallet.epoch == model.members.epoch;
    known.is_some_and(|set| set.iter().eq(wallet.custodians.keys())) && (same || waits)
}

/// Ballots are of electors without an interest, and their count is the tally.
pub fn i5_one_vote_an_elector(model: &Model, _: UnixTime) -> bool {
    model.proposals.values().all(|proposal| {
        let votes = proposal.votes();
        let voters = proposal.ballots.keys();
        let electors = &proposal.terms.electorate;
        let mut may = voters.map(|key| electors.contains_key(key) && !proposal.terms.excluded.contains(key));
        let given = proposal.ballots.values().filter(|ballot| ballot.choice != Choice::None).count();
        may.all(|may| may) && usize::from(votes.yes + votes.no + votes.abstain) == given
    })
}

/// An outcome that is over stays; an executed proposal is never executed again.
pub fn i6_closed_outcomes_stay(before: (&Model, UnixTime), after: (&Model, UnixTime)) -> bool {
    before.0.proposals.iter().all(|(id, proposal)| {
        let later = after.0.proposals.get(id);
        let decided = |proposal: &Proposal| proposal.stored != Outcome::Active;
        later.is_some_and(|later| {
            let closed = !proposal.is_over() || later.stored == proposal.stored;
            closed && (!decided(proposal) || decided(later) && later.ballots == proposal.ballots)
        })
    })
}

/// A stage that has, or had, money of contests follows a closed one.
pub fn i7_stages_are_gated(model: &Model, _: UnixTime) -> bool {
    let status = |number| model.treasury.stages.get(&number).map(|stage| stage.status);
    model.treasury.stages.iter().all(|(number, stage)| {
        let gate = *number == 1 || status(number - 1) == Some(StageStatus::Closed);
        stage.status == StageStatus::Planned || gate
    })
}

/// The totals of the contests that hold a reservation or were funded, less what came back, fit what came in.
pub fn i8_contests_fit_their_stage(model: &Model, _: UnixTime) -> bool {
    model.treasury.stages.iter().all(|(number, stage)| {
        let held = model.treasury.budgets.values().filter(|budget| budget.stage == *number);
        let sum: u128 =
            held.filter(|budget| budget.state != BudgetState::None).map(|budget| budget.total.0).sum();
        sum <= stage.received.0 + stage.carry_in.0 + stage.refunded.0
    })
}

/// Every stage adds up, and so does the whole of an item.
pub fn i9_the_treasury_adds_up(model: &Model, _: UnixTime) -> bool {
    let treasury = &model.treasury;
    let waiting: u128 = treasury.org_lists.values().filter(|list| !list.paid).map(|list| list.sum.0).sum();
    treasury.stages.values().all(super::treasury::Stage::holds)
        && waiting == treasury.org_reserved.0
        && treasury.items.values().all(|item| item.left <= item.total)
}

/// `funded = pot + due + sent + failed + orgShare + refunded`, of budget and deposits.
pub fn i10_contests_add_up(model: &Model, _: UnixTime) -> bool {
    model.contests.values().all(|contest| {
        let books = &contest.books;
        let funded = if contest.funded { contest.total() } else { ton_abi::Nano::ZERO };
        books.budget.holds() && books.deposits.holds() && books.budget.funded == funded
    })
}

/// What is due, sent and failed of the budget is at most the participants' and the jury's reward, and each prize is
/// at most the fund.
pub fn i11_nobody_is_paid_more_than_due(model: &Model, _: UnixTime) -> bool {
    model.contests.values().all(|contest| {
        let money = &contest.books.budget;
        let paid = money.due.0 + money.sent.0 + money.failed.0;
        paid <= contest.spec.fund.0 + contest.spec.jury_reward().0
    })
}

/// An item that was sent becomes Failed or stays; one that was swept stays.
pub fn i11_payouts_leave_once(before: (&Model, UnixTime), after: (&Model, UnixTime)) -> bool {
    before.0.contests.iter().all(|(id, contest)| {
        let Some(later) = after.0.contests.get(id) else { return false };
        contest.books.items.iter().all(|(number, item)| {
            let Some(next) = later.books.items.get(number) else { return false };
            let same = (&next.to, &next.key) == (&item.to, &item.key) && next.amount <= item.amount;
            let state = match item.state {
                ItemState::Sent => matches!(next.state, ItemState::Sent | ItemState::Failed),
                ItemState::Swept => next.state == ItemState::Swept,
                ItemState::Failed => next.state != ItemState::Due,
                ItemState::Due | ItemState::None => true,
            };
            same && state
        })
    })
}

/// What came in is in the treasury, on its way, in contests, or paid. Gas is not in the model.
pub fn i12_money_is_conserved(model: &Model, _: UnixTime) -> bool {
    let treasury = &model.treasury;
    let received: u128 = treasury.stages.values().map(|stage| stage.received.0).sum();
    let funded = |id: &u32| model.contests.get(id).is_some_and(|contest| contest.funded);
    let sent = treasury.budgets.iter().filter(|(id, it)| it.state == BudgetState::Sent && !funded(id));
    let under_way = sent.map(|(_, budget)| budget.total.0).sum::<u128>() + model.wire.money().0;
    let came = received + treasury.donated.0 + deposits_in(model);
    let contests = model.contests.values();
    let held: u128 = contests.clone().map(|c| c.books.owed(c.desk.org_sent).0).sum();
    let paid: u128 = contests.map(|c| c.books.budget.sent.0 + c.books.deposits.sent.0).sum();
    came == treasury.booked().0 + under_way + held + paid + treasury.org_paid.0
}

fn deposits_in(model: &Model) -> u128 {
    model.contests.values().map(|contest| contest.books.deposits.funded.0).sum()
}

/// By key and by address.
pub fn i13_jurors_did_not_enter(model: &Model, _: UnixTime) -> bool {
    model.contests.values().all(|contest| {
        contest.entries.values().all(|entry| {
            let jury = &contest.jury;
            !jury.contains_key(&entry.key) && jury.values().all(|seat| seat.addr != entry.wallet)
        })
    })
}

/// While the contest is not over; later a juror may become member.
pub fn i14_jurors_are_no_members(model: &Model, _: UnixTime) -> bool {
    let running = model.contests.values().filter(|contest| contest.settled_at.is_none());
    let mut keys = running.flat_map(|contest| contest.jury.keys());
    let mut booked = model.pool.contests.values().flat_map(|contest| &contest.jury);
    let member = |key| model.members.seats.contains_key(key);
    !keys.any(member) && !booked.any(member)
}

/// Phases go forward but for the ways back that are drawn: Held to Confirm, a repeated judging, and Reveal or Tallied
/// to an extended deadline.
pub fn i15_phases_go_forward(before: (&Model, UnixTime), after: (&Model, UnixTime)) -> bool {
    before.0.contests.iter().all(|(id, contest)| {
        let Some(later) = after.0.contests.get(id) else { return false };
        let (from, to) = (contest.phase(before.1), later.phase(after.1));
        let held = from == Phase::Held && to == Phase::Confirm;
        let repeated = from == Phase::Reveal && to == Phase::Commit && later.extended && !contest.extended;
        let closed = from == Phase::Cancelled && matches!(to, Phase::Settling | Phase::Closed);
        to >= from || held || repeated || closed
    })
}

/// Before Payable only deposits leave a contest.
pub fn i16_nothing_is_paid_early(model: &Model, now: UnixTime) -> bool {
    let early = |contest: &&Contest| !contest.is_payable(now);
    model.contests.values().filter(early).all(|contest| contest.books.budget.sent.is_zero())
}
