//! Decisions carried out, and whole contests (T24, T31, T32, T35, T41, T42, T44, flows 5.11).

use ton_abi::Nano;

use super::*;
use crate::contest::Line;
use crate::model::entry::Nomination;
use crate::model::fixture::{DAY, ENTRANT, JUROR, World, digest, jury_contest, key, line, spec, wallet};
use crate::model::wallet::{Effect as Confirmed, Subject};
use crate::payload::{AdmitMember, CloseStage, HoldPayout, PayOrg, RemoveMember, RotateKey, Signal, Spec};
use crate::proposal::Outcome;
use crate::treasury::StageStatus;

fn signal() -> Action {
    Action::Signal(Signal { doc_hash: digest(1), link: String::new(), soft: false })
}

fn remove(n: u8) -> Action {
    Action::RemoveMember(RemoveMember { key: key(n), reason_hash: digest(1) })
}

fn close_stage(stage: u8) -> Action {
    Action::CloseStage(CloseStage { stage, report_hash: digest(stage), link: String::new() })
}

/// Three jurors score three entries 9, 7 and 5.
fn cards() -> Vec<(u8, Vec<Line>)> {
    let card = vec![line(1, 9), line(2, 7), line(3, 5)];
    (JUROR..JUROR + 3).map(|n| (n, card.clone())).collect()
}

/// The first jury contest until its ranking: entrants 100 to 102, judged by 40 to 42.
fn ranked() -> (World, u32) {
    let mut world = World::funded();
    let id = world.launch(jury_contest);
    world.enter(id, 3);
    assert!(world.draw(id));
    world.judge(id, &cards());
    world.model.advance(id, world.now).expect("it is tallied");
    world.check();
    (world, id)
}

fn confirm(world: &mut World, n: u8, subject: Subject) -> Result<Confirmed, Refusal> {
    let by = world.by(n);
    world.model.confirm(&by, subject, world.now)
}

#[test]
fn a_whole_contest_pays_everybody_and_returns_the_rest() {
    let (mut world, id) = ranked();
    let subject = Subject::Contest(id);
    for n in 0..7 {
        assert_eq!(confirm(&mut world, n, subject), Ok(Confirmed::Counted));
    }
    assert_eq!(confirm(&mut world, 7, subject), Ok(Confirmed::Executed));
    assert_eq!(world.model.contests[&id].phase(world.now), Phase::Payable);
    world.pay_and_settle(id);
    world.check();
    let (contest, treasury) = (&world.model.contests[&id], &world.model.treasury);
    let third = Nano(Nano::tokens(100).0 / 3);
    let paid = Nano::tokens(400 + 250 + 150).0 + 3 * third.0;
    assert_eq!(contest.books.budget.sent.0, paid);
    assert_eq!(contest.books.deposits.sent, Nano::tokens(15));
    assert_eq!(treasury.org_available, Nano::tokens(20));
    assert_eq!(treasury.stages[&1].available.0, Nano::tokens(673_120 - 20).0 - paid);
    let jurors: Vec<_> = world.model.pool.jurors.keys().copied().collect();
    assert_eq!(jurors, (ENTRANT..ENTRANT + 3).map(key).collect::<Vec<_>>());
    assert_eq!(world.model.directory[&id].status, ContestStatus::Closed);
    assert!(world.model.won.contains(&1));
}

#[test]
fn t44_a_stage_is_closed_when_its_contests_are_over_and_published() {
    let (mut world, id) = ranked();
    assert_eq!(world.decide(close_stage(1)), Err(Refusal::UNPUBLISHED));
    let by = world.by(3);
    assert_eq!(world.model.publish(&by, id, digest(5), 10, world.now), Ok(1));
    assert_eq!(world.decide(close_stage(1)), Err(Refusal::OPEN_CONTESTS));
    world.pay_and_settle(id);
    assert_eq!(world.decide(close_stage(1)), Ok(()));
    let by = world.by(3);
    assert_eq!(world.model.publish(&by, id, digest(6), 10, world.now), Ok(2));
    assert_eq!(world.model.treasury.stages[&2].status, StageStatus::Active, "the carry covers it");
    world.check();
}

#[test]
fn t41_a_launch_that_fails_is_tried_again_with_the_same_number() {
    let mut world = World::new();
    let begin = world.now.plus(2 * DAY);
    let id = world.pass(Action::LaunchContest(Box::new(spec(2, 100_000, begin))));
    world.wait(DAY);
    assert_eq!(world.model.execute(id, world.now), Ok(Err(Refusal::STAGE_NOT_ACTIVE)));
    assert_eq!(world.model.proposals[&id].stored, Outcome::Failed);
    assert_eq!(world.model.directory[&1].status, ContestStatus::Reserved);
    world.model.treasury.fund_stage(1, Nano::tokens(673_120)).expect("stage 1 has no gate");
    assert_eq!(world.model.execute(id, world.now), Err(Refusal::DELAY));
    world.wait(600);
    assert_eq!(world.model.execute(id, world.now), Ok(Ok(())));
    assert_eq!((world.model.last_contest, world.model.directory[&1].status), (1, ContestStatus::Funded));
    assert_eq!(world.model.execute(id, world.now), Err(Refusal::NOT_PASSED));
    world.check();
}

#[test]
fn a_launch_that_never_succeeds_leaves_nothing() {
    let mut world = World::new();
    let begin = world.now.plus(DAY);
    let id = world.pass(Action::LaunchContest(Box::new(spec(2, 100_000, begin))));
    world.wait(DAY);
    assert_eq!(world.model.execute(id, world.now), Ok(Err(Refusal::STAGE_NOT_ACTIVE)));
    world.now = world.model.proposals[&id].expire_at;
    assert_eq!(world.model.close(id, world.now), Ok(Effect::Ended(Outcome::Expired)));
    assert!(world.model.directory.is_empty() && world.model.open.is_empty());
    assert_eq!(world.model.members.seats[&key(0)].open, 0);
}

#[test]
fn t77_a_jury_contest_whose_pool_refuses_gives_its_budget_back() {
    let (mut world, id) = ranked();
    world.pay_and_settle(id);
    let begin = world.now.plus(DAY + 1);
    let before = world.model.treasury.booked();
    let ton = Nano::tokens(1);
    let again = Spec { fund: ton, prizes: vec![ton], ..jury_contest(begin) };
    let launch = |spec| Action::LaunchContest(Box::new(spec));
    assert_eq!(world.decide(launch(again)), Err(Refusal::OVER_PLAN), "its item is used up");
    // Three jurors sit in the pool now: another jury of its own is refused.
    let other = Spec { item: 2, topic: 2, ..jury_contest(begin) };
    assert_eq!(world.decide(launch(other)), Err(Refusal::NOT_AUTHORISED));
    assert_eq!(world.model.treasury.booked(), before);
    world.check();
}

#[test]
fn t31_resignations_and_removals_have_floors() {
    let mut world = World::of(11);
    assert_eq!(world.decide(remove(10)), Ok(()));
    world.check();
    assert_eq!(world.decide(remove(9)), Err(Refusal::UNDER_MIN), "ten are the minimum");
    for n in (6..10).rev() {
        let by = world.by(n);
        assert_eq!(world.model.resign(&by, world.now), Ok(()));
        world.check();
    }
    assert!(world.model.members.is_under_min(&world.model.params));
    assert_eq!(world.model.members.threshold(), 6, "T32");
    let by = world.by(5);
    assert_eq!(world.model.resign(&by, world.now), Err(Refusal::UNDER_MIN));
    assert_eq!(world.propose_by(0, signal()), Err(Refusal::UNDER_MIN));
    let rotation = Action::RotateKey(RotateKey { old_key: key(1), new_key: key(50) });
    assert_eq!(world.decide(rotation), Ok(()), "seats and keys can still be decided");
    world.check();
}

#[test]
fn t25_a_removed_members_vote_does_not_carry() {
    let mut world = World::new();
    let id = world.pass(signal());
    let other = world.pass(remove(14));
    let by = world.by(0);
    world.model.resign(&by, world.now).expect("there are many");
    world.wait(60);
    assert_eq!(world.model.execute(other, world.now), Ok(Err(Refusal::RECOUNT_FAILED)));
    assert_eq!(world.model.proposals[&other].stored, Outcome::Rejected);
    assert_eq!(world.model.execute(id, world.now), Ok(Ok(())), "a signal is not counted again");
    world.check();
}

#[test]
fn t33_the_subject_of_a_removal_has_no_vote() {
    let mut world = World::new();
    let id = world.propose(remove(3));
    world.wait(1);
    assert_eq!(world.vote(3, id, Choice::No), Err(Refusal::EXCLUDED_ELECTOR));
    assert_eq!(world.model.proposals[&id].terms.threshold, 8);
}

#[test]
fn t42_five_open_proposals_a_member() {
    let mut world = World::new();
    for _ in 0..5 {
        world.propose(signal());
    }
    assert_eq!(world.propose_by(0, signal()), Err(Refusal::TOO_MANY_OPEN));
    let by = world.by(0);
    world.model.cancel(&by, 1, world.now).expect("nobody voted");
    assert!(world.propose_by(0, signal()).is_ok(), "slots return");
    for n in 1..13 {
        for _ in 0..5 {
            // 5 + 12 * 5 = 65: the last one is one too many.
            let expected = world.model.open.len() < 64;
            assert_eq!(world.propose_by(n, signal()).is_ok(), expected);
        }
    }
    assert_eq!(world.model.open.len(), 64);
}

#[test]
fn a_proposal_that_makes_no_sense_never_opens() {
    let mut world = World::new();
    let nobody = Action::AdmitMember(AdmitMember { candidate: 0 });
    assert_eq!(world.propose_by(0, nobody), Ok(None));
    assert!(world.model.open.is_empty());
    assert_eq!(world.propose(signal()), 2, "its number is gone");
}

#[test]
fn t24_t35_a_winner_becomes_member_unless_a_juror() {
    let (mut world, id) = ranked();
    let by = world.by(14);
    world.model.resign(&by, world.now).expect("there are many");
    let before = world.propose(signal());
    assert_eq!(world.model.nominate(id, 1, &key(ENTRANT), None, world.now), Ok(Nomination::Yes));
    assert_eq!(world.model.nominate(id, 2, &key(ENTRANT + 1), None, world.now), Ok(Nomination::Yes));
    let admit = |candidate| Action::AdmitMember(AdmitMember { candidate });
    assert_eq!(world.decide(admit(1)), Ok(()));
    world.check();
    assert_eq!(world.decide(admit(2)), Err(Refusal::FULL), "T31");
    assert_eq!(world.decide(admit(1)), Err(Refusal::NOT_FOUND));
    assert_eq!(world.vote(ENTRANT, before, Choice::Yes), Err(Refusal::NOT_ELECTOR), "T24");
    assert_eq!(world.model.members.seats[&key(ENTRANT)].index, 14, "the free index");
    // The contest makes the others jurors; the member among the winners is passed over.
    world.pay_and_settle(id);
    let by = world.by(13);
    world.model.resign(&by, world.now).expect("there are many");
    assert_eq!(world.decide(admit(2)), Err(Refusal::JUROR_CANNOT_BE_MEMBER));
    assert_eq!(world.model.pool.jurors.len(), 2);
    world.check();
}

#[test]
fn a_members_entry_excludes_from_decisions_and_from_the_confirmation() {
    let mut world = World::funded();
    let by = world.by(3);
    world.model.set_profile(&by, &wallet(120), digest(1), world.now).expect("a member may");
    let id = world.launch(jury_contest);
    let mut entry = crate::model::fixture::form(121);
    entry.wallet = wallet(120);
    world.model.submit_entry(id, &entry, world.now).expect("members may enter");
    assert!(world.model.directory[&id].excluded.contains(&key(3)));
    let hold = Action::HoldPayout(HoldPayout { contest_id: id, until: world.now.plus(60 * DAY) });
    let proposal = world.propose(hold);
    world.wait(1);
    assert_eq!(world.vote(3, proposal, Choice::No), Err(Refusal::EXCLUDED_ELECTOR));
    assert!(world.draw(id));
    let cards: Vec<_> = (JUROR..JUROR + 3).map(|n| (n, vec![line(1, 9)])).collect();
    world.judge(id, &cards);
    world.model.advance(id, world.now).expect("it is tallied");
    assert_eq!(confirm(&mut world, 3, Subject::Contest(id)), Err(Refusal::EXCLUDED_SIGNER));
    let by = world.by(3);
    assert_eq!(world.model.quick_hold(&by, id, world.now), Err(Refusal::EXCLUDED_ELECTOR));
    // A new key does not help.
    let rotation = Action::RotateKey(RotateKey { old_key: key(3), new_key: key(60) });
    assert_eq!(world.decide(rotation), Ok(()));
    assert_eq!(confirm(&mut world, 60, Subject::Contest(id)), Err(Refusal::EXCLUDED_SIGNER));
    world.check();
}

#[test]
fn three_members_hold_a_payout_for_a_week_once() {
    let (mut world, id) = ranked();
    let ask = |world: &mut World, n| {
        let by = world.by(n);
        world.model.quick_hold(&by, id, world.now)
    };
    assert_eq!(ask(&mut world, 0), Ok(false));
    assert_eq!(ask(&mut world, 0), Err(Refusal::DUPLICATE));
    assert_eq!(ask(&mut world, 1), Ok(false));
    assert_eq!(ask(&mut world, 2), Ok(true));
    assert_eq!(ask(&mut world, 3), Err(Refusal::DUPLICATE), "once a contest");
    assert_eq!(world.model.contests[&id].phase(world.now), Phase::Held);
    world.wait(7 * DAY);
    assert_eq!(world.model.contests[&id].phase(world.now), Phase::Confirm);
}

#[test]
fn t53_the_org_fund_pays_what_was_decided_and_confirmed_without_the_payee() {
    let (mut world, id) = ranked();
    world.pay_and_settle(id);
    let by = world.by(2);
    world.model.set_profile(&by, &wallet(2), digest(1), world.now).expect("a member may");
    let pay = |tons| {
        let payments = vec![OrgPayment { to: wallet(2), amount: Nano::tokens(tons) }];
        Action::PayOrg(PayOrg { payments, memo_hash: digest(4) })
    };
    assert_eq!(world.decide(pay(21)), Err(Refusal::INSUFFICIENT));
    let proposal = world.model.next_proposal;
    assert_eq!(world.decide(pay(20)), Ok(()));
    let subject = Subject::Org(proposal);
    assert_eq!(confirm(&mut world, 2, subject), Err(Refusal::EXCLUDED_SIGNER));
    for n in [0, 1, 3, 4, 5, 6, 7] {
        assert_eq!(confirm(&mut world, n, subject), Ok(Confirmed::Counted));
    }
    world.check();
    assert_eq!(confirm(&mut world, 8, subject), Ok(Confirmed::Executed));
    assert_eq!(world.model.treasury.org_paid, Nano::tokens(20));
    world.check();
}

#[test]
fn t38_parameters_keep_their_bounds_and_the_size_of_the_first_cycle() {
    let mut world = World::new();
    let params = world.model.params;
    assert!(in_bounds(&params));
    let day = crate::organisation::Span::days;
    let other = Params { voting_period: day(3), ..params };
    assert_eq!(world.decide(Action::SetParams(other)), Ok(()));
    assert_eq!(world.model.params.voting_period, day(3));
    for wrong in [
        Params { voting_delay: day(8), ..params },
        Params { voting_period: day(31), ..params },
        Params { grace: day(31), ..params },
        Params { min_members: 9, ..params },
        Params { max_members: 16, ..params },
        Params { max_members: 14, ..params },
        Params { max_place: 0, ..params },
        Params { max_place: 4, ..params },
        Params { candidacy_cycles: 0, ..params },
        Params { candidacy_cycles: 13, ..params },
        Params { jury_bps_max: 1001, ..params },
        Params { org_bps_max: 1001, ..params },
        Params { confirm_window: day(2), ..params },
        Params { confirm_window: day(31), ..params },
        Params { hold_max: day(6), ..params },
        Params { hold_max: day(31), ..params },
    ] {
        let mut world = World::new();
        assert_eq!(world.decide(Action::SetParams(wrong)), Err(Refusal::PARAMS_BOUND), "{wrong:?}");
    }
}

#[test]
fn a_change_of_members_makes_confirmations_start_anew() {
    let (mut world, id) = ranked();
    let subject = Subject::Contest(id);
    for n in 0..7 {
        confirm(&mut world, n, subject).expect("it is open");
    }
    let by = world.by(14);
    world.model.resign(&by, world.now).expect("there are many");
    world.check();
    assert_eq!(world.model.wallet.orders[&subject].confirmed.len(), 0);
    for n in 0..7 {
        assert_eq!(confirm(&mut world, n, subject), Ok(Confirmed::Counted));
    }
    assert_eq!(confirm(&mut world, 7, subject), Ok(Confirmed::Executed), "fourteen still need eight");
}

#[test]
fn members_sign_twenty_messages_a_day() {
    let mut world = World::new();
    for _ in 0..20 {
        let by = world.by(0);
        assert_eq!(world.model.attest(&by, digest(1), world.now), Ok(()));
    }
    let by = world.by(0);
    assert_eq!(world.model.attest(&by, digest(1), world.now), Err(Refusal::LIMIT));
    let by = world.by(50);
    assert_eq!(world.model.attest(&by, digest(1), world.now), Err(Refusal::NOT_MEMBER));
}
