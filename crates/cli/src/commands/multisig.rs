//! `subgov multisig …`: what custodians do with the members' wallet.

mod view;

use clap::Subcommand;
use governance::multisig::{Payment, TransactionId};
use serde_json::{Value, json};
use ton_abi::{Boc, Cell, Nano};
use ton_client::processing::Tree;

use crate::actor::Actor;
use crate::error::{CliError, Status};
use crate::failure::from_client;
use crate::ledger::Ledger;
use crate::output::{Answer, Progress};
use crate::state::{StateArgs, World};

#[derive(Debug, Subcommand)]
pub(crate) enum Multisig {
    /// The wallet: balance, custodians, limits and waiting transactions.
    Show(StateArgs),
    /// Waiting transactions and who has signed each.
    List(StateArgs),
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
        Multisig::List(state) => view::list(&World::open(state).await?).await,
        Multisig::Submit(args) => submit(args, progress).await,
        Multisig::Confirm(args) => act(args, "confirm", progress).await,
        Multisig::Reject(args) => act(args, "reject", progress).await,
        Multisig::Revoke(args) => act(args, "revoke", progress).await,
        Multisig::Execute(args) => act(args, "execute", progress).await,
    }
}

async fn submit(args: &Submit, progress: Progress) -> Result<Answer, CliError> {
    let mut world = World::open(&args.state).await?;
    args.actor.trial.check(&world)?;
    let (name, key) = args.actor.signer(&world)?;
    let payment = Payment {
        to: world.account(&args.to)?,
        value: args.value.unwrap_or(Nano::ZERO),
        bounce: !args.no_bounce,
        all_balance: args.all_balance,
        payload: args.payload.as_deref().map(payload).transpose()?,
    };
    let what = format!("{name} cannot submit the payment");
    let failed = |error| from_client(&what, error);
    let multisig = world.multisig();
    let balance = multisig.balance().await.map_err(failed)?;
    if payment.value > balance && !args.allow_short_balance {
        let why = format!("the wallet has {balance:#} TON, the payment is {:#} TON", payment.value);
        let hint = "top the wallet up, pay less, or give --allow-short-balance to submit it all the same";
        return Err(CliError::new(Status::Safety, "short-balance", what, why, hint));
    }
    progress.say(format!("{name} submits a payment to {}", world.label(&payment.to)));
    let (id, tree) = multisig.submit(&payment, &key).await.map_err(failed)?;
    finish(&mut world, &args.actor, &name, "submit", id, tree).await
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

async fn act(args: &Act, verb: &'static str, progress: Progress) -> Result<Answer, CliError> {
    let mut world = World::open(&args.state).await?;
    args.actor.trial.check(&world)?;
    let (name, key) = args.actor.signer(&world)?;
    let multisig = world.multisig();
    let id = args.id;
    progress.say(format!("{name}: {verb} transaction {id}"));
    let tree = match verb {
        "confirm" => multisig.confirm(id, &key).await,
        "reject" => multisig.reject(id, &key).await,
        "revoke" => multisig.revoke(id, &key).await,
        _ => multisig.execute(id, &key).await,
    };
    let tree = tree.map_err(|error| from_client(format!("{name} cannot {verb} transaction {id}"), error))?;
    finish(&mut world, &args.actor, &name, verb, id, tree).await
}

/// Keeps the network and tells what the message caused. A payment that failed on its way is a failure, though the
/// wallet has done its part and the network is kept.
async fn finish(
    world: &mut World,
    actor: &Actor,
    name: &str,
    verb: &str,
    id: TransactionId,
    tree: Tree,
) -> Result<Answer, CliError> {
    let mut ledger = Ledger::default();
    ledger.note(format!("{verb} {id}"), name, &tree);
    let after = view::transaction(world, id).await?;
    if !actor.trial.dry_run {
        world.save()?;
    }
    let effects = view::effects(world, &tree);
    let data = json!({
        "transaction": id,
        "dry_run": actor.trial.dry_run,
        "steps": ledger.to_json(),
        "effects": effects.iter().map(|effect| Value::from(effect.as_str())).collect::<Vec<_>>(),
        "waiting": after.data,
    });
    if let Err(error) = tree.expect_success() {
        let what = format!("transaction {id} was not carried out");
        return Err(from_client(what, error).with_data(data));
    }
    let mut text: String = effects.iter().map(|effect| format!("{effect}\n")).collect();
    text += &after.text;
    text += &ledger.to_text();
    Ok(Answer { text, data, warnings: actor.trial.warnings() })
}
