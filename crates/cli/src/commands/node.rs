//! `subgov node …`

mod control;
pub(crate) mod start;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use node_server::options::StartArgs;
use serde_json::json;
use ton_abi::Nano;

use crate::contracts::{self, ContractsArgs};
use crate::error::CliError;
use crate::failure::from_client;
use crate::ledger::Ledger;
use crate::local::Local;
use crate::members;
use crate::network::NetworkArgs;
use crate::organisation::OrganisationArgs;
use crate::output::{Answer, Progress};
use crate::recorder::Recorder;
use crate::state::{Addresses, NewFolder, StateArgs, World};

#[derive(Debug, Subcommand)]
pub(crate) enum Node {
    /// Found the whole organisation on a new local network (or a running one for development), grant money to its multisig,
    /// and keep it in a directory.
    Init(Init),
    /// Let the giver send money to an account.
    Fund(Fund),
    /// Let time pass: the network's clock stands still otherwise.
    Advance(Advance),
    /// Run a network on a port of this computer, for every TON client: GraphQL, JSON-RPC, controls.
    Start(StartArgs),
    /// What a running node says about itself.
    Info(control::Info),
    /// Show or move the clock of a running node.
    Time(control::Time),
    /// Let a running node make blocks.
    Mine(control::Mine),
    /// Take, list or forget checkpoints of a running node.
    Checkpoint(control::Checkpoint),
    /// Return a running node to a checkpoint.
    Restore(control::Restore),
    /// Write the whole state of a running node into a file.
    Dump(control::StateFile),
    /// Replace the state of a running node by that of a file.
    Load(control::StateFile),
    /// Show or change the configuration of a running node.
    Config(control::Config),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Init {
    #[command(flatten)]
    contracts: ContractsArgs,
    #[command(flatten)]
    organisation: OrganisationArgs,
    #[command(flatten)]
    network: NetworkArgs,
    /// New directory for the organisation, and for the network unless that is a remote one.
    #[arg(long, value_name = "DIR", env = "SUBGOV_STATE")]
    state: PathBuf,
    /// What the giver gives to the multisig, in TON; without it the total of the first stage.
    #[arg(long, value_name = "TON")]
    grant: Option<Nano>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Fund {
    /// Directory that keeps the organisation; without it a running node is told to put the money there.
    #[arg(long, value_name = "DIR", env = "SUBGOV_STATE")]
    state: Option<PathBuf>,
    #[command(flatten)]
    network: NetworkArgs,
    /// Recipient: an address, or with --state a name.
    #[arg(long, value_name = "ACCOUNT")]
    to: String,
    /// Amount in TON.
    #[arg(long, value_name = "TON")]
    value: Nano,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Advance {
    #[command(flatten)]
    state: StateArgs,
    /// How much time passes.
    seconds: u32,
}

pub(crate) async fn run(command: &Node, progress: Progress) -> Result<Answer, CliError> {
    match command {
        Node::Init(args) => init(args, progress).await,
        Node::Fund(args) => fund(args, progress).await,
        Node::Advance(args) => advance(args).await,
        // Started before there is a runtime, see `main`.
        Node::Start(_) => Ok(Answer::default()),
        Node::Info(args) => control::info(args).await,
        Node::Time(args) => control::time(args).await,
        Node::Mine(args) => control::mine(args).await,
        Node::Checkpoint(args) => control::checkpoint(args).await,
        Node::Restore(args) => control::restore(args).await,
        Node::Dump(args) => control::dump(args).await,
        Node::Load(args) => control::load(args).await,
        Node::Config(args) => control::config(args).await,
    }
}

async fn init(args: &Init, progress: Progress) -> Result<Answer, CliError> {
    let place = args.network.place(None, false)?;
    let folder = NewFolder::create(&args.state, &place)?;
    let (files, organisation) = args.organisation.files()?;
    let contracts = contracts::build(&args.contracts)?;
    progress.say(format!("contracts {}", contracts.origin));
    let local = Local::begin(&place, &contracts).await?;
    let grant = args.grant.unwrap_or(organisation.stages[0].total);
    let (addresses, balance, ledger) = {
        let mut recorder = Recorder::new(&local, members::roster(&organisation), progress);
        let founded = members::found(&local, &contracts, &organisation, &mut recorder).await;
        let organs = founded.map_err(|error| go_on(error, &args.state))?;
        recorder.give(organs.multisig.address(), grant).await?;
        let balance = organs.multisig.balance().await;
        let balance = balance.map_err(|error| from_client("the members' multisig cannot be read", error))?;
        (Addresses::of(&organs), balance, recorder.ledger)
    };
    let abis = contracts.organisation.abis();
    let mut world = World::new(local, (files, organisation), addresses.clone(), abis, Some(folder));
    world.save()?;
    let place = args.state.display();
    let Addresses { registry, treasury, jury_pool, multisig } = addresses;
    let text = format!(
        "{}registry {registry}\ntreasury {treasury}\njury pool {jury_pool}\nmultisig {multisig} has {balance:#} TON\n\
         The network is kept in {place}; go on with `subgov multisig show --state {place}`.\n",
        ledger.to_text()
    );
    let data = json!({
        "state": args.state,
        "registry": registry.to_string(),
        "treasury": treasury.to_string(),
        "jury_pool": jury_pool.to_string(),
        "multisig": multisig.to_string(),
        "balance": balance,
        "steps": ledger.to_json(),
    });
    Ok(Answer { text, data, warnings: contracts.warnings.into_iter().collect() })
}

/// What an earlier run has begun is gone on with by the command that keeps a journal.
fn go_on(mut error: CliError, state: &Path) -> CliError {
    if error.code == "already-deployed" {
        let begun = "an earlier run began it: go on with `subgov deploy apply --stand-ins --state";
        error.hint = format!("{begun} {}`", state.display());
    }
    error
}

async fn fund(args: &Fund, progress: Progress) -> Result<Answer, CliError> {
    let Some(state) = &args.state else {
        return control::fund(&args.network, &args.to, args.value).await;
    };
    let state = StateArgs { state: state.clone(), network: args.network.clone() };
    let mut world = World::open(&state).await?;
    let to = world.account(&args.to)?;
    progress.say(format!("giver sends {:#} TON to {}", args.value, world.label(&to)));
    let mut ledger = Ledger::default();
    ledger.note("fund", "giver", &world.local.give(&to, args.value).await?);
    let balance = world.local.client.balance(&to).await;
    let balance =
        balance.map_err(|error| from_client(format!("the balance of {to} cannot be read"), error))?;
    world.save()?;
    let text = format!("{}{} has {balance:#} TON\n", ledger.to_text(), world.label(&to));
    let data = json!({ "account": to.to_string(), "balance": balance, "steps": ledger.to_json() });
    Ok(Answer { text, data, warnings: Vec::new() })
}

async fn advance(args: &Advance) -> Result<Answer, CliError> {
    let mut world = World::open(&args.state).await?;
    let now = world.local.advance(args.seconds).await?;
    world.save()?;
    let text = format!("the network's time is {now} (Unix seconds)\n");
    Ok(Answer { text, data: json!({ "now": now.0 }), warnings: Vec::new() })
}
