//! Where the bytes of a journal are.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::JournalError;

/// Bytes that only grow, except that their unfinished end is cut off.
pub trait Store {
    /// All bytes.
    ///
    /// # Errors
    /// Those of the system.
    fn read(&mut self) -> io::Result<Vec<u8>>;

    /// Adds bytes at the end; they survive everything once this returns. After an error a part of them may be there.
    ///
    /// # Errors
    /// Those of the system.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Cuts everything off behind `length` bytes.
    ///
    /// # Errors
    /// Those of the system.
    fn truncate(&mut self, length: u64) -> io::Result<()>;
}

/// Bytes that nobody keeps.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(Vec<u8>);

impl Store for MemoryStore {
    fn read(&mut self) -> io::Result<Vec<u8>> {
        Ok(self.0.clone())
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.0.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        Ok(())
    }
}

/// A file, which one process at a time may open for writing.
#[derive(Debug)]
pub struct FileStore {
    file: File,
    /// Locked as long as the store lives; the system lets go of it when the process ends, however it ends.
    _lock: Option<File>,
}

impl FileStore {
    /// Opens the journal at `path`, which is made if it is missing, and locks `path` with `.lock` behind it.
    ///
    /// # Errors
    /// [`JournalError::Locked`], [`JournalError::Disk`].
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let mut name = path.as_os_str().to_owned();
        name.push(".lock");
        let disk = |source| JournalError::Disk { action: "locked", source };
        let lock = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(false)
            .open(PathBuf::from(name))
            .map_err(disk)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::Locked),
            Err(TryLockError::Error(source)) => return Err(disk(source)),
        }
        let disk = |source| JournalError::Disk { action: "opened", source };
        let is_new = !path.exists();
        let file = OpenOptions::new().create(true).read(true).append(true).open(path).map_err(disk)?;
        if is_new {
            sync_folder(path).map_err(disk)?;
        }
        Ok(Self { file, _lock: Some(lock) })
    }

    /// Opens an existing journal to look at it only. A line that is being written meanwhile looks unfinished.
    ///
    /// # Errors
    /// [`JournalError::Disk`].
    pub fn look(path: &Path) -> Result<MemoryStore, JournalError> {
        let bytes = std::fs::read(path).map_err(|source| JournalError::Disk { action: "read", source })?;
        Ok(MemoryStore(bytes))
    }
}

/// A new file is there after a power failure only if its directory was written, too.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

impl Store for FileStore {
    fn read(&mut self) -> io::Result<Vec<u8>> {
        self.file.seek(SeekFrom::Start(0))?;
        let mut bytes = Vec::new();
        self.file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.file.sync_data()
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.file.set_len(length)?;
        self.file.sync_data()
    }
}
