//! `subgov demo`: the members pay a contest winner, on a network of its own.

mod story;

use std::path::PathBuf;

use governance::Organisation;
use governance::organisation::Files;
use localnet::Audit;
use serde_json::{Value, json};
use ton_abi::Address;

use crate::contracts::{self, ContractsArgs};
use crate::error::{CliError, Status};
use crate::failure::from_node;
use crate::ledger::Ledger;
use crate::local::Local;
use crate::members::STAND_INS;
use crate::output::{Answer, Progress};
use crate::state::{NewFolder, World};
use crate::table::{Column, table};
use story::{Outcome, Story};

/// Plays how the members pay a contest winner: fifteen custodians, eight confirmations, an embedded network.
///
/// Nothing but the network inside this program is touched. Development keys stand in for the members' keys,
/// whose secrets nobody but the members has.
#[derive(Debug, clap::Args)]
pub(crate) struct Demo {
    #[command(flatten)]
    contracts: ContractsArgs,
    /// Keep the network in this new directory, to go on with `subgov multisig`.
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Leave out the confirmation of the member with this number (2 to 8), to see the payment not happen.
    #[arg(long, value_name = "MEMBER", hide = true, value_parser = clap::value_parser!(u8).range(2..=8))]
    skip_confirmation: Option<u8>,
}

pub(crate) async fn run(args: &Demo, progress: Progress) -> Result<Answer, CliError> {
    let folder = args.state.as_deref().map(NewFolder::create).transpose()?;
    let organisation = Organisation::of_proposal();
    let contracts = contracts::build(&args.contracts)?;
    let local = Local::start(&contracts)?;
    let mut story = Story { local: &local, organisation: &organisation, progress, ledger: Ledger::default() };
    story.introduce(&contracts).await?;
    let multisig = story.found(&contracts).await?;
    let winner = story.open_winner(&contracts).await?;
    let outcome = story.pay(&multisig, &winner, args.skip_confirmation).await;
    let ledger = story.ledger;
    let address = multisig.address().clone();
    let mut world = World::new(
        local,
        (Files::of_proposal(), organisation),
        address,
        contracts.multisig.abi.clone(),
        folder,
    );
    world.name_account("winner", winner.clone());
    world.save()?;
    conclude(&world, &winner, &ledger, &outcome?, contracts.warnings)
}

fn conclude(
    world: &World,
    winner: &Address,
    ledger: &Ledger,
    outcome: &Outcome,
    warnings: Option<String>,
) -> Result<Answer, CliError> {
    let audit = world.local.node.lock().audit();
    let audit = audit.map_err(|error| from_node("the books of the network cannot be added up", error))?;
    let data = data(world, winner, ledger, outcome, &audit);
    if let Some(why) = unpaid(world, outcome) {
        let hint = "let one more member confirm it; `subgov demo --help` tells how to keep the network";
        let what = format!("the winner was not paid {:#} TON", outcome.asked);
        return Err(CliError::new(Status::Refused, "not-paid", what, why, hint).with_data(data));
    }
    if !audit.is_balanced() {
        let (what, why) = ("the network lost or made money", audit.to_string());
        return Err(CliError::new(Status::Network, "books", what, why, "report this").with_data(data));
    }
    let columns = [Column::Text("Account"), Column::Text("Address"), Column::Number("Balance, TON")];
    let balances = [
        ("multisig", world.multisig().address().to_string(), outcome.wallet_balance),
        ("winner", winner.to_string(), outcome.winner_balance),
    ]
    .map(|(name, address, balance)| vec![name.to_owned(), address, balance.to_string()]);
    let text = format!(
        "{}{}Paid: {:#} TON reached the winner with {} of {} confirmations.\nBooks: {audit}\nKeys: {STAND_INS}.\n",
        ledger.to_text(),
        table(&columns, balances),
        outcome.received,
        outcome.required,
        outcome.custodians,
    );
    Ok(Answer { text, data, warnings: warnings.into_iter().collect() })
}

/// Why the money is not where it should be; `None` if it is.
fn unpaid(world: &World, outcome: &Outcome) -> Option<String> {
    if let Some(waiting) = &outcome.waiting {
        return Some(format!(
            "transaction {} waits in the multisig with {} of {} confirmations, {:#} TON arrived",
            outcome.id, waiting.received, waiting.required, outcome.received
        ));
    }
    (outcome.received != outcome.asked).then(|| {
        format!(
            "transaction {} left {}, but {:#} TON arrived",
            outcome.id,
            world.label(world.multisig().address()),
            outcome.received
        )
    })
}

fn data(world: &World, winner: &Address, ledger: &Ledger, outcome: &Outcome, audit: &Audit) -> Value {
    json!({
        "multisig": world.multisig().address().to_string(),
        "winner": winner.to_string(),
        "transaction": outcome.id,
        "required": outcome.required,
        "custodians": outcome.custodians,
        "signed": outcome.signed,
        "waiting": outcome.waiting.is_some(),
        "asked": outcome.asked,
        "received": outcome.received,
        "balances": { "multisig": outcome.wallet_balance, "winner": outcome.winner_balance },
        "development_keys": true,
        "steps": ledger.to_json(),
        "books": { "supply": audit.supply, "balances": audit.balances, "fees": audit.fees,
            "balanced": audit.is_balanced() },
    })
}
