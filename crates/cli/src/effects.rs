//! What messages did, or would do: in words, in figures, and whether the two agree.

use std::collections::BTreeMap;

use governance::Roster;
use serde_json::{Value, json};
use ton_abi::{Address, Body, Nano};
use ton_client::processing::{Step, StepMessage, Tree};

use crate::event::words;
use crate::state::World;

/// Money on which simulation and reality may disagree without a word: rent for the seconds between them.
const TOLERANCE: u128 = 100_000_000;

/// What some message trees did.
pub(crate) struct Effects {
    lines: Vec<String>,
    changes: Vec<Change>,
    fees: Nano,
    /// What is compared: each transaction with its call and its fate, each event.
    marks: Vec<String>,
}

/// What one account gained or lost, fees included.
struct Change {
    address: Address,
    label: String,
    nano: i128,
}

impl Effects {
    /// Of these trees, with the names that `world` knows.
    pub(crate) fn of(world: &World, trees: &[Tree]) -> Self {
        let roster = world.roster();
        let steps = || trees.iter().flat_map(|tree| &tree.steps);
        let mut sums = BTreeMap::<&Address, i128>::new();
        for step in steps() {
            *sums.entry(step.account()).or_default() += change(step);
        }
        let changes = sums.into_iter().filter(|(_, nano)| *nano != 0);
        let changes = changes.map(|(address, nano)| Change {
            address: address.clone(),
            label: world.label(address),
            nano,
        });
        Self {
            lines: steps().flat_map(|step| lines(world, &roster, step)).collect(),
            changes: changes.collect(),
            fees: trees.iter().map(Tree::total_fees).sum(),
            marks: steps().flat_map(|step| marks(world, step)).collect(),
        }
    }

    /// For people, a line each, with an indent.
    pub(crate) fn to_text(&self) -> String {
        let changes = self.changes.iter().map(|Change { label, nano, .. }| {
            let sign = if *nano < 0 { '-' } else { '+' };
            format!("balance of {label}: {sign}{:#} TON", Nano(nano.unsigned_abs()))
        });
        self.lines.iter().cloned().chain(changes).map(|line| format!("  {line}\n")).collect()
    }

    /// Adds `effects`, `balance_changes` and `fees` to what a command tells programs.
    pub(crate) fn fill_json(&self, data: &mut Value) {
        let changes = self.changes.iter().map(|Change { address, label, nano }| {
            json!({ "account": label, "address": address.to_string(), "change": nano.to_string() })
        });
        data["effects"] = json!(self.lines);
        data["balance_changes"] = changes.collect();
        data["fees"] = json!(self.fees);
    }

    /// The lines alone.
    pub(crate) fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Where `real` is not what this one, its simulation, said.
    pub(crate) fn difference(&self, real: &Self) -> Vec<String> {
        let mut told = Vec::new();
        let missing: Vec<_> = self.marks.iter().filter(|mark| !real.marks.contains(mark)).cloned().collect();
        let extra: Vec<_> = real.marks.iter().filter(|mark| !self.marks.contains(mark)).cloned().collect();
        if !missing.is_empty() || !extra.is_empty() {
            let list =
                |marks: Vec<String>| if marks.is_empty() { "nothing".to_owned() } else { marks.join("; ") };
            told.push(format!(
                "the outcome is not the simulated one: instead of {} there was {}",
                list(missing),
                list(extra)
            ));
        }
        let of = |effects: &Self, address: &Address| {
            effects.changes.iter().find(|it| it.address == *address).map_or(0, |it| it.nano)
        };
        let all = self.changes.iter().chain(real.changes.iter().filter(|it| of(self, &it.address) == 0));
        for Change { address, label, nano } in all {
            let (said, is) = (of(self, address), of(real, address));
            if said.abs_diff(is) > TOLERANCE && (said == *nano || is == *nano) {
                told.push(format!("{label} changed by {} TON, {} TON were simulated", tons(is), tons(said)));
            }
        }
        told
    }
}

fn tons(nano: i128) -> String {
    format!("{}{:#}", if nano < 0 { "-" } else { "" }, Nano(nano.unsigned_abs()))
}

/// What a transaction did to its account's balance.
fn change(step: &Step) -> i128 {
    let signed = |nano: Nano| i128::try_from(nano.0).unwrap_or(i128::MAX);
    let received = step.in_msg.as_ref().map_or(Nano::ZERO, |message| message.view.value);
    let sent: Nano =
        step.internal_messages().map(|message| Nano(message.view.value.0 + message.view.fwd_fee.0)).sum();
    signed(received) - signed(step.tx.total_fees) - signed(sent)
}

fn lines(world: &World, roster: &Roster, step: &Step) -> Vec<String> {
    let label = |address: &Address| world.label(address);
    let own = label(step.account());
    let mut lines = Vec::new();
    if is_deployed(step) {
        let contract = step.contract.as_deref().unwrap_or("a contract");
        lines.push(format!("{contract} is deployed at {own}"));
    }
    if let Some(failure) = failure(step) {
        lines.push(format!("{own} fails: {failure}"));
    }
    for message in &step.out_msgs {
        match &message.body {
            Body::Event { event, .. } => lines.push(words(event, roster, label)),
            _ => lines.extend(payment(&own, message, step, label)),
        }
    }
    lines
}

/// `multisig (0:f92b…7202) sends 50 TON to giver (0:…)`
fn payment(
    own: &str,
    message: &StepMessage,
    step: &Step,
    label: impl Fn(&Address) -> String,
) -> Option<String> {
    let to = message.view.dst.as_ref().filter(|to| *to != step.account())?;
    let (to, value) = (label(to), message.view.value);
    Some(match &message.body {
        Body::Bounced { .. } => format!("{value:#} TON come back to {to} from {own}"),
        Body::Call { call, .. } => format!("{own} sends {value:#} TON to {to}: {}", call.name),
        // Contracts number their payments by such texts; control characters are nothing for a terminal.
        Body::Comment(text) if !text.chars().any(char::is_control) => {
            format!("{own} sends {value:#} TON to {to}: \"{text}\"")
        }
        _ => format!("{own} sends {value:#} TON to {to}"),
    })
}

fn is_deployed(step: &Step) -> bool {
    use chain::AccountStatus::Active;
    step.tx.orig_status != Active && step.tx.end_status == Active
}

/// `exit code 102 (NO_TRANSACTION: …)`
fn failure(step: &Step) -> Option<String> {
    let failure = step.failure.as_ref()?;
    let meaning = step.meaning.as_ref().map(|code| format!(" ({}: {})", code.name, code.text));
    Some(format!("{failure}{}", meaning.unwrap_or_default()))
}

/// What of a transaction must be the same in simulation and reality.
fn marks(world: &World, step: &Step) -> Vec<String> {
    let own = world.label(step.account());
    let call = match step.in_msg.as_ref().map(|message| &message.body) {
        Some(Body::Call { call, .. }) => call.name.to_string(),
        Some(Body::Bounced { .. }) => "a bounce".to_owned(),
        _ => "a transfer".to_owned(),
    };
    let fate = failure(step).map(|failure| format!(" failing with {failure}")).unwrap_or_default();
    let events = step.out_msgs.iter().filter_map(|message| match &message.body {
        Body::Event { event, .. } => Some(format!("{} of {own}", event.name)),
        _ => None,
    });
    [format!("{call} at {own}{fate}")].into_iter().chain(events).collect()
}
