//! Static pages that need neither scripts nor a network. The template escapes everything that it is given.

use askama::Template;

use crate::catalogue::Catalogue;
use crate::error::Error;
use crate::pages::{Cell, Page, Section, Table, Tone, main_pages};
use crate::text::{iso, plain, safe_link, utc};

/// The stylesheet.
pub(super) const STYLE: &str = include_str!("../../templates/style.css");
/// Tables with so many columns are set smaller.
const WIDE: usize = 8;

#[derive(Template)]
#[template(path = "page.html")]
struct PageView {
    organisation: String,
    title: String,
    lead: String,
    as_of: String,
    network: i32,
    nav: Vec<Nav>,
    figures: Vec<(String, String)>,
    sections: Vec<SectionView>,
}

struct Nav {
    href: String,
    name: &'static str,
    current: bool,
}

struct SectionView {
    id: String,
    heading: String,
    text: Vec<String>,
    facts: Vec<(String, View)>,
    table: Option<TableView>,
    quote: Option<String>,
}

struct TableView {
    caption: String,
    columns: Vec<(String, bool)>,
    rows: Vec<Vec<CellView>>,
    is_wide: bool,
}

struct CellView {
    label: String,
    number: bool,
    view: View,
}

/// A cell as the template shows it.
enum View {
    Text(String),
    Number(String),
    Time(String, String),
    Code(String),
    Outside(String, String),
    Inside(String, String),
    Mark(&'static str, String),
    Score(u8),
}

/// A page as HTML that is XML, too.
pub(super) fn page(catalogue: &Catalogue, page: &Page) -> Result<String, Error> {
    let nav = main_pages().map(|(file, name)| Nav {
        href: format!("{file}.html"),
        name,
        current: file == page.file,
    });
    let view = PageView {
        organisation: plain(&catalogue.organisation.name),
        title: page.title.clone(),
        lead: page.lead.clone(),
        as_of: utc(catalogue.organisation.at),
        network: catalogue.organisation.network,
        nav: nav.into(),
        figures: page.figures.clone(),
        sections: page.sections.iter().map(SectionView::of).collect(),
    };
    let mut text = view.render()?;
    text.push('\n');
    Ok(text)
}

impl SectionView {
    fn of(section: &Section) -> Self {
        Self {
            id: section.id.clone(),
            heading: section.heading.clone(),
            text: section.text.clone(),
            facts: section.facts.iter().map(|(name, cell)| (name.clone(), View::of(cell))).collect(),
            table: section.table.as_ref().map(TableView::of),
            quote: section.quote.clone(),
        }
    }
}

impl TableView {
    fn of(table: &Table) -> Self {
        let cell = |(cell, (label, number)): (&Cell, &(String, bool))| CellView {
            label: label.clone(),
            number: *number,
            view: View::of(cell),
        };
        Self {
            caption: table.caption.clone(),
            columns: table.columns.clone(),
            rows: table.rows.iter().map(|row| row.iter().zip(&table.columns).map(cell).collect()).collect(),
            is_wide: table.columns.len() >= WIDE,
        }
    }
}

impl View {
    fn of(cell: &Cell) -> Self {
        match cell {
            Cell::Text(text) => Self::Text(text.clone()),
            Cell::Number(text) => Self::Number(text.clone()),
            Cell::Time(time) if time.0 == 0 => Self::Text(utc(*time)),
            Cell::Time(time) => Self::Time(iso(*time), utc(*time)),
            Cell::Code(text) => Self::Code(text.clone()),
            Cell::Link(text) => match safe_link(text) {
                Some(href) => Self::Outside(href.clone(), href),
                None => Self::Text(plain(text)),
            },
            Cell::Page(file, place, text) => {
                let place = place.as_ref().map(|place| format!("#{place}")).unwrap_or_default();
                Self::Inside(format!("{file}.html{place}"), text.clone())
            }
            Cell::File(path) => Self::Inside(path.clone(), path.clone()),
            Cell::Mark(text, tone) => Self::Mark(class(*tone), text.clone()),
            Cell::Score(score) => Self::Score((*score).min(10)),
        }
    }
}

const fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "good",
        Tone::Open => "open",
        Tone::Bad => "bad",
        Tone::Plain => "plain",
    }
}
