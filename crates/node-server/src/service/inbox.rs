//! What waits for the driver: external messages and commands.

use std::collections::{HashSet, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use ton_abi::Cell;
use ton_client::MsgHash;

use super::Error;
use super::driver::Driver;

/// Commands that may wait.
pub(crate) const MAX_COMMANDS: usize = 1_024;

/// Something to do between two rounds.
pub(crate) type Command = Box<dyn FnOnce(&mut Driver) + Send>;

/// A checked external message.
pub(crate) struct External {
    pub(crate) hash: MsgHash,
    pub(crate) message: Cell,
    /// Length of its bag of cells.
    pub(crate) bytes: usize,
}

/// The waiting line; its lock is held only to put something in or take it out.
pub(crate) struct Inbox {
    waiting: Mutex<Waiting>,
    wake: Condvar,
    mempool: usize,
    mempool_bytes: usize,
}

#[derive(Default)]
struct Waiting {
    commands: VecDeque<Command>,
    externals: VecDeque<External>,
    hashes: HashSet<MsgHash>,
    bytes: usize,
    stopping: bool,
}

/// What the driver takes at a time; both empty if nothing came before the deadline.
pub(crate) struct Taken {
    /// Oldest first. They came before the commands, or do no harm if they did not.
    pub(crate) externals: Vec<External>,
    /// Oldest first.
    pub(crate) commands: Vec<Command>,
}

impl Inbox {
    pub(crate) fn new(mempool: usize, mempool_bytes: usize) -> Self {
        Self { waiting: Mutex::default(), wake: Condvar::new(), mempool, mempool_bytes }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Every change of the line is whole, so a panic elsewhere does not spoil it.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a message behind the others; `pending` is how many wait in the node already. The same message twice
    /// waits once.
    pub(crate) fn push_external(&self, external: External, pending: usize) -> Result<bool, Error> {
        let mut waiting = self.lock();
        if waiting.stopping {
            return Err(Error::Stopped);
        }
        if waiting.hashes.contains(&external.hash) {
            return Ok(false);
        }
        if waiting.externals.len() + pending >= self.mempool {
            return Err(Error::MempoolFull { limit: self.mempool });
        }
        let bytes = waiting.bytes + external.bytes;
        if bytes > self.mempool_bytes {
            return Err(Error::MempoolBytes { limit: self.mempool_bytes });
        }
        waiting.bytes = bytes;
        waiting.hashes.insert(external.hash);
        waiting.externals.push_back(external);
        self.wake.notify_one();
        Ok(true)
    }

    pub(crate) fn push_command(&self, command: Command) -> Result<(), Error> {
        let mut waiting = self.lock();
        if waiting.stopping {
            return Err(Error::Stopped);
        }
        if waiting.commands.len() >= MAX_COMMANDS {
            return Err(Error::Busy { limit: MAX_COMMANDS });
        }
        waiting.commands.push_back(command);
        self.wake.notify_one();
        Ok(())
    }

    pub(crate) fn stop(&self) {
        self.lock().stopping = true;
        self.wake.notify_all();
    }

    /// Messages that the driver has not taken yet.
    pub(crate) fn externals(&self) -> usize {
        self.lock().externals.len()
    }

    /// Waits until something is there or the deadline passes; `None` when it is time to stop. At most `room`
    /// messages are taken, and all commands: neither can keep the other waiting.
    pub(crate) fn take(&self, deadline: Option<Instant>, room: usize) -> Option<Taken> {
        let mut waiting = self.lock();
        loop {
            if waiting.stopping {
                return None;
            }
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            let ready = room.min(waiting.externals.len()) > 0 || !waiting.commands.is_empty();
            if ready || left.is_some_and(|left| left.is_zero()) {
                return Some(waiting.drain(room));
            }
            waiting = match left {
                None => self.wake.wait(waiting).unwrap_or_else(PoisonError::into_inner),
                Some(left) => self.wake.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
    }
}

impl Waiting {
    fn drain(&mut self, room: usize) -> Taken {
        let count = room.min(self.externals.len());
        let externals: Vec<_> = self.externals.drain(..count).collect();
        for external in &externals {
            self.hashes.remove(&external.hash);
            self.bytes -= external.bytes;
        }
        Taken { externals, commands: self.commands.drain(..).collect() }
    }
}
