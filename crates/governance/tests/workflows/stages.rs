//! Money for stages: eight confirmations, and never ahead of the plan.

use governance::payload::{Launch, LaunchError};
use governance::text::Digest;
use governance::treasury::StageStatus;
use governance::workflow::{self, Error};
use keys::development;
use testkit::block_on;
use ton_abi::Nano;

use crate::hall::{Hall, members, signers, world};

#[test]
fn seven_confirmations_leave_the_grant_where_it_is() {
    let world = world();
    let mut hall = Hall::found(&world);
    let grant = Nano::tokens(673_120);
    hall.grant(grant);
    let (organs, clerk) = (&hall.organs, &mut hall.clerk);
    let seven = members(7);
    let error = block_on(workflow::fund_stage(organs, 1, grant, &signers(&seven), clerk)).unwrap_err();
    let Error::Unconfirmed { id, received: 7, required: 8, .. } = error else { panic!("{error}") };
    assert_eq!(block_on(organs.treasury.stage(1)).unwrap().status, StageStatus::Planned);

    block_on(workflow::confirm(organs, id, &[&development::signer(14)], clerk)).unwrap();
    let stage = block_on(organs.treasury.stage(1)).unwrap();
    assert_eq!((stage.status, stage.received, stage.available), (StageStatus::Active, grant, grant));
    world.finish();
}

#[test]
fn a_stage_is_funded_in_parts() {
    let world = world();
    let mut hall = Hall::found(&world);
    hall.grant(Nano::tokens(673_120));
    let (organs, clerk, eight) = (&hall.organs, &mut hall.clerk, members(8));
    let keys = signers(&eight);
    let part = block_on(workflow::fund_stage(organs, 1, Nano::tokens(600_000), &keys, clerk)).unwrap();
    assert_eq!(part.status, StageStatus::Planned);
    let whole = block_on(workflow::fund_stage(organs, 1, Nano::tokens(73_120), &keys, clerk)).unwrap();
    assert_eq!((whole.status, whole.received), (StageStatus::Active, Nano::tokens(673_120)));
    world.finish();
}

#[test]
fn t43_money_for_a_later_stage_comes_back() {
    let world = world();
    let mut hall = Hall::funded(&world);
    hall.grant(Nano::tokens(560_000));
    let (organs, clerk, eight) = (&hall.organs, &mut hall.clerk, members(8));
    let before = block_on(organs.multisig.balance()).unwrap();
    let error = block_on(workflow::fund_stage(organs, 2, Nano::tokens(560_000), &signers(&eight), clerk));
    let error = error.unwrap_err();
    assert!(matches!(error, Error::Bounced { stage: 2, code: 400, .. }), "{error}");
    let lost = before.0 - block_on(organs.multisig.balance()).unwrap().0;
    assert!(lost < Nano::tokens(1).0, "only fees are lost: {lost}");
    assert!(block_on(organs.treasury.stage(2)).unwrap().received.is_zero());
    world.finish();
}

#[test]
fn contests_out_of_turn_are_not_proposed_or_fail_with_a_reason() {
    let world = world();
    let mut hall = Hall::funded(&world);
    let (organs, clerk, eight) = (&hall.organs, &mut hall.clerk, members(8));
    let organisation = &hall.organisation;
    let mut propose = |item| {
        let launch = Launch { item, ..Launch::default() };
        block_on(workflow::propose_launch(organs, organisation, launch, &eight[0], clerk))
    };
    for (item, expected) in [
        (7, LaunchError::NotFunded { item: 7 }),
        (15, LaunchError::NotFunded { item: 15 }),
        (16, LaunchError::UnknownItem { item: 16 }),
    ] {
        let error = propose(item).unwrap_err();
        assert!(matches!(&error, Error::Launch(found) if *found == expected), "{error}");
    }
    let (id, _) = propose(6).unwrap();
    block_on(workflow::vote(organs, id, &signers(&eight), clerk)).unwrap();
    let error = block_on(workflow::carry_out(organs, id, clerk)).unwrap_err();
    assert!(matches!(error, Error::Proposal { code: 401, .. }), "stage 2 is not active: {error}");
    world.finish();
}

#[test]
fn t44_a_stage_with_an_open_contest_is_not_closed() {
    let world = world();
    let mut hall = Hall::funded(&world);
    hall.jury_contest();
    let (organs, clerk, eight) = (&hall.organs, &mut hall.clerk, members(8));
    let (report, keys) = (Digest::of("report"), signers(&eight));
    let error = block_on(workflow::close_stage(organs, 1, report, "link", &keys, clerk)).unwrap_err();
    assert!(matches!(error, Error::Proposal { code: 403 | 404, .. }), "{error}");
    assert_eq!(block_on(organs.treasury.stage(1)).unwrap().status, StageStatus::Active);
    world.finish();
}
