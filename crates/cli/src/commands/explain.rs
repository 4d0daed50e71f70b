//! `subgov explain CODE`

use governance::codes::{self, Area};
use serde_json::{Value, json};
use ton_abi::{ACTION, ExitCode, SOLIDITY, VM};

use crate::error::{CliError, Status};
use crate::output::Answer;

#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    /// Exit code of a transaction, for example 102.
    #[arg(allow_negative_numbers = true)]
    code: i32,
}

/// One thing that a number can mean.
struct Meaning {
    name: &'static str,
    area: &'static str,
    text: &'static str,
    hint: Option<&'static str>,
}

pub(crate) fn run(args: &Explain) -> Result<Answer, CliError> {
    let found = meanings(args.code);
    if found.is_empty() {
        return Err(CliError::new(
            Status::Usage,
            "unknown-code",
            format!("exit code {} is not known here", args.code),
            "neither the machine nor a contract of this project throws it",
            "ask the author of the contract that threw it",
        ));
    }
    let text = found.iter().map(Meaning::to_text).collect::<Vec<_>>();
    let text = text.iter().map(|text| format!("{} {text}", args.code)).collect();
    let data = found.iter().map(Meaning::to_json).collect::<Vec<_>>();
    Ok(Answer { text, data: json!({ "code": args.code, "meanings": data }), warnings: Vec::new() })
}

/// Our contracts first; the machine and the compiler's runtime only where no contract uses the number.
fn meanings(number: i32) -> Vec<Meaning> {
    let standard = |table: &'static [ExitCode], area| {
        table.iter().filter(move |code| code.code == number).map(move |code| Meaning {
            name: &code.name,
            area,
            text: &code.text,
            hint: None,
        })
    };
    let ours = codes::find(number).map(|code| Meaning {
        name: code.name,
        area: area(code.area),
        text: code.meaning,
        hint: Some(code.hint),
    });
    let compute =
        ours.into_iter().chain(standard(SOLIDITY, "compiler runtime")).chain(standard(VM, "virtual machine"));
    compute.take(1).chain(standard(ACTION, "action phase")).collect()
}

fn area(area: Area) -> &'static str {
    match area {
        Area::Common => "every contract",
        Area::Giver => "giver",
        Area::Multisig => "multisig",
        Area::Registry => "registry",
        Area::Proposal => "proposal",
        Area::Treasury => "treasury",
        Area::Contest => "contest",
        Area::JuryPool => "jury pool",
    }
}

impl Meaning {
    fn to_text(&self) -> String {
        let hint = self.hint.map(|hint| format!("  next: {hint}\n")).unwrap_or_default();
        format!("{} ({})\n  {}\n{hint}", self.name, self.area, self.text)
    }

    fn to_json(&self) -> Value {
        json!({ "name": self.name, "area": self.area, "meaning": self.text, "hint": self.hint })
    }
}
