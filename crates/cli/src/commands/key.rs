//! `subgov key …`

mod export;
mod input;
mod keep;
mod show;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use governance::Organisation;
use keys::{Path, Phrase, Signer};
use keystore::{KeyName, StoreArgs};
use serde_json::json;

use crate::error::{CliError, Status};
use crate::output::{Answer, Progress};
use crate::store::from_store;

#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Make a new key from a new seed phrase, and keep it encrypted.
    New(New),
    /// Keep a key that exists: from its seed phrase, or from its secret key.
    ///
    /// It is read from standard input, from a file descriptor, or from a question on the terminal, never from the
    /// command line.
    Import(Import),
    /// The keys of the key store; needs no password.
    List {
        #[command(flatten)]
        store: StoreArgs,
    },
    /// One key of the key store; needs no password.
    Show {
        #[command(flatten)]
        key: Chosen,
    },
    /// Write a key's phrase or secret out of the key store, to a new file that only you can read or to an open file
    /// descriptor. It never goes into JSON.
    Export(Export),
    /// The keys at the paths m/44'/396'/0'/0/N of a key's phrase, or another one of them as a key of its own.
    Path(Paths),
    /// Give a key another password. The old file stays until the new one is safe on disk.
    Password(Password),
    /// The public key of a seed phrase, and whose it is.
    ///
    /// The phrase is read from the environment variable SUBGOV_PHRASE or from standard input, never from the
    /// command line.
    Public {
        #[command(flatten)]
        place: Place,
    },
}

/// Which key of a phrase.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// Last step of the path m/44'/396'/0'/0/N.
    #[arg(long, value_name = "N", default_value_t = 0, conflicts_with = "path")]
    index: u32,
    /// Another path.
    #[arg(long)]
    path: Option<Path>,
}

/// A key of the store.
#[derive(Debug, Args)]
pub(crate) struct Chosen {
    /// Name of the key.
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    store: StoreArgs,
}

/// How new keys are sealed.
#[derive(Debug, Args)]
pub(crate) struct Sealing {
    /// Memory that opening the key takes, in MiB, from 19 to 4096: the more, the harder a stolen file is to guess.
    #[arg(long, value_name = "MIB", default_value_t = 256)]
    memory: u32,
}

#[derive(Debug, Args)]
pub(crate) struct New {
    #[command(flatten)]
    key: Chosen,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    sealing: Sealing,
    /// Words of the phrase.
    #[arg(long, value_name = "NUMBER", default_value = "24", value_parser = ["12", "24"])]
    words: String,
    /// Show the phrase, once: on the terminal, where some words are asked for again, or else on standard output.
    #[arg(long)]
    show_phrase: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    #[command(flatten)]
    key: Chosen,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    sealing: Sealing,
    /// What is given is a secret key, 64 hexadecimal digits, and not a phrase.
    #[arg(long, conflicts_with_all = ["index", "path"])]
    secret: bool,
    /// Read it from this file descriptor.
    #[arg(long, value_name = "N")]
    from_fd: Option<u32>,
    /// Keep it even if it is a development key, which everybody knows: it signs on networks for development only.
    #[arg(long)]
    development: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    key: Chosen,
    /// Write the seed phrase.
    #[arg(long, conflicts_with = "secret", required_unless_present = "secret")]
    phrase: bool,
    /// Write the secret key, 64 hexadecimal digits.
    #[arg(long)]
    secret: bool,
    /// A new file that only you can read; one that is there is not overwritten.
    #[arg(long, value_name = "FILE", required_unless_present = "to_fd", conflicts_with = "to_fd")]
    out: Option<PathBuf>,
    /// An open file descriptor.
    #[arg(long, value_name = "N")]
    to_fd: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct Paths {
    #[command(flatten)]
    key: Chosen,
    /// The first N.
    #[arg(long, value_name = "N", default_value_t = 0)]
    from: u32,
    /// How many.
    #[arg(long, value_name = "NUMBER", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    count: u32,
    /// Keep the key at --from under this name, with the same password.
    #[arg(long, value_name = "NAME", conflicts_with = "count")]
    save: Option<String>,
    #[command(flatten)]
    sealing: Sealing,
}

#[derive(Debug, Args)]
pub(crate) struct Password {
    #[command(flatten)]
    key: Chosen,
    #[command(flatten)]
    sealing: Sealing,
    /// Read the new password from this file descriptor; without it there is a question on the terminal.
    #[arg(long, value_name = "N")]
    new_password_fd: Option<u32>,
}

pub(crate) fn run(command: &Key, progress: Progress, json: bool) -> Result<Answer, CliError> {
    match command {
        Key::New(args) => keep::new(args, progress, json),
        Key::Import(args) => keep::import(args, progress),
        Key::List { store } => show::list(store),
        Key::Show { key } => show::show(key),
        Key::Export(args) => export::export(args, json),
        Key::Path(args) => show::paths(args),
        Key::Password(args) => keep::password(args),
        Key::Public { place } => public(place),
    }
}

fn public(place: &Place) -> Result<Answer, CliError> {
    let path = place.path()?;
    let phrase = Phrase::parse(&input::phrase_of_environment()?)
        .map_err(|error| bad(Status::Keys, "bad-phrase", error))?;
    let key = phrase.key_at(&path).map_err(|error| bad(Status::Keys, "no-key", error))?.public_key();
    let member = member_with(&key);
    let whose = member.clone().unwrap_or_else(|| "no member of the proposal".to_owned());
    Ok(Answer {
        text: format!("{key}\n  path:   {path}\n  member: {whose}\n"),
        data: json!({ "public_key": key, "path": path.to_string(), "member": member }),
        warnings: Vec::new(),
    })
}

impl Place {
    fn path(&self) -> Result<Path, CliError> {
        match &self.path {
            Some(path) => Ok(path.clone()),
            None => Path::account(self.index).map_err(|error| bad(Status::Usage, "bad-path", error)),
        }
    }
}

impl Chosen {
    fn name(&self, what: &str) -> Result<KeyName, CliError> {
        self.name.parse().map_err(|error| from_store(what, error))
    }
}

/// Name of the proposal's member with this key.
fn member_with(key: &keys::PublicKey) -> Option<String> {
    Organisation::of_proposal().member_with(key).map(|member| member.name.clone())
}

fn bad(status: Status, code: &'static str, error: keys::Error) -> CliError {
    let hint = keystore::Error::from(error.clone()).hint();
    CliError::new(status, code, "no key can be made", error.to_string(), hint)
}
