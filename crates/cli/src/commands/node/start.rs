//! `subgov node start`: the binary `localnet` under another name.

use node_server::http::Running;
use node_server::options::{StartArgs, StartError};
use serde_json::json;

use crate::error::{CliError, Status};
use crate::output::{self, Answer};

/// Serves until the user or the system ends it; the answer is printed when the node is ready. Gives the exit status.
pub(crate) fn run(args: &StartArgs, json: bool) -> u8 {
    let runtime = match node_server::runtime() {
        Ok(runtime) => runtime,
        Err(error) => return output::finish(Err(failed("system", Status::Network, &error)), json),
    };
    runtime.block_on(async {
        match args.start().await {
            Ok(running) => {
                let status = output::finish(Ok(ready(&running)), json);
                node_server::until_signal().await;
                running.stop().await;
                status
            }
            Err(error) => output::finish(Err(refused(error)), json),
        }
    })
}

fn ready(running: &Running) -> Answer {
    let url = running.url();
    let text = format!("localnet is ready at {url} (GraphQL {url}/graphql, JSON-RPC {url}/rpc)\n");
    let data = json!({
        "url": url,
        "graphql": format!("{url}/graphql"),
        "rpc": format!("{url}/rpc"),
        "giver": localnet::giver::ADDRESS.to_string(),
        "pid": std::process::id(),
    });
    Answer { text, data, warnings: Vec::new() }
}

fn refused(error: StartError) -> CliError {
    let (code, status) = match &error {
        StartError::Config { .. } => ("bad-config", Status::Usage),
        StartError::NoState { .. } | StartError::StateAndDb { .. } => ("bad-state", Status::Usage),
        StartError::Bind(_) => ("port", Status::Network),
        _ => ("node", Status::Network),
    };
    failed(code, status, &error).caused_by(error)
}

fn failed(code: &'static str, status: Status, error: &dyn std::error::Error) -> CliError {
    let hint = match code {
        "port" => "choose another port with --port, or end the program that has it",
        "bad-config" => "correct the file, or start without --config",
        "bad-state" => "choose another --db, or start without --state",
        _ => "check the database, the state file and the limits of the system",
    };
    CliError::new(status, code, "the node cannot be started", error.to_string(), hint)
}
