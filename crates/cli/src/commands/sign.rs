//! `subgov sign`: the same command as the program `subgov-sign`, which has no network code in it.

use std::io::{self, Write};

use serde_json::json as object;
use signing::command::{self, Failure, SignArgs};

use crate::error::CliError;
use crate::output::Answer;
use crate::store::status;

/// Shows what a prepared message does, and signs it; the program `subgov-sign` does the same without any network code.
///
/// Without --as, --with or --attach it only shows. The file comes from --prepare on a machine with a network; the signed
/// one goes back there, to `subgov submit`.
#[derive(Debug, clap::Args)]
pub(crate) struct Sign {
    #[command(flatten)]
    args: SignArgs,
}

pub(crate) fn run(command: &Sign, json: bool) -> Result<Answer, CliError> {
    // What is signed is shown to a person however quiet the rest is.
    let shown = |text: &str| {
        let _ = io::stderr().write_all(text.as_bytes());
    };
    let outcome = command::run(&command.args, json, &shown).map_err(refused)?;
    // People have read the warnings in the review.
    let warnings = if json { outcome.warnings } else { Vec::new() };
    Ok(Answer { text: outcome.text, data: outcome.data, warnings })
}

fn refused(failure: Failure) -> CliError {
    let Failure { code, status: number, what, why, hint, source, review } = failure;
    let mut error = CliError::new(status(number), code, what, why, hint);
    if let Some(source) = source {
        error = error.caused_by(source);
    }
    match review {
        Some(review) => error.with_data(object!({ "review": review })),
        None => error,
    }
}
