//! From scheduled code to bits and cells.
//!
//! A sequence of instructions becomes a chain of cells: the last reference of a full cell is the
//! next one, which the machine enters by an implicit jump. Every body (of a condition, a loop, a
//! call) can stand in place or in a cell of its own; `layout` picks the combination with the
//! least expected gas. Equal functions are one cell, so a second call of it loads cheaply.

mod bits;
mod layout;
mod write;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use tsol_syntax::span::Span;
use tycho_types::cell::HashBytes;

pub(crate) use bits::{Built, Piece};
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
    /// One list of marks for each piece of source that became this cell (mostly one; equal code is one cell), in the
    /// order in which the code refers to them. Sorted by offset.
    pub cells: HashMap<HashBytes, Vec<Vec<Mark>>>,
}

impl SourceMap {
    /// The mark that covers bit `offset` of the cell.
    pub fn find(&self, cell: &HashBytes, offset: u16) -> Option<Mark> {
        let marks = self.cells.get(cell)?.first()?;
        marks.iter().rev().find(|mark| mark.offset <= offset).copied()
    }

    /// The marks of all cells below a code cell: of what was chosen, not of what was tried.
    pub(crate) fn of(root: &Rc<Built>) -> Self {
        let mut map = Self::default();
        let (mut seen, mut todo) = (HashSet::new(), vec![root]);
        while let Some(built) = todo.pop() {
            if !seen.insert(Rc::as_ptr(built)) {
                continue;
            }
            let ways = map.cells.entry(*built.cell.repr_hash()).or_default();
            if !ways.contains(&built.marks) {
                ways.push(built.marks.clone());
            }
            todo.extend(built.inside.iter().rev());
        }
        map
    }
}
