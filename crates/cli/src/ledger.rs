//! What a command did on the chain, step by step, for the table at the end.

use serde_json::{Value, json};
use ton_abi::Nano;
use ton_client::processing::Tree;

use crate::table::{Column, table};

/// One message that was sent, and what it caused.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The act it belongs to, if any.
    act: String,
    pub(crate) step: String,
    pub(crate) who: String,
    pub(crate) transactions: usize,
    pub(crate) gas: u64,
    pub(crate) fees: Nano,
    pub(crate) message: String,
}

/// All of them, in order.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    entries: Vec<Entry>,
    act: String,
}

impl Ledger {
    /// Everything noted from now on belongs to this act.
    pub(crate) fn begin(&mut self, act: impl Into<String>) {
        self.act = act.into();
    }

    /// The sums of each act in their order: title, messages, and the rest in one entry.
    fn acts(&self) -> Vec<(usize, Entry)> {
        let mut acts: Vec<(usize, Entry)> = Vec::new();
        for entry in &self.entries {
            match acts.last_mut().filter(|(_, sum)| sum.act == entry.act) {
                None => {
                    acts.push((1, Entry { step: entry.act.clone(), who: String::new(), ..entry.clone() }))
                }
                Some((messages, sum)) => {
                    *messages += 1;
                    sum.transactions += entry.transactions;
                    sum.gas += entry.gas;
                    sum.fees = Nano(sum.fees.0 + entry.fees.0);
                }
            }
        }
        acts
    }

    /// One line for each act.
    pub(crate) fn acts_to_text(&self) -> String {
        let columns = [
            Column::Text("Act"),
            Column::Number("Messages"),
            Column::Number("Transactions"),
            Column::Number("Gas"),
            Column::Number("Fees, TON"),
        ];
        let total = (self.entries.len(), Entry { step: "Total".to_owned(), ..self.total() });
        table(
            &columns,
            self.acts().iter().chain([&total]).map(|(messages, sum)| {
                let Entry { step, transactions, gas, fees, .. } = sum;
                let numbers =
                    [messages.to_string(), transactions.to_string(), gas.to_string(), fees.to_string()];
                [step.clone()].into_iter().chain(numbers).collect()
            }),
        )
    }

    /// The same for programs.
    pub(crate) fn acts_to_json(&self) -> Value {
        let acts = self.acts().into_iter().map(|(messages, sum)| {
            json!({
                "act": sum.step,
                "messages": messages,
                "transactions": sum.transactions,
                "gas": sum.gas,
                "fees": sum.fees,
            })
        });
        acts.collect()
    }

    fn total(&self) -> Entry {
        Entry {
            act: String::new(),
            step: "Total".to_owned(),
            who: String::new(),
            transactions: self.entries.iter().map(|entry| entry.transactions).sum(),
            gas: self.entries.iter().map(|entry| entry.gas).sum(),
            fees: self.entries.iter().map(|entry| entry.fees).sum(),
            message: String::new(),
        }
    }

    /// Notes a step with the figures of its transactions.
    pub(crate) fn note(&mut self, step: impl Into<String>, who: impl Into<String>, tree: &Tree) -> &Entry {
        self.entries.push(Entry {
            act: self.act.clone(),
            step: step.into(),
            who: who.into(),
            transactions: tree.steps.len(),
            gas: tree.gas_used(),
            fees: tree.total_fees(),
            message: tree.message.to_string(),
        });
        self.entries.last().expect("an entry was just pushed")
    }

    pub(crate) fn to_text(&self) -> String {
        let columns = [
            Column::Text("Step"),
            Column::Text("Signed by"),
            Column::Number("Transactions"),
            Column::Number("Gas"),
            Column::Number("Fees, TON"),
        ];
        let total = self.total();
        let total = (self.entries.len() > 1).then_some(&total);
        table(&columns, self.entries.iter().chain(total).map(Entry::row))
    }

    /// One line with the sums, with an indent.
    pub(crate) fn sum_to_text(&self) -> String {
        let Entry { transactions, gas, fees, .. } = self.total();
        let messages = self.entries.len();
        format!("  messages {messages}, transactions {transactions}, gas {gas}, fees {fees} TON\n")
    }

    pub(crate) fn to_json(&self) -> Value {
        self.entries.iter().map(Entry::to_json).collect()
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
