//! From scheduled code to bits and cells.
//!
//! A sequence of instructions becomes a chain of cells: the last reference of a full cell is the
//! next one, which the machine enters by an implicit jump. Every body (of a condition, a loop, a
//! call) can stand in place or in a cell of its own; `layout` picks the combination with the
//! least expected gas. Equal functions are one cell, so a second call of it loads cheaply.

mod bits;
mod layout;
mod write;

use std::collections::HashMap;

use tsol_syntax::span::Span;
use tycho_types::cell::{Cell, HashBytes};

pub(crate) use bits::Piece;
pub use write::EncodeError;
pub(crate) use write::{Encoder, Target};

/// A place in the code that comes from a place in the source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    /// Bits before it in the cell.
    pub offset: u16,
    /// Function, as an index into [`Module::functions`](crate::ir::Module).
    pub function: u32,
    /// Where in the source.
    pub span: Option<Span>,
}

/// Marks of every code cell, by the hash of its representation.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    /// Sorted by offset in each cell.
    pub cells: HashMap<HashBytes, Vec<Mark>>,
}

impl SourceMap {
    /// The mark that covers bit `offset` of the cell.
    pub fn find(&self, cell: &HashBytes, offset: u16) -> Option<Mark> {
        let marks = self.cells.get(cell)?;
        marks.iter().rev().find(|mark| mark.offset <= offset).copied()
    }

    pub(crate) fn add(&mut self, cell: &Cell, marks: Vec<Mark>) {
        self.cells.entry(*cell.repr_hash()).or_insert(marks);
    }
}
