//! `subgov contest …`

use clap::Subcommand;

use crate::error::CliError;
use crate::output::Answer;
use crate::overview::Contests;
use crate::state::{StateArgs, World};

#[derive(Debug, Subcommand)]
pub(crate) enum Contest {
    /// All contests with results and money, as the chain has them.
    List(StateArgs),
}

pub(crate) async fn run(command: &Contest) -> Result<Answer, CliError> {
    let Contest::List(state) = command;
    let world = World::open(state)?;
    let contests = Contests::read(&world.organs().await?, &world.roster()).await?;
    Ok(Answer { text: contests.to_text(), data: contests.to_json(), warnings: Vec::new() })
}
