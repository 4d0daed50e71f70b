//! NatSpec of the contracts, read from their sources.

use std::collections::BTreeMap;
use std::path::Path;

use tsol_syntax::ast::{ContractDef, Doc, Item, Member, Visibility};
use tsol_syntax::diag::Diagnostics;
use tsol_syntax::parse_file;
use tsol_syntax::span::SourceMap;

/// Folders of `contracts` whose sources are part of the contracts at its top.
const FOLDERS: [&str; 4] = ["", "abstract", "interfaces", "libraries"];

/// What a comment says.
#[derive(Clone, Default)]
pub(crate) struct Text {
    /// `@notice`; empty if there is none.
    pub(crate) notice: String,
    /// Name and text of each `@param`.
    pub(crate) params: BTreeMap<String, String>,
}

impl Text {
    fn of(doc: &Doc) -> Self {
        let mut text = Self::default();
        for (tag, words) in doc.tags() {
            match (&*tag, words.split_once(' ')) {
                ("notice", _) => text.notice = words,
                ("param", Some((name, words))) => {
                    text.params.insert(name.to_owned(), words.trim().to_owned());
                }
                _ => {}
            }
        }
        text
    }

    /// Fills what is missing with the text of a base.
    fn inherit(&mut self, base: Self) {
        if self.notice.is_empty() {
            self.notice = base.notice;
        }
        for (name, words) in base.params {
            self.params.entry(name).or_insert(words);
        }
    }
}

/// All contracts, interfaces and libraries by name.
pub(crate) struct Docs(BTreeMap<String, ContractDef>);

impl Docs {
    /// Reads every source below `contracts` that is not of a test.
    pub(crate) fn read(contracts: &Path) -> Self {
        let (mut sources, diags, mut found) = (SourceMap::new(), Diagnostics::new(), BTreeMap::new());
        for folder in FOLDERS {
            let entries = std::fs::read_dir(contracts.join(folder)).expect("the folder is there");
            for path in entries.map(|entry| entry.expect("readable").path()) {
                if path.extension().is_none_or(|extension| extension != "tsol") {
                    continue;
                }
                let text = std::fs::read_to_string(&path).expect("readable");
                let file = sources.add(path.to_string_lossy(), text);
                for item in parse_file(&sources, file, &diags).items {
                    if let Item::Contract(contract) = item {
                        found.insert(contract.name.name.clone(), contract);
                    }
                }
            }
        }
        diags.check().expect("the sources are well formed");
        Self(found)
    }

    /// The comment of a contract itself.
    pub(crate) fn contract(&self, name: &str) -> Text {
        self.0[name].doc.as_ref().map(Text::of).unwrap_or_default()
    }

    /// The comment of an event, wherever among the bases it is declared.
    pub(crate) fn event(&self, contract: &str, name: &str) -> Text {
        let members = self.members(contract);
        self.text(members.filter_map(|member| match member {
            Member::Event(event) if event.name.name == name => Some(&event.doc),
            _ => None,
        }))
    }

    /// The comment of a function that changes nothing, or of a public variable; `None` for other functions.
    pub(crate) fn getter(&self, contract: &str, name: &str) -> Option<Text> {
        let reads = self.members(contract).any(|member| match member {
            Member::Function(function) => function.name.name == name && function.mutability.is_some(),
            Member::Var(variable) => {
                let public = variable.visibility.is_some_and(|found| found.value == Visibility::Public);
                variable.name.name == name && public
            }
            _ => false,
        });
        let docs = self.members(contract).filter_map(|member| match member {
            Member::Function(function) if function.name.name == name => Some(&function.doc),
            Member::Var(variable) if variable.name.name == name => Some(&variable.doc),
            _ => None,
        });
        reads.then(|| self.text(docs))
    }

    fn text<'a>(&self, docs: impl Iterator<Item = &'a Option<Doc>>) -> Text {
        docs.flatten().fold(Text::default(), |mut text, doc| {
            text.inherit(Text::of(doc));
            text
        })
    }

    /// Members of a contract and its bases, nearest first.
    fn members(&self, contract: &str) -> impl Iterator<Item = &Member> {
        let (mut line, mut open) = (Vec::<&ContractDef>::new(), vec![contract.to_owned()]);
        while let Some(name) = open.pop() {
            let Some(found) = self.0.get(&name) else { continue };
            if line.iter().all(|known| known.name.name != name) {
                line.push(found);
                open.extend(
                    found
                        .bases
                        .iter()
                        .filter_map(|base| base.path.segments.last())
                        .map(|part| part.name.clone()),
                );
            }
        }
        line.into_iter().flat_map(|found| &found.members)
    }
}
