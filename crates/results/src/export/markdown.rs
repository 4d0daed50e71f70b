//! The pages as Markdown for a wiki. Everything that is a text has its punctuation escaped, so that nothing in it means
//! anything.

use std::fmt::Write as _;

use crate::pages::{Cell, Page, Section, Table};
use crate::text::{safe_link, utc};

/// A page.
pub(super) fn page(page: &Page) -> String {
    let mut out = format!("# {}\n\n{}\n", escape(&page.title), escape(&page.lead));
    for (number, name) in &page.figures {
        // Writing to a text cannot fail.
        let _ = write!(out, "\n- {}: {}", escape(name), escape(number));
    }
    if !page.figures.is_empty() {
        out.push('\n');
    }
    for section in &page.sections {
        write_section(&mut out, section);
    }
    out
}

fn write_section(out: &mut String, section: &Section) {
    let _ = write!(out, "\n<a id=\"{}\"></a>\n\n## {}\n", section.id, escape(&section.heading));
    for paragraph in &section.text {
        let _ = write!(out, "\n{}\n", escape(paragraph));
    }
    if !section.facts.is_empty() {
        out.push('\n');
    }
    for (name, cell) in &section.facts {
        let _ = writeln!(out, "- {}: {}", escape(name), show(cell));
    }
    match &section.table {
        Some(table) if table.rows.is_empty() => {
            let _ = write!(out, "\n{}: none\\.\n", escape(&table.caption));
        }
        Some(table) => write_table(out, table),
        None => {}
    }
    if let Some(quote) = &section.quote {
        out.push('\n');
        for line in quote.lines() {
            // Every line is a paragraph line of a quotation, and escaped: no fence that a text could close.
            let _ = writeln!(out, "> {}  ", escape(line));
        }
    }
}

fn write_table(out: &mut String, table: &Table) {
    let heads = table.columns.iter().map(|(name, _)| escape(name)).collect::<Vec<_>>().join(" | ");
    let rule = table.columns.iter().map(|(_, number)| if *number { "---:" } else { "---" });
    let rule = rule.collect::<Vec<_>>().join(" | ");
    let _ = write!(out, "\n{}\n\n| {heads} |\n| {rule} |\n", escape(&table.caption));
    for row in &table.rows {
        let cells = row.iter().map(show).collect::<Vec<_>>().join(" | ");
        let _ = writeln!(out, "| {cells} |");
    }
}

fn show(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) | Cell::Number(text) | Cell::Mark(text, _) => escape(text),
        Cell::Time(time) => utc(*time),
        Cell::Code(text) => format!("`{}`", text.replace('`', "'").replace('|', "\u{2223}")),
        Cell::Link(text) => match safe_link(text) {
            Some(link) => format!("[{}](<{}>)", escape(&link), link.replace('|', "%7C")),
            None => escape(&crate::text::plain(text)),
        },
        Cell::Page(file, place, text) => {
            let file = if file == "index" { "README" } else { file };
            let place = place.as_ref().map(|place| format!("#{place}")).unwrap_or_default();
            format!("[{}]({file}.md{place})", escape(text))
        }
        Cell::File(path) => format!("[{}](../{path})", escape(path)),
        Cell::Score(score) => score.to_string(),
    }
}

/// A text whose punctuation means nothing.
///
/// Source: CommonMark 0.31, "Backslash escapes": any ASCII punctuation character may be escaped. Escaped colons, dots
/// and at signs also keep GitHub's extension from finding links in plain text.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_punctuation() {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_means_nothing() {
        assert_eq!(escape("<b>[x](y) |`*_#"), r"\<b\>\[x\]\(y\) \|\`\*\_\#");
        assert_eq!(show(&Cell::Link("javascript:alert(1)".to_owned())), r"javascript\:alert\(1\)");
        assert_eq!(
            show(&Cell::Link("https://a.example/(x)".to_owned())),
            r"[https\:\/\/a\.example\/\%28x\%29](<https://a.example/%28x%29>)"
        );
    }
}
