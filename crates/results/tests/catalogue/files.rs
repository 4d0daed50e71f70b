//! The files of a catalogue: complete, well-formed, every link leads somewhere, written whole or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use results::{Catalogue, Error, check, export, files};
use roxmltree::{Document, ParsingOptions};

use crate::story::{contracts, facts};

/// All files of the story.
pub(crate) fn all() -> BTreeMap<String, Vec<u8>> {
    files(&Catalogue::of(facts()), &check(facts(), contracts())).unwrap()
}

/// A page as a tree: it is XML, too, so that nothing is left to a browser's mending.
pub(crate) fn parse<'a>(name: &str, bytes: &'a [u8]) -> Document<'a> {
    let text = std::str::from_utf8(bytes).unwrap();
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn there_is_a_page_for_everything() {
    let all = all();
    for name in [
        "index.html",
        "contest-1.html",
        "contest-3.html",
        "stage-1.html",
        "stage-4.html",
        "ledger.html",
        "members.html",
        "jury.html",
        "proposals.html",
        "style.css",
        "catalogue.json",
        "csv/payouts.csv",
        "csv/scores.csv",
        "markdown/README.md",
        "markdown/contest-1.md",
        "records/contest-1.md",
    ] {
        assert!(all.get(name).is_some_and(|bytes| !bytes.is_empty()), "{name}");
    }
    let hash = governance::text::Digest::of(std::str::from_utf8(&all["records/contest-1.md"]).unwrap());
    assert_eq!(hash, facts().published[0].record_hash, "the record has the published hash byte by byte");
}

#[test]
fn pages_are_well_formed_and_every_link_leads_somewhere() {
    let all = all();
    let pages: BTreeMap<&str, Document<'_>> = all
        .iter()
        .filter(|(name, _)| name.ends_with(".html"))
        .map(|(name, bytes)| (name.as_str(), parse(name, bytes)))
        .collect();
    let ids = |page: &str| -> BTreeSet<&str> {
        pages[page].descendants().filter_map(|node| node.attribute("id")).collect()
    };
    let mut links = 0;
    for (name, page) in &pages {
        let own: Vec<&str> = page.descendants().filter_map(|node| node.attribute("id")).collect();
        assert_eq!(own.len(), ids(name).len(), "{name}: no id twice");
        for link in page.descendants().filter_map(|node| node.attribute("href")) {
            links += 1;
            if link.contains("://") {
                continue;
            }
            let (file, place) =
                link.split_once('#').map_or((link, None), |(file, place)| (file, Some(place)));
            let file = if file.is_empty() { name } else { file };
            assert!(all.contains_key(file), "{name}: {link}");
            if let Some(place) = place {
                assert!(ids(file).contains(place), "{name}: {link}");
            }
        }
        for labelled in page.descendants().filter_map(|node| node.attribute("aria-labelledby")) {
            assert!(ids(name).contains(labelled), "{name}: {labelled}");
        }
    }
    assert!(links > 100, "{links}");
}

#[test]
fn pages_can_be_read_by_everybody() {
    for (name, bytes) in all().iter().filter(|(name, _)| name.ends_with(".html")) {
        let page = parse(name, bytes);
        let count = |tag: &str| page.descendants().filter(|node| node.has_tag_name(tag)).count();
        assert_eq!((count("h1"), count("main"), count("title")), (1, 1, 1), "{name}");
        assert_eq!(page.root_element().attribute("lang"), Some("en"), "{name}");
        assert_eq!(count("table"), count("caption"), "{name}: every table has a caption");
        let headings = page.descendants().filter(|node| node.has_tag_name("th"));
        assert!(headings.clone().all(|node| node.attribute("scope").is_some()), "{name}");
        for row in page.descendants().filter(|node| node.has_tag_name("tbody")).flat_map(|it| it.children()) {
            let cells = row.children().filter(roxmltree::Node::is_element);
            assert!(
                cells.clone().all(|cell| cell.attribute("data-label").is_some()),
                "{name}: labels for phones"
            );
        }
        for forbidden in ["script", "img", "iframe", "object", "style", "form"] {
            assert_eq!(count(forbidden), 0, "{name}: nothing but text and one stylesheet");
        }
    }
}

#[test]
fn a_catalogue_is_written_whole_and_never_over_something() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("deep").join("catalogue");
    let (catalogue, report) = (Catalogue::of(facts()), check(facts(), contracts()));
    let written = export(&catalogue, &report, &target).unwrap();
    let all = files(&catalogue, &report).unwrap();
    assert_eq!(written.files, all.len());
    for (name, bytes) in &all {
        assert_eq!(&fs::read(target.join(name)).unwrap(), bytes, "{name}");
    }
    let beside: Vec<_> = fs::read_dir(target.parent().unwrap()).unwrap().collect();
    assert_eq!(beside.len(), 1, "nothing unfinished is left");
    let again = export(&catalogue, &report, &target);
    assert!(matches!(again, Err(Error::Exists { .. })), "{again:?}");
    let second = folder.path().join("second");
    export(&catalogue, &report, &second).unwrap();
    for name in all.keys() {
        assert_eq!(fs::read(target.join(name)).unwrap(), fs::read(second.join(name)).unwrap(), "{name}");
    }
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    assert!(export(&catalogue, &report, &file.join("catalogue")).is_err());
}
