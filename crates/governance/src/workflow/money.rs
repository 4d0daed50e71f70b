//! What custodians confirm: payments of the members' wallet.

use keys::Signer;
use ton_abi::Nano;
use ton_client::processing::Tree;

use super::{Error, Host, Result, ensure};
use crate::Organs;
use crate::gas::CALL;
use crate::multisig::{Payment, TransactionId};
use crate::treasury::{Stage, StageStatus};

/// A custodian submits a payment of the members' wallet.
///
/// # Errors
/// Those of messages.
pub async fn submit(
    organs: &Organs<'_>,
    payment: &Payment,
    custodian: &dyn Signer,
    host: &mut impl Host,
) -> Result<TransactionId> {
    let (id, tree) = organs.multisig.submit(payment, custodian).await?;
    host.note("submit a payment", Some(custodian.public_key()), &tree);
    Ok(id)
}

/// Custodians confirm a waiting transaction until it has its confirmations; gives what the last one caused.
///
/// # Errors
/// [`Error::Unconfirmed`] if these custodians are too few.
pub async fn confirm(
    organs: &Organs<'_>,
    id: TransactionId,
    custodians: &[&dyn Signer],
    host: &mut impl Host,
) -> Result<Tree> {
    let mut last = None;
    for custodian in custodians {
        let tree = organs.multisig.confirm(id, *custodian).await?;
        host.note(&format!("confirm transaction {id}"), Some(custodian.public_key()), &tree);
        last = Some(tree);
        if organs.multisig.transaction(id).await?.is_none() {
            break;
        }
    }
    match (organs.multisig.transaction(id).await?, last) {
        (None, Some(tree)) => Ok(tree),
        (None, None) => Err(Error::found("transaction of the multisig", id, "none")),
        (Some(waiting), _) => Err(Error::Unconfirmed {
            id,
            received: waiting.received,
            required: waiting.required,
            value: waiting.value,
        }),
    }
}

/// A custodian submits the payment that moves a grant from the members' wallet to a stage.
///
/// # Errors
/// Those of messages.
pub async fn submit_funding(
    organs: &Organs<'_>,
    stage: u8,
    amount: Nano,
    custodian: &dyn Signer,
    host: &mut impl Host,
) -> Result<TransactionId> {
    let nonce = organs.now().await?.0.into();
    let payment = Payment {
        to: organs.treasury.address().clone(),
        value: Nano(amount.0 + CALL.0),
        bounce: true,
        all_balance: false,
        payload: Some(organs.treasury.fund_stage(stage, nonce, amount)?),
    };
    submit(organs, &payment, custodian, host).await
}

/// Custodians move a grant from the members' wallet to a stage: the first submits, the others confirm.
///
/// # Errors
/// [`Error::Unconfirmed`] if they are too few; [`Error::Bounced`] if the treasury does not take it.
pub async fn fund_stage(
    organs: &Organs<'_>,
    stage: u8,
    amount: Nano,
    custodians: &[&dyn Signer],
    host: &mut impl Host,
) -> Result<Stage> {
    let (first, others) =
        custodians.split_first().ok_or_else(|| Error::found("custodians who pay", "some", "none"))?;
    let before = organs.treasury.stage(stage).await?;
    let id = submit_funding(organs, stage, amount, *first, host).await?;
    let tree = confirm(organs, id, others, host).await?;
    let refusal = tree.failures().find(|step| step.account() == organs.treasury.address());
    if let Some(code) = refusal.and_then(|step| step.failure.as_ref()?.code()) {
        return Err(Error::Bounced { stage, value: Nano(amount.0 + CALL.0), code: code.0 });
    }
    let after = organs.treasury.stage(stage).await?;
    let booked = after.received.saturating_sub(before.received);
    ensure("money of the stage", booked == amount, format!("{booked:#} TON"))?;
    let full = after.needs().is_zero();
    ensure("the stage is active", !full || after.status == StageStatus::Active, after.status)?;
    Ok(after)
}
