//! Endpoints that fail, lie or flood: what a transport makes of them, over real sockets.

#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{Frame, Reply, Request, Server, cause, data, hello, patient, quick, response};
use ton_abi::{Address, Hash, Lt, UnixTime};
use ton_client::net::{GraphqlTransport, Head, JrpcTransport, Options, Secret, Transport, TransportError};
use ton_client::{MsgHash, TxHash};

fn graphql(url: &str, options: Options) -> GraphqlTransport {
    GraphqlTransport::new(&[url], options).unwrap()
}

fn address() -> Address {
    Address::new(0, Hash([1; 32]))
}

fn empty() -> Value {
    json!({ "data": { "transactions": [] } })
}

async fn ask(transport: &dyn Transport) -> Result<bool, TransportError> {
    transport.transaction(&TxHash([1; 32])).await.map(|found| found.is_some())
}

/// A masterchain block with this number and one shard.
fn master(seq_no: u32) -> Value {
    let id = |kind: u8| format!("{kind:02x}{seq_no:062x}");
    let descr = json!({ "root_hash": id(1), "seq_no": seq_no, "gen_utime": 1_700_000_000 + seq_no, "end_lt": "0x10" });
    json!({
        "id": id(0xff), "seq_no": seq_no, "gen_utime": 1_700_000_000 + seq_no, "end_lt": "0x20",
        "master": { "shard_hashes": [{ "workchain_id": 0, "shard": "8000000000000000", "descr": descr }] },
    })
}

#[tokio::test]
async fn next_endpoint_is_asked_when_one_cannot_be_reached() {
    let good = Server::start(|_, _| Reply::Json(empty())).await;
    let endpoints = [Server::nobody().await, good.url.clone()];
    let transport = GraphqlTransport::new(&endpoints, quick()).unwrap();
    assert!(!ask(&transport).await.unwrap());
    assert!(!ask(&transport).await.unwrap());
    assert!(transport.name().ends_with(" and 1 more"), "{}", transport.name());
}

#[tokio::test]
async fn endpoint_that_lags_is_left_for_one_that_does_not() {
    let lagging = |latency: u64| {
        move |_: usize, request: &Request| {
            let info = json!({ "data": { "info": { "latency": latency } } });
            Reply::Json(if request.asks("info") { info } else { empty() })
        }
    };
    let (old, new) = (Server::start(lagging(90_000)).await, Server::start(lagging(100)).await);
    let transport = GraphqlTransport::new(&[&old.url, &new.url], quick()).unwrap();
    ask(&transport).await.unwrap();
    assert_eq!(new.requests().len(), 2);
    assert!(old.requests().iter().all(|request| request.asks("info")));
}

#[tokio::test]
async fn temporary_errors_are_tried_again() {
    let server = Server::start(|n, _| match n {
        0 => Reply::Status(503, "busy"),
        1 => Reply::Json(
            json!({ "errors": [{ "message": "busy", "extensions": { "exception": { "code": 503 } } }] }),
        ),
        2 => Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"data\"".to_vec()),
        _ => Reply::Json(empty()),
    })
    .await;
    assert!(!ask(&graphql(&server.url, patient())).await.unwrap());
    assert_eq!(server.requests().len(), 4);
    let server = Server::start(|n, _| match n {
        0 => Reply::Json(
            json!({ "jsonrpc": "2.0", "id": 1, "error": { "code": -32000, "message": "not ready" } }),
        ),
        1 => Reply::Status(429, ""),
        _ => Reply::Json(json!({ "jsonrpc": "2.0", "id": 1, "result": null })),
    })
    .await;
    assert!(!ask(&JrpcTransport::new(&[&server.url], patient()).unwrap()).await.unwrap());
    assert_eq!(server.requests().len(), 3);
    assert!(server.requests()[0].head.starts_with("POST /rpc "));
}

#[tokio::test]
async fn errors_that_stay_are_not_tried_again() {
    for (reply, words) in [
        (|| Reply::Status(404, "\u{1b}[31mwhat?"), "HTTP status 404: [31mwhat?"),
        (|| Reply::Status(401, "no"), "it wants a key, or another one (HTTP status 401)"),
        (|| Reply::Status(307, ""), "HTTP status 307"),
        (
            || Reply::Json(json!({ "errors": [{ "message": "m", "extensions": { "code": 10008 } }] })),
            "m (code 10008)",
        ),
        (|| Reply::Json(json!({ "errors": [{}], "data": null })), "an error without words"),
        (|| Reply::Status(400, "{\"errors\":[{\"message\":\"bad query\"}]}"), "bad query"),
    ] as [(fn() -> Reply, &str); 6]
    {
        let server = Server::start(move |_, _| reply()).await;
        let error = ask(&graphql(&server.url, patient())).await.unwrap_err();
        assert!(matches!(error, TransportError::Refused { .. }), "{error}");
        assert_eq!(cause(&error), words);
        assert_eq!(server.requests().len(), 1, "{words}");
    }
    let server =
        Server::start(|_, _| Reply::Json(json!({ "error": { "code": -32601, "message": "no" } }))).await;
    let error = ask(&JrpcTransport::new(&[&server.url], patient()).unwrap()).await.unwrap_err();
    assert_eq!(cause(&error), "no (code -32601)");
}

#[tokio::test]
async fn patience_has_an_end() {
    let server = Server::start(|_, _| Reply::Status(500, "")).await;
    let error = ask(&graphql(&server.url, quick())).await.unwrap_err();
    assert!(error.is_temporary(), "{error}");
    assert_eq!(server.requests().len(), 1);
    let error = ask(&graphql(&Server::nobody().await, quick())).await.unwrap_err();
    assert!(error.is_temporary(), "{error}");
}

#[tokio::test]
async fn endpoint_that_never_answers_is_given_up() {
    let server = Server::start(|_, _| Reply::Endless).await;
    let options = Options { request_timeout: Duration::from_millis(50), max_answer: usize::MAX, ..quick() };
    let error = ask(&graphql(&server.url, options)).await.unwrap_err();
    assert!(error.is_temporary(), "{error}");
    assert_eq!(cause(&error), "no answer within 0 s");
}

#[tokio::test]
async fn answers_that_make_no_sense_are_told_from_refusals() {
    let deep = || Reply::Raw(response(200, &"[".repeat(100_000)));
    for (reply, words) in [
        (|| Reply::Endless, "it has more than 1048576 bytes"),
        (
            || Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n".to_vec()),
            "it has more than 1048576 bytes",
        ),
        (|| Reply::Status(200, "<html>"), "expected value at line 1 column 1"),
        (|| Reply::Status(200, ""), "EOF while parsing a value at line 1 column 0"),
        (deep, "recursion limit exceeded at line 1 column 128"),
        (|| Reply::Json(json!([])), "it has no data"),
        (|| Reply::Json(json!({ "data": null })), "it has no data"),
        (|| Reply::Json(json!({ "data": {} })), "it has no transactions"),
        (|| Reply::Json(json!({ "data": { "transactions": 5 } })), "its transactions is not a list"),
        (|| Reply::Json(json!({ "data": { "transactions": [5] } })), "it has no account_addr"),
    ] as [(fn() -> Reply, &str); 10]
    {
        let server = Server::start(move |_, _| reply()).await;
        let error = ask(&graphql(&server.url, patient())).await.unwrap_err();
        assert!(matches!(error, TransportError::BadAnswer { .. }), "{error}");
        assert_eq!(cause(&error), words);
        assert_eq!(server.requests().len(), 1, "{words}");
    }
    let server = Server::start(|_, _| Reply::Raw(b"SSH-2.0-hello\r\n".to_vec())).await;
    assert!(ask(&graphql(&server.url, quick())).await.unwrap_err().is_temporary());
}

#[tokio::test]
async fn post_that_may_have_arrived_is_not_called_refused() {
    let refuse = || Reply::Json(json!({ "errors": [{ "message": "too big" }] }));
    let posts = |request: &Request| request.asks("postRequests");
    let info = || Reply::Json(json!({ "data": { "info": {} } }));
    let server = Server::start(move |_, request| if posts(request) { refuse() } else { info() }).await;
    let error = graphql(&server.url, patient()).post(b"bytes").await.unwrap_err();
    assert!(matches!(error, TransportError::Refused { .. }), "{error}");
    // The first endpoint took it and broke down.
    let server = Server::start(move |n, request| match (posts(request), n) {
        (false, _) => info(),
        (true, 1) => Reply::Raw(Vec::new()),
        (true, _) => refuse(),
    })
    .await;
    let error = graphql(&server.url, patient()).post(b"bytes").await.unwrap_err();
    assert!(error.is_temporary(), "{error}");
    let sent = &server.requests()[1].body["variables"]["requests"][0]["body"];
    assert_eq!(sent, "Ynl0ZXM=");
}

#[tokio::test]
async fn keys_reach_the_endpoint_and_nobody_else() {
    let server = Server::start(|_, _| Reply::Status(403, "")).await;
    let options = Options {
        auth: Some(Secret::new("hunter2")),
        headers: vec![("x-key".to_owned(), Secret::new("hunter3"))],
        ..quick()
    };
    let url = server.url.replace("http://", "http://user:hunter4@") + "/?key=hunter5";
    let transport = graphql(&url, options);
    let error = ask(&transport).await.unwrap_err();
    let shown = format!("{error} {error:?} {}", transport.name());
    assert!(!shown.contains("hunter"), "{shown}");
    let head = server.requests()[0].head.to_ascii_lowercase();
    assert!(head.contains("x-key: hunter3") && head.contains("authorization: basic "), "{head}");
}

#[tokio::test]
async fn proxy_gets_the_requests_and_its_own_key() {
    let server = Server::start(|_, _| Reply::Json(empty())).await;
    let proxy = server.url.replace("http://", "http://me:hunter2@");
    let options = Options { proxy: Some(Secret::new(proxy)), ..quick() };
    ask(&graphql("http://far.example", options)).await.unwrap();
    let head = server.requests()[0].head.to_ascii_lowercase();
    assert!(head.starts_with("post http://far.example/graphql "), "{head}");
    assert!(head.contains("proxy-authorization: basic bwu6ahvudgvymg=="), "{head}");
}

#[tokio::test]
async fn endpoint_without_a_certificate_is_not_talked_to_over_https() {
    let server = Server::start(|_, _| Reply::Json(empty())).await;
    let url = server.url.replace("http://", "https://");
    for websocket in [false, true] {
        // The server waits for a request, the client for a certificate.
        let options = Options { websocket, connect_timeout: Duration::from_millis(200), ..quick() };
        let error = ask(&graphql(&url, options)).await.unwrap_err();
        assert!(error.is_temporary(), "{error}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn next_block_is_waited_for_by_one_long_question() {
    let server = Server::start(|_, request| {
        let newest = master(5);
        Reply::Json(json!({ "data": match request.body["variables"]["id"].as_str() {
            None => json!({ "blocks": [newest] }),
            Some(id) if id.ends_with("5") => json!({ "next": [master(6)], "newest": [newest] }),
            Some(_) => json!({ "next": [], "newest": [master(6)] }),
        } }))
    })
    .await;
    let transport = graphql(&server.url, quick());
    let head = transport.head(&address()).await.unwrap();
    assert_eq!((head.seq_no, head.end_lt), (5, Lt(16)));
    let next = transport.wait_block(&address(), &head, Duration::from_secs(9)).await.unwrap().unwrap();
    assert_eq!((next.seq_no, next.gen_utime), (6, UnixTime(1_700_000_006)));
    let wait = server.requests()[1].body["variables"]["wait"].as_f64().unwrap();
    assert!((8000.0..=9000.0).contains(&wait), "{wait}");
    assert_eq!(transport.wait_block(&address(), &next, Duration::ZERO).await.unwrap(), None);
    // A head that this transport has not given: whatever is the newest.
    let unknown = Head { id: "77".repeat(32).parse().unwrap(), ..head };
    let newest = transport.wait_block(&address(), &unknown, Duration::ZERO).await.unwrap().unwrap();
    assert_eq!(newest.seq_no, 5);
}

#[tokio::test]
async fn clock_has_milliseconds_and_is_never_behind_the_newest_block() {
    for (time, expected) in [
        (json!(1_700_000_009_123u64), 1_700_000_009_123),
        (json!(1_600_000_000_000u64), 1_700_000_005_000),
        (json!(u64::MAX), 1_700_000_005_000),
        (json!("?"), 1_700_000_005_000),
    ] {
        let server = Server::start(move |_, _| {
            Reply::Json(json!({ "data": { "info": { "time": time }, "blocks": [master(5)] } }))
        })
        .await;
        assert_eq!(graphql(&server.url, quick()).now(&address()).await.unwrap().0, expected);
    }
}

#[tokio::test]
async fn json_rpc_asks_until_the_number_of_the_block_changes() {
    let server = Server::start(|n, _| {
        let seq_no = if n < 4 { 7 } else { 8 };
        Reply::Json(json!({ "result": { "lastMcBlockSeqno": seq_no, "lastMcUtime": 1_700_000_000 } }))
    })
    .await;
    let transport = JrpcTransport::new(&[&server.url], quick()).unwrap();
    let head = transport.head(&address()).await.unwrap();
    let next = transport.wait_block(&address(), &head, Duration::from_secs(60)).await.unwrap().unwrap();
    assert_eq!((head.seq_no, next.seq_no), (7, 8));
    assert_eq!(transport.wait_block(&address(), &next, Duration::ZERO).await.unwrap(), None);
    let now = transport.now(&address()).await.unwrap();
    assert_eq!(now.seconds(), UnixTime(1_700_000_000));
}

#[tokio::test]
async fn json_rpc_takes_the_time_from_the_endpoints_clock() {
    for (more, expected) in [
        (json!({ "nowMs": "1700000005123" }), 1_700_000_005_123..1_700_000_005_124),
        (json!({}), 1_700_000_005_000..1_700_000_006_000),
        // Behind the block, or without end.
        (json!({ "nowMs": "5" }), 1_700_000_005_000..1_700_000_006_000),
        (json!({ "nowMs": "18446744073709551615" }), 1_700_000_005_000..1_700_000_005_001),
    ] {
        let server = Server::start(move |_, _| {
            let mut timings = json!({ "lastMcBlockSeqno": 7, "lastMcUtime": 1_700_000_000, "mcTimeDiff": 5 });
            timings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            Reply::Json(json!({ "result": timings }))
        })
        .await;
        let now = JrpcTransport::new(&[&server.url], quick()).unwrap().now(&address()).await.unwrap().0;
        assert!(expected.contains(&now), "{now}");
    }
}

fn over_socket(url: &str, options: Options) -> GraphqlTransport {
    graphql(url, Options { websocket: true, ..options })
}

#[tokio::test]
async fn queries_share_one_socket() {
    let server = Server::start(|_, _| {
        Reply::Socket("graphql-ws", |frame| match frame["type"].as_str() {
            Some("start") => vec![
                data(frame, json!({ "transactions": [] })),
                Frame::Json(json!({ "type": "complete", "id": frame["id"] })),
            ],
            _ => hello(frame),
        })
    })
    .await;
    let transport = over_socket(&server.url, quick());
    for _ in 0..3 {
        assert!(!ask(&transport).await.unwrap());
    }
    assert_eq!(server.requests().len(), 1);
    assert!(server.requests()[0].head.to_ascii_lowercase().contains("sec-websocket-protocol: graphql-ws"));
}

#[tokio::test]
async fn socket_that_breaks_is_opened_again() {
    let server = Server::start(|n, _| {
        let breaks: fn(&Value) -> Vec<Frame> = |frame| match frame["type"].as_str() {
            Some("start") => vec![Frame::Break],
            _ => hello(frame),
        };
        let works: fn(&Value) -> Vec<Frame> = |frame| match frame["type"].as_str() {
            Some("start") => vec![data(frame, json!({ "transactions": [] }))],
            _ => hello(frame),
        };
        Reply::Socket("graphql-ws", if n == 0 { breaks } else { works })
    })
    .await;
    assert!(!ask(&over_socket(&server.url, patient())).await.unwrap());
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn sockets_that_break_the_protocol_are_left() {
    let error = async |reply: fn() -> Reply| {
        let server = Server::start(move |_, _| reply()).await;
        ask(&over_socket(&server.url, quick())).await.unwrap_err()
    };
    let other = error(|| Reply::Socket("graphql-transport-ws", hello)).await;
    assert_eq!(cause(&other), "it breaks the WebSocket protocol: another sub-protocol");
    let plain = error(|| Reply::Status(200, "hello")).await;
    assert_eq!(cause(&plain), "HTTP status 200: no WebSocket");
    let key = error(|| Reply::Status(401, "")).await;
    assert_eq!(cause(&key), "it wants a key, or another one (HTTP status 401)");
    let refused = error(|| {
        Reply::Socket("graphql-ws", |_| {
            vec![Frame::Json(json!({ "type": "connection_error", "payload": { "message": "go away" } }))]
        })
    })
    .await;
    assert_eq!(cause(&refused), "go away");
    for reply in [
        || Reply::Socket("graphql-ws", |_| vec![Frame::Close]),
        || Reply::Socket("graphql-ws", |_| vec![Frame::Binary(5)]),
        || Reply::Socket("graphql-ws", |_| vec![Frame::Text("{".to_owned())]),
        || Reply::Socket("graphql-ws", |_| vec![Frame::Json(json!({ "type": "data", "id": "1" }))]),
        || {
            Reply::Socket("graphql-ws", |frame| {
                if frame["type"] == "start" { vec![Frame::Text(" ".repeat(2 << 20))] } else { hello(frame) }
            })
        },
        || {
            Reply::Socket("graphql-ws", |frame| {
                if frame["type"] == "start" {
                    vec![Frame::Json(json!({ "type": "complete", "id": frame["id"] }))]
                } else {
                    hello(frame)
                }
            })
        },
    ] as [fn() -> Reply; 6]
    {
        error(reply).await;
    }
}

#[tokio::test]
async fn subscription_gets_what_is_pushed_until_it_ends() {
    let server = Server::start(|_, _| {
        Reply::Socket("graphql-ws", |frame| match frame["type"].as_str() {
            Some("start") => vec![
                Frame::Json(json!({ "type": "data", "id": "77", "payload": { "data": { "n": 0 } } })),
                data(frame, json!({ "n": 1 })),
                data(frame, json!({ "n": 2 })),
                Frame::Json(json!({ "type": "data", "id": frame["id"], "payload": { "errors": [{ "message": "oops" }] } })),
                Frame::Json(json!({ "type": "complete", "id": frame["id"] })),
            ],
            _ => hello(frame),
        })
    })
    .await;
    let transport = graphql(&server.url, quick());
    let mut subscription = transport.subscribe("subscription{n}", Value::Null).await.unwrap();
    for n in [1, 2] {
        assert_eq!(subscription.next().await.unwrap().unwrap(), json!({ "n": n }));
    }
    assert_eq!(cause(&subscription.next().await.unwrap().unwrap_err()), "oops");
    assert!(subscription.next().await.is_none());
}

/// A message that every network would take for one.
fn message() -> Vec<u8> {
    let cell = ton_abi::external_message(&address(), None, None).unwrap();
    ton_client::boc::encode(&cell)
}

#[tokio::test]
async fn receipt_of_a_rejection_ends_the_wait_for_a_block() {
    let server = Server::start(|_, request| {
        if request.body.is_null() {
            return Reply::Socket("graphql-ws", |frame| match frame["payload"]["query"].as_str() {
                Some(query) => {
                    let id = query.split('"').nth(1).unwrap();
                    let receipt = |kind: &str, json: &str| {
                        data(frame, json!({ "rempReceipts": { "messageId": id, "kind": kind, "timestamp": 5000, "json": json } }))
                    };
                    vec![receipt("SentToValidators", "{}"), receipt("RejectedByFullnode", "{\"error\":\"bad key\"}")]
                }
                None => hello(frame),
            });
        }
        Reply::Json(json!({ "data": {
            "info": { "rempEnabled": true },
            "postRequests": [],
            "blocks": [master(5)],
            // No block will ever come.
            "next": [], "newest": [master(5)],
        } }))
    })
    .await;
    let transport = graphql(&server.url, quick());
    let bytes = message();
    let hash = MsgHash::from(ton_client::boc::hash(&bytes).unwrap());
    let head = transport.head(&address()).await.unwrap();
    transport.post(&bytes).await.unwrap();
    let start = Instant::now();
    let news = transport.wait_news(&address(), &head, &hash, Duration::from_secs(600)).await.unwrap();
    assert_eq!(news, Some(head));
    assert!(start.elapsed() < Duration::from_secs(300));
    let rejection = transport.rejection(&hash).await.unwrap().unwrap();
    assert_eq!((rejection.reason.to_string(), rejection.at), ("bad key".to_owned(), UnixTime(5)));
    assert_eq!(rejection.account, address());
    // Told once; afterwards the wait is one for blocks.
    assert_eq!(transport.wait_news(&address(), &head, &hash, Duration::ZERO).await.unwrap(), None);
    // Who does not want receipts gets none.
    let deaf = graphql(&server.url, Options { remp: false, ..quick() });
    deaf.post(&bytes).await.unwrap();
    assert_eq!(deaf.rejection(&hash).await.unwrap(), None);
}
