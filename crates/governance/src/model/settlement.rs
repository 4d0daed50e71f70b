//! The end of a contest: org share, refund, report to the pool, new jurors.

use ton_abi::{Address, Nano, PublicKey, UnixTime};

use super::contest::Contest;
use super::judging::CardState;
use super::limits;
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
    /// Jurors who revealed a valid card.
    pub worked: Vec<PublicKey>,
    /// Winners who become jurors.
    pub winners: Vec<(PublicKey, Address)>,
}

impl Contest {
    /// Anyone ends the contest when nothing is Due any more.
    ///
    /// # Errors
    /// 152, 514, 153 in this order.
    pub fn settle(&mut self, now: UnixTime) -> Result<Settlement, Refusal> {
        let phase = self.phase(now);
        let over = phase == Phase::Payable || (phase == Phase::Cancelled && self.ending != Ending::None);
        require(over, Refusal::BAD_PHASE)?;
        require(!self.books.has_due(), Refusal::ITEM_STATE)?;
        require(now >= self.sent_at.plus(limits::SETTLE_AFTER), Refusal::BAD_TIME)?;
        if self.ending == Ending::None {
            self.ending = if self.ranking.is_empty() { Ending::NoQuorum } else { Ending::Paid };
        }
        self.settled_at = Some(now);
        self.recorded = Phase::Closed;
        let revealed = self.jury.iter().filter(|(_, seat)| seat.state == CardState::Revealed);
        let worked = revealed.map(|(key, _)| *key).collect();
        Ok(Settlement {
            org: self.books.budget.org_share,
            refund: self.books.refund(),
            ending: self.ending,
            worked,
            winners: self.winners(),
        })
    }

    /// Anyone gives unclaimed payouts back to the stage; their sum.
    ///
    /// # Errors
    /// 152, 153, 157 in this order.
    pub fn sweep(&mut self, now: UnixTime) -> Result<Nano, Refusal> {
        let settled_at = self.settled_at.ok_or(Refusal::BAD_PHASE)?;
        require(now >= settled_at.plus(limits::SWEEP_AFTER), Refusal::BAD_TIME)?;
        let (swept_at, sweeps) = self.swept;
        let wait = if sweeps > 0 { limits::RESEND_AFTER << sweeps.min(8) } else { 0 };
        require(now >= swept_at.plus(wait), Refusal::BAD_TIME)?;
        self.books.sweep()?;
        self.swept = (now, sweeps.saturating_add(1));
        Ok(self.books.refund())
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
