//! The members' multisig on a local network, where development keys stand in for the members'.

use governance::{Multisig, Organisation, Roster, rules};
use keys::development::{self, Development};
use keys::{PublicKey, Signer};
use ton_abi::Address;
use ton_client::Deploy;

use crate::contracts::Contracts;
use crate::error::CliError;
use crate::failure::from_client;

/// What has to be said wherever these keys sign.
pub(crate) const STAND_INS: &str =
    "development keys stand in for the members' secret keys; they are refused on every other network";

/// Public keys that stand in for the members', in the members' order.
pub(crate) fn stand_ins(organisation: &Organisation) -> Vec<PublicKey> {
    (0..).take(organisation.members.len()).map(|index| development::signer(index).public_key()).collect()
}

/// Names of the stand-ins.
pub(crate) fn roster(organisation: &Organisation) -> Roster {
    Roster::with_keys(organisation, stand_ins(organisation))
}

/// Who signs deployments: the first member.
pub(crate) fn deployer() -> Development {
    development::signer(0)
}

/// What deploys the members' multisig, and the address that it will have.
pub(crate) fn deployment(
    contracts: &Contracts,
    organisation: &Organisation,
) -> Result<(Deploy, Address), CliError> {
    let failed = |error| from_client("the members' multisig cannot be prepared", error);
    let owners = stand_ins(organisation);
    let required = u8::try_from(rules::threshold(owners.len())).expect("there are at most 15 members");
    let (image, abi) = (contracts.multisig.image.clone(), contracts.multisig.abi.clone());
    let deploy = Multisig::deployment(image, abi, &deployer().public_key(), &owners, required);
    let deploy = deploy.map_err(failed)?;
    let address = deploy.contract().map_err(failed)?.address;
    Ok((deploy, address))
}
