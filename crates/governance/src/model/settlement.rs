//! The end of a contest: org share, refund, report to the pool, new jurors.

use std::collections::BTreeMap;

use ton_abi::{Address, Nano, PublicKey, UnixTime};

use super::contest::Contest;
use super::desk::Step;
use super::limits;
use super::payout::ItemState;
use super::refusal::{Refusal, require};
use crate::contest::{Ending, Kind, Phase};

/// What a contest hands over when it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// To the org fund.
    pub org: Nano,
    /// To the stage.
    pub refund: Nano,
    /// How it ended.
    pub ending: Ending,
    /// Jurors who had a seat, and whether they revealed a valid card.
    pub seated: BTreeMap<PublicKey, bool>,
    /// Winners who become jurors.
    pub winners: Vec<(PublicKey, Address)>,
}

impl Contest {
    /// The contest ends at once, as if all others heard of it and answered.
    ///
    /// # Errors
    /// 152, 514, 153 in this order.
    pub fn settle(&mut self, now: UnixTime) -> Result<Settlement, Refusal> {
        self.begin_settling(now)?;
        if self.ending == Ending::None {
            self.ending = if self.ranking.is_empty() { Ending::NoQuorum } else { Ending::Paid };
        }
        self.recorded = Phase::Closed;
        (self.desk.step, self.desk.org_sent) = (Step::Over, true);
        Ok(Settlement {
            org: self.books.budget.org_share,
            refund: self.books.refund(),
            ending: self.ending,
            seated: self.seated(),
            winners: self.winners(),
        })
    }

    /// Whether the contest can begin to settle.
    ///
    /// # Errors
    /// 152, 514, 153 in this order.
    pub(super) fn check_settled(&self, now: UnixTime) -> Result<(), Refusal> {
        let phase = self.phase(now);
        let over = phase == Phase::Payable || (phase == Phase::Cancelled && self.ending != Ending::None);
        require(over, Refusal::BAD_PHASE)?;
        require(!self.books.has_due(), Refusal::ITEM_STATE)?;
        require(now >= self.sent_at.plus(limits::SETTLE_AFTER), Refusal::BAD_TIME)
    }

    /// Anyone gives unclaimed payouts back to the stage; their sum.
    ///
    /// # Errors
    /// Those of [`Self::check_sweep`].
    pub fn sweep(&mut self, now: UnixTime) -> Result<Nano, Refusal> {
        self.check_sweep(now)?;
        self.swept = (now, self.swept.1.saturating_add(1));
        self.take_failed();
        Ok(self.books.refund())
    }

    /// Whether unclaimed payouts can go back, or a refund that came back once more.
    ///
    /// # Errors
    /// 152, 153, 157, 306 in this order.
    pub fn check_sweep(&self, now: UnixTime) -> Result<(), Refusal> {
        require(self.phase(now) == Phase::Closed, Refusal::BAD_PHASE)?;
        let settled_at = self.settled_at.ok_or(Refusal::BAD_PHASE)?;
        require(now >= settled_at.plus(limits::SWEEP_AFTER), Refusal::BAD_TIME)?;
        let (swept_at, sweeps) = self.swept;
        let wait = if sweeps > 0 { limits::RESEND_AFTER << sweeps.min(limits::WAIT_DOUBLINGS) } else { 0 };
        require(now >= swept_at.plus(wait), Refusal::BAD_TIME)?;
        let failed = self.books.items.values().any(|item| item.state == ItemState::Failed);
        require(failed || self.has_pot(), Refusal::NOT_FOUND)?;
        self.desk.check_idle(now)
    }

    /// Unclaimed payouts are no more; whether there is money to go back.
    pub(super) fn take_failed(&mut self) -> bool {
        // None is no mistake: a refund that came back goes again.
        let _ = self.books.sweep();
        self.has_pot()
    }

    const fn has_pot(&self) -> bool {
        !self.books.budget.pot.is_zero() || !self.books.deposits.pot.is_zero()
    }

    fn winners(&self) -> Vec<(PublicKey, Address)> {
        if self.spec.kind != Kind::JurySelection || self.ending != Ending::Paid {
            return Vec::new();
        }
        let entries = self.ranking.iter().filter_map(|rank| self.entries.get(&rank.entry));
        let seats = usize::from(self.spec.seats);
        entries.take(seats).map(|entry| (entry.key, entry.wallet.clone())).collect()
    }
}
