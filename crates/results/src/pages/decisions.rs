//! The page of decisions.

use super::{Cell, Page, Section};
use crate::catalogue::{Catalogue, Proposal};
use crate::text::plain;

pub(super) fn page(catalogue: &Catalogue) -> Page {
    let rows = catalogue.proposals.iter().map(|proposal| {
        let numbers = [proposal.yes, proposal.no, proposal.abstain, proposal.needed].map(Cell::number);
        let mut row =
            vec![Cell::proposal(proposal.id), Cell::text(&proposal.action), Cell::text(&proposal.subject)];
        row.push(Cell::state(&proposal.outcome));
        row.extend(numbers);
        row
    });
    let columns = ["Proposal", "Action", "About", "Outcome", "#Yes", "#No", "#Abstain", "#Needed"];
    let executed = catalogue.proposals.iter().filter(|proposal| proposal.outcome == "executed").count();
    let mut sections =
        vec![Section::new("all", "Decisions").table("All proposals", &columns, rows.collect())];
    sections.extend(catalogue.proposals.iter().map(|proposal| votes(catalogue, proposal)));
    Page {
        file: "proposals".to_owned(),
        title: "Decisions".to_owned(),
        lead: "What members proposed, how each of them voted, and what became of it.".to_owned(),
        figures: vec![
            (catalogue.proposals.len().to_string(), "proposals".to_owned()),
            (executed.to_string(), "carried out".to_owned()),
        ],
        sections,
    }
}

fn votes(catalogue: &Catalogue, proposal: &Proposal) -> Section {
    let rows = proposal.votes.iter().map(|vote| {
        vec![
            Cell::text(catalogue.label(&vote.key)),
            if vote.excluded { Cell::text("excluded") } else { Cell::state(&vote.choice) },
            Cell::Time(vote.at),
            Cell::hash(Some(&vote.reason)),
            Cell::hash(vote.transaction.as_deref()),
        ]
    });
    let columns = ["Elector", "Vote", "When, UTC", "SHA-256 of the reason", "Transaction"];
    let about =
        if proposal.subject.is_empty() { String::new() } else { format!(": {}", plain(&proposal.subject)) };
    Section::new(&format!("proposal-{}", proposal.id), &format!("Proposal {}{about}", proposal.id))
        .facts([
            ("Action", Cell::text(&proposal.action)),
            ("Outcome", Cell::state(&proposal.outcome)),
            ("Proposed by", Cell::text(catalogue.label(&proposal.proposer))),
            ("Votes from, UTC", Cell::Time(proposal.start)),
            ("Votes until, UTC", Cell::Time(proposal.end)),
            ("Text", Cell::Link(proposal.link.clone())),
            ("SHA-256 of the text", Cell::hash(Some(&proposal.document))),
            ("Contract", Cell::code(&proposal.address)),
        ])
        .table("Votes", &columns, rows.collect())
}
