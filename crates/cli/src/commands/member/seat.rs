//! `subgov member resign`, `profile` and `candidates`: seats of the registry.

use std::path::PathBuf;

use governance::text::Digest;
use serde_json::json;
use ton_client::processing::Tree;

use crate::actor::{Actor, act};
use crate::error::{CliError, Status};
use crate::failure::from_client;
use crate::output::{Answer, Progress};
use crate::state::{StateArgs, World};
use crate::table::{Column, table};
use crate::utc::utc;

#[derive(Debug, clap::Args)]
pub(crate) struct Resign {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    actor: Actor,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Profile {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    actor: Actor,
    /// Where payments to the member go: an address or a name.
    #[arg(long, value_name = "ACCOUNT")]
    payout: String,
    /// File with the profile; its SHA-256 goes on the chain.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

pub(super) async fn resign(args: &Resign, progress: Progress) -> Result<Answer, CliError> {
    act(&args.state, &args.actor.trial, progress, async |world, organs, recorder| {
        let (name, key) = args.actor.signer(world, organs).await?;
        let failed = |error| from_client(format!("{name} cannot resign"), error);
        let tree = organs.registry.resign(&key).await.and_then(Tree::expect_success).map_err(failed)?;
        recorder.ledger.note("resign", &name, &tree);
        let threshold = organs.registry.threshold().await.map_err(failed)?;
        let text = format!(
            "{name} has left: {} members, decisions need {} of them",
            threshold.members, threshold.threshold
        );
        Ok((text, json!({ "members": threshold.members, "threshold": threshold.threshold })))
    })
    .await
}

pub(super) async fn profile(args: &Profile, progress: Progress) -> Result<Answer, CliError> {
    let read = |path: &PathBuf| {
        std::fs::read_to_string(path).map(|text| Digest::of(&text)).map_err(|error| {
            let what = format!("cannot read {}", path.display());
            CliError::new(
                Status::Usage,
                "missing-file",
                what,
                error.to_string(),
                "give a text file with --file",
            )
        })
    };
    let profile = args.file.as_ref().map(read).transpose()?.unwrap_or_default();
    act(&args.state, &args.actor.trial, progress, async |world, organs, recorder| {
        let (name, key) = args.actor.signer(world, organs).await?;
        let failed = |error| from_client(format!("{name} cannot set the profile"), error);
        let payout = world.find_account(organs, &args.payout).await?;
        let tree = organs.registry.set_profile(&payout, profile, &key).await;
        let tree = tree.and_then(Tree::expect_success).map_err(failed)?;
        recorder.ledger.note("set the profile", &name, &tree);
        let text = format!("{name} is paid at {}, profile {profile}", world.label(&payout));
        Ok((text, json!({ "payout": payout.to_string(), "profile": profile.to_string() })))
    })
    .await
}

/// Winners who want a seat.
pub(super) async fn candidates(state: &StateArgs) -> Result<Answer, CliError> {
    let world = World::open(state).await?;
    let organs = world.organs().await?;
    let candidates = organs.registry.candidates().await;
    let candidates = candidates.map_err(|error| from_client("the candidates cannot be read", error))?;
    let roster = world.roster();
    let columns = [
        Column::Number("#"),
        Column::Text("Candidate"),
        Column::Text("Public key"),
        Column::Number("Contest"),
        Column::Number("Place"),
        Column::Text("Until, UTC"),
    ];
    let rows = candidates.iter().map(|it| {
        let (contest, place) = (it.contest_id.to_string(), it.place.to_string());
        vec![
            it.number.to_string(),
            roster.label(&it.key),
            it.key.to_string(),
            contest,
            place,
            utc(it.expires),
        ]
    });
    let text = if candidates.is_empty() { "no candidate\n".to_owned() } else { table(&columns, rows) };
    let data = candidates.iter().map(|it| {
        json!({
            "candidate": it.number, "name": roster.name(&it.key), "public_key": it.key,
            "payout": it.addr.to_string(), "contest": it.contest_id, "entry": it.entry_id, "place": it.place,
            "expires": it.expires,
        })
    });
    Ok(Answer { text, data: data.collect(), warnings: Vec::new() })
}
