//! A node's state in one file.
//!
//! Layout: 8 bytes of magic, format version (u32), length of the rest (u64), SHA-256 of the rest, then the
//! length of the header (u64), the header (JSON) and a bag of cells. Numbers are big-endian. The roots of the
//! bag are, in this order: configuration, accounts, queued messages, external messages, then of each block its
//! cell and its transactions as they were executed; the header says how many of each. Indexes are not stored, they are rebuilt.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chain::{Account, Config};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ton_abi::{Address, Lt, Nano, UnixTime};
use ton_client::net::Rejection;
use ton_client::{BlockId, MsgHash, TxHash};
use tycho_types::boc::de::{BocHeader, Options};
use tycho_types::boc::ser;
use tycho_types::cell::{Cell, CellFamily, DynCell, HashBytes, Lazy};
use tycho_types::models::{ShardAccount, Transaction};

use crate::block::{BASECHAIN, Block, MASTERCHAIN, Round, TransactionRecord, Undeliverable};
use crate::blocks::Commitment;
use crate::error::BadFile;
use crate::message::{Queued, external_destination};
use crate::state::{AccountEntry, Ledger, State};
use crate::{Error, Node, NodeOptions};

/// Version of the file format; a file of another version is refused.
pub const FORMAT_VERSION: u32 = 2;

const MAGIC: &[u8; 8] = b"SUBGNODE";
const PREFIX: usize = 8 + 4 + 8 + 32;

#[derive(Serialize, Deserialize)]
struct Header {
    state_hash: BlockId,
    options: NodeOptions,
    now: u32,
    ledger: [Nano; 4],
    accounts: Vec<AccountRecord>,
    queue: usize,
    externals: usize,
    blocks: Vec<BlockEntry>,
}

#[derive(Serialize, Deserialize)]
struct AccountRecord {
    address: Address,
    last_trans_hash: TxHash,
    last_trans_lt: u64,
}

#[derive(Serialize, Deserialize)]
struct BlockEntry {
    id: BlockId,
    file_hash: BlockId,
    workchain: i8,
    seq_no: u32,
    prev_id: BlockId,
    gen_utime: u32,
    start_lt: u64,
    end_lt: u64,
    rand_seed: BlockId,
    fees: Nano,
    gas_used: u64,
    queue_len: usize,
    rejected: Vec<Rejection>,
    undeliverable: Vec<Undeliverable>,
    transactions: usize,
}

/// A file that a node lives in between two runs of a program.
///
/// It remembers what it loaded: [`StateFile::save`] refuses to overwrite a state that another process saved
/// in between.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    /// Checksum of the file as it was loaded or saved last; `None` if there was none.
    seen: Option<[u8; 32]>,
}

impl StateFile {
    /// Names the file and reads it if it exists.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be read, [`Error::BadFile`] if it is no usable state.
    pub fn open(path: impl Into<PathBuf>) -> Result<(Self, Option<Node>), Error> {
        let path = path.into();
        let bytes = match read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return Ok((Self { path, seen: None }, None));
            }
            Err(source) => return Err(Error::File { action: "read", path, source }),
        };
        match decode(&bytes) {
            Ok((node, checksum)) => Ok((Self { path, seen: Some(checksum) }, Some(node))),
            Err(reason) => Err(Error::BadFile { path, reason }),
        }
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the node's state: to a new file beside the old one, which then takes its place in one step.
    ///
    /// # Errors
    /// [`Error::ChangedOnDisk`] if another process saved since, [`Error::File`] if writing fails; the old
    /// file is intact then.
    pub fn save(&mut self, node: &Node) -> Result<(), Error> {
        if checksum_on_disk(&self.path)? != self.seen {
            return Err(Error::ChangedOnDisk { path: self.path.clone() });
        }
        let (bytes, checksum) = encode(node)?;
        replace(&self.path, &bytes)?;
        self.seen = Some(checksum);
        Ok(())
    }
}

impl Node {
    /// The whole state as the bytes of a state file.
    ///
    /// # Errors
    /// [`Error::BadCell`] if the configuration does not fit into cells.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        Ok(encode(self)?.0)
    }

    /// Reads what [`Node::to_bytes`] wrote.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadFile> {
        Ok(decode(bytes)?.0)
    }
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn checksum_on_disk(path: &Path) -> Result<Option<[u8; 32]>, Error> {
    let mut prefix = [0; PREFIX];
    match File::open(path).and_then(|mut file| file.read_exact(&mut prefix)) {
        Ok(()) => {
            let mut checksum = [0; 32];
            checksum.copy_from_slice(&prefix[PREFIX - 32..]);
            Ok(Some(checksum))
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::File { action: "read", path: path.to_owned(), source }),
    }
}

fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let fresh = path.with_file_name(name);
    let write = || -> std::io::Result<()> {
        let mut file = File::create(&fresh)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&fresh, path)?;
        // Without this the new name may be lost with the power.
        match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            Some(folder) => File::open(folder)?.sync_all(),
            None => File::open(".")?.sync_all(),
        }
    };
    write().map_err(|source| {
        // The old file is what counts; a leftover of the new one only takes space.
        let _ = std::fs::remove_file(&fresh);
        Error::File { action: "write", path: path.to_owned(), source }
    })
}

fn encode(node: &Node) -> Result<(Vec<u8>, [u8; 32]), Error> {
    let state = &node.state;
    let header = serde_json::to_vec(&header_of(node)).expect("the header has string keys and plain values");
    let config = state.config.cell();
    let mut roots: Vec<&DynCell> = vec![config.as_ref()];
    roots.extend(state.accounts.values().map(|entry| entry.account.cell().as_ref()));
    roots.extend(state.queued().map(|message| message.cell.as_ref()));
    roots.extend(externals(state).map(|(_, cell)| cell.as_ref()));
    for block in blocks(state) {
        roots.push(block.cell.as_ref());
        roots.extend(block.transactions.iter().map(|transaction| transaction.cell.as_ref()));
    }
    let mut boc = ser::BocHeader::<ahash::RandomState>::with_capacity(roots.len());
    for root in roots {
        boc.add_root(root);
    }

    let mut body = Vec::new();
    body.extend_from_slice(&(header.len() as u64).to_be_bytes());
    body.extend_from_slice(&header);
    boc.encode(&mut body);
    let checksum: [u8; 32] = Sha256::digest(&body).into();
    let mut bytes = Vec::with_capacity(PREFIX + body.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&FORMAT_VERSION.to_be_bytes());
    bytes.extend_from_slice(&(body.len() as u64).to_be_bytes());
    bytes.extend_from_slice(&checksum);
    bytes.extend_from_slice(&body);
    Ok((bytes, checksum))
}

/// Waiting external messages, chain by chain.
fn externals(state: &State) -> impl Iterator<Item = &(MsgHash, Cell)> {
    state.base.externals.iter().chain(state.master.externals.iter())
}

/// All blocks, round by round.
fn blocks(state: &State) -> impl Iterator<Item = &Arc<Block>> {
    state.base.blocks.iter().zip(state.master.blocks.iter()).flat_map(|(base, master)| [base, master])
}

fn header_of(node: &Node) -> Header {
    let state = &node.state;
    let Ledger { supply, fees, burned, undeliverable } = state.ledger;
    Header {
        state_hash: BlockId(state.hash()),
        options: node.options.clone(),
        now: state.now.0,
        ledger: [supply, fees, burned, undeliverable],
        accounts: state
            .accounts
            .values()
            .map(|AccountEntry { account, .. }| AccountRecord {
                address: account.address().clone(),
                last_trans_hash: account.last_trans_hash().into(),
                last_trans_lt: account.last_trans_lt().0,
            })
            .collect(),
        queue: state.queued().count(),
        externals: state.waiting_externals(),
        blocks: blocks(state).map(|block| entry_of(block)).collect(),
    }
}

fn entry_of(block: &Block) -> BlockEntry {
    BlockEntry {
        id: block.id,
        file_hash: block.file_hash,
        workchain: block.workchain,
        seq_no: block.seq_no,
        prev_id: block.prev_id,
        gen_utime: block.gen_utime.0,
        start_lt: block.start_lt.0,
        end_lt: block.end_lt.0,
        rand_seed: BlockId(block.rand_seed),
        fees: block.fees,
        gas_used: block.gas_used,
        queue_len: block.queue_len,
        rejected: block.rejected.iter().map(|rejection| (**rejection).clone()).collect(),
        undeliverable: block.undeliverable.clone(),
        transactions: block.transactions.len(),
    }
}

fn decode(bytes: &[u8]) -> Result<(Node, [u8; 32]), BadFile> {
    let (body, checksum) = checked_body(bytes)?;
    let bad = |what: &str| BadFile::Contents(what.to_owned());
    let (length, rest) = body.split_first_chunk::<8>().ok_or_else(|| bad("no header"))?;
    let length = usize::try_from(u64::from_be_bytes(*length)).map_err(|_| bad("header length"))?;
    let (header, boc) = rest.split_at_checked(length).ok_or_else(|| bad("header length"))?;
    let header: Header = serde_json::from_slice(header).map_err(|e| BadFile::Contents(e.to_string()))?;
    let mut roots = read_roots(boc)?;
    let mut next = || roots.pop_front().ok_or_else(|| bad("cells are missing"));

    let config = Config::from_cell(&next()?).map_err(|e| BadFile::Contents(e.to_string()))?;
    let mut state = State::empty(config, UnixTime(header.now));
    let [supply, fees, burned, undeliverable] = header.ledger;
    state.ledger = Ledger { supply, fees, burned, undeliverable };
    for entry in header.accounts {
        let account = Lazy::from_raw(next()?).map_err(|e| BadFile::Contents(e.to_string()))?;
        let last_trans_hash = HashBytes(entry.last_trans_hash.0);
        let shard = ShardAccount { account, last_trans_hash, last_trans_lt: entry.last_trans_lt };
        let account = Account::from_shard(entry.address, shard);
        state.store_account(account.map_err(|e| BadFile::Contents(e.to_string()))?);
    }
    for _ in 0..header.queue {
        let cell = next()?;
        state.enqueue(Queued::parse(&cell).map_err(|e| BadFile::Contents(e.to_string()))?);
    }
    let mut externals = Vec::new();
    for _ in 0..header.externals {
        let cell = next()?;
        externals.push((MsgHash::from(cell.repr_hash()), cell));
    }
    let mut entries = header.blocks.into_iter();
    while let (Some(base), Some(master)) = (entries.next(), entries.next()) {
        let workchain = Arc::new(restore_block(&mut state, base, &mut next, None)?);
        let master = Arc::new(restore_block(&mut state, master, &mut next, Some(workchain.clone()))?);
        state.push_round(&Round { workchain, master, accounts: Vec::new() });
    }
    // Behind the blocks, whose rejections of these messages are outdated.
    for (hash, cell) in externals {
        let destination = external_destination(&cell).ok_or_else(|| bad("no external message"))?;
        state.push_external(destination.workchain, hash, cell);
    }
    if state.base.blocks.is_empty() {
        return Err(bad("no blocks"));
    }
    for workchain in [BASECHAIN, MASTERCHAIN] {
        let chain = state.chain_mut(workchain);
        let commitment = Commitment::of_block(chain.head()).map_err(|e| BadFile::Contents(e.to_string()))?;
        chain.commitment = commitment;
    }
    if state.hash() != header.state_hash.0 {
        return Err(bad("the state has another hash"));
    }
    Ok((Node { options: header.options, state }, checksum))
}

fn checked_body(bytes: &[u8]) -> Result<(&[u8], [u8; 32]), BadFile> {
    let known = bytes.len().min(MAGIC.len());
    if bytes[..known] != MAGIC[..known] || bytes.is_empty() {
        return Err(BadFile::Magic);
    }
    let truncated = |expected: u64| BadFile::Truncated { found: bytes.len() as u64, expected };
    let (prefix, body) = bytes.split_first_chunk::<PREFIX>().ok_or(truncated(PREFIX as u64))?;
    let [_, _, _, _, _, _, _, _, v0, v1, v2, v3, ..] = *prefix;
    let found = u32::from_be_bytes([v0, v1, v2, v3]);
    if found != FORMAT_VERSION {
        return Err(BadFile::Version { found, supported: FORMAT_VERSION });
    }
    let mut length = [0; 8];
    length.copy_from_slice(&prefix[12..20]);
    let mut checksum = [0; 32];
    checksum.copy_from_slice(&prefix[20..]);
    let length = u64::from_be_bytes(length);
    if (body.len() as u64) < length {
        return Err(truncated(length.saturating_add(PREFIX as u64)));
    }
    if body.len() as u64 != length || Sha256::digest(body)[..] != checksum {
        return Err(BadFile::Checksum);
    }
    Ok((body, checksum))
}

fn read_roots(boc: &[u8]) -> Result<VecDeque<Cell>, BadFile> {
    let bad = |e: tycho_types::boc::de::Error| BadFile::Contents(e.to_string());
    let options = Options { min_roots: Some(1), max_roots: Some(usize::MAX) };
    let header = BocHeader::decode(boc, &options).map_err(bad)?;
    let cells = header.finalize(Cell::empty_context()).map_err(bad)?;
    header
        .roots()
        .iter()
        .map(|&root| cells.get(root))
        .collect::<Option<_>>()
        .ok_or(BadFile::Contents("a root is missing".to_owned()))
}

fn restore_block(
    state: &mut State,
    entry: BlockEntry,
    next: &mut impl FnMut() -> Result<Cell, BadFile>,
    shard_block: Option<Arc<Block>>,
) -> Result<Block, BadFile> {
    let cell = next()?;
    let mut transactions = Vec::new();
    for _ in 0..entry.transactions {
        transactions.push(restore_transaction(state, entry.seq_no, entry.workchain, next()?)?);
    }
    let rejected: Vec<_> = entry.rejected.into_iter().map(Arc::new).collect();
    for rejection in &rejected {
        state.rejections.insert_mut(rejection.message, rejection.clone());
    }
    let block = Block {
        id: entry.id,
        file_hash: entry.file_hash,
        workchain: entry.workchain,
        seq_no: entry.seq_no,
        prev_id: entry.prev_id,
        gen_utime: UnixTime(entry.gen_utime),
        start_lt: Lt(entry.start_lt),
        end_lt: Lt(entry.end_lt),
        rand_seed: entry.rand_seed.0,
        transactions,
        rejected,
        undeliverable: entry.undeliverable,
        fees: entry.fees,
        gas_used: entry.gas_used,
        queue_len: entry.queue_len,
        key_block: shard_block.is_some(),
        shard_block,
        cell,
    };
    let number = state.chain(block.workchain).blocks.len();
    let is_master = block.workchain == MASTERCHAIN;
    if block.compute_id() != block.id || block.seq_no as usize != number || is_master != block.key_block {
        return Err(BadFile::Contents(format!("block {} is not the one it says", block.seq_no)));
    }
    Ok(block)
}

fn restore_transaction(
    state: &mut State,
    block_seq_no: u32,
    workchain: i8,
    cell: Cell,
) -> Result<Arc<TransactionRecord>, BadFile> {
    let bad = |e: tycho_types::error::Error| BadFile::Contents(e.to_string());
    let transaction = cell.parse::<Transaction>().map_err(bad)?;
    let out_msgs = transaction.out_msgs.values().collect::<Result<Vec<_>, _>>().map_err(bad)?;
    let record = Arc::new(TransactionRecord {
        hash: TxHash::from(cell.repr_hash()),
        account: Address::new(workchain, transaction.account),
        lt: Lt(transaction.lt),
        block_seq_no,
        in_msg: transaction.in_msg.as_ref().map(|message| MsgHash::from(message.repr_hash())),
        out_msgs: out_msgs.iter().map(|message| MsgHash::from(message.repr_hash())).collect(),
        cell,
    });
    state.index(&record, transaction.in_msg, out_msgs);
    Ok(record)
}
