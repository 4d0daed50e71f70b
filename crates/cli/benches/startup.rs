//! How long `subgov --help` takes: the time between a key and an answer that every command has.
//!
//! `cargo bench -p subgov --bench startup` prints the median beside that of the system's `true`, which does nothing, and
//! fails above 20 ms.

use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 51;
const TARGET: Duration = Duration::from_millis(20);

fn main() -> ExitCode {
    let (help, nothing) = (median(env!("CARGO_BIN_EXE_subgov"), &["--help"]), median("true", &[]));
    println!("subgov --help {help:.1?}, true {nothing:.1?}, medians of {RUNS} runs; target {TARGET:?}");
    if help <= TARGET { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn median(program: &str, args: &[&str]) -> Duration {
    let run = |_| {
        let start = Instant::now();
        let status = Command::new(program).args(args).stdout(Stdio::null()).status();
        assert!(status.is_ok_and(|status| status.success()), "{program} runs");
        start.elapsed()
    };
    let mut times: Vec<_> = (0..RUNS).map(run).collect();
    times.sort_unstable();
    times[RUNS / 2]
}
