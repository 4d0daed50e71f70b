//! A message that is signed elsewhere: the one message of a command, with what the simulation says of it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use governance::{multisig, proposal};
use serde_json::{Value, json};
use signing::{Claims, Network, Prepared};
use ton_client::Draft;

use crate::error::{CliError, Status};
use crate::failure::from_client;
use crate::state::World;

/// Longest life of a message, in seconds: of the multisig and of votes, and of all others.
///
/// Source: governance 5.15, threat T07; the contracts refuse what lives longer.
const LONG: u32 = 86_400;
pub(crate) const SHORT: u32 = 3_600;

/// The only message of a command that ran on this simulation.
///
/// # Errors
/// Status 5 if there are several, of which the later ones depend on the earlier, or none that anybody signs.
pub(crate) fn only_draft(world: &World) -> Result<Draft, CliError> {
    let (mut drafts, sent) = (world.local.client.drafts(), world.hops.count());
    let refuse = |why: String, hint: &str| {
        Err(CliError::new(Status::Safety, "not-one-message", "no message can be prepared", why, hint))
    };
    match (drafts.len(), sent) {
        (1, 1) => Ok(drafts.remove(0)),
        (0, _) => refuse("nobody signs it: anybody may send it".to_owned(), "run it without --prepare"),
        (signed, sent) => refuse(
            format!(
                "it sends {sent} messages, {signed} of them signed, and later ones depend on the earlier"
            ),
            "take its steps one by one, or run it where the key is",
        ),
    }
}

/// For how long the contract takes a message.
pub(crate) fn longest(world: &World, draft: &Draft) -> u32 {
    let contract = world.local.client.registry().contract_at(&draft.message.dst).cloned();
    match contract.as_deref() {
        Some(multisig::CONTRACT | proposal::CONTRACT) => LONG,
        _ => SHORT,
    }
}

/// Writes the message to a new file; says so in words and for programs.
pub(crate) async fn write(
    world: &World,
    draft: &Draft,
    file: &Path,
    title: &str,
    effects: &[String],
) -> Result<(String, Value), CliError> {
    let transport = world.local.client.transport();
    let unread = |error| from_client("the network cannot be read", ton_client::Error::Transport(error));
    let config = transport.config().await.map_err(unread)?;
    let now = transport.now(&draft.message.dst).await.map_err(unread)?.seconds();
    let network =
        Network { name: transport.name(), global_id: config.global_id(), development: transport.is_local() };
    let title = title.lines().next().unwrap_or_default().to_owned();
    let claims = Claims { title, lines: effects.to_vec(), prepared_at: now };
    let bad = |error: signing::Error| {
        let (code, why, hint) = (error.code(), error.to_string(), error.hint());
        CliError::new(Status::Usage, code, "the message cannot be prepared", why, hint)
    };
    let prepared = Prepared::new(&draft.message, &draft.abi, network, claims).map_err(bad)?;
    let text = prepared.to_json().map_err(bad)?;
    let opened = OpenOptions::new().write(true).create_new(true).open(file);
    let written = opened.and_then(|mut open| {
        open.write_all(text.as_bytes())?;
        open.sync_all()
    });
    written.map_err(|error| {
        let what = format!("the message cannot be written to {}", file.display());
        CliError::new(Status::Usage, "prepared-file", what, error.to_string(), "give the name of a new file")
    })?;
    let expire = draft.header.expire;
    let shown = file.display();
    let text = format!(
        "Nothing was signed or sent. The message is in {shown} and valid until {} UTC: sign it with\n\
         `subgov sign {shown}` where the key is, then send it from anywhere with `subgov submit`.\n",
        crate::utc::utc(expire)
    );
    let data = json!({
        "file": file, "function": prepared.function(), "destination": draft.message.dst.to_string(),
        "signer": draft.header.pubkey, "expire": expire,
    });
    Ok((text, data))
}
