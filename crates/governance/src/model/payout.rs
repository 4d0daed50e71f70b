//! Payout items of a contest and its books.
//!
//! Items are numbered: 1 to 64 the prize of that entry, 65 to 88 the pay of juror 0 to 23, 101 to 164 the deposit of
//! entry 1 to 64.

use std::collections::BTreeMap;

use ton_abi::{Address, Nano, PublicKey};

use super::limits;
use super::refusal::{Refusal, require};
pub use crate::contest::{ItemState, Money};

/// A payout item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Payee.
    pub to: Address,
    /// Key of the entrant or juror.
    pub key: PublicKey,
    /// What it pays, less what the payee's own code burned.
    pub amount: Nano,
    /// Its state.
    pub state: ItemState,
}

/// Money of a contest and who gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Books {
    /// The budget.
    pub budget: Money,
    /// Deposits of the entrants.
    pub deposits: Money,
    /// Payout items by number.
    pub items: BTreeMap<u8, Item>,
}

/// Whether an item pays a deposit back.
pub const fn is_deposit(item: u8) -> bool {
    item > limits::DEPOSIT_ITEMS
}

/// No money.
pub const NOTHING: Money = Money {
    funded: Nano::ZERO,
    pot: Nano::ZERO,
    due: Nano::ZERO,
    sent: Nano::ZERO,
    failed: Nano::ZERO,
    org_share: Nano::ZERO,
    refunded: Nano::ZERO,
};

impl Default for Books {
    fn default() -> Self {
        Self { budget: NOTHING, deposits: NOTHING, items: BTreeMap::new() }
    }
}

impl Books {
    /// Makes an item of money in the pot.
    pub fn allot(&mut self, number: u8, to: Address, key: PublicKey, amount: Nano) {
        let money = self.money(number);
        money.pot.0 -= amount.0;
        money.due.0 += amount.0;
        self.items.insert(number, Item { to, key, amount, state: ItemState::Due });
    }

    /// Whether something waits for being sent.
    pub fn has_due(&self) -> bool {
        self.items.values().any(|item| item.state == ItemState::Due)
    }

    /// Sends up to `n` items that are Due, the lowest numbers first; deposits alone unless `payable`.
    pub fn pay(&mut self, n: u8, payable: bool) -> Vec<u8> {
        let due = self
            .items
            .iter()
            .filter(|(number, item)| item.state == ItemState::Due && (payable || is_deposit(**number)));
        let numbers: Vec<u8> = due.map(|(number, _)| *number).take(usize::from(n)).collect();
        for number in &numbers {
            self.send(*number);
        }
        numbers
    }

    /// A payee takes an own item that is Due or came back.
    ///
    /// # Errors
    /// 514, 513, 515 in this order.
    pub fn claim(&mut self, number: u8, payee: &Address, payable: bool) -> Result<Nano, Refusal> {
        let item = self.items.get(&number).ok_or(Refusal::ITEM_STATE)?;
        require(matches!(item.state, ItemState::Due | ItemState::Failed), Refusal::ITEM_STATE)?;
        require(payable || is_deposit(number), Refusal::NOT_PAYABLE)?;
        require(item.to == *payee, Refusal::NOT_PAYEE)?;
        let amount = item.amount;
        self.send(number);
        Ok(amount)
    }

    /// A sent item came back with so much of it; whether that was news. What the payee burned stays sent.
    pub fn bounced(&mut self, number: u8, back: Nano) -> bool {
        let Some(item) = self.items.get_mut(&number).filter(|item| item.state == ItemState::Sent) else {
            return false;
        };
        item.state = ItemState::Failed;
        item.amount = item.amount.min(back);
        let amount = item.amount;
        let money = self.money(number);
        money.sent.0 -= amount.0;
        money.failed.0 += amount.0;
        true
    }

    /// Items that came back and were never claimed go to the pots; their sum.
    ///
    /// # Errors
    /// 157 there is none.
    pub fn sweep(&mut self) -> Result<Nano, Refusal> {
        let failed: Vec<u8> = self
            .items
            .iter()
            .filter(|(_, item)| item.state == ItemState::Failed)
            .map(|(number, _)| *number)
            .collect();
        require(!failed.is_empty(), Refusal::NOT_FOUND)?;
        let mut sum = 0;
        for number in failed {
            let Some(item) = self.items.get_mut(&number) else { continue };
            item.state = ItemState::Swept;
            let amount = item.amount;
            let money = self.money(number);
            money.failed.0 -= amount.0;
            money.pot.0 += amount.0;
            sum += amount.0;
        }
        Ok(Nano(sum))
    }

    /// Takes the pots out; what goes back to the stage.
    pub fn refund(&mut self) -> Nano {
        let mut sum = 0;
        for money in [&mut self.budget, &mut self.deposits] {
            let amount = std::mem::take(&mut money.pot);
            money.refunded.0 += amount.0;
            sum += amount.0;
        }
        Nano(sum)
    }

    /// A refund came back.
    pub(super) const fn unrefund(&mut self, budget: Nano, deposits: Nano) {
        self.budget.refunded.0 -= budget.0;
        self.budget.pot.0 += budget.0;
        self.deposits.refunded.0 -= deposits.0;
        self.deposits.pot.0 += deposits.0;
    }

    /// What of the contest's balance is not gas money; `org_sent` tells that the org share has left.
    pub fn owed(&self, org_sent: bool) -> Nano {
        let waits = |money: &Money| money.pot.0 + money.due.0 + money.failed.0;
        let org = if org_sent { 0 } else { self.budget.org_share.0 };
        Nano(waits(&self.budget) + waits(&self.deposits) + org)
    }

    fn send(&mut self, number: u8) {
        let Some(item) = self.items.get_mut(&number) else { return };
        let (amount, was_due) = (item.amount, item.state == ItemState::Due);
        item.state = ItemState::Sent;
        let money = self.money(number);
        if was_due {
            money.due.0 -= amount.0;
        } else {
            money.failed.0 -= amount.0;
        }
        money.sent.0 += amount.0;
    }

    const fn money(&mut self, number: u8) -> &mut Money {
        if is_deposit(number) { &mut self.deposits } else { &mut self.budget }
    }
}
