//! Blocks are what they claim: every block of random work is taken apart again and checked against the records
//! of the node, link by link and sum by sum.

#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod support;

use std::collections::BTreeMap;

use localnet::{BASECHAIN, Block, MASTERCHAIN, Node, TransactionRecord};
use sha2::{Digest, Sha256};
use support::{call, note, place, play, post, relays, send};
use ton_abi::{Address, Boc, Hash, Nano};
use tycho_types::models::{
    Block as BlockModel, BlockExtra, BlockInfo, BlockRef, CurrencyCollection, InMsg, MsgInfo, OutMsg,
    PrevBlockRef, ShardIdent, ShardStateUnsplit,
};

const EACH: u8 = 6;

/// A node with a busy past.
fn busy() -> Node {
    let mut node = relays(EACH);
    play(&mut node, 7, EACH, 12, 15);
    assert!(node.audit().unwrap().is_balanced());
    node
}

fn both(node: &Node) -> impl Iterator<Item = (&Block, &Block)> {
    let numbers = 1..=node.head().seq_no;
    numbers.flat_map(|number| [BASECHAIN, MASTERCHAIN].map(|workchain| (workchain, number))).map(
        |(workchain, number)| {
            let block = |number| &**node.chain_block(workchain, number).unwrap();
            (block(number - 1), block(number))
        },
    )
}

fn parts(block: &Block) -> (BlockModel, BlockInfo, BlockExtra) {
    let model = block.cell.parse::<BlockModel>().unwrap();
    let (info, extra) = (model.load_info().unwrap(), model.load_extra().unwrap());
    (model, info, extra)
}

fn reference(block: &Block) -> BlockRef {
    BlockRef {
        end_lt: block.end_lt.0,
        seqno: block.seq_no,
        root_hash: Hash(block.id.0),
        file_hash: Hash(block.file_hash.0),
    }
}

#[test]
fn random_work_covers_what_blocks_can_hold() {
    let node = busy();
    let transactions: Vec<_> = node.all_transactions(..).collect();
    let views = transactions
        .iter()
        .map(|record| chain::TransactionView::parse(&record.cell, record.account.workchain).unwrap());
    let (mut master, mut aborted, mut bounced, mut destroyed) = (0, 0, 0, 0);
    for view in views {
        master += u32::from(view.account.workchain == MASTERCHAIN);
        aborted += u32::from(view.aborted);
        bounced += u32::from(view.bounce.is_some());
        destroyed += u32::from(view.destroyed);
    }
    assert!(
        master > 100 && aborted > 50 && bounced > 20 && destroyed > 2,
        "{master} {aborted} {bounced} {destroyed}"
    );
    assert!(transactions.len() > 500, "{}", transactions.len());
    assert!(both(&node).any(|(_, block)| !block.rejected.is_empty()));
}

#[test]
fn identities_are_hashes_of_the_bytes() {
    let node = busy();
    for number in 0..=node.head().seq_no {
        for workchain in [BASECHAIN, MASTERCHAIN] {
            let block = node.chain_block(workchain, number).unwrap();
            let boc = block.boc();
            assert_eq!(block.file_hash.0, <[u8; 32]>::from(Sha256::digest(&boc)));
            assert_eq!(Boc::decode(&boc).unwrap().repr_hash().0, block.id.0);
            let found = node.block_by_id(&block.id).unwrap();
            assert_eq!((found.workchain, found.seq_no), (workchain, number));
        }
    }
}

#[test]
fn headers_chain_without_a_gap() {
    let node = busy();
    for (before, block) in both(&node) {
        let (model, info, extra) = parts(block);
        assert_eq!(model.global_id, node.config().global_id());
        let header = (info.seqno, info.gen_utime, info.start_lt, info.end_lt, info.key_block);
        let times = (block.gen_utime.0, block.start_lt.0, block.end_lt.0);
        assert_eq!(header, (block.seq_no, times.0, times.1, times.2, block.key_block));
        assert_eq!(info.shard, ShardIdent::new_full(block.workchain.into()));
        assert_eq!(info.load_prev_ref().unwrap(), PrevBlockRef::Single(reference(before)));
        assert_eq!((info.flags, info.gen_software), (1, node.config().parsed().global));
        assert_eq!(extra.rand_seed.0, block.rand_seed);
        let master = node.chain_block(MASTERCHAIN, block.seq_no - 1).unwrap();
        let named = info.load_master_ref().unwrap();
        match block.workchain {
            MASTERCHAIN => assert!(named.is_none() && block.key_block),
            _ => assert_eq!(named, Some(reference(master))),
        }
        assert_eq!((info.min_ref_mc_seqno, info.prev_key_block_seqno), (master.seq_no, master.seq_no));
        assert!(info.start_lt > before.end_lt.0 && info.start_lt > master.end_lt.0);
        assert!(info.start_lt.is_multiple_of(localnet::LT_STEP) && block.gen_utime >= before.gen_utime);
    }
}

#[test]
fn masterchain_blocks_name_their_shard_and_carry_the_configuration() {
    let mut node = busy();
    let options = chain::ConfigOptions { global_id: 4242, gas_limit: 900_000, ..Default::default() };
    node.set_config(chain::Config::with_options(&options));
    node.produce().unwrap();
    for (_, block) in both(&node).filter(|(_, block)| block.workchain == MASTERCHAIN) {
        let (model, _, extra) = parts(block);
        let custom = extra.load_custom().unwrap().unwrap();
        let shards = custom.shards.iter().collect::<Result<Vec<_>, _>>().unwrap();
        let [(ident, descr)] = &shards[..] else { panic!("{shards:?}") };
        let base = node.block(block.seq_no).unwrap();
        assert_eq!(*ident, ShardIdent::BASECHAIN);
        let found = (descr.seqno, descr.reg_mc_seqno, descr.root_hash.0, descr.file_hash.0);
        assert_eq!(found, (base.seq_no, block.seq_no, base.id.0, base.file_hash.0));
        let lts = (descr.start_lt, descr.end_lt, descr.gen_utime);
        assert_eq!(lts, (base.start_lt.0, base.end_lt.0, base.gen_utime.0));
        assert_eq!(descr.fees_collected, CurrencyCollection::new(base.fees.0));
        assert_eq!(custom.fees.root_extra().fees, CurrencyCollection::new(base.fees.0));
        assert_eq!(block.shard_block.as_ref().unwrap().id, base.id);
        assert!(block.start_lt > base.end_lt);
        let config = chain::Config::from_raw(custom.config.unwrap()).unwrap();
        let newest = block.seq_no == node.head().seq_no;
        assert_eq!(config.global_id(), if newest { 4242 } else { chain::DEFAULT_GLOBAL_ID });
        assert_eq!(model.global_id, config.global_id());
    }
    let newest = parts(node.master_head()).2.load_custom().unwrap().unwrap().config.unwrap();
    assert_eq!(chain::Config::from_raw(newest).unwrap().cell(), node.config().cell());
}

#[test]
fn transactions_stand_in_the_block_by_account_and_lt() {
    let node = busy();
    for (_, block) in both(&node) {
        let (_, _, extra) = parts(block);
        let mut expected: BTreeMap<(Hash, u64), &TransactionRecord> = BTreeMap::new();
        for record in &block.transactions {
            assert_eq!(record.account.workchain, block.workchain);
            expected.insert((record.account.address, record.lt.0), record);
        }
        assert_eq!(expected.len(), block.transactions.len());
        let accounts = extra.account_blocks.load().unwrap();
        let mut all_fees = 0;
        for entry in accounts.iter() {
            let (account, fees, account_block) = entry.unwrap();
            assert_eq!(account_block.account, account);
            let (mut sum, mut hash) = (0, account_block.state_update.load().unwrap().old);
            for entry in account_block.transactions.iter() {
                let (lt, fee, cell) = entry.unwrap();
                let record = expected.remove(&(account, lt)).unwrap();
                assert_eq!(cell.inner().repr_hash().0, record.hash.0);
                let transaction = cell.load().unwrap();
                assert_eq!(fee, transaction.total_fees);
                let update = transaction.state_update.load().unwrap();
                assert_eq!(update.old, hash, "states of an account follow each other");
                (sum, hash) = (sum + u128::from(fee.tokens), update.new);
            }
            assert_eq!(hash, account_block.state_update.load().unwrap().new);
            assert_eq!(fees, CurrencyCollection::new(sum));
            assert_eq!(account_block.transactions.root_extra(), &fees);
            all_fees += sum;
        }
        assert!(expected.is_empty(), "every transaction is found");
        assert_eq!(accounts.root_extra(), &CurrencyCollection::new(all_fees));
    }
}

#[test]
fn message_descriptions_name_every_message() {
    let node = busy();
    let (mut kinds_in, mut kinds_out) = (BTreeMap::new(), BTreeMap::new());
    for (_, block) in both(&node) {
        let (_, _, extra) = parts(block);
        let inbound = extra.load_in_msg_description().unwrap();
        let outbound = extra.load_out_msg_description().unwrap();
        let (mut ins, mut outs) = (0, 0);
        for record in &block.transactions {
            let (fees, in_msg) = inbound.get(Hash(record.in_msg.unwrap().0)).unwrap().unwrap();
            assert_eq!(in_msg.compute_fees().unwrap(), fees);
            assert_eq!(in_msg.transaction_cell().unwrap().repr_hash().0, record.hash.0);
            assert_eq!(in_msg.load_msg_cell().unwrap().repr_hash().0, record.in_msg.unwrap().0);
            *kinds_in.entry(kind(&in_msg)).or_insert(0) += 1;
            ins += 1;
            for hash in &record.out_msgs {
                let (value, out_msg) = outbound.get(Hash(hash.0)).unwrap().unwrap();
                assert_eq!(out_msg.compute_exported_value().unwrap(), value);
                let message = out_msg.load_message().unwrap().unwrap();
                assert!(matches!(message.info, MsgInfo::Int(_) | MsgInfo::ExtOut(_)));
                *kinds_out.entry(kind_out(&out_msg)).or_insert(0) += 1;
                outs += 1;
            }
        }
        let dequeued = outbound
            .values()
            .filter(|entry| matches!(entry.as_ref().unwrap().1, OutMsg::DequeueImmediate(_)));
        *kinds_out.entry("dequeued").or_insert(0) += dequeued.clone().count();
        assert_eq!(inbound.iter().count(), ins);
        assert_eq!(outbound.iter().count(), outs + dequeued.count());
    }
    assert!(kinds_in.len() == 3 && kinds_out.len() == 4, "{kinds_in:?} {kinds_out:?}");
}

fn kind(message: &InMsg) -> &'static str {
    match message {
        InMsg::External(_) => "external",
        InMsg::Immediate(_) => "immediate",
        InMsg::Final(_) => "final",
        InMsg::Transit(_) => "transit",
    }
}

fn kind_out(message: &OutMsg) -> &'static str {
    match message {
        OutMsg::External(_) => "external",
        OutMsg::Immediate(_) => "immediate",
        OutMsg::New(_) => "new",
        other => panic!("{other:?}"),
    }
}

#[test]
fn value_flows_add_up_from_block_to_block() {
    let mut node = busy();
    let mut edited = node.clone();
    edited.set_balance(&place(BASECHAIN, 200), Nano::tokens(5)).unwrap();
    edited.set_balance(&place(MASTERCHAIN, 1), Nano(1)).unwrap();
    edited.produce().unwrap();
    edited.produce().unwrap();
    node.produce().unwrap();
    for node in [&node, &edited] {
        let mut balances = BTreeMap::new();
        for workchain in [BASECHAIN, MASTERCHAIN] {
            let zero = node.chain_block(workchain, 0).unwrap().cell.parse::<ShardStateUnsplit>().unwrap();
            balances.insert(workchain, zero.total_balance);
        }
        for (_, block) in both(node) {
            let (model, _, extra) = parts(block);
            let flow = model.load_value_flow().unwrap();
            assert!(flow.validate().unwrap(), "{flow:?}");
            assert_eq!(balances.insert(block.workchain, flow.to_next_block), Some(flow.from_prev_block));
            assert_eq!(flow.created, CurrencyCollection::ZERO);
            let accounts = extra.account_blocks.load().unwrap();
            let inbound = extra.load_in_msg_description().unwrap();
            let imported = &inbound.root_extra().fees_collected;
            let own = u128::from(accounts.root_extra().tokens) + u128::from(*imported);
            let shard = u128::from(flow.fees_imported.tokens);
            assert_eq!((own, own + shard), (block.fees.0, u128::from(flow.fees_collected.tokens)));
            assert_eq!(inbound.root_extra().value_imported, flow.imported);
        }
        for (workchain, balance) in balances {
            let accounts = node.accounts().filter(|account| account.address().workchain == workchain);
            let sum: Nano = accounts.map(chain::Account::balance).sum();
            assert_eq!(balance, CurrencyCollection::new(sum.0));
        }
    }
}

#[test]
fn state_updates_chain_from_the_zero_state() {
    let node = busy();
    let mut states = BTreeMap::new();
    for workchain in [BASECHAIN, MASTERCHAIN] {
        let zero = node.chain_block(workchain, 0).unwrap();
        states.insert(workchain, (*zero.cell.repr_hash(), zero.cell.repr_depth()));
    }
    for (_, block) in both(&node) {
        let update = parts(block).0.load_state_update().unwrap();
        let old = states.insert(block.workchain, (update.new_hash, update.new_depth));
        assert_eq!(old, Some((update.old_hash, update.old_depth)));
    }
}

#[test]
fn zero_states_hold_the_accounts_and_the_configuration() {
    let node = relays(EACH);
    for workchain in [BASECHAIN, MASTERCHAIN] {
        let zero = node.chain_block(workchain, 0).unwrap();
        let state = zero.cell.parse::<ShardStateUnsplit>().unwrap();
        assert_eq!((state.seqno, state.gen_utime, state.gen_lt), (0, node.now().0, 0));
        assert_eq!(state.shard_ident, ShardIdent::new_full(workchain.into()));
        let accounts = state.load_accounts().unwrap();
        assert_eq!(accounts.iter().count(), usize::from(EACH));
        for entry in accounts.iter() {
            let (address, extra, shard) = entry.unwrap();
            let account = node.account(&Address::new(workchain, address));
            assert_eq!(shard.account.inner(), account.cell());
            assert_eq!(extra.balance, CurrencyCollection::new(account.balance().0));
        }
        assert_eq!(accounts.root_extra().balance, state.total_balance);
        let custom = state.load_custom().unwrap();
        assert_eq!(custom.is_some(), workchain == MASTERCHAIN);
        if let Some(custom) = custom {
            assert_eq!(chain::Config::from_raw(custom.config).unwrap().cell(), node.config().cell());
            assert_eq!(custom.global_balance, CurrencyCollection::new(Nano::tokens(12_000).0));
        }
    }
}

#[test]
fn blocks_come_while_nothing_happens() {
    let mut node = relays(1);
    for number in 1..=5 {
        node.advance(1).unwrap();
        let round = node.produce().unwrap();
        assert_eq!((round.workchain.seq_no, round.master.seq_no), (number, number));
        assert!(round.accounts.is_empty() && round.transactions().next().is_none());
        assert_eq!(round.workchain.gen_utime, node.now());
        let (_, _, extra) = parts(&round.workchain);
        assert!(extra.account_blocks.load().unwrap().is_empty());
    }
}

#[test]
fn messages_cross_the_chains_within_two_rounds() {
    let mut node = relays(2);
    let back = support::body([note(9)], false);
    let home = send(&place(BASECHAIN, 2), Nano::tokens(1), 1, true, Some(back));
    let there = support::body([home], false);
    let go = send(&place(MASTERCHAIN, 1), Nano::tokens(5), 1, true, Some(there));
    let message = post(&mut node, &call(&place(BASECHAIN, 1), 0, [go]));
    let round = node.produce().unwrap();
    let counts = (round.workchain.transactions.len(), round.master.transactions.len());
    assert_eq!(counts, (1, 1), "to the masterchain in the same round");
    assert_eq!(round.accounts, [place(MASTERCHAIN, 1), place(BASECHAIN, 1)]);
    assert_eq!(node.queued_messages(), 1);
    let round = node.produce().unwrap();
    let counts = (round.workchain.transactions.len(), round.master.transactions.len());
    assert_eq!(counts, (1, 0), "and back in the next one");
    assert_eq!(round.accounts, [place(BASECHAIN, 2)]);
    let first = node.transaction_of(&message).unwrap();
    let second = node.transaction_of(&first.out_msgs[0]).unwrap();
    let third = node.transaction_of(&second.out_msgs[0]).unwrap();
    assert_eq!((second.account.workchain, third.account.workchain), (MASTERCHAIN, BASECHAIN));
    assert_eq!(node.block_of(second).workchain, MASTERCHAIN);
    assert!(first.lt < second.lt && second.lt < third.lt);
    assert!(node.audit().unwrap().is_balanced());
}
