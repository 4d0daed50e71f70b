//! Where the gas of a transaction goes.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use ton_abi::Hash;
use tycho_executor::phase::{
    ComputePhaseContext, ComputePhaseSmcInfo, ReceivedMessage, StoragePhaseContext, TransactionInput,
};
use tycho_executor::{Executor, ExecutorInspector, ExecutorParams, ExecutorState, TxError};
use tycho_types::cell::Cell;
use tycho_types::dict::Dict;
use tycho_types::models::{AccountState, ComputeGasParams, StateInit};
use tycho_vm::{GasParams, SafeRc, Stack, VmException, VmState, VmVersion, tuple};

use crate::account::Account;
use crate::config::Config;
use crate::execute::{ExecContext, ExecError};

/// A run of the machine, instruction by instruction.
#[derive(Debug, Clone)]
pub struct Trace {
    /// Exit code.
    pub exit_code: i32,
    /// Gas used, also by a message that is not accepted in the end.
    pub gas_used: u64,
    /// All steps in their order.
    pub steps: Vec<Step>,
}

/// One instruction, or one implicit jump or return at the end of a code cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Where it is.
    pub place: Place,
    /// Gas it used, with that of the exception it threw.
    pub gas: u64,
    /// Values on the stack before it.
    pub stack_depth: usize,
}

/// A place in the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Hash of the code cell.
    pub cell: Hash,
    /// Bits of the cell in front of the instruction.
    pub bits: u16,
}

/// What a place in the code used in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// The place.
    pub place: Place,
    /// How often it was reached.
    pub count: u64,
    /// Gas of all visits.
    pub gas: u64,
}

impl Trace {
    /// The places in the code, those that used most gas first.
    pub fn profile(&self) -> Vec<Spot> {
        let mut spots = HashMap::<Place, Spot>::new();
        for step in &self.steps {
            let spot = spots.entry(step.place).or_insert(Spot { place: step.place, count: 0, gas: 0 });
            spot.count += 1;
            spot.gas += step.gas;
        }
        let mut spots: Vec<_> = spots.into_values().collect();
        spots.sort_by_key(|spot| (std::cmp::Reverse(spot.gas), spot.place));
        spots
    }

    /// Gas by code cell, those that used most first.
    pub fn by_cell(&self) -> Vec<(Hash, u64)> {
        let mut cells = HashMap::<Hash, u64>::new();
        for step in &self.steps {
            *cells.entry(step.place.cell).or_default() += step.gas;
        }
        let mut cells: Vec<_> = cells.into_iter().collect();
        cells.sort_by_key(|(cell, gas)| (std::cmp::Reverse(*gas), *cell));
        cells
    }
}

/// Runs the contract on `message` step by step. Nothing changes, and a message that is not accepted has a trace, too.
///
/// # Errors
/// [`ExecError::Fatal`] if the contract does not run at all, or starts a machine of its own (`RUNVM`).
pub fn trace(
    config: &Config,
    account: &Account,
    message: &Cell,
    context: &ExecContext,
) -> Result<Trace, ExecError> {
    let params = context.params();
    let prepared = prepare(config, account, message, context, &params)
        .map_err(|e| ExecError::Fatal(format!("cannot trace: {e:?}")))?;
    let Prepared { gas, state, smc_info, stack, message_libraries } = prepared;
    let smc_info = smc_info.ok_or_else(|| ExecError::Fatal("the contract does not run".to_owned()))?;
    let libraries = (message_libraries, &state.libraries, &params.libraries);
    // INVARIANT: as in the executor's compute phase; `a_trace_uses_the_gas_of_the_transaction` compares the two.
    let mut vm = VmState::builder()
        .with_smc_info(smc_info)
        .with_version(VmVersion::Ton(12))
        .with_code(state.code.clone())
        .with_data(state.data.clone().unwrap_or_default())
        .with_libraries(&libraries)
        .with_init_selector(false)
        .with_raw_stack(stack)
        .with_gas(gas)
        .with_modifiers(params.vm_modifiers)
        .build();
    let (steps, exit_code) = run(&mut vm)?;
    Ok(Trace { exit_code, gas_used: vm.gas.consumed(), steps })
}

/// What the machine starts with.
struct Prepared {
    gas: GasParams,
    state: StateInit,
    /// `None` if the compute phase was skipped.
    smc_info: Option<ComputePhaseSmcInfo>,
    stack: SafeRc<Stack>,
    message_libraries: Option<Dict<Hash, tycho_types::models::SimpleLib>>,
}

fn prepare(
    config: &Config,
    account: &Account,
    message: &Cell,
    context: &ExecContext,
    params: &ExecutorParams,
) -> Result<Prepared, TxError> {
    let executor =
        Executor::new(params, config.parsed()).with_min_lt(context.min_lt.max(account.next_lt()).0);
    let mut state = executor.begin(account.address(), account.shard().load_account()?)?;
    let mut received = state.receive_in_msg(message.clone())?;
    let credit_first = !received.bounce_enabled;
    if credit_first && !received.is_external {
        state.credit_phase(&received)?;
    }
    let storage = state.storage_phase(StoragePhaseContext {
        adjust_msg_balance: credit_first && !received.is_external,
        received_message: Some(&mut received),
        inspector: None,
    })?;
    if !credit_first {
        state.credit_phase(&received)?;
    }

    let gas = gas_params(config, account, &state, &received);
    let stack = SafeRc::new(Stack::with_items(tuple![
        int state.balance.tokens,
        int received.balance_remaining.tokens,
        cell received.root.clone(),
        slice received.body.clone(),
        int if received.is_external { -1 } else { 0 },
    ]));
    let message_init = received.init.as_ref().map(|init| init.parsed.clone());
    let init = match &state.state {
        AccountState::Active(init) => init.clone(),
        AccountState::Uninit | AccountState::Frozen(_) => message_init.clone().unwrap_or_default(),
    };
    // The executor builds what contracts see in c7, and shows it on the way.
    let seen = Rc::new(RefCell::new(None));
    let mut capture = {
        let seen = seen.clone();
        move |info: &mut ComputePhaseSmcInfo| {
            *seen.borrow_mut() = Some(info.clone());
            Ok(())
        }
    };
    let mut inspector = ExecutorInspector { modify_smc_info: Some(&mut capture), ..Default::default() };
    state.compute_phase(ComputePhaseContext {
        input: TransactionInput::Ordinary(&received),
        storage_fee: storage.storage_fees_collected,
        force_accept: false,
        stop_on_accept: true,
        inspector: Some(&mut inspector),
    })?;
    let smc_info = seen.take();
    let message_libraries = message_init.map(|init| init.libraries);
    Ok(Prepared { gas, state: init, smc_info, stack, message_libraries })
}

fn gas_params(
    config: &Config,
    account: &Account,
    state: &ExecutorState<'_>,
    received: &ReceivedMessage,
) -> GasParams {
    let prices = config.gas_prices(account.address().workchain);
    let gas = prices.compute_gas_params(ComputeGasParams {
        account_balance: &state.balance.tokens,
        message_balance: &received.balance_remaining.tokens,
        is_special: state.is_special,
        is_tx_ordinary: true,
        is_in_msg_external: received.is_external,
    });
    GasParams { max: gas.max, limit: gas.limit, credit: gas.credit, price: prices.gas_price }
}

/// The machine's own loop, with a note of each step. Returns the steps and the exit code.
fn run(vm: &mut VmState<'_>) -> Result<(Vec<Step>, i32), ExecError> {
    let mut steps = Vec::new();
    let mut result = 0;
    while result == 0 {
        let place = Place { cell: *vm.code.cell().repr_hash(), bits: vm.code.range().offset().bits };
        let (before, stack_depth) = (vm.gas.consumed(), vm.stack.depth());
        result = match vm.step() {
            Ok(result) => result,
            Err(e) if e.is_out_of_gas() => vm.throw_out_of_gas(),
            Err(e) => {
                let exception = e.as_exception();
                match vm.throw_exception(exception as i32) {
                    Ok(result) => result,
                    Err(e) if e.is_out_of_gas() => vm.throw_out_of_gas(),
                    Err(_) => exception.as_exit_code(),
                }
            }
        };
        steps.push(Step { place, gas: vm.gas.consumed() - before, stack_depth });
        if vm.parent.is_some() {
            return Err(ExecError::Fatal("machines inside of the machine are not traced".to_owned()));
        }
    }
    if result | 1 == -1 && !vm.try_commit() {
        result = VmException::CellOverflow.as_exit_code();
    }
    Ok((steps, !result))
}
