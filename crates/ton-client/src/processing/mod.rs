//! Sending messages and following what they cause.
//!
//! COMPAT(sdk): the module has the name of the official SDK's `processing`. A message is followed the same way on
//! every transport: ask for its transaction, ask for a reported rejection, wait for the next block, until chain
//! time passes the message's `expire`. Only then, and only once its absence is proven, does [`Client::call`] make the
//! message anew: one that may still land is never sent in another form.

mod expiry;
mod known;
mod observer;
mod step;
mod tree;

use std::collections::VecDeque;

use chain::{ExecError, TransactionView};
use ton_abi::{Address, Cell, Lt, MessageKind, MessageView, UnixTime};

use self::expiry::EXPIRED;
pub use self::known::{Beginning, Found, KnownTree, Underway};
pub use self::observer::Observer;
pub use self::step::{FailureKind, Step, StepMessage};
pub use self::tree::Tree;
use crate::error::{NotIncluded, NotIncludedCause};
use crate::ids::{MsgHash, TxHash};
use crate::net::{FoundTransaction, Head, RejectReason, TransportError};
use crate::{Client, Error, Result, boc, tvm};

/// A finished external message, ready to be posted any number of times.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Its hash, by which the network knows it.
    pub hash: MsgHash,
    /// Its destination.
    pub address: Address,
    /// The message.
    pub cell: Cell,
    /// Chain time from which on no block may include it; `None` if the contract knows no such thing.
    pub expire: Option<UnixTime>,
}

impl Outgoing {
    /// Wraps a message that was made elsewhere.
    ///
    /// # Errors
    /// [`Error::Abi`] if it is no message between standard addresses, [`Error::NotExternal`].
    pub fn new(cell: Cell, expire: Option<UnixTime>) -> Result<Self> {
        let view = MessageView::parse(&cell)?;
        let hash = MsgHash::from(view.hash);
        match (view.kind, view.dst) {
            (MessageKind::ExternalIn, Some(address)) => Ok(Self { hash, address, cell, expire }),
            _ => Err(Error::NotExternal(hash)),
        }
    }

    /// The bytes to post.
    #[must_use]
    pub fn boc(&self) -> Vec<u8> {
        boc::encode(&self.cell)
    }
}

/// A message of a tree whose transaction is to be found.
struct Awaited {
    message: MsgHash,
    receiver: Address,
    parent: usize,
    depth: u32,
}

impl Client {
    /// Posts a message. Posting the same one again is harmless: it can be executed only once.
    ///
    /// # Errors
    /// [`Error::Transport`].
    pub async fn send_message(&self, message: &Outgoing) -> Result<()> {
        Ok(self.transport().post(&message.boc()).await?)
    }

    /// Posts a message and follows everything it causes.
    ///
    /// Later transactions of the tree may have failed, see [`Tree::expect_success`]. If the answer to the post got
    /// lost, the message is waited for as if it had been taken.
    ///
    /// # Errors
    /// Those of [`Client::send_message`] and [`Client::resume_message`].
    pub async fn process_message(&self, message: &Outgoing) -> Result<Tree> {
        if let Some(observer) = self.observer() {
            observer.sending(message)?;
        }
        match self.send_message(message).await {
            // Nobody took it, so there is nothing to wait for.
            Err(error @ Error::Transport(TransportError::Refused { .. })) => Err(error),
            Ok(()) | Err(Error::Transport(_)) => self.resume_message(message).await,
            Err(error) => Err(error),
        }
    }

    /// Follows a message that was posted before, also after [`Error::Interrupted`] and in another run of the program.
    ///
    /// # Errors
    /// Those of [`Client::wait_tree`]; [`Error::Failed`] if the message's own transaction failed;
    /// [`Error::Interrupted`] if the connection failed, so that nobody knows what the network does with the message.
    pub async fn resume_message(&self, message: &Outgoing) -> Result<Tree> {
        match self.wait_tree(message).await {
            Err(Error::Transport(source)) if source.is_temporary() => {
                Err(Error::Interrupted { message: message.hash, expire: message.expire, source })
            }
            outcome => {
                let tree = outcome?;
                if let Some(observer) = self.observer() {
                    observer.finished(&tree);
                }
                tree.expect_accepted()
            }
        }
    }

    /// Waits for the transaction of a posted message.
    ///
    /// # Errors
    /// [`Error::NotIncluded`] once it is certain that it cannot come any more, [`Error::Pending`] if no more
    /// blocks come (or none in time), or if a message that never expires did not come within the lifetime of the
    /// settings, [`Error::Transport`]. After the last two the same message can be waited for again.
    pub async fn wait_transaction(&self, message: &Outgoing) -> Result<FoundTransaction> {
        let mut head = self.transport().head(&message.address).await?;
        let end = message.expire.unwrap_or(head.gen_utime.plus(self.settings().lifetime));
        let end = end.plus(self.settings().grace);
        loop {
            if let Some(found) = self.transport().transaction_of(&message.hash).await? {
                return Ok(found);
            }
            if let Some(rejection) = self.transport().rejection(&message.hash).await? {
                let time = rejection.at;
                let reason = self.explain_rejection(message, rejection, head.gen_utime).await;
                if reason == RejectReason::ExitCode(EXPIRED) {
                    // Told too late or posted too late: void all the same, so it can be made anew.
                    head = self.transport().head(&message.address).await?;
                    if let Some(expire) = message.expire.filter(|_| head.gen_utime > end) {
                        return self.expired(message, expire, head).await;
                    }
                }
                return Err(self.not_included(message, NotIncludedCause::Rejected(reason), time).await);
            }
            if head.gen_utime > end {
                return match message.expire {
                    Some(expire) => self.expired(message, expire, head).await,
                    None => Err(Error::Pending { message: message.hash, at: head.gen_utime }),
                };
            }
            head = self.next_news(message, &head).await?;
        }
    }

    /// Waits for the transaction of a posted message and all that follow from it.
    ///
    /// # Errors
    /// Those of [`Client::wait_transaction`]; [`Error::TreeTooLarge`].
    pub async fn wait_tree(&self, message: &Outgoing) -> Result<Tree> {
        let first = self.wait_transaction(message).await?;
        self.follow(message.hash, first).await
    }

    /// Collects the tree that starts with a transaction found before.
    ///
    /// # Errors
    /// [`Error::TreeTooLarge`], [`Error::Pending`], [`Error::Transport`].
    pub async fn follow(&self, message: MsgHash, first: FoundTransaction) -> Result<Tree> {
        let limit = self.settings().tree_limit;
        let mut steps = vec![self.decode(&first).await?];
        let mut awaited = VecDeque::new();
        await_children(&mut awaited, &steps, 0);
        let observer = self.observer();
        let tell = |done, waiting| {
            if let Some(observer) = &observer {
                observer.followed(&message, done, waiting);
            }
        };
        tell(1, awaited.len());
        while let Some(next) = awaited.pop_front() {
            if steps.len() >= limit {
                return Err(Error::TreeTooLarge { message, limit });
            }
            let found = self.wait_internal(&next).await?;
            let mut step = self.decode(&found).await?;
            step.parent = Some(next.parent);
            step.depth = next.depth;
            steps.push(step);
            await_children(&mut awaited, &steps, steps.len() - 1);
            tell(steps.len(), awaited.len());
        }
        Ok(Tree { message, steps: in_order(steps) })
    }

    /// What a message would do if it were executed now: its own transaction on the account's present state,
    /// decoded. Nothing is sent; what the transaction's messages would cause at other accounts is not looked at.
    ///
    /// # Errors
    /// [`Error::NotIncluded`] if it would be turned down, [`Error::LocalRun`], [`Error::Transport`]. A
    /// transaction that would fail is no error: see [`Step::failure`].
    pub async fn simulate(&self, message: &Outgoing) -> Result<Step> {
        let account = self.account(&message.address).await?;
        let config = self.transport().config().await?;
        let time = self.transport().now(&message.address).await?.seconds();
        match tvm::run_executor(&config, &account, &message.cell, time) {
            Ok(done) => {
                let found = FoundTransaction { account: message.address.clone(), cell: done.transaction };
                self.decode(&found).await
            }
            Err(ExecError::Rejected(rejected)) => {
                let reason = RejectReason::of(&rejected, &account);
                Err(self.not_included(message, NotIncludedCause::Rejected(reason), time).await)
            }
            Err(source) => {
                Err(Error::LocalRun { address: message.address.clone(), source: Box::new(source) })
            }
        }
    }

    /// The tree that starts with a transaction: itself and everything it caused.
    ///
    /// # Errors
    /// [`Error::TransactionMissing`], and those of [`Client::follow`].
    pub async fn trace(&self, hash: &TxHash) -> Result<Tree> {
        let first = self.transport().transaction(hash).await?;
        let first = first.ok_or(Error::TransactionMissing { hash: *hash })?;
        let view = TransactionView::parse(&first.cell, first.account.workchain)?;
        let message = view.in_msg.map(|cell| MsgHash::from(cell.repr_hash())).unwrap_or_default();
        self.follow(message, first).await
    }

    /// Transactions of an account with an lt up to `last` (all if `None`), newest first, at most `limit`, decoded.
    ///
    /// # Errors
    /// [`Error::Transport`], [`Error::BadTransaction`], [`Error::Abi`].
    pub async fn history(&self, address: &Address, last: Option<Lt>, limit: usize) -> Result<Vec<Step>> {
        let mut steps = Vec::new();
        for found in self.transport().transactions(address, last, limit).await? {
            steps.push(self.decode(&found).await?);
        }
        Ok(steps)
    }

    /// Decodes a transaction; an account that the registry does not know by its address is asked for its code.
    async fn decode(&self, found: &FoundTransaction) -> Result<Step> {
        let registry = self.registry();
        let mut contract = registry.contract_at(&found.account).cloned();
        if contract.is_none() && registry.knows_codes() {
            let code = self.account(&found.account).await?.code();
            contract = code.and_then(|code| registry.contract_of_code(code.repr_hash()).cloned());
        }
        let mut step = Step::decode(found, contract, &registry)?;
        if step.failure.is_some() {
            step.fault = self.fault_of(&step).await;
        }
        Ok(step)
    }

    async fn wait_internal(&self, next: &Awaited) -> Result<FoundTransaction> {
        // Mostly it is there already, and the chain need not be asked.
        if let Some(found) = self.transport().transaction_of(&next.message).await? {
            return Ok(found);
        }
        let mut head = self.transport().head(&next.receiver).await?;
        let end = head.gen_utime.plus(self.settings().hop_time);
        loop {
            if let Some(found) = self.transport().transaction_of(&next.message).await? {
                return Ok(found);
            }
            if head.gen_utime > end {
                return Err(Error::Pending { message: next.message, at: head.gen_utime });
            }
            head = self.next_head(&next.receiver, &head, next.message).await?;
        }
    }

    /// The block after `head`, or that the message is still pending when none comes.
    async fn next_head(&self, address: &Address, head: &Head, message: MsgHash) -> Result<Head> {
        for _ in 0..self.settings().patience {
            let next = self.transport().wait_block(address, head, self.settings().block_wait).await?;
            if let Some(next) = next {
                return Ok(next);
            }
        }
        Err(Error::Pending { message, at: head.gen_utime })
    }

    /// The block after `head`, or `head` itself when there is news about the message.
    async fn next_news(&self, message: &Outgoing, head: &Head) -> Result<Head> {
        let Outgoing { hash, address, .. } = message;
        for _ in 0..self.settings().patience {
            let next = self.transport().wait_news(address, head, hash, self.settings().block_wait).await?;
            if let Some(next) = next {
                return Ok(next);
            }
        }
        Err(Error::Pending { message: *hash, at: head.gen_utime })
    }

    /// `time` is the chain's when the message was tried.
    async fn not_included(&self, message: &Outgoing, cause: NotIncludedCause, time: UnixTime) -> Error {
        let registry = self.registry();
        let contract = registry.contract_at(&message.address).cloned();
        let mut it = NotIncluded {
            message: message.hash,
            address: message.address.clone(),
            contract,
            cause,
            meaning: None,
            fault: None,
        };
        it.meaning = it.exit_code().and_then(|code| {
            registry.explain(it.contract.as_deref(), code, ton_abi::Phase::Compute).cloned()
        });
        if let Some(code) = it.exit_code() {
            it.fault = self.fault_now(&message.address, &message.cell, (code, time)).await;
        }
        it.into()
    }
}

fn await_children(awaited: &mut VecDeque<Awaited>, steps: &[Step], parent: usize) {
    let depth = steps[parent].depth + 1;
    awaited.extend(steps[parent].internal_messages().filter_map(|message| {
        let receiver = message.view.dst.clone()?;
        Some(Awaited { message: message.hash, receiver, parent, depth })
    }));
}

/// Sorts by logical time and keeps the parents right.
fn in_order(steps: Vec<Step>) -> Vec<Step> {
    let mut order: Vec<usize> = (0..steps.len()).collect();
    order.sort_by_key(|&index| (steps[index].tx.lt, steps[index].hash));
    let mut place = vec![0; steps.len()];
    for (new, &old) in order.iter().enumerate() {
        place[old] = new;
    }
    let mut sorted: Vec<Step> = order.iter().map(|&old| steps[old].clone()).collect();
    for step in &mut sorted {
        step.parent = step.parent.map(|old| place[old]);
    }
    sorted
}
