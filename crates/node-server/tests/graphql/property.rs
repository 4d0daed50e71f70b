//! Random filters and orders against a naive evaluation over JSON documents.
//!
//! All documents are read once by their ids, as JSON; then each random query is answered by the node and, slowly, by
//! the few functions below, which know nothing of indexes.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use crate::world::World;

/// How a field is compared: like its JSON, or as the number that its text means.
#[derive(Clone, Copy, PartialEq)]
enum How {
    Plain,
    Big,
}

struct Field {
    path: &'static [&'static str],
    how: How,
}

const fn plain(path: &'static [&'static str]) -> Field {
    Field { path, how: How::Plain }
}

const fn big(path: &'static [&'static str]) -> Field {
    Field { path, how: How::Big }
}

struct Case {
    collection: &'static str,
    filter_type: &'static str,
    fields: &'static [Field],
    /// Lists of plain text.
    lists: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        collection: "accounts",
        filter_type: "AccountFilter",
        fields: &[
            plain(&["id"]),
            plain(&["acc_type"]),
            plain(&["workchain_id"]),
            plain(&["last_paid"]),
            plain(&["code_hash"]),
            plain(&["data_hash"]),
            big(&["balance"]),
            big(&["last_trans_lt"]),
            big(&["cells"]),
        ],
        lists: &[],
    },
    Case {
        collection: "transactions",
        filter_type: "TransactionFilter",
        fields: &[
            plain(&["id"]),
            plain(&["account_addr"]),
            plain(&["block_id"]),
            plain(&["in_msg"]),
            plain(&["now"]),
            plain(&["master_seq_no"]),
            plain(&["workchain_id"]),
            plain(&["aborted"]),
            plain(&["destroyed"]),
            plain(&["outmsg_cnt"]),
            plain(&["end_status"]),
            plain(&["chain_order"]),
            plain(&["compute", "exit_code"]),
            plain(&["compute", "success"]),
            plain(&["action", "result_code"]),
            plain(&["in_message", "src"]),
            plain(&["in_message", "msg_type"]),
            plain(&["account", "acc_type"]),
            big(&["lt"]),
            big(&["balance_delta"]),
            big(&["total_fees"]),
            big(&["compute", "gas_used"]),
            big(&["in_message", "value"]),
        ],
        lists: &["out_msgs"],
    },
    Case {
        collection: "messages",
        filter_type: "MessageFilter",
        fields: &[
            plain(&["id"]),
            plain(&["src"]),
            plain(&["dst"]),
            plain(&["block_id"]),
            plain(&["msg_type"]),
            plain(&["bounce"]),
            plain(&["bounced"]),
            plain(&["created_at"]),
            plain(&["src_workchain_id"]),
            plain(&["body_hash"]),
            plain(&["dst_transaction", "aborted"]),
            plain(&["src_transaction", "account_addr"]),
            big(&["value"]),
            big(&["created_lt"]),
            big(&["fwd_fee"]),
        ],
        lists: &[],
    },
    Case {
        collection: "blocks",
        filter_type: "BlockFilter",
        fields: &[
            plain(&["id"]),
            plain(&["seq_no"]),
            plain(&["master_seq_no"]),
            plain(&["gen_utime"]),
            plain(&["workchain_id"]),
            plain(&["key_block"]),
            plain(&["tr_count"]),
            plain(&["chain_order"]),
            plain(&["prev_ref", "root_hash"]),
            plain(&["prev_alt_ref", "root_hash"]),
            plain(&["master", "min_shard_gen_utime"]),
            big(&["start_lt"]),
            big(&["end_lt"]),
            big(&["prev_ref", "end_lt"]),
        ],
        lists: &[],
    },
];

/// Joins, to which nothing may lead.
const JOINS: &[&str] = &["in_message", "account", "dst_transaction", "src_transaction"];

fn selection(case: &Case) -> String {
    let mut parts = std::collections::BTreeMap::<&str, Vec<String>>::new();
    let mut text = String::new();
    for field in case.fields {
        let format = if field.how == How::Big { "(format: DEC)" } else { "" };
        match field.path {
            [name] => text.push_str(&format!("{name}{format} ")),
            [part, name] => parts.entry(part).or_default().push(format!("{name}{format}")),
            _ => unreachable!("paths have one or two parts"),
        }
    }
    for (part, fields) in parts {
        text.push_str(&format!("{part} {{ {} }} ", fields.join(" ")));
    }
    text + &case.lists.join(" ")
}

/// All documents of a collection as JSON.
async fn documents(world: &World, case: &Case) -> Vec<Value> {
    let node = world.node();
    let ids: Vec<String> = match case.collection {
        "accounts" => node.accounts().map(|account| account.address().to_string()).collect(),
        "transactions" => node.all_transactions(..).map(|record| record.hash.to_string()).collect(),
        "messages" => node.all_messages(..).map(|record| record.hash.to_string()).collect(),
        _ => (1..=node.head().seq_no)
            .flat_map(|number| [0, -1].map(|chain| node.chain_block(chain, number).unwrap().id.to_string()))
            .collect(),
    };
    let query = format!(
        "query($ids: [String]) {{ {}(filter: {{id: {{in: $ids}}}}) {{ {} }} }}",
        case.collection,
        selection(case)
    );
    let mut docs = Vec::new();
    for ids in ids.chunks(50) {
        let mut data = world.ask_with(&query, json!({ "ids": ids })).await;
        docs.append(data[case.collection].as_array_mut().unwrap());
    }
    assert_eq!(docs.len(), ids.len());
    docs
}

fn at<'a>(doc: &'a Value, path: &[&str]) -> &'a Value {
    path.iter().fold(doc, |value, name| value.get(name).unwrap_or(&Value::Null))
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        _ => 3,
    }
}

fn order(a: &Value, b: &Value, how: How) -> Ordering {
    match (a, b) {
        (Value::String(a), Value::String(b)) if how == How::Big => number(a).cmp(&number(b)),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Number(a), Value::Number(b)) => a.as_f64().unwrap().total_cmp(&b.as_f64().unwrap()),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        _ => rank(a).cmp(&rank(b)),
    }
}

fn number(text: &str) -> i128 {
    match text.strip_prefix("0x") {
        Some(digits) => i128::from_str_radix(digits, 16).unwrap(),
        None => text.parse().unwrap(),
    }
}

fn holds(value: &Value, operators: &Map<String, Value>, how: How) -> bool {
    operators.iter().all(|(operator, operand)| {
        let is = |operand: &Value| order(value, operand, how);
        match operator.as_str() {
            "eq" => is(operand).is_eq(),
            "ne" => is(operand).is_ne(),
            "in" => operand.as_array().unwrap().iter().any(|operand| is(operand).is_eq()),
            "notIn" => !operand.as_array().unwrap().iter().any(|operand| is(operand).is_eq()),
            _ if operand.is_null() => true,
            "lt" => is(operand).is_lt(),
            "le" => is(operand).is_le(),
            "gt" => is(operand).is_gt(),
            "ge" => is(operand).is_ge(),
            other => unreachable!("{other}"),
        }
    })
}

fn passes(case: &Case, doc: &Value, filter: &Value) -> bool {
    let mut next = Some(filter);
    while let Some(filter) = next {
        let members = filter.as_object().unwrap();
        if members
            .iter()
            .filter(|(name, _)| *name != "OR")
            .all(|(name, condition)| member(case, doc, name, condition))
        {
            return true;
        }
        next = members.get("OR");
    }
    false
}

fn member(case: &Case, doc: &Value, name: &str, condition: &Value) -> bool {
    let condition = condition.as_object().unwrap();
    if case.lists.contains(&name) {
        let items = doc[name].as_array().cloned().unwrap_or_default();
        let item = |test: &Value, item: &Value| holds(item, test.as_object().unwrap(), How::Plain);
        return condition.get("any").is_none_or(|test| items.iter().any(|value| item(test, value)))
            && condition.get("all").is_none_or(|test| items.iter().all(|value| item(test, value)));
    }
    let how = |path: &[&str]| case.fields.iter().find(|field| field.path == path).unwrap().how;
    if case.fields.iter().any(|field| field.path == [name]) {
        return holds(&doc[name], condition, how(&[name]));
    }
    if JOINS.contains(&name) && doc[name].is_null() {
        return false;
    }
    condition.iter().all(|(field, operators)| {
        holds(at(doc, &[name, field]), operators.as_object().unwrap(), how(&[name, field]))
    })
}

/// An operand near the values that documents have.
fn operand(random: &mut fastrand::Rng, docs: &[Value], field: &Field) -> Value {
    let value = at(&docs[random.usize(..docs.len())], field.path).clone();
    match (&value, random.u8(0..10)) {
        (_, 0) => Value::Null,
        (Value::Number(number), 1) => json!(number.as_i64().unwrap() + random.i64(-2..=2)),
        (Value::String(text), 1..=4) if field.how == How::Big => {
            let number = number(text) + random.i128(-1..=1);
            if number < 0 { json!(number.to_string()) } else { json!(format!("{number:#x}")) }
        }
        _ => value,
    }
}

fn operators(random: &mut fastrand::Rng, docs: &[Value], field: &Field) -> Value {
    let mut members = Map::new();
    for _ in 0..random.usize(1..=2) {
        let operator = ["eq", "eq", "ne", "lt", "le", "gt", "ge", "in", "notIn"][random.usize(0..9)];
        let value = match operator {
            "in" | "notIn" => (0..random.usize(0..4)).map(|_| operand(random, docs, field)).collect(),
            _ => operand(random, docs, field),
        };
        members.insert(operator.to_owned(), value);
    }
    Value::Object(members)
}

fn random_filter(random: &mut fastrand::Rng, case: &Case, docs: &[Value], depth: u32) -> Value {
    let mut members = Map::new();
    for _ in 0..random.usize(0..=3) {
        if let Some(list) = case.lists.first().filter(|_| random.u8(0..8) == 0) {
            let known = docs.iter().flat_map(|doc| doc[*list].as_array().unwrap()).collect::<Vec<_>>();
            let operator = ["eq", "ne", "lt"][random.usize(0..3)];
            let test = json!({ operator: known[random.usize(..known.len())] });
            members.insert((*list).to_owned(), json!({ (["any", "all"][random.usize(0..2)]): test }));
            continue;
        }
        let field = &case.fields[random.usize(..case.fields.len())];
        let condition = operators(random, docs, field);
        match field.path {
            [name] => drop(members.insert((*name).to_owned(), condition)),
            [part, name] => members.entry(*part).or_insert_with(|| json!({}))[*name] = condition,
            _ => unreachable!("paths have one or two parts"),
        }
    }
    if depth > 0 && random.u8(0..3) == 0 {
        members.insert("OR".to_owned(), random_filter(random, case, docs, depth - 1));
    }
    Value::Object(members)
}

fn random_order<'a>(random: &mut fastrand::Rng, case: &'a Case) -> Vec<(&'a Field, bool)> {
    let fields: Vec<_> = case.fields.iter().filter(|field| !JOINS.contains(&field.path[0])).collect();
    (0..random.usize(0..=2)).map(|_| (fields[random.usize(..fields.len())], random.bool())).collect()
}

fn sort(docs: &mut [&Value], sorts: &[(&Field, bool)]) {
    docs.sort_by(|a, b| key_order(a, b, sorts));
}

fn key_order(a: &Value, b: &Value, sorts: &[(&Field, bool)]) -> Ordering {
    sorts
        .iter()
        .map(|(field, descending)| {
            let order = order(at(a, field.path), at(b, field.path), field.how);
            if *descending { order.reverse() } else { order }
        })
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

async fn check(world: &World, case: &Case, docs: &[Value], random: &mut fastrand::Rng) -> usize {
    let filter = random_filter(random, case, docs, 2);
    let sorts = random_order(random, case);
    let limit = random.usize(1..=50);
    let order_by: Vec<_> = sorts
        .iter()
        .map(|(field, descending)| json!({ "path": field.path.join("."), "direction": if *descending { "DESC" } else { "ASC" } }))
        .collect();
    let collection = case.collection;
    let query = format!(
        "query($f: {}, $o: [QueryOrderBy], $l: Int) {{ {collection}(filter: $f, orderBy: $o, limit: $l) {{ {} }} }}",
        case.filter_type,
        selection(case)
    );
    let data = world.ask_with(&query, json!({ "f": filter, "o": order_by, "l": limit })).await;
    let found: Vec<&Value> = data[collection].as_array().unwrap().iter().collect();
    let mut expected: Vec<&Value> = docs.iter().filter(|doc| passes(case, doc, &filter)).collect();
    let about = format!("{collection} {filter} {} limit {limit}", json!(order_by));
    assert_eq!(found.len(), expected.len().min(limit), "{about}");
    sort(&mut expected, &sorts);
    for (place, row) in found.iter().enumerate() {
        assert!(expected.contains(row), "{about}: {row} does not pass");
        assert!(
            found.iter().filter(|other| other["id"] == row["id"]).count() == 1,
            "{about}: {row} comes twice"
        );
        assert!(key_order(row, expected[place], &sorts).is_eq(), "{about}: {row} stands at {place}");
    }
    expected.len()
}

#[tokio::test]
async fn random_queries_find_what_a_naive_evaluation_finds() {
    let seed = 20_261_122;
    let world = World::busy(seed).await;
    let mut random = fastrand::Rng::with_seed(seed);
    for case in CASES {
        let docs = documents(&world, case).await;
        let mut hits = 0;
        for number in 0..400 {
            println!("seed {seed}, {} query {number}", case.collection);
            hits += usize::from(check(&world, case, &docs, &mut random).await > 0);
        }
        assert!((100..400).contains(&hits), "{}: {hits} of 400 queries find something", case.collection);
    }
}
