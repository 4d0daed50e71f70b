//! The text of `contracts/REFERENCE.md`.

use std::fmt::Write;

use governance::codes::{BANDS, Band};
use serde_json::Value;
use tsolc::Artifact;

use crate::docs::{Docs, Text};

const HEAD: &str = "\
# Events, getters and exit codes of the contracts

Written from the sources, their ABI and the table of exit codes; after a change run
`UPDATE_SNAPSHOTS=1 cargo test -p workspace-tests --test reference`. Types are those of the ABI, with the members of a
struct in parentheses. `contracts/interfaces` has the functions that change something.
";

/// An event or getter with what the sources say about it.
pub(crate) struct Entry {
    pub(crate) name: String,
    inputs: Value,
    outputs: Value,
    pub(crate) text: Text,
}

impl Entry {
    fn of(abi: &Value, text: Text) -> Self {
        let name = abi["name"].as_str().expect("a name").to_owned();
        Self { name, inputs: abi["inputs"].clone(), outputs: abi["outputs"].clone(), text }
    }
}

/// What the page says about one contract.
pub(crate) struct Section<'a> {
    artifact: &'a Artifact,
    text: Text,
    pub(crate) events: Vec<Entry>,
    pub(crate) getters: Vec<Entry>,
}

impl<'a> Section<'a> {
    pub(crate) fn of(artifact: &'a Artifact, docs: &Docs) -> Self {
        let abi: Value = serde_json::from_str(&artifact.abi).expect("an ABI is JSON");
        let list = |kind: &str| abi[kind].as_array().cloned().unwrap_or_default();
        let name = |entry: &Value| entry["name"].as_str().expect("a name").to_owned();
        let event = |abi: &Value| Entry::of(abi, docs.event(&artifact.name, &name(abi)));
        let getter = |abi: &Value| Some(Entry::of(abi, docs.getter(&artifact.name, &name(abi))?));
        Self {
            artifact,
            text: docs.contract(&artifact.name),
            events: list("events").iter().map(event).collect(),
            getters: list("functions").iter().filter_map(getter).collect(),
        }
    }

    fn write(&self, page: &mut String) {
        let name = &self.artifact.name;
        paragraph(page, &format!("## {name}"));
        let source = &self.artifact.source;
        paragraph(page, format!("{} Source: [`{source}`]({source}).", self.text.notice).trim_start());
        if !self.events.is_empty() {
            table(page, ["event", "fields", "meaning"]);
        }
        for event in &self.events {
            row(page, [&code(&event.name), &fields(&event.inputs, &event.text), &event.text.notice]);
        }
        if !self.getters.is_empty() {
            table(page, ["getter", "takes", "gives", "meaning"]);
        }
        for getter in &self.getters {
            let (takes, gives) =
                (fields(&getter.inputs, &getter.text), fields(&getter.outputs, &Text::default()));
            row(page, [&code(&getter.name), &takes, &gives, &getter.text.notice]);
        }
    }
}

/// The whole page.
pub(crate) fn page(sections: &[Section<'_>]) -> String {
    let mut page = HEAD.to_owned();
    for section in sections {
        section.write(&mut page);
    }
    paragraph(&mut page, "## Exit codes");
    paragraph(&mut page, "`subgov explain CODE` says the same, and knows the codes of the machine as well.");
    for band in BANDS {
        codes(&mut page, band);
    }
    page
}

fn codes(page: &mut String, band: &Band) {
    paragraph(page, &format!("### {} to {}: {}", band.first, band.last, band.title));
    table(page, ["code", "name", "meaning", "what to do"]);
    for found in band.codes() {
        row(page, [&found.number.to_string(), &code(found.name), &found.sentence(), found.hint]);
    }
}

/// `name` type: what the sources say, one a line.
fn fields(list: &Value, text: &Text) -> String {
    let list = list.as_array().map_or(&[][..], Vec::as_slice);
    let shown = list.iter().filter(|field| field["name"] != "answerId").map(|field| {
        let name = field["name"].as_str().unwrap_or_default();
        let about = text.params.get(name).map(|words| format!(": {words}")).unwrap_or_default();
        format!("{} {}{about}", code(name), type_of(field))
    });
    shown.collect::<Vec<_>>().join("<br>")
}

/// The type of a value; `tuple` is replaced by its members.
fn type_of(field: &Value) -> String {
    let kind = field["type"].as_str().expect("a type");
    let Some(components) = field["components"].as_array() else { return kind.to_owned() };
    let name = |inner: &Value| inner["name"].as_str().unwrap_or_default().to_owned();
    let members = components.iter().map(|inner| format!("{} {}", name(inner), type_of(inner)));
    kind.replace("tuple", &format!("({})", members.collect::<Vec<_>>().join(", ")))
}

fn code(name: &str) -> String {
    format!("`{name}`")
}

fn paragraph(page: &mut String, text: &str) {
    write!(page, "\n{text}\n").expect("text grows");
}

fn table<const N: usize>(page: &mut String, heads: [&str; N]) {
    page.push('\n');
    row(page, heads);
    row(page, ["---"; N]);
}

fn row<const N: usize>(page: &mut String, cells: [&str; N]) {
    let cells = cells.map(|cell| cell.replace('|', "\\|"));
    writeln!(page, "| {} |", cells.join(" | ")).expect("text grows");
}
