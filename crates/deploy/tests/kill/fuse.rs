//! What kills a deployment: a fuse in the journal's writes and in the posts of messages.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use deploy::Store;
use localnet::SharedNode;
use ton_abi::{Address, Cell, Lt, UnixMillis};
use ton_client::net::{FoundTransaction, Head, Rejection, Transport, TransportError};
use ton_client::{MsgHash, TxHash};

/// Where in an operation the process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kill {
    /// Before it.
    Before,
    /// A write got as far as so many 1/1000 of its bytes, at least one byte and never all.
    Torn(u32),
    /// A write lacks nothing but its last byte.
    Short,
    /// The message waits, no block has it yet.
    Queued,
    /// After it.
    After,
}

/// What an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Write,
    Post,
}

/// The number of operations until death, and how it dies.
#[derive(Debug, Default)]
struct State {
    /// Operations so far.
    count: usize,
    kill: Option<(usize, Kill)>,
    dead: bool,
    kinds: Vec<Operation>,
}

/// Shared between store and transport of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fuse(Arc<Mutex<State>>);

impl Fuse {
    /// One that burns in the operation with this number.
    pub(crate) fn at(number: usize, kill: Kill) -> Self {
        let fuse = Self::default();
        fuse.0.lock().unwrap().kill = Some((number, kill));
        fuse
    }

    /// Kinds of all operations so far.
    pub(crate) fn operations(&self) -> Vec<Operation> {
        self.0.lock().unwrap().kinds.clone()
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.0.lock().unwrap().dead
    }

    /// Counts an operation; `Err` if the process is dead, `Ok(Some)` if it dies now.
    fn burn(&self, operation: Operation) -> Result<Option<Kill>, Dead> {
        let mut state = self.0.lock().unwrap();
        if state.dead {
            return Err(Dead);
        }
        let number = state.count;
        state.count += 1;
        state.kinds.push(operation);
        let kill = state.kill.filter(|(at, _)| *at == number).map(|(_, kill)| kill);
        state.dead = kill.is_some();
        Ok(kill)
    }
}

/// Nothing is done any more.
#[derive(Debug, thiserror::Error)]
#[error("killed")]
pub(crate) struct Dead;

impl From<Dead> for io::Error {
    fn from(dead: Dead) -> Self {
        Self::other(dead)
    }
}

impl From<Dead> for TransportError {
    fn from(dead: Dead) -> Self {
        // What the process would not live to see.
        Self::Refused { network: "localnet".to_owned(), source: Box::new(dead) }
    }
}

/// The bytes of a journal, which outlive every run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disk {
    pub(crate) bytes: Arc<Mutex<Vec<u8>>>,
    pub(crate) fuse: Fuse,
}

impl Store for Disk {
    fn read(&mut self) -> io::Result<Vec<u8>> {
        Ok(self.bytes.lock().unwrap().clone())
    }

    fn append(&mut self, new: &[u8]) -> io::Result<()> {
        let kill = self.fuse.burn(Operation::Write)?;
        let length = match kill {
            None | Some(Kill::After) => new.len(),
            Some(Kill::Before | Kill::Queued) => 0,
            Some(Kill::Short) => new.len() - 1,
            Some(Kill::Torn(share)) => (new.len() * share as usize / 1000).clamp(1, new.len() - 1),
        };
        self.bytes.lock().unwrap().extend_from_slice(&new[..length]);
        if kill.is_some() { Err(Dead.into()) } else { Ok(()) }
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.bytes.lock().unwrap().truncate(length as usize);
        Ok(())
    }
}

/// The embedded node behind the fuse.
#[derive(Clone)]
pub(crate) struct Wire {
    pub(crate) node: SharedNode,
    pub(crate) fuse: Fuse,
}

impl Wire {
    fn check(&self) -> Result<(), TransportError> {
        if self.fuse.is_dead() { Err(Dead.into()) } else { Ok(()) }
    }
}

#[async_trait]
impl Transport for Wire {
    fn name(&self) -> String {
        self.node.name()
    }

    fn is_local(&self) -> bool {
        true
    }

    async fn config(&self) -> Result<chain::Config, TransportError> {
        self.node.config().await
    }

    async fn head(&self, address: &Address) -> Result<Head, TransportError> {
        self.check()?;
        self.node.head(address).await
    }

    async fn now(&self, address: &Address) -> Result<UnixMillis, TransportError> {
        self.node.now(address).await
    }

    async fn wait_block(
        &self,
        address: &Address,
        after: &Head,
        timeout: Duration,
    ) -> Result<Option<Head>, TransportError> {
        // A dead process makes no blocks.
        self.check()?;
        self.node.wait_block(address, after, timeout).await
    }

    async fn post(&self, message: &[u8]) -> Result<(), TransportError> {
        match self.fuse.burn(Operation::Post)? {
            None => return self.node.post(message).await,
            Some(Kill::After) => self.node.post(message).await?,
            Some(Kill::Queued) => {
                let cell = ton_client::boc::decode(message).expect("our own bytes");
                self.node.lock().enqueue(cell).expect("there is room");
            }
            Some(Kill::Before | Kill::Torn(_) | Kill::Short) => {}
        }
        Err(Dead.into())
    }

    async fn account(&self, address: &Address) -> Result<chain::Account, TransportError> {
        self.check()?;
        self.node.account(address).await
    }

    async fn transaction(&self, hash: &TxHash) -> Result<Option<FoundTransaction>, TransportError> {
        self.node.transaction(hash).await
    }

    async fn transaction_of(&self, in_msg: &MsgHash) -> Result<Option<FoundTransaction>, TransportError> {
        self.check()?;
        self.node.transaction_of(in_msg).await
    }

    async fn transactions(
        &self,
        account: &Address,
        last: Option<Lt>,
        limit: usize,
    ) -> Result<Vec<FoundTransaction>, TransportError> {
        self.node.transactions(account, last, limit).await
    }

    async fn message(&self, hash: &MsgHash) -> Result<Option<Cell>, TransportError> {
        self.node.message(hash).await
    }

    async fn rejection(&self, message: &MsgHash) -> Result<Option<Rejection>, TransportError> {
        self.node.rejection(message).await
    }
}
