//! `subgov node …`

use std::path::PathBuf;

use clap::Subcommand;
use governance::Multisig;
use serde_json::json;
use ton_abi::Nano;

use crate::contracts::{self, ContractsArgs};
use crate::error::CliError;
use crate::failure::from_client;
use crate::ledger::Ledger;
use crate::local::Local;
use crate::members;
use crate::organisation::OrganisationArgs;
use crate::output::{Answer, Progress};
use crate::state::{NewFolder, World};

#[derive(Debug, Subcommand)]
pub(crate) enum Node {
    /// Make a local network with the members' funded multisig and keep it in a directory.
    Init(Init),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Init {
    #[command(flatten)]
    contracts: ContractsArgs,
    #[command(flatten)]
    organisation: OrganisationArgs,
    /// New directory for the network.
    #[arg(long, value_name = "DIR", env = "SUBGOV_STATE")]
    state: PathBuf,
    /// What the giver gives to the multisig, in TON; without it the total of the first stage.
    #[arg(long, value_name = "TON")]
    grant: Option<Nano>,
}

pub(crate) async fn run(command: &Node, progress: Progress) -> Result<Answer, CliError> {
    match command {
        Node::Init(args) => init(args, progress).await,
    }
}

async fn init(args: &Init, progress: Progress) -> Result<Answer, CliError> {
    let folder = NewFolder::create(&args.state)?;
    let organisation = args.organisation.load()?;
    let contracts = contracts::build(&args.contracts)?;
    progress.say(format!("contracts {}", contracts.origin));
    let local = Local::start(&contracts).await?;
    let (deployment, address) = members::deployment(&contracts, &organisation)?;
    let grant = args.grant.unwrap_or(organisation.stages[0].total);

    let mut ledger = Ledger::default();
    ledger.note("Giver gives the grant", "giver", &local.give(&address, grant).await?);
    let failed = |error| from_client("the members' multisig cannot be deployed", error);
    let deployed = Multisig::deploy(&local.client, &deployment, &members::deployer()).await;
    let (_, tree) = deployed.map_err(failed)?;
    ledger.note("Deploy the multisig", &organisation.members[0].name, &tree);
    let balance = local.client.balance(&address).await.map_err(failed)?;

    let mut world = World::new(local, organisation, address.clone(), contracts.multisig.abi, Some(folder));
    world.save()?;
    let place = args.state.display();
    let text = format!(
        "{}multisig {address} has {balance:#} TON.\nThe network is kept in {place}; go on with \
         `subgov multisig show --state {place}`.\n",
        ledger.to_text()
    );
    let data = json!({
        "state": args.state,
        "multisig": address.to_string(),
        "balance": balance,
        "steps": ledger.to_json(),
    });
    Ok(Answer { text, data, warnings: contracts.warnings.into_iter().collect() })
}
