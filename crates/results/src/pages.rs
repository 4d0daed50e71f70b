//! What the pages say, apart from how they look: the same pages become HTML and Markdown.

mod contest;
mod decisions;
mod index;
mod money;
mod people;

use ton_abi::{Nano, UnixTime};

use crate::catalogue::{Catalogue, Contest};
use crate::check::Report;
use crate::text::{amount, plain};

/// A page.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// Name of its file without extension.
    pub(crate) file: String,
    /// Title.
    pub(crate) title: String,
    /// One sentence under it.
    pub(crate) lead: String,
    /// Numbers that matter, with what they count.
    pub(crate) figures: Vec<(String, String)>,
    /// Its parts.
    pub(crate) sections: Vec<Section>,
}

/// A part of a page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Section {
    /// Name of the place in the page.
    pub(crate) id: String,
    /// Heading.
    pub(crate) heading: String,
    /// Paragraphs.
    pub(crate) text: Vec<String>,
    /// Names with values.
    pub(crate) facts: Vec<(String, Cell)>,
    /// A table.
    pub(crate) table: Option<Table>,
    /// A text as it is, line by line.
    pub(crate) quote: Option<String>,
}

/// A table; the first cell of a row names it.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// What it shows.
    pub(crate) caption: String,
    /// Headings; whether the column has numbers.
    pub(crate) columns: Vec<(String, bool)>,
    /// Rows, as long as the headings.
    pub(crate) rows: Vec<Vec<Cell>>,
}

/// What stands in a table or behind a name. Texts are made harmless when a cell is made, escaped when it is written.
#[derive(Debug, Clone)]
pub(crate) enum Cell {
    /// A text.
    Text(String),
    /// A number.
    Number(String),
    /// A time.
    Time(UnixTime),
    /// A hash, key or address in full.
    Code(String),
    /// What somebody calls a link.
    Link(String),
    /// A place in the catalogue: file without extension, place in it, text.
    Page(String, Option<String>, String),
    /// A file beside the pages.
    File(String),
    /// A state that matters.
    Mark(String, Tone),
    /// A score of 1 to 10.
    Score(u8),
}

/// How a state feels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Done.
    Good,
    /// Waits.
    Open,
    /// Failed.
    Bad,
    /// Neither.
    Plain,
}

impl Cell {
    pub(crate) fn text(text: impl AsRef<str>) -> Self {
        Self::Text(plain(text.as_ref()))
    }

    fn number<T: ToString>(number: T) -> Self {
        Self::Number(number.to_string())
    }

    fn amount(nano: Nano) -> Self {
        Self::Number(amount(nano))
    }

    fn code(text: &str) -> Self {
        Self::Code(plain(text))
    }

    /// A hash that may be missing or zero.
    fn hash(hash: Option<&str>) -> Self {
        match hash {
            Some(hash) if hash.bytes().any(|digit| digit != b'0') => Self::code(hash),
            _ => Self::Text("–".to_owned()),
        }
    }

    fn contest(contest: &Contest) -> Self {
        Self::Page(contest_file(contest.id), None, plain(&contest.terms.title))
    }

    fn proposal(id: u32) -> Self {
        Self::Page("proposals".to_owned(), Some(format!("proposal-{id}")), format!("proposal {id}"))
    }

    fn stage(number: u8) -> Self {
        Self::Page(stage_file(number), None, format!("stage {number}"))
    }

    /// A state in words of the contracts.
    fn state(word: &str) -> Self {
        let tone = match word {
            "closed" | "paid" | "sent" | "executed" | "revealed" | "yes" => Tone::Good,
            "failed" | "swept" | "rejected" | "cancelled" | "no quorum" | "expired" | "invalid" | "no"
            | "suspended" => Tone::Bad,
            "none" | "resigned" | "planned" | "abstain" => Tone::Plain,
            _ => Tone::Open,
        };
        Self::Mark(plain(word), tone)
    }
}

impl Section {
    fn new(id: &str, heading: &str) -> Self {
        Self { id: id.to_owned(), heading: heading.to_owned(), ..Self::default() }
    }

    fn say(mut self, text: impl Into<String>) -> Self {
        self.text.push(text.into());
        self
    }

    fn facts<'a>(mut self, facts: impl IntoIterator<Item = (&'a str, Cell)>) -> Self {
        self.facts.extend(facts.into_iter().map(|(name, cell)| (name.to_owned(), cell)));
        self
    }

    /// A table; numbers have a heading that starts with `#`.
    fn table(mut self, caption: &str, columns: &[&str], rows: Vec<Vec<Cell>>) -> Self {
        let column = |name: &&str| match name.strip_prefix('#') {
            Some(name) => (name.to_owned(), true),
            None => ((*name).to_owned(), false),
        };
        let columns = columns.iter().map(column).collect();
        self.table = Some(Table { caption: caption.to_owned(), columns, rows });
        self
    }
}

/// File of a contest's page.
pub(crate) fn contest_file(id: u32) -> String {
    format!("contest-{id}")
}

/// File of a stage's page.
pub(crate) fn stage_file(number: u8) -> String {
    format!("stage-{number}")
}

/// All pages; the first one is the index.
pub(crate) fn all(catalogue: &Catalogue, report: &Report, data: &[String]) -> Vec<Page> {
    let mut pages = vec![index::page(catalogue, report, data)];
    pages.extend(catalogue.contests.iter().map(|contest| contest::page(catalogue, contest)));
    pages.extend(catalogue.stages.iter().map(|stage| money::stage(catalogue, stage)));
    pages.push(money::ledger(catalogue));
    pages.push(people::members(catalogue));
    pages.push(people::jury(catalogue));
    pages.push(decisions::page(catalogue));
    pages
}

/// Files and names of the pages that every page leads to.
pub(crate) fn main_pages() -> [(&'static str, &'static str); 5] {
    [
        ("index", "Contests"),
        ("ledger", "Money"),
        ("members", "Members"),
        ("jury", "Jury"),
        ("proposals", "Decisions"),
    ]
}

/// What the first places of a contest are called: `Entrant, Entrant`.
fn winners(catalogue: &Catalogue, contest: &Contest) -> String {
    let first = contest.ranking.iter().filter(|rank| rank.place == 1);
    let name = |number: u8| {
        let entry = contest.entries.iter().find(|entry| entry.number == number);
        entry.map(|entry| catalogue.label(&entry.key)).unwrap_or_default()
    };
    first.map(|rank| name(rank.entry)).collect::<Vec<_>>().join(", ")
}

/// Prizes that were paid and stayed.
fn paid(contest: &Contest, kind: &str) -> Nano {
    contest.payouts.iter().filter(|it| it.kind == kind && it.state == "sent").map(|it| it.amount).sum()
}

/// An average in thousandths as people write it.
fn average(thousandths: u16) -> String {
    format!("{}.{:03}", thousandths / 1000, thousandths % 1000)
}
