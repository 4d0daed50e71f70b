//! A proxy in front of a node that breaks connections on purpose, around the request that posts a message.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What a JSON-RPC request that posts a message contains.
const POST: &str = "\"sendMessage\"";

/// What goes wrong, once unless it says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    /// The connection breaks before the node gets the message.
    BreakBeforePost,
    /// The node gets the message, and its answer is lost.
    BreakAfterPost,
    /// The same, and nobody is reached any more.
    GoneAfterPost,
    /// The message is lost, with an answer that it was taken: a network that forgets it.
    SwallowPost,
    /// The message is lost, and no request is answered any more.
    LosePost,
    /// Every answer takes a while.
    Slow,
    /// Nobody is reached.
    Gone,
    /// Connections are taken and nothing is answered.
    Silent,
}

struct Shared {
    target: Mutex<String>,
    fault: Mutex<Fault>,
    posts: Mutex<Sender<()>>,
    /// Connections that are kept without an answer.
    held: Mutex<Vec<TcpStream>>,
}

/// The proxy; its threads end with the test's process.
pub(super) struct Proxy {
    pub(super) url: String,
    shared: Arc<Shared>,
    posted: Receiver<()>,
}

impl Proxy {
    pub(super) fn start(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let (posts, posted) = mpsc::channel();
        let shared = Arc::new(Shared {
            target: Mutex::new(host(target)),
            fault: Mutex::new(Fault::None),
            posts: Mutex::new(posts),
            held: Mutex::default(),
        });
        let each = shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = each.clone();
                // A connection that breaks ends its thread.
                thread::spawn(move || shared.serve(stream).ok());
            }
        });
        Self { url, shared, posted }
    }

    pub(super) fn set(&self, fault: Fault) {
        *self.shared.fault.lock().unwrap() = fault;
        self.shared.held.lock().unwrap().clear();
    }

    pub(super) fn forward_to(&self, target: &str) {
        *self.shared.target.lock().unwrap() = host(target);
    }

    /// Returns when a fault has met a post.
    pub(super) fn wait_for_post(&self) {
        self.posted.recv_timeout(Duration::from_secs(60)).expect("the program posts a message");
    }
}

fn host(url: &str) -> String {
    url.trim_start_matches("http://").trim_end_matches('/').to_owned()
}

impl Shared {
    fn fault(&self) -> Fault {
        *self.fault.lock().unwrap()
    }

    fn serve(&self, mut client: TcpStream) -> std::io::Result<()> {
        let mut requests = BufReader::new(client.try_clone()?);
        loop {
            let Some(request) = message(&mut requests)? else { return Ok(()) };
            let is_post = String::from_utf8_lossy(&request).contains(POST);
            let now = self.fault();
            match now {
                Fault::Gone => return Ok(()),
                Fault::Silent => return self.hold(client),
                Fault::Slow => thread::sleep(Duration::from_millis(20)),
                _ => {}
            }
            if !is_post || matches!(now, Fault::None | Fault::Slow) {
                client.write_all(&self.forward(&request)?)?;
                continue;
            }
            let after = match now {
                Fault::GoneAfterPost => Fault::Gone,
                Fault::LosePost => Fault::Silent,
                _ => Fault::None,
            };
            *self.fault.lock().unwrap() = after;
            if matches!(now, Fault::BreakAfterPost | Fault::GoneAfterPost) {
                self.forward(&request)?;
            }
            self.posts.lock().unwrap().send(()).expect("the test listens");
            match now {
                Fault::SwallowPost => client.write_all(&taken())?,
                Fault::LosePost => return self.hold(client),
                _ => return Ok(()),
            }
        }
    }

    fn hold(&self, client: TcpStream) -> std::io::Result<()> {
        self.held.lock().unwrap().push(client);
        Ok(())
    }

    /// What the node answers.
    fn forward(&self, request: &[u8]) -> std::io::Result<Vec<u8>> {
        let target = self.target.lock().unwrap().clone();
        let mut node = TcpStream::connect(target)?;
        node.write_all(request)?;
        Ok(message(&mut BufReader::new(node))?.unwrap_or_default())
    }
}

/// The answer of a node that takes a message.
fn taken() -> Vec<u8> {
    let body = r#"{"jsonrpc":"2.0","id":1,"result":null}"#;
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// A request or an answer, head and body; `None` at the end of the connection.
fn message(stream: &mut impl BufRead) -> std::io::Result<Option<Vec<u8>>> {
    let (mut all, mut length) = (Vec::new(), 0);
    loop {
        let start = all.len();
        if stream.read_until(b'\n', &mut all)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&all[start..]).to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length is a number");
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let start = all.len();
    all.resize(start + length, 0);
    stream.read_exact(&mut all[start..])?;
    Ok(Some(all))
}
