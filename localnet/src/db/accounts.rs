//! Rows of accounts: one for each, and for a large one the changes since.
//!
//! A small account is written whole whenever it changes. Of a large one only the new cells are written, as a further
//! row that names the old ones; when those rows have as many bytes as the first one, it is written whole again. So a
//! change of an entry in a large map costs about as much as the path to it.

use std::collections::{HashMap, HashSet};

use chain::Account;
use ton_abi::{Address, Cell};
use tycho_types::cell::{DynCell, HashBytes, Lazy};
use tycho_types::models::ShardAccount;

use super::bytes::{Reader, put_number};
use super::pack::{Shared, pack, unpack};
use super::rows::{ACCOUNT, Damage};

/// Bytes from which an account counts as large.
const LARGE: usize = 4096;

/// Rows of changes of an account at most: each makes opening a little slower.
const MOST_CHANGES: u32 = 256;

/// Bytes of an address in a key: chain and account.
const ADDRESS: usize = 1 + 32;

/// What stands in the rows of a large account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Large {
    whole: usize,
    changes: u32,
    bytes: usize,
}

pub(crate) type Larges = HashMap<Address, Large>;

pub(crate) fn account_key(address: &Address) -> Vec<u8> {
    let mut key = vec![ACCOUNT, address.workchain as u8];
    key.extend_from_slice(&address.address.0);
    key
}

fn change_key(address: &Address, number: u32) -> Vec<u8> {
    let mut key = account_key(address);
    key.extend_from_slice(&number.to_be_bytes());
    key
}

/// The address in the key of an account row, behind its tag.
pub(crate) fn read_address(key: &[u8]) -> Result<Address, Damage> {
    let mut reader = Reader::new(key);
    Ok(Address::new(reader.byte()? as i8, HashBytes(reader.array()?)))
}

/// Keys of all rows of an account.
pub(crate) fn account_keys(larges: &Larges, address: &Address) -> Vec<Vec<u8>> {
    let changes = larges.get(address).map_or(0, |large| large.changes);
    let mut keys = vec![account_key(address)];
    keys.extend((1..=changes).map(|number| change_key(address, number)));
    keys
}

/// Rows for an account that changed from what is written; `None` for rows to remove.
pub(crate) fn account_rows(
    larges: &mut Larges,
    was: Option<&Account>,
    is: &Account,
    shared: &Shared,
) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
    let address = is.address();
    if let (Some(large), Some(was)) = (larges.get_mut(address), was)
        && large.changes < MOST_CHANGES
    {
        let old = parts(was.cell().as_ref(), is.cell().as_ref());
        let row = row_of(is, |hash| shared.contains(hash) || old.contains(hash));
        if large.bytes + row.len() <= large.whole {
            large.changes += 1;
            large.bytes += row.len();
            return vec![(change_key(address, large.changes), Some(row))];
        }
    }
    let mut rows: Vec<_> = account_keys(larges, address).into_iter().map(|key| (key, None)).collect();
    let row = row_of(is, |hash| shared.contains(hash));
    larges.remove(address);
    if row.len() >= LARGE {
        larges.insert(address.clone(), Large { whole: row.len(), changes: 0, bytes: 0 });
    }
    rows[0].1 = Some(row);
    rows
}

fn row_of(account: &Account, is_stored: impl Fn(&HashBytes) -> bool) -> Vec<u8> {
    let mut row = Vec::new();
    put_trans(&mut row, account);
    pack(&mut row, [account.cell().as_ref()], is_stored);
    row
}

/// Hashes of cells of the old tree that the new one may have, too: those beside the paths on which they differ.
fn parts(old: &DynCell, new: &DynCell) -> HashSet<HashBytes, ahash::RandomState> {
    let mut parts = HashSet::default();
    let mut pairs = vec![(old, new)];
    while let Some((old, new)) = pairs.pop() {
        parts.extend(old.references().map(|child| *child.repr_hash()));
        for (place, child) in (0..).zip(new.references()) {
            if !parts.contains(child.repr_hash())
                && let Some(before) = old.reference(place)
            {
                pairs.push((before, child));
            }
        }
    }
    parts
}

/// Hash and lt of the last transaction, which are not part of the account's cell.
pub(crate) fn put_trans(row: &mut Vec<u8>, account: &Account) {
    row.extend_from_slice(&account.last_trans_hash().0);
    put_number(row, account.last_trans_lt().0);
}

pub(crate) fn read_trans(reader: &mut Reader<'_>) -> Result<(HashBytes, u64), Damage> {
    Ok((HashBytes(reader.array()?), reader.number()?))
}

pub(crate) fn account_of(address: Address, trans: (HashBytes, u64), cell: Cell) -> Result<Account, Damage> {
    let (last_trans_hash, last_trans_lt) = trans;
    let account = Lazy::from_raw(cell).map_err(|e| e.to_string())?;
    let shard = ShardAccount { account, last_trans_hash, last_trans_lt };
    Account::from_shard(address, shard).map_err(|e| e.to_string())
}

/// Puts accounts together from their rows, which come in the order of their keys.
pub(crate) struct Accounts<'a> {
    shared: &'a Shared,
    pub(crate) larges: Larges,
    open: Option<Open>,
}

/// An account whose further rows may still come.
struct Open {
    address: Address,
    trans: (HashBytes, u64),
    root: Cell,
    whole: usize,
    changes: u32,
    bytes: usize,
    /// All cells read so far, if there were further rows.
    cells: HashMap<HashBytes, Cell, ahash::RandomState>,
}

impl<'a> Accounts<'a> {
    pub(crate) fn new(shared: &'a Shared) -> Self {
        Self { shared, larges: Larges::new(), open: None }
    }

    /// Takes a row, key without tag; gives the account before it if that is complete now.
    pub(crate) fn row(&mut self, key: &[u8], row: &[u8]) -> Result<Option<Account>, Damage> {
        let mut reader = Reader::new(row);
        let trans = read_trans(&mut reader)?;
        let address = read_address(key)?;
        if key.len() == ADDRESS {
            let complete = self.end()?;
            let root = single(unpack(&mut reader, |hash| self.shared.get(hash))?)?;
            let cells = HashMap::default();
            self.open = Some(Open { address, trans, root, whole: row.len(), changes: 0, bytes: 0, cells });
            return Ok(complete);
        }
        let number = Reader::new(key.get(ADDRESS..).unwrap_or_default()).array().map(u32::from_be_bytes)?;
        let open = self.open.as_mut().filter(|open| open.address == address && open.changes + 1 == number);
        let open = open.ok_or("a change of an account has nothing to change")?;
        collect(&mut open.cells, &open.root);
        let (shared, cells) = (self.shared, &open.cells);
        open.root =
            single(unpack(&mut reader, |hash| shared.get(hash).or_else(|| cells.get(hash).cloned()))?)?;
        open.trans = trans;
        open.changes = number;
        open.bytes += row.len();
        Ok(None)
    }

    /// The last account, when no more rows come.
    pub(crate) fn end(&mut self) -> Result<Option<Account>, Damage> {
        let Some(Open { address, trans, root, whole, changes, bytes, .. }) = self.open.take() else {
            return Ok(None);
        };
        if whole >= LARGE {
            self.larges.insert(address.clone(), Large { whole, changes, bytes });
        }
        account_of(address, trans, root).map(Some)
    }
}

fn single(cells: Vec<Cell>) -> Result<Cell, Damage> {
    let mut cells = cells.into_iter();
    match (cells.next(), cells.next()) {
        (Some(cell), None) => Ok(cell),
        _ => Err("a row has not one root".to_owned()),
    }
}

/// Enters all cells of a tree that are not entered yet.
fn collect(cells: &mut HashMap<HashBytes, Cell, ahash::RandomState>, root: &Cell) {
    let mut trees = vec![root.clone()];
    while let Some(cell) = trees.pop() {
        if cells.contains_key(cell.repr_hash()) {
            continue;
        }
        trees.extend((0..cell.reference_count()).filter_map(|place| cell.reference_cloned(place)));
        cells.insert(*cell.repr_hash(), cell);
    }
}
