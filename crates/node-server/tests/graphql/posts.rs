//! `postRequests`.

use serde_json::json;

use crate::relay;
use crate::world::{World, address, base64};

#[tokio::test]
async fn ids_come_back_and_messages_wait_for_a_block() {
    let world = World::new().await;
    let (one, two) = (relay::call(&address(1), 1, []), relay::call(&address(2), 2, []));
    let query = format!(
        "mutation {{ postRequests(requests: [{{id: \"a\", body: \"{}\"}}, {{id: \"b\", body: \"{}\", expireAt: 4e12}}]) }}",
        base64(&one),
        base64(&two)
    );
    assert_eq!(world.ask(&query).await["postRequests"], json!(["a", "b"]));
    let round = world.mine().await;
    assert_eq!(round.transactions().count(), 2);
    for (arguments, ids) in [("", json!([])), ("(requests: null)", json!([])), ("(requests: [])", json!([]))]
    {
        assert_eq!(world.ask(&format!("mutation {{ postRequests{arguments} }}")).await["postRequests"], ids);
    }
}

#[tokio::test]
async fn bad_messages_are_told_and_nothing_is_posted() {
    let world = World::new().await;
    let good = base64(&relay::call(&address(1), 1, []));
    let internal =
        ton_abi::InternalMessage::transfer(address(1), address(2), ton_abi::Nano(1)).build().unwrap();
    let many = vec!["{id: \"a\", body: \"\"}"; 1_001].join(",");
    for (requests, code, text) in [
        (format!("[{{id: \"a\", body: \"{good}\"}}, {{id: \"b\", body: \"***\"}}]"), 400, "not base64"),
        (format!("[{{id: \"a\", body: \"{good}\"}}, {{id: \"b\"}}]"), 400, "wants a body"),
        ("[{id: \"b\", body: \"\"}]".to_owned(), 400, "Post requests failed"),
        ("[{id: \"b\", body: \"te6ccgEBAQEAAgAAAA==\"}]".to_owned(), 400, "not a message"),
        (format!("[{{id: \"b\", body: \"{}\"}}]", base64(&internal)), 400, "not an external inbound message"),
        (format!("[{{id: \"b\", body: \"{}\"}}]", "A".repeat(90_000)), 400, "bytes"),
        (format!("[{{id: \"b\", body: \"{good}\", expireAt: 1}}]"), 10001, "Message expired"),
        ("[null]".to_owned(), 400, "a request is"),
        (format!("[{many}]"), 10008, "up to 1000 messages"),
    ] {
        let (found, message) =
            world.fail(&format!("mutation {{ postRequests(requests: {requests}) }}")).await;
        assert_eq!(found, code, "{message}");
        assert!(message.contains(text), "{message}");
    }
    assert_eq!(world.mine().await.transactions().count(), 0);
}
