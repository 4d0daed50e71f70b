//! Whether a command counts, and who agreed to it.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use serde_json::{Value, json};

use crate::effects::Effects;
use crate::error::{CliError, Status};
use crate::ledger::Ledger;
use crate::output::Progress;
use crate::state::World;

/// Whether it counts, and how much is asked.
///
/// Every command that changes the network is simulated first, shows what it would do and asks. Where nobody can be
/// asked (no terminal) it stops with status 5, unless --yes or SUBGOV_YES=1 says that it is agreed to.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Trial {
    /// Show what would happen and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask: what the simulation shows is agreed to. Needed where there is no terminal.
    #[arg(long, short = 'y', env = "SUBGOV_YES", value_parser = FalseyValueParser::new())]
    yes: bool,
    /// Send although the simulation says that it fails.
    #[arg(long, conflicts_with_all = ["dry_run", "prepare"])]
    pub(crate) force: bool,
    /// Do not sign and send: write the message to this file, to be signed elsewhere with `subgov sign` and sent by
    /// anybody with `subgov submit`.
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    pub(crate) prepare: Option<PathBuf>,
    /// Seconds for which the prepared message stays valid; without it as long as its contract allows: a day for the
    /// multisig and for votes, an hour elsewhere.
    #[arg(long, value_name = "SECONDS", requires = "prepare")]
    pub(crate) expire: Option<u32>,
}

/// What somebody is asked to agree to.
pub(crate) struct Consent {
    network: String,
    text: String,
    data: Value,
}

impl Consent {
    /// `shown` is what the simulation did; `None` if it failed.
    pub(crate) fn new(world: &World, shown: Option<(&Effects, &Ledger)>) -> Self {
        let network = world.local.client.transport().name();
        let (mut text, mut data) = (String::new(), json!({ "dry_run": true }));
        match shown {
            Some((effects, ledger)) => {
                text = effects.to_text();
                text += &ledger.sum_to_text();
                data["steps"] = ledger.to_json();
                effects.fill_json(&mut data);
            }
            None => text += "  the simulation failed: what it will do is not known\n",
        }
        Self { network, text, data }
    }
}

impl Trial {
    /// Shows what would happen and asks for agreement, on the terminal.
    ///
    /// # Errors
    /// Status 5 if it is refused, or if nobody can be asked.
    pub(crate) fn agree(&self, consent: &Consent, progress: Progress) -> Result<(), CliError> {
        let Consent { network, text, data } = consent;
        let shown = format!("This will happen on {network}:\n{text}");
        if self.yes {
            progress.say(shown.trim_end());
            return Ok(());
        }
        let stop = |why: &str, hint: &str| {
            let error = CliError::new(Status::Safety, "not-agreed", "nothing was sent", why, hint);
            Err(error.with_data(data.clone()))
        };
        if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
            let hint = "look at it with --dry-run, then add --yes (or set SUBGOV_YES=1) to have it sent without a question";
            return stop("there is no terminal to ask for agreement", hint);
        }
        if ask(&format!("{shown}Send it? [y/N] ")) {
            return Ok(());
        }
        stop("it was not agreed to", "answer y to have it sent")
    }
}

/// A question whose default is no.
fn ask(question: &str) -> bool {
    let mut answer = String::new();
    let asked = io::stderr().write_all(question.as_bytes()).and_then(|()| io::stderr().flush());
    asked.is_ok()
        && io::stdin().read_line(&mut answer).is_ok()
        && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}
