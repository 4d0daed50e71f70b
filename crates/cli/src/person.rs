//! Contestants and jurors: people with keys and wallets of their own.

use governance::workflow::wallet_address;
use governance::{Multisig, contracts::Built, multisig};
use keys::Signer;
use ton_abi::Nano;

use crate::consent::Trial;
use crate::error::{CliError, Status};
use crate::failure::{from_client, from_workflow};
use crate::identity::{Identity, KeyArgs};
use crate::members;
use crate::recorder::Recorder;
use crate::state::World;

/// What a new wallet gets from the giver: deposits and fees.
const WALLET_MONEY: Nano = Nano::tokens(40);

/// Who acts, and whether it counts.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Person {
    /// Number of the development key that acts; members have 0 to 14. For networks for development only.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(..1 << 31), required_unless_present = "who")]
    key: Option<u32>,
    /// Who signs: a key of the key store by its name, or a public key whose secret is elsewhere.
    #[arg(long = "as", value_name = "KEY", conflicts_with = "key")]
    who: Option<String>,
    #[command(flatten)]
    keys: KeyArgs,
    #[command(flatten)]
    pub(crate) trial: Trial,
}

impl Person {
    /// Name and key of the person. On a simulation no secret is touched.
    pub(crate) fn signer(&self, world: &World) -> Result<(String, Identity), CliError> {
        if let Some(index) = self.key {
            let name = format!("the holder of development key {index}");
            return Ok((name, Identity::development(world, index)));
        }
        // INVARIANT: the parser wants one of the two.
        let who = self.who.as_deref().unwrap_or_default();
        let (name, key) = self.keys.named(world, who)?.ok_or_else(|| {
            let what = format!("cannot tell whose key \"{who}\" is");
            let why = "the key store has no key of that name, and it is no public key";
            CliError::new(Status::Keys, "unknown-key", what, why, "see the keys with `subgov key list`")
        })?;
        let identity = self.keys.identity(world, &name, key, self.trial.prepare.is_some())?;
        Ok((name, identity))
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
