//! Speed of the database: `cargo bench -p localnet --bench db`.
//!
//! A history of 100 000 transactions (a thousand accounts in the base workchain, 200 messages in each round) is
//! committed round by round. Measured: commits, bytes, opening, the same for a state file, a trace after opening.

#![allow(clippy::unwrap_used)] // whatever fails here ends the measurement

#[path = "../tests/support/mod.rs"]
mod support;

use std::fs;
use std::time::{Duration, Instant};

use localnet::{BASECHAIN, Db, Genesis, Node};
use support::{call, manual, note, post, relay};
use ton_abi::{Address, Hash, Nano};

const TRANSACTIONS: u32 = 100_000;
const ACCOUNTS: u16 = 1_000;
const MESSAGES: u32 = 200;

fn address(number: u16) -> Address {
    let mut hash = [0x11; 32];
    hash[..2].copy_from_slice(&number.to_be_bytes());
    Address::new(BASECHAIN, Hash(hash))
}

fn genesis() -> Node {
    let mut genesis = Genesis::new(chain::Config::local());
    genesis.options = manual();
    for number in 0..ACCOUNTS {
        let account = relay(number.into());
        genesis = genesis.with_contract(address(number), &account, Nano::tokens(1_000_000)).unwrap();
    }
    Node::new(genesis).unwrap()
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let (mut db, mut node) = Db::open(folder.path(), || Ok(genesis())).unwrap();
    let mut random = fastrand::Rng::with_seed(1);
    let (mut execution, mut commits) = (Duration::ZERO, Vec::new());
    for number in 0..TRANSACTIONS / MESSAGES {
        for message in 0..MESSAGES {
            let to = address(random.u16(0..ACCOUNTS));
            post(&mut node, &call(&to, number * MESSAGES + message, [note(number)]));
        }
        let start = Instant::now();
        let round = node.produce().unwrap();
        execution += start.elapsed();
        let start = Instant::now();
        db.commit(&node, &round).unwrap();
        commits.push(start.elapsed());
    }
    drop(db);
    assert_eq!(node.all_transactions(..).count(), TRANSACTIONS as usize);
    commits.sort_unstable();
    let all: Duration = commits.iter().sum();
    println!("{TRANSACTIONS} transactions in rounds of {MESSAGES}");
    println!("  rounds     {execution:.2?} in all");
    println!(
        "  commits    {all:.2?} in all, median {:.2?}, worst {:.2?}",
        commits[commits.len() / 2],
        commits[commits.len() - 1]
    );
    let size = fs::metadata(folder.path().join("node.redb")).unwrap().len();
    println!(
        "  database   {:.1} MB, {} bytes a transaction",
        megabytes(size),
        size / u64::from(TRANSACTIONS)
    );

    let start = Instant::now();
    let (_, loaded) = Db::open(folder.path(), || unreachable!()).unwrap();
    println!("  opening    {:.2?}", start.elapsed());
    assert_eq!(loaded.state_hash(), node.state_hash());

    let start = Instant::now();
    let bytes = node.to_bytes().unwrap();
    println!("  dump       {:.2?}, {:.1} MB", start.elapsed(), megabytes(bytes.len() as u64));
    let start = Instant::now();
    Node::from_bytes(&bytes).unwrap();
    println!("  load       {:.2?}", start.elapsed());

    let records: Vec<_> = loaded.all_transactions(..).map(|record| record.hash).collect();
    let start = Instant::now();
    for _ in 0..100 {
        loaded.trace(&records[random.usize(..records.len())]).unwrap();
    }
    println!("  trace      {:.2?} on average", start.elapsed() / 100);

    let (mut db, mut node) = Db::open(folder.path(), || unreachable!()).unwrap();
    let mut single: Vec<_> = (0..200)
        .map(|number| {
            post(&mut node, &call(&address(7), u32::MAX - number, [note(number)]));
            let round = node.produce().unwrap();
            let start = Instant::now();
            db.commit(&node, &round).unwrap();
            start.elapsed()
        })
        .collect();
    single.sort_unstable();
    println!(
        "  one        commit of a round with one message: median {:.2?}, worst {:.2?}",
        single[100], single[199]
    );
}
