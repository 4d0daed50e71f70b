//! Random sequences of actions: whatever happens, the invariants hold, and contests end (I20).

use std::collections::BTreeMap;

use ton_abi::{Nano, UnixTime};

use super::fixture::{
    DAY, ENTRANT, JUROR, World, card_hash, digest, form, jury_contest, key, line, spec, wallet,
};
use super::invariants::{broken, broken_by};
use super::payout::ItemState;
use super::wallet::Subject;
use crate::contest::{Ending, Kind, Phase, Verdict};
use crate::payload::{
    Action, AdmitMember, CloseStage, ExtendDeadline, HoldPayout, OrgPayment, PayOrg, RemoveMember, RotateKey,
    Signal,
};
use crate::proposal::Choice;

/// Pseudo-random numbers (splitmix64): the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn small(&mut self, end: u8) -> u8 {
        u8::try_from(self.below(end.into())).expect("below 256")
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> Option<T> {
        let index = usize::try_from(self.below(list.len().max(1) as u64)).expect("small");
        list.get(index).copied()
    }
}

/// An action that members might decide on; many fail for one reason or another.
fn action(world: &World, random: &mut Random) -> Action {
    let now = world.now;
    let contest_id = u32::try_from(random.below(4)).expect("small");
    match random.below(24) {
        0..=1 => {
            Action::AdmitMember(AdmitMember { candidate: u32::try_from(random.below(4)).expect("small") })
        }
        2 => Action::RotateKey(RotateKey {
            old_key: key(random.small(15)),
            new_key: key(20 + random.small(20)),
        }),
        3 => Action::RemoveMember(RemoveMember { key: key(random.small(15)), reason_hash: digest(1) }),
        4..=6 => Action::LaunchContest(Box::new(jury_contest(now.plus(2 * DAY)))),
        7..=14 => {
            let item = 2 + random.small(4);
            let participants = if item < 4 { 100_000 } else { 200_000 };
            let topic = if item == 5 { 5 } else { 2 };
            let pro_rata = random.below(2) == 0;
            let mut spec = spec(item, participants, now.plus(2 * DAY));
            (spec.topic, spec.pro_rata, spec.is_sealed) = (topic, pro_rata, random.below(4) == 0);
            if pro_rata {
                spec.prizes.clear();
            }
            Action::LaunchContest(Box::new(spec))
        }
        15 => {
            let phase = random.pick(&[Phase::Open, Phase::Commit, Phase::Reveal, Phase::Tallied]);
            let (phase, time) =
                (phase.unwrap_or(Phase::Open), now.plus(random.small(20).into()).plus(5 * DAY));
            Action::ExtendDeadline(ExtendDeadline { contest_id, phase, time })
        }
        16 => Action::HoldPayout(HoldPayout {
            contest_id,
            until: now.plus((1 + u32::from(random.small(12))) * DAY),
        }),
        17 if random.below(4) == 0 => Action::CloseStage(CloseStage {
            stage: 1 + random.small(2),
            report_hash: digest(1),
            link: String::new(),
        }),
        18..=20 => {
            let payment =
                OrgPayment { to: wallet(random.small(15)), amount: Nano::tokens(1 + random.below(900)) };
            Action::PayOrg(PayOrg {
                payments: vec![payment; 1 + usize::from(random.small(3))],
                memo_hash: digest(4),
            })
        }
        _ => Action::Signal(Signal { doc_hash: digest(1), link: String::new(), soft: random.below(2) == 0 }),
    }
}

/// Every refusal is fine; the invariants are what is tested.
fn step(world: &mut World, random: &mut Random) {
    let proposals: Vec<u32> = world.model.open.keys().copied().collect();
    let contests: Vec<u32> = world.model.contests.keys().copied().collect();
    match random.below(12) {
        0..=1 => {
            let action = action(world, random);
            let _ = world.propose_by(random.small(16), action);
        }
        2..=3 => {
            let Some(id) = random.pick(&proposals) else { return };
            for n in 0..40 {
                let choice = if random.below(5) == 0 { Choice::No } else { Choice::Yes };
                let _ = world.vote(n, id, choice);
            }
        }
        4 => {
            for id in proposals {
                let _ = world.model.execute(id, world.now);
                let _ = world.model.close(id, world.now);
            }
        }
        5 => {
            let by = world.by(random.small(40));
            match random.below(16) {
                0 => drop(world.model.resign(&by, world.now)),
                1 => {
                    let payout = wallet(random.small(15));
                    let _ = world.model.set_profile(&by, &payout, digest(1), world.now);
                }
                2..=6 => {
                    let Some(id) = random.pick(&contests) else { return };
                    let _ = world.model.publish(&by, id, digest(1), 9, world.now);
                }
                _ => {
                    let Some(id) = random.pick(&contests) else { return };
                    let _ = world.model.quick_hold(&by, id, world.now);
                }
            }
        }
        6 => world.wait(u32::try_from(random.below(u64::from(4 * DAY))).expect("days")),
        _ => {
            let Some(id) = random.pick(&contests) else { return };
            for _ in 0..1 + random.below(4) {
                contest_step(world, random, id);
            }
        }
    }
}

/// What happens to a contest, mostly what its phase asks for.
fn contest_step(world: &mut World, random: &mut Random, id: u32) {
    let now = world.now;
    match world.model.contests[&id].phase(now) {
        Phase::Open => {
            for _ in 0..4 {
                // Entrants, now and then a member or somebody who wants to be juror.
                let n = if random.below(4) == 0 { random.small(60) } else { ENTRANT + random.small(30) };
                let _ = world.model.submit_entry(id, &form(n), now);
            }
            let contest = world.model.contest(id).expect("it is deployed");
            if random.below(8) == 0 {
                let number = 1 + random.small(8);
                let wallet = contest.entries.get(&number).map(|entry| entry.wallet.clone());
                let _ = wallet.map(|wallet| contest.withdraw_entry(number, &wallet, now));
            }
        }
        Phase::Drawing => {
            let contest = world.model.contest(id).expect("it is deployed");
            for number in 1..=8 {
                let wallet = contest.entries.get(&number).map(|entry| entry.wallet.clone());
                let _ = wallet.map(|wallet| contest.open_entry(number, &wallet, 9, true, now));
            }
            let _ = world.model.draw_jury(id, now);
        }
        Phase::Commit | Phase::Reveal => cards(world, random, id),
        Phase::Tallied | Phase::Confirm | Phase::Held => {
            for n in 0..40 {
                let by = world.by(n);
                let _ = match random.below(8) {
                    0 => world.model.wallet.reject(&by, Subject::Contest(id), now),
                    1 => world.model.wallet.revoke(&by, Subject::Contest(id), now),
                    _ => world.model.confirm(&by, Subject::Contest(id), now),
                };
            }
        }
        _ => payouts(world, random, id),
    }
    let _ = world.model.advance(id, world.now);
    for list in world.model.treasury.org_lists.keys().copied().collect::<Vec<_>>() {
        let by = world.by(random.small(15));
        let _ = world.model.confirm(&by, Subject::Org(list), world.now);
    }
    let winner = 1 + random.small(4);
    let entrant = world.model.contests[&id].entries.get(&winner).map(|entry| entry.key);
    let _ = entrant.map(|entrant| world.model.nominate(id, winner, &entrant, None, world.now));
}

fn cards(world: &mut World, random: &mut Random, id: u32) {
    let now = world.now;
    let jury: Vec<u8> = (0..160).filter(|n| world.model.contests[&id].jury.contains_key(&key(*n))).collect();
    for n in jury {
        // Some are lazy.
        if random.below(6) == 0 {
            continue;
        }
        let judged = world.model.contests[&id].judged();
        let mut lines: Vec<_> = judged.iter().map(|entry| line(*entry, 1 + random.small(10))).collect();
        for line in &mut lines {
            if random.below(5) == 0 {
                line.verdict =
                    random.pick(&[Verdict::Abstain, Verdict::Reject, Verdict::Recuse]).expect("three");
                line.score = 0;
            }
        }
        if random.below(20) == 0 {
            lines.clear();
        }
        let by = world.by(n);
        let contest = world.model.contest(id).expect("it is deployed");
        let _ = contest.commit_card(&by, card_hash(n), now);
        let _ = contest.reveal_card(&by, card_hash(n), Some(&lines), now);
    }
}

fn payouts(world: &mut World, random: &mut Random, id: u32) {
    let now = world.now;
    let contest = world.model.contest(id).expect("it is deployed");
    let _ = contest.pay_next(1 + random.small(20), now);
    let numbers: Vec<u8> = contest.books.items.keys().copied().collect();
    if let Some(number) = random.pick(&numbers) {
        let item = contest.books.items[&number].clone();
        match random.below(4) {
            0 if item.state == ItemState::Sent => {
                contest.books.bounced(number, Nano(item.amount.0 - u128::from(random.below(2))));
            }
            1 => drop(contest.claim(number, &item.to, now)),
            _ => {}
        }
    }
    let _ = world.model.settle(id, now);
    let _ = world.model.sweep(id, now);
}

/// Stage 1 is funded; the pool has ten jurors with every second seed, and none with the others.
fn start(seed: u64) -> World {
    let mut world = World::funded();
    if seed.is_multiple_of(2) {
        let pool = &mut world.model.pool;
        pool.authorize(u32::MAX, Kind::JurySelection, 1, 3, &[]).expect("it is new");
        for n in JUROR..JUROR + 10 {
            pool.admit(u32::MAX, key(n), wallet(n), 31, world.now).expect("there is room");
        }
        pool.report_work(u32::MAX, &BTreeMap::new()).expect("it is known");
    }
    world
}

#[test]
fn the_invariants_hold_through_random_sequences() {
    let (mut settled, mut paid) = (0, 0);
    for seed in 1..=40 {
        let mut random = Random(seed);
        let mut world = start(seed);
        for step_number in 0..400 {
            let before = (world.model.clone(), world.now);
            step(&mut world, &mut random);
            let states = broken(&world.model, world.now);
            assert!(states.is_empty(), "seed {seed}, step {step_number}: {states:?}");
            let steps = broken_by((&before.0, before.1), (&world.model, world.now));
            assert!(steps.is_empty(), "seed {seed}, step {step_number}: {steps:?}");
        }
        let contests = world.model.contests.values();
        settled += contests.clone().filter(|contest| contest.settled_at.is_some()).count();
        paid += contests.filter(|contest| contest.ending == Ending::Paid).count();
    }
    println!("{settled} contests ended, {paid} of them with winners");
    assert!(settled > 40 && paid > 20, "the sequences are too short to mean anything");
}

#[test]
fn i20_every_contest_ends_under_fair_pokes() {
    for seed in 1..=20 {
        let mut random = Random(seed);
        let mut world = start(seed);
        for _ in 0..200 {
            step(&mut world, &mut random);
        }
        let contests: Vec<u32> = world.model.contests.keys().copied().collect();
        for id in contests {
            // Nobody judges, confirms or claims any more; only the pokes go on, day after day.
            for _ in 0..500 {
                let now = world.now;
                let _ = world.model.draw_jury(id, now);
                let _ = world.model.advance(id, now);
                let contest = world.model.contest(id).expect("it is deployed");
                let _ = contest.pay_next(20, now);
                let _ = world.model.settle(id, now);
                world.now = UnixTime(now.0 + DAY);
            }
            assert_eq!(
                world.model.contests[&id].phase(world.now),
                Phase::Closed,
                "seed {seed}, contest {id}"
            );
        }
        world.check();
        assert!(world.model.pool.contests.values().all(|contest| contest.jury.is_empty()));
    }
}

#[test]
fn jurors_of_the_first_contest_judge_the_next_one() {
    let mut world = World::funded();
    let first = world.launch(jury_contest);
    world.enter(first, 3);
    assert!(world.draw(first));
    let card = vec![line(1, 9), line(2, 7), line(3, 5)];
    let cards: Vec<_> = (JUROR..JUROR + 3).map(|n| (n, card.clone())).collect();
    world.judge(first, &cards);
    world.model.advance(first, world.now).expect("it is tallied");
    world.pay_and_settle(first);
    let second = world.launch(|now| spec(2, 100_000, now));
    for n in [110, 111] {
        world.model.submit_entry(second, &form(n), world.now).expect("it is open");
    }
    assert!(world.draw(second));
    let cards: Vec<_> = (ENTRANT..ENTRANT + 3).map(|n| (n, vec![line(1, 9), line(2, 7)])).collect();
    world.judge(second, &cards);
    world.model.advance(second, world.now).expect("it is tallied");
    world.pay_and_settle(second);
    let judged: Vec<u16> = world.model.pool.jurors.values().map(|juror| juror.judged).collect();
    assert_eq!(judged, [1, 1, 1]);
    assert_eq!(world.model.treasury.org_available, Nano::tokens(2_020));
    world.check();
}
