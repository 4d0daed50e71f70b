//! Contestants and jurors: development keys with wallets of their own.

use governance::workflow::wallet_address;
use governance::{Multisig, contracts::Built, multisig};
use keys::Signer;
use ton_abi::Nano;

use crate::consent::Trial;
use crate::error::CliError;
use crate::failure::{from_client, from_workflow};
use crate::identity::Identity;
use crate::members;
use crate::recorder::Recorder;
use crate::state::World;

/// What a new wallet gets from the giver: deposits and fees.
const WALLET_MONEY: Nano = Nano::tokens(40);

/// Who acts, and whether it counts.
#[derive(Debug, clap::Args)]
pub(crate) struct Person {
    /// Number of the development key that acts; members have 0 to 14.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(..1 << 31))]
    key: u32,
    #[command(flatten)]
    pub(crate) trial: Trial,
}

impl Person {
    /// Name and key of the person. On a simulation no secret is touched.
    pub(crate) fn signer(&self, world: &World) -> (String, Identity) {
        let name = format!("the holder of development key {}", self.key);
        let identity = Identity::development(world, self.key);
        (name, identity)
    }
}

/// A person's own wallet; it is opened with the giver's money if it is not there yet.
pub(crate) async fn wallet<'a>(
    world: &'a World,
    built: &Built,
    owner: &dyn Signer,
    recorder: &mut Recorder<'_>,
) -> Result<Multisig<'a>, CliError> {
    let client = &world.local.client;
    let address = wallet_address(built, owner);
    let address = address.map_err(|error| from_workflow("the wallet cannot be prepared", error))?;
    let account = client.account(&address).await;
    let account = account.map_err(|error| from_client("the wallet cannot be read", error))?;
    if account.code().is_some() {
        return Ok(Multisig::at(client, address, built.abi.clone()));
    }
    members::open_wallet(&world.local, built, owner, WALLET_MONEY, recorder).await
}

/// The contract of everybody's wallet.
pub(crate) fn wallet_contract(contracts: &governance::contracts::Contracts) -> &Built {
    contracts.get(multisig::CONTRACT)
}
