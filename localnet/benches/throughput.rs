//! Speed of the node in process: `cargo bench -p localnet`.
//!
//! The work is payments of multisig wallets: one submission, seven confirmations by other members of fifteen,
//! and the payment. Four tables:
//!
//! 1. what a round without messages costs in time and memory;
//! 2. messages from their bytes to their block, by the node and by the bare executor (same messages, same
//!    accounts, nothing else done), on one thread and on all cores;
//! 3. time per transaction with 1 000 to 1 000 000 accounts;
//! 4. time per query with as many.
//!
//! Everything is measured in turns within one run and the best of the turns counts, so ratios hold on a busy
//! machine. Rows of one thread count its processor time where the system tells it (Linux), so that others may
//! work beside; rows of all cores need the machine for themselves.
//!
//! Measured on two idle cores of an AMD EPYC: bare executor 96 us, node 120 us per transaction, a ratio of 0.80 (target
//! 0.9, missed). A profile gives the rest to the hash of the block's bytes (7 %), the descriptions of messages (4 %),
//! books and queues (5 %), the transactions by account (1.5 %) and the indexes (1.3 %). On two cores the node is 1.66
//! times as fast as on one (target 1.8, missed), the bare executor 1.80 to 1.82: rounds share their memory, and the block
//! of each round is closed by one thread. From 1 000 to 1 000 000 accounts the time per transaction stays within 1.07.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use chain::{Account, Config};
use ed25519_dalek::{Signer, SigningKey};
use localnet::{Checkpoint, Genesis, Mining, Node, NodeOptions};
use rayon::{ThreadPool, ThreadPoolBuilder, prelude::*};
use serde_json::{Value, json};
use ton_abi::{
    Address, Boc, Cell, ContractAbi, Hash, Header, Image, Lt, MessageKind, MessageView, Nano, PublicKey,
    Signature, UnixTime,
};
use tycho_executor::{Executor, ExecutorParams};
use tycho_types::models::ShardAccount;

// The allocator of the programs.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const WALLETS: u32 = 100;
const OWNERS: u8 = 15;
const CONFIRMS: u8 = 8;
const TURNS: usize = 7;

fn main() {
    let cores = rayon::current_num_threads();
    println!(
        "{WALLETS} wallets, {CONFIRMS} of {OWNERS} members confirm; best of {TURNS} turns; {cores} cores\n"
    );
    idle();
    throughput(cores);
    let sizes = [1_000, 10_000, 100_000, 1_000_000];
    scale(&sizes);
}

/// Wallets that are deployed, and the bytes of one payment's messages of each.
struct Work {
    node: Node,
    start: Checkpoint,
    messages: Vec<Vec<u8>>,
}

struct Wallet {
    abi: ContractAbi,
    image: Image,
    address: Address,
}

fn key(member: u8) -> SigningKey {
    SigningKey::from_bytes(&[member + 1; 32])
}

fn public(key: &SigningKey) -> PublicKey {
    PublicKey(key.verifying_key().to_bytes())
}

fn sign(key: &SigningKey) -> impl FnOnce(&Hash) -> Signature + '_ {
    |hash| Signature(key.sign(&hash.0).to_bytes())
}

fn read(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../abi").join(name);
    std::fs::read(path).expect("abi/ is built")
}

fn wallet(number: u32) -> Wallet {
    let text = String::from_utf8(read("Multisig.abi.json")).expect("an ABI is text");
    let abi = ContractAbi::parse(&text).expect("the ABI is valid");
    let image = Image::from_tvc(&read("Multisig.tvc")).expect("the image is valid");
    // Another first owner makes another address.
    let owner = owner(number);
    let image = image.with_init_data(&abi, Some(&public(&owner)), &json!({ "boot": "0" }));
    let image = image.expect("the initial data fits");
    let address = image.address(0).expect("the image fits a cell");
    Wallet { abi, image, address }
}

fn owner(number: u32) -> SigningKey {
    let mut seed = [0xee; 32];
    seed[..4].copy_from_slice(&number.to_be_bytes());
    SigningKey::from_bytes(&seed)
}

fn sink(number: u32) -> Address {
    let mut hash = [0x11; 32];
    hash[..4].copy_from_slice(&number.wrapping_mul(0x9e37_79b9).to_be_bytes());
    hash[4..8].copy_from_slice(&number.to_be_bytes());
    Address::new(0, Hash(hash))
}

impl Work {
    /// `others` accounts beside the wallets; payments go to some of them, all over the address space.
    fn new(others: u32) -> Self {
        let wallets: Vec<_> = (0..WALLETS).map(wallet).collect();
        let mut genesis = Genesis::new(Config::local());
        genesis.options =
            NodeOptions { mining: Mining::Manual, mempool_size: 100_000, ..NodeOptions::default() };
        let mut node = Node::new(genesis).expect("the genesis is valid");
        for number in 0..others {
            node.set_balance(&sink(number), Nano::tokens(1)).expect("the amount fits");
        }
        let header = |node: &Node, offset: u64, key: &SigningKey| Header {
            time: ton_abi::UnixMillis(node.now().millis().0 + offset),
            expire: node.now().plus(1000),
            pubkey: Some(public(key)),
        };
        for (number, wallet) in (0..).zip(&wallets) {
            node.set_balance(&wallet.address, Nano::tokens(1000)).expect("the amount fits");
            let owners = std::iter::once(owner(number)).chain((1..OWNERS).map(key));
            let owners: Vec<_> = owners.map(|key| format!("0x{}", Hash(public(&key).0))).collect();
            let params = json!({ "owners": owners, "reqConfirms": CONFIRMS });
            let head = header(&node, 0, &owner(number));
            let message = wallet.abi.deploy_message(&wallet.image, 0, &params, &head).expect("fits the ABI");
            post(&mut node, &message.sign_with(sign(&owner(number))).expect("fits"));
        }
        node.settle().expect("the wallets are deployed");
        node.advance(1).expect("the clock has room");
        let start = node.checkpoint();
        let mut messages = Vec::new();
        let mut ids = Vec::new();
        for (number, wallet) in (0..).zip(&wallets) {
            let to = sink(number * (others.max(1) / WALLETS).max(1));
            let params = json!({ "dest": to.to_string(), "value": 1_000_000_000, "bounce": false,
                "allBalance": false, "payload": "te6ccgEBAQEAAgAAAA==" });
            let head = header(&node, 0, &owner(number));
            let call = wallet.abi.call_message(&wallet.address, "submitTransaction", &params, &head);
            messages.push(call.expect("fits the ABI").sign_with(sign(&owner(number))).expect("fits"));
        }
        for message in &messages {
            post(&mut node, message);
        }
        node.settle().expect("the submissions are done");
        for (wallet, message) in wallets.iter().zip(&messages) {
            ids.push(submission(&node, wallet, message));
        }
        for member in 1..CONFIRMS {
            for (wallet, id) in wallets.iter().zip(&ids) {
                let params = json!({ "transactionId": id });
                let head = header(&node, u64::from(member), &key(member));
                let call = wallet.abi.call_message(&wallet.address, "confirmTransaction", &params, &head);
                messages.push(call.expect("fits the ABI").sign_with(sign(&key(member))).expect("fits"));
            }
        }
        node.restore(&start);
        Self { node, start, messages: messages.iter().map(Boc::encode).collect() }
    }

    /// Everything from the bytes to the blocks; gives the number of transactions.
    fn play(&mut self) -> usize {
        let before = self.node.transaction_count();
        for message in &self.messages {
            self.node.post(message).expect("the message is good");
        }
        self.node.settle().expect("the messages are done");
        self.node.transaction_count() - before
    }

    fn reset(&mut self) {
        self.node.restore(&self.start);
    }
}

fn post(node: &mut Node, message: &Cell) {
    node.post(&Boc::encode(message)).expect("the message is good");
}

/// The id that the wallet gave to a submission.
fn submission(node: &Node, wallet: &Wallet, message: &Cell) -> Value {
    let hash = ton_client::MsgHash::from(message.repr_hash());
    let record = node.transaction_of(&hash).expect("the submission was accepted");
    let answers = record.out_msgs.iter().filter_map(|hash| {
        let view = MessageView::parse(&node.message(hash)?.cell).ok()?;
        (view.kind == MessageKind::ExternalOut).then_some(view.body?)
    });
    let mut decoded = answers.filter_map(|body| wallet.abi.decode_answer("submitTransaction", &body).ok());
    decoded.next().expect("a submission is answered").json()["transId"].clone()
}

/// One execution as it happened in the node.
struct Step {
    account: Address,
    message: Cell,
    is_external: bool,
    lt: Lt,
    block_lt: Lt,
    now: UnixTime,
    seed: Hash,
}

/// The executions of all messages, account by account, and the states they begin with.
struct Bare {
    config: Config,
    runs: Vec<(Account, Vec<Step>)>,
}

impl Bare {
    fn record(work: &mut Work) -> Self {
        work.reset();
        let first = work.node.head().seq_no + 1;
        let mut runs: HashMap<Address, (Account, Vec<Step>)> = HashMap::new();
        let before = work.node.clone();
        work.play();
        for number in first..=work.node.head().seq_no {
            let block = work.node.block(number).expect("the block was made");
            for record in &block.transactions {
                let in_msg = record.in_msg.expect("every transaction here has a message");
                let message = work.node.message(&in_msg).expect("its message is known").cell.clone();
                let view = MessageView::parse(&message).expect("readable");
                let entry = runs.entry(record.account.clone());
                let (_, steps) = entry.or_insert_with(|| (before.account(&record.account), Vec::new()));
                steps.push(Step {
                    account: record.account.clone(),
                    message,
                    is_external: view.kind == MessageKind::ExternalIn,
                    lt: record.lt,
                    block_lt: block.start_lt,
                    now: block.gen_utime,
                    seed: Hash(block.rand_seed),
                });
            }
        }
        work.reset();
        let mut runs: Vec<_> = runs.into_values().collect();
        runs.sort_by(|a, b| a.0.address().cmp(b.0.address()));
        Self { config: work.node.config().clone(), runs }
    }

    fn run_account(&self, account: &Account, steps: &[Step]) -> usize {
        let mut state: ShardAccount = account.shard().clone();
        for step in steps {
            let params = ExecutorParams {
                block_unixtime: step.now.0,
                block_lt: step.block_lt.0,
                rand_seed: step.seed,
                ..ExecutorParams::default()
            };
            let done = Executor::new(&params, self.config.parsed())
                .with_min_lt(step.lt.0)
                .begin_ordinary(&step.account, step.is_external, step.message.clone(), &state)
                .and_then(|uncommitted| uncommitted.commit().map_err(Into::into))
                .expect("recorded from a success");
            state = done.new_state;
        }
        steps.len()
    }

    fn run(&self) -> usize {
        self.runs.iter().map(|(account, steps)| self.run_account(account, steps)).sum()
    }

    fn run_parallel(&self) -> usize {
        self.runs.par_iter().map(|(account, steps)| self.run_account(account, steps)).sum()
    }
}

fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started")
}

fn timed(run: impl FnOnce() -> usize) -> (Duration, usize) {
    let start = Instant::now();
    let done = black_box(run());
    (start.elapsed(), done)
}

/// Processor time of this thread so far.
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// The same in processor time of this thread, which does all of it.
fn timed_alone(run: impl FnOnce() -> usize) -> (Duration, usize) {
    let start = processor_time();
    let (time, done) = timed(run);
    match (start, processor_time()) {
        (Some(start), Some(end)) => (end - start, done),
        _ => (time, done),
    }
}

fn throughput(cores: usize) {
    let mut work = Work::new(1_000);
    let bare = Bare::record(&mut work);
    let (one, all) = (pool(1), pool(cores));
    let mut best = [Duration::MAX; 4];
    let mut transactions = 0;
    for _ in 0..TURNS {
        let mut turn = |place: usize, (time, done): (Duration, usize)| {
            best[place] = best[place].min(time);
            assert!(transactions == 0 || transactions == done, "every turn does the same");
            transactions = done;
        };
        turn(0, timed_alone(|| bare.run()));
        turn(1, one.install(|| timed_alone(|| work.play())));
        work.reset();
        turn(2, all.install(|| timed(|| bare.run_parallel())));
        turn(3, all.install(|| timed(|| work.play())));
        work.reset();
    }
    let messages = work.messages.len();
    println!("{messages} external messages, {transactions} transactions");
    println!("{:<28}{:>14}{:>12}{:>10}", "", "messages/s", "us/tx", "ratio");
    let names = ["bare executor, 1 thread", "node, 1 thread", "bare executor, all cores", "node, all cores"];
    for (name, time) in names.iter().zip(best) {
        let rate = messages as f64 / time.as_secs_f64();
        let each = time.as_secs_f64() * 1e6 / transactions as f64;
        println!("{name:<28}{rate:>14.0}{each:>12.1}{:>10.2}", best[0].as_secs_f64() / time.as_secs_f64());
    }
    let ratio = |a: Duration, b: Duration| a.as_secs_f64() / b.as_secs_f64();
    println!("node/bare on one thread {:.2} (target 0.9)", ratio(best[0], best[1]));
    println!("node, all cores/one {:.2} (target 1.8 on two)", ratio(best[1], best[3]));
    println!("bare, all cores/one {:.2}\n", ratio(best[0], best[2]));
}

fn scale(sizes: &[u32]) {
    println!("{:<12}{:>10}{:>8}   queries, ns", "accounts", "us/tx", "ratio");
    let mut first = None;
    for &size in sizes {
        let mut work = Work::new(size);
        let one = pool(1);
        let mut best = Duration::MAX;
        let mut transactions = 0;
        for _ in 0..TURNS {
            let (time, done) = one.install(|| timed_alone(|| work.play()));
            (best, transactions) = (best.min(time), done);
            work.reset();
        }
        let each = best.as_secs_f64() * 1e6 / transactions as f64;
        let base = *first.get_or_insert(each);
        work.play();
        println!("{size:<12}{each:>10.1}{:>8.2}   {}", each / base, queries(&work.node, size));
    }
}

fn idle() {
    const ROUNDS: u32 = 20_000;
    let resident = || {
        let text = std::fs::read_to_string("/proc/self/statm").ok()?;
        let pages: u64 = text.split_whitespace().nth(1)?.parse().ok()?;
        Some(pages * 4096)
    };
    let mut node = Node::new(Genesis::new(Config::local())).expect("the genesis is valid");
    let before = resident();
    let (time, _) = timed_alone(|| (0..ROUNDS).map(|_| node.produce().map_or(0, |_| 1)).sum());
    let grown =
        resident().zip(before).map(|(after, before)| after.saturating_sub(before) / u64::from(ROUNDS));
    let each = time.as_secs_f64() * 1e6 / f64::from(ROUNDS);
    println!("round without messages: {each:.1} us, {} bytes\n", grown.unwrap_or_default());
}

fn queries(node: &Node, size: u32) -> String {
    const TIMES: u32 = 2_000;
    let code = node.accounts().find_map(|account| account.code()).expect("there are wallets");
    let code = *code.repr_hash();
    let wallet = node.accounts_by_code(&code, None).next().expect("there are wallets").address().clone();
    let each = |name: &str, query: &dyn Fn(u32) -> usize| {
        let start = Instant::now();
        let found: usize = (0..TIMES).map(|number| black_box(query(number))).sum();
        assert!(found > 0, "the query finds something");
        format!("{name} {:.0}", start.elapsed().as_secs_f64() * 1e9 / f64::from(TIMES))
    };
    [
        each("account", &|n| usize::from(node.account(&sink(n.wrapping_mul(7919) % size)).exists())),
        each("history", &|_| node.transactions(&wallet, Lt(u64::MAX)).take(10).count()),
        each("by code", &|_| node.accounts_by_code(&code, Some(&wallet)).take(10).count()),
        each("newest", &|_| node.all_transactions(..).rev().take(10).count()),
        each("accounts after", &|n| node.accounts_after(&sink(n % size)).take(10).count()),
    ]
    .join(", ")
}
