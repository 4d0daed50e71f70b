//! The node's rules: order, delivery, time, limits, life and death of accounts.

#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod support;

use localnet::{BadExternal, Block, Delivery, Error, Mining, Node, NodeOptions};
use serde_json::json;
use support::{ALL_AND_DIE, Send, actions, add_puppets, nobody, note, puppets};
use testkit::{Expect, World, block_on};
use ton_abi::{Lt, Nano, external_message};
use ton_client::net::RejectReason;
use ton_client::processing::Outgoing;
use ton_client::{Contract, boc};

fn options(mining: Mining, delivery: Delivery) -> NodeOptions {
    NodeOptions { mining, delivery, ..NodeOptions::default() }
}

/// A signed call that is not posted yet.
fn message(world: &World, contract: &Contract, params: serde_json::Value) -> Outgoing {
    let header = block_on(world.client().header(&contract.address, None)).unwrap();
    block_on(world.client().call_message(contract, "run", &params, &header, &World::signer(0))).unwrap()
}

fn post(world: &World, message: &Outgoing) {
    world.post(message).unwrap();
}

/// Two puppets in a world whose blocks are made by hand.
fn manual(delivery: Delivery) -> (World, Vec<Contract>) {
    let (world, p) = puppets(2);
    world.set_options(options(Mining::Manual, delivery));
    (world, p)
}

#[test]
fn several_messages_share_a_block_and_keep_their_order() {
    let (world, p) = manual(Delivery::SameBlock);
    let messages: Vec<_> = (0..3).map(|number| message(&world, &p[number % 2], actions([note(7)]))).collect();
    for message in &messages {
        post(&world, message);
        post(&world, message); // known already, not queued twice
    }
    assert_eq!(world.node().pending_externals(), 3);
    let block = world.produce_block();
    let done: Vec<_> = block.transactions.iter().map(|record| record.in_msg.unwrap()).collect();
    assert_eq!(done, messages.iter().map(|message| message.hash).collect::<Vec<_>>());
    assert!(block.rejected.is_empty());
    assert_eq!(world.node().pending_externals(), 0);
}

#[test]
fn logical_times_follow_the_rules_of_a_real_network() {
    let (world, p) = puppets(3);
    let hop = actions([Send::call(&p[2], Nano::tokens(1), "run", actions([note(1)])).action()]);
    for _ in 0..3 {
        let first = actions([Send::call(&p[1], Nano::tokens(2), "run", hop.clone()).action(), note(0)]);
        world.call(&p[0], "run", first, &World::signer(0)).expect_ok();
    }
    let node = world.node();
    let blocks: Vec<_> = (0..=node.head().seq_no).map(|n| node.block(n).unwrap().clone()).collect();
    assert!(blocks.len() >= 4);
    for pair in blocks.windows(2) {
        check_block(&node, &pair[0], &pair[1]);
    }
    for contract in &p {
        let lts: Vec<_> =
            node.transactions(&contract.address, Lt(u64::MAX)).map(|record| record.lt).collect();
        assert!(lts.windows(2).all(|pair| pair[0] > pair[1]), "newest first: {lts:?}");
        let page: Vec<_> = node.transactions(&contract.address, lts[1]).map(|record| record.lt).collect();
        assert_eq!(page, lts[1..]);
    }
}

fn check_block(node: &Node, before: &Block, block: &Block) {
    assert_eq!(block.id, block.compute_id());
    assert_eq!((block.prev_id, block.seq_no), (before.id, before.seq_no + 1));
    assert_eq!(node.block_by_id(&block.id).unwrap().seq_no, block.seq_no);
    assert!(block.start_lt > before.end_lt && block.start_lt.0.is_multiple_of(localnet::LT_STEP));
    for record in &block.transactions {
        assert!(record.lt > block.start_lt && record.lt < block.end_lt);
        let created = |hash| {
            let cell = &node.message(&hash).unwrap().cell;
            ton_abi::MessageView::parse(cell).unwrap().created_lt
        };
        assert!(record.lt > created(record.in_msg.unwrap()));
        for (&out, place) in record.out_msgs.iter().zip(1..) {
            assert_eq!(created(out), record.lt.plus(place));
            assert_eq!(node.message(&out).unwrap().src_tx, Some(record.hash));
            assert!(created(out) < block.end_lt);
        }
        assert_eq!(node.message(&record.in_msg.unwrap()).unwrap().dst_tx, Some(record.hash));
    }
}

#[test]
fn next_block_delivery_makes_every_hop_a_block() {
    let (world, p) = manual(Delivery::NextBlock);
    let hop = actions([Send::transfer(&nobody(1), Nano::tokens(1)).action()]);
    let first = message(&world, &p[0], actions([Send::call(&p[1], Nano::tokens(2), "run", hop).action()]));
    post(&world, &first);
    for queued in [1, 1, 0] {
        let block = world.produce_block();
        assert_eq!((block.transactions.len(), block.queue_len), (1, queued));
        assert!(world.node().audit().unwrap().is_balanced());
    }
    assert_eq!(world.balance(&nobody(1)), Nano::tokens(1));
    // Value and prepaid fees in the queue are part of the books.
    post(&world, &message(&world, &p[0], actions([Send::transfer(&nobody(1), Nano::tokens(1)).action()])));
    world.produce_block();
    let audit = world.node().audit().unwrap();
    assert!(audit.in_flight > Nano::tokens(1) && audit.is_balanced(), "{audit}");
}

#[test]
fn queue_is_delivered_by_lt_then_hash() {
    let (world, p) = manual(Delivery::NextBlock);
    let pay = |byte| Send::transfer(&nobody(byte), Nano::tokens(1)).action();
    // Both puppets execute at the same lt, so their messages have equal lts and only hashes tell them apart.
    for contract in &p {
        post(&world, &message(&world, contract, actions([pay(1), pay(2), pay(3)])));
    }
    let sent = world.produce_block();
    let mut expected: Vec<_> = sent.transactions.iter().flat_map(|record| record.out_msgs.clone()).collect();
    let node = world.node();
    expected.sort_by_key(|hash| {
        let cell = &node.message(hash).unwrap().cell;
        (ton_abi::MessageView::parse(cell).unwrap().created_lt, *hash)
    });
    let delivered = world.produce_block();
    assert_eq!(
        delivered.transactions.iter().map(|record| record.in_msg.unwrap()).collect::<Vec<_>>(),
        expected
    );
}

#[test]
fn full_block_leaves_the_rest_to_the_next_one() {
    let (world, p) = manual(Delivery::SameBlock);
    let limit = NodeOptions { block_transactions: 2, ..options(Mining::Manual, Delivery::SameBlock) };
    world.set_options(limit);
    for number in 0..5 {
        post(&world, &message(&world, &p[0], actions([note(number)])));
    }
    let counts: Vec<_> = (0..4).map(|_| world.produce_block().transactions.len()).collect();
    assert_eq!(counts, [2, 2, 1, 0]);
    let limit = NodeOptions { block_gas_limit: 1, ..options(Mining::Manual, Delivery::SameBlock) };
    world.set_options(limit);
    post(&world, &message(&world, &p[0], actions([Send::transfer(&nobody(1), Nano::tokens(1)).action()])));
    assert_eq!(world.produce_block().transactions.len(), 1);
    assert_eq!(world.node().queued_messages(), 1);
    assert_eq!(world.edit(Node::settle).unwrap(), 1);
}

#[test]
fn endless_chain_of_messages_is_reported() {
    let world = World::builder()
        .options(NodeOptions { settle_blocks: 5, ..options(Mining::Auto, Delivery::NextBlock) })
        .build();
    let p = add_puppets(&world, 2);
    let mut params = actions([]);
    for place in 0..10 {
        params = actions([Send::call(&p[place % 2], Nano::tokens(5), "run", params).action()]);
    }
    let message = message(&world, &p[0], params);
    let error = world.post(&message).unwrap_err();
    assert!(matches!(error, Error::NotSettled { blocks: 5, queued: 1 }), "{error}");
    assert!(world.node().audit().unwrap().is_balanced());
}

#[test]
fn mempool_refuses_what_no_network_would_take() {
    let (world, p) = puppets(1);
    let refuse = |bytes: &[u8]| match world.edit(|node| node.post(bytes)) {
        Err(Error::BadExternal(reason)) => reason,
        other => panic!("{other:?}"),
    };
    assert!(matches!(refuse(b""), BadExternal::NotBoc(_)));
    assert!(matches!(refuse(&vec![0; 65_536]), BadExternal::TooLarge { bytes: 65_536, limit: 65_535 }));
    let message = message(&world, &p[0], actions([]));
    let mut cut = message.boc();
    cut.pop();
    assert!(matches!(refuse(&cut), BadExternal::NotBoc(_)));
    let cell = tycho_types::cell::CellBuilder::build_from(5u32).unwrap();
    assert!(matches!(refuse(&boc::encode(&cell)), BadExternal::NotMessage(_)));
    let transfer = ton_abi::InternalMessage::transfer(nobody(1), nobody(2), Nano(1)).build().unwrap();
    assert!(matches!(refuse(&boc::encode(&transfer)), BadExternal::NotInbound));
    let mut chain = cell;
    for _ in 0..513 {
        chain = tycho_types::cell::CellBuilder::build_from(chain).unwrap();
    }
    let deep = external_message(&p[0].address, None, Some(chain)).unwrap();
    assert!(matches!(refuse(&boc::encode(&deep)), BadExternal::TooDeep { limit: 512, .. }));
    let elsewhere = ton_abi::Address::new(5, p[0].address.address);
    let stray = external_message(&elsewhere, None, None).unwrap();
    assert!(matches!(refuse(&boc::encode(&stray)), BadExternal::BadDestination));
}

#[test]
fn mempool_has_a_limit() {
    let (world, p) = manual(Delivery::SameBlock);
    world.set_options(NodeOptions { mempool_size: 1, ..options(Mining::Manual, Delivery::SameBlock) });
    post(&world, &message(&world, &p[0], actions([])));
    let second = message(&world, &p[0], actions([]));
    let error = world.post(&second).unwrap_err();
    assert!(matches!(error, Error::MempoolFull { limit: 1 }), "{error}");
}

#[test]
fn rejection_is_forgotten_when_the_message_is_posted_again() {
    let (world, p) = manual(Delivery::SameBlock);
    let expensive = message(&world, &p[0], actions([]));
    let rich = world.balance(&p[0].address);
    world.set_balance(&p[0].address, Nano(1));
    post(&world, &expensive);
    world.produce_block();
    let reason = world.node().rejection(&expensive.hash).unwrap().reason.clone();
    assert_eq!(reason, RejectReason::LowBalance { balance: Nano(1) });
    world.set_balance(&p[0].address, rich);
    post(&world, &expensive);
    assert!(world.node().rejection(&expensive.hash).is_none());
    world.produce_block();
    assert!(world.node().transaction_of(&expensive.hash).is_some());
}

#[test]
fn clock_never_goes_back() {
    let world = World::new();
    let start = world.now();
    world.advance(100);
    world.produce_block();
    assert!(matches!(world.edit(|node| node.set_now(start)), Err(Error::ClockBackwards { .. })));
    assert!(matches!(world.edit(|node| node.advance(u32::MAX)), Err(Error::ClockRange)));
    world.set_options(NodeOptions { seconds_per_block: 5, ..NodeOptions::default() });
    assert_eq!(world.produce_block().gen_utime, start.plus(105));
    assert_eq!(world.now(), start.plus(105));
}

#[test]
fn account_that_sends_everything_away_is_gone_and_can_come_back() {
    let (world, p) = puppets(1);
    let die = Send::transfer(&nobody(1), Nano::ZERO).mode(ALL_AND_DIE).action();
    world.call(&p[0], "run", actions([die]), &World::signer(0)).expect_ok();
    assert!(!world.account(&p[0].address).exists());
    assert!(world.balance(&nobody(1)) > Nano::tokens(99));
    let again = add_puppets(&world, 1);
    assert_eq!(again[0].address, p[0].address);
    let node = world.node();
    let lts: Vec<_> = node.transactions(&p[0].address, Lt(u64::MAX)).map(|record| record.lt).collect();
    assert_eq!(lts.len(), 3, "all transactions of both lives: {lts:?}");
}

#[test]
fn account_reborn_in_the_block_of_its_death_goes_on_in_logical_time() {
    let (world, p) = manual(Delivery::SameBlock);
    // Puppet 0 sends everything to puppet 1 and dies; puppet 1 sends money back in the same block.
    let back = actions([Send::transfer(&p[0].address, Nano::tokens(5)).action()]);
    let die = Send::call(&p[1], Nano::ZERO, "run", back).mode(ALL_AND_DIE).action();
    post(&world, &message(&world, &p[0], actions([die])));
    let block = world.produce_block();
    assert_eq!(block.transactions.len(), 3);
    assert!(block.transactions[2].lt > block.transactions[0].lt);
    assert_eq!(block.transactions[2].account, p[0].address);
    assert_eq!(world.balance(&p[0].address), Nano::tokens(5));
}

#[test]
fn rent_is_taken_and_debt_freezes_then_deletes() {
    const YEAR: u32 = 31_536_000;
    let fat = nobody(8);
    let mut image = support::puppet(&localnet::giver::PUBLIC_KEY, 0).image;
    image.state_init.data = Some(support::chain_of_cells(200));
    let world = World::builder().contract(&fat, &image, Nano::tokens(1)).build();
    let p = add_puppets(&world, 1);
    let wake = |years: u32| {
        world.advance(years * YEAR);
        world.fund(&p[0].address, Nano::tokens(10));
        let pay = Send::transfer(&fat, Nano(1)).action();
        let tree = world.call(&p[0], "run", actions([pay]), &World::signer(0)).unwrap();
        let tx = tree.steps[1].tx.clone();
        (tx.end_status, tx.fees.storage, tx.storage_due)
    };
    use chain::AccountStatus::{Active, Frozen, NotExists};
    assert_eq!(wake(1), (Active, Nano::ZERO, None), "rent counts from the first transaction");
    let (status, rent, due) = wake(1);
    assert!(status == Active && rent > Nano(100_000_000) && due.is_none(), "{rent}");
    world.set_balance(&fat, Nano(rent.0 / 2));
    let (status, _, due) = wake(1);
    assert!(status == Active && due.unwrap() < Nano(100_000_000), "a small debt is lent: {due:?}");
    let (status, _, due) = wake(10);
    assert!(status == Frozen && due.unwrap() > Nano::tokens(1), "{due:?}");
    assert_eq!(wake(0).0, NotExists);
    assert!(!world.account(&fat).exists());
}

#[test]
fn message_to_an_address_without_contract_bounces_or_stays() {
    let (world, p) = puppets(1);
    let stays = Send::transfer(&nobody(1), Nano::tokens(1));
    let bounces = Send { bounce: true, ..Send::transfer(&nobody(2), Nano::tokens(1)) };
    let tree =
        world.call(&p[0], "run", actions([stays.action(), bounces.action()]), &World::signer(0)).unwrap();
    assert_eq!(world.balance(&nobody(1)), Nano::tokens(1));
    assert!(!world.account(&nobody(2)).exists());
    assert_eq!(tree.steps.len(), 4);
    assert_eq!(tree.failures().count(), 1);
}

#[test]
fn money_for_the_masterchain_arrives_there() {
    let (world, p) = puppets(1);
    let master = ton_abi::Address::new(-1, nobody(4).address);
    let pay = Send::transfer(&master, Nano::tokens(2)).action();
    world.call(&p[0], "run", actions([pay]), &World::signer(0)).expect_ok();
    assert_eq!(world.balance(&master), Nano::tokens(2));
}

#[test]
fn giver_of_the_genesis_has_its_money() {
    let artifact = support::puppet(&localnet::giver::PUBLIC_KEY, 0);
    let genesis = localnet::Genesis::new(chain::Config::local());
    let genesis = genesis.with_giver(&artifact.image, localnet::giver::BALANCE).unwrap();
    let node = Node::new(genesis.clone()).unwrap();
    let world = World::of(node, ton_client::Registry::new());
    let giver = world.attach(&artifact, &localnet::giver::ADDRESS);
    assert_eq!(
        giver.address.to_string(),
        "0:ece57bcc6c530283becbbd8a3b24d3c5987cdddc3c8b7b33be6e4a6312490415"
    );
    let key = keys::KeyPair::from_secret_hex(localnet::giver::SECRET_KEY_HEX).unwrap();
    let pay = Send::transfer(&nobody(1), Nano::tokens(1_000_000)).action();
    world.call(&giver, "run", actions([pay]), &key).expect_ok();
    assert_eq!(world.balance(&nobody(1)), Nano::tokens(1_000_000));
    world
        .call(&giver, "run", json!({ "actions": "te6ccgEBAQEAAgAAAA==" }), &World::signer(0))
        .expect_rejected(40);

    let twice = genesis.with_balance(localnet::giver::ADDRESS, Nano(1)).unwrap();
    assert!(matches!(Node::new(twice), Err(Error::DuplicateAccount { .. })));
}

#[test]
#[should_panic(expected = "let the guard go before calling the network")]
fn second_lock_of_a_thread_is_a_panic_and_no_deadlock() {
    let world = World::new();
    world.edit(|_| world.now());
}
