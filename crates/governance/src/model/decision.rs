//! Decisions from proposing to carrying out: the actions of the registry.

use std::collections::{BTreeMap, BTreeSet};

use ton_abi::{Address, PublicKey, UnixTime};

use super::directory::Listing;
use super::jury::is_payable;
use super::proposal::{self, Effect, Proposal, Terms};
use super::refusal::{Refusal, require};
use super::signer::Signed;
use super::wallet::{Subject, Wish};
use super::{Model, limits};
use crate::contest::Phase;
use crate::organisation::Params;
use crate::payload::{Action, OrgPayment, PayOrg, SetPolicy};
use crate::proposal::Choice;
use crate::registry::ContestStatus;
use crate::text::Digest;

/// A proposal that holds a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
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
        if !opens(&action) {
            return Ok(None);
        }
        if let Some(member) = self.members.seats.get_mut(&by.key) {
            member.open += 1;
        }
        let terms = self.terms(by.key, action, link, doc_hash, now);
        self.proposals.insert(id, Proposal::new(terms));
        self.open.insert(id, Open { proposer: by.key, contest: None });
        Ok(Some(id))
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
        self.after(id, effect);
        Ok(effect)
    }

    /// The proposer takes a proposal back.
    ///
    /// # Errors
    /// 157; those of [`Proposal::cancel`].
    pub fn cancel(&mut self, by: &Signed, id: u32, now: UnixTime) -> Result<Effect, Refusal> {
        let effect = self.proposal(id)?.cancel(by, now)?;
        self.after(id, effect);
        Ok(effect)
    }

    /// Anyone closes a proposal.
    ///
    /// # Errors
    /// 157; those of [`Proposal::close`].
    pub fn close(&mut self, id: u32, now: UnixTime) -> Result<Effect, Refusal> {
        let effect = self.proposal(id)?.close(now)?;
        self.after(id, effect);
        Ok(effect)
    }

    /// Anyone has a proposal executed; how the action ended.
    ///
    /// # Errors
    /// 157; those of [`Proposal::execute`].
    pub fn execute(&mut self, id: u32, now: UnixTime) -> Result<Result<(), Refusal>, Refusal> {
        let proposal = self.proposal(id)?;
        proposal.execute(now)?;
        let (terms, yes) = (proposal.terms.clone(), proposal.yes_keys());
        let result = self.recount(&terms, &yes).and_then(|()| self.run(id, &terms.action, now));
        let effect = self.proposal(id)?.executed(result, now)?;
        self.after(id, effect);
        Ok(result)
    }

    /// A member leaves.
    ///
    /// # Errors
    /// Those of [`super::members::Members::resign`].
    pub fn resign(&mut self, by: &Signed, now: UnixTime) -> Result<(), Refusal> {
        self.members.resign(by, now)?;
        self.sync(now);
        self.pool.release_member(&by.key);
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

    /// Frees the slot of a proposal that ended, and the number of a contest that was never deployed.
    fn after(&mut self, id: u32, effect: Effect) {
        if !matches!(effect, Effect::Ended(_)) {
            return;
        }
        let Some(open) = self.open.remove(&id) else { return };
        if let Some(member) = self.members.seats.get_mut(&open.proposer) {
            member.open = member.open.saturating_sub(1);
        }
        let reserved = |listing: &Listing| listing.status == ContestStatus::Reserved;
        if let Some(contest) = open.contest
            && self.directory.get(&contest).is_some_and(reserved)
        {
            self.directory.remove(&contest);
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
        let entrants = |id: &u32| {
            let listing = self.directory.get(id);
            listing.map_or_else(BTreeSet::new, |listing| self.members.excluded(&listing.excluded))
        };
        match action {
            Action::RemoveMember(remove) => BTreeSet::from([remove.key]),
            Action::PayOrg(pay) => self.members.payees(&paid_addresses(&pay.payments)),
            Action::ExtendDeadline(extend) => entrants(&extend.contest_id),
            Action::HoldPayout(hold) => entrants(&hold.contest_id),
            _ => BTreeSet::new(),
        }
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

    fn run(&mut self, id: u32, action: &Action, now: UnixTime) -> Result<(), Refusal> {
        match action {
            Action::AdmitMember(admit) => self.admit(admit.candidate, now),
            Action::RotateKey(rotate) => self.rotate(&rotate.old_key, rotate.new_key, now),
            Action::RemoveMember(remove) => {
                self.members.remove(&remove.key, &self.params)?;
                self.sync(now);
                self.pool.release_member(&remove.key);
                Ok(())
            }
            Action::SetParams(params) => self.set_params(params),
            Action::LaunchContest(spec) => self.launch(id, spec, now),
            Action::ExtendDeadline(extend) => {
                let moves = matches!(extend.phase, Phase::Open | Phase::Commit | Phase::Reveal);
                require(moves, Refusal::BAD_PHASE)?;
                self.contest(extend.contest_id)?.extend(extend.phase, extend.time, now)
            }
            Action::HoldPayout(hold) => self.contest(hold.contest_id)?.hold(hold.until, now),
            Action::CloseStage(close) => {
                require(close.link.len() <= limits::LINK_BYTES, Refusal::TOO_LONG)?;
                let waits = |listing: &Listing| listing.stage == close.stage && listing.is_unpublished();
                require(!self.directory.values().any(waits), Refusal::UNPUBLISHED)?;
                self.treasury.close(close.stage, close.report_hash)
            }
            Action::PayOrg(pay) => self.pay_org(id, pay, now),
            Action::Signal(_) => Ok(()),
            Action::SetPolicy(policy) => check_policy(policy),
        }
    }

    fn admit(&mut self, candidate: u32, now: UnixTime) -> Result<(), Refusal> {
        let key = self.members.admissible(candidate, &self.params, now)?.key;
        require(self.pool.reserve_member(&key), Refusal::JUROR_CANNOT_BE_MEMBER)?;
        let candidate = self.members.admit(candidate, &self.params, now)?;
        if let Some(listing) = self.directory.get_mut(&candidate.contest) {
            listing.excluded.insert(key);
        }
        self.sync(now);
        Ok(())
    }

    fn rotate(&mut self, old: &PublicKey, new: PublicKey, now: UnixTime) -> Result<(), Refusal> {
        self.members.rotatable(old, &new)?;
        require(self.pool.reserve_member(&new), Refusal::JUROR_CANNOT_BE_MEMBER)?;
        self.members.rotate(old, new, now)?;
        self.sync(now);
        self.pool.release_member(old);
        Ok(())
    }

    fn set_params(&mut self, params: &Params) -> Result<(), Refusal> {
        let size = |params: &Params| (params.min_members, params.max_members);
        let fits = in_bounds(params) && size(params) == size(&self.params);
        require(fits, Refusal::PARAMS_BOUND)?;
        self.params = *params;
        Ok(())
    }

    fn pay_org(&mut self, id: u32, pay: &PayOrg, now: UnixTime) -> Result<(), Refusal> {
        let count = (1..=limits::ORG_PAYMENTS).contains(&pay.payments.len());
        require(count && self.wallet.wanted(now) < limits::CONTROLLER_ITEMS, Refusal::LIMIT)?;
        self.treasury.pay_org(id, &pay.payments, now)?;
        let payees = self.members.payees(&paid_addresses(&pay.payments));
        let origins = payees.iter().map(|key| self.members.origin_of(key)).collect();
        // As in the contract: also a seat whose former key is the first key of a payee's seat.
        let excluded = self.members.excluded(&origins);
        let wish = Wish { until: now.plus(limits::RESERVE_LIFE), payees: origins };
        require(self.wallet.want(Subject::Org(id), wish, excluded, now), Refusal::LIMIT)
    }

    /// The wallet hears of a change of members; what it had not confirmed yet is enqueued again. Anyone can have it
    /// sent again.
    pub fn sync(&mut self, now: UnixTime) {
        let (keys, required) = (self.members.keys(), self.members.threshold());
        self.wallet.sync(&keys, required, self.members.epoch, now);
        self.wallet.wanted(now);
        for subject in self.wallet.wishes.keys().copied().collect::<Vec<_>>() {
            self.enqueue_again(subject, now);
        }
    }

    /// The registry queues a confirmation that it still wants; one that is open stays as it is.
    pub fn enqueue_again(&mut self, subject: Subject, now: UnixTime) {
        let Some(wish) = self.wallet.wishes.get(&subject) else { return };
        let (until, payees) = (wish.until, wish.payees.clone());
        let interested = match subject {
            Subject::Contest(id) => self.directory.get(&id).map(|listing| &listing.excluded),
            Subject::Org(_) | Subject::Payment(_) => Some(&payees),
        };
        let excluded = interested.map_or_else(BTreeSet::new, |keys| self.members.excluded(keys));
        self.wallet.enqueue(subject, until, excluded, now);
    }
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

fn paid_addresses(payments: &[OrgPayment]) -> BTreeSet<Address> {
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
        && (1..=limits::PRIZES).contains(&usize::from(params.max_place))
        && (1..=limits::CANDIDACY_CYCLES).contains(&params.candidacy_cycles)
        && span.contains(&params.renew_window.0)
        && params.jury_bps_max <= limits::SHARE_MAX
        && params.org_bps_max <= limits::SHARE_MAX
        && (limits::CONFIRM_MIN..=limits::SPAN_MAX).contains(&params.confirm_window.0)
        && (limits::QUICK_HOLD..=limits::SPAN_MAX).contains(&params.hold_max.0)
}

#[cfg(test)]
mod tests;
