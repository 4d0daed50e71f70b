//! `subgov contract …`: building the contracts, and recognising them on a network.

mod build;
mod verify;

use clap::Subcommand;

use crate::error::CliError;
use crate::output::{Answer, Progress};

#[derive(Debug, Subcommand)]
pub(crate) enum Contract {
    /// Compile the contracts and print their code hashes.
    Build(build::Build),
    /// Which of the contracts an account runs, and whether its code is the one that the sources give.
    Verify(verify::Verify),
}

pub(crate) async fn run(command: &Contract, progress: Progress) -> Result<Answer, CliError> {
    match command {
        Contract::Build(args) => build::run(args),
        Contract::Verify(args) => verify::run(args, progress).await,
    }
}
