//! One account on the machine: compiles a source, sends messages, keeps what was committed.

use std::collections::HashMap;

use ed25519_dalek::SigningKey;
use tsol_codegen::{Output, Settings};
use tsol_sema::NoImports;
use tsol_syntax::diag::Diagnostics;
use tsol_syntax::span::SourceMap;
use tycho_types::abi::{AbiValue, Contract, NamedAbiValue};
use tycho_types::cell::{Cell, CellBuilder, HashBytes};
use tycho_types::dict::Dict;
use tycho_types::models::{
    BlockchainConfigParams, CurrencyCollection, GasLimitsPrices, IntAddr, IntMsgInfo, MsgInfo, OutAction,
    OutActionsRevIter, OwnedMessage, OwnedRelaxedMessage, RelaxedMsgInfo, SignatureContext, StateInit,
    StdAddr,
};
use tycho_vm::{GasParams, SafeRc, SmcInfoBase, Stack, VmState, VmVersion, tuple};

/// Unix time of every test.
pub(crate) const NOW: u32 = 1_700_000_000;

/// Compiles the only contract of a source.
pub(crate) fn compile(source: &str) -> Output {
    compile_with(source, &Settings::default())
}

pub(crate) fn compile_with(source: &str, settings: &Settings) -> Output {
    let mut sources = SourceMap::new();
    let diags = Diagnostics::new();
    let text = format!("pragma tvm-solidity >= 0.72.0;\n{source}");
    let root = sources.add("test.tsol", text);
    let program = tsol_sema::check(&mut sources, &NoImports, &[root], &diags);
    let program = program.unwrap_or_else(|_| panic!("{:#?}", diags.to_vec()));
    let last = program.contracts.len() - 1;
    let output = tsol_codegen::compile(&program, last, settings, &sources, &diags);
    output.unwrap_or_else(|_| {
        let list: Vec<_> =
            diags.to_vec().iter().map(|d| format!("{}: {}", d.message, sources.snippet(d.span()))).collect();
        panic!("{list:#?}")
    })
}

/// What one message did.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) exit: i32,
    pub(crate) accepted: bool,
    /// Bodies of outgoing messages in order, with the whole message.
    pub(crate) sent: Vec<Sent>,
    pub other_actions: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) mode: u8,
    pub(crate) message: Cell,
    pub(crate) external: bool,
    pub(crate) body: Cell,
}

pub(crate) struct World {
    pub(crate) output: Output,
    pub(crate) abi: Contract,
    pub(crate) address: StdAddr,
    pub(crate) code: Cell,
    pub(crate) data: Cell,
    pub(crate) balance: u128,
    pub(crate) key: SigningKey,
    pub(crate) time: u64,
    /// Unix time of the block.
    pub(crate) now: u32,
}

impl World {
    /// An account with the initial data of the contract and a key.
    pub(crate) fn new(source: &str) -> Self {
        Self::from_output(compile(source))
    }

    pub(crate) fn from_output(output: Output) -> Self {
        let abi: Contract =
            serde_json::from_str(&output.abi).unwrap_or_else(|e| panic!("{e}: {}", output.abi));
        let key = SigningKey::from_bytes(&[7; 32]);
        let init: StateInit = output.state_init.parse().unwrap();
        let data = abi.encode_init_data(Some(&key.verifying_key()), &[]).unwrap();
        let address = StdAddr::new(0, HashBytes([0x11; 32]));
        let code = init.code.unwrap();
        Self {
            output,
            abi,
            address,
            code,
            data,
            balance: 1_000_000_000_000,
            key,
            time: u64::from(NOW) * 1000,
            now: NOW,
        }
    }

    /// Runs the constructor by a signed message.
    pub(crate) fn deployed(source: &str, args: &[NamedAbiValue]) -> Self {
        let mut world = Self::new(source);
        let outcome = world.signed("constructor", args);
        assert_eq!(outcome.exit, 0, "the constructor failed: {outcome:?}\n{}", world.output.listing);
        world
    }

    /// A signed external message with the next time.
    pub(crate) fn signed(&mut self, name: &str, args: &[NamedAbiValue]) -> Outcome {
        let message = self.external_message(name, args, true, None);
        self.send(message, true)
    }

    /// An unsigned external message.
    pub(crate) fn unsigned(&mut self, name: &str, args: &[NamedAbiValue]) -> Outcome {
        let message = self.external_message(name, args, false, None);
        self.send(message, true)
    }

    pub(crate) fn external_message(
        &mut self,
        name: &str,
        args: &[NamedAbiValue],
        sign: bool,
        time: Option<u64>,
    ) -> Cell {
        self.time += 1;
        let time = time.unwrap_or(self.time);
        let function = self.abi.functions.get(name).unwrap_or_else(|| panic!("no function {name}"));
        let key = self.key.verifying_key();
        let mut builder = function.encode_external(args).with_time(time).with_expire_at(NOW + 60);
        if sign {
            builder = builder.with_pubkey(&key);
        }
        let unsigned = builder.build_message(&self.address).unwrap();
        let message = if sign {
            unsigned.sign(&self.key, SignatureContext::EMPTY).unwrap()
        } else {
            function
                .encode_external(args)
                .with_time(time)
                .with_expire_at(NOW + 60)
                .build_message_without_signature(&self.address)
                .map(|(_, message)| message)
                .unwrap()
        };
        CellBuilder::build_from(&message).unwrap()
    }

    /// Runs a getter by an unsigned external message; gives its decoded answer. Nothing changes.
    pub(crate) fn get(&mut self, name: &str, args: &[NamedAbiValue]) -> Vec<AbiValue> {
        let before = self.data.clone();
        let message = self.external_message(name, args, false, None);
        let outcome = self.send(message, false);
        self.data = before;
        assert_eq!(outcome.exit, 0, "{name}: {outcome:?}\n{}", self.output.listing);
        let answer = outcome
            .sent
            .iter()
            .find(|sent| sent.external)
            .unwrap_or_else(|| panic!("{name} does not answer"));
        let function = &self.abi.functions[name];
        let values = function.decode_output(answer.body.as_slice().unwrap()).unwrap();
        values.into_iter().map(|value| value.value).collect()
    }

    /// One value of a getter as an integer.
    pub(crate) fn int(&mut self, name: &str) -> num_bigint::BigInt {
        self.int_of(name, &[])
    }

    pub(crate) fn int_of(&mut self, name: &str, args: &[NamedAbiValue]) -> num_bigint::BigInt {
        match self.get(name, args).remove(0) {
            AbiValue::Uint(_, value) | AbiValue::VarUint(_, value) => value.into(),
            AbiValue::Int(_, value) | AbiValue::VarInt(_, value) => value,
            AbiValue::Bool(value) => i32::from(value).into(),
            other => panic!("not an integer: {other:?}"),
        }
    }

    /// An internal message with a body.
    pub(crate) fn internal(&mut self, from: StdAddr, value: u128, bounced: bool, body: Cell) -> Outcome {
        let message = OwnedMessage {
            info: MsgInfo::Int(IntMsgInfo {
                bounce: true,
                bounced,
                src: IntAddr::Std(from),
                dst: IntAddr::Std(self.address.clone()),
                value: CurrencyCollection::new(value),
                ..Default::default()
            }),
            init: None,
            body: body.into(),
            layout: None,
        };
        self.send(CellBuilder::build_from(&message).unwrap(), true)
    }

    /// An internal call of a function.
    pub(crate) fn call(&mut self, from: StdAddr, value: u128, name: &str, args: &[NamedAbiValue]) -> Outcome {
        let body = self.abi.functions[name].encode_internal_input(args).unwrap().build().unwrap();
        self.internal(from, value, false, body)
    }

    /// Runs the machine on a message; what was committed becomes the new state.
    pub(crate) fn send(&mut self, message: Cell, keep: bool) -> Outcome {
        let parsed: OwnedMessage = message.parse().unwrap();
        let (external, funds) = match &parsed.info {
            MsgInfo::Int(info) => (false, info.value.clone()),
            _ => (true, CurrencyCollection::ZERO),
        };
        let value = u128::from(funds.tokens);
        let balance = self.balance + value;
        let body = tycho_vm::OwnedCellSlice::from(parsed.body);
        let selector = if external { -1 } else { 0 };
        let stack = tuple![int balance, int value, cell message.clone(), raw SafeRc::new_dyn_value(body), int selector];
        let gas = if external && keep {
            GasParams { max: 1_000_000, limit: 0, credit: 10_000, price: 400 << 16 }
        } else {
            GasParams { max: 10_000_000, limit: 10_000_000, credit: 0, price: 400 << 16 }
        };
        self.run(stack, funds, gas, keep)
    }

    /// A tick, or a tock, of a special account; what was committed becomes the new state.
    pub(crate) fn tick_tock(&mut self, tock: bool) -> Outcome {
        let address =
            num_bigint::BigInt::from_bytes_be(num_bigint::Sign::Plus, self.address.address.as_slice());
        let tock = if tock { -1 } else { 0 };
        let stack = tuple![int self.balance, int address, int tock, int -2];
        let gas = GasParams { max: 1_000_000, limit: 1_000_000, credit: 0, price: 400 << 16 };
        self.run(stack, CurrencyCollection::ZERO, gas, true)
    }

    fn run(
        &mut self,
        stack: tycho_vm::Tuple,
        funds: CurrencyCollection,
        gas: GasParams,
        keep: bool,
    ) -> Outcome {
        let balance = self.balance + u128::from(funds.tokens);
        let info = SmcInfoBase::new()
            .with_now(self.now)
            .with_block_lt(1_000_000)
            .with_tx_lt(1_000_001)
            .with_account_balance(CurrencyCollection::new(balance))
            .with_account_addr(IntAddr::Std(self.address.clone()))
            .with_config(gas_config())
            .require_ton_v4()
            .with_code(self.code.clone())
            .with_message_balance(funds)
            .require_ton_v6()
            .require_ton_v11();
        let mut vm = VmState::builder()
            .with_smc_info(info)
            .with_version(VmVersion::Ton(12))
            .with_code(self.code.clone())
            .with_data(self.data.clone())
            .with_init_selector(false)
            .with_raw_stack(SafeRc::new(Stack::with_items(stack)))
            .with_gas(gas)
            .build();
        let exit = !vm.run();
        let accepted = vm.gas.credit() == 0;
        let mut outcome = Outcome { exit, accepted, sent: Vec::new(), other_actions: 0 };
        if let Some(committed) = vm.committed_state.take() {
            if keep {
                self.data = committed.c4;
            }
            read_actions(&committed.c5, &mut outcome);
        }
        outcome
    }

    /// Fields of the state by name, as any client decodes them.
    pub(crate) fn fields(&self) -> HashMap<String, AbiValue> {
        let fields = self.abi.decode_fields(self.data.as_slice().unwrap()).unwrap();
        fields.into_iter().map(|field| (field.name.to_string(), field.value)).collect()
    }
}

fn read_actions(c5: &Cell, outcome: &mut Outcome) {
    let mut actions: Vec<OutAction> =
        OutActionsRevIter::new(c5.as_slice().unwrap()).map(Result::unwrap).collect();
    actions.reverse();
    for action in actions {
        match action {
            OutAction::SendMsg { mode, out_msg } => {
                let message = out_msg.into_inner();
                let parsed: OwnedRelaxedMessage = message.parse().unwrap();
                let external = matches!(parsed.info, RelaxedMsgInfo::ExtOut(_));
                let body =
                    CellBuilder::build_from(tycho_types::cell::CellSlice::apply(&parsed.body).unwrap())
                        .unwrap();
                outcome.sent.push(Sent { mode: mode.bits(), message, external, body });
            }
            _ => outcome.other_actions += 1,
        }
    }
}

/// Gas costs 10 nanotokens in the base chain; the masterchain says nothing.
fn gas_config() -> BlockchainConfigParams {
    let prices = GasLimitsPrices {
        gas_price: 10 << 16,
        gas_limit: 1_000_000,
        special_gas_limit: 1_000_000,
        gas_credit: 10_000,
        block_gas_limit: 10_000_000,
        freeze_due_limit: 0,
        delete_due_limit: 0,
        flat_gas_limit: 100,
        flat_gas_price: 1000,
    };
    let mut params = Dict::<u32, Cell>::new();
    params.set(21, CellBuilder::build_from(&prices).unwrap()).unwrap();
    BlockchainConfigParams::from_raw(params.into_root().unwrap())
}

/// Arguments by name.
pub(crate) fn args(list: &[(&str, AbiValue)]) -> Vec<NamedAbiValue> {
    list.iter().map(|(name, value)| NamedAbiValue { name: (*name).into(), value: value.clone() }).collect()
}

pub(crate) fn uint(bits: u16, value: u64) -> AbiValue {
    AbiValue::Uint(bits, value.into())
}

pub(crate) fn int(bits: u16, value: i64) -> AbiValue {
    AbiValue::Int(bits, value.into())
}

pub(crate) fn friend() -> StdAddr {
    StdAddr::new(0, HashBytes([0x22; 32]))
}
