//! Launching a contest: what the registry checks, then budget, jury pool, escrow and money.

use std::collections::BTreeSet;

use ton_abi::UnixTime;

use super::decision::Run;
use super::directory::Listing;
use super::jury::is_payable;
use super::refusal::{Refusal, require};
use super::requests::Body;
use super::{Model, limits};
use crate::contest::{Ending, Kind};
use crate::payload::Spec;
use crate::registry::{ContestStatus, Step};

impl Model {
    /// Launches the contest of a proposal. Its number belongs to the proposal: another attempt uses it again.
    ///
    /// # Errors
    /// What [`Self::check_spec`] and [`Self::check_plan`] say. Treasury and jury pool are asked then.
    pub(super) fn launch(&mut self, proposal: u32, spec: &Spec, now: UnixTime) -> Result<Run, Refusal> {
        let known = self.open.get(&proposal).and_then(|open| open.contest);
        let status = known.and_then(|id| self.directory.get(&id)).map(|listing| listing.status);
        if status.is_some_and(|status| status > ContestStatus::Deployed) {
            return Ok(Run::Done);
        }
        self.check_spec(spec, now)?;
        self.check_plan(spec)?;
        let id = self.number_for(proposal, spec)?;
        self.ask(Step::Reserve, (proposal, id), Body::Launch(Box::new(spec.clone())), now);
        Ok(Run::Asked)
    }

    /// The checks of a contest by itself.
    ///
    /// # Errors
    /// 154 texts; 205 shares; 155 counts and amounts; 153 times; 152 a contest it depends on; 204 kind and jury;
    /// 602, 161 a juror. In this order.
    pub fn check_spec(&self, spec: &Spec, now: UnixTime) -> Result<(), Refusal> {
        let short = spec.title.len() <= limits::TITLE_BYTES && spec.doc_link.len() <= limits::LINK_BYTES;
        require(short, Refusal::TOO_LONG)?;
        let shares = spec.jury_bps <= self.params.jury_bps_max && spec.org_bps <= self.params.org_bps_max;
        require(shares, Refusal::PARAMS_BOUND)?;
        require(counts_fit(spec) && prizes_fit(spec), Refusal::LIMIT)?;
        require(self.times_fit(spec, now), Refusal::BAD_TIME)?;
        let paid = |id: &u32| self.directory.get(id).is_some_and(|listing| listing.ending == Ending::Paid);
        require(spec.depends_on.iter().all(paid), Refusal::BAD_PHASE)?;
        self.check_jury(spec)
    }

    /// The item of the plan.
    ///
    /// # Errors
    /// 401 unknown stage; 407 the item is not in it; 204 another topic; 152 an item it depends on has no winner.
    pub fn check_plan(&self, spec: &Spec) -> Result<(), Refusal> {
        let stage = usize::from(spec.stage).checked_sub(1).and_then(|index| self.plan.get(index));
        let items = &stage.ok_or(Refusal::STAGE_NOT_ACTIVE)?.items;
        let item = items.iter().find(|item| item.number == spec.item).ok_or(Refusal::OVER_PLAN)?;
        require(item.topic == spec.topic, Refusal::BAD_ACTION)?;
        require(item.depends_on.iter().all(|other| self.won.contains(other)), Refusal::BAD_PHASE)
    }

    fn times_fit(&self, spec: &Spec, now: UnixTime) -> bool {
        let wide = |time: UnixTime| u64::from(time.0);
        let end = wide(spec.entries_end);
        let phases = limits::MIN_PHASE..=limits::MAX_PHASE;
        end >= wide(spec.open_at.max(now)) + u64::from(limits::MIN_PHASE)
            && end <= wide(now) + u64::from(limits::MAX_PHASE)
            && phases.contains(&spec.commit_span.0)
            && phases.contains(&spec.reveal_span.0)
            && spec.confirm_window >= self.params.confirm_window
            && spec.confirm_window.0 <= limits::SPAN_MAX
    }

    fn check_jury(&self, spec: &Spec) -> Result<(), Refusal> {
        if spec.kind == Kind::Regular {
            return require(spec.bootstrap_jury.is_empty() && spec.seats == 0, Refusal::BAD_ACTION);
        }
        let few = spec.bootstrap_jury.len() < usize::from(spec.min_jurors);
        require(spec.bootstrap_jury.is_empty() || !few, Refusal::BAD_ACTION)?;
        let mut seen = BTreeSet::new();
        for juror in &spec.bootstrap_jury {
            require(!juror.key.is_zero() && seen.insert(juror.key), Refusal::BAD_ACTION)?;
            require(!self.members.seats.contains_key(&juror.key), Refusal::IS_MEMBER)?;
            require(is_payable(&juror.addr), Refusal::BAD_ADDRESS)?;
        }
        Ok(())
    }

    fn number_for(&mut self, proposal: u32, spec: &Spec) -> Result<u32, Refusal> {
        let open = self.open.get_mut(&proposal).ok_or(Refusal::BAD_SENDER)?;
        if let Some(id) = open.contest {
            return Ok(id);
        }
        require(self.last_contest < limits::CONTESTS, Refusal::LIMIT)?;
        self.last_contest += 1;
        open.contest = Some(self.last_contest);
        self.directory.insert(self.last_contest, Listing::new(spec, proposal));
        Ok(self.last_contest)
    }
}

fn counts_fit(spec: &Spec) -> bool {
    let jurors = usize::from(limits::JURORS);
    let per_jury = 1..=limits::JURORS;
    spec.prizes.len() <= limits::PRIZES
        && spec.depends_on.len() <= limits::DEPENDS
        && spec.bootstrap_jury.len() <= jurors
        && (1..=limits::TOPICS).contains(&spec.topic)
        && per_jury.contains(&spec.min_jurors)
        && per_jury.contains(&spec.min_scores)
        && (1..=limits::ENTRIES).contains(&spec.max_entries)
        && spec.seats <= limits::JURORS
        && spec.fund >= limits::MIN_PRIZE
        && (spec.entry_deposit.is_zero() || spec.entry_deposit >= limits::MIN_PRIZE)
        && spec.entry_deposit <= limits::FREE_LIMIT_MAX
}

/// Each prize is nothing or at least the least prize; together they are at most the fund.
fn prizes_fit(spec: &Spec) -> bool {
    if spec.pro_rata {
        return spec.prizes.is_empty();
    }
    let each = spec.prizes.iter().all(|prize| prize.is_zero() || *prize >= limits::MIN_PRIZE);
    each && spec.prizes.iter().map(|prize| prize.0).sum::<u128>() <= spec.fund.0
}

#[cfg(test)]
mod tests;
