//! `subgov trace HASH`

mod profile;
mod tree;

use serde_json::json;
use ton_client::processing::{Beginning, Found, KnownTree, Step};
use ton_client::{Error as ClientError, source::LineCost};

use crate::body;
use crate::error::{CliError, Status};
use crate::failure::from_client;
use crate::output::Answer;
use crate::view::{View, ViewArgs};

/// Show what a message caused: every transaction with its call, events, money, gas, fees and failures, down to the line
/// of the contract's source.
///
/// Works on a kept network and on every endpoint. The line where a contract failed is found by running it again: on a
/// node of this project on the account as it was, elsewhere on its present state, if that gives the same result.
#[derive(Debug, clap::Args)]
pub(crate) struct Trace {
    /// Hash of a transaction or of a message: 64 hexadecimal digits. From a transaction in the middle the tree's
    /// beginning is found.
    #[arg(value_name = "TX|MESSAGE")]
    hash: String,
    /// Start with this transaction, and do not look for what came before it.
    #[arg(long)]
    from_here: bool,
    /// Also show which lines of the sources used the gas.
    #[arg(long)]
    gas: bool,
    #[command(flatten)]
    view: ViewArgs,
}

/// Lines that a step's profile shows to people; programs get all.
const LINES: usize = 12;

/// What is known of a step beyond the step itself.
pub(super) struct Traced<'a> {
    pub(super) step: &'a Step,
    /// Gas by line, if it was asked for and can be told.
    pub(super) profile: Option<Vec<LineCost>>,
}

pub(crate) async fn run(args: &Trace) -> Result<Answer, CliError> {
    let hash = args.hash.strip_prefix("0x").unwrap_or(&args.hash).to_ascii_lowercase();
    if hash.len() != 64 || !hash.chars().all(|letter| letter.is_ascii_hexdigit()) {
        let what = format!("\"{}\" is no transaction and no message", args.hash);
        let why = format!("a hash has 64 hexadecimal digits, this has {} characters", hash.chars().count());
        let hint = "copy the hash from a command's table, from --json, or from an explorer";
        return Err(CliError::new(Status::Usage, "bad-hash", what, why, hint));
    }
    let view = args.view.open().await?;
    let known = find(&view, &hash, args.from_here).await?;
    let mut steps = Vec::new();
    for step in &known.tree.steps {
        let profile = match args.gas {
            true => profile::of(&view, step).await,
            false => None,
        };
        steps.push(Traced { step, profile });
    }
    let text = tree::to_text(&view, &known, &steps, args.gas);
    let data = tree::to_json(&view, &known, &steps);
    let mut warnings = Vec::new();
    if let Beginning::Middle { message } = &known.beginning {
        warnings.push(format!(
            "the tree starts in the middle: the network does not know the transaction that sent message {message}"
        ));
    }
    if args.gas && steps.iter().any(|traced| traced.profile.is_none() && traced.step.tx.run().is_some()) {
        let why = "the account's state before it is not known, or the contract's sources are not";
        warnings.push(format!("of some transactions the gas cannot be shown by line: {why}"));
    }
    Ok(Answer { text, data, warnings })
}

async fn find(view: &View, hash: &str, from_here: bool) -> Result<KnownTree, CliError> {
    let client = view.client();
    let failed = |error| from_client(format!("{hash} cannot be traced"), error);
    let first = match client.find(hash).await.map_err(failed)? {
        Some(Found::Transaction(first)) => first,
        Some(Found::Underway(message)) => {
            return Err(underway(hash, &body::message_to_json(&message.view, &message.body)));
        }
        Some(Found::Rejected(rejection)) => {
            let what = format!("message {hash} caused no transaction");
            let why = format!("{} turned it down: {}", view.label(&rejection.account), rejection.reason);
            let data = json!({ "message": hash, "account": rejection.account.to_string(), "reason": rejection.reason });
            let hint = "nothing was changed or paid; `subgov explain` tells more of exit codes";
            return Err(CliError::new(Status::Refused, "not-included", what, why, hint).with_data(data));
        }
        None => {
            let what = format!("there is no transaction and no message {hash}");
            let why = format!("{} knows neither", client.transport().name());
            let hint = "check the hash and the network; JSON-RPC endpoints keep transactions by hash only";
            return Err(CliError::new(Status::Refused, "no-transaction", what, why, hint));
        }
    };
    let (first, beginning) = match from_here {
        true => (first, Beginning::Outside),
        false => client.beginning(first).await.map_err(failed)?,
    };
    let known = client.known_tree(first, beginning).await;
    known.map_err(|error| match error {
        ClientError::TreeTooLarge { .. } => {
            let (what, why) = (format!("{hash} cannot be traced"), error.to_string());
            CliError::new(
                Status::Refused,
                "tree-too-large",
                what,
                why,
                "trace a later transaction with --from-here",
            )
        }
        error => failed(error),
    })
}

fn underway(hash: &str, message: &serde_json::Value) -> CliError {
    let what = format!("message {hash} has caused nothing yet");
    let why = "the network has it, and its receiver has not executed it";
    let data = json!({ "message": message });
    CliError::new(Status::Refused, "underway", what, why, "try again after the next blocks").with_data(data)
}
