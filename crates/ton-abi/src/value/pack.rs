//! Values to cells.
//!
//! An ABI body is a chain of cells: values fill a cell until the next does not fit, the rest goes on in the
//! cell of the last reference. From version 2.2 on the *largest* size of a type decides whether it fits,
//! before that the size of the value at hand. Source: ABI specification, "Cell layout" and `ever-abi`'s encoder,
//! to which the results are equal bit by bit (the encoder of `tycho-types` differs for zero `varuint`s,
//! positive `varint`s with a high bit, and empty maps before version 2.2).

use num_bigint::{BigInt, BigUint};
use tycho_types::abi::{AbiType, AbiValue, AbiVersion, NamedAbiValue, PlainAbiType, PlainAbiValue};
use tycho_types::cell::{Cell, CellBuilder, CellContext, CellFamily, CellSlice, Store};
use tycho_types::dict::{SetMode, dict_insert};
use tycho_types::error::Error;
use tycho_types::models::IntAddr;

/// Data bits and references of a cell.
const CELL_BITS: u64 = 1023;
const CELL_REFS: u64 = 4;
/// Room that a dictionary label may need in a leaf; larger values go to a cell of their own.
const LABEL_BITS: u64 = 12;
/// Bytes in each cell of a `bytes` chain.
const CELL_BYTES: usize = 127;

/// What is never split between cells, with the largest size of its type.
pub(crate) struct Piece {
    data: CellBuilder,
    max_bits: u64,
    max_refs: u64,
}

impl Piece {
    /// A piece whose type has exactly the size of `data`.
    pub(crate) fn exact(data: CellBuilder) -> Self {
        let (max_bits, max_refs) = (u64::from(data.size_bits()), u64::from(data.size_refs()));
        Self { data, max_bits, max_refs }
    }

    /// A piece of data bits only whose type takes up to `max_bits`.
    pub(crate) fn bits(data: CellBuilder, max_bits: u64) -> Self {
        Self { data, max_bits, max_refs: 0 }
    }

    fn size(&self, version: AbiVersion) -> (u64, u64) {
        if version >= AbiVersion::V2_2 {
            (self.max_bits, self.max_refs)
        } else {
            (u64::from(self.data.size_bits()), u64::from(self.data.size_refs()))
        }
    }
}

/// Pieces of the values, tuples taken apart.
pub(crate) fn value_pieces(values: &[NamedAbiValue], version: AbiVersion) -> Result<Vec<Piece>, Error> {
    let mut pieces = Vec::with_capacity(values.len());
    for value in values {
        push_value(&value.value, version, &mut pieces)?;
    }
    Ok(pieces)
}

/// Lays the pieces out as a chain of cells and returns its first cell.
pub(crate) fn chain(pieces: Vec<Piece>, version: AbiVersion) -> Result<CellBuilder, Error> {
    let sizes: Vec<_> = pieces.iter().map(|p| p.size(version)).collect();
    let (mut rest_bits, mut rest_refs) = sizes.iter().fold((0, 0), |(b, r), s| (b + s.0, r + s.1));
    let mut cells = vec![CellBuilder::new()];
    let (mut free_bits, mut free_refs) = (CELL_BITS, CELL_REFS);
    for (piece, (bits, refs)) in pieces.into_iter().zip(sizes) {
        rest_bits -= bits;
        rest_refs -= refs;
        let takes_last_ref = refs > 0 && refs == free_refs;
        let all_rest_fits = rest_refs == 0 && bits + rest_bits <= free_bits;
        if bits > free_bits || refs > free_refs || (takes_last_ref && !all_rest_fits) {
            cells.push(CellBuilder::new());
            (free_bits, free_refs) = (CELL_BITS, CELL_REFS);
        }
        if let Some(cell) = cells.last_mut() {
            cell.store_builder(&piece.data)?;
        }
        free_bits = free_bits.saturating_sub(bits);
        free_refs = free_refs.saturating_sub(refs);
    }
    let mut tail: Option<CellBuilder> = None;
    for mut cell in cells.into_iter().rev() {
        if let Some(next) = tail.take() {
            cell.store_reference(next.build()?)?;
        }
        tail = Some(cell);
    }
    Ok(tail.unwrap_or_default())
}

fn push_value(value: &AbiValue, version: AbiVersion, pieces: &mut Vec<Piece>) -> Result<(), Error> {
    if let AbiValue::Tuple(items) = value {
        return items.iter().try_for_each(|item| push_value(&item.value, version, pieces));
    }
    let max = value.get_type().max_size(version);
    let data = write_value(value, version)?;
    pieces.push(Piece { data, max_bits: max.bit_count, max_refs: max.cell_count });
    Ok(())
}

fn value_chain(value: &AbiValue, version: AbiVersion) -> Result<CellBuilder, Error> {
    let mut pieces = Vec::new();
    push_value(value, version, &mut pieces)?;
    chain(pieces, version)
}

fn write_value(value: &AbiValue, version: AbiVersion) -> Result<CellBuilder, Error> {
    let mut b = CellBuilder::new();
    let context = Cell::empty_context();
    match value {
        AbiValue::Uint(bits, n) => b.store_biguint(n, *bits, false)?,
        AbiValue::Int(bits, n) => b.store_bigint(n, *bits, true)?,
        AbiValue::VarUint(size, n) => write_var(&mut b, size.get(), &unsigned_bytes(n))?,
        AbiValue::VarInt(size, n) => write_var(&mut b, size.get(), &signed_bytes(n))?,
        AbiValue::Token(n) => n.store_into(&mut b, context)?,
        AbiValue::Bool(v) => b.store_bit(*v)?,
        AbiValue::Cell(cell) => b.store_reference(cell.clone())?,
        AbiValue::Address(address) => address.store_into(&mut b, context)?,
        AbiValue::AddressStd(Some(address)) => address.store_into(&mut b, context)?,
        AbiValue::AddressStd(None) => b.store_zeros(2)?,
        AbiValue::Bytes(bytes) | AbiValue::FixedBytes(bytes) => b.store_reference(bytes_cell(bytes)?)?,
        AbiValue::String(text) => b.store_reference(bytes_cell(text.as_bytes())?)?,
        AbiValue::Tuple(_) => return value_chain(value, version),
        AbiValue::Array(item, items) => {
            // A dictionary index has 32 bits, so a longer array cannot exist in memory either.
            b.store_u32(u32::try_from(items.len()).map_err(|_| Error::IntOverflow)?)?;
            write_array(&mut b, item, items, version)?;
        }
        AbiValue::FixedArray(item, items) => write_array(&mut b, item, items, version)?,
        AbiValue::Map(key, item, entries) => {
            let mut dict = None;
            for (name, value) in entries {
                let name = write_key(*key, name)?;
                insert(&mut dict, &name, key.key_bits(), item, value, version)?;
            }
            dict.store_into(&mut b, context)?;
        }
        AbiValue::Optional(_, None) => b.store_bit_zero()?,
        AbiValue::Optional(ty, Some(value)) => {
            b.store_bit_one()?;
            let value = value_chain(value, version)?;
            if optional_inline(ty, version) {
                b.store_builder(&value)?;
            } else {
                b.store_reference(value.build()?)?;
            }
        }
        AbiValue::Ref(value) => b.store_reference(value_chain(value, version)?.build()?)?,
    }
    Ok(b)
}

/// Whether an optional value stands behind its bit, not in a cell of its own.
pub(crate) fn optional_inline(ty: &AbiType, version: AbiVersion) -> bool {
    let size = ty.max_size(version);
    size.bit_count < CELL_BITS && size.cell_count < CELL_REFS
}

/// Whether values of a dictionary are too long for its leaves.
pub(crate) fn in_own_cell(key_bits: u16, item: &AbiType, version: AbiVersion) -> bool {
    LABEL_BITS + u64::from(key_bits) + item.max_size(version).bit_count > CELL_BITS
}

fn write_array(
    b: &mut CellBuilder,
    item: &AbiType,
    items: &[AbiValue],
    version: AbiVersion,
) -> Result<(), Error> {
    let mut dict = None;
    for (index, value) in (0u32..).zip(items) {
        let mut key = CellBuilder::new();
        key.store_u32(index)?;
        insert(&mut dict, &key, 32, item, value, version)?;
    }
    dict.store_into(b, Cell::empty_context())
}

fn insert(
    dict: &mut Option<Cell>,
    key: &CellBuilder,
    key_bits: u16,
    item: &AbiType,
    value: &AbiValue,
    version: AbiVersion,
) -> Result<(), Error> {
    let context = Cell::empty_context();
    let data = value_chain(value, version)?;
    let mut key = key.as_data_slice();
    if in_own_cell(key_bits, item, version) {
        dict_insert(dict, &mut key, key_bits, &data.build()?, SetMode::Set, context)?;
    } else {
        dict_insert(dict, &mut key, key_bits, &Raw(data.as_full_slice()), SetMode::Set, context)?;
    }
    Ok(())
}

fn write_key(ty: PlainAbiType, key: &PlainAbiValue) -> Result<CellBuilder, Error> {
    let mut b = CellBuilder::new();
    let context = Cell::empty_context();
    match key {
        PlainAbiValue::Uint(bits, n) => b.store_biguint(n, *bits, false)?,
        PlainAbiValue::Int(bits, n) => b.store_bigint(n, *bits, true)?,
        PlainAbiValue::Bool(v) => b.store_bit(*v)?,
        PlainAbiValue::Address(address) => match address.as_ref() {
            IntAddr::Std(address) => address.store_into(&mut b, context)?,
            IntAddr::Var(_) => return Err(Error::InvalidData),
        },
        PlainAbiValue::AddressStd(address) => address.store_into(&mut b, context)?,
        PlainAbiValue::FixedBytes(bytes) => {
            let bits = u16::try_from(bytes.len() * 8).map_err(|_| Error::IntOverflow)?;
            b.store_raw(bytes, bits)?;
        }
    }
    // INVARIANT: a key is exactly as long as its type says, or the dictionary cannot be read back.
    if b.size_bits() == ty.key_bits() { Ok(b) } else { Err(Error::InvalidData) }
}

/// Writes a number of `size - 1` bytes at most behind its length; zero is a zero length.
fn write_var(b: &mut CellBuilder, size: u8, bytes: &[u8]) -> Result<(), Error> {
    let max_len = size.saturating_sub(1);
    let len_bits = 8 - max_len.leading_zeros() as u16;
    let len = u8::try_from(bytes.len()).ok().filter(|len| *len <= max_len).ok_or(Error::IntOverflow)?;
    b.store_small_uint(len, len_bits)?;
    b.store_raw(bytes, u16::from(len) * 8)
}

fn unsigned_bytes(n: &BigUint) -> Vec<u8> {
    if *n == BigUint::ZERO { Vec::new() } else { n.to_bytes_be() }
}

fn signed_bytes(n: &BigInt) -> Vec<u8> {
    if *n == BigInt::ZERO { Vec::new() } else { n.to_signed_bytes_be() }
}

/// A chain of cells with 127 bytes in each but the last.
fn bytes_cell(bytes: &[u8]) -> Result<Cell, Error> {
    let mut tail: Option<Cell> = None;
    for chunk in bytes.chunks(CELL_BYTES).rev() {
        let mut b = CellBuilder::new();
        b.store_raw(chunk, chunk.len() as u16 * 8)?;
        if let Some(tail) = tail.take() {
            b.store_reference(tail)?;
        }
        tail = Some(b.build()?);
    }
    Ok(tail.unwrap_or_else(Cell::empty_cell))
}

/// A slice stored as it is.
struct Raw<'a>(CellSlice<'a>);

impl Store for Raw<'_> {
    fn store_into(&self, builder: &mut CellBuilder, _: &dyn CellContext) -> Result<(), Error> {
        builder.store_slice(self.0)
    }
}
