//! `subgov proposal …`

pub(crate) mod create;
mod decision;
mod show;

use clap::{Subcommand, ValueEnum};
use governance::proposal::{Choice, Outcome};
use governance::workflow;
use serde_json::json;
use ton_client::processing::Tree;

use crate::actor::{Actor, Trial, act};
use crate::error::CliError;
use crate::failure::{from_client, from_workflow};
use crate::output::{Answer, Progress};
use crate::overview::Proposals;
use crate::state::{StateArgs, World};

#[derive(Debug, Subcommand)]
pub(crate) enum Proposal {
    /// All proposals with their votes, as the chain has them.
    List(StateArgs),
    /// One proposal: what it decides, who voted.
    Show(show::Show),
    /// Propose a decision.
    #[command(subcommand)]
    Create(create::Create),
    /// Vote, or change one's vote.
    Vote(Vote),
    /// Have a passed proposal carried out; anybody may.
    Execute(Execute),
    /// Take back one's own proposal while nobody else voted.
    Cancel(Act),
    /// End a vote or a decision whose time is over; anybody may.
    Close(Close),
    /// Tell what happens to a proposal until it is over.
    Watch(show::Watch),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Act {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    actor: Actor,
    /// Id of the proposal.
    id: u32,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Close {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    trial: Trial,
    /// Id of the proposal.
    id: u32,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Vote {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    actor: Actor,
    /// Id of the proposal.
    id: u32,
    /// What the member says.
    #[arg(value_enum, default_value = "yes")]
    choice: Say,
}

/// A vote.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Say {
    Yes,
    No,
    Abstain,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Execute {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    trial: Trial,
    /// Id of the proposal.
    id: u32,
    /// Let the network's time pass until the delay after the vote is over.
    #[arg(long)]
    wait: bool,
}

pub(crate) async fn run(command: &Proposal, progress: Progress) -> Result<Answer, CliError> {
    match command {
        Proposal::List(state) => list(state).await,
        Proposal::Show(args) => show::show(args).await,
        Proposal::Create(command) => create::create(command, progress).await,
        Proposal::Vote(args) => vote(args, progress).await,
        Proposal::Execute(args) => execute(args, progress).await,
        Proposal::Cancel(args) => cancel(args, progress).await,
        Proposal::Close(args) => close(args, progress).await,
        Proposal::Watch(args) => show::watch(args, progress).await,
    }
}

async fn list(state: &StateArgs) -> Result<Answer, CliError> {
    let world = World::open(state).await?;
    let proposals = Proposals::read(&world.organs().await?).await?;
    Ok(Answer { text: proposals.to_text(), data: proposals.to_json(), warnings: Vec::new() })
}

async fn vote(args: &Vote, progress: Progress) -> Result<Answer, CliError> {
    let id = args.id;
    let choice = match args.choice {
        Say::Yes => Choice::Yes,
        Say::No => Choice::No,
        Say::Abstain => Choice::Abstain,
    };
    act(&args.state, &args.actor.trial, progress, async |world, organs, recorder| {
        let (name, key) = args.actor.signer(world, organs).await?;
        let tally = workflow::vote_as(organs, id, choice, &key, recorder).await;
        let tally =
            tally.map_err(|error| from_workflow(format!("{name} cannot vote on proposal {id}"), error))?;
        let text = format!(
            "{name} votes {choice}: proposal {id} is {} with {} yes, {} no, {} abstentions",
            tally.outcome, tally.yes, tally.no, tally.abstain
        );
        let result = json!({
            "proposal": id, "outcome": tally.outcome.word(), "yes": tally.yes, "no": tally.no,
            "abstain": tally.abstain,
        });
        Ok((text, result))
    })
    .await
}

async fn execute(args: &Execute, progress: Progress) -> Result<Answer, CliError> {
    let id = args.id;
    act(&args.state, &args.trial, progress, async |_, organs, recorder| {
        let what = format!("proposal {id} is not carried out");
        let failed = |error| from_client(&what, error);
        let proposal = organs.proposal(id).await.map_err(failed)?;
        if args.wait {
            workflow::carry_out(organs, id, recorder).await.map_err(|error| from_workflow(&what, error))?;
        } else {
            let tree = proposal.execute().await.map_err(failed)?;
            recorder.ledger.note(format!("carry out proposal {id}"), "", &tree);
        }
        let info = proposal.info().await.map_err(failed)?;
        let result = json!({ "proposal": id, "outcome": info.outcome.word(), "code": info.code });
        let why =
            if info.outcome == Outcome::Failed { format!(", code {}", info.code) } else { String::new() };
        Ok((format!("proposal {id} is {}{why}", info.outcome), result))
    })
    .await
}

async fn cancel(args: &Act, progress: Progress) -> Result<Answer, CliError> {
    let id = args.id;
    act(&args.state, &args.actor.trial, progress, async |world, organs, recorder| {
        let (name, key) = args.actor.signer(world, organs).await?;
        let failed = |error| from_client(format!("{name} cannot take back proposal {id}"), error);
        let proposal = organs.proposal(id).await.map_err(failed)?;
        let tree = proposal.cancel(&key).await.and_then(Tree::expect_success).map_err(failed)?;
        recorder.ledger.note(format!("take back proposal {id}"), &name, &tree);
        let tally = proposal.tally().await.map_err(failed)?;
        let result = json!({ "proposal": id, "outcome": tally.outcome.word() });
        Ok((format!("{name} takes back proposal {id}: it is {}", tally.outcome), result))
    })
    .await
}

async fn close(args: &Close, progress: Progress) -> Result<Answer, CliError> {
    let id = args.id;
    act(&args.state, &args.trial, progress, async |_, organs, recorder| {
        let failed = |error| from_client(format!("proposal {id} cannot be closed"), error);
        let proposal = organs.proposal(id).await.map_err(failed)?;
        let tree = proposal.close().await.and_then(Tree::expect_success).map_err(failed)?;
        recorder.ledger.note(format!("close proposal {id}"), "", &tree);
        let tally = proposal.tally().await.map_err(failed)?;
        let result = json!({ "proposal": id, "outcome": tally.outcome.word() });
        Ok((format!("proposal {id} is {}", tally.outcome), result))
    })
    .await
}
