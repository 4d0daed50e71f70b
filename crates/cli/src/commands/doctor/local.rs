//! What is on this computer: configuration, keys, the directory of the organisation.

use std::path::Path;

use keystore::StoreArgs;

use super::Check;
use crate::error::Status;
use crate::network::{Layers, NetworkArgs};
use crate::state::World;

pub(super) fn configuration(args: &NetworkArgs) -> Check {
    let subject = "configuration";
    let layers = match Layers::read() {
        Ok(layers) => layers,
        Err(error) => return Check::of(subject, &error),
    };
    match (layers.chosen(args.network.as_deref()), layers.profiles()) {
        (_, Err(error)) => Check::of(subject, &error),
        (Some((name, origin)), Ok(_)) => match layers.place(&name) {
            Ok(_) => Check::ok(subject, format!("network {name} (from {origin})")),
            Err(error) => Check::of(subject, &error),
        },
        (None, Ok(profiles)) => {
            let names: Vec<_> = profiles.iter().map(|profile| profile.name.as_str()).collect();
            Check::ok(subject, format!("no network is chosen; known: localnet, {}", names.join(", ")))
        }
    }
}

/// The key store: that it can be read, and by its owner only.
pub(super) fn keys(args: &StoreArgs) -> Vec<Check> {
    let subject = "key store";
    let failed = |error: keystore::Error| Check::fail(subject, Status::Keys, error.to_string(), error.hint());
    let store = match args.store() {
        Ok(store) => store,
        Err(error) => return vec![failed(error)],
    };
    let place = from_home(store.directory());
    let listing = match store.list() {
        Ok(listing) => listing,
        Err(error) => return vec![failed(error)],
    };
    let mut checks: Vec<_> = listing
        .broken
        .iter()
        .map(|broken| {
            let subject = format!("key {}", broken.name);
            Check::fail(subject, Status::Keys, broken.error.to_string(), broken.error.hint())
        })
        .collect();
    let first = match listing.keys.len() {
        0 => Check::ok(subject, format!("no key in {place} yet")),
        count => match open_to_others(store.directory()) {
            Some(found) => {
                let hint = format!("chmod -R go= {place}");
                Check::fail(subject, Status::Safety, found, hint)
            }
            None => Check::ok(subject, format!("{count} keys in {place}, for their owner only")),
        },
    };
    checks.insert(0, first);
    checks
}

/// A path as people type it: below the home directory from `~`.
fn from_home(path: &Path) -> String {
    let below = std::env::home_dir().and_then(|home| path.strip_prefix(home).ok().map(Path::to_owned));
    below.map_or_else(|| path.display().to_string(), |rest| format!("~/{}", rest.display()))
}

pub(super) fn state(folder: &Path, world: &World) -> Check {
    let subject = "state";
    let place = folder.display();
    let members = world.organisation.members.len();
    match open_to_others(&folder.join("cards")) {
        Some(found) => {
            Check::warn(subject, found, format!("chmod -R go= {}", folder.join("cards").display()))
        }
        None => Check::ok(subject, format!("{place} keeps an organisation founded with {members} members")),
    }
}

/// What of a directory others can read or change; `None` where nothing, or nothing is there, or the system has no such
/// permissions.
#[cfg(unix)]
fn open_to_others(folder: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let is_open = |path: &Path| path.metadata().is_ok_and(|found| found.permissions().mode() & 0o077 != 0);
    let files = std::fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut open: Vec<_> =
        files.filter(|path| is_open(path)).map(|path| path.display().to_string()).collect();
    open.sort();
    (!open.is_empty()).then(|| format!("others can read {}", open.join(", ")))
}

#[cfg(not(unix))]
fn open_to_others(_: &Path) -> Option<String> {
    None
}
