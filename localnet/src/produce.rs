//! Making one block.
//!
//! Order inside a block: queued messages of earlier blocks, then external messages as they arrived, then
//! the messages that this block itself creates ([`Delivery::SameBlock`]). Internal messages go by creation lt,
//! then hash. Source: the collator of the reference node.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chain::{Account, Config, ExecContext, ExecError, Executed};
use ton_abi::{Address, Cell, Hash, Lt, Nano};
use ton_client::net::{RejectReason, Rejection};
use ton_client::{MsgHash, TxHash};
use tycho_types::models::{IntAddr, MsgInfo};

use crate::block::{Block, TransactionRecord, Undeliverable};
use crate::state::{QueueKey, State};
use crate::{Delivery, Error, LT_STEP, NodeOptions};

/// What a message header says about money, destination and order.
struct Routed {
    destination: Option<Address>,
    created_lt: Lt,
    value: Nano,
    /// Forwarding fees inside the message, collected at import.
    prepaid: Nano,
}

struct Producer<'a> {
    config: &'a Config,
    options: &'a NodeOptions,
    context: ExecContext,
    state: &'a mut State,
    block: Block,
    /// Messages of this block, not yet executed.
    fresh: BTreeMap<QueueKey, Cell>,
    /// Where the next transaction of an account may start: a deleted account forgets its own lt.
    floors: HashMap<Address, Lt>,
}

/// Makes the next block on `state`; on an error `state` is in between and must be dropped.
pub(crate) fn produce(
    config: &Config,
    options: &NodeOptions,
    state: &mut State,
) -> Result<Arc<Block>, Error> {
    state.now = state.now.plus(options.seconds_per_block);
    let previous = state.head().clone();
    let seq_no = previous.seq_no + 1;
    let start_lt = Lt((previous.end_lt.0 / LT_STEP + 1) * LT_STEP);
    let block = Block {
        id: Default::default(),
        seq_no,
        prev_id: previous.id,
        gen_utime: state.now,
        start_lt,
        end_lt: start_lt.plus(1),
        rand_seed: Block::seed_after(previous.id, seq_no),
        transactions: Vec::new(),
        rejected: Vec::new(),
        undeliverable: Vec::new(),
        fees: Nano::ZERO,
        gas_used: 0,
        queue_len: 0,
    };
    let context = ExecContext {
        block_lt: start_lt,
        rand_seed: Hash(block.rand_seed),
        full_body_in_bounced: options.full_body_in_bounced,
        bounce_after_failed_action: options.bounce_after_failed_action,
        ..ExecContext::new(block.gen_utime, start_lt.plus(1))
    };
    let (fresh, floors) = (BTreeMap::new(), HashMap::new());
    let producer = Producer { config, options, context, state, block, fresh, floors };
    producer.run()
}

impl Producer<'_> {
    fn run(mut self) -> Result<Arc<Block>, Error> {
        self.import_queue()?;
        self.import_externals()?;
        if self.options.delivery == Delivery::SameBlock {
            self.import_fresh()?;
        }
        for (key, message) in std::mem::take(&mut self.fresh) {
            self.state.queue.insert_mut(key, message);
        }
        self.block.queue_len = self.state.queue.size();
        self.block.id = self.block.compute_id();
        self.state.ledger.fees = add(self.state.ledger.fees, self.block.fees)?;
        let block = Arc::new(self.block);
        self.state.push_block(block.clone());
        Ok(block)
    }

    fn is_full(&self) -> bool {
        self.block.gas_used >= self.options.block_gas_limit
            || self.block.transactions.len() >= self.options.block_transactions
    }

    fn import_queue(&mut self) -> Result<(), Error> {
        while !self.is_full() {
            let Some((&key, message)) = self.state.queue.first() else { break };
            let message = message.clone();
            self.state.queue.remove_mut(&key);
            self.deliver(key.hash, message)?;
        }
        Ok(())
    }

    fn import_fresh(&mut self) -> Result<(), Error> {
        while !self.is_full() {
            let Some((key, message)) = self.fresh.pop_first() else { break };
            self.deliver(key.hash, message)?;
        }
        Ok(())
    }

    fn import_externals(&mut self) -> Result<(), Error> {
        while !self.is_full() {
            let Some((hash, message)) = self.state.pop_external() else { break };
            self.try_external(hash, &message)?;
        }
        Ok(())
    }

    fn try_external(&mut self, hash: MsgHash, message: &Cell) -> Result<(), Error> {
        // INVARIANT: the mempool takes only external messages to standard addresses.
        let address = external_destination(message).ok_or(Error::NotExternal)?;
        let account = self.account(&address);
        let reason = match self.execute(&account, message) {
            Ok(executed) => {
                return self.apply(&account, hash, message, executed, Nano::ZERO, Nano::ZERO);
            }
            Err(ExecError::Rejected(rejected)) => RejectReason::of(&rejected, &account),
            // Whatever the executor cannot digest must not stop the chain.
            Err(indigestible) => RejectReason::Other(indigestible.to_string()),
        };
        let (at, seq_no) = (self.block.gen_utime, self.block.seq_no);
        let rejection = Arc::new(Rejection { message: hash, account: address, reason, at, seq_no });
        self.state.rejections.insert_mut(hash, rejection.clone());
        self.block.rejected.push(rejection);
        Ok(())
    }

    fn deliver(&mut self, hash: MsgHash, message: Cell) -> Result<(), Error> {
        let Routed { destination, value, prepaid, .. } = route(&message)?;
        let refusal = match destination {
            Some(address) => {
                let account = self.account(&address);
                match self.execute(&account, &message) {
                    Ok(executed) => return self.apply(&account, hash, &message, executed, value, prepaid),
                    Err(refusal) => refusal.to_string(),
                }
            }
            None => "the destination is not a standard address".to_owned(),
        };
        let value = add(value, prepaid)?;
        self.state.ledger.undeliverable = add(self.state.ledger.undeliverable, value)?;
        self.block.undeliverable.push(Undeliverable { message: hash, value, reason: refusal });
        Ok(())
    }

    fn account(&self, address: &Address) -> Account {
        self.state.accounts.get(address).cloned().unwrap_or_else(|| Account::none(address.clone()))
    }

    fn execute(&mut self, account: &Account, message: &Cell) -> Result<Executed, ExecError> {
        let floor = self.floors.get(account.address()).copied();
        self.context.min_lt = floor.unwrap_or(self.block.start_lt.plus(1));
        chain::execute(self.config, account, message, &self.context)
    }

    /// Enters an executed transaction into accounts, history, queue and books.
    fn apply(
        &mut self,
        before: &Account,
        in_hash: MsgHash,
        in_msg: &Cell,
        executed: Executed,
        value: Nano,
        prepaid: Nano,
    ) -> Result<(), Error> {
        let mut sent = Nano::ZERO;
        let mut out_msgs = Vec::with_capacity(executed.out_messages().len());
        for cell in executed.out_messages() {
            let hash = MsgHash::from(cell.repr_hash());
            out_msgs.push(hash);
            if let Some(routed) = route_internal(cell)? {
                sent = add(add(sent, routed.value)?, routed.prepaid)?;
                self.fresh.insert(QueueKey { created_lt: routed.created_lt, hash }, cell.clone());
            }
        }
        let burned = balance_books(add(before.balance(), value)?, sent, &executed)?;
        self.state.ledger.burned = add(self.state.ledger.burned, burned)?;
        self.block.fees = add(add(self.block.fees, executed.collected_fees)?, prepaid)?;
        self.block.gas_used = self.block.gas_used.saturating_add(executed.view.gas_used());
        self.block.end_lt = self.block.end_lt.max(executed.next_lt);
        self.floors.insert(before.address().clone(), executed.next_lt);
        self.state.store_account(executed.account);

        let record = Arc::new(TransactionRecord {
            hash: TxHash::from(executed.transaction.repr_hash()),
            account: before.address().clone(),
            lt: executed.view.lt,
            block_seq_no: self.block.seq_no,
            in_msg: Some(in_hash),
            out_msgs,
            cell: executed.transaction,
        });
        self.state.index(&record, Some(in_msg.clone()), executed.view.out_msgs);
        self.block.transactions.push(record);
        Ok(())
    }
}

/// Checks that one transaction neither made nor lost money; gives what it burned.
///
/// `before` is the old balance with the message's value, `sent` what the new messages carry. The executor drops
/// what is left on an account that storage debt deletes: that counts as burned too.
fn balance_books(before: Nano, sent: Nano, executed: &Executed) -> Result<Nano, Error> {
    let account = &executed.account;
    let kept = add(add(account.balance(), executed.collected_fees)?, sent)?;
    let after = add(kept, executed.burned)?;
    match before.checked_sub(after) {
        Some(lost) if lost.is_zero() || !account.exists() => add(executed.burned, lost),
        _ => Err(Error::MoneyNotConserved { account: account.address().clone(), before, after }),
    }
}

/// Value and prepaid forwarding fees of a queued message.
pub(crate) fn carried(message: &Cell) -> Result<Nano, Error> {
    let routed = route(message)?;
    add(routed.value, routed.prepaid)
}

/// Place of an internal message in the queue.
pub(crate) fn queue_key(message: &Cell) -> Result<QueueKey, Error> {
    Ok(QueueKey { created_lt: route(message)?.created_lt, hash: MsgHash::from(message.repr_hash()) })
}

/// Destination of an external inbound message; `None` for every other cell.
pub(crate) fn external_destination(message: &Cell) -> Option<Address> {
    match message.parse::<MsgInfo>() {
        Ok(MsgInfo::ExtIn(info)) => standard(info.dst),
        _ => None,
    }
}

fn route(message: &Cell) -> Result<Routed, Error> {
    // INVARIANT: the queue holds internal messages only.
    route_internal(message)?.ok_or(Error::NotInternal)
}

fn route_internal(message: &Cell) -> Result<Option<Routed>, Error> {
    let MsgInfo::Int(info) = message.parse::<MsgInfo>().map_err(Error::BadCell)? else {
        return Ok(None);
    };
    Ok(Some(Routed {
        destination: standard(info.dst),
        created_lt: Lt(info.created_lt),
        value: info.value.tokens.into(),
        prepaid: info.fwd_fee.into(),
    }))
}

fn standard(address: IntAddr) -> Option<Address> {
    match address {
        IntAddr::Std(address) if address.anycast.is_none() => Some(address),
        _ => None,
    }
}

fn add(a: Nano, b: Nano) -> Result<Nano, Error> {
    a.checked_add(b).ok_or(Error::AmountOverflow)
}

#[cfg(test)]
mod tests {
    use ton_abi::{Address, CellBuilder, Hash, InternalMessage};
    use tycho_types::cell::{CellFamily, Store};

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
        node.state.queue.insert_mut(queue_key(&message).unwrap(), message);
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
