//! Contests with their results and money.

use governance::contest::{Ledger, Payout, Phase, Rank};
use governance::payload::Spec;
use governance::registry::{ContestRecord, ContestStatus};
use governance::{Organs, Roster};
use serde_json::{Value, json};
use ton_abi::Nano;

use super::{tokens, unread};
use crate::error::CliError;
use crate::table::{Column, table};

/// Contests that have an escrow, by id.
pub(crate) struct Contests(Vec<Contest>);

struct Contest {
    record: ContestRecord,
    spec: Spec,
    phase: Phase,
    entries: u8,
    jurors: u8,
    winner: String,
    ranking: Vec<Rank>,
    payouts: Vec<Payout>,
    ledger: Ledger,
    /// Prizes of the ranking together.
    prizes: Nano,
}

impl Contests {
    pub(crate) async fn read(organs: &Organs<'_>, roster: &Roster) -> Result<Self, CliError> {
        let directory = organs.registry.contests().await.map_err(unread("contests"))?;
        let mut all = Vec::new();
        for record in directory.into_iter().filter(|record| record.status != ContestStatus::Reserved) {
            all.push(Contest::read(organs, roster, record).await?);
        }
        Ok(Self(all))
    }

    /// Whether the books of all of them add up.
    pub(crate) fn books_hold(&self) -> bool {
        self.0.iter().all(|contest| contest.ledger.budget.holds() && contest.ledger.deposits.holds())
    }

    pub(crate) fn to_text(&self) -> String {
        let columns = [
            Column::Number("#"),
            Column::Text("Contest"),
            Column::Text("Phase"),
            Column::Number("Entries"),
            Column::Number("Jurors"),
            Column::Text("Winner"),
            Column::Number("Participants"),
            Column::Number("Jury"),
            Column::Number("Org"),
            Column::Number("Back, TON"),
        ];
        table(&columns, self.0.iter().map(Contest::row))
    }

    pub(crate) fn to_json(&self) -> Value {
        self.0.iter().map(Contest::to_json).collect()
    }
}

impl Contest {
    async fn read(organs: &Organs<'_>, roster: &Roster, record: ContestRecord) -> Result<Self, CliError> {
        let failed = unread("contests");
        let escrow = organs.contest(record.id).await.map_err(&failed)?;
        let standing = escrow.standing().await.map_err(&failed)?;
        let (ranking, _) = escrow.ranking().await.map_err(&failed)?;
        let entries = escrow.entries().await.map_err(&failed)?;
        let first = ranking.first().and_then(|rank| entries.iter().find(|entry| entry.id == rank.entry));
        Ok(Self {
            spec: escrow.spec().await.map_err(&failed)?,
            phase: standing.phase,
            entries: standing.entries,
            jurors: standing.revealed,
            winner: first.map(|entry| roster.label(&entry.key)).unwrap_or_default(),
            payouts: escrow.payouts().await.map_err(&failed)?,
            ledger: escrow.ledger().await.map_err(&failed)?,
            prizes: ranking.iter().map(|rank| rank.prize).sum(),
            ranking,
            record,
        })
    }

    /// What the jurors got: everything that was paid and is no prize.
    fn jury(&self) -> Nano {
        self.ledger.budget.sent.saturating_sub(self.prizes)
    }

    fn row(&self) -> Vec<String> {
        let mut row = vec![self.record.id.to_string(), self.spec.title.clone(), self.phase.to_string()];
        row.extend([self.entries.to_string(), self.jurors.to_string(), self.winner.clone()]);
        let budget = &self.ledger.budget;
        row.extend([self.prizes, self.jury(), budget.org_share, budget.refunded].map(tokens));
        row
    }

    fn to_json(&self) -> Value {
        let budget = &self.ledger.budget;
        json!({
            "id": self.record.id,
            "item": self.record.item,
            "stage": self.record.stage,
            "title": self.spec.title,
            "address": self.record.addr.to_string(),
            "phase": self.phase.word(),
            "status": self.record.status.word(),
            "ending": self.record.ending.word(),
            "entries": self.entries,
            "jurors": self.jurors,
            "winner": self.winner,
            "participants": self.prizes,
            "jury": self.jury(),
            "org": budget.org_share,
            "refunded": budget.refunded,
            "total": budget.funded,
            "ranking": self.ranking.iter().map(|rank| json!({
                "place": rank.place,
                "entry": rank.entry,
                "average": rank.average,
                "prize": rank.prize,
            })).collect::<Vec<_>>(),
            "payouts": self.payouts.iter().map(|payout| json!({
                "item": payout.item,
                "to": payout.to.to_string(),
                "amount": payout.amount,
                "state": payout.state.word(),
            })).collect::<Vec<_>>(),
        })
    }
}
