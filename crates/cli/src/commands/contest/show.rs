//! `subgov contest show`: one contest with everything that the chain says of it.

use governance::contest::{Entry, Juror, Ledger, Money, Payout, Rank, Standing};
use governance::payload::Spec;
use governance::registry::ContestRecord;
use governance::{Organs, Roster};
use serde_json::{Value, json};
use ton_abi::UnixTime;

use crate::error::CliError;
use crate::failure::from_client;
use crate::output::Answer;
use crate::overview::tokens;
use crate::state::{StateArgs, World};
use crate::table::{Column, facts, table};
use crate::utc::utc;

/// Averages are in thousandths.
const THOUSAND: u16 = 1_000;

#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    #[command(flatten)]
    state: StateArgs,
    /// Id of the contest.
    id: u32,
}

struct View {
    record: ContestRecord,
    spec: Spec,
    standing: Standing,
    entries: Vec<Entry>,
    jury: Vec<Juror>,
    ranking: Vec<Rank>,
    payouts: Vec<Payout>,
    ledger: Ledger,
}

pub(super) async fn show(args: &Show) -> Result<Answer, CliError> {
    let world = World::open(&args.state).await?;
    let view = View::read(&world.organs().await?, args.id).await?;
    let roster = world.roster();
    Ok(Answer { text: view.to_text(&world, &roster), data: view.to_json(&roster), warnings: Vec::new() })
}

impl View {
    async fn read(organs: &Organs<'_>, id: u32) -> Result<Self, CliError> {
        let failed = |error| from_client(format!("contest {id} cannot be read"), error);
        let record = organs.registry.contest(id).await.map_err(failed)?;
        let contest = organs.contest(id).await.map_err(failed)?;
        Ok(Self {
            record,
            spec: contest.spec().await.map_err(failed)?,
            standing: contest.standing().await.map_err(failed)?,
            entries: contest.entries().await.map_err(failed)?,
            jury: contest.jury().await.map_err(failed)?,
            ranking: contest.ranking().await.map_err(failed)?.0,
            payouts: contest.payouts().await.map_err(failed)?,
            ledger: contest.ledger().await.map_err(failed)?,
        })
    }

    fn to_text(&self, world: &World, roster: &Roster) -> String {
        let (spec, standing) = (&self.spec, &self.standing);
        let moment = |time: UnixTime| {
            if time.0 == 0 { "not known yet".to_owned() } else { format!("{} UTC", utc(time)) }
        };
        let mut lines = vec![
            ("address", self.record.addr.to_string()),
            ("phase", standing.phase.to_string()),
            ("stage, contest", format!("{}, {}", spec.stage, spec.item)),
            ("budget", format!("{} TON", tokens(spec.total()))),
            ("entries open", moment(standing.open_at)),
            ("entries close", moment(standing.entries_end)),
            ("commit until", moment(standing.commit_end)),
            ("reveal until", moment(standing.reveal_end)),
        ];
        if standing.tallied_at.0 != 0 {
            lines.push(("ranked", moment(standing.tallied_at)));
            let confirmed = if standing.confirmed { ", confirmed" } else { "" };
            lines.push(("payout by", format!("{}{confirmed}", moment(standing.confirm_by))));
        }
        if standing.held_until.0 != 0 {
            lines.push(("held until", moment(standing.held_until)));
        }
        format!(
            "contest {}: {}\n{}{}{}{}{}{}",
            self.record.id,
            spec.title,
            facts(&lines),
            self.entries_to_text(world, roster),
            self.jury_to_text(world, roster),
            self.ranking_to_text(roster),
            self.payouts_to_text(world, roster),
            self.books_to_text(),
        )
    }

    fn entries_to_text(&self, world: &World, roster: &Roster) -> String {
        if self.entries.is_empty() {
            return "no entry\n".to_owned();
        }
        let columns =
            [Column::Number("Entry"), Column::Text("By"), Column::Text("Wallet"), Column::Text("Work")];
        table(
            &columns,
            self.entries.iter().map(|entry| {
                let by = if entry.member { " (member)" } else { "" };
                let by = format!("{}{by}", roster.label(&entry.key));
                vec![entry.id.to_string(), by, world.label(&entry.wallet), entry.link.clone()]
            }),
        )
    }

    fn jury_to_text(&self, world: &World, roster: &Roster) -> String {
        if self.jury.is_empty() {
            return "no jury yet\n".to_owned();
        }
        let columns =
            [Column::Number("Seat"), Column::Text("Juror"), Column::Text("Paid at"), Column::Text("Card")];
        table(
            &columns,
            self.jury.iter().map(|juror| {
                let label = roster.label(&juror.key);
                vec![juror.index.to_string(), label, world.label(&juror.addr), card(juror).to_owned()]
            }),
        )
    }

    fn ranking_to_text(&self, roster: &Roster) -> String {
        if self.ranking.is_empty() {
            return "no ranking yet\n".to_owned();
        }
        let columns = [
            Column::Number("Place"),
            Column::Number("Entry"),
            Column::Text("By"),
            Column::Number("Average"),
            Column::Number("Prize, TON"),
        ];
        table(
            &columns,
            self.ranking.iter().map(|rank| {
                let by = self.entries.iter().find(|entry| entry.id == rank.entry);
                let by = by.map(|entry| roster.label(&entry.key)).unwrap_or_default();
                let average = format!("{}.{:03}", rank.average / THOUSAND, rank.average % THOUSAND);
                vec![rank.place.to_string(), rank.entry.to_string(), by, average, tokens(rank.prize)]
            }),
        )
    }

    fn payouts_to_text(&self, world: &World, roster: &Roster) -> String {
        if self.payouts.is_empty() {
            return "no payout yet\n".to_owned();
        }
        let columns = [
            Column::Number("Payout"),
            Column::Text("Holder"),
            Column::Text("To"),
            Column::Number("TON"),
            Column::Text("State"),
        ];
        table(
            &columns,
            self.payouts.iter().map(|payout| {
                let (holder, state) = (roster.label(&payout.key), payout.state.to_string());
                vec![payout.item.to_string(), holder, world.label(&payout.to), tokens(payout.amount), state]
            }),
        )
    }

    fn books_to_text(&self) -> String {
        let columns = [
            Column::Text("Books, TON"),
            Column::Number("Funded"),
            Column::Number("Pot"),
            Column::Number("Due"),
            Column::Number("Sent"),
            Column::Number("Failed"),
            Column::Number("Org"),
            Column::Number("Back"),
        ];
        let row = |name: &str, it: &Money| {
            let amounts = [it.funded, it.pot, it.due, it.sent, it.failed, it.org_share, it.refunded];
            [name.to_owned()].into_iter().chain(amounts.map(tokens)).collect()
        };
        table(&columns, [row("budget", &self.ledger.budget), row("deposits", &self.ledger.deposits)])
    }

    fn to_json(&self, roster: &Roster) -> Value {
        let (record, standing) = (&self.record, &self.standing);
        let name = |key| roster.name(key);
        json!({
            "id": record.id,
            "title": self.spec.title,
            "address": record.addr.to_string(),
            "stage": record.stage,
            "item": record.item,
            "topic": record.topic,
            "kind": record.kind.word(),
            "phase": standing.phase.word(),
            "status": record.status.word(),
            "ending": record.ending.word(),
            "proposal": record.proposal,
            "total": self.spec.total(),
            "deposit": self.spec.entry_deposit,
            "opens_at": standing.open_at,
            "entries_end": standing.entries_end,
            "commit_end": standing.commit_end,
            "reveal_end": standing.reveal_end,
            "tallied_at": standing.tallied_at,
            "confirm_by": standing.confirm_by,
            "held_until": standing.held_until,
            "confirmed": standing.confirmed,
            "entries": self.entries.iter().map(|entry| json!({
                "entry": entry.id, "name": name(&entry.key), "public_key": entry.key,
                "wallet": entry.wallet.to_string(), "member": entry.member, "at": entry.at,
                "work": entry.content_hash.to_string(), "link": entry.link, "judged": entry.judged,
            })).collect::<Vec<_>>(),
            "jury": self.jury.iter().map(|juror| json!({
                "seat": juror.index, "name": name(&juror.key), "public_key": juror.key,
                "address": juror.addr.to_string(), "card": card(juror), "commits": juror.commits,
            })).collect::<Vec<_>>(),
            "ranking": self.ranking.iter().map(|rank| json!({
                "place": rank.place, "entry": rank.entry, "average": rank.average, "points": rank.points,
                "prize": rank.prize,
            })).collect::<Vec<_>>(),
            "payouts": self.payouts.iter().map(|payout| json!({
                "item": payout.item, "name": name(&payout.key), "public_key": payout.key,
                "to": payout.to.to_string(), "amount": payout.amount, "state": payout.state.word(),
            })).collect::<Vec<_>>(),
            "budget": money(&self.ledger.budget),
            "deposits": money(&self.ledger.deposits),
        })
    }
}

fn card(juror: &Juror) -> &'static str {
    match juror.state {
        0 => "none",
        1 => "committed",
        2 => "revealed",
        _ => "invalid",
    }
}

fn money(it: &Money) -> Value {
    json!({
        "funded": it.funded, "pot": it.pot, "due": it.due, "sent": it.sent, "failed": it.failed,
        "org": it.org_share, "refunded": it.refunded, "holds": it.holds(),
    })
}
