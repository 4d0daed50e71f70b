//! Payouts are confirmed by the members, paid, claimed, and the rest goes home.

use keys::Signer;
use ton_abi::Address;

use super::{Error, Host, Result, ensure, expect, money, wallet};
use crate::contest::{Ending, ItemState, PAYOUTS_PER_CALL, Payout, Phase};
use crate::model::limits;
use crate::multisig::TransactionId;
use crate::registry::{ContestStatus, Step};
use crate::{ContestEscrow, Multisig, Organs, gas};

/// Pokes that settling may take before it counts as stuck.
const SETTLE_TRIES: u32 = 40;
/// Exit code of a poke that comes too early. Source: `Errors.BAD_TIME`.
const TOO_EARLY: i32 = 153;

/// Custodians confirm the payout of a contest, which the registry queued in the members' wallet.
///
/// # Errors
/// [`Error::Unconfirmed`] if they are too few; [`Error::Found`] if nothing is queued, or the contest does not
/// know of the confirmation afterwards, or the payout is held.
pub async fn confirm_payout(
    organs: &Organs<'_>,
    id: u32,
    custodians: &[&dyn Signer],
    host: &mut impl Host,
) -> Result<()> {
    let contest = organs.contest(id).await?;
    expect("phase of the contest", Phase::Confirm, contest.standing().await?.phase)?;
    let record = organs.registry.contest(id).await?;
    expect("payout list that the members confirm", contest.payout_hash().await?, record.payout_hash)?;
    let waiting = match queued(organs, contest.address()).await? {
        Some(waiting) => waiting,
        None => queue_again(organs, id, contest.address(), host).await?,
    };
    money::confirm(organs, waiting, custodians, host).await?.expect_success()?;
    let standing = contest.standing().await?;
    ensure("the payout is confirmed", standing.confirmed, "no")?;
    expect("phase of the contest", Phase::Payable, standing.phase)
}

/// The transaction of the members' wallet that confirms something at an address.
async fn queued(organs: &Organs<'_>, dest: &Address) -> Result<Option<TransactionId>> {
    let queue = organs.multisig.transactions().await?;
    Ok(queue.iter().find(|waiting| waiting.dest == *dest).map(|waiting| waiting.id))
}

/// Has the registry queue a confirmation again, for instance one whose first message the wallet's full queue refused.
async fn queue_again(
    organs: &Organs<'_>,
    id: u32,
    dest: &Address,
    host: &mut impl Host,
) -> Result<TransactionId> {
    let none = || Error::found("queued confirmation of contest", id, "none");
    let requests = organs.registry.pending().await?;
    let request = requests.iter().find(|it| it.step == Step::Confirm && it.subject == id).ok_or_else(none)?;
    host.wait_until(request.sent_at.plus(limits::RESEND_AFTER)).await?;
    let tree = organs.registry.resend(request.nonce).await?.expect_success()?;
    host.note("queue a confirmation again", None, &tree);
    queued(organs, dest).await?.ok_or_else(none)
}

/// Sends everything that is due; gives all payout items.
///
/// # Errors
/// [`Error::Found`] if something stays due.
pub async fn pay(contest: &ContestEscrow<'_>, host: &mut impl Host) -> Result<Vec<Payout>> {
    let mut items = contest.payouts().await?;
    let due = |items: &[Payout]| items.iter().filter(|item| item.state == ItemState::Due).count();
    while due(&items) > 0 {
        let before = due(&items);
        let tree = contest.pay_next(PAYOUTS_PER_CALL).await?.expect_success()?;
        host.note("send payouts", None, &tree);
        items = contest.payouts().await?;
        ensure("payouts were sent", due(&items) < before, format!("{before} are due"))?;
    }
    Ok(items)
}

/// A payee takes a payout item to the own wallet.
///
/// # Errors
/// [`Error::Found`] if the item was not sent.
pub async fn claim(
    contest: &ContestEscrow<'_>,
    item: u8,
    purse: &Multisig<'_>,
    owner: &dyn Signer,
    host: &mut impl Host,
) -> Result<()> {
    let body = contest.claim(item)?;
    let tree = wallet::send(purse, owner, contest.address(), gas::DESK, Some(body)).await?;
    host.note("claim a payout", Some(owner.public_key()), &tree);
    let found = contest.payouts().await?.into_iter().find(|payout| payout.item == item);
    expect("state of the payout", ItemState::Sent, found.map_or(ItemState::None, |payout| payout.state))
}

/// Ends a contest a day after its last payout: org share and rest to the treasury, report and new jurors to the
/// jury pool, gas money to the registry.
///
/// # Errors
/// [`Error::Found`] if it does not end.
pub async fn settle(organs: &Organs<'_>, id: u32, host: &mut impl Host) -> Result<Ending> {
    let contest = organs.contest(id).await?;
    for _ in 0..SETTLE_TRIES {
        match contest.settle().await {
            Ok(tree) => {
                host.note("settle a contest", None, &tree.expect_success()?);
                if contest.standing().await?.phase == Phase::Closed {
                    break;
                }
                host.wait_until(organs.now().await?.plus(limits::RESEND_AFTER)).await?;
            }
            Err(error) if error.exit_code() == Some(TOO_EARLY) => {
                host.wait_until(organs.now().await?.plus(limits::SETTLE_AFTER)).await?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    let standing = contest.standing().await?;
    expect("phase of the contest", Phase::Closed, standing.phase)?;
    let record = organs.registry.contest(id).await?;
    let ended = [ContestStatus::Closed, ContestStatus::Cancelled].contains(&record.status);
    ensure("the registry knows that it is over", ended, record.status)?;
    let ledger = contest.ledger().await?;
    ensure("books of the contest", ledger.budget.holds() && ledger.deposits.holds(), "they do not add up")?;
    Ok(record.ending)
}
