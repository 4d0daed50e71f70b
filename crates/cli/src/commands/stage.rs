//! `subgov stage …`

use std::path::PathBuf;

use clap::Subcommand;
use governance::organisation::{Contest, Organisation};
use serde_json::{Value, json};

use crate::error::CliError;
use crate::organisation::OrganisationArgs;
use crate::output::Answer;
use crate::overview::{Stages, tokens};
use crate::state::{StateArgs, World};
use crate::table::{Column, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Stage {
    /// The plan: stages, contests and what they cost. With --state the money of the stages on that network.
    List(List),
}

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    organisation: OrganisationArgs,
    /// Directory of a local network: show what its treasury says.
    #[arg(long, value_name = "DIR", conflicts_with = "organisation")]
    state: Option<PathBuf>,
}

pub(crate) async fn run(command: &Stage) -> Result<Answer, CliError> {
    let Stage::List(args) = command;
    let Some(state) = &args.state else {
        return args.organisation.load().map(|organisation| list(&organisation));
    };
    let world = World::open(&StateArgs { state: state.clone() })?;
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
