//! The command line `subgov`: nouns and verbs of a sub-governance.
//!
//! Place in the map: the top. It parses arguments, calls the crates below and prints; nothing else may live here.
//!
//! Invariants:
//! - stdout carries the answer and nothing else, stderr the rest; with `--json` stdout is one envelope;
//! - exit status: 0 ok, 1 refused by the chain, 2 usage, 3 network, 4 keys, 5 stopped by a safety check;
//! - what changes a network is simulated, shown and agreed to first, without touching a secret;
//! - no secret is taken from the command line or printed.

mod actor;
mod args;
mod body;
mod cards;
mod commands;
mod consent;
mod contracts;
mod effects;
mod error;
mod event;
mod failure;
mod hops;
mod identity;
mod ledger;
mod local;
mod members;
mod network;
mod organisation;
mod outbox;
mod output;
mod overview;
mod person;
mod place;
mod prepare;
mod recorder;
mod state;
mod store;
mod table;
#[cfg(test)]
mod transcripts;
mod utc;
mod view;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use args::{Args, Command};
use error::{CliError, Status};
use output::Progress;

/// Cells are many small values that come and go; this allocator makes the node about a tenth faster.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    let json = words.iter().take_while(|word| *word != "--").any(|word| word == "--json");
    let status = match Args::try_parse_from(&words) {
        _ if has_phrase(&words) => output::finish(Err(secret_argument()), json),
        Ok(Args { command: Command::Node(commands::node::Node::Start(start)), json, .. }) => {
            commands::node::start::run(&start, json)
        }
        Ok(args) => {
            let progress = Progress::new(args.quiet || args.json);
            output::finish(commands::run(&args.command, progress, args.json), args.json)
        }
        Err(help) if !json && is_help(&help) => {
            // A reader who went away is no reason to say more.
            let _ = help.print();
            Status::Usage as u8
        }
        Err(error) if error.use_stderr() => output::finish(Err(usage(&error)), json),
        Err(help) => match help.print() {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Status::Network as u8,
            _ => 0,
        },
    };
    ExitCode::from(status)
}

/// Whether a seed phrase stands on the command line, as one word or as many.
fn has_phrase(words: &[OsString]) -> bool {
    let words: Vec<_> = words.iter().skip(1).map(|word| word.to_string_lossy()).collect();
    let is_phrase = |text: &str| keys::Phrase::parse(text).is_ok();
    words.iter().any(|word| is_phrase(word))
        || [12, 24].iter().any(|count| words.windows(*count).any(|part| is_phrase(&part.join(" "))))
}

fn secret_argument() -> CliError {
    let why = "the command line holds a seed phrase, which other programs and the shell's history can read";
    let hint = "take the phrase for known: move what its keys guard to new ones, and give secrets by a question, \
                --from-fd, SUBGOV_PHRASE or the key store";
    CliError::new(Status::Keys, "secret-argument", "nothing was done", why, hint)
}

/// A text without what may be a secret key: 64 hexadecimal digits.
fn without_keys(text: &str) -> String {
    let mut told = String::new();
    for part in text.split_inclusive(|c: char| !c.is_ascii_hexdigit()) {
        let digits = part.trim_end_matches(|c: char| !c.is_ascii_hexdigit());
        told += if digits.len() == 64 { "…" } else { digits };
        told += &part[digits.len()..];
    }
    told
}

/// Whether clap answers a command without its verb by the help page.
fn is_help(error: &clap::Error) -> bool {
    error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
}

/// Puts clap's message into the form of all other failures.
fn usage(error: &clap::Error) -> CliError {
    if is_help(error) {
        let (what, why) = ("nothing was asked for", "a command is missing");
        return CliError::new(Status::Usage, "usage", what, why, "run it with --help");
    }
    let text = without_keys(&error.to_string());
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let why = lines.next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    let rest: Vec<_> = lines.collect();
    let hint = rest.iter().find_map(|line| line.strip_prefix("tip: ")).map_or_else(
        || "run the command with --help".to_owned(),
        |tip| format!("{tip}, or run it with --help"),
    );
    let detail: Vec<_> = rest
        .iter()
        .filter(|line| line.starts_with('<') || line.starts_with("--") || line.starts_with('['))
        .copied()
        .collect();
    let why = if detail.is_empty() { why } else { format!("{why} {}", detail.join(", ")) };
    CliError::new(Status::Usage, "usage", "the command line is not understood", why, hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_key_is_not_repeated() {
        let key = "9f7c2a4e1b3d5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8";
        assert_eq!(
            without_keys(&format!("unexpected argument '{key}' found")),
            "unexpected argument '…' found"
        );
        assert_eq!(without_keys("invalid value 'abc' for 0:12"), "invalid value 'abc' for 0:12");
        let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        let phrase = "abandon math mimic master filter design carbon crystal rookie group knife young";
        assert!(has_phrase(&words(&format!("subgov key import mine {phrase}"))));
        assert!(has_phrase(&["subgov".into(), "key".into(), phrase.into()]));
        assert!(!has_phrase(&words("subgov key import mine")));
    }
}
