//! Cells to values.
//!
//! The way back of [`super::pack`], for cells that anybody may have made: whatever they hold, the result is values or an
//! error, within bounded time and memory. Cells may be shared, so that a few of them look like a dictionary of
//! billions of entries; a declared array length need not be true either.

use std::collections::BTreeMap;
use std::str::Utf8Error;

use num_bigint::{BigInt, BigUint};
use tycho_types::abi::{
    AbiType, AbiValue, AbiVersion, NamedAbiType, NamedAbiValue, PlainAbiType, PlainAbiValue,
};
use tycho_types::cell::{Cell, CellSlice, Load};
use tycho_types::dict::{RawDict, RawIter};
use tycho_types::error::Error as CellError;
use tycho_types::models::{AnyAddr, IntAddr, StdAddr};
use tycho_types::num::Tokens;

use super::pack::in_own_cell;

/// How many array items and map entries one body or storage may have; an account of full size has fewer.
const MAX_ITEMS: usize = 1 << 18;
/// How many bytes its texts, byte strings and cells may have together; an account of full size has fewer.
const MAX_BYTES: usize = 1 << 24;
/// What a cell of a tree counts for, a little more than it can hold.
const CELL_BYTES: usize = 128;

/// Why cells do not hold what the ABI says.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UnpackError {
    #[error(transparent)]
    Cell(#[from] CellError),
    #[error("{0} bits and {1} references are left")]
    Rest(u16, u8),
    #[error("the chain of cells branches")]
    Chain,
    #[error("an array of {declared} items has other items")]
    ArrayItems { declared: usize },
    #[error("expected {expected} bytes, got {got}")]
    BytesLength { expected: usize, got: usize },
    #[error("bytes end within a byte")]
    PartialByte,
    #[error("not a text: {0}")]
    Text(#[from] Utf8Error),
    #[error("not a standard address")]
    Address,
    #[error("more than {MAX_ITEMS} items")]
    TooManyItems,
    #[error("more than {MAX_BYTES} bytes")]
    TooManyBytes,
}

type Result<T, E = UnpackError> = std::result::Result<T, E>;

/// Reads all of `slice` as the values `types`; the error comes with the name of the value that it is in.
pub(crate) fn unpack(
    types: &[NamedAbiType],
    version: AbiVersion,
    mut slice: CellSlice<'_>,
) -> Result<Vec<NamedAbiValue>, (Option<std::sync::Arc<str>>, UnpackError)> {
    let mut reader = Reader { version, items: 0, bytes: 0 };
    let mut values = Vec::with_capacity(types.len());
    for (i, ty) in types.iter().enumerate() {
        let last = i + 1 == types.len();
        let value = reader.value(&ty.ty, last, &mut slice).map_err(|e| (Some(ty.name.clone()), e))?;
        values.push(NamedAbiValue { name: ty.name.clone(), value });
    }
    check_end(&slice).map_err(|e| (None, e))?;
    Ok(values)
}

struct Reader {
    version: AbiVersion,
    items: usize,
    bytes: usize,
}

impl Reader {
    fn value(&mut self, ty: &AbiType, last: bool, slice: &mut CellSlice<'_>) -> Result<AbiValue> {
        Ok(match ty {
            AbiType::Uint(bits) => AbiValue::Uint(*bits, uint(at_bits(slice)?, *bits)?),
            AbiType::Int(bits) => AbiValue::Int(*bits, int(at_bits(slice)?, *bits)?),
            AbiType::VarUint(size) => {
                AbiValue::VarUint(*size, BigUint::from_bytes_be(&var_bytes(at_bits(slice)?, size.get())?))
            }
            AbiType::VarInt(size) => AbiValue::VarInt(
                *size,
                BigInt::from_signed_bytes_be(&var_bytes(at_bits(slice)?, size.get())?),
            ),
            AbiType::Token => AbiValue::Token(Tokens::load_from(at_bits(slice)?)?),
            AbiType::Bool => AbiValue::Bool(at_bits(slice)?.load_bit()?),
            AbiType::Cell => AbiValue::Cell(self.tree(last, slice)?),
            AbiType::Address => AbiValue::Address(Box::new(AnyAddr::load_from(at_bits(slice)?)?)),
            AbiType::AddressStd => match AnyAddr::load_from(at_bits(slice)?)? {
                AnyAddr::None => AbiValue::AddressStd(None),
                AnyAddr::Std(address) => AbiValue::AddressStd(Some(Box::new(address))),
                AnyAddr::Ext(_) | AnyAddr::Var(_) => return Err(UnpackError::Address),
            },
            AbiType::Bytes => AbiValue::bytes(self.bytes(last, slice)?),
            AbiType::FixedBytes(expected) => {
                let bytes = self.bytes(last, slice)?;
                if bytes.len() != *expected {
                    return Err(UnpackError::BytesLength { expected: *expected, got: bytes.len() });
                }
                AbiValue::fixedbytes(bytes)
            }
            AbiType::String => {
                let bytes = self.bytes(last, slice)?;
                AbiValue::String(std::str::from_utf8(&bytes)?.to_owned())
            }
            AbiType::Tuple(items) => AbiValue::Tuple(self.tuple(items, last, slice)?),
            AbiType::Array(item) => {
                let declared = at_bits(slice)?.load_u32()? as usize;
                AbiValue::Array(item.clone(), self.array(item, declared, slice)?)
            }
            AbiType::FixedArray(item, len) => {
                AbiValue::FixedArray(item.clone(), self.array(item, *len, slice)?)
            }
            AbiType::Map(key, value) => AbiValue::Map(*key, value.clone(), self.map(*key, value, slice)?),
            AbiType::Optional(inner) => {
                let some = at_bits(slice)?.load_bit()?;
                let value = if some { Some(Box::new(self.some(inner, last, slice)?)) } else { None };
                AbiValue::Optional(inner.clone(), value)
            }
            AbiType::Ref(inner) => {
                let cell = cell(last, slice)?;
                AbiValue::Ref(Box::new(self.whole(inner, cell.as_slice()?)?))
            }
        })
    }

    /// A value that is all of a slice.
    fn whole(&mut self, ty: &AbiType, mut slice: CellSlice<'_>) -> Result<AbiValue> {
        let value = self.value(ty, true, &mut slice)?;
        check_end(&slice)?;
        Ok(value)
    }

    fn tuple(
        &mut self,
        items: &[NamedAbiType],
        last: bool,
        slice: &mut CellSlice<'_>,
    ) -> Result<Vec<NamedAbiValue>> {
        let mut values = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            let value = self.value(&item.ty, last && i + 1 == items.len(), slice)?;
            values.push(NamedAbiValue { name: item.name.clone(), value });
        }
        Ok(values)
    }

    fn some(&mut self, ty: &AbiType, last: bool, slice: &mut CellSlice<'_>) -> Result<AbiValue> {
        if super::pack::optional_inline(ty, self.version) {
            return self.value(ty, last, slice);
        }
        let cell = cell(last, slice)?;
        self.whole(ty, cell.as_slice()?)
    }

    /// A tree of cells, each distinct one counted once as its bag of cells has it.
    fn tree(&mut self, last: bool, slice: &mut CellSlice<'_>) -> Result<Cell> {
        let cell = cell(last, slice)?;
        let left = MAX_BYTES.saturating_sub(self.bytes) / CELL_BYTES;
        let stats = cell.compute_unique_stats(left).ok_or(UnpackError::TooManyBytes)?;
        self.bytes += stats.cell_count as usize * CELL_BYTES;
        if self.bytes > MAX_BYTES {
            return Err(UnpackError::TooManyBytes);
        }
        Ok(cell)
    }

    /// The bytes of a chain of cells.
    fn bytes(&mut self, last: bool, slice: &mut CellSlice<'_>) -> Result<Vec<u8>> {
        let first = cell(last, slice)?;
        let mut cell = first.as_ref();
        let mut bytes = Vec::new();
        loop {
            if !cell.bit_len().is_multiple_of(8) {
                return Err(UnpackError::PartialByte);
            }
            let here = &cell.data()[..usize::from(cell.bit_len() / 8)];
            self.bytes += here.len();
            if self.bytes > MAX_BYTES {
                return Err(UnpackError::TooManyBytes);
            }
            bytes.extend_from_slice(here);
            match cell.reference(0) {
                Some(next) => cell = next,
                None => return Ok(bytes),
            }
        }
    }

    /// Items 0, 1 … of a dictionary; there must be as many as declared.
    fn array(&mut self, item: &AbiType, declared: usize, slice: &mut CellSlice<'_>) -> Result<Vec<AbiValue>> {
        let dict = RawDict::<32>::load_from(at_bits(slice)?)?;
        let mut values = Vec::new();
        for entry in dict.iter() {
            let (key, value) = entry?;
            if key.as_data_slice().load_u32()? as usize != values.len() {
                return Err(UnpackError::ArrayItems { declared });
            }
            values.push(self.entry(32, item, value)?);
        }
        if values.len() != declared {
            return Err(UnpackError::ArrayItems { declared });
        }
        Ok(values)
    }

    fn map(
        &mut self,
        key: PlainAbiType,
        item: &AbiType,
        slice: &mut CellSlice<'_>,
    ) -> Result<BTreeMap<PlainAbiValue, AbiValue>> {
        let dict = Option::<Cell>::load_from(at_bits(slice)?)?;
        let mut values = BTreeMap::new();
        for entry in RawIter::new(&dict, key.key_bits()) {
            let (name, value) = entry?;
            let name = plain(key, &mut name.as_data_slice())?;
            values.insert(name, self.entry(key.key_bits(), item, value)?);
        }
        Ok(values)
    }

    fn entry(&mut self, key_bits: u16, item: &AbiType, mut value: CellSlice<'_>) -> Result<AbiValue> {
        self.items += 1;
        if self.items > MAX_ITEMS {
            return Err(UnpackError::TooManyItems);
        }
        // COMPAT(sdk): contracts of version 2.0 decide by the value at hand.
        let referenced = if self.version == AbiVersion::V2_0 {
            value.is_data_empty() && item.max_bits(self.version) != 0
        } else {
            in_own_cell(key_bits, item, self.version)
        };
        if referenced {
            let cell = value.load_reference()?.as_slice()?;
            check_end(&value)?;
            value = cell;
        }
        self.whole(item, value)
    }
}

/// Goes on in the next cell of the chain if this one has no bits left.
fn at_bits<'s, 'c>(slice: &'s mut CellSlice<'c>) -> Result<&'s mut CellSlice<'c>> {
    if slice.is_data_empty() {
        let next = slice.load_reference()?;
        if !slice.is_refs_empty() {
            return Err(UnpackError::Chain);
        }
        *slice = next.as_slice()?;
    }
    Ok(slice)
}

/// A reference with a value; the last one of a cell without bits leads on, unless nothing comes behind the value.
fn cell(last: bool, slice: &mut CellSlice<'_>) -> Result<Cell> {
    if !last && slice.is_data_empty() && slice.size_refs() == 1 {
        *slice = slice.load_reference()?.as_slice()?;
    }
    Ok(slice.load_reference_cloned()?)
}

fn check_end(slice: &CellSlice<'_>) -> Result<()> {
    if slice.is_data_empty() && slice.is_refs_empty() {
        return Ok(());
    }
    Err(UnpackError::Rest(slice.size_bits(), slice.size_refs()))
}

/// The bits as big-endian bytes, and how many bits at the end of the last byte are none.
fn raw_bits(slice: &mut CellSlice<'_>, bits: u16) -> Result<(Vec<u8>, u16)> {
    let mut buffer = vec![0; usize::from(bits.div_ceil(8))];
    slice.load_raw(&mut buffer, bits)?;
    Ok((buffer, bits.next_multiple_of(8) - bits))
}

fn uint(slice: &mut CellSlice<'_>, bits: u16) -> Result<BigUint> {
    let (bytes, excess) = raw_bits(slice, bits)?;
    Ok(BigUint::from_bytes_be(&bytes) >> excess)
}

fn int(slice: &mut CellSlice<'_>, bits: u16) -> Result<BigInt> {
    let (bytes, excess) = raw_bits(slice, bits)?;
    Ok(BigInt::from_signed_bytes_be(&bytes) >> excess)
}

fn var_bytes(slice: &mut CellSlice<'_>, size: u8) -> Result<Vec<u8>> {
    let len_bits = 8 - size.saturating_sub(1).leading_zeros() as u16;
    let len = slice.load_small_uint(len_bits)?;
    Ok(raw_bits(slice, u16::from(len) * 8)?.0)
}

fn plain(ty: PlainAbiType, slice: &mut CellSlice<'_>) -> Result<PlainAbiValue> {
    let value = match ty {
        PlainAbiType::Uint(bits) => PlainAbiValue::Uint(bits, uint(slice, bits)?),
        PlainAbiType::Int(bits) => PlainAbiValue::Int(bits, int(slice, bits)?),
        PlainAbiType::Bool => PlainAbiValue::Bool(slice.load_bit()?),
        PlainAbiType::Address => PlainAbiValue::Address(Box::new(IntAddr::load_from(slice)?)),
        PlainAbiType::AddressStd => PlainAbiValue::AddressStd(Box::new(StdAddr::load_from(slice)?)),
        PlainAbiType::FixedBytes(_) => PlainAbiValue::FixedBytes(raw_bits(slice, ty.key_bits())?.0.into()),
    };
    check_end(slice)?;
    Ok(value)
}
