//! `subgov contest launch`: a contest of the plan is proposed.

use governance::contest::Kind;
use governance::payload::{self, Spec, SpecJuror};
use governance::{Organs, workflow};
use serde_json::json;

use crate::actor::{Actor, act};
use crate::error::{CliError, Status};
use crate::failure::{from_client, from_workflow};
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
        check_jury(organs, &spec).await?;
        let text = format!("{name} opens proposal {id}: launch \"{}\"", spec.title);
        Ok((text, json!({ "proposal": id, "title": spec.title, "total": spec.total() })))
    })
    .await
}

/// Whether a jury can come together: the first jury contest brings its own, the others draw theirs from the pool, which
/// may be filled while they take entries.
async fn check_jury(organs: &Organs<'_>, spec: &Spec) -> Result<(), CliError> {
    let what = format!("\"{}\" cannot be proposed", spec.title);
    let refused = |why: String, hint: &str| Err(CliError::new(Status::Safety, "no-jury", &what, why, hint));
    let (jury, needed) = (&spec.bootstrap_jury, usize::from(spec.min_jurors));
    let mut keys: Vec<_> = jury.iter().map(|juror| juror.key).collect();
    keys.sort_unstable();
    if keys.windows(2).any(|pair| pair[0] == pair[1]) {
        return refused("a juror is named twice".to_owned(), "name each juror once with --juror");
    }
    if !jury.is_empty() && jury.len() < needed {
        let why = format!("jurors named: {}, needed: {needed}", jury.len());
        return refused(why, "name more jurors with --juror KEY=ACCOUNT");
    }
    let pool = organs.jury_pool.jurors().await.map_err(|error| from_client(&what, error))?;
    if spec.kind == Kind::JurySelection && jury.is_empty() && pool.is_empty() {
        let why = "nobody is in the jury pool, and no jury is named".to_owned();
        return refused(why, "name the jury of the first jury contest with --juror KEY=ACCOUNT");
    }
    Ok(())
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
