//! Rules of the chain: special accounts, fees, time, configuration at run time, chosen messages, limits.

#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod support;

use chain::{Account, Config, ConfigOptions, TransactionView};
use localnet::{BASECHAIN, Error, Genesis, KEPT_REJECTIONS, MASTERCHAIN, NetworkConfig, Node, NodeOptions};
use support::{FAILS, FEES_APART, body, call, manual, note, place, post, relay, relays, send};
use ton_abi::{Address, Boc, Cell, CellBuilder, Hash, Nano, external_message};
use ton_client::MsgHash;
use tycho_types::cell::CellFamily;

const YEAR: u32 = 31_536_000;
/// Address of the elector, which parameter 31 names.
const ELECTOR: Address = Address::new(MASTERCHAIN, Hash([0x33; 32]));

fn view(node: &Node, message: &MsgHash) -> TransactionView {
    let record = node.transaction_of(message).unwrap();
    TransactionView::parse(&record.cell, record.account.workchain).unwrap()
}

/// Posts a call and makes a round; gives its transaction.
fn run(node: &mut Node, message: &Cell) -> TransactionView {
    let hash = post(node, message);
    node.produce().unwrap();
    view(node, &hash)
}

#[test]
fn special_accounts_pay_no_rent_and_no_gas() {
    let ordinary = place(MASTERCHAIN, 1);
    let mut node = relays(1);
    let elector = Account::active(ELECTOR, Nano::tokens(1000), &relay(9)).unwrap();
    node.set_account(elector).unwrap();
    let mut seen = Vec::new();
    for year in 0..3 {
        node.advance(YEAR).unwrap();
        let special = run(&mut node, &call(&ELECTOR, year, [note(1)]));
        let normal = run(&mut node, &call(&ordinary, year, [note(1)]));
        seen.push((special.fees, normal.fees));
    }
    for (special, _) in &seen {
        assert_eq!(
            (special.storage, special.gas, special.action),
            (Nano::ZERO, Nano::ZERO, Nano::ZERO),
            "{special:?}"
        );
    }
    let (_, normal) = seen[2];
    assert!(
        normal.storage > Nano::ZERO && normal.gas > Nano::ZERO && normal.action > Nano::ZERO,
        "{normal:?}"
    );
    assert!(node.audit().unwrap().is_balanced());
}

#[test]
fn special_accounts_have_the_special_gas_limit() {
    // An endless loop ends where the gas does: masterchain 1 million, special accounts 100 million.
    let code = tycho_asm::Code::assemble("DROP DROP ACCEPT PUSHCONT { NOP } AGAIN").unwrap();
    let image = ton_abi::Image::new(code, Cell::empty_cell());
    let mut config = NetworkConfig::default();
    config.master.gas.special_gas_limit = 3_000_000;
    let mut genesis = Genesis::new(config.build().unwrap());
    genesis.options = NodeOptions { block_gas_limit: 20_000_000, ..manual() };
    for address in [ELECTOR, place(MASTERCHAIN, 1)] {
        genesis.accounts.push(Account::active(address, Nano::tokens(100_000), &image).unwrap());
    }
    let mut node = Node::new(genesis).unwrap();
    let mut gas = |to: &Address| {
        let body = CellBuilder::build_from(1u32).unwrap();
        let view = run(&mut node, &external_message(to, None, Some(body)).unwrap());
        assert!(view.aborted);
        view.gas_used()
    };
    let (special, normal) = (gas(&ELECTOR), gas(&place(MASTERCHAIN, 1)));
    assert!((3_000_000..3_001_000).contains(&special), "{special}");
    assert!((1_000_000..1_001_000).contains(&normal), "{normal}");
}

#[test]
fn fees_of_blocks_are_what_the_accounts_lost() {
    let mut node = relays(4);
    let before: Nano = node.accounts().map(Account::balance).sum();
    support::play(&mut node, 3, 4, 5, 10);
    let audit = node.audit().unwrap();
    let blocks = (1..=node.head().seq_no).flat_map(|number| {
        [BASECHAIN, MASTERCHAIN].map(|chain| node.chain_block(chain, number).unwrap().fees)
    });
    let fees: Nano = blocks.sum();
    assert_eq!(fees, audit.fees);
    let after: Nano = node.accounts().map(Account::balance).sum();
    assert_eq!(before, [after, fees, audit.burned, audit.undeliverable].into_iter().sum());
    assert!(fees > Nano::ZERO);
}

#[test]
fn message_to_a_failing_contract_bounces_across_the_chains() {
    let mut node = relays(1);
    let (here, there) = (place(BASECHAIN, 1), place(MASTERCHAIN, 1));
    let fail = send(&there, Nano::tokens(3), FEES_APART, true, Some(body([], true)));
    let first = run(&mut node, &call(&here, 0, [fail]));
    let failed = view(&node, &MsgHash::from(first.out_msgs[0].repr_hash()));
    assert_eq!((failed.exit_code(), failed.aborted), (Some(FAILS), true));
    assert!(failed.bounce.is_some() && failed.out_msgs.len() == 1);
    node.produce().unwrap();
    let back = view(&node, &MsgHash::from(failed.out_msgs[0].repr_hash()));
    assert_eq!(back.account, here);
    assert!(back.credit.unwrap() > Nano::tokens(2));
    assert!(node.audit().unwrap().is_balanced());
}

#[test]
fn new_configuration_rules_from_the_next_round_on() {
    let mut node = relays(1);
    let cheap = run(&mut node, &call(&place(BASECHAIN, 1), 0, [note(1)])).fees.gas;
    let checkpoint = node.checkpoint();
    let mut config = NetworkConfig::of(node.config());
    config.base.gas.gas_price *= 7;
    config.base.gas.flat_gas_price *= 7;
    node.set_config(config.build().unwrap());
    let dear = run(&mut node, &call(&place(BASECHAIN, 1), 1, [note(1)])).fees.gas;
    assert_eq!(dear, Nano(cheap.0 * 7));
    let copy = Node::from_bytes(&node.to_bytes().unwrap()).unwrap();
    assert_eq!(copy.config().cell(), node.config().cell());
    node.restore(&checkpoint);
    assert_eq!(node.config().cell(), Config::local().cell(), "a checkpoint remembers its configuration");
}

#[test]
fn different_configurations_and_seeds_make_different_networks() {
    let node = |config: Config, seed: u8| {
        let genesis = Genesis { seed: [seed; 32], ..Genesis::new(config) };
        let mut node = Node::new(genesis).unwrap();
        node.produce().unwrap();
        (node.head().id, node.head().rand_seed, node.state_hash())
    };
    let other = Config::with_options(&ConfigOptions { global_id: 7, ..Default::default() });
    let (a, b, c) = (node(Config::local(), 0), node(Config::local(), 1), node(other, 0));
    assert_eq!(a, node(Config::local(), 0));
    assert!(a.0 != b.0 && a.1 != b.1 && a.2 != b.2 && a.0 != c.0 && b.0 != c.0);
}

#[test]
fn chosen_messages_go_alone_and_in_any_order() {
    let mut node = relays(3);
    let pay =
        |to: u8| send(&place(BASECHAIN, to), Nano::tokens(1), FEES_APART, true, Some(body([note(1)], false)));
    let to = place(BASECHAIN, 1);
    let posted: Vec<_> = (0..3).map(|number| post(&mut node, &call(&to, number, [pay(2), pay(3)]))).collect();
    let round = node.produce_only(&[posted[2]]).unwrap();
    assert_eq!(hashes(&round), [posted[2]]);
    assert_eq!((node.pending_externals(), node.queued_messages()), (2, 2));
    // The later message of the two first.
    let sent = node.transaction_of(&posted[2]).unwrap().out_msgs.clone();
    assert_eq!(hashes(&node.produce_only(&[sent[1]]).unwrap()), [sent[1]]);
    assert!(hashes(&node.produce_only(&[]).unwrap()).is_empty());
    assert_eq!(hashes(&node.produce_only(&[posted[1], sent[0]]).unwrap()), [sent[0], posted[1]]);
    assert_eq!((node.pending_externals(), node.queued_messages()), (1, 2));
    let head = node.head().id;
    for gone in [posted[2], sent[1], MsgHash([9; 32])] {
        let error = node.produce_only(&[posted[0], gone]).unwrap_err();
        assert!(matches!(error, Error::NotWaiting { message } if message == gone), "{error}");
    }
    assert_eq!((node.head().id, node.pending_externals()), (head, 1), "a refused wish changes nothing");
    node.settle().unwrap();
    assert!(node.transaction_of(&posted[0]).is_some());
    assert!(node.audit().unwrap().is_balanced());
}

fn hashes(round: &localnet::Round) -> Vec<MsgHash> {
    round.transactions().map(|record| record.in_msg.unwrap()).collect()
}

#[test]
fn chosen_message_to_the_masterchain_waits_for_its_own_turn() {
    let mut node = relays(1);
    let go = send(&place(MASTERCHAIN, 1), Nano::tokens(1), FEES_APART, true, None);
    let message = post(&mut node, &call(&place(BASECHAIN, 1), 0, [go]));
    let round = node.produce_only(&[message]).unwrap();
    assert_eq!((round.workchain.transactions.len(), round.master.transactions.len()), (1, 0));
    assert_eq!(round.master.queue_len, 1);
    let sent = node.transaction_of(&message).unwrap().out_msgs[0];
    let round = node.produce_only(&[sent]).unwrap();
    assert_eq!((round.workchain.transactions.len(), round.master.transactions.len()), (0, 1));
}

#[test]
fn accounts_live_in_two_workchains() {
    let stray = Address::new(5, Hash([1; 32]));
    let genesis = Genesis::new(Config::local()).with_balance(stray.clone(), Nano(1)).unwrap();
    assert!(matches!(Node::new(genesis), Err(Error::BadWorkchain { .. })));
    let mut node = relays(1);
    assert!(matches!(node.set_balance(&stray, Nano(1)), Err(Error::BadWorkchain { .. })));
    let to_nowhere = send(&stray, Nano::tokens(1), FEES_APART, true, None);
    let tried = run(&mut node, &call(&place(BASECHAIN, 1), 0, [to_nowhere]));
    assert!(tried.aborted, "the action phase knows no such workchain");
}

#[test]
fn newest_rejections_are_kept_and_old_ones_forgotten() {
    // Nobody is at home at this address.
    let nowhere = place(BASECHAIN, 250);
    let batch = 10_000;
    let mut node = relays(1);
    let mut posted = Vec::new();
    for round in 0..=(KEPT_REJECTIONS / batch) as u32 {
        for number in 0..batch as u32 {
            let text = CellBuilder::build_from((round << 16) | number).unwrap();
            let message = external_message(&nowhere, None, Some(text)).unwrap();
            posted.push(post(&mut node, &message));
        }
        let made = node.produce().unwrap();
        assert_eq!(made.workchain.rejected.len(), batch);
    }
    let forgotten = posted.iter().take_while(|hash| node.rejection(hash).is_none()).count();
    assert_eq!(forgotten, batch, "the oldest block forgot its own");
    assert!(posted[forgotten..].iter().all(|hash| node.rejection(hash).is_some()));
    let listed: usize =
        (1..=node.head().seq_no).map(|number| node.block(number).unwrap().rejected.len()).sum();
    assert_eq!(listed, KEPT_REJECTIONS);
    let shard = node.master_head().shard_block.as_ref().unwrap();
    assert_eq!(shard.id, node.head().id);
    let first = node.chain_block(MASTERCHAIN, 1).unwrap().shard_block.as_ref().unwrap();
    assert_eq!((first.rejected.len(), first.id), (0, node.block(1).unwrap().id));
}

#[test]
fn full_mempool_takes_no_more_bytes() {
    let mut node = relays(1);
    node.set_options(NodeOptions { mempool_bytes: 10_000, ..manual() });
    let heavy = |number: u32| {
        let mut text = CellBuilder::build_from(number).unwrap();
        for _ in 0..7 {
            let mut builder = CellBuilder::new();
            builder.store_zeros(1000).unwrap();
            builder.store_reference(text).unwrap();
            text = builder.build().unwrap();
        }
        external_message(&place(BASECHAIN, 1), None, Some(text)).unwrap()
    };
    let mut taken = 0;
    let error = loop {
        match node.post(&Boc::encode(heavy(taken))) {
            Ok(_) => taken += 1,
            Err(error) => break error,
        }
    };
    assert!(
        (3..7).contains(&taken) && matches!(error, Error::MempoolBytes { limit: 10_000 }),
        "{taken} {error}"
    );
    node.produce().unwrap();
    assert_eq!(node.pending_externals(), 0);
    assert!(node.post(&Boc::encode(heavy(taken))).is_ok(), "there is room again");
}
