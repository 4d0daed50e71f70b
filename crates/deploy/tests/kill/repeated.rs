//! Several kills in a row, at points that chance chooses.

use proptest::prelude::*;

use crate::bench::{Bench, expect_idle, expect_recovery};
use crate::fuse::{Fuse, Kill};

fn kill() -> impl Strategy<Value = Kill> {
    prop_oneof![
        Just(Kill::Before),
        (0u32..1000).prop_map(Kill::Torn),
        Just(Kill::Short),
        Just(Kill::Queued),
        Just(Kill::After)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    /// Each run gets a few operations further and dies; between two runs time passes. (Between the end of a message's life
    /// and the end of the grace behind it a run on a network whose clock stands still has to give up: nothing is proven.)
    #[test]
    fn killed_again_and_again_it_ends_the_same(
        kills in prop::collection::vec((0usize..12, kill(), prop_oneof![Just(0u32), 1u32..50, 80u32..200]), 2..7)
    ) {
        let bench = Bench::new();
        for (number, kill, pause) in &kills {
            let fuse = Fuse::at(*number, *kill);
            if bench.run(&fuse).is_ok() {
                break;
            }
            prop_assert!(fuse.is_dead(), "only a kill stops it");
            bench.advance(*pause);
        }
        expect_recovery(&bench, &format!("{kills:?}"));
        expect_idle(&bench, &format!("{kills:?}"));
    }
}
