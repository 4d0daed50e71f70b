//! Bits that are not yet in a cell.

use std::rc::Rc;

use num_bigint::{BigInt, Sign};
use tycho_types::cell::{Cell, CellBuilder, CellSlice};
use tycho_types::error::Error;

use super::Mark;

/// A code cell, and where its parts come from.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) cell: Cell,
    pub(crate) marks: Vec<Mark>,
    /// Code cells that it refers to.
    pub(crate) inside: Vec<Rc<Built>>,
}

/// A reference: to code, or to a constant.
#[derive(Clone, Debug)]
pub(crate) enum Link {
    Code(Rc<Built>),
    Data(Cell),
}

impl Link {
    fn cell(&self) -> Cell {
        match self {
            Self::Code(built) => built.cell.clone(),
            Self::Data(cell) => cell.clone(),
        }
    }
}

/// Bits, references and marks of one or more instructions. Always whole bytes long.
#[derive(Clone, Debug, Default)]
pub(crate) struct Piece {
    bits: Vec<bool>,
    pub(crate) refs: Vec<Link>,
    pub(crate) marks: Vec<Mark>,
    /// Where the instruction itself goes on behind a body in place.
    pub(crate) resumes: Vec<u16>,
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

    /// Appends a reference to a constant.
    pub(crate) fn put_ref(&mut self, cell: Cell) -> &mut Self {
        self.refs.push(Link::Data(cell));
        self
    }

    /// Appends a reference to code.
    pub(crate) fn put_code(&mut self, code: Rc<Built>) -> &mut Self {
        self.refs.push(Link::Code(code));
        self
    }

    pub(crate) fn append(&mut self, other: &Piece) {
        let base = self.bits.len() as u16;
        self.bits.extend_from_slice(&other.bits);
        self.refs.extend(other.refs.iter().cloned());
        self.marks.extend(other.marks.iter().map(|m| Mark { offset: m.offset + base, ..*m }));
        self.resumes.extend(other.resumes.iter().map(|offset| offset + base));
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
            self.refs.push(Link::Data(data.get_reference_cloned(i)?));
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
    pub(crate) fn build(&self, next: Option<Rc<Built>>) -> Result<Rc<Built>, Error> {
        let mut builder = CellBuilder::new();
        let links: Vec<Link> = self.refs.iter().cloned().chain(next.map(Link::Code)).collect();
        for chunk in self.bits.chunks(8) {
            let value = chunk.iter().fold(0u64, |acc, &bit| acc << 1 | u64::from(bit));
            builder.store_uint(value, chunk.len() as u16)?;
        }
        for link in &links {
            builder.store_reference(link.cell())?;
        }
        let code = |link| match link {
            Link::Code(built) => Some(built),
            Link::Data(_) => None,
        };
        let inside = links.into_iter().filter_map(code).collect();
        Ok(Rc::new(Built { cell: builder.build()?, marks: self.marks.clone(), inside }))
    }
}
