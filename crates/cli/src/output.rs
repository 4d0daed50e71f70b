//! The two streams: the answer goes to stdout, everything else to stderr.

use std::io::{self, Write};

use serde_json::{Value, json};
use ton_abi::printable;

use crate::error::{CliError, Status};

/// Name and version of the envelope that `--json` prints.
const SCHEMA: &str = "subgov/1";

/// What a command found or did.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// For people; printed as it is, so it ends with a line break.
    pub(crate) text: String,
    /// The same for programs.
    pub(crate) data: Value,
    /// What the reader should know besides.
    pub(crate) warnings: Vec<String>,
}

/// Where a command tells what it is doing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Progress {
    quiet: bool,
}

impl Progress {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet }
    }

    /// Tells nothing.
    pub(crate) fn silent() -> Self {
        Self { quiet: true }
    }

    /// Whether nothing is told.
    pub(crate) fn is_quiet(self) -> bool {
        self.quiet
    }

    /// One line of progress. A reader who went away is no reason to stop work.
    pub(crate) fn say(&self, line: impl AsRef<str>) {
        if !self.quiet {
            let _ = writeln!(io::stderr(), "{}", safe(line.as_ref()));
        }
    }
}

/// A text with nothing in it that moves the cursor, hides or turns around what is written; lines stay.
pub(crate) fn safe(text: &str) -> String {
    text.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

/// Prints the outcome of a command and returns its exit status.
pub(crate) fn finish(outcome: Result<Answer, CliError>, json: bool) -> u8 {
    let status = outcome.as_ref().err().map_or(0, |error| error.status as u8);
    match print(&outcome, json) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let what = "the answer cannot be written";
            let why = format!("{error}; what the command was asked to do is done all the same");
            let hint = "look at the state before the command is repeated";
            let told = CliError::new(Status::Usage, "output", what, why, hint).to_text();
            let _ = io::stderr().write_all(told.as_bytes());
            if status == 0 { Status::Usage as u8 } else { status }
        }
        _ => status,
    }
}

fn print(outcome: &Result<Answer, CliError>, json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        writeln!(out, "{:#}", envelope(outcome))?;
        return out.flush();
    }
    match outcome {
        Ok(answer) => {
            for warning in &answer.warnings {
                let _ = writeln!(io::stderr(), "warning: {}", safe(warning));
            }
            out.write_all(safe(&answer.text).as_bytes())?;
            out.flush()
        }
        Err(error) => {
            out.write_all(safe(error.answer()).as_bytes())?;
            out.flush()?;
            io::stderr().write_all(safe(&error.to_text()).as_bytes())
        }
    }
}

fn envelope(outcome: &Result<Answer, CliError>) -> Value {
    match outcome {
        Ok(answer) => json!({
            "schema": SCHEMA,
            "ok": true,
            "data": answer.data,
            "errors": [],
            "warnings": answer.warnings,
        }),
        Err(error) => json!({
            "schema": SCHEMA,
            "ok": false,
            "data": error.data(),
            "errors": [error.to_json()],
            "warnings": [],
        }),
    }
}
