//! The first page: all contests, the stages, and how to check it.

use super::{Cell, Page, Section, Tone, paid, winners};
use crate::catalogue::Catalogue;
use crate::check::{Check, Report};
use crate::text::{amount, plain, utc};

pub(super) fn page(catalogue: &Catalogue, report: &Report, data: &[String]) -> Page {
    let organisation = &catalogue.organisation;
    let name = plain(&organisation.name);
    Page {
        file: "index".to_owned(),
        title: name.clone(),
        lead: format!(
            "What became of the contests of {name}: read from the chain, recomputed, and written down as of {} UTC.",
            utc(organisation.at)
        ),
        figures: figures(catalogue),
        sections: vec![
            contests(catalogue),
            stages(catalogue),
            check(report),
            unknown(report),
            files(catalogue, data),
        ],
    }
}

fn figures(catalogue: &Catalogue) -> Vec<(String, String)> {
    let contests = &catalogue.contests;
    let sum = |kind| amount(contests.iter().map(|contest| paid(contest, kind)).sum());
    let entries: usize = contests.iter().map(|contest| contest.entries.len()).sum();
    [
        ("contests", contests.len().to_string()),
        ("entries", entries.to_string()),
        ("TON to winners", sum("prize")),
        ("TON to jurors", sum("jury")),
        ("decisions", catalogue.proposals.len().to_string()),
    ]
    .map(|(name, number)| (number, name.to_owned()))
    .into()
}

fn contests(catalogue: &Catalogue) -> Section {
    let rows = catalogue.contests.iter().map(|contest| {
        vec![
            Cell::contest(contest),
            Cell::stage(contest.stage),
            Cell::state(&contest.phase),
            Cell::state(&contest.ending),
            Cell::number(contest.entries.len()),
            Cell::text(winners(catalogue, contest)),
            Cell::amount(contest.terms.fund),
            Cell::amount(paid(contest, "prize")),
        ]
    });
    let columns =
        ["Contest", "Stage", "Phase", "Ending", "#Entries", "First place", "#Prizes, TON", "#Paid, TON"];
    Section::new("contests", "Contests").table("All contests", &columns, rows.collect())
}

fn stages(catalogue: &Catalogue) -> Section {
    let rows = catalogue.stages.iter().map(|stage| {
        let amounts =
            [stage.budget, stage.received, stage.allocated, stage.refunded, stage.carry_out, stage.available];
        let mut row = vec![Cell::stage(stage.number), Cell::state(&stage.status)];
        row.extend(amounts.map(Cell::amount));
        row
    });
    let columns = [
        "Stage",
        "Status",
        "#Budget",
        "#Received",
        "#To contests",
        "#Given back",
        "#Carried over",
        "#Available, TON",
    ];
    Section::new("stages", "Stages").table("The plan and its money", &columns, rows.collect())
}

fn check(report: &Report) -> Section {
    let rows = Check::ALL.iter().filter_map(|check| {
        let compared = report.compared.get(check)?;
        let wrong = report.differences.iter().filter(|difference| difference.check == *check).count();
        let verdict = match wrong {
            0 => Cell::Mark("all equal".to_owned(), Tone::Good),
            wrong => Cell::Mark(format!("{wrong} differ"), Tone::Bad),
        };
        Some(vec![Cell::text(check.word()), Cell::text(check.meaning()), Cell::number(compared), verdict])
    });
    let mut section = Section::new("check", "Checked, and how to check it yourself")
        .say(format!(
            "When this was written, {} facts were recomputed from transactions and rules; {} of them did not match.",
            report.total(),
            report.differences.len()
        ))
        .say("Do not believe a page. \"subgov results verify\" reads the chain anew and recomputes all of it; \"subgov results verify catalogue.json\" also holds the file beside this page against the chain.")
        .table("What was compared", &["Check", "It holds when", "#Facts", "Result"], rows.collect());
    section.quote = differences(report);
    section
}

fn differences(report: &Report) -> Option<String> {
    let lines: Vec<_> = report.differences.iter().map(|difference| plain(&difference.to_string())).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn unknown(report: &Report) -> Section {
    let mut section = Section::new("unknown", "What the chain does not tell");
    section.text = report
        .unknown
        .iter()
        .map(|text| format!("Nobody can tell from the chain alone {}.", plain(text)))
        .collect();
    section
}

fn files(catalogue: &Catalogue, data: &[String]) -> Section {
    let organisation = &catalogue.organisation;
    let accounts =
        organisation.accounts.iter().map(|account| (account.contract.as_str(), Cell::code(&account.address)));
    let rows = data.iter().map(|file| vec![Cell::File(file.clone()), Cell::text(meaning(file))]);
    Section::new("files", "Data and addresses")
        .facts(accounts)
        .facts([
            ("Main giver", Cell::code(&organisation.main_giver)),
            ("Wallet that the proposal declares", Cell::code(&organisation.declared_wallet)),
            ("Network, global id", Cell::number(organisation.network)),
            ("Hash of the plan", Cell::code(&organisation.plan)),
        ])
        .table("The same for programs", &["File", "What it has"], rows.collect())
}

fn meaning(file: &str) -> &'static str {
    match file.rsplit('/').next().unwrap_or(file) {
        "catalogue.json" => "everything",
        "contests.csv" => "contests with their terms and sums",
        "entries.csv" => "entries with links, hashes and counts",
        "scores.csv" => "every line of every card",
        "jurors.csv" => "jurors of contests with commitments and reveals",
        "ranking.csv" => "rankings with prizes",
        "payouts.csv" => "payouts with messages and transactions",
        "stages.csv" => "stages with their money",
        "members.csv" => "members",
        "pool.csv" => "the jury pool",
        "proposals.csv" => "decisions",
        "votes.csv" => "votes",
        _ => "a published record, as its SHA-256 was taken",
    }
}
