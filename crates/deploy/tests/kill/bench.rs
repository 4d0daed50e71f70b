//! A network with a giver, a journal, and runs of the deployment on them.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, OnceLock};

use deploy::{Error, Event, Journal, Observer, Payer, Report, apply};
use governance::Organisation;
use governance::contracts::{Built, Contracts};
use governance::workflow::founding::{Blueprint, Charter, Step};
use keys::{KeyPair, PublicKey, Signer, development};
use localnet::{Genesis, Node, NodeOptions, SharedNode, giver};
use testkit::{Artifact, block_on};
use ton_abi::{Address, Lt, Nano, Signature};
use ton_client::{Client, Contract, Registry};

use crate::fuse::{Disk, Fuse, Wire};

/// Development key of the deployer; members have 0 to 14.
pub(crate) const DEPLOYER: u32 = 20;

/// The contracts as they are committed.
pub(crate) fn contracts() -> &'static Contracts {
    static CONTRACTS: OnceLock<Contracts> = OnceLock::new();
    CONTRACTS.get_or_init(|| {
        let found = Contracts::find(|name| -> Result<Built, Infallible> {
            let Artifact { abi, image, .. } = Artifact::committed(name);
            Ok(Built { abi, image })
        });
        found.unwrap_or_else(|never| match never {})
    })
}

pub(crate) fn organisation() -> &'static Organisation {
    static ORGANISATION: OnceLock<Organisation> = OnceLock::new();
    ORGANISATION.get_or_init(Organisation::of_proposal)
}

pub(crate) fn charter() -> Charter<'static> {
    let members: Vec<PublicKey> = (0..15).map(|index| development::signer(index).public_key()).collect();
    let (organisation, contracts) = (organisation(), contracts());
    Charter { organisation, contracts, members, main_giver: giver::ADDRESS, nonce: 3 }
}

pub(crate) fn blueprint() -> Blueprint<'static> {
    Blueprint::draw(charter(), development::signer(DEPLOYER).public_key()).expect("the contracts fit")
}

fn giver_key() -> KeyPair {
    KeyPair::from_secret_hex(giver::SECRET_KEY_HEX).expect("the published key")
}

/// A new network with a giver; a clone of one that is made once.
fn network() -> Node {
    static NODE: OnceLock<Node> = OnceLock::new();
    let make = || {
        let built = Artifact::committed("Giver");
        let mut genesis = Genesis::new(chain::Config::local());
        genesis.options = NodeOptions { seconds_per_block: 1, ..NodeOptions::default() };
        let sign = |hash: &ton_abi::Hash| Signature(giver_key().sign(&hash.0).expect("a key in memory"));
        let image = giver::constructed(&built.image, &built.abi, genesis.time, sign).expect("a giver");
        Node::new(genesis.with_giver(&image, giver::BALANCE).expect("it fits")).expect("a network")
    };
    NODE.get_or_init(make).clone()
}

/// Everything that outlives a process.
pub(crate) struct Bench {
    pub(crate) node: SharedNode,
    pub(crate) disk: Disk,
}

/// What a deployment leaves behind.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Transactions of each account.
    pub(crate) transactions: BTreeMap<Address, usize>,
    /// Hashes of the codes.
    codes: BTreeMap<Address, String>,
    /// Balances in 0.01 TON, rounded: rent depends on the time that passed.
    balances: BTreeMap<Address, u128>,
}

pub(crate) struct Silent;

impl Observer for Silent {
    fn event(
        &mut self,
        _step: Step,
        _event: &Event<'_>,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Ok(())
    }
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self { node: SharedNode::new(network()), disk: Disk::default() }
    }

    pub(crate) fn client(&self, fuse: &Fuse) -> Client {
        let wire = Wire { node: self.node.clone(), fuse: fuse.clone() };
        Client::new(Arc::new(wire), Registry::new())
    }

    /// Runs the deployment until it ends or the fuse burns.
    pub(crate) fn run(&self, fuse: &Fuse) -> Result<Report, Error> {
        self.run_with(fuse, &blueprint())
    }

    pub(crate) fn run_with(&self, fuse: &Fuse, blueprint: &Blueprint<'_>) -> Result<Report, Error> {
        let store = Disk { bytes: self.disk.bytes.clone(), fuse: fuse.clone() };
        let mut journal = Journal::open(store)?;
        let client = self.client(fuse);
        let (key, owner) = (development::signer(DEPLOYER), giver_key());
        let contract = Contract { address: giver::ADDRESS, abi: Artifact::committed("Giver").abi };
        let payer = Payer { contract, signer: &owner };
        block_on(apply(&client, blueprint, &key, Some(&payer), &mut journal, &mut Silent))
            .map(|(_, report)| report)
    }

    pub(crate) fn advance(&self, seconds: u32) {
        self.node.lock().advance(seconds).expect("chain time ends in the year 2106");
    }

    pub(crate) fn outcome(&self) -> Outcome {
        let node = self.node.lock();
        assert!(node.audit().expect("amounts fit").is_balanced());
        let places = blueprint().places().clone();
        let accounts = [
            giver::ADDRESS,
            places.purse,
            places.registry,
            places.multisig,
            places.treasury,
            places.jury_pool,
        ];
        let each = || accounts.iter().cloned();
        Outcome {
            transactions: each()
                .map(|it| (it.clone(), node.transactions(&it, Lt(u64::MAX)).count()))
                .collect(),
            codes: each()
                .map(|it| {
                    let code = node.account(&it).code();
                    (it, code.map(|code| code.repr_hash().to_string()).unwrap_or_default())
                })
                .collect(),
            balances: each()
                .filter(|it| *it != giver::ADDRESS)
                .map(|it| (it.clone(), (node.balance(&it).0 + 5_000_000) / 10_000_000))
                .collect(),
        }
    }
}

/// What an undisturbed run leaves behind, and the operations that it took.
pub(crate) fn undisturbed() -> &'static (Outcome, Vec<crate::fuse::Operation>) {
    static DONE: OnceLock<(Outcome, Vec<crate::fuse::Operation>)> = OnceLock::new();
    DONE.get_or_init(|| {
        let (bench, fuse) = (Bench::new(), Fuse::default());
        bench.run(&fuse).expect("nobody disturbs it");
        (bench.outcome(), fuse.operations())
    })
}

/// Runs again until it ends, and checks what is left behind.
pub(crate) fn expect_recovery(bench: &Bench, what: &str) {
    bench.run(&Fuse::default()).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(bench.outcome(), undisturbed().0, "{what}");
}

/// A run after the end does nothing at all.
pub(crate) fn expect_idle(bench: &Bench, what: &str) {
    let idle = Fuse::default();
    bench.run(&idle).unwrap_or_else(|error| panic!("{what}, once more: {error}"));
    assert_eq!(idle.operations(), [], "{what}, once more");
}

/// The sum that all steps give away.
pub(crate) fn money() -> Nano {
    blueprint().money()
}
