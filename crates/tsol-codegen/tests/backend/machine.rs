//! Runs code on tycho-vm.

use num_bigint::BigInt;
use tycho_types::cell::{Cell, CellBuilder, CellSlice};
use tycho_vm::{GasParams, OwnedCellSlice, RcStackValue, SafeRc, Stack, StackValueType, Tuple, VmState};

use crate::interp::{Outcome, V};

pub(crate) fn to_machine(value: &V) -> RcStackValue {
    match value {
        V::Int(n) => RcStackValue::new_dyn_value(n.clone()),
        V::Null => Stack::make_null(),
        other => panic!("no argument of kind {other:?}"),
    }
}

fn bits(slice: &CellSlice<'_>) -> Vec<bool> {
    (0..slice.size_bits()).map(|i| slice.get_bit(i).unwrap()).collect()
}

pub(crate) fn from_machine(value: &RcStackValue) -> V {
    let kind = value.raw_ty();
    if kind == StackValueType::Null as u8 {
        V::Null
    } else if kind == StackValueType::Int as u8 {
        value.as_int().map_or(V::Other, |n| V::Int(n.clone()))
    } else if kind == StackValueType::Tuple as u8 {
        V::Tuple(value.as_tuple().unwrap().iter().map(from_machine).collect())
    } else if kind == StackValueType::Slice as u8 {
        V::Slice(bits(&value.as_cell_slice().unwrap().apply()))
    } else if kind == StackValueType::Builder as u8 {
        V::Builder(bits(&value.as_cell_builder().unwrap().as_full_slice()))
    } else if kind == StackValueType::Cell as u8 {
        V::Cell(bits(&value.as_cell().unwrap().as_slice().unwrap()))
    } else {
        V::Other
    }
}

/// Runs `code` with `args` on the stack.
pub(crate) fn run(code: &Cell, args: &[V]) -> Outcome {
    gas_of(code, args).0
}

/// The same, with the gas.
pub(crate) fn gas_of(code: &Cell, args: &[V]) -> (Outcome, u64) {
    let mut vm = VmState::builder()
        .with_code(code.clone())
        .with_stack(args.iter().map(to_machine))
        .with_gas(GasParams::getter())
        .with_init_selector(false)
        .build();
    let exit = !vm.run();
    let stack = if exit == 0 { vm.stack.items.iter().map(from_machine).collect() } else { Vec::new() };
    let c7: SafeRc<Tuple> = vm.cr.c7.clone().unwrap();
    let globals = (1..4).map(|i| c7.get(i).map_or(V::Null, from_machine)).collect();
    (Outcome { exit, stack, globals }, vm.gas.consumed())
}

#[test]
fn machine_values_come_back() {
    let mut code = CellBuilder::new();
    code.store_u8(0x00).unwrap();
    let args = vec![V::Int(BigInt::from(-5)), V::Null];
    assert_eq!(run(&code.build().unwrap(), &args).stack, args);
    let _ = OwnedCellSlice::new_allow_exotic(Cell::default());
}
