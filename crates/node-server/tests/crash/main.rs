//! Crashes: the real program is killed 200 times under load, at moments that a seed decides.
//!
//! Four networks live beside each other, each in a folder of its own. A life begins with the start of the program;
//! then payments of the giver are posted and waited for as clients do, until so many answers came that the seed says
//! "now" and the process is killed (SIGKILL) while the next requests are on their way. Some lives end before the
//! program is ready, the very first one of a network among them. The next life checks what the last one promised:
//!
//! - every message whose transaction was seen through the API is there, with the same transaction;
//! - both chains of blocks are unbroken: identities and file hashes are computed again from the bytes, and each block
//!   names the one before;
//! - the books balance.

#![cfg(unix)]
#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod chains;
mod load;
mod process;

use std::thread;

use crate::chains::Chains;
use crate::load::Load;
use crate::process::Process;

const SEED: u64 = 0x0c4a_5e5e;
const NETWORKS: u64 = 4;
const LIVES: u32 = 50;

/// Answers of the network that a life gets at most.
const MOST_ANSWERS: usize = 80;

/// A network with what it promised so far.
struct Network {
    folder: tempfile::TempDir,
    random: fastrand::Rng,
    load: Load,
    chains: Chains,
    /// Lives that ended before the program was ready.
    early: u32,
}

impl Network {
    fn new(number: u64) -> Self {
        let random = fastrand::Rng::with_seed(SEED + number);
        let folder = tempfile::tempdir().unwrap();
        let load = Load::new(random.clone());
        Self { folder, random, load, chains: Chains::default(), early: 0 }
    }

    fn live(&mut self, life: u32) {
        let process = Process::start(self.folder.path());
        if life == 0 || self.random.u32(0..10) == 0 {
            process.kill_early(self.random.u32(0..2_000_000));
            self.early += 1;
            return;
        }
        let mut client = process.ready();
        self.chains.check_new(&mut client);
        self.load.check_some(&mut client);
        chains::check_books(&mut client);
        let answers = self.random.usize(0..MOST_ANSWERS);
        self.load.run(client, process.killer(answers));
        process.wait();
    }

    /// The last start: everything is checked again, from the beginning.
    fn finish(self) -> (usize, u32, u32) {
        let process = Process::start(self.folder.path());
        let mut client = process.ready();
        let blocks = Chains::default().check_new(&mut client);
        self.load.check_all(&mut client);
        chains::check_books(&mut client);
        process.killer(0).answer();
        process.wait();
        (self.load.finalized(), blocks, self.early)
    }
}

#[test]
fn nothing_that_was_finalized_is_lost_when_the_process_is_killed() {
    println!("seed {SEED:#x}");
    let networks: Vec<_> = (0..NETWORKS)
        .map(|number| {
            thread::spawn(move || {
                let mut network = Network::new(number);
                for life in 0..LIVES {
                    network.live(life);
                }
                network.finish()
            })
        })
        .collect();
    for network in networks {
        let (finalized, blocks, early) = network.join().unwrap();
        println!("{finalized} messages finalized, {blocks} blocks, {early} lives ended before they began");
        assert!(finalized > 100 && blocks > 100, "the load was too small: {finalized}, {blocks}");
        assert!(early > 0);
    }
}
