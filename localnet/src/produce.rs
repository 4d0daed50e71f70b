//! Making one round: a workchain block, then the masterchain block that names it.
//!
//! Order inside a block: queued messages of earlier blocks, then external messages as they arrived, then
//! the messages that this block itself creates ([`Delivery::SameBlock`]). Internal messages go by creation lt,
//! then hash. Source: the collator of the reference node.
//!
//! Messages are executed in batches ([`Bench`]) whose members cannot depend on each other except through their
//! account; what a batch executed beyond the end of the block is thrown away. So the blocks are those of a
//! node that executes one message after the other.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chain::{ExecContext, ExecError};
use ton_abi::{Address, Cell, Lt, Nano};
use ton_client::net::{RejectReason, Rejection};
use ton_client::{MsgHash, TxHash};

use crate::block::{BASECHAIN, Block, MASTERCHAIN, Round, TransactionRecord, Undeliverable};
use crate::blocks::{Draft, Import, Step, seal, side_by_side};
use crate::faults::Admit;
use crate::message::{Queued, external_destination};
use crate::run::{Bench, Job, Outcome, Ran, Refusal, add};
use crate::state::{QueueKey, State};
use crate::{Delivery, Error, LT_STEP, NodeOptions};

/// Messages executed at once, at most.
const BATCH: usize = 1024;
/// Gas of a message in a block that has none yet: what a call of a wallet uses.
const TYPICAL_GAS: u64 = 10_000;

struct Producer<'a> {
    options: &'a NodeOptions,
    /// If set, nothing else is imported.
    only: Option<&'a HashSet<MsgHash>>,
    context: ExecContext,
    state: &'a mut State,
    block: Block,
    steps: Vec<Step>,
    /// Messages of this block to accounts of its chain, not yet executed.
    fresh: BTreeMap<QueueKey, Queued>,
    /// Where the next transaction of an account may start: a deleted account forgets its own lt.
    floors: HashMap<Address, Lt>,
    start_balance: Nano,
    imported: Nano,
    exported: Nano,
    lost: Nano,
}

/// Makes the next round on `state`; on an error `state` is in between and must be dropped.
///
/// With `only`, nothing but these messages is imported.
pub(crate) fn produce(
    options: &NodeOptions,
    only: Option<&HashSet<MsgHash>>,
    state: &mut State,
) -> Result<Round, Error> {
    state.now = state.now.plus(options.seconds_per_block);
    state.begin_faults(state.master.head().seq_no + 1)?;
    let workchain = Arc::new(Producer::new(options, only, state, None).run()?);
    let master = Arc::new(Producer::new(options, only, state, Some(workchain.clone())).run()?);
    let transactions = workchain.transactions.iter().chain(&master.transactions);
    let accounts: BTreeSet<_> = transactions.map(|record| &record.account).collect();
    let accounts = accounts.into_iter().cloned().collect();
    let round = Round { workchain, master, accounts };
    state.push_round(&round);
    Ok(round)
}

impl<'a> Producer<'a> {
    /// With `shard_block` it makes the masterchain block that names it, else the workchain block.
    fn new(
        options: &'a NodeOptions,
        only: Option<&'a HashSet<MsgHash>>,
        state: &'a mut State,
        shard_block: Option<Arc<Block>>,
    ) -> Self {
        let workchain = if shard_block.is_some() { MASTERCHAIN } else { BASECHAIN };
        let previous = state.chain(workchain).head();
        let seq_no = previous.seq_no + 1;
        // Both chains know each other's newest block, so the lt of either is behind it.
        let other = shard_block.as_ref().unwrap_or(state.master.head());
        let newest = previous.end_lt.max(other.end_lt);
        let start_lt = Lt((newest.0 / LT_STEP + 1) * LT_STEP);
        let block = Block {
            id: Default::default(),
            file_hash: Default::default(),
            workchain,
            seq_no,
            prev_id: previous.id,
            gen_utime: state.now,
            start_lt,
            end_lt: start_lt.plus(1),
            rand_seed: Block::seed_after(previous, seq_no),
            transactions: Vec::new(),
            rejected: Vec::new(),
            undeliverable: Vec::new(),
            fees: Nano::ZERO,
            gas_used: 0,
            queue_len: 0,
            full_body_in_bounced: options.full_body_in_bounced,
            bounce_after_failed_action: options.bounce_after_failed_action,
            key_block: workchain == MASTERCHAIN,
            shard_block,
            cell: Cell::default(),
        };
        let context = block.context();
        let start_balance = state.chain(workchain).balance;
        Self {
            options,
            only,
            context,
            state,
            block,
            steps: Vec::new(),
            fresh: BTreeMap::new(),
            floors: HashMap::new(),
            start_balance,
            imported: Nano::ZERO,
            exported: Nano::ZERO,
            lost: Nano::ZERO,
        }
    }

    fn run(mut self) -> Result<Block, Error> {
        self.import_queue()?;
        self.import_externals()?;
        if self.options.delivery == Delivery::SameBlock && self.only.is_none() {
            self.import_fresh()?;
        }
        for (_, message) in std::mem::take(&mut self.fresh) {
            self.send(message)?;
        }
        self.state.ledger.fees = add(self.state.ledger.fees, self.block.fees)?;
        self.finish()
    }

    /// Builds the cell of the block and enters its transactions into the indexes, side by side.
    fn finish(mut self) -> Result<Block, Error> {
        let workchain = self.block.workchain;
        let chain = self.state.chain(workchain);
        self.block.queue_len = chain.queue.size();
        let (config, master) = (self.state.config.clone(), self.state.master.head().clone());
        let previous = chain.head().clone();
        let draft = Draft {
            config: &config,
            block: self.block,
            previous: &previous,
            master: &master,
            steps: &self.steps,
            before: chain.commitment,
            balance: chain.balance,
            start_balance: self.start_balance,
            imported: self.imported,
            exported: self.exported,
            lost: self.lost,
        };
        let (state, steps) = (self.state, &self.steps);
        let index = || steps.iter().for_each(|step| state.index_step(step));
        let (sealed, ()) = side_by_side(steps.len(), || seal(draft), index);
        let (block, commitment) = sealed?;
        state.chain_mut(workchain).commitment = commitment;
        Ok(block)
    }

    fn is_full(&self) -> bool {
        self.block.gas_used >= self.options.block_gas_limit
            || self.block.transactions.len() >= self.options.block_transactions
    }

    /// How many messages to execute at once: about as many as the block still takes.
    fn batch(&self) -> usize {
        let done = self.block.transactions.len();
        let average = self.block.gas_used.checked_div(done as u64).unwrap_or(TYPICAL_GAS);
        let gas_left = self.options.block_gas_limit.saturating_sub(self.block.gas_used);
        let by_gas = usize::try_from(gas_left / average.max(TYPICAL_GAS / 10)).unwrap_or(BATCH);
        let by_count = self.options.block_transactions.saturating_sub(done);
        by_gas.min(by_count).clamp(1, BATCH)
    }

    fn is_chosen(&self, hash: &MsgHash) -> bool {
        self.only.is_none_or(|only| only.contains(hash))
    }

    /// Messages that were in the queue when the block began.
    fn import_queue(&mut self) -> Result<(), Error> {
        let workchain = self.block.workchain;
        let queue = self.state.chain(workchain).queue.clone();
        let order = self.state.import_order(workchain, self.block.seq_no);
        let mut waiting: Box<dyn Iterator<Item = &Queued>> = match &order {
            Some(keys) => Box::new(keys.iter().filter_map(|key| queue.get(key))),
            None => Box::new(queue.values()),
        };
        while !self.is_full() {
            let room = self.batch();
            let batch: Vec<Queued> =
                waiting.by_ref().filter(|one| self.is_chosen(&one.hash)).take(room).cloned().collect();
            if batch.is_empty() {
                break;
            }
            let keys: Vec<_> = batch.iter().map(Queued::key).collect();
            let jobs = self.internal_jobs(batch);
            let taken = self.process(jobs, |job| Import::Queue(job.prepaid))?;
            for key in &keys[..taken] {
                self.state.chain_mut(workchain).queue.remove_mut(key);
            }
        }
        Ok(())
    }

    /// Messages of this block. A message created at lt n makes none before lt n + 2: whatever is older is
    /// complete and can be executed at once.
    fn import_fresh(&mut self) -> Result<(), Error> {
        while !self.is_full() {
            let Some(first) = self.fresh.keys().next() else { break };
            let horizon = first.created_lt.plus(1);
            let batch = self.fresh.values().take_while(|one| one.created_lt <= horizon);
            let batch: Vec<Queued> = batch.take(self.batch()).cloned().collect();
            let keys: Vec<_> = batch.iter().map(Queued::key).collect();
            let jobs = self.internal_jobs(batch);
            let taken = self.process(jobs, |job| Import::Immediate(job.prepaid))?;
            for key in &keys[..taken] {
                self.fresh.remove(key);
            }
        }
        Ok(())
    }

    fn internal_jobs(&self, batch: Vec<Queued>) -> Vec<Job> {
        let faults = &self.state.faults;
        batch.into_iter().map(|message| Job::internal(faults.bounces(&message.hash), message)).collect()
    }

    fn import_externals(&mut self) -> Result<(), Error> {
        let workchain = self.block.workchain;
        let set_aside = match self.only {
            Some(only) => self.state.set_aside_externals(workchain, only),
            None => Vec::new(),
        };
        while !self.is_full() {
            self.state.admit_externals(workchain, self.batch(), self.block.seq_no)?;
            let waiting = self.state.chain(workchain).externals.iter().take(self.batch());
            let jobs: Vec<_> = waiting.map(external_job).collect();
            if jobs.is_empty() {
                break;
            }
            for _ in 0..self.process(jobs, |_| Import::External)? {
                self.state.pop_external(workchain);
            }
        }
        for (hash, message) in set_aside {
            self.state.push_external(workchain, hash, message);
        }
        Ok(())
    }

    /// Executes a batch and enters what the block still takes of it; gives how many that are.
    fn process(&mut self, jobs: Vec<Job>, import: impl Fn(&Job) -> Import) -> Result<usize, Error> {
        let bench = Bench {
            config: &self.state.config,
            context: &self.context,
            state: self.state,
            floor: self.block.start_lt.plus(1),
            floors: &self.floors,
        };
        let results = bench.run(&jobs)?;
        let mut taken = 0;
        for (job, ran) in jobs.into_iter().zip(results) {
            if self.is_full() {
                break;
            }
            let import = import(&job);
            self.enter(job, ran, import)?;
            taken += 1;
        }
        Ok(taken)
    }

    fn enter(&mut self, job: Job, ran: Option<Ran>, import: Import) -> Result<(), Error> {
        self.state.faults.forget(&job.hash);
        if let Import::Queue(_) = import {
            self.imported = add(self.imported, add(job.value, job.prepaid)?)?;
        }
        match (ran, import) {
            (Some(Ok(outcome)), _) => self.apply(job, *outcome, import),
            (Some(Err(refusal)), Import::External) => {
                self.reject(job.hash, *refusal);
                Ok(())
            }
            (Some(Err(refusal)), _) => self.lose(job, refusal.error.to_string()),
            (None, _) => self.lose(job, "the destination is not a standard address".to_owned()),
        }
    }

    fn reject(&mut self, message: MsgHash, Refusal { error, account }: Refusal) {
        let reason = match error {
            ExecError::Rejected(rejected) => RejectReason::of(&rejected, &account),
            // Whatever the executor cannot digest must not stop the chain.
            indigestible => RejectReason::Other(indigestible.to_string()),
        };
        let (at, seq_no) = (self.block.gen_utime, self.block.seq_no);
        let account = account.address().clone();
        let rejection = Arc::new(Rejection { message, account, reason, at, seq_no });
        self.state.rejections.insert_mut(message, rejection.clone());
        self.block.rejected.push(rejection);
    }

    fn lose(&mut self, job: Job, reason: String) -> Result<(), Error> {
        let value = add(job.value, job.prepaid)?;
        self.lost = add(self.lost, value)?;
        self.state.ledger.undeliverable = add(self.state.ledger.undeliverable, value)?;
        self.block.undeliverable.push(Undeliverable { message: job.hash, value, reason });
        Ok(())
    }

    /// Enters an executed transaction into accounts, history, queues and books.
    fn apply(&mut self, job: Job, outcome: Outcome, import: Import) -> Result<(), Error> {
        let Outcome { executed, before, facts, out, burned } = outcome;
        let address = executed.account.address().clone();
        let out_msgs = out.iter().map(|(hash, _)| *hash).collect();
        for message in out.into_iter().filter_map(|(_, header)| header) {
            let value = add(message.value, message.prepaid)?;
            match self.state.admit_internal(&message, self.block.seq_no)? {
                Admit::Go if message.workchain() == self.block.workchain => {
                    self.fresh.insert(message.key(), message);
                }
                Admit::Go | Admit::NextRound => self.send(message)?,
                Admit::Held => self.exported = add(self.exported, value)?,
                Admit::Dropped => self.lost = add(self.lost, value)?,
            }
        }
        self.lost = add(self.lost, burned)?;
        self.state.ledger.burned = add(self.state.ledger.burned, burned)?;
        self.block.fees = add(add(self.block.fees, executed.collected_fees)?, job.prepaid)?;
        self.block.gas_used = self.block.gas_used.saturating_add(executed.view.gas_used());
        self.block.end_lt = self.block.end_lt.max(executed.next_lt);
        self.floors.insert(address.clone(), executed.next_lt);
        let after = *executed.account.cell().repr_hash();
        let kept = self.state.keep_before(&before);
        self.state.store_known(executed.account, facts);

        let record = Arc::new(TransactionRecord {
            hash: TxHash::from(executed.transaction.repr_hash()),
            account: address,
            lt: executed.view.lt,
            block_seq_no: self.block.seq_no,
            in_msg: Some(job.hash),
            out_msgs,
            before: kept,
            cell: executed.transaction,
        });
        let before = *before.cell().repr_hash();
        let (in_msg, out_msgs) = (job.message, executed.view.out_msgs);
        self.block.transactions.push(record.clone());
        let fees = executed.view.total_fees;
        self.steps.push(Step { record, in_msg, out_msgs, fees, before, after, import });
        Ok(())
    }

    /// Puts a message of this block into the queue of its chain.
    fn send(&mut self, message: Queued) -> Result<(), Error> {
        self.exported = add(self.exported, add(message.value, message.prepaid)?)?;
        self.state.enqueue(message);
        Ok(())
    }
}

fn external_job((hash, message): &(MsgHash, Cell)) -> Job {
    Job {
        hash: *hash,
        // INVARIANT: the mempool takes only external messages to standard addresses.
        destination: external_destination(message),
        message: message.clone(),
        value: Nano::ZERO,
        prepaid: Nano::ZERO,
        force_bounce: false,
    }
}

#[cfg(test)]
mod tests {
    use chain::Config;
    use ton_abi::{Address, CellBuilder, Hash, InternalMessage};
    use tycho_types::cell::{CellFamily, Store};
    use tycho_types::models::MsgInfo;

    use super::*;
    use crate::{Genesis, Node};

    /// An internal message whose state is followed by a stray bit. The action phase lets no contract send one.
    fn broken_message(value: Nano) -> Cell {
        let (src, dst) = (Address::new(0, Hash([1; 32])), Address::new(0, Hash([2; 32])));
        let good = InternalMessage::transfer(src, dst, value).build().unwrap();
        let info = good.parse::<MsgInfo>().unwrap();
        let mut state = CellBuilder::new();
        state.store_zeros(6).unwrap(); // an empty state is five bits
        let mut message = CellBuilder::new();
        info.store_into(&mut message, Cell::empty_context()).unwrap();
        message.store_small_uint(0b110, 3).unwrap(); // state in a reference, body in place
        message.store_reference(state.build().unwrap()).unwrap();
        message.build().unwrap()
    }

    #[test]
    fn message_that_nobody_can_take_in_does_not_stop_the_chain() {
        let mut node = Node::new(Genesis::new(Config::local())).unwrap();
        let message = broken_message(Nano(77));
        node.state.enqueue(Queued::parse(&message).unwrap());
        node.state.ledger.supply = Nano(77);
        assert!(node.audit().unwrap().is_balanced());
        let block = node.produce_block().unwrap();
        let [lost] = &block.undeliverable[..] else { panic!("{:?}", block.undeliverable) };
        assert_eq!(lost.value, Nano(77));
        assert!(lost.reason.contains("state init contains extra data"), "{}", lost.reason);
        let audit = node.audit().unwrap();
        assert!(audit.is_balanced() && audit.undeliverable == Nano(77), "{audit}");
        assert_eq!(node.produce_block().unwrap().undeliverable.len(), 0);
        let copy = Node::from_bytes(&node.to_bytes().unwrap()).unwrap();
        assert_eq!(copy.block(1).unwrap().undeliverable, block.undeliverable);
    }
}
