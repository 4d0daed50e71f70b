//! Aggregates.

use serde_json::{Value, json};

use crate::world::World;

async fn one(world: &World, query: &str) -> Value {
    let data = world.ask(&format!("{{ r: {query} }}")).await;
    data["r"][0].clone()
}

#[tokio::test]
async fn all_functions_over_numbers_big_numbers_and_text() {
    let world = World::busy(51).await;
    let node = world.node();
    let balances: Vec<u128> = node.accounts().map(|account| account.balance().0).collect();
    let sum: u128 = balances.iter().sum();
    for (function, expected) in [
        ("COUNT", balances.len().to_string()),
        ("MIN", balances.iter().min().unwrap().to_string()),
        ("MAX", balances.iter().max().unwrap().to_string()),
        ("SUM", sum.to_string()),
        ("AVERAGE", (sum / balances.len() as u128).to_string()),
    ] {
        let query = format!("aggregateAccounts(fields: [{{field: \"balance\", fn: {function}}}])");
        assert_eq!(one(&world, &query).await, expected, "{function}");
    }
    let head = node.head().seq_no;
    let sum = u64::from(head) * u64::from(head + 1) / 2;
    for (query, expected) in [
        ("aggregateBlocks".to_owned(), (2 * head).to_string()),
        ("aggregateBlocks(fields: [])".to_owned(), (2 * head).to_string()),
        ("aggregateBlocks(fields: {})".to_owned(), (2 * head).to_string()),
        (
            "aggregateBlocks(filter: {workchain_id: {eq: 0}}, fields: [{field: \"seq_no\", fn: SUM}])"
                .to_owned(),
            sum.to_string(),
        ),
        ("aggregateBlocks(fields: [{field: \"seq_no\", fn: MAX}])".to_owned(), head.to_string()),
        ("aggregateBlocks(fields: [{field: \"shard\", fn: MAX}])".to_owned(), "8000000000000000".to_owned()),
        ("aggregateBlocks(fields: [{field: \"key_block\", fn: MAX}])".to_owned(), "true".to_owned()),
        ("aggregateBlockSignatures".to_owned(), (2 * head).to_string()),
        ("aggregateTransactions".to_owned(), node.transaction_count().to_string()),
        ("aggregateMessages".to_owned(), node.message_count().to_string()),
    ] {
        assert_eq!(one(&world, &query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn parts_and_lists_are_aggregated_by_their_elements() {
    let world = World::busy(52).await;
    let node = world.node();
    let received = node.all_transactions(..).filter(|record| record.in_msg.is_some()).count();
    let gas = "aggregateTransactions(fields: [{field: \"compute.gas_used\", fn: SUM}])";
    let total: u64 = (1..=node.head().seq_no)
        .flat_map(|number| [0, -1].map(|chain| node.chain_block(chain, number).unwrap().gas_used))
        .sum();
    assert_eq!(one(&world, gas).await, total.to_string());
    let count = one(&world, "aggregateBlocks(fields: [{field: \"in_msg_descr.msg_type\", fn: MAX}])").await;
    assert!(["2", "3"].contains(&count.as_str().unwrap()), "{count}");
    let trs = one(&world, "aggregateBlocks(fields: [{field: \"account_blocks.tr_count\", fn: SUM}])").await;
    assert_eq!(trs, received.to_string());
}

#[tokio::test]
async fn several_at_once_and_nothing_to_count() {
    let world = World::busy(53).await;
    let query = "{ aggregateAccounts(filter: {id: {eq: \"00\"}}, fields: [{fn: COUNT}, {field: \"balance\", fn: MIN}, {field: \"balance\", fn: SUM}, {field: \"balance\", fn: AVERAGE}]) }";
    assert_eq!(world.ask(query).await["aggregateAccounts"], json!(["0", null, "0", null]));
}

#[tokio::test]
async fn what_cannot_be_added_up_is_refused() {
    let world = World::new().await;
    let many = vec!["{fn: COUNT}"; 21].join(",");
    for (fields, text) in [
        ("{field: \"id\", fn: SUM}", "[id] is no number"),
        ("{field: \"key_block\", fn: AVERAGE}", "[key_block] is no number"),
        ("{field: \"colour\", fn: MIN}", "no plain field"),
        ("{fn: MIN}", "only COUNT goes without a field"),
        ("{field: \"prev_ref\", fn: MIN}", "no plain field"),
        (&format!("[{many}]"), "up to 20 fields"),
    ] {
        let (code, message) = world.fail(&format!("{{ aggregateBlocks(fields: {fields}) }}")).await;
        assert_eq!(code, 10008);
        assert!(message.contains(text), "{fields}: {message}");
    }
}
