//! Receipts of messages, and the message monitor.

use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt};
use node_server::graphql::GraphqlOptions;
use serde_json::{Value, json};
use ton_abi::Boc;

use crate::relay;
use crate::world::{World, address};

fn receipts(world: &World, message: &str) -> BoxStream<'static, async_graphql::Response> {
    let query = format!(
        "subscription {{ rempReceipts(messageId: \"{message}\") {{ messageId kind timestamp json }} }}"
    );
    world.schema.execute_stream(query)
}

async fn next(stream: &mut BoxStream<'static, async_graphql::Response>) -> (String, Value) {
    let answer = stream.next().await.unwrap();
    assert!(answer.errors.is_empty(), "{:?}", answer.errors);
    let mut receipt = answer.data.into_json().unwrap()["rempReceipts"].take();
    let json = serde_json::from_str(receipt["json"].as_str().unwrap()).unwrap();
    assert!(receipt["timestamp"].is_u64() && receipt["messageId"].is_string(), "{receipt}");
    (receipt["kind"].take().as_str().unwrap().to_owned(), json)
}

/// A message that no contract accepts: nobody is there.
fn hopeless(world: &World) -> String {
    let message = relay::call(&address(150), 1, []);
    world.service.post(&Boc::encode(message)).unwrap().to_string()
}

#[tokio::test]
async fn an_accepted_message_is_followed_to_its_block() {
    let world = World::new().await;
    let message = world.post(&address(1), vec![]).to_string();
    let mut stream = receipts(&world, &message);
    let block = world.mine().await.workchain.id.to_string();
    let mut kinds = Vec::new();
    while kinds.last().is_none_or(|kind| kind != "Finalized") {
        let (kind, json) = next(&mut stream).await;
        if kind != "SentToValidators" {
            assert_eq!(json["block_id"], block);
        }
        kinds.push(kind);
    }
    kinds.retain(|kind| kind != "SentToValidators");
    assert_eq!(kinds, ["IncludedIntoBlock", "IncludedIntoAcceptedBlock", "Finalized"]);
    // The same is told to those who come late.
    let mut late = receipts(&world, &message.to_uppercase());
    assert_eq!(next(&mut late).await.0, "IncludedIntoBlock");
}

#[tokio::test]
async fn a_rejected_message_is_told_at_once_with_the_reason() {
    let world = World::new().await;
    let message = hopeless(&world);
    world.mine().await;
    let (kind, json) = next(&mut receipts(&world, &message)).await;
    assert_eq!(
        (kind.as_str(), json["error"].as_str()),
        ("RejectedByFullnode", Some("the account does not exist"))
    );
    assert_eq!(json["message_id"], message);
}

#[tokio::test]
async fn receipts_can_be_switched_off() {
    let world = World::of(relay::relays(1), GraphqlOptions { remp: false, ..Default::default() }).await;
    assert_eq!(world.ask("{ info { rempEnabled } }").await["info"]["rempEnabled"], false);
    let answer = receipts(&world, &"00".repeat(32)).next().await.unwrap();
    let answer = serde_json::to_value(&answer).unwrap();
    assert_eq!(answer["errors"][0]["message"], "Disabled");
    assert_eq!(answer["errors"][0]["extensions"]["exception"]["code"], 403);
    let world = World::new().await;
    let answer = serde_json::to_value(receipts(&world, "xyz").next().await.unwrap()).unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["exception"]["code"], 10008);
}

#[tokio::test]
async fn the_monitor_gives_one_result_for_each_message_and_ends() {
    let world = World::new().await;
    let done = world.post(&address(1), vec![]).to_string();
    let lost = hopeless(&world);
    let now = world.node().now().0;
    let query = "subscription monitorMessages($messages:[MessageMonitoringParams!]!){recentExtInMessageStatuses(messages:$messages){hash status error transaction{hash aborted compute{exit_code}}}}";
    let messages = json!([
        { "hash": done, "address": address(1).to_string(), "waitUntil": now + 60 },
        { "hash": lost, "address": address(150).to_string(), "waitUntil": now + 60 },
    ]);
    let variables = async_graphql::Variables::from_json(json!({ "messages": messages }));
    let mut stream = world.schema.execute_stream(async_graphql::Request::new(query).variables(variables));
    assert!(stream.next().now_or_never().is_none());
    world.mine().await;
    let mut status = async || {
        stream
            .next()
            .await
            .map(|answer| answer.data.into_json().unwrap()["recentExtInMessageStatuses"].take())
    };
    let first = status().await.unwrap();
    assert_eq!((&first["hash"], &first["status"]), (&json!(done), &json!("FINALIZED")));
    assert_eq!(first["transaction"]["aborted"], false);
    world.service.edit(|node| node.advance(61).map(drop)).await.unwrap();
    world.mine().await;
    let second = status().await.unwrap();
    assert_eq!(
        second,
        json!({ "hash": lost, "status": "TIMEOUT", "error": "the account does not exist", "transaction": null })
    );
    assert_eq!(status().await, None);
}
