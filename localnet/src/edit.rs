//! Editing accounts by hand, for tests. The supply of the audit follows.

use chain::{Account, AccountError};
use ton_abi::{Address, Nano};
use tycho_types::cell::Lazy;
use tycho_types::models::{CurrencyCollection, OptionalAccount};
use tycho_types::num::{Tokens, VarUint56};

use crate::genesis::check_workchain;
use crate::{Error, Node};

impl Node {
    /// Puts an account in place of what is there, for tests; one that does not exist removes it. The supply of
    /// the audit follows.
    ///
    /// # Errors
    /// [`Error::AmountOverflow`], [`Error::BadWorkchain`].
    pub fn set_account(&mut self, account: Account) -> Result<(), Error> {
        let address = account.address().clone();
        check_workchain(&address)?;
        let supply = self.state.ledger.supply.checked_sub(self.balance(&address));
        let supply = supply.and_then(|rest| rest.checked_add(account.balance()));
        self.state.ledger.supply = supply.ok_or(Error::AmountOverflow)?;
        self.state.store_account(account);
        Ok(())
    }

    /// Sets the balance of an account; of one that does not exist by making it an uninit one.
    ///
    /// # Errors
    /// [`Error::AmountOverflow`], also for an amount of more than 120 bits.
    pub fn set_balance(&mut self, address: &Address, balance: Nano) -> Result<(), Error> {
        if !Tokens::from(balance).is_valid() {
            return Err(Error::AmountOverflow);
        }
        let account = self.account(address);
        let edited = match account.load() {
            Some(_) => with_balance(&account, balance)?,
            None => Account::uninit(address.clone(), balance)?,
        };
        self.set_account(edited)
    }
}

/// The account with another balance; its count of stored bits is kept right.
fn with_balance(account: &Account, balance: Nano) -> Result<Account, AccountError> {
    let mut shard = account.shard().clone();
    let OptionalAccount(model) = shard.account.load()?;
    let Some(mut model) = model else { return Ok(account.clone()) };
    let balance = CurrencyCollection { tokens: balance.into(), other: model.balance.other.clone() };
    let used = &mut model.storage_stat.used;
    if !used.cells.is_zero() {
        let bits = used.bits.into_inner() + u64::from(balance.bit_len());
        used.bits = VarUint56::new(bits.saturating_sub(u64::from(model.balance.bit_len())));
    }
    model.balance = balance;
    shard.account = Lazy::new(&OptionalAccount(Some(model)))?;
    Account::from_shard(account.address().clone(), shard)
}
