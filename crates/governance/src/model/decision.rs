//! Decisions from proposing to carrying out: the actions of the registry.

use std::collections::{BTreeMap, BTreeSet};

use ton_abi::{Address, PublicKey, UnixTime};

use super::directory::Listing;
use super::jury::is_payable;
use super::members::Candidate;
use super::proposal::{self, Effect, Proposal, Terms};
use super::refusal::{Refusal, require};
use super::requests::Body;
use super::signer::Signed;
use super::wire::{Message, Party};
use super::{Model, limits};
use crate::contest::Phase;
use crate::organisation::Params;
use crate::payload::{Action, OrgPayment, SetPolicy};
use crate::proposal::Choice;
use crate::registry::{ContestStatus, Step};
use crate::text::Digest;

/// Where a proposal stands for the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Not deployed yet.
    Opening,
    /// Its action can be run.
    Open,
    /// Its action is under way.
    Running,
    /// Its action is done.
    Executed,
}

/// What is proposed, until the proposal is deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The action.
    pub action: Action,
    /// Link to the text.
    pub link: String,
    /// SHA-256 of the text.
    pub doc_hash: Digest,
}

/// A proposal that holds a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// Where it stands.
    pub state: State,
    /// What is proposed, until it is deployed.
    pub intent: Option<Box<Intent>>,
    /// Key of the proposer.
    pub proposer: PublicKey,
    /// Contest that it launches, once it has a number.
    pub contest: Option<u32>,
}

impl Model {
    /// A member proposes; the id, or nothing when the registry cannot open it because its parameters make no sense.
    ///
    /// # Errors
    /// Those of the signature; 201, 203, 154 in this order.
    pub fn propose(
        &mut self,
        by: &Signed,
        action: Action,
        link: String,
        doc_hash: Digest,
        now: UnixTime,
    ) -> Result<Option<u32>, Refusal> {
        let open = self.members.authorize(by, now)?.open;
        self.may_run(&action)?;
        require(open < limits::OPEN_BY_MEMBER, Refusal::TOO_MANY_OPEN)?;
        require(self.open.len() < limits::OPEN_PROPOSALS, Refusal::TOO_MANY_OPEN)?;
        require(link.len() <= limits::LINK_BYTES, Refusal::TOO_LONG)?;
        self.members.accept(by, now);
        let id = self.next_proposal;
        self.next_proposal += 1;
        if let Some(member) = self.members.seats.get_mut(&by.key) {
            member.open += 1;
        }
        let makes_sense = opens(&action);
        let intent = Some(Box::new(Intent { action, link, doc_hash }));
        self.open.insert(id, Open { state: State::Opening, intent, proposer: by.key, contest: None });
        self.post(Party::Registry, Party::Registry, Message::DeployOne(id));
        self.flush(now);
        Ok(makes_sense.then_some(id))
    }

    /// The registry deploys a proposal. One that makes no sense comes back and frees its slot.
    pub(super) fn deploy_proposal(&mut self, id: u32, now: UnixTime) -> Result<(), Refusal> {
        let open = self.open.get_mut(&id).ok_or(Refusal::NOT_FOUND)?;
        let makes_sense = open.intent.as_ref().is_some_and(|intent| opens(&intent.action));
        require(makes_sense, Refusal::BAD_ACTION)?;
        let (intent, proposer) = (open.intent.take().ok_or(Refusal::BAD_ACTION)?, open.proposer);
        open.state = State::Open;
        let terms = self.terms(proposer, intent.action, intent.link, intent.doc_hash, now);
        self.post(Party::Registry, Party::Proposal(id), Message::CreateProposal(Box::new(terms)));
        Ok(())
    }

    /// An elector votes.
    ///
    /// # Errors
    /// 157 no such proposal; those of [`Proposal::vote`].
    pub fn vote(
        &mut self,
        by: &Signed,
        id: u32,
        choice: Choice,
        reason: Digest,
        now: UnixTime,
    ) -> Result<Effect, Refusal> {
        let effect = self.proposal(id)?.vote(by, choice, reason, now)?;
        self.after(id, effect, now);
        Ok(effect)
    }

    /// The proposer takes a proposal back.
    ///
    /// # Errors
    /// 157; those of [`Proposal::cancel`].
    pub fn cancel(&mut self, by: &Signed, id: u32, now: UnixTime) -> Result<Effect, Refusal> {
        let effect = self.proposal(id)?.cancel(by, now)?;
        self.after(id, effect, now);
        Ok(effect)
    }

    /// Anyone closes a proposal.
    ///
    /// # Errors
    /// 157; those of [`Proposal::close`].
    pub fn close(&mut self, id: u32, now: UnixTime) -> Result<Effect, Refusal> {
        let effect = self.proposal(id)?.close(now)?;
        self.after(id, effect, now);
        Ok(effect)
    }

    /// Anyone has a proposal executed; how the action ended, as far as it has.
    ///
    /// # Errors
    /// 157; those of [`Proposal::execute`].
    pub fn execute(&mut self, id: u32, now: UnixTime) -> Result<Result<(), Refusal>, Refusal> {
        self.proposal(id)?.execute(now)?;
        self.post(Party::Proposal(id), Party::Proposal(id), Message::ExecuteOne);
        self.flush(now);
        let code = self.proposal(id)?.code;
        Ok(if code == 0 { Ok(()) } else { Err(Refusal(code)) })
    }

    /// What a proposal gets from the registry and from itself.
    pub(super) fn at_proposal(&mut self, id: u32, message: &Message, now: UnixTime) -> Result<(), Refusal> {
        let own = Party::Proposal(id);
        if let Message::CreateProposal(terms) = message {
            let terms = Terms { created: now, ..(**terms).clone() };
            self.proposals.insert(id, Proposal::new(terms));
            return Ok(());
        }
        let proposal = self.proposal(id)?;
        match message {
            Message::CloseOne if proposal.told => self.post(own, Party::Registry, Message::OnClosed),
            Message::ExecuteOne if proposal.in_progress => {
                let yes = proposal.yes_keys();
                self.post(own, Party::Registry, Message::OnPassed(yes));
            }
            Message::Executed(code) => {
                let result = if *code == 0 { Ok(()) } else { Err(Refusal(*code)) };
                if let Effect::Ended(_) = proposal.executed(result, now)? {
                    self.post(own, Party::Registry, Message::OnClosed);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The registry could not take the request to run an action: it can be tried again.
    pub(super) fn not_run(&mut self, id: u32, now: UnixTime) {
        if let Some(proposal) = self.proposals.get_mut(&id).filter(|proposal| proposal.in_progress) {
            // Code 0 says that there was no answer.
            let _ = proposal.executed(Err(Refusal(0)), now);
        }
    }

    /// A proposal passed and wants its action to be run.
    pub(super) fn on_passed(
        &mut self,
        id: u32,
        yes: &BTreeSet<PublicKey>,
        now: UnixTime,
    ) -> Result<(), Refusal> {
        let state = self.open.get(&id).ok_or(Refusal::BAD_SENDER)?.state;
        require(state != State::Running, Refusal::IN_PROGRESS)?;
        if state == State::Executed {
            self.conclude(id, Ok(()));
            return Ok(());
        }
        let terms = self.proposal(id)?.terms.clone();
        let result = self.recount(&terms, yes).and_then(|()| self.run(id, &terms.action, now));
        match result {
            Ok(Run::Asked) => {
                if let Some(open) = self.open.get_mut(&id) {
                    open.state = State::Running;
                }
            }
            other => self.conclude(id, other.map(drop)),
        }
        Ok(())
    }

    /// A proposal is over: its slot is free, and so is the number of a contest that was never deployed.
    pub(super) fn on_closed(&mut self, id: u32, now: UnixTime) -> Result<(), Refusal> {
        let contest = self.open.get(&id).ok_or(Refusal::BAD_SENDER)?.contest;
        self.free_slot(id);
        let reserved = |listing: &Listing| listing.status == ContestStatus::Reserved;
        if let Some(contest) = contest
            && self.directory.get(&contest).is_some_and(reserved)
        {
            self.directory.remove(&contest);
            self.ask(Step::Release, (0, contest), Body::Contest, now);
            self.ask(Step::Forget, (0, contest), Body::Contest, now);
        }
        Ok(())
    }

    /// A member leaves.
    ///
    /// # Errors
    /// Those of [`super::members::Members::resign`].
    pub fn resign(&mut self, by: &Signed, now: UnixTime) -> Result<(), Refusal> {
        self.members.resign(by, now)?;
        self.requests.syncs = 0;
        let nonce = self.store(Step::Leave, (0, 0), Body::Leave(by.key), now);
        self.post(Party::Registry, Party::Registry, Message::SyncOne);
        self.wake(nonce);
        self.flush(now);
        Ok(())
    }

    /// A member sets the payout address and the profile.
    ///
    /// # Errors
    /// Those of the signature; 161.
    pub fn set_profile(
        &mut self,
        by: &Signed,
        payout: &Address,
        profile_hash: Digest,
        now: UnixTime,
    ) -> Result<(), Refusal> {
        self.members.authorize(by, now)?;
        require(is_payable(payout), Refusal::BAD_ADDRESS)?;
        self.members.accept(by, now);
        if let Some(member) = self.members.seats.get_mut(&by.key) {
            member.payout = Some(payout.clone());
            member.profile_hash = profile_hash;
        }
        Ok(())
    }

    /// A member signs the declaration.
    ///
    /// # Errors
    /// Those of the signature.
    pub fn attest(&mut self, by: &Signed, doc_hash: Digest, now: UnixTime) -> Result<(), Refusal> {
        self.members.authorize(by, now)?;
        self.members.accept(by, now);
        if let Some(member) = self.members.seats.get_mut(&by.key) {
            member.declaration = Some((doc_hash, now));
        }
        Ok(())
    }

    fn proposal(&mut self, id: u32) -> Result<&mut Proposal, Refusal> {
        self.proposals.get_mut(&id).ok_or(Refusal::NOT_FOUND)
    }

    /// A proposal that ended tells the registry.
    fn after(&mut self, id: u32, effect: Effect, now: UnixTime) {
        if let Effect::Ended(_) = effect {
            self.post(Party::Proposal(id), Party::Proposal(id), Message::CloseOne);
            self.flush(now);
        }
    }

    /// Frees the slot of a proposal.
    pub(super) fn free_slot(&mut self, id: u32) {
        let Some(open) = self.open.remove(&id) else { return };
        if let Some(member) = self.members.seats.get_mut(&open.proposer) {
            member.open = member.open.saturating_sub(1);
        }
    }

    fn terms(
        &self,
        proposer: PublicKey,
        action: Action,
        link: String,
        doc_hash: Digest,
        now: UnixTime,
    ) -> Terms {
        let start = now.plus(self.params.voting_delay.0);
        let seats = &self.members.seats;
        let electorate: BTreeMap<_, _> = seats.iter().map(|(key, member)| (*key, member.index)).collect();
        let mut excluded = self.interested(&action);
        excluded.retain(|key| electorate.contains_key(key));
        Terms {
            excluded,
            electorate,
            epoch: self.members.epoch,
            threshold: self.members.threshold(),
            soft: matches!(&action, Action::Signal(signal) if signal.soft),
            created: now,
            start,
            end: start.plus(self.params.voting_period.0),
            delay: if moves_money(&action) { limits::MONEY_DELAY } else { 0 },
            grace: self.params.grace.0,
            action,
            link,
            doc_hash,
            proposer,
        }
    }

    /// Members with an interest in a decision: the subject of a removal, payees, members who entered the contest.
    fn interested(&self, action: &Action) -> BTreeSet<PublicKey> {
        match action {
            Action::RemoveMember(remove) => BTreeSet::from([remove.key]),
            Action::PayOrg(pay) => self.members.payees(&paid_addresses(&pay.payments)),
            Action::ExtendDeadline(extend) => {
                let mut found = self.interested_in(extend.contest_id);
                found.extend(self.unknown_to(extend.contest_id));
                found
            }
            Action::HoldPayout(hold) => self.interested_in(hold.contest_id),
            _ => BTreeSet::new(),
        }
    }

    /// Members whose key took its seat after the launch: the contest does not know whether they take part.
    fn unknown_to(&self, contest: u32) -> BTreeSet<PublicKey> {
        let Some(listing) = self.directory.get(&contest) else { return BTreeSet::new() };
        let later = self.members.seats.iter().filter(|(_, member)| member.epoch > listing.epoch);
        later.map(|(key, _)| *key).collect()
    }

    fn may_run(&self, action: &Action) -> Result<(), Refusal> {
        let seats = matches!(action, Action::AdmitMember(_) | Action::RotateKey(_));
        require(seats || !self.members.is_under_min(&self.params), Refusal::UNDER_MIN)
    }

    fn recount(&self, terms: &Terms, yes: &BTreeSet<PublicKey>) -> Result<(), Refusal> {
        self.may_run(&terms.action)?;
        if matches!(terms.action, Action::Signal(_)) {
            return Ok(());
        }
        let members = self.members.seats.keys().copied().collect();
        let interested = self.interested(&terms.action);
        proposal::recount(yes, &members, &interested, terms.threshold, self.members.threshold())
    }

    fn run(&mut self, id: u32, action: &Action, now: UnixTime) -> Result<Run, Refusal> {
        match action {
            Action::AdmitMember(admit) => self.admit(id, admit.candidate, now)?,
            Action::RotateKey(rotate) => {
                self.members.rotatable(&rotate.old_key, &rotate.new_key)?;
                require(!self.requests.reserves(&rotate.new_key), Refusal::DUPLICATE)?;
                let body = Body::Seat(rotate.new_key, Some(rotate.old_key));
                self.ask(Step::Seat, (id, 0), body, now);
            }
            Action::RemoveMember(remove) => {
                self.members.remove(&remove.key, &self.params)?;
                self.requests.syncs = 0;
                self.sync(now);
                self.ask(Step::Leave, (id, 0), Body::Leave(remove.key), now);
            }
            Action::SetParams(params) => return self.set_params(params).map(|()| Run::Done),
            Action::LaunchContest(spec) => return self.launch(id, spec, now),
            Action::ExtendDeadline(extend) => {
                let moves = matches!(extend.phase, Phase::Open | Phase::Commit | Phase::Reveal);
                require(moves, Refusal::BAD_PHASE)?;
                let contest = self.deployed(extend.contest_id)?;
                self.ask(Step::Extend, (id, contest), Body::Extend(extend.phase, extend.time), now);
            }
            Action::HoldPayout(hold) => {
                let contest = self.deployed(hold.contest_id)?;
                self.ask(Step::Hold, (id, contest), Body::Hold(hold.until), now);
            }
            Action::CloseStage(close) => {
                require(close.link.len() <= limits::LINK_BYTES, Refusal::TOO_LONG)?;
                let waits = |listing: &Listing| listing.stage == close.stage && listing.is_unpublished();
                require(!self.directory.values().any(waits), Refusal::UNPUBLISHED)?;
                self.ask(Step::Close, (id, close.stage.into()), Body::Close(close.report_hash), now);
            }
            Action::PayOrg(pay) => {
                let count = (1..=limits::ORG_PAYMENTS).contains(&pay.payments.len());
                require(count && self.wallet.wanted(now) < limits::CONTROLLER_ITEMS, Refusal::LIMIT)?;
                self.ask(Step::PayOrg, (id, id), Body::PayOrg(pay.payments.clone()), now);
            }
            Action::Signal(_) => return Ok(Run::Done),
            Action::SetPolicy(policy) => return check_policy(policy).map(|()| Run::Done),
        }
        Ok(Run::Asked)
    }

    /// A contest that can be asked for something.
    fn deployed(&self, id: u32) -> Result<u32, Refusal> {
        let listing = self.directory.get(&id).ok_or(Refusal::NOT_FOUND)?;
        require(listing.status != ContestStatus::Reserved, Refusal::NOT_FOUND)?;
        Ok(id)
    }

    fn admit(&mut self, id: u32, candidate: u32, now: UnixTime) -> Result<(), Refusal> {
        let known = self.members.candidates.get(&candidate);
        let reserved = known.is_some_and(|known| self.requests.reserves(&known.key));
        let found = self.members.admissible(candidate, &self.params, now);
        require(!(reserved && matches!(found, Ok(_) | Err(Refusal::FULL))), Refusal::DUPLICATE)?;
        let key = found?.key;
        let seats = self.members.count() + self.requests.reserved();
        require(seats < usize::from(self.params.max_members), Refusal::FULL)?;
        self.ask(Step::Seat, (id, candidate), Body::Seat(key, None), now);
        Ok(())
    }

    /// A candidate has a seat now.
    pub(super) fn seated(&mut self, candidate: &Candidate) {
        if let Some(listing) = self.directory.get_mut(&candidate.contest) {
            listing.excluded.insert(candidate.key);
        }
    }

    /// A seat has a new key, and with it the open proposals of the old one.
    pub(super) fn rotated(&mut self, old: &PublicKey, key: &PublicKey) {
        for open in self.open.values_mut().filter(|open| open.proposer == *old) {
            open.proposer = *key;
        }
    }

    fn set_params(&mut self, params: &Params) -> Result<(), Refusal> {
        let size = |params: &Params| (params.min_members, params.max_members);
        let fits = in_bounds(params) && size(params) == size(&self.params);
        require(fits, Refusal::PARAMS_BOUND)?;
        self.params = *params;
        Ok(())
    }
}

/// What running an action came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    /// It is done.
    Done,
    /// Another contract was asked.
    Asked,
}

/// Whether the registry can open a proposal of it. A payload that fails here comes back and frees the slot.
fn opens(action: &Action) -> bool {
    match action {
        Action::AdmitMember(admit) => admit.candidate != 0,
        Action::RotateKey(rotate) => !rotate.new_key.is_zero(),
        Action::SetParams(params) => params.voting_period.0 != 0,
        Action::LaunchContest(spec) => {
            spec.prizes.len() <= limits::PRIZES
                && spec.bootstrap_jury.len() <= usize::from(limits::JURORS)
                && spec.depends_on.len() <= limits::DEPENDS
        }
        Action::CloseStage(close) => close.stage != 0,
        Action::PayOrg(pay) => pay.payments.len() <= limits::ORG_PAYMENTS,
        Action::Signal(signal) => signal.link.len() <= limits::LINK_BYTES,
        Action::SetPolicy(policy) => policy.allowlist.len() <= limits::ALLOWLIST,
        Action::RemoveMember(_) | Action::ExtendDeadline(_) | Action::HoldPayout(_) => true,
    }
}

/// Actions whose execution waits (5, 13, 17).
const fn moves_money(action: &Action) -> bool {
    matches!(action, Action::LaunchContest(_) | Action::PayOrg(_) | Action::SetPolicy(_))
}

pub(super) fn paid_addresses(payments: &[OrgPayment]) -> BTreeSet<Address> {
    payments.iter().map(|payment| payment.to.clone()).collect()
}

fn check_policy(policy: &SetPolicy) -> Result<(), Refusal> {
    let counts = policy.allowlist.len() <= limits::ALLOWLIST;
    require(counts && policy.free_limit <= limits::FREE_LIMIT_MAX, Refusal::LIMIT)?;
    require(policy.allowlist.iter().all(is_payable), Refusal::BAD_ADDRESS)
}

/// Whether parameters are within their bounds (T38).
pub fn in_bounds(params: &Params) -> bool {
    let span = limits::SPAN_MIN..=limits::SPAN_MAX;
    params.voting_delay.0 <= limits::VOTING_DELAY_MAX
        && span.contains(&params.voting_period.0)
        && span.contains(&params.grace.0)
        && (limits::MIN_MEMBERS..=params.max_members).contains(&params.min_members)
        && params.max_members <= limits::MAX_MEMBERS
        && (1..=limits::WINNER_PLACES).contains(&params.max_place)
        && (1..=limits::CANDIDACY_CYCLES).contains(&params.candidacy_cycles)
        && span.contains(&params.renew_window.0)
        && params.jury_bps_max <= limits::SHARE_MAX
        && params.org_bps_max <= limits::SHARE_MAX
        && (limits::CONFIRM_MIN..=limits::SPAN_MAX).contains(&params.confirm_window.0)
        && (limits::QUICK_HOLD..=limits::SPAN_MAX).contains(&params.hold_max.0)
}

#[cfg(test)]
mod tests;
