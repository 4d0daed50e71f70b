//! The client against the embedded node: outcomes and their errors.

#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod support;

use std::time::Duration;

use serde_json::json;
use support::{Send, actions, nobody, note, puppet, puppets};
use testkit::{Expect, World, block_on};
use ton_abi::{Address, Header, Nano};
use ton_client::net::{FoundTransaction, Head, RejectReason, Transport, TransportError};
use ton_client::processing::{FailureKind, Outgoing};
use ton_client::{Contract, Deploy, Error, MsgHash, NotIncludedCause, TxHash};

#[test]
fn call_transfers_money_and_reports_fees() {
    let (world, p) = puppets(1);
    let poor = nobody(7);
    let tree = world.expect_balance_diff(&poor, 3_000_000_000, || {
        let send = Send::transfer(&poor, Nano::tokens(3)).action();
        world.call(&p[0], "run", actions([send]), &World::signer(0)).expect_ok()
    });
    assert_eq!(tree.steps.len(), 2);
    assert_eq!((tree.steps[1].depth, tree.steps[1].parent), (1, Some(0)));
    assert!(tree.gas_used() > 0);
    // What the puppet lost is what the receiver got and what the whole tree cost.
    let spent = Nano::tokens(100).0 - world.balance(&p[0].address).0;
    let deploy_fees = spent - Nano::tokens(3).0 - tree.total_fees().0;
    assert!(deploy_fees > 0 && deploy_fees < Nano::tokens(1).0, "{deploy_fees}");
    let fees = tree.root().tx.fees;
    assert_eq!(
        fees.import.0 + fees.storage.0 + fees.gas.0 + fees.action.0 + fees.bounce.0,
        tree.root().tx.total_fees.0
    );
}

#[test]
fn refused_message_is_not_included_and_costs_nothing() {
    let (world, p) = puppets(1);
    world.expect_balance_diff(&p[0].address, 0, || {
        world.call(&p[0], "refuse", json!({ "code": 123 }), &World::signer(0)).expect_rejected(123);
    });
    world.expect_balance_diff(&p[0].address, 0, || {
        world.call(&p[0], "run", actions([]), &World::signer(1)).expect_rejected(40);
    });
}

#[test]
fn failed_message_is_included_and_paid_for() {
    let (world, p) = puppets(1);
    world.expect_balance_diff_in(&p[0].address, ..0, || {
        world.call(&p[0], "fail", json!({ "code": 321 }), &World::signer(0)).expect_failed(321);
    });
}

#[test]
fn throw_after_commit_is_a_failure() {
    let (world, p) = puppets(1);
    let error = world.call(&p[0], "failLate", json!({ "code": 77 }), &World::signer(0)).unwrap_err();
    let Error::Failed(failure) = &error else { panic!("{error}") };
    assert_eq!(failure.kind, FailureKind::AfterCommit { exit_code: 77 });
    assert!(failure.step().tx.run().unwrap().committed && !failure.step().tx.aborted);
    assert_eq!(error.exit_code(), Some(77));
}

#[test]
fn action_without_funds_fails_with_its_result_code() {
    let (world, p) = puppets(1);
    let send = Send::transfer(&nobody(7), Nano::tokens(1000)).action();
    let error = world.call(&p[0], "run", actions([send]), &World::signer(0)).unwrap_err();
    let Error::Failed(failure) = &error else { panic!("{error}") };
    assert!(matches!(failure.kind, FailureKind::Action { result_code: 37, .. }), "{:?}", failure.kind);
    assert!(error.to_string().contains("NO_FUNDS"), "{error}");
}

#[test]
fn same_bytes_again_are_refused_as_replay() {
    let (world, p) = puppets(1);
    let (client, signer) = (world.client(), World::signer(0));
    let header = block_on(client.header(&p[0].address, None)).unwrap();
    let message = block_on(client.call_message(&p[0], "run", &actions([]), &header, &signer)).unwrap();
    let first = block_on(client.process_message(&message)).unwrap();
    // The client finds the one transaction there is; the node has the refusal of the second attempt on record.
    let second = block_on(client.process_message(&message)).unwrap();
    assert_eq!(first.root().hash, second.root().hash);
    let node = world.node();
    assert_eq!(node.rejection(&message.hash).unwrap().reason, RejectReason::ExitCode(52));
    assert_eq!(node.transactions(&p[0].address, ton_abi::Lt(u64::MAX)).count(), 2, "deploy and one call");
}

#[test]
fn two_calls_in_one_chain_second_are_no_replay() {
    let (world, p) = puppets(1);
    let start = world.now();
    for number in 0..5 {
        let outcome = world.call(&p[0], "run", actions([note(number)]), &World::signer(0));
        assert_eq!(outcome.expect_event("Noted").get_json("number"), Some(json!(number.to_string())));
    }
    // A client that knows nothing of the first one's messages.
    let other = World::of((*world.node()).clone(), (*world.client().registry()).clone());
    other.call(&p[0], "run", actions([]), &World::signer(0)).expect_ok();
    assert_eq!(other.now(), start);
}

#[test]
fn message_expires_by_the_virtual_clock() {
    let (world, p) = puppets(1);
    let (client, signer) = (world.client(), World::signer(0));
    let header = block_on(client.header(&p[0].address, None)).unwrap();
    let message = block_on(client.call_message(&p[0], "run", &actions([]), &header, &signer)).unwrap();
    let start = world.checkpoint();
    world.advance(59);
    block_on(client.process_message(&message)).unwrap();
    world.restore(&start);
    world.advance(60);
    let error = block_on(client.process_message(&message)).unwrap_err();
    let Error::NotIncluded(it) = &error else { panic!("{error}") };
    assert_eq!(it.cause, NotIncludedCause::Rejected(RejectReason::ExitCode(57)));
    assert!(error.to_string().contains("EXPIRED"), "{error}");
    assert!(error.hint().is_some());
}

#[test]
fn lost_message_is_diagnosed_once_it_expired() {
    let (world, p) = puppets(1);
    let (client, signer) = (world.client(), World::signer(1));
    let header = block_on(client.header(&p[0].address, None)).unwrap();
    let message = block_on(client.call_message(&p[0], "run", &actions([]), &header, &signer)).unwrap();
    // Never posted, so no network reports anything: the client waits for the end of its life.
    let error = block_on(client.wait_tree(&message)).unwrap_err();
    assert!(matches!(error, Error::Pending { .. }), "{error}");
    world.advance(71);
    world.produce_block();
    let error = block_on(client.wait_tree(&message)).unwrap_err();
    let Error::NotIncluded(it) = error else { panic!("{error}") };
    let diagnosis = Some(RejectReason::ExitCode(40));
    assert_eq!(it.cause, NotIncludedCause::Expired { expire: header.expire, diagnosis });
}

#[test]
fn missing_and_poor_accounts_are_named() {
    let world = World::new();
    let owner = World::signer(0);
    let artifact = puppet(&keys::Signer::public_key(&owner), 0);
    let error = world.try_deploy(&artifact, json!({}), &owner, Nano::ZERO).unwrap_err();
    assert!(matches!(error, Error::AccountMissing { .. }), "{error}");
    assert!(error.hint().unwrap().contains("send money"));

    let error = world.try_deploy(&artifact, json!({}), &owner, Nano(1000)).unwrap_err();
    let Error::BalanceTooLow { address, balance: Nano(1000), needed } = error else { panic!("{error}") };

    // One nanotoken less than needed is turned down by the network itself, with it the contract gets to run.
    let header = block_on(world.client().header(&address, None)).unwrap();
    let deploy = Deploy::new(artifact.image.clone(), artifact.abi.clone(), json!({}));
    let deploy = block_on(world.client().deploy_message(&deploy, &header, &owner)).unwrap();
    for (balance, rejected) in [(needed.0 - 1, true), (needed.0, false)] {
        world.set_balance(&address, Nano(balance));
        let error = block_on(world.client().simulate(&deploy)).unwrap_err();
        let Error::NotIncluded(it) = &error else { panic!("{error}") };
        let too_low = RejectReason::LowBalance { balance: Nano(balance) };
        assert_eq!(it.reason() == Some(&too_low), rejected, "{error}");
    }

    let contract = world.deploy(&artifact, json!({}), &owner, Nano::tokens(1));
    let error = world.try_deploy(&artifact, json!({}), &owner, Nano(1)).unwrap_err();
    assert!(matches!(error, Error::AlreadyDeployed { .. }), "{error}");

    let mut stranger = contract.clone();
    stranger.address = nobody(3);
    let error = world.call(&stranger, "run", actions([]), &owner).unwrap_err();
    let Error::NotIncluded(it) = &error else { panic!("{error}") };
    assert_eq!(it.reason(), Some(&RejectReason::NoAccount));
    let error = world.try_get(&stranger, "last", json!({})).unwrap_err();
    assert!(matches!(error, Error::AccountMissing { .. }), "{error}");
    world.fund(&stranger.address, Nano::tokens(1));
    let error = world.try_get(&stranger, "last", json!({})).unwrap_err();
    assert!(matches!(error, Error::NotActive { .. }), "{error}");
}

#[test]
fn getters_answer_throw_or_stay_silent() {
    let (world, p) = puppets(1);
    world.call(&p[0], "run", actions([]), &World::signer(0)).expect_ok();
    let last = world.get(&p[0], "last", json!({}))["time"].as_str().unwrap().parse::<u64>().unwrap();
    assert!(last / 1000 >= u64::from(world.now().0), "{last}");
    let error = world.try_get(&p[0], "silent", json!({})).unwrap_err();
    assert!(matches!(error, Error::NoAnswer { .. }), "{error}");
    let error = world.try_get(&p[0], "fail", json!({ "code": 1 })).unwrap_err();
    assert!(matches!(error, Error::Getter(_)), "{error}");
    assert_eq!(error.exit_code(), Some(58));
}

#[test]
fn headers_given_by_the_caller_make_equal_messages() {
    let (world, p) = puppets(1);
    let signer = World::signer(0);
    let header = Header { time: world.now().plus(1).millis(), expire: world.now().plus(9), pubkey: None };
    let make =
        || block_on(world.client().call_message(&p[0], "run", &actions([]), &header, &signer)).unwrap();
    assert_eq!(make().boc(), make().boc());
    assert_eq!(make().expire, Some(header.expire));
}

#[test]
fn bounce_brings_money_back_and_names_the_function() {
    let (world, p) = puppets(2);
    let send = Send::call(&p[1], Nano::tokens(1), "fail", json!({ "code": 200 })).action();
    let outcome = world.call(&p[0], "run", actions([send]), &World::signer(0));
    let tree = outcome.unwrap();
    assert_eq!(tree.steps.len(), 3);
    let failed = tree.failures().collect::<Vec<_>>();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].failure, Some(FailureKind::Compute { exit_code: 200 }));
    assert!(matches!(failed[0].tx.bounce, Some(chain::BouncePhase::Executed(_))));
    let back = &tree.steps[2].in_msg.as_ref().unwrap();
    assert!(back.view.bounced && back.view.value > Nano(900_000_000));
    let ton_abi::Body::Bounced { function: Some((contract, function)), .. } = &back.body else {
        panic!("{:?}", back.body)
    };
    assert_eq!((&**contract, &**function), ("Puppet", "fail"));
    let error = tree.expect_success().unwrap_err();
    assert_eq!(error.exit_code(), Some(200));
}

#[test]
fn message_tree_over_several_hops_is_followed_in_order() {
    let (world, p) = puppets(4);
    // 0 calls 1 and 2; 1 calls 3 which notes 3; 2 notes 2; 3 pays nobody.
    let last = actions([note(3), Send::transfer(&nobody(9), Nano::tokens(1)).action()]);
    let middle = actions([Send::call(&p[3], Nano::tokens(2), "run", last).action(), note(1)]);
    let first = actions([
        Send::call(&p[1], Nano::tokens(3), "run", middle).action(),
        Send::call(&p[2], Nano::tokens(1), "run", actions([note(2)])).action(),
    ]);
    let outcome = world.call(&p[0], "run", first, &World::signer(0));
    assert_eq!(outcome.expect_call("run").name, "run".into());
    let tree = outcome.expect_ok();
    let order: Vec<_> = tree.steps.iter().map(|step| step.account().clone()).collect();
    let [p0, p1, p2, p3] = [0, 1, 2, 3].map(|i: usize| p[i].address.clone());
    assert_eq!(order, [p0.clone(), p1.clone(), p2, p3, nobody(9)]);
    assert_eq!(tree.steps.iter().map(|step| step.depth).collect::<Vec<_>>(), [0, 1, 1, 2, 3]);
    assert_eq!(
        tree.steps.iter().map(|step| step.parent).collect::<Vec<_>>(),
        [None, Some(0), Some(0), Some(1), Some(3)]
    );
    let numbers: Vec<_> = tree.events().map(|(_, event)| event.get_json("number").unwrap()).collect();
    assert_eq!(numbers, [json!("1"), json!("2"), json!("3")]);
    assert!(tree.steps.windows(2).all(|pair| pair[0].tx.lt <= pair[1].tx.lt));
    assert_eq!(world.balance(&nobody(9)), Nano::tokens(1));
}

#[test]
fn message_tree_of_an_old_transaction_can_be_read_again() {
    let (world, p) = puppets(2);
    let send = Send::call(&p[1], Nano::tokens(1), "run", actions([note(1)])).action();
    let tree = world.call(&p[0], "run", actions([send]), &World::signer(0)).expect_ok();
    world.call(&p[0], "run", actions([note(2)]), &World::signer(0)).expect_ok();
    let client = world.client();
    let again = block_on(client.trace(&tree.root().hash)).unwrap();
    assert_eq!(again.message, tree.message);
    let inner = block_on(client.trace(&tree.steps[1].hash)).unwrap();
    assert_eq!((inner.steps.len(), inner.root().hash), (1, tree.steps[1].hash));
    let missing = block_on(client.trace(&TxHash::default())).unwrap_err();
    assert!(matches!(missing, Error::TransactionMissing { .. }), "{missing}");
    let history = block_on(client.history(&p[0].address, None, 2)).unwrap();
    assert_eq!(history.len(), 2, "three transactions, two asked for");
    let older = block_on(client.history(&p[0].address, Some(history[1].tx.lt), 5)).unwrap();
    assert_eq!(older.iter().map(|step| step.tx.lt).max(), Some(history[1].tx.lt));
    assert_eq!(
        again.steps.iter().map(|s| s.hash).collect::<Vec<_>>(),
        tree.steps.iter().map(|s| s.hash).collect::<Vec<_>>()
    );
}

/// The embedded node as a remote network looks: blocks come by themselves, no rejection is reported, and what
/// is known lags one block behind.
struct Remote {
    node: localnet::SharedNode,
    hides: std::sync::atomic::AtomicU32,
    /// Answers go missing from the first message on.
    breaks: bool,
}

impl Remote {
    fn client(world: &World) -> ton_client::Client {
        Self::broken_if(false, world)
    }

    fn broken_if(breaks: bool, world: &World) -> ton_client::Client {
        let mut node = (*world.node()).clone();
        let options = localnet::NodeOptions {
            mining: localnet::Mining::Manual,
            delivery: localnet::Delivery::NextBlock,
            seconds_per_block: 5,
            ..localnet::NodeOptions::default()
        };
        node.set_options(options);
        node.produce_block().unwrap();
        let remote = Self { node: localnet::SharedNode::new(node), hides: 1.into(), breaks };
        ton_client::Client::new(std::sync::Arc::new(remote), (*world.client().registry()).clone())
    }
}

#[async_trait::async_trait]
impl Transport for Remote {
    fn name(&self) -> String {
        "far.example".to_owned()
    }
    async fn config(&self) -> Result<chain::Config, TransportError> {
        self.node.config().await
    }
    async fn head(&self, address: &Address) -> Result<Head, TransportError> {
        self.node.head(address).await
    }
    async fn wait_block(
        &self,
        to: &Address,
        after: &Head,
        wait: Duration,
    ) -> Result<Option<Head>, TransportError> {
        self.node.lock().produce_block().unwrap();
        self.node.wait_block(to, after, wait).await
    }
    async fn post(&self, message: &[u8]) -> Result<(), TransportError> {
        self.node.post(message).await
    }
    async fn account(&self, address: &Address) -> Result<chain::Account, TransportError> {
        self.node.account(address).await
    }
    async fn transaction(&self, hash: &TxHash) -> Result<Option<FoundTransaction>, TransportError> {
        self.node.transaction(hash).await
    }
    async fn transaction_of(&self, in_msg: &MsgHash) -> Result<Option<FoundTransaction>, TransportError> {
        if self.breaks {
            let source = std::io::Error::from(std::io::ErrorKind::ConnectionReset).into();
            return Err(TransportError::Unreachable { network: self.name(), source });
        }
        let found = self.node.transaction_of(in_msg).await?;
        let hide = found.is_some() && self.hides.fetch_xor(1, std::sync::atomic::Ordering::Relaxed) == 1;
        Ok(found.filter(|_| !hide))
    }
    async fn transactions(
        &self,
        account: &Address,
        last: Option<ton_abi::Lt>,
        limit: usize,
    ) -> Result<Vec<FoundTransaction>, TransportError> {
        self.node.transactions(account, last, limit).await
    }
    async fn message(&self, hash: &MsgHash) -> Result<Option<ton_abi::Cell>, TransportError> {
        self.node.message(hash).await
    }
}

/// A key that is nobody's secret but not a development key either.
fn key(byte: u8) -> keys::KeyPair {
    keys::KeyPair::from_secret(&[byte; 32])
}

#[test]
fn remote_network_is_followed_block_by_block() {
    let world = World::new();
    let artifact = puppet(&keys::Signer::public_key(&key(5)), 0);
    let contract = world.deploy(&artifact, json!({}), &key(5), Nano::tokens(10));
    let client = Remote::client(&world);
    let params = actions([Send::transfer(&nobody(1), Nano::tokens(1)).action(), note(4)]);
    let tree = block_on(client.call(&contract, "run", &params, &key(5))).expect_ok();
    assert_eq!((tree.steps.len(), tree.events().count()), (2, 1));
    let again = block_on(client.call(&contract, "run", &actions([]), &key(5))).expect_ok();
    assert!(again.root().tx.now > tree.root().tx.now);
}

#[test]
fn remote_network_without_reports_ends_in_expiry_with_the_reason() {
    let world = World::new();
    let artifact = puppet(&keys::Signer::public_key(&key(5)), 0);
    let contract = world.deploy(&artifact, json!({}), &key(5), Nano::tokens(10));
    let client = Remote::client(&world);
    for (signer, function, params, code) in
        [(key(6), "run", actions([]), 40), (key(5), "refuse", json!({ "code": 99 }), 99)]
    {
        let error = block_on(client.call(&contract, function, &params, &signer)).unwrap_err();
        let Error::NotIncluded(it) = &error else { panic!("{error}") };
        assert!(matches!(it.cause, NotIncludedCause::Expired { .. }), "{:?}", it.cause);
        assert_eq!(error.exit_code(), Some(code));
    }
}

#[test]
fn development_keys_sign_for_local_networks_only() {
    let (world, p) = puppets(1);
    let client = Remote::client(&world);
    let error = block_on(client.call(&p[0], "run", &actions([]), &World::signer(0))).unwrap_err();
    assert!(matches!(&error, Error::DevelopmentKey { network, .. } if network == "far.example"), "{error}");
}

#[test]
fn signer_that_gives_garbage_is_caught_before_sending() {
    struct Broken;
    impl keys::Signer for Broken {
        fn public_key(&self) -> ton_abi::PublicKey {
            keys::Signer::public_key(&key(1))
        }
        fn sign(&self, _: &[u8; 32]) -> Result<[u8; 64], keys::Error> {
            Ok([7; 64])
        }
    }
    let (world, p) = puppets(1);
    let error = world.call(&p[0], "run", actions([]), &Broken).unwrap_err();
    assert!(matches!(error, Error::BadSignature { .. }), "{error}");
}

#[test]
fn network_that_wants_its_id_in_signatures_is_refused() {
    let mut raw = chain::Config::local().raw().clone();
    let version = tycho_types::models::GlobalVersion {
        version: 100,
        capabilities: tycho_types::models::GlobalCapabilities::new(0x0400_0000),
    };
    raw.params.set_global_version(&version).unwrap();
    let world = World::builder().config(chain::Config::from_raw(raw).unwrap()).build();
    let contract = Contract { address: nobody(1), abi: support::abi() };
    let error = world.call(&contract, "run", actions([]), &World::signer(0)).unwrap_err();
    assert!(matches!(error, Error::SignatureId { .. }), "{error}");
}

#[test]
fn simulation_tells_the_outcome_and_changes_nothing() {
    let (world, p) = puppets(1);
    let client = world.client();
    let make = |function, params| {
        let header = block_on(client.header(&p[0].address, None)).unwrap();
        block_on(client.call_message(&p[0], function, &params, &header, &World::signer(0))).unwrap()
    };
    let before = world.node().state_hash();
    let pay = make("run", actions([Send::transfer(&nobody(1), Nano::tokens(1)).action(), note(6)]));
    let foreseen = block_on(client.simulate(&pay)).unwrap();
    let failing = block_on(client.simulate(&make("fail", json!({ "code": 3 })))).unwrap();
    assert_eq!(failing.failure, Some(FailureKind::Compute { exit_code: 3 }));
    let refused = block_on(client.simulate(&make("refuse", json!({ "code": 4 })))).unwrap_err();
    assert!(matches!(refused, Error::NotIncluded(_)) && refused.exit_code() == Some(4), "{refused}");
    assert_eq!(world.node().state_hash(), before);

    let real = block_on(client.process_message(&pay)).unwrap();
    let real = real.root();
    assert_eq!(foreseen.tx.total_fees, real.tx.total_fees);
    assert_eq!(foreseen.tx.gas_used(), real.tx.gas_used());
    assert_eq!(foreseen.external_messages().count(), 1);
    assert_eq!(foreseen.internal_messages().next().unwrap().view.value, Nano::tokens(1));
}

#[test]
fn contract_nobody_named_is_known_by_its_code() {
    let (world, p) = puppets(1);
    // A second puppet that no tool deployed: the registry knows its code only.
    let twin = nobody(2);
    let account = world.account(&p[0].address);
    let image = ton_abi::Image::new(account.code().unwrap(), account.data().unwrap());
    world
        .edit(|node| node.set_account(chain::Account::active(twin.clone(), Nano::tokens(1), &image).unwrap()))
        .unwrap();
    let body = support::abi().encode_internal_body("fail", &json!({ "code": 11 })).unwrap();
    let send = Send { body: Some(body), ..Send::transfer(&twin, Nano::tokens(1)) };
    let tree = world.call(&p[0], "run", actions([send.action()]), &World::signer(0)).unwrap();
    let step = &tree.steps[1];
    assert_eq!(step.contract.as_deref(), Some("Puppet"));
    let history = block_on(world.client().history(&twin, None, 1)).unwrap();
    assert_eq!(history[0].contract.as_deref(), Some("Puppet"));
}

#[test]
fn waiting_ends_even_if_blocks_never_do() {
    let world = World::new();
    let artifact = puppet(&keys::Signer::public_key(&key(5)), 0);
    let contract = world.deploy(&artifact, json!({}), &key(5), Nano::tokens(10));
    let client = Remote::client(&world);
    let header = block_on(client.header(&contract.address, None)).unwrap();
    let message = block_on(client.call_message(&contract, "run", &actions([]), &header, &key(5))).unwrap();
    // Never posted, and its contract knows no expiry: nobody can tell whether it will come.
    let endless = Outgoing::new(message.cell, None).unwrap();
    let error = block_on(client.wait_tree(&endless)).unwrap_err();
    assert!(matches!(error, Error::Pending { message, .. } if message == endless.hash), "{error}");
    block_on(client.call(&contract, "run", &actions([]), &key(5))).expect_ok();
}

#[test]
fn broken_connection_leaves_the_fate_open_and_says_so() {
    let world = World::new();
    let artifact = puppet(&keys::Signer::public_key(&key(5)), 0);
    let contract = world.deploy(&artifact, json!({}), &key(5), Nano::tokens(10));
    let client = Remote::broken_if(true, &world);
    let error = block_on(client.call(&contract, "run", &actions([]), &key(5))).unwrap_err();
    let Error::Interrupted { message, expire: Some(expire), .. } = &error else { panic!("{error}") };
    let hint = error.hint().unwrap();
    assert!(hint.contains(&message.to_string()) && hint.contains(&expire.to_string()), "{hint}");
}
