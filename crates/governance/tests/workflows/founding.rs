//! An organisation is founded as its files say, and nobody keeps power over it.

use governance::registry::CodeKind;
use governance::workflow::founding::{self, Blueprint, Subject};
use governance::workflow::{self, Error};
use governance::{Organisation, payload};
use keys::development;
use testkit::block_on;
use ton_abi::Nano;

use crate::hall::{Hall, charter, contracts, main_giver, world};

#[test]
fn the_organs_are_those_of_the_files() {
    let world = world();
    let hall = Hall::found(&world);
    let organs = &hall.organs;
    block_on(async {
        let status = organs.registry.status().await.unwrap();
        assert!(status.is_live() && !status.under_min);
        assert_eq!((status.members, status.open, status.contests), (15, 0, 0));
        let threshold = organs.registry.threshold().await.unwrap();
        assert_eq!((threshold.members, threshold.threshold), (15, 8));
        assert_eq!(organs.main_giver, main_giver());
        let codes = organs.registry.codes().await.unwrap();
        assert!(CodeKind::ALL.iter().all(|kind| codes.has(*kind)));
        let plan = payload::plan_cell(&hall.organisation).unwrap();
        assert_eq!(codes.plan_hash, (*plan.repr_hash()).into());
        let budgets: Vec<_> =
            organs.treasury.stages().await.unwrap().iter().map(|stage| stage.plan_budget).collect();
        assert_eq!(budgets, [673_120, 560_000, 448_000, 448_000].map(Nano::tokens));
        assert!(organs.treasury.ledger().await.unwrap().holds);
        assert_eq!(organs.jury_pool.jurors().await.unwrap(), []);
        assert!(organs.registry.free_funds().await.unwrap() > Nano::tokens(250));
    });
    world.finish();
}

#[test]
fn all_differences_between_chain_and_files_are_named() {
    let world = world();
    let hall = Hall::found(&world);
    let mut other = Organisation::of_proposal();
    other.governance.params.max_place = 2;
    other.governance.params.forbid_members = true;
    other.stages[1].contests.pop();
    let error = block_on(workflow::verify(&hall.organs, &charter(&other))).unwrap_err();
    let Error::Differs(found) = &error else { panic!("{error}") };
    let found: Vec<_> = found.iter().map(|it| (it.contract, it.getter, it.what.as_str())).collect();
    let expected = [
        ("MemberRegistry", "getParams", "parameter maxPlace"),
        ("MemberRegistry", "getParams", "parameter forbidMembers"),
        ("MemberRegistry", "getCodes", "hash of the plan"),
        ("Treasury", "getItems", "contests of stage 2"),
    ];
    assert_eq!(found, expected);
    assert!(
        error.to_string().starts_with("the chain differs from the files in 4 places: parameter maxPlace")
    );

    let files = Organisation::of_proposal();
    let mut strange = charter(&files);
    strange.members[3] = keys::PublicKey([9; 32]);
    let found = block_on(founding::differences(&hall.organs, &strange)).unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    let Subject::Seat { expected, found } = &found[0].subject else { panic!("{found:?}") };
    assert_eq!(*expected, Some(keys::PublicKey([9; 32])));
    assert_eq!(found.as_ref().map(|member| member.index), Some(3));
    world.finish();
}

#[test]
fn addresses_are_known_before_anything_is_sent() {
    let organisation = Organisation::of_proposal();
    let deployer = keys::Signer::public_key(&development::signer(20));
    let blueprint = Blueprint::draw(charter(&organisation), deployer).unwrap();
    let places = blueprint.places();
    let world = world();
    let hall = Hall::found(&world);
    let organs = &hall.organs;
    let found = [
        organs.registry.address(),
        organs.multisig.address(),
        organs.treasury.address(),
        organs.jury_pool.address(),
    ];
    assert_eq!(found, [&places.registry, &places.multisig, &places.treasury, &places.jury_pool]);
    world.finish();
}

#[test]
fn t40_the_deployer_has_no_power_over_a_live_organisation() {
    let world = world();
    let hall = Hall::found(&world);
    let deployer = development::signer(20);
    block_on(async {
        let registry = &hall.organs.registry;
        let error = registry.attest(governance::text::Digest::of("x"), &deployer).await.unwrap_err();
        assert_eq!(error.exit_code(), Some(200), "{error}");
        let code = contracts().code(CodeKind::Treasury).unwrap();
        let error = registry.set_code(CodeKind::Treasury, code).await.unwrap_err();
        assert_eq!(error.exit_code(), Some(211), "{error}");
    });
    world.finish();
}

#[test]
fn every_step_of_the_founding_is_noted() {
    let world = world();
    let hall = Hall::found(&world);
    let steps: Vec<_> = hall.clerk.notes.iter().map(|(step, _)| step.as_str()).collect();
    for step in
        ["open a wallet", "deploy the registry", "code of JuryPool", "the plan", "gas money for the treasury"]
    {
        assert!(steps.contains(&step), "{step} in {steps:?}");
    }
    let pokes = hall.clerk.notes.iter().filter(|(_, who)| who.is_none()).count();
    assert_eq!(pokes, 6, "five codes and the plan need no signature");
    world.finish();
}
