//! Damaged queries: an error or an answer, never a panic, never the looks of a broken network.
//!
//! `FUZZ_RUNS=1000000 cargo test -p node-server --test graphql fuzz` runs as many as that says.

use async_graphql::{Request, Response, Variables};
use serde_json::{Value, json};

use crate::world::{World, address};

/// Texts to damage: every kind of field, argument and literal.
const QUERIES: &[&str] = &[
    "{info{version time latency rempEnabled endpoints chainOrderBoundary}}",
    "query a($p1: BlockFilter,$p2: [QueryOrderBy],$p3: Int) { blocks(filter: $p1,orderBy: $p2,limit: $p3) { id master { shard_hashes { shard descr { root_hash } } config { p8 { capabilities } } } } }",
    "{blocks(filter:{prev_ref:{root_hash:{eq:\"00\"}},OR:{prev_alt_ref:{root_hash:{ne:null}},seq_no:{in:[1,2.5,-3e2]}}},orderBy:[{path:\"prev_ref.end_lt\",direction:DESC}],limit:3){id in_msg_descr{msg_id msg_type_name}}}",
    "{accounts(filter:{balance:{ge:\"0x0\",lt:\"99999999999999999999\"},acc_type_name:{notIn:[Frozen]}},orderBy:{path:\"id\"}){id(format:BASE64_URL_TEST_BOUNCE) balance(format:DEC) code_hash}}",
    "{messages(filter:{dst_transaction:{aborted:{eq:false}},src:{eq:\"0:0101010101010101010101010101010101010101010101010101010101010101\"}}){id dst_transaction(when:{msg_type:{eq:0}}){id out_messages{value}}}}",
    "{transactions(filter:{out_msgs:{any:{gt:\"a\"},all:{ne:null}},lt:{gt:\"100\"}}){id now_string compute{exit_code} ...f}} fragment f on Transaction { in_message { body } }",
    "{aggregateTransactions(filter:{},fields:[{field:\"compute.gas_used\",fn:SUM},{fn:COUNT},{field:\"lt\",fn:MAX}])}",
    "{blockchain{account(address:\"0:0202020202020202020202020202020202020202020202020202020202020202\"){info{balance} transactions(last:3,before:\"1f0\",aborted:true){edges{cursor node{hash}} pageInfo{hasPreviousPage}} messages(msg_type:[IntIn],min_value:\"1\"){edges{node{hash}}}} key_blocks(first:2){edges{cursor}} master_seq_no_range(time_start:1,time_end:2){start end}}}",
    "mutation($r:[Request]){postRequests(requests:[{id:\"a\",body:\"te6ccgEBAQEAAgAAAA==\",expireAt:4e12}])}",
    "{__schema{types{name fields{name type{name ofType{name}}}}}}",
];

/// Pieces that parsers stumble over.
const PIECES: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "\"\"\"",
    "...",
    "$",
    "@",
    "!",
    ":",
    "null",
    "-1",
    "1e999",
    "0x",
    "\\u0000",
    "\\ud800",
    "é",
    "\u{0}",
    "#",
    "eq",
    "OR",
    "id",
    "first:",
    "after:\"",
    "on",
    "fragment",
    "query",
    "subscription",
    "true",
];

fn damaged(random: &mut fastrand::Rng) -> String {
    let mut text = QUERIES[random.usize(..QUERIES.len())].to_owned();
    for _ in 0..random.usize(1..=4) {
        let place = |random: &mut fastrand::Rng, text: &str| {
            let mut place = random.usize(..=text.len());
            while !text.is_char_boundary(place) {
                place -= 1;
            }
            place
        };
        let (a, b) = (place(random, &text), place(random, &text));
        let (from, to) = (a.min(b), a.max(b).min(a.min(b) + 40));
        let to = (to..).find(|&to| text.is_char_boundary(to)).unwrap_or(text.len());
        match random.u8(0..5) {
            0 => text.truncate(from),
            1 => text.replace_range(from..to, ""),
            2 => text.insert_str(from, PIECES[random.usize(..PIECES.len())]),
            3 => {
                let again = text[from..to].to_owned();
                text.insert_str(from, &again);
            }
            _ => text.replace_range(from..to, PIECES[random.usize(..PIECES.len())]),
        }
    }
    text
}

fn variables(random: &mut fastrand::Rng) -> Value {
    let value = |random: &mut fastrand::Rng| match random.u8(0..6) {
        0 => Value::Null,
        1 => json!({ "id": { "eq": "00" } }),
        2 => json!([{ "path": "id", "direction": "DESC" }]),
        3 => json!(random.i64(..)),
        4 => json!({ "seq_no": { "in": [random.f64() * 10.0, null] }, "OR": { "OR": {} } }),
        _ => json!([null, 5, "x", { "id": 1, "body": [] }]),
    };
    json!({ "p1": value(random), "p2": value(random), "p3": value(random), "r": value(random) })
}

fn check(answer: &Response, query: &str) {
    for error in &answer.errors {
        let error = serde_json::to_value(error).unwrap();
        let code = error["extensions"]["exception"]["code"].as_i64();
        assert!(code.is_some_and(|code| !(500..600).contains(&code)), "{query}\n{error}");
    }
}

#[tokio::test]
async fn fuzz_damaged_queries() {
    let runs = std::env::var("FUZZ_RUNS").map_or(3_000, |runs| runs.parse().unwrap());
    let seed = 5;
    println!("seed {seed}");
    let world = World::busy(seed).await;
    assert!(world.node().account(&address(2)).exists());
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut good, mut bad) = (0, 0);
    for _ in 0..runs {
        let query = damaged(&mut random);
        let request = Request::new(&query).variables(Variables::from_json(variables(&mut random)));
        let answer = world.schema.execute(request).await;
        check(&answer, &query);
        if answer.errors.is_empty() { good += 1 } else { bad += 1 }
    }
    assert!(good > runs / 100 && bad > runs / 2, "{good} good, {bad} bad");
}
