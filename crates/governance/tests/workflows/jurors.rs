//! Jurors look after themselves; members only see the pool.

use governance::jury_pool::{DrawState, JurorStatus};
use governance::organisation::Span;
use governance::payload::{Action, SetPolicy};
use governance::registry::{ContestStatus, Step};
use governance::text::Digest;
use governance::workflow::{self, Host as _};
use keys::{Signer, development};
use testkit::block_on;
use ton_abi::{Address, Hash, Nano};

use crate::contests::jury_contest_with_two_winners;
use crate::hall::{Hall, members, signers, world};

#[test]
fn winners_are_jurors_who_choose_topics_address_and_leave() {
    let world = world();
    let mut hall = Hall::funded(&world);
    let (id, winners) = jury_contest_with_two_winners(&mut hall);
    let pool = &hall.organs.jury_pool;
    block_on(async {
        let draw = pool.draw(id).await.unwrap();
        assert_eq!((draw.state, draw.bootstrap, draw.jury.len()), (DrawState::Finished, true, 0));
        for winner in &winners {
            let juror = pool.juror(&winner.public_key()).await.unwrap();
            assert_eq!(
                (juror.status, juror.topic_mask, juror.from_contest),
                (JurorStatus::Active, 0b11111, id)
            );
        }
        let address = Address::new(0, Hash([3; 32]));
        pool.set_topics(0b00010, &winners[0]).await.unwrap().expect_success().unwrap();
        pool.set_address(&address, &winners[0]).await.unwrap().expect_success().unwrap();
        let juror = pool.juror(&winners[0].public_key()).await.unwrap();
        assert_eq!((juror.topic_mask, juror.addr), (0b00010, address));
        pool.resign(&winners[1]).await.unwrap().expect_success().unwrap();
        let juror = pool.juror(&winners[1].public_key()).await.unwrap();
        assert_eq!(juror.status, JurorStatus::Resigned);
        let error = pool.recuse(id, &winners[0]).await.unwrap_err();
        assert_eq!(error.exit_code(), Some(152), "the contest is over: {error}");
        let member = development::signer(0);
        let error = pool.resign(&member).await.unwrap_err();
        assert_eq!(error.exit_code(), Some(601), "a member has no say in the pool: {error}");
        assert_eq!(pool.mirror().await.unwrap().len(), 15);
    });
    world.finish();
}

#[test]
fn a_result_is_published_and_the_directory_tells_its_life() {
    let world = world();
    let mut hall = Hall::funded(&world);
    let (id, _) = jury_contest_with_two_winners(&mut hall);
    let (organs, clerk) = (&hall.organs, &mut hall.clerk);
    let text = block_on(workflow::report(organs, id)).unwrap();
    assert!(text.starts_with("# DevOps Jury Contest") && text.contains("1. entry"), "{text}");
    assert_eq!(block_on(organs.registry.unpublished(1)).unwrap(), 1);
    assert_eq!(block_on(organs.registry.catalog()).unwrap(), []);
    let member = development::signer(4);
    block_on(workflow::publish(organs, id, Digest::of(&text), "link", &member, clerk)).unwrap();
    assert_eq!(block_on(organs.registry.unpublished(1)).unwrap(), 0);
    let record = block_on(organs.registry.contest(id)).unwrap();
    assert_eq!((record.status, record.item), (ContestStatus::Closed, 1));
    let catalog = block_on(organs.registry.catalog()).unwrap();
    assert_eq!((catalog.len(), catalog[0].version, catalog[0].link.as_str()), (1, 1, "link"));
    let open = block_on(organs.registry.pending()).unwrap();
    assert!(open.iter().all(|request| request.step == Step::Confirm), "{open:?}");
    world.finish();
}

#[test]
fn members_set_profiles_leave_and_change_the_policy() {
    let world = world();
    let mut hall = Hall::found(&world);
    let (organs, clerk) = (&hall.organs, &mut hall.clerk);
    let payee = Address::new(0, Hash([9; 32]));
    let member = development::signer(14);
    let key = member.public_key();
    block_on(async {
        let registry = &organs.registry;
        registry.set_profile(&payee, Digest::of("profile"), &member).await.unwrap().expect_success().unwrap();
        let found = registry.member(&key).await.unwrap();
        assert_eq!((found.payout.as_ref(), found.profile_hash), (Some(&payee), Digest::of("profile")));

        let policy = SetPolicy { allowlist: vec![payee.clone()], free_limit: Nano::tokens(50) };
        let (eight, action, text) = (members(8), Action::SetPolicy(policy), Digest::of("x"));
        workflow::decide(organs, &action, "", text, &signers(&eight), clerk).await.unwrap();
        let policy = organs.multisig.policy().await.unwrap();
        assert_eq!((policy.allowlist, policy.free_limit), (vec![payee.clone()], Nano::tokens(50)));

        registry.resign(&member).await.unwrap().expect_success().unwrap();
        assert_eq!(registry.threshold().await.unwrap().members, 14);
        assert_eq!(organs.multisig.custodians().await.unwrap().len(), 14);
        assert!(!organs.jury_pool.mirror().await.unwrap().contains(&key));
    });
    world.finish();
}

#[test]
fn three_members_hold_a_payout_for_a_week() {
    let world = world();
    let mut hall = Hall::funded(&world);
    let (id, _) = crate::contests::ranked_jury_contest(&mut hall);
    let contest = block_on(hall.organs.contest(id)).unwrap();
    for member in members(3) {
        block_on(hall.organs.registry.quick_hold(id, &member)).unwrap().expect_success().unwrap();
    }
    let standing = block_on(contest.standing()).unwrap();
    assert_eq!(standing.phase, governance::contest::Phase::Held);
    assert!(standing.held_total > Span::days(6), "{}", standing.held_total);
    let eight = members(8);
    let (organs, clerk, keys) = (&hall.organs, &mut hall.clerk, signers(&eight));
    let error = block_on(workflow::confirm_payout(organs, id, &keys, clerk)).unwrap_err();
    assert_eq!(error.to_string(), "phase of the contest: held on the chain, confirm expected");
    block_on(clerk.wait_until(standing.held_until)).unwrap();
    block_on(workflow::confirm_payout(organs, id, &keys, clerk)).unwrap();
    world.finish();
}

#[test]
fn a_confirmation_during_a_hold_counts_when_the_hold_ends() {
    let world = world();
    let mut hall = Hall::funded(&world);
    let (id, _) = crate::contests::ranked_jury_contest(&mut hall);
    let contest = block_on(hall.organs.contest(id)).unwrap();
    let (organs, clerk, eight) = (&hall.organs, &mut hall.clerk, members(8));
    for member in &eight[..3] {
        block_on(organs.registry.quick_hold(id, member)).unwrap().expect_success().unwrap();
    }
    let waiting = block_on(organs.multisig.transactions()).unwrap();
    block_on(workflow::confirm(organs, waiting[0].id, &signers(&eight), clerk)).unwrap();
    let standing = block_on(contest.standing()).unwrap();
    assert!(standing.confirmed, "nobody has to confirm twice");
    assert_eq!(standing.phase, governance::contest::Phase::Held, "the hold is stronger");
    assert!(block_on(organs.multisig.transactions()).unwrap().is_empty());
    block_on(clerk.wait_until(standing.held_until)).unwrap();
    assert_eq!(block_on(contest.standing()).unwrap().phase, governance::contest::Phase::Payable);
    world.finish();
}
