//! The official SDK library in a process of its own (see `sdk-compat/sdk.py`).

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::{foreign, workspace};

/// A running SDK that answers one request at a time.
pub struct Sdk {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Sdk {
    /// Starts the library without any endpoint: it never uses a network.
    ///
    /// # Panics
    /// If it is not installed or does not start.
    pub fn start() -> Self {
        let mut child = Command::new(foreign("python/bin/python"))
            .arg(workspace("tests/sdk-compat/sdk.py"))
            .env("LD_LIBRARY_PATH", foreign("openssl"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the SDK process starts");
        let stdin = child.stdin.take().expect("stdin is piped");
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        Self { child, stdin, stdout }
    }

    /// Calls `module.function`; an error of the SDK comes back as `Err` with its JSON.
    ///
    /// # Panics
    /// If the process has died.
    pub fn call(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let request = json!({ "method": method, "params": params });
        writeln!(self.stdin, "{request}").expect("the SDK process reads");
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("the SDK process answers");
        let mut answer: Value = serde_json::from_str(&line).expect("the SDK answers in JSON");
        match answer.get_mut("error") {
            Some(error) => Err(error.take()),
            None => Ok(answer["result"].take()),
        }
    }
}

impl Drop for Sdk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
