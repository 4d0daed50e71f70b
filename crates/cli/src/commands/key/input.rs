//! How a phrase or a secret key gets into the program.

use std::io::{self, IsTerminal, Read};

use keystore::read_descriptor;
use zeroize::Zeroizing;

use crate::error::{CliError, Status};
use crate::store::from_store;

/// More than 24 of the longest words with generous white space.
const LIMIT: u64 = 4096;

/// The phrase in SUBGOV_PHRASE, or else on standard input.
pub(super) fn phrase_of_environment() -> Result<Zeroizing<String>, CliError> {
    match std::env::var("SUBGOV_PHRASE") {
        Ok(phrase) => Ok(Zeroizing::new(phrase)),
        Err(_) => typed("seed phrase, on one line", "write it to standard input or into SUBGOV_PHRASE"),
    }
}

/// A phrase or secret key: from a descriptor, from a question on the terminal without an echo, or from standard input.
pub(super) fn secret(descriptor: Option<u32>, what: &str) -> Result<Zeroizing<String>, CliError> {
    if let Some(descriptor) = descriptor {
        return read_descriptor(descriptor).map_err(|error| from_store("the key cannot be imported", error));
    }
    typed(what, "write it to standard input, or name a descriptor with --from-fd")
}

/// What is typed on the terminal without an echo, or else comes through standard input.
fn typed(what: &str, hint: &str) -> Result<Zeroizing<String>, CliError> {
    if io::stdin().is_terminal() {
        let typed = keystore::prompt(&format!("{what} (it is not shown): "));
        return typed.map_err(|error| unreadable(&error, hint));
    }
    standard_input().map_err(|error| unreadable(&error, hint))
}

/// All that comes through a pipe.
fn standard_input() -> io::Result<Zeroizing<String>> {
    // Room for all of it: a string that grows leaves copies behind.
    let mut text = Zeroizing::new(String::with_capacity(LIMIT as usize + 1));
    io::stdin().take(LIMIT).read_to_string(&mut text)?;
    Ok(text)
}

fn unreadable(error: &io::Error, hint: &str) -> CliError {
    CliError::new(Status::Keys, "no-phrase", "the secret cannot be read", error.to_string(), hint)
}
