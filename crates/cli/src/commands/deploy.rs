//! `subgov deploy …`: founding an organisation so that nothing can go wrong half-way, and what a live one differs in.

mod apply;
mod emit;
mod plan;
mod show;
mod site;
mod status;
mod verify;

use clap::Subcommand;

use crate::error::CliError;
use crate::output::{Answer, Progress};

#[derive(Debug, Subcommand)]
pub(crate) enum Deploy {
    /// What a founding does, step by step, with addresses and costs; for a live organisation what differs from its files.
    Plan(plan::Plan),
    /// Found the organisation, from wherever an earlier run stopped.
    Apply(apply::Apply),
    /// How far a founding is: its journal beside the chain.
    Status(status::Status),
    /// Rebuild the contracts and compare codes and getters of a live organisation with the files.
    Verify(verify::Verify),
}

pub(crate) async fn run(command: &Deploy, progress: Progress) -> Result<Answer, CliError> {
    match command {
        Deploy::Plan(args) => plan::run(args, progress).await,
        Deploy::Apply(args) => apply::run(args, progress).await,
        Deploy::Status(args) => status::run(args, progress).await,
        Deploy::Verify(args) => verify::run(args, progress).await,
    }
}
