//! Where in the sources a contract ended, for people and for programs.

use serde_json::{Value, json};
use ton_client::source::Fault;

/// Lines of text: the place, the line there, and the whole condition if it is another text.
pub(crate) fn to_lines(fault: &Fault) -> Vec<String> {
    let Some(at) = &fault.location else {
        return fault
            .made
            .iter()
            .map(|made| format!("in code of the compiler for {}: {made} ({})", fault.contract, about(made)))
            .collect();
    };
    let function = if at.function.is_empty() { String::new() } else { format!(" in {}", at.function) };
    let mut lines = vec![format!("contracts/{at}{function}")];
    if !fault.line.is_empty() {
        lines.push(format!("{} | {}", at.line, fault.line));
    }
    if !fault.statement.is_empty() && !fault.line.contains(&fault.statement) {
        lines.push(format!("{} | {}", " ".repeat(at.line.to_string().len()), fault.statement));
    }
    lines.extend(fault.others.iter().map(|other| format!("or at contracts/{other}, which is equal code")));
    lines
}

/// What the compiler's own code does.
fn about(made: &str) -> &'static str {
    match made {
        "main$external" => "signature, time and expiry of messages from the outside, choice of the function",
        "main$internal" => "messages from other contracts, choice of the function",
        "main" => "the beginning of the code",
        _ => "a routine that it adds",
    }
}

pub(crate) fn to_json(fault: &Fault) -> Value {
    let at = fault.location.as_ref();
    json!({
        "contract": fault.contract,
        "file": at.map(|at| format!("contracts/{}", at.file)),
        "line": at.map(|at| at.line),
        "column": at.map(|at| at.column),
        "function": at.map(|at| at.function.as_ref()).filter(|name| !name.is_empty()),
        "text": fault.line,
        "statement": fault.statement,
        "made_by_compiler": fault.made,
        "or": fault.others.iter().map(|at| format!("contracts/{at}")).collect::<Vec<_>>(),
    })
}
