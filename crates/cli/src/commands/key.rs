//! `subgov key …`

use std::io::{BufRead, BufReader, IsTerminal, Read};

use clap::Subcommand;
use governance::Organisation;
use keys::{Path, Phrase, Signer};
use serde_json::json;
use zeroize::Zeroizing;

use crate::error::{CliError, Status};
use crate::output::{Answer, Progress};

#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// The public key of a seed phrase, and whose it is.
    ///
    /// The phrase is read from the environment variable SUBGOV_PHRASE or from standard input, never from the
    /// command line.
    Public {
        /// Last step of the path m/44'/396'/0'/0/N.
        #[arg(long, value_name = "N", default_value_t = 0, conflicts_with = "path")]
        index: u32,
        /// Another path.
        #[arg(long)]
        path: Option<Path>,
    },
}

/// More than 24 of the longest words with generous white space.
const PHRASE_LIMIT: u64 = 4096;

pub(crate) fn run(command: &Key, progress: Progress) -> Result<Answer, CliError> {
    match command {
        Key::Public { index, path } => public(*index, path.as_ref(), progress),
    }
}

fn public(index: u32, path: Option<&Path>, progress: Progress) -> Result<Answer, CliError> {
    let path = match path {
        Some(path) => path.clone(),
        None => Path::account(index).map_err(|error| bad(Status::Usage, "bad-path", error))?,
    };
    let phrase =
        Phrase::parse(&read_phrase(progress)?).map_err(|error| bad(Status::Keys, "bad-phrase", error))?;
    let key = phrase.key_at(&path).map_err(|error| bad(Status::Keys, "no-key", error))?.public_key();
    let organisation = Organisation::of_proposal();
    let member = organisation.member_with(&key).map(|member| member.name.as_str());
    let whose = member.map_or_else(|| "no member of the proposal".to_owned(), str::to_owned);
    Ok(Answer {
        text: format!("{key}\n  path:   {path}\n  member: {whose}\n"),
        data: json!({ "public_key": key, "path": path.to_string(), "member": member }),
        warnings: Vec::new(),
    })
}

fn bad(status: Status, code: &'static str, error: keys::Error) -> CliError {
    let hint = match &error {
        keys::Error::UnknownWord { .. } => "correct that word and try again",
        keys::Error::Checksum => "compare every word and their order with your notes",
        keys::Error::WordCount { .. } => "give the whole phrase, words separated by spaces",
        _ => "give a path like m/44'/396'/0'/0/0",
    };
    CliError::new(status, code, "no key can be made", error.to_string(), hint)
}

fn read_phrase(progress: Progress) -> Result<Zeroizing<String>, CliError> {
    if let Ok(phrase) = std::env::var("SUBGOV_PHRASE") {
        return Ok(Zeroizing::new(phrase));
    }
    let mut phrase = Zeroizing::new(String::with_capacity(512));
    let mut input = BufReader::new(std::io::stdin().take(PHRASE_LIMIT));
    let read = if std::io::stdin().is_terminal() {
        progress.say("seed phrase, on one line:");
        input.read_line(&mut phrase)
    } else {
        input.read_to_string(&mut phrase)
    };
    read.map_err(|error| {
        CliError::new(
            Status::Keys,
            "no-phrase",
            "the seed phrase cannot be read",
            error.to_string(),
            "write it to standard input or into SUBGOV_PHRASE",
        )
    })?;
    Ok(phrase)
}
