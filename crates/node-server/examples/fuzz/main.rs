//! A fuzzer for everything that reads bytes from the wire or from files.
//!
//! `cargo run --release -p node-server --example fuzz -- TARGET RUNS SEED`, TARGET one of `graphql`, `rpc`,
//! `message`, `websocket`, `control`, `config`, `state`. Each run changes a valid input a few times (bits, bytes,
//! pieces of other inputs, tokens, lengths) and gives it to the decoder and what stands behind it. A run passes if
//! there is an answer or an error, the answer is bounded, and the node still works; a panic or a run longer than
//! [`PATIENCE`] fails the program, which prints the seed and the input.

mod mutate;
mod targets;

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use mutate::Mutator;
use targets::Target;

/// Longest time of one run; on a busy computer a run waits for others, too.
const PATIENCE: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [name, runs, seed] = words.as_slice() else {
        eprintln!("usage: fuzz TARGET RUNS SEED; targets: {}", targets::NAMES.join(", "));
        return ExitCode::from(2);
    };
    let (Ok(runs), Ok(seed)) = (runs.parse::<u64>(), seed.parse::<u64>()) else {
        eprintln!("RUNS and SEED are whole numbers");
        return ExitCode::from(2);
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let Some(mut target) = runtime.block_on(Target::new(name)) else {
        eprintln!("there is no target {name}; targets: {}", targets::NAMES.join(", "));
        return ExitCode::from(2);
    };
    std::panic::set_hook(Box::new(|_| {}));
    let mut mutator = Mutator::new(seed, target.samples());
    let (start, mut accepted, mut slowest) = (Instant::now(), 0_u64, Duration::ZERO);
    for run in 0..runs {
        let input = mutator.next();
        let begin = Instant::now();
        let work = AssertUnwindSafe(|| runtime.block_on(target.feed(&input)));
        let outcome = std::panic::catch_unwind(work);
        let time = begin.elapsed();
        slowest = slowest.max(time);
        match outcome {
            Ok(Ok(taken)) => accepted += u64::from(taken),
            Ok(Err(what)) => return failed(name, seed, run, &input, &what),
            Err(_) => return failed(name, seed, run, &input, "it panicked"),
        }
        if time > PATIENCE {
            return failed(name, seed, run, &input, &format!("it took {time:?}"));
        }
    }
    let memory = node_server::metrics::resident_memory().unwrap_or_default() >> 20;
    println!(
        "{name}: {runs} runs with seed {seed} in {:.0?}, {accepted} inputs were taken, the slowest run took {slowest:?}, \
         {memory} MiB",
        start.elapsed()
    );
    ExitCode::SUCCESS
}

fn failed(name: &str, seed: u64, run: u64, input: &[u8], what: &str) -> ExitCode {
    eprintln!("{name}: run {run} of seed {seed}: {what}\n{}", String::from_utf8_lossy(input));
    eprintln!("{}", hex::encode(input));
    ExitCode::FAILURE
}
