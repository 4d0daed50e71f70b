//! The zero state: what exists before block 1.

use std::sync::Arc;

use chain::{Account, Config};
use ton_abi::{Address, Image, Lt, Nano, UnixTime};
use ton_client::BlockId;

use crate::block::Block;
use crate::state::State;
use crate::{Error, Node, NodeOptions};

/// The giver that every TON OS SE tool knows: its address and its published key pair.
///
/// Source: the SDK's `giver` conventions (GiverV2 of TON OS SE).
pub mod giver {
    use ton_abi::{Address, Hash, Nano, PublicKey};

    /// `0:ece57bcc6c530283becbbd8a3b24d3c5987cdddc3c8b7b33be6e4a6312490415`
    pub const ADDRESS: Address = Address::new(
        0,
        Hash([
            0xec, 0xe5, 0x7b, 0xcc, 0x6c, 0x53, 0x02, 0x83, 0xbe, 0xcb, 0xbd, 0x8a, 0x3b, 0x24, 0xd3, 0xc5,
            0x98, 0x7c, 0xdd, 0xdc, 0x3c, 0x8b, 0x7b, 0x33, 0xbe, 0x6e, 0x4a, 0x63, 0x12, 0x49, 0x04, 0x15,
        ]),
    );
    /// Its public key.
    pub const PUBLIC_KEY: PublicKey = PublicKey([
        0x2a, 0xda, 0x2e, 0x65, 0xab, 0x8e, 0xea, 0xb0, 0x94, 0x90, 0xe3, 0x52, 0x14, 0x15, 0xf4, 0x5b, 0x6e,
        0x42, 0xdf, 0x9c, 0x76, 0x0a, 0x63, 0x9b, 0xcf, 0x53, 0x95, 0x75, 0x50, 0xb2, 0x5a, 0x16,
    ]);
    /// Its secret key in hexadecimal digits: public knowledge, worth nothing outside local networks.
    pub const SECRET_KEY_HEX: &str = "172af540e43a524763dd53b26a066d472a97c4de37d5498170564510608250c3";
    /// What it holds at the start unless the genesis says otherwise.
    pub const BALANCE: Nano = Nano::tokens(5_000_000_000);
}

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
}

impl Genesis {
    /// Time of the zero state unless set otherwise: 2020-12-01 00:00:00 UTC, the first month of the proposal.
    pub const DEFAULT_TIME: UnixTime = UnixTime(1_606_780_800);

    /// An empty network under this configuration.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self { time: Self::DEFAULT_TIME, config, options: NodeOptions::default(), accounts: Vec::new() }
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

    /// The same with the giver at [`giver::ADDRESS`]; `image` must know [`giver::PUBLIC_KEY`] as its owner.
    ///
    /// # Errors
    /// As [`Genesis::with_contract`].
    pub fn with_giver(self, image: &Image, balance: Nano) -> Result<Self, Error> {
        self.with_contract(giver::ADDRESS, image, balance)
    }

    /// Builds the node.
    ///
    /// # Errors
    /// [`Error::DuplicateAccount`], [`Error::AmountOverflow`].
    pub fn build(self) -> Result<Node, Error> {
        let mut state = State::empty(self.time);
        for account in self.accounts {
            if state.accounts.contains_key(account.address()) {
                return Err(Error::DuplicateAccount { address: account.address().clone() });
            }
            let supply = state.ledger.supply.checked_add(account.balance());
            state.ledger.supply = supply.ok_or(Error::AmountOverflow)?;
            state.store_account(account);
        }
        state.push_block(Arc::new(zero_block(self.time)));
        Ok(Node { config: self.config, options: self.options, state })
    }
}

fn zero_block(time: UnixTime) -> Block {
    let mut block = Block {
        id: BlockId::default(),
        seq_no: 0,
        prev_id: BlockId::default(),
        gen_utime: time,
        start_lt: Lt(0),
        end_lt: Lt(0),
        rand_seed: [0; 32],
        transactions: Vec::new(),
        rejected: Vec::new(),
        undeliverable: Vec::new(),
        fees: Nano::ZERO,
        gas_used: 0,
        queue_len: 0,
    };
    block.id = block.compute_id();
    block
}
