//! Messages on a network that loses them, hides what became of them, or breaks the connection: what the client does
//! is told by a scripted transport in front of the embedded node.

#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod support;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use localnet::{Delivery, Mining, NodeOptions, SharedNode};
use serde_json::json;
use support::{Send, actions, nobody, note, puppet};
use testkit::{Expect, World, block_on};
use ton_abi::{Address, MessageView, Nano, UnixTime};
use ton_client::net::{FoundTransaction, Head, RejectReason, Rejection, Transport, TransportError};
use ton_client::{Client, Contract, Error, MsgHash, NotIncludedCause, Settings, TxHash};

/// More blocks than a message lives, grace included: each is five seconds later than the one before.
const LIFE_IN_BLOCKS: u32 = 20;

/// What goes wrong.
#[derive(Default)]
struct Script {
    /// So many posts are taken and lost.
    swallow: AtomicU32,
    /// So many posts arrive, and the answer gets lost.
    unanswered: AtomicU32,
    /// So many posts arrive when the messages' time is over, and the network says that it turned them down.
    late: AtomicU32,
    /// So many posts are refused.
    refuse: AtomicU32,
    /// So many look-ups of transactions fail once the first message was posted.
    broken: AtomicU32,
    /// So many look-ups of transactions find nothing, as if the list lagged behind the state.
    lag: AtomicU32,
    /// So many looks for a rejection find it, if there is one.
    reports: AtomicU32,
    /// Words of a receipt for every message.
    receipt: Option<&'static str>,
    /// Bytes of every post.
    posted: Mutex<Vec<Vec<u8>>>,
}

fn take(count: &AtomicU32) -> bool {
    count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| count.checked_sub(1)).is_ok()
}

struct Fake {
    node: SharedNode,
    script: Arc<Script>,
}

impl Fake {
    fn unreachable(&self) -> TransportError {
        let source = std::io::Error::from(std::io::ErrorKind::ConnectionReset).into();
        TransportError::Unreachable { network: self.name(), source }
    }

    fn look(&self) -> Result<bool, TransportError> {
        let posted = !self.script.posted.lock().unwrap().is_empty();
        if posted && take(&self.script.broken) {
            return Err(self.unreachable());
        }
        Ok(!(posted && take(&self.script.lag)))
    }
}

#[async_trait::async_trait]
impl Transport for Fake {
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
        self.script.posted.lock().unwrap().push(message.to_vec());
        if take(&self.script.swallow) {
            return Ok(());
        }
        if take(&self.script.refuse) {
            let source = "not today".into();
            return Err(TransportError::Refused { network: self.name(), source });
        }
        if take(&self.script.late) {
            (0..LIFE_IN_BLOCKS).for_each(|_| drop(self.node.lock().produce_block().unwrap()));
            self.node.post(message).await?;
            self.node.lock().produce_block().unwrap();
            self.script.reports.store(1, Ordering::Relaxed);
            return Ok(());
        }
        self.node.post(message).await?;
        if take(&self.script.unanswered) { Err(self.unreachable()) } else { Ok(()) }
    }
    async fn account(&self, address: &Address) -> Result<chain::Account, TransportError> {
        self.node.account(address).await
    }
    async fn transaction(&self, hash: &TxHash) -> Result<Option<FoundTransaction>, TransportError> {
        self.node.transaction(hash).await
    }
    async fn transaction_of(&self, in_msg: &MsgHash) -> Result<Option<FoundTransaction>, TransportError> {
        if self.look()? { self.node.transaction_of(in_msg).await } else { Ok(None) }
    }
    async fn transactions(
        &self,
        account: &Address,
        last: Option<ton_abi::Lt>,
        limit: usize,
    ) -> Result<Vec<FoundTransaction>, TransportError> {
        // The list without its newest row.
        let mut all = self.node.transactions(account, last, limit + 1).await?;
        let newest = usize::from(!self.look()?);
        Ok(all.drain(newest.min(all.len())..).take(limit).collect())
    }
    async fn message(&self, hash: &MsgHash) -> Result<Option<ton_abi::Cell>, TransportError> {
        self.node.message(hash).await
    }
    async fn rejection(&self, message: &MsgHash) -> Result<Option<Rejection>, TransportError> {
        if take(&self.script.reports) {
            return self.node.rejection(message).await;
        }
        let account = nobody(0);
        Ok(self.script.receipt.map(|words| Rejection {
            message: *message,
            account,
            reason: RejectReason::Other(words.to_owned()),
            at: UnixTime(0),
            seq_no: 0,
        }))
    }
}

fn owner() -> keys::KeyPair {
    keys::KeyPair::from_secret(&[5; 32])
}

/// A client of a scripted network with the owner's puppet on it.
fn scene(script: Script, settings: Settings) -> (Client, Contract, SharedNode, Arc<Script>) {
    let world = World::new();
    let artifact = puppet(&keys::Signer::public_key(&owner()), 0);
    let contract = world.deploy(&artifact, json!({}), &owner(), Nano::tokens(10));
    let mut node = (*world.node()).clone();
    node.set_options(NodeOptions {
        mining: Mining::Manual,
        delivery: Delivery::NextBlock,
        seconds_per_block: 5,
        ..NodeOptions::default()
    });
    node.produce_block().unwrap();
    let (node, script) = (SharedNode::new(node), Arc::new(script));
    let fake = Fake { node: node.clone(), script: script.clone() };
    let registry = (*world.client().registry()).clone();
    (Client::with_settings(Arc::new(fake), registry, settings), contract, node, script)
}

fn pay(client: &Client, contract: &Contract) -> ton_client::Result<ton_client::processing::Tree> {
    let params = actions([Send::transfer(&nobody(1), Nano::tokens(1)).action(), note(4)]);
    block_on(client.call(contract, "run", &params, &owner()))
}

fn received(node: &SharedNode) -> Nano {
    node.lock().balance(&nobody(1))
}

/// Moments at which the posted messages expire.
fn expiries(script: &Script) -> Vec<u32> {
    let bytes = script.posted.lock().unwrap();
    let abi = support::abi();
    let expire = |bytes: &Vec<u8>| {
        let view = MessageView::parse(&ton_client::boc::decode(bytes).unwrap()).unwrap();
        abi.decode_call(view.body.as_ref().unwrap()).unwrap().0.expire.unwrap().0
    };
    bytes.iter().map(expire).collect()
}

#[test]
fn message_that_got_lost_is_made_anew_and_lands_once() {
    let script = Script { swallow: 2.into(), ..Script::default() };
    let (client, contract, node, script) = scene(script, Settings::default());
    let tree = pay(&client, &contract).expect_ok();
    assert_eq!(tree.steps.len(), 2);
    assert_eq!(received(&node), Nano::tokens(1));
    let posted = script.posted.lock().unwrap().clone();
    assert_eq!(posted.len(), 3);
    assert!(posted[0] != posted[1] && posted[1] != posted[2]);
    // Those that were lost could not do any harm if they turned up now.
    for late in &posted[..2] {
        node.lock().post(late).unwrap();
    }
    node.lock().produce_block().unwrap();
    assert_eq!(received(&node), Nano::tokens(1));
}

#[test]
fn message_that_was_turned_down_as_late_is_made_anew_and_lands_once() {
    let script = Script { late: 2.into(), ..Script::default() };
    let (client, contract, node, script) = scene(script, Settings::default());
    let tree = pay(&client, &contract).expect_ok();
    assert_eq!(tree.steps.len(), 2);
    assert_eq!(received(&node), Nano::tokens(1));
    assert_eq!(script.posted.lock().unwrap().len(), 3);
    assert_eq!(script.reports.load(Ordering::Relaxed), 0, "the client heard of both rejections");
}

#[test]
fn message_that_always_gets_lost_is_given_up_after_lives_that_grow() {
    let script = Script { swallow: 100.into(), ..Script::default() };
    let settings = Settings { retries: 3, ..Settings::default() };
    let (client, contract, node, script) = scene(script, settings.clone());
    let error = pay(&client, &contract).unwrap_err();
    let Error::NotIncluded(it) = &error else { panic!("{error}") };
    let NotIncludedCause::Expired { expire, diagnosis: None } = &it.cause else { panic!("{:?}", it.cause) };
    let expiries = expiries(&script);
    assert_eq!(expiries.len(), 4);
    assert_eq!(expire.0, expiries[3]);
    assert_eq!([0, 1, 2, 3, 4].map(|n| settings.lifetime_of(n)), [60, 90, 135, 202, 202]);
    assert!(expiries.windows(2).all(|pair| pair[0] < pair[1]), "{expiries:?}");
    assert_eq!(received(&node), Nano::ZERO);
}

#[test]
fn without_retries_one_message_is_all() {
    let script = Script { swallow: 100.into(), ..Script::default() };
    let (client, contract, _, script) = scene(script, Settings { retries: 0, ..Settings::default() });
    assert!(matches!(pay(&client, &contract), Err(Error::NotIncluded(_))));
    assert_eq!(script.posted.lock().unwrap().len(), 1);
}

#[test]
fn message_that_the_contract_refuses_is_not_made_anew() {
    let (client, contract, _, script) = scene(Script::default(), Settings::default());
    let error = block_on(client.call(&contract, "refuse", &json!({ "code": 99 }), &owner())).unwrap_err();
    assert_eq!(error.exit_code(), Some(99));
    assert_eq!(script.posted.lock().unwrap().len(), 1);
}

#[test]
fn lost_answer_to_a_post_is_no_reason_to_send_another_message() {
    let script = Script { unanswered: 1.into(), ..Script::default() };
    let (client, contract, node, script) = scene(script, Settings::default());
    pay(&client, &contract).expect_ok();
    assert_eq!(script.posted.lock().unwrap().len(), 1);
    assert_eq!(received(&node), Nano::tokens(1));
}

#[test]
fn refused_post_ends_at_once() {
    let script = Script { refuse: 1.into(), ..Script::default() };
    let (client, contract, node, script) = scene(script, Settings::default());
    let error = pay(&client, &contract).unwrap_err();
    assert!(matches!(error, Error::Transport(TransportError::Refused { .. })), "{error}");
    assert_eq!(script.posted.lock().unwrap().len(), 1);
    assert_eq!(received(&node), Nano::ZERO);
}

/// The account refuses the message as a replay because it has executed it, and the list does not show it yet: the
/// official SDK would pay twice here.
#[test]
fn list_that_lags_behind_the_state_is_no_proof_of_absence() {
    // Until the message's end of life and somewhat longer.
    let script = Script { lag: 19.into(), ..Script::default() };
    let (client, contract, node, script) = scene(script, Settings::default());
    pay(&client, &contract).expect_ok();
    assert_eq!(script.posted.lock().unwrap().len(), 1);
    assert_eq!(received(&node), Nano::tokens(1));

    let script = Script { lag: u32::MAX.into(), ..Script::default() };
    let (client, contract, node, script) = scene(script, Settings::default());
    let error = pay(&client, &contract).unwrap_err();
    assert!(matches!(error, Error::Pending { .. }), "{error}");
    assert_eq!(script.posted.lock().unwrap().len(), 1);
    assert_eq!(received(&node), Nano::tokens(1));
}

#[test]
fn interrupted_message_is_followed_up_later() {
    let script = Script { broken: 1.into(), ..Script::default() };
    let (client, contract, node, script) = scene(script, Settings::default());
    let header = block_on(client.header(&contract.address, None)).unwrap();
    let params = actions([Send::transfer(&nobody(1), Nano::tokens(1)).action()]);
    let message = block_on(client.call_message(&contract, "run", &params, &header, &owner())).unwrap();
    let error = block_on(client.process_message(&message)).unwrap_err();
    assert!(matches!(&error, Error::Interrupted { message: lost, .. } if *lost == message.hash), "{error}");
    let tree = block_on(client.resume_message(&message)).unwrap();
    assert_eq!(tree.steps.len(), 2);
    assert_eq!(script.posted.lock().unwrap().len(), 1);
    assert_eq!(received(&node), Nano::tokens(1));
}

#[test]
fn call_whose_connection_breaks_is_not_repeated() {
    let script = Script { broken: 1.into(), ..Script::default() };
    let (client, contract, _, script) = scene(script, Settings::default());
    let error = pay(&client, &contract).unwrap_err();
    assert!(matches!(error, Error::Interrupted { .. }), "{error}");
    assert_eq!(script.posted.lock().unwrap().len(), 1);
}

#[test]
fn words_of_a_receipt_give_way_to_the_exit_code() {
    let script = || Script { swallow: 1.into(), receipt: Some("rejected"), ..Script::default() };
    let (client, contract, ..) = scene(script(), Settings::default());
    let error = block_on(client.call(&contract, "refuse", &json!({ "code": 99 }), &owner())).unwrap_err();
    let Error::NotIncluded(it) = &error else { panic!("{error}") };
    assert_eq!(it.cause, NotIncludedCause::Rejected(RejectReason::ExitCode(99)));
    // A run here finds nothing wrong with this one, so the network's words stay, and it is not sent again.
    let (client, contract, _, script) = scene(script(), Settings::default());
    let error = pay(&client, &contract).unwrap_err();
    let Error::NotIncluded(it) = &error else { panic!("{error}") };
    assert_eq!(it.cause, NotIncludedCause::Rejected(RejectReason::Other("rejected".to_owned())));
    assert_eq!(script.posted.lock().unwrap().len(), 1);
}
