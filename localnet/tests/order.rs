//! Blocks do not depend on the number of threads, and their order is that of a node that executes one message
//! after the other.

#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod support;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chain::{Account, ExecContext};
use localnet::{BASECHAIN, Block, Delivery, MASTERCHAIN, Node, NodeOptions};
use support::{manual, node_of, play};
use ton_abi::{Address, Hash, Lt, MessageKind, MessageView};
use ton_client::{BlockId, MsgHash};

const EACH: u8 = 9;
const SEEDS: u64 = 6;

/// Settings under which blocks end in the middle of batches.
fn settings() -> [NodeOptions; 4] {
    let narrow = NodeOptions { block_transactions: 7, ..manual() };
    let little_gas = NodeOptions { block_gas_limit: 9_000, ..manual() };
    let hops = NodeOptions { delivery: Delivery::NextBlock, bounce_after_failed_action: true, ..manual() };
    [manual(), narrow, little_gas, hops]
}

fn played(options: &NodeOptions, seed: u64, threads: usize) -> Node {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let mut node = node_of(EACH, options.clone());
    pool.install(|| play(&mut node, seed, EACH, 6, 20));
    node
}

fn ids(node: &Node) -> Vec<(BlockId, BlockId)> {
    let numbers = 0..=node.head().seq_no;
    let id = |workchain, number| node.chain_block(workchain, number).unwrap().id;
    numbers.map(|number| (id(BASECHAIN, number), id(MASTERCHAIN, number))).collect()
}

#[test]
fn any_number_of_threads_makes_the_same_blocks() {
    for options in settings() {
        for seed in 0..SEEDS {
            let alone = played(&options, seed, 1);
            for threads in [2, 5] {
                let many = played(&options, seed, threads);
                assert_eq!(ids(&alone), ids(&many), "seed {seed}, {threads} threads, {options:?}");
                assert_eq!(alone.state_hash(), many.state_hash(), "seed {seed}");
            }
        }
    }
}

/// What a node that executes one message after the other would have before it.
#[derive(Default)]
struct Waiting {
    queues: BTreeMap<i8, BTreeSet<(Lt, MsgHash)>>,
    fresh: BTreeSet<(Lt, MsgHash)>,
}

#[test]
fn order_is_that_of_one_message_after_the_other() {
    for options in settings() {
        for seed in 0..SEEDS {
            let node = played(&options, seed, 3);
            let mut waiting = Waiting::default();
            for number in 1..=node.head().seq_no {
                for workchain in [BASECHAIN, MASTERCHAIN] {
                    let block = node.chain_block(workchain, number).unwrap();
                    check_order(&node, block, &options, &mut waiting);
                }
            }
            assert!(waiting.queues.values().all(BTreeSet::is_empty), "seed {seed}: nothing is left behind");
        }
    }
}

fn check_order(node: &Node, block: &Block, options: &NodeOptions, waiting: &mut Waiting) {
    let full = |done: usize, gas: u64| done >= options.block_transactions || gas >= options.block_gas_limit;
    let mut queue: VecDeque<_> =
        std::mem::take(waiting.queues.entry(block.workchain).or_default()).into_iter().collect();
    let (mut done, mut gas, mut began_fresh) = (0, 0, false);
    for record in &block.transactions {
        assert!(!full(done, gas), "a full block takes nothing more");
        let hash = record.in_msg.unwrap();
        let message = MessageView::parse(&node.message(&hash).unwrap().cell).unwrap();
        if message.kind == MessageKind::Internal {
            match queue.pop_front() {
                Some(first) => assert_eq!(first.1, hash, "the queue goes first"),
                None => {
                    began_fresh = true;
                    assert_eq!(waiting.fresh.pop_first().unwrap().1, hash, "then by lt and hash");
                }
            }
        } else {
            assert!(queue.is_empty() && !began_fresh, "external messages come between");
        }
        for hash in &record.out_msgs {
            let out = MessageView::parse(&node.message(hash).unwrap().cell).unwrap();
            let Some(to) = out.dst.filter(|_| out.kind == MessageKind::Internal) else { continue };
            let key = (out.created_lt, *hash);
            if to.workchain == block.workchain {
                waiting.fresh.insert(key);
            } else {
                waiting.queues.entry(to.workchain).or_default().insert(key);
            }
        }
        let view = chain::TransactionView::parse(&record.cell, record.account.workchain).unwrap();
        (done, gas) = (done + 1, gas + view.gas_used());
    }
    if !full(done, gas) {
        assert!(queue.is_empty(), "a block with room leaves nothing of the queue");
        assert!(options.delivery == Delivery::NextBlock || waiting.fresh.is_empty());
    }
    let rest = waiting.queues.entry(block.workchain).or_default();
    rest.extend(queue);
    rest.append(&mut waiting.fresh);
    assert_eq!(rest.len(), block.queue_len);
}

#[test]
fn every_transaction_is_what_the_executor_makes_of_the_state_before() {
    let options = NodeOptions { block_transactions: 11, ..manual() };
    let node = played(&options, 3, 4);
    let mut accounts: BTreeMap<Address, Account> = BTreeMap::new();
    for account in node_of(EACH, options).accounts() {
        accounts.insert(account.address().clone(), account.clone());
    }
    for number in 1..=node.head().seq_no {
        for workchain in [BASECHAIN, MASTERCHAIN] {
            let block = node.chain_block(workchain, number).unwrap();
            for record in &block.transactions {
                let context = ExecContext {
                    block_lt: block.start_lt,
                    rand_seed: Hash(block.rand_seed),
                    ..ExecContext::new(block.gen_utime, record.lt)
                };
                let account = accounts.entry(record.account.clone());
                let account = account.or_insert_with(|| Account::none(record.account.clone()));
                let message = &node.message(&record.in_msg.unwrap()).unwrap().cell;
                let again = chain::execute(node.config(), account, message, &context).unwrap();
                assert_eq!(again.transaction.repr_hash().0, record.hash.0);
                // The state forgets an account that is deleted.
                let is_there = again.account.exists();
                *account = if is_there { again.account } else { Account::none(record.account.clone()) };
            }
        }
    }
    for (address, account) in accounts {
        assert_eq!(account.cell(), node.account(&address).cell());
    }
}
