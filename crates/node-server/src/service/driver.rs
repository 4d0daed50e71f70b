//! The thread that owns the node: it takes messages and commands, makes rounds, commits and publishes them.

use std::cmp::Ordering;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chain::Account;
use localnet::{Db, Node, Round};
use ton_abi::{Address, Cell};
use ton_client::MsgHash;

use super::inbox::{External, Taken};
use super::{Change, Checkpoints, Error, Mode, Published, Service, Settings, hand_over_mining};

/// After so many rounds in a row without a new external message, contracts that call each other endlessly get a
/// round per [`SLOW_PACE`] only, so that they do not eat a processor.
const FAST_ROUNDS: u32 = 1_000;
const SLOW_PACE: Duration = Duration::from_millis(100);

pub(crate) struct Driver {
    pub(super) node: Node,
    /// The node before it took `fresh`.
    clean: Node,
    /// Messages taken since the last round or edit.
    fresh: Vec<Cell>,
    db: Option<Db>,
    pub(super) settings: Settings,
    pub(super) checkpoints: Checkpoints,
    service: Service,
    halted: Option<Arc<str>>,
    last_round: Instant,
    /// Rounds since an external message came.
    rounds_alone: u32,
}

impl Driver {
    pub(super) fn new(node: Node, db: Option<Db>, settings: Settings, service: Service) -> Self {
        let kept = db.as_ref().map(|db| db.checkpoints().clone()).unwrap_or_default();
        Self {
            checkpoints: Checkpoints::of(kept, &node),
            clean: node.clone(),
            fresh: Vec::new(),
            node,
            db,
            settings,
            service,
            halted: None,
            last_round: Instant::now(),
            rounds_alone: 0,
        }
    }

    pub(super) fn run(mut self) {
        self.publish();
        loop {
            let room = self.node.options().mempool_size.saturating_sub(self.node.pending_externals());
            let Some(Taken { externals, commands }) = self.service.0.inbox.take(self.deadline(), room) else {
                return;
            };
            if !externals.is_empty() {
                self.admit(externals);
            }
            for command in commands {
                command(&mut self);
            }
            if self.halted.is_none() && self.deadline().is_some_and(|deadline| deadline <= Instant::now()) {
                // What went wrong is kept and told to everybody who asks.
                let _ = self.round();
            }
        }
    }

    /// When the next round is due without any message or command.
    fn deadline(&self) -> Option<Instant> {
        if self.halted.is_some() {
            return None;
        }
        let busy = self.node.pending_externals() > 0 || self.node.queued_messages() > 0;
        match self.settings.mode {
            Mode::Manual => None,
            Mode::Interval(interval) => Some(self.last_round + interval),
            Mode::Instant if busy && self.rounds_alone < FAST_ROUNDS => Some(self.last_round),
            Mode::Instant if busy => Some(self.last_round + SLOW_PACE),
            Mode::Instant if self.settings.clock.frozen => None,
            Mode::Instant => Some(self.last_round + self.settings.idle),
        }
    }

    /// Puts messages into the node's line.
    fn admit(&mut self, externals: Vec<External>) {
        self.rounds_alone = 0;
        for External { hash, message, .. } in externals {
            match self.node.enqueue(message.clone()) {
                Ok(true) => self.fresh.push(message),
                Ok(false) => {}
                Err(error) => {
                    // The room was counted before it was taken: only a smaller mempool set since leads here.
                    self.service.0.metrics.dropped();
                    eprintln!("localnet: message {hash} is dropped: {error}");
                }
            }
        }
        self.publish();
    }

    /// Makes a round, commits and publishes it.
    pub(super) fn round(&mut self) -> Result<Arc<Round>, Error> {
        self.round_by(Node::produce).inspect_err(|error| {
            if self.halted.is_none() {
                // Trying again would fail again, at full speed.
                self.halt(&error.to_string());
            }
        })
    }

    /// Makes a round of these messages only.
    pub(super) fn round_of(&mut self, messages: &[MsgHash]) -> Result<Arc<Round>, Error> {
        self.round_by(|node| node.produce_only(messages))
    }

    pub(super) fn settle(&mut self) -> Result<u32, Error> {
        let mut made = 0;
        while self.node.pending_externals() > 0 || self.node.queued_messages() > 0 {
            if made == self.node.options().settle_blocks {
                let queued = self.node.queued_messages();
                return Err(localnet::Error::NotSettled { blocks: made, queued }.into());
            }
            self.round()?;
            made += 1;
        }
        Ok(made)
    }

    fn round_by(
        &mut self,
        make: impl Fn(&mut Node) -> Result<Round, localnet::Error>,
    ) -> Result<Arc<Round>, Error> {
        if let Some(reason) = &self.halted {
            return Err(Error::Halted(reason.to_string()));
        }
        self.last_round = Instant::now();
        let (next, round) = match self.attempt(&self.node, &make) {
            Some(made) => made?,
            None => {
                self.drop_poison(&make);
                self.attempt(&self.node, &make).unwrap_or_else(|| Err(self.halt("a round panicked")))?
            }
        };
        let round = Arc::new(round);
        self.commit(|db| db.commit(&next, &round))?;
        self.keep(next);
        self.rounds_alone = self.rounds_alone.saturating_add(1);
        self.service.0.metrics.round(&round, &self.node, self.last_round.elapsed());
        self.publish();
        self.service.tell(Change::Round(round.clone()));
        Ok(round)
    }

    /// Makes a round on a copy; `None` if it panics.
    fn attempt(
        &self,
        node: &Node,
        make: impl Fn(&mut Node) -> Result<Round, localnet::Error>,
    ) -> Option<Result<(Node, Round), Error>> {
        let mut next = node.clone();
        let work = AssertUnwindSafe(|| {
            self.settings.clock.apply(&mut next)?;
            Ok(make(&mut next)?)
        });
        std::panic::catch_unwind(work).ok().map(|made| made.map(|round| (next, round)))
    }

    /// A round panicked: leaves out those messages that make it panic even alone.
    fn drop_poison(&mut self, make: impl Fn(&mut Node) -> Result<Round, localnet::Error>) {
        let mut node = self.clean.clone();
        for message in std::mem::take(&mut self.fresh) {
            let mut probe = self.clean.clone();
            let harmless = probe.enqueue(message.clone()).is_ok() && self.attempt(&probe, &make).is_some();
            if !harmless || node.enqueue(message.clone()).is_err() {
                self.service.0.metrics.dropped();
                eprintln!("localnet: message {} is dropped: it makes the node fail", message.repr_hash());
            }
        }
        self.node = node;
    }

    /// Changes the node by hand; see [`Service::edit`].
    pub(super) fn edit<T>(
        &mut self,
        f: impl FnOnce(&mut Node) -> Result<T, localnet::Error>,
    ) -> Result<T, Error> {
        let mut next = self.node.clone();
        self.settings.clock.apply(&mut next)?;
        let answer = f(&mut next)?;
        let touched = differences(&self.node, &next);
        self.replace(next, Change::Edited(touched))?;
        Ok(answer)
    }

    /// Puts another node in place of this one; settings stay.
    pub(super) fn replace(&mut self, mut node: Node, change: Change) -> Result<(), Error> {
        hand_over_mining(&mut node);
        self.commit(|db| db.rewrite(&node))?;
        self.keep(node);
        if matches!(change, Change::Reset) {
            self.halted = None;
            self.settings.clock.catch_up(&self.node);
        }
        self.publish();
        self.service.tell(change);
        Ok(())
    }

    /// Changes the settings, which no database keeps.
    pub(super) fn set<T>(
        &mut self,
        f: impl FnOnce(&mut Settings, &mut Node) -> Result<T, localnet::Error>,
    ) -> Result<T, Error> {
        let (mut settings, mut node) = (self.settings.clone(), self.node.clone());
        let answer = f(&mut settings, &mut node)?;
        self.settings = settings;
        self.replace(node, Change::Edited(Vec::new()))?;
        Ok(answer)
    }

    fn keep(&mut self, node: Node) {
        self.clean = node.clone();
        self.fresh.clear();
        self.node = node;
    }

    /// Writes to the database, if there is one; if that fails no more rounds are made, so that nobody is told of
    /// something that the next start does not know.
    pub(super) fn commit(
        &mut self,
        f: impl FnOnce(&mut Db) -> Result<(), localnet::Error>,
    ) -> Result<(), Error> {
        let Some(db) = &mut self.db else { return Ok(()) };
        let start = Instant::now();
        let done = f(db);
        self.service.0.metrics.committed(start.elapsed());
        done.map_err(|error| self.halt(&format!("the database failed: {error}")))
    }

    /// Stops block production and says why.
    pub(super) fn halt(&mut self, reason: &str) -> Error {
        eprintln!("localnet: block production is halted: {reason}");
        self.halted = Some(reason.into());
        self.publish();
        Error::Halted(reason.to_owned())
    }

    pub(super) fn publish(&self) {
        self.service.publish(Published {
            node: Arc::new(self.node.clone()),
            clock: self.settings.clock,
            mode: self.settings.mode,
            halted: self.halted.clone(),
            checkpoints: Arc::new(self.checkpoints.list()),
        });
    }
}

/// Addresses whose accounts are not the same in both.
fn differences(before: &Node, after: &Node) -> Vec<Address> {
    let (mut old, mut new) = (before.accounts().peekable(), after.accounts().peekable());
    let mut touched = Vec::new();
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return touched,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.address().cmp(new.address()),
        };
        let gone = if order.is_le() { old.next() } else { None };
        let come = if order.is_ge() { new.next() } else { None };
        if gone.map(Account::cell) != come.map(Account::cell) {
            touched.extend(gone.or(come).map(|account| account.address().clone()));
        }
    }
}
