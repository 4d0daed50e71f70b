//! Thresholds, ties, the soft majority, recounts, replays (T23 to T27, T33).

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::model::fixture::{START, digest, key};
use crate::payload::Signal;
use crate::rules;

const DAY: u32 = 86_400;

/// A proposal of key 0 among so many electors, a week long, with a grace of two weeks.
fn open(electors: u8, soft: bool) -> Proposal {
    let threshold = u8::try_from(rules::threshold(usize::from(electors))).expect("small");
    Proposal::new(Terms {
        action: Action::Signal(Signal { doc_hash: digest(1), link: String::new(), soft }),
        link: String::new(),
        doc_hash: digest(1),
        proposer: key(0),
        electorate: (0..electors).map(|n| (key(n), n)).collect(),
        excluded: BTreeSet::new(),
        epoch: 0,
        threshold,
        soft,
        created: START,
        start: START,
        end: START.plus(7 * DAY),
        delay: DAY,
        grace: 14 * DAY,
    })
}

fn by(n: u8, millis: u64) -> Signed {
    Signed { key: key(n), time: UnixMillis(START.millis().0 + millis), expire: START.plus(DAY) }
}

fn vote(proposal: &mut Proposal, n: u8, choice: Choice) -> Result<Effect, Refusal> {
    proposal.vote(&by(n, 10), choice, digest(0), START)
}

#[test]
fn ten_to_fifteen_electors_need_half_plus_one() {
    for (electors, needed) in [(10, 6), (11, 6), (12, 7), (13, 7), (14, 8), (15, 8)] {
        let mut proposal = open(electors, false);
        for n in 0..needed - 1 {
            assert_eq!(vote(&mut proposal, n, Choice::Yes), Ok(Effect::Counted), "{electors} electors");
        }
        assert_eq!(vote(&mut proposal, needed - 1, Choice::Yes), Ok(Effect::Passed), "{electors} electors");
        assert_eq!(vote(&mut proposal, needed, Choice::No), Err(Refusal::CLOSED));
        // Against: as soon as the others are too few.
        let mut proposal = open(electors, false);
        let last = electors - needed;
        for n in 0..last {
            assert_eq!(vote(&mut proposal, n, Choice::No), Ok(Effect::Counted), "{electors} electors");
        }
        assert_eq!(vote(&mut proposal, last, Choice::No), Ok(Effect::Ended(Outcome::Rejected)));
    }
}

#[test]
fn under_the_minimum_six_are_needed_all_the_same() {
    for electors in 6..10 {
        let mut proposal = open(electors, false);
        for n in 0..5 {
            assert_eq!(vote(&mut proposal, n, Choice::Yes), Ok(Effect::Counted));
        }
        assert_eq!(vote(&mut proposal, 5, Choice::Yes), Ok(Effect::Passed));
    }
}

#[test]
fn a_tie_is_a_defeat() {
    let mut proposal = open(14, false);
    for n in 0..14 {
        let choice = if n < 7 { Choice::Yes } else { Choice::No };
        let effect = vote(&mut proposal, n, choice);
        if n < 13 {
            assert_eq!(effect, Ok(if n == 13 { Effect::Passed } else { Effect::Counted }));
        } else {
            assert_eq!(effect, Ok(Effect::Ended(Outcome::Rejected)));
        }
    }
    let mut open = open(14, false);
    for n in 0..7 {
        vote(&mut open, n, Choice::Yes).expect("it is open");
    }
    assert_eq!(open.close(START.plus(7 * DAY)), Ok(Effect::Ended(Outcome::Rejected)), "seven of fourteen");
}

#[test]
fn t23_a_second_vote_replaces_the_first_and_five_changes_are_all() {
    let mut proposal = open(15, false);
    for (change, choice) in [Choice::Yes, Choice::Yes, Choice::No, Choice::Abstain, Choice::No, Choice::Yes]
        .into_iter()
        .enumerate()
    {
        let millis = 10 + change as u64;
        assert_eq!(proposal.vote(&by(1, millis), choice, digest(0), START), Ok(Effect::Counted));
        let votes = proposal.votes();
        assert_eq!(votes.yes + votes.no + votes.abstain, 1);
    }
    assert_eq!(proposal.vote(&by(1, 99), Choice::No, digest(0), START), Err(Refusal::LIMIT));
    assert_eq!(proposal.votes(), Votes { yes: 1, no: 0, abstain: 0 });
    assert_eq!(proposal.vote(&by(2, 99), Choice::None, digest(0), START), Err(Refusal::LIMIT));
}

#[test]
fn votes_are_refused_in_the_order_of_the_contract() {
    let mut proposal = open(15, false);
    let terms = std::sync::Arc::make_mut(&mut proposal.terms);
    terms.start = START.plus(60);
    terms.excluded = BTreeSet::from([key(3)]);
    assert_eq!(proposal.outcome(START), Outcome::Pending);
    let expired = Signed { expire: START, ..by(20, 10) };
    assert_eq!(proposal.vote(&expired, Choice::Yes, digest(0), START), Err(Refusal::NOT_ELECTOR));
    let expired = Signed { expire: START, ..by(3, 0) };
    assert_eq!(proposal.vote(&expired, Choice::Yes, digest(0), START), Err(Refusal::EXPIRED));
    assert_eq!(proposal.vote(&by(3, 0), Choice::Yes, digest(0), START), Err(Refusal::REPLAYED));
    assert_eq!(proposal.vote(&by(3, 1), Choice::Yes, digest(0), START), Err(Refusal::EXCLUDED_ELECTOR));
    assert_eq!(proposal.vote(&by(4, 1), Choice::Yes, digest(0), START), Err(Refusal::BAD_PHASE));
    let later = START.plus(60);
    assert_eq!(proposal.outcome(later), Outcome::Active);
    assert_eq!(proposal.vote(&by(4, 1), Choice::Yes, digest(0), later), Ok(Effect::Counted));
    assert_eq!(proposal.vote(&by(4, 1), Choice::Yes, digest(0), later), Err(Refusal::REPLAYED));
    let end = Signed { expire: START.plus(7 * DAY + 1), ..by(5, 1) };
    assert_eq!(proposal.vote(&end, Choice::Yes, digest(0), START.plus(7 * DAY)), Err(Refusal::CLOSED));
}

#[test]
fn the_soft_majority_of_fifteen_asks_for_few_votes_without_opposition() {
    // 150 yes >= 225 + 140 no.
    for (yes, no, passes) in [
        (1, 0, false),
        (2, 0, true),
        (2, 1, false),
        (3, 1, true),
        (4, 2, true),
        (3, 2, false),
        (5, 3, true),
        (4, 3, false),
        (7, 6, false),
        (8, 6, true),
        (8, 7, true),
        (9, 6, true),
    ] {
        let found = soft_majority(15, Votes { yes, no, abstain: 0 });
        assert_eq!(found, passes, "{yes} : {no}");
    }
    for electors in 10..=15 {
        let all = u8::try_from(electors).expect("small");
        // With everybody voting it is 50 % + 1.
        for yes in 0..=all {
            let votes = Votes { yes, no: all - yes, abstain: 0 };
            assert_eq!(soft_majority(electors, votes), 2 * yes > all, "{yes} of {electors}");
        }
    }
}

#[test]
fn a_soft_signal_is_decided_at_the_end_alone() {
    let mut proposal = open(15, true);
    for n in 0..15 {
        assert_eq!(vote(&mut proposal, n, Choice::Yes), Ok(Effect::Counted));
    }
    let end = START.plus(7 * DAY);
    assert_eq!(proposal.close(UnixTime(end.0 - 1)), Err(Refusal::BAD_TIME));
    assert_eq!(proposal.close(end), Ok(Effect::Passed));
    assert_eq!(open(15, true).close(end), Ok(Effect::Ended(Outcome::Rejected)));
}

#[test]
fn it_is_executed_after_the_delay_and_within_the_grace() {
    let mut proposal = open(15, false);
    assert_eq!(proposal.execute(START), Err(Refusal::NOT_PASSED));
    for n in 0..8 {
        vote(&mut proposal, n, Choice::Yes).expect("it is open");
    }
    let (ready, over) = (START.plus(DAY), START.plus(15 * DAY));
    assert_eq!((proposal.exec_after, proposal.expire_at), (ready, over));
    assert_eq!(proposal.execute(UnixTime(ready.0 - 1)), Err(Refusal::DELAY));
    assert_eq!(proposal.execute(ready), Ok(()));
    assert_eq!(proposal.execute(ready), Err(Refusal::IN_PROGRESS), "one request at a time");
    assert_eq!(proposal.close(over), Err(Refusal::IN_PROGRESS));
    assert_eq!(proposal.executed(Err(Refusal::STAGE_NOT_ACTIVE), ready), Ok(Effect::Passed));
    assert_eq!((proposal.stored, proposal.code), (Outcome::Failed, 401));
    assert_eq!(proposal.execute(ready.plus(599)), Err(Refusal::DELAY), "T41: a retry waits");
    assert_eq!(proposal.execute(ready.plus(600)), Ok(()));
    assert_eq!(proposal.executed(Ok(()), ready.plus(600)), Ok(Effect::Ended(Outcome::Executed)));
    assert_eq!(proposal.execute(ready.plus(601)), Err(Refusal::NOT_PASSED), "T27: once");
    assert_eq!(proposal.executed(Ok(()), ready), Err(Refusal::BAD_PHASE));
    assert_eq!(proposal.close(over), Err(Refusal::CLOSED));
}

#[test]
fn what_is_not_executed_in_time_expires() {
    let mut proposal = open(15, false);
    for n in 0..8 {
        vote(&mut proposal, n, Choice::Yes).expect("it is open");
    }
    let over = proposal.expire_at;
    assert_eq!(proposal.execute(over), Err(Refusal::GRACE_OVER));
    assert_eq!(proposal.close(UnixTime(over.0 - 1)), Err(Refusal::BAD_TIME));
    assert_eq!(proposal.close(over), Ok(Effect::Ended(Outcome::Expired)));
}

#[test]
fn the_proposer_takes_it_back_while_alone() {
    let mut proposal = open(15, false);
    assert_eq!(proposal.cancel(&by(1, 5), START), Err(Refusal::NOT_PROPOSER));
    let old = Signed { expire: START.plus(60), ..by(0, 0) };
    assert_eq!(proposal.cancel(&old, START), Err(Refusal::REPLAYED));
    let long = Signed { expire: START.plus(3601), ..by(0, 5) };
    assert_eq!(proposal.cancel(&long, START), Err(Refusal::EXPIRED));
    vote(&mut proposal, 0, Choice::Yes).expect("it is open");
    let short = |millis| Signed { expire: START.plus(60), ..by(0, millis) };
    assert_eq!(proposal.cancel(&short(10), START), Err(Refusal::REPLAYED));
    vote(&mut proposal, 1, Choice::Abstain).expect("it is open");
    assert_eq!(proposal.cancel(&short(11), START), Err(Refusal::CLOSED), "somebody else voted");
    let mut alone = open(15, false);
    assert_eq!(alone.cancel(&short(11), START), Ok(Effect::Ended(Outcome::Cancelled)));
}

#[test]
fn t25_a_recount_asks_for_the_greater_threshold_among_members_without_an_interest() {
    let yes: BTreeSet<_> = (0..8).map(key).collect();
    let all: BTreeSet<_> = (0..15).map(key).collect();
    let none = BTreeSet::new();
    assert_eq!(recount(&yes, &all, &none, 8, 8), Ok(()));
    let without_one: BTreeSet<_> = (1..15).map(key).collect();
    assert_eq!(recount(&yes, &without_one, &none, 8, 8), Err(Refusal::RECOUNT_FAILED));
    // T26: fewer members do not make an old decision easier.
    let ten: BTreeSet<_> = (5..15).map(key).collect();
    assert_eq!(recount(&yes, &ten, &none, 8, 6), Err(Refusal::RECOUNT_FAILED));
    let interested = BTreeSet::from([key(3)]);
    assert_eq!(recount(&yes, &all, &interested, 8, 8), Err(Refusal::RECOUNT_FAILED));
    // More members make it harder.
    let six: BTreeSet<_> = (0..6).map(key).collect();
    assert_eq!(recount(&six, &all, &none, 6, 6), Ok(()));
    assert_eq!(recount(&six, &all, &none, 6, 8), Err(Refusal::RECOUNT_FAILED));
}

#[test]
fn the_tally_is_the_count_of_the_ballots() {
    let mut proposal = open(15, true);
    let choices = BTreeMap::from([(0, Choice::Yes), (1, Choice::No), (2, Choice::Abstain), (3, Choice::No)]);
    for (n, choice) in choices {
        vote(&mut proposal, n, choice).expect("it is open");
    }
    assert_eq!(proposal.votes(), Votes { yes: 1, no: 2, abstain: 1 });
    assert_eq!(proposal.yes_keys(), BTreeSet::from([key(0)]));
}
