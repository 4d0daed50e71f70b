//! The whole governance beside the reference model (governance 5.14, M tests: T46, T51, T61, T69).
//!
//! A sequence is a community with all real contracts on the `chain` crate, and `governance::model` beside it. Each
//! step picks actor and action at random, weighted by what the state makes useful; a good part is illegal: strangers,
//! wrong phases, the same again, old and future headers, too little value, foreign keys. After each step
//! - the exit code is the refusal of the model, or both accept;
//! - what the getters of every touched contract say is the state of the model; now and then all of them are asked;
//! - the invariants I1 to I16 hold on the model's state, which is the chain's, and from the state before to this one;
//! - no nanotoken is missing on the chain (the books of the world are checked after each step).
//!
//! # Messages under way
//!
//! The model is one of messages (`governance::model::wire`): it posts what the contracts send, and takes a message when
//! the chain has executed it, so the order of the chain is the order of the model. Every message between two contracts
//! must be under way on both sides, the same function in the same lane, and be taken or refused by both.
//!
//! - Delivery is in a random order; only messages from one account to another keep theirs.
//! - In a *rush* several act while messages are under way: between them come blocks that deliver some of the messages,
//!   a few seconds apart, seldom half an hour. Behind every block the invariants hold and the books balance, and some
//!   of the touched contracts are compared in mid-flight; when the world is quiet again, all of them are.
//! - In some steps contracts run out of gas: a request bounces, an answer is lost and its money kept by the receiver.
//!   What stays open is sent again by anyone later (`resend`, `resync`, `announce`, `query`), as rule C18 has it.
//!   Messages to oneself, and those of which the contracts make sure that they can be paid, are spared
//!   (`Message::can_fail`).
//! - Payouts come back from their wallets many steps later, whole or less what the payee's code burned, and once only
//!   (I19).
//!
//! Time jumps to, just before and just behind deadlines.
//!
//! # What the model takes from the chain
//!
//! Gas is not in the model. A refusal for lack of it (160) is taken from the chain, after a look at the reserve, and the
//! contract gets gas money; so is the amount that `reconcile` books. Payouts of less than 0.2 TON do not come back here.
//! The tally takes several messages, and the model counts in the last of them.
//!
//! I17 and I18: no signed message is accepted twice or under a foreign signature. I20: at the end of every sequence
//! the pokes alone lead every contest to its end.
//!
//! `SUBGOV_MODEL_SEEDS` asks for other sequences: `7` for one seed, `100..200` for a range. Coverage is asserted over
//! the default seeds and over every range at least as long.

mod clock;
mod compare;
mod contests;
mod coverage;
mod decisions;
mod intruders;
mod judging;
mod money;
mod payouts;
mod pool;
mod run;
mod seats;
mod step;
mod traffic;
mod wallet;

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::coverage::Coverage;
use crate::run::Run;

/// Steps of a sequence.
const STEPS: usize = 3_800;
/// Seeds that always run.
const SEEDS: Range<u64> = 1..21;

#[test]
fn t46_t51_t61_t69_chain_and_model_agree_and_the_invariants_hold() {
    let seeds = wanted();
    let workers = std::thread::available_parallelism().map_or(2, |count| count.get().min(8));
    let (next, all) = (AtomicU64::new(seeds.start), Mutex::new(Coverage::default()));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if !seeds.contains(&seed) {
                        return;
                    }
                    let met = sequence(seed);
                    all.lock().expect("no sequence panics while it merges").merge(met);
                }
            });
        }
    });
    let coverage = all.into_inner().expect("all threads are done");
    println!("met although excluded: {:?}", coverage.unexpected());
    if seeds.end - seeds.start >= SEEDS.end - SEEDS.start {
        let (rare, unmet) = (coverage.rare(), coverage.unmet());
        assert!(rare.is_empty() && unmet.is_empty(), "too rare: {rare:?}; never met: {unmet:?}");
    } else {
        println!("rare: {:?}\nunmet: {:?}", coverage.rare(), coverage.unmet());
    }
}

/// The seeds of this run.
fn wanted() -> Range<u64> {
    let Ok(text) = std::env::var("SUBGOV_MODEL_SEEDS") else { return SEEDS };
    let number = |text: &str| text.parse::<u64>().unwrap_or_else(|_| panic!("{text} is no seed"));
    match text.split_once("..") {
        Some((first, end)) => number(first)..number(end),
        None => number(&text)..number(&text) + 1,
    }
}

/// One sequence; what it met.
fn sequence(seed: u64) -> Coverage {
    let _named = Named(seed);
    let mut run = Run::new(seed);
    for number in 0..STEPS {
        run.step(number);
    }
    run.finish();
    println!("seed {seed}: {}", run.summary());
    run.coverage
}

/// Names the seed when its sequence panics.
struct Named(u64);

impl Drop for Named {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the sequence of seed {} failed: SUBGOV_MODEL_SEEDS={}", self.0, self.0);
        }
    }
}
