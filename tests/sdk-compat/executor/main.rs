//! The official executor and ours.

mod differences;
mod pair;
mod peer;
mod workload;

use chain::Config;

use crate::workload::Workload;

#[test]
fn random_wallets() {
    workspace_tests::compiled::build_for(tsolc::TvmVersion::Ever);
    for seed in 1..5 {
        let mut workload = Workload::new(seed, Config::local());
        for _ in 0..400 {
            workload.step();
        }
        let tally = &workload.pair.tally;
        println!("{} {} {:?} {:?}", tally.transactions, tally.rejections, tally.kinds, tally.differences);
        for text in &tally.unexplained {
            println!("UN {text}");
        }
    }
}
