//! Commands that change the network: tried out first, shown, agreed to, and only then done.
//!
//! A command is one function of a [`World`]. [`act`] runs it on a simulation of the network, where no signer is asked
//! for anything, shows what it would do, asks, and runs the same function for real. What it sends is written down
//! before it leaves, so that nothing is sent twice, whatever happens to the program.

use std::path::Path;

use governance::Organs;
use serde_json::{Value, json};

use crate::consent::Consent;
use crate::effects::Effects;
use crate::error::{CliError, Status};
use crate::hops::Hops;
use crate::ledger::Ledger;
use crate::output::{Answer, Progress};
use crate::recorder::Recorder;
use crate::state::{StateArgs, World};
use crate::{outbox, prepare};

pub(crate) use crate::consent::Trial;
pub(crate) use crate::identity::Actor;

/// What one run of a command did.
struct Done {
    text: String,
    result: Value,
    ledger: Ledger,
    effects: Effects,
}

/// Does something to the organisation on a network and tells what happened; `done` gives it in words and for programs.
///
/// `done` runs twice, first on a simulation: see [`World::is_simulation`].
pub(crate) async fn act(
    state: &StateArgs,
    trial: &Trial,
    progress: Progress,
    done: impl AsyncFn(&World, &Organs<'_>, &mut Recorder<'_>) -> Result<(String, Value), CliError>,
) -> Result<Answer, CliError> {
    let mut world = World::open(state).await?;
    if let Some(file) = &trial.prepare {
        return prepare(&world, trial, file, &done).await;
    }
    let trying = world.simulated(None);
    let tried = run(&trying, Progress::silent(), &done).await;
    let (before, mut warnings) = match tried {
        Ok(before) => (Some(before), Vec::new()),
        Err(error) if trial.force && !trial.dry_run => {
            (None, vec![format!("sent although the simulation failed: {}, {}", error.what, error.why)])
        }
        Err(error) => return Err(unsent(error)),
    };
    if trial.dry_run {
        warnings.push("dry run: nothing was sent".to_owned());
        // INVARIANT: a dry run whose simulation failed has returned already.
        return Ok(before.map(|before| before.answer(true, warnings)).unwrap_or_default());
    }
    warnings.extend(outbox::settle(&world, &trying.hops).await?);
    trial.agree(&Consent::new(&world, before.as_ref().map(|it| (&it.effects, &it.ledger))), progress)?;
    let after = for_real(&mut world, progress, &done).await?;
    if let Some(before) = before {
        warnings.extend(before.effects.difference(&after.effects));
    }
    Ok(after.answer(false, warnings))
}

/// Writes the one message of a command to a file instead of having it signed and sent.
async fn prepare(
    world: &World,
    trial: &Trial,
    file: &Path,
    done: &impl AsyncFn(&World, &Organs<'_>, &mut Recorder<'_>) -> Result<(String, Value), CliError>,
) -> Result<Answer, CliError> {
    let mut lifetime = trial.expire.unwrap_or(prepare::SHORT);
    loop {
        let trying = world.simulated(Some(lifetime));
        let tried = run(&trying, Progress::silent(), done).await.map_err(unsent)?;
        let draft = prepare::only_draft(&trying)?;
        let longest = prepare::longest(&trying, &draft);
        if trial.expire.is_none() && lifetime < longest {
            lifetime = longest;
            continue;
        }
        let told = prepare::write(&trying, &draft, file, &tried.text, tried.effects.lines()).await?;
        let mut answer = tried.answer(true, Vec::new());
        answer.text += &told.0;
        answer.data["prepared"] = told.1;
        return Ok(answer);
    }
}

/// Runs a command on a world, simulated or not.
async fn run(
    world: &World,
    progress: Progress,
    done: &impl AsyncFn(&World, &Organs<'_>, &mut Recorder<'_>) -> Result<(String, Value), CliError>,
) -> Result<Done, CliError> {
    let organs = world.organs().await?;
    let mut recorder = Recorder::new(&world.local, world.roster(), progress);
    let (text, result) = done(world, &organs, &mut recorder).await?;
    let trees = world.hops.trees();
    world.learn_names(&organs, &trees).await;
    Ok(Done { text, result, ledger: recorder.ledger, effects: Effects::of(world, &trees) })
}

/// Runs a command on the network itself, keeps what happened, and can be interrupted.
async fn for_real(
    world: &mut World,
    progress: Progress,
    done: &impl AsyncFn(&World, &Organs<'_>, &mut Recorder<'_>) -> Result<(String, Value), CliError>,
) -> Result<Done, CliError> {
    if let Some(outbox) = world.outbox() {
        world.hops.record_in(outbox);
    }
    world.hops.show(progress.is_quiet());
    let outcome = tokio::select! {
        outcome = run(world, progress, done) => outcome,
        () = world.hops.interruption() => Err(interrupted()),
    };
    world.hops.end();
    let outcome = outcome.map_err(|error| with_what_was_sent(error, &world.hops));
    // What was executed has happened, also when something later failed.
    if outcome.is_ok() || world.hops.has_sent() {
        world.save()?;
    }
    outcome
}

fn interrupted() -> CliError {
    let (what, why) = ("the command was interrupted", "messages that were sent may be executed all the same");
    CliError::new(Status::Network, "interrupted", what, why, "see below what was sent")
}

/// Adds what is known of the messages that left before a failure, and how to ask again.
fn with_what_was_sent(mut error: CliError, hops: &Hops) -> CliError {
    if !hops.has_sent() {
        return error;
    }
    let told = hops.to_text(&error);
    if !told.is_empty() {
        error.hint = format!("{}\n{told}", error.hint);
    }
    let mut data = json!({ "messages": hops.to_json() });
    if let Some(known) = error.data() {
        data["result"] = known.clone();
    }
    error.with_data(data)
}

/// A failure of the simulation, of which no trace is on the network: its hashes mean nothing to anybody.
pub(crate) fn unsent(mut error: CliError) -> CliError {
    error.why = crate::failure::without_hashes(&error.why);
    error.source = None;
    if error.status == Status::Refused {
        error.hint = format!("{}; nothing was sent", error.hint.trim_end_matches('.'));
    }
    error
}

impl Done {
    fn answer(&self, dry_run: bool, warnings: Vec<String>) -> Answer {
        let mut text = format!("{}\n", self.text.trim_end());
        text += &self.effects.to_text();
        text += &self.ledger.to_text();
        let mut data = json!({ "result": self.result, "dry_run": dry_run, "steps": self.ledger.to_json() });
        self.effects.fill_json(&mut data);
        Answer { text, data, warnings }
    }
}
