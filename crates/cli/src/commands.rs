//! One file per noun; each gets its arguments and returns an answer or a failure.

pub(crate) mod account;
pub(crate) mod call;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod contest;
pub(crate) mod contract;
pub(crate) mod demo;
pub(crate) mod deploy;
pub(crate) mod doctor;
pub(crate) mod entry;
pub(crate) mod explain;
pub(crate) mod jury;
pub(crate) mod key;
pub(crate) mod member;
pub(crate) mod message;
pub(crate) mod multisig;
pub(crate) mod node;
pub(crate) mod proposal;
pub(crate) mod results;
pub(crate) mod sign;
pub(crate) mod stage;
pub(crate) mod submit;
pub(crate) mod trace;

use crate::args::Command;
use crate::error::{CliError, Status};
use crate::output::{Answer, Progress};

pub(crate) fn run(command: &Command, progress: Progress, json: bool) -> Result<Answer, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        let (what, hint) = ("the program cannot start", "check the limits of the system");
        CliError::new(Status::Network, "runtime", what, error.to_string(), hint)
    })?;
    runtime.block_on(dispatch(command, progress, json))
}

async fn dispatch(command: &Command, progress: Progress, json: bool) -> Result<Answer, CliError> {
    match command {
        Command::Demo(args) => demo::run(args, progress).await,
        Command::Deploy(command) => deploy::run(command, progress).await,
        Command::Contract(command) => contract::run(command, progress).await,
        Command::Node(command) => node::run(command, progress).await,
        Command::Multisig(command) => multisig::run(command, progress).await,
        Command::Member(command) => member::run(command, progress).await,
        Command::Proposal(command) => proposal::run(command, progress).await,
        Command::Contest(command) => contest::run(command, progress).await,
        Command::Entry(command) => entry::run(command, progress).await,
        Command::Jury(command) => jury::run(command, progress).await,
        Command::Stage(command) => stage::run(command, progress).await,
        Command::Results(command) => results::run(command, progress).await,
        Command::Doctor(args) => doctor::run(args, progress).await,
        Command::Completions(args) => completions::run(args),
        Command::Config(command) => config::run(command),
        Command::Key(command) => key::run(command, progress, json),
        Command::Sign(command) => sign::run(command, json),
        Command::Submit(args) => submit::run(args, progress).await,
        Command::Explain(command) => explain::run(command),
        Command::Trace(command) => trace::run(command).await,
        Command::Message(command) => message::run(command),
        Command::Account(command) => account::run(command).await,
        Command::Call(command) => call::run(command).await,
    }
}
