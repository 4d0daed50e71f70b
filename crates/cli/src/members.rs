//! The organisation on a local network, where development keys stand in for the members'.

use governance::contracts::Built;
use governance::workflow::founding::Blueprint;
use governance::workflow::{self, Charter, wallet_address};
use governance::{Multisig, Organisation, Organs, Roster};
use keys::development::{self, Development};
use keys::{PublicKey, Signer};
use ton_abi::{Address, Nano};

use crate::contracts::Contracts;
use crate::error::CliError;
use crate::failure::from_workflow;
use crate::local::Local;
use crate::recorder::Recorder;

/// Development key of the deployer, behind those of the members.
const DEPLOYER: u32 = 20;

/// What has to be said wherever these keys sign.
pub(crate) const STAND_INS: &str =
    "development keys stand in for the members' secret keys; they are refused on every other network";

/// Public keys that stand in for the members', in the members' order.
pub(crate) fn stand_ins(organisation: &Organisation) -> Vec<PublicKey> {
    (0..).take(organisation.members.len()).map(|index| development::signer(index).public_key()).collect()
}

/// Public keys that an organisation is founded with on a network for development, in the members' order: nobody here
/// has the secrets of the proposal's own keys, so stand-ins sign for those; whoever wrote another key into the files
/// has its secret.
pub(crate) fn founders(organisation: &Organisation) -> Vec<PublicKey> {
    let proposal = Organisation::of_proposal();
    let key = |(stand_in, member): (PublicKey, &governance::organisation::Member)| {
        if proposal.member_with(&member.public_key).is_some() { stand_in } else { member.public_key }
    };
    stand_ins(organisation).into_iter().zip(&organisation.members).map(key).collect()
}

/// Names of the founders.
pub(crate) fn roster(organisation: &Organisation) -> Roster {
    Roster::with_keys(organisation, founders(organisation))
}

/// Who signs deployments and pays for them.
pub(crate) fn deployer() -> Development {
    development::signer(DEPLOYER)
}

/// What an organisation is founded from on a local network: stand-ins are its members, the giver its main giver.
pub(crate) fn charter<'a>(
    contracts: &'a Contracts,
    organisation: &'a Organisation,
    main_giver: Address,
) -> Charter<'a> {
    let members = founders(organisation);
    Charter { organisation, contracts: &contracts.organisation, members, main_giver, nonce: 0 }
}

/// Opens a wallet for the holder of a key and lets the giver put money there.
pub(crate) async fn open_wallet<'a>(
    local: &'a Local,
    built: &Built,
    owner: &dyn Signer,
    money: Nano,
    recorder: &mut Recorder<'_>,
) -> Result<Multisig<'a>, CliError> {
    let address = wallet_address(built, owner);
    let address = address.map_err(|error| from_workflow("the wallet cannot be prepared", error))?;
    recorder.give(&address, money).await?;
    let wallet = workflow::open_wallet(&local.client, built, owner, recorder).await;
    wallet.map_err(|error| from_workflow("the wallet cannot be opened", error))
}

/// Founds the organisation, paid by the deployer's own wallet, which gets its money from the giver.
pub(crate) async fn found<'a>(
    local: &'a Local,
    contracts: &Contracts,
    organisation: &Organisation,
    recorder: &mut Recorder<'_>,
) -> Result<Organs<'a>, CliError> {
    let failed = |error| from_workflow("the organisation cannot be founded", error);
    let charter = charter(contracts, organisation, local.giver.address.clone());
    let blueprint = Blueprint::draw(charter.clone(), deployer().public_key()).map_err(failed)?;
    recorder.give(&blueprint.places().purse, blueprint.money()).await?;
    workflow::found(&local.client, &charter, &deployer(), recorder).await.map_err(failed)
}
