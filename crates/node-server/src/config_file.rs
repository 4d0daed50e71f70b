//! The configuration file of a node, in TOML. Every key may be left out; the command line wins.
//!
//! ```toml
//! host = "127.0.0.1"
//! port = 8080
//! db = "node.db"
//! mode = "interval"        # instant, interval, manual
//! block_time = 500         # milliseconds
//! frozen = false
//! time = 1606780800        # of the zero state, seconds since 1970
//! remp = true
//! seed = "first"
//! giver_balance = "5000000000000000000"   # nanotokens
//!
//! [chain]
//! boc = "config.boc"       # the whole configuration as a bag of cells, instead of the other keys
//! global_id = 42
//! gas_credit = 10000
//! gas_limit = 1000000
//!
//! [blocks]
//! seconds_per_block = 0
//! gas_limit = 10000000
//! transactions = 10000
//! delivery = "same_block"  # or next_block
//! ```

use std::path::{Path, PathBuf};

use chain::{Config, ConfigOptions};
use localnet::{Delivery, NodeOptions};
use serde::Deserialize;
use ton_abi::Nano;
use ton_client::boc;

use crate::options::ModeName;

/// Longest configuration file, in bytes.
pub const MAX_BYTES: u64 = 1 << 20;

/// What the file says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigFile {
    pub(crate) host: Option<std::net::IpAddr>,
    pub(crate) port: Option<u16>,
    pub(crate) db: Option<PathBuf>,
    pub(crate) mode: Option<ModeName>,
    pub(crate) block_time: Option<u64>,
    #[serde(default)]
    pub(crate) frozen: bool,
    pub(crate) time: Option<u32>,
    pub(crate) remp: Option<bool>,
    pub(crate) seed: Option<String>,
    pub(crate) giver_balance: Option<Nano>,
    #[serde(default)]
    chain: Chain,
    #[serde(default)]
    blocks: Blocks,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Chain {
    boc: Option<PathBuf>,
    global_id: Option<i32>,
    gas_credit: Option<u64>,
    gas_limit: Option<u64>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Blocks {
    seconds_per_block: Option<u32>,
    gas_limit: Option<u64>,
    transactions: Option<usize>,
    delivery: Option<Delivery>,
}

/// What is wrong with a configuration file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BadConfig {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// It is too long.
    #[error("it is longer than {MAX_BYTES} bytes")]
    TooLong,
    /// It is no TOML, or has keys or values that nobody knows.
    #[error("{0}")]
    Syntax(#[from] Box<toml::de::Error>),
    /// The configuration of the chain is no bag of cells.
    #[error("chain.boc: {0}")]
    Boc(#[from] boc::BadBoc),
    /// The configuration of the chain lacks something.
    #[error("chain.boc: {0}")]
    Chain(#[from] chain::ConfigError),
    /// Two ways to say the same.
    #[error("chain.boc is the whole configuration: no other key of [chain] goes with it")]
    BocAndMore,
    /// No block could hold anything.
    #[error("blocks.{0} is 0: no block has room for a transaction")]
    NoRoom(&'static str),
}

impl ConfigFile {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// [`BadConfig::Syntax`], [`BadConfig::NoRoom`], [`BadConfig::BocAndMore`].
    pub fn parse(text: &str) -> Result<Self, BadConfig> {
        let file: Self = toml::from_str(text).map_err(Box::new)?;
        let Chain { boc, global_id, gas_credit, gas_limit } = &file.chain;
        if boc.is_some() && (global_id.is_some() || gas_credit.is_some() || gas_limit.is_some()) {
            return Err(BadConfig::BocAndMore);
        }
        if file.blocks.gas_limit == Some(0) {
            return Err(BadConfig::NoRoom("gas_limit"));
        }
        if file.blocks.transactions == Some(0) {
            return Err(BadConfig::NoRoom("transactions"));
        }
        Ok(file)
    }

    /// Reads a file; paths inside it are relative to it.
    ///
    /// # Errors
    /// [`BadConfig`].
    pub fn open(path: &Path) -> Result<Self, BadConfig> {
        if std::fs::metadata(path)?.len() > MAX_BYTES {
            return Err(BadConfig::TooLong);
        }
        let mut file = Self::parse(&std::fs::read_to_string(path)?)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for inner in [&mut file.db, &mut file.chain.boc].into_iter().flatten() {
            *inner = folder.join(&*inner);
        }
        Ok(file)
    }

    /// The configuration of the chain.
    pub(crate) fn chain(&self) -> Result<Config, BadConfig> {
        if let Some(path) = &self.chain.boc {
            if std::fs::metadata(path)?.len() > MAX_BYTES {
                return Err(BadConfig::TooLong);
            }
            return Ok(Config::from_cell(&boc::decode(&std::fs::read(path)?)?)?);
        }
        let usual = ConfigOptions::default();
        Ok(Config::with_options(&ConfigOptions {
            global_id: self.chain.global_id.unwrap_or(usual.global_id),
            gas_credit: self.chain.gas_credit.unwrap_or(usual.gas_credit),
            gas_limit: self.chain.gas_limit.unwrap_or(usual.gas_limit),
            ..usual
        }))
    }

    /// How blocks are filled.
    pub(crate) fn blocks(&self) -> NodeOptions {
        let usual = NodeOptions::default();
        let Blocks { seconds_per_block, gas_limit, transactions, delivery } = self.blocks;
        NodeOptions {
            seconds_per_block: seconds_per_block.unwrap_or(usual.seconds_per_block),
            block_gas_limit: gas_limit.unwrap_or(usual.block_gas_limit),
            block_transactions: transactions.unwrap_or(usual.block_transactions),
            delivery: delivery.unwrap_or(usual.delivery),
            // COMPAT(sdk): what the capabilities of the local configuration say, and the official executor does.
            full_body_in_bounced: true,
            bounce_after_failed_action: true,
            ..usual
        }
    }
}
