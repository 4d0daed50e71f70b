//! Messages that were sent to a remote network, on disk until their fate is known.
//!
//! A message is written down before it leaves. Whatever ends the program after that, the next command of the same
//! signer first asks the chain what became of it: nothing is sent a second time while the first may still land.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use keys::PublicKey;
use serde::{Deserialize, Serialize};
use ton_abi::UnixTime;
use ton_client::processing::Outgoing;
use ton_client::{Error as ClientError, MsgHash, boc};

use crate::error::{CliError, Status};
use crate::failure::from_client;
use crate::hops::Hops;
use crate::state::World;

/// Directory beside the deployment's file.
const FOLDER: &str = "outbox";
/// Name and version of a record.
pub(crate) const SCHEMA: &str = "subgov-sent/1";

/// Where messages are written down.
#[derive(Debug, Clone)]
pub(crate) struct Outbox {
    folder: PathBuf,
    network: String,
}

/// A message that was sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    schema: String,
    /// The network it was sent to, as it was called.
    network: String,
    message: MsgHash,
    /// The end of its life, Unix seconds.
    expire: Option<UnixTime>,
    signer: Option<PublicKey>,
    /// The message with its signature, in base64.
    boc: String,
}

impl Outbox {
    pub(crate) fn new(state: &Path, network: String) -> Self {
        Self { folder: state.join(FOLDER), network }
    }

    /// Writes a message down, durably; gives the file.
    pub(crate) fn keep(&self, message: &Outgoing, signer: Option<PublicKey>) -> Result<PathBuf, String> {
        let record = Record {
            schema: SCHEMA.to_owned(),
            network: self.network.clone(),
            message: message.hash,
            expire: message.expire,
            signer,
            boc: boc::encode_base64(&message.cell),
        };
        let path = self.folder.join(format!("{}.json", message.hash));
        let text = serde_json::to_string_pretty(&record).expect("texts and numbers are always JSON");
        let written = fs::create_dir_all(&self.folder).and_then(|()| {
            let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(&path)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        written.map_err(|error| format!("it cannot be written down in {}: {error}", path.display()))?;
        Ok(path)
    }

    /// Removes a record, if the file is one of this directory.
    pub(crate) fn forget(&self, file: &Path) {
        let own = |path: &Path| path.canonicalize().ok().zip(self.folder.canonicalize().ok());
        if own(file).is_some_and(|(file, folder)| file.starts_with(folder)) {
            // A record that stays is settled by the next command.
            let _ = fs::remove_file(file);
        }
    }

    /// The records, in the order of their names.
    fn records(&self) -> Result<Vec<(PathBuf, Record)>, CliError> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Ok(Vec::new()) };
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let mut paths: Vec<_> =
            paths.filter(|path| path.extension().is_some_and(|it| it == "json")).collect();
        paths.sort();
        paths
            .into_iter()
            .filter_map(|path| Record::read(&path).transpose().map(|record| Ok((path, record?))))
            .collect()
    }
}

impl Record {
    /// Reads a record; `None` if it is gone meanwhile.
    fn read(path: &Path) -> Result<Option<Self>, CliError> {
        match fs::read(path) {
            Ok(bytes) => Self::parse(&bytes).map(Some).map_err(|why| bad(path, why)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(bad(path, error.to_string())),
        }
    }

    /// A record from its text.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let record: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if record.schema != SCHEMA {
            return Err(format!("its schema is {}, not {SCHEMA}", record.schema));
        }
        record.outgoing().map(|_| record.clone())
    }

    /// The message, ready to be posted again.
    pub(crate) fn outgoing(&self) -> Result<Outgoing, String> {
        let cell = boc::decode_base64(&self.boc).map_err(|error| error.to_string())?;
        let message = Outgoing::new(cell, self.expire).map_err(|error| error.to_string())?;
        if message.hash != self.message {
            return Err(format!("the message has the hash {}, not {}", message.hash, self.message));
        }
        Ok(message)
    }

    /// The network that it was sent to.
    pub(crate) fn network(&self) -> &str {
        &self.network
    }

    pub(crate) fn signer(&self) -> Option<PublicKey> {
        self.signer
    }
}

fn bad(path: &Path, why: String) -> CliError {
    let what = format!("the record {} of a sent message cannot be read", path.display());
    let hint = "look for the message by its hash (the file's name) before you remove the file";
    CliError::new(Status::Safety, "bad-record", what, why, hint)
}

/// Asks the chain what became of messages that earlier commands sent; gives it in words. `tried` is what the simulation
/// of the present command sent: the same message may be sent again.
///
/// # Errors
/// Status 5 if one of the same signers may still be executed.
pub(crate) async fn settle(world: &World, tried: &Hops) -> Result<Vec<String>, CliError> {
    let Some(outbox) = world.outbox() else { return Ok(Vec::new()) };
    let mut told = Vec::new();
    for (path, record) in outbox.records()? {
        let message = record.outgoing().map_err(|why| bad(&path, why))?;
        let client = &world.local.client;
        let asked = |error: ClientError| {
            from_client(format!("it is not known what became of message {}", message.hash), error)
        };
        let found =
            client.transport().transaction_of(&message.hash).await.map_err(|error| asked(error.into()))?;
        let fate = match found {
            Some(_) => Some("was executed"),
            // Another network, or another name of it, cannot say that this one will never execute it.
            None if record.network != outbox.network => None,
            None if is_over(world, &message).await.map_err(asked)? => {
                Some("was never executed and is void now")
            }
            None => None,
        };
        match fate {
            Some(fate) => {
                told.push(format!("message {} of an earlier command {fate}", message.hash));
                let _ = fs::remove_file(&path);
            }
            None if !tried.sends(&message.hash)
                && record.signer().is_some_and(|signer| tried.signers().contains(&signer)) =>
            {
                return Err(CliError::new(
                    Status::Safety,
                    "message-on-its-way",
                    "nothing was sent",
                    format!(
                        "message {} of an earlier command with the same key may still be executed",
                        message.hash
                    ),
                    format!(
                        "follow it with `subgov submit {} --network {}` first",
                        path.display(),
                        record.network
                    ),
                ));
            }
            None => {}
        }
    }
    Ok(told)
}

/// Whether a message that was not found can never be executed any more.
async fn is_over(world: &World, message: &Outgoing) -> Result<bool, ClientError> {
    let client = &world.local.client;
    let Some(expire) = message.expire else { return Ok(false) };
    let head = client.transport().head(&message.address).await?;
    if head.gen_utime <= expire.plus(client.settings().grace) {
        return Ok(false);
    }
    match client.wait_transaction(message).await {
        Ok(_) | Err(ClientError::Pending { .. }) => Ok(false),
        Err(ClientError::NotIncluded(_)) => Ok(true),
        Err(error) => Err(error),
    }
}
