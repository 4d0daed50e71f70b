//! A node from its rows.

use std::collections::{BTreeMap, BTreeSet};

use chain::Account;
use rayon::prelude::*;
use ton_abi::UnixTime;
use ton_client::MsgHash;

use super::accounts::{Accounts, Larges, account_key, read_address};
use super::bytes::Reader;
use super::pack::Shared;
use super::rows::{
    ACCOUNT, Damage, EXTERNAL, FAULTS, HELD, Loaded, META, Meta, QUEUED, ROUND, SHARED, read_external,
    read_faults, read_held, read_message, read_meta, read_queue_key, read_round, read_round_key, read_shared,
};
use crate::Node;
use crate::block::{BASECHAIN, MASTERCHAIN};
use crate::blocks::Commitment;
use crate::message::Queued;
use crate::state::{Ledger, State};

/// Bytes of rounds that are decoded at a time, on all processors.
const BATCH: usize = 4 << 20;

/// Takes a row: key without its first byte, value.
pub(crate) type Visit<'a> = dyn FnMut(&[u8], &[u8]) -> Result<(), Damage> + 'a;

/// Where rows come from, in the order of their keys.
pub(crate) trait Source {
    /// Shows all rows with that tag: key without the tag, value.
    fn scan(&self, prefix: &[u8], visit: &mut Visit<'_>) -> Result<(), Damage>;
}

/// Rows with some of them changed, for a moment that differs a little from another.
struct Overlay<'a> {
    base: &'a dyn Source,
    /// By whole key; without a value the row is not there.
    changes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

impl Overlay<'_> {
    fn changed(&self, prefix: &[u8]) -> impl Iterator<Item = (&[u8], Option<&Vec<u8>>)> {
        let rows = self.changes.range(prefix.to_vec()..behind(prefix));
        rows.map(|(key, value)| (&key[1..], value.as_ref()))
    }
}

impl Source for Overlay<'_> {
    fn scan(&self, prefix: &[u8], visit: &mut Visit<'_>) -> Result<(), Damage> {
        let mut rows = BTreeMap::new();
        self.base.scan(prefix, &mut |key, value| {
            rows.insert(key.to_vec(), value.to_vec());
            Ok(())
        })?;
        for (key, value) in self.changed(prefix) {
            match value {
                Some(value) => rows.insert(key.to_vec(), value.clone()),
                None => rows.remove(key),
            };
        }
        rows.iter().try_for_each(|(key, value)| visit(key, value))
    }
}

/// The first key behind all that begin so; a tag is never the last byte there is.
pub(crate) fn behind(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while end.pop_if(|byte| *byte == u8::MAX).is_some() {}
    if let Some(last) = end.last_mut() {
        *last += 1;
    }
    end
}

/// A node with what its rows share, and other moments of it.
pub(crate) struct Opened {
    pub(crate) node: Node,
    pub(crate) shared: Shared,
    pub(crate) larges: Larges,
    /// Row number of each external message that waits.
    pub(crate) arrivals: BTreeMap<MsgHash, u64>,
    /// In the order of the moments asked for.
    pub(crate) moments: Vec<State>,
}

/// Rows with what was in their place, or that there was none.
pub(crate) type Kept = Vec<(Vec<u8>, Option<Vec<u8>>)>;

/// Builds the node, and `moments` others of its past: `kept` gives for each, newest first, what differs from the one
/// after it.
pub(crate) fn load(
    source: &dyn Source,
    moments: usize,
    kept: &dyn Fn(usize) -> Result<Kept, Damage>,
) -> Result<Opened, Damage> {
    let mut shared = Shared::default();
    source.scan(&[SHARED], &mut |key, row| {
        let cell = read_shared(row)?;
        if cell.repr_hash().0 != key {
            return Err("a shared part is not the one it says".to_owned());
        }
        shared.insert(cell);
        Ok(())
    })?;
    let (config, now, head) = {
        let (meta, config) = meta_of(source, &shared)?;
        (config, UnixTime(meta.now), meta.head)
    };
    let forks = forks(source, moments, kept, &shared, head)?;
    let mut history = History { state: State::empty(config, now), shared: &shared, kept: BTreeMap::new() };
    history.kept = forks.iter().map(|&fork| (fork, None)).collect();
    history.read(source)?;
    if history.state.rounds.len() as u64 != u64::from(head) + 1 {
        return Err(format!("it has {} rounds, not {}", history.state.rounds.len(), u64::from(head) + 1));
    }
    let History { mut state, kept: pasts, .. } = history;
    let larges = read_accounts(source, &[ACCOUNT], &mut state, &shared)?;
    let accounts = state.clone();

    let mut states = Vec::with_capacity(moments);
    let mut overlay = Overlay { base: source, changes: BTreeMap::new() };
    for (place, fork) in forks.iter().enumerate() {
        overlay.changes.extend(kept(place)?);
        let past = pasts.get(fork).cloned().flatten().ok_or("a checkpoint has no common past")?;
        states.push(moment_of(&overlay, past, &accounts, &shared)?);
    }
    let (node, arrivals) = finish(source, state, &shared)?;
    Ok(Opened { node, shared, larges, arrivals, moments: states })
}

fn meta_of(source: &dyn Source, shared: &Shared) -> Result<(Meta, chain::Config), Damage> {
    let mut meta = None;
    source.scan(&[META], &mut |_, row| {
        meta = Some(read_meta(row, shared)?);
        Ok(())
    })?;
    meta.ok_or_else(|| "its heading is missing".to_owned())
}

/// For each moment the number of the first round that the node does not share with it.
fn forks(
    source: &dyn Source,
    moments: usize,
    kept: &dyn Fn(usize) -> Result<Kept, Damage>,
    shared: &Shared,
    head: u32,
) -> Result<Vec<u32>, Damage> {
    let mut overlay = Overlay { base: source, changes: BTreeMap::new() };
    let mut forks = Vec::with_capacity(moments);
    for place in 0..moments {
        // Only headings and rounds say where it forks.
        let rows = kept(place)?.into_iter().filter(|(key, _)| matches!(key.first(), Some(&(META | ROUND))));
        overlay.changes.extend(rows);
        let own = meta_of(&overlay, shared)?.0.head;
        let differs = overlay.changed(&[ROUND]).next().map(|(key, _)| read_round_key(key)).transpose()?;
        forks.push(differs.unwrap_or(u32::MAX).min(own + 1).min(head + 1));
    }
    Ok(forks)
}

struct History<'a> {
    state: State,
    shared: &'a Shared,
    /// States in front of the rounds with these numbers.
    kept: BTreeMap<u32, Option<State>>,
}

impl History<'_> {
    fn read(&mut self, source: &dyn Source) -> Result<(), Damage> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        source.scan(&[ROUND], &mut |key, row| {
            batch.push((read_round_key(key)?, row.to_vec()));
            bytes += row.len();
            if bytes < BATCH {
                return Ok(());
            }
            bytes = 0;
            self.push_batch(&mut batch)
        })?;
        self.push_batch(&mut batch)?;
        let end = u32::try_from(self.state.rounds.len()).map_err(|_| "it has too many rounds")?;
        if let Some(kept) = self.kept.get_mut(&end) {
            *kept = Some(self.state.clone());
        }
        Ok(())
    }

    fn push_batch(&mut self, batch: &mut Vec<(u32, Vec<u8>)>) -> Result<(), Damage> {
        let shared = self.shared;
        let loaded: Vec<_> = batch
            .par_drain(..)
            .map(|(number, row)| read_round(number, &row, shared))
            .collect::<Result<_, _>>()?;
        for loaded in loaded {
            if let Some(kept) = self.kept.get_mut(&loaded.round.master.seq_no) {
                *kept = Some(self.state.clone());
            }
            push_round(&mut self.state, loaded)?;
        }
        Ok(())
    }
}

/// Appends a round to the history; its blocks must follow the newest ones.
fn push_round(state: &mut State, loaded: Loaded) -> Result<(), Damage> {
    let Loaded { round, messages } = loaded;
    for block in round.blocks() {
        let blocks = &state.chain(block.workchain).blocks;
        let before = blocks.last().map_or_else(Default::default, |last| last.id);
        if block.seq_no as usize != blocks.len() || block.prev_id != before {
            return Err(format!("block {} does not follow the one before", block.seq_no));
        }
    }
    for (record, (in_msg, out_msgs)) in round.transactions().zip(messages) {
        state.index(record, in_msg, out_msgs);
    }
    for rejection in round.blocks().iter().flat_map(|block| &block.rejected) {
        state.rejections.insert_mut(rejection.message, rejection.clone());
    }
    state.push_round(&round);
    Ok(())
}

/// Enters all accounts whose rows begin so.
fn read_accounts(
    source: &dyn Source,
    prefix: &[u8],
    state: &mut State,
    shared: &Shared,
) -> Result<Larges, Damage> {
    let mut accounts = Accounts::new(shared);
    source.scan(prefix, &mut |key, row| {
        if let Some(account) = accounts.row(key, row)? {
            state.store_account(account);
        }
        Ok(())
    })?;
    if let Some(account) = accounts.end()? {
        state.store_account(account);
    }
    Ok(accounts.larges)
}

/// The state of a moment: its own rounds on the common past, its accounts as differences to `accounts`.
fn moment_of(
    overlay: &Overlay<'_>,
    mut state: State,
    accounts: &State,
    shared: &Shared,
) -> Result<State, Damage> {
    let head = meta_of(overlay, shared)?.0.head;
    for (key, row) in overlay.changed(&[ROUND]) {
        let number = read_round_key(key)?;
        // Rounds behind its newest one belong to later moments.
        if let Some(row) = row.filter(|_| number <= head) {
            push_round(&mut state, read_round(number, row, shared)?)?;
        }
    }
    if state.rounds.len() as u64 != u64::from(head) + 1 {
        return Err("a checkpoint lacks rounds".to_owned());
    }
    state.take_accounts(accounts);
    let changed = overlay.changed(&[ACCOUNT]).map(|(key, _)| read_address(key));
    for address in changed.collect::<Result<BTreeSet<_>, _>>()? {
        state.store_account(Account::none(address.clone()));
        read_accounts(overlay, &account_key(&address), &mut state, shared)?;
    }
    finish(overlay, state, shared).map(|(node, _)| node.state)
}

/// Adds everything that is neither history nor account.
fn finish(
    source: &dyn Source,
    mut state: State,
    shared: &Shared,
) -> Result<(Node, BTreeMap<MsgHash, u64>), Damage> {
    let (meta, config) = meta_of(source, shared)?;
    state.config = config;
    state.now = UnixTime(meta.now);
    let [supply, fees, burned, undeliverable, dropped] = meta.ledger;
    state.ledger = Ledger { supply, fees, burned, undeliverable, dropped };
    for workchain in [BASECHAIN, MASTERCHAIN] {
        let chain = state.chain_mut(workchain);
        let head = chain.blocks.last().ok_or("it has no blocks")?;
        chain.commitment = Commitment::of_block(head).map_err(|e| e.to_string())?;
    }
    source.scan(&[FAULTS], &mut |_, row| {
        let entry = read_faults(row)?;
        let faults = &mut state.faults;
        (faults.next_id, faults.next_held) = (entry.next_id, entry.next_held);
        faults.rules = entry.rules.into();
        for (message, mark) in entry.marks {
            faults.marks.insert_mut(message, mark);
        }
        Ok(())
    })?;
    source.scan(&[QUEUED], &mut |key, row| {
        let cell = read_message(&mut Reader::new(row), &state, &read_queue_key(key)?, shared)?;
        state.enqueue(Queued::parse(&cell).map_err(|e| e.to_string())?);
        Ok(())
    })?;
    source.scan(&[HELD], &mut |key, row| {
        let (due, number, held) = read_held(key, row, &state, shared)?;
        state.faults.restore_held(due, number, held).map_err(|e| e.to_string())
    })?;
    // Behind the blocks, whose rejections of these messages are outdated.
    let mut arrivals = BTreeMap::new();
    source.scan(&[EXTERNAL], &mut |key, row| {
        let (number, workchain, cell) = read_external(key, row, shared)?;
        let hash = MsgHash::from(cell.repr_hash());
        arrivals.insert(hash, number);
        state.push_external(workchain, hash, cell);
        Ok(())
    })?;
    Ok((Node { options: meta.options, state }, arrivals))
}
