//! A person's own wallet: one key, one custodian.

use keys::Signer;
use ton_abi::{Address, Cell, Nano};
use ton_client::processing::Tree;
use ton_client::{Client, Deploy};

use super::{Host, Result};
use crate::Multisig;
use crate::contracts::Built;
use crate::multisig::Payment;

/// What deploys a person's wallet; its address is known from it.
fn deployment(built: &Built, owner: &dyn Signer) -> Result<Deploy> {
    let key = owner.public_key();
    Ok(Multisig::deployment(built.image.clone(), built.abi.clone(), &key, &[key], 1)?)
}

/// Address that a person's own wallet will have.
///
/// # Errors
/// [`ton_client::Error::Abi`] if the image does not fit the ABI.
pub fn wallet_address(built: &Built, owner: &dyn Signer) -> Result<Address> {
    Ok(deployment(built, owner)?.contract()?.address)
}

/// Opens a person's own wallet; its address must have money.
///
/// # Errors
/// Those of [`Client::deploy`].
pub async fn open_wallet<'a>(
    client: &'a Client,
    built: &Built,
    owner: &dyn Signer,
    host: &mut impl Host,
) -> Result<Multisig<'a>> {
    let (wallet, tree) = Multisig::deploy(client, &deployment(built, owner)?, owner).await?;
    host.note("open a wallet", Some(owner.public_key()), &tree);
    Ok(wallet)
}

/// Sends a call from a person's own wallet, with the bounce flag.
///
/// # Errors
/// Those of [`Client::call`]; [`ton_client::Error::Failed`] if anything that followed failed.
pub async fn send(
    wallet: &Multisig<'_>,
    owner: &dyn Signer,
    to: &Address,
    value: Nano,
    body: Option<Cell>,
) -> Result<Tree> {
    let payment = Payment { bounce: body.is_some(), payload: body, ..Payment::new(to.clone(), value) };
    let (_, tree) = wallet.submit(&payment, owner).await?;
    Ok(tree.expect_success()?)
}
