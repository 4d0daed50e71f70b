//! The desk of a contest: requests that wait for answers, the work that its pokes begin, and the steps of settling.
//!
//! A poke only notes what is to be done; the contest does it in a message to itself. Until then, or for ten minutes,
//! no other poke is taken (306).

use std::collections::BTreeMap;

use ton_abi::{Nano, PublicKey, UnixTime};

use super::contest::Contest;
use super::entry::Nomination;
use super::judging::CardState;
use super::limits;
use super::payout::is_deposit;
use super::refusal::{Refusal, require};
use super::wire::{Message, Party, code_of, waited};
use crate::contest::{Ending, Kind, Phase};
use crate::payload::SpecJuror;

/// All topics: what the winners of a jury contest may judge.
pub(super) const ALL_TOPICS: u8 = (1 << limits::TOPICS) - 1;

/// Messages that a contest sends, with their receivers.
pub(super) type Outbox = Vec<(Party, Message)>;

/// Work that a poke began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// Ask for the jury.
    Draw,
    /// Count; a long ranking takes several messages.
    Tally,
    /// Pay up to so many items.
    Pay(u8),
    /// Go on settling.
    Settle,
    /// Give unclaimed payouts back.
    Sweep,
    /// Send a request again.
    Resend(u64),
    /// Register the winner with this entry.
    Nominate(u8),
}

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The budget.
    Ready,
    /// A jury.
    Draw,
    /// The registry to take note of the ranking.
    Finalize,
    /// A seat for the winner.
    Candidate,
    /// The org share to be booked.
    Org,
    /// A refund to be booked.
    Refund,
    /// The pool to take note of the work.
    Report,
    /// A place in the pool.
    Admit,
}

/// A request without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// What it asks for.
    pub kind: Asked,
    /// When it was sent last.
    pub at: UnixTime,
    /// How often it was sent again.
    pub tries: u8,
    /// Entry that it is about.
    pub entry: u8,
    /// Money of the budget that it carries.
    pub amount: Nano,
    /// Money of the deposits that it carries.
    pub deposits: Nano,
}

/// Steps of settling, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Not begun.
    None,
    /// The org share goes.
    Org,
    /// The rest goes.
    Refund,
    /// The pool hears who worked.
    Report,
    /// Winners of a jury contest become jurors.
    Admit,
    /// The registry hears it.
    Over,
}

/// The desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// Number of the last request.
    pub nonce: u64,
    /// Requests by number.
    pub asks: BTreeMap<u64, Ask>,
    /// When a poke began work that is not done.
    pub job_at: Option<UnixTime>,
    /// Messages that the tally has had.
    pub counted: usize,
    /// Where settling stands.
    pub step: Step,
    /// Request that the step waits for; 0 for none.
    pub step_nonce: u64,
    /// When the step was begun or came back.
    pub step_at: UnixTime,
    /// How often it was begun again.
    pub step_tries: u8,
    /// Whether the registry could not hear of the end.
    pub unheard: bool,
    /// Whether the org share is gone.
    pub org_sent: bool,
    /// Winners who had their chance to become jurors.
    pub admitted: u8,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            nonce: 0,
            asks: BTreeMap::new(),
            job_at: None,
            counted: 0,
            step: Step::None,
            step_nonce: 0,
            step_at: UnixTime(0),
            step_tries: 0,
            unheard: false,
            org_sent: false,
            admitted: 0,
        }
    }
}

impl Desk {
    /// No poke is taken while another one's work is under way.
    pub(super) fn check_idle(&self, now: UnixTime) -> Result<(), Refusal> {
        let idle = self.job_at.is_none_or(|at| now >= at.plus(limits::RESEND_AFTER));
        require(idle, Refusal::IN_PROGRESS)
    }

    fn ask(&mut self, kind: Asked, entry: u8, (amount, deposits): (Nano, Nano), now: UnixTime) -> u64 {
        self.nonce += 1;
        self.asks.insert(self.nonce, Ask { kind, at: now, tries: 0, entry, amount, deposits });
        self.nonce
    }

    const fn next_step(&mut self) {
        self.step = match self.step {
            Step::None => Step::Org,
            Step::Org => Step::Refund,
            Step::Refund => Step::Report,
            Step::Report => Step::Admit,
            Step::Admit | Step::Over => Step::Over,
        };
        self.step_tries = 0;
        self.step_nonce = 0;
    }

    const fn pass_winner(&mut self) {
        self.admitted += 1;
        self.step_tries = 0;
        self.step_nonce = 0;
    }
}

const NO_MONEY: (Nano, Nano) = (Nano::ZERO, Nano::ZERO);

impl Contest {
    /// A poke began work: the message to itself.
    pub(super) fn start(&mut self, job: Job, now: UnixTime) -> Message {
        self.desk.job_at = Some(now);
        Message::Work(job)
    }

    /// Anyone has a request without an answer sent again. Money is not: its receiver is asked whether it came.
    ///
    /// # Errors
    /// 157, 153, 306 in this order.
    pub fn resend(&mut self, nonce: u64, now: UnixTime) -> Result<(), Refusal> {
        let idle = self.desk.check_idle(now);
        let ask = self.desk.asks.get_mut(&nonce).ok_or(Refusal::NOT_FOUND)?;
        require(waited(ask.at, ask.tries, now), Refusal::BAD_TIME)?;
        idle?;
        ask.at = now;
        ask.tries = ask.tries.saturating_add(1);
        Ok(())
    }

    /// A message of another contract or of itself.
    ///
    /// # Errors
    /// The contract throws.
    pub(super) fn receive(
        &mut self,
        from: Party,
        message: &Message,
        now: UnixTime,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        match message {
            Message::CreateContest(..) => self.ask_for_money(now, out),
            Message::Fund(nonce) => {
                self.fund(now)?;
                self.desk.asks.remove(nonce);
                out.push((Party::Registry, Message::OnFunded));
                out.push((from, Message::FundAck(*nonce)));
            }
            Message::Announce(nonce) => self.announced_again(*nonce, now, out),
            Message::Extend(nonce, phase, time) => {
                let code = code_of(self.extend(*phase, *time, now));
                out.push((from, Message::Done(*nonce, code)));
            }
            Message::Hold(nonce, until) => {
                let code = code_of(self.hold(*until, now));
                out.push((from, Message::Done(*nonce, code)));
            }
            Message::Confirmed(_) => {
                // The wallet takes no answers.
                let _ = self.confirm(now);
            }
            Message::OnJury(nonce, jurors) => self.jury_came(*nonce, jurors, now),
            Message::Work(job) => self.work(*job, now, out),
            Message::Done(nonce, code) => self.answered(from, *nonce, *code, now, out),
            _ => {}
        }
        Ok(())
    }

    fn ask_for_money(&mut self, now: UnixTime, out: &mut Outbox) {
        let nonce = self.desk.ask(Asked::Ready, 0, NO_MONEY, now);
        out.push((Party::Treasury, Message::EscrowReady(nonce)));
    }

    fn announced_again(&mut self, nonce: u64, now: UnixTime, out: &mut Outbox) {
        let over = self.ending != Ending::None;
        if !over && self.funded {
            out.push((Party::Registry, Message::OnFunded));
        } else if !over {
            self.ask_for_money(now, out);
        }
        let code = if over { Refusal::BAD_PHASE.0 } else { 0 };
        out.push((Party::Registry, Message::Done(nonce, code)));
    }

    fn jury_came(&mut self, nonce: u64, jurors: &[SpecJuror], now: UnixTime) {
        self.desk.asks.remove(&nonce);
        self.seat_jury(jurors, now);
    }

    fn work(&mut self, job: Job, now: UnixTime, out: &mut Outbox) {
        self.desk.job_at = None;
        match job {
            Job::Draw => self.ask_for_jury(now, out),
            Job::Tally => self.count_on(now, out),
            Job::Pay(n) => {
                self.pay(n, now);
            }
            Job::Settle => self.settle_on(now, out),
            Job::Sweep => {
                if self.take_failed() {
                    self.send_refund(false, now, out);
                }
            }
            Job::Resend(nonce) => self.repeat(nonce, now, out),
            Job::Nominate(entry) => self.ask_for_seat(entry, now, out),
        }
    }

    fn ask_for_jury(&mut self, now: UnixTime, out: &mut Outbox) {
        if self.phase(now) != Phase::Drawing {
            return;
        }
        if !self.spec.bootstrap_jury.is_empty() {
            self.seat_jury(&self.spec.bootstrap_jury.clone(), now);
            return;
        }
        self.desk.asks.retain(|_, ask| ask.kind != Asked::Draw);
        let nonce = self.desk.ask(Asked::Draw, 0, NO_MONEY, now);
        out.push((Party::Pool, self.draw_message(nonce)));
    }

    /// One message of the tally: the ranking, then prizes, then the rest.
    fn count_on(&mut self, now: UnixTime, out: &mut Outbox) {
        if self.phase(now) != Phase::Tallied || self.tallied_at.is_some() {
            return;
        }
        self.desk.counted += 1;
        if self.desk.counted < 3 + self.judged().len() / (limits::TALLY_STEP + 1) {
            let more = self.start(Job::Tally, now);
            out.push((Party::Contest(0), more));
            return;
        }
        self.desk.counted = 0;
        self.tally(now);
        let nonce = self.desk.ask(Asked::Finalize, 0, NO_MONEY, now);
        out.push((Party::Registry, Message::OnFinalized(nonce, self.confirm_by)));
    }

    /// The registry hears of a winner who wants a seat.
    pub(super) fn ask_for_seat(&mut self, entry: u8, now: UnixTime, out: &mut Outbox) {
        let nonce = self.desk.ask(Asked::Candidate, entry, NO_MONEY, now);
        out.extend(self.register(nonce, entry));
    }

    fn register(&self, nonce: u64, number: u8) -> Option<(Party, Message)> {
        let entry = self.entries.get(&number)?;
        let place = self.ranking.iter().find(|rank| rank.entry == number).map_or(0, |rank| rank.place);
        let (key, addr) = (entry.key, entry.wallet.clone());
        Some((Party::Registry, Message::RegisterCandidate { nonce, entry: number, place, key, addr }))
    }

    fn repeat(&mut self, nonce: u64, now: UnixTime, out: &mut Outbox) {
        let drawing = self.phase(now) == Phase::Drawing;
        let Some(ask) = self.desk.asks.get(&nonce) else { return };
        let again = match ask.kind {
            Asked::Ready if !self.funded => Some((Party::Treasury, Message::EscrowReady(nonce))),
            Asked::Draw if drawing => Some((Party::Pool, self.draw_message(nonce))),
            Asked::Finalize => Some((Party::Registry, Message::OnFinalized(nonce, self.confirm_by))),
            Asked::Candidate => self.register(nonce, ask.entry),
            Asked::Report => Some((Party::Pool, Message::ReportWork(nonce, self.seated()))),
            Asked::Admit => self.admission(nonce, ask.entry),
            Asked::Org | Asked::Refund => Some((Party::Treasury, Message::Query(nonce))),
            Asked::Ready | Asked::Draw => None,
        };
        if again.is_none() {
            self.desk.asks.remove(&nonce);
        }
        out.extend(again);
    }

    fn answered(&mut self, from: Party, nonce: u64, code: u16, now: UnixTime, out: &mut Outbox) {
        let Some(ask) = self.desk.asks.get(&nonce).filter(|ask| callee(ask.kind) == from) else { return };
        let (kind, entry) = (ask.kind, ask.entry);
        let waits = matches!(kind, Asked::Org | Asked::Refund | Asked::Finalize);
        if code != 0 && waits {
            return;
        }
        self.desk.asks.remove(&nonce);
        if kind == Asked::Finalize {
            self.announce_result(now);
        } else if kind == Asked::Candidate && code != 0 {
            self.refuse_seat(entry);
        }
        if nonce == self.desk.step_nonce {
            if kind == Asked::Admit {
                self.desk.pass_winner();
            } else {
                self.desk.next_step();
            }
            self.settle_on(now, out);
        }
    }

    fn refuse_seat(&mut self, entry: u8) {
        if let Some(entry) = self.entries.get_mut(&entry) {
            entry.nominated = Nomination::Refused;
        }
    }

    /// A message of this contest came back.
    pub(super) fn returned(&mut self, message: &Message, now: UnixTime) {
        let nonce = match message {
            Message::OnContestClosed(_) if self.desk.step == Step::Over => {
                self.desk.unheard = true;
                self.desk.step_at = now;
                return;
            }
            Message::EscrowReady(nonce)
            | Message::SnapshotFor(nonce, ..)
            | Message::RegisterCandidate { nonce, .. }
            | Message::OrgShare(nonce, _)
            | Message::Refund { nonce, .. }
            | Message::ReportWork(nonce, _)
            | Message::AdmitJuror(nonce, ..) => *nonce,
            // The ranking is told again on request; of the others nothing depends.
            _ => return,
        };
        let Some(ask) = self.desk.asks.remove(&nonce) else { return };
        match ask.kind {
            Asked::Candidate => self.refuse_seat(ask.entry),
            Asked::Org => self.desk.org_sent = false,
            Asked::Refund => self.books.unrefund(ask.amount, ask.deposits),
            _ => {}
        }
        if nonce == self.desk.step_nonce {
            self.desk.step_nonce = 0;
            self.desk.step_at = now;
        }
    }

    /// Anyone has the contest settle, or go on after a step came back.
    ///
    /// # Errors
    /// 152, 514, 153, 306 in this order.
    pub fn begin_settling(&mut self, now: UnixTime) -> Result<(), Refusal> {
        let present = self.phase(now);
        if self.desk.step == Step::None {
            self.check_settled(now)?;
        } else {
            let open = self.desk.step != Step::Over || self.desk.unheard;
            require(open && self.desk.step_nonce == 0, Refusal::BAD_PHASE)?;
            require(waited(self.desk.step_at, self.desk.step_tries, now), Refusal::BAD_TIME)?;
        }
        self.desk.check_idle(now)?;
        self.recorded = present;
        if self.desk.step == Step::None {
            self.desk.step = Step::Org;
            self.settled_at = Some(now);
            self.recorded = Phase::Settling;
        } else {
            self.desk.step_tries = self.desk.step_tries.saturating_add(1);
        }
        self.desk.step_at = now;
        Ok(())
    }

    fn settle_on(&mut self, now: UnixTime, out: &mut Outbox) {
        let over = self.desk.step == Step::Over && !self.desk.unheard;
        if self.desk.step == Step::None || self.desk.step_nonce != 0 || over {
            return;
        }
        if self.ending == Ending::None {
            self.ending = if self.ranking.is_empty() { Ending::NoQuorum } else { Ending::Paid };
        }
        if self.desk.step == Step::Org {
            let share = self.books.budget.org_share;
            if !share.is_zero() {
                let nonce = self.desk.ask(Asked::Org, 0, (share, Nano::ZERO), now);
                self.desk.org_sent = true;
                self.desk.step_nonce = nonce;
                out.push((Party::Treasury, Message::OrgShare(nonce, share)));
                return;
            }
            self.desk.next_step();
        }
        if self.desk.step == Step::Refund {
            self.desk.step_nonce = self.send_refund(true, now, out);
            return;
        }
        if self.desk.step == Step::Report {
            if self.desk.step_tries < limits::SETTLE_TRIES {
                let nonce = self.desk.ask(Asked::Report, 0, NO_MONEY, now);
                self.desk.step_nonce = nonce;
                out.push((Party::Pool, Message::ReportWork(nonce, self.seated())));
                return;
            }
            self.desk.next_step();
        }
        if self.desk.step == Step::Admit {
            if let Some(entry) = self.next_winner() {
                let nonce = self.desk.ask(Asked::Admit, entry, NO_MONEY, now);
                self.desk.step_nonce = nonce;
                out.extend(self.admission(nonce, entry));
                return;
            }
            self.desk.next_step();
        }
        self.desk.step_tries = 0;
        self.desk.unheard = false;
        self.recorded = Phase::Closed;
        out.push((Party::Registry, Message::OnContestClosed(self.ending)));
    }

    /// All that is not allotted goes to the treasury.
    fn send_refund(&mut self, last: bool, now: UnixTime, out: &mut Outbox) -> u64 {
        let (amount, deposits) = (self.books.budget.pot, self.books.deposits.pot);
        let nonce = self.desk.ask(Asked::Refund, 0, (amount, deposits), now);
        let paid = self.ending == Ending::Paid;
        let amount = self.books.refund();
        out.push((Party::Treasury, Message::Refund { nonce, amount, last, paid }));
        nonce
    }

    /// What the pool is asked for.
    fn draw_message(&self, nonce: u64) -> Message {
        Message::SnapshotFor(nonce, self.spec.min_jurors, self.entrants())
    }

    /// Keys of the jurors who had a seat, and whether their cards counted.
    pub(super) fn seated(&self) -> BTreeMap<PublicKey, bool> {
        self.jury.iter().map(|(key, seat)| (*key, seat.state == CardState::Revealed)).collect()
    }

    fn next_winner(&mut self) -> Option<u8> {
        if self.spec.kind != Kind::JurySelection || self.ending != Ending::Paid {
            return None;
        }
        if self.desk.step_tries >= limits::SETTLE_TRIES {
            self.desk.pass_winner();
        }
        let next = self.ranking.get(usize::from(self.desk.admitted)).map(|rank| rank.entry);
        next.filter(|_| self.desk.admitted < self.spec.seats)
    }

    fn admission(&self, nonce: u64, entry: u8) -> Option<(Party, Message)> {
        let entry = self.entries.get(&entry)?;
        Some((Party::Pool, Message::AdmitJuror(nonce, entry.key, entry.wallet.clone())))
    }

    /// Items that anyone can have paid now, at most `n`.
    ///
    /// # Errors
    /// 155, 513, 306 in this order.
    pub(super) fn check_pay(&self, n: u8, now: UnixTime) -> Result<(), Refusal> {
        require((1..=limits::PAYOUTS_PER_CALL).contains(&n), Refusal::LIMIT)?;
        let payable = self.is_payable(now);
        let due = |(number, item): (&u8, &super::payout::Item)| {
            item.state == super::payout::ItemState::Due && (payable || is_deposit(*number))
        };
        require(self.books.items.iter().any(due), Refusal::NOT_PAYABLE)?;
        self.desk.check_idle(now)
    }
}

/// Who answers a request.
const fn callee(kind: Asked) -> Party {
    match kind {
        Asked::Finalize | Asked::Candidate => Party::Registry,
        Asked::Ready | Asked::Org | Asked::Refund => Party::Treasury,
        Asked::Draw | Asked::Report | Asked::Admit => Party::Pool,
    }
}
