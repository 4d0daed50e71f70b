//! Terms and entries.

use std::collections::BTreeMap;

use governance::contest::Entry;
use governance::payload::Action;
use governance::text::Digest;
use serde::Deserialize;
use serde_json::Value;
use ton_abi::{Address, PublicKey};

use super::{Check, Report};
use crate::facts::{ContestFacts, Facts};
use crate::history::{number, value};

/// The contest is what the members voted on.
pub(super) fn terms(report: &mut Report, place: &str, facts: &Facts, contest: &ContestFacts) {
    let id = contest.record.proposal;
    let proposal = facts.proposals.iter().find(|proposal| proposal.id == id);
    let voted = proposal.and_then(|proposal| proposal.info.action().ok());
    let same = matches!(&voted, Some(Action::LaunchContest(spec)) if **spec == contest.spec);
    report.holds(Check::Terms, place, "terms", same, || {
        let expected = match &voted {
            Some(Action::LaunchContest(spec)) => first_difference(spec, &contest.spec),
            Some(_) | None => (format!("a decision to launch it in proposal {id}"), "none".to_owned()),
        };
        (format!("{} (proposal {id})", expected.0), expected.1)
    });
    let prizes: u128 = contest.spec.prizes.iter().map(|prize| prize.0).sum();
    report.holds(Check::Terms, place, "sum of the prizes", prizes <= contest.spec.fund.0, || {
        (format!("at most {}", contest.spec.fund), prizes.to_string())
    });
}

/// The first member of two terms that is not the same.
fn first_difference(expected: &impl serde::Serialize, found: &impl serde::Serialize) -> (String, String) {
    let value = |it: &Value, name: &str| format!("{name} {}", it[name]);
    let (expected, found) =
        (serde_json::to_value(expected).unwrap_or_default(), serde_json::to_value(found).unwrap_or_default());
    let names = expected.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    let mut other = names.filter(|name| expected[*name] != found[*name]);
    other.next().map_or_else(
        || ("the same".to_owned(), "another".to_owned()),
        |name| (value(&expected, name), value(&found, name)),
    )
}

/// An entry as its events tell it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Told {
    wallet: String,
    key: PublicKey,
    content: Digest,
    link: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    #[serde(with = "ton_abi::number")]
    entry: u8,
    content_hash: Digest,
    link: String,
}

/// Entries are what the wallets sent.
pub(super) fn check(report: &mut Report, place: &str, contest: &ContestFacts) {
    let told = told(contest);
    for entry in &contest.entries {
        let place = format!("{place}, entry {}", entry.id);
        let Some(told) = told.get(&entry.id) else {
            let missing = || ("a message of its wallet".to_owned(), "none".to_owned());
            report.holds(Check::Entry, &place, "entry", false, missing);
            continue;
        };
        one(report, &place, told, entry);
    }
    let gone = told.keys().filter(|id| !contest.entries.iter().any(|entry| entry.id == **id));
    for id in gone {
        let missing = || (format!("entry {id}, which was not withdrawn"), "none".to_owned());
        report.holds(Check::Entry, place, "entries", false, missing);
    }
}

fn one(report: &mut Report, place: &str, told: &Told, entry: &Entry) {
    report.same(Check::Entry, place, "wallet", &told.wallet, &entry.wallet.to_string());
    report.same(Check::Entry, place, "key", &told.key, &entry.key);
    report.same(Check::Entry, place, "SHA-256 of the work", &told.content, &entry.content_hash);
    report.same(Check::Entry, place, "link", &told.link, &entry.link);
}

/// What the history tells of entries that were not withdrawn.
fn told(contest: &ContestFacts) -> BTreeMap<u8, Told> {
    let mut all: BTreeMap<u8, Told> = BTreeMap::new();
    for (step, event) in contest.history.events() {
        let content = || event.to::<Content>().ok();
        match &*event.name {
            "EntrySubmitted" => {
                let Some(content) = content() else { continue };
                let key = value(event, "key").unwrap_or_default();
                // The wallet is who sent the message, not who the event names.
                let wallet = step.in_msg.as_ref().and_then(|message| message.view.src.as_ref());
                let told = Told {
                    wallet: wallet.map(Address::to_string).unwrap_or_default(),
                    key,
                    content: content.content_hash,
                    link: content.link,
                };
                all.insert(content.entry, told);
            }
            "EntryReplaced" | "EntryOpened" => {
                let Some(content) = content() else { continue };
                if let Some(told) = all.get_mut(&content.entry) {
                    (told.content, told.link) = (content.content_hash, content.link);
                }
            }
            "EntryWithdrawn" => {
                all.remove(&number(event, "entry"));
            }
            _ => {}
        }
    }
    all
}
