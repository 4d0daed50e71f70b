//! One kill, at every point there is.

use crate::bench::{Bench, expect_recovery, undisturbed};
use crate::fuse::{Fuse, Kill, Operation};

/// Longer than any message lives.
const LONG: u32 = 3_600;

/// Ways to die in an operation. Where a torn line is cut makes no difference to what the next run reads (a test of the
/// journal cuts at every byte), so it is tried only where the next run begins at once.
fn kills(operation: Operation, pause: u32) -> &'static [Kill] {
    match operation {
        Operation::Write if pause == 0 => {
            &[Kill::Before, Kill::Torn(0), Kill::Torn(500), Kill::Short, Kill::After]
        }
        Operation::Write => &[Kill::Before, Kill::After],
        Operation::Post => &[Kill::Before, Kill::Queued, Kill::After],
    }
}

/// Kills at every point and goes on after `pause` seconds.
fn at_every_point(pause: u32) {
    let operations = &undisturbed().1;
    assert!(operations.len() > 40, "{} operations", operations.len());
    for (number, operation) in operations.iter().enumerate() {
        for kill in kills(*operation, pause) {
            let what = format!("killed in operation {number} ({operation:?}, {kill:?})");
            let bench = Bench::new();
            let fuse = Fuse::at(number, *kill);
            bench.run(&fuse).expect_err(&what);
            assert!(fuse.is_dead(), "{what}");
            bench.advance(pause);
            expect_recovery(&bench, &what);
        }
    }
}

#[test]
fn killed_anywhere_and_run_again_at_once_it_ends_the_same() {
    at_every_point(0);
}

#[test]
fn killed_anywhere_and_run_again_when_messages_are_void_it_ends_the_same() {
    at_every_point(LONG);
}
