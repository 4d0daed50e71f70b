//! Local runs: getters, and the fate of a message before it is sent.
//!
//! COMPAT(sdk): the module has the name of the official SDK's `tvm`. Nothing here talks to a network; the caller
//! brings account, configuration and time.

use chain::{Account, AccountStatus, Config, ExecContext, ExecError, Executed, GetterError, LocalContext};
use serde_json::Value;
use ton_abi::{Cell, ContractAbi, Decoded, Header, Lt, Nano, Phase, UnixTime, external_message};
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
/// The header's `time` must be later than that of the last message the contract took, as it checks that here
/// too; [`crate::Client::header`] makes such. The first parameter `answerId` of a responsible function may be
/// left out.
///
/// # Errors
/// [`Error::AccountMissing`], [`Error::NotActive`], [`Error::Getter`], [`Error::NoAnswer`], [`Error::Abi`].
pub fn run_getter(
    config: &Config,
    account: &Account,
    contract: &Contract,
    function: &str,
    params: &Value,
    header: &Header,
    registry: &Registry,
) -> Result<Decoded> {
    let address = || account.address().clone();
    match account.status() {
        AccountStatus::Active => {}
        AccountStatus::NotExists => return Err(Error::AccountMissing { address: address() }),
        status => return Err(Error::NotActive { address: address(), status }),
    }
    let params = with_answer_id(&contract.abi, function, params)?;
    let body = contract.abi.encode_unsigned_call(function, &params, header)?;
    let message = external_message(account.address(), None, Some(body))?;
    let context = LocalContext::new(header.time.seconds());
    let run = chain::run_local(config, account, &message, &context).map_err(|e| match e {
        GetterError::Abi(e) => Error::Abi(e),
        source => Error::LocalRun { address: address(), source: Box::new(source) },
    })?;
    // Source: TVM specification, exit codes 0 and 1 both mean normal termination.
    if !matches!(run.exit_code, 0 | 1) {
        let name = registry.contract_at(account.address());
        let meaning = registry.explain(name.map(AsRef::as_ref), run.exit_code, Phase::Compute).cloned();
        let (function, exit_code) = (function.to_owned(), run.exit_code);
        let failure = GetterFailure { address: address(), function, exit_code, meaning };
        return Err(Error::Getter(Box::new(failure)));
    }
    let outbound = run.out_messages.iter().filter(|message| message.external);
    for message in outbound {
        match contract.abi.decode_answer(function, &message.body) {
            // An event emitted on the way.
            Err(ton_abi::Error::WrongId { .. }) => {}
            answer => return Ok(answer?),
        }
    }
    Err(Error::NoAnswer { address: address(), function: function.to_owned() })
}

fn with_answer_id(abi: &ContractAbi, function: &str, params: &Value) -> Result<Value> {
    let mut params = params.clone();
    if let (Some(first), Value::Object(params)) = (abi.function(function)?.inputs.first(), &mut params)
        && matches!(&*first.name, "answerId" | "_answer_id")
        && !params.contains_key(&*first.name)
    {
        params.insert(first.name.to_string(), Value::from(0));
    }
    Ok(params)
}
