//! Looking at a network: one that a directory keeps, or any other, also without a directory.

use std::path::PathBuf;

use governance::contracts::Contracts;
use ton_abi::{Address, ContractAbi};
use ton_client::Client;

use crate::error::{CliError, Status};
use crate::local::{Backend, Local};
use crate::network::{NetworkArgs, Place, Remote};
use crate::state::{StateArgs, World};

/// The contracts that this program was built with.
pub(crate) fn built_in() -> Contracts {
    Contracts::built_in().expect("what is built in is read by a test of `governance`")
}

/// Which network is looked at.
#[derive(Debug, clap::Args)]
pub(crate) struct ViewArgs {
    /// Directory that keeps the organisation, and mostly its network; without it --network says where to look.
    #[arg(long, value_name = "DIR", env = "SUBGOV_STATE")]
    state: Option<PathBuf>,
    #[command(flatten)]
    network: NetworkArgs,
}

/// A network that is looked at.
pub(crate) enum View {
    /// With an organisation whose accounts have names.
    Kept(Box<World>),
    /// Without: accounts have addresses only.
    Bare(Box<Local>),
}

impl ViewArgs {
    /// Opens the network.
    pub(crate) async fn open(&self) -> Result<View, CliError> {
        let view = match &self.state {
            Some(state) => {
                let state = StateArgs { state: state.clone(), network: self.network.clone() };
                View::Kept(Box::new(World::open(&state).await?))
            }
            None => match self.network.place(None, false)? {
                Place::Remote(profile) => {
                    let remote = Remote::open(&profile).await?;
                    let giver = ContractAbi::parse(include_str!("../../../abi/Giver.abi.json"));
                    let giver = giver.expect("the compiler wrote the interface");
                    let abis = built_in().abis();
                    View::Bare(Box::new(Local::on(Backend::Remote(remote), giver, &abis)))
                }
                Place::Embedded => {
                    let (what, why) =
                        ("there is no network to look at", "neither a directory nor an endpoint is given");
                    let hint = "give --state DIR, or --network with an URL or a name";
                    return Err(CliError::new(Status::Usage, "no-state", what, why, hint));
                }
            },
        };
        // Contracts that nobody named are known by their code.
        built_in().register(view.client());
        Ok(view)
    }
}

impl View {
    pub(crate) fn client(&self) -> &Client {
        match self {
            Self::Kept(world) => &world.local.client,
            Self::Bare(local) => &local.client,
        }
    }

    /// `name (0:f92b…7202)`, or the address in full.
    pub(crate) fn label(&self, address: &Address) -> String {
        match self {
            Self::Kept(world) => world.label(address),
            Self::Bare(_) => address.to_string(),
        }
    }

    /// The account that `text` means: a name, `contest/3` or the like, or an address.
    pub(crate) async fn account(&self, text: &str) -> Result<Address, CliError> {
        match self {
            // The registry is asked only where the name is none of those that are kept.
            Self::Kept(world) => match world.account(text) {
                Ok(address) => Ok(address),
                Err(_) if text.contains(['/', ' ']) || !text.contains(':') => {
                    world.find_account(&world.organs().await?, text).await
                }
                Err(error) => Err(error),
            },
            Self::Bare(_) => text.parse().map_err(|_| {
                let what = format!("\"{text}\" is not an account");
                let why = "without --state accounts have no names, and this is no address";
                let hint = "give an address like 0: and 64 hexadecimal digits, or the directory with --state";
                CliError::new(Status::Usage, "bad-address", what, why, hint)
            }),
        }
    }
}
