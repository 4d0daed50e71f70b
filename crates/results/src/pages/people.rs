//! Pages of members and jurors.

use super::{Cell, Page, Section};
use crate::catalogue::Catalogue;

/// Members and candidates.
pub(super) fn members(catalogue: &Catalogue) -> Page {
    let rows = catalogue.members.iter().map(|member| {
        vec![
            Cell::text(catalogue.label(&member.key)),
            Cell::number(member.number),
            Cell::code(&member.key),
            Cell::Time(member.joined_at),
            Cell::Time(member.declared_at),
            Cell::text(from(member.from_contest, member.place)),
        ]
    });
    let candidates = catalogue.candidates.iter().map(|candidate| {
        vec![
            Cell::text(catalogue.label(&candidate.key)),
            Cell::number(candidate.number),
            Cell::text(from(candidate.contest, candidate.place)),
            Cell::Time(candidate.expires),
            Cell::code(&candidate.key),
        ]
    });
    let columns = ["Member", "#Seat", "Public key", "Since, UTC", "Declaration signed, UTC", "Came from"];
    let waiting = ["Candidate", "#Number", "Won", "Until, UTC", "Public key"];
    let declared = catalogue.members.iter().filter(|member| member.declared_at.0 > 0).count();
    Page {
        file: "members".to_owned(),
        title: "Members".to_owned(),
        lead: "Who decides. Names are those of the organisation's files; the chain knows keys.".to_owned(),
        figures: vec![
            (catalogue.members.len().to_string(), "members".to_owned()),
            (catalogue.organisation.threshold.to_string(), "votes decide".to_owned()),
            (declared.to_string(), "signed the declaration".to_owned()),
        ],
        sections: vec![
            Section::new("members", "Members").table("Members by seat", &columns, rows.collect()),
            Section::new("candidates", "Candidates").table(
                "Winners who want to become members",
                &waiting,
                candidates.collect(),
            ),
        ],
    }
}

fn from(contest: u32, place: u8) -> String {
    if contest == 0 { "the proposal".to_owned() } else { format!("place {place} of contest {contest}") }
}

/// The jury pool.
pub(super) fn jury(catalogue: &Catalogue) -> Page {
    let rows = catalogue.jurors.iter().map(|juror| {
        let topics: Vec<_> = juror.topics.iter().map(u8::to_string).collect();
        vec![
            Cell::text(catalogue.label(&juror.key)),
            Cell::state(&juror.status),
            Cell::number(juror.from_contest),
            Cell::Text(topics.join(", ")),
            Cell::number(juror.judged),
            Cell::number(juror.missed),
            Cell::number(juror.busy),
            Cell::code(&juror.key),
        ]
    });
    let columns = [
        "Juror",
        "Status",
        "#Won contest",
        "Topics",
        "#Judged",
        "#Missed in a row",
        "#Judging now",
        "Public key",
    ];
    let active = catalogue.jurors.iter().filter(|juror| juror.status == "active").count();
    Page {
        file: "jury".to_owned(),
        title: "Jury".to_owned(),
        lead: "Jurors won their seats in jury contests; members cannot add, drop or choose one.".to_owned(),
        figures: vec![
            (catalogue.jurors.len().to_string(), "jurors".to_owned()),
            (active.to_string(), "can be drawn".to_owned()),
        ],
        sections: vec![Section::new("pool", "The jury pool").table("All jurors", &columns, rows.collect())],
    }
}
