//! One port: both versions of HTTP, GraphQL on both paths, both WebSocket protocols, and how requests fail.

#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod world;

use futures_util::{SinkExt, StreamExt};
use localnet::giver;
use node_server::http::Limits;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use ton_abi::Nano;
use ton_client::boc;
use world::{World, address, hash};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn websocket(world: &World, protocol: &str) -> Socket {
    let mut request = world.url("/graphql").replace("http", "ws").into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", protocol.parse().unwrap());
    let (socket, answer) = connect_async(request).await.unwrap();
    assert_eq!(answer.headers()["sec-websocket-protocol"], protocol);
    socket
}

async fn say(socket: &mut Socket, message: Value) {
    socket.send(Message::text(message.to_string())).await.unwrap();
}

/// The next message of the protocol; frames of the WebSocket itself do not count.
async fn hear(socket: &mut Socket) -> Value {
    loop {
        match socket.next().await.unwrap().unwrap() {
            Message::Text(text) => return serde_json::from_str(&text).unwrap(),
            Message::Ping(_) | Message::Pong(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn both_versions_of_http_answer_on_one_port() {
    let world = World::new().await;
    let h2 = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    for client in [&world.http, &h2] {
        let (status, answer) =
            world.send(client.get(world.url("/graphql?query=%7Binfo%7Bversion%20rempEnabled%7D%7D"))).await;
        assert_eq!(
            (status, &answer),
            (200, &json!({"data":{"info":{"version":"0.68.0","rempEnabled":true}}}))
        );
        let call = r#"{"jsonrpc":"2.0","id":1,"method":"getStatus","params":null}"#;
        for path in ["/", "/rpc"] {
            let (status, answer) = world.send(client.post(world.url(path)).body(call)).await;
            assert_eq!((status, &answer["result"]["ready"]), (200, &json!(true)));
        }
    }
    let answer = h2.get(world.url("/healthz")).send().await.unwrap();
    assert_eq!(answer.version(), reqwest::Version::HTTP_2);
}

#[tokio::test]
async fn graphql_takes_single_requests_and_batches_on_both_paths() {
    let world = World::new().await;
    let one = json!({ "query": "{ info { version } }", "variables": null });
    let answer = json!({ "data": { "info": { "version": "0.68.0" } } });
    for path in ["/graphql", "/graphql/graphql", "/graphql/"] {
        assert_eq!(world.ok(path, &one).await, answer);
        assert_eq!(world.ok(path, &json!([one, one])).await, json!([answer, answer]));
    }
    for (path, body) in [("/graphql", "{"), ("/graphql", "7"), ("/graphql", "{\"query\":7}")] {
        let (status, answer) = world.send(world.http.post(world.url(path)).body(body)).await;
        assert_eq!(status, 400, "{body}");
        assert_eq!(answer["errors"][0]["extensions"]["exception"]["code"], 400);
        assert_eq!(answer["data"], Value::Null);
    }
    let (status, _) = world.get("/graphql").await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn a_posted_message_is_in_the_next_block_and_not_seen_before() {
    let world = World::new().await;
    let (to, value) = (address(1), Nano::tokens(2));
    let message = world.gift(&to, value);
    let request = json!({
        "query": "mutation m($requests:[Request]){postRequests(requests:$requests)}",
        "variables": { "requests": [{ "id": "AA==", "body": boc::encode_base64(&message) }] },
    });
    let answer = world.ok("/graphql", &request).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    let find = format!("{{transactions(filter:{{in_msg:{{eq:\"{}\"}}}}){{id aborted}}}}", hash(&message));
    assert_eq!(world.query(&find).await["transactions"], json!([]));
    world.mine().await;
    assert_eq!(world.query(&find).await["transactions"][0]["aborted"], json!(false));
    assert_eq!(world.service().snapshot().balance(&to), value);
}

#[tokio::test]
async fn a_long_poll_is_answered_by_the_block_it_waits_for() {
    let world = World::new().await;
    let wait =
        json!({ "query": "{blocks(filter:{seq_no:{eq:2},workchain_id:{eq:0}},timeout:60000){seq_no}}" });
    let (_, answer) = tokio::join!(world.mine(), world.ok("/graphql", &wait));
    assert_eq!(answer["data"]["blocks"][0]["seq_no"], 2);
}

#[tokio::test]
async fn apollos_old_protocol_subscribes_queries_and_sends_no_keep_alive() {
    let world = World::new().await;
    let mut socket = websocket(&world, "graphql-ws").await;
    say(&mut socket, json!({ "type": "connection_init", "payload": {} })).await;
    assert_eq!(hear(&mut socket).await["type"], "connection_ack");
    let text =
        "subscription t($filter: TransactionFilter) { transactions(filter: $filter) { account_addr } }";
    let variables = json!({ "filter": { "account_addr": { "eq": giver::ADDRESS.to_string() } } });
    say(
        &mut socket,
        json!({ "type": "start", "id": "1", "payload": { "query": text, "variables": variables } }),
    )
    .await;
    // The answer to a query of the same connection says that the subscription was started before it.
    say(
        &mut socket,
        json!({ "type": "start", "id": "2", "payload": { "query": "{info{version}}", "variables": null } }),
    )
    .await;
    let data = hear(&mut socket).await;
    assert_eq!((&data["type"], &data["id"]), (&json!("data"), &json!("2")));
    let end = hear(&mut socket).await;
    assert_eq!((&end["type"], &end["id"]), (&json!("complete"), &json!("2")));

    world.post_message(&world.gift(&address(1), Nano::tokens(1))).await;
    world.mine().await;
    let pushed = hear(&mut socket).await;
    assert_eq!((&pushed["type"], &pushed["id"]), (&json!("data"), &json!("1")));
    let document = &pushed["payload"]["data"]["transactions"];
    assert_eq!(document["account_addr"], json!(giver::ADDRESS.to_string()));
    say(&mut socket, json!({ "type": "stop", "id": "1" })).await;
    assert_eq!(hear(&mut socket).await, json!({ "type": "complete", "id": "1" }));
    say(&mut socket, json!({ "type": "connection_terminate" })).await;
    assert!(matches!(socket.next().await, None | Some(Ok(Message::Close(_)))));
}

#[tokio::test]
async fn the_newer_protocol_subscribes_and_pongs() {
    let world = World::new().await;
    let mut socket = websocket(&world, "graphql-transport-ws").await;
    say(&mut socket, json!({ "type": "connection_init" })).await;
    assert_eq!(hear(&mut socket).await["type"], "connection_ack");
    let text = "subscription { blocks(filter: {workchain_id: {eq: -1}}) { seq_no } }";
    say(&mut socket, json!({ "type": "subscribe", "id": "x", "payload": { "query": text } })).await;
    say(&mut socket, json!({ "type": "ping" })).await;
    assert_eq!(hear(&mut socket).await["type"], "pong");
    world.mine().await;
    let pushed = hear(&mut socket).await;
    assert_eq!((&pushed["type"], &pushed["id"]), (&json!("next"), &json!("x")));
    assert_eq!(pushed["payload"]["data"]["blocks"]["seq_no"], 2);
}

#[tokio::test]
async fn browsers_may_call_from_everywhere() {
    let world = World::new().await;
    for path in ["/graphql", "/rpc", "/control/fund", "/se/time"] {
        let request = world.http.request(reqwest::Method::OPTIONS, world.url(path));
        let request = request.header("origin", "http://page").header("access-control-request-method", "POST");
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}");
        assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    }
}

#[tokio::test]
async fn wrong_paths_and_methods_are_told_in_the_shape_of_their_kind() {
    let world = World::new().await;
    let (status, answer) = world.get("/nowhere").await;
    assert_eq!((status, &answer["error"]["code"]), (404, &json!("no-such-path")));
    let (status, answer) = world.get("/control/mine").await;
    assert_eq!((status, &answer["error"]["code"]), (405, &json!("wrong-method")));
    let (status, answer) = world.delete("/graphql").await;
    assert_eq!((status, &answer["errors"][0]["extensions"]["code"]), (405, &json!("wrong-method")));
    let (status, answer) = world.get("/rpc").await;
    assert_eq!((status, &answer["error"]["code"]), (405, &json!(-32600)));
}

#[tokio::test]
async fn health_and_metrics_count_what_happened() {
    let world = World::new().await;
    world.post_message(&world.gift(&address(1), Nano::tokens(1))).await;
    let wrong = world.gift_signed_by(&"11".repeat(32), &address(1), Nano::tokens(1));
    world.post_message(&wrong).await;
    world.mine().await;
    let (status, health) = world.get("/healthz").await;
    assert_eq!((status, &health["ok"], &health["seq_no"]), (200, &json!(true), &json!(2)));
    let (_, text) = world.get("/metrics").await;
    let text = text.as_str().unwrap();
    for line in [
        "localnet_blocks_total{workchain=\"0\"} 2",
        "localnet_blocks_total{workchain=\"-1\"} 2",
        "localnet_transactions_total{workchain=\"0\"} 2",
        "localnet_messages_total{fate=\"posted\"} 2",
        "localnet_messages_total{fate=\"included\"} 1",
        "localnet_messages_total{fate=\"rejected\"} 1",
        "localnet_requests_total{kind=\"rpc\",status=\"200\"} 2",
        "localnet_mempool 0",
        "localnet_websockets 0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
    }
    assert!(text.contains("localnet_resident_memory_bytes") && text.contains("localnet_db_commit_seconds"));
}

#[tokio::test]
async fn a_server_that_stops_says_so_and_ends_long_polls() {
    let limits = Limits { grace: std::time::Duration::from_millis(100), ..Limits::default() };
    let world = World::limited(limits).await;
    let mut socket = websocket(&world, "graphql-ws").await;
    say(&mut socket, json!({ "type": "connection_init", "payload": {} })).await;
    assert_eq!(hear(&mut socket).await["type"], "connection_ack");
    let http = world.http.clone();
    let url = world.url("/graphql");
    let poll = tokio::spawn(async move {
        let body = r#"{"query":"{blocks(filter:{seq_no:{eq:99}},timeout:3600000){seq_no}}"}"#;
        http.post(url).body(body).send().await.map(|answer| answer.status())
    });
    let service = world.service().clone();
    world.running.stop().await;
    match socket.next().await.unwrap().unwrap() {
        Message::Close(Some(frame)) => assert_eq!(u16::from(frame.code), 1001),
        other => panic!("{other:?}"),
    }
    // Answered or cut off, but over.
    let _ = poll.await.unwrap();
    assert!(matches!(service.post(b""), Err(node_server::service::Error::Node(_))));
    assert!(matches!(service.produce().await, Err(node_server::service::Error::Stopped)));
}
