//! Gas by line of the sources.

use serde_json::{Value, json};
use ton_client::processing::Step;
use ton_client::source::LineCost;

use super::LINES;
use crate::table::{Column, table};
use crate::view::View;

/// What each line used in a transaction; `None` if that cannot be told.
pub(super) async fn of(view: &View, step: &Step) -> Option<Vec<LineCost>> {
    let run = view.client().run_of(step).await?;
    view.client().profile_of(&run.trace)
}

fn place(line: &LineCost) -> String {
    let at = &line.location;
    if at.is_made() { format!("compiler: {at}") } else { format!("{}:{}", at.file, at.line) }
}

/// A table of the lines that used most.
pub(super) fn to_text(lines: &[LineCost]) -> String {
    let columns =
        [Column::Number("Gas"), Column::Number("Steps"), Column::Text("Line"), Column::Text("Function")];
    let row = |line: &LineCost| {
        vec![line.gas.to_string(), line.steps.to_string(), place(line), line.location.function.to_string()]
    };
    let rest = lines.get(LINES..).unwrap_or_default();
    let sum = |number: fn(&LineCost) -> u64| rest.iter().map(number).sum::<u64>().to_string();
    let others = format!("{} more lines", rest.len());
    let others =
        (!rest.is_empty()).then(|| vec![sum(|line| line.gas), sum(|line| line.steps), others, String::new()]);
    table(&columns, lines.iter().take(LINES).map(row).chain(others))
}

pub(super) fn to_json(lines: &[LineCost]) -> Value {
    let one = |line: &LineCost| {
        let at = &line.location;
        json!({
            "file": if at.is_made() { at.file.to_string() } else { format!("contracts/{}", at.file) },
            "line": at.line,
            "function": at.function.as_ref(),
            "steps": line.steps,
            "gas": line.gas,
        })
    };
    lines.iter().map(one).collect()
}
