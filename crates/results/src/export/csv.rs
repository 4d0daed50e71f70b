//! Tables for spreadsheets and programs: full hashes, amounts in nanotokens, times as ISO 8601.
//!
//! A cell that a spreadsheet would take for a formula gets an apostrophe in front.
//! Source: OWASP, "CSV Injection".

use ton_abi::{Nano, UnixTime};

use crate::catalogue::{Catalogue, Contest};
use crate::error::Error;
use crate::text::{iso, plain};

/// A table under construction.
struct Rows {
    writer: csv::Writer<Vec<u8>>,
}

/// A row.
struct Row(Vec<String>);

impl Rows {
    fn new(columns: &[&str]) -> Result<Self, Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(columns)?;
        Ok(Self { writer })
    }

    fn add(&mut self, row: Row) -> Result<(), Error> {
        Ok(self.writer.write_record(row.0)?)
    }

    fn finish(self) -> Result<Vec<u8>, Error> {
        // A writer into memory has nothing to fail at but the last flush.
        self.writer.into_inner().map_err(|error| csv::Error::from(error.into_error()).into())
    }
}

impl Row {
    const fn new() -> Self {
        Self(Vec::new())
    }

    /// A text that somebody wrote, or a word.
    fn text(mut self, text: impl AsRef<str>) -> Self {
        self.0.push(guard(&plain(text.as_ref())));
        self
    }

    /// A number or a truth.
    fn value(mut self, value: impl ToString) -> Self {
        self.0.push(value.to_string());
        self
    }

    fn nano(self, amount: Nano) -> Self {
        self.value(amount.0)
    }

    fn time(self, time: UnixTime) -> Self {
        self.value(iso(time))
    }
}

/// A text that no spreadsheet takes for a formula.
fn guard(text: &str) -> String {
    let acts = |first: char| "=+-@\t\r|%＝＋－＠".contains(first);
    if text.trim_start().starts_with(acts) { format!("'{text}") } else { text.to_owned() }
}

/// All tables by name.
pub(super) fn tables(catalogue: &Catalogue) -> Result<Vec<(&'static str, Vec<u8>)>, Error> {
    Ok(vec![
        ("contests", contests(catalogue)?),
        ("entries", entries(catalogue)?),
        ("jurors", jurors(catalogue)?),
        ("members", members(catalogue)?),
        ("payouts", payouts(catalogue)?),
        ("pool", pool(catalogue)?),
        ("proposals", proposals(catalogue)?),
        ("ranking", ranking(catalogue)?),
        ("scores", scores(catalogue)?),
        ("stages", stages(catalogue)?),
        ("votes", votes(catalogue)?),
    ])
}

fn contests(catalogue: &Catalogue) -> Result<Vec<u8>, Error> {
    let mut rows = Rows::new(&[
        "contest",
        "title",
        "stage",
        "item",
        "topic",
        "kind",
        "phase",
        "ending",
        "proposal",
        "address",
        "fund_nano",
        "jury_bps",
        "org_bps",
        "entries",
        "open",
        "entries_end",
        "commit_end",
        "reveal_end",
        "ranked",
        "funded_nano",
        "paid_nano",
        "org_share_nano",
        "refunded_nano",
        "results_hash",
        "payout_hash",
        "record_hash",
        "record_link",
    ])?;
    for it in &catalogue.contests {
        let record = it.record.as_ref();
        let row =
            Row::new().value(it.id).text(&it.terms.title).value(it.stage).value(it.item).value(it.topic);
        let row =
            row.text(&it.terms.kind).text(&it.phase).text(&it.ending).value(it.proposal).text(&it.address);
        let row =
            row.nano(it.terms.fund).value(it.terms.jury_bps).value(it.terms.org_bps).value(it.entries.len());
        let times = &it.times;
        let row = [times.open, times.entries_end, times.commit_end, times.reveal_end, times.ranked]
            .into_iter()
            .fold(row, Row::time);
        let money = &it.budget;
        let row =
            [money.funded, money.sent, money.org_share, money.refunded].into_iter().fold(row, Row::nano);
        let row = row.text(&it.results_hash).text(&it.payout_hash);
        let row =
            row.text(record.map_or("", |record| &record.hash)).text(record.map_or("", |record| &record.link));
        rows.add(row)?;
    }
    rows.finish()
}

fn entries(catalogue: &Catalogue) -> Result<Vec<u8>, Error> {
    let mut rows = Rows::new(&[
        "contest",
        "entry",
        "entrant",
        "key",
        "wallet",
        "member",
        "sent",
        "link",
        "work_sha256",
        "judged",
        "points",
        "scores",
        "average",
        "abstained",
        "rejected",
        "recused",
        "place",
        "transaction",
    ])?;
    for (contest, it) in each(catalogue, |contest| &contest.entries) {
        let counts = &it.counts;
        let row = Row::new().value(contest.id).value(it.number).text(catalogue.label(&it.key)).text(&it.key);
        let row =
            row.text(&it.wallet).value(it.member).time(it.at).text(&it.link).text(&it.work).value(it.judged);
        let row = row.value(counts.points).value(counts.scores).value(counts.average).value(counts.abstained);
        let row = row.value(counts.rejected).value(counts.recused);
        let row = row.value(it.place.map_or_else(String::new, |place| place.to_string()));
        rows.add(row.text(it.transaction.as_deref().unwrap_or_default()))?;
    }
    rows.finish()
}

/// Items of all contests, each with its contest.
fn each<'a, T: 'a>(
    catalogue: &'a Catalogue,
    items: impl Fn(&'a Contest) -> &'a Vec<T>,
) -> impl Iterator<Item = (&'a Contest, &'a T)> {
    catalogue.contests.iter().flat_map(move |contest| items(contest).iter().map(move |item| (contest, item)))
}

fn jurors(catalogue: &Catalogue) -> Result<Vec<u8>, Error> {
    let mut rows = Rows::new(&[
        "contest",
        "juror",
        "name",
        "key",
        "address",
        "card",
        "comments",
        "commitment",
        "committed",
        "committed_in",
        "revealed",
        "revealed_in",
    ])?;
    for (contest, it) in each(catalogue, |contest| &contest.jury) {
        let commit = it.commits.last();
        let row = Row::new().value(contest.id).value(it.number).text(catalogue.label(&it.key)).text(&it.key);
        let row = row.text(&it.address).text(it.state).value(it.comments);
        let row = row.text(commit.map_or("", |it| &it.hash)).time(commit.map_or(UnixTime(0), |it| it.at));
        let row = row.text(commit.map_or("", |it| &it.transaction));
        let reveal = it.reveal.as_ref();
        let row = row.time(reveal.map_or(UnixTime(0), |it| it.at));
        rows.add(row.text(reveal.map_or("", |it| &it.transaction)))?;
    }
    rows.finish()
}

fn scores(catalogue: &Catalogue) -> Result<Vec<u8>, Error> {
    let mut rows =
        Rows::new(&["contest", "juror", "name", "key", "entry", "verdict", "score", "comment_sha256"])?;
    for (contest, juror) in each(catalogue, |contest| &contest.jury) {
        for it in &juror.lines {
            let row = Row::new().value(contest.id).value(juror.number).text(catalogue.label(&juror.key));
            let row =
                row.text(&juror.key).value(it.entry).text(&it.verdict).value(it.score).text(&it.comment);
            rows.add(row)?;
        }
    }
    rows.finish()
}

fn ranking(catalogue: &Catalogue) -> Result<Vec<u8>, Error> {
    let mut rows = Rows::new(&["contest", "place", "entry", "average", "points", "prize_nano"])?;
    for (contest, it) in each(catalogue, |contest| &contest.ranking) {
        let row = Row::new().value(contest.id).value(it.place).value(it.entry).value(it.average);
        rows.add(row.value(it.points).nano(it.prize))?;
    }
    rows.finish()
}

fn payouts(catalogue: &Catalogue) -> Result<Vec<u8>, Error> {
    let mut rows = Rows::new(&[
        "contest",
        "item",
        "kind",
        "of",
        "payee",
        "key",
        "amount_nano",
        "state",
        "sent",
        "message",
        "sent_in",
        "arrived_in",
        "returned_nano",
    ])?;
    for (contest, it) in each(catalogue, |contest| &contest.payouts) {
        let first = || {
            let row = Row::new().value(contest.id).value(it.item).text(it.kind).value(it.of).text(&it.to);
            row.text(&it.key).nano(it.amount).text(&it.state)
        };
        if it.payments.is_empty() {
            rows.add(first().text("").text("").text("").text("").text(""))?;
        }
        for payment in &it.payments {
            let arrival = payment.arrival.as_ref().map_or("", |arrival| &arrival.transaction);
            let row =
                first().time(payment.at).text(&payment.message).text(&payment.transaction).text(arrival);
            rows.add(row.value(payment.returned.map_or_else(String::new, |amount| amount.0.to_string())))?;
        }
    }
    rows.finish()
}

fn stages(catalogue: &Catalogue) -> Result<Vec<u8>, Error> {
    let mut rows = Rows::new(&[
        "stage",
        "status",
        "budget_nano",
        "extra_nano",
        "received_nano",
        "carry_in_nano",
        "allocated_nano",
        "refunded_nano",
        "reserved_nano",
        "sent_nano",
        "available_nano",
        "carry_out_nano",
        "returned_nano",
        "open_contests",
        "report_sha256",
        "link",
    ])?;
    for it in &catalogue.stages {
        let amounts = [
            it.budget,
            it.extra,
            it.received,
            it.carry_in,
            it.allocated,
            it.refunded,
            it.reserved,
            it.sent,
            it.available,
            it.carry_out,
            it.returned,
        ];
        let row = amounts.into_iter().fold(Row::new().value(it.number).text(&it.status), Row::nano);
        rows.add(row.value(it.open).text(&it.report).text(&it.link))?;
    }
    rows.finish()
}

fn members(catalogue: &Catalogue) -> Result<Vec<u8>, Error> {
    let mut rows = Rows::new(&[
        "seat",
        "name",
        "key",
        "joined",
        "declared",
        "declaration_sha256",
        "payout",
        "from_contest",
        "place",
    ])?;
    for it in &catalogue.members {
        let row = Row::new().value(it.number).text(catalogue.label(&it.key)).text(&it.key).time(it.joined_at);
        let row =
            row.time(it.declared_at).text(&it.declaration).text(it.payout.as_deref().unwrap_or_default());
        rows.add(row.value(it.from_contest).value(it.place))?;
    }
    rows.finish()
}

fn pool(catalogue: &Catalogue) -> Result<Vec<u8>, Error> {
    let mut rows = Rows::new(&[
        "name",
        "key",
        "address",
        "status",
        "topics",
        "from_contest",
        "judged",
        "missed",
        "busy",
    ])?;
    for it in &catalogue.jurors {
        let topics: Vec<_> = it.topics.iter().map(u8::to_string).collect();
        let row = Row::new().text(catalogue.label(&it.key)).text(&it.key).text(&it.address).text(&it.status);
        let row = row.text(topics.join(" ")).value(it.from_contest).value(it.judged).value(it.missed);
        rows.add(row.value(it.busy))?;
    }
    rows.finish()
}

fn proposals(catalogue: &Catalogue) -> Result<Vec<u8>, Error> {
    let mut rows = Rows::new(&[
        "proposal",
        "action",
        "subject",
        "outcome",
        "yes",
        "no",
        "abstain",
        "needed",
        "start",
        "end",
        "proposer",
        "link",
        "document_sha256",
        "address",
    ])?;
    for it in &catalogue.proposals {
        let row = Row::new().value(it.id).text(&it.action).text(&it.subject).text(&it.outcome).value(it.yes);
        let row = row.value(it.no).value(it.abstain).value(it.needed).time(it.start).time(it.end);
        rows.add(row.text(&it.proposer).text(&it.link).text(&it.document).text(&it.address))?;
    }
    rows.finish()
}

fn votes(catalogue: &Catalogue) -> Result<Vec<u8>, Error> {
    let mut rows = Rows::new(&[
        "proposal",
        "elector",
        "name",
        "key",
        "choice",
        "excluded",
        "at",
        "reason_sha256",
        "transaction",
    ])?;
    for proposal in &catalogue.proposals {
        for it in &proposal.votes {
            let row =
                Row::new().value(proposal.id).value(it.number).text(catalogue.label(&it.key)).text(&it.key);
            let row = row.text(&it.choice).value(it.excluded).time(it.at).text(&it.reason);
            rows.add(row.text(it.transaction.as_deref().unwrap_or_default()))?;
        }
    }
    rows.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_like_a_formula() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\u{ff1d}1", "|calc"] {
            assert!(guard(text).starts_with('\''), "{text}");
        }
        assert_eq!(guard("https://a.example/=1"), "https://a.example/=1");
    }
}
