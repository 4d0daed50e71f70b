//! The zero states: what exists before block 1, as the network stores it.

use std::sync::Arc;

use ton_abi::{Address, Cell, Hash, Lt, Nano};
use ton_client::BlockId;
use tycho_types::cell::{CellBuilder, Lazy};
use tycho_types::dict::AugDict;
use tycho_types::error::Error as CellError;
use tycho_types::models::{
    DepthBalanceInfo, McStateExtra, ShardAccounts, ShardIdent, ShardStateUnsplit, ValidatorInfo,
};

use crate::Error;
use crate::block::{BASECHAIN, Block, MASTERCHAIN, Round};
use crate::blocks::commitment::Commitment;
use crate::blocks::extra::shard_hashes;
use crate::blocks::seal::{file_hash, money};
use crate::state::State;

/// Makes both zero states of `state`, which has its accounts already, and enters them as round 0.
///
/// `seed` is where the randomness of all blocks comes from.
///
/// # Errors
/// [`Error::BadCell`] if all balances together exceed 120 bits.
pub(crate) fn zero_states(state: &mut State, seed: [u8; 32]) -> Result<(), Error> {
    let base = zero_block(state, BASECHAIN, seed, None).map_err(Error::BadCell)?;
    let master = zero_block(state, MASTERCHAIN, seed, Some(base.clone())).map_err(Error::BadCell)?;
    for block in [&base, &master] {
        let chain = state.chain_mut(block.workchain);
        chain.commitment = Commitment::of_zero(&block.cell, chain.balance);
    }
    state.push_round(&Round { workchain: base, master, accounts: Vec::new() });
    Ok(())
}

fn zero_block(
    state: &State,
    workchain: i8,
    rand_seed: [u8; 32],
    shard_block: Option<Arc<Block>>,
) -> Result<Arc<Block>, CellError> {
    let custom = match &shard_block {
        Some(shard) => Some(Lazy::new(&master_state(state, shard)?)?),
        None => None,
    };
    let zero = ShardStateUnsplit {
        global_id: state.config.global_id(),
        shard_ident: ShardIdent::new_full(workchain.into()),
        gen_utime: state.now.0,
        out_msg_queue_info: empty_queue()?,
        accounts: Lazy::new(&accounts(state, workchain)?)?,
        total_balance: money(state.chain(workchain).balance),
        custom,
        ..ShardStateUnsplit::default()
    };
    let cell = CellBuilder::build_from(&zero)?;
    Ok(Arc::new(Block {
        id: BlockId(cell.repr_hash().0),
        file_hash: file_hash(&cell),
        workchain,
        seq_no: 0,
        prev_id: BlockId::default(),
        gen_utime: state.now,
        start_lt: Lt(0),
        end_lt: Lt(0),
        rand_seed,
        transactions: Vec::new(),
        rejected: Vec::new(),
        undeliverable: Vec::new(),
        fees: Nano::ZERO,
        gas_used: 0,
        queue_len: 0,
        full_body_in_bounced: false,
        bounce_after_failed_action: false,
        key_block: workchain == MASTERCHAIN,
        shard_block,
        cell,
    }))
}

fn accounts(state: &State, workchain: i8) -> Result<ShardAccounts, CellError> {
    let range = Address::new(workchain, Hash::ZERO)..=Address::new(workchain, Hash([0xff; 32]));
    let entries: Vec<_> = state
        .accounts
        .range(range)
        .map(|(address, entry)| {
            let depth_balance = DepthBalanceInfo { split_depth: 0, balance: money(entry.facts.balance) };
            (address.address, depth_balance, entry.account.shard().clone())
        })
        .collect();
    AugDict::try_from_sorted_slice(&entries)
}

fn master_state(state: &State, shard: &Block) -> Result<McStateExtra, CellError> {
    let sum = Nano(state.base.balance.0.saturating_add(state.master.balance.0));
    Ok(McStateExtra {
        shards: shard_hashes(shard, 0, 0)?,
        config: state.config.raw().clone(),
        validator_info: ValidatorInfo {
            validator_list_hash_short: 0,
            catchain_seqno: 0,
            nx_cc_updated: false,
        },
        prev_blocks: AugDict::new(),
        after_key_block: true,
        last_key_block: None,
        block_create_stats: None,
        global_balance: money(sum),
    })
}

/// `OutMsgQueueInfo` without messages: an empty queue with its 64-bit sum, no processed-up-to records, no IHR.
fn empty_queue() -> Result<Cell, CellError> {
    let mut builder = CellBuilder::new();
    builder.store_bit_zero()?;
    builder.store_u64(0)?;
    builder.store_bit_zero()?;
    builder.store_bit_zero()?;
    builder.build()
}
