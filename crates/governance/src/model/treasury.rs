//! Stage budgets with their gate, and the budgets of contests.

use std::collections::BTreeMap;

use ton_abi::Nano;

use super::limits;
use super::org::OrgList;
use super::refusal::{Refusal, require};
use crate::payload::StagePlan;
use crate::text::Digest;
use crate::treasury::StageStatus;

/// Booked requests of a contest that are remembered. Source: `TreasuryBudgets.NONCES`.
const REMEMBERED: usize = 3;

/// Where the budget of a contest is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BudgetState {
    /// Nowhere.
    None,
    /// Promised, still here.
    Reserved,
    /// On its way to the escrow.
    Sent,
    /// Taken by the escrow.
    Funded,
}

/// A stage and its books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Status.
    pub status: StageStatus,
    /// Budget of the plan.
    pub budget: Nano,
    /// What came in, without what went back.
    pub received: Nano,
    /// Rest of the stage before.
    pub carry_in: Nano,
    /// Own rest when it was closed.
    pub carry_out: Nano,
    /// Taken by escrows.
    pub allocated: Nano,
    /// Came back from escrows.
    pub refunded: Nano,
    /// Free for contests.
    pub available: Nano,
    /// Promised to contests.
    pub reserved: Nano,
    /// On its way to escrows.
    pub sent: Nano,
    /// Contests that are not settled yet.
    pub open: u16,
    /// SHA-256 of the report, once closed.
    pub report_hash: Option<Digest>,
}

/// An item of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Stage that pays it.
    pub stage: u8,
    /// Planned for it.
    pub total: Nano,
    /// Not given to contests yet.
    pub left: Nano,
}

/// A contest as the treasury knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// Its budget.
    pub total: Nano,
    /// Its stage.
    pub stage: u8,
    /// Its item.
    pub item: u8,
    /// Where the money is.
    pub state: BudgetState,
    /// Whether its last refund came.
    pub over: bool,
    /// Whether its money was sent at least once.
    pub was_sent: bool,
    /// Last request of the registry.
    pub request: u64,
    /// Request of the contest that its money answered.
    pub funding: u64,
    /// Refunds and org shares that were booked last, by their requests.
    pub booked: Vec<u64>,
}

/// What happened to money that was brought for a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Funding {
    /// Booked for the stage.
    pub taken: Nano,
    /// Sent back.
    pub returned: Nano,
    /// Whether the stage is active now.
    pub active: bool,
}

/// The treasury.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Treasury {
    /// Stages by number.
    pub stages: BTreeMap<u8, Stage>,
    /// Items of the plan by number.
    pub items: BTreeMap<u8, Item>,
    /// Contests that ever had a reservation, by id.
    pub budgets: BTreeMap<u32, Budget>,
    /// Org lists by id.
    pub org_lists: BTreeMap<u32, OrgList>,
    /// Org fund that can be spent.
    pub org_available: Nano,
    /// Org fund that waits for confirmations.
    pub org_reserved: Nano,
    /// Org fund that was paid, less what came back.
    pub org_paid: Nano,
    /// Money of no stage: donations, the rest of the last stage, late refunds.
    pub unassigned: Nano,
    /// Donations so far.
    pub donated: Nano,
}

impl Treasury {
    /// The treasury of a plan.
    pub fn new(plan: &[StagePlan]) -> Self {
        let mut treasury = Self {
            stages: BTreeMap::new(),
            items: BTreeMap::new(),
            budgets: BTreeMap::new(),
            org_lists: BTreeMap::new(),
            org_available: Nano::ZERO,
            org_reserved: Nano::ZERO,
            org_paid: Nano::ZERO,
            unassigned: Nano::ZERO,
            donated: Nano::ZERO,
        };
        for (number, part) in (1..).zip(plan) {
            treasury.stages.insert(number, Stage::new(part.budget));
            for item in &part.items {
                let row = Item { stage: number, total: item.total, left: item.total };
                treasury.items.insert(item.number, row);
            }
        }
        if let Some(first) = treasury.stages.get_mut(&1) {
            first.activate();
        }
        treasury
    }

    /// Multisig or main giver bring money for a stage.
    ///
    /// # Errors
    /// 401 unknown or closed, 400 the stage before is not closed: the money bounces home.
    pub fn fund_stage(&mut self, number: u8, amount: Nano) -> Result<Funding, Refusal> {
        let before_closed = number <= 1
            || self.stages.get(&(number - 1)).is_some_and(|stage| stage.status == StageStatus::Closed);
        let stage = self.stages.get_mut(&number).ok_or(Refusal::STAGE_NOT_ACTIVE)?;
        require(stage.status != StageStatus::Closed, Refusal::STAGE_NOT_ACTIVE)?;
        require(before_closed, Refusal::STAGE_GATE)?;
        let had = stage.received.0 + stage.carry_in.0;
        let taken = amount.0.min(stage.budget.0.saturating_sub(had));
        stage.received.0 += taken;
        stage.available.0 += taken;
        stage.activate();
        let active = stage.status == StageStatus::Active;
        Ok(Funding { taken: Nano(taken), returned: Nano(amount.0 - taken), active })
    }

    /// The registry reserves the total of a contest. The same again changes nothing.
    ///
    /// # Errors
    /// 156 other terms than before, or over; 155 too many contests; 401, 407, 402.
    pub fn reserve(&mut self, contest: u32, stage: u8, item: u8, total: Nano) -> Result<(), Refusal> {
        let mut budget = match self.budgets.get(&contest) {
            Some(known) => {
                let same = (known.stage, known.item, known.total) == (stage, item, total);
                require(same && !known.over, Refusal::DUPLICATE)?;
                known.clone()
            }
            None => {
                require((self.budgets.len() as u64) < u64::from(limits::CONTESTS), Refusal::LIMIT)?;
                Budget::new(total, stage, item)
            }
        };
        if budget.state == BudgetState::None {
            self.take(&budget)?;
            budget.state = BudgetState::Reserved;
        }
        self.budgets.insert(contest, budget);
        Ok(())
    }

    /// The registry gives a reservation back.
    ///
    /// # Errors
    /// 152 the money has left.
    pub fn release(&mut self, contest: u32) -> Result<(), Refusal> {
        let Some(budget) = self.budgets.get(&contest).cloned() else { return Ok(()) };
        match budget.state {
            BudgetState::None => Ok(()),
            BudgetState::Reserved => {
                self.give_back(&budget);
                if budget.was_sent {
                    self.set(contest, |budget| budget.state = BudgetState::None);
                } else {
                    self.budgets.remove(&contest);
                }
                Ok(())
            }
            BudgetState::Sent | BudgetState::Funded => Err(Refusal::BAD_PHASE),
        }
    }

    /// The escrow of a contest asks for its money; the amount sent, nothing when it was sent before.
    ///
    /// # Errors
    /// 406 unknown; 402 there is no reservation to be had.
    pub fn escrow_ready(&mut self, contest: u32) -> Result<Option<Nano>, Refusal> {
        let mut budget = self.budgets.get(&contest).ok_or(Refusal::UNKNOWN_ESCROW)?.clone();
        if budget.state == BudgetState::None {
            require(!budget.over, Refusal::INSUFFICIENT)?;
            self.take(&budget).map_err(|_| Refusal::INSUFFICIENT)?;
            budget.state = BudgetState::Reserved;
        }
        if budget.state != BudgetState::Reserved {
            return Ok(None);
        }
        self.stage(
            budget.stage,
            |stage, total| {
                stage.reserved.0 -= total;
                stage.sent.0 += total;
            },
            budget.total,
        );
        let total = budget.total;
        self.budgets.insert(contest, Budget { state: BudgetState::Sent, was_sent: true, ..budget });
        Ok(Some(total))
    }

    /// The escrow took its money.
    ///
    /// # Errors
    /// 406.
    pub fn fund_ack(&mut self, contest: u32) -> Result<(), Refusal> {
        let budget = self.budgets.get(&contest).ok_or(Refusal::UNKNOWN_ESCROW)?.clone();
        if budget.state == BudgetState::Sent {
            self.taken(contest, &budget);
        }
        Ok(())
    }

    /// The funding of a contest came back; whether that was news.
    pub fn bounced(&mut self, contest: u32) -> bool {
        let Some(budget) = self.budgets.get(&contest).cloned() else { return false };
        if budget.state != BudgetState::Sent {
            return false;
        }
        self.set(contest, |budget| budget.state = BudgetState::None);
        if let Some(item) = self.items.get_mut(&budget.item) {
            item.left.0 += budget.total.0;
        }
        self.stage(
            budget.stage,
            |stage, total| {
                stage.sent.0 -= total;
                stage.available.0 += total;
                stage.open -= 1;
            },
            budget.total,
        );
        true
    }

    /// Unused money of a contest; `last` ends it, `paid` tells that it had a ranking.
    ///
    /// # Errors
    /// 406.
    pub fn refund(&mut self, contest: u32, amount: Nano, last: bool, paid: bool) -> Result<(), Refusal> {
        let mut budget = self.budgets.get(&contest).ok_or(Refusal::UNKNOWN_ESCROW)?.clone();
        if budget.state == BudgetState::Reserved && last {
            self.give_back(&budget);
            self.set(contest, |budget| budget.state = BudgetState::None);
            budget.state = BudgetState::None;
        }
        if budget.state == BudgetState::Sent && (!amount.is_zero() || paid) {
            self.taken(contest, &budget);
            budget.state = BudgetState::Funded;
        }
        if last && !budget.over {
            self.set(contest, |budget| budget.over = true);
            if budget.state == BudgetState::Funded {
                self.stage(budget.stage, |stage, _| stage.open -= 1, Nano::ZERO);
                if !paid && let Some(item) = self.items.get_mut(&budget.item) {
                    item.left.0 += budget.total.0;
                }
            }
        }
        let Some(stage) = self.stages.get_mut(&budget.stage) else { return Err(Refusal::UNKNOWN_ESCROW) };
        if stage.status == StageStatus::Closed {
            self.unassigned.0 += amount.0;
        } else {
            stage.available.0 += amount.0;
            stage.refunded.0 += amount.0;
        }
        Ok(())
    }

    /// The org share of a contest.
    ///
    /// # Errors
    /// 406.
    pub fn org_share(&mut self, contest: u32, amount: Nano) -> Result<(), Refusal> {
        self.fund_ack(contest)?;
        self.org_available.0 += amount.0;
        Ok(())
    }

    /// The members close a stage; its rest goes to the next one.
    ///
    /// # Errors
    /// 401 not active; 403 contests are open. The same report again changes nothing.
    pub fn close(&mut self, number: u8, report_hash: Digest) -> Result<(), Refusal> {
        let last = self.stages.len();
        let stage = self.stages.get_mut(&number).ok_or(Refusal::STAGE_NOT_ACTIVE)?;
        if stage.status == StageStatus::Closed && stage.report_hash == Some(report_hash) {
            return Ok(());
        }
        require(stage.status == StageStatus::Active, Refusal::STAGE_NOT_ACTIVE)?;
        require(stage.open == 0, Refusal::OPEN_CONTESTS)?;
        let carry = std::mem::take(&mut stage.available);
        stage.status = StageStatus::Closed;
        stage.report_hash = Some(report_hash);
        stage.carry_out = carry;
        if usize::from(number) == last {
            self.unassigned.0 += carry.0;
        } else if let Some(next) = self.stages.get_mut(&(number + 1)) {
            next.carry_in = carry;
            next.available.0 += carry.0;
            next.activate();
        }
        Ok(())
    }

    /// A plain transfer; `amount` is what is left of it after the gas of booking it.
    pub fn donate(&mut self, amount: Nano) {
        self.unassigned.0 += amount.0;
        self.donated.0 += amount.0;
    }

    /// All grant money of the account.
    pub fn booked(&self) -> Nano {
        let stages: u128 = self.stages.values().map(|stage| stage.available.0 + stage.reserved.0).sum();
        Nano(stages + self.org_available.0 + self.org_reserved.0 + self.unassigned.0)
    }

    /// Notes that money of a contest was booked, so that it can ask.
    pub(super) fn remember(&mut self, contest: u32, nonce: u64) {
        if let Some(budget) = self.budgets.get_mut(&contest) {
            budget.booked.insert(0, nonce);
            budget.booked.truncate(REMEMBERED);
        }
    }

    fn take(&mut self, budget: &Budget) -> Result<(), Refusal> {
        let stage = self.stages.get_mut(&budget.stage).ok_or(Refusal::STAGE_NOT_ACTIVE)?;
        require(stage.status == StageStatus::Active, Refusal::STAGE_NOT_ACTIVE)?;
        let item = self.items.get_mut(&budget.item).ok_or(Refusal::OVER_PLAN)?;
        let fits = item.stage == budget.stage && !budget.total.is_zero() && budget.total <= item.left;
        require(fits, Refusal::OVER_PLAN)?;
        require(budget.total <= stage.available, Refusal::INSUFFICIENT)?;
        item.left.0 -= budget.total.0;
        stage.available.0 -= budget.total.0;
        stage.reserved.0 += budget.total.0;
        stage.open += 1;
        Ok(())
    }

    fn give_back(&mut self, budget: &Budget) {
        if let Some(item) = self.items.get_mut(&budget.item) {
            item.left.0 += budget.total.0;
        }
        self.stage(
            budget.stage,
            |stage, total| {
                stage.reserved.0 -= total;
                stage.available.0 += total;
                stage.open -= 1;
            },
            budget.total,
        );
    }

    fn taken(&mut self, contest: u32, budget: &Budget) {
        self.set(contest, |budget| budget.state = BudgetState::Funded);
        let over = budget.over;
        self.stage(
            budget.stage,
            |stage, total| {
                stage.sent.0 -= total;
                stage.allocated.0 += total;
                stage.open -= u16::from(over);
            },
            budget.total,
        );
    }

    fn set(&mut self, contest: u32, change: impl FnOnce(&mut Budget)) {
        if let Some(budget) = self.budgets.get_mut(&contest) {
            change(budget);
        }
    }

    fn stage(&mut self, number: u8, change: impl FnOnce(&mut Stage, u128), amount: Nano) {
        if let Some(stage) = self.stages.get_mut(&number) {
            change(stage, amount.0);
        }
    }
}

impl Budget {
    const fn new(total: Nano, stage: u8, item: u8) -> Self {
        Self {
            total,
            stage,
            item,
            state: BudgetState::None,
            over: false,
            was_sent: false,
            request: 0,
            funding: 0,
            booked: Vec::new(),
        }
    }
}

impl Stage {
    const fn new(budget: Nano) -> Self {
        Self {
            status: StageStatus::Planned,
            budget,
            received: Nano::ZERO,
            carry_in: Nano::ZERO,
            carry_out: Nano::ZERO,
            allocated: Nano::ZERO,
            refunded: Nano::ZERO,
            available: Nano::ZERO,
            reserved: Nano::ZERO,
            sent: Nano::ZERO,
            open: 0,
            report_hash: None,
        }
    }

    /// Whether the stage adds up.
    pub const fn holds(&self) -> bool {
        let came = self.received.0 + self.carry_in.0 + self.refunded.0;
        came == self.available.0 + self.reserved.0 + self.sent.0 + self.allocated.0 + self.carry_out.0
    }

    fn activate(&mut self) {
        let covered = self.received.0 + self.carry_in.0 >= self.budget.0;
        if self.status == StageStatus::Planned && covered {
            self.status = StageStatus::Active;
        }
    }
}

#[cfg(test)]
mod tests;
