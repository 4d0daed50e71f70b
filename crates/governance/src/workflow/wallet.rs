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

/// Opens a person's own wallet.
///
/// `fund` is called with its address before the deployment, to put money there.
///
/// # Errors
/// Those of [`Client::deploy`] and of `fund`.
pub async fn open_wallet<'a, E, F>(
    client: &'a Client,
    built: &Built,
    owner: &dyn Signer,
    host: &mut impl Host,
    fund: impl FnOnce(Address) -> F,
) -> Result<Multisig<'a>, E>
where
    E: From<super::Error>,
    F: Future<Output = Result<(), E>>,
{
    let deployment = deployment(built, owner)?;
    let address = deployment.contract().map_err(super::Error::from)?.address;
    fund(address).await?;
    let (wallet, tree) = Multisig::deploy(client, &deployment, owner).await.map_err(super::Error::from)?;
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
