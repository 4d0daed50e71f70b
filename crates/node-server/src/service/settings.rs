//! How a service runs its node.

use std::sync::Arc;
use std::time::Duration;

use localnet::Node;

use super::clock::Clock;

/// Rebuilds the zero state of a network.
pub type MakeGenesis = Arc<dyn Fn() -> Result<Node, localnet::Error> + Send + Sync>;

/// When blocks are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// At once when a message waits, with all that wait; and an empty one every [`Settings::idle`] while the clock
    /// runs, so that clients see time pass. With a frozen clock there are no idle blocks: equal inputs give equal
    /// states.
    Instant,
    /// At this interval, idle or not.
    Interval(Duration),
    /// When asked.
    Manual,
}

impl Mode {
    /// Its name on the command line and in JSON.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Instant => "instant",
            Self::Interval(_) => "interval",
            Self::Manual => "manual",
        }
    }
}

/// Settings of a service.
#[derive(Clone)]
pub struct Settings {
    /// When blocks are made.
    pub mode: Mode,
    /// How chain time passes.
    pub clock: Clock,
    /// Time between two idle blocks in [`Mode::Instant`].
    pub idle: Duration,
    /// External messages that may wait for a block.
    pub mempool: usize,
    /// Bytes that waiting external messages may have in all, as bags of cells.
    pub mempool_bytes: usize,
    /// Changes that a slow reader may be behind before it has to look at the whole state again.
    pub backlog: usize,
    /// Whether rejected messages are reported at once (REMP).
    pub remp: bool,
    /// How the network began, for a reset.
    pub genesis: Option<MakeGenesis>,
}

impl Settings {
    /// Shortest interval between blocks.
    pub const MIN_INTERVAL: Duration = Duration::from_millis(10);
    /// Longest interval between blocks: a day.
    pub const MAX_INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mode: Mode::Instant,
            clock: Clock::running(),
            idle: Duration::from_secs(1),
            mempool: 10_000,
            mempool_bytes: 64 << 20,
            backlog: 4_096,
            remp: true,
            genesis: None,
        }
    }
}
