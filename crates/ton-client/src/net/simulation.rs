//! A network to try things out on: another network's state, with everything that is posted executed in memory.
//!
//! # Invariants
//! - Nothing is ever posted to the network below; it is only read, each account once.
//! - The outcome is that of the network below for the same time and configuration, but for what nobody can know
//!   beforehand: the block's random seed, logical times, and what others send meanwhile.
//! - Signatures count as right, so that no secret is needed. Clients put placeholders in their place.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chain::{Account, Config, ExecContext, ExecError};
use ton_abi::{Address, Cell, Lt, UnixMillis};
use tycho_types::models::{GlobalCapability, IntAddr, MsgInfo};

use super::{FoundTransaction, Head, RejectReason, Rejection, Transport, TransportError};
use crate::boc;
use crate::ids::{BlockId, MsgHash, TxHash};
use crate::processing::Outgoing;

/// Transactions that one message may cause here.
pub const SIMULATED_TRANSACTIONS: usize = 1_000;

/// A network that executes what is posted in memory, on the state of the one below. See the page of the module.
pub struct Simulation {
    below: Arc<dyn Transport>,
    limit: usize,
    state: Mutex<State>,
}

/// What was read below, and what was executed since.
#[derive(Default)]
struct State {
    config: Option<Config>,
    head: Option<Head>,
    now: Option<UnixMillis>,
    /// Seconds by which the clock here was moved.
    ahead: u32,
    /// Logical time after everything executed here.
    end_lt: Lt,
    accounts: HashMap<Address, Account>,
    /// What was executed here, in its order.
    transactions: Vec<FoundTransaction>,
    by_message: HashMap<MsgHash, usize>,
    messages: HashMap<MsgHash, Cell>,
    rejections: HashMap<MsgHash, Rejection>,
}

/// What one message did, before it counts.
#[derive(Default)]
struct Run {
    accounts: HashMap<Address, Account>,
    /// The inbound message, the transaction, its messages.
    done: Vec<(MsgHash, FoundTransaction, Vec<Cell>)>,
    /// Internal messages on their way, in the order of delivery.
    queue: BTreeMap<(u64, MsgHash), (Address, Cell)>,
    end_lt: Lt,
}

impl Simulation {
    /// A simulation on the present state of a network.
    #[must_use]
    pub fn new(below: Arc<dyn Transport>) -> Self {
        Self::with_limit(below, SIMULATED_TRANSACTIONS)
    }

    /// The same with another limit of transactions that one message may cause.
    #[must_use]
    pub fn with_limit(below: Arc<dyn Transport>, limit: usize) -> Self {
        Self { below, limit, state: Mutex::default() }
    }

    /// Lets time pass here.
    pub fn advance(&self, seconds: u32) {
        let mut state = self.state();
        state.ahead = state.ahead.saturating_add(seconds);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refused(&self, source: impl Into<super::BoxError>) -> TransportError {
        TransportError::Refused {
            network: format!("simulation of {}", self.below.name()),
            source: source.into(),
        }
    }

    /// Executes an external message and everything it causes; `Err` on the right says why it is turned down.
    async fn run(&self, message: &Outgoing) -> Result<Result<Run, RejectReason>, TransportError> {
        let config = self.config().await?;
        let head = self.head(&message.address).await?;
        let floor = head.end_lt.max(self.state().end_lt);
        let capabilities = config.parsed().global.capabilities;
        let context = ExecContext {
            any_signature: true,
            full_body_in_bounced: capabilities.contains(GlobalCapability::CapFullBodyInBounced),
            bounce_after_failed_action: capabilities.contains(GlobalCapability::CapBounceAfterFailedAction),
            ..ExecContext::new(self.now(&message.address).await?.seconds(), floor.plus(1))
        };
        let mut run = Run { end_lt: floor, ..Run::default() };
        let account = self.account(&message.address).await?;
        match chain::execute(&config, &account, &message.cell, &context) {
            Ok(done) => run.enter(message.hash, done),
            Err(ExecError::Rejected(rejected)) => return Ok(Err(RejectReason::of(&rejected, &account))),
            Err(error) => return Ok(Err(RejectReason::Other(error.to_string()))),
        }
        while let Some(((_, hash), (to, cell))) = run.queue.pop_first() {
            if run.done.len() >= self.limit {
                return Err(self.refused(format!("the message causes more than {} transactions", self.limit)));
            }
            let account = match run.accounts.get(&to) {
                Some(account) => account.clone(),
                None => self.account(&to).await?,
            };
            // What no account can take in is lost, as on the real network.
            if let Ok(done) = chain::execute(&config, &account, &cell, &context) {
                run.enter(hash, done);
            }
        }
        Ok(Ok(run))
    }
}

impl Run {
    fn enter(&mut self, message: MsgHash, done: chain::Executed) {
        let address = done.account.address().clone();
        self.end_lt = self.end_lt.max(done.next_lt);
        for cell in done.out_messages() {
            if let Some((created, to)) = internal(cell) {
                self.queue.insert((created, MsgHash::from(cell.repr_hash())), (to, cell.clone()));
            }
        }
        // A deleted account has forgotten its past.
        let account = if done.account.exists() { done.account } else { Account::none(address.clone()) };
        let found = FoundTransaction { account: address.clone(), cell: done.transaction };
        self.done.push((message, found, done.view.out_msgs));
        self.accounts.insert(address, account);
    }
}

/// Logical time and receiver of an internal message; `None` for others.
fn internal(cell: &Cell) -> Option<(u64, Address)> {
    match cell.parse::<MsgInfo>() {
        Ok(MsgInfo::Int(info)) => match info.dst {
            IntAddr::Std(to) => Some((info.created_lt, to)),
            IntAddr::Var(_) => None,
        },
        _ => None,
    }
}

impl State {
    fn keep(&mut self, run: Run) {
        self.accounts.extend(run.accounts);
        self.end_lt = run.end_lt;
        for (message, found, out_msgs) in run.done {
            self.messages.extend(out_msgs.into_iter().map(|cell| (MsgHash::from(cell.repr_hash()), cell)));
            self.by_message.insert(message, self.transactions.len());
            self.transactions.push(found);
        }
    }

    fn reject(&mut self, message: &Outgoing, reason: RejectReason) {
        let (hash, account) = (message.hash, message.address.clone());
        let at = self.now.unwrap_or_default().seconds().plus(self.ahead);
        let seq_no = self.head.map_or(0, |head| head.seq_no);
        self.rejections.insert(hash, Rejection { message: hash, account, reason, at, seq_no });
    }
}

#[async_trait]
impl Transport for Simulation {
    fn name(&self) -> String {
        self.below.name()
    }

    fn is_local(&self) -> bool {
        self.below.is_local()
    }

    fn is_simulation(&self) -> bool {
        true
    }

    async fn config(&self) -> Result<Config, TransportError> {
        if let Some(config) = &self.state().config {
            return Ok(config.clone());
        }
        let config = self.below.config().await?;
        Ok(self.state().config.get_or_insert(config).clone())
    }

    async fn head(&self, address: &Address) -> Result<Head, TransportError> {
        let known = self.state().head;
        let head = match known {
            Some(head) => head,
            None => self.below.head(address).await?,
        };
        let mut state = self.state();
        let head = *state.head.get_or_insert(head);
        let gen_utime = head.gen_utime.plus(state.ahead);
        Ok(Head { id: BlockId::default(), gen_utime, end_lt: head.end_lt.max(state.end_lt), ..head })
    }

    async fn now(&self, address: &Address) -> Result<UnixMillis, TransportError> {
        let known = self.state().now;
        let now = match known {
            Some(now) => now,
            None => self.below.now(address).await?,
        };
        let mut state = self.state();
        let now = *state.now.get_or_insert(now);
        Ok(UnixMillis(now.0 + u64::from(state.ahead) * 1_000))
    }

    /// Everything is executed when it is posted: there is nothing to wait for.
    async fn wait_block(
        &self,
        _address: &Address,
        _after: &Head,
        _timeout: Duration,
    ) -> Result<Option<Head>, TransportError> {
        Ok(None)
    }

    /// Executes the message and everything it causes; all of it counts, or nothing.
    async fn post(&self, message: &[u8]) -> Result<(), TransportError> {
        let cell = boc::decode(message).map_err(|error| self.refused(error))?;
        let message = Outgoing::new(cell, None).map_err(|error| self.refused(error))?;
        if self.state().by_message.contains_key(&message.hash) {
            return Ok(());
        }
        // Whatever failed, nothing is on its way: a client has nothing to wait for.
        let run = self.run(&message).await.map_err(|error| match error {
            error @ TransportError::Refused { .. } => error,
            error => self.refused(error),
        })?;
        let mut state = self.state();
        state.messages.insert(message.hash, message.cell.clone());
        match run {
            Ok(run) => state.keep(run),
            Err(reason) => state.reject(&message, reason),
        }
        Ok(())
    }

    async fn account(&self, address: &Address) -> Result<Account, TransportError> {
        if let Some(account) = self.state().accounts.get(address) {
            return Ok(account.clone());
        }
        let account = self.below.account(address).await?;
        Ok(self.state().accounts.entry(address.clone()).or_insert(account).clone())
    }

    async fn transaction(&self, hash: &TxHash) -> Result<Option<FoundTransaction>, TransportError> {
        let here = self.state().transactions.iter().find(|found| found.hash() == *hash).cloned();
        match here {
            Some(found) => Ok(Some(found)),
            None => self.below.transaction(hash).await,
        }
    }

    async fn transaction_of(&self, in_msg: &MsgHash) -> Result<Option<FoundTransaction>, TransportError> {
        let here = {
            let state = self.state();
            if state.rejections.contains_key(in_msg) {
                return Ok(None);
            }
            state.by_message.get(in_msg).map(|&place| state.transactions[place].clone())
        };
        match here {
            Some(found) => Ok(Some(found)),
            None => self.below.transaction_of(in_msg).await,
        }
    }

    async fn transactions(
        &self,
        account: &Address,
        last: Option<Lt>,
        limit: usize,
    ) -> Result<Vec<FoundTransaction>, TransportError> {
        let lt = |found: &FoundTransaction| {
            found.cell.parse::<tycho_types::models::Transaction>().map_or(0, |transaction| transaction.lt)
        };
        let mut found: Vec<_> = {
            let state = self.state();
            let own = state.transactions.iter().rev().filter(|found| found.account == *account);
            own.filter(|found| last.is_none_or(|last| lt(found) <= last.0)).take(limit).cloned().collect()
        };
        if found.len() < limit {
            found.extend(self.below.transactions(account, last, limit - found.len()).await?);
        }
        Ok(found)
    }

    async fn message(&self, hash: &MsgHash) -> Result<Option<Cell>, TransportError> {
        let here = self.state().messages.get(hash).cloned();
        match here {
            Some(cell) => Ok(Some(cell)),
            None => self.below.message(hash).await,
        }
    }

    /// Those of the network below; how a tried message ran is found by running it again.
    async fn trace(&self, transaction: &TxHash) -> Result<Option<chain::Trace>, TransportError> {
        let here = self.state().transactions.iter().any(|found| found.hash() == *transaction);
        if here { Ok(None) } else { self.below.trace(transaction).await }
    }

    async fn rejection(&self, message: &MsgHash) -> Result<Option<Rejection>, TransportError> {
        Ok(self.state().rejections.get(message).cloned())
    }
}
