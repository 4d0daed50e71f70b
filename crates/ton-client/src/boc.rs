//! Bags of cells.
//!
//! COMPAT(sdk): the module has the name of the official SDK's `boc`; messages and images are taken apart by
//! [`crate::abi::MessageView`] and [`crate::abi::Image`].

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ton_abi::{Boc, Cell, CellLimits, Hash};
use tycho_types::cell::DynCell;

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
    /// The bytes are no bag of cells, one with more than one root, or nested deeper than a chain can hold.
    #[error(transparent)]
    Cells(#[from] ton_abi::BadBoc),
    /// The text is not base64.
    #[error("not a bag of cells, for it is not base64: {0}")]
    Base64(#[from] base64::DecodeError),
}

/// Reads a bag of cells with one root, within [`CellLimits::CHAIN`].
///
/// # Errors
/// [`BadBoc`], also for more than one root.
pub fn decode(bytes: &[u8]) -> Result<Cell, BadBoc> {
    Ok(ton_abi::decode_boc(bytes, CellLimits::CHAIN)?)
}

/// Reads a bag of cells in base64, the form of TON's APIs (standard alphabet, padded).
///
/// # Errors
/// [`BadBoc`], also for text that is not base64.
pub fn decode_base64(text: &str) -> Result<Cell, BadBoc> {
    decode(&STANDARD.decode(text)?)
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
