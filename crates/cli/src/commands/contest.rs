//! `subgov contest …`

mod hold;
pub(crate) mod launch;
mod show;

use clap::Subcommand;
use governance::text::Digest;
use governance::workflow;
use serde_json::{Value, json};

use crate::actor::{Actor, Trial, act};
use crate::error::CliError;
use crate::failure::{from_client, from_workflow};
use crate::output::{Answer, Progress};
use crate::overview::Contests;
use crate::state::{StateArgs, World};

#[derive(Debug, Subcommand)]
pub(crate) enum Contest {
    /// All contests with results and money, as the chain has them.
    List(StateArgs),
    /// One contest: deadlines, entries, jury, ranking, payouts, books.
    Show(show::Show),
    /// Propose to launch a contest of the plan; members then vote on it.
    Launch(launch::Launch),
    /// Ask for the jury once entries are closed; anybody may.
    Draw(Poke),
    /// Record the phase and have the ranking made; anybody may.
    Advance(Poke),
    /// Send payouts that are due; anybody may.
    Pay(Poke),
    /// End a contest whose payouts were sent a day ago; anybody may.
    Settle(Poke),
    /// Propose a later end of a phase.
    Extend(hold::Extend),
    /// Ask for a quick hold of the payout (the third member who asks gets it), or with --until propose a longer one.
    Hold(hold::Hold),
    /// Give payouts back to the stage that nobody claimed for 180 days; anybody may.
    Sweep(Poke),
    /// Put the record of a contest into the catalog.
    Publish(Publish),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Poke {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    trial: Trial,
    /// Id of the contest.
    id: u32,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Publish {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    actor: Actor,
    /// Id of the contest.
    id: u32,
    /// Where the record is published.
    #[arg(long, value_name = "URL")]
    link: String,
}

pub(crate) async fn run(command: &Contest, progress: Progress) -> Result<Answer, CliError> {
    match command {
        Contest::List(state) => list(state).await,
        Contest::Show(args) => show::show(args).await,
        Contest::Launch(args) => launch::launch(args, progress).await,
        Contest::Extend(args) => hold::extend(args, progress).await,
        Contest::Hold(args) => hold::hold(args, progress).await,
        Contest::Draw(args) => poke(args, "draw", progress).await,
        Contest::Advance(args) => poke(args, "advance", progress).await,
        Contest::Pay(args) => poke(args, "pay", progress).await,
        Contest::Settle(args) => poke(args, "settle", progress).await,
        Contest::Sweep(args) => poke(args, "sweep", progress).await,
        Contest::Publish(args) => publish(args, progress).await,
    }
}

async fn list(state: &StateArgs) -> Result<Answer, CliError> {
    let world = World::open(state).await?;
    let contests = Contests::read(&world.organs().await?, &world.roster()).await?;
    Ok(Answer { text: contests.to_text(), data: contests.to_json(), warnings: Vec::new() })
}

async fn poke(args: &Poke, verb: &'static str, progress: Progress) -> Result<Answer, CliError> {
    let id = args.id;
    act(&args.state, &args.trial, progress, async |_, organs, recorder| {
        let failed = |error| from_client(format!("contest {id}: cannot {verb}"), error);
        let contest = organs.contest(id).await.map_err(failed)?;
        let tree = match verb {
            "draw" => contest.draw_jury().await,
            "advance" => contest.advance().await,
            "pay" => contest.pay_next(governance::contest::PAYOUTS_PER_CALL).await,
            "sweep" => contest.sweep().await,
            _ => contest.settle().await,
        };
        let tree = tree.and_then(ton_client::processing::Tree::expect_success).map_err(failed)?;
        recorder.ledger.note(format!("{verb} contest {id}"), "", &tree);
        let standing = contest.standing().await.map_err(failed)?;
        let result =
            json!({ "contest": id, "phase": standing.phase.word(), "ending": standing.ending.word() });
        Ok((format!("contest {id} is in the phase {}", standing.phase), result))
    })
    .await
}

async fn publish(args: &Publish, progress: Progress) -> Result<Answer, CliError> {
    let id = args.id;
    act(&args.state, &args.actor.trial, progress, async |world, organs, recorder| {
        let (name, key) = args.actor.signer(world, organs).await?;
        let failed = |error| from_workflow(format!("contest {id} cannot be published"), error);
        let record = workflow::report(organs, id).await.map_err(failed)?;
        let hash = Digest::of(&record);
        workflow::publish(organs, id, hash, &args.link, &key, recorder).await.map_err(failed)?;
        let result: Value = json!({ "contest": id, "record": record, "hash": hash.to_string() });
        Ok((format!("{name} publishes record {hash} of contest {id}:\n{record}"), result))
    })
    .await
}
