//! Controls of developers: messages without a sender, edited contracts, traces of past transactions.

#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod support;

use localnet::{BASECHAIN, Error, FaultAction, FaultRule, MASTERCHAIN, Node};
use support::{FAILS, FEES_APART, body, call, note, place, play, post, relay, relays, send};
use ton_abi::{CellBuilder, InternalMessage, Lt, Nano, UnixTime};
use ton_client::TxHash;
use tycho_asm::Code;

fn last(node: &Node, number: u8) -> TxHash {
    node.transactions(&place(BASECHAIN, number), Lt(u64::MAX)).next().unwrap().hash
}

#[test]
fn an_injected_message_is_delivered_and_its_money_is_new() {
    let mut node = relays(2);
    let supply = node.audit().unwrap().supply;
    let message = InternalMessage {
        bounce: false,
        body: Some(body([note(5)], false)),
        ..InternalMessage::transfer(place(MASTERCHAIN, 200), place(BASECHAIN, 1), Nano::tokens(3))
    };
    let first = node.inject(&message).unwrap();
    let second = node.inject(&message).unwrap();
    assert!(first != second && node.queued_messages() == 2);
    assert!(node.audit().unwrap().is_balanced());
    let round = node.produce().unwrap();
    assert_eq!(round.workchain.transactions.len(), 2);
    let audit = node.audit().unwrap();
    assert!(audit.is_balanced() && audit.supply.0 == supply.0 + Nano::tokens(6).0, "{audit}");
    let record = node.transaction_of(&first).unwrap();
    assert_eq!((record.out_msgs.len(), record.account.clone()), (1, place(BASECHAIN, 1)));
    // The same after that message is history.
    assert!(node.inject(&message).unwrap() != first);
}

#[test]
fn an_injected_message_that_fails_bounces_to_whoever_it_names() {
    let mut node = relays(1);
    let message = InternalMessage {
        body: Some(body([], true)),
        ..InternalMessage::transfer(place(BASECHAIN, 200), place(BASECHAIN, 1), Nano::tokens(3))
    };
    node.inject(&message).unwrap();
    node.settle().unwrap();
    assert!(node.balance(&place(BASECHAIN, 200)) > Nano::tokens(2));
    assert!(node.audit().unwrap().is_balanced());
}

#[test]
fn impossible_injections_change_nothing() {
    let mut node = relays(1);
    let before = node.state_hash();
    let to = |workchain, value| InternalMessage::transfer(place(0, 9), place(workchain, 1), value);
    assert!(matches!(node.inject(&to(5, Nano(1))), Err(Error::BadWorkchain { .. })));
    assert!(matches!(node.inject(&to(0, Nano(1 << 120))), Err(Error::AmountOverflow)));
    assert_eq!(node.state_hash(), before);
}

#[test]
fn edited_code_and_data_run_at_the_next_message() {
    let mut node = relays(2);
    let target = place(BASECHAIN, 1);
    let poke = |node: &mut Node, number| post(node, &call(&target, number, [note(1)]));
    let hash = poke(&mut node, 0);
    node.produce().unwrap();
    assert!(node.transaction_of(&hash).is_some());
    let other = Code::assemble("ACCEPT THROW 123").unwrap();
    node.set_code(&target, other).unwrap();
    node.set_data(&target, CellBuilder::build_from(99u32).unwrap()).unwrap();
    assert_eq!(node.account(&target).data().unwrap().parse::<u32>().unwrap(), 99);
    let hash = poke(&mut node, 1);
    node.produce().unwrap();
    let record = node.transaction_of(&hash).unwrap();
    let view = chain::TransactionView::parse(&record.cell, BASECHAIN).unwrap();
    assert_eq!(view.exit_code(), Some(123));
    assert!(node.audit().unwrap().is_balanced());
    let nobody = place(BASECHAIN, 99);
    let code = relay(1).state_init.code.unwrap();
    assert!(
        matches!(node.set_code(&nobody, code.clone()), Err(Error::NoContract { address }) if address == nobody)
    );
    assert!(matches!(node.set_data(&nobody, code), Err(Error::NoContract { .. })));
}

#[test]
fn rent_after_an_edit_counts_what_is_stored_then() {
    let run = |edit: fn(&mut Node)| {
        let mut node = relays(1);
        post(&mut node, &call(&place(BASECHAIN, 1), 0, []));
        node.produce().unwrap();
        edit(&mut node);
        node.advance(100 * 86_400).unwrap();
        let hash = post(&mut node, &call(&place(BASECHAIN, 1), 1, []));
        node.produce().unwrap();
        let record = node.transaction_of(&hash).unwrap();
        chain::TransactionView::parse(&record.cell, BASECHAIN).unwrap().fees.storage
    };
    let plain = run(|_| {});
    // The same data again: the count must come out as the executor's own.
    let same = run(|node| {
        let data = node.account(&place(BASECHAIN, 1)).data().unwrap();
        node.set_data(&place(BASECHAIN, 1), data).unwrap();
    });
    let more = run(|node| node.set_data(&place(BASECHAIN, 1), body([note(1), note(2)], false)).unwrap());
    assert!(plain > Nano::ZERO && plain == same && more > plain, "{plain} {same} {more}");
}

#[test]
fn every_past_transaction_can_be_traced() {
    let mut node = relays(3);
    play(&mut node, 11, 3, 30, 8);
    // Other rules in the middle: the replay takes those of each block.
    let mut options = node.options().clone();
    options.full_body_in_bounced = true;
    options.bounce_after_failed_action = true;
    node.set_options(options);
    node.set_config(chain::Config::with_options(&chain::ConfigOptions {
        gas_limit: 500_000,
        ..Default::default()
    }));
    node.set_balance(&place(BASECHAIN, 1), Nano::tokens(77)).unwrap();
    play(&mut node, 12, 3, 30, 8);
    let (mut ran, mut skipped) = (0, 0);
    for record in node.all_transactions(..) {
        let view = chain::TransactionView::parse(&record.cell, record.account.workchain).unwrap();
        let before = node.account_before(&record.hash).unwrap();
        assert_eq!(*before.cell().repr_hash(), view.old_hash);
        let Some(exit_code) = view.exit_code() else {
            assert!(matches!(node.trace(&record.hash), Err(Error::NotTraceable { .. })));
            skipped += 1;
            continue;
        };
        let trace = node.trace(&record.hash).unwrap();
        assert_eq!((trace.exit_code, trace.gas_used), (exit_code, view.gas_used()));
        assert_eq!(trace.steps.iter().map(|step| step.gas).sum::<u64>(), trace.gas_used);
        ran += 1;
    }
    assert!(ran > 100 && skipped > 10, "{ran} {skipped}");
    let unknown = TxHash([7; 32]);
    assert!(matches!(node.trace(&unknown), Err(Error::NoTransaction { hash }) if hash == unknown));
}

#[test]
fn a_trace_shows_where_a_failing_contract_failed() {
    let mut node = relays(2);
    let fail = send(&place(BASECHAIN, 2), Nano::tokens(1), FEES_APART, true, Some(body([], true)));
    post(&mut node, &call(&place(BASECHAIN, 1), 0, [fail]));
    node.settle().unwrap();
    let trace = node.trace(&last(&node, 2)).unwrap();
    assert_eq!(trace.exit_code, FAILS);
    assert!(trace.steps.len() > 5 && trace.profile()[0].gas > 0);
    assert!(node.now() > UnixTime(0));
}

#[test]
fn a_message_that_a_fault_sent_back_ran_nothing() {
    let mut node = relays(2);
    node.add_fault(FaultRule::new(FaultAction::Bounce)).unwrap();
    let pay = send(&place(BASECHAIN, 2), Nano::tokens(1), FEES_APART, true, Some(body([], false)));
    post(&mut node, &call(&place(BASECHAIN, 1), 0, [pay]));
    node.settle().unwrap();
    let error = node.trace(&last(&node, 2)).unwrap_err();
    assert!(error.to_string().contains("a fault sent its message back unread"), "{error}");
}
