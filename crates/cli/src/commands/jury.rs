//! `subgov jury …`: the pool, and what jurors do.

mod recuse;

use std::path::PathBuf;

use clap::Subcommand;
use governance::contest::{Card, ContestEscrow, SealedCard};
use governance::workflow;
use keys::Signer;
use serde_json::json;

use crate::actor::act;
use crate::cards;
use crate::error::{CliError, Status};
use crate::failure::{from_client, from_workflow};
use crate::output::{Answer, Progress};
use crate::overview::Jurors;
use crate::person::Person;
use crate::state::{StateArgs, World};

/// Exit code of a reveal that is not what was committed. Source: `Errors.BAD_COMMIT`.
const BAD_COMMIT: i32 = 508;

#[derive(Debug, Subcommand)]
pub(crate) enum Jury {
    /// The jurors of the pool, as the chain has them.
    List(StateArgs),
    /// Commit to a score card; card and salt are kept in the network's directory for the reveal.
    Commit(Commit),
    /// Reveal the card that was committed.
    Reveal(Reveal),
    /// Decline to judge a contest whose jury is not drawn yet.
    Recuse(recuse::Recuse),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Commit {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    person: Person,
    /// Id of the contest.
    contest: u32,
    /// The card: a TOML file of [[line]] with entry, verdict, score and comment.
    #[arg(long, value_name = "FILE")]
    card: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Reveal {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    person: Person,
    /// Id of the contest.
    contest: u32,
}

pub(crate) async fn run(command: &Jury, progress: Progress) -> Result<Answer, CliError> {
    match command {
        Jury::List(state) => list(state).await,
        Jury::Commit(args) => commit(args, progress).await,
        Jury::Reveal(args) => reveal(args, progress).await,
        Jury::Recuse(args) => recuse::recuse(args, progress).await,
    }
}

async fn list(state: &StateArgs) -> Result<Answer, CliError> {
    let world = World::open(state).await?;
    let jurors = Jurors::read(&world.organs().await?, &world.roster()).await?;
    Ok(Answer { text: jurors.to_text(), data: jurors.to_json(), warnings: Vec::new() })
}

async fn commit(args: &Commit, progress: Progress) -> Result<Answer, CliError> {
    let id = args.contest;
    let sealed = SealedCard { card: cards::read(&args.card)?, salt: salt()? };
    act(&args.state, &args.person.trial, progress, async |world, organs, recorder| {
        let (name, key) = args.person.signer(world)?;
        let what = format!("{name} cannot commit to a card of contest {id}");
        let contest = organs.contest(id).await.map_err(|error| from_client(&what, error))?;
        check_card(&contest, &sealed.card, &what).await?;
        // The card is on disk before anything is sent: a commitment that nobody can open would cost the seat.
        let kept = if world.is_simulation() && args.person.trial.prepare.is_none() {
            None
        } else {
            Some(cards::keep(&args.state.state, id, &key.public_key(), &sealed)?)
        };
        let committed = workflow::commit(&contest, &sealed, &key, recorder).await;
        committed.map_err(|error| from_workflow(&what, error))?;
        let place =
            kept.as_ref().map_or_else(String::new, |path| format!("; it is kept in {}", path.display()));
        let text = format!("{name} has committed to a card with {} lines{place}", sealed.card.lines.len());
        Ok((text, json!({ "contest": id, "lines": sealed.card.lines.len(), "kept": kept })))
    })
    .await
}

/// Whether the card can count: each line is for an entry that there is.
async fn check_card(contest: &ContestEscrow<'_>, card: &Card, what: &str) -> Result<(), CliError> {
    let entries = contest.entries().await.map_err(|error| from_client(what, error))?;
    let unknown = card.lines.iter().find(|line| entries.iter().all(|entry| entry.id != line.entry));
    let Some(line) = unknown else { return Ok(()) };
    let numbers: Vec<_> = entries.iter().map(|entry| entry.id.to_string()).collect();
    let why = format!("it has a line for entry {}; the entries are {}", line.entry, numbers.join(", "));
    let hint = "correct the card: one that names another entry is invalid and counts nothing";
    Err(CliError::new(Status::Safety, "bad-card", what, why, hint))
}

async fn reveal(args: &Reveal, progress: Progress) -> Result<Answer, CliError> {
    let id = args.contest;
    act(&args.state, &args.person.trial, progress, async |world, organs, recorder| {
        let (name, key) = args.person.signer(world)?;
        let what = format!("{name} cannot reveal a card of contest {id}");
        let kept = cards::kept(&args.state.state, id, &key.public_key())?;
        if kept.is_empty() {
            let why = "no card of this juror for this contest is kept in the network's directory";
            let hint = "commit to a card with `subgov jury commit`";
            return Err(CliError::new(Status::Usage, "no-card", what, why, hint));
        }
        let contest = organs.contest(id).await.map_err(|error| from_client(&what, error))?;
        let mut refused = None;
        for sealed in &kept {
            let tree = match contest.reveal_card(sealed, &key).await {
                // An older commitment may be the one that counts, if a later commit was kept but never taken.
                Err(error) if error.exit_code() == Some(BAD_COMMIT) => {
                    refused = Some(error);
                    continue;
                }
                tree => tree.map_err(|error| from_client(&what, error))?,
            };
            recorder.ledger.note("reveal a card", &name, &tree);
            let jury = contest.jury().await.map_err(|error| from_client(&what, error))?;
            let counts = jury.iter().any(|juror| juror.key == key.public_key() && juror.has_revealed());
            let verdict = if counts { "counts" } else { "is invalid and counts nothing" };
            let text =
                format!("{name} has revealed a card with {} lines: it {verdict}", sealed.card.lines.len());
            return Ok((text, json!({ "contest": id, "lines": sealed.card.lines.len(), "counts": counts })));
        }
        let error = refused.map(|error| from_client(&what, error));
        Err(error.unwrap_or_else(|| {
            CliError::new(Status::Usage, "no-card", &what, "no card is kept", "commit first")
        }))
    })
    .await
}

/// 256 random bits of the operating system.
fn salt() -> Result<[u8; 32], CliError> {
    let mut salt = [0; 32];
    getrandom::fill(&mut salt).map_err(|error| {
        let (what, hint) = ("no salt can be drawn", "check the random source of the operating system");
        CliError::new(Status::Keys, "no-random", what, error.to_string(), hint)
    })?;
    Ok(salt)
}
