//! `subgov contest launch`: a contest of the plan is proposed.

use governance::payload::{self, SpecJuror};
use governance::{Organs, workflow};
use serde_json::json;

use crate::actor::{Actor, act};
use crate::error::{CliError, Status};
use crate::failure::from_workflow;
use crate::output::{Answer, Progress};
use crate::state::{StateArgs, World};

#[derive(Debug, clap::Args)]
pub(crate) struct Launch {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    actor: Actor,
    /// Number of the contest in `subgov stage list`.
    item: u8,
    /// A juror of the first jury contest, by key and payout account; again for each.
    #[arg(long = "juror", value_name = "KEY=ACCOUNT")]
    jury: Vec<String>,
}

pub(crate) async fn launch(args: &Launch, progress: Progress) -> Result<Answer, CliError> {
    act(&args.state, &args.actor.trial, progress, async |world, organs, recorder| {
        let (name, key) = args.actor.signer(world, organs).await?;
        let mut jury = Vec::new();
        for text in &args.jury {
            jury.push(juror(world, organs, text).await?);
        }
        let launch = payload::Launch { item: args.item, bootstrap_jury: jury, ..payload::Launch::default() };
        let proposed = workflow::propose_launch(organs, &world.organisation, launch, &key, recorder).await;
        let failed = |error| from_workflow(format!("contest {} cannot be proposed", args.item), error);
        let (id, spec) = proposed.map_err(failed)?;
        let text = format!("{name} opens proposal {id}: launch \"{}\"", spec.title);
        Ok((text, json!({ "proposal": id, "title": spec.title, "total": spec.total() })))
    })
    .await
}

/// `KEY=ACCOUNT`
async fn juror(world: &World, organs: &Organs<'_>, text: &str) -> Result<SpecJuror, CliError> {
    let wrong = |why: String| {
        let what = format!("\"{text}\" is not a juror");
        let hint = "give 64 hexadecimal digits of a key, an equals sign, and an address";
        CliError::new(Status::Usage, "bad-juror", what, why, hint)
    };
    let (key, account) = text.split_once('=').ok_or_else(|| wrong("there is no equals sign".to_owned()))?;
    let key = key.parse().map_err(|error| wrong(format!("{error}")))?;
    Ok(SpecJuror { key, addr: world.find_account(organs, account).await? })
}
