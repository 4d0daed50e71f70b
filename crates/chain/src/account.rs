//! The state of one account.

use ton_abi::{Address, CellLimits, Image, Lt, Nano, UnixTime, decode_boc};
use tycho_types::cell::{Cell, CellBuilder, HashBytes, Lazy};
use tycho_types::error::Error as CellError;
use tycho_types::models::{
    Account as AccountModel, AccountState, AccountStatus, CurrencyCollection, IntAddr, OptionalAccount,
    ShardAccount, StateInit, StorageInfo,
};

/// An account at an address: its state between two transactions; cheap to clone.
#[derive(Debug, Clone)]
pub struct Account {
    address: Address,
    shard: ShardAccount,
    next_lt: Lt,
}

/// Why a cell is no account.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Not a bag of cells.
    #[error("not a bag of cells: {0}")]
    Boc(#[from] ton_abi::BadBoc),
    /// The cell cannot be read or written.
    #[error("bad account cell: {0}")]
    Cell(#[from] CellError),
    /// The account has an address of variable length.
    #[error("the account's address is not a standard one")]
    Address,
}

impl Account {
    /// An account that does not exist.
    pub fn none(address: Address) -> Self {
        Self::build(address, None).expect("an absent account is one bit")
    }

    /// An account with money and no code; with no money it does not exist.
    ///
    /// # Errors
    /// [`AccountError::Cell`].
    pub fn uninit(address: Address, balance: Nano) -> Result<Self, AccountError> {
        if balance.is_zero() {
            return Ok(Self::none(address));
        }
        Self::build_with(address, balance, AccountState::Uninit)
    }

    /// A deployed contract placed by genesis, with whatever data its image has. No transaction makes it.
    ///
    /// # Errors
    /// [`AccountError::Cell`].
    pub fn active(address: Address, balance: Nano, image: &Image) -> Result<Self, AccountError> {
        Self::build_with(address, balance, AccountState::Active(image.state_init.clone()))
    }

    fn build_with(address: Address, balance: Nano, state: AccountState) -> Result<Self, AccountError> {
        let account = AccountModel {
            address: address.clone().into(),
            // The executor counts the cells itself at the first transaction, and asks no rent before it.
            storage_stat: StorageInfo::default(),
            last_trans_lt: 0,
            balance: CurrencyCollection::from(tycho_types::num::Tokens::from(balance)),
            state,
        };
        Ok(Self::build(address, Some(account))?)
    }

    fn build(address: Address, account: Option<AccountModel>) -> Result<Self, CellError> {
        let shard = ShardAccount {
            account: Lazy::new(&OptionalAccount(account))?,
            last_trans_hash: HashBytes::ZERO,
            last_trans_lt: 0,
        };
        Ok(Self { address, shard, next_lt: Lt(0) })
    }

    /// An account from the state of a shard.
    ///
    /// # Errors
    /// [`AccountError::Cell`] if the state is damaged.
    pub fn from_shard(address: Address, shard: ShardAccount) -> Result<Self, AccountError> {
        let next_lt = Lt(shard.load_account()?.map_or(shard.last_trans_lt, |a| a.last_trans_lt));
        Ok(Self { address, shard, next_lt })
    }

    /// An account from the bag of cells that clients get (standard layout, with the constructor bit). The hash of
    /// the last transaction is not part of it and is zero.
    ///
    /// # Errors
    /// [`AccountError`].
    pub fn from_boc(boc: &[u8]) -> Result<Self, AccountError> {
        Self::from_cell(&decode_boc(boc, CellLimits::CHAIN)?)
    }

    /// The same from the root cell.
    ///
    /// # Errors
    /// [`AccountError::Cell`], [`AccountError::Address`].
    pub fn from_cell(cell: &Cell) -> Result<Self, AccountError> {
        let account = cell.parse::<OptionalAccount>()?.0.ok_or(AccountError::Address)?;
        let IntAddr::Std(address) = account.address.clone() else { return Err(AccountError::Address) };
        let last_lt = account.last_trans_lt;
        let mut result = Self::build(address, Some(account))?;
        result.shard.last_trans_lt = last_lt;
        result.next_lt = Lt(last_lt);
        Ok(result)
    }

    pub(crate) fn after(address: Address, shard: ShardAccount, next_lt: Lt) -> Self {
        Self { address, shard, next_lt }
    }

    /// Address.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The state as it stands in a shard.
    pub fn shard(&self) -> &ShardAccount {
        &self.shard
    }

    /// The account cell; of an absent account it is a single zero bit.
    pub fn cell(&self) -> &Cell {
        self.shard.account.inner()
    }

    /// The account cell without its constructor bit, which JSON-RPC clients want; `None` for an absent account.
    pub fn cell_without_constructor(&self) -> Option<Cell> {
        let mut slice = self.cell().as_slice().ok()?;
        slice.load_bit().ok()?.then(|| CellBuilder::build_from(slice).ok())?
    }

    /// The least logical time of the next transaction.
    pub fn next_lt(&self) -> Lt {
        self.next_lt
    }

    /// Logical time of the last transaction, zero if there was none.
    pub fn last_trans_lt(&self) -> Lt {
        Lt(self.shard.last_trans_lt)
    }

    /// Hash of the last transaction, zero if there was none.
    pub fn last_trans_hash(&self) -> HashBytes {
        self.shard.last_trans_hash
    }

    /// The account taken apart; `None` if it does not exist.
    ///
    /// # Panics
    /// Never: all constructors write or check the cell.
    pub fn load(&self) -> Option<AccountModel> {
        self.shard.load_account().expect("an account's cell was checked when it was made")
    }

    /// Whether there is an account.
    pub fn exists(&self) -> bool {
        self.load().is_some()
    }

    /// Absent, uninit, active or frozen.
    pub fn status(&self) -> AccountStatus {
        self.load().map_or(AccountStatus::NotExists, |a| a.state.status())
    }

    /// Balance in nanotokens.
    pub fn balance(&self) -> Nano {
        self.load().map_or(Nano::ZERO, |a| a.balance.tokens.into())
    }

    /// When rent was paid last; zero for an account without transactions.
    pub fn last_paid(&self) -> UnixTime {
        UnixTime(self.load().map_or(0, |a| a.storage_stat.last_paid))
    }

    /// Code and data of an active account.
    pub fn state_init(&self) -> Option<StateInit> {
        match self.load()?.state {
            AccountState::Active(state) => Some(state),
            AccountState::Uninit | AccountState::Frozen(_) => None,
        }
    }

    /// Code of an active account.
    pub fn code(&self) -> Option<Cell> {
        self.state_init()?.code
    }

    /// Data of an active account.
    pub fn data(&self) -> Option<Cell> {
        self.state_init()?.data
    }
}
