//! Blocks as the network stores them: models of block.tlb built from what a round did.
//!
//! - [`seal`] makes the cell of a block, [`zero`] the zero states; [`Commitment`] is what a block's
//!   `state_update` says about the state.
//!
//! What differs from a block of a validator: no signatures, catchain numbers 0, no copy of the state. The two
//! sides of `state_update` are pruned branches of a [`Commitment`], so the hashes chain from block to block and
//! nobody can apply the update. Money that leaves the books without a message (burned, undeliverable, edited
//! away) stands in `exported`, since parsers older than 2025 do not know the field `burned`; money put in by
//! editing accounts stands in `minted`.

mod commitment;
mod extra;
mod messages;
mod seal;
mod zero;

pub(crate) use self::commitment::Commitment;
pub(crate) use self::seal::{Draft, Import, Step, seal, side_by_side};
pub(crate) use self::zero::zero_states;
