//! Counters in the text format of Prometheus.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use localnet::{Node, Round};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Chain {
    workchain: i8,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Fate {
    fate: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    kind: &'static str,
    status: u16,
}

/// Why a connection was turned away.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

/// The counters of one node and its server.
pub struct Metrics {
    registry: Mutex<Registry>,
    blocks: Family<Chain, Counter>,
    transactions: Family<Chain, Counter>,
    gas: Counter,
    messages: Family<Fate, Counter>,
    round_seconds: Histogram,
    commit_seconds: Histogram,
    requests: Family<Answered, Counter>,
    turned_away: Family<Reason, Counter>,
    /// Open connections.
    pub connections: Gauge,
    /// Open WebSockets.
    pub websockets: Gauge,
    /// Operations that run over WebSockets: subscriptions, and queries until they are answered.
    pub subscriptions: Gauge,
    /// Messages that wait for a block, external and internal.
    pub mempool: Gauge,
    memory: Gauge<f64, AtomicU64>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// New counters, all zero.
    #[must_use]
    pub fn new() -> Self {
        // 0.1 ms to 3.3 s.
        let times = || Histogram::new(exponential_buckets(0.0001, 2.0, 16));
        let metrics = Self {
            registry: Mutex::new(Registry::with_prefix("localnet")),
            blocks: Family::default(),
            transactions: Family::default(),
            gas: Counter::default(),
            messages: Family::default(),
            round_seconds: times(),
            commit_seconds: times(),
            requests: Family::default(),
            turned_away: Family::default(),
            connections: Gauge::default(),
            websockets: Gauge::default(),
            subscriptions: Gauge::default(),
            mempool: Gauge::default(),
            memory: Gauge::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&self) {
        let mut registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        registry.register("blocks", "Blocks made", self.blocks.clone());
        registry.register("transactions", "Transactions in blocks", self.transactions.clone());
        registry.register("gas", "Gas used by all transactions", self.gas.clone());
        registry.register(
            "messages",
            "External messages by fate: posted, refused at the door, included, rejected by the contract, dropped; and \
             undeliverable internal ones",
            self.messages.clone(),
        );
        let (seconds, bytes) = (Unit::Seconds, Unit::Bytes);
        registry.register_with_unit(
            "round",
            "Time to make and commit a round",
            seconds.clone(),
            self.round_seconds.clone(),
        );
        registry.register_with_unit(
            "db_commit",
            "Time to commit to the database",
            seconds,
            self.commit_seconds.clone(),
        );
        registry.register("requests", "HTTP requests by kind and status", self.requests.clone());
        registry.register("turned_away", "Connections and requests over a limit", self.turned_away.clone());
        registry.register("connections", "Open connections", self.connections.clone());
        registry.register("websockets", "Open WebSockets", self.websockets.clone());
        registry.register("subscriptions", "Operations that run over WebSockets", self.subscriptions.clone());
        registry.register("mempool", "Messages that wait for a block", self.mempool.clone());
        registry.register_with_unit("resident_memory", "Memory of the process", bytes, self.memory.clone());
    }

    /// Everything in the text format of OpenMetrics, which Prometheus reads.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.memory.set(resident_memory().unwrap_or_default() as f64);
        let mut text = String::new();
        let registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        // INVARIANT: writing into a string does not fail.
        encode(&mut text, &registry).expect("a string takes any text");
        text
    }

    pub(crate) fn posted(&self, accepted: bool) {
        let fate = if accepted { "posted" } else { "refused" };
        self.messages.get_or_create(&Fate { fate }).inc();
    }

    pub(crate) fn dropped(&self) {
        self.messages.get_or_create(&Fate { fate: "dropped" }).inc();
    }

    pub(crate) fn round(&self, round: &Round, node: &Node, time: Duration) {
        let mut included = 0;
        for block in [&round.workchain, &round.master] {
            let chain = Chain { workchain: block.workchain };
            self.blocks.get_or_create(&chain).inc();
            self.transactions.get_or_create(&chain).inc_by(block.transactions.len() as u64);
            self.gas.inc_by(block.gas_used);
            let messages = block.transactions.iter().filter_map(|record| node.message(&record.in_msg?));
            included += messages.filter(|message| message.src_tx.is_none()).count() as u64;
            self.messages.get_or_create(&Fate { fate: "rejected" }).inc_by(block.rejected.len() as u64);
            let lost = block.undeliverable.len() as u64;
            self.messages.get_or_create(&Fate { fate: "undeliverable" }).inc_by(lost);
        }
        self.messages.get_or_create(&Fate { fate: "included" }).inc_by(included);
        self.round_seconds.observe(time.as_secs_f64());
    }

    pub(crate) fn committed(&self, time: Duration) {
        self.commit_seconds.observe(time.as_secs_f64());
    }

    pub(crate) fn answered(&self, kind: &'static str, status: u16) {
        self.requests.get_or_create(&Answered { kind, status }).inc();
    }

    pub(crate) fn turned_away(&self, reason: &'static str) {
        self.turned_away.get_or_create(&Reason { reason }).inc();
    }
}

/// Resident memory of this process in bytes, where the system tells it (Linux).
#[must_use]
pub fn resident_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib * 1024)
}
