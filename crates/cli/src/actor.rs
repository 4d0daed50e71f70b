//! Who acts, and commands that change the network.

use governance::Organs;
use keys::development::{self, Development};
use serde_json::{Value, json};

use crate::error::{CliError, Status};
use crate::organisation::member;
use crate::output::{Answer, Progress};
use crate::recorder::Recorder;
use crate::state::{StateArgs, World};

/// Who acts, and whether it counts.
#[derive(Debug, clap::Args)]
pub(crate) struct Actor {
    /// The member who signs: a name, the start of one, or a number from `subgov member list`.
    #[arg(long = "as", value_name = "MEMBER")]
    member: String,
    #[command(flatten)]
    pub(crate) trial: Trial,
}

/// Whether it counts.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Trial {
    /// Show what would happen and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

impl Actor {
    /// Name and stand-in key of the member who acts.
    pub(crate) fn signer(&self, world: &World) -> Result<(String, Development), CliError> {
        let index = member(&world.organisation, &self.member)?;
        let name = world.organisation.members[index].name.clone();
        let index = u32::try_from(index).expect("there are at most 15 members");
        Ok((name, development::signer(index)))
    }
}

impl Trial {
    /// Refuses to play through what cannot be taken back: a dry run needs a network that is not kept afterwards.
    pub(crate) fn check(self, world: &World) -> Result<(), CliError> {
        if !self.dry_run || world.local.embedded().is_some() {
            return Ok(());
        }
        let name = world.local.client.transport().name();
        Err(CliError::new(
            Status::Safety,
            "no-dry-run",
            format!("a dry run is not possible on {name}"),
            "messages that a remote network took cannot be taken back",
            "try it on a local network, or leave --dry-run out",
        ))
    }

    /// What a dry run has to say.
    pub(crate) fn warnings(self) -> Vec<String> {
        if self.dry_run { vec!["dry run: nothing was kept".to_owned()] } else { Vec::new() }
    }
}

/// Does something to the organisation on a kept network, keeps the network unless it is a dry run, and tells what
/// happened: `done` gives it in words and for programs.
pub(crate) async fn act(
    state: &StateArgs,
    trial: Trial,
    progress: Progress,
    done: impl AsyncFnOnce(&World, &Organs<'_>, &mut Recorder<'_>) -> Result<(String, Value), CliError>,
) -> Result<Answer, CliError> {
    let mut world = World::open(state).await?;
    trial.check(&world)?;
    let (text, result, ledger) = {
        let organs = world.organs().await?;
        let mut recorder = Recorder::new(&world.local, world.roster(), progress);
        let (text, result) = done(&world, &organs, &mut recorder).await?;
        (text, result, recorder.ledger)
    };
    if !trial.dry_run {
        world.save()?;
    }
    let text = format!("{text}\n{}", ledger.to_text());
    let data = json!({ "result": result, "dry_run": trial.dry_run, "steps": ledger.to_json() });
    Ok(Answer { text, data, warnings: trial.warnings() })
}
