//! Long polling.

use std::time::Duration;

use serde_json::json;

use crate::relay;
use crate::world::{World, address};

#[tokio::test]
async fn what_is_there_is_answered_at_once() {
    let world = World::busy(61).await;
    let query = "{ transactions(limit: 1, timeout: 2147483647) { id } }";
    assert_eq!(world.ask(query).await["transactions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_wait_ends_with_the_round_that_brings_the_document() {
    let world = World::new().await;
    let message = world.post(&address(1), vec![relay::note(1)]);
    let head = world.node().head().id.to_string();
    let next = format!(
        "{{ blocks(filter: {{prev_ref: {{root_hash: {{eq: \"{head}\"}}}}, OR: {{prev_alt_ref: {{root_hash: {{eq: \"{head}\"}}}}}}}}, limit: 1, timeout: 60000) {{ in_msg_descr {{ msg_id }} }} }}"
    );
    let transaction =
        format!("{{ transactions(filter: {{in_msg: {{eq: \"{message}\"}}}}, timeout: 60000) {{ in_msg }} }}");
    let joined = "{ messages(filter: {dst_transaction: {outmsg_cnt: {eq: 1}}}, timeout: 60000) { id } }";
    let account = format!(
        "{{ accounts(filter: {{id: {{eq: \"{}\"}}, last_trans_lt: {{gt: \"0\"}}}}, timeout: 60000) {{ id }} }}",
        address(1)
    );
    let [next, transaction, joined, account] =
        [&next, &transaction, joined, &account].map(|query| world.start(query));
    // An edit is a change, but not the one that is waited for.
    world.service.edit(|node| node.advance(1).map(drop)).await.unwrap();
    world.mine().await;
    let (next, transaction, joined, account) = (next.await, transaction.await, joined.await, account.await);
    let hash = message.to_string();
    assert_eq!(next["blocks"], json!([{ "in_msg_descr": [{ "msg_id": hash }] }]));
    assert_eq!(transaction["transactions"], json!([{ "in_msg": hash }]));
    assert_eq!(joined["messages"], json!([{ "id": hash }]));
    assert_eq!(account["accounts"], json!([{ "id": address(1).to_string() }]));
}

#[tokio::test]
async fn a_wait_for_nothing_ends_with_an_empty_list() {
    let world = World::new().await;
    for timeout in ["1", "0", "-5", "0.5", "null"] {
        let query = format!("{{ transactions(timeout: {timeout}) {{ id }} }}");
        assert_eq!(world.ask(&query).await["transactions"], json!([]), "{timeout}");
    }
}

#[tokio::test]
async fn an_edited_account_ends_a_wait() {
    let world = World::new().await;
    let query = format!(
        "{{ accounts(filter: {{id: {{eq: \"{}\"}}}}, timeout: 60000) {{ balance(format: DEC) }} }}",
        address(99)
    );
    let asked = world.start(&query);
    world.service.edit(|node| node.set_balance(&address(99), ton_abi::Nano(5))).await.unwrap();
    assert_eq!(asked.await["accounts"], json!([{ "balance": "5" }]));
}

#[tokio::test]
async fn a_shorter_longest_wait_can_be_set() {
    let options =
        node_server::graphql::GraphqlOptions { max_wait: Duration::from_millis(1), ..Default::default() };
    let world = World::of(relay::relays(1), options).await;
    assert_eq!(world.ask("{ transactions(timeout: 2147483647) { id } }").await["transactions"], json!([]));
}
