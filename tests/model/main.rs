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
//! Time jumps to, just before and just behind deadlines. All messages that a step causes are delivered within it, in a
//! random order: only messages from one account to another keep theirs. So the comparison is one of quiet states; what
//! crosses steps are payouts, which come back from their wallets many steps later, and once only (I19). Messages that
//! are lost between contracts, and answers that come after other requests, are in the tests of the single contracts.
//!
//! Gas is not in the model. A refusal for lack of it (160) is taken from the chain, after a look at the reserve, and the
//! contract gets gas money. Also taken from the chain are the amount that `reconcile` books, and whether `resync` may
//! be repeated; what they lead to is compared like all else. Payouts of less than 0.2 TON do not come back here.
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
mod wallet;

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::coverage::Coverage;
use crate::run::Run;

/// Steps of a sequence.
const STEPS: usize = 6_500;
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
