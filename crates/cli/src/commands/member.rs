//! `subgov member …`

mod seat;
mod show;

use std::path::PathBuf;

use clap::Subcommand;
use governance::text::Digest;
use governance::{rules, workflow};
use serde_json::json;

use crate::actor::{Actor, act};
use crate::error::CliError;
use crate::failure::from_workflow;
use crate::members::STAND_INS;
use crate::network::NetworkArgs;
use crate::organisation::OrganisationArgs;
use crate::output::{Answer, Progress};
use crate::overview::Members;
use crate::state::{StateArgs, World};
use crate::table::{Column, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Member {
    /// Names, backgrounds and public keys of the initial members. With --state the members on that network.
    List(List),
    /// One member, and what waits for this member's vote or confirmation.
    Show(show::Show),
    /// Winners who asked for a seat.
    Candidates(StateArgs),
    /// Sign the Declaration of Decentralization.
    Attest(Attest),
    /// Set the payout address and the profile.
    Profile(seat::Profile),
    /// Leave the organisation at once.
    Resign(seat::Resign),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Attest {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    actor: Actor,
}

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    organisation: OrganisationArgs,
    /// Directory of a local network: show what its registry says.
    #[arg(long, value_name = "DIR", conflicts_with = "organisation")]
    state: Option<PathBuf>,
    #[command(flatten)]
    network: NetworkArgs,
}

pub(crate) async fn run(command: &Member, progress: Progress) -> Result<Answer, CliError> {
    match command {
        Member::List(args) => list_members(args).await,
        Member::Show(args) => show::show(args).await,
        Member::Candidates(state) => seat::candidates(state).await,
        Member::Attest(args) => attest(args, progress).await,
        Member::Profile(args) => seat::profile(args, progress).await,
        Member::Resign(args) => seat::resign(args, progress).await,
    }
}

async fn attest(args: &Attest, progress: Progress) -> Result<Answer, CliError> {
    act(&args.state, &args.actor.trial, progress, async |world, organs, recorder| {
        let (name, key) = args.actor.signer(world, organs).await?;
        let declaration = Digest::of(&world.organisation.governance.declaration);
        let signed = workflow::attest(organs, declaration, &key, recorder).await;
        signed.map_err(|error| from_workflow(format!("{name} cannot sign the declaration"), error))?;
        Ok((format!("{name} has signed {declaration}"), json!({ "declaration": declaration.to_string() })))
    })
    .await
}

async fn list_members(args: &List) -> Result<Answer, CliError> {
    let Some(state) = &args.state else { return list(&args.organisation) };
    let world = World::open(&StateArgs { state: state.clone(), network: args.network.clone() }).await?;
    let members = Members::read(&world.organs().await?, &world.roster()).await?;
    let warnings = vec![STAND_INS.to_owned()];
    Ok(Answer { text: members.to_text(), data: json!({ "members": members.to_json() }), warnings })
}

fn list(args: &OrganisationArgs) -> Result<Answer, CliError> {
    let organisation = args.load()?;
    let members = &organisation.members;
    let threshold = rules::threshold(members.len());
    let columns =
        [Column::Number("#"), Column::Text("Member"), Column::Text("Public key"), Column::Text("Background")];
    let rows = members.iter().enumerate().map(|(index, member)| {
        vec![index.to_string(), member.name.clone(), member.public_key.to_string(), member.background.clone()]
    });
    let text = format!(
        "{}\n{}{} members, decisions need {threshold} of them.\n",
        organisation.name,
        table(&columns, rows),
        members.len()
    );
    let data = json!({
        "organisation": organisation.name,
        "threshold": threshold,
        "mandate_end": organisation.mandate_end.0,
        "declared_wallet": organisation.declared_wallet.to_string(),
        "members": members.iter().enumerate().map(|(index, member)| json!({
            "index": index,
            "name": member.name,
            "telegram": member.telegram,
            "background": member.background,
            "public_key": member.public_key,
        })).collect::<Vec<_>>(),
    });
    Ok(Answer { text, data, warnings: Vec::new() })
}
