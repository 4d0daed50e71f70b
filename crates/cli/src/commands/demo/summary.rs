//! What the chain says at the end: members, proposals, contests, stages, jurors, accounts.

use governance::Organs;
use localnet::Audit;
use serde_json::{Value, json};
use ton_abi::{Address, Nano};

use super::Play;
use crate::error::CliError;
use crate::failure::from_client;
use crate::ledger::Ledger;
use crate::overview::{Contests, Jurors, Members, Proposals, Stages};
use crate::state::short;
use crate::table::{Column, table};

/// Everything that the tables show, read from getters.
pub(super) struct Summary {
    members: Members,
    proposals: Proposals,
    contests: Contests,
    stages: Stages,
    jurors: Jurors,
    accounts: Vec<(&'static str, Address, Nano)>,
}

pub(super) async fn read(play: &Play<'_>, organs: &Organs<'_>) -> Result<Summary, CliError> {
    let mut accounts = Vec::new();
    for (name, address) in [
        ("registry", organs.registry.address()),
        ("treasury", organs.treasury.address()),
        ("jury pool", organs.jury_pool.address()),
        ("multisig", organs.multisig.address()),
    ] {
        let balance = play.local.client.balance(address).await;
        let failed = |error| from_client(format!("the balance of the {name} cannot be read"), error);
        accounts.push((name, address.clone(), balance.map_err(failed)?));
    }
    Ok(Summary {
        members: Members::read(organs, play.roster()).await?,
        proposals: Proposals::read(organs).await?,
        contests: Contests::read(organs, play.roster()).await?,
        stages: Stages::read(organs).await?,
        jurors: Jurors::read(organs, play.roster()).await?,
        accounts,
    })
}

impl Summary {
    /// Whether the books of all contracts add up.
    pub(super) fn books_hold(&self) -> bool {
        self.stages.books_hold() && self.contests.books_hold()
    }

    pub(super) fn to_text(&self) -> String {
        let columns = [Column::Text("Account"), Column::Text("Address"), Column::Number("Balance, TON")];
        let row = |(name, address, balance): &(&str, Address, Nano)| {
            vec![(*name).to_owned(), short(address), balance.to_string()]
        };
        [
            self.members.to_text(),
            self.proposals.to_text(),
            self.contests.to_text(),
            self.jurors.to_text(),
            self.stages.to_text(),
            table(&columns, self.accounts.iter().map(row)),
        ]
        .concat()
    }

    pub(super) fn to_json(&self, ledger: &Ledger, audit: &Audit) -> Value {
        json!({
            "members": self.members.to_json(),
            "proposals": self.proposals.to_json(),
            "contests": self.contests.to_json(),
            "jurors": self.jurors.to_json(),
            "stages": self.stages.to_json(),
            "treasury": self.stages.treasury_to_json(),
            "accounts": self.accounts.iter().map(|(name, address, balance)| json!({
                "name": name, "address": address.to_string(), "balance": balance,
            })).collect::<Vec<_>>(),
            "acts": ledger.acts_to_json(),
            "books": { "supply": audit.supply, "balances": audit.balances, "fees": audit.fees,
                "balanced": audit.is_balanced(), "contracts_hold": self.books_hold() },
            "development_keys": true,
        })
    }
}
