//! `subgov results …`

mod show;
mod verify;

use std::path::PathBuf;

use clap::Subcommand;
use governance::contracts::Contracts;
use results::{Catalogue, Error, Facts, Report};
use serde_json::json;

use crate::error::{CliError, Status};
use crate::failure::from_client;
use crate::output::{Answer, Progress};
use crate::state::{StateArgs, World};

#[derive(Debug, Subcommand)]
pub(crate) enum Results {
    /// Contests, stages, decisions and payouts as the chain tells them; with --json the whole catalogue.
    Show(Show),
    /// Write the catalogue into a new directory: pages, Markdown, CSV and JSON.
    Export(Export),
    /// Recompute everything from the chain and name what does not match; with a file also what differs in it.
    ///
    /// Exit status 1 means that something does not match.
    Verify(Verify),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    #[command(flatten)]
    state: StateArgs,
    /// Id of a contest, to see its ranking and every payout with its message.
    contest: Option<u32>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Export {
    #[command(flatten)]
    state: StateArgs,
    /// The directory to make; nothing may be there yet.
    directory: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    state: StateArgs,
    /// A written catalogue: `catalogue.json` of an export, or what `subgov results show --json` printed.
    file: Option<PathBuf>,
}

pub(crate) async fn run(command: &Results, progress: Progress) -> Result<Answer, CliError> {
    match command {
        Results::Show(args) => show::run(args, progress).await,
        Results::Export(args) => export(args, progress).await,
        Results::Verify(args) => verify::run(args, progress).await,
    }
}

async fn export(args: &Export, progress: Progress) -> Result<Answer, CliError> {
    let (facts, report) = read(&args.state, progress).await?;
    let written = results::export(&Catalogue::of(&facts), &report, &args.directory);
    let written = written.map_err(|error| unwritten(&args.directory, error))?;
    let place = written.directory.display();
    let text = format!(
        "{} contests, {} facts recomputed: {} files in {place}\nOpen {}; others check it with \
         `subgov results verify {}`.\n",
        facts.contests.len(),
        report.total(),
        written.files,
        written.directory.join("index.html").display(),
        written.directory.join("catalogue.json").display(),
    );
    let data = json!({
        "directory": written.directory,
        "files": written.files,
        "bytes": written.bytes,
        "contests": facts.contests.len(),
        "compared": report.total(),
        "differences": report.differences,
    });
    let warnings = (!report.differences.is_empty()).then(|| {
        format!(
            "{} facts do not match and are named in the catalogue: see `subgov results verify`",
            report.differences.len()
        )
    });
    Ok(Answer { text, data, warnings: warnings.into_iter().collect() })
}

/// Reads the organisation of a directory from its network, and recomputes it.
async fn read(state: &StateArgs, progress: Progress) -> Result<(Facts, Report), CliError> {
    let world = World::open(state).await?;
    let organs = world.organs().await?;
    progress.say(format!("reading the histories of {}", world.local.client.transport().name()));
    let facts = results::collect(&organs, &world.organisation.name, &world.roster()).await;
    let facts = facts.map_err(unread)?;
    let contracts = Contracts::built_in().map_err(|error| unread(error.into()))?;
    progress.say(format!(
        "recomputing contests: {}, decisions: {}",
        facts.contests.len(),
        facts.proposals.len()
    ));
    let report = results::check(&facts, &contracts);
    Ok((facts, report))
}

fn unread(error: Error) -> CliError {
    let what = "the results of this organisation cannot be read";
    match error {
        Error::Client(error) => from_client(what, error),
        error => {
            let hint = "try again when less happens there";
            CliError::new(Status::Network, "moving", what, error.to_string(), hint).caused_by(error)
        }
    }
}

fn unwritten(directory: &std::path::Path, error: Error) -> CliError {
    let what = format!("the catalogue cannot be written to {}", directory.display());
    let why = error.to_string();
    let (status, code, hint) = match &error {
        Error::Exists { .. } => {
            (Status::Safety, "directory-exists", "choose a new directory, or remove this one first")
        }
        Error::File { .. } => (Status::Usage, "unwritable", "choose a directory that can be written"),
        _ => (Status::Usage, "unwritable", "report this with the command that caused it"),
    };
    CliError::new(status, code, what, why, hint).caused_by(error)
}
