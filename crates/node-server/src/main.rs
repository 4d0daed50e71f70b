//! The node in a process of its own: `localnet [OPTIONS]`.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use node_server::options::StartArgs;
use node_server::until_signal;
use serde_json::json;

/// Cells are many small values that come and go; this allocator makes the node about a tenth faster.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs a TON network for development on one port: GraphQL, JSON-RPC, SE's controls and its own.
#[derive(Debug, Parser)]
#[command(name = "localnet", version)]
struct Localnet {
    #[command(flatten)]
    start: StartArgs,
    /// Print one JSON object when ready instead of a line for people.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let args = Localnet::parse();
    let outcome = node_server::runtime().map_err(|error| error.to_string()).and_then(|runtime| {
        runtime.block_on(async {
            let running = args.start.start().await.map_err(|error| chain_of(&error))?;
            let url = running.url();
            let ready = if args.json {
                json!({ "url": url, "graphql": format!("{url}/graphql"), "pid": std::process::id() })
                    .to_string()
            } else {
                format!("localnet is ready at {url} (GraphQL {url}/graphql, JSON-RPC {url}/rpc)")
            };
            // A reader who went away is no reason to stop.
            let _ = writeln!(std::io::stdout(), "{ready}");
            until_signal().await;
            running.stop().await;
            Ok(())
        })
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// An error with those under it.
fn chain_of(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text += &format!(": {cause}");
        next = cause.source();
    }
    text
}
