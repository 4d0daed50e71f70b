//! Who wants to know what becomes of messages while it happens.

use super::{Outgoing, Tree};
use crate::Result;
use crate::ids::MsgHash;

/// Told about messages while a [`crate::Client`] posts and follows them. None of its methods may wait.
pub trait Observer: Send + Sync {
    /// A message is complete and about to be posted: the last moment to write it down.
    ///
    /// # Errors
    /// Any, [`crate::Error::Unsent`] for instance: then the message is not posted.
    fn sending(&self, _message: &Outgoing) -> Result<()> {
        Ok(())
    }

    /// `done` transactions of the message's tree are known (the first is its own), `waiting` more are known to come.
    fn followed(&self, _message: &MsgHash, _done: usize, _waiting: usize) {}

    /// The whole tree of a posted message is known; transactions of it may have failed.
    fn finished(&self, _tree: &Tree) {}
}
