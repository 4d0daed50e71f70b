//! Pages of stages and of the treasury.

use ton_abi::Nano;

use super::{Cell, Page, Section, paid, stage_file};
use crate::catalogue::{Catalogue, Contest, Item, Stage};
use crate::text::{amount, plain};

pub(super) fn stage(catalogue: &Catalogue, stage: &Stage) -> Page {
    let contests: Vec<&Contest> =
        catalogue.contests.iter().filter(|contest| contest.stage == stage.number).collect();
    Page {
        file: stage_file(stage.number),
        title: format!("Stage {}", stage.number),
        lead: format!("The stage is {}.", stage.status),
        figures: vec![
            (amount(stage.budget), "TON of budget".to_owned()),
            (amount(stage.received), "TON received".to_owned()),
            (amount(stage.allocated), "TON to contests".to_owned()),
            (amount(stage.available), "TON available".to_owned()),
        ],
        sections: vec![contest_list(&contests), books(stage), plan(stage, &contests), report(stage)],
    }
}

fn contest_list(contests: &[&Contest]) -> Section {
    let rows = contests.iter().map(|contest| {
        let amounts = [
            contest.budget.funded,
            paid(contest, "prize"),
            paid(contest, "jury"),
            contest.budget.org_share,
            contest.budget.refunded,
        ];
        let mut row = vec![Cell::contest(contest), Cell::state(&contest.phase)];
        row.extend(amounts.map(Cell::amount));
        row
    });
    let columns = ["Contest", "Phase", "#Total", "#Winners", "#Jury", "#Org fund", "#Given back, TON"];
    Section::new("contests", "Contests").table("Contests of the stage", &columns, rows.collect())
}

fn books(stage: &Stage) -> Section {
    let line =
        |name: &str, came: Nano, went: Nano| vec![Cell::text(name), Cell::amount(came), Cell::amount(went)];
    let zero = Nano::ZERO;
    let rows = vec![
        line("Received", stage.received, zero),
        line("Carried in from the stage before", stage.carry_in, zero),
        line("Given back by contests", stage.refunded, zero),
        line("Taken by contests", zero, stage.allocated),
        line("Promised to contests", zero, stage.reserved),
        line("On its way to contests", zero, stage.sent),
        line("Carried over to the next stage", zero, stage.carry_out),
        line("Returned to the main giver", zero, stage.returned),
        line("Available", zero, stage.available),
        line(
            "Sum",
            [stage.received, stage.carry_in, stage.refunded].into_iter().sum(),
            [stage.allocated, stage.reserved, stage.sent, stage.carry_out, stage.returned, stage.available]
                .into_iter()
                .sum(),
        ),
    ];
    Section::new("money", "Money").table(
        "Books of the stage",
        &["Line", "#Came in", "#Went out or is left, TON"],
        rows,
    )
}

fn plan(stage: &Stage, contests: &[&Contest]) -> Section {
    let list = |item: &Item| item.depends_on.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
    let rows = stage.items.iter().map(|item| {
        let launched = contests.iter().filter(|contest| contest.item == item.number);
        let launched: Vec<_> = launched.map(|contest| contest.id.to_string()).collect();
        vec![
            Cell::number(item.number),
            Cell::number(item.topic),
            Cell::amount(item.total),
            Cell::amount(item.left),
            Cell::Text(list(item)),
            Cell::text(if item.on_request { "yes" } else { "no" }),
            Cell::Text(launched.join(", ")),
        ]
    });
    let columns = ["#Item", "#Topic", "#Total", "#Left, TON", "After items", "On request", "Contests"];
    Section::new("plan", "Plan").table("Contests that the plan has", &columns, rows.collect())
}

fn report(stage: &Stage) -> Section {
    let section = Section::new("report", "Report");
    if stage.report.bytes().all(|digit| digit == b'0') {
        return section.say("The stage is not closed, so there is no report yet.");
    }
    let mut section = section
        .facts([("Published at", Cell::Link(stage.link.clone())), ("SHA-256", Cell::code(&stage.report))]);
    section.quote =
        stage.report_text.as_ref().map(|text| text.lines().map(plain).collect::<Vec<_>>().join("\n"));
    section
}

/// The page of the treasury.
pub(super) fn ledger(catalogue: &Catalogue) -> Page {
    let treasury = &catalogue.treasury;
    let rows = treasury.payments.iter().map(|it| {
        vec![
            Cell::proposal(it.proposal),
            Cell::number(it.number),
            Cell::amount(it.payment.amount),
            Cell::code(&it.payment.to),
            Cell::Time(it.payment.at),
            Cell::code(&it.payment.message),
            Cell::text(if it.payment.returned.is_some() { "came back" } else { "paid" }),
        ]
    });
    let columns = ["Decided by", "#Place", "#Amount, TON", "To", "Sent, UTC", "Message", "State"];
    let stages = catalogue.stages.iter().map(|stage| {
        let mut row = vec![Cell::stage(stage.number), Cell::state(&stage.status)];
        row.extend(
            [stage.received, stage.carry_in, stage.allocated, stage.refunded, stage.carry_out]
                .map(Cell::amount),
        );
        row
    });
    let stage_columns =
        ["Stage", "Status", "#Received", "#Carried in", "#To contests", "#Given back", "#Carried over, TON"];
    Page {
        file: "ledger".to_owned(),
        title: "Money".to_owned(),
        lead: "Where the grant is and where it went, in the treasury's own books.".to_owned(),
        figures: vec![
            (amount(treasury.booked), "TON in the books".to_owned()),
            (amount(treasury.org_available), "TON in the org fund".to_owned()),
            (amount(treasury.org_reserved), "TON reserved for org payments".to_owned()),
            (amount(treasury.unassigned), "TON unassigned".to_owned()),
        ],
        sections: vec![
            Section::new("stages", "Stages").table("Money by stage", &stage_columns, stages.collect()),
            Section::new("org", "Org fund")
                .say("Contests that paid gave the fund their org share; it pays by decisions of the members.")
                .table("Payments of the org fund", &columns, rows.collect()),
        ],
    }
}
