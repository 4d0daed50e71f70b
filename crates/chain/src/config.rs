//! The blockchain configuration.

use std::num::NonZeroU16;
use std::sync::Arc;

use tycho_executor::ParsedConfig;
use tycho_types::cell::{Cell, CellBuilder, HashBytes};
use tycho_types::dict::Dict;
use tycho_types::error::Error as CellError;
use tycho_types::models::{
    BlockchainConfig, ElectionTimings, GasLimitsPrices, GlobalCapabilities, GlobalVersion, MsgForwardPrices,
    StoragePrices, ValidatorDescription, ValidatorSet, WorkchainDescription, WorkchainFormat,
    WorkchainFormatBasic,
};

/// The global id that the official SDK assumes when it has no network.
pub const DEFAULT_GLOBAL_ID: i32 = 42;

/// Address of the configuration contract in the masterchain.
const CONFIG_ADDRESS: HashBytes = HashBytes([0x55; 32]);
/// Address of the elector in the masterchain.
const ELECTOR_ADDRESS: HashBytes = HashBytes([0x33; 32]);
/// Address of the minter in the masterchain.
const MINTER_ADDRESS: HashBytes = HashBytes::ZERO;
/// Capabilities of the Free TON mainnet without CapInitCodeHash (0x100), which would add a field to each account.
const CAPABILITIES: u64 = 0x0012_042e;
/// Node version in parameter 8.
const VERSION: u32 = 5;
/// Prices are in 2^-16 nanotokens.
const FIXED_POINT: u64 = 1 << 16;
/// A third, in 2^-16.
const ONE_THIRD: u16 = 21845;

/// A parsed configuration; cheap to clone.
#[derive(Debug, Clone)]
pub struct Config {
    parsed: Arc<ParsedConfig>,
}

/// What may be chosen about the local configuration.
#[derive(Debug, Clone)]
pub struct ConfigOptions {
    /// Parameter 19.
    pub global_id: i32,
    /// Gas that an external message may use before it is accepted, in the base workchain.
    pub gas_credit: u64,
    /// Gas limit of a transaction in the base workchain.
    pub gas_limit: u64,
    /// Public key of the one validator in parameter 34; nobody checks its signatures.
    pub validator: HashBytes,
}

impl Default for ConfigOptions {
    fn default() -> Self {
        Self {
            global_id: DEFAULT_GLOBAL_ID,
            gas_credit: 10_000,
            gas_limit: 1_000_000,
            validator: HashBytes([0x77; 32]),
        }
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// One of the parameters 8, 12, 20, 21, 24, 25, 31 is missing or damaged.
    #[error("the configuration lacks a parameter or has a damaged one: {0}")]
    Params(#[source] CellError),
}

impl Config {
    /// The local network's configuration: prices, limits and parameters of the Free TON mainnet.
    pub fn local() -> Self {
        Self::with_options(&ConfigOptions::default())
    }

    /// [`Config::local`] with other options.
    pub fn with_options(options: &ConfigOptions) -> Self {
        // INVARIANT: the parameters are constants apart from plain numbers and a hash, so building and parsing them
        // back cannot fail; `local_config_has_the_documented_numbers` runs it.
        let raw = build(options).expect("the local configuration fits its cells");
        Self::from_raw(raw).expect("the local configuration has all parameters")
    }

    /// A configuration of another network.
    ///
    /// # Errors
    /// [`ConfigError::Params`].
    pub fn from_raw(raw: BlockchainConfig) -> Result<Self, ConfigError> {
        // Storage prices that start later than `now` would be ignored; all prices of known networks start in the past.
        let parsed = ParsedConfig::parse(raw, u32::MAX).map_err(ConfigError::Params)?;
        Ok(Self { parsed: Arc::new(parsed) })
    }

    /// A configuration from its cell: 256 bits of the configuration contract's address and the dictionary of
    /// parameters in a reference.
    ///
    /// # Errors
    /// [`ConfigError::Params`].
    pub fn from_cell(cell: &Cell) -> Result<Self, ConfigError> {
        Self::from_raw(cell.parse::<BlockchainConfig>().map_err(ConfigError::Params)?)
    }

    /// The cell that [`Config::from_cell`] reads; clients get it as `config`.
    pub fn cell(&self) -> Cell {
        // INVARIANT: what was parsed from a cell or built into one can be stored again.
        CellBuilder::build_from(self.raw()).expect("a parsed configuration can be stored")
    }

    /// The parameters.
    pub fn raw(&self) -> &BlockchainConfig {
        &self.parsed.raw
    }

    /// The executor's form.
    pub fn parsed(&self) -> &ParsedConfig {
        &self.parsed
    }

    /// Parameter 19: the number of the network, which signatures may cover.
    pub fn global_id(&self) -> i32 {
        self.parsed.global_id
    }

    /// Gas prices and limits of a workchain.
    pub fn gas_prices(&self, workchain: i8) -> &GasLimitsPrices {
        self.parsed.gas_prices(workchain == -1)
    }

    /// Prices of messages that stay out of, or touch, the masterchain.
    pub fn forward_prices(&self, masterchain: bool) -> &MsgForwardPrices {
        self.parsed.fwd_prices(masterchain)
    }
}

/// The table of numbers. Source: default configuration of the official SDK (`default_config.boc`).
fn build(options: &ConfigOptions) -> Result<BlockchainConfig, CellError> {
    let mut config = BlockchainConfig::new_empty(CONFIG_ADDRESS);
    let params = &mut config.params;
    params.set_elector_address(&ELECTOR_ADDRESS)?;
    params.set_minter_address(&MINTER_ADDRESS)?;
    params.set_global_version(&GlobalVersion {
        version: VERSION,
        capabilities: GlobalCapabilities::new(CAPABILITIES),
    })?;
    params.set_workchains(&workchains()?)?;
    // COMPAT(nekoton): it takes no configuration without the times of elections, which nothing here reads.
    params.set_election_timings(&ElectionTimings {
        validators_elected_for: 65_536,
        elections_start_before: 32_768,
        elections_end_before: 8_192,
        stake_held_for: 32_768,
    })?;
    params.set_storage_prices(&[StoragePrices {
        utime_since: 0,
        bit_price_ps: 1,
        cell_price_ps: 500,
        mc_bit_price_ps: 1000,
        mc_cell_price_ps: 500_000,
    }])?;
    params.set_global_id(options.global_id)?;
    params.set_gas_prices(true, &masterchain_gas())?;
    params.set_gas_prices(false, &base_gas(options))?;
    params.set_msg_forward_prices(true, &forward(10_000_000, 10_000, 1_000_000))?;
    params.set_msg_forward_prices(false, &forward(1_000_000, 1_000, 100_000))?;
    params.set_fundamental_addresses(&[ELECTOR_ADDRESS, CONFIG_ADDRESS])?;
    params.set_raw(34, CellBuilder::build_from(validators(options))?)?;
    params.set_size_limits(&ParsedConfig::DEFAULT_SIZE_LIMITS_CONFIG)?;
    Ok(config)
}

fn workchains() -> Result<Dict<i32, WorkchainDescription>, CellError> {
    let mut workchains = Dict::new();
    let format = WorkchainFormat::Basic(WorkchainFormatBasic { vm_version: -1, vm_mode: 0 });
    let base = WorkchainDescription {
        enabled_since: 0,
        actual_min_split: 0,
        min_split: 0,
        max_split: 8,
        active: true,
        accept_msgs: true,
        zerostate_root_hash: HashBytes::ZERO,
        zerostate_file_hash: HashBytes::ZERO,
        version: 0,
        format,
    };
    workchains.set(0, base)?;
    Ok(workchains)
}

fn masterchain_gas() -> GasLimitsPrices {
    GasLimitsPrices {
        gas_price: 10_000 * FIXED_POINT,
        gas_limit: 1_000_000,
        special_gas_limit: 100_000_000,
        gas_credit: 10_000,
        block_gas_limit: 11_000_000,
        freeze_due_limit: 100_000_000,
        delete_due_limit: 1_000_000_000,
        flat_gas_limit: 1000,
        flat_gas_price: 10_000_000,
    }
}

fn base_gas(options: &ConfigOptions) -> GasLimitsPrices {
    GasLimitsPrices {
        gas_price: 1000 * FIXED_POINT,
        gas_limit: options.gas_limit,
        special_gas_limit: options.gas_limit,
        gas_credit: options.gas_credit,
        block_gas_limit: 10_000_000,
        freeze_due_limit: 100_000_000,
        delete_due_limit: 1_000_000_000,
        flat_gas_limit: 1000,
        flat_gas_price: 1_000_000,
    }
}

/// Prices of a message: nanotokens for it, for each bit and for each cell.
fn forward(lump_price: u64, bit: u64, cell: u64) -> MsgForwardPrices {
    MsgForwardPrices {
        lump_price,
        bit_price: bit * FIXED_POINT,
        cell_price: cell * FIXED_POINT,
        ihr_price_factor: 98_304,
        first_frac: ONE_THIRD,
        next_frac: ONE_THIRD,
    }
}

fn validators(options: &ConfigOptions) -> ValidatorSet {
    const WEIGHT: u64 = 1;
    let validator = ValidatorDescription {
        public_key: options.validator,
        weight: WEIGHT,
        adnl_addr: None,
        mc_seqno_since: 0,
        prev_total_weight: 0,
    };
    ValidatorSet {
        utime_since: 0,
        utime_until: u32::MAX,
        main: NonZeroU16::MIN,
        total_weight: WEIGHT,
        list: vec![validator],
    }
}
