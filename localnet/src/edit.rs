//! Editing accounts and making messages by hand, for tests. The supply of the audit follows.

use chain::{Account, AccountError};
use ton_abi::{Address, Cell, InternalMessage, Lt, Nano};
use ton_client::MsgHash;
use tycho_types::cell::{CellBuilder, CellFamily, Lazy, Store};
use tycho_types::error::Error as CellError;
use tycho_types::models::{
    Account as AccountModel, AccountState, CurrencyCollection, OptionalAccount, StateInit, StorageUsed,
};
use tycho_types::num::{Tokens, VarUint56};

use crate::faults::Admit;
use crate::genesis::check_workchain;
use crate::message::Queued;
use crate::{Error, Mining, Node};

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

    /// Puts other code into a contract, which keeps its data.
    ///
    /// # Errors
    /// [`Error::NoContract`] if the account is not active.
    pub fn set_code(&mut self, address: &Address, code: Cell) -> Result<(), Error> {
        self.edit_contract(address, |state| state.code = Some(code))
    }

    /// Puts other data into a contract.
    ///
    /// # Errors
    /// [`Error::NoContract`] if the account is not active.
    pub fn set_data(&mut self, address: &Address, data: Cell) -> Result<(), Error> {
        self.edit_contract(address, |state| state.data = Some(data))
    }

    fn edit_contract(&mut self, address: &Address, edit: impl FnOnce(&mut StateInit)) -> Result<(), Error> {
        let account = self.account(address);
        let no_contract = || Error::NoContract { address: address.clone() };
        let mut model = account.load().ok_or_else(no_contract)?;
        let AccountState::Active(state) = &mut model.state else { return Err(no_contract()) };
        edit(state);
        // Rent counts what is stored; before the first transaction the executor counts it itself.
        if !model.storage_stat.used.cells.is_zero() {
            model.storage_stat.used = used(&model).map_err(Error::BadCell)?;
        }
        let mut shard = account.shard().clone();
        shard.account = Lazy::new(&OptionalAccount(Some(model))).map_err(Error::BadCell)?;
        self.set_account(Account::from_shard(address.clone(), shard)?)
    }

    /// Sends an internal message that no contract made, from whatever sender it names; the supply of the audit grows
    /// by its value. Its logical time and time are set to those of now.
    ///
    /// With [`Mining::Auto`] blocks are made until no message is left.
    ///
    /// # Errors
    /// [`Error::BadWorkchain`] for a receiver outside of the network, [`Error::AmountOverflow`], and with automatic
    /// mining those of [`Node::settle`].
    pub fn inject(&mut self, message: &InternalMessage) -> Result<MsgHash, Error> {
        check_workchain(&message.dst)?;
        if !Tokens::from(message.value).is_valid() {
            return Err(Error::AmountOverflow);
        }
        let mut message = message.clone();
        message.created_at = self.now();
        message.created_lt = self.head().end_lt.max(self.master_head().end_lt);
        let queued = loop {
            let queued = Queued::parse(&message.build()?)?;
            if !self.is_known(&queued) {
                break queued;
            }
            message.created_lt = Lt(message.created_lt.0 + 1);
        };
        let hash = queued.hash;
        let supply = self.state.ledger.supply.checked_add(queued.value);
        let supply = supply.ok_or(Error::AmountOverflow)?;
        let round = self.head().seq_no + 1;
        match self.state.admit_internal(&queued, round)? {
            Admit::Go | Admit::NextRound => self.state.enqueue(queued),
            Admit::Held | Admit::Dropped => {}
        }
        self.state.ledger.supply = supply;
        if self.options.mining == Mining::Auto {
            self.settle()?;
        }
        Ok(hash)
    }

    /// Whether a message with this hash waits or is part of the history.
    fn is_known(&self, message: &Queued) -> bool {
        let waits = self.state.chain(message.workchain()).queue.contains_key(&message.key());
        waits
            || self.state.messages.contains_key(&message.hash)
            || self.state.faults.held.values().any(|held| held.hash == message.hash)
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

/// Cells and bits that rent is paid for. Source: the executor's commit, which counts the same cell.
fn used(model: &AccountModel) -> Result<StorageUsed, CellError> {
    let mut storage = CellBuilder::new();
    storage.store_u64(model.last_trans_lt)?;
    model.balance.store_into(&mut storage, Cell::empty_context())?;
    model.state.store_into(&mut storage, Cell::empty_context())?;
    let stats = storage.build()?.compute_unique_stats(usize::MAX).ok_or(CellError::CellOverflow)?;
    Ok(StorageUsed { cells: VarUint56::new(stats.cell_count), bits: VarUint56::new(stats.bit_count) })
}
