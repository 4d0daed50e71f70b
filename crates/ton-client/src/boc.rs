//! Bags of cells.
//!
//! COMPAT(sdk): the module has the name of the official SDK's `boc`; messages and images are taken apart by
//! [`crate::abi::MessageView`] and [`crate::abi::Image`].

use ton_abi::{Cell, Hash};
use tycho_types::boc::Boc;
use tycho_types::cell::CellFamily;

/// Bytes or text that are no bag of cells with one root.
#[derive(Debug, Clone, thiserror::Error)]
#[error("not a bag of cells with one root: {0}")]
pub struct BadBoc(#[from] tycho_types::boc::de::Error);

/// Reads a bag of cells with one root.
///
/// # Errors
/// [`BadBoc`], also for more than one root.
pub fn decode(bytes: &[u8]) -> Result<Cell, BadBoc> {
    Ok(Boc::decode_ext(bytes, Cell::empty_context())?)
}

/// Reads a bag of cells in base64, the form of TON's APIs (standard alphabet, padded).
///
/// # Errors
/// [`BadBoc`], also for text that is not base64.
pub fn decode_base64(text: &str) -> Result<Cell, BadBoc> {
    Ok(Boc::decode_base64(text)?)
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
