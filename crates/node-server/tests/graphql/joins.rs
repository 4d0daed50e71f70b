//! Joins: documents of other collections, with `when` and `timeout`.

use serde_json::json;

use crate::relay;
use crate::world::{World, address};

#[tokio::test]
async fn every_join_leads_to_its_document() {
    let world = World::new().await;
    let transfer = relay::send(&address(2), ton_abi::Nano::tokens(1), 0, true, None);
    let external = world.post(&address(1), vec![transfer]);
    world.mine().await;
    let (one, two) = (address(1).to_string(), address(2).to_string());
    let block = world.node().head().id.to_string();
    let query = format!(
        "{{ transactions(filter: {{in_msg: {{eq: \"{external}\"}}}}) {{
            in_message {{ id dst_transaction {{ in_msg }} src_transaction {{ id }} src_account {{ id }} }}
            out_messages {{ src dst src_account {{ id }} dst_account {{ id }} src_transaction {{ in_msg }} dst_transaction {{ account_addr out_messages {{ id }} }} block {{ id }} }}
            account {{ id acc_type }} block {{ id signatures {{ id signatures {{ node_id }} block {{ id }} }} }} block_id
        }} }}"
    );
    let data = world.ask(&query).await;
    let row = &data["transactions"][0];
    let hash = external.to_string();
    assert_eq!(
        row["in_message"],
        json!({ "id": hash, "dst_transaction": { "in_msg": hash }, "src_transaction": null, "src_account": null })
    );
    assert_eq!(row["account"], json!({ "id": one, "acc_type": 1 }));
    assert_eq!(row["block_id"], block);
    assert_eq!(
        row["block"],
        json!({ "id": block, "signatures": { "id": block, "signatures": [], "block": { "id": block } } })
    );
    assert_eq!(
        row["out_messages"],
        json!([{
            "src": one, "dst": two, "src_account": { "id": one }, "dst_account": { "id": two },
            "src_transaction": { "in_msg": hash }, "dst_transaction": { "account_addr": two, "out_messages": [] },
            "block": { "id": block },
        }])
    );
}

#[tokio::test]
async fn when_decides_by_the_document_whether_to_join() {
    let world = World::busy(41).await;
    let query = "{ messages(limit: 50) { msg_type joined: dst_transaction(when: {msg_type: {eq: 1}}) { id } all: dst_transaction { id } } }";
    for row in world.ask(query).await["messages"].as_array().unwrap() {
        let expected = if row["msg_type"] == 1 { row["all"].clone() } else { serde_json::Value::Null };
        assert_eq!(row["joined"], expected);
    }
}

#[tokio::test]
async fn timeout_waits_for_the_joined_document() {
    let world = World::new().await;
    let to = relay::place(-1, 1);
    let call = relay::send(&to, ton_abi::Nano::tokens(1), 0, true, None);
    // From the masterchain to the workchain a message takes until the next round.
    world.post(&to, vec![relay::send(&address(1), ton_abi::Nano::tokens(1), 0, true, None), call]);
    world.mine().await;
    let query = format!(
        "{{ messages(filter: {{dst: {{eq: \"{}\"}}}}) {{ now: dst_transaction {{ id }} later: dst_transaction(timeout: 60000) {{ id }} }} }}",
        address(1)
    );
    let asked = world.start(&query);
    world.mine().await;
    let data = asked.await;
    let row = &data["messages"][0];
    assert!(row["now"].is_null() && row["later"]["id"].is_string(), "{data}");
    // What will never come is given up.
    let query = "{ messages(filter: {msg_type: {eq: 1}}) { src_transaction(timeout: 5) { id } } }";
    assert_eq!(world.ask(query).await["messages"][0]["src_transaction"], serde_json::Value::Null);
}
