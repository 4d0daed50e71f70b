//! A node on disk: every round is written, whole and durably, before anybody hears of it.
//!
//! A folder with two files: `node.redb` holds the `rows` that a node consists of, `lock` belongs to the process
//! that has the folder open. What is written at a commit is what it changed: one row for the two blocks with their
//! transactions, one for each account, a few bytes for clock and books; code of contracts and configurations are
//! written once and named afterwards. Opening reads all rows, builds the cells anew on all processors and fills the
//! indexes.
//!
//! # Checkpoints
//! A named checkpoint costs nothing when it is made. Later writes keep the row that they replace for the newest
//! checkpoint if it has none of that key yet; the state at a checkpoint is the newest state with these rows put back.
//! Removing one hands its rows to the one before. So any number of moments share whatever they have in common, on
//! disk and, when they are loaded, in memory.
//!
//! # Speed
//! `cargo bench -p localnet --bench db` on two busy cores: a round with one message is on disk after 6 ms, one with 200
//! after 10 ms; 100 000 transactions of a thousand accounts take 71 MB and are opened in 2.8 s. An empty round has
//! 1.3 kB.
//!
//! # Damage
//! A folder whose creation was interrupted is created again, as nothing was promised yet. A file of another program,
//! another version or with a wrong checksum is refused with the reason, and stays as it is.

mod accounts;
pub(crate) mod bytes;
mod diff;
mod load;
pub(crate) mod pack;
pub(crate) mod rows;

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};

use redb::{
    Builder, Database, DatabaseError, ReadTransaction, ReadableDatabase, ReadableTable, StorageError, Table,
    TableDefinition, TableError, WriteTransaction,
};

pub(crate) use self::diff::Written;
use self::load::{Kept, behind};
pub(crate) use self::load::{Opened, Source, Visit, load};
use self::rows::{Change, Damage, ROUND, SHARED};
use crate::error::BadDb;
use crate::{Checkpoint, Error, Node, Round};

/// Version of the layout; a database of another version is refused.
pub const DB_VERSION: u64 = 1;

/// Bytes of the file that are kept in memory: the state itself is, so little is read twice.
const CACHE: usize = 16 << 20;
const FILE: &str = "node.redb";
const LOCK: &str = "lock";

const ABOUT: TableDefinition<'_, &str, u64> = TableDefinition::new("localnet");
const ROWS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("rows");
/// Numbers of checkpoints by name; higher is newer.
const CHECKPOINTS: TableDefinition<'_, &str, u32> = TableDefinition::new("checkpoints");
/// Rows as they were: number of the checkpoint and key; 1 and the row, or 0 if there was none.
const KEPT: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("kept");
const VERSION: &str = "version";

/// A database that a node lives in. See the module's page for what it promises.
pub struct Db {
    path: PathBuf,
    db: Database,
    written: Written,
    checkpoints: BTreeMap<String, Checkpoint>,
    /// A commit failed: what is on disk is not what `written` says any more, which is not used again.
    broken: bool,
    /// Held until the process ends.
    _lock: File,
}

impl Db {
    /// Opens the folder, or creates it with the node that `make_genesis` gives.
    ///
    /// # Errors
    /// [`Error::Db`]: locked by another process, of another version or program, damaged, not readable; and those of
    /// `make_genesis`.
    pub fn open(
        folder: impl AsRef<Path>,
        make_genesis: impl FnOnce() -> Result<Node, Error>,
    ) -> Result<(Self, Node), Error> {
        let path = folder.as_ref().to_owned();
        let bad = |reason: BadDb| Error::Db { path: path.clone(), reason };
        let lock = lock(&path).map_err(bad)?;
        let db = open_file(&path.join(FILE)).map_err(bad)?;
        let mut this = Self {
            path: path.clone(),
            db,
            written: Written::default(),
            checkpoints: BTreeMap::new(),
            broken: false,
            _lock: lock,
        };
        if this.is_new().map_err(bad)? {
            let node = make_genesis()?;
            this.apply(&node, None, |_| Ok(()))?;
            return Ok((this, node));
        }
        let node = this.load().map_err(bad)?;
        Ok((this, node))
    }

    /// Whether nothing was ever committed.
    fn is_new(&self) -> Result<bool, BadDb> {
        let read = self.db.begin_read().map_err(damaged)?;
        let about = match read.open_table(ABOUT) {
            Ok(about) => about,
            Err(TableError::TableDoesNotExist(_)) => {
                let others = read.list_tables().map_err(damaged)?.next().is_some();
                return if others { Err(BadDb::NotDatabase) } else { Ok(true) };
            }
            Err(TableError::Storage(error)) => return Err(damaged(error)),
            Err(_) => return Err(BadDb::NotDatabase),
        };
        match about.get(VERSION).map_err(damaged)?.map(|version| version.value()) {
            Some(DB_VERSION) => Ok(false),
            Some(found) => Err(BadDb::Version { found, supported: DB_VERSION }),
            None => Err(BadDb::NotDatabase),
        }
    }

    fn load(&mut self) -> Result<Node, BadDb> {
        let read = Reading(self.db.begin_read().map_err(damaged)?);
        let names = read.checkpoints().map_err(damaged)?;
        let newest_first: Vec<u32> = names.iter().rev().map(|(number, _)| *number).collect();
        let kept = |place: usize| read.kept(newest_first[place]).map_err(|error| error.to_string());
        let opened = load(&read, newest_first.len(), &kept).map_err(BadDb::Damaged)?;
        let Opened { node, shared, larges, moments, arrivals } = opened;
        let names = names.into_iter().rev().map(|(_, name)| name);
        self.checkpoints = names.zip(moments.into_iter().map(Checkpoint)).collect();
        self.written = Written { node: Some(node.clone()), shared, larges, arrivals };
        Ok(node)
    }

    /// Writes a round that was just made on what was written last: atomic, and durable on return.
    ///
    /// If it was made on something else, or accounts were edited in between, everything that differs is written.
    ///
    /// # Errors
    /// [`Error::Db`]; the database takes nothing more then and has to be opened again.
    pub fn commit(&mut self, node: &Node, round: &Round) -> Result<(), Error> {
        let follows = self.written.node.as_ref().is_some_and(|last| {
            last.state.edits == node.state.edits
                && last.head().id == round.workchain.prev_id
                && last.master_head().id == round.master.prev_id
                && node.head().id == round.workchain.id
                && node.master_head().id == round.master.id
        });
        self.apply(node, follows.then_some(&round.accounts), |_| Ok(()))
    }

    /// Writes whatever differs from what was written last: after edits, a restored checkpoint, a loaded file.
    ///
    /// # Errors
    /// As [`Db::commit`].
    pub fn rewrite(&mut self, node: &Node) -> Result<(), Error> {
        self.apply(node, None, |_| Ok(()))
    }

    /// The named checkpoints.
    #[must_use]
    pub fn checkpoints(&self) -> &BTreeMap<String, Checkpoint> {
        &self.checkpoints
    }

    /// Writes the node and gives this moment a name, which it takes from another moment if that has it.
    ///
    /// # Errors
    /// As [`Db::commit`].
    pub fn save_checkpoint(&mut self, name: &str, node: &Node) -> Result<(), Error> {
        self.apply(node, None, |write| {
            forget(write, name)?;
            let mut names = write.open_table(CHECKPOINTS)?;
            let next = newest(&names)?.map_or(0, |newest| newest + 1);
            names.insert(name, next)?;
            Ok(())
        })?;
        self.checkpoints.insert(name.to_owned(), node.checkpoint());
        Ok(())
    }

    /// Forgets a named checkpoint; `false` if there is none of that name.
    ///
    /// # Errors
    /// As [`Db::commit`].
    pub fn remove_checkpoint(&mut self, name: &str) -> Result<bool, Error> {
        if self.checkpoints.remove(name).is_none() {
            return Ok(false);
        }
        self.write(&[], |write| forget(write, name))?;
        Ok(true)
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn apply(
        &mut self,
        node: &Node,
        touched: Option<&Vec<ton_abi::Address>>,
        also: impl FnOnce(&WriteTransaction) -> Result<(), redb::Error>,
    ) -> Result<(), Error> {
        let changes = self.written.changes(node, touched.map(Vec::as_slice));
        self.write(&changes.rows, also)?;
        self.written.accept(node, changes);
        Ok(())
    }

    fn write(
        &mut self,
        changes: &[Change],
        also: impl FnOnce(&WriteTransaction) -> Result<(), redb::Error>,
    ) -> Result<(), Error> {
        let bad = |reason| Error::Db { path: self.path.clone(), reason };
        if self.broken {
            return Err(bad(BadDb::Broken));
        }
        let done = write_rows(&self.db, changes, also);
        self.broken = done.is_err();
        done.map_err(|error| bad(BadDb::Write(error.to_string())))
    }
}

fn damaged(error: impl ToString) -> BadDb {
    BadDb::Damaged(error.to_string())
}

/// Makes this process the only one that uses the folder.
fn lock(folder: &Path) -> Result<File, BadDb> {
    let io = |error: std::io::Error| BadDb::Io(error.to_string());
    fs::create_dir_all(folder).map_err(io)?;
    let options = File::options().read(true).write(true).create(true).truncate(false).clone();
    let lock = options.open(folder.join(LOCK)).map_err(io)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(BadDb::Locked),
        Err(TryLockError::Error(error)) => Err(io(error)),
    }
}

/// Opens or creates the file; the lock is held.
fn open_file(path: &Path) -> Result<Database, BadDb> {
    if is_half_created(path).map_err(|error| BadDb::Io(error.to_string()))? {
        fs::remove_file(path).map_err(|error| BadDb::Io(error.to_string()))?;
    }
    let mut builder = Builder::new();
    // A file that was changed by something else must be an error and not a panic: every checksum is looked at.
    builder.set_cache_size(CACHE).set_check_integrity_on_open(true);
    builder.create(path).map_err(|error| match error {
        DatabaseError::DatabaseAlreadyOpen => BadDb::Locked,
        DatabaseError::UpgradeRequired(_) => BadDb::NotDatabase,
        DatabaseError::Storage(StorageError::Io(error))
            if error.kind() == std::io::ErrorKind::InvalidData =>
        {
            BadDb::NotDatabase
        }
        DatabaseError::Storage(StorageError::Io(error)) => BadDb::Io(error.to_string()),
        error => damaged(error),
    })
}

/// The first bytes of a database are written last when it is created: without them it never was one.
fn is_half_created(path: &Path) -> std::io::Result<bool> {
    let mut first = [0; 9];
    match File::open(path) {
        Ok(mut file) if file.metadata()?.len() >= first.len() as u64 => {
            file.read_exact(&mut first)?;
            Ok(first == [0; 9])
        }
        Ok(_) => Ok(false),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// A moment of the database to read from.
struct Reading(ReadTransaction);

impl Reading {
    /// Numbers and names, oldest first.
    fn checkpoints(&self) -> Result<Vec<(u32, String)>, redb::Error> {
        let names = self.0.open_table(CHECKPOINTS)?;
        let mut all = Vec::new();
        for entry in names.iter()? {
            let (name, number) = entry?;
            all.push((number.value(), name.value().to_owned()));
        }
        all.sort_unstable();
        Ok(all)
    }

    fn kept(&self, checkpoint: u32) -> Result<Kept, redb::Error> {
        let kept = self.0.open_table(KEPT)?;
        let (from, to) = (checkpoint.to_be_bytes(), (checkpoint + 1).to_be_bytes());
        let mut rows = Vec::new();
        for entry in kept.range(&from[..]..&to[..])? {
            let (key, row) = entry?;
            let row =
                row.value().split_first().filter(|(there, _)| **there == 1).map(|(_, row)| row.to_vec());
            rows.push((key.value()[from.len()..].to_vec(), row));
        }
        Ok(rows)
    }
}

impl Source for Reading {
    fn scan(&self, prefix: &[u8], visit: &mut Visit<'_>) -> Result<(), Damage> {
        let text = |error: redb::Error| error.to_string();
        let rows = self.0.open_table(ROWS).map_err(|error| text(error.into()))?;
        let end = behind(prefix);
        let range = rows.range(prefix..&end[..]).map_err(|error| text(error.into()))?;
        for entry in range {
            let (key, row) = entry.map_err(|error| text(error.into()))?;
            visit(&key.value()[1..], row.value())?;
        }
        Ok(())
    }
}

fn write_rows(
    db: &Database,
    changes: &[Change],
    also: impl FnOnce(&WriteTransaction) -> Result<(), redb::Error>,
) -> Result<(), redb::Error> {
    let write = db.begin_write()?;
    {
        write.open_table(ABOUT)?.insert(VERSION, DB_VERSION)?;
        let mut rows = write.open_table(ROWS)?;
        let mut kept = write.open_table(KEPT)?;
        let newest = newest(&write.open_table(CHECKPOINTS)?)?;
        for (key, row) in changes {
            if let Some(checkpoint) = newest
                && key.first() != Some(&SHARED)
            {
                keep(&mut kept, &rows, checkpoint, key)?;
            }
            match row {
                Some(row) => rows.insert(&key[..], &row[..])?,
                None => rows.remove(&key[..])?,
            };
        }
    }
    also(&write)?;
    write.commit()?;
    Ok(())
}

fn newest(names: &Table<'_, &'static str, u32>) -> Result<Option<u32>, redb::Error> {
    let mut newest = None;
    for entry in names.iter()? {
        newest = newest.max(Some(entry?.1.value()));
    }
    Ok(newest)
}

fn kept_key(checkpoint: u32, key: &[u8]) -> Vec<u8> {
    let mut kept = checkpoint.to_be_bytes().to_vec();
    kept.extend_from_slice(key);
    kept
}

/// Keeps a row for a checkpoint before it changes, unless it changed before.
fn keep(
    kept: &mut Table<'_, &'static [u8], &'static [u8]>,
    rows: &Table<'_, &'static [u8], &'static [u8]>,
    checkpoint: u32,
    key: &[u8],
) -> Result<(), redb::Error> {
    let place = kept_key(checkpoint, key);
    if kept.get(&place[..])?.is_some() {
        return Ok(());
    }
    let old = rows.get(key)?;
    if old.is_none() && key.first() == Some(&ROUND) {
        // Rounds behind the newest one of the checkpoint are known not to be its own.
        return Ok(());
    }
    let mut row = vec![0];
    if let Some(old) = old {
        row[0] = 1;
        row.extend_from_slice(old.value());
    }
    kept.insert(&place[..], &row[..])?;
    Ok(())
}

/// Removes a checkpoint and hands its rows to the one before, if that has none of the same key.
fn forget(write: &WriteTransaction, name: &str) -> Result<(), redb::Error> {
    let mut names = write.open_table(CHECKPOINTS)?;
    let Some(number) = names.remove(name)?.map(|number| number.value()) else { return Ok(()) };
    let mut before = None;
    for entry in names.iter()? {
        let other = entry?.1.value();
        before = before.max((other < number).then_some(other));
    }
    let mut kept = write.open_table(KEPT)?;
    let (from, to) = (number.to_be_bytes(), (number + 1).to_be_bytes());
    let mut rows = Vec::new();
    for entry in kept.extract_from_if(&from[..]..&to[..], |_, _| true)? {
        let (key, row) = entry?;
        rows.push((key.value()[from.len()..].to_vec(), row.value().to_vec()));
    }
    let Some(before) = before else { return Ok(()) };
    for (key, row) in rows {
        let place = kept_key(before, &key);
        if kept.get(&place[..])?.is_none() {
            kept.insert(&place[..], &row[..])?;
        }
    }
    Ok(())
}
