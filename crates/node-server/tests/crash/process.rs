//! The program as a process of its own, and requests to it.

use std::io::{BufRead, BufReader, ErrorKind, Read, Result, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// No answer takes longer, or the test fails.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Process(Arc<Mutex<Child>>);

impl Process {
    /// Starts the program on a free port, with its database in `folder`.
    pub(crate) fn start(folder: &Path) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_localnet"))
            .args(["--port", "0", "--json", "--db"])
            .arg(folder.join("db"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self(Arc::new(Mutex::new(child)))
    }

    /// Waits until it is ready.
    pub(crate) fn ready(&self) -> Client {
        let stdout = self.0.lock().unwrap().stdout.take().unwrap();
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let ready: Value =
            serde_json::from_str(&line).unwrap_or_else(|e| panic!("it does not start: {e} {line:?}"));
        Client::connect(ready["url"].as_str().unwrap()).unwrap()
    }

    /// Kills it while it starts: after so many turns of an empty loop.
    pub(crate) fn kill_early(&self, turns: u32) {
        for _ in 0..turns {
            std::hint::spin_loop();
        }
        let mut child = self.0.lock().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Kills it from another thread after so many answers, while whoever got them goes on.
    pub(crate) fn killer(&self, answers: usize) -> Killer {
        let (sender, receiver) = channel::<()>();
        let child = self.0.clone();
        thread::spawn(move || {
            for _ in 0..=answers {
                if receiver.recv().is_err() {
                    break;
                }
            }
            child.lock().unwrap().kill().unwrap();
        });
        Killer(sender)
    }

    /// Waits until it is gone.
    pub(crate) fn wait(self) {
        let status = loop {
            // The killer needs the lock, too.
            if let Some(status) = self.0.lock().unwrap().try_wait().unwrap() {
                break status;
            }
            thread::yield_now();
        };
        assert!(status.code().is_none(), "it ended by itself: {status}");
    }
}

/// Counts answers.
pub(crate) struct Killer(Sender<()>);

impl Killer {
    pub(crate) fn answer(&self) {
        // It may have killed already.
        let _ = self.0.send(());
    }
}

/// One connection.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    host: String,
}

impl Client {
    pub(crate) fn connect(url: &str) -> Result<Self> {
        let host = url.strip_prefix("http://").unwrap().to_owned();
        let stream = TcpStream::connect(&host)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), host })
    }

    /// A second connection to the same process.
    pub(crate) fn again(&self) -> Result<Self> {
        Self::connect(&format!("http://{}", self.host))
    }

    /// Asks in GraphQL; an error if the process is gone.
    pub(crate) fn query(&mut self, query: &str, variables: &Value) -> Result<Value> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let answer = self.request("POST", "/graphql", &body)?;
        let answer: Value =
            serde_json::from_slice(&answer).map_err(|_| std::io::Error::from(ErrorKind::UnexpectedEof))?;
        assert!(answer["errors"].is_null(), "{query}: {answer}");
        Ok(answer["data"].clone())
    }

    pub(crate) fn request(&mut self, method: &str, path: &str, body: &str) -> Result<Vec<u8>> {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            self.host,
            body.len()
        );
        self.stream.get_mut().write_all((head + body).as_bytes())?;
        let mut length = None;
        let mut first = String::new();
        self.line(&mut first)?;
        loop {
            let mut line = String::new();
            self.line(&mut line)?;
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().ok();
            }
        }
        let mut answer = vec![0; length.unwrap_or_else(|| panic!("no length: {first}"))];
        self.stream.read_exact(&mut answer)?;
        assert!(first.contains(" 200 "), "{first} {}", String::from_utf8_lossy(&answer));
        Ok(answer)
    }

    fn line(&mut self, line: &mut String) -> Result<()> {
        if self.stream.read_line(line)? == 0 || !line.ends_with('\n') {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}
