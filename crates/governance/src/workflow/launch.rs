//! Contests are launched by decisions.

use keys::Signer;

use super::{Error, Host, Result, decide, ensure, expect};
use crate::Organs;
use crate::organisation::Organisation;
use crate::payload::{Action, Launch, LaunchError, Spec};

/// A member proposes to launch a contest of the plan, now; gives the id of the proposal and what it says.
///
/// `launch` says what the files leave open; its time and its dependencies are filled in from the chain.
///
/// # Errors
/// [`Error::Launch`] if the files or the chain do not allow it.
pub async fn propose_launch(
    organs: &Organs<'_>,
    organisation: &Organisation,
    launch: Launch,
    member: &dyn Signer,
    host: &mut impl Host,
) -> Result<(u32, Spec)> {
    let unknown = LaunchError::UnknownItem { item: launch.item };
    let contest = organisation.contest(launch.item).ok_or(unknown)?;
    let directory = organs.registry.contests().await?;
    let winners = |item: &u8| {
        let found = directory.iter().find(|it| it.item == *item && it.ending == crate::contest::Ending::Paid);
        found.map(|it| it.id)
    };
    let launch = Launch {
        proposed_at: organs.now().await?,
        depends_on: contest.depends_on.iter().filter_map(winners).collect(),
        ..launch
    };
    let spec = Spec::of(organisation, &launch)?;
    let (link, document) = (spec.doc_link.clone(), spec.doc_hash);
    let action = Action::LaunchContest(Box::new(spec.clone()));
    let id = decide::propose(organs, &action, &link, document, member, host).await?;
    Ok((id, spec))
}

/// The contest that a proposal launched, checked against what was voted on; gives its id.
///
/// # Errors
/// [`Error::Found`] if there is none or it is not as voted.
pub async fn launched(organs: &Organs<'_>, proposal: u32, spec: &Spec) -> Result<u32> {
    let directory = organs.registry.contests().await?;
    let found = directory.iter().find(|contest| contest.proposal == proposal);
    let found = found.ok_or_else(|| Error::found("contest of the proposal", proposal, "none"))?;
    let contest = organs.contest(found.id).await?;
    expect("address of the contest", found.addr.to_string(), contest.address().to_string())?;
    ensure("the contest is as voted", contest.spec().await? == *spec, "another one")?;
    let ledger = contest.ledger().await?;
    expect("budget of the contest", spec.total().to_string(), ledger.budget.funded.to_string())?;
    ensure("books of the contest", ledger.budget.holds(), "they do not add up")?;
    Ok(found.id)
}
