//! What a proposal decides, in words.

use governance::Roster;
use governance::payload::{Action, Spec};
use keys::PublicKey;
use serde_json::{Value, json};
use ton_abi::Address;

use crate::overview::tokens;
use crate::state::World;
use crate::table::facts;
use crate::utc::utc;

/// The parameters of a decision with their names, for people.
pub(crate) fn to_text(world: &World, action: &Action) -> String {
    let roster = world.roster();
    let account = |address: &Address| world.label(address);
    let holder = |key: &PublicKey| holder(&roster, key);
    facts(&match action {
        Action::AdmitMember(it) => vec![("candidate", it.candidate.to_string())],
        Action::RotateKey(it) => {
            vec![("present key", holder(&it.old_key)), ("next key", it.new_key.to_string())]
        }
        Action::RemoveMember(it) => {
            vec![("member", holder(&it.key)), ("reason", format!("SHA-256 {}", it.reason_hash))]
        }
        Action::SetParams(params) => return parameters(&json!(params)),
        Action::LaunchContest(spec) => contest(spec, account),
        Action::ExtendDeadline(it) => vec![
            ("contest", it.contest_id.to_string()),
            ("phase", it.phase.to_string()),
            ("new end", format!("{} UTC", utc(it.time))),
        ],
        Action::HoldPayout(it) => {
            vec![("contest", it.contest_id.to_string()), ("until", format!("{} UTC", utc(it.until)))]
        }
        Action::CloseStage(it) => vec![
            ("stage", it.stage.to_string()),
            ("report", format!("SHA-256 {}", it.report_hash)),
            ("published at", it.link.clone()),
        ],
        Action::PayOrg(it) => it
            .payments
            .iter()
            .map(|payment| ("pays", format!("{} TON to {}", tokens(payment.amount), account(&payment.to))))
            .chain([("for", format!("SHA-256 {}", it.memo_hash))])
            .collect(),
        Action::Signal(it) => vec![
            ("text", format!("SHA-256 {}", it.doc_hash)),
            ("published at", it.link.clone()),
            ("decided by", if it.soft { "soft majority at the end" } else { "50 % + 1" }.to_owned()),
        ],
        Action::SetPolicy(it) => {
            let list: Vec<_> = it.allowlist.iter().map(account).collect();
            let list = if list.is_empty() { "nobody".to_owned() } else { list.join(", ") };
            vec![("may be paid", list), ("free limit", format!("{} TON in 24 h", tokens(it.free_limit)))]
        }
        _ => vec![("parameters", "not known to this program".to_owned())],
    })
}

/// The same for programs: the action's structure of `IMemberRegistry`.
pub(crate) fn to_json(action: &Action) -> Value {
    match action {
        Action::AdmitMember(it) => json!(it),
        Action::RotateKey(it) => json!(it),
        Action::RemoveMember(it) => json!(it),
        Action::SetParams(it) => json!(it),
        Action::LaunchContest(it) => json!(it),
        Action::ExtendDeadline(it) => json!(it),
        Action::HoldPayout(it) => json!(it),
        Action::CloseStage(it) => json!(it),
        Action::PayOrg(it) => json!(it),
        Action::Signal(it) => json!(it),
        Action::SetPolicy(it) => json!(it),
        _ => Value::Null,
    }
}

/// `Itakura (4d1a…)`, or the whole key of somebody unknown.
fn holder(roster: &Roster, key: &PublicKey) -> String {
    roster.name(key).map_or_else(|| key.to_string(), |name| format!("{name} ({key})"))
}

fn contest(spec: &Spec, account: impl Fn(&Address) -> String) -> Vec<(&'static str, String)> {
    let prizes: Vec<_> = spec.prizes.iter().map(|prize| tokens(*prize)).collect();
    let mut lines = vec![
        ("title", spec.title.clone()),
        ("kind", spec.kind.to_string()),
        ("stage, contest, topic", format!("{}, {}, {}", spec.stage, spec.item, spec.topic)),
        ("budget", format!("{} TON", tokens(spec.total()))),
        ("participants", format!("{} TON", tokens(spec.fund))),
        ("jury", format!("{} TON", tokens(spec.jury_reward()))),
        ("organisation", format!("{} TON", tokens(spec.org_reward()))),
        ("prizes", if spec.pro_rata { "by points".to_owned() } else { format!("{} TON", prizes.join(", ")) }),
        ("entries open", format!("{} UTC", utc(spec.open_at))),
        ("entries close", format!("{} UTC", utc(spec.entries_end))),
        ("judging", format!("{} to commit, {} to reveal", spec.commit_span, spec.reveal_span)),
        ("jurors, at least", spec.min_jurors.to_string()),
        ("deposit", format!("{} TON", tokens(spec.entry_deposit))),
        ("text", format!("{} (SHA-256 {})", spec.doc_link, spec.doc_hash)),
    ];
    for juror in &spec.bootstrap_jury {
        lines.push(("juror", format!("{} paid at {}", juror.key, account(&juror.addr))));
    }
    lines
}

/// Parameters by the names that `proposal create params --set` takes.
fn parameters(params: &Value) -> String {
    let Value::Object(members) = params else { return String::new() };
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    members.iter().map(|(name, value)| format!("  {name} {}\n", plain(value))).collect()
}
