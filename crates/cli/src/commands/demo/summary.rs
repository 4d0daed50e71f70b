//! What the chain says at the end: members, proposals, contests, stages, accounts.

use governance::Organs;
use governance::contest::{Ledger as ContestLedger, Payout, Rank};
use governance::proposal::{Info, Tally};
use governance::registry::{ContestRecord, Member};
use governance::treasury::{Ledger as TreasuryLedger, Stage};
use localnet::Audit;
use serde_json::{Value, json};
use ton_abi::{Address, Nano};

use super::contests::Contest;
use super::{Play, judging, tokens};
use crate::error::CliError;
use crate::failure::from_client;
use crate::ledger::Ledger;
use crate::state::short;
use crate::table::{Column, table};

/// Everything that the tables show, read from getters.
pub(super) struct Summary {
    members: Vec<(String, Member)>,
    proposals: Vec<(u32, Info, Tally)>,
    contests: Vec<Line>,
    stages: Vec<Stage>,
    treasury: TreasuryLedger,
    accounts: Vec<(&'static str, Address, Nano)>,
    jurors: usize,
    /// Whether the books of all contracts add up.
    pub(super) books_hold: bool,
}

/// A contest with its results.
struct Line {
    title: String,
    winner: String,
    record: ContestRecord,
    entries: u8,
    jurors: u8,
    ranking: Vec<Rank>,
    payouts: Vec<Payout>,
    ledger: ContestLedger,
    /// Prizes of the ranking together.
    prizes: Nano,
}

pub(super) async fn read(
    play: &mut Play<'_>,
    organs: &Organs<'_>,
    contests: &[Contest<'_>],
) -> Result<Summary, CliError> {
    let failed = |error| from_client("the end of the story cannot be read", error);
    let members = organs.registry.members().await.map_err(failed)?;
    let members = members.into_iter().map(|member| (play.roster().label(&member.key), member)).collect();
    let mut proposals = Vec::new();
    for id in 1..organs.registry.status().await.map_err(failed)?.next_proposal {
        let proposal = organs.proposal(id).await.map_err(failed)?;
        proposals.push((id, proposal.info().await.map_err(failed)?, proposal.tally().await.map_err(failed)?));
    }
    let mut lines = Vec::new();
    for contest in contests {
        lines.push(read_contest(play, organs, contest).await?);
    }
    let treasury = organs.treasury.ledger().await.map_err(failed)?;
    let mut accounts = Vec::new();
    for (name, address) in [
        ("registry", organs.registry.address()),
        ("treasury", organs.treasury.address()),
        ("jury pool", organs.jury_pool.address()),
        ("multisig", organs.multisig.address()),
    ] {
        let balance = play.local.client.balance(address).await.map_err(failed)?;
        accounts.push((name, address.clone(), balance));
    }
    let holds = |line: &Line| line.ledger.budget.holds() && line.ledger.deposits.holds();
    Ok(Summary {
        members,
        proposals,
        stages: organs.treasury.stages().await.map_err(failed)?,
        books_hold: treasury.holds && lines.iter().all(holds),
        contests: lines,
        treasury,
        accounts,
        jurors: organs.jury_pool.jurors().await.map_err(failed)?.len(),
    })
}

async fn read_contest(play: &Play<'_>, organs: &Organs<'_>, contest: &Contest<'_>) -> Result<Line, CliError> {
    let failed = |error| from_client(format!("contest {} cannot be read", contest.id), error);
    let standing = contest.escrow.standing().await.map_err(failed)?;
    let (ranking, _) = contest.escrow.ranking().await.map_err(failed)?;
    let first = ranking.first().map_or(0, |rank| rank.entry);
    Ok(Line {
        title: contest.spec.title.clone(),
        winner: judging::winner(play, &contest.escrow, first).await?,
        record: organs.registry.contest(contest.id).await.map_err(failed)?,
        entries: standing.entries,
        jurors: standing.revealed,
        payouts: contest.escrow.payouts().await.map_err(failed)?,
        ledger: contest.escrow.ledger().await.map_err(failed)?,
        prizes: ranking.iter().map(|rank| rank.prize).sum(),
        ranking,
    })
}

impl Line {
    /// What the jurors got: everything that was paid and is no prize.
    fn jury(&self) -> Nano {
        self.ledger.budget.sent.saturating_sub(self.prizes)
    }

    fn row(&self) -> Vec<String> {
        let mut row = vec![self.record.id.to_string(), self.title.clone(), self.record.ending.to_string()];
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
            "title": self.title,
            "address": self.record.addr.to_string(),
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
                "place": rank.place, "entry": rank.entry, "average": rank.average, "prize": rank.prize,
            })).collect::<Vec<_>>(),
            "payouts": self.payouts.iter().map(|payout| json!({
                "item": payout.item, "to": payout.to.to_string(), "amount": payout.amount,
                "state": payout.state.word(),
            })).collect::<Vec<_>>(),
        })
    }
}

impl Summary {
    pub(super) fn to_text(&self) -> String {
        [
            self.members_table(),
            self.proposals_table(),
            self.contests_table(),
            self.stages_table(),
            self.accounts_table(),
        ]
        .concat()
    }

    fn members_table(&self) -> String {
        let columns = [
            Column::Number("#"),
            Column::Text("Member"),
            Column::Text("Public key"),
            Column::Number("Declaration signed"),
        ];
        let row = |(name, member): &(String, Member)| {
            let key = member.key.to_string();
            vec![
                member.index.to_string(),
                name.clone(),
                format!("{}…", &key[..16]),
                member.dod_at.to_string(),
            ]
        };
        table(&columns, self.members.iter().map(row))
    }

    fn proposals_table(&self) -> String {
        let columns = [
            Column::Number("#"),
            Column::Text("Proposal"),
            Column::Text("Outcome"),
            Column::Number("Yes"),
            Column::Number("No"),
            Column::Number("Needed"),
        ];
        let row = |(id, info, tally): &(u32, Info, Tally)| {
            vec![
                id.to_string(),
                info.action_name().to_owned(),
                info.outcome.to_string(),
                tally.yes.to_string(),
                tally.no.to_string(),
                info.class_threshold.to_string(),
            ]
        };
        table(&columns, self.proposals.iter().map(row))
    }

    fn contests_table(&self) -> String {
        let columns = [
            Column::Number("#"),
            Column::Text("Contest"),
            Column::Text("Ending"),
            Column::Number("Entries"),
            Column::Number("Jurors"),
            Column::Text("Winner"),
            Column::Number("Participants"),
            Column::Number("Jury"),
            Column::Number("Org"),
            Column::Number("Refunded, TON"),
        ];
        table(&columns, self.contests.iter().map(Line::row))
    }

    fn stages_table(&self) -> String {
        let columns = [
            Column::Number("Stage"),
            Column::Text("Status"),
            Column::Number("Budget"),
            Column::Number("Received"),
            Column::Number("To contests"),
            Column::Number("Given back"),
            Column::Number("Carried over"),
            Column::Number("Available, TON"),
        ];
        let rows = (1..).zip(&self.stages).map(|(number, stage): (u8, &Stage)| {
            let amounts = [
                stage.plan_budget,
                stage.received,
                stage.allocated,
                stage.refunded,
                stage.carry_out,
                stage.available,
            ];
            [number.to_string(), stage.status.to_string()].into_iter().chain(amounts.map(tokens)).collect()
        });
        table(&columns, rows)
    }

    fn accounts_table(&self) -> String {
        let columns = [Column::Text("Account"), Column::Text("Address"), Column::Number("Balance, TON")];
        let row = |(name, address, balance): &(&str, Address, Nano)| {
            vec![(*name).to_owned(), short(address), balance.to_string()]
        };
        let text = table(&columns, self.accounts.iter().map(row));
        let funds = tokens(self.treasury.org_available);
        format!("{text}Org fund: {funds} TON. Jurors in the pool: {}.\n", self.jurors)
    }

    pub(super) fn to_json(&self, ledger: &Ledger, audit: &Audit) -> Value {
        json!({
            "members": self.members.iter().map(|(name, member)| json!({
                "index": member.index, "name": name, "public_key": member.key, "declared_at": member.dod_at,
            })).collect::<Vec<_>>(),
            "proposals": self.proposals.iter().map(|(id, info, tally)| json!({
                "id": id, "action": info.action_name(), "outcome": info.outcome.word(), "yes": tally.yes,
                "no": tally.no, "abstain": tally.abstain, "needed": info.class_threshold,
            })).collect::<Vec<_>>(),
            "contests": self.contests.iter().map(Line::to_json).collect::<Vec<_>>(),
            "stages": (1..).zip(&self.stages).map(|(number, stage): (u8, &Stage)| json!({
                "number": number, "status": stage.status.word(), "budget": stage.plan_budget,
                "received": stage.received, "allocated": stage.allocated, "refunded": stage.refunded,
                "carry_in": stage.carry_in, "carry_out": stage.carry_out, "available": stage.available,
            })).collect::<Vec<_>>(),
            "org_fund": self.treasury.org_available,
            "jurors": self.jurors,
            "accounts": self.accounts.iter().map(|(name, address, balance)| json!({
                "name": name, "address": address.to_string(), "balance": balance,
            })).collect::<Vec<_>>(),
            "acts": ledger.acts_to_json(),
            "books": { "supply": audit.supply, "balances": audit.balances, "fees": audit.fees,
                "balanced": audit.is_balanced(), "contracts_hold": self.books_hold },
            "development_keys": true,
        })
    }
}
