//! Time: it passes a little with each step, and jumps to deadlines.

use governance::model::{invariants, limits};
use governance::proposal::Outcome;
use ton_abi::UnixTime;
use workspace_tests::community::DAY;

use crate::run::Run;

impl Run {
    /// A few minutes or hours pass, or nothing.
    pub(crate) fn tick(&mut self) {
        let seconds = match self.rng.u8(0..20) {
            0..=9 => 0,
            10..=18 => self.rng.u32(1..600),
            _ => self.rng.u32(600..3 * 3_600),
        };
        self.pass(seconds);
    }

    /// Just before, at, or just after the next deadline.
    pub(crate) fn jump(&mut self) {
        let now = self.now();
        let next = self.deadlines().into_iter().filter(|time| *time > now).min();
        let Some(next) = next else { return self.pass(DAY) };
        let target = match self.rng.u8(0..6) {
            0 => next.0 - 1,
            1 => next.0 + 1,
            _ => next.0,
        };
        self.pass(target.saturating_sub(now.0));
    }

    /// Lets time pass; phases change with it, and the invariants hold through the change.
    pub(crate) fn pass(&mut self, seconds: u32) {
        if seconds == 0 {
            return;
        }
        let before = self.now();
        self.community.wait(seconds);
        let now = self.now();
        let broken = invariants::broken_by((&self.model, before), (&self.model, now));
        assert!(broken.is_empty(), "{broken:?} after {seconds} s{}", self.story());
        let states = invariants::broken(&self.model, now);
        assert!(states.is_empty(), "{states:?} after {seconds} s{}", self.story());
    }

    /// Times at which something becomes possible or impossible.
    fn deadlines(&self) -> Vec<UnixTime> {
        let now = self.now();
        let mut times = Vec::new();
        for id in self.open_ids() {
            let proposal = &self.model.proposals[&id];
            match proposal.stored {
                Outcome::Active => times.extend([proposal.terms.start, proposal.terms.end]),
                _ => times.extend([proposal.exec_after, proposal.expire_at]),
            }
        }
        for contest in self.model.contests.values() {
            if contest.settled_at.is_some() {
                continue;
            }
            times.extend([contest.spec.open_at, contest.entries_end, contest.commit_end, contest.reveal_end]);
            times.extend([contest.held_until, contest.confirm_by.plus(1)]);
            times.push(contest.sent_at.plus(limits::SETTLE_AFTER));
            if contest.tallied_at.is_none() {
                times.push(contest.entries_end.plus(limits::OPENING));
            }
            if contest.draw_tries > 0 && contest.jury.is_empty() {
                times.push(contest.draw_at.plus(limits::RESEND_AFTER << (contest.draw_tries - 1).min(8)));
            }
            times.extend(
                contest.desk.asks.values().map(|ask| ask.at.plus(limits::RESEND_AFTER << ask.tries.min(8))),
            );
        }
        let requests = self.model.requests.open.values();
        times.extend(requests.map(|request| request.sent_at.plus(limits::RESEND_AFTER)));
        times.extend(self.model.treasury.org_lists.values().filter(|list| !list.paid).map(|list| list.until));
        times.retain(|time| *time > now);
        times
    }
}
