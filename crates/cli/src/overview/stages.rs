//! Money by stage, and the rest of the treasury.

use governance::Organs;
use governance::treasury::{Ledger, Stage};
use serde_json::{Value, json};

use super::{tokens, unread};
use crate::error::CliError;
use crate::table::{Column, table};

/// All stages, number 1 first, and the treasury's books.
pub(crate) struct Stages {
    stages: Vec<Stage>,
    ledger: Ledger,
}

impl Stages {
    pub(crate) async fn read(organs: &Organs<'_>) -> Result<Self, CliError> {
        Ok(Self {
            stages: organs.treasury.stages().await.map_err(unread("stages"))?,
            ledger: organs.treasury.ledger().await.map_err(unread("treasury"))?,
        })
    }

    /// Whether the treasury's books add up.
    pub(crate) fn books_hold(&self) -> bool {
        self.ledger.holds
    }

    pub(crate) fn to_text(&self) -> String {
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
        format!("{}Org fund: {} TON.\n", table(&columns, rows), tokens(self.ledger.org_available))
    }

    pub(crate) fn to_json(&self) -> Value {
        let stages = (1..).zip(&self.stages).map(|(number, stage): (u8, &Stage)| {
            json!({
                "number": number,
                "status": stage.status.word(),
                "budget": stage.plan_budget,
                "received": stage.received,
                "allocated": stage.allocated,
                "refunded": stage.refunded,
                "carry_in": stage.carry_in,
                "carry_out": stage.carry_out,
                "available": stage.available,
                "reserved": stage.reserved,
                "open_contests": stage.open,
            })
        });
        stages.collect()
    }

    /// What of the org fund can be spent, and whether the books add up.
    pub(crate) fn treasury_to_json(&self) -> Value {
        let ledger = &self.ledger;
        json!({
            "org_fund": ledger.org_available,
            "org_reserved": ledger.org_reserved,
            "unassigned": ledger.unassigned,
            "booked": ledger.booked,
            "balance": ledger.balance,
            "holds": ledger.holds,
        })
    }
}
