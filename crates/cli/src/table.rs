//! Tables for people.

use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use ton_abi::printable;

/// How a column is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Text(&'static str),
    Number(&'static str),
}

/// Lines under the header, above and below; nothing between rows.
const STYLE: TableStyle = TableStyle::new()
    .top_border(LineStyle::none().fill('─').junction('─'))
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .bottom_border(LineStyle::none().fill('─').junction('─'));

/// Width below which no table can be read.
const NARROW: u16 = 40;

/// A table with `columns`; every row has as many cells. Ends with a line break. Cells may hold what anybody wrote.
pub(crate) fn table(columns: &[Column], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(columns.iter().map(|column| match column {
        Column::Text(title) => Cell::new(title),
        Column::Number(title) => Cell::new(title).set_alignment(CellAlignment::Right),
    }));
    if table.width().is_some_and(|width| width < NARROW) {
        // A terminal that does not know its size.
        table.set_width(NARROW);
    }
    for row in rows {
        debug_assert_eq!(row.len(), columns.len());
        table.add_row(row.iter().map(|text| printable(text)).zip(columns).map(
            |(text, column)| match column {
                Column::Text(_) => Cell::new(text),
                Column::Number(_) => Cell::new(text).set_alignment(CellAlignment::Right),
            },
        ));
    }
    format!("{table}\n")
}

/// Facts with their names, one a line, aligned; they may hold what anybody wrote. Ends with a line break unless there
/// are none.
pub(crate) fn facts(lines: &[(&str, String)]) -> String {
    let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    lines.iter().map(|(name, value)| format!("  {name:width$} {}\n", printable(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strangers_wrote_stays_in_its_place() {
        let forged = "https://x\n  stands 15 yes\u{1b}[8m\u{202e}";
        let shown = facts(&[("text", forged.to_owned()), ("stands", "1 yes".to_owned())]);
        assert_eq!(shown.lines().count(), 2);
        let table = table(&[Column::Text("Link")], [vec![forged.to_owned()]]);
        for text in [shown, table] {
            assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
        }
    }
}
