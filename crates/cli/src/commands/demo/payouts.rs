//! Payouts: confirmed by the members, paid to the nanotoken, the rest goes home.

use governance::contest::{Ending, ItemState, Ledger};
use governance::{Organs, workflow};

use super::contests::Contest;
use super::{Cast, Play, signers};
use crate::error::{CliError, Status};
use crate::failure::{from_client, from_workflow};
use crate::overview::tokens;

pub(super) async fn play(
    play: &mut Play<'_>,
    organs: &Organs<'_>,
    cast: &Cast<'_>,
    contest: &Contest<'_>,
) -> Result<(), CliError> {
    let id = contest.id;
    let failed = |error| from_workflow(format!("the payout of contest {id} failed"), error);
    let members = play.majority();
    workflow::confirm_payout(organs, id, &signers(&members), &mut play.recorder).await.map_err(failed)?;
    claim_first(play, cast, contest).await?;
    let items = workflow::pay(&contest.escrow, &mut play.recorder).await.map_err(failed)?;
    let ending = workflow::settle(organs, id, &mut play.recorder).await.map_err(failed)?;
    let ledger = contest.escrow.ledger().await;
    let ledger = ledger.map_err(|error| from_client(format!("contest {id} cannot be read"), error))?;
    check(contest, ending, &ledger, items.iter().all(|item| item.state == ItemState::Sent))?;
    play.recorder.say(format!(
        "{}: {} members confirm, {} payouts: {} TON to participants, {} to jurors, {} to the org fund",
        contest.spec.title,
        members.len(),
        items.len(),
        tokens(contest.spec.fund),
        tokens(contest.spec.jury_reward()),
        tokens(contest.spec.org_reward())
    ));
    Ok(())
}

/// The winner does not wait: the first prize is claimed.
async fn claim_first(play: &mut Play<'_>, cast: &Cast<'_>, contest: &Contest<'_>) -> Result<(), CliError> {
    let id = contest.id;
    let payouts = contest.escrow.payouts().await;
    let payouts = payouts.map_err(|error| from_client(format!("contest {id} cannot be read"), error))?;
    let prize = contest.ranking.first().map(|rank| rank.prize);
    let first = payouts.iter().find(|payout| Some(payout.amount) == prize);
    let Some((item, person)) = first.and_then(|item| Some((item, cast.person(&item.key)?))) else {
        return Ok(());
    };
    let (escrow, wallet) = (&contest.escrow, &person.wallet);
    let claimed = workflow::claim(escrow, item.item, wallet, &person.key, &mut play.recorder).await;
    claimed.map_err(|error| from_workflow(format!("{} cannot claim the prize", person.name), error))
}

/// The amounts of the proposal's table, to the nanotoken.
fn check(contest: &Contest<'_>, ending: Ending, ledger: &Ledger, all_sent: bool) -> Result<(), CliError> {
    let spec = &contest.spec;
    let paid = spec.fund.0 + spec.jury_reward().0;
    let budget = &ledger.budget;
    let exact = budget.sent.0 == paid
        && budget.org_share == spec.org_reward()
        && budget.funded == spec.total()
        && budget.refunded.is_zero()
        && ledger.deposits.sent == ledger.deposits.funded;
    if exact && all_sent && ending == Ending::Paid {
        return Ok(());
    }
    let what = format!("contest {} did not pay what the plan says", contest.id);
    let why = format!("it ended {ending} with {ledger:?}");
    Err(CliError::new(Status::Refused, "not-paid", what, why, "report this"))
}
