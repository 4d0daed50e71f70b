//! What the transcripts in `tests/transcripts` prove about the commands: every one is there for people and for
//! programs, with good and bad input, and what programs get is as its schema in `schemas/` says.
//!
//! That the program really says what they say is tested by playing them: `cargo test --test transcripts`.

#[path = "../tests/cli/schemas.rs"]
mod schemas;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use clap::CommandFactory;
use serde::Deserialize;
use serde_json::Value;

use self::schemas::{Schemas, files};
use crate::args::Args;

const TRANSCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/transcripts");
/// Where a transcript leaves a value open, a hash for instance that depends on chance.
const OPEN: &str = "[..]";

/// One command of a transcript, and what it said.
struct Said {
    transcript: String,
    words: Vec<String>,
    status: i32,
    output: String,
}

impl Said {
    /// Noun and verb that it used.
    fn command(&self) -> String {
        let root = Args::command();
        let mut command = &root;
        let mut path = Vec::new();
        for word in &self.words {
            match command.find_subcommand(word) {
                Some(next) if path.len() < 2 => {
                    path.push(word.as_str());
                    command = next;
                }
                Some(_) => break,
                None if word.starts_with('-') => {}
                None => break,
            }
        }
        path.join(" ")
    }

    fn is_json(&self) -> bool {
        self.words.iter().any(|word| word == "--json")
    }
}

/// A transcript of one command as a TOML file.
#[derive(Deserialize)]
struct OneShot {
    args: Vec<String>,
    #[serde(default)]
    status: Status,
    #[serde(default)]
    stdout: String,
}

#[derive(Deserialize, Default)]
struct Status {
    #[serde(default)]
    code: i32,
}

/// Everything that the program says in all transcripts.
fn all() -> Vec<Said> {
    let mut all = Vec::new();
    for path in files(TRANSCRIPTS).into_iter().filter(|path| path.is_file()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).expect("a transcript is text");
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("md") => all.extend(page(&name, &text)),
            Some("toml") => {
                let OneShot { args, status, stdout } = toml::from_str(&text).expect(&name);
                all.push(Said { transcript: name, words: args, status: status.code, output: stdout });
            }
            _ => {}
        }
    }
    assert!(!all.is_empty(), "there are transcripts");
    all
}

/// The program's commands in the `console` blocks of a page.
fn page(name: &str, text: &str) -> Vec<Said> {
    let mut said: Vec<Said> = Vec::new();
    let (mut is_console, mut is_ours) = (false, false);
    for line in text.lines() {
        if line.starts_with("```") {
            (is_console, is_ours) = (line == "```console", false);
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| is_console) {
            // Variables in front of it are no part of the command.
            let words = words(command).into_iter().skip_while(|word| is_variable(word));
            let mut words = words.peekable();
            let program = words.next().unwrap_or_default();
            assert!(
                ["subgov", "cat", "cp", "ls"].contains(&program.as_str()),
                "{name}: {program} would be skipped"
            );
            is_ours = program == "subgov";
            if is_ours {
                let words = words.collect();
                said.push(Said { transcript: name.to_owned(), words, status: 0, output: String::new() });
            }
        } else if let Some(said) = said.last_mut().filter(|_| is_ours) {
            match line.strip_prefix("? ") {
                Some(status) if said.output.is_empty() => said.status = status.parse().unwrap_or(1),
                _ => said.output += &format!("{line}\n"),
            }
        }
    }
    said
}

fn is_variable(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| name.chars().all(|c| c == '_' || c.is_ascii_uppercase()))
}

/// Words of a command line with quoted ones in double quotes.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut begun) = (Vec::new(), String::new(), false, false);
    for character in command.chars() {
        match character {
            '"' => (quoted, begun) = (!quoted, true),
            ' ' if !quoted => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            character => {
                word.push(character);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

/// JSON as it was before `trycmd` wrote every backslash as a slash: a quotation mark behind a slash was escaped, unless
/// it ends its line's string.
fn escaped(json: &str) -> String {
    let mut parts = json.split("/\"");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let ends = part.is_empty() || ["\n", ",\n"].iter().any(|end| part.starts_with(end));
        text += if ends { "/\"" } else { "\\\"" };
        text += part;
    }
    text
}

/// Commands that do something, as people type them: a noun with its verb, or a verb alone.
fn commands() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for noun in Args::command().get_subcommands().filter(|noun| !noun.is_hide_set()) {
        let mut verbs = noun.get_subcommands().peekable();
        if verbs.peek().is_none() {
            found.insert(noun.get_name().to_owned());
        }
        found.extend(verbs.map(|verb| format!("{} {}", noun.get_name(), verb.get_name())));
    }
    found
}

/// Name of a command's schema.
fn schema_name(command: &str) -> String {
    command.replace(' ', "-")
}

#[test]
fn what_programs_get_is_as_the_schemas_say() {
    let schemas = Schemas::get();
    let mut wrong = Vec::new();
    for said in all().iter().filter(|said| said.is_json()) {
        let place = format!("{}: subgov {}", said.transcript, said.words.join(" "));
        let text = escaped(&said.output).replace(OPEN, &"0".repeat(64));
        let envelope: Value = match serde_json::from_str(&text) {
            Ok(envelope) => envelope,
            Err(error) => {
                wrong.push(format!("{place}: stdout and stderr are more than one envelope: {error}"));
                continue;
            }
        };
        let command: Vec<_> = said.words.iter().map(String::as_str).collect();
        let errors = schemas.wrong(&command, said.status, &envelope);
        wrong.extend(errors.into_iter().map(|error| format!("{place}: {error}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn words_of_a_command_line_are_told_apart() {
    assert_eq!(words("subgov a  \"b c\" d=\"e f\" \"\""), ["subgov", "a", "b c", "d=e f", ""]);
    let said =
        page("x", "```console\n$ A=1 subgov member list --json\n? 2\ntext\n\n$ cat x\nmore\n```\n$ no\n");
    assert_eq!(said.len(), 1);
    assert_eq!((said[0].command().as_str(), said[0].status), ("member list", 2));
    assert_eq!(said[0].output, "text\n\n");
    assert_eq!(
        escaped("\"a /\"b/\", c/\"\",\n\"http://x/\",\n"),
        "\"a \\\"b\\\", c\\\"\",\n\"http://x/\",\n"
    );
}

/// The README's walk-through, without its comments and the line that names the program.
fn walk_through() -> Vec<String> {
    let page =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).expect("it is text");
    let blocks = page.split("```sh\n").skip(1).filter_map(|rest| rest.split("\n```").next());
    let block = blocks.into_iter().find(|block| block.contains("subgov node init")).expect("it is there");
    let command = |line: &str| line.split(" #").next().unwrap_or_default().trim().to_owned();
    block.lines().filter(|line| line.starts_with("subgov ")).map(command).collect()
}

#[test]
fn the_walk_through_of_the_readme_is_a_transcript() {
    let folder = std::path::Path::new(TRANSCRIPTS);
    let page = fs::read_to_string(folder.join("readme.md")).expect("it is text");
    let commands = page.lines().filter_map(|line| line.strip_prefix("$ "));
    // The id of the transaction, which the README cannot know.
    let id = page.split("transaction ").nth(1).and_then(|rest| rest.split_whitespace().next());
    let id = id.filter(|id| id.bytes().all(|byte| byte.is_ascii_digit())).expect("a transaction is told of");
    let commands: Vec<_> = commands.map(|command| command.replace(id, "ID")).collect();
    assert_eq!(commands, walk_through());
}

/// Commands without transcripts, and why.
const EXCEPT: [(&str, &str); 1] =
    [("node start", "it serves until it is ended: tests/cli/support.rs starts it and looks at its answer")];

/// Commands whose right use is proved elsewhere, and where.
const ELSEWHERE: [(&str, &str); 4] = [
    ("completions", "tests/cli/usage.rs plays every shell"),
    ("contest sweep", "the stories of the contracts let the 180 days pass"),
    ("demo", "tests/cli/demo.rs checks one run in every detail"),
    ("key password", "tests/cli/key.rs gives the new one, which comes from a descriptor"),
];

#[test]
fn every_command_has_transcripts_for_people_and_programs_and_a_schema() {
    let mut seen: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for said in all() {
        let form = match (said.is_json(), said.status == 0) {
            (false, true) => "good input for people",
            (false, false) => "bad input for people",
            (true, true) => "good input for programs",
            (true, false) => "bad input for programs",
        };
        seen.entry(said.command()).or_default().insert(form);
    }
    let schemas = Schemas::get();
    let mut missing = Vec::new();
    for command in commands().iter().filter(|command| EXCEPT.iter().all(|(name, _)| name != command)) {
        let is_elsewhere = ELSEWHERE.iter().any(|(name, _)| name == command);
        for (form, is_good) in [
            ("good input for people", true),
            ("bad input for people", false),
            ("good input for programs", true),
            ("bad input for programs", false),
        ] {
            let is_there = seen.get(command).is_some_and(|forms| forms.contains(form));
            if !(is_there || is_good && is_elsewhere) {
                missing.push(format!("{command}: {form}"));
            }
        }
        if !schemas.has(&schema_name(command)) {
            missing.push(format!("{command}: schemas/{}.json", schema_name(command)));
        }
    }
    assert!(missing.is_empty(), "missing:\n{}", missing.join("\n"));
}
