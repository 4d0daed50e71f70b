//! The requests of the registry: sent, answered, come back, sent again.

use std::collections::{BTreeMap, BTreeSet};

use ton_abi::{PublicKey, UnixTime};

use super::contest::Contest;
use super::decision::State;
use super::members::Candidate;
use super::refusal::{Refusal, require};
use super::wallet::{Subject, Wish};
use super::wire::{Message, Party, code_of};
use super::{Model, limits, tally};
use crate::contest::Phase;
use crate::payload::{OrgPayment, Spec};
use crate::registry::{ContestStatus, Step};
use crate::text::Digest;

/// What a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// A contest: its id is the subject.
    Contest,
    /// A launch.
    Launch(Box<Spec>),
    /// A key for a seat; the other one is the key that it replaces.
    Seat(PublicKey, Option<PublicKey>),
    /// A key that leaves.
    Leave(PublicKey),
    /// A later deadline.
    Extend(Phase, UnixTime),
    /// A hold.
    Hold(UnixTime),
    /// The report of a stage.
    Close(Digest),
    /// Org payments.
    PayOrg(Vec<OrgPayment>),
}

/// A request without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What it asks for.
    pub step: Step,
    /// How often it was sent again.
    pub tries: u8,
    /// Why a launch failed whose reservation is being released.
    pub code: u16,
    /// Proposal that waits for it; 0 for none.
    pub proposal: u32,
    /// Contest, stage, candidate or proposal.
    pub subject: u32,
    /// When it was sent last.
    pub sent_at: UnixTime,
    /// The rest.
    pub body: Body,
}

/// All that the registry asked for, but for confirmations: those are [`super::wallet::Wallet::wishes`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Requests {
    /// By number.
    pub open: BTreeMap<u64, Request>,
    /// Number of the last request.
    pub last: u64,
    /// When the members were sent to the wallet last.
    pub synced_at: UnixTime,
    /// How often anyone had that repeated for this epoch.
    pub syncs: u8,
    /// Sets that were sent to the wallet, by epoch.
    pub sets: BTreeMap<u32, BTreeSet<PublicKey>>,
    /// Whether the last set came back.
    pub unsynced: bool,
}

impl Requests {
    /// Whether a key is on its way into a seat.
    pub fn reserves(&self, key: &PublicKey) -> bool {
        self.open.values().any(|it| matches!(&it.body, Body::Seat(new, _) if new == key))
    }

    /// Seats that candidates wait for.
    pub fn reserved(&self) -> usize {
        self.open.values().filter(|it| matches!(it.body, Body::Seat(_, None))).count()
    }

    /// Whether the pool may still know a key that has no seat.
    pub fn names(&self, key: &PublicKey) -> bool {
        self.reserves(key)
            || self.open.values().any(|it| matches!(&it.body, Body::Leave(left) if left == key))
    }
}

impl Model {
    /// Anyone has the registry send a request or a confirmation again.
    ///
    /// # Errors
    /// 157, 153, 155 in this order.
    pub fn resend(&mut self, nonce: u64, now: UnixTime) -> Result<(), Refusal> {
        let wish = self.wallet.wishes.values_mut().find(|wish| wish.nonce == nonce);
        let (sent_at, tries) = match (self.requests.open.get_mut(&nonce), wish) {
            (Some(request), _) => (&mut request.sent_at, &mut request.tries),
            (None, Some(wish)) => (&mut wish.sent_at, &mut wish.tries),
            (None, None) => return Err(Refusal::NOT_FOUND),
        };
        require(now >= sent_at.plus(limits::RESEND_AFTER), Refusal::BAD_TIME)?;
        require(*tries <= limits::MAX_TRIES, Refusal::LIMIT)?;
        *tries += 1;
        *sent_at = now;
        self.wake(nonce);
        self.flush(now);
        Ok(())
    }

    /// Anyone has the registry send the members to the wallet again.
    ///
    /// # Errors
    /// 153, 155 in this order.
    pub fn resync(&mut self, now: UnixTime) -> Result<(), Refusal> {
        let requests = &mut self.requests;
        require(now >= requests.synced_at.plus(limits::RESEND_AFTER), Refusal::BAD_TIME)?;
        require(requests.syncs < limits::MAX_TRIES, Refusal::LIMIT)?;
        requests.syncs += 1;
        requests.synced_at = now;
        self.post(Party::Registry, Party::Registry, Message::SyncOne);
        self.flush(now);
        Ok(())
    }

    /// A message to itself to send a stored request.
    pub(super) fn wake(&mut self, nonce: u64) {
        self.post(Party::Registry, Party::Registry, Message::SendOne(nonce));
    }

    /// Notes a request.
    pub(super) fn store(
        &mut self,
        step: Step,
        (proposal, subject): (u32, u32),
        body: Body,
        now: UnixTime,
    ) -> u64 {
        self.requests.last += 1;
        let request = Request { step, tries: 0, code: 0, proposal, subject, sent_at: now, body };
        self.requests.open.insert(self.requests.last, request);
        self.requests.last
    }

    /// Notes and sends a request.
    pub(super) fn ask(&mut self, step: Step, about: (u32, u32), body: Body, now: UnixTime) {
        let nonce = self.store(step, about, body, now);
        self.send_request(nonce);
    }

    pub(super) fn at_registry(
        &mut self,
        from: Party,
        message: &Message,
        now: UnixTime,
    ) -> Result<(), Refusal> {
        match (message, from) {
            (Message::DeployOne(id), _) => self.deploy_proposal(*id, now),
            (Message::OnPassed(yes), Party::Proposal(id)) => self.on_passed(id, yes, now),
            (Message::OnClosed, Party::Proposal(id)) => self.on_closed(id, now),
            (Message::SendOne(nonce), _) => {
                self.send_stored(*nonce, now);
                Ok(())
            }
            (Message::SyncOne, _) => {
                self.sync(now);
                Ok(())
            }
            (Message::Done(nonce, code), _) => self.done(from, *nonce, *code, now),
            (Message::OnMemberReserved(nonce, ok), _) => self.on_member_reserved(*nonce, *ok, now),
            (message, Party::Contest(id)) => self.heard_of_contest(id, message, now),
            _ => Ok(()),
        }
    }

    fn send_stored(&mut self, nonce: u64, now: UnixTime) {
        let Some(request) = self.requests.open.get(&nonce) else {
            let wishes = &self.wallet.wishes;
            let subject = wishes.iter().find(|(_, wish)| wish.nonce == nonce).map(|(subject, _)| *subject);
            if let Some(subject) = subject {
                self.send_confirmation(subject);
            }
            return;
        };
        let seated = |key: &PublicKey| self.members.seats.contains_key(key) || self.requests.reserves(key);
        let proposal = request.proposal;
        if matches!(&request.body, Body::Leave(key) if seated(key)) {
            self.requests.open.remove(&nonce);
            self.conclude(proposal, Ok(()));
        } else if request.tries > limits::MAX_TRIES {
            self.request_failed(nonce, Refusal::NOT_FOUND, now);
        } else {
            self.send_request(nonce);
        }
    }

    fn send_request(&mut self, nonce: u64) {
        let Some(request) = self.requests.open.get(&nonce) else { return };
        let id = request.subject;
        let (to, message) = match (request.step, &request.body) {
            (Step::Reserve, Body::Launch(spec)) => {
                let (stage, item, total) = (spec.stage, spec.item, tally::total(spec));
                (Party::Treasury, Message::Reserve { nonce, contest: id, stage, item, total })
            }
            (Step::Authorize, Body::Launch(spec)) => {
                let bootstrap = spec.bootstrap_jury.iter().map(|juror| juror.key).collect();
                let (kind, topic, min_jurors) = (spec.kind, spec.topic, spec.min_jurors);
                let message = Message::Authorize { nonce, contest: id, kind, topic, min_jurors, bootstrap };
                (Party::Pool, message)
            }
            (Step::Fund, _) => (Party::Contest(id), Message::Announce(nonce)),
            (Step::Release, _) => (Party::Treasury, Message::Release(nonce, id)),
            (Step::Forget, _) => (Party::Pool, Message::Forget(nonce, id)),
            (_, Body::Seat(key, _)) => (Party::Pool, Message::ReserveMember(nonce, *key)),
            (_, Body::Leave(key)) => (Party::Pool, Message::ReleaseMember(nonce, *key)),
            (_, Body::Extend(phase, time)) => (Party::Contest(id), Message::Extend(nonce, *phase, *time)),
            (_, Body::Hold(until)) => (Party::Contest(id), Message::Hold(nonce, *until)),
            (_, Body::Close(report)) => {
                // The subject of this request is the number of a stage.
                (Party::Treasury, Message::Close(nonce, u8::try_from(id).unwrap_or(u8::MAX), *report))
            }
            (_, Body::PayOrg(payments)) => (Party::Treasury, Message::PayOrg(nonce, id, payments.clone())),
            _ => return,
        };
        self.post(Party::Registry, to, message);
    }

    /// The registry queues a confirmation that it still wants; one that is open stays as it is. Members who took part
    /// in a contest are noted before.
    pub(super) fn send_confirmation(&mut self, subject: Subject) {
        if let Subject::Contest(id) = subject {
            self.note_entrants(id, self.entrants(id));
        }
        let Some(wish) = self.wallet.wishes.get(&subject) else { return };
        let (until, payees) = (wish.until, wish.payees.clone());
        let interested = match subject {
            Subject::Contest(id) => self.directory.get(&id).map(|listing| &listing.excluded),
            Subject::Org(_) | Subject::Payment(_) => Some(&payees),
        };
        let excluded = interested.map_or_else(BTreeSet::new, |keys| self.members.excluded(keys));
        self.post(Party::Registry, Party::Wallet, Message::Enqueue { subject, until, excluded });
    }

    /// The registry wants a confirmation, unless it wants too many already.
    fn confirm_new(
        &mut self,
        nonce: u64,
        subject: Subject,
        (until, payees): (UnixTime, BTreeSet<PublicKey>),
        now: UnixTime,
    ) -> bool {
        let wish = Wish { until, payees, nonce, sent_at: now, tries: 0 };
        let wanted = self.wallet.want(subject, wish, now);
        if wanted {
            self.send_confirmation(subject);
        }
        wanted
    }

    /// The wallet hears of a change of members; what it had not confirmed yet is enqueued again.
    pub(super) fn sync(&mut self, now: UnixTime) {
        let (keys, required, epoch) = (self.members.keys(), self.members.threshold(), self.members.epoch);
        self.requests.synced_at = now;
        self.requests.unsynced = false;
        self.requests.sets.insert(epoch, keys.iter().copied().collect());
        self.post(Party::Registry, Party::Wallet, Message::SyncCustodians { keys, required, epoch });
        self.wallet.wanted(now);
        let mut wishes: Vec<_> =
            self.wallet.wishes.iter().map(|(subject, wish)| (wish.nonce, *subject)).collect();
        wishes.sort_unstable();
        for (nonce, _) in wishes {
            self.wake(nonce);
        }
    }

    fn done(&mut self, from: Party, nonce: u64, code: u16, now: UnixTime) -> Result<(), Refusal> {
        let Some(request) = self.requests.open.get(&nonce).cloned() else {
            let wishes = &mut self.wallet.wishes;
            let paid = |(subject, wish): (&Subject, &Wish)| {
                (wish.nonce == nonce && matches!(subject, Subject::Org(_))).then_some(*subject)
            };
            let subject = wishes.iter().find_map(paid).ok_or(Refusal::NOT_FOUND)?;
            wishes.remove(&subject);
            return Ok(());
        };
        if matches!(request.step, Step::Reserve | Step::Authorize | Step::Fund | Step::Release) {
            return self.on_launch(from, nonce, &request, code, now);
        }
        self.requests.open.remove(&nonce);
        let result = if code == 0 { Ok(()) } else { Err(Refusal(code)) };
        match &request.body {
            Body::Leave(_) => self.conclude(request.proposal, Ok(())),
            Body::PayOrg(payments) if code == 0 => self.on_org_reserved(nonce, &request, payments, now),
            _ => self.conclude(request.proposal, result),
        }
        Ok(())
    }

    fn on_launch(
        &mut self,
        from: Party,
        nonce: u64,
        request: &Request,
        code: u16,
        now: UnixTime,
    ) -> Result<(), Refusal> {
        let contest = request.subject;
        match (request.step, from) {
            (Step::Reserve, Party::Treasury) if code != 0 => self.end_launch(nonce, code),
            (Step::Reserve, Party::Treasury) => {
                let deployed =
                    |listing: &&mut super::directory::Listing| listing.status == ContestStatus::Deployed;
                if let Some(listing) = self.directory.get_mut(&contest).filter(deployed) {
                    listing.wait = nonce;
                    self.go_on_with(nonce, Step::Fund, now);
                } else {
                    self.go_on_with(nonce, Step::Authorize, now);
                }
            }
            (Step::Authorize, Party::Pool) if code != 0 => self.release_budget(nonce, code, now),
            (Step::Authorize, Party::Pool) => self.deploy_contest(nonce, request, now),
            (Step::Release, Party::Treasury) => self.end_launch(nonce, request.code),
            (Step::Fund, Party::Treasury) if code != 0 => self.end_launch(nonce, code),
            (Step::Fund, Party::Contest(id)) if id == contest && code != 0 => {
                self.release_budget(nonce, code, now);
            }
            (Step::Fund, Party::Treasury | Party::Contest(_)) => {}
            _ => return Err(Refusal::BAD_SENDER),
        }
        Ok(())
    }

    fn deploy_contest(&mut self, nonce: u64, request: &Request, now: UnixTime) {
        let Body::Launch(spec) = &request.body else { return };
        let seats = self.members.seats.iter();
        let payouts: BTreeMap<_, _> = seats.map(|(key, member)| (*key, member.payout.clone())).collect();
        let (forbid, hold_max) = (self.params.forbid_members, self.params.hold_max.0);
        let contest = Contest::new((**spec).clone(), payouts, forbid, hold_max);
        if let Some(listing) = self.directory.get_mut(&request.subject) {
            listing.status = ContestStatus::Deployed;
            listing.wait = nonce;
            listing.epoch = self.members.epoch;
        }
        if let Some(open) = self.requests.open.get_mut(&nonce) {
            (open.step, open.tries, open.sent_at) = (Step::Fund, 0, now);
        }
        let message = Message::CreateContest(nonce, Box::new(contest));
        self.post(Party::Registry, Party::Contest(request.subject), message);
    }

    fn go_on_with(&mut self, nonce: u64, step: Step, now: UnixTime) {
        if let Some(request) = self.requests.open.get_mut(&nonce) {
            (request.step, request.tries, request.sent_at) = (step, 0, now);
        }
        self.send_request(nonce);
    }

    fn release_budget(&mut self, nonce: u64, code: u16, now: UnixTime) {
        if let Some(request) = self.requests.open.get_mut(&nonce) {
            request.code = code;
        }
        self.go_on_with(nonce, Step::Release, now);
    }

    fn end_launch(&mut self, nonce: u64, code: u16) {
        let Some(request) = self.requests.open.remove(&nonce) else { return };
        let result = if code == 0 { Ok(()) } else { Err(Refusal(code)) };
        self.conclude(request.proposal, result);
    }

    fn on_org_reserved(&mut self, nonce: u64, request: &Request, payments: &[OrgPayment], now: UnixTime) {
        let payees = self.members.payees(&super::decision::paid_addresses(payments));
        let origins = payees.iter().map(|key| self.members.origin_of(key)).collect();
        let until = request.sent_at.plus(limits::RESERVE_LIFE);
        let queued = self.confirm_new(nonce, Subject::Org(request.subject), (until, origins), now);
        self.conclude(request.proposal, require(queued, Refusal::LIMIT));
    }

    /// A message of the registry came back.
    pub(super) fn returned_to_registry(&mut self, message: &Message, now: UnixTime) {
        let nonce = match message {
            Message::DeployOne(id) => return self.free_slot(*id),
            Message::SyncCustodians { epoch, .. } => {
                self.requests.unsynced = *epoch == self.members.epoch;
                return;
            }
            Message::CreateContest(nonce, _) => return self.deploy_failed(*nonce, now),
            Message::Reserve { nonce, .. }
            | Message::Release(nonce, _)
            | Message::Close(nonce, ..)
            | Message::PayOrg(nonce, ..)
            | Message::Authorize { nonce, .. }
            | Message::Forget(nonce, _)
            | Message::ReserveMember(nonce, _)
            | Message::ReleaseMember(nonce, _)
            | Message::Announce(nonce)
            | Message::Extend(nonce, ..)
            | Message::Hold(nonce, _) => *nonce,
            _ => return,
        };
        // A launch has one number for all its steps: only the present one can fail.
        let step = self.requests.open.get(&nonce).map(|request| request.step);
        let former = match message {
            Message::Reserve { .. } => step != Some(Step::Reserve) && step != Some(Step::Release),
            Message::Release(..) => step != Some(Step::Release) && step != Some(Step::Reserve),
            Message::Authorize { .. } => step != Some(Step::Authorize),
            Message::Announce(_) => step != Some(Step::Fund),
            _ => false,
        };
        if !former {
            self.request_failed(nonce, Refusal::NOT_FOUND, now);
        }
    }

    fn deploy_failed(&mut self, nonce: u64, now: UnixTime) {
        let Some(request) = self.requests.open.get(&nonce).filter(|it| it.step == Step::Fund) else { return };
        if let Some(listing) = self.directory.get_mut(&request.subject) {
            listing.status = ContestStatus::Reserved;
        }
        self.release_budget(nonce, Refusal::NOT_FUNDED.0, now);
    }

    fn request_failed(&mut self, nonce: u64, refusal: Refusal, now: UnixTime) {
        let Some(request) = self.requests.open.get_mut(&nonce) else { return };
        let proposal = request.proposal;
        match request.step {
            Step::Authorize | Step::Fund => self.release_budget(nonce, refusal.0, now),
            Step::Release if proposal == 0 => {}
            Step::Release => {
                let code = request.code;
                self.end_launch(nonce, code);
            }
            Step::Reserve => self.end_launch(nonce, refusal.0),
            Step::Leave | Step::Forget => {
                request.proposal = 0;
                self.conclude(proposal, Ok(()));
            }
            _ => {
                let body = request.body.clone();
                self.requests.open.remove(&nonce);
                if let Body::Seat(key, _) = body {
                    self.ask(Step::Leave, (0, 0), Body::Leave(key), now);
                }
                self.conclude(proposal, Err(refusal));
            }
        }
    }

    fn on_member_reserved(&mut self, nonce: u64, ok: bool, now: UnixTime) -> Result<(), Refusal> {
        let request = self.requests.open.get(&nonce).ok_or(Refusal::NOT_FOUND)?;
        let Body::Seat(key, old) = request.body else { return Err(Refusal::NOT_FOUND) };
        let (proposal, candidate) = (request.proposal, request.subject);
        self.requests.open.remove(&nonce);
        let give_back = |model: &mut Self, refusal| {
            model.ask(Step::Leave, (0, 0), Body::Leave(key), now);
            model.conclude(proposal, Err(refusal));
        };
        match old {
            _ if !ok => self.conclude(proposal, Err(Refusal::JUROR_CANNOT_BE_MEMBER)),
            None => match self.members.seat(candidate, now) {
                Some(seated) => {
                    self.seated(&seated);
                    self.requests.syncs = 0;
                    self.sync(now);
                    self.conclude(proposal, Ok(()));
                }
                None => give_back(self, Refusal::CANDIDACY_EXPIRED),
            },
            Some(old) => {
                if self.members.rotate(&old, key, now).is_ok() {
                    self.rotated(&old, &key);
                    self.requests.syncs = 0;
                    self.sync(now);
                    self.ask(Step::Leave, (proposal, 0), Body::Leave(old), now);
                } else {
                    give_back(self, Refusal::NOT_MEMBER);
                }
            }
        }
        Ok(())
    }

    /// The proposal hears how its action ended.
    pub(super) fn conclude(&mut self, proposal: u32, result: Result<(), Refusal>) {
        let Some(open) = self.open.get_mut(&proposal) else { return };
        open.state = if result.is_ok() { State::Executed } else { State::Open };
        let code = code_of(result);
        self.post(Party::Registry, Party::Proposal(proposal), Message::Executed(code));
    }

    fn heard_of_contest(&mut self, id: u32, message: &Message, now: UnixTime) -> Result<(), Refusal> {
        let listing = self.directory.get_mut(&id).ok_or(Refusal::BAD_SENDER)?;
        match message {
            Message::OnFunded if listing.status == ContestStatus::Deployed => {
                listing.status = ContestStatus::Funded;
                let (launch, proposal) = (std::mem::take(&mut listing.wait), listing.proposal);
                self.requests.open.remove(&launch);
                self.conclude(proposal, Ok(()));
            }
            Message::OnFinalized(nonce, until) => {
                let code = code_of(self.finalize(id, *until, now));
                self.post(Party::Registry, Party::Contest(id), Message::Done(*nonce, code));
            }
            Message::OnContestClosed(ending) => self.contest_closed(id, *ending),
            Message::OnMemberEntry(key) => {
                let key = self.members.origin_of(key);
                listing.excluded.insert(key);
            }
            Message::RegisterCandidate { nonce, entry, place, key, addr } => {
                let candidate = Candidate {
                    key: *key,
                    addr: addr.clone(),
                    contest: id,
                    entry: *entry,
                    place: *place,
                    end_time: listing.finalized_at,
                    expires: UnixTime(0),
                };
                let ranked = matches!(listing.status, ContestStatus::Finalized | ContestStatus::Closed);
                let answer = require(ranked, Refusal::BAD_PHASE)
                    .and_then(|()| self.members.nominate(candidate, &self.params, &self.cycle_bounds, now));
                self.post(Party::Registry, Party::Contest(id), Message::Done(*nonce, code_of(answer)));
            }
            _ => {}
        }
        Ok(())
    }

    /// The registry hears of a ranking and wants its payout confirmed. The same again changes nothing.
    fn finalize(&mut self, id: u32, until: UnixTime, now: UnixTime) -> Result<(), Refusal> {
        let listing = self.directory.get_mut(&id).ok_or(Refusal::BAD_SENDER)?;
        let ranked = matches!(listing.status, ContestStatus::Funded | ContestStatus::Finalized);
        require(ranked, Refusal::BAD_PHASE)?;
        if listing.status == ContestStatus::Funded {
            listing.status = ContestStatus::Finalized;
            listing.finalized_at = now;
            self.requests.last += 1;
            let nonce = self.requests.last;
            let none = BTreeSet::new();
            let wanted = self.confirm_new(nonce, Subject::Contest(id), (until, none), now);
            if let Some(listing) = self.directory.get_mut(&id) {
                listing.wait = if wanted { nonce } else { 0 };
            }
        }
        Ok(())
    }
}
