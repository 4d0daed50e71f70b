//! Cost of queries: what real clients ask for, on networks of different sizes.
//!
//! `cargo run --release -p node-server --example queries -- 1000 1000000`
//!
//! Each number is a size in accounts; a tenth as many transactions are made. Every query is run through the schema,
//! without a socket, and the middle of many runs is shown in microseconds, with its ratio to the first size.

use std::sync::Arc;
use std::time::Instant;

use async_graphql::dynamic::Schema;
use chain::{Account, Config};
use localnet::{Genesis, Node};
use node_server::graphql::GraphqlOptions;
use node_server::service::{Clock, Mode, Service, Settings};
use ton_abi::{Address, Hash, InternalMessage, Nano};

type Anything = Box<dyn std::error::Error + Send + Sync>;

const RUNS: usize = 300;
const ROUND: usize = 500;

fn main() -> Result<(), Anything> {
    let sizes = std::env::args().skip(1).map(|size| size.parse()).collect::<Result<Vec<usize>, _>>()?;
    let sizes = if sizes.is_empty() { vec![1_000, 100_000] } else { sizes };
    let runtime = node_server::runtime()?;
    let mut columns = Vec::new();
    for &size in &sizes {
        columns.push(runtime.block_on(measure(size))?);
    }
    print!("{:<44}", "query");
    sizes.iter().for_each(|size| print!("{size:>10}"));
    println!("  ratio");
    for (row, (name, first)) in columns[0].iter().enumerate() {
        print!("{name:<44}");
        columns.iter().for_each(|column| print!("{:>10.1}", column[row].1));
        let last = columns.last().map_or(*first, |column| column[row].1);
        println!("{:>7.2}", last / first);
    }
    Ok(())
}

fn address(number: usize) -> Address {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&(number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    bytes[24..].copy_from_slice(&(number as u64).to_be_bytes());
    Address::new(0, Hash(bytes))
}

fn network(accounts: usize) -> Result<Node, Anything> {
    let mut genesis = Genesis::new(Config::local());
    for number in 0..accounts {
        genesis.accounts.push(Account::uninit(address(number), Nano::tokens(10))?);
    }
    let mut node = Node::new(genesis)?;
    for number in 0..accounts / 10 {
        let (src, dst) = (address(accounts + number), address(number * 7 % accounts));
        node.inject(&InternalMessage::transfer(src, dst, Nano::tokens(1)))?;
        if number % ROUND == ROUND - 1 {
            node.advance(1)?;
            node.produce()?;
        }
    }
    node.settle()?;
    Ok(node)
}

async fn measure(accounts: usize) -> Result<Vec<(&'static str, f64)>, Anything> {
    let node = network(accounts)?;
    let settings = Settings { mode: Mode::Manual, clock: Clock::frozen(), ..Settings::default() };
    let service = Service::start(node, None, settings)?;
    let schema = node_server::graphql::schema(service.clone(), GraphqlOptions::default())?;
    let mut rows = Vec::new();
    for (name, query) in queries(&service.snapshot(), accounts) {
        rows.push((name, time(&schema, &query).await?));
    }
    service.stop();
    Ok(rows)
}

fn queries(node: &Arc<Node>, accounts: usize) -> Vec<(&'static str, String)> {
    let middle = node.block(node.head().seq_no / 2).map_or(String::new(), |block| block.id.to_string());
    let record = node.all_transactions(..).nth(node.transaction_count() / 2);
    let (hash, in_msg) = record.map_or_else(Default::default, |record| {
        (record.hash.to_string(), record.in_msg.map_or_else(String::new, |hash| hash.to_string()))
    });
    let account = address(7 % accounts);
    vec![
        ("account by id", format!("{{accounts(filter:{{id:{{eq:\"{account}\"}}}}){{boc}}}}")),
        ("account info", format!("{{blockchain{{account(address:\"{account}\"){{info{{balance}}}}}}}}")),
        ("accounts behind an id", format!("{{accounts(filter:{{id:{{gt:\"{account}\"}}}},orderBy:{{path:\"id\"}},limit:10){{id}}}}")),
        ("transaction by id with messages", format!("{{transactions(filter:{{id:{{eq:\"{hash}\"}}}}){{boc out_messages{{boc}}}}}}")),
        ("transaction by message", format!("{{transactions(filter:{{in_msg:{{eq:\"{in_msg}\"}}}}){{boc}}}}")),
        ("history of an account", format!("{{transactions(filter:{{account_addr:{{eq:\"{account}\"}},lt:{{le:\"18446744073709551615\"}}}},orderBy:[{{path:\"lt\",direction:DESC}}],limit:10){{boc}}}}")),
        ("next block", format!("{{blocks(filter:{{prev_ref:{{root_hash:{{eq:\"{middle}\"}}}},OR:{{prev_alt_ref:{{root_hash:{{eq:\"{middle}\"}}}}}}}},limit:1){{id gen_utime after_split workchain_id shard}}}}")),
        ("newest masterchain block", "{blocks(filter:{workchain_id:{eq:-1}},orderBy:[{path:\"seq_no\",direction:DESC}],limit:1){id master{shard_hashes{workchain_id shard descr{root_hash}}}}}".to_owned()),
        ("newest 50 transactions", "{transactions(orderBy:{path:\"lt\",direction:DESC}){id account_addr lt total_fees}}".to_owned()),
        ("newest 50 messages", "{messages(orderBy:{path:\"created_lt\",direction:DESC}){id src dst value}}".to_owned()),
        ("count of transactions", "{aggregateTransactions}".to_owned()),
        ("scan: richest accounts", "{accounts(orderBy:{path:\"balance\",direction:DESC}){id balance}}".to_owned()),
    ]
}

/// Middle of many runs, microseconds; fewer for a slow query.
async fn time(schema: &Schema, query: &str) -> Result<f64, Anything> {
    let mut times = Vec::new();
    let started = Instant::now();
    while times.len() < RUNS && (times.len() < 3 || started.elapsed().as_secs() < 5) {
        let start = Instant::now();
        let answer = schema.execute(query).await;
        times.push(start.elapsed().as_secs_f64() * 1e6);
        if let Some(error) = answer.errors.first() {
            return Err(format!("{query}: {}", error.message).into());
        }
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}
