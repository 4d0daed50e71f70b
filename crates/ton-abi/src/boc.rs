//! Bags of cells that anybody may have written.

use std::cell::Cell as Slot;

use tycho_types::boc::{Boc, de};
use tycho_types::cell::{Cell, CellContext, CellFamily, CellParts, DynCell, LoadMode};
use tycho_types::error::Error as CellError;

/// Which cells [`decode_boc`] takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellLimits {
    /// Deepest nesting. A cell is freed by the one that holds it, one call in another: very deep trees end the thread
    /// that frees them.
    pub depth: u16,
    /// Whether cells are taken that stand for others.
    pub exotic: bool,
}

impl CellLimits {
    /// What a chain can hold.
    ///
    /// Source: the reference node's limit for any cell of the chain (`max_depth` 1024).
    pub const CHAIN: Self = Self { depth: 1024, exotic: true };
}

/// Bytes that are no bag of cells with one root, or none within the limits.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum BadBoc {
    /// The bytes are no bag of cells, or one with more than one root.
    #[error("not a bag of cells with one root: {0}")]
    Bytes(#[from] de::Error),
    /// The cells are nested too deep.
    #[error("not a bag of cells that a chain can hold: its cells are nested deeper than {limit}")]
    TooDeep {
        /// Deepest that is taken.
        limit: u16,
    },
    /// A cell stands for another one.
    #[error("a bag of cells with one that stands for another")]
    Exotic,
}

/// Reads a bag of cells with one root.
///
/// # Errors
/// [`BadBoc`], also for more than one root.
pub fn decode_boc(bytes: &[u8], limits: CellLimits) -> Result<Cell, BadBoc> {
    let context = Strict { limits, refused: Slot::new(None) };
    let decoded = Boc::decode_ext(bytes, &context);
    decoded.map_err(|error| context.refused.take().unwrap_or(BadBoc::Bytes(error)))
}

/// Stops at the first cell beyond the limits, while what was made can still be freed.
struct Strict {
    limits: CellLimits,
    refused: Slot<Option<BadBoc>>,
}

impl CellContext for Strict {
    fn finalize_cell(&self, cell: CellParts<'_>) -> Result<Cell, CellError> {
        let cell = Cell::empty_context().finalize_cell(cell)?;
        if cell.repr_depth() > self.limits.depth {
            self.refused.set(Some(BadBoc::TooDeep { limit: self.limits.depth }));
            return Err(CellError::DepthOverflow);
        }
        if cell.descriptor().is_exotic() && !self.limits.exotic {
            self.refused.set(Some(BadBoc::Exotic));
            return Err(CellError::UnexpectedExoticCell);
        }
        Ok(cell)
    }

    fn load_cell(&self, cell: Cell, mode: LoadMode) -> Result<Cell, CellError> {
        Cell::empty_context().load_cell(cell, mode)
    }

    fn load_dyn_cell<'s: 'a, 'a>(
        &'s self,
        cell: &'a DynCell,
        mode: LoadMode,
    ) -> Result<&'a DynCell, CellError> {
        Cell::empty_context().load_dyn_cell(cell, mode)
    }
}

#[cfg(test)]
mod tests {
    use tycho_types::cell::CellBuilder;

    use super::*;

    /// A chain of so many cells under a root, as bytes made by hand: no library would write it.
    fn chain(depth: u16) -> Vec<u8> {
        let cells = u32::from(depth) + 1;
        let mut body = Vec::new();
        for index in 1..cells {
            body.extend([1, 0]);
            body.extend(index.to_be_bytes());
        }
        body.extend([0, 0]);
        let mut bag = vec![0xb5, 0xee, 0x9c, 0x72, 4, 4];
        for number in [cells, 1, 0, u32::try_from(body.len()).unwrap(), 0] {
            bag.extend(number.to_be_bytes());
        }
        bag.extend(body);
        bag
    }

    #[test]
    fn bags_too_deep_are_refused_without_harm() {
        for limit in [512, 1024] {
            let limits = CellLimits { depth: limit, exotic: true };
            assert_eq!(decode_boc(&chain(limit), limits).unwrap().repr_depth(), limit);
            for depth in [limit + 1, 20_000, u16::MAX] {
                // On a stack that the freeing of such a tree would overrun.
                let bag = chain(depth);
                let small = std::thread::Builder::new().stack_size(256 << 10);
                let read = move || decode_boc(&bag, limits).map(drop);
                let outcome = small.spawn(read).unwrap().join().unwrap();
                assert!(matches!(outcome, Err(BadBoc::TooDeep { .. })), "{depth}: {outcome:?}");
            }
        }
    }

    #[test]
    fn cells_that_stand_for_others_are_taken_only_if_wanted() {
        let mut library = CellBuilder::new();
        library.set_exotic(true);
        library.store_u8(2).unwrap();
        library.store_u256(&crate::Hash([7; 32])).unwrap();
        let root = CellBuilder::build_from(library.build().unwrap()).unwrap();
        let (bytes, depth) = (Boc::encode(&root), 512);
        assert_eq!(decode_boc(&bytes, CellLimits { depth, exotic: true }).unwrap(), root);
        let refused = decode_boc(&bytes, CellLimits { depth, exotic: false });
        assert!(matches!(refused, Err(BadBoc::Exotic)), "{refused:?}");
    }

    #[test]
    fn garbage_is_no_bag_of_cells() {
        let limits = CellLimits { depth: 1024, exotic: true };
        let bytes = Boc::encode(CellBuilder::build_from(7u32).unwrap());
        assert!(decode_boc(&bytes, limits).is_ok());
        for bad in [&b""[..], b"\xb5\xee\x9c\x72", &bytes[..bytes.len() - 1]] {
            assert!(matches!(decode_boc(bad, limits), Err(BadBoc::Bytes(_))), "{bad:?}");
        }
    }
}
