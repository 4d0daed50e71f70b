//! The zero state: what exists before block 1.

use chain::{Account, Config};
use ton_abi::{Address, Image, Nano, UnixTime};

use crate::block::{BASECHAIN, MASTERCHAIN};
use crate::blocks::zero_states;
use crate::state::State;
use crate::{Error, Node, NodeOptions};

/// What a network starts with.
#[derive(Debug, Clone)]
pub struct Genesis {
    /// Time of the zero state. Rent of an account counts from its first transaction.
    pub time: UnixTime,
    /// Configuration that transactions run under.
    pub config: Config,
    /// How blocks are made.
    pub options: NodeOptions,
    /// Accounts, each address once.
    pub accounts: Vec<Account>,
    /// Where the randomness of all blocks comes from.
    pub seed: [u8; 32],
}

impl Genesis {
    /// Time of the zero state unless set otherwise: 2020-12-01 00:00:00 UTC, the first month of the proposal.
    pub const DEFAULT_TIME: UnixTime = UnixTime(1_606_780_800);

    /// An empty network under this configuration.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            time: Self::DEFAULT_TIME,
            config,
            options: NodeOptions::default(),
            accounts: Vec::new(),
            seed: [0; 32],
        }
    }

    /// The same with a deployed contract; `image` is code and data as they are after the constructor. The
    /// address need not be the hash of the image.
    ///
    /// # Errors
    /// [`Error::Account`] if the image does not fit into cells.
    pub fn with_contract(mut self, address: Address, image: &Image, balance: Nano) -> Result<Self, Error> {
        self.accounts.push(Account::active(address, balance, image)?);
        Ok(self)
    }

    /// The same with money on an address that has no contract yet.
    ///
    /// # Errors
    /// [`Error::Account`] if the amount has more than 120 bits.
    pub fn with_balance(mut self, address: Address, balance: Nano) -> Result<Self, Error> {
        self.accounts.push(Account::uninit(address, balance)?);
        Ok(self)
    }

    /// Builds the node.
    ///
    /// # Errors
    /// [`Error::DuplicateAccount`], [`Error::BadWorkchain`], [`Error::AmountOverflow`].
    pub fn build(self) -> Result<Node, Error> {
        let mut state = State::empty(self.config, self.time);
        for account in self.accounts {
            check_workchain(account.address())?;
            if state.accounts.contains_key(account.address()) {
                return Err(Error::DuplicateAccount { address: account.address().clone() });
            }
            let supply = state.ledger.supply.checked_add(account.balance());
            state.ledger.supply = supply.ok_or(Error::AmountOverflow)?;
            state.store_account(account);
        }
        zero_states(&mut state, self.seed)?;
        Ok(Node { options: self.options, state })
    }
}

/// Accounts live in the base workchain and in the masterchain only.
///
/// # Errors
/// [`Error::BadWorkchain`].
pub(crate) fn check_workchain(address: &Address) -> Result<(), Error> {
    match address.workchain {
        BASECHAIN | MASTERCHAIN => Ok(()),
        _ => Err(Error::BadWorkchain { address: address.clone() }),
    }
}
