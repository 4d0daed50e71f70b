//! The cell of a block.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use ton_abi::{Boc, Cell, Hash, Nano};
use ton_client::BlockId;
use tycho_types::cell::{CellBuilder, Lazy};
use tycho_types::error::Error as CellError;
use tycho_types::models::{
    Block as BlockModel, BlockExtra, BlockInfo, BlockRef, CurrencyCollection, PrevBlockRef, ShardIdent,
    ValueFlow,
};
use tycho_types::num::Tokens;

use crate::Error;
use crate::block::{Block, MASTERCHAIN, TransactionRecord};
use crate::blocks::commitment::Commitment;
use crate::blocks::extra::{account_blocks, master_extra};
use crate::blocks::messages::descriptions;

/// How a message came into the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Import {
    /// From outside.
    External,
    /// Created by the same block; with the forwarding fee collected.
    Immediate(Nano),
    /// From the queue; with the forwarding fee collected.
    Queue(Nano),
}

/// One transaction with what the block says about it.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) record: Arc<TransactionRecord>,
    pub(crate) in_msg: Cell,
    pub(crate) out_msgs: Vec<Cell>,
    pub(crate) fees: Nano,
    /// Hashes of the account's cell before and after.
    pub(crate) before: Hash,
    pub(crate) after: Hash,
    pub(crate) import: Import,
}

/// A block that lacks its cell.
pub(crate) struct Draft<'a> {
    pub(crate) config: &'a chain::Config,
    pub(crate) block: Block,
    pub(crate) previous: &'a Block,
    /// Newest masterchain block: the one before, also for a masterchain block.
    pub(crate) master: &'a Block,
    pub(crate) steps: &'a [Step],
    /// State before the block.
    pub(crate) before: Commitment,
    /// Balance of the chain's accounts after the block.
    pub(crate) balance: Nano,
    /// Balance of the chain's accounts at the start of the block: edits since the block before are included.
    pub(crate) start_balance: Nano,
    /// Carried by messages from the queue, forwarding fees included.
    pub(crate) imported: Nano,
    /// Carried by messages into a queue, forwarding fees included.
    pub(crate) exported: Nano,
    /// Burned or undeliverable.
    pub(crate) lost: Nano,
}

/// Completes a block with its cell and hashes; gives the state's commitment after it.
///
/// # Errors
/// [`Error::BadCell`] if an amount or a message does not fit its cell.
pub(crate) fn seal(draft: Draft<'_>) -> Result<(Block, Commitment), Error> {
    build(draft).map_err(Error::BadCell)
}

/// The reference by which later blocks name this one.
pub(crate) fn block_ref(block: &Block) -> BlockRef {
    BlockRef {
        end_lt: block.end_lt.0,
        seqno: block.seq_no,
        root_hash: Hash(block.id.0),
        file_hash: Hash(block.file_hash.0),
    }
}

/// Hash of the bag of cells that keeps `cell`.
pub(crate) fn file_hash(cell: &Cell) -> BlockId {
    BlockId(Sha256::digest(Boc::encode(cell)).into())
}

pub(crate) fn money(amount: Nano) -> CurrencyCollection {
    // Edited accounts may hold sums that no network knows.
    CurrencyCollection::new(amount.0.min(Tokens::MAX.into_inner()))
}

/// Does both, on two threads if a block with so many transactions is worth it.
pub(crate) fn side_by_side<A: Send, B: Send>(
    transactions: usize,
    first: impl FnOnce() -> A + Send,
    second: impl FnOnce() -> B + Send,
) -> (A, B) {
    /// Waking another thread costs as much as a few transactions.
    const WORTH_IT: usize = 16;
    if transactions < WORTH_IT { (first(), second()) } else { rayon::join(first, second) }
}

fn build(draft: Draft<'_>) -> Result<(Block, Commitment), CellError> {
    let steps = draft.steps;
    let (accounts, described) = side_by_side(steps.len(), || account_blocks(steps), || descriptions(steps));
    let ((accounts, changed), (in_msg_description, out_msg_description)) = (accounts?, described?);
    let (after, state_update) = draft.before.next(draft.block.seq_no, changed.into_iter(), draft.balance)?;
    let custom = match &draft.block.shard_block {
        Some(shard) => Some(Lazy::new(&master_extra(&draft, shard)?)?),
        None => None,
    };
    let model = BlockModel {
        global_id: draft.config.global_id(),
        info: Lazy::new(&info(&draft)?)?,
        value_flow: Lazy::new(&value_flow(&draft))?,
        state_update,
        out_msg_queue_updates: None,
        extra: Lazy::new(&BlockExtra {
            in_msg_description,
            out_msg_description,
            account_blocks: accounts,
            rand_seed: Hash(draft.block.rand_seed),
            created_by: Hash::ZERO,
            custom,
        })?,
    };
    let cell = CellBuilder::build_from(&model)?;
    let id = BlockId(cell.repr_hash().0);
    let file_hash = file_hash(&cell);
    Ok((Block { id, file_hash, cell, ..draft.block }, after))
}

fn info(draft: &Draft<'_>) -> Result<BlockInfo, CellError> {
    let block = &draft.block;
    let is_master = block.workchain == MASTERCHAIN;
    let mut info = BlockInfo {
        key_block: block.key_block,
        seqno: block.seq_no,
        shard: ShardIdent::new_full(block.workchain.into()),
        gen_utime: block.gen_utime.0,
        start_lt: block.start_lt.0,
        end_lt: block.end_lt.0,
        min_ref_mc_seqno: draft.master.seq_no,
        prev_key_block_seqno: draft.master.seq_no,
        master_ref: if is_master { None } else { Some(Lazy::new(&block_ref(draft.master))?) },
        ..BlockInfo::default()
    };
    info.set_prev_ref(&PrevBlockRef::Single(block_ref(draft.previous)));
    info.set_gen_software(Some(draft.config.parsed().global));
    Ok(info)
}

/// The books of the block; both sides add up, see the page of [`crate::blocks`].
fn value_flow(draft: &Draft<'_>) -> ValueFlow {
    let (settled, start) = (draft.before.balance, draft.start_balance);
    let shard_fees = draft.block.shard_block.as_ref().map_or(Nano::ZERO, |shard| shard.fees);
    let taken = Nano(settled.0.saturating_sub(start.0));
    let sum = |parts: &[Nano]| money(Nano(parts.iter().fold(0u128, |sum, part| sum.saturating_add(part.0))));
    ValueFlow {
        from_prev_block: money(settled),
        to_next_block: money(draft.balance),
        imported: money(draft.imported),
        exported: sum(&[draft.exported, draft.lost, taken]),
        fees_collected: sum(&[draft.block.fees, shard_fees]),
        fees_imported: money(shard_fees),
        minted: money(Nano(start.0.saturating_sub(settled.0))),
        ..ValueFlow::default()
    }
}
