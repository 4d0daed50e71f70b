//! The initial data and the state init image (`.tvc`).

use tsol_sema::hir::{Contract, Program, Storage, Type};
use tycho_types::cell::{Cell, CellBuilder, CellFamily, Store};
use tycho_types::dict::RawDict;
use tycho_types::error::Error;
use tycho_types::models::StateInit;

use super::plan::{Plan, leaves};
use super::types::{Size, value_in_ref};

/// The ABI 2.3 initial data of `contract`: public key 0 and every static variable at its default.
pub(crate) fn default_data(program: &Program, contract: &Contract) -> Result<Cell, Error> {
    let mut dict = RawDict::<64>::new();
    let mut set = |key: u64, value: CellBuilder| -> Result<(), Error> {
        let mut builder = CellBuilder::new();
        builder.store_u64(key)?;
        dict.set(builder.as_data_slice(), value.as_full_slice())?;
        Ok(())
    };
    let mut pubkey = CellBuilder::new();
    pubkey.store_zeros(256)?;
    set(0, pubkey)?;
    let statics = contract.state.iter().filter(|var| var.storage == Storage::Static);
    for (i, var) in statics.enumerate() {
        set(i as u64 + 1, default_value(program, &var.ty)?)?;
    }
    CellBuilder::build_from(&dict)
}

/// Dictionary of an array of `n` default values; nothing where the type has no constant default.
pub(crate) fn default_array(program: &Program, item: &Type, n: u64) -> Option<Cell> {
    /// More elements would take more code than a contract may have.
    const MOST: u64 = 4096;
    if n > MOST || matches!(item, Type::Slice | Type::Builder | Type::Vector(_) | Type::Stack(_)) {
        return None;
    }
    let in_ref = value_in_ref(program, 32, item);
    let mut dict = RawDict::<32>::new();
    for i in 0..n {
        let mut key = CellBuilder::new();
        key.store_u32(i as u32).ok()?;
        let mut value = default_value(program, item).ok()?;
        if in_ref {
            let inner = std::mem::take(&mut value).build().ok()?;
            value.store_reference(inner).ok()?;
        }
        dict.set(key.as_data_slice(), value.as_full_slice()).ok()?;
    }
    dict.into_root()
}

/// `value` at its default, packed as the ABI packs it.
fn default_value(program: &Program, ty: &Type) -> Result<CellBuilder, Error> {
    let plan = Plan::new(leaves(program, [ty]), Size::default());
    let mut cells = vec![CellBuilder::new()];
    for (leaf, new_cell) in plan.leaves.iter().zip(&plan.breaks) {
        if *new_cell {
            cells.push(CellBuilder::new());
        }
        if let Some(builder) = cells.last_mut() {
            store_default(builder, &leaf.ty)?;
        }
    }
    let mut result = CellBuilder::new();
    let mut first = true;
    while let Some(mut builder) = cells.pop() {
        if !std::mem::take(&mut first) {
            builder.store_reference(result.build()?)?;
        }
        result = builder;
    }
    Ok(result)
}

fn store_default(builder: &mut CellBuilder, ty: &Type) -> Result<(), Error> {
    match ty {
        Type::Int { bits, .. } | Type::QuietInt { bits, .. } => builder.store_zeros(*bits),
        Type::VarInt { size: 16, .. } => builder.store_zeros(4),
        Type::VarInt { .. } => builder.store_zeros(5),
        Type::Bool | Type::QuietBool | Type::Mapping(..) | Type::Optional(_) => builder.store_bit_zero(),
        Type::Enum(_) => builder.store_zeros(8),
        Type::Address | Type::Contract(_) => builder.store_zeros(2),
        Type::Array(..) => builder.store_zeros(33),
        Type::FixedBytes(n) => {
            let mut inner = CellBuilder::new();
            inner.store_zeros(8 * u16::from(*n))?;
            builder.store_reference(inner.build()?)
        }
        Type::Bytes | Type::String | Type::Cell => builder.store_reference(Cell::empty_cell()),
        // neither storable nor static: the checker has refused them
        Type::Struct(_) | Type::Tuple(_) | Type::Slice | Type::Builder => Ok(()),
        Type::Vector(_) | Type::Stack(_) | Type::Variant => Ok(()),
    }
}

/// The state init cell of an account with this code and data.
pub(crate) fn state_init(code: Cell, data: Cell) -> Result<Cell, Error> {
    let state = StateInit { code: Some(code), data: Some(data), ..StateInit::default() };
    let mut builder = CellBuilder::new();
    state.store_into(&mut builder, Cell::empty_context())?;
    builder.build()
}
