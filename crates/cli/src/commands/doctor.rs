//! `subgov doctor`: is everything here that commands need?
//!
//! Each check looks at one thing and says ok, warn or fail, what it found, and what to do. A check that cannot be made
//! because an earlier one failed is left out.

mod chain;
mod local;

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::error::{CliError, Status};
use crate::network::NetworkArgs;
use crate::output::{Answer, Progress};
use crate::state::{StateArgs, World};
use crate::table::{Column, table};

/// Looks whether everything is here that commands need: configuration, state, keys, network, contracts.
#[derive(Debug, clap::Args)]
pub(crate) struct Doctor {
    /// Directory that keeps the organisation; without it only this computer and the network are looked at.
    #[arg(long, value_name = "DIR", env = "SUBGOV_STATE")]
    state: Option<PathBuf>,
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    keys: keystore::StoreArgs,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Ok,
    Warn,
    Fail,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// One thing that was looked at.
struct Check {
    subject: String,
    verdict: Verdict,
    found: String,
    /// What to do; empty if there is nothing to do.
    hint: String,
    /// What a command that needs it would end with.
    status: Status,
}

impl Check {
    fn ok(subject: impl Into<String>, found: impl Into<String>) -> Self {
        let (subject, found) = (subject.into(), found.into());
        Self { subject, verdict: Verdict::Ok, found, hint: String::new(), status: Status::Usage }
    }

    fn warn(subject: impl Into<String>, found: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { verdict: Verdict::Warn, hint: hint.into(), ..Self::ok(subject, found) }
    }

    fn fail(
        subject: impl Into<String>,
        status: Status,
        found: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { verdict: Verdict::Fail, hint: hint.into(), status, ..Self::ok(subject, found) }
    }

    /// A check that ended in an error of the command line.
    fn of(subject: impl Into<String>, error: &CliError) -> Self {
        Self::fail(subject, error.status, format!("{}: {}", error.what, error.why), error.hint.clone())
    }

    fn row(&self) -> Vec<String> {
        let Self { subject, verdict, found, hint, .. } = self;
        vec![subject.clone(), verdict.word().to_owned(), found.clone(), hint.clone()]
    }

    fn to_json(&self) -> Value {
        json!({
            "subject": self.subject,
            "verdict": self.verdict.word(),
            "found": self.found,
            "hint": Some(&self.hint).filter(|hint| !hint.is_empty()),
        })
    }
}

pub(crate) async fn run(args: &Doctor, progress: Progress) -> Result<Answer, CliError> {
    let mut checks = vec![local::configuration(&args.network)];
    checks.extend(local::keys(&args.keys));
    match &args.state {
        Some(state) => {
            progress.say(format!("looking at {}", state.display()));
            let state = StateArgs { state: state.clone(), network: args.network.clone() };
            match World::open(&state).await {
                Ok(world) => {
                    checks.push(local::state(&state.state, &world));
                    checks.extend(chain::network(&world).await);
                    checks.extend(chain::organisation(&world).await);
                }
                Err(error) => checks.push(Check::of("state", &error)),
            }
        }
        None => checks.extend(chain::reachable(&args.network).await),
    }
    conclude(&checks)
}

fn conclude(checks: &[Check]) -> Result<Answer, CliError> {
    let worst = checks.iter().map(|check| check.verdict).max().unwrap_or(Verdict::Ok);
    let columns =
        [Column::Text("Looked at"), Column::Text(""), Column::Text("Found"), Column::Text("What to do")];
    let text = table(&columns, checks.iter().map(Check::row));
    let data = json!({
        "verdict": worst.word(),
        "checks": checks.iter().map(Check::to_json).collect::<Vec<_>>(),
    });
    let failed: Vec<_> = checks.iter().filter(|check| check.verdict == Verdict::Fail).collect();
    let Some(first) = failed.first() else { return Ok(Answer { text, data, warnings: Vec::new() }) };
    let what = format!("{} of {} checks failed", failed.len(), checks.len());
    let why = failed.iter().map(|check| format!("{}: {}", check.subject, check.found));
    let error = CliError::new(first.status, "doctor", what, why.collect::<Vec<_>>().join("; "), &first.hint);
    Err(error.with_data(data).with_answer(text))
}
