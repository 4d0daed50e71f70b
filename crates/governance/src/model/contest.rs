//! A contest: its phases, deadlines, holds and the tally.

use std::collections::{BTreeMap, BTreeSet};

use ton_abi::{Address, Nano, PublicKey, UnixTime};

use super::desk::{Desk, Step};
use super::entry::{Entry, Nomination};
use super::judging::Seat;
use super::limits;
use super::payout::{Books, ItemState};
use super::refusal::{Refusal, require};
use super::tally::{self, Rank, Stats};
use crate::contest::{Ending, Phase};
use crate::payload::Spec;

/// A contest and all that it knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contest {
    /// What the members voted on.
    pub spec: Spec,
    /// Members when it was launched, with their payout addresses.
    pub members: BTreeMap<PublicKey, Option<Address>>,
    /// Whether their entries are refused.
    pub forbid_members: bool,
    /// Seconds that all holds together may last.
    pub hold_max: u32,
    /// Phase that was recorded last.
    pub recorded: Phase,
    /// How it ended, as far as known.
    pub ending: Ending,
    /// Whether the budget is here.
    pub funded: bool,
    /// When entries close.
    pub entries_end: UnixTime,
    /// When commits end; of no meaning before the jury stands.
    pub commit_end: UnixTime,
    /// When reveals end.
    pub reveal_end: UnixTime,
    /// Whether commit and reveal were repeated.
    pub extended: bool,
    /// When the jury was asked for last.
    pub draw_at: UnixTime,
    /// How often it was.
    pub draw_tries: u8,
    /// When the ranking stood.
    pub tallied_at: Option<UnixTime>,
    /// After it an unconfirmed payout opens by itself.
    pub confirm_by: UnixTime,
    /// Whether the registry knows the ranking.
    pub announced: bool,
    /// Whether the members confirmed the payout.
    pub confirmed: bool,
    /// End of the last hold.
    pub held_until: UnixTime,
    /// Seconds of all holds.
    pub held_total: u32,
    /// When something was paid last.
    pub sent_at: UnixTime,
    /// When it was settled.
    pub settled_at: Option<UnixTime>,
    /// When unclaimed payouts were given back last, and how often.
    pub swept: (UnixTime, u8),
    /// Entries by number.
    pub entries: BTreeMap<u8, Entry>,
    /// Jury by key.
    pub jury: BTreeMap<PublicKey, Seat>,
    /// Counts by entry.
    pub scores: BTreeMap<u8, Stats>,
    /// Ranking, best first.
    pub ranking: Vec<Rank>,
    /// Money.
    pub books: Books,
    /// Requests, work under way, and the steps of settling.
    pub desk: Desk,
}

/// What a poke of the phase led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advance {
    /// The phase was recorded.
    Recorded(Phase),
    /// Too few jurors revealed: commit and reveal begin again.
    Repeated,
    /// The ranking stands.
    Tallied,
}

impl Contest {
    /// A contest without its money.
    pub fn new(
        spec: Spec,
        members: BTreeMap<PublicKey, Option<Address>>,
        forbid_members: bool,
        hold_max: u32,
    ) -> Self {
        Self {
            entries_end: spec.entries_end,
            spec,
            members,
            forbid_members,
            hold_max,
            recorded: Phase::Created,
            ending: Ending::None,
            funded: false,
            commit_end: UnixTime(0),
            reveal_end: UnixTime(0),
            extended: false,
            draw_at: UnixTime(0),
            draw_tries: 0,
            tallied_at: None,
            confirm_by: UnixTime(0),
            announced: false,
            confirmed: false,
            held_until: UnixTime(0),
            held_total: 0,
            sent_at: UnixTime(0),
            settled_at: None,
            swept: (UnixTime(0), 0),
            entries: BTreeMap::new(),
            jury: BTreeMap::new(),
            scores: BTreeMap::new(),
            ranking: Vec::new(),
            books: Books::default(),
            desk: Desk::default(),
        }
    }

    /// The whole budget.
    pub fn total(&self) -> Nano {
        tally::total(&self.spec)
    }

    /// The phase of this moment.
    pub fn phase(&self, now: UnixTime) -> Phase {
        match self.desk.step {
            Step::None => {}
            Step::Over => return Phase::Closed,
            _ => return Phase::Settling,
        }
        let no_quorum = self.ending == Ending::NoQuorum && self.tallied_at.is_none();
        if self.ending == Ending::Cancelled || no_quorum {
            Phase::Cancelled
        } else if !self.funded {
            Phase::Created
        } else if now < self.spec.open_at {
            Phase::Funded
        } else if now < self.entries_end {
            Phase::Open
        } else if let Some(tallied_at) = self.tallied_at {
            self.payout_phase(tallied_at, now)
        } else {
            self.judging_phase(now)
        }
    }

    fn judging_phase(&self, now: UnixTime) -> Phase {
        let closed = !self.spec.is_sealed || now >= self.entries_end.plus(limits::OPENING);
        if self.entries.is_empty() || (closed && self.judged().is_empty()) {
            return Phase::Tallied;
        }
        if self.jury.is_empty() {
            let drawing = now < self.entries_end.plus(limits::DRAW_WINDOW);
            return if drawing { Phase::Drawing } else { Phase::Cancelled };
        }
        if now < self.commit_end {
            Phase::Commit
        } else if now < self.reveal_end {
            Phase::Reveal
        } else if self.revealed() >= usize::from(self.spec.min_jurors) {
            Phase::Tallied
        } else if self.extended {
            Phase::Cancelled
        } else {
            Phase::Reveal
        }
    }

    fn payout_phase(&self, tallied_at: UnixTime, now: UnixTime) -> Phase {
        if now < self.held_until {
            Phase::Held
        } else if self.confirmed || now > self.confirm_by {
            Phase::Payable
        } else if self.is_known(tallied_at, now) {
            Phase::Confirm
        } else {
            Phase::Tallied
        }
    }

    /// Whether the registry knows the ranking, or had the time to ask for it.
    const fn is_known(&self, tallied_at: UnixTime, now: UnixTime) -> bool {
        self.announced || now.0 >= tallied_at.plus(limits::RESEND_AFTER).0
    }

    /// Whether prizes and jury pay may be paid.
    pub fn is_payable(&self, now: UnixTime) -> bool {
        matches!(self.phase(now), Phase::Payable | Phase::Settling | Phase::Closed)
    }

    /// The treasury brings the budget.
    ///
    /// # Errors
    /// 152 it is here already.
    pub fn fund(&mut self, now: UnixTime) -> Result<(), Refusal> {
        require(self.phase(now) == Phase::Created, Refusal::BAD_PHASE)?;
        let total = self.total();
        self.books.budget.funded = total;
        self.books.budget.pot = total;
        self.funded = true;
        self.recorded = self.phase(now);
        Ok(())
    }

    /// Anyone records the phase, and starts what it begins with.
    ///
    /// # Errors
    /// 152 nothing would change.
    pub fn advance(&mut self, now: UnixTime) -> Result<Advance, Refusal> {
        let effect = self.begin_advance(now)?;
        if effect == Advance::Tallied {
            self.tally(now);
        }
        Ok(effect)
    }

    /// The same without the tally, which takes messages of its own.
    ///
    /// # Errors
    /// 152, 306 in this order.
    pub fn begin_advance(&mut self, now: UnixTime) -> Result<Advance, Refusal> {
        let next = self.phase(now);
        let counts = next == Phase::Tallied && self.tallied_at.is_none();
        let repeats = next == Phase::Reveal && now >= self.reveal_end;
        require(counts || repeats || next != self.recorded, Refusal::BAD_PHASE)?;
        self.desk.check_idle(now)?;
        if repeats {
            self.extended = true;
            self.commit_end = now.plus(self.spec.commit_span.0);
            self.reveal_end = self.commit_end.plus(self.spec.reveal_span.0);
            self.recorded = Phase::Commit;
            return Ok(Advance::Repeated);
        }
        if next == Phase::Cancelled && self.ending == Ending::None {
            self.ending = Ending::NoQuorum;
            self.release_deposits(|_| true);
        }
        self.recorded = next;
        Ok(if counts { Advance::Tallied } else { Advance::Recorded(next) })
    }

    /// The registry heard of the ranking.
    pub fn announce_result(&mut self, now: UnixTime) {
        self.announced = true;
        self.recorded = self.phase(now);
    }

    /// The members move a deadline to a later time. The same end again changes nothing.
    ///
    /// # Errors
    /// 152 the phase is over or its end not known; 153 not later, or too far away.
    pub fn extend(&mut self, phase: Phase, time: UnixTime, now: UnixTime) -> Result<(), Refusal> {
        let present = self.phase(now);
        let judging = matches!(present, Phase::Commit | Phase::Reveal) && now < self.reveal_end;
        let last = match phase {
            Phase::Open if present <= Phase::Open && self.ending == Ending::None => self.entries_end,
            Phase::Commit if present == Phase::Commit => self.commit_end,
            Phase::Reveal if judging => self.reveal_end,
            _ => return Err(Refusal::BAD_PHASE),
        };
        if time == last {
            return Ok(());
        }
        let ahead = time > last && time > now && time <= now.plus(limits::EXTENSION);
        require(ahead, Refusal::BAD_TIME)?;
        match phase {
            Phase::Open => self.entries_end = time,
            Phase::Commit => {
                self.reveal_end = self.reveal_end.plus(time.0 - self.commit_end.0);
                self.commit_end = time;
            }
            _ => self.reveal_end = time,
        }
        Ok(())
    }

    /// The members hold the payout. The same end again changes nothing.
    ///
    /// # Errors
    /// 152 phase; 153 not later than now and the present hold; 155 all holds together.
    pub fn hold(&mut self, until: UnixTime, now: UnixTime) -> Result<(), Refusal> {
        let present = self.phase(now);
        require(matches!(present, Phase::Confirm | Phase::Held), Refusal::BAD_PHASE)?;
        let held = present == Phase::Held;
        if held && until == self.held_until {
            return Ok(());
        }
        let from = if held { self.held_until } else { now };
        require(until > from, Refusal::BAD_TIME)?;
        let length = until.0 - from.0;
        let sum = u64::from(self.held_total) + u64::from(length);
        require(sum <= u64::from(self.hold_max), Refusal::LIMIT)?;
        self.held_total += length;
        self.held_until = until;
        self.recorded = Phase::Held;
        Ok(())
    }

    /// The members' wallet confirmed the payout list. Also right when the payout is open already; while it is held,
    /// the confirmation counts when the hold ends.
    ///
    /// # Errors
    /// 513 there is no list yet.
    pub fn confirm(&mut self, now: UnixTime) -> Result<(), Refusal> {
        let present = self.phase(now);
        let listed = self.tallied_at.is_some() && present != Phase::Tallied;
        require(listed, Refusal::NOT_PAYABLE)?;
        if matches!(present, Phase::Confirm | Phase::Held) && !self.confirmed {
            self.confirmed = true;
            self.recorded = self.phase(now);
        }
        Ok(())
    }

    /// Anyone has up to `n` items paid; their numbers.
    ///
    /// # Errors
    /// 155, 513, 306 in this order.
    pub fn pay_next(&mut self, n: u8, now: UnixTime) -> Result<Vec<u8>, Refusal> {
        self.check_pay(n, now)?;
        self.recorded = self.phase(now);
        Ok(self.pay(n, now))
    }

    /// Pays up to `n` items that are due; their numbers.
    pub(super) fn pay(&mut self, n: u8, now: UnixTime) -> Vec<u8> {
        let paid = self.books.pay(n, self.is_payable(now));
        if !paid.is_empty() {
            self.sent_at = now;
        }
        paid
    }

    /// A payee takes an own item.
    ///
    /// # Errors
    /// 514, 513, 515 in this order.
    pub fn claim(&mut self, item: u8, payee: &Address, now: UnixTime) -> Result<Nano, Refusal> {
        let payable = self.is_payable(now);
        let was_due = self.books.items.get(&item).is_some_and(|item| item.state == ItemState::Due);
        let amount = self.books.claim(item, payee, payable)?;
        self.recorded = self.phase(now);
        // Settling waits for the bounces of what was due, not for those of repeated claims.
        if was_due {
            self.sent_at = now;
        }
        Ok(amount)
    }

    /// A winner asks for a seat: place, key and wallet for the registry. `wallet` is the sender of an internal message,
    /// else the key signed it.
    ///
    /// # Errors
    /// 157, 515, 152, 516, 156, 306 in this order.
    pub fn nominate(
        &mut self,
        number: u8,
        by: &PublicKey,
        wallet: Option<&Address>,
        now: UnixTime,
    ) -> Result<(u8, PublicKey, Address), Refusal> {
        let known = self.tallied_at.is_some_and(|tallied_at| self.is_known(tallied_at, now));
        let place = self.ranking.iter().find(|rank| rank.entry == number).map(|rank| rank.place);
        let entry = self.entries.get_mut(&number).ok_or(Refusal::NOT_FOUND)?;
        let own = wallet.map_or(entry.key == *by, |wallet| entry.wallet == *wallet);
        require(own, Refusal::NOT_PAYEE)?;
        require(known, Refusal::BAD_PHASE)?;
        let place = place.filter(|place| *place <= limits::WINNER_PLACES).ok_or(Refusal::NOT_WINNER)?;
        let again = entry.nominated == Nomination::Refused && wallet.is_some();
        require(entry.nominated == Nomination::No || again, Refusal::DUPLICATE)?;
        if wallet.is_none() {
            self.desk.check_idle(now)?;
        }
        entry.nominated = Nomination::Yes;
        Ok((place, entry.key, entry.wallet.clone()))
    }

    pub(super) fn tally(&mut self, now: UnixTime) {
        let judged: BTreeMap<u8, Stats> =
            self.judged().into_iter().map(|entry| (entry, self.stats(entry))).collect();
        let mut jurors: Vec<_> = self.jury.iter().map(|(key, seat)| (*key, seat.clone())).collect();
        jurors.sort_by_key(|(_, seat)| seat.index);
        let comments: Vec<u8> = jurors.iter().map(|(_, seat)| seat.comments).collect();
        let counted = tally::tally(&self.spec, &judged, &comments);
        for rank in counted.ranking.iter().filter(|rank| !rank.prize.is_zero()) {
            if let Some(entry) = self.entries.get(&rank.entry) {
                self.books.allot(rank.entry, entry.wallet.clone(), entry.key, rank.prize);
            }
        }
        for ((key, seat), pay) in jurors.into_iter().zip(counted.jury).filter(|(_, pay)| !pay.is_zero()) {
            self.books.allot(limits::JURY_ITEMS + seat.index, seat.addr, key, pay);
        }
        self.books.budget.pot.0 -= counted.org.0;
        self.books.budget.org_share = counted.org;
        self.ranking = counted.ranking;
        let rejected: BTreeSet<u8> =
            self.entries.keys().copied().filter(|entry| self.stats(*entry).is_rejected()).collect();
        self.release_deposits(|entry| !rejected.contains(&entry));
        self.tallied_at = Some(now);
        self.confirm_by = now.plus(self.spec.confirm_window.0);
    }

    /// Counts of an entry.
    pub fn stats(&self, entry: u8) -> Stats {
        self.scores.get(&entry).copied().unwrap_or_default()
    }

    fn release_deposits(&mut self, keeps: impl Fn(u8) -> bool) {
        let deposit = self.spec.entry_deposit;
        if deposit.is_zero() {
            return;
        }
        for (number, entry) in self.entries.iter().filter(|(number, _)| keeps(**number)) {
            let item = limits::DEPOSIT_ITEMS + number;
            self.books.allot(item, entry.wallet.clone(), entry.key, deposit);
        }
    }
}

#[cfg(test)]
mod tests;
