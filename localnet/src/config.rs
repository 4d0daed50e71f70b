//! The configuration as a file: prices and limits as plain numbers.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ton_abi::Hash;
use tycho_types::models::{
    GasLimitsPrices, GlobalCapabilities, GlobalVersion, MsgForwardPrices, SizeLimitsConfig, StoragePrices,
};

/// What may be set about a network: a configuration file as a value.
///
/// Everything that a file leaves out is as in [`chain::Config::local`]. Prices of gas, bits and cells are in 2^-16
/// nanotokens, all other amounts in nanotokens, as the configuration parameters have them.
///
/// ```
/// use localnet::NetworkConfig;
///
/// let config = NetworkConfig::from_json(r#"{ "global_id": 7, "base": { "gas": { "gas_limit": 2000000 } } }"#)?;
/// assert_eq!(config.build()?.global_id(), 7);
/// # Ok::<(), localnet::BadConfig>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkConfig {
    /// Parameter 19.
    pub global_id: i32,
    /// Parameter 8: version of the node software.
    pub version: u32,
    /// Parameter 8: capabilities as bits. They inform clients; the executor's behaviour is fixed.
    pub capabilities: u64,
    /// The base workchain: parameters 21 and 25, and its part of 18.
    pub base: ChainConfig,
    /// The masterchain: parameters 20 and 24, and its part of 18.
    pub master: ChainConfig,
    /// Parameter 43.
    pub limits: SizeLimits,
    /// Parameter 31: accounts of the masterchain (64 hex digits each) that pay no rent and no gas and have
    /// the special gas limit.
    pub special_accounts: Vec<String>,
}

/// Prices and limits of one chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainConfig {
    /// Gas.
    pub gas: Gas,
    /// Messages on their way.
    pub forward: Forward,
    /// Rent.
    pub storage: Storage,
}

/// Gas: parameter 20 or 21, field by field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // the names are those of the parameter
pub struct Gas {
    pub gas_price: u64,
    pub gas_limit: u64,
    pub special_gas_limit: u64,
    pub gas_credit: u64,
    pub block_gas_limit: u64,
    pub freeze_due_limit: u64,
    pub delete_due_limit: u64,
    pub flat_gas_limit: u64,
    pub flat_gas_price: u64,
}

/// Messages: parameter 24 or 25, field by field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // the names are those of the parameter
pub struct Forward {
    pub lump_price: u64,
    pub bit_price: u64,
    pub cell_price: u64,
    pub ihr_price_factor: u32,
    pub first_frac: u16,
    pub next_frac: u16,
}

/// Rent for a second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Storage {
    /// Of a bit.
    pub bit_price: u64,
    /// Of a cell.
    pub cell_price: u64,
}

/// Limits of messages and accounts: parameter 43, field by field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // the names are those of the parameter
pub struct SizeLimits {
    pub max_msg_bits: u32,
    pub max_msg_cells: u32,
    pub max_library_cells: u32,
    pub max_vm_data_depth: u16,
    pub max_ext_msg_size: u32,
    pub max_ext_msg_depth: u16,
    pub max_acc_state_cells: u32,
    pub max_acc_state_bits: u32,
    pub max_acc_public_libraries: u32,
}

/// Why a configuration file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BadConfig {
    /// Not JSON, an unknown name, a number out of range.
    #[error("the configuration cannot be read: {0}")]
    Syntax(#[from] serde_json::Error),
    /// An account is no hash.
    #[error("special_accounts: {0:?} is not 64 hexadecimal digits")]
    Account(String),
    /// The numbers do not fit into the configuration's cells.
    #[error("the configuration does not fit its cells: {0}")]
    Cell(#[source] tycho_types::error::Error),
    /// The configuration lacks something that the executor needs.
    #[error(transparent)]
    Params(#[from] chain::ConfigError),
}

impl Default for NetworkConfig {
    fn default() -> Self {
        Self::of(&chain::Config::local())
    }
}

impl NetworkConfig {
    /// The numbers of a configuration.
    #[must_use]
    pub fn of(config: &chain::Config) -> Self {
        let parsed = config.parsed();
        let mut special_accounts: Vec<_> = parsed.special_accounts.iter().map(Hash::to_string).collect();
        special_accounts.sort_unstable();
        Self {
            global_id: parsed.global_id,
            version: parsed.global.version,
            capabilities: parsed.global.capabilities.into_inner(),
            base: ChainConfig::of(config, false),
            master: ChainConfig::of(config, true),
            limits: SizeLimits::of(&parsed.size_limits),
            special_accounts,
        }
    }

    /// Reads a file; what it leaves out is as in the default.
    ///
    /// # Errors
    /// [`BadConfig::Syntax`].
    pub fn from_json(text: &str) -> Result<Self, BadConfig> {
        Self::from_value(serde_json::from_str(text)?)
    }

    /// The same from a parsed document of any notation.
    ///
    /// # Errors
    /// [`BadConfig::Syntax`].
    pub fn from_value(given: Value) -> Result<Self, BadConfig> {
        let mut all = serde_json::to_value(Self::default())?;
        lay_over(&mut all, given);
        Ok(serde_json::from_value(all)?)
    }

    /// Makes the configuration; parameters that have no name here are those of the local network.
    ///
    /// # Errors
    /// [`BadConfig::Account`], [`BadConfig::Cell`].
    pub fn build(&self) -> Result<chain::Config, BadConfig> {
        let accounts = self
            .special_accounts
            .iter()
            .map(|text| text.parse::<Hash>().map_err(|_| BadConfig::Account(text.clone())));
        let accounts = accounts.collect::<Result<Vec<_>, _>>()?;
        let mut raw = chain::Config::local().raw().clone();
        let mut set = || {
            let params = &mut raw.params;
            let capabilities = GlobalCapabilities::new(self.capabilities);
            params.set_global_version(&GlobalVersion { version: self.version, capabilities })?;
            params.set_global_id(self.global_id)?;
            params.set_storage_prices(&[StoragePrices {
                utime_since: 0,
                bit_price_ps: self.base.storage.bit_price,
                cell_price_ps: self.base.storage.cell_price,
                mc_bit_price_ps: self.master.storage.bit_price,
                mc_cell_price_ps: self.master.storage.cell_price,
            }])?;
            for (is_master, chain) in [(false, &self.base), (true, &self.master)] {
                params.set_gas_prices(is_master, &chain.gas.model())?;
                params.set_msg_forward_prices(is_master, &chain.forward.model())?;
            }
            params.set_fundamental_addresses(&accounts)?;
            params.set_size_limits(&self.limits.model())
        };
        set().map_err(BadConfig::Cell)?;
        Ok(chain::Config::from_raw(raw)?)
    }
}

/// Puts what `given` names in place of what `base` has, object by object.
fn lay_over(base: &mut Value, given: Value) {
    match (base, given) {
        (Value::Object(base), Value::Object(given)) => {
            for (name, value) in given {
                match base.get_mut(&name) {
                    Some(place) => lay_over(place, value),
                    None => drop(base.insert(name, value)),
                }
            }
        }
        (place, value) => *place = value,
    }
}

impl ChainConfig {
    fn of(config: &chain::Config, is_master: bool) -> Self {
        let parsed = config.parsed();
        let storage = parsed.storage_prices.last().map_or((0, 0), |prices| match is_master {
            true => (prices.mc_bit_price_ps, prices.mc_cell_price_ps),
            false => (prices.bit_price_ps, prices.cell_price_ps),
        });
        Self {
            gas: Gas::of(parsed.gas_prices(is_master)),
            forward: Forward::of(parsed.fwd_prices(is_master)),
            storage: Storage { bit_price: storage.0, cell_price: storage.1 },
        }
    }
}

/// Copies of the models field by field, both ways.
macro_rules! mirrors {
    ($($mirror:ident = $model:ident { $($field:ident),* } $(+ $extra:ident: $value:expr)?;)*) => {$(
        impl $mirror {
            fn of(model: &$model) -> Self {
                Self { $($field: model.$field),* }
            }

            fn model(&self) -> $model {
                $model { $($field: self.$field,)* $($extra: $value,)? }
            }
        }
    )*};
}

/// Parameter 43 has one more field that only networks with several shards need.
const DEFERRED_QUEUE: u32 = 256;

mirrors! {
    Gas = GasLimitsPrices {
        gas_price, gas_limit, special_gas_limit, gas_credit, block_gas_limit, freeze_due_limit,
        delete_due_limit, flat_gas_limit, flat_gas_price
    };
    Forward = MsgForwardPrices { lump_price, bit_price, cell_price, ihr_price_factor, first_frac, next_frac };
    SizeLimits = SizeLimitsConfig {
        max_msg_bits, max_msg_cells, max_library_cells, max_vm_data_depth, max_ext_msg_size,
        max_ext_msg_depth, max_acc_state_cells, max_acc_state_bits, max_acc_public_libraries
    } + defer_out_queue_size_limit: DEFERRED_QUEUE;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a panic is how a test fails

    use super::*;

    #[test]
    fn default_is_the_local_configuration_bit_by_bit() {
        let built = NetworkConfig::default().build().unwrap();
        assert_eq!(built.cell(), chain::Config::local().cell());
        assert_eq!(NetworkConfig::from_json("{}").unwrap(), NetworkConfig::default());
    }

    #[test]
    fn what_a_file_names_changes_and_nothing_else() {
        let text = r#"{ "global_id": -3, "master": { "gas": { "gas_price": 5 }, "storage": { "bit_price": 9 } },
            "limits": { "max_ext_msg_size": 100 }, "special_accounts": [] }"#;
        let built = NetworkConfig::from_json(text).unwrap().build().unwrap();
        let mut expected = NetworkConfig { global_id: -3, ..NetworkConfig::default() };
        expected.master.gas.gas_price = 5;
        expected.master.storage.bit_price = 9;
        expected.limits.max_ext_msg_size = 100;
        expected.special_accounts.clear();
        assert_eq!(NetworkConfig::of(&built), expected);
    }

    #[test]
    fn mistakes_are_named() {
        let reason = |text| NetworkConfig::from_json(text).and_then(|c| c.build()).unwrap_err().to_string();
        assert!(reason("{").contains("cannot be read"));
        assert!(reason(r#"{ "globalid": 1 }"#).contains("unknown field `globalid`"));
        assert!(reason(r#"{ "base": { "gas": { "gas_limit": -1 } } }"#).contains("-1"));
        assert!(reason(r#"{ "base": 5 }"#).contains("invalid type"));
        assert!(reason(r#"{ "special_accounts": ["xyz"] }"#).contains("\"xyz\" is not 64"));
    }
}
