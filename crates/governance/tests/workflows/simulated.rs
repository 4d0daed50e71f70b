//! Workflows on a simulation: the same to the nanotoken as on the network itself, without a secret and without a trace.

use std::sync::{Arc, Mutex};

use governance::payload::{Action, Launch, Signal};
use governance::text::Digest;
use governance::workflow::{self, Error, Host};
use governance::{Organisation, Organs};
use keys::{PublicKey, Signer};
use localnet::SharedNode;
use testkit::{World, block_on};
use ton_abi::{Nano, UnixTime};
use ton_client::net::{Simulation, Transport, TransportError};
use ton_client::processing::{Observer, Tree};
use ton_client::{Client, Registry};

use crate::hall::{Hall, members};

/// A member whose secret is elsewhere.
struct Absent(PublicKey);

impl Signer for Absent {
    fn public_key(&self) -> PublicKey {
        self.0
    }

    fn sign(&self, _hash: &[u8; 32]) -> Result<[u8; 64], keys::Error> {
        panic!("a simulation asks no signer")
    }
}

/// Collects all trees.
#[derive(Default)]
struct Trees(Mutex<Vec<Tree>>);

impl Observer for Trees {
    fn finished(&self, tree: &Tree) {
        self.0.lock().unwrap().push(tree.clone());
    }
}

/// A clock that somebody can move.
struct Clock<M>(M);

impl<M: Fn(UnixTime)> Host for Clock<M> {
    fn note(&mut self, _step: &str, _who: Option<PublicKey>, _tree: &Tree) {}

    async fn wait_until(&mut self, time: UnixTime) -> workflow::Result<()> {
        (self.0)(time);
        Ok(())
    }
}

/// A session with everything in it: payments, a bounce, a refusal, decisions, a contest deployed and funded.
async fn session(
    organs: &Organs<'_>,
    organisation: &Organisation,
    eight: &[&dyn Signer],
    host: &mut impl Host,
) -> Vec<String> {
    let grant = Nano::tokens(673_120);
    workflow::fund_stage(organs, 1, grant, eight, host).await.expect("stage 1 takes its money");
    let early = workflow::fund_stage(organs, 2, Nano::tokens(1), eight, host).await.unwrap_err();
    let launch = Launch { item: 2, ..Launch::default() };
    let (id, spec) =
        workflow::propose_launch(organs, organisation, launch, eight[0], host).await.expect("proposed");
    workflow::vote(organs, id, eight, host).await.expect("members vote");
    let proposal = organs.proposal(id).await.expect("it is there");
    let late = proposal.vote(governance::proposal::Choice::Yes, None, eight[0]).await.unwrap_err();
    let launched = workflow::carry_out(organs, id, host).await;
    let signal =
        Action::Signal(Signal { doc_hash: Digest::of("text"), link: "link".to_owned(), soft: false });
    let signal = workflow::decide(organs, &signal, "link", Digest::of("text"), eight, host).await;
    vec![
        without_hash(&early),
        format!("{:?}", late.exit_code()),
        format!("{:?}", launched.map_err(|error| error.to_string())),
        spec.title,
        format!("{:?}", signal.map_err(|error| error.to_string())),
    ]
}

fn without_hash(error: &Error) -> String {
    let Error::Bounced { stage, value, code } = error else { panic!("{error}") };
    format!("{stage} {value} {code}")
}

/// What has to be equal: who, what, how it ended, every fee and every amount; message by message, and account by account
/// in the order of its transactions. Between accounts there is no order: their logical times depend on the blocks.
fn facts(trees: &Trees) -> Vec<String> {
    let trees = trees.0.lock().unwrap();
    let steps = trees.iter().flat_map(|tree| {
        let mut steps: Vec<_> = tree.steps.iter().collect();
        steps.sort_by_key(|step| step.account().to_string());
        steps
    });
    let fact = |step: &ton_client::processing::Step| {
        let sent: Vec<_> = step
            .out_msgs
            .iter()
            .map(|message| {
                (
                    message.view.dst.as_ref().map(ToString::to_string),
                    message.view.value.0,
                    message.view.fwd_fee.0,
                )
            })
            .collect();
        let (fees, gas) = (step.tx.total_fees, step.tx.gas_used());
        format!("{} {:?} {fees} {gas} {:?} {sent:?}", step.account(), step.failure, step.tx.end_status)
    };
    steps.map(fact).collect()
}

#[test]
fn a_simulated_session_is_the_real_one_to_the_nanotoken() {
    let world = World::new();
    let hall = Hall::found(&world);
    hall.grant(Nano::tokens(674_000));
    let (abis, registry) = (hall.organs.abis().clone(), hall.organs.registry.address().clone());

    // The simulation looks at a copy of the network, to see that nothing happens to it.
    let below = SharedNode::new((*world.node()).clone());
    let untouched = below.lock().state_hash();
    let simulation = Arc::new(Simulation::new(Arc::new(below.clone())));
    let (tried, done) = (Arc::new(Trees::default()), Arc::new(Trees::default()));
    let client = Client::new(simulation.clone(), Registry::clone(&world.client().registry()));
    client.observe(tried.clone());
    let absent: Vec<_> = members(8).iter().map(|member| Absent(member.public_key())).collect();
    let absent: Vec<_> = absent.iter().map(|member| member as &dyn Signer).collect();
    let now = |client: &Client| block_on(client.transport().now(&registry)).unwrap().seconds();
    let mut clock = Clock(|time: UnixTime| simulation.advance(time.0.saturating_sub(now(&client).0)));
    let organs = block_on(Organs::open(&client, abis, registry.clone())).expect("the organs are found");
    let said = block_on(session(&organs, &hall.organisation, &absent, &mut clock));
    assert_eq!(below.lock().state_hash(), untouched);

    world.client().observe(done.clone());
    let eight = members(8);
    let eight: Vec<_> = eight.iter().map(|member| member as &dyn Signer).collect();
    let mut clock = Clock(|time: UnixTime| {
        world.advance(time.0.saturating_sub(world.now().0));
    });
    let is = block_on(session(&hall.organs, &hall.organisation, &eight, &mut clock));

    assert_eq!(said, is);
    let (tried, done) = (facts(&tried), facts(&done));
    assert!(tried.len() > 60, "{} transactions", tried.len());
    for (number, (tried, done)) in tried.iter().zip(&done).enumerate() {
        assert_eq!(tried, done, "transaction {number}");
    }
    assert_eq!(tried.len(), done.len());
    for account in world.node().accounts() {
        let simulated = block_on(simulation.account(account.address())).unwrap();
        assert_eq!(simulated.balance(), account.balance(), "{}", account.address());
    }
    assert_eq!(
        client.drafts().len(),
        client.drafts().iter().filter(|draft| draft.header.pubkey.is_some()).count()
    );
    drop(hall);
    world.finish();
}

#[test]
fn a_message_that_causes_too_much_is_told_and_leaves_nothing() {
    let world = World::new();
    let mut hall = Hall::found(&world);
    hall.grant(Nano::tokens(10));
    let below = SharedNode::new((*world.node()).clone());
    let simulation = Arc::new(Simulation::with_limit(Arc::new(below), 2));
    let client = Client::new(simulation.clone(), Registry::clone(&world.client().registry()));
    let registry = hall.organs.registry.address().clone();
    let organs = block_on(Organs::open(&client, hall.organs.abis().clone(), registry.clone())).unwrap();
    let before = block_on(simulation.account(&registry)).unwrap();
    let signal = Action::Signal(Signal { doc_hash: Digest::of("text"), link: String::new(), soft: false });
    let member = Absent(members(1)[0].public_key());
    let error =
        block_on(workflow::propose(&organs, &signal, "", Digest::of("text"), &member, &mut hall.clerk));
    let error = error.unwrap_err();
    let Error::Client(ton_client::Error::Transport(TransportError::Refused { source, .. })) = &error else {
        panic!("{error}");
    };
    assert!(source.to_string().contains("more than 2 transactions"), "{source}");
    let after = block_on(simulation.account(&registry)).unwrap();
    assert_eq!(after.cell().repr_hash(), before.cell().repr_hash(), "all of it counts, or nothing");
    drop(hall);
    world.finish();
}

#[test]
fn a_refusal_is_the_contracts_own() {
    let world = World::new();
    let hall = Hall::found(&world);
    let simulation = Arc::new(Simulation::new(Arc::new(SharedNode::new((*world.node()).clone()))));
    let client = Client::new(simulation, Registry::clone(&world.client().registry()));
    let registry = hall.organs.registry.address().clone();
    let organs = block_on(Organs::open(&client, hall.organs.abis().clone(), registry)).unwrap();
    let stranger = Absent(keys::development::signer(99).public_key());
    let error = block_on(organs.registry.attest(Digest::of("text"), &stranger)).unwrap_err();
    assert!(matches!(error, ton_client::Error::NotIncluded(_)), "{error}");
    assert_eq!(error.exit_code(), Some(200), "{error}");
    drop(hall);
    world.finish();
}
