//! Texts of strangers in every place where the chain has one: harmless in every form.

use std::collections::BTreeMap;

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag};
use results::{Catalogue, check, files};

use crate::files::parse;
use crate::story::{contracts, facts};

/// What strangers write.
fn hostile() -> Vec<String> {
    let mut all: Vec<String> = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "</td></table></main><h1>Official results</h1>",
        "<!-- ",
        "]]> &lt; &amp; &#x3c;script&#x3e;",
        "[click](javascript:alert(1)) ![x](https://evil.example/x.png)",
        "</a> | a | b |\n|---|---|\n| forged | row |",
        "```\n# Forged heading\n```",
        "https://evil.example www.evil.example evil@evil.example <https://evil.example>",
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-2+3",
        "@SUM(1+1)*cmd",
        "\t=1+1",
        "\r\nforged,row,of,csv",
        "\"quoted\",\"cells\"",
        "\u{202e}txt.exe\u{2066}\u{200f}",
        "\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31m",
        "a\0b\u{2028}c\u{feff}d\u{e0041}",
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "https://user@evil.example/",
        "https://ok.example/\"onmouseover=\"alert(1)",
        "{{ 7*7 }} {% include x %} ${7*7}",
    ]
    .map(str::to_owned)
    .into();
    all.push("long <b>".repeat(1_250));
    all
}

/// The story with `text` wherever somebody could have written one.
fn poisoned(text: &str) -> Catalogue {
    let mut catalogue = Catalogue::of(facts());
    let put = |place: &mut String| *place = text.to_owned();
    put(&mut catalogue.organisation.name);
    catalogue.names.iter_mut().for_each(|name| put(&mut name.name));
    for contest in &mut catalogue.contests {
        put(&mut contest.terms.title);
        put(&mut contest.terms.link);
        contest.entries.iter_mut().for_each(|entry| put(&mut entry.link));
        if let Some(record) = &mut contest.record {
            put(&mut record.link);
            put(&mut record.text);
        }
        contest.events.iter_mut().for_each(|event| event.values = serde_json::json!({ "link": text }));
    }
    for proposal in &mut catalogue.proposals {
        put(&mut proposal.link);
        put(&mut proposal.subject);
    }
    for stage in &mut catalogue.stages {
        put(&mut stage.link);
        stage.report = "ab".repeat(32);
        stage.report_text = Some(text.to_owned());
    }
    catalogue
}

/// All files with that text, the records left out, which are the published bytes.
fn rendered(text: &str) -> BTreeMap<String, Vec<u8>> {
    let mut all = files(&poisoned(text), &check(facts(), contracts())).unwrap();
    all.retain(|name, _| !name.starts_with("records/"));
    all
}

/// Whether a character acts on a terminal, an editor or the direction of writing.
fn acts(character: char) -> bool {
    character != '\n'
        && (character.is_control() || "\u{202e}\u{2066}\u{200f}\u{2028}\u{feff}\u{e0041}".contains(character))
}

#[test]
fn no_file_has_a_character_that_acts() {
    for text in hostile() {
        for (name, bytes) in rendered(&text) {
            let content = String::from_utf8(bytes).unwrap();
            // A table in CSV ends its lines as RFC 4180 says or with a line feed, nothing else.
            let bad = content.chars().find(|it| acts(*it));
            assert_eq!(bad, None, "{name} with {text:?}");
        }
    }
}

#[test]
fn pages_show_it_and_do_nothing() {
    let honest = count_elements(&files(&Catalogue::of(facts()), &check(facts(), contracts())).unwrap());
    for text in hostile() {
        let all = rendered(&text);
        for (name, bytes) in all.iter().filter(|(name, _)| name.ends_with(".html")) {
            let page = parse(name, bytes);
            for node in page.descendants().filter(roxmltree::Node::is_element) {
                let tag = node.tag_name().name();
                assert!(
                    !["script", "img", "iframe", "object", "embed", "style", "svg", "base"].contains(&tag),
                    "{name}"
                );
                assert!(node.attributes().all(|it| !it.name().starts_with("on")), "{name}: {text}");
                let Some(href) = node.attribute("href") else { continue };
                let is_outside = href.contains(':');
                if is_outside {
                    let is_known = ["http://", "https://", "ipfs://"].iter().any(|it| href.starts_with(it));
                    let rel = node.attribute("rel").unwrap_or_default();
                    assert!(is_known && !href.contains('@'), "{name}: {href}");
                    assert!(rel.contains("nofollow") && rel.contains("noopener"), "{name}: {href}");
                }
            }
        }
        let found = count_elements(&all);
        for (name, honest) in &honest {
            assert_eq!(found.get(name), Some(honest), "{name}: no element more or less with {text}");
        }
    }
}

/// Rows, headings and sections of each page: what a text could forge.
fn count_elements(all: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, usize> {
    let count = |name: &str, bytes: &[u8]| {
        let page = parse(name, bytes);
        let counted = ["tr", "h1", "h2", "table", "section", "main", "pre"];
        page.descendants().filter(|node| counted.contains(&node.tag_name().name())).count()
    };
    let pages = all.iter().filter(|(name, _)| name.starts_with("contest-") && name.ends_with(".html"));
    pages.map(|(name, bytes)| (name.clone(), count(name, bytes))).collect()
}

#[test]
fn markdown_says_it_and_means_nothing() {
    for text in hostile() {
        for (name, bytes) in rendered(&text).iter().filter(|(name, _)| name.ends_with(".md")) {
            let content = std::str::from_utf8(bytes).unwrap();
            let headings = content.lines().filter(|line| line.starts_with('#')).count();
            let mut parsed = 0;
            for event in Parser::new_ext(content, Options::all()) {
                match event {
                    Event::Start(Tag::Heading { .. }) => parsed += 1,
                    Event::Html(html) | Event::InlineHtml(html) => {
                        let own = html.starts_with("<a id=\"")
                            || html.starts_with("</a>")
                            || html.trim().is_empty();
                        assert!(own && !html.contains("script"), "{name}: {html}");
                    }
                    Event::Start(Tag::Image { dest_url, .. }) => panic!("{name}: a picture of {dest_url}"),
                    Event::Start(Tag::CodeBlock(_)) => panic!("{name}: a code block with {text}"),
                    Event::Start(Tag::Link { link_type, dest_url, .. }) => {
                        assert_eq!(link_type, LinkType::Inline, "{name}: {dest_url}");
                        let outside = dest_url.contains(':');
                        let known =
                            ["http://", "https://", "ipfs://"].iter().any(|it| dest_url.starts_with(it));
                        assert!(!outside || (known && !dest_url.contains('@')), "{name}: {dest_url}");
                    }
                    _ => {}
                }
            }
            assert_eq!(parsed, headings, "{name}: no heading but ours with {text}");
        }
    }
}

#[test]
fn tables_have_it_as_text() {
    let honest = files(&Catalogue::of(facts()), &check(facts(), contracts())).unwrap();
    let rows = |bytes: &[u8]| -> Vec<csv::StringRecord> {
        csv::Reader::from_reader(bytes)
            .records()
            .collect::<Result<_, _>>()
            .expect("every row is as long as the first")
    };
    for text in hostile() {
        for (name, bytes) in rendered(&text).iter().filter(|(name, _)| name.ends_with(".csv")) {
            let found = rows(bytes);
            assert_eq!(found.len(), rows(&honest[name]).len(), "{name}: no row more or less with {text}");
            for cell in found.iter().flatten() {
                let first = cell.trim_start().chars().next();
                assert!(!first.is_some_and(|it| "=+-@|%".contains(it)), "{name}: {cell}");
                assert!(cell.chars().count() <= 320, "{name}: a cell of {} characters", cell.chars().count());
            }
        }
    }
}

#[test]
fn the_json_has_it_unchanged() {
    for text in hostile() {
        let all = rendered(&text);
        let value: serde_json::Value = serde_json::from_slice(&all["catalogue.json"]).unwrap();
        assert_eq!(value["contests"][0]["terms"]["title"], text.as_str());
        assert_eq!(value["contests"][0]["entries"][1]["link"], text.as_str());
    }
}
