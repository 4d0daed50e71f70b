//! What a command did on the chain, step by step, for the table at the end.

use serde_json::{Value, json};
use ton_abi::Nano;
use ton_client::processing::Tree;

use crate::table::{Column, table};

/// One message that was sent, and what it caused.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) step: String,
    pub(crate) who: String,
    pub(crate) transactions: usize,
    pub(crate) gas: u64,
    pub(crate) fees: Nano,
    pub(crate) message: String,
}

/// All of them, in order.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Vec<Entry>);

impl Ledger {
    /// Notes a step with the figures of its transactions.
    pub(crate) fn note(&mut self, step: impl Into<String>, who: impl Into<String>, tree: &Tree) -> &Entry {
        self.0.push(Entry {
            step: step.into(),
            who: who.into(),
            transactions: tree.steps.len(),
            gas: tree.gas_used(),
            fees: tree.total_fees(),
            message: tree.message.to_string(),
        });
        self.0.last().expect("an entry was just pushed")
    }

    pub(crate) fn to_text(&self) -> String {
        let columns = [
            Column::Text("Step"),
            Column::Text("Signed by"),
            Column::Number("Transactions"),
            Column::Number("Gas"),
            Column::Number("Fees, TON"),
        ];
        let total = Entry {
            step: "Total".to_owned(),
            who: String::new(),
            transactions: self.0.iter().map(|entry| entry.transactions).sum(),
            gas: self.0.iter().map(|entry| entry.gas).sum(),
            fees: self.0.iter().map(|entry| entry.fees).sum(),
            message: String::new(),
        };
        let total = (self.0.len() > 1).then_some(&total);
        table(&columns, self.0.iter().chain(total).map(Entry::row))
    }

    pub(crate) fn to_json(&self) -> Value {
        self.0.iter().map(Entry::to_json).collect()
    }
}

impl Entry {
    fn row(&self) -> Vec<String> {
        let Self { step, who, transactions, gas, fees, .. } = self;
        vec![step.clone(), who.clone(), transactions.to_string(), gas.to_string(), fees.to_string()]
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "step": self.step,
            "signed_by": self.who,
            "message": self.message,
            "transactions": self.transactions,
            "gas": self.gas,
            "fees": self.fees,
        })
    }
}
