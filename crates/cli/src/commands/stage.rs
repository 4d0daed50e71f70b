//! `subgov stage …`

mod release;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use governance::organisation::{Contest, Organisation};
use governance::payload::{Action, CloseStage};
use governance::text::Digest;
use governance::treasury::StageStatus;
use governance::{Organs, workflow};
use serde_json::{Value, json};
use ton_abi::Nano;

use crate::actor::{Actor, act};
use crate::error::{CliError, Status};
use crate::failure::{from_client, from_workflow};
use crate::network::NetworkArgs;
use crate::organisation::OrganisationArgs;
use crate::output::{Answer, Progress};
use crate::overview::{Stages, tokens};
use crate::state::{StateArgs, World};
use crate::table::{Column, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Stage {
    /// The plan: stages, contests and what they cost. With --state the money of the stages on that network.
    List(List),
    /// Submit the payment that moves a grant from the multisig to a stage; others confirm it.
    Fund(Fund),
    /// Look whether everything before a stage is done, and if so submit the payment of what it needs.
    Release(release::Release),
    /// Propose to close a stage whose contests are over and published.
    Close(Close),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Fund {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    actor: Actor,
    /// Number of the stage.
    stage: u8,
    /// Amount in TON; without it what the stage still needs.
    #[arg(long, value_name = "TON")]
    value: Option<Nano>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Close {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    actor: Actor,
    /// Number of the stage.
    stage: u8,
    /// File with the report; its SHA-256 goes on the chain.
    #[arg(long, value_name = "FILE")]
    report: PathBuf,
    /// Where the report is published.
    #[arg(long, value_name = "URL")]
    link: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    organisation: OrganisationArgs,
    /// Directory of a local network: show what its treasury says.
    #[arg(long, value_name = "DIR", conflicts_with = "organisation")]
    state: Option<PathBuf>,
    #[command(flatten)]
    network: NetworkArgs,
}

pub(crate) async fn run(command: &Stage, progress: Progress) -> Result<Answer, CliError> {
    match command {
        Stage::List(args) => list_stages(args).await,
        Stage::Fund(args) => fund(args, progress).await,
        Stage::Release(args) => release::release(args, progress).await,
        Stage::Close(args) => close(args, progress).await,
    }
}

async fn fund(args: &Fund, progress: Progress) -> Result<Answer, CliError> {
    act(&args.state, &args.actor.trial, progress, async |world, organs, recorder| {
        let (name, key) = args.actor.signer(world, organs).await?;
        let what = format!("stage {} cannot be funded", args.stage);
        let stage = organs.treasury.stage(args.stage).await.map_err(|error| from_client(&what, error))?;
        let amount = args.value.unwrap_or_else(|| stage.needs());
        let id = workflow::submit_funding(organs, args.stage, amount, &key, recorder).await;
        let id = id.map_err(|error| from_workflow(&what, error))?;
        let text = format!(
            "{name} submits transaction {id}: {} TON for stage {}; the others confirm it with \
             `subgov multisig confirm`",
            tokens(amount),
            args.stage
        );
        Ok((text, json!({ "transaction": id, "stage": args.stage, "amount": amount })))
    })
    .await
}

async fn close(args: &Close, progress: Progress) -> Result<Answer, CliError> {
    let report = read_report(&args.report)?;
    act(&args.state, &args.actor.trial, progress, async |world, organs, recorder| {
        let (name, key) = args.actor.signer(world, organs).await?;
        check_active(organs, args.stage).await?;
        let report_hash = Digest::of(&report);
        let link = args.link.clone();
        let action = Action::CloseStage(CloseStage { stage: args.stage, report_hash, link });
        let id = workflow::propose(organs, &action, &args.link, report_hash, &key, recorder).await;
        let failed =
            |error| from_workflow(format!("the end of stage {} cannot be proposed", args.stage), error);
        let id = id.map_err(failed)?;
        Ok((format!("{name} opens proposal {id}: close stage {}", args.stage), json!({ "proposal": id })))
    })
    .await
}

/// Whether the stage is one that can be closed. Its contests may end while the members vote.
async fn check_active(organs: &Organs<'_>, number: u8) -> Result<(), CliError> {
    let what = format!("the end of stage {number} cannot be proposed");
    let stages = organs.treasury.stages().await.map_err(|error| from_client(&what, error))?;
    let hint = "see the stages with `subgov stage list --state DIR`";
    match usize::from(number).checked_sub(1).and_then(|index| stages.get(index)) {
        Some(stage) if stage.status == StageStatus::Active => Ok(()),
        Some(stage) => {
            let why = format!("it is {}", stage.status);
            Err(CliError::new(Status::Safety, "not-active", what, why, hint))
        }
        None => {
            let why = format!("the plan has stages 1 to {}", stages.len());
            Err(CliError::new(Status::Usage, "unknown-stage", what, why, hint))
        }
    }
}

fn read_report(path: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(path).map_err(|error| {
        let what = format!("cannot read {}", path.display());
        CliError::new(
            Status::Usage,
            "missing-file",
            what,
            error.to_string(),
            "give a text file with --report",
        )
        .caused_by(error)
    })
}

async fn list_stages(args: &List) -> Result<Answer, CliError> {
    let Some(state) = &args.state else {
        return args.organisation.load().map(|organisation| list(&organisation));
    };
    let world = World::open(&StateArgs { state: state.clone(), network: args.network.clone() }).await?;
    let stages = Stages::read(&world.organs().await?).await?;
    let data = json!({ "stages": stages.to_json(), "treasury": stages.treasury_to_json() });
    Ok(Answer { text: stages.to_text(), data, warnings: Vec::new() })
}

fn list(organisation: &Organisation) -> Answer {
    let columns = [
        Column::Number("Stage"),
        Column::Number("#"),
        Column::Text("Contest"),
        Column::Number("Topic"),
        Column::Number("Participants"),
        Column::Number("Jury"),
        Column::Number("Org"),
        Column::Number("Total, TON"),
    ];
    let mut rows = Vec::new();
    for stage in &organisation.stages {
        rows.extend(stage.contests.iter().map(|contest| contest_row(stage.number, contest)));
        let title = format!("Stage {}: {}", stage.number, stage.when.to_lowercase());
        let mut row = vec![stage.number.to_string(), String::new(), title];
        row.extend(vec![String::new(); 4]);
        row.push(tokens(stage.total));
        rows.push(row);
    }
    let text = format!("{}All stages: {} TON.\n", table(&columns, rows), tokens(organisation.total()));
    Answer { text, data: data(organisation), warnings: Vec::new() }
}

fn contest_row(stage: u8, contest: &Contest) -> Vec<String> {
    let mut row =
        vec![stage.to_string(), contest.number.to_string(), contest.title.clone(), contest.topic.to_string()];
    match contest.budget {
        Some(budget) => {
            row.extend([budget.participants, budget.jury, budget.org, budget.total()].map(tokens));
        }
        None => row.extend(["", "", "", "on request"].map(str::to_owned)),
    }
    row
}

fn data(organisation: &Organisation) -> Value {
    let stages = organisation.stages.iter().map(|stage| {
        json!({
            "number": stage.number,
            "total": stage.total,
            "when": stage.when,
            "soft": stage.soft,
            "contests": stage.contests.iter().map(|contest| json!({
                "number": contest.number,
                "topic": contest.topic,
                "title": contest.title,
                "depends_on": contest.depends_on,
                "budget": contest.budget.map(|budget| json!({
                    "participants": budget.participants,
                    "jury": budget.jury,
                    "org": budget.org,
                    "total": budget.total(),
                })),
            })).collect::<Vec<_>>(),
        })
    });
    json!({ "total": organisation.total(), "stages": stages.collect::<Vec<_>>() })
}
