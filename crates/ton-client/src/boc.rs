//! Bags of cells.
//!
//! COMPAT(sdk): the module has the name of the official SDK's `boc`; messages and images are taken apart by
//! [`crate::abi::MessageView`] and [`crate::abi::Image`].

use std::cell::Cell as Slot;
use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ton_abi::{Cell, Hash};
use tycho_types::boc::{Boc, de};
use tycho_types::cell::{CellContext, CellFamily, CellParts, DynCell, LoadMode};
use tycho_types::error::Error as CellError;

/// Deepest nesting of cells that is read.
///
/// Source: the reference node's limit for any cell of the chain (`max_depth` 1024). Deeper trees would also end the
/// thread that frees them, for a cell is freed by the one that holds it, one call in another.
pub const MAX_DEPTH: u16 = 1024;

/// Most cells of a tree that is looked into, each counted as often as it stands in the tree.
///
/// A bag holds a cell once that may stand in the tree 2^100 times, and whoever reads such a map reads for ever. A message
/// has 8192 distinct cells at most (source: `max_msg_cells` of the network's parameter 43).
pub const MAX_TREE: u64 = 100_000;

/// Whether a tree has more than [`MAX_TREE`] cells.
#[must_use]
pub fn is_bomb(root: &Cell) -> bool {
    let mut sizes: HashMap<Hash, u64> = HashMap::new();
    tree_size(root.as_ref(), &mut sizes) > MAX_TREE
}

/// Each distinct cell is visited once; the depth is that of the bag.
fn tree_size(cell: &DynCell, sizes: &mut HashMap<Hash, u64>) -> u64 {
    if let Some(size) = sizes.get(cell.repr_hash()) {
        return *size;
    }
    let inside = cell.references().map(|inner| tree_size(inner, sizes));
    let size = inside.fold(1u64, u64::saturating_add);
    sizes.insert(*cell.repr_hash(), size);
    size
}

/// Bytes or text that are no bag of cells with one root.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum BadBoc {
    /// The bytes are no bag of cells, or one with more than one root.
    #[error("not a bag of cells with one root: {0}")]
    Bytes(#[from] de::Error),
    /// The text is not base64.
    #[error("not a bag of cells, for it is not base64: {0}")]
    Base64(#[from] base64::DecodeError),
    /// The cells are nested too deep.
    #[error("not a bag of cells that a chain can hold: its cells are nested deeper than {MAX_DEPTH}")]
    TooDeep,
}

/// Reads a bag of cells with one root, nested at most [`MAX_DEPTH`] deep.
///
/// # Errors
/// [`BadBoc`], also for more than one root.
pub fn decode(bytes: &[u8]) -> Result<Cell, BadBoc> {
    let context = Shallow { too_deep: Slot::new(false) };
    Boc::decode_ext(bytes, &context)
        .map_err(|error| if context.too_deep.get() { BadBoc::TooDeep } else { BadBoc::Bytes(error) })
}

/// Reads a bag of cells in base64, the form of TON's APIs (standard alphabet, padded).
///
/// # Errors
/// [`BadBoc`], also for text that is not base64.
pub fn decode_base64(text: &str) -> Result<Cell, BadBoc> {
    decode(&STANDARD.decode(text)?)
}

/// Makes cells and stops at the first one that is nested too deep, while what was made can still be freed.
struct Shallow {
    too_deep: Slot<bool>,
}

impl CellContext for Shallow {
    fn finalize_cell(&self, cell: CellParts<'_>) -> Result<Cell, CellError> {
        let cell = Cell::empty_context().finalize_cell(cell)?;
        if cell.repr_depth() > MAX_DEPTH {
            self.too_deep.set(true);
            return Err(CellError::DepthOverflow);
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

/// Writes a bag of cells: equal cells give equal bytes.
#[must_use]
pub fn encode(cell: &Cell) -> Vec<u8> {
    Boc::encode(cell)
}

/// Writes a bag of cells in base64 (standard alphabet, padded).
#[must_use]
pub fn encode_base64(cell: &Cell) -> String {
    Boc::encode_base64(cell)
}

/// Representation hash of the root cell: the identity of messages and transactions.
///
/// # Errors
/// [`BadBoc`].
pub fn hash(bytes: &[u8]) -> Result<Hash, BadBoc> {
    Ok(*decode(bytes)?.repr_hash())
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
        assert_eq!(decode(&chain(MAX_DEPTH)).unwrap().repr_depth(), MAX_DEPTH);
        for depth in [MAX_DEPTH + 1, 20_000, u16::MAX] {
            // On a stack that the freeing of such a tree would overrun.
            let bag = chain(depth);
            let small = std::thread::Builder::new().stack_size(256 << 10);
            let outcome = small.spawn(move || decode(&bag).map(drop)).unwrap().join().unwrap();
            assert!(matches!(outcome, Err(BadBoc::TooDeep)), "{depth}: {outcome:?}");
        }
    }

    #[test]
    fn bags_of_cells_come_back_and_garbage_does_not() {
        let cell = CellBuilder::build_from((7u32, CellBuilder::build_from(9u64).unwrap())).unwrap();
        assert_eq!(decode(&encode(&cell)).unwrap(), cell);
        assert_eq!(decode_base64(&encode_base64(&cell)).unwrap(), cell);
        assert_eq!(hash(&encode(&cell)).unwrap(), *cell.repr_hash());
        for bad in [&b""[..], b"\xb5\xee\x9c\x72", &encode(&cell)[..10]] {
            assert!(decode(bad).is_err(), "{bad:?}");
        }
        assert!(decode_base64("not base64!").is_err());
    }
}
