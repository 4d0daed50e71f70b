//! Each limit of the server: what is over it gets a clear error, and the server goes on.

#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod world;

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use node_server::http::Limits;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use ton_abi::Nano;
use ton_client::boc;
use world::{World, address};

const SHORT: Duration = Duration::from_millis(50);

/// Sends bytes and reads until the server hangs up.
async fn raw(world: &World, bytes: &[u8]) -> String {
    let mut socket = TcpStream::connect(world.running.addr()).await.unwrap();
    // The server may hang up in the middle.
    let _ = socket.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = socket.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn websocket(world: &World) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, u16> {
    let mut request = world.url("/graphql").replace("http", "ws").into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-ws".parse().unwrap());
    match connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn bodies_have_a_length() {
    let world = World::limited(Limits { body: 1000, control_body: 2000, ..Limits::default() }).await;
    let (status, answer) = world.post("/graphql", &json!({ "query": "x".repeat(1000) })).await;
    assert_eq!(
        (status, &answer["errors"][0]["message"]),
        (413, &json!("the body is longer than 1000 bytes"))
    );
    let (status, answer) = world.post("/rpc", &json!("x".repeat(1000))).await;
    assert_eq!((status, &answer["error"]["data"]["code"]), (413, &json!("body-too-large")));
    assert_eq!(
        world.code("/control/fund", &json!("x".repeat(2000))).await,
        (413, "body-too-large".to_owned())
    );
    // Also if the length is not announced.
    let chunk = "x".repeat(600);
    let chunked = format!(
        "POST /rpc HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n\
         258\r\n{chunk}\r\n258\r\n{chunk}\r\n0\r\n\r\n"
    );
    assert!(raw(&world, chunked.as_bytes()).await.starts_with("HTTP/1.1 413"));
}

#[tokio::test]
async fn all_bodies_together_have_a_size() {
    let world = World::limited(Limits { bodies: 64 << 10, ..Limits::default() }).await;
    let (status, answer) = world.post("/rpc", &json!("x".repeat(100_000))).await;
    assert_eq!((status, &answer["error"]["data"]["code"]), (503, &json!("busy")));
    // What was taken is given back.
    for _ in 0..10 {
        let (status, _) = world.post("/rpc", &json!("x".repeat(20_000))).await;
        assert_eq!(status, 200);
    }
}

#[tokio::test]
async fn headers_have_a_length_and_a_number() {
    let world = World::limited(Limits { headers: 10_000, ..Limits::default() }).await;
    let long = format!("GET /healthz HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "y".repeat(20_000));
    assert!(raw(&world, long.as_bytes()).await.starts_with("HTTP/1.1 431"));
    let many = format!("GET /healthz HTTP/1.1\r\nhost: x\r\n{}\r\n", "a: b\r\n".repeat(200));
    assert!(raw(&world, many.as_bytes()).await.starts_with("HTTP/1.1 431"));
    assert_eq!(world.get("/healthz").await.0, 200);
}

#[tokio::test]
async fn garbage_gets_an_answer_and_the_server_goes_on() {
    let world = World::new().await;
    for garbage in [
        &b"\x00\x01\x02\x03\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"POST /rpc HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999999999\r\n\r\n",
        b"POST /rpc HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        b"POST /rpc HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ] {
        let answer = raw(&world, garbage).await;
        assert!(answer.is_empty() || !answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    assert_eq!(world.get("/healthz").await.0, 200);
}

#[tokio::test]
async fn a_connection_that_asks_nothing_is_closed() {
    let world = World::limited(Limits { header_time: SHORT, ..Limits::default() }).await;
    for start in [&b""[..], b"GET /healthz HTT", b"PRI * HTTP", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        raw(&world, start).await;
    }
    let limits = Limits { idle: SHORT, ..Limits::default() };
    let world = World::limited(limits).await;
    // Ends only because the server hangs up after the answer.
    let answer = raw(&world, b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let world = World::limited(Limits { body_time: SHORT, idle: SHORT, ..Limits::default() }).await;
    let answer = raw(&world, b"POST /rpc HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhal").await;
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("did not arrive"), "{answer}");
}

#[tokio::test]
async fn a_client_that_does_not_read_is_hung_up_on() {
    let world = World::limited(Limits { write_stall: SHORT, ..Limits::default() }).await;
    let path = format!("/control/account/{}", address(1));
    let filler = boc::encode_base64(&filler(4_000));
    world.ok(&path, &json!({ "code": filler, "data": filler })).await;
    let mut socket = TcpStream::connect(world.running.addr()).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
    // Without reading: sooner or later the answers fill every buffer and the server gives up on us.
    let gone = async {
        loop {
            if socket.write_all(request.as_bytes()).await.is_err() {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), gone).await.expect("the server hangs up");
}

/// Cells in a row, each full of its own bits.
fn filler(cells: u32) -> ton_abi::Cell {
    use tycho_types::cell::{CellBuilder, CellFamily};
    let mut top = ton_abi::Cell::empty_cell();
    for number in 0..cells {
        let mut builder = CellBuilder::new();
        builder.store_u32(number).unwrap();
        builder.store_raw(&[number as u8; 120], 960).unwrap();
        if number % 1000 != 0 {
            builder.store_reference(top).unwrap();
        }
        top = builder.build().unwrap();
    }
    top
}

#[tokio::test]
async fn connections_are_counted_in_all_and_by_address() {
    for limits in [
        Limits { connections: 2, ..Limits::default() },
        Limits { connections_per_address: 2, ..Limits::default() },
    ] {
        let world = World::limited(limits).await;
        let mut open = Vec::new();
        for _ in 0..2 {
            let mut socket = TcpStream::connect(world.running.addr()).await.unwrap();
            socket.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
            assert!(socket.read(&mut [0; 1024]).await.unwrap() > 0);
            open.push(socket);
        }
        let refused = raw(&world, b"").await;
        assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("too-many-connections"), "{refused}");
        drop(open.pop());
        // The place is free as soon as the server has seen it.
        let mut answer = String::new();
        while !answer.starts_with("HTTP/1.1 200") {
            answer = raw(&world, b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
        }
    }
}

#[tokio::test]
async fn requests_under_way_are_counted() {
    let world = World::limited(Limits { requests: 1, ..Limits::default() }).await;
    let poll = json!({ "query": "{blocks(filter:{seq_no:{eq:2}},timeout:3600000){seq_no}}" });
    let polling = world.post("/graphql", &poll);
    let refused = async {
        // The poll may not have come in yet.
        loop {
            let (status, answer) = world.post("/graphql", &json!({ "query": "{info{version}}" })).await;
            if status != 200 {
                return (status, answer);
            }
        }
    };
    let (status, answer) = tokio::select! { _ = polling => unreachable!(), refused = refused => refused };
    assert_eq!((status, &answer["errors"][0]["extensions"]["code"]), (503, &json!("too-many-requests")));
}

#[tokio::test]
async fn batches_have_a_length() {
    let world = World::new().await;
    let one = json!({ "query": "{info{version}}" });
    assert_eq!(world.post("/graphql", &Value::Array(vec![one.clone(); 50])).await.0, 200);
    let (status, answer) = world.post("/graphql", &Value::Array(vec![one; 51])).await;
    assert_eq!((status, &answer["errors"][0]["message"]), (400, &json!("a batch has 50 requests at most")));
}

#[tokio::test]
async fn websockets_and_their_operations_are_counted() {
    let limits = Limits { websockets: 2, operations: 2, operations_in_all: 3, ..Limits::default() };
    let world = World::limited(limits).await;
    let mut sockets = Vec::new();
    for _ in 0..2 {
        let mut socket = websocket(&world).await.unwrap();
        socket.send(Message::text(r#"{"type":"connection_init","payload":{}}"#)).await.unwrap();
        for id in 1..=2 {
            let payload = json!({ "query": "subscription { blocks { id } }" });
            let start = json!({ "type": "start", "id": id.to_string(), "payload": payload });
            socket.send(Message::text(start.to_string())).await.unwrap();
        }
        sockets.push(socket);
    }
    assert_eq!(websocket(&world).await.unwrap_err(), 503);
    // The first connection has two, the second is refused its second one: three run in all.
    let mut errors = Vec::new();
    let ping = json!({ "type": "start", "id": "3", "payload": { "query": "{info{version}}" } });
    for socket in &mut sockets {
        socket.send(Message::text(ping.to_string())).await.unwrap();
        loop {
            let Message::Text(text) = socket.next().await.unwrap().unwrap() else { continue };
            let answer: Value = serde_json::from_str(&text).unwrap();
            if let Some(message) = answer["payload"]["errors"][0]["message"].as_str() {
                errors.push(message.to_owned());
            }
            if answer["id"] == "3" {
                break;
            }
        }
    }
    assert!(errors.iter().any(|error| error == "2 operations run on this connection already"), "{errors:?}");
    assert!(errors.iter().any(|error| error.starts_with("too many operations run")), "{errors:?}");
}

#[tokio::test]
async fn a_websocket_must_begin_and_keep_its_messages_short() {
    let limits = Limits { websocket_init: SHORT, websocket_message: 1000, ..Limits::default() };
    let world = World::limited(limits).await;
    let mut silent = websocket(&world).await.unwrap();
    match silent.next().await.unwrap().unwrap() {
        Message::Close(Some(frame)) => assert_eq!(u16::from(frame.code), 4408),
        other => panic!("{other:?}"),
    }
    let mut long = websocket(&world).await.unwrap();
    let _ = long.send(Message::text("x".repeat(2000))).await;
    assert!(matches!(long.next().await, None | Some(Err(_)) | Some(Ok(Message::Close(_)))));
    let mut broken = websocket(&world).await.unwrap();
    broken.send(Message::text("no json")).await.unwrap();
    match broken.next().await.unwrap().unwrap() {
        Message::Close(Some(frame)) => assert_eq!(u16::from(frame.code), 1002),
        other => panic!("{other:?}"),
    }
    assert_eq!(world.get("/healthz").await.0, 200);
}

#[tokio::test]
async fn a_websocket_that_does_not_answer_pings_ends() {
    let world = World::limited(Limits { websocket_ping: SHORT, ..Limits::default() }).await;
    let mut socket = TcpStream::connect(world.running.addr()).await.unwrap();
    let upgrade = "GET /graphql HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
                   sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                   sec-websocket-protocol: graphql-ws\r\n\r\n";
    socket.write_all(upgrade.as_bytes()).await.unwrap();
    let mut seen = Vec::new();
    // Ends because the server hangs up.
    socket.read_to_end(&mut seen).await.unwrap();
    assert!(seen.starts_with(b"HTTP/1.1 101"));
}

/// A bag of cells by hand: `cells` descriptors and references with four bytes each, no data.
fn bag(cells: &[(u8, Vec<u32>)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (descriptor, references) in cells {
        body.extend([*descriptor, 0]);
        body.extend(references.iter().flat_map(|index| index.to_be_bytes()));
    }
    let mut bag = vec![0xb5, 0xee, 0x9c, 0x72, 4, 4];
    let count = u32::try_from(cells.len()).unwrap();
    for number in [count, 1, 0, u32::try_from(body.len()).unwrap(), 0] {
        bag.extend(number.to_be_bytes());
    }
    bag.extend(body);
    bag
}

/// Each cell holds the next one.
fn deep(depth: u32) -> Vec<u8> {
    let mut cells: Vec<_> = (1..=depth).map(|next| (1, vec![next])).collect();
    cells.push((0, vec![]));
    bag(&cells)
}

/// Each cell holds the next one four times: 4^depth cells if somebody walks it as a tree.
fn wide(depth: u32) -> Vec<u8> {
    let mut cells: Vec<_> = (1..=depth).map(|next| (4, vec![next; 4])).collect();
    cells.push((0, vec![]));
    bag(&cells)
}

#[tokio::test]
async fn bombs_of_cells_are_refused_before_anything_is_done_with_them() {
    use base64::Engine as _;
    let world = World::new().await;
    let text = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let cycle = bag(&[(1, vec![1]), (1, vec![0])]);
    let itself = bag(&[(1, vec![0])]);
    for (name, bomb) in [
        ("deep", deep(10_000)),
        ("deeper than any chain", deep(600)),
        ("wide", wide(500)),
        ("cyclic", cycle),
        ("its own child", itself),
        ("large", vec![0; 2 << 20]),
        ("many cells promised", vec![0xb5, 0xee, 0x9c, 0x72, 4, 4, 255, 255, 255, 255, 0, 0, 0, 1]),
    ] {
        let params = json!({ "message": text(&bomb) });
        let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "sendMessage", "params": params });
        let answer = world.ok("/rpc", &call).await;
        assert_eq!(answer["error"]["code"], -32001, "{name}: {answer}");
        let post = json!({
            "query": "mutation m($requests:[Request]){postRequests(requests:$requests)}",
            "variables": { "requests": [{ "id": "AA==", "body": text(&bomb) }] },
        });
        let answer = world.ok("/graphql", &post).await;
        assert!(answer["errors"][0]["message"].is_string(), "{name}: {answer}");
    }
    // 16 MiB reach only the controls.
    let path = format!("/control/account/{}", address(1));
    for bomb in [deep(2_000_000), wide(1_000_000), vec![0xb5; 16 << 20]] {
        let refused = world.code(&path, &json!({ "code": text(&bomb) })).await;
        assert_eq!(refused, (400, "bad-boc".to_owned()));
    }
    // Wide, but no deeper than a chain allows: it is one small cell after the other.
    let shown = world.ok(&path, &json!({ "code": text(&wide(500)), "balance": "1" })).await;
    assert_eq!(shown["status"], "active");
    assert_eq!(world.service().info().waiting, 0);
}

#[tokio::test]
async fn deep_json_and_deep_queries_are_refused() {
    let world = World::new().await;
    for text in
        ["[".repeat(1 << 20), format!("{{\"query\":{}", "[".repeat(1 << 20)), "{\"a\":".repeat(1 << 18)]
    {
        for path in ["/graphql", "/control/fund"] {
            let (status, _) = world.send(world.http.post(world.url(path)).body(text.clone())).await;
            assert_eq!(status, 400, "{path}");
        }
    }
    let query =
        format!("{{blocks(filter:{}seq_no:{{eq:1}}{}){{id}}}}", "{OR:".repeat(5_000), "}".repeat(5_001));
    let answer = world.ok("/graphql", &json!({ "query": query })).await;
    assert!(answer["errors"][0]["message"].is_string(), "{answer}");
}

#[tokio::test]
async fn a_flood_of_messages_fills_the_mempool_and_no_more() {
    let mut settings = node_server::service::Settings {
        mode: node_server::service::Mode::Manual,
        clock: node_server::service::Clock::frozen(),
        mempool: 3,
        ..Default::default()
    };
    let source = World::new().await;
    let node = (*source.service().snapshot()).clone();
    let service = node_server::service::Service::start(node.clone(), None, settings.clone()).unwrap();
    let gifts: Vec<_> = (0..4).map(|_| boc::encode(&source.gift(&address(1), Nano(1)))).collect();
    for gift in &gifts[..3] {
        service.post(gift).unwrap();
        service.post(gift).expect("the same message waits once");
    }
    assert_eq!(service.post(&gifts[3]).unwrap_err().code(), "mempool-full");
    service.produce().await.unwrap();
    service.post(&gifts[3]).unwrap();
    service.stop();

    settings.mempool_bytes = gifts[0].len();
    let service = node_server::service::Service::start(node, None, settings).unwrap();
    let outcomes: Vec<_> = gifts.iter().map(|gift| service.post(gift).is_ok()).collect();
    assert!(outcomes[0]);
    service.stop();
}
