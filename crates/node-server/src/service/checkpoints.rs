//! Named moments of the node to return to.

use std::collections::BTreeMap;

use localnet::{Checkpoint, Node};
use serde::Serialize;

use super::{Change, Error, Service};

/// Most checkpoints that a node keeps.
pub const MAX_CHECKPOINTS: usize = 64;

/// Longest name of a checkpoint, in characters.
const MAX_NAME: usize = 64;

/// What a list of checkpoints tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckpointInfo {
    /// Its name.
    pub name: String,
    /// Newest block at that moment.
    pub seq_no: u32,
    /// Chain time at that moment, seconds since 1970.
    pub time: u32,
}

#[derive(Default)]
pub(super) struct Checkpoints(BTreeMap<String, (Checkpoint, CheckpointInfo)>);

fn describe(name: &str, node: &Node) -> CheckpointInfo {
    CheckpointInfo { name: name.to_owned(), seq_no: node.head().seq_no, time: node.now().0 }
}

impl Checkpoints {
    /// Those that a database kept.
    pub(super) fn of(kept: BTreeMap<String, Checkpoint>, node: &Node) -> Self {
        let described = kept.into_iter().map(|(name, checkpoint)| {
            let mut then = node.clone();
            then.restore(&checkpoint);
            let info = describe(&name, &then);
            (name, (checkpoint, info))
        });
        Self(described.collect())
    }

    /// Whether a checkpoint of this name can be taken.
    fn check(&self, name: &str) -> Result<(), Error> {
        let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if name.is_empty() || name.len() > MAX_NAME || !name.chars().all(valid) {
            return Err(Error::BadName(name.chars().take(MAX_NAME).collect()));
        }
        if !self.0.contains_key(name) && self.0.len() >= MAX_CHECKPOINTS {
            return Err(Error::TooManyCheckpoints { limit: MAX_CHECKPOINTS });
        }
        Ok(())
    }

    fn find(&self, name: &str) -> Result<&(Checkpoint, CheckpointInfo), Error> {
        self.0.get(name).ok_or_else(|| Error::NoCheckpoint(name.to_owned()))
    }

    pub(super) fn list(&self) -> Vec<CheckpointInfo> {
        self.0.values().map(|(_, info)| info.clone()).collect()
    }
}

impl Service {
    /// The checkpoints in the order of their names.
    #[must_use]
    pub fn checkpoints(&self) -> Vec<CheckpointInfo> {
        self.published().checkpoints.to_vec()
    }

    /// Remembers this moment under a name, in constant time; an older checkpoint of that name is replaced.
    ///
    /// # Errors
    /// [`Error::BadName`], [`Error::TooManyCheckpoints`], those of the database.
    pub async fn checkpoint(&self, name: String) -> Result<CheckpointInfo, Error> {
        self.command(move |driver| {
            driver.checkpoints.check(&name)?;
            let node = driver.node.clone();
            driver.commit(|db| db.save_checkpoint(&name, &node))?;
            let info = describe(&name, &node);
            driver.checkpoints.0.insert(name, (node.checkpoint(), info.clone()));
            driver.publish();
            Ok(info)
        })
        .await
    }

    /// Returns to a checkpoint in constant time (with a database: in the time of writing the state); it stays.
    ///
    /// # Errors
    /// [`Error::NoCheckpoint`], those of the database.
    pub async fn restore(&self, name: String) -> Result<CheckpointInfo, Error> {
        self.command(move |driver| {
            let (checkpoint, info) = driver.checkpoints.find(&name)?.clone();
            let mut node = driver.node.clone();
            node.restore(&checkpoint);
            driver.replace(node, Change::Reset)?;
            Ok(info)
        })
        .await
    }

    /// Forgets a checkpoint.
    ///
    /// # Errors
    /// [`Error::NoCheckpoint`], those of the database.
    pub async fn delete_checkpoint(&self, name: String) -> Result<CheckpointInfo, Error> {
        self.command(move |driver| {
            let (_, info) = driver.checkpoints.find(&name)?.clone();
            driver.commit(|db| db.remove_checkpoint(&name).map(drop))?;
            driver.checkpoints.0.remove(&name);
            driver.publish();
            Ok(info)
        })
        .await
    }

    /// The whole state as the bytes of a state file.
    ///
    /// # Errors
    /// [`localnet::Error::BadCell`].
    pub fn dump(&self) -> Result<Vec<u8>, Error> {
        Ok(self.snapshot().to_bytes()?)
    }

    /// Replaces the whole state by one that was dumped.
    ///
    /// # Errors
    /// [`Error::BadState`], those of the database.
    pub async fn load(&self, bytes: Vec<u8>) -> Result<(), Error> {
        // Off the driver's thread: blocks go on while a large state is read.
        let read = tokio::task::spawn_blocking(move || Node::from_bytes(&bytes)).await;
        let node = read.map_err(|_| Error::Stopped)??;
        self.command(move |driver| driver.replace(node, Change::Reset)).await
    }

    /// Begins the network anew.
    ///
    /// # Errors
    /// [`Error::NoGenesis`] for a node that was started from a state, those of the database.
    pub async fn reset(&self) -> Result<(), Error> {
        self.command(|driver| {
            let make = driver.settings.genesis.clone().ok_or(Error::NoGenesis)?;
            driver.replace(make()?, Change::Reset)
        })
        .await
    }
}
