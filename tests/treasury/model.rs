//! The rules of the treasury once more, small and in Rust: what each message answers and does to the books.

use std::collections::{BTreeMap, VecDeque};

use crate::plan::Plan;

/// Where the budget of a contest is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Budget {
    #[default]
    None,
    Reserved,
    Sent,
    Funded,
}

/// The answer to a request, or the exit code of a message that goes home.
pub(crate) type Reply = Result<u16, i32>;

/// A stage; status 0 planned, 1 active, 2 closed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stage {
    pub(crate) status: u8,
    pub(crate) budget: u128,
    pub(crate) received: u128,
    pub(crate) carry_in: u128,
    pub(crate) carry_out: u128,
    pub(crate) allocated: u128,
    pub(crate) refunded: u128,
    pub(crate) available: u128,
    pub(crate) reserved: u128,
    pub(crate) sent: u128,
    pub(crate) open: u16,
    report: u8,
}

/// An item of the plan.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) stage: u8,
    pub(crate) left: u128,
}

/// A contest.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contest {
    pub(crate) place: (u8, u8),
    pub(crate) total: u128,
    pub(crate) state: Budget,
    pub(crate) over: bool,
    pub(crate) request: u64,
    pub(crate) funding: u64,
    booked: VecDeque<u64>,
}

/// A list of org payments.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) nonce: u64,
    pub(crate) payments: Vec<(u8, u128)>,
    pub(crate) until: u32,
    pub(crate) paid: bool,
    bounced: u16,
}

impl List {
    fn sum(&self) -> u128 {
        self.payments.iter().map(|(_, amount)| amount).sum()
    }
}

/// The books.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub(crate) stages: Vec<Stage>,
    pub(crate) items: BTreeMap<u8, Item>,
    pub(crate) contests: BTreeMap<u32, Contest>,
    pub(crate) lists: BTreeMap<u32, List>,
    pub(crate) org_available: u128,
    pub(crate) org_reserved: u128,
    pub(crate) unassigned: u128,
}

impl Model {
    pub(crate) fn new(plan: &Plan) -> Self {
        let mut model = Self::default();
        for (stage, (budget, items)) in (1..).zip(&plan.0) {
            model.stages.push(Stage { budget: *budget, ..Stage::default() });
            model.items.extend(items.iter().map(|i| (i.number, Item { stage, left: i.total })));
        }
        model.activate(0);
        model
    }

    fn activate(&mut self, index: usize) {
        let stage = &mut self.stages[index];
        if stage.status == 0 && stage.received + stage.carry_in >= stage.budget {
            stage.status = 1;
        }
    }

    fn index(&self, stage: u32) -> Option<usize> {
        (stage as usize).checked_sub(1).filter(|index| *index < self.stages.len())
    }

    /// The stage of a contest.
    fn stage_of(&mut self, contest: &Contest) -> &mut Stage {
        &mut self.stages[usize::from(contest.place.0) - 1]
    }

    /// Money for a stage from one who may send it.
    pub(crate) fn fund(&mut self, stage: u32, amount: u128) -> Reply {
        let index = self.index(stage).ok_or(401)?;
        if self.stages[index].status == 2 {
            return Err(401);
        }
        if index > 0 && self.stages[index - 1].status != 2 {
            return Err(400);
        }
        let s = &mut self.stages[index];
        let taken = amount.min(s.budget.saturating_sub(s.received + s.carry_in));
        if taken == 0 {
            return Ok(407);
        }
        s.received += taken;
        s.available += taken;
        self.activate(index);
        Ok(0)
    }

    /// A reservation of the registry.
    pub(crate) fn reserve(&mut self, id: u32, nonce: u64, place: (u8, u8), total: u128) -> u16 {
        let known = self.contests.get(&id).cloned();
        if known.as_ref().is_some_and(|c| c.over || c.place != place || c.total != total) {
            return 156;
        }
        let mut contest = known.unwrap_or(Contest { place, total, ..Contest::default() });
        contest.request = nonce;
        if contest.state == Budget::None {
            let code = self.book(&mut contest);
            if code != 0 {
                return code;
            }
        }
        self.contests.insert(id, contest);
        0
    }

    fn book(&mut self, contest: &mut Contest) -> u16 {
        let (stage, item) = contest.place;
        let Some(index) = self.index(stage.into()).filter(|i| self.stages[*i].status == 1) else {
            return 401;
        };
        let Some(item) = self.items.get_mut(&item).filter(|i| i.stage == stage) else {
            return 407;
        };
        if contest.total == 0 || contest.total > item.left {
            return 407;
        }
        let s = &mut self.stages[index];
        if contest.total > s.available {
            return 402;
        }
        item.left -= contest.total;
        s.available -= contest.total;
        s.reserved += contest.total;
        s.open += 1;
        contest.state = Budget::Reserved;
        0
    }

    fn unbook(&mut self, contest: &mut Contest) {
        let (total, state) = (contest.total, contest.state);
        if let Some(item) = self.items.get_mut(&contest.place.1) {
            item.left += total;
        }
        let s = self.stage_of(contest);
        *(if state == Budget::Reserved { &mut s.reserved } else { &mut s.sent }) -= total;
        s.available += total;
        s.open -= 1;
        contest.state = Budget::None;
    }

    /// A release of the registry.
    pub(crate) fn release(&mut self, id: u32) -> u16 {
        let Some(mut contest) = self.contests.remove(&id) else { return 0 };
        let code = match contest.state {
            Budget::Reserved => {
                self.unbook(&mut contest);
                if contest.funding == 0 {
                    return 0;
                }
                0
            }
            Budget::None => 0,
            Budget::Sent | Budget::Funded => 152,
        };
        self.contests.insert(id, contest);
        code
    }

    /// An escrow stands: the answer, or `None` when its money is sent instead.
    pub(crate) fn ready(&mut self, id: u32, nonce: u64) -> Option<Reply> {
        let Some(mut contest) = self.contests.get(&id).cloned() else { return Some(Err(406)) };
        if contest.state == Budget::None && (contest.over || self.book(&mut contest) != 0) {
            return Some(Ok(402));
        }
        if contest.state != Budget::Reserved {
            return Some(Ok(0));
        }
        let s = self.stage_of(&contest);
        s.reserved -= contest.total;
        s.sent += contest.total;
        contest.state = Budget::Sent;
        contest.funding = nonce;
        self.contests.insert(id, contest);
        None
    }

    fn taken(&mut self, contest: &mut Contest) {
        let total = contest.total;
        let s = self.stage_of(contest);
        s.sent -= total;
        s.allocated += total;
        contest.state = Budget::Funded;
    }

    /// An acknowledgement.
    pub(crate) fn ack(&mut self, id: u32, nonce: u64) -> Result<(), i32> {
        let mut contest = self.contests.get(&id).cloned().ok_or(406)?;
        if contest.state == Budget::Sent && contest.funding == nonce {
            self.taken(&mut contest);
            if contest.over {
                self.stage_of(&contest).open -= 1;
            }
            self.contests.insert(id, contest);
        }
        Ok(())
    }

    /// A bounced funding: the nonce that the registry hears, if it counts.
    pub(crate) fn bounce_fund(&mut self, id: u32, nonce: u64) -> Option<u64> {
        let mut contest = self.contests.get(&id).cloned()?;
        if contest.state != Budget::Sent || contest.funding != nonce {
            return None;
        }
        self.unbook(&mut contest);
        let request = contest.request;
        self.contests.insert(id, contest);
        Some(request)
    }

    /// Unused money of a contest.
    pub(crate) fn refund(&mut self, id: u32, nonce: u64, amount: u128, last: bool, paid: bool) -> Reply {
        let mut contest = self.remember(id, nonce)?;
        if contest.state == Budget::Reserved && last {
            self.unbook(&mut contest);
        }
        if contest.state == Budget::Sent && (amount > 0 || paid) {
            self.taken(&mut contest);
        }
        if last && !contest.over {
            contest.over = true;
            if contest.state == Budget::Funded {
                self.stage_of(&contest).open -= 1;
                if let (false, Some(item)) = (paid, self.items.get_mut(&contest.place.1)) {
                    item.left += contest.total;
                }
            }
        }
        let s = self.stage_of(&contest);
        if s.status == 2 {
            self.unassigned += amount;
        } else {
            s.available += amount;
            s.refunded += amount;
        }
        self.contests.insert(id, contest);
        Ok(0)
    }

    /// The org share of a contest.
    pub(crate) fn share(&mut self, id: u32, nonce: u64, amount: u128) -> Reply {
        let mut contest = self.remember(id, nonce)?;
        if contest.state == Budget::Sent {
            self.taken(&mut contest);
        }
        self.contests.insert(id, contest);
        self.org_available += amount;
        Ok(0)
    }

    fn remember(&self, id: u32, nonce: u64) -> Result<Contest, i32> {
        let mut contest = self.contests.get(&id).cloned().ok_or(406)?;
        if contest.booked.contains(&nonce) {
            return Err(156);
        }
        contest.booked.push_front(nonce);
        contest.booked.truncate(3);
        Ok(contest)
    }

    /// A question about a refund or an org share.
    pub(crate) fn query(&self, id: u32, nonce: u64) -> Reply {
        let contest = self.contests.get(&id).ok_or(406)?;
        Ok(if contest.booked.contains(&nonce) { 0 } else { 157 })
    }

    /// The registry closes a stage.
    pub(crate) fn close(&mut self, stage: u32, report: u8) -> u16 {
        let Some(index) = self.index(stage) else { return 401 };
        let s = &mut self.stages[index];
        if s.status == 2 && s.report == report {
            return 0;
        }
        if s.status != 1 {
            return 401;
        }
        if s.open > 0 {
            return 403;
        }
        (s.status, s.report) = (2, report);
        let carry = std::mem::take(&mut s.available);
        s.carry_out = carry;
        match self.stages.get_mut(index + 1) {
            Some(next) => {
                next.carry_in = carry;
                next.available += carry;
                self.activate(index + 1);
            }
            None => self.unassigned += carry,
        }
        0
    }

    /// The registry reserves org payments.
    pub(crate) fn pay(&mut self, pay: u32, nonce: u64, payments: &[(u8, u128)], now: u32) -> u16 {
        if payments.is_empty() || payments.len() > 16 {
            return 155;
        }
        if self.waiting(nonce).is_some_and(|other| other != pay) {
            return 156;
        }
        if let Some(known) = self.lists.get_mut(&pay) {
            if known.paid || known.payments != payments {
                return 156;
            }
            if known.nonce != nonce {
                (known.nonce, known.until) = (nonce, now + crate::books::RESERVE_LIFE);
            }
            return 0;
        }
        if self.lists.values().filter(|list| !list.paid).count() >= 16 {
            return 155;
        }
        let mut sum = 0;
        for (_, amount) in payments {
            if *amount < crate::books::LEAST {
                return 155;
            }
            if *amount > self.org_available - sum {
                return 402;
            }
            sum += amount;
        }
        self.org_available -= sum;
        self.org_reserved += sum;
        let until = now + crate::books::RESERVE_LIFE;
        self.lists.insert(pay, List { nonce, payments: payments.to_vec(), until, paid: false, bounced: 0 });
        0
    }

    fn waiting(&self, nonce: u64) -> Option<u32> {
        self.lists.iter().find(|(_, list)| !list.paid && list.nonce == nonce).map(|(pay, _)| *pay)
    }

    /// The multisig confirms a list: the code, and what is paid.
    pub(crate) fn confirm(&mut self, nonce: u64, payments: &[(u8, u128)]) -> (u16, Vec<(u8, u128)>) {
        let Some(pay) = self.waiting(nonce) else { return (157, Vec::new()) };
        let list = self.lists.get_mut(&pay).expect("it waits");
        if list.payments != payments {
            return (162, Vec::new());
        }
        list.paid = true;
        self.org_reserved -= list.sum();
        if self.lists.values().filter(|list| list.paid).count() > 16 {
            let oldest = self.lists.iter().find(|(id, list)| list.paid && **id != pay).map(|(id, _)| *id);
            self.lists.remove(&oldest.expect("seventeen are paid"));
        }
        (0, payments.to_vec())
    }

    /// A bounced payment: whether it counts.
    pub(crate) fn bounce_payment(&mut self, pay: u32, index: u8) -> bool {
        let Some(list) = self.lists.get_mut(&pay).filter(|list| list.paid && list.bounced >> index & 1 == 0)
        else {
            return false;
        };
        list.bounced |= 1 << index;
        self.org_available += list.payments[usize::from(index)].1;
        true
    }

    /// Anyone gives a list back: the exit code.
    pub(crate) fn release_list(&mut self, nonce: u64, now: u32) -> i32 {
        let Some(pay) = self.waiting(nonce) else { return 157 };
        if now < self.lists[&pay].until {
            return 153;
        }
        let list = self.lists.remove(&pay).expect("it waits");
        self.org_reserved -= list.sum();
        self.org_available += list.sum();
        0
    }
}
