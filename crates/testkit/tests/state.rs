//! State of a node: determinism, checkpoints, files, books.

#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod support;

use std::fs;

use localnet::{BadFile, Delivery, Error, Node, NodeOptions, StateFile};
use proptest::prelude::{ProptestConfig, any, prop};
use proptest::test_runner::RngSeed;
use serde_json::json;
use support::{
    ALL, ALL_AND_DIE, FEES_APART, PLAIN, REST_OF_MESSAGE, Send, actions, nobody, note, puppets, reserve,
};
use testkit::{Expect, World};
use ton_abi::{Address, Nano};
use ton_client::Contract;

/// Some history: two calls with hops and one refused message.
fn work(world: &World, p: &[Contract]) {
    let hop = actions([Send::transfer(&nobody(1), Nano::tokens(1)).action(), note(1)]);
    let first = actions([Send::call(&p[1], Nano::tokens(2), "run", hop).action()]);
    world.call(&p[0], "run", first, &World::signer(0)).expect_ok();
    world.advance(1000);
    world.call(&p[0], "fail", json!({ "code": 9 }), &World::signer(0)).expect_failed(9);
    world.call(&p[1], "refuse", json!({ "code": 8 }), &World::signer(0)).expect_rejected(8);
}

#[test]
fn equal_inputs_give_an_equal_state() {
    let run = || {
        let (world, p) = puppets(2);
        work(&world, &p);
        let node = world.node();
        (node.state_hash(), node.head().id, node.to_bytes().unwrap())
    };
    let (first, second) = (run(), run());
    assert!(first == second);
    let (world, p) = puppets(2);
    work(&world, &p);
    world.advance(1);
    assert_ne!(world.node().state_hash(), first.0);
}

#[test]
fn checkpoint_brings_everything_back() {
    let (world, p) = puppets(2);
    let before = (world.node().state_hash(), world.now());
    let checkpoint = world.checkpoint();
    work(&world, &p);
    let after = (world.node().state_hash(), world.now());
    let last = world.node().head().transactions.last().map(|record| record.hash);
    world.restore(&checkpoint);
    assert_eq!((world.node().state_hash(), world.now()), before);
    assert!(last.is_none_or(|hash| world.node().transaction(&hash).is_none()));
    // A clone goes its own way.
    let other = World::of((*world.node()).clone(), (*world.client().registry()).clone());
    work(&other, &p);
    assert_eq!((other.now(), world.now()), (after.1, before.1));
    assert_eq!(world.node().state_hash(), before.0);
}

#[test]
fn file_keeps_the_whole_node() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.state");
    let (mut file, nothing) = StateFile::open(&path).unwrap();
    assert!(nothing.is_none());
    let (world, p) = puppets(2);
    work(&world, &p);
    file.save(&world.node()).unwrap();
    let (mut file, node) = StateFile::open(&path).unwrap();
    let node = node.unwrap();
    assert_same_history(&world.node(), &node);

    // Both go on equally, with a message in the queue and one in the mempool across another file.
    let loaded = World::of(node, (*world.client().registry()).clone());
    for world in [&world, &loaded] {
        let mut options = world.node().options().clone();
        options.delivery = localnet::Delivery::NextBlock;
        options.mining = localnet::Mining::Manual;
        world.set_options(options);
        for _ in 0..2 {
            let header = ton_abi::Header {
                time: world.now().plus(1).millis(),
                expire: world.now().plus(60),
                pubkey: None,
            };
            let pay = actions([Send::transfer(&nobody(2), Nano::tokens(1)).action()]);
            let signer = World::signer(0);
            let call = world.client().call_message(&p[0], "run", &pay, &header, &signer);
            let message = testkit::block_on(call).unwrap();
            world.post(&message).unwrap();
            if world.node().queued_messages() == 0 {
                world.produce_block();
            }
        }
        assert_eq!((world.node().queued_messages(), world.node().pending_externals()), (1, 1));
    }
    file.save(&loaded.node()).unwrap();
    let again = StateFile::open(&path).unwrap().1.unwrap();
    assert_same_history(&world.node(), &again);
    let again = World::of(again, ton_client::Registry::new());
    for world in [&world, &again] {
        world.produce_block();
    }
    assert_eq!(world.node().state_hash(), again.node().state_hash());
    assert_eq!(again.balance(&nobody(2)), Nano::tokens(1));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no leftovers beside the file");
}

fn assert_same_history(a: &Node, b: &Node) {
    assert_eq!(a.state_hash(), b.state_hash());
    assert_eq!(a.audit().unwrap(), b.audit().unwrap());
    assert_eq!(a.options(), b.options());
    assert_eq!(a.config().cell(), b.config().cell());
    for number in 0..=a.head().seq_no {
        let (x, y) = (a.block(number).unwrap(), b.block(number).unwrap());
        assert_eq!(x.id, y.id);
        assert_eq!(x.rejected, y.rejected);
        for (left, right) in x.transactions.iter().zip(&y.transactions) {
            assert_eq!((&left.account, left.lt, left.hash), (&right.account, right.lt, right.hash));
            for hash in left.in_msg.iter().chain(&left.out_msgs) {
                let (left, right) = (a.message(hash).unwrap(), b.message(hash).unwrap());
                assert_eq!(
                    (left.src_tx, left.dst_tx, left.block_seq_no),
                    (right.src_tx, right.dst_tx, right.block_seq_no)
                );
            }
            let in_msg = left.in_msg.unwrap();
            assert_eq!(a.transaction_of(&in_msg).unwrap().hash, b.transaction_of(&in_msg).unwrap().hash);
        }
        for rejection in &x.rejected {
            assert!(b.rejection(&rejection.message).is_some());
        }
    }
}

#[test]
fn damaged_files_are_refused_with_the_reason() {
    let (world, p) = puppets(2);
    work(&world, &p);
    let good = world.node().to_bytes().unwrap();
    let reason = |bytes: &[u8]| Node::from_bytes(bytes).map(|_| ()).unwrap_err();
    assert_eq!(reason(b""), BadFile::Magic);
    assert_eq!(reason(b"PK\x03\x04 something else"), BadFile::Magic);
    for length in [9, 40, 52, 60, good.len() / 2, good.len() - 1] {
        assert!(matches!(reason(&good[..length]), BadFile::Truncated { .. }), "cut to {length}");
    }
    for place in [30, 60, 100, good.len() / 2, good.len() - 1] {
        let mut bad = good.clone();
        bad[place] ^= 1;
        assert_eq!(reason(&bad), BadFile::Checksum, "flipped at {place}");
    }
    let mut long = good.clone();
    long.push(0);
    assert_eq!(reason(&long), BadFile::Checksum);
    let mut newer = good.clone();
    newer[11] += 1;
    let supported = localnet::FORMAT_VERSION;
    assert_eq!(reason(&newer), BadFile::Version { found: supported + 1, supported });

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.state");
    fs::write(&path, &good[..good.len() / 2]).unwrap();
    let error = StateFile::open(&path).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("node.state is not a usable node state: it is cut off"), "{error}");
}

#[test]
fn two_processes_cannot_overwrite_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.state");
    let (world, p) = puppets(2);
    let (mut first, _) = StateFile::open(&path).unwrap();
    let (mut late, _) = StateFile::open(&path).unwrap();
    first.save(&world.node()).unwrap();
    assert!(matches!(late.save(&world.node()), Err(Error::ChangedOnDisk { .. })));
    let (mut second, _) = StateFile::open(&path).unwrap();
    work(&world, &p);
    second.save(&world.node()).unwrap();
    second.save(&world.node()).unwrap();
    assert!(matches!(first.save(&world.node()), Err(Error::ChangedOnDisk { .. })));
    let missing = folder.path().join("no-such-folder/node.state");
    let error = StateFile::open(&missing).unwrap().0.save(&world.node()).unwrap_err();
    assert!(matches!(error, Error::File { action: "write", .. }), "{error}");
}

#[test]
fn supply_follows_edited_accounts() {
    let world = World::new();
    world.fund(&nobody(1), Nano::tokens(5));
    world.fund(&nobody(1), Nano::tokens(5));
    assert_eq!(world.node().audit().unwrap().supply, Nano::tokens(10));
    world.edit(|node| node.set_account(chain::Account::none(nobody(1)))).unwrap();
    assert_eq!(world.node().audit().unwrap().supply, Nano::ZERO);
    assert!(matches!(
        world.edit(|node| node.set_balance(&nobody(1), Nano(1 << 120))),
        Err(Error::AmountOverflow)
    ));
    world.finish();
}

/// One random message of a puppet.
#[derive(Debug, Clone)]
struct Step {
    from: usize,
    sends: Vec<(u8, u64, u8, bool, bool)>,
    kept: Option<u64>,
    wait: u32,
}

fn steps() -> impl proptest::strategy::Strategy<Value = Vec<Step>> {
    use proptest::strategy::Strategy;
    let send = (0..6u8, 0..30_000_000_000u64, 0..5u8, any::<bool>(), any::<bool>());
    let step = (0..3usize, prop::collection::vec(send, 0..4), any::<Option<u64>>(), 0..40_000_000u32);
    let step = step.prop_map(|(from, sends, kept, wait)| Step {
        from,
        sends,
        kept: kept.map(|kept| kept % 50_000_000_000),
        wait,
    });
    prop::collection::vec(step, 1..25)
}

fn target(p: &[Contract], to: u8) -> Address {
    p.get(usize::from(to)).map_or_else(|| nobody(to), |contract| contract.address.clone())
}

fn play(world: &World, p: &[Contract], step: &Step) {
    let modes = [PLAIN, FEES_APART, REST_OF_MESSAGE, ALL, ALL_AND_DIE];
    let mut list = Vec::new();
    if let Some(kept) = step.kept {
        list.push(reserve(Nano(kept.into())));
    }
    for &(to, value, mode, bounce, fails) in &step.sends {
        let body = fails.then(|| support::abi().encode_internal_body("fail", &json!({ "code": 5 })).unwrap());
        let (to, value) = (target(p, to), Nano(value.into()));
        list.push(Send { to, value, mode: modes[usize::from(mode)], bounce, body }.action());
    }
    world.advance(step.wait);
    // Whatever becomes of it: the books must balance.
    let _ = world.call(&p[step.from], "run", actions(list), &World::signer(0));
    let audit = world.node().audit().unwrap();
    assert!(audit.is_balanced(), "{audit}");
}

proptest::proptest! {
    #![proptest_config(ProptestConfig { cases: 60, rng_seed: RngSeed::Fixed(0x5eed), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn money_is_conserved_under_random_transfers(
        steps in steps(),
        hops_apart in any::<bool>(),
        full_body_in_bounced in any::<bool>(),
        bounce_after_failed_action in any::<bool>(),
    ) {
        let (world, p) = puppets(3);
        let delivery = if hops_apart { Delivery::NextBlock } else { Delivery::SameBlock };
        world.set_options(NodeOptions {
            delivery,
            full_body_in_bounced,
            bounce_after_failed_action,
            ..NodeOptions::default()
        });
        for step in &steps {
            play(&world, &p, step);
        }
        let bytes = world.node().to_bytes().unwrap();
        let loaded = Node::from_bytes(&bytes).unwrap();
        proptest::prop_assert_eq!(loaded.state_hash(), world.node().state_hash());
        proptest::prop_assert_eq!(loaded.audit().unwrap(), world.node().audit().unwrap());
        world.finish();
    }
}
