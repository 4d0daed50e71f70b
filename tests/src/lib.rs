//! Support for the workspace-level tests: the official SDK as a peer, random values by ABI type.

pub mod random;
pub mod sdk;
pub mod world;

use std::path::PathBuf;

/// A path inside the workspace.
pub fn workspace(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// A file that `scripts/foreign-clients` installed.
///
/// # Panics
/// If it is not there: the message says which command installs it.
pub fn foreign(path: &str) -> PathBuf {
    let path = workspace("target/foreign").join(path);
    assert!(path.exists(), "{} is missing: run scripts/foreign-clients once", path.display());
    path
}
