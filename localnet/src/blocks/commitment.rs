//! What blocks say about the state behind them.

use sha2::{Digest, Sha256};
use ton_abi::{Cell, Hash, Nano};
use tycho_types::cell::{CellBuilder, LazyExotic};
use tycho_types::error::Error as CellError;
use tycho_types::merkle::MerkleUpdate;
use tycho_types::models::{Block as BlockModel, ShardStateUnsplit};

use crate::block::Block;

/// Marks the commitment's cell: no constructor of block.tlb begins like this.
const TAG: u32 = u32::from_be_bytes(*b"lnst");

/// A hash that covers every state of every account since the zero state, and the balance behind it.
///
/// The root of the accounts' dictionary would be the network's own commitment; keeping it up to date costs
/// about as much as executing a transaction. This one costs a hash over the changed accounts: of the zero state
/// it is the hash of the state's cell, after a block the hash of the cell `TAG, commitment before, seq_no,
/// SHA-256 over (account, hash of its new cell) in the order of the accounts`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Commitment {
    pub(crate) hash: Hash,
    pub(crate) depth: u16,
    /// Balance of all accounts of the chain.
    pub(crate) balance: Nano,
}

impl Commitment {
    /// The commitment of a zero state.
    pub(crate) fn of_zero(state: &Cell, balance: Nano) -> Self {
        Self { hash: *state.repr_hash(), depth: state.repr_depth(), balance }
    }

    /// The commitment after a block: with its cell, and the update that stands in the block.
    ///
    /// `changed` are accounts and their new hashes, in order.
    pub(crate) fn next(
        &self,
        seq_no: u32,
        changed: impl Iterator<Item = (Hash, Hash)>,
        balance: Nano,
    ) -> Result<(Self, LazyExotic<MerkleUpdate>), CellError> {
        let mut digest = Sha256::new();
        for (account, state) in changed {
            digest.update(account.0);
            digest.update(state.0);
        }
        let digest: [u8; 32] = digest.finalize().into();
        let mut builder = CellBuilder::new();
        builder.store_u32(TAG)?;
        builder.store_u256(&self.hash)?;
        builder.store_u32(seq_no)?;
        builder.store_u256(&Hash(digest))?;
        let cell = builder.build()?;
        let next = Self { hash: *cell.repr_hash(), depth: cell.repr_depth(), balance };
        Ok((next, LazyExotic::new(&self.update(&next)?)?))
    }

    fn update(&self, next: &Self) -> Result<MerkleUpdate, CellError> {
        Ok(MerkleUpdate {
            old_hash: self.hash,
            new_hash: next.hash,
            old_depth: self.depth,
            new_depth: next.depth,
            old: self.pruned()?,
            new: next.pruned()?,
        })
    }

    /// A pruned branch of level 1 in place of the state: type, level mask, hash, depth.
    fn pruned(&self) -> Result<Cell, CellError> {
        let mut builder = CellBuilder::new();
        builder.set_exotic(true);
        builder.store_u16(0x0101)?;
        builder.store_u256(&self.hash)?;
        builder.store_u16(self.depth)?;
        builder.build()
    }

    /// Reads the commitment back from the newest block of a chain.
    pub(crate) fn of_block(block: &Block) -> Result<Self, CellError> {
        if block.seq_no == 0 {
            let state = block.cell.parse::<ShardStateUnsplit>()?;
            return Ok(Self::of_zero(&block.cell, state.total_balance.tokens.into()));
        }
        let model = block.cell.parse::<BlockModel>()?;
        let update = model.load_state_update()?;
        let flow = model.load_value_flow()?;
        let balance = flow.to_next_block.tokens.into();
        Ok(Self { hash: update.new_hash, depth: update.new_depth, balance })
    }
}
