//! Bags of cells from files that anybody may have written.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ton_abi::{BadBoc, Boc, Cell, CellLimits};

use crate::error::{BadMessage, Result};

/// Longest bag of cells.
///
/// Source: `max_ext_msg_size` of the reference configuration, 65535 bytes; networks take no larger message from the
/// outside.
const MAX_BYTES: usize = 65_535;
/// Deepest nesting; source: `max_ext_msg_depth` of the reference configuration.
const MAX_DEPTH: u16 = 512;

/// Reads a message in base64. Cells that stand for others are refused: they hide what is signed.
///
/// # Errors
/// [`BadMessage`] as the source of [`crate::Error::Message`].
pub(crate) fn decode(text: &str) -> Result<Cell, BadMessage> {
    if text.len() > MAX_BYTES.div_ceil(3) * 4 {
        return Err(BadMessage::TooLong);
    }
    let bytes = STANDARD.decode(text).map_err(|_| BadMessage::Base64)?;
    if bytes.len() > MAX_BYTES {
        return Err(BadMessage::TooLong);
    }
    let limits = CellLimits { depth: MAX_DEPTH, exotic: false };
    ton_abi::decode_boc(&bytes, limits).map_err(|error| match error {
        BadBoc::TooDeep { .. } => BadMessage::TooDeep,
        BadBoc::Exotic => BadMessage::Exotic,
        _ => BadMessage::Cells,
    })
}

pub(crate) fn encode(cell: &Cell) -> String {
    Boc::encode_base64(cell)
}
