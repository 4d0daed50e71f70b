//! Bits that are not yet in a cell.

use num_bigint::{BigInt, Sign};
use tycho_types::cell::{Cell, CellBuilder, CellSlice};
use tycho_types::error::Error;

use super::Mark;

/// Bits, references and marks of one or more instructions. Always whole bytes long.
#[derive(Clone, Debug, Default)]
pub(crate) struct Piece {
    bits: Vec<bool>,
    pub(crate) refs: Vec<Cell>,
    pub(crate) marks: Vec<Mark>,
}

impl Piece {
    pub(crate) fn len(&self) -> usize {
        self.bits.len()
    }

    /// Appends the low `bits` bits of `value`.
    pub(crate) fn put(&mut self, value: u64, bits: u16) -> &mut Self {
        self.bits.extend((0..bits).rev().map(|i| value >> i & 1 == 1));
        self
    }

    pub(crate) fn put_ref(&mut self, cell: Cell) -> &mut Self {
        self.refs.push(cell);
        self
    }

    pub(crate) fn append(&mut self, other: &Piece) {
        let base = self.bits.len() as u16;
        self.bits.extend_from_slice(&other.bits);
        self.refs.extend(other.refs.iter().cloned());
        self.marks.extend(other.marks.iter().map(|m| Mark { offset: m.offset + base, ..*m }));
    }

    /// Appends data with the completion tag (a one and zeroes) up to `room` bits.
    pub(crate) fn put_tagged(&mut self, data: &CellSlice<'_>, room: usize) -> Result<(), Error> {
        let len = usize::from(data.size_bits());
        for i in 0..data.size_bits() {
            self.bits.push(data.get_bit(i)?);
        }
        self.bits.push(true);
        self.bits.extend(std::iter::repeat_n(false, room - len - 1));
        for i in 0..data.size_refs() {
            self.refs.push(data.get_reference_cloned(i)?);
        }
        Ok(())
    }

    /// Appends a two's complement number of `bits` bits.
    pub(crate) fn put_big(&mut self, value: &BigInt, bits: usize) {
        let mut bytes = value.to_signed_bytes_be();
        let fill = if value.sign() == Sign::Minus { 0xFF } else { 0 };
        let want = bits.div_ceil(8);
        while bytes.len() < want {
            bytes.insert(0, fill);
        }
        let skip = bytes.len() * 8 - bits;
        let all = bytes.iter().flat_map(|byte| (0..8).rev().map(move |i| byte >> i & 1 == 1));
        self.bits.extend(all.skip(skip));
    }

    /// The cell with this content and, as its last reference, the code that follows.
    pub(crate) fn build(&self, next: Option<Cell>) -> Result<Cell, Error> {
        let mut builder = CellBuilder::new();
        for chunk in self.bits.chunks(8) {
            let value = chunk.iter().fold(0u64, |acc, &bit| acc << 1 | u64::from(bit));
            builder.store_uint(value, chunk.len() as u16)?;
        }
        for cell in self.refs.iter().cloned().chain(next) {
            builder.store_reference(cell)?;
        }
        builder.build()
    }
}
