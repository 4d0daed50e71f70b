//! Message trees as text for failed checks.

use std::fmt::Write;

use ton_abi::Body;
use ton_client::processing::{Step, StepMessage, Tree};

/// The tree as lines of text, one for each transaction and one for each event or answer.
#[must_use]
pub fn render_tree(tree: &Tree) -> String {
    let mut text = format!("message {}\n", tree.message);
    for step in &tree.steps {
        render_step(&mut text, step);
    }
    text
}

fn render_step(text: &mut String, step: &Step) {
    let indent = "  ".repeat(step.depth as usize + 1);
    let name = step.contract.as_deref().unwrap_or("?");
    let what = step.in_msg.as_ref().map(describe).unwrap_or_default();
    let outcome = match (&step.failure, &step.meaning) {
        (None, _) => "ok".to_owned(),
        (Some(failure), None) => format!("FAILED: {failure}"),
        (Some(failure), Some(code)) => format!("FAILED: {failure} ({})", code.name),
    };
    let (gas, fees) = (step.tx.gas_used(), step.tx.total_fees);
    // INVARIANT: writing to a string cannot fail.
    let _ =
        writeln!(text, "{indent}{name} {} <- {what}: {outcome}, gas {gas}, fees {fees:#}", step.account());
    for message in step.external_messages() {
        let _ = writeln!(text, "{indent}  {}", describe(message));
    }
}

fn describe(message: &StepMessage) -> String {
    let value = if message.view.value.is_zero() {
        String::new()
    } else {
        format!(" with {:#} tokens", message.view.value)
    };
    let body = match &message.body {
        Body::Empty => "transfer".to_owned(),
        Body::Call { contract, call, .. } => format!("{contract}.{}{}", call.name, call.json()),
        Body::Answer { contract, answer } => format!("answer {contract}.{}{}", answer.name, answer.json()),
        Body::Event { contract, event } => format!("event {contract}.{}{}", event.name, event.json()),
        Body::Bounced { function: Some((contract, function)), .. } => {
            format!("bounced {contract}.{function}")
        }
        Body::Bounced { function: None, id } => format!("bounced {id:x?}"),
        Body::Comment(comment) => format!("comment {comment:?}"),
        Body::Unknown { id } => format!("unknown body {id:x?}"),
    };
    body + &value
}
