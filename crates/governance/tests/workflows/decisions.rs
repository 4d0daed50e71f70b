//! Members decide: 50 % + 1, not one vote less.

use governance::payload::{Action, AdmitMember, Signal};
use governance::proposal::{Choice, Outcome};
use governance::text::Digest;
use governance::workflow::{self, Error};
use keys::{Signer, development};
use testkit::block_on;

use crate::hall::{Hall, members, signers, world};

fn signal() -> Action {
    Action::Signal(Signal { doc_hash: Digest::of("text"), link: "link".to_owned(), soft: false })
}

#[test]
fn every_member_signs_the_declaration_once_it_is_read_back() {
    let world = world();
    let mut hall = Hall::found(&world);
    let declaration = Digest::of(&hall.organisation.governance.declaration);
    for member in members(15) {
        block_on(workflow::attest(&hall.organs, declaration, &member, &mut hall.clerk)).unwrap();
    }
    let all = block_on(hall.organs.registry.members()).unwrap();
    assert!(all.iter().all(|member| member.dod_hash == declaration && member.dod_at.0 > 0));
    let stranger = development::signer(15);
    let error =
        block_on(workflow::attest(&hall.organs, declaration, &stranger, &mut hall.clerk)).unwrap_err();
    assert!(matches!(&error, Error::Client(error) if error.exit_code() == Some(200)), "{error}");
    world.finish();
}

#[test]
fn eight_votes_decide_and_seven_do_not() {
    let world = world();
    let mut hall = Hall::found(&world);
    let (organs, clerk) = (&hall.organs, &mut hall.clerk);
    let seven = members(7);
    let error =
        block_on(workflow::decide(organs, &signal(), "link", Digest::of("text"), &signers(&seven), clerk));
    let error = error.unwrap_err();
    let Error::Proposal { id, outcome: Outcome::Active, yes: 7, needed: 8, .. } = error else {
        panic!("{error}");
    };
    let eighth = development::signer(7);
    let tally = block_on(workflow::vote(organs, id, &[&eighth], clerk)).unwrap();
    assert_eq!((tally.outcome, tally.yes), (Outcome::Passed, 8));
    block_on(workflow::carry_out(organs, id, clerk)).unwrap();
    let proposal = block_on(organs.proposal(id)).unwrap();
    let info = block_on(proposal.info()).unwrap();
    assert_eq!((info.outcome, info.action_name()), (Outcome::Executed, "Signal"));
    assert_eq!(info.action().unwrap(), signal());
    let votes = block_on(proposal.votes()).unwrap();
    assert_eq!(votes.iter().filter(|vote| vote.choice == Choice::Yes).count(), 8);
    assert_eq!(block_on(organs.registry.open_proposals()).unwrap(), []);
    world.finish();
}

#[test]
fn votes_after_the_decision_are_not_sent() {
    let world = world();
    let mut hall = Hall::found(&world);
    let (organs, clerk) = (&hall.organs, &mut hall.clerk);
    let all = members(15);
    let id = block_on(workflow::decide(organs, &signal(), "link", Digest::of("text"), &signers(&all), clerk))
        .unwrap();
    let tally = block_on(block_on(organs.proposal(id)).unwrap().tally()).unwrap();
    assert_eq!((tally.yes, tally.no, tally.abstain), (8, 0, 0));
    world.finish();
}

#[test]
fn a_decision_that_cannot_be_carried_out_says_why() {
    let world = world();
    let mut hall = Hall::found(&world);
    let keys = members(8);
    let admit = Action::AdmitMember(AdmitMember { candidate: 1 });
    let (organs, clerk) = (&hall.organs, &mut hall.clerk);
    let error = block_on(workflow::decide(organs, &admit, "link", Digest::of("x"), &signers(&keys), clerk));
    let error = error.unwrap_err();
    assert!(matches!(error, Error::Proposal { outcome: Outcome::Failed, code: 157, .. }), "{error}");
    world.finish();
}

#[test]
fn a_proposal_is_taken_back_while_nobody_else_voted() {
    let world = world();
    let mut hall = Hall::found(&world);
    let (organs, clerk) = (&hall.organs, &mut hall.clerk);
    let proposer = development::signer(3);
    let id =
        block_on(workflow::propose(organs, &signal(), "link", Digest::of("text"), &proposer, clerk)).unwrap();
    let proposal = block_on(organs.proposal(id)).unwrap();
    assert_eq!(block_on(proposal.info()).unwrap().proposer, proposer.public_key());
    let error = block_on(proposal.cancel(&development::signer(4))).unwrap_err();
    assert_eq!(error.exit_code(), Some(307), "{error}");
    block_on(proposal.cancel(&proposer)).unwrap().expect_success().unwrap();
    assert_eq!(block_on(proposal.tally()).unwrap().outcome, Outcome::Cancelled);
    world.finish();
}
