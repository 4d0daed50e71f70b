//! Chain time: a wall clock with an offset, or a clock that stands still until told.

use std::time::{SystemTime, UNIX_EPOCH};

use localnet::{Error, Node};
use ton_abi::UnixTime;

/// How chain time passes.
///
/// A running clock shows the wall clock plus an offset, but never less than the newest block does: chain time does
/// not go back. A frozen one shows what the node was told last; every block may move it by a fixed step
/// ([`localnet::NodeOptions::seconds_per_block`]). Moving a frozen clock by hand is the manual mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// Whether it stands still.
    pub frozen: bool,
    /// What a running clock adds to the wall clock, in milliseconds.
    pub offset_ms: i64,
    /// Seconds added since the last reset: what SE's `time-delta` tells.
    pub delta: u32,
}

impl Clock {
    /// The wall clock.
    #[must_use]
    pub fn running() -> Self {
        Self { frozen: false, offset_ms: 0, delta: 0 }
    }

    /// A clock that stands still.
    #[must_use]
    pub fn frozen() -> Self {
        Self { frozen: true, ..Self::running() }
    }

    /// Lets a running clock show this time now.
    pub fn start_at(&mut self, now: UnixTime) {
        self.offset_ms = offset_of(now);
    }

    /// Chain time in milliseconds since 1970.
    ///
    /// Of a frozen clock it grows by one with each block, so that clients make headers that look newer than the
    /// last one to a contract.
    #[must_use]
    pub fn now_ms(&self, node: &Node) -> u64 {
        if self.frozen {
            return node.now().millis().0 + u64::from(node.head().seq_no);
        }
        let shown = wall_ms().saturating_add(self.offset_ms);
        u64::try_from(shown).unwrap_or(0).max(node.head().gen_utime.millis().0)
    }

    /// Sets the node to the time that a running clock shows.
    pub(crate) fn apply(&self, node: &mut Node) -> Result<(), Error> {
        if self.frozen {
            return Ok(());
        }
        let seconds = u32::try_from(self.now_ms(node) / 1000).map_err(|_| Error::ClockRange)?;
        node.set_now(UnixTime(seconds).max(node.head().gen_utime)).map(drop)
    }

    /// Lets time pass at once.
    pub(crate) fn advance(&mut self, node: &mut Node, seconds: u32) -> Result<(), Error> {
        self.apply(node)?;
        node.advance(seconds)?;
        self.offset_ms = self.offset_ms.saturating_add(i64::from(seconds) * 1000);
        self.delta = self.delta.saturating_add(seconds);
        Ok(())
    }

    /// Sets the time, which a running clock goes on from.
    pub(crate) fn set(&mut self, node: &mut Node, now: UnixTime) -> Result<(), Error> {
        node.set_now(now)?;
        self.offset_ms = offset_of(now);
        Ok(())
    }

    /// Stops the clock where it is.
    pub(crate) fn freeze(&mut self, node: &mut Node) -> Result<(), Error> {
        self.apply(node)?;
        self.frozen = true;
        Ok(())
    }

    /// Lets the clock run on from where it is.
    pub(crate) fn resume(&mut self, node: &Node) {
        if self.frozen {
            self.offset_ms = offset_of(node.now());
            self.frozen = false;
        }
    }

    /// Back to the wall clock; blocks keep the time of the newest one until it has caught up.
    pub(crate) fn reset(&mut self) {
        self.offset_ms = 0;
        self.delta = 0;
    }

    /// Lets a running clock not stand still until the wall clock reaches the newest block of a loaded state.
    pub(crate) fn catch_up(&mut self, node: &Node) {
        let behind = offset_of(node.head().gen_utime);
        self.offset_ms = self.offset_ms.max(behind);
    }
}

fn offset_of(now: UnixTime) -> i64 {
    i64::try_from(now.millis().0).unwrap_or(i64::MAX).saturating_sub(wall_ms())
}

fn wall_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
