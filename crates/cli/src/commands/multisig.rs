//! `subgov multisig …`: what custodians do with the members' wallet.

mod view;

use clap::Subcommand;
use governance::multisig::{Payment, TransactionId};
use serde_json::{Value, json};
use ton_abi::{Boc, Cell, Nano};
use ton_client::processing::Tree;

use crate::actor::{Actor, act};
use crate::error::{CliError, Status};
use crate::failure::from_client;
use crate::output::{Answer, Progress};
use crate::recorder::Recorder;
use crate::state::{StateArgs, World};

#[derive(Debug, Subcommand)]
pub(crate) enum Multisig {
    /// The wallet: balance, custodians, limits and waiting transactions.
    Show(StateArgs),
    /// Waiting transactions and who has signed each.
    List(StateArgs),
    /// Who confirms: custodians by their index.
    Custodians(StateArgs),
    /// What custodians may pay without a decision of the members.
    Policy(StateArgs),
    /// Submit a payment; the submitter thereby confirms it.
    Submit(Submit),
    /// Confirm a waiting transaction; the last confirmation needed also pays it.
    Confirm(Act),
    /// Reject a waiting transaction.
    Reject(Act),
    /// Take one's confirmation back.
    Revoke(Act),
    /// Try again to pay a transaction that has its confirmations.
    Execute(Act),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Act {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    actor: Actor,
    /// Id of the transaction, from `subgov multisig list`.
    id: TransactionId,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Submit {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    actor: Actor,
    /// Recipient: an address or a name.
    #[arg(long, value_name = "ACCOUNT")]
    to: String,
    /// Amount in TON.
    #[arg(long, value_name = "TON", required_unless_present = "all_balance", conflicts_with = "all_balance")]
    value: Option<Nano>,
    /// Send everything the wallet has.
    #[arg(long)]
    all_balance: bool,
    /// Do not take the money back when the recipient cannot accept it.
    #[arg(long)]
    no_bounce: bool,
    /// Body of the message: a bag of cells in base64.
    #[arg(long, value_name = "BASE64")]
    payload: Option<String>,
    /// Submit although the wallet does not have that much now.
    #[arg(long)]
    allow_short_balance: bool,
}

pub(crate) async fn run(command: &Multisig, progress: Progress) -> Result<Answer, CliError> {
    match command {
        Multisig::Show(state) => view::show(&World::open(state).await?).await,
        Multisig::Custodians(state) => view::custodians(&World::open(state).await?).await,
        Multisig::Policy(state) => view::policy(&World::open(state).await?).await,
        Multisig::List(state) => view::list(&World::open(state).await?).await,
        Multisig::Submit(args) => submit(args, progress).await,
        Multisig::Confirm(args) => decide(args, "confirm", progress).await,
        Multisig::Reject(args) => decide(args, "reject", progress).await,
        Multisig::Revoke(args) => decide(args, "revoke", progress).await,
        Multisig::Execute(args) => decide(args, "execute", progress).await,
    }
}

async fn submit(args: &Submit, progress: Progress) -> Result<Answer, CliError> {
    let body = args.payload.as_deref().map(payload).transpose()?;
    act(&args.state, &args.actor.trial, progress, async |world, organs, recorder| {
        let (name, key) = args.actor.signer(world, organs).await?;
        let payment = Payment {
            to: world.find_account(organs, &args.to).await?,
            value: args.value.unwrap_or(Nano::ZERO),
            bounce: !args.no_bounce,
            all_balance: args.all_balance,
            payload: body.clone(),
        };
        let what = format!("{name} cannot submit the payment");
        let failed = |error| from_client(&what, error);
        let balance = organs.multisig.balance().await.map_err(failed)?;
        if payment.value > balance && !args.allow_short_balance {
            let why = format!("the wallet has {balance:#} TON, the payment is {:#} TON", payment.value);
            let hint = "top the wallet up, pay less, or give --allow-short-balance to submit it all the same";
            return Err(CliError::new(Status::Safety, "short-balance", &what, why, hint));
        }
        let (id, tree) = organs.multisig.submit(&payment, &key).await.map_err(failed)?;
        let text = format!("{name} submits transaction {id} to {}", world.label(&payment.to));
        finish(world, recorder, (&name, "submit", id), text, tree).await
    })
    .await
}

fn payload(text: &str) -> Result<Cell, CliError> {
    Boc::decode_base64(text).map_err(|error| {
        CliError::new(
            Status::Usage,
            "bad-payload",
            "the payload cannot be read",
            error.to_string(),
            "give a bag of cells in base64",
        )
    })
}

async fn decide(args: &Act, verb: &'static str, progress: Progress) -> Result<Answer, CliError> {
    let id = args.id;
    act(&args.state, &args.actor.trial, progress, async |world, organs, recorder| {
        let (name, key) = args.actor.signer(world, organs).await?;
        let multisig = &organs.multisig;
        let tree = match verb {
            "confirm" => multisig.confirm(id, &key).await,
            "reject" => multisig.reject(id, &key).await,
            "revoke" => multisig.revoke(id, &key).await,
            _ => multisig.execute(id, &key).await,
        };
        let tree =
            tree.map_err(|error| from_client(format!("{name} cannot {verb} transaction {id}"), error))?;
        let text = format!("{name}: {verb} transaction {id}");
        finish(world, recorder, (&name, verb, id), text, tree).await
    })
    .await
}

/// Tells what the message caused. A payment that failed on its way is a failure, though the wallet has done its part.
async fn finish(
    world: &World,
    recorder: &mut Recorder<'_>,
    (name, verb, id): (&str, &str, TransactionId),
    text: String,
    tree: Tree,
) -> Result<(String, Value), CliError> {
    recorder.ledger.note(format!("{verb} {id}"), name, &tree);
    let after = view::transaction(world, id).await?;
    let data = json!({ "transaction": id, "waiting": after.data });
    if let Err(error) = tree.expect_success() {
        let what = format!("transaction {id} was not carried out");
        return Err(from_client(what, error).with_data(data));
    }
    Ok((format!("{text}\n{}", after.text), data))
}
