//! `subgov jury …`

use clap::Subcommand;

use crate::error::CliError;
use crate::output::Answer;
use crate::overview::Jurors;
use crate::state::{StateArgs, World};

#[derive(Debug, Subcommand)]
pub(crate) enum Jury {
    /// The jurors of the pool, as the chain has them.
    List(StateArgs),
}

pub(crate) async fn run(command: &Jury) -> Result<Answer, CliError> {
    let Jury::List(state) = command;
    let world = World::open(state)?;
    let jurors = Jurors::read(&world.organs().await?, &world.roster()).await?;
    Ok(Answer { text: jurors.to_text(), data: jurors.to_json(), warnings: Vec::new() })
}
