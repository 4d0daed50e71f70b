//! `subgov contract verify`

use std::path::PathBuf;

use governance::contracts::NAMES;
use serde_json::json;
use ton_abi::{Address, Nano};
use ton_client::{Client, Contract};

use crate::contracts::{self, Contracts, ContractsArgs};
use crate::error::{CliError, Status};
use crate::failure::from_client;
use crate::local::{Backend, Local};
use crate::network::{NetworkArgs, Place, Remote};
use crate::output::{Answer, Progress};
use crate::state::{StateArgs, World};

#[derive(Debug, clap::Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    contracts: ContractsArgs,
    /// Directory that keeps an organisation, whose names can be used and whose network is asked.
    #[arg(long, value_name = "DIR", env = "SUBGOV_STATE")]
    state: Option<PathBuf>,
    #[command(flatten)]
    network: NetworkArgs,
    /// The account: an address, or with --state a name.
    #[arg(value_name = "ACCOUNT")]
    account: String,
}

pub(super) async fn run(args: &Verify, progress: Progress) -> Result<Answer, CliError> {
    let contracts = contracts::build(&args.contracts)?;
    progress.say(format!("contracts {}", contracts.origin));
    if let Some(state) = &args.state {
        let world = World::open(&StateArgs { state: state.clone(), network: args.network.clone() }).await?;
        let address = world.account(&args.account)?;
        return verify(&world.local.client, &contracts, &address, &world.label(&address)).await;
    }
    let Place::Remote(profile) = args.network.place(None, false)? else {
        return Err(CliError::new(
            Status::Usage,
            "usage",
            "there is no network to ask",
            "the network in this program begins empty each time",
            "give a directory with --state or a network with --network",
        ));
    };
    let address: Address = args.account.parse().map_err(|_| {
        let what = format!("\"{}\" is not an account", args.account);
        let hint = "give an address like 0: and 64 hexadecimal digits, or --state DIR to use names";
        CliError::new(Status::Usage, "bad-address", what, "it is no address", hint)
    })?;
    let backend = Backend::Remote(Remote::open(&profile).await?);
    let local = Local::on(backend, contracts.giver.abi.clone(), &contracts.organisation.abis());
    verify(&local.client, &contracts, &address, &address.to_string()).await
}

async fn verify(
    client: &Client,
    contracts: &Contracts,
    address: &Address,
    label: &str,
) -> Result<Answer, CliError> {
    let what = format!("{label} cannot be verified");
    let account = client.account(address).await.map_err(|error| from_client(&what, error))?;
    let Some(code) = account.code() else {
        let why = "no contract runs at this address";
        let hint = "check the address and the network";
        return Err(CliError::new(Status::Refused, "no-contract", what, why, hint));
    };
    let hash = *code.repr_hash();
    let ours = NAMES.iter().map(|name| (*name, contracts.organisation.get(name)));
    let found =
        ours.chain([("Giver", &contracts.giver)]).find(|(_, built)| built.image.code_hash() == Some(hash));
    let version = match &found {
        Some((_, built)) if built.abi.function("getVersion").is_ok() => {
            let contract = Contract { address: address.clone(), abi: built.abi.clone() };
            let answer = client.run_getter(&contract, "getVersion", &json!({})).await;
            let answer = answer.map_err(|error| from_client(&what, error))?;
            answer
                .get_json("version")
                .and_then(|it| serde_json::from_value::<Nano>(it).ok())
                .map(|Nano(it)| it)
        }
        _ => None,
    };
    let name = found.map(|(name, _)| name);
    let data = json!({
        "account": address.to_string(),
        "contract": name,
        "version": version.map(|it| it.to_string()),
        "code_hash": hash.to_string(),
        "equal": name.is_some(),
        "contracts": contracts.origin,
    });
    let Some(name) = name else {
        return Err(CliError::new(
            Status::Refused,
            "unknown-code",
            format!("{label} runs none of the contracts {}", contracts.origin),
            format!("its code has the hash {hash}, which none of them has"),
            "compare with `subgov contract build`; another version of the sources or of the compiler gives other codes",
        )
        .with_data(data));
    };
    let version = version.map(|it| format!(", version {it}")).unwrap_or_default();
    let text = format!("{label} is {name}{version}\ncode hash {hash}, equal to the rebuilt one\n");
    let warnings = contracts.warnings.clone().into_iter().collect();
    Ok(Answer { text, data, warnings })
}
