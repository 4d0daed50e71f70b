//! The page of a contest.

use serde_json::Value;
use ton_abi::Nano;

use super::{Cell, Page, Section, average, contest_file, paid, winners};
use crate::catalogue::{Catalogue, Contest, Juror, Money, Payment};
use crate::text::{amount, plain, utc};

pub(super) fn page(catalogue: &Catalogue, contest: &Contest) -> Page {
    let entries = contest.entries.len();
    let jurors = contest.jury.iter().filter(|juror| juror.state == "revealed").count();
    let first = winners(catalogue, contest);
    let lead = match (contest.ending.as_str(), first.is_empty()) {
        (_, false) => format!("First place: {}", plain(&first)),
        ("no quorum", _) => "Too few jurors judged: deposits and budget went back.".to_owned(),
        (_, true) => format!("The contest is in the phase {}.", contest.phase),
    };
    Page {
        file: contest_file(contest.id),
        title: plain(&contest.terms.title),
        lead,
        figures: vec![
            (entries.to_string(), "entries".to_owned()),
            (jurors.to_string(), "jurors judged".to_owned()),
            (amount(contest.terms.fund), "TON of prizes".to_owned()),
            (amount(paid(contest, "prize")), "TON paid to winners".to_owned()),
        ],
        sections: sections(catalogue, contest),
    }
}

fn sections(catalogue: &Catalogue, contest: &Contest) -> Vec<Section> {
    let mut sections = Vec::new();
    if !contest.ranking.is_empty() {
        sections.push(ranking(catalogue, contest));
    }
    if contest.jury.iter().any(|juror| !juror.lines.is_empty()) {
        sections.push(scores(catalogue, contest));
    }
    sections.extend([
        entries(catalogue, contest),
        jury(catalogue, contest),
        payouts(catalogue, contest),
        money(contest),
        terms(contest),
        record(contest),
        events(contest),
    ]);
    sections
}

fn entrant(catalogue: &Catalogue, contest: &Contest, number: u8) -> String {
    let entry = contest.entries.iter().find(|entry| entry.number == number);
    entry.map(|entry| catalogue.label(&entry.key)).unwrap_or_default()
}

fn ranking(catalogue: &Catalogue, contest: &Contest) -> Section {
    let rows = contest.ranking.iter().map(|rank| {
        let link =
            contest.entries.iter().find(|entry| entry.number == rank.entry).map(|entry| entry.link.clone());
        vec![
            Cell::number(rank.place),
            Cell::text(entrant(catalogue, contest, rank.entry)),
            Cell::number(rank.entry),
            Cell::Number(average(rank.average)),
            Cell::number(rank.points),
            Cell::amount(rank.prize),
            Cell::Link(link.unwrap_or_default()),
        ]
    });
    let columns = ["#Place", "Entrant", "#Entry", "#Average", "#Points", "#Prize, TON", "Work"];
    Section::new("ranking", "Ranking")
        .say("Ordered by the average of the scores. Equal averages share their place and, in equal parts, the prizes of as many places.")
        .table("Ranking", &columns, rows.collect())
        .facts([("Hash of the ranking", Cell::code(&contest.results_hash))])
}

fn scores(catalogue: &Catalogue, contest: &Contest) -> Section {
    let judges: Vec<&Juror> = contest.jury.iter().filter(|juror| !juror.lines.is_empty()).collect();
    let mut columns = vec![("Entry".to_owned(), false)];
    columns.extend(judges.iter().map(|juror| (plain(&catalogue.label(&juror.key)), true)));
    columns.push(("Average".to_owned(), true));
    let rows = contest.entries.iter().map(|entry| {
        let title = format!("{} {}", entry.number, entrant(catalogue, contest, entry.number));
        let mut row = vec![Cell::text(title)];
        row.extend(judges.iter().map(|juror| {
            let line = juror.lines.iter().find(|line| line.entry == entry.number);
            line.map_or_else(
                || Cell::Text("–".to_owned()),
                |line| {
                    if line.verdict == "for" { Cell::Score(line.score) } else { Cell::state(&line.verdict) }
                },
            )
        }));
        row.push(Cell::Number(average(entry.counts.average)));
        row
    });
    let rows = rows.collect();
    let mut section = Section::new("scores", "Scores").say(
        "Jurors committed to their cards before any of them was revealed. The SHA-256 of each comment is in scores.csv.",
    );
    section.table = Some(super::Table { caption: "Scores of all jurors".to_owned(), columns, rows });
    section
}

fn entries(catalogue: &Catalogue, contest: &Contest) -> Section {
    let rows = contest.entries.iter().map(|entry| {
        let name = catalogue.label(&entry.key);
        let name = if entry.member { format!("{name} (member)") } else { name };
        vec![
            Cell::number(entry.number),
            Cell::text(name),
            Cell::Time(entry.at),
            Cell::Link(entry.link.clone()),
            Cell::hash(Some(&entry.work)),
            Cell::code(&entry.wallet),
            Cell::hash(entry.transaction.as_deref()),
        ]
    });
    let columns = ["#Entry", "Entrant", "Sent, UTC", "Work", "SHA-256 of the work", "Wallet", "Transaction"];
    Section::new("entries", "Entries").table("All entries", &columns, rows.collect())
}

fn jury(catalogue: &Catalogue, contest: &Contest) -> Section {
    let rows = contest.jury.iter().map(|juror| {
        let pay = contest.payouts.iter().find(|item| item.kind == "jury" && item.of == juror.number);
        vec![
            Cell::text(catalogue.label(&juror.key)),
            Cell::state(juror.state),
            Cell::number(juror.comments),
            Cell::amount(pay.map_or(Nano::ZERO, |item| item.amount)),
            Cell::hash(juror.commits.last().map(|commit| commit.hash.as_str())),
            Cell::hash(juror.commits.last().map(|commit| commit.transaction.as_str())),
            Cell::hash(juror.reveal.as_ref().map(|reveal| reveal.transaction.as_str())),
        ]
    });
    let columns = ["Juror", "Card", "#Comments", "#Pay, TON", "Commitment", "Committed in", "Revealed in"];
    Section::new("jury", "Jury").table("The jury and its cards", &columns, rows.collect())
}

fn payouts(catalogue: &Catalogue, contest: &Contest) -> Section {
    let mut rows = Vec::new();
    for item in &contest.payouts {
        let what = match item.kind {
            "jury" => format!("pay of juror {}", catalogue.label(&item.key)),
            kind => format!("{kind} of entry {}, {}", item.of, entrant(catalogue, contest, item.of)),
        };
        let first =
            [Cell::text(what), Cell::amount(item.amount), Cell::state(&item.state), Cell::code(&item.to)];
        if item.payments.is_empty() {
            rows.push(first.iter().cloned().chain(way(None)).collect());
        }
        for payment in &item.payments {
            rows.push(first.iter().cloned().chain(way(Some(payment))).collect());
        }
    }
    for it in &contest.returns {
        let first =
            [Cell::text(it.kind), Cell::amount(it.given), Cell::state("sent"), Cell::code(&it.payment.to)];
        rows.push(first.into_iter().chain(way(Some(&it.payment))).collect());
    }
    let columns = ["For", "#Amount, TON", "State", "To", "Sent, UTC", "Message", "Sent in", "Arrived in"];
    Section::new("payouts", "Payouts")
        .table("What was paid to whom, with the messages that paid it", &columns, rows)
        .facts([
            ("Hash of the payout list", Cell::hash(Some(&contest.payout_hash))),
            ("Confirmed by the members", Cell::text(if contest.confirmed { "yes" } else { "no" })),
        ])
}

/// When and how a message went.
fn way(payment: Option<&Payment>) -> [Cell; 4] {
    let Some(payment) = payment else {
        return [Cell::Text("–".to_owned()), Cell::hash(None), Cell::hash(None), Cell::hash(None)];
    };
    let arrival = payment.arrival.as_ref();
    [
        Cell::Time(payment.at),
        Cell::code(&payment.message),
        Cell::code(&payment.transaction),
        Cell::hash(arrival.map(|arrival| arrival.transaction.as_str())),
    ]
}

fn money(contest: &Contest) -> Section {
    let row = |name: &str, money: &Money| {
        let amounts =
            [money.funded, money.pot, money.due, money.sent, money.failed, money.org_share, money.refunded];
        std::iter::once(Cell::text(name)).chain(amounts.map(Cell::amount)).collect()
    };
    let rows = vec![row("Budget", &contest.budget), row("Deposits", &contest.deposits)];
    let columns = [
        "Books",
        "#Came in",
        "#Not allotted",
        "#Due",
        "#Paid",
        "#Came back",
        "#Org fund",
        "#Given back, TON",
    ];
    Section::new("money", "Money").table("Books of the contest", &columns, rows)
}

fn terms(contest: &Contest) -> Section {
    let terms = &contest.terms;
    let prizes: Vec<_> = terms.prizes.iter().map(|prize| amount(*prize)).collect();
    let prizes = if terms.by_points { "by points".to_owned() } else { prizes.join(", ") };
    let percent = |bps: u16| format!("{}.{:02} %", bps / 100, bps % 100);
    let (times, number) = (&contest.times, Cell::number::<u8>);
    Section::new("terms", "Terms and times").facts([
        ("Launched by", Cell::proposal(contest.proposal)),
        ("Stage", Cell::stage(contest.stage)),
        ("Number in the plan", number(contest.item)),
        ("Topic", number(contest.topic)),
        ("Kind", Cell::text(&terms.kind)),
        ("Phase", Cell::state(&contest.phase)),
        ("Ending", Cell::state(&contest.ending)),
        ("Prizes, TON", Cell::Text(prizes)),
        ("Jury reward", Cell::Text(percent(terms.jury_bps))),
        ("Organisation's reward", Cell::Text(percent(terms.org_bps))),
        ("Deposit of an entry, TON", Cell::amount(terms.deposit)),
        ("Jurors, at least", number(terms.min_jurors)),
        ("Scores of an entry, at least", number(terms.min_scores)),
        ("Entries, UTC", Cell::Text(format!("{} to {}", utc(times.open), utc(times.entries_end)))),
        (
            "Cards until, UTC",
            Cell::Text(format!("{}, revealed until {}", utc(times.commit_end), utc(times.reveal_end))),
        ),
        ("Repeated for lack of jurors", Cell::text(if times.extended { "yes" } else { "no" })),
        ("Ranked, UTC", Cell::Time(times.ranked)),
        ("Contest proposal", Cell::Link(terms.link.clone())),
        ("SHA-256 of the contest proposal", Cell::hash(Some(&terms.document))),
        ("SHA-256 of the accepted terms", Cell::hash(Some(&terms.terms))),
        ("Contract", Cell::code(&contest.address)),
        ("Code of the contract", Cell::code(&contest.code)),
    ])
}

fn record(contest: &Contest) -> Section {
    let section = Section::new("record", "Published record");
    let Some(record) = &contest.record else { return section.say("No record was published yet.") };
    let mut section = section.facts([
        ("Version", Cell::number(record.version)),
        ("Published at", Cell::Link(record.link.clone())),
        ("SHA-256", Cell::code(&record.hash)),
    ]);
    // Lines are kept; everything else in it is a text from the chain.
    section.quote = Some(record.text.lines().map(plain).collect::<Vec<_>>().join("\n"));
    section
}

fn events(contest: &Contest) -> Section {
    let rows = contest.events.iter().map(|event| {
        vec![
            Cell::Time(event.at),
            Cell::text(&event.name),
            Cell::text(values(&event.values)),
            Cell::code(&event.transaction),
        ]
    });
    let columns = ["When, UTC", "What", "Values", "Transaction"];
    Section::new("events", "Everything that happened").table(
        "Events of the contract",
        &columns,
        rows.collect(),
    )
}

/// `name value, name value`
fn values(values: &Value) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let members = values.as_object().into_iter().flatten();
    members.map(|(name, value)| format!("{name} {}", text(value))).collect::<Vec<_>>().join(", ")
}
