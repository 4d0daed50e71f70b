//! The executor of the official SDK library and ours make the same transactions.
//!
//! Both get the same account, message, time and configuration. Account, transaction with its fees, and exit code of a
//! refusal have to be equal, by hash; `differences.rs` names every cause of a difference, and `differences.txt` counts
//! how often each came up: a new one, or another number, fails. `UPDATE_SNAPSHOTS=1` counts anew.
//!
//! Our contracts are built for Everscale's machine here (`tsolc --tvm-version ever`), which is the official one's.

mod differences;
mod governance;
mod pair;
mod peer;
mod workload;

use std::fmt::Write;

use chain::Config;
use tsolc::TvmVersion;
use workspace_tests::{compiled, snapshot};

use crate::differences::Tally;
use crate::pair::Pair;
use crate::workload::Workload;

/// Seeds of the crowds.
const SEEDS: std::ops::Range<u64> = 1..8;
/// Things that happen in a crowd.
const STEPS: usize = 450;
/// Transactions of wallets and of the governance that have to be compared at least.
const LEAST: [usize; 2] = [2_000, 600];

#[test]
fn wallets_givers_and_odd_contracts_run_alike_but_for_named_differences() {
    let mut tally = Tally::default();
    for seed in SEEDS {
        let mut workload = Workload::new(seed, Config::local());
        for _ in 0..STEPS {
            workload.step();
        }
        tally.merge(workload.pair.tally);
    }
    tally.check();
    assert!(tally.transactions >= LEAST[0], "only {} transactions were compared", tally.transactions);
    let wanted = [
        "bounced",
        "frozen",
        "on a frozen account",
        "woken up",
        "deleted",
        "deployed",
        "out of gas",
        "action failed",
        "in debt",
        "masterchain",
        "bounce without money",
    ];
    let missing: Vec<_> = wanted.into_iter().filter(|kind| !tally.kinds.contains_key(kind)).collect();
    assert!(missing.is_empty(), "never met: {missing:?}");
    snapshot("tests/sdk-compat/executor/differences.txt", &table(&tally));
}

#[test]
fn the_governance_runs_alike() {
    compiled::build_for(TvmVersion::Ever);
    let mut tally = Tally::default();
    for seed in SEEDS.take(3) {
        let mut pair = Pair::new(Config::local());
        for executed in governance::history(seed) {
            pair.repeat(&executed);
        }
        tally.merge(pair.tally);
    }
    tally.check();
    assert!(tally.transactions >= LEAST[1], "only {} transactions were compared", tally.transactions);
    assert!(tally.kinds.contains_key("bounced"), "something bounces");
    assert!(tally.differences.is_empty(), "there is no cause to differ: {:?}", tally.differences);
}

/// What was compared and what differed, for people.
fn table(tally: &Tally) -> String {
    let mut text = format!(
        "{} transactions, {} of them with a named difference; {} refusals, all with the same exit code\n",
        tally.transactions, tally.differing, tally.rejections
    );
    text.push_str("\nkinds of transactions\n");
    for (kind, count) in &tally.kinds {
        let _ = writeln!(text, "{count:5}  {kind}");
    }
    text.push_str("\ndifferences; they: the official library\n");
    for (cause, count) in &tally.differences {
        let _ = writeln!(text, "{count:5}  {cause}");
    }
    text
}
