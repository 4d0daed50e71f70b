//! `subgov multisig …`: what custodians do with the members' wallet.

mod view;

use clap::Subcommand;
use governance::multisig::{Payment, TransactionId};
use serde_json::{Value, json};
use ton_abi::{Address, Body, Cell, Nano};
use ton_client::boc;
use ton_client::processing::Tree;

use super::account::contract_at;
use super::call::parameters;
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
    /// Function of the recipient to call with the money; without it and --payload the payment is a plain transfer.
    #[arg(long, value_name = "FUNCTION")]
    call: Option<String>,
    /// Its parameters as a JSON object: numbers may be decimal strings, cells are base64.
    #[arg(long, value_name = "JSON", requires = "call")]
    params: Option<String>,
    /// Body of the message: a bag of cells in base64.
    #[arg(long, value_name = "BASE64", conflicts_with = "call")]
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
    let payload = args.payload.as_deref().map(payload).transpose()?;
    let params = args.params.as_deref().map(parameters).transpose()?.unwrap_or_default();
    act(&args.state, &args.actor.trial, progress, async |world, organs, recorder| {
        let (name, key) = args.actor.signer(world, organs).await?;
        let what = format!("{name} cannot submit the payment");
        let failed = |error| from_client(&what, error);
        let to = world.find_account(organs, &args.to).await?;
        let payload = match &args.call {
            Some(function) => Some(call(world, &to, function, &params).await?),
            None => payload.clone(),
        };
        let payment = Payment {
            to,
            value: match args.value {
                Some(value) => value,
                // The wallet wants an amount all the same, and pays what it has.
                None => organs.multisig.parameters().await.map_err(failed)?.min_value,
            },
            bounce: !args.no_bounce,
            all_balance: args.all_balance,
            payload,
        };
        let balance = organs.multisig.balance().await.map_err(failed)?;
        if payment.value > balance && !args.allow_short_balance {
            let why = format!("the wallet has {balance:#} TON, the payment is {:#} TON", payment.value);
            let hint = "top the wallet up, pay less, or give --allow-short-balance to submit it all the same";
            return Err(CliError::new(Status::Safety, "short-balance", &what, why, hint));
        }
        let (id, tree) = organs.multisig.submit(&payment, &key).await.map_err(failed)?;
        if is_rejected(&tree) {
            recorder.ledger.note(format!("submit {id}"), &name, &tree);
            let why = format!("the wallet's policy does not let it pay {}", world.label(&payment.to));
            let hint =
                "see whom it may pay with `subgov multisig policy`, or let a proposal decide the payment";
            return Err(CliError::new(Status::Refused, "against-policy", &what, why, hint));
        }
        let text = format!("{name} submits transaction {id} to {}", world.label(&payment.to));
        finish(world, recorder, (&name, "submit", id), text, tree).await
    })
    .await
}

/// The body of a call of the contract at that address.
async fn call(world: &World, to: &Address, function: &str, params: &Value) -> Result<Cell, CliError> {
    let hint = "give the body itself with --payload";
    let contract = contract_at(&world.local.client, to, &world.label(to), hint).await?;
    contract.abi.encode_internal_body(function, params).map_err(|error| {
        let what = format!("the call of {function} cannot be made");
        let hint = format!("see what the contract has with `subgov call {to}`");
        CliError::new(Status::Usage, "bad-call", what, error.to_string(), hint)
    })
}

fn payload(text: &str) -> Result<Cell, CliError> {
    boc::decode_base64(text).map_err(|error| {
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

/// Whether the wallet turned the payment down as soon as it was submitted.
fn is_rejected(tree: &Tree) -> bool {
    let mut events = tree.root().external_messages();
    events.any(|message| matches!(&message.body, Body::Event { event, .. } if &*event.name == "TxRejected"))
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
