//! `subgov completions SHELL`

use clap::{CommandFactory, ValueEnum};
use clap_complete::Shell;
use serde_json::json;

use crate::args::Args;
use crate::error::CliError;
use crate::output::Answer;

/// The script that completes commands and options in a shell.
///
/// bash: `subgov completions bash > ~/.local/share/bash-completion/completions/subgov`; zsh: into a file `_subgov` in a
/// directory of $fpath; fish: `subgov completions fish > ~/.config/fish/completions/subgov.fish`.
#[derive(Debug, clap::Args)]
pub(crate) struct Completions {
    /// The shell.
    shell: Shell,
}

pub(crate) fn run(args: &Completions) -> Result<Answer, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "subgov", &mut script);
    let text = String::from_utf8_lossy(&script).into_owned();
    let shell = args.shell.to_possible_value().map(|value| value.get_name().to_owned());
    let data = json!({ "shell": shell, "script": text });
    Ok(Answer { text, data, warnings: Vec::new() })
}
