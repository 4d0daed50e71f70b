//! `subgov proposal …`

use clap::Subcommand;

use crate::error::CliError;
use crate::output::Answer;
use crate::overview::Proposals;
use crate::state::{StateArgs, World};

#[derive(Debug, Subcommand)]
pub(crate) enum Proposal {
    /// All proposals with their votes, as the chain has them.
    List(StateArgs),
}

pub(crate) async fn run(command: &Proposal) -> Result<Answer, CliError> {
    let Proposal::List(state) = command;
    let world = World::open(state)?;
    let proposals = Proposals::read(&world.organs().await?).await?;
    Ok(Answer { text: proposals.to_text(), data: proposals.to_json(), warnings: Vec::new() })
}
