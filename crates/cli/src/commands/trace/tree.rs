//! A message tree, drawn for people and listed for programs.

use chain::{BouncePhase, ComputeView};
use governance::codes;
use serde_json::{Value, json};
use ton_abi::{MessageKind, Nano};
use ton_client::processing::{Beginning, FailureKind, KnownTree, Step, StepMessage};

use super::{Traced, profile};
use crate::body;
use crate::place;
use crate::utc::utc;
use crate::view::View;

/// The tree with a line for each message and what belongs to it below.
pub(super) fn to_text(view: &View, known: &KnownTree, steps: &[Traced<'_>], gas: bool) -> String {
    let drawing = Drawing { view, known, steps, gas };
    let mut text = format!("message {}\n", known.tree.message);
    drawing.step(0, "", "", &mut text);
    let tree = &known.tree;
    let pending = match known.underway.len() {
        0 => String::new(),
        n => format!(", {n} still under way"),
    };
    let failed = match tree.failures().count() {
        0 => String::new(),
        n => format!(", {n} of them failed"),
    };
    let (count, used, fees) = (tree.steps.len(), tree.gas_used(), tree.total_fees());
    text += &format!("{count} transactions{failed}{pending}; gas {used}, fees {fees:#} TON\n");
    text
}

struct Drawing<'a> {
    view: &'a View,
    known: &'a KnownTree,
    steps: &'a [Traced<'a>],
    gas: bool,
}

impl Drawing<'_> {
    /// Draws a transaction; `first` stands in front of its first line, `rest` of all below it.
    fn step(&self, index: usize, first: &str, rest: &str, text: &mut String) {
        let Traced { step, profile } = &self.steps[index];
        let tree = &self.known.tree;
        *text += &format!("{first}{}\n", self.headline(step));
        let children: Vec<usize> =
            (0..tree.steps.len()).filter(|&child| tree.steps[child].parent == Some(index)).collect();
        let underway: Vec<_> = self.known.underway.iter().filter(|message| message.parent == index).collect();
        let more = !children.is_empty() || !underway.is_empty();
        let bar = if more { format!("{rest}│    ") } else { format!("{rest}     ") };
        let mut line = |line: &str| *text += &format!("{}\n", format!("{bar}{line}").trim_end());
        for told in facts(step) {
            line(&told);
        }
        if let (true, Some(profile)) = (self.gas, profile) {
            profile::to_text(profile).lines().for_each(&mut line);
        }
        let last = children.len() + underway.len();
        for (place, child) in children.into_iter().enumerate() {
            let (first, below) = branch(rest, place + 1 == last);
            self.step(child, &first, &below, text);
        }
        for (place, message) in underway.iter().enumerate().map(|(i, m)| (last - underway.len() + i, m)) {
            let (first, _) = branch(rest, place + 1 == last);
            let to = self.receiver(&message.message);
            let what = self.message(&message.message);
            *text += &format!("{first}{what} -> {to}: still under way\n");
        }
    }

    fn headline(&self, step: &Step) -> String {
        let account = self.view.label(step.account());
        let name = match &step.contract {
            Some(contract) if !account.contains('(') => format!("{contract} {account}"),
            _ => account,
        };
        let what =
            step.in_msg.as_ref().map_or_else(|| "no message".to_owned(), |message| self.message(message));
        let outcome = match (&step.failure, bounced(step)) {
            (None, _) => "ok",
            (Some(_), true) => "FAILED, bounced",
            (Some(_), false) => "FAILED",
        };
        format!("{what} -> {name}: {outcome}")
    }

    fn receiver(&self, message: &StepMessage) -> String {
        message.view.dst.as_ref().map_or_else(String::new, |address| self.view.label(address))
    }

    /// `50 TON + fundStage(…)`
    fn message(&self, message: &StepMessage) -> String {
        let what = body::to_text(&message.body);
        match message.view.kind {
            MessageKind::ExternalIn => format!("from outside: {what}"),
            _ => format!("{:#} TON, {what}", message.view.value),
        }
    }
}

/// What stands in front of a branch, and of what is below it.
fn branch(rest: &str, is_last: bool) -> (String, String) {
    match is_last {
        true => (format!("{rest}└─ "), format!("{rest}   ")),
        false => (format!("{rest}├─ "), format!("{rest}│  ")),
    }
}

fn bounced(step: &Step) -> bool {
    matches!(step.tx.bounce, Some(BouncePhase::Executed(_)))
}

/// Lines about a transaction: outcome, costs, events, hash.
fn facts(step: &Step) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(failure) = &step.failure {
        let known = step.meaning.as_ref();
        let name = known.map(|code| format!(" {}: {}", code.name, code.text)).unwrap_or_default();
        lines.push(format!("{failure}{name}"));
        if let Some(fault) = &step.fault {
            lines.extend(place::to_lines(fault).into_iter().map(|line| format!("at {line}")).take(1));
            lines.extend(place::to_lines(fault).into_iter().skip(1).map(|line| format!("   {line}")));
        }
        if let Some(hint) = hint(step) {
            lines.push(format!("next: {hint}"));
        }
    }
    for message in step.external_messages() {
        let what = match message.body {
            ton_abi::Body::Answer { .. } => "",
            _ => "event ",
        };
        lines.push(format!("{what}{}", body::to_text(&message.body)));
    }
    lines.push(costs(step));
    lines.push(format!("tx {} at {} UTC", step.hash, utc(step.tx.now)));
    lines
}

/// What to do about a failure of one of our contracts.
fn hint(step: &Step) -> Option<&'static str> {
    let (code, phase) = step.failure.as_ref()?.code()?;
    let ours = phase == ton_abi::Phase::Compute && step.contract.is_some();
    codes::find(code).filter(|_| ours).map(|code| code.hint)
}

fn costs(step: &Step) -> String {
    let fees = &step.tx.fees;
    let parts = [
        ("import", fees.import),
        ("storage", fees.storage),
        ("gas", fees.gas),
        ("action", fees.action),
        ("bounce", fees.bounce),
        ("forward", step.forward_ahead()),
    ];
    let total: Nano = parts.iter().map(|(_, fee)| *fee).sum();
    let parts: Vec<_> =
        parts.iter().filter(|(_, fee)| !fee.is_zero()).map(|(name, fee)| format!("{name} {fee:#}")).collect();
    let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
    format!("gas {}, fees {total:#} TON{parts}", step.tx.gas_used())
}

/// The tree for programs: transactions in the order of their logical time.
pub(super) fn to_json(view: &View, known: &KnownTree, steps: &[Traced<'_>]) -> Value {
    let tree = &known.tree;
    let underway = known.underway.iter().map(|it| {
        json!({ "parent": it.parent, "message": body::message_to_json(&it.message.view, &it.message.body) })
    });
    json!({
        "message": tree.message.to_string(),
        "starts_in_the_middle": matches!(known.beginning, Beginning::Middle { .. }),
        "success": tree.failures().next().is_none() && known.underway.is_empty(),
        "gas": tree.gas_used(),
        "fees": tree.total_fees(),
        "transactions": steps.iter().map(|traced| step_to_json(view, traced)).collect::<Vec<_>>(),
        "underway": underway.collect::<Vec<_>>(),
    })
}

fn step_to_json(view: &View, Traced { step, profile }: &Traced<'_>) -> Value {
    let tx = &step.tx;
    let message = |message: &StepMessage| body::message_to_json(&message.view, &message.body);
    json!({
        "hash": step.hash.to_string(),
        "parent": step.parent,
        "depth": step.depth,
        "account": step.account().to_string(),
        "label": view.label(step.account()),
        "contract": step.contract.as_deref(),
        "lt": tx.lt.0.to_string(),
        "time": tx.now.0,
        "success": step.is_success(),
        "aborted": tx.aborted,
        "bounced": bounced(step),
        "failure": failure_to_json(step),
        "exit_code": tx.exit_code(),
        "action_code": tx.action_code(),
        "gas": tx.gas_used(),
        "fees": {
            "import": tx.fees.import,
            "storage": tx.fees.storage,
            "gas": tx.fees.gas,
            "action": tx.fees.action,
            "bounce": tx.fees.bounce,
            "forward": step.forward_ahead(),
            "total": Nano(tx.total_fees.0 + step.forward_ahead().0),
        },
        "in": step.in_msg.as_ref().map(message),
        "out": step.out_msgs.iter().map(message).collect::<Vec<_>>(),
        "profile": profile.as_deref().map(profile::to_json),
    })
}

fn failure_to_json(step: &Step) -> Value {
    let Some(failure) = &step.failure else { return Value::Null };
    let kind = match failure {
        FailureKind::Compute { .. } => "compute",
        FailureKind::AfterCommit { .. } => "after-commit",
        FailureKind::Action { .. } => "action",
        FailureKind::Skipped(_) => "skipped",
        _ => "other",
    };
    let skipped = match &step.tx.compute {
        ComputeView::Skipped(reason) => Some(format!("{reason:?}")),
        ComputeView::Executed(_) => None,
    };
    json!({
        "phase": kind,
        "text": failure.to_string(),
        "code": failure.code().map(|(code, _)| code),
        "name": step.meaning.as_ref().map(|code| code.name.as_ref()),
        "meaning": step.meaning.as_ref().map(|code| code.text.as_ref()),
        "hint": hint(step),
        "skipped": skipped,
        "place": step.fault.as_ref().map(place::to_json),
    })
}
