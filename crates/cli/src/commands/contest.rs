//! `subgov contest …`

use clap::Subcommand;
use governance::Organs;
use governance::payload::{Launch, SpecJuror};
use governance::text::Digest;
use governance::workflow;
use serde_json::{Value, json};

use crate::actor::{Actor, Trial, act};
use crate::error::{CliError, Status};
use crate::failure::{from_client, from_workflow};
use crate::output::{Answer, Progress};
use crate::overview::Contests;
use crate::state::{StateArgs, World};

#[derive(Debug, Subcommand)]
pub(crate) enum Contest {
    /// All contests with results and money, as the chain has them.
    List(StateArgs),
    /// Propose to launch a contest of the plan; members then vote on it.
    Launch(Propose),
    /// Ask for the jury once entries are closed; anybody may.
    Draw(Poke),
    /// Record the phase and have the ranking made; anybody may.
    Advance(Poke),
    /// Send payouts that are due; anybody may.
    Pay(Poke),
    /// End a contest whose payouts were sent a day ago; anybody may.
    Settle(Poke),
    /// Put the record of a contest into the catalog.
    Publish(Publish),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Propose {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    actor: Actor,
    /// Number of the contest in `subgov stage list`.
    item: u8,
    /// A juror of the first jury contest, by key and payout account; again for each.
    #[arg(long = "juror", value_name = "KEY=ACCOUNT")]
    jury: Vec<String>,
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
        Contest::Launch(args) => launch(args, progress).await,
        Contest::Draw(args) => poke(args, "draw", progress).await,
        Contest::Advance(args) => poke(args, "advance", progress).await,
        Contest::Pay(args) => poke(args, "pay", progress).await,
        Contest::Settle(args) => poke(args, "settle", progress).await,
        Contest::Publish(args) => publish(args, progress).await,
    }
}

async fn list(state: &StateArgs) -> Result<Answer, CliError> {
    let world = World::open(state).await?;
    let contests = Contests::read(&world.organs().await?, &world.roster()).await?;
    Ok(Answer { text: contests.to_text(), data: contests.to_json(), warnings: Vec::new() })
}

async fn launch(args: &Propose, progress: Progress) -> Result<Answer, CliError> {
    act(&args.state, &args.actor.trial, progress, async |world, organs, recorder| {
        let (name, key) = args.actor.signer(world, organs).await?;
        let mut jury = Vec::new();
        for text in &args.jury {
            jury.push(juror(world, organs, text).await?);
        }
        let launch = Launch { item: args.item, bootstrap_jury: jury, ..Launch::default() };
        let proposed = workflow::propose_launch(organs, &world.organisation, launch, &key, recorder).await;
        let failed = |error| from_workflow(format!("contest {} cannot be proposed", args.item), error);
        let (id, spec) = proposed.map_err(failed)?;
        let text = format!("{name} opens proposal {id}: launch \"{}\"", spec.title);
        Ok((text, json!({ "proposal": id, "title": spec.title, "total": spec.total() })))
    })
    .await
}

/// `KEY=ACCOUNT`
async fn juror(world: &World, organs: &Organs<'_>, text: &str) -> Result<SpecJuror, CliError> {
    let wrong = |why: String| {
        let what = format!("\"{text}\" is not a juror");
        let hint = "give 64 hexadecimal digits of a key, an equals sign, and an address";
        CliError::new(Status::Usage, "bad-juror", what, why, hint)
    };
    let (key, account) = text.split_once('=').ok_or_else(|| wrong("there is no equals sign".to_owned()))?;
    let key = key.parse().map_err(|error| wrong(format!("{error}")))?;
    Ok(SpecJuror { key, addr: world.find_account(organs, account).await? })
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
