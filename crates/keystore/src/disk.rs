//! Files that only their owner can read, written whole or not at all.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read, Write};
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

use crate::error::{Error, Result};

/// Permission bits of a file and of the directory.
const FILE_MODE: u32 = 0o600;
const DIRECTORY_MODE: u32 = 0o700;

fn failed<'a>(action: &'static str, path: &'a Path) -> impl Fn(io::Error) -> Error + use<'a> {
    move |source| Error::File { action, path: path.to_owned(), source }
}

/// Writes a new file that only its owner can read; one that is there is left alone.
///
/// # Errors
/// [`Error::File`] with `AlreadyExists` if there is something of that name, or as the system says.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    let directory = parent(path);
    let file = temporary(directory, bytes)?;
    file.persist_noclobber(path).map_err(|error| failed("write", path)(error.error))?;
    sync(directory)
}

/// Puts a file in the place of the one that is there, or leaves that one.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let directory = parent(path);
    let file = temporary(directory, bytes)?;
    file.persist(path).map_err(|error| failed("write", path)(error.error))?;
    sync(directory)
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A file beside the final one with these bytes safe on disk; `tempfile` makes it with mode 0600.
fn temporary(directory: &Path, bytes: &[u8]) -> Result<NamedTempFile> {
    let failed = failed("write a file in", directory);
    let mut file = Builder::new().prefix(".new-").tempfile_in(directory).map_err(&failed)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    Ok(file)
}

/// Makes names in a directory durable. Where a directory cannot be opened as a file, its system keeps names itself.
fn sync(directory: &Path) -> Result<()> {
    match File::open(directory) {
        Ok(handle) if cfg!(unix) => handle.sync_all().map_err(failed("write", directory)),
        _ => Ok(()),
    }
}

/// Makes the directory of a store with those above it, or checks the one that is there.
pub(crate) fn make_directory(path: &Path) -> Result<()> {
    if !path.exists() {
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, DIRECTORY_MODE);
        builder.recursive(true).create(path).map_err(failed("make", path))?;
    }
    check_directory(path)
}

/// Refuses a directory that others can look into or change.
pub(crate) fn check_directory(path: &Path) -> Result<()> {
    let metadata = fs::metadata(path).map_err(failed("read", path))?;
    if !metadata.is_dir() {
        return Err(failed("read", path)(io::ErrorKind::NotADirectory.into()));
    }
    check_mode(path, &metadata, DIRECTORY_MODE)
}

/// The bytes of a file that only its owner can read; `None` if there is none.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Option<Vec<u8>>> {
    let failed = failed("read", path);
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    // Opening a pipe would wait for ever, and a link leads out of the closed directory.
    if !metadata.is_file() {
        return Err(failed(io::Error::other("it is no plain file")));
    }
    let file = File::open(path).map_err(&failed)?;
    check_mode(path, &file.metadata().map_err(&failed)?, FILE_MODE)?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(&failed)?;
    if bytes.len() as u64 > limit {
        return Err(Error::Damaged { path: path.to_owned(), why: format!("it has more than {limit} bytes") });
    }
    Ok(Some(bytes))
}

#[cfg(unix)]
fn check_mode(path: &Path, metadata: &fs::Metadata, wanted: u32) -> Result<()> {
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(Error::Permissions { path: path.to_owned(), mode, wanted }) }
}

#[cfg(not(unix))]
fn check_mode(_: &Path, _: &fs::Metadata, _: u32) -> Result<()> {
    Ok(())
}
