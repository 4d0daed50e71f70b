//! The embedded node as a transport of `ton-client`.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use async_trait::async_trait;
use ton_abi::{Address, Cell, Lt, UnixMillis};
use ton_client::net::{FoundTransaction, Head, Rejection, Transport, TransportError};
use ton_client::{MsgHash, TxHash};

use crate::block::{Block, TransactionRecord};
use crate::{Error, Mining, Node};

/// What people call the embedded node.
pub const NETWORK_NAME: &str = "localnet";

/// A node shared between clients, tests and whoever moves its clock. A clone is the same node.
#[derive(Clone)]
pub struct SharedNode(Arc<Shared>);

struct Shared {
    node: Mutex<Node>,
    /// Who holds the lock, so that a second lock of the same thread is a panic and no deadlock.
    holder: Mutex<Option<ThreadId>>,
}

/// A locked node; see [`SharedNode::lock`].
pub struct NodeGuard<'a> {
    node: MutexGuard<'a, Node>,
    holder: &'a Mutex<Option<ThreadId>>,
}

impl SharedNode {
    /// Shares a node.
    #[must_use]
    pub fn new(node: Node) -> Self {
        Self(Arc::new(Shared { node: Mutex::new(node), holder: Mutex::new(None) }))
    }

    /// The node, for as long as the guard lives; clients wait meanwhile.
    ///
    /// A panic of another holder does not poison it: every change of a node is made whole or not at all.
    ///
    /// # Panics
    /// If this thread holds a guard already, as it does when a client is called while one lives.
    #[track_caller]
    pub fn lock(&self) -> NodeGuard<'_> {
        let holder = &self.0.holder;
        let me = thread::current().id();
        assert!(
            *holder.lock().unwrap_or_else(PoisonError::into_inner) != Some(me),
            "this thread has the node locked already: let the guard go before calling the network"
        );
        let node = self.0.node.lock().unwrap_or_else(PoisonError::into_inner);
        *holder.lock().unwrap_or_else(PoisonError::into_inner) = Some(me);
        NodeGuard { node, holder }
    }
}

impl Deref for NodeGuard<'_> {
    type Target = Node;

    fn deref(&self) -> &Node {
        &self.node
    }
}

impl DerefMut for NodeGuard<'_> {
    fn deref_mut(&mut self) -> &mut Node {
        &mut self.node
    }
}

impl Drop for NodeGuard<'_> {
    fn drop(&mut self) {
        *self.holder.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

fn refused(error: Error) -> TransportError {
    TransportError::Refused { network: NETWORK_NAME.to_owned(), source: Box::new(error) }
}

fn head_of(block: &Block) -> Head {
    Head { id: block.id, seq_no: block.seq_no, gen_utime: block.gen_utime, end_lt: block.end_lt }
}

fn found(record: &Arc<TransactionRecord>) -> FoundTransaction {
    FoundTransaction { account: record.account.clone(), cell: record.cell.clone() }
}

#[async_trait]
impl Transport for SharedNode {
    fn name(&self) -> String {
        NETWORK_NAME.to_owned()
    }

    fn is_local(&self) -> bool {
        true
    }

    async fn config(&self) -> Result<chain::Config, TransportError> {
        Ok(self.lock().config().clone())
    }

    async fn head(&self, _address: &Address) -> Result<Head, TransportError> {
        Ok(head_of(self.lock().head()))
    }

    /// The virtual clock, one millisecond later with every block: also clients that know nothing of each other
    /// (runs of a program on one saved state) make headers that look newer to a contract than the last one.
    async fn now(&self, _address: &Address) -> Result<UnixMillis, TransportError> {
        let node = self.lock();
        Ok(UnixMillis(node.now().millis().0 + u64::from(node.head().seq_no)))
    }

    /// Makes a block if mining is automatic and messages wait; an idle node has no next block to wait for.
    async fn wait_block(
        &self,
        _address: &Address,
        after: &Head,
        _timeout: Duration,
    ) -> Result<Option<Head>, TransportError> {
        let mut node = self.lock();
        let idle = node.pending_externals() == 0 && node.queued_messages() == 0;
        if node.head().id == after.id && node.options().mining == Mining::Auto && !idle {
            node.produce_block().map_err(refused)?;
        }
        let head = head_of(node.head());
        Ok((head.id != after.id).then_some(head))
    }

    async fn post(&self, message: &[u8]) -> Result<(), TransportError> {
        self.lock().post(message).map(drop).map_err(refused)
    }

    async fn account(&self, address: &Address) -> Result<chain::Account, TransportError> {
        Ok(self.lock().account(address))
    }

    async fn transaction(&self, hash: &TxHash) -> Result<Option<FoundTransaction>, TransportError> {
        Ok(self.lock().transaction(hash).map(found))
    }

    async fn transaction_of(&self, in_msg: &MsgHash) -> Result<Option<FoundTransaction>, TransportError> {
        Ok(self.lock().transaction_of(in_msg).map(found))
    }

    async fn transactions(
        &self,
        account: &Address,
        last: Option<Lt>,
        limit: usize,
    ) -> Result<Vec<FoundTransaction>, TransportError> {
        let node = self.lock();
        let last = last.unwrap_or(Lt(u64::MAX));
        Ok(node.transactions(account, last).take(limit).map(found).collect())
    }

    async fn message(&self, hash: &MsgHash) -> Result<Option<Cell>, TransportError> {
        Ok(self.lock().message(hash).map(|record| record.cell.clone()))
    }

    async fn trace(&self, transaction: &TxHash) -> Result<Option<chain::Trace>, TransportError> {
        Ok(self.lock().trace(transaction).ok())
    }

    async fn rejection(&self, message: &MsgHash) -> Result<Option<Rejection>, TransportError> {
        Ok(self.lock().rejection(message).map(|rejection| (**rejection).clone()))
    }
}
