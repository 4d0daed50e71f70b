//! Bags of cells from files that anybody may have written.

use std::cell::Cell as Slot;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ton_abi::{Boc, Cell};
use tycho_types::cell::{CellContext, CellFamily, CellParts, DynCell, LoadMode};
use tycho_types::error::Error as CellError;

use crate::error::{BadMessage, Result};

/// Longest bag of cells.
///
/// Source: `max_ext_msg_size` of the reference configuration, 65535 bytes; networks take no larger message from the
/// outside.
const MAX_BYTES: usize = 65_535;
/// Deepest nesting; source: `max_ext_msg_depth` of the reference configuration.
const MAX_DEPTH: u16 = 512;

/// Reads a message in base64.
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
    let context = Strict { refused: Slot::new(None) };
    let decoded = Boc::decode_ext(&bytes, &context);
    decoded.map_err(|_| context.refused.take().unwrap_or(BadMessage::Cells))
}

pub(crate) fn encode(cell: &Cell) -> String {
    Boc::encode_base64(cell)
}

/// Stops at the first cell that has no place in a message, while what was made can still be freed: cells that stand for
/// others hide what is signed, and very deep trees end the thread that frees them.
struct Strict {
    refused: Slot<Option<BadMessage>>,
}

impl CellContext for Strict {
    fn finalize_cell(&self, cell: CellParts<'_>) -> Result<Cell, CellError> {
        let cell = Cell::empty_context().finalize_cell(cell)?;
        if cell.repr_depth() > MAX_DEPTH {
            self.refused.set(Some(BadMessage::TooDeep));
            return Err(CellError::DepthOverflow);
        }
        if cell.descriptor().is_exotic() {
            self.refused.set(Some(BadMessage::Exotic));
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
