//! Transactions by account, and what only masterchain blocks carry.

use std::collections::BTreeMap;

use ton_abi::{Hash, Nano};
use tycho_types::cell::Lazy;
use tycho_types::dict::AugDict;
use tycho_types::error::Error as CellError;
use tycho_types::models::{
    AccountBlock, AccountBlocks, CurrencyCollection, HashUpdate, McBlockExtra, ShardDescription,
    ShardFeeCreated, ShardHashes, ShardIdent, ShardIdentFull,
};

use crate::block::Block;
use crate::blocks::seal::{Draft, Step, money};

/// Accounts in order, each with the hash of its cell after the block.
type Changed = Vec<(Hash, Hash)>;

/// The dictionary of all transactions by account and lt, each level with the sum of the fees below.
pub(crate) fn account_blocks(steps: &[Step]) -> Result<(Lazy<AccountBlocks>, Changed), CellError> {
    let mut by_account: BTreeMap<Hash, Vec<&Step>> = BTreeMap::new();
    for step in steps {
        by_account.entry(step.record.account.address).or_default().push(step);
    }
    let mut changed = Vec::with_capacity(by_account.len());
    let mut entries = Vec::with_capacity(by_account.len());
    for (account, steps) in by_account {
        let [first, ..] = steps[..] else { continue };
        let last = steps.last().unwrap_or(&first);
        changed.push((account, last.after));
        let update = HashUpdate { old: first.before, new: last.after };
        entries.push((account, account_block(account, &steps, update)?));
    }
    let entries: Vec<_> =
        entries.into_iter().map(|(account, (fees, block))| (account, fees, block)).collect();
    Ok((Lazy::new(&AugDict::try_from_sorted_slice(&entries)?)?, changed))
}

fn account_block(
    account: Hash,
    steps: &[&Step],
    update: HashUpdate,
) -> Result<(CurrencyCollection, AccountBlock), CellError> {
    let mut transactions = Vec::with_capacity(steps.len());
    for step in steps {
        let cell = Lazy::from_raw(step.record.cell.clone())?;
        transactions.push((step.record.lt.0, money(step.fees), cell));
    }
    let transactions = AugDict::try_from_sorted_slice(&transactions)?;
    let fees = transactions.root_extra().clone();
    Ok((fees, AccountBlock { account, transactions, state_update: Lazy::new(&update)? }))
}

/// The newest workchain block, its fees and the whole configuration.
pub(crate) fn master_extra(draft: &Draft<'_>, shard: &Block) -> Result<McBlockExtra, CellError> {
    let fees = ShardFeeCreated { fees: money(shard.fees), create: CurrencyCollection::ZERO };
    let key = ShardIdentFull::from(ShardIdent::BASECHAIN);
    let mut shard_fees = AugDict::new();
    shard_fees.set(key, fees.clone(), fees)?;
    Ok(McBlockExtra {
        shards: shard_hashes(shard, draft.block.seq_no, draft.master.seq_no)?,
        fees: shard_fees,
        config: Some(draft.config.raw().clone()),
        ..McBlockExtra::default()
    })
}

/// The one shard, as masterchain block `reg_mc_seqno` registers it.
pub(crate) fn shard_hashes(
    shard: &Block,
    reg_mc_seqno: u32,
    min_ref_mc_seqno: u32,
) -> Result<ShardHashes, CellError> {
    let description = ShardDescription {
        seqno: shard.seq_no,
        reg_mc_seqno,
        start_lt: shard.start_lt.0,
        end_lt: shard.end_lt.0,
        root_hash: Hash(shard.id.0),
        file_hash: Hash(shard.file_hash.0),
        before_split: false,
        before_merge: false,
        want_split: false,
        want_merge: false,
        nx_cc_updated: false,
        next_catchain_seqno: 0,
        next_validator_shard: ShardIdent::BASECHAIN.prefix(),
        min_ref_mc_seqno,
        gen_utime: shard.gen_utime.0,
        split_merge_at: None,
        fees_collected: money(shard.fees),
        funds_created: money(Nano::ZERO),
    };
    ShardHashes::from_shards([(&ShardIdent::BASECHAIN, &description)])
}
