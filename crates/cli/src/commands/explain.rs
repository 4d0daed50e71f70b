//! `subgov explain CODE`

use governance::codes::{self, Area};
use serde_json::{Value, json};
use ton_abi::{ACTION, ExitCode, SOLIDITY, VM};

use crate::error::{self, CliError, Status};
use crate::output::Answer;

/// What a code means: an exit code of a contract, the machine or the action phase (a number or its name), a diagnostic
/// of the compiler (E0301), or a code of this program's failures (no-state).
#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    /// The code, for example 102, NOT_CUSTODIAN, E0301 or not-included.
    #[arg(allow_negative_numbers = true)]
    code: String,
}

/// One thing that a code can mean.
struct Meaning {
    number: Option<i32>,
    name: String,
    area: String,
    text: String,
    hint: Option<String>,
}

pub(crate) fn run(args: &Explain) -> Result<Answer, CliError> {
    let found = meanings(args.code.trim());
    if found.is_empty() {
        let codes: Vec<_> = error::codes::TABLE.iter().map(|entry| entry.code).collect();
        let names: Vec<_> = codes::TABLE.iter().map(|code| code.name).collect();
        let near = nearest(&args.code, &codes).or_else(|| nearest(&args.code, &names));
        let hint = near.map_or_else(
            || "ask the author of the contract that threw it".to_owned(),
            |near| format!("did you mean {near}? Otherwise ask the author of the contract that threw it"),
        );
        return Err(CliError::new(
            Status::Usage,
            "unknown-code",
            format!("the code {} is not known here", args.code),
            "neither the machine, the compiler, this program nor a contract of this project uses it",
            hint,
        ));
    }
    let text = found.iter().map(Meaning::to_text).collect();
    let number = found.iter().find_map(|meaning| meaning.number);
    let data = found.iter().map(Meaning::to_json).collect::<Vec<_>>();
    let code =
        args.code.parse::<i32>().ok().or(number).map_or_else(|| json!(args.code), |number| json!(number));
    Ok(Answer { text, data: json!({ "code": code, "meanings": data }), warnings: Vec::new() })
}

/// The entry that differs least, if it is near.
fn nearest<'a>(word: &str, names: &[&'a str]) -> Option<&'a str> {
    let letters = |text: &str| text.to_ascii_lowercase().replace('_', "-");
    let word = letters(word);
    names
        .iter()
        .copied()
        .find(|name| letters(name) == word || word.len() > 3 && letters(name).contains(&word))
}

fn meanings(code: &str) -> Vec<Meaning> {
    if let Ok(number) = code.parse() {
        return of_number(number);
    }
    if let Some(entry) = error::codes::find(code) {
        return vec![of_program(entry)];
    }
    if let Some(info) = tsolc::explain::find(code) {
        return vec![Meaning {
            number: None,
            name: info.code.to_string(),
            area: "compiler".to_owned(),
            text: format!("{}\n  {}", info.summary, info.explanation.trim().replace('\n', "\n  ")),
            hint: None,
        }];
    }
    let named = |table: &'static [ExitCode], area: &'static str| {
        let fits = move |entry: &&ExitCode| entry.name.eq_ignore_ascii_case(code);
        table.iter().filter(fits).map(move |entry| standard(entry, area))
    };
    let ours = codes::TABLE.iter().filter(|entry| entry.name.eq_ignore_ascii_case(code)).map(of_contract);
    ours.chain(named(SOLIDITY, "compiler runtime"))
        .chain(named(VM, "virtual machine"))
        .chain(named(ACTION, "action phase"))
        .collect()
}

/// Our contracts first; the machine and the compiler's runtime only where no contract uses the number.
fn of_number(number: i32) -> Vec<Meaning> {
    let find = |table: &'static [ExitCode], area: &'static str| {
        table.iter().filter(move |entry| entry.code == number).map(move |entry| standard(entry, area))
    };
    let ours = codes::find(number).map(of_contract);
    let compute =
        ours.into_iter().chain(find(SOLIDITY, "compiler runtime")).chain(find(VM, "virtual machine"));
    compute.take(1).chain(find(ACTION, "action phase")).collect()
}

fn of_contract(code: &codes::Code) -> Meaning {
    Meaning {
        number: Some(code.number),
        name: code.name.to_owned(),
        area: area(code.area).to_owned(),
        text: code.meaning.to_owned(),
        hint: Some(code.hint.to_owned()),
    }
}

fn standard(code: &ExitCode, area: &str) -> Meaning {
    let (name, text) = (code.name.to_string(), code.text.to_string());
    Meaning { number: Some(code.code), name, area: area.to_owned(), text, hint: None }
}

fn of_program(entry: &error::codes::Entry) -> Meaning {
    let statuses: Vec<_> = entry.statuses.iter().map(|status| (*status as u8).to_string()).collect();
    Meaning {
        number: None,
        name: entry.code.to_owned(),
        area: format!("this program, exit status {}", statuses.join(" or ")),
        text: entry.meaning.to_owned(),
        hint: Some(entry.hint.to_owned()),
    }
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
        let number = self.number.map(|number| format!("{number} ")).unwrap_or_default();
        let hint = self.hint.as_ref().map(|hint| format!("  next: {hint}\n")).unwrap_or_default();
        format!("{number}{} ({})\n  {}\n{hint}", self.name, self.area, self.text)
    }

    fn to_json(&self) -> Value {
        let Self { number, name, area, text, hint } = self;
        json!({ "number": number, "name": name, "area": area, "meaning": text, "hint": hint })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_every_table_is_explained() {
        let ours = codes::TABLE.iter().map(|code| code.number);
        let standard = [SOLIDITY, VM, ACTION].into_iter().flatten().map(|code| code.code);
        for number in ours.chain(standard) {
            assert!(!of_number(number).is_empty(), "{number}");
        }
        for code in codes::TABLE {
            assert!(
                meanings(code.name).iter().any(|meaning| meaning.number == Some(code.number)),
                "{}",
                code.name
            );
        }
        for info in tsolc::explain::table() {
            assert_eq!(meanings(&info.code.to_string()).len(), 1, "{}", info.code);
        }
        for entry in error::codes::TABLE {
            assert_eq!(meanings(entry.code).len(), 1, "{}", entry.code);
        }
        assert!(meanings("nothing-of-the-kind").is_empty());
        assert_eq!(nearest("state", &["no-key", "no-state"]), Some("no-state"));
    }
}
