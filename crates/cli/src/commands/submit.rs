//! `subgov submit FILE`: sends what somebody else signed, or follows what was sent before.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use keys::PublicKey;
use serde_json::json;
use signing::{FILE_LIMIT, Signed};
use ton_abi::UnixTime;
use ton_client::Error as ClientError;
use ton_client::processing::{Outgoing, Tree};

use crate::actor::{Trial, act};
use crate::effects::Effects;
use crate::error::{CliError, Status};
use crate::failure::from_client;
use crate::ledger::Ledger;
use crate::outbox::Record;
use crate::output::{Answer, Progress};
use crate::state::{StateArgs, World};

/// Send a message that was signed with `subgov sign`, or follow one that an interrupted command sent.
///
/// Anybody may: the signature is in the file. The chain is asked first, so that it does not matter how often, or by how
/// many, the same file is submitted: it is executed once.
#[derive(Debug, clap::Args)]
pub(crate) struct Submit {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    trial: Trial,
    /// A signed message, or a record of the directory `outbox`.
    file: PathBuf,
}

/// A message that only needs to be sent.
struct Ready {
    message: Outgoing,
    signer: Option<PublicKey>,
    /// Number of the network that it is for.
    global_id: Option<i32>,
    /// Name of the network that it was sent to.
    network: Option<String>,
}

pub(crate) async fn run(args: &Submit, progress: Progress) -> Result<Answer, CliError> {
    let ready = read(&args.file)?;
    let message = &ready.message;
    let what = format!("message {} cannot be sent", message.hash);
    if args.trial.prepare.is_some() {
        let (why, hint) = ("it is signed already", "leave --prepare out");
        return Err(CliError::new(Status::Usage, "signed", what, why, hint));
    }
    let world = World::open(&args.state).await?;
    if let Some(tree) = executed(&world, message).await? {
        return already(&world, &args.file, tree);
    }
    check(&world, &ready, &what).await?;
    act(&args.state, &args.trial, progress, async |world, _, recorder| {
        if let Some(signer) = ready.signer {
            world.hops.signed_by(signer);
        }
        let tree = world.local.client.process_message(message).await;
        let tree = tree.map_err(|error| from_client(&what, error))?;
        recorder.ledger.note(
            "submit",
            ready.signer.map(|key| recorder.roster.label(&key)).unwrap_or_default(),
            &tree,
        );
        let failed =
            |error| from_client(format!("message {} was executed, but not to its end", message.hash), error);
        let tree = if world.is_simulation() { tree } else { tree.expect_success().map_err(failed)? };
        let result = json!({ "message": tree.message.to_string(), "executed": "now" });
        let done = if world.is_simulation() { "would be" } else { "was" };
        Ok((format!("message {} {done} executed", tree.message), result))
    })
    .await
}

/// Reads either form of a file.
fn read(path: &Path) -> Result<Ready, CliError> {
    let bad = |code, why: String, hint: String| {
        let what = format!("{} is no message that can be sent", path.display());
        CliError::new(Status::Usage, code, what, why, hint)
    };
    let hint = || "give a file that `subgov sign` wrote".to_owned();
    let file = File::open(path);
    // One byte more, so that a longer file is noticed.
    let read = file.and_then(|file| {
        let mut bytes = Vec::new();
        file.take(FILE_LIMIT as u64 + 1).read_to_end(&mut bytes).map(|_| bytes)
    });
    let bytes = read.map_err(|error| bad("missing-file", error.to_string(), hint()))?;
    if let Ok(record) = Record::parse(&bytes) {
        let message = record.outgoing().map_err(|why| bad("bad-record", why, hint()))?;
        let (signer, network) = (record.signer(), Some(record.network().to_owned()));
        return Ok(Ready { message, signer, global_id: None, network });
    }
    let signed = Signed::parse(&bytes).map_err(|error| bad(error.code(), error.to_string(), error.hint()))?;
    let prepared = signed.prepared();
    let message = Outgoing::new(signed.message().clone(), prepared.expire());
    let message = message.map_err(|error| bad("bad-message", error.to_string(), hint()))?;
    let global_id = Some(prepared.network().global_id);
    Ok(Ready { message, signer: Some(signed.public_key()), global_id, network: None })
}

/// What a message did that was executed before.
async fn executed(world: &World, message: &Outgoing) -> Result<Option<Tree>, CliError> {
    let client = &world.local.client;
    let unknown = |error: ClientError| {
        from_client(format!("it is not known whether message {} was executed", message.hash), error)
    };
    let found =
        client.transport().transaction_of(&message.hash).await.map_err(|error| unknown(error.into()))?;
    match found {
        Some(first) => client.follow(message.hash, first).await.map(Some).map_err(unknown),
        None => Ok(None),
    }
}

fn already(world: &World, file: &Path, tree: Tree) -> Result<Answer, CliError> {
    let mut ledger = Ledger::default();
    ledger.note("executed before", "", &tree);
    let hash = tree.message;
    let effects = Effects::of(world, std::slice::from_ref(&tree));
    let text = format!(
        "message {hash} was executed before; nothing was sent\n{}{}",
        effects.to_text(),
        ledger.to_text()
    );
    let result = json!({ "message": hash.to_string(), "executed": "before" });
    let mut data = json!({ "result": result, "dry_run": false, "steps": ledger.to_json() });
    effects.fill_json(&mut data);
    world.forget_sent(file);
    if let Err(error) = tree.expect_success() {
        let what = format!("message {hash} was executed before, but not to its end");
        return Err(from_client(what, error).with_data(data));
    }
    Ok(Answer { text, data, warnings: Vec::new() })
}

/// Refuses what is for another network, or void.
async fn check(world: &World, ready: &Ready, what: &str) -> Result<(), CliError> {
    let transport = world.local.client.transport();
    let unread = |error| from_client("the network cannot be read", ClientError::Transport(error));
    let config = transport.config().await.map_err(unread)?;
    let other = |found: String, wanted: String| {
        let why = format!("it is for the network {wanted}, and this one is {found}");
        CliError::new(Status::Safety, "other-network", what, why, "name the right network with --network")
    };
    if let Some(wanted) = ready.global_id.filter(|wanted| *wanted != config.global_id()) {
        return Err(other(config.global_id().to_string(), wanted.to_string()));
    }
    if let Some(wanted) = ready.network.as_ref().filter(|wanted| **wanted != transport.name()) {
        return Err(other(transport.name(), wanted.clone()));
    }
    let now = transport.now(&ready.message.address).await.map_err(unread)?.seconds();
    match ready.message.expire {
        Some(expire) if expire <= now => Err(expired(world, ready, what, expire, now).await),
        _ => Ok(()),
    }
}

/// Of a message whose time is over: whether that is certain.
async fn expired(world: &World, ready: &Ready, what: &str, expire: UnixTime, now: UnixTime) -> CliError {
    // It may have been executed in its last second: the client looks once more when the proof is there.
    match world.local.client.wait_transaction(&ready.message).await {
        Err(ClientError::NotIncluded(_)) => {
            let why = format!(
                "it expired at chain time {expire} without having been executed, and it is {now} now"
            );
            CliError::new(Status::Refused, "expired", what, why, "it is void: prepare and sign a new one")
        }
        Err(error) => from_client(what, error),
        Ok(_) => {
            let why = "it was executed in its last moment";
            CliError::new(Status::Network, "executed", what, why, "submit the file again to see what it did")
        }
    }
}
