//! What the mempool refuses at the door, as every node of a real network does.

use tycho_types::cell::{Cell, CellType};
use tycho_types::models::{IntAddr, MsgInfo, OwnedMessage, SizeLimitsConfig};

use crate::Error;

/// Why bytes are no acceptable external message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadExternal {
    /// Longer than configuration parameter 43 allows.
    #[error("it has {bytes} bytes, {limit} are allowed")]
    TooLarge {
        /// Its length in bytes.
        bytes: usize,
        /// Largest length in bytes.
        limit: u32,
    },
    /// Its cells are nested deeper than configuration parameter 43 allows.
    #[error("its cells are nested {depth} deep, {limit} is allowed")]
    TooDeep {
        /// Its depth in cells.
        depth: u16,
        /// Largest depth in cells.
        limit: u16,
    },
    /// Not a bag of cells with one root.
    #[error("it is not a bag of cells with one root: {0}")]
    NotBoc(String),
    /// The root is a pruned branch, a library or the like.
    #[error("its root is not an ordinary cell")]
    Exotic,
    /// The cells do not hold a message.
    #[error("it is not a message: {0}")]
    NotMessage(tycho_types::error::Error),
    /// Internal or outbound messages are made by contracts, not posted.
    #[error("it is not an external inbound message")]
    NotInbound,
    /// Only `workchain:hash` addresses without rewriting exist here.
    #[error("its destination is not a standard address of workchain 0 or -1")]
    BadDestination,
}

/// Checks an external message and gives its root cell.
pub(crate) fn check_external(boc: &[u8], limits: &SizeLimitsConfig) -> Result<Cell, Error> {
    let limit = limits.max_ext_msg_size;
    if boc.len() as u64 > u64::from(limit) {
        return Err(BadExternal::TooLarge { bytes: boc.len(), limit }.into());
    }
    // Also refuses cells nested so deep that freeing them would overrun the stack.
    let root = ton_client::boc::decode(boc).map_err(|e| BadExternal::NotBoc(e.to_string()))?;
    if root.cell_type() != CellType::Ordinary {
        return Err(BadExternal::Exotic.into());
    }
    let (depth, limit) = (root.repr_depth(), limits.max_ext_msg_depth);
    if depth > limit {
        return Err(BadExternal::TooDeep { depth, limit }.into());
    }
    let message = root.parse::<OwnedMessage>().map_err(BadExternal::NotMessage)?;
    let MsgInfo::ExtIn(info) = message.info else {
        return Err(BadExternal::NotInbound.into());
    };
    match info.dst {
        IntAddr::Std(to) if to.anycast.is_none() && matches!(to.workchain, 0 | -1) => Ok(root),
        _ => Err(BadExternal::BadDestination.into()),
    }
}
