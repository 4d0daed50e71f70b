//! The node running: a driver thread makes blocks, everybody else reads what it published.
//!
//! - [`Service::snapshot`] is the newest committed state. It is a clone of a persistent structure: readers hold no
//!   lock while they look at it, and the driver holds none while it executes.
//! - [`Service::post`] checks a message and puts it into a bounded line; the driver takes it from there.
//! - [`Service::changes`] tells what was published, after it was. A reader that falls more than
//!   [`Settings::backlog`] changes behind gets [`RecvError::Lagged`] and has to look at the snapshot; see
//!   [`next_change`].
//!
//! INVARIANT: with a database, a round is in the snapshot and in a change only after it is on the disk.
//!
//! [`RecvError::Lagged`]: tokio::sync::broadcast::error::RecvError::Lagged

mod checkpoints;
mod clock;
mod controls;
mod driver;
mod error;
mod inbox;
mod settings;

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

use localnet::{Db, Mining, Node, Round};
use tokio::sync::{broadcast, oneshot};
use ton_abi::Address;
use ton_client::MsgHash;

pub use self::checkpoints::{CheckpointInfo, MAX_CHECKPOINTS};
pub use self::clock::Clock;
pub use self::error::Error;
pub use self::settings::{MakeGenesis, Mode, Settings};

use self::checkpoints::Checkpoints;
use self::driver::Driver;
use self::inbox::{External, Inbox};
use crate::metrics::Metrics;

/// Version that the API reports: the one of the query server whose behaviour it follows.
///
/// COMPAT(sdk): up to three integers with dots, nothing else.
pub const API_VERSION: &str = "0.68.0";

/// Most blocks that one request may ask for.
pub const MAX_BLOCKS: u32 = 10_000;

/// A running node; a clone is the same one.
#[derive(Clone)]
pub struct Service(Arc<Shared>);

struct Shared {
    inbox: Inbox,
    published: RwLock<Published>,
    changes: broadcast::Sender<Arc<Change>>,
    metrics: Arc<Metrics>,
    remp: bool,
    driver: Mutex<Option<JoinHandle<()>>>,
}

/// What readers see; replaced as a whole.
#[derive(Clone)]
struct Published {
    node: Arc<Node>,
    clock: Clock,
    mode: Mode,
    halted: Option<Arc<str>>,
    checkpoints: Arc<Vec<CheckpointInfo>>,
}

/// Something that readers can see now and could not before.
#[derive(Debug)]
pub enum Change {
    /// A round: one block of each chain. Rejected messages are in its workchain block.
    Round(Arc<Round>),
    /// Accounts were edited by hand.
    Edited(Vec<Address>),
    /// A state was restored or loaded: everything may be different, the chain may even be shorter.
    Reset,
    /// A message was posted and waits for a block.
    Posted(MsgHash),
}

/// What the node says about itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Info {
    /// See [`API_VERSION`].
    pub version: &'static str,
    /// Chain time, milliseconds since 1970.
    pub now_ms: u64,
    /// Time of the newest block, seconds since 1970.
    pub last_block_time: u32,
    /// How far blocks, transactions and messages are behind the chain, in milliseconds: never.
    pub latency_ms: f64,
    /// Whether rejected messages are reported at once.
    pub remp_enabled: bool,
    /// How chain time passes.
    pub clock: Clock,
    /// When blocks are made.
    pub mode: Mode,
    /// Why no more blocks are made, if so.
    pub halted: Option<String>,
    /// Messages that wait for a block, external and internal.
    pub waiting: usize,
}

impl Service {
    /// Starts the driver of a node. With a database, every round is committed to it before anybody sees it.
    ///
    /// # Errors
    /// [`Error::Thread`].
    pub fn start(node: Node, db: Option<Db>, settings: Settings) -> Result<Self, Error> {
        Self::start_with(node, db, settings, Arc::new(Metrics::new()))
    }

    /// [`Service::start`] that counts in these metrics.
    ///
    /// # Errors
    /// [`Error::Thread`].
    pub fn start_with(
        mut node: Node,
        db: Option<Db>,
        mut settings: Settings,
        metrics: Arc<Metrics>,
    ) -> Result<Self, Error> {
        hand_over_mining(&mut node);
        settings.clock.catch_up(&node);
        let (changes, _) = broadcast::channel(settings.backlog.max(1));
        let published = Published {
            node: Arc::new(node.clone()),
            clock: settings.clock,
            mode: settings.mode,
            halted: None,
            checkpoints: Arc::default(),
        };
        let shared = Arc::new(Shared {
            inbox: Inbox::new(settings.mempool, settings.mempool_bytes),
            published: RwLock::new(published),
            changes,
            metrics,
            remp: settings.remp,
            driver: Mutex::new(None),
        });
        let driver = Driver::new(node, db, settings, Self(shared.clone()));
        let thread = std::thread::Builder::new().name("node".to_owned());
        let handle = thread.spawn(move || driver.run()).map_err(Error::Thread)?;
        *shared.driver.lock().unwrap_or_else(PoisonError::into_inner) = Some(handle);
        Ok(Self(shared))
    }

    fn published(&self) -> Published {
        self.0.published.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The newest committed state; never waits for a round under way.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Node> {
        self.published().node
    }

    /// Counters of this node.
    #[must_use]
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.0.metrics
    }

    /// What the node says about itself.
    #[must_use]
    pub fn info(&self) -> Info {
        let Published { node, clock, mode, halted, .. } = self.published();
        Info {
            version: API_VERSION,
            now_ms: clock.now_ms(&node),
            last_block_time: node.head().gen_utime.0,
            latency_ms: 0.0,
            remp_enabled: self.0.remp,
            clock,
            mode,
            halted: halted.map(|reason| reason.to_string()),
            waiting: node.pending_externals() + node.queued_messages() + self.0.inbox.externals(),
        }
    }

    /// Takes an external message (a bag of cells); its fate is known after a later round.
    ///
    /// The same bytes may be posted any number of times.
    ///
    /// # Errors
    /// [`Error::Node`] with [`localnet::Error::BadExternal`] if no network would take these bytes,
    /// [`Error::MempoolFull`], [`Error::MempoolBytes`], [`Error::Stopped`], [`Error::Halted`].
    pub fn post(&self, boc: &[u8]) -> Result<MsgHash, Error> {
        let posted = self.try_post(boc);
        self.0.metrics.posted(posted.is_ok());
        posted
    }

    fn try_post(&self, boc: &[u8]) -> Result<MsgHash, Error> {
        let Published { node, halted, .. } = self.published();
        if let Some(reason) = halted {
            return Err(Error::Halted(reason.to_string()));
        }
        let message = node.check_external(boc)?;
        let hash = MsgHash::from(message.repr_hash());
        let external = External { hash, message, bytes: boc.len() };
        if self.0.inbox.push_external(external, node.pending_externals())? {
            self.tell(Change::Posted(hash));
        }
        Ok(hash)
    }

    /// Everything that is published from now on.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Arc<Change>> {
        self.0.changes.subscribe()
    }

    /// Changes the node between two rounds. If `f` fails, nothing changes; otherwise the new state is committed,
    /// published and told as [`Change::Edited`] with the accounts that differ.
    ///
    /// # Errors
    /// Those of `f`, those of the database, [`Error::Busy`], [`Error::Stopped`].
    pub async fn edit<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Node) -> Result<T, localnet::Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.command(move |driver| driver.edit(f)).await
    }

    /// Makes a round now, empty if nothing waits.
    ///
    /// # Errors
    /// [`Error::Halted`] and those of [`Service::edit`].
    pub async fn produce(&self) -> Result<Arc<Round>, Error> {
        self.command(Driver::round).await
    }

    /// Makes a round of exactly these waiting messages; everything else stays where it is.
    ///
    /// # Errors
    /// As [`Service::produce`], and if one of the messages does not wait.
    pub async fn produce_only(&self, messages: Vec<MsgHash>) -> Result<Arc<Round>, Error> {
        self.command(move |driver| driver.round_of(&messages)).await
    }

    /// Makes so many rounds in a row; gives the last one.
    ///
    /// # Errors
    /// As [`Service::produce`]; [`Error::TooManyBlocks`] for none or more than [`MAX_BLOCKS`].
    pub async fn produce_many(&self, count: u32) -> Result<Arc<Round>, Error> {
        if count == 0 || count > MAX_BLOCKS {
            return Err(Error::TooManyBlocks { wanted: count, limit: MAX_BLOCKS });
        }
        for _ in 1..count {
            self.produce().await?;
        }
        self.produce().await
    }

    /// Makes rounds until no message waits; gives how many.
    ///
    /// # Errors
    /// As [`Service::produce`]; [`localnet::Error::NotSettled`] if messages cause each other endlessly.
    pub async fn settle(&self) -> Result<u32, Error> {
        self.command(Driver::settle).await
    }

    /// Runs something on the driver's thread, between two rounds.
    async fn command<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Driver) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (send, receive) = oneshot::channel();
        self.0.inbox.push_command(Box::new(move |driver| {
            // INVARIANT: the driver changes its node by assigning whole ones, so a panic leaves the old one.
            let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| f(driver)));
            let outcome = outcome.unwrap_or_else(|_| Err(driver.halt("a command failed by a defect")));
            // Whoever asked may have gone away.
            let _ = send.send(outcome);
        }))?;
        receive.await.unwrap_or(Err(Error::Stopped))
    }

    /// Replaces what readers see.
    fn publish(&self, published: Published) {
        *self.0.published.write().unwrap_or_else(PoisonError::into_inner) = published;
    }

    fn tell(&self, change: Change) {
        // Nobody has to listen.
        let _ = self.0.changes.send(Arc::new(change));
    }

    /// Stops the driver after the round under way and waits for it. Clones answer [`Error::Stopped`] from then on;
    /// their snapshot stays.
    pub fn stop(self) {
        self.0.inbox.stop();
        let handle = self.0.driver.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(handle) = handle {
            // A panic of the driver was told when it happened.
            let _ = handle.join();
        }
    }
}

/// The next change; [`Change::Reset`] if so many were missed that the whole state has to be looked at, `None` at the
/// end of the service.
pub async fn next_change(changes: &mut broadcast::Receiver<Arc<Change>>) -> Option<Arc<Change>> {
    match changes.recv().await {
        Ok(change) => Some(change),
        Err(broadcast::error::RecvError::Lagged(_)) => Some(Arc::new(Change::Reset)),
        Err(broadcast::error::RecvError::Closed) => None,
    }
}

/// The service decides when blocks are made, not the node.
fn hand_over_mining(node: &mut Node) {
    let options = localnet::NodeOptions { mining: Mining::Manual, ..node.options().clone() };
    node.set_options(options);
}
