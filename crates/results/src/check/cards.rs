//! Score cards: committed, revealed, counted.

use std::collections::BTreeSet;

use governance::contest::{Card, Line, commitment};
use governance::model::judging::read_card;
use governance::text::Digest;
use ton_abi::{Boc, Cell, PublicKey};

use super::{Check, Report};
use crate::facts::ContestFacts;
use crate::history::value;

/// What the history tells of a juror's card.
#[derive(Default)]
struct Told {
    committed: Option<Digest>,
    commits: u8,
    revealed: Option<(Cell, Digest)>,
}

/// Cards are what jurors committed to and revealed.
pub(super) fn check(report: &mut Report, place: &str, contest: &ContestFacts) {
    for juror in &contest.jury {
        let place = format!("{place}, juror {}", juror.index);
        let told = told(contest, &juror.key);
        let card = contest.cards.iter().find(|card| card.key == juror.key);
        let judged: BTreeSet<u8> =
            contest.entries.iter().filter(|entry| entry.judged).map(|entry| entry.id).collect();
        report.same(Check::Card, &place, "commits", &told.commits, &juror.commits);
        let (state, comments, lines) = match &told.revealed {
            None => (u8::from(told.commits > 0), 0, None),
            Some((cell, salt)) => {
                let hash = commitment(&contest.account.address, &juror.key, &salt.0, cell.clone());
                let (hash, committed) = (hash.unwrap_or_default(), told.committed.unwrap_or_default());
                report.same(Check::Card, &place, "hash of the revealed card", &committed, &hash);
                let card = Card::read(cell);
                let read = card.as_ref().map(|card| read_card(&card.lines, &judged));
                match read {
                    Some(Ok(comments)) => (2, comments, card),
                    Some(Err(_)) | None => (3, 0, None),
                }
            }
        };
        report.same(Check::Card, &place, "state of the card", &word(state), &word(juror.state));
        report.same(Check::Card, &place, "comments", &comments, &juror.comments);
        let expected = lines.map(|card| card.lines).unwrap_or_default();
        let found = card.map(|card| card.lines.clone()).unwrap_or_default();
        compare_lines(report, &place, &expected, &found);
    }
    for card in &contest.cards {
        let seated = contest.jury.iter().any(|juror| juror.key == card.key);
        report.holds(Check::Card, place, "juror of a card", seated, || {
            ("somebody of the jury".to_owned(), card.key.to_string())
        });
    }
}

fn word(state: u8) -> &'static str {
    ["none", "committed", "revealed", "invalid"].get(usize::from(state)).copied().unwrap_or("unknown")
}

fn compare_lines(report: &mut Report, place: &str, expected: &[Line], found: &[Line]) {
    report.same(Check::Card, place, "lines of the card", &expected.len(), &found.len());
    for (expected, found) in expected.iter().zip(found) {
        let place = format!("{place}, entry {}", expected.entry);
        let show = |line: &Line| format!("entry {}, {} {}", line.entry, line.verdict, line.score);
        report.same(Check::Card, &place, "score", &show(expected), &show(found));
        report.same(Check::Card, &place, "SHA-256 of the comment", &expected.comment, &found.comment);
    }
}

fn told(contest: &ContestFacts, juror: &PublicKey) -> Told {
    let mut told = Told::default();
    for (_, _, call) in contest.history.signed().filter(|(_, signer, _)| signer == juror) {
        match &*call.name {
            "commitCard" => {
                told.committed = value(call, "cardHash");
                told.commits = told.commits.saturating_add(1);
            }
            "revealCard" => {
                let card = value::<String>(call, "card").and_then(|card| Boc::decode_base64(card).ok());
                told.revealed = card.zip(value(call, "salt"));
            }
            _ => {}
        }
    }
    told
}
