//! The journal: what was done, written down before it is done.
//!
//! One line of JSON for each entry, each with a checksum over itself and all lines before it. A line that the last run did
//! not finish is dropped when the journal is opened, for what it announces was not begun; any other line that is not as
//! it was written is an error.

mod entry;
mod line;
mod store;

use governance::workflow::founding::Step;
use ton_abi::UnixTime;
use ton_client::MsgHash;
use ton_client::processing::Outgoing;

pub use self::entry::Entry;
pub use self::store::{FileStore, MemoryStore, Store};
use crate::Binding;

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// It cannot be read or written.
    #[error("the journal cannot be {action}")]
    Disk {
        /// What was tried: `read`, `written`, `locked`.
        action: &'static str,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// Another process works with it.
    #[error("another process works with this journal")]
    Locked,
    /// A line is not as it was written.
    #[error("line {line} of the journal was changed after it was written: {why}")]
    Altered {
        /// The line, counted from 1.
        line: usize,
        /// How it can be seen.
        why: String,
    },
    /// A write failed before: what the store has now is only known after it is opened again.
    #[error("an earlier write to the journal failed")]
    Broken,
}

/// A message that the journal knows.
#[derive(Debug, Clone)]
pub struct Sent {
    /// It.
    pub message: Outgoing,
    /// How many messages of the same step came before it.
    pub attempt: u32,
}

/// How far a step is, as far as the journal knows.
#[derive(Debug, Clone)]
pub enum Progress {
    /// Nothing of it is under way. So many messages were made for it, which are all void or failed.
    Open {
        /// How many.
        attempts: u32,
    },
    /// A message may be on its way.
    Sent(Box<Sent>),
    /// Its message landed, or the chain showed its outcome.
    Over,
}

impl Progress {
    /// Whether nothing is left to do.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Over)
    }
}

/// What was done, and where it is kept.
#[derive(Debug)]
pub struct Journal<S> {
    store: S,
    entries: Vec<Entry>,
    sum: line::Sum,
    /// Bytes of an unfinished line that were dropped.
    dropped: usize,
    broken: bool,
}

impl<S: Store> Journal<S> {
    /// Reads what the store has, and repairs the end of it.
    ///
    /// # Errors
    /// [`JournalError::Disk`], [`JournalError::Altered`].
    pub fn open(mut store: S) -> Result<Self, JournalError> {
        let bytes = store.read().map_err(|source| JournalError::Disk { action: "read", source })?;
        let line::Read { entries, sum, whole, missing_end } = line::read(&bytes)?;
        let disk = |source| JournalError::Disk { action: "repaired", source };
        let dropped = bytes.len() - whole;
        if dropped > 0 {
            store.truncate(whole as u64).map_err(disk)?;
        }
        if missing_end {
            store.append(b"\n").map_err(disk)?;
        }
        Ok(Self { store, entries, sum, dropped, broken: false })
    }

    /// All entries, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Bytes of a line that the last run did not finish, which were dropped.
    #[must_use]
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// Gives the store back.
    pub fn into_store(self) -> S {
        self.store
    }

    /// Adds an entry; durable once this returns.
    ///
    /// # Errors
    /// [`JournalError::Disk`], and [`JournalError::Broken`] ever after.
    pub fn append(&mut self, entry: &Entry) -> Result<(), JournalError> {
        if self.broken {
            return Err(JournalError::Broken);
        }
        let (text, sum) = line::write(entry, &self.sum);
        if let Err(source) = self.store.append(text.as_bytes()) {
            self.broken = true;
            return Err(JournalError::Disk { action: "written", source });
        }
        self.sum = sum;
        self.entries.push(entry.clone());
        Ok(())
    }

    /// What it was begun with.
    #[must_use]
    pub fn binding(&self) -> Option<&Binding> {
        self.entries.iter().find_map(|entry| match entry {
            Entry::Begin(binding) => Some(&**binding),
            _ => None,
        })
    }

    /// How far a step is.
    ///
    /// # Errors
    /// [`JournalError::Altered`] if a message that is under way is none.
    pub fn progress(&self, step: Step) -> Result<Progress, JournalError> {
        let mut progress = Progress::Open { attempts: 0 };
        let mut attempts = 0;
        for (number, entry) in self.entries.iter().enumerate() {
            if entry.step() != Some(step) {
                continue;
            }
            match entry {
                Entry::Sending { message, boc, expire, .. } => {
                    let outgoing = decode(boc, *expire, *message)
                        .map_err(|why| JournalError::Altered { line: number + 1, why })?;
                    progress = Progress::Sent(Box::new(Sent { message: outgoing, attempt: attempts }));
                    attempts += 1;
                }
                Entry::Void { .. } | Entry::Failed { .. } => progress = Progress::Open { attempts },
                Entry::Landed { .. } | Entry::Found { .. } => progress = Progress::Over,
                Entry::Begin(_) | Entry::Done => {}
            }
        }
        Ok(progress)
    }

    /// Whether everything was done and checked.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.entries.last() == Some(&Entry::Done)
    }
}

fn decode(boc: &str, expire: Option<UnixTime>, message: MsgHash) -> Result<Outgoing, String> {
    let cell = ton_client::boc::decode_base64(boc).map_err(|error| error.to_string())?;
    let outgoing = Outgoing::new(cell, expire).map_err(|error| error.to_string())?;
    if outgoing.hash == message { Ok(outgoing) } else { Err(format!("its message is {}", outgoing.hash)) }
}

#[cfg(test)]
mod tests;
