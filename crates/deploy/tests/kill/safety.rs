//! What a journal refuses, and what a lost one costs.

use deploy::{Entry, Error, Journal, NetworkId, Standing, Status, Store, Taken};
use governance::workflow::founding::{Blueprint, Organ, Step};
use keys::{Signer, development};
use testkit::block_on;
use ton_abi::Nano;

use crate::bench::{Bench, DEPLOYER, Silent, blueprint, charter, money, organisation, undisturbed};
use crate::fuse::{Disk, Fuse, Kill, Operation};

/// Stopped after the registry was deployed and noted.
fn half_done() -> Bench {
    let bench = Bench::new();
    bench.run(&Fuse::at(13, Kill::Before)).expect_err("it is killed");
    bench
}

#[test]
fn a_journal_of_another_organisation_is_refused() {
    let bench = half_done();
    let mut other = organisation().clone();
    other.governance.params.max_place = 2;
    let mut charter = charter();
    charter.organisation = &other;
    let blueprint = Blueprint::draw(charter, development::signer(DEPLOYER).public_key()).unwrap();
    let fuse = Fuse::default();
    let error = bench.run_with(&fuse, &blueprint).unwrap_err();
    let Error::Mismatch(found) = &error else { panic!("{error}") };
    let names: Vec<_> = found.iter().map(|it| it.what.as_str()).collect();
    assert_eq!(names, ["organisation"]);
    assert_eq!(fuse.operations(), [], "nothing is written and nothing posted");
}

#[test]
fn a_journal_of_another_network_is_refused() {
    let bench = half_done();
    let other = Bench { node: Bench::new().node, disk: bench.disk.clone() };
    let fuse = Fuse::default();
    let error = other.run(&fuse).unwrap_err();
    assert!(matches!(error, Error::Forgotten { step: Step::FillPurse, .. }), "{error}");
    assert_eq!(fuse.operations(), []);

    let mut config = chain::ConfigOptions::default();
    config.global_id += 1;
    other.node.lock().set_config(chain::Config::with_options(&config));
    let error = other.run(&fuse).unwrap_err();
    assert!(matches!(&error, Error::Mismatch(found) if found[0].what == "network's number"), "{error}");
}

#[test]
fn a_changed_journal_is_refused() {
    let bench = half_done();
    {
        let mut bytes = bench.disk.bytes.lock().unwrap();
        let place = bytes.len() / 2;
        bytes[place] ^= 1;
    }
    let error = bench.run(&Fuse::default()).unwrap_err();
    assert!(matches!(error, Error::Journal(deploy::JournalError::Altered { .. })), "{error}");
}

#[test]
fn without_its_journal_a_deployment_finds_what_is_done() {
    for number in [4, 7, 13, 20, 37] {
        let bench = Bench::new();
        bench.run(&Fuse::at(number, Kill::Before)).expect_err("it is killed");
        bench.disk.bytes.lock().unwrap().clear();
        let report = bench.run(&Fuse::default()).unwrap();
        assert!(report.steps.iter().any(|(_, taken)| *taken == Taken::Found));
        assert_eq!(bench.outcome(), undisturbed().0, "killed in operation {number}");
    }
}

#[test]
fn without_a_payer_the_deployment_waits_for_money() {
    let bench = Bench::new();
    let client = bench.client(&Fuse::default());
    let mut journal = Journal::open(Disk::default()).unwrap();
    let key = development::signer(DEPLOYER);
    let blueprint = blueprint();
    let done = block_on(deploy::apply(&client, &blueprint, &key, None, &mut journal, &mut Silent));
    let error = done.map(drop).unwrap_err();
    let Error::Waiting { step: Step::FillPurse, address, needed, .. } = error else { panic!("{error}") };
    assert_eq!((address, needed), (blueprint.places().purse.clone(), money()));

    let other = development::signer(DEPLOYER + 1);
    let done = block_on(deploy::apply(&client, &blueprint, &other, None, &mut journal, &mut Silent));
    assert!(matches!(done.map(drop), Err(Error::WrongSigner { .. })));
}

#[test]
fn a_stranger_who_hands_over_a_code_does_no_harm() {
    let bench = Bench::new();
    // The next message of the deployment would be the one with the code of the treasury.
    let operations = &undisturbed().1;
    assert_eq!(operations[19], Operation::Write);
    bench.run(&Fuse::at(19, Kill::After)).expect_err("it is killed");
    let client = bench.client(&Fuse::default());
    let blueprint = blueprint();
    let built = charter().contracts.get("MemberRegistry").abi.clone();
    let registry = governance::MemberRegistry::at(&client, blueprint.places().registry.clone(), built);
    let kind = governance::registry::CodeKind::Treasury;
    let code = charter().contracts.code(kind).unwrap().clone();
    bench.advance(5);
    block_on(registry.set_code(kind, &code)).unwrap().expect_success().unwrap();
    let report = bench.run(&Fuse::default()).unwrap();
    assert!(report.steps.contains(&(Step::SetCode(kind), Taken::Found)), "{report:?}");
    assert_eq!(bench.outcome(), undisturbed().0);
}

#[test]
fn status_lays_the_journal_beside_the_chain() {
    let status = |bench: &Bench| {
        let mut disk = Disk { bytes: bench.disk.bytes.clone(), fuse: Fuse::default() };
        let mut copy = Disk::default();
        copy.append(&disk.read().unwrap()).unwrap();
        let journal = Journal::open(copy).unwrap();
        block_on(Status::of(&bench.client(&Fuse::default()), &blueprint(), &journal)).unwrap()
    };
    let standing = |status: &Status, step| {
        let found = status.steps.iter().find(|it| it.step == step);
        found.map(|it| it.standing.clone()).unwrap()
    };
    let feed = Step::Feed(Organ::Registry);
    // Operations: 0 the beginning; 1 to 3 money; 4 to 6 the wallet; 7 to 9 the registry's money.
    for (kill, id) in
        [((7, Kill::Before), "open"), ((8, Kill::Before), "underway"), ((8, Kill::After), "unnoted")]
    {
        let bench = Bench::new();
        bench.run(&Fuse::at(kill.0, kill.1)).expect_err("it is killed");
        let status = status(&bench);
        assert!(matches!(standing(&status, Step::OpenPurse), Standing::Landed { .. }));
        assert_eq!(standing(&status, feed).id(), id, "{kill:?}");
        assert!(!status.done && status.mismatches.is_empty() && status.torn == 0);
    }
    let bench = Bench::new();
    bench.run(&Fuse::at(9, Kill::Torn(300))).expect_err("it is killed");
    assert!(status(&bench).torn > 0);
    bench.run(&Fuse::default()).unwrap();
    let status = status(&bench);
    assert!(
        status.done && status.steps[..14].iter().all(|it| it.standing.is_over() || it.step == Step::Live)
    );
}

#[test]
fn the_journal_tells_the_network_by_what_it_knew() {
    let bench = Bench::new();
    let client = bench.client(&Fuse::default());
    let network = block_on(NetworkId::of(&client, &localnet::giver::ADDRESS)).unwrap();
    assert_eq!((network.global_id, network.anchor), (chain::DEFAULT_GLOBAL_ID, None));
    bench.run(&Fuse::default()).unwrap();
    let network = block_on(NetworkId::of(&client, &localnet::giver::ADDRESS)).unwrap();
    assert!(network.anchor.is_some());
    let journal = Journal::open(Disk { bytes: bench.disk.bytes.clone(), fuse: Fuse::default() }).unwrap();
    let fees: Nano = journal
        .entries()
        .iter()
        .map(|entry| if let Entry::Landed { fees, .. } = entry { *fees } else { Nano::ZERO })
        .sum();
    assert!(fees > Nano::ZERO && fees < Nano::tokens(10), "{fees}");
}
