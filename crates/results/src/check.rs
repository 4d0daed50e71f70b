//! Recomputing what can be recomputed: everything that does not match is said by name.
//!
//! The reference is `governance::model`, the plain form of the rules. Nothing is believed twice: what a getter says is
//! held against the history of transactions, against what follows from the rules, and against the other contract that
//! must know the same.

mod cards;
mod codes;
mod entries;
mod hashes;
mod payouts;
mod people;
mod records;
mod results;
mod treasury;

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use governance::contracts::Contracts;
use serde::Serialize;

use crate::facts::{ContestFacts, Facts};

pub(crate) use records::{published_text, stage_text};

/// What is checked. The words are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Check {
    /// Contracts run the known code.
    Code,
    /// Contracts and parties know each other.
    Party,
    /// Histories of transactions are whole.
    History,
    /// A contest is what the members voted on.
    Terms,
    /// Entries are what was sent.
    Entry,
    /// Cards are what jurors committed to and revealed.
    Card,
    /// Counts are what the cards add up to.
    Counts,
    /// The ranking follows from the counts.
    Ranking,
    /// Hashes of ranking and payout list.
    Hash,
    /// Payout items follow from ranking, jury and deposits.
    Payout,
    /// Payments were sent, once, to whom they are due.
    Payment,
    /// Org share and refund follow from the rules, and reached the treasury.
    Return,
    /// Books of contests.
    Books,
    /// Books of stages and of the org fund.
    Stage,
    /// Published records are what the chain says.
    Record,
    /// Votes and outcomes of proposals.
    Vote,
    /// Members, custodians and jurors.
    Member,
    /// A file says what the chain says.
    File,
}

impl Check {
    /// All of them in their order.
    pub const ALL: [Self; 18] = [
        Self::Code,
        Self::Party,
        Self::History,
        Self::Terms,
        Self::Entry,
        Self::Card,
        Self::Counts,
        Self::Ranking,
        Self::Hash,
        Self::Payout,
        Self::Payment,
        Self::Return,
        Self::Books,
        Self::Stage,
        Self::Record,
        Self::Vote,
        Self::Member,
        Self::File,
    ];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Party => "party",
            Self::History => "history",
            Self::Terms => "terms",
            Self::Entry => "entry",
            Self::Card => "card",
            Self::Counts => "counts",
            Self::Ranking => "ranking",
            Self::Hash => "hash",
            Self::Payout => "payout",
            Self::Payment => "payment",
            Self::Return => "return",
            Self::Books => "books",
            Self::Stage => "stage",
            Self::Record => "record",
            Self::Vote => "vote",
            Self::Member => "member",
            Self::File => "file",
        }
    }

    /// What it compares, for people.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Code => "contracts run the code that is built into this program",
            Self::Party => "contracts know each other, and nobody else, as the organisation",
            Self::History => "no transaction is left out of a history",
            Self::Terms => "contests are what the members voted on",
            Self::Entry => "entries are what the entrants' wallets sent",
            Self::Card => "score cards are what jurors committed to and revealed",
            Self::Counts => "counts are what the cards add up to",
            Self::Ranking => "rankings and prizes follow from the counts and the rule for ties",
            Self::Hash => "hashes of rankings and payout lists are those of their contents",
            Self::Payout => "payout lists follow from rankings, work of jurors and deposits",
            Self::Payment => {
                "each payment was sent once, to the payee, in full, and its message is on the chain"
            }
            Self::Return => "org shares and refunds follow from the rules and reached the treasury",
            Self::Books => "books of contests follow from what came in and went out",
            Self::Stage => "books of stages and of the org fund follow from their contests",
            Self::Record => "published records have the hash of what the chain says",
            Self::Vote => "proposals have the votes that electors cast, and the outcome that follows",
            Self::Member => "members are the custodians, jurors won their seats",
            Self::File => "a written catalogue says what the chain says",
        }
    }
}

impl Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Something that does not match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The check that found it.
    pub check: Check,
    /// Where: `contest 3, entry 2`.
    pub place: String,
    /// What: `points`.
    pub what: String,
    /// What it must be.
    pub expected: String,
    /// What it is.
    pub found: String,
}

impl Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { check, place, what, expected, found } = self;
        write!(f, "{check}: {place}: {what}: expected {expected}, found {found}")
    }
}

/// What checking found out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// How many facts each check compared.
    pub compared: BTreeMap<Check, u32>,
    /// What does not match, in the order of the checks.
    pub differences: Vec<Difference>,
    /// What nobody can tell from the chain alone.
    pub unknown: Vec<String>,
}

impl Report {
    /// Compares one fact.
    pub(crate) fn same<T: PartialEq + Display>(
        &mut self,
        check: Check,
        place: &str,
        what: &str,
        expected: &T,
        found: &T,
    ) {
        let differs = (expected != found).then(|| (expected.to_string(), found.to_string()));
        self.note(check, place, what, differs);
    }

    /// Compares one fact that holds or does not; says both otherwise.
    pub(crate) fn holds(
        &mut self,
        check: Check,
        place: &str,
        what: &str,
        holds: bool,
        otherwise: impl FnOnce() -> (String, String),
    ) {
        let differs = (!holds).then(otherwise);
        self.note(check, place, what, differs);
    }

    fn note(&mut self, check: Check, place: &str, what: &str, differs: Option<(String, String)>) {
        *self.compared.entry(check).or_default() += 1;
        if let Some((expected, found)) = differs {
            let (place, what) = (place.to_owned(), what.to_owned());
            self.differences.push(Difference { check, place, what, expected, found });
        }
    }

    /// Facts compared by all checks.
    pub fn total(&self) -> u32 {
        self.compared.values().sum()
    }

    /// Adds what another check found.
    pub fn merge(&mut self, other: Self) {
        for (check, count) in other.compared {
            *self.compared.entry(check).or_default() += count;
        }
        self.differences.extend(other.differences);
        self.unknown.extend(other.unknown);
        self.differences.sort_by_key(|difference| difference.check);
    }
}

/// Recomputes everything; `contracts` are the known ones.
pub fn check(facts: &Facts, contracts: &Contracts) -> Report {
    let mut report = Report::default();
    codes::check(&mut report, facts, contracts);
    codes::histories(&mut report, facts);
    for contest in &facts.contests {
        let place = place(contest);
        entries::terms(&mut report, &place, facts, contest);
        entries::check(&mut report, &place, contest);
        cards::check(&mut report, &place, contest);
        let tally = results::check(&mut report, &place, contest);
        payouts::check(&mut report, &place, contest, tally.as_ref());
        treasury::returns(&mut report, &place, facts, contest, tally.as_ref());
        treasury::books(&mut report, &place, contest, tally.as_ref());
        records::contest(&mut report, &place, facts, contest);
    }
    treasury::stages(&mut report, facts);
    treasury::org_fund(&mut report, facts);
    records::stages(&mut report, facts);
    people::proposals(&mut report, facts);
    people::members(&mut report, facts);
    unknown(&mut report, facts);
    report.differences.sort_by_key(|difference| difference.check);
    report
}

pub(crate) fn place(contest: &ContestFacts) -> String {
    format!("contest {}", contest.record.id)
}

/// What nobody can tell from the chain alone.
fn unknown(report: &mut Report, facts: &Facts) {
    let mut say = |text: &str| report.unknown.push(text.to_owned());
    if facts.contests.iter().any(|contest| !contest.entries.is_empty()) {
        say("whether the works behind the links are those whose SHA-256 the entries have");
    }
    if facts.contests.iter().any(|contest| !contest.cards.is_empty()) {
        say("what the jurors' comments say: the chain has the SHA-256 of each");
    }
    say("whether people bear the names that the organisation's files give to keys");
}
