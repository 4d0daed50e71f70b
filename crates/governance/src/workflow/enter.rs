//! Contestants enter with a deposit, from their own wallets.

use keys::Signer;
use ton_abi::Nano;

use super::{Error, Host, Result, ensure, expect, wallet};
use crate::contest::EntryForm;
use crate::gas;
use crate::text::Digest;
use crate::{ContestEscrow, Multisig};

/// Enters a contest from a person's own wallet; gives the number of the entry.
///
/// # Errors
/// [`Error::Found`] if the contest does not show the entry afterwards; those of messages, for instance when the
/// entry came back.
pub async fn enter(
    contest: &ContestEscrow<'_>,
    form: &EntryForm,
    deposit: Nano,
    purse: &Multisig<'_>,
    entrant: &dyn Signer,
    host: &mut impl Host,
) -> Result<u8> {
    let key = entrant.public_key();
    let body = contest.submit_entry(form, purse.address(), entrant)?;
    let price = Nano(deposit.0 + gas::ENTRY.0);
    let tree = wallet::send(purse, entrant, contest.address(), price, Some(body)).await?;
    host.note("enter a contest", Some(key), &tree);
    let entries = contest.entries().await?;
    let entry = entries.iter().find(|entry| entry.key == key);
    let entry = entry.ok_or_else(|| Error::found("entry of the key", key, "none"))?;
    expect("wallet of the entry", purse.address().to_string(), entry.wallet.to_string())?;
    expect("work of the entry", form.content, entry.content_hash)?;
    Ok(entry.id)
}

/// Gives an entry another work, from the wallet that entered.
///
/// # Errors
/// [`Error::Found`] if the contest does not show it afterwards; those of messages.
pub async fn replace_entry(
    contest: &ContestEscrow<'_>,
    entry: u8,
    (content, link): (Digest, &str),
    purse: &Multisig<'_>,
    entrant: &dyn Signer,
    host: &mut impl Host,
) -> Result<()> {
    let body = contest.replace_entry(entry, content, link)?;
    let tree = wallet::send(purse, entrant, contest.address(), gas::DESK, Some(body)).await?;
    host.note("replace an entry", Some(entrant.public_key()), &tree);
    let found = contest.entries().await?.into_iter().find(|found| found.id == entry);
    let found = found.ok_or_else(|| Error::found("entry", entry, "none"))?;
    expect("work of the entry", content, found.content_hash)
}

/// Withdraws an entry, from the wallet that entered; the deposit comes back at once.
///
/// # Errors
/// [`Error::Found`] if the contest still shows it afterwards; those of messages.
pub async fn withdraw_entry(
    contest: &ContestEscrow<'_>,
    entry: u8,
    purse: &Multisig<'_>,
    entrant: &dyn Signer,
    host: &mut impl Host,
) -> Result<()> {
    let body = contest.withdraw_entry(entry)?;
    let tree = wallet::send(purse, entrant, contest.address(), gas::DESK, Some(body)).await?;
    host.note("withdraw an entry", Some(entrant.public_key()), &tree);
    let gone = contest.entries().await?.iter().all(|found| found.id != entry);
    ensure("the entry is withdrawn", gone, "it is there")
}
