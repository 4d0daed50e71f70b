//! Local runs: nothing changes, nobody pays.

use serde_json::Value;
use ton_abi::{
    ContractAbi, Decoded, Function, Hash, Header, PublicKey, UnixMillis, UnixTime, external_message,
};
use tycho_types::cell::{Cell, HashBytes, Load};
use tycho_types::dict::Dict;
use tycho_types::models::{OutAction, OwnedRelaxedMessage, RelaxedMsgInfo};
use tycho_vm::{GasParams, VmCaller, VmMessageArgs, VmMessageError};

use crate::account::Account;
use crate::config::Config;

/// Gas that a local run may use unless told otherwise: large maps need more than a transaction has.
pub const LOCAL_GAS: u64 = 100_000_000;

/// What the block gives to a local run.
#[derive(Debug, Clone, Copy)]
pub struct LocalContext {
    /// The chain's time, not the wall's: what the contract sees as now.
    pub now: UnixTime,
    /// Time in the header of a getter's message. A contract with replay protection wants it to be later than that of
    /// the last message it took, which may have come in this very second.
    pub time: UnixMillis,
    /// Gas limit.
    pub gas_limit: u64,
    /// Seed of the block's randomness.
    pub rand_seed: Hash,
}

impl LocalContext {
    /// A context at that time with [`LOCAL_GAS`] and a zero seed; the header has the start of the next second, later
    /// than any message of this one.
    pub fn new(now: UnixTime) -> Self {
        Self { now, time: now.plus(1).millis(), gas_limit: LOCAL_GAS, rand_seed: HashBytes::ZERO }
    }
}

/// What a local run would have done.
#[derive(Debug, Clone)]
pub struct LocalRun {
    /// Exit code; 0 and 1 are success.
    pub exit_code: i32,
    /// Gas used.
    pub gas_used: u64,
    /// Messages in the order in which they would be sent.
    pub out_messages: Vec<OutMessage>,
    /// The contract's data after the run; `None` if nothing was committed.
    pub data: Option<Cell>,
}

/// A message out of the action list: its sender and logical time are not filled in yet.
#[derive(Debug, Clone)]
pub struct OutMessage {
    /// Whether it goes to the outside.
    pub external: bool,
    /// The body as a cell.
    pub body: Cell,
}

/// Why a getter has no result.
#[derive(Debug, thiserror::Error)]
pub enum GetterError {
    /// The call cannot be encoded, or the answer not decoded.
    #[error(transparent)]
    Abi(#[from] ton_abi::Error),
    /// There is no account, or it has no code.
    #[error("the account has no code")]
    NoCode,
    /// The contract threw.
    #[error("getter ended with exit code {exit_code}")]
    Exit {
        /// Exit code.
        exit_code: i32,
        /// Gas used.
        gas_used: u64,
    },
    /// The contract ended well and answered nothing.
    #[error("the contract did not answer")]
    NoAnswer,
    /// The machine cannot be started.
    #[error("cannot run locally: {0}")]
    Vm(String),
}

/// Runs `message` on the account as if it had been accepted.
///
/// # Errors
/// [`GetterError::NoCode`] and [`GetterError::Vm`]; an exit code is no error here.
pub fn run_local(
    config: &Config,
    account: &Account,
    message: &Cell,
    context: &LocalContext,
) -> Result<LocalRun, GetterError> {
    let state = account.load().ok_or(GetterError::NoCode)?;
    let caller = VmCaller {
        libraries: Dict::new(),
        behaviour_modifiers: Default::default(),
        config: config.raw().params.clone(),
    };
    // The default's time is the wall clock's; it is replaced before anything can look at it.
    let mut args = VmMessageArgs::default();
    args.now = context.now.0;
    args.rand_seed = context.rand_seed;
    // Without credit the machine commits the result of a getter that never accepts.
    args.override_gas_params = Some(GasParams {
        max: context.gas_limit,
        limit: context.gas_limit,
        credit: 0,
        price: config.gas_prices(account.address().workchain).gas_price,
    });
    let output = caller.call_with_message_ext(&state, message.clone(), &args, None).map_err(|e| match e {
        VmMessageError::NoCode => GetterError::NoCode,
        other => GetterError::Vm(other.to_string()),
    })?;
    let (data, actions) = match output.commited {
        Some(committed) => (Some(committed.c4), Some(committed.c5)),
        None => (None, None),
    };
    let out_messages = actions.map_or(Ok(Vec::new()), |actions| sent_messages(&actions));
    Ok(LocalRun {
        exit_code: output.exit_code,
        gas_used: output.gas_used,
        out_messages: out_messages.map_err(|e| GetterError::Vm(e.to_string()))?,
        data,
    })
}

/// Runs a function of a contract and decodes its answer.
///
/// The call is an unsigned external message with the context's time in its header. A responsible function's first parameter `answerId` may be left out.
///
/// # Errors
/// [`GetterError`].
pub fn run_getter(
    config: &Config,
    account: &Account,
    abi: &ContractAbi,
    function: &str,
    params: &Value,
    context: &LocalContext,
) -> Result<Decoded, GetterError> {
    run_getter_as(config, account, abi, function, params, None, context)
}

/// [`run_getter`] with a public key in the message's header.
///
/// # Errors
/// [`GetterError`].
pub fn run_getter_as(
    config: &Config,
    account: &Account,
    abi: &ContractAbi,
    function: &str,
    params: &Value,
    pubkey: Option<PublicKey>,
    context: &LocalContext,
) -> Result<Decoded, GetterError> {
    const LIFETIME: u32 = 60;
    let function = abi.function(function)?;
    let header = Header { time: context.time, expire: context.now.plus(LIFETIME), pubkey };
    let body = abi.encode_unsigned_call(&function.name, &with_answer_id(function, params), &header)?;
    let message = external_message(account.address(), None, Some(body))?;
    let run = run_local(config, account, &message, context)?;
    if run.exit_code > 1 || run.exit_code < 0 {
        return Err(GetterError::Exit { exit_code: run.exit_code, gas_used: run.gas_used });
    }
    let answer = run.out_messages.iter().filter(|message| message.external).find(|message| {
        message
            .body
            .as_slice()
            .and_then(|mut slice| slice.load_u32())
            .is_ok_and(|id| id == function.output_id)
    });
    let answer = answer.ok_or(GetterError::NoAnswer)?;
    Ok(abi.decode_answer(&function.name, &answer.body)?)
}

fn with_answer_id(function: &Function, params: &Value) -> Value {
    let mut params = params.clone();
    if let (Some(first), Value::Object(params)) = (function.inputs.first(), &mut params)
        && matches!(&*first.name, "answerId" | "_answer_id")
        && !params.contains_key(&*first.name)
    {
        params.insert(first.name.to_string(), Value::from(0));
    }
    params
}

/// Messages of an action list, which is linked from the last action to the first.
fn sent_messages(actions: &Cell) -> Result<Vec<OutMessage>, tycho_types::error::Error> {
    let mut messages = Vec::new();
    let mut rest = actions.clone();
    while rest.reference_count() > 0 {
        let mut slice = rest.as_slice()?;
        let previous = slice.load_reference_cloned()?;
        // Actions of other kinds, or invalid ones, send nothing.
        if let Ok(OutAction::SendMsg { out_msg, .. }) = OutAction::load_from(&mut slice) {
            messages.push(out_message(&out_msg.load()?)?);
        }
        rest = previous;
    }
    messages.reverse();
    Ok(messages)
}

fn out_message(message: &OwnedRelaxedMessage) -> Result<OutMessage, tycho_types::error::Error> {
    let (range, cell) = &message.body;
    let body = if range.is_full(cell) {
        cell.clone()
    } else {
        tycho_types::cell::CellBuilder::build_from(range.apply_allow_exotic(cell))?
    };
    Ok(OutMessage { external: matches!(message.info, RelaxedMsgInfo::ExtOut(_)), body })
}
