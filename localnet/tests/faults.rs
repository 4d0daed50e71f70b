//! Faults: what rules do to messages, that the books balance, and that everything is the same in every run.

#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod support;

use localnet::{
    BASECHAIN, BodyPrefix, Db, Error, FaultAction, FaultDirection, FaultRule, MASTERCHAIN, Mining, Node,
};
use proptest::prelude::{ProptestConfig, any, prop};
use proptest::test_runner::RngSeed;
use support::{FEES_APART, body, call, note, place, post, random_actions, relays, send};
use ton_abi::{Address, Cell, CellBuilder, InternalMessage, Lt, MessageView, Nano};
use ton_client::TxHash;

fn rule(direction: FaultDirection, action: FaultAction) -> FaultRule {
    FaultRule { direction, ..FaultRule::new(action) }
}

/// An external message that makes `from` pay one token to `to`.
fn payment(from: u8, to: u8, number: u32) -> Cell {
    let pay = send(&place(BASECHAIN, to), Nano::tokens(1), FEES_APART, true, Some(body([], false)));
    call(&place(BASECHAIN, from), number, [pay])
}

/// Makes a round and checks the books; gives how many transactions it had.
fn round(node: &mut Node) -> usize {
    let round = node.produce().unwrap();
    let audit = node.audit().unwrap();
    assert!(audit.is_balanced(), "{audit}");
    round.transactions().count()
}

fn count(node: &Node, address: &Address) -> usize {
    node.transactions(address, Lt(u64::MAX)).count()
}

#[test]
fn a_delayed_internal_message_arrives_so_many_rounds_later() {
    let mut node = relays(2);
    node.add_fault(rule(FaultDirection::Internal, FaultAction::Delay { rounds: 3 })).unwrap();
    post(&mut node, &payment(1, 2, 0));
    assert_eq!(round(&mut node), 1);
    assert_eq!((node.delayed().count(), node.delayed().next().unwrap().0), (1, 4));
    assert!(node.audit().unwrap().in_flight > Nano::tokens(1));
    assert_eq!([round(&mut node), round(&mut node), round(&mut node)], [0, 0, 1]);
    assert_eq!((node.delayed().count(), node.audit().unwrap().in_flight), (0, Nano::ZERO));
    assert_eq!((node.faults()[0].matched, node.faults()[0].acted), (1, 1));
}

#[test]
fn a_delayed_external_message_is_tried_later_and_only_once_delayed() {
    let mut node = relays(2);
    node.add_fault(rule(FaultDirection::External, FaultAction::Delay { rounds: 2 })).unwrap();
    let message = payment(1, 2, 0);
    let hash = post(&mut node, &message);
    assert_eq!((round(&mut node), node.pending_externals(), node.is_waiting(&hash)), (0, 0, false));
    assert_eq!(round(&mut node), 0);
    assert_eq!(round(&mut node), 2);
    assert!(node.transaction_of(&hash).is_some());
}

#[test]
fn dropped_messages_are_gone_and_in_the_books() {
    let mut node = relays(2);
    let drop = node.add_fault(rule(FaultDirection::Internal, FaultAction::Drop)).unwrap();
    post(&mut node, &payment(1, 2, 0));
    assert_eq!(round(&mut node), 1);
    let dropped = node.audit().unwrap().dropped;
    assert!(dropped > Nano::tokens(1), "value and forwarding fee: {dropped}");
    assert!(node.remove_fault(drop) && !node.remove_fault(drop));
    node.add_fault(rule(FaultDirection::External, FaultAction::Drop)).unwrap();
    let lost = post(&mut node, &payment(1, 2, 1));
    assert_eq!((round(&mut node), node.pending_externals()), (0, 0));
    assert!(node.transaction_of(&lost).is_none() && node.rejection(&lost).is_none());
    node.clear_faults();
    post(&mut node, &payment(1, 2, 1));
    assert_eq!(round(&mut node), 2);
    assert_eq!(node.audit().unwrap().dropped, dropped);
}

#[test]
fn a_forced_bounce_brings_the_money_back_without_the_fees() {
    let mut node = relays(2);
    node.add_fault(rule(FaultDirection::Internal, FaultAction::Bounce)).unwrap();
    let before = node.balance(&place(BASECHAIN, 2));
    post(&mut node, &payment(1, 2, 0));
    assert_eq!(round(&mut node), 3);
    let [paid, unread, back] = &node.head().transactions[..] else { panic!() };
    let view = |hash: &TxHash| {
        let record = node.transaction(hash).unwrap();
        chain::TransactionView::parse(&record.cell, BASECHAIN).unwrap()
    };
    let (unread, back) = (view(&unread.hash), view(&back.hash));
    assert!(unread.aborted && unread.bounce.is_some() && unread.exit_code().is_none());
    assert_eq!(
        (unread.in_msg.as_ref().unwrap().repr_hash().0, unread.fees.gas),
        (paid.out_msgs[0].0, Nano::ZERO)
    );
    let returned = MessageView::parse(back.in_msg.as_ref().unwrap()).unwrap();
    assert!(returned.bounced && returned.value < Nano::tokens(1));
    assert_eq!(returned.value.0 + returned.fwd_fee.0 + unread.fees.bounce.0, Nano::tokens(1).0);
    // Rent is all that the receiver can lose by it.
    assert_eq!(node.balance(&place(BASECHAIN, 2)).0 + unread.fees.storage.0, before.0);
    // A message that may not bounce is none of the rule's business.
    let to = place(BASECHAIN, 2);
    let pay = send(&to, Nano::tokens(1), FEES_APART, false, None);
    post(&mut node, &call(&place(BASECHAIN, 1), 9, [pay]));
    assert_eq!((round(&mut node), node.faults()[0].acted), (2, 1));
}

#[test]
fn conditions_choose_the_messages() {
    let mut node = relays(4);
    let only = FaultRule {
        src: Some(place(BASECHAIN, 1)),
        dst: Some(place(BASECHAIN, 3)),
        skip: 1,
        times: Some(2),
        ..rule(FaultDirection::Internal, FaultAction::Drop)
    };
    node.add_fault(only).unwrap();
    let mut arrived = Vec::new();
    for number in 0..5 {
        for (from, to) in [(1, 2), (2, 3), (1, 3)] {
            post(&mut node, &payment(from, to, number));
        }
        let before = count(&node, &place(BASECHAIN, 3));
        round(&mut node);
        arrived.push(count(&node, &place(BASECHAIN, 3)) - before);
    }
    // The second and the third from 1 to 3 are lost.
    assert_eq!(arrived, [2, 1, 1, 2, 2]);
    assert_eq!((node.faults()[0].matched, node.faults()[0].acted), (5, 2));

    // By the beginning of the body.
    node.clear_faults();
    let body = |function: u32| Some(CellBuilder::build_from(function).unwrap());
    let only = FaultRule {
        body: Some(BodyPrefix::from(0x1234_5678)),
        ..rule(FaultDirection::Internal, FaultAction::Drop)
    };
    node.add_fault(only).unwrap();
    for (function, transactions) in [(0x1234_5678, 0), (0x1234_5679, 1)] {
        let message = InternalMessage {
            body: body(function),
            ..InternalMessage::transfer(place(BASECHAIN, 9), place(BASECHAIN, 1), Nano::tokens(1))
        };
        node.inject(&message).unwrap();
        assert_eq!(round(&mut node), transactions, "{function:x}");
    }
}

#[test]
fn reordered_messages_change_places_but_not_between_two_accounts() {
    let order = |seed: Option<u64>| -> Vec<(u8, u32)> {
        let mut node = relays(6);
        if let Some(seed) = seed {
            node.add_fault(rule(FaultDirection::Internal, FaultAction::Reorder { seed })).unwrap();
        }
        for number in 0..8 {
            for from in 1..=5 {
                let inner = body([note(number)], false);
                let pay = send(&place(BASECHAIN, 6), Nano::tokens(1), FEES_APART, true, Some(inner));
                post(&mut node, &call(&place(BASECHAIN, from), number, [pay]));
            }
        }
        node.settle().unwrap();
        assert!(node.audit().unwrap().is_balanced());
        let mut arrived: Vec<_> = node.transactions(&place(BASECHAIN, 6), Lt(u64::MAX)).collect();
        arrived.reverse();
        arrived
            .iter()
            .map(|record| {
                let message =
                    MessageView::parse(&node.message(&record.in_msg.unwrap()).unwrap().cell).unwrap();
                let out = MessageView::parse(&node.message(&record.out_msgs[0]).unwrap().cell).unwrap();
                let number = out.body.unwrap().as_slice().unwrap().load_u32().unwrap();
                (message.src.unwrap().address.0[0], number)
            })
            .collect()
    };
    let (natural, shuffled) = (order(None), order(Some(1)));
    assert_eq!(natural.len(), 40);
    assert!(natural != shuffled && shuffled != order(Some(2)));
    assert_eq!(shuffled, order(Some(1)));
    for from in 1..=5 {
        let line: Vec<_> =
            shuffled.iter().filter(|(src, _)| *src == from).map(|(_, number)| number).collect();
        assert_eq!(line.len(), 8);
        assert!(line.is_sorted(), "{line:?}");
    }
}

#[test]
fn reordered_external_messages_change_places() {
    let order = |seed: Option<u64>| -> Vec<ton_client::MsgHash> {
        let mut node = relays(1);
        if let Some(seed) = seed {
            node.add_fault(rule(FaultDirection::External, FaultAction::Reorder { seed })).unwrap();
        }
        for number in 0..20 {
            post(&mut node, &call(&place(BASECHAIN, 1), number, [note(number)]));
        }
        round(&mut node);
        node.head().transactions.iter().map(|record| record.in_msg.unwrap()).collect()
    };
    let (natural, shuffled) = (order(None), order(Some(1)));
    assert!(natural.len() == 20 && shuffled.len() == 20 && natural != shuffled);
    assert!(shuffled == order(Some(1)) && shuffled != order(Some(2)));
}

#[test]
fn rules_that_cannot_act_are_refused() {
    let mut node = relays(1);
    let refused = |node: &mut Node, rule: FaultRule| matches!(node.add_fault(rule), Err(Error::BadFault(_)));
    assert!(refused(&mut node, FaultRule::new(FaultAction::Delay { rounds: 0 })));
    assert!(refused(&mut node, FaultRule::new(FaultAction::Delay { rounds: localnet::MAX_DELAY + 1 })));
    assert!(refused(&mut node, rule(FaultDirection::External, FaultAction::Bounce)));
    let from = FaultRule { src: Some(place(0, 1)), ..rule(FaultDirection::External, FaultAction::Drop) };
    assert!(refused(&mut node, from));
    assert!(refused(&mut node, FaultRule { times: Some(0), ..FaultRule::new(FaultAction::Drop) }));
    let long = BodyPrefix(vec![0; 128]);
    assert!(refused(&mut node, FaultRule { body: Some(long), ..FaultRule::new(FaultAction::Drop) }));
    for _ in 0..localnet::MAX_FAULTS {
        node.add_fault(FaultRule::new(FaultAction::Drop)).unwrap();
    }
    assert!(refused(&mut node, FaultRule::new(FaultAction::Drop)));
}

#[test]
fn a_rule_reads_from_plain_json() {
    let text = r#"{ "direction": "internal", "body": "0x12345678", "skip": 2, "times": 1, "action": { "delay": { "rounds": 3 } } }"#;
    let rule: FaultRule = serde_json::from_str(text).unwrap();
    let expected = FaultRule {
        body: Some(BodyPrefix::from(0x1234_5678)),
        skip: 2,
        times: Some(1),
        ..self::rule(FaultDirection::Internal, FaultAction::Delay { rounds: 3 })
    };
    assert_eq!(rule, expected);
    assert_eq!(serde_json::from_str::<FaultRule>(&serde_json::to_string(&rule).unwrap()).unwrap(), rule);
    assert!(serde_json::from_str::<FaultRule>(r#"{ "action": "drop", "body": "123" }"#).is_err());
    assert!(serde_json::from_str::<FaultRule>(r#"{ "action": "drop", "sorce": null }"#).is_err());
}

#[test]
fn automatic_mining_does_not_wait_for_delayed_messages() {
    let mut node = relays(2);
    node.add_fault(rule(FaultDirection::Internal, FaultAction::Delay { rounds: 2 })).unwrap();
    let options = localnet::NodeOptions { mining: Mining::Auto, ..node.options().clone() };
    node.set_options(options);
    post(&mut node, &payment(1, 2, 0));
    assert_eq!((node.head().seq_no, node.delayed().count()), (1, 1));
    assert_eq!([round(&mut node), round(&mut node)], [0, 1]);
}

/// Random rules, from small numbers.
fn rules() -> impl proptest::strategy::Strategy<Value = Vec<FaultRule>> {
    use proptest::strategy::Strategy;
    let rule = (0..3u8, 0..4u8, 1..4u32, any::<u64>(), 0..8u8, 0..8u8, 0..3u64, any::<bool>());
    let rule = rule.prop_map(|(direction, action, rounds, seed, src, dst, skip, once)| {
        let action = match action {
            0 => FaultAction::Delay { rounds },
            1 => FaultAction::Drop,
            2 => FaultAction::Reorder { seed },
            _ => FaultAction::Bounce,
        };
        let direction = match direction {
            0 if action != FaultAction::Bounce => FaultDirection::External,
            1 => FaultDirection::Internal,
            _ => FaultDirection::Any,
        };
        let some = |number: u8| (1..5).contains(&number).then(|| place(BASECHAIN, number));
        FaultRule {
            direction,
            src: some(src).filter(|_| direction != FaultDirection::External),
            dst: some(dst),
            body: None,
            skip,
            times: once.then_some(2),
            action,
        }
    });
    prop::collection::vec(rule, 0..4)
}

/// A random life under rules; `interrupt` may put another node in place between two rounds.
fn live(rules: &[FaultRule], seed: u64, mut interrupt: impl FnMut(u32, Node) -> Node) -> Node {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut node = relays(4);
    for rule in rules {
        node.add_fault(rule.clone()).unwrap();
    }
    for number in 0..8u32 {
        for message in 0..4 {
            let workchain = if random.u32(0..4) == 0 { MASTERCHAIN } else { BASECHAIN };
            let to = place(workchain, random.u8(1..=5));
            let list = random_actions(&mut random, 4, 2);
            post(&mut node, &call(&to, number * 4 + message, list));
        }
        let injected = InternalMessage {
            bounce: random.bool(),
            ..InternalMessage::transfer(
                place(BASECHAIN, 200),
                place(BASECHAIN, 1),
                Nano(random.u128(0..1 << 32)),
            )
        };
        node.inject(&injected).unwrap();
        node.advance(random.u32(0..1000)).unwrap();
        round(&mut node);
        node = interrupt(number, node);
    }
    for _ in 0..5 {
        round(&mut node);
    }
    node
}

proptest::proptest! {
    #![proptest_config(ProptestConfig { cases: 24, rng_seed: RngSeed::Fixed(0xfa017), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equal_inputs_give_equal_blocks_across_files_databases_and_checkpoints(rules in rules(), seed in any::<u64>()) {
        let expected = live(&rules, seed, |_, node| node);
        let ids = |node: &Node| -> Vec<_> {
            (0..=node.head().seq_no).map(|number| node.chain_block(MASTERCHAIN, number).unwrap().id).collect()
        };
        let same = |other: Node, how: &str| {
            assert_eq!(ids(&expected), ids(&other), "{how}, seed {seed}");
            assert_eq!(expected.state_hash(), other.state_hash(), "{how}, seed {seed}");
            assert_eq!(expected.faults(), other.faults(), "{how}, seed {seed}");
        };
        same(live(&rules, seed, |_, node| node), "twice");
        same(live(&rules, seed, |_, node| Node::from_bytes(&node.to_bytes().unwrap()).unwrap()), "through files");
        let folder = tempfile::tempdir().unwrap();
        let through_db = |number: u32, node: Node| {
            let mut db = Db::open(folder.path(), || Ok(node.clone())).unwrap().0;
            db.rewrite(&node).unwrap();
            if number == 3 {
                db.save_checkpoint("three", &node).unwrap();
            }
            drop(db);
            Db::open(folder.path(), || panic!("it exists")).unwrap().1
        };
        same(live(&rules, seed, through_db), "through a database");
        let third = std::cell::RefCell::new(None);
        live(&rules, seed, |number, node| {
            if number == 3 {
                *third.borrow_mut() = Some(node.state_hash());
            }
            node
        });
        let (db, mut node) = Db::open(folder.path(), || panic!("it exists")).unwrap();
        node.restore(&db.checkpoints()["three"]);
        assert_eq!(Some(node.state_hash()), third.into_inner());
        // Every transaction can be traced back to its account, whatever faults did.
        for record in expected.all_transactions(..) {
            expected.account_before(&record.hash).unwrap();
        }
    }
}
