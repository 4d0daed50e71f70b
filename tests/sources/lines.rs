//! A contract that fails in many ways: each time the map leads to the line that says so.

use std::collections::BTreeMap;
use std::fs;

use chain::{Account, Config, ExecContext, Location, SourceMap, trace};
use serde_json::json;
use ton_abi::{Lt, Nano, UnixTime};
use tsolc::{Artifact, DiskLoader, Settings, render};
use workspace_tests::community::{TON, account};
use workspace_tests::workspace;
use workspace_tests::world::{Contract, World, key};

const FOLDER: &str = "tests/sources";
const FILES: [&str; 3] = ["Base.tsol", "Checks.tsol", "Requires.tsol"];

fn artifact() -> Artifact {
    let loader = DiskLoader::new(workspace(FOLDER), Vec::new());
    let text = loader.read("Requires.tsol").expect("the contract of this test");
    let compilation = tsolc::compile("Requires.tsol", &text, &loader, &Settings::default());
    let told = compilation.diagnostics.iter().map(|d| render::text(d, &compilation.sources, false));
    let told = told.collect::<String>();
    let artifacts = compilation.artifacts.unwrap_or_else(|_| panic!("{told}"));
    artifacts.into_iter().find(|artifact| artifact.name == "Requires").expect("it is a contract")
}

/// The contract after its constructor.
fn deployed(artifact: &Artifact) -> (Contract, Account) {
    let (mut world, owner) = (World::default(), key(1));
    let contract = Contract::new(&artifact.abi, &artifact.tvc, &owner, &json!({}));
    world.give(&contract.address, Nano(100 * TON));
    let header = world.header(Some(&owner));
    world.send(&contract.deploy(&owner, &json!({}), &header)).success();
    let account = world.account(&contract.address);
    (contract, account)
}

/// By the number that leads there: file and line, and the number that leads to equal code.
fn marks() -> BTreeMap<u16, (String, u32, Option<u16>)> {
    let mut marks = BTreeMap::new();
    for file in FILES {
        let text = fs::read_to_string(workspace(FOLDER).join(file)).expect("a source of this test");
        for (line, text) in (1..).zip(text.lines()) {
            let Some((_, mark)) = text.split_once("// n=") else { continue };
            let mut words = mark.split_whitespace();
            let number = words.next().and_then(|n| n.parse().ok()).expect("a number behind n=");
            let twin = words.next().map(|word| word.trim_start_matches("twin=").parse().expect("a number"));
            assert!(marks.insert(number, (file.to_owned(), line, twin)).is_none(), "{number} twice");
        }
    }
    marks
}

#[test]
fn every_failure_leads_to_its_line() {
    let artifact = artifact();
    let map = SourceMap::parse(&artifact.map).expect("the compiler's own map");
    let (contract, account) = deployed(&artifact);
    let marks = marks();
    assert_eq!(marks.len(), 25);
    let lines = |n: u16| (marks[&n].0.as_str(), marks[&n].1);
    let mut wrong = Vec::new();
    for (&n, (file, line, twin)) in &marks {
        let message = contract.internal(&self::account(9, 9), Nano(TON), "go", &json!({ "n": n }));
        let message = message.build().expect("fits");
        let context = ExecContext::new(UnixTime(1_700_000_100), Lt(2_000_000));
        let trace = trace(&Config::local(), &account, &message, &context).expect("the contract runs");
        assert!(trace.exit_code > 1, "{n} fails: {}", trace.exit_code);
        let (end, made) = map.end(&trace);
        let at = |location: &Location| (location.file.to_string(), location.line);
        let found = end.as_ref().map(at);
        let others: Vec<_> = map.others(&trace, end.as_ref()).iter().map(at).collect();
        let here = (file.clone(), *line);
        let fine = match twin {
            None => found.as_ref() == Some(&here) && others.is_empty(),
            // Equal code: both places are told.
            Some(twin) => {
                let there = lines(*twin);
                let there = (there.0.to_owned(), there.1);
                let told: Vec<_> = found.iter().chain(&others).collect();
                told.len() == 2 && told.contains(&&here) && told.contains(&&there)
            }
        };
        if !fine {
            let code = trace.exit_code;
            wrong.push(format!(
                "{n}: {file}:{line}, exit code {code}, is taken for {found:?} {others:?} {made:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn functions_modifiers_and_bases_have_their_names() {
    let artifact = artifact();
    let map = SourceMap::parse(&artifact.map).expect("the compiler's own map");
    let (contract, account) = deployed(&artifact);
    let name = |n: u16| {
        let message = contract.internal(&self::account(9, 9), Nano(TON), "go", &json!({ "n": n }));
        let message = message.build().expect("fits");
        let context = ExecContext::new(UnixTime(1_700_000_100), Lt(2_000_000));
        let trace = trace(&Config::local(), &account, &message, &context).expect("the contract runs");
        map.end(&trace).0.map(|location| location.function.to_string()).unwrap_or_default()
    };
    let found: Vec<_> = [1, 2, 4, 10, 12, 13, 20, 30].into_iter().map(name).collect();
    assert_eq!(
        found,
        [
            "Requires.go",
            "Requires.around",
            "Requires.tiny",
            "Base.inherited",
            "Base.overridden",
            "Requires.overridden",
            "Checks.small",
            "free"
        ]
    );
}

#[test]
fn the_debug_file_has_the_official_form_and_the_same_lines() {
    let artifact = artifact();
    let map = SourceMap::parse(&artifact.map).expect("the compiler's own map");
    let debug: serde_json::Value = serde_json::from_str(&artifact.debug).expect("the debug file is JSON");
    let mut places = 0;
    for (cell, marks) in debug.as_object().expect("cells by their hashes") {
        for (offset, mark) in marks.as_object().expect("marks by their offsets") {
            let place = chain::Place {
                cell: cell.parse().expect("a hash"),
                bits: offset.parse().expect("an offset in decimal digits"),
            };
            let location = map.find(&place).expect("both forms know the place");
            assert_eq!(mark["filename"], *location.file, "{cell} {offset}");
            assert_eq!(mark["line"], location.line, "{cell} {offset}");
            places += 1;
        }
    }
    assert!(places > 100, "{places}");
}
