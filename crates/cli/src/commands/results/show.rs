//! `subgov results show`

use results::catalogue::{Contest, Payment};
use results::{Catalogue, Report, amount, plain, utc};

use super::{Show, read};
use crate::error::{CliError, Status};
use crate::output::{Answer, Progress};
use crate::table::{Column, table};

pub(super) async fn run(args: &Show, progress: Progress) -> Result<Answer, CliError> {
    let (facts, report) = read(&args.state, progress).await?;
    let catalogue = Catalogue::of(&facts);
    let (text, data) = match args.contest {
        None => (everything(&catalogue, &report), serde_json::to_value(&catalogue)),
        Some(id) => {
            let contest = catalogue.contest(id).ok_or_else(|| unknown(&catalogue, id))?;
            (one(&catalogue, contest), serde_json::to_value(contest))
        }
    };
    let data = data.map_err(|error| super::unread(error.into()))?;
    Ok(Answer { text, data, warnings: Vec::new() })
}

fn everything(catalogue: &Catalogue, report: &Report) -> String {
    format!(
        "{}{}As of {} UTC; {} facts recomputed, {} do not match.\n",
        contests(catalogue),
        stages(catalogue),
        utc(catalogue.organisation.at),
        report.total(),
        report.differences.len()
    )
}

fn unknown(catalogue: &Catalogue, id: u32) -> CliError {
    let ids: Vec<_> = catalogue.contests.iter().map(|contest| contest.id.to_string()).collect();
    let why = match ids.as_slice() {
        [] => "none was launched yet".to_owned(),
        ids => format!("there are {}", ids.join(", ")),
    };
    let hint = "see all with `subgov results show`";
    CliError::new(Status::Usage, "unknown-contest", format!("there is no contest {id}"), why, hint)
}

fn contests(catalogue: &Catalogue) -> String {
    let columns = [
        Column::Number("#"),
        Column::Text("Contest"),
        Column::Text("Phase"),
        Column::Text("Ending"),
        Column::Number("Entries"),
        Column::Text("First place"),
        Column::Number("Prizes"),
        Column::Number("Paid, TON"),
    ];
    let rows = catalogue.contests.iter().map(|contest| {
        let first = contest.ranking.iter().filter(|rank| rank.place == 1);
        let first: Vec<_> = first.map(|rank| entrant(catalogue, contest, rank.entry)).collect();
        let paid = contest.payouts.iter().filter(|item| item.kind == "prize" && item.state == "sent");
        vec![
            contest.id.to_string(),
            plain(&contest.terms.title),
            contest.phase.clone(),
            contest.ending.clone(),
            contest.entries.len().to_string(),
            first.join(", "),
            amount(contest.terms.fund),
            amount(paid.map(|item| item.amount).sum()),
        ]
    });
    table(&columns, rows)
}

fn entrant(catalogue: &Catalogue, contest: &Contest, number: u8) -> String {
    let entry = contest.entries.iter().find(|entry| entry.number == number);
    entry.map(|entry| plain(&catalogue.label(&entry.key))).unwrap_or_default()
}

fn stages(catalogue: &Catalogue) -> String {
    let columns = [
        Column::Number("Stage"),
        Column::Text("Status"),
        Column::Number("Received"),
        Column::Number("To contests"),
        Column::Number("Given back"),
        Column::Number("Carried over"),
        Column::Number("Available, TON"),
    ];
    let rows = catalogue.stages.iter().map(|stage| {
        let amounts = [stage.received, stage.allocated, stage.refunded, stage.carry_out, stage.available];
        let words = [stage.number.to_string(), stage.status.clone()];
        words.into_iter().chain(amounts.map(amount)).collect()
    });
    table(&columns, rows)
}

/// One contest: its ranking, and every payout with its message.
fn one(catalogue: &Catalogue, contest: &Contest) -> String {
    let ranking = [
        Column::Number("Place"),
        Column::Text("Entrant"),
        Column::Number("Average"),
        Column::Number("Points"),
        Column::Number("Prize, TON"),
        Column::Text("Work"),
    ];
    let ranked = contest.ranking.iter().map(|rank| {
        let entry = contest.entries.iter().find(|entry| entry.number == rank.entry);
        vec![
            rank.place.to_string(),
            entrant(catalogue, contest, rank.entry),
            format!("{}.{:03}", rank.average / 1000, rank.average % 1000),
            rank.points.to_string(),
            amount(rank.prize),
            entry.map(|entry| plain(&entry.link)).unwrap_or_default(),
        ]
    });
    let payouts = [
        Column::Number("Payout"),
        Column::Text("For"),
        Column::Number("Amount, TON"),
        Column::Text("State"),
        Column::Text("Message"),
    ];
    let mut paid = Vec::new();
    for item in &contest.payouts {
        let row = |payment: Option<&Payment>| {
            vec![
                item.item.to_string(),
                format!("{} of {}", item.kind, plain(&catalogue.label(&item.key))),
                amount(item.amount),
                item.state.clone(),
                payment.map(|payment| payment.message.clone()).unwrap_or_default(),
            ]
        };
        if item.payments.is_empty() {
            paid.push(row(None));
        }
        paid.extend(item.payments.iter().map(|payment| row(Some(payment))));
    }
    format!(
        "Contest {}: {}\n{} in the phase {}, ending {}\n{}{}",
        contest.id,
        plain(&contest.terms.title),
        contest.address,
        contest.phase,
        contest.ending,
        table(&ranking, ranked),
        table(&payouts, paid)
    )
}
