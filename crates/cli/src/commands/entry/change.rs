//! `subgov entry replace` and `withdraw`: contestants change their minds before entries close.

use std::path::PathBuf;

use governance::{ContestEscrow, Organs, workflow};
use keys::{PublicKey, Signer};
use serde_json::json;

use crate::actor::act;
use crate::contracts::{self, ContractsArgs};
use crate::error::{CliError, Status};
use crate::failure::{from_client, from_workflow};
use crate::output::{Answer, Progress};
use crate::person::{self, Person, wallet_contract};
use crate::state::StateArgs;

#[derive(Debug, clap::Args)]
pub(crate) struct Replace {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    contracts: ContractsArgs,
    #[command(flatten)]
    person: Person,
    /// Id of the contest.
    contest: u32,
    /// The new work; its SHA-256 goes on the chain.
    #[arg(long, value_name = "FILE")]
    work: PathBuf,
    /// Where the new work is published.
    #[arg(long, value_name = "URL")]
    link: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Withdraw {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    contracts: ContractsArgs,
    #[command(flatten)]
    person: Person,
    /// Id of the contest.
    contest: u32,
}

pub(super) async fn replace(args: &Replace, progress: Progress) -> Result<Answer, CliError> {
    let id = args.contest;
    let work = super::read_work(&args.work)?;
    let contracts = contracts::build(&args.contracts)?.organisation;
    act(&args.state, &args.person.trial, progress, async |world, organs, recorder| {
        let (name, key) = args.person.signer(world)?;
        let (contest, entry) = own_entry(organs, id, &name, &key.public_key()).await?;
        let wallet = person::wallet(world, wallet_contract(&contracts), &key, recorder).await?;
        let replaced = workflow::replace_entry(&contest, entry, (work, &args.link), &wallet, &key, recorder);
        replaced
            .await
            .map_err(|error| from_workflow(format!("{name} cannot replace entry {entry}"), error))?;
        let text = format!("{name} replaces entry {entry} of contest {id}: the work is {work}");
        Ok((text, json!({ "contest": id, "entry": entry, "work": work.to_string(), "link": args.link })))
    })
    .await
}

pub(super) async fn withdraw(args: &Withdraw, progress: Progress) -> Result<Answer, CliError> {
    let id = args.contest;
    let contracts = contracts::build(&args.contracts)?.organisation;
    act(&args.state, &args.person.trial, progress, async |world, organs, recorder| {
        let (name, key) = args.person.signer(world)?;
        let (contest, entry) = own_entry(organs, id, &name, &key.public_key()).await?;
        let wallet = person::wallet(world, wallet_contract(&contracts), &key, recorder).await?;
        let withdrawn = workflow::withdraw_entry(&contest, entry, &wallet, &key, recorder).await;
        withdrawn.map_err(|error| from_workflow(format!("{name} cannot withdraw entry {entry}"), error))?;
        let balance = wallet.balance().await;
        let balance = balance.map_err(|error| from_client("the wallet cannot be read", error))?;
        let text = format!("{name} withdraws entry {entry} of contest {id}; the wallet has {balance:#} TON");
        Ok((text, json!({ "contest": id, "entry": entry, "wallet_balance": balance })))
    })
    .await
}

/// The contest, and the number of the person's entry there.
async fn own_entry<'a>(
    organs: &Organs<'a>,
    id: u32,
    name: &str,
    key: &PublicKey,
) -> Result<(ContestEscrow<'a>, u8), CliError> {
    let failed = |error| from_client(format!("contest {id} cannot be read"), error);
    let contest = organs.contest(id).await.map_err(failed)?;
    let entries = contest.entries().await.map_err(failed)?;
    let entry = entries.iter().find(|entry| entry.key == *key).map(|entry| entry.id);
    let entry = entry.ok_or_else(|| {
        let what = format!("{name} has no entry in contest {id}");
        let why = "no entry there was made with this key";
        CliError::new(Status::Usage, "no-entry", what, why, "see the entries with `subgov contest show`")
    })?;
    Ok((contest, entry))
}
