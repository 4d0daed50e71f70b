//! The whole state of a node as persistent maps: a clone costs a few pointers.

use std::collections::HashSet;
use std::sync::Arc;

use chain::{Account, Config};
use rpds::{HashTrieMapSync, QueueSync, RedBlackTreeMapSync, RedBlackTreeSetSync, VectorSync};
use sha2::{Digest, Sha256};
use ton_abi::{Address, Cell, Hash, Lt, Nano, UnixTime};
use ton_client::net::Rejection;
use ton_client::{BlockId, MsgHash, TxHash};
use tycho_types::cell::DynCell;
use tycho_types::models::AccountState;

use crate::block::{BASECHAIN, Block, MASTERCHAIN, MessageRecord, Round, TransactionRecord};
use crate::blocks::{Commitment, Step};
use crate::faults::Faults;
use crate::message::Queued;

/// Rejections kept; of more the oldest are forgotten. A rejection costs its sender nothing.
pub const KEPT_REJECTIONS: usize = 100_000;

/// Of this many transactions of an account one keeps the state before it: as many are executed again for a trace.
pub(crate) const KEPT_EVERY: u32 = 32;

/// Multiplier of 64-bit FNV.
const MIX: u64 = 0x0000_0100_0000_01b3;

fn mix(mark: u64, hash: &Hash) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = hash.0;
    (mark ^ u64::from_be_bytes([a, b, c, d, e, f, g, h])).wrapping_mul(MIX).rotate_left(29)
}

/// Transactions between two kept states of an account: more for a large one, as each kept state is written whole.
fn pause(account: &Account) -> u32 {
    let cells = account.load().map_or(0, |account| account.storage_stat.used.cells.into_inner());
    u32::try_from(cells / CELLS_PER_PAUSE).unwrap_or(u32::MAX).clamp(KEPT_EVERY, KEPT_EVERY * 128)
}

/// Cells of an account that are worth the time of executing another transaction again.
const CELLS_PER_PAUSE: u64 = 8;

/// Canonical order of internal messages: creation lt, then hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct QueueKey {
    pub(crate) created_lt: Lt,
    pub(crate) hash: MsgHash,
}

/// Money that is not on an account, counted since the zero state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Ledger {
    /// Balances of the zero state and later edits.
    pub(crate) supply: Nano,
    /// Fees collected.
    pub(crate) fees: Nano,
    /// Sent to the burning address or left on a deleted account.
    pub(crate) burned: Nano,
    /// Carried by messages that nobody can receive.
    pub(crate) undeliverable: Nano,
    /// Carried by messages that a fault dropped.
    pub(crate) dropped: Nano,
}

/// What the indexes need to know of an account, so that its cell is read once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Facts {
    pub(crate) exists: bool,
    pub(crate) balance: Nano,
    pub(crate) code_hash: Option<Hash>,
}

impl Facts {
    pub(crate) fn of(account: &Account) -> Self {
        let Some(model) = account.load() else { return Self::default() };
        let code_hash = match &model.state {
            AccountState::Active(init) => init.code.as_ref().map(|code| *code.repr_hash()),
            AccountState::Uninit | AccountState::Frozen(_) => None,
        };
        Self { exists: true, balance: model.balance.tokens.into(), code_hash }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct AccountEntry {
    pub(crate) account: Account,
    pub(crate) facts: Facts,
}

/// One of the two chains.
#[derive(Clone)]
pub(crate) struct Chain {
    pub(crate) blocks: VectorSync<Arc<Block>>,
    /// Internal messages to accounts of this chain.
    pub(crate) queue: RedBlackTreeMapSync<QueueKey, Queued>,
    /// External messages in the order of their arrival; INVARIANT: `State::waiting` holds the same hashes.
    pub(crate) externals: QueueSync<(MsgHash, Cell)>,
    /// Sum of the balances of its accounts.
    pub(crate) balance: Nano,
    /// What the newest block says about the state after it.
    pub(crate) commitment: Commitment,
}

/// Everything of one round in order, for look-ups over the whole chain.
#[derive(Debug, Default, Clone)]
pub(crate) struct RoundIndex {
    /// By lt, then account.
    pub(crate) transactions: Vec<Arc<TransactionRecord>>,
    /// Messages that appeared first in this round, by [`MessageRecord::lt`], then hash.
    pub(crate) messages: Vec<(Lt, MsgHash)>,
}

/// Everything that changes when the node works.
///
/// INVARIANT: all indexes are derived from blocks and accounts; loading a file rebuilds them by [`State::index`],
/// [`State::push_round`] and [`State::store_account`].
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) config: Config,
    pub(crate) now: UnixTime,
    pub(crate) ledger: Ledger,
    pub(crate) accounts: RedBlackTreeMapSync<Address, AccountEntry>,
    pub(crate) by_code: RedBlackTreeSetSync<(Hash, Address)>,
    pub(crate) base: Chain,
    pub(crate) master: Chain,
    pub(crate) block_numbers: HashTrieMapSync<BlockId, (i8, u32)>,
    pub(crate) transactions: HashTrieMapSync<TxHash, Arc<TransactionRecord>>,
    /// Transactions of each account in the order of their lt.
    pub(crate) by_account: HashTrieMapSync<Address, VectorSync<Arc<TransactionRecord>>>,
    pub(crate) messages: HashTrieMapSync<MsgHash, Arc<MessageRecord>>,
    /// By number of the round.
    pub(crate) rounds: VectorSync<Arc<RoundIndex>>,
    /// The round that is being made or loaded.
    open: RoundIndex,
    /// Rules of faults and what they decided.
    pub(crate) faults: Faults,
    /// Changes with every account that no transaction changed: equal marks mean the same edits.
    pub(crate) edits: u64,
    /// Transactions of an account since its state was kept last; without an entry the next one keeps it.
    unkept: HashTrieMapSync<Address, u32>,
    /// All external messages that wait, and the memory each takes.
    waiting: HashTrieMapSync<MsgHash, usize>,
    /// The sum of these.
    pub(crate) waiting_bytes: usize,
    pub(crate) rejections: HashTrieMapSync<MsgHash, Arc<Rejection>>,
    /// Numbers of the rounds whose blocks still list their rejections, oldest first.
    rejecting: QueueSync<u32>,
    rejected: usize,
}

/// What a message takes in memory, in bytes: its data, and what a cell costs beside it.
pub(crate) fn memory_of(message: &Cell) -> usize {
    const CELL: usize = 128;
    /// Cells that are counted one by one; in larger messages equal cells are looked for.
    const FEW: usize = 64;
    fn count(cell: &DynCell, cells: &mut usize, bits: &mut usize) {
        *cells += 1;
        *bits += usize::from(cell.bit_len());
        for child in cell.references() {
            if *cells > FEW {
                return;
            }
            count(child, cells, bits);
        }
    }
    let (mut cells, mut bits) = (0, 0);
    count(message.as_ref(), &mut cells, &mut bits);
    if cells > FEW {
        let stats = message.compute_unique_stats(usize::MAX).unwrap_or_default();
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        (cells, bits) = (size(stats.cell_count), size(stats.bit_count));
    }
    (bits / 8).saturating_add(cells.saturating_mul(CELL))
}

impl Chain {
    fn empty() -> Self {
        Self {
            blocks: VectorSync::new_sync(),
            queue: RedBlackTreeMapSync::new_sync(),
            externals: QueueSync::new_sync(),
            balance: Nano::ZERO,
            commitment: Commitment::default(),
        }
    }

    /// The newest block.
    pub(crate) fn head(&self) -> &Arc<Block> {
        self.blocks.last().expect("a node starts with its zero state as block 0")
    }
}

impl State {
    /// A state without blocks, accounts and time.
    pub(crate) fn empty(config: Config, now: UnixTime) -> Self {
        Self {
            config,
            now,
            ledger: Ledger::default(),
            accounts: RedBlackTreeMapSync::new_sync(),
            by_code: RedBlackTreeSetSync::new_sync(),
            base: Chain::empty(),
            master: Chain::empty(),
            block_numbers: HashTrieMapSync::new_sync(),
            transactions: HashTrieMapSync::new_sync(),
            by_account: HashTrieMapSync::new_sync(),
            messages: HashTrieMapSync::new_sync(),
            rounds: VectorSync::new_sync(),
            open: RoundIndex::default(),
            faults: Faults::default(),
            edits: 0,
            unkept: HashTrieMapSync::new_sync(),
            waiting: HashTrieMapSync::new_sync(),
            waiting_bytes: 0,
            rejections: HashTrieMapSync::new_sync(),
            rejecting: QueueSync::new_sync(),
            rejected: 0,
        }
    }

    /// The chain of a workchain.
    pub(crate) fn chain(&self, workchain: i8) -> &Chain {
        if workchain == MASTERCHAIN { &self.master } else { &self.base }
    }

    pub(crate) fn chain_mut(&mut self, workchain: i8) -> &mut Chain {
        if workchain == MASTERCHAIN { &mut self.master } else { &mut self.base }
    }

    /// The newest workchain block.
    pub(crate) fn head(&self) -> &Arc<Block> {
        self.base.head()
    }

    /// Messages that wait in both queues, in the canonical order of each chain.
    pub(crate) fn queued(&self) -> impl Iterator<Item = &Queued> {
        self.base.queue.values().chain(self.master.queue.values())
    }

    /// External messages that wait for either chain.
    pub(crate) fn waiting_externals(&self) -> usize {
        self.waiting.size()
    }

    /// Whether this external message waits.
    pub(crate) fn is_waiting(&self, hash: &MsgHash) -> bool {
        self.waiting.contains_key(hash)
    }

    /// Puts an internal message into the queue of the chain of its destination.
    pub(crate) fn enqueue(&mut self, message: Queued) {
        let workchain = message.workchain();
        self.chain_mut(workchain).queue.insert_mut(message.key(), message);
    }

    /// Appends both blocks of a round to the history and closes its indexes.
    pub(crate) fn push_round(&mut self, round: &Round) {
        for block in round.blocks() {
            self.block_numbers.insert_mut(block.id, (block.workchain, block.seq_no));
            self.rejected += block.rejected.len();
            self.chain_mut(block.workchain).blocks.push_back_mut(block.clone());
        }
        let mut index = std::mem::take(&mut self.open);
        index.transactions.sort_unstable_by(|a, b| (a.lt, &a.account).cmp(&(b.lt, &b.account)));
        index.messages.sort_unstable();
        self.rounds.push_back_mut(Arc::new(index));
        if round.blocks().iter().any(|block| !block.rejected.is_empty()) {
            self.rejecting.enqueue_mut(round.master.seq_no);
        }
        while self.rejected > KEPT_REJECTIONS && self.rejecting.len() > 1 {
            self.forget_oldest_rejections();
        }
    }

    fn forget_oldest_rejections(&mut self) {
        let Some(&number) = self.rejecting.peek() else { return };
        self.rejecting.dequeue_mut();
        let place = number as usize;
        let (Some(base), Some(master)) = (self.base.blocks.get(place), self.master.blocks.get(place)) else {
            return;
        };
        let (mut base, mut master) = ((**base).clone(), (**master).clone());
        for rejection in base.rejected.drain(..).chain(master.rejected.drain(..)) {
            self.rejected -= 1;
            // A later block may have rejected the same message again.
            if self.rejections.get(&rejection.message).is_some_and(|kept| Arc::ptr_eq(kept, &rejection)) {
                self.rejections.remove_mut(&rejection.message);
            }
        }
        let base = Arc::new(base);
        master.shard_block = Some(base.clone());
        self.base.blocks.set_mut(place, base);
        self.master.blocks.set_mut(place, Arc::new(master));
    }

    /// Enters a transaction with its messages (in cell form, same order as `out_msgs`) into all indexes.
    pub(crate) fn index(
        &mut self,
        record: &Arc<TransactionRecord>,
        in_msg: Option<Cell>,
        out_msgs: impl IntoIterator<Item = Cell>,
    ) {
        self.transactions.insert_mut(record.hash, record.clone());
        match self.by_account.get_mut(&record.account) {
            Some(list) => list.push_back_mut(record.clone()),
            None => {
                let mut list = VectorSync::new_sync();
                list.push_back_mut(record.clone());
                self.by_account.insert_mut(record.account.clone(), list);
            }
        }
        self.open.transactions.push(record.clone());
        if let (Some(hash), Some(cell)) = (record.in_msg, in_msg) {
            self.index_inbound(record, hash, cell);
        }
        for ((&hash, cell), place) in record.out_msgs.iter().zip(out_msgs).zip(1..) {
            let message = MessageRecord {
                hash,
                src_tx: Some(record.hash),
                dst_tx: None,
                block_seq_no: record.block_seq_no,
                block_workchain: record.account.workchain,
                lt: record.lt.plus(place),
                cell,
            };
            self.open.messages.push((message.lt, hash));
            self.messages.insert_mut(hash, Arc::new(message));
        }
    }

    /// The same for a transaction of a block that is being made.
    pub(crate) fn index_step(&mut self, step: &Step) {
        self.index(&step.record, Some(step.in_msg.clone()), step.out_msgs.iter().cloned());
    }

    fn index_inbound(&mut self, record: &TransactionRecord, hash: MsgHash, cell: Cell) {
        let message = match self.messages.get(&hash) {
            Some(known) => MessageRecord { dst_tx: Some(record.hash), ..(**known).clone() },
            None => {
                self.open.messages.push((record.lt, hash));
                MessageRecord {
                    hash,
                    src_tx: None,
                    dst_tx: Some(record.hash),
                    block_seq_no: record.block_seq_no,
                    block_workchain: record.account.workchain,
                    lt: record.lt,
                    cell,
                }
            }
        };
        self.messages.insert_mut(hash, Arc::new(message));
    }

    /// Adds an external message to `workchain` behind the others; `false` if it waits already.
    pub(crate) fn push_external(&mut self, workchain: i8, hash: MsgHash, message: Cell) -> bool {
        if self.is_waiting(&hash) {
            return false;
        }
        let bytes = memory_of(&message);
        self.waiting_bytes += bytes;
        self.waiting.insert_mut(hash, bytes);
        // An old answer says nothing about the new attempt.
        self.rejections.remove_mut(&hash);
        self.chain_mut(workchain).externals.enqueue_mut((hash, message));
        true
    }

    /// Takes external messages out of those that wait for `workchain`; the others keep their order.
    pub(crate) fn retain_externals(&mut self, workchain: i8, gone: &HashSet<MsgHash>) {
        let mut left = QueueSync::new_sync();
        for (hash, cell) in &self.chain(workchain).externals {
            if !gone.contains(hash) {
                left.enqueue_mut((*hash, cell.clone()));
            }
        }
        self.chain_mut(workchain).externals = left;
        for hash in gone {
            self.no_longer_waits(hash);
        }
    }

    fn no_longer_waits(&mut self, hash: &MsgHash) {
        self.waiting_bytes -= self.waiting.get(hash).copied().unwrap_or(0);
        self.waiting.remove_mut(hash);
    }

    /// Takes the external message to `workchain` that waits longest.
    pub(crate) fn pop_external(&mut self, workchain: i8) -> Option<(MsgHash, Cell)> {
        let externals = &mut self.chain_mut(workchain).externals;
        let first = externals.peek()?.clone();
        externals.dequeue_mut();
        self.no_longer_waits(&first.0);
        Some(first)
    }

    /// Takes all external messages to `workchain` except `chosen` ones out of the mempool, in their order.
    pub(crate) fn set_aside_externals(
        &mut self,
        workchain: i8,
        chosen: &HashSet<MsgHash>,
    ) -> Vec<(MsgHash, Cell)> {
        let all = std::mem::replace(&mut self.chain_mut(workchain).externals, QueueSync::new_sync());
        let mut aside = Vec::new();
        for (hash, message) in &all {
            if chosen.contains(hash) {
                self.chain_mut(workchain).externals.enqueue_mut((*hash, message.clone()));
            } else {
                self.no_longer_waits(hash);
                aside.push((*hash, message.clone()));
            }
        }
        aside
    }

    /// Enters the new state of an account.
    pub(crate) fn store_account(&mut self, account: Account) {
        // No transaction leads here: traces of the next ones have to start from this state.
        self.unkept.remove_mut(account.address());
        self.edits = mix(mix(self.edits, &account.address().address), account.cell().repr_hash());
        let facts = Facts::of(&account);
        self.store_known(account, facts);
    }

    /// The same for an account whose facts are known.
    pub(crate) fn store_known(&mut self, account: Account, facts: Facts) {
        let address = account.address().clone();
        let before = self.accounts.get(&address).map(|entry| entry.facts).unwrap_or_default();
        // INVARIANT: the old balance is part of the sum.
        let sum = &mut self.chain_mut(address.workchain).balance;
        *sum = Nano(sum.0 - before.balance.0 + facts.balance.0);
        if before.code_hash != facts.code_hash {
            if let Some(hash) = before.code_hash {
                self.by_code.remove_mut(&(hash, address.clone()));
            }
            if let Some(hash) = facts.code_hash {
                self.by_code.insert_mut((hash, address.clone()));
            }
        }
        if facts.exists {
            self.accounts.insert_mut(address, AccountEntry { account, facts });
        } else {
            self.accounts.remove_mut(&address);
        }
    }

    /// The accounts of another state in place of the own ones.
    pub(crate) fn take_accounts(&mut self, other: &Self) {
        self.edits = other.edits;
        self.accounts = other.accounts.clone();
        self.by_code = other.by_code.clone();
        self.base.balance = other.base.balance;
        self.master.balance = other.master.balance;
    }

    /// Called before each transaction: the account's state, if this transaction has to keep it for traces.
    pub(crate) fn keep_before(&mut self, account: &Account) -> Option<Account> {
        let address = account.address();
        let since = self.unkept.get(address).copied().unwrap_or(u32::MAX);
        let keep = since >= KEPT_EVERY && since >= pause(account);
        self.unkept.insert_mut(address.clone(), if keep { 1 } else { since + 1 });
        keep.then(|| account.clone())
    }

    /// An account, also one that does not exist.
    pub(crate) fn account(&self, address: &Address) -> Account {
        let found = self.accounts.get(address).map(|entry| entry.account.clone());
        found.unwrap_or_else(|| Account::none(address.clone()))
    }

    /// Hash over everything that decides the future: configuration, time, heads, accounts, queues and books.
    ///
    /// Past transactions enter through the head blocks, whose identities cover their predecessors.
    pub(crate) fn hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"localnet state 2");
        hash.update(self.config.cell().repr_hash().0);
        hash.update(self.now.0.to_be_bytes());
        let Ledger { supply, fees, burned, undeliverable, dropped } = self.ledger;
        for sum in [supply, fees, burned, undeliverable, dropped] {
            hash.update(sum.0.to_be_bytes());
        }
        hash.update((self.accounts.size() as u64).to_be_bytes());
        for (address, AccountEntry { account, .. }) in &self.accounts {
            hash.update([address.workchain as u8]);
            hash.update(address.address.0);
            hash.update(account.cell().repr_hash().0);
            hash.update(account.last_trans_hash().0);
            hash.update(account.last_trans_lt().0.to_be_bytes());
        }
        for workchain in [BASECHAIN, MASTERCHAIN] {
            let chain = self.chain(workchain);
            hash.update(chain.head().id.0);
            hash.update((chain.queue.size() as u64).to_be_bytes());
            for key in chain.queue.keys() {
                hash.update(key.created_lt.0.to_be_bytes());
                hash.update(key.hash.0);
            }
            hash.update((chain.externals.len() as u64).to_be_bytes());
            for (external, _) in &chain.externals {
                hash.update(external.0);
            }
        }
        self.faults.hash_into(&mut hash);
        hash.finalize().into()
    }
}
