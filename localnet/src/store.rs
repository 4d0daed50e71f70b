//! A node's state in one file.
//!
//! Layout: 8 bytes of magic, format version (u32), length of the rest (u64), SHA-256 of the rest, then the hash of the
//! state and the rows of [`crate::db`], each as key and value with their lengths (LEB128) in front, in the order of the
//! keys. Numbers are big-endian. Indexes are not stored, they are rebuilt.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::db::bytes::{Reader, put_slice};
use crate::db::rows::Damage;
use crate::db::{Opened, Source, Visit, Written, load};
use crate::error::BadFile;
use crate::{Error, Node};

/// Version of the file format; a file of another version is refused.
pub const FORMAT_VERSION: u32 = 2;

const MAGIC: &[u8; 8] = b"SUBGNODE";
const PREFIX: usize = 8 + 4 + 8 + 32;

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
        let (bytes, checksum) = encode(node);
        // INVARIANT: nobody saves between the look at the old file and the new one in its place.
        let _lock = lock(&self.path)?;
        if checksum_on_disk(&self.path)? != self.seen {
            return Err(Error::ChangedOnDisk { path: self.path.clone() });
        }
        replace(&self.path, &bytes)?;
        self.seen = Some(checksum);
        Ok(())
    }
}

impl Node {
    /// The whole state as the bytes of a state file.
    ///
    /// # Errors
    /// None any more; kept for callers.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        Ok(encode(self).0)
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

/// Waits until no other process saves beside this file; held until it is dropped. The file itself is replaced, so its
/// directory is what is locked.
fn lock(path: &Path) -> Result<File, Error> {
    let locked = File::open(folder(path)).and_then(|folder| folder.lock().map(|()| folder));
    locked.map_err(|source| Error::File { action: "write", path: path.to_owned(), source })
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
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
        File::open(folder(path))?.sync_all()
    };
    write().map_err(|source| {
        // The old file is what counts; a leftover of the new one only takes space.
        let _ = std::fs::remove_file(&fresh);
        Error::File { action: "write", path: path.to_owned(), source }
    })
}

fn encode(node: &Node) -> (Vec<u8>, [u8; 32]) {
    let mut rows = Written::default().changes(node, None).rows;
    rows.sort_unstable();
    let mut bytes = Vec::new();
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&FORMAT_VERSION.to_be_bytes());
    bytes.resize(PREFIX, 0);
    bytes.extend_from_slice(&node.state_hash());
    for (key, row) in rows {
        put_slice(&mut bytes, &key);
        put_slice(&mut bytes, &row.unwrap_or_default());
    }
    let body = &bytes[PREFIX..];
    let (length, checksum): (_, [u8; 32]) = (body.len() as u64, Sha256::digest(body).into());
    bytes[12..20].copy_from_slice(&length.to_be_bytes());
    bytes[20..PREFIX].copy_from_slice(&checksum);
    (bytes, checksum)
}

/// The rows of a file, in the order of their keys.
struct Rows<'a>(Vec<(&'a [u8], &'a [u8])>);

impl Source for Rows<'_> {
    fn scan(&self, prefix: &[u8], visit: &mut Visit<'_>) -> Result<(), Damage> {
        let from = self.0.partition_point(|(key, _)| *key < prefix);
        let mut rows = self.0[from..].iter().take_while(|(key, _)| key.starts_with(prefix));
        rows.try_for_each(|(key, row)| visit(&key[1..], row))
    }
}

fn decode(bytes: &[u8]) -> Result<(Node, [u8; 32]), BadFile> {
    let (body, checksum) = checked_body(bytes)?;
    let (hash, rows) = rows_of(body).map_err(|what| BadFile::Contents(what.to_owned()))?;
    let Opened { node, .. } = load(&rows, 0, &|_| Ok(Vec::new())).map_err(BadFile::Contents)?;
    if node.state_hash() != hash {
        return Err(BadFile::Contents("the state has another hash".to_owned()));
    }
    Ok((node, checksum))
}

fn rows_of(body: &[u8]) -> Result<([u8; 32], Rows<'_>), &'static str> {
    let mut reader = Reader::new(body);
    let hash = reader.array()?;
    let mut rows = Vec::new();
    while !reader.is_empty() {
        rows.push((reader.slice()?, reader.slice()?));
    }
    if !rows.is_sorted() {
        return Err("its rows are out of order");
    }
    Ok((hash, Rows(rows)))
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

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;
    use crate::Genesis;

    #[test]
    fn of_many_who_save_at_the_same_moment_one_is_kept_and_the_others_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("node.state");
        let mut node = Node::new(Genesis::new(chain::Config::local())).unwrap();
        StateFile::open(&path).unwrap().0.save(&node).unwrap();
        for round in 1..=5 {
            node.produce().unwrap();
            let start = Barrier::new(8);
            let saved = std::thread::scope(|scope| {
                let savers: Vec<_> = (0..8)
                    .map(|_| {
                        let (mut file, _) = StateFile::open(&path).unwrap();
                        let (start, node) = (&start, &node);
                        scope.spawn(move || {
                            start.wait();
                            file.save(node)
                        })
                    })
                    .collect();
                savers.into_iter().map(|saver| saver.join().unwrap()).collect::<Vec<_>>()
            });
            let kept = saved.iter().filter(|outcome| outcome.is_ok()).count();
            let told = saved.iter().filter(|it| matches!(it, Err(Error::ChangedOnDisk { .. }))).count();
            assert_eq!((kept, told), (1, 7), "round {round}: {saved:?}");
        }
    }
}
