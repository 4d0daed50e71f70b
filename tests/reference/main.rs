//! `contracts/REFERENCE.md` says what the contracts say.

mod docs;
mod natspec;
mod page;

use tsolc::project::{Project, build};
use workspace_tests::{snapshot, workspace};

use crate::docs::Docs;
use crate::page::{Section, page};

fn project() -> Project {
    build(&workspace("contracts"), "").expect("the contracts compile")
}

fn sections(project: &Project) -> Vec<Section<'_>> {
    let docs = Docs::read(&workspace("contracts"));
    project.artifacts.iter().map(|artifact| Section::of(artifact, &docs)).collect()
}

#[test]
fn the_page_is_written_from_the_contracts() {
    let project = project();
    snapshot("contracts/REFERENCE.md", &page(&sections(&project)));
}

#[test]
fn every_event_and_getter_says_what_it_is_for() {
    let project = project();
    let silent: Vec<_> = project
        .artifacts
        .iter()
        .zip(sections(&project))
        .flat_map(|(artifact, section)| {
            let entries = section.events.into_iter().chain(section.getters);
            entries
                .filter(|entry| entry.text.notice.is_empty())
                .map(|entry| format!("{}.{}", artifact.name, entry.name))
        })
        .collect();
    assert!(silent.is_empty(), "without @notice: {silent:?}");
}

#[test]
fn the_page_names_what_the_multisig_tells() {
    let project = project();
    let text = page(&sections(&project));
    for part in [
        "| `TxSubmitted` | `id` uint64: Transaction id.<br>",
        "| `getCustodians` |",
        "| 100 | `NOT_CUSTODIAN` |",
    ] {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains("`submitTransaction`"), "a function that changes something is no getter");
}
