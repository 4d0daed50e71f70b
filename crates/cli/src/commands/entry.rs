//! `subgov entry …`: what contestants do, from their own wallets.

mod change;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use governance::contest::EntryForm;
use governance::gas;
use governance::text::Digest;
use governance::workflow;
use keys::Signer;
use serde_json::json;
use ton_abi::Nano;

use crate::actor::act;
use crate::contracts::{self, ContractsArgs};
use crate::error::{CliError, Status};
use crate::failure::{from_client, from_workflow};
use crate::output::{Answer, Progress};
use crate::person::{Person, wallet, wallet_contract};
use crate::state::StateArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum Entry {
    /// Enter a contest with a work and a deposit; the wallet is opened if it is not there yet.
    Submit(Submit),
    /// Give an entry another work, before entries close.
    Replace(change::Replace),
    /// Withdraw an entry before entries close; the deposit comes back.
    Withdraw(change::Withdraw),
    /// Take a payout to the own wallet.
    Claim(Claim),
    /// Ask for a seat among the members with a winning entry.
    Nominate(Nominate),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Submit {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    contracts: ContractsArgs,
    #[command(flatten)]
    person: Person,
    /// Id of the contest.
    contest: u32,
    /// The work; its SHA-256 goes on the chain.
    #[arg(long, value_name = "FILE")]
    work: PathBuf,
    /// Where the work is published.
    #[arg(long, value_name = "URL")]
    link: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Claim {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    contracts: ContractsArgs,
    #[command(flatten)]
    person: Person,
    /// Id of the contest.
    contest: u32,
    /// Number of the payout item.
    item: u8,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Nominate {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    person: Person,
    /// Id of the contest.
    contest: u32,
    /// Number of the entry.
    entry: u8,
}

pub(crate) async fn run(command: &Entry, progress: Progress) -> Result<Answer, CliError> {
    match command {
        Entry::Submit(args) => submit(args, progress).await,
        Entry::Replace(args) => change::replace(args, progress).await,
        Entry::Withdraw(args) => change::withdraw(args, progress).await,
        Entry::Claim(args) => claim(args, progress).await,
        Entry::Nominate(args) => nominate(args, progress).await,
    }
}

async fn submit(args: &Submit, progress: Progress) -> Result<Answer, CliError> {
    let (work, id) = (read_work(&args.work)?, args.contest);
    let contracts = contracts::build(&args.contracts)?.organisation;
    act(&args.state, &args.person.trial, progress, async |world, organs, recorder| {
        let failed = |error| from_client(format!("contest {id} cannot be read"), error);
        let contest = organs.contest(id).await.map_err(failed)?;
        let spec = contest.spec().await.map_err(failed)?;
        let (name, key) = args.person.signer(world)?;
        let wallet = wallet(world, wallet_contract(&contracts), &key, recorder).await?;
        let form = EntryForm { content: work, link: args.link.clone(), terms: spec.terms_hash };
        let members = organs.registry.members().await.map_err(failed)?;
        // The contest asks the registry about a member, and a member pays for that.
        let more =
            if members.iter().any(|seat| seat.key == key.public_key()) { gas::CALL } else { Nano::ZERO };
        let price = Nano(spec.entry_deposit.0 + more.0);
        let entered = workflow::enter(&contest, &form, price, &wallet, &key, recorder).await;
        let entry =
            entered.map_err(|error| from_workflow(format!("{name} cannot enter contest {id}"), error))?;
        let text = format!("{name} has entry {entry} in \"{}\" with the work {work}", spec.title);
        let wallet = wallet.address().to_string();
        Ok((text, json!({ "contest": id, "entry": entry, "wallet": wallet, "public_key": key.public_key() })))
    })
    .await
}

fn read_work(path: &Path) -> Result<Digest, CliError> {
    let bytes = std::fs::read(path).map_err(|error| {
        let what = format!("cannot read {}", path.display());
        CliError::new(Status::Usage, "missing-file", what, error.to_string(), "give the work with --work")
    })?;
    Ok(Digest(ton_client::crypto::sha256(&bytes)))
}

async fn claim(args: &Claim, progress: Progress) -> Result<Answer, CliError> {
    let (id, item) = (args.contest, args.item);
    let contracts = contracts::build(&args.contracts)?.organisation;
    act(&args.state, &args.person.trial, progress, async |world, organs, recorder| {
        let failed = |error| from_client(format!("contest {id} cannot be read"), error);
        let contest = organs.contest(id).await.map_err(failed)?;
        let (name, key) = args.person.signer(world)?;
        let wallet = wallet(world, wallet_contract(&contracts), &key, recorder).await?;
        let claimed = workflow::claim(&contest, item, &wallet, &key, recorder).await;
        claimed.map_err(|error| from_workflow(format!("{name} cannot claim payout {item}"), error))?;
        let balance = wallet.balance().await.map_err(failed)?;
        let text = format!("{name} has taken payout {item}; the wallet has {balance:#} TON");
        Ok((text, json!({ "contest": id, "item": item, "wallet_balance": balance })))
    })
    .await
}

async fn nominate(args: &Nominate, progress: Progress) -> Result<Answer, CliError> {
    let (id, entry) = (args.contest, args.entry);
    act(&args.state, &args.person.trial, progress, async |world, organs, recorder| {
        let (name, key) = args.person.signer(world)?;
        let what = format!("{name} cannot ask for a seat");
        let failed = |error| from_client(&what, error);
        let contest = organs.contest(id).await.map_err(failed)?;
        let tree = contest.nominate(entry, &key).await;
        let tree = tree.and_then(ton_client::processing::Tree::expect_success).map_err(failed)?;
        recorder.ledger.note("ask for a seat", &name, &tree);
        let candidates = organs.registry.candidates().await.map_err(failed)?;
        let found = candidates.iter().find(|candidate| candidate.key == key.public_key());
        let found = found.ok_or_else(|| {
            let why = "the registry does not show the candidate";
            CliError::new(
                Status::Refused,
                "not-as-expected",
                &what,
                why,
                "see the entry with `subgov contest list`",
            )
        })?;
        let text = format!("{name} is candidate {} with place {}", found.number, found.place);
        Ok((text, json!({ "candidate": found.number, "place": found.place, "expires": found.expires })))
    })
    .await
}
