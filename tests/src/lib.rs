//! Support for the workspace-level tests: the official SDK as a peer, random values by ABI type.

pub mod backend;
pub mod community;
pub mod compiled;
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

/// Compares a committed file with the text that it is generated as; `UPDATE_SNAPSHOTS=1` writes it anew.
///
/// # Panics
/// If they differ: the message names the first line that does.
#[track_caller]
pub fn snapshot(path: &str, fresh: &str) {
    let file = workspace(path);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some_and(|value| value == "1") {
        std::fs::write(&file, fresh).expect("the snapshot can be written");
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    if committed != fresh {
        let same = committed.lines().zip(fresh.lines()).take_while(|(old, new)| old == new).count();
        let line = fresh.lines().nth(same).unwrap_or("(nothing)");
        panic!("{path} differs from line {}: UPDATE_SNAPSHOTS=1 writes there\n{line}", same + 1);
    }
}
