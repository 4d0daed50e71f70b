//! Rows: what a node is, as keys with values. The database and the state file hold the same ones.
//!
//! The first byte of a key says what the row is; numbers in keys are big-endian, so that rows come in their order.
//!
//! | tag | rest of the key | value |
//! | --- | --- | --- |
//! | `m` | | clock, books, options, newest block; the configuration |
//! | `f` | | rules of faults, and what they decided |
//! | `s` | hash | cells that other rows name: code of contracts, configurations |
//! | `r` | number of the round | both blocks, transactions, what the cells do not say, states kept for traces |
//! | `a` | chain, account, number of a change | the account, or what changed of a large one, see [`super::accounts`] |
//! | `q` | chain, lt, hash | a queued message; empty if it stands in the history |
//! | `x` | arrival | an external message that waits |
//! | `h` | round, number | a delayed message; empty if it stands in the history, hash in front |

use std::sync::Arc;

use chain::Config;
use serde::{Deserialize, Serialize};
use ton_abi::{Address, Cell, Lt, Nano, UnixTime};
use ton_client::net::Rejection;
use ton_client::{BlockId, MsgHash, TxHash};
use tycho_types::cell::{DynCell, HashBytes};
use tycho_types::models::{Block as BlockModel, Transaction};

use super::accounts::{account_of, put_trans, read_trans};
use super::bytes::{Reader, put_number, put_slice};
use super::pack::{Shared, pack, unpack};
use crate::NodeOptions;
use crate::block::{BASECHAIN, Block, MASTERCHAIN, Round, TransactionRecord, Undeliverable};
use crate::faults::{Fault, Held, Mark};
use crate::state::{QueueKey, State};

pub(crate) const META: u8 = b'm';
pub(crate) const FAULTS: u8 = b'f';
pub(crate) const SHARED: u8 = b's';
pub(crate) const ROUND: u8 = b'r';
pub(crate) const ACCOUNT: u8 = b'a';
pub(crate) const QUEUED: u8 = b'q';
pub(crate) const EXTERNAL: u8 = b'x';
pub(crate) const HELD: u8 = b'h';

/// Why a row cannot be used.
pub(crate) type Damage = String;

/// A row to write; without a value one to remove.
pub(crate) type Change = (Vec<u8>, Option<Vec<u8>>);

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Meta {
    pub(crate) now: u32,
    pub(crate) ledger: [Nano; 5],
    pub(crate) options: NodeOptions,
    /// Number of the newest round.
    pub(crate) head: u32,
}

#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FaultsEntry {
    pub(crate) next_id: u32,
    pub(crate) next_held: u64,
    pub(crate) rules: Vec<Fault>,
    pub(crate) marks: Vec<(MsgHash, Mark)>,
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("rows have string keys and plain values")
}

fn from_json<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Damage> {
    serde_json::from_slice(bytes).map_err(|e| e.to_string())
}

fn packed(out: &mut Vec<u8>, cell: &Cell, shared: &Shared) {
    pack(out, [cell.as_ref()], |hash| shared.contains(hash));
}

fn unpacked(reader: &mut Reader<'_>, shared: &Shared) -> Result<Cell, Damage> {
    let cells = unpack(reader, |hash| shared.get(hash))?;
    Ok(<[Cell; 1]>::try_from(cells)
        .map_err(|_| "a row has not one root")?
        .into_iter()
        .next()
        .ok_or("no root")?)
}

// Meta, faults, shared parts.

pub(crate) fn meta_row(meta: &Meta, config: &Config, shared: &Shared) -> Vec<u8> {
    let mut row = Vec::new();
    put_slice(&mut row, &json(meta));
    packed(&mut row, &config.cell(), shared);
    row
}

pub(crate) fn read_meta(row: &[u8], shared: &Shared) -> Result<(Meta, Config), Damage> {
    let mut reader = Reader::new(row);
    let meta = from_json(reader.slice()?)?;
    let config = Config::from_cell(&unpacked(&mut reader, shared)?).map_err(|e| e.to_string())?;
    Ok((meta, config))
}

pub(crate) fn faults_row(entry: &FaultsEntry) -> Vec<u8> {
    json(entry)
}

pub(crate) fn read_faults(row: &[u8]) -> Result<FaultsEntry, Damage> {
    from_json(row)
}

pub(crate) fn shared_key(hash: &HashBytes) -> Vec<u8> {
    let mut key = vec![SHARED];
    key.extend_from_slice(&hash.0);
    key
}

/// A shared part may contain others that are not named in it: rows of this kind stand for themselves.
pub(crate) fn shared_row(cell: &Cell) -> Vec<u8> {
    let mut row = Vec::new();
    pack(&mut row, [cell.as_ref()], |_| false);
    row
}

pub(crate) fn read_shared(row: &[u8]) -> Result<Cell, Damage> {
    unpacked(&mut Reader::new(row), &Shared::default())
}

// Messages on their way.

pub(crate) fn queue_key(workchain: i8, key: &QueueKey) -> Vec<u8> {
    let mut row = vec![QUEUED, workchain as u8];
    row.extend_from_slice(&key.created_lt.0.to_be_bytes());
    row.extend_from_slice(&key.hash.0);
    row
}

/// The hash in the key of a queue row, behind its tag.
pub(crate) fn read_queue_key(key: &[u8]) -> Result<MsgHash, Damage> {
    let mut reader = Reader::new(key);
    reader.take(1 + 8)?;
    Ok(MsgHash(reader.array()?))
}

/// A message, unless it stands in the history.
pub(crate) fn message_row(
    mut row: Vec<u8>,
    state: &State,
    hash: &MsgHash,
    cell: &Cell,
    shared: &Shared,
) -> Vec<u8> {
    if !state.messages.contains_key(hash) {
        packed(&mut row, cell, shared);
    }
    row
}

pub(crate) fn read_message(
    reader: &mut Reader<'_>,
    state: &State,
    hash: &MsgHash,
    shared: &Shared,
) -> Result<Cell, Damage> {
    match state.messages.get(hash) {
        Some(record) => Ok(record.cell.clone()),
        None => {
            let cell = unpacked(reader, shared)?;
            if cell.repr_hash().0 == hash.0 {
                Ok(cell)
            } else {
                Err("a message is not the one it says".to_owned())
            }
        }
    }
}

pub(crate) fn external_key(number: u64) -> Vec<u8> {
    let mut key = vec![EXTERNAL];
    key.extend_from_slice(&number.to_be_bytes());
    key
}

pub(crate) fn external_row(workchain: i8, cell: &Cell, shared: &Shared) -> Vec<u8> {
    let mut row = vec![workchain as u8];
    packed(&mut row, cell, shared);
    row
}

/// Arrival, chain and message.
pub(crate) fn read_external(key: &[u8], row: &[u8], shared: &Shared) -> Result<(u64, i8, Cell), Damage> {
    let mut reader = Reader::new(row);
    let number = u64::from_be_bytes(Reader::new(key).array()?);
    Ok((number, reader.byte()? as i8, unpacked(&mut reader, shared)?))
}

pub(crate) fn held_key(due: u32, number: u64) -> Vec<u8> {
    let mut key = vec![HELD];
    key.extend_from_slice(&due.to_be_bytes());
    key.extend_from_slice(&number.to_be_bytes());
    key
}

pub(crate) fn held_row(held: &Held, state: &State, shared: &Shared) -> Vec<u8> {
    let mut row = vec![u8::from(held.external)];
    row.extend_from_slice(&held.hash.0);
    message_row(row, state, &held.hash, &held.cell, shared)
}

/// Round in which it goes on, its number, the message.
pub(crate) fn read_held(
    key: &[u8],
    row: &[u8],
    state: &State,
    shared: &Shared,
) -> Result<(u32, u64, Held), Damage> {
    let mut place = Reader::new(key);
    let (due, number) = (u32::from_be_bytes(place.array()?), u64::from_be_bytes(place.array()?));
    let mut reader = Reader::new(row);
    let (external, hash) = (reader.byte()? != 0, MsgHash(reader.array()?));
    let cell = read_message(&mut reader, state, &hash, shared)?;
    Ok((due, number, Held { hash, cell, external }))
}

// Rounds.

pub(crate) fn round_key(number: u32) -> Vec<u8> {
    let mut key = vec![ROUND];
    key.extend_from_slice(&number.to_be_bytes());
    key
}

/// The number in the key of a round, behind its tag.
pub(crate) fn read_round_key(key: &[u8]) -> Result<u32, Damage> {
    Ok(u32::from_be_bytes(Reader::new(key).array()?))
}

/// The dictionary of the configuration that a masterchain block carries.
pub(crate) fn config_root(block: &Block) -> Option<Cell> {
    let model = block.cell.parse::<BlockModel>().ok()?;
    let custom = model.load_extra().ok()?.load_custom().ok()??;
    custom.config?.params.as_dict().root().clone()
}

pub(crate) fn round_row(workchain: &Block, master: &Block, shared: &Shared) -> Vec<u8> {
    let mut row = Vec::new();
    let mut roots: Vec<&DynCell> = Vec::new();
    for block in [workchain, master] {
        put_block(&mut row, block);
        roots.push(block.cell.as_ref());
        roots.extend(block.transactions.iter().map(|record| record.cell.as_ref()));
    }
    for block in [workchain, master] {
        let kept = block.transactions.iter().filter_map(|record| record.before.as_ref());
        roots.extend(kept.map(|account| account.cell().as_ref()));
    }
    pack(&mut row, roots, |hash| shared.contains(hash));
    row
}

const FULL_BODY: u8 = 1;
const FAILED_ACTION: u8 = 2;

fn put_block(row: &mut Vec<u8>, block: &Block) {
    row.extend_from_slice(&block.file_hash.0);
    row.extend_from_slice(&block.prev_id.0);
    row.extend_from_slice(&block.rand_seed);
    let fees = [(block.fees.0 >> 64) as u64, block.fees.0 as u64];
    let numbers = [block.gen_utime.0.into(), block.start_lt.0, block.end_lt.0, block.gas_used];
    for number in numbers.into_iter().chain([block.queue_len as u64]).chain(fees) {
        put_number(row, number);
    }
    let full_body = if block.full_body_in_bounced { FULL_BODY } else { 0 };
    let failed_action = if block.bounce_after_failed_action { FAILED_ACTION } else { 0 };
    row.push(full_body | failed_action);
    let rejected: Vec<&Rejection> = block.rejected.iter().map(AsRef::as_ref).collect();
    put_slice(row, &if rejected.is_empty() { Vec::new() } else { json(&rejected) });
    put_slice(row, &if block.undeliverable.is_empty() { Vec::new() } else { json(&block.undeliverable) });
    put_number(row, block.transactions.len() as u64);
    for record in &block.transactions {
        match &record.before {
            Some(account) => {
                row.push(1);
                put_trans(row, account);
            }
            None => row.push(0),
        }
    }
}

/// A round as it was, and what the indexes need of its transactions.
pub(crate) struct Loaded {
    pub(crate) round: Round,
    /// Of each transaction, in the order of [`Round::transactions`]: its messages.
    pub(crate) messages: Vec<(Option<Cell>, Vec<Cell>)>,
}

/// What the row says of a block apart from its cells.
struct Entry {
    block: Block,
    /// Of each transaction: last transaction of the state kept before it.
    kept: Vec<Option<(HashBytes, u64)>>,
}

pub(crate) fn read_round(number: u32, row: &[u8], shared: &Shared) -> Result<Loaded, Damage> {
    let mut reader = Reader::new(row);
    let entries =
        [read_block(&mut reader, BASECHAIN, number)?, read_block(&mut reader, MASTERCHAIN, number)?];
    let mut cells = unpack(&mut reader, |hash| shared.get(hash))?.into_iter();
    let mut next = || cells.next().ok_or("cells are missing");
    let mut messages = Vec::new();
    let mut blocks = Vec::with_capacity(entries.len());
    for Entry { mut block, kept } in entries {
        block.cell = next()?;
        block.id = block.compute_id();
        let mut records = Vec::with_capacity(kept.len());
        for _ in &kept {
            let (record, in_msg, out_msgs) = read_transaction(&block, next()?)?;
            records.push(record);
            messages.push((in_msg, out_msgs));
        }
        blocks.push((block, records, kept));
    }
    for (block, records, kept) in &mut blocks {
        for (mut record, trans) in records.drain(..).zip(kept.drain(..)) {
            if let Some(trans) = trans {
                record.before = Some(account_of(record.account.clone(), trans, next()?)?);
            }
            block.transactions.push(Arc::new(record));
        }
    }
    let mut blocks = blocks.into_iter().map(|(block, _, _)| block);
    let (workchain, mut master) = blocks.next().zip(blocks.next()).ok_or("blocks are missing")?;
    let workchain = Arc::new(workchain);
    master.shard_block = Some(workchain.clone());
    let mut accounts: Vec<Address> = [&*workchain, &master]
        .iter()
        .flat_map(|block| block.transactions.iter().map(|record| record.account.clone()))
        .collect();
    accounts.sort_unstable();
    accounts.dedup();
    Ok(Loaded { round: Round { workchain, master: Arc::new(master), accounts }, messages })
}

fn read_block(reader: &mut Reader<'_>, workchain: i8, seq_no: u32) -> Result<Entry, Damage> {
    let [file_hash, prev_id, rand_seed] = [reader.array()?, reader.array()?, reader.array()?];
    let gen_utime = u32::try_from(reader.number()?).map_err(|_| "a time is out of range")?;
    let [start_lt, end_lt, gas_used, queue_len] = [(); 4].map(|()| reader.number());
    let fees = (u128::from(reader.number()?) << 64) | u128::from(reader.number()?);
    let flags = reader.byte()?;
    let rejected: Vec<Rejection> = list(reader.slice()?)?;
    let undeliverable: Vec<Undeliverable> = list(reader.slice()?)?;
    let count = reader.count()?;
    let mut kept = Vec::with_capacity(count);
    for _ in 0..count {
        kept.push(if reader.byte()? == 0 { None } else { Some(read_trans(reader)?) });
    }
    let block = Block {
        id: BlockId::default(),
        file_hash: BlockId(file_hash),
        workchain,
        seq_no,
        prev_id: BlockId(prev_id),
        gen_utime: UnixTime(gen_utime),
        start_lt: Lt(start_lt?),
        end_lt: Lt(end_lt?),
        rand_seed,
        transactions: Vec::with_capacity(count),
        rejected: rejected.into_iter().map(Arc::new).collect(),
        undeliverable,
        fees: Nano(fees),
        gas_used: gas_used?,
        queue_len: usize::try_from(queue_len?).map_err(|_| "a queue is out of range")?,
        full_body_in_bounced: flags & FULL_BODY != 0,
        bounce_after_failed_action: flags & FAILED_ACTION != 0,
        key_block: workchain == MASTERCHAIN,
        shard_block: None,
        cell: Cell::default(),
    };
    Ok(Entry { block, kept })
}

fn list<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<Vec<T>, Damage> {
    if bytes.is_empty() { Ok(Vec::new()) } else { from_json(bytes) }
}

type Read = (TransactionRecord, Option<Cell>, Vec<Cell>);

fn read_transaction(block: &Block, cell: Cell) -> Result<Read, Damage> {
    let bad = |e: tycho_types::error::Error| e.to_string();
    let transaction = cell.parse::<Transaction>().map_err(bad)?;
    let out_msgs = transaction.out_msgs.values().collect::<Result<Vec<_>, _>>().map_err(bad)?;
    let record = TransactionRecord {
        hash: TxHash::from(cell.repr_hash()),
        account: Address::new(block.workchain, transaction.account),
        lt: Lt(transaction.lt),
        block_seq_no: block.seq_no,
        in_msg: transaction.in_msg.as_ref().map(|message| MsgHash::from(message.repr_hash())),
        out_msgs: out_msgs.iter().map(|message| MsgHash::from(message.repr_hash())).collect(),
        before: None,
        cell,
    };
    Ok((record, transaction.in_msg, out_msgs))
}
