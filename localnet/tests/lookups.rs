//! Look-ups give what a walk over all blocks would give, also after a file or a checkpoint.

#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use localnet::{BASECHAIN, MASTERCHAIN, Node, TransactionRecord};
use support::{place, play, relay, relays};
use ton_abi::{Address, Hash, Lt, MessageKind, MessageView};
use ton_client::{BlockId, MsgHash, TxHash};

const EACH: u8 = 7;

fn busy() -> Node {
    let mut node = relays(EACH);
    play(&mut node, 11, EACH, 10, 12);
    node
}

/// All transactions, found by walking over the blocks.
fn walk(node: &Node) -> Vec<&TransactionRecord> {
    let numbers = 0..=node.head().seq_no;
    let blocks = numbers.flat_map(|number| [BASECHAIN, MASTERCHAIN].map(|chain| (chain, number)));
    let transactions =
        blocks.flat_map(|(chain, number)| &node.chain_block(chain, number).unwrap().transactions);
    let mut all: Vec<_> = transactions.map(|record| &**record).collect();
    all.sort_by_key(|record| (record.lt, record.account.clone()));
    all
}

fn hashes<'a>(records: impl IntoIterator<Item = &'a TransactionRecord>) -> Vec<TxHash> {
    records.into_iter().map(|record| record.hash).collect()
}

fn check(node: &Node) {
    let all = walk(node);
    assert!(all.len() > 300 && all.len() == node.transaction_count());
    assert_eq!(hashes(node.all_transactions(..).map(|one| &**one)), hashes(all.iter().copied()));
    let backwards: Vec<_> = node.all_transactions(..).rev().map(|one| one.hash).collect();
    assert_eq!(backwards, hashes(all.iter().rev().copied()));
    for record in &all {
        let found = node.transaction(&record.hash).unwrap();
        assert_eq!((found.lt, &found.account), (record.lt, &record.account));
        let block = node.block_of(found);
        assert!(block.transactions.iter().any(|one| one.hash == record.hash));
    }
    check_ranges(node, &all);
    check_messages(node, &all);
    check_accounts(node);
}

fn check_ranges(node: &Node, all: &[&TransactionRecord]) {
    let lts: Vec<_> = all.iter().map(|record| record.lt).collect();
    let mut random = fastrand::Rng::with_seed(1);
    for _ in 0..200 {
        let mut pick = || match random.u8(0..3) {
            0 => Bound::Unbounded,
            1 => Bound::Included(Lt(lts[random.usize(..lts.len())].0 + random.u64(0..2))),
            _ => Bound::Excluded(lts[random.usize(..lts.len())]),
        };
        let range = (pick(), pick());
        let inside = |lt: &Lt| std::ops::RangeBounds::contains(&range, lt);
        let expected: Vec<_> = all.iter().filter(|one| inside(&one.lt)).map(|one| one.hash).collect();
        let found: Vec<_> = node.all_transactions(range).map(|one| one.hash).collect();
        assert_eq!(found, expected, "{range:?}");
        let account = &all[random.usize(..all.len())].account;
        let own = all.iter().filter(|one| one.account == *account && inside(&one.lt));
        let found: Vec<_> = node.transactions_within(account, range).map(|one| one.hash).collect();
        assert_eq!(found, own.map(|one| one.hash).collect::<Vec<_>>());
        let messages: Vec<_> =
            node.all_messages(..).filter(|one| inside(&one.lt)).map(|one| one.hash).collect();
        assert_eq!(node.all_messages(range).map(|one| one.hash).collect::<Vec<_>>(), messages);
    }
}

fn check_messages(node: &Node, all: &[&TransactionRecord]) {
    let mut expected: BTreeSet<MsgHash> = BTreeSet::new();
    let mut of: BTreeMap<&Address, Vec<MsgHash>> = BTreeMap::new();
    for record in all {
        let in_msg = record.in_msg.unwrap();
        assert_eq!(node.transaction_of(&in_msg).unwrap().hash, record.hash);
        let list = of.entry(&record.account).or_default();
        for hash in std::iter::once(&in_msg).chain(&record.out_msgs) {
            expected.insert(*hash);
            list.push(*hash);
        }
    }
    let found: Vec<_> = node.all_messages(..).collect();
    assert_eq!(found.len(), expected.len());
    assert_eq!(node.message_count(), expected.len());
    assert!(found.windows(2).all(|pair| (pair[0].lt, pair[0].hash) < (pair[1].lt, pair[1].hash)));
    for record in found {
        let view = MessageView::parse(&record.cell).unwrap();
        match view.kind {
            MessageKind::ExternalIn => {
                assert_eq!(record.lt, node.transaction(&record.dst_tx.unwrap()).unwrap().lt);
            }
            _ => assert_eq!(record.lt, view.created_lt),
        }
        let block = node.chain_block(record.block_workchain, record.block_seq_no).unwrap();
        assert!(block.start_lt < record.lt && record.lt < block.end_lt);
    }
    for (account, expected) in of {
        assert_eq!(node.messages_of(account).map(|one| one.hash).collect::<Vec<_>>(), expected);
    }
}

fn check_accounts(node: &Node) {
    let all: Vec<_> = node.accounts().map(|account| account.address().clone()).collect();
    assert!(all.windows(2).all(|pair| pair[0] < pair[1]) && all.len() == node.account_count());
    let mut by_code: BTreeMap<Hash, Vec<Address>> = BTreeMap::new();
    for account in node.accounts() {
        if let Some(code) = account.code() {
            by_code.entry(*code.repr_hash()).or_default().push(account.address().clone());
        }
    }
    let names = |list: &mut dyn Iterator<Item = &chain::Account>| {
        list.map(|account| account.address().clone()).collect::<Vec<_>>()
    };
    for (code, expected) in &by_code {
        assert_eq!(&names(&mut node.accounts_by_code(code, None)), expected);
        let after = &expected[expected.len() / 2];
        let rest = &expected[expected.len() / 2 + 1..];
        assert_eq!(names(&mut node.accounts_by_code(code, Some(after))), rest);
        assert_eq!(names(&mut node.accounts_after(&all[2])), all[3..]);
    }
    assert_eq!(node.accounts_by_code(&Hash([1; 32]), None).count(), 0);
}

#[test]
fn look_ups_agree_with_a_walk_over_the_blocks() {
    let node = busy();
    check(&node);
    assert!(node.block_by_id(&BlockId([5; 32])).is_none());
    assert!(node.transaction_of(&MsgHash([5; 32])).is_none());
    assert_eq!(node.transactions(&place(BASECHAIN, 99), Lt(u64::MAX)).count(), 0);
}

#[test]
fn look_ups_are_the_same_after_a_file() {
    let node = busy();
    let copy = Node::from_bytes(&node.to_bytes().unwrap()).unwrap();
    check(&copy);
    assert_eq!(copy.state_hash(), node.state_hash());
    let (mut a, mut b) = (node, copy);
    play(&mut a, 12, EACH, 2, 5);
    play(&mut b, 12, EACH, 2, 5);
    assert_eq!(a.head().id, b.head().id);
    check(&b);
}

#[test]
fn look_ups_follow_a_checkpoint_back() {
    let mut node = busy();
    let checkpoint = node.checkpoint();
    let before = node.state_hash();
    play(&mut node, 13, EACH, 3, 9);
    check(&node);
    node.restore(&checkpoint);
    check(&node);
    assert_eq!(node.state_hash(), before);
}

#[test]
fn accounts_are_found_by_code_as_long_as_they_have_it() {
    let mut node = relays(3);
    let code = relay(1).code_hash().unwrap();
    assert_eq!(node.accounts_by_code(&code, None).count(), 6);
    let image = ton_abi::Image::new(ton_abi::Cell::default(), ton_abi::Cell::default());
    let changed = chain::Account::active(place(BASECHAIN, 2), ton_abi::Nano(5), &image).unwrap();
    node.set_account(changed).unwrap();
    node.set_account(chain::Account::none(place(MASTERCHAIN, 1))).unwrap();
    assert_eq!(node.accounts_by_code(&code, None).count(), 4);
    assert_eq!(node.accounts_by_code(&image.code_hash().unwrap(), None).count(), 1);
}
