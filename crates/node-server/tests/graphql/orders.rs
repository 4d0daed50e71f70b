//! `orderBy` and `limit`.

use serde_json::Value;

use crate::world::World;

fn column(data: &Value, collection: &str, field: &str) -> Vec<Value> {
    data[collection].as_array().unwrap().iter().map(|row| row[field].clone()).collect()
}

fn numbers(values: &[Value]) -> Vec<i128> {
    values
        .iter()
        .map(|value| match value {
            Value::String(text) => text.parse().unwrap(),
            value => value.as_i64().unwrap().into(),
        })
        .collect()
}

#[tokio::test]
async fn every_collection_in_both_directions_of_a_plain_field() {
    let world = World::busy(21).await;
    for (collection, field, argument) in [
        ("accounts", "balance", "(format: DEC)"),
        ("accounts", "last_paid", ""),
        ("transactions", "lt", "(format: DEC)"),
        ("transactions", "now", ""),
        ("transactions", "balance_delta", "(format: DEC)"),
        ("transactions", "outmsg_cnt", ""),
        ("messages", "fwd_fee", "(format: DEC)"),
        ("blocks", "seq_no", ""),
        ("blocks", "gen_utime", ""),
        ("blocks", "end_lt", "(format: DEC)"),
        ("blocks", "tr_count", ""),
        ("blocks_signatures", "seq_no", ""),
    ] {
        let present = format!("filter: {{{field}: {{ne: null}}}}");
        for (direction, descending) in [("ASC", false), ("DESC", true)] {
            let query = format!(
                "{{ {collection}({present}, orderBy: [{{path: \"{field}\", direction: {direction}}}]) {{ {field}{argument} }} }}"
            );
            let mut values = numbers(&column(&world.ask(&query).await, collection, field));
            assert!(values.len() > 3, "{query}");
            if descending {
                values.reverse();
            }
            assert!(values.is_sorted(), "{query}\n{values:?}");
        }
    }
}

#[tokio::test]
async fn several_paths_and_parts() {
    let world = World::busy(22).await;
    let query = "{ transactions(orderBy: [{path: \"compute.exit_code\", direction: DESC}, {path: \"lt\"}, {path: \"id\"}]) { id lt(format: DEC) compute { exit_code } } }";
    let data = world.ask(query).await;
    let rows: Vec<_> = data["transactions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            // Absent is the smallest.
            let code = row["compute"]["exit_code"].as_i64().unwrap_or(i64::MIN);
            let lt: i64 = row["lt"].as_str().unwrap().parse().unwrap();
            (std::cmp::Reverse(code), lt, row["id"].as_str().unwrap().to_owned())
        })
        .collect();
    assert_eq!(rows.len(), 50);
    assert!(rows.is_sorted(), "{rows:?}");

    let query = "{ blocks(orderBy: [{path: \"prev_ref.end_lt\", direction: DESC}], limit: 3, filter: {workchain_id: {eq: 0}}) { seq_no } }";
    let head = i128::from(world.node().head().seq_no);
    assert_eq!(numbers(&column(&world.ask(query).await, "blocks", "seq_no")), [head, head - 1, head - 2]);
}

#[tokio::test]
async fn absent_values_come_first_upwards_and_last_downwards() {
    let world = World::busy(23).await;
    for (direction, first) in [("ASC", true), ("DESC", false)] {
        let query = format!(
            "{{ messages(orderBy: {{path: \"created_lt\", direction: {direction}}}) {{ created_lt }} }}"
        );
        let values = column(&world.ask(&query).await, "messages", "created_lt");
        assert_eq!(values.len(), 50);
        assert_eq!(values[0].is_null(), first, "{values:?}");
    }
}

#[tokio::test]
async fn newest_messages_come_in_order_though_they_are_found_by_another_lt() {
    let world = World::busy(24).await;
    let query =
        "{ messages(orderBy: {path: \"created_lt\", direction: DESC}) { id created_lt(format: DEC) } }";
    let newest = numbers(&column(&world.ask(query).await, "messages", "created_lt"));
    let node = world.node();
    let mut all: Vec<i128> = Vec::new();
    for record in node.all_messages(..) {
        use tycho_types::models::MsgInfo;
        match record.cell.parse::<MsgInfo>().unwrap() {
            MsgInfo::Int(info) => all.push(info.created_lt.into()),
            MsgInfo::ExtOut(info) => all.push(info.created_lt.into()),
            MsgInfo::ExtIn(_) => {}
        }
    }
    all.sort_by(|a, b| b.cmp(a));
    assert!(all.len() > 60);
    assert_eq!(newest, all[..50]);
}

#[tokio::test]
async fn name_twins_and_missing_directions_order_upwards() {
    let world = World::busy(25).await;
    let query = "{ accounts(orderBy: [{path: \"acc_type_name\"}]) { acc_type } }";
    assert!(numbers(&column(&world.ask(query).await, "accounts", "acc_type")).is_sorted());
    let query = "{ blocks(orderBy: [{path: \"seq_no\", direction: null}, null], limit: 2) { seq_no } }";
    assert_eq!(numbers(&column(&world.ask(query).await, "blocks", "seq_no")), [1, 1]);
}

#[tokio::test]
async fn limits_are_50_by_default_and_at_most() {
    let world = World::busy(26).await;
    assert!(world.node().transaction_count() > 50);
    for (arguments, count) in [
        ("", 50),
        ("limit: 50", 50),
        ("limit: 51", 50),
        ("limit: 1000000", 50),
        ("limit: 7", 7),
        ("limit: 0", 50),
        ("limit: null", 50),
    ] {
        assert_eq!(world.ids("transactions", arguments).await.len(), count, "{arguments}");
    }
    assert_eq!(world.fail("{ transactions(limit: -1) { id } }").await.0, 10008);
}

#[tokio::test]
async fn bad_paths_are_refused() {
    let world = World::new().await;
    let many = vec!["{path: \"id\"}"; 21].join(",");
    for (order, text) in [
        ("{path: \"colour\"}", "no plain field `colour`"),
        ("{path: \"\"}", "no plain field"),
        ("{path: \"prev_ref\"}", "no plain field"),
        ("{path: \"prev_ref.colour\"}", "no plain field"),
        ("{path: \"id.id\"}", "no plain field"),
        ("{path: \"in_msg_descr.msg_id\"}", "no plain field"),
        ("{path: \"signatures.id\"}", "no plain field"),
        ("{path: \"id.\"}", "no plain field"),
        ("{direction: ASC}", "wants {path, direction}"),
        (&format!("[{many}]"), "up to 20 paths"),
    ] {
        let (code, message) = world.fail(&format!("{{ blocks(orderBy: {order}) {{ id }} }}")).await;
        assert_eq!(code, 10008, "{order}");
        assert!(message.contains(text), "{order}: {message}");
    }
}
