//! Local runs: getters, and the fate of a message before it is sent.
//!
//! COMPAT(sdk): the module has the name of the official SDK's `tvm`. Nothing here talks to a network; the caller
//! brings account, configuration and time.

use chain::{Account, AccountStatus, Config, ExecContext, ExecError, Executed, GetterError, LocalContext};
use serde_json::Value;
use ton_abi::{Cell, Decoded, Lt, Nano, Phase, UnixTime};
use tycho_types::models::GlobalCapability;

use crate::client::Contract;
use crate::error::GetterFailure;
use crate::net::RejectReason;
use crate::{Error, Registry, Result};

/// Whether signatures on this network cover its global id as well.
#[must_use]
pub fn wants_signature_id(config: &Config) -> bool {
    config.parsed().global.capabilities.contains(GlobalCapability::CapSignatureWithId)
}

/// What an account pays for taking an external message in, before any gas; `None` for a message that is larger
/// than any network allows.
#[must_use]
pub fn import_fee(config: &Config, message: &Cell, workchain: i8) -> Option<Nano> {
    let mut stats = message.compute_unique_stats(config.parsed().size_limits.max_msg_cells as usize)?;
    // Source: TON whitepaper and reference node, the root cell is free.
    stats.cell_count -= 1;
    stats.bit_count -= u64::from(message.bit_len());
    Some(config.forward_prices(workchain == -1).compute_fwd_fee(stats).into())
}

/// Runs an external message on an account at that time, without changing anything: the outcome in full.
///
/// # Errors
/// [`ExecError::Rejected`] if it would not be included.
pub fn run_executor(
    config: &Config,
    account: &Account,
    message: &Cell,
    time: UnixTime,
) -> Result<Executed, ExecError> {
    let time = time.max(account.last_paid());
    chain::execute(config, account, message, &ExecContext::new(time, Lt(0)))
}

/// Why an external message would not be included at that time; `None` if it would.
///
/// # Errors
/// [`Error::LocalRun`] if the execution core cannot tell.
pub fn check_external(
    config: &Config,
    account: &Account,
    message: &Cell,
    time: UnixTime,
) -> Result<Option<RejectReason>> {
    match run_executor(config, account, message, time) {
        Ok(_) => Ok(None),
        Err(ExecError::Rejected(rejected)) => Ok(Some(RejectReason::of(&rejected, account))),
        Err(source) => Err(Error::LocalRun { address: account.address().clone(), source: Box::new(source) }),
    }
}

/// Runs a function on an account and decodes what it returns.
///
/// `context.time` must be later than that of the last message the contract took, as a contract with replay
/// protection checks that here too. The first parameter `answerId` of a responsible function may be left out.
///
/// # Errors
/// [`Error::AccountMissing`], [`Error::NotActive`], [`Error::Getter`], [`Error::NoAnswer`], [`Error::Abi`].
pub fn run_getter(
    config: &Config,
    account: &Account,
    contract: &Contract,
    function: &str,
    params: &Value,
    context: &LocalContext,
    registry: &Registry,
) -> Result<Decoded> {
    let address = || account.address().clone();
    match account.status() {
        AccountStatus::Active => {}
        AccountStatus::NotExists => return Err(Error::AccountMissing { address: address() }),
        status => return Err(Error::NotActive { address: address(), status }),
    }
    let answer = chain::run_getter(config, account, &contract.abi, function, params, context);
    answer.map_err(|error| match error {
        GetterError::Abi(error) => Error::Abi(error),
        GetterError::NoAnswer => Error::NoAnswer { address: address(), function: function.to_owned() },
        GetterError::Exit { exit_code, .. } => {
            let by_code = || registry.contract_of_code(account.code()?.repr_hash());
            let name = registry.contract_at(account.address()).or_else(by_code);
            let meaning = registry.explain(name.map(AsRef::as_ref), exit_code, Phase::Compute).cloned();
            let function = function.to_owned();
            Error::Getter(Box::new(GetterFailure { address: address(), function, exit_code, meaning }))
        }
        source => Error::LocalRun { address: address(), source: Box::new(source) },
    })
}
