//! Jurors judge: drawing, commit, reveal, ranking.

use keys::{PublicKey, Signer};

use super::{Error, Host, Result, ensure, expect};
use crate::ContestEscrow;
use crate::contest::{Juror, Phase, Rank, SealedCard, Standing};

/// Asks for the jury once entries are closed.
///
/// No jury is no failure: the answer then stands at [`Phase::Drawing`], and one may ask again later.
///
/// # Errors
/// Those of messages.
pub async fn draw(contest: &ContestEscrow<'_>, host: &mut impl Host) -> Result<Standing> {
    let standing = contest.standing().await?;
    host.wait_until(standing.entries_end).await?;
    let tree = contest.draw_jury().await?.expect_success()?;
    host.note("draw the jury", None, &tree);
    Ok(contest.standing().await?)
}

/// A juror commits to a card. The caller keeps the card with its salt: nothing else can reveal it.
///
/// # Errors
/// [`Error::Found`] if the contest does not show the commitment afterwards.
pub async fn commit(
    contest: &ContestEscrow<'_>,
    sealed: &SealedCard,
    juror: &dyn Signer,
    host: &mut impl Host,
) -> Result<()> {
    let key = juror.public_key();
    let hash = sealed.hash(contest.address(), &key).map_err(ton_client::Error::from)?;
    let tree = contest.commit_card(hash, juror).await?.expect_success()?;
    host.note("commit to a card", Some(key), &tree);
    ensure("the juror has committed", seat(contest, &key).await?.has_committed(), "no")
}

/// A juror reveals a card once the commit phase is over.
///
/// # Errors
/// [`Error::Found`] if the card does not count.
pub async fn reveal(
    contest: &ContestEscrow<'_>,
    sealed: &SealedCard,
    juror: &dyn Signer,
    host: &mut impl Host,
) -> Result<()> {
    host.wait_until(contest.standing().await?.commit_end).await?;
    let key = juror.public_key();
    let tree = contest.reveal_card(sealed, juror).await?.expect_success()?;
    host.note("reveal a card", Some(key), &tree);
    ensure("the card of the juror counts", seat(contest, &key).await?.has_revealed(), "no")
}

async fn seat(contest: &ContestEscrow<'_>, key: &PublicKey) -> Result<Juror> {
    let jury = contest.jury().await?;
    let found = jury.into_iter().find(|juror| juror.key == *key);
    found.ok_or_else(|| Error::found("juror of the contest", key, "none"))
}

/// Has the ranking made once the reveal phase is over; gives it, best first.
///
/// # Errors
/// [`Error::Found`] if there is none afterwards, or the registry did not hear of it.
pub async fn tally(contest: &ContestEscrow<'_>, host: &mut impl Host) -> Result<Vec<Rank>> {
    host.wait_until(contest.standing().await?.reveal_end).await?;
    let tree = contest.advance().await?.expect_success()?;
    host.note("make the ranking", None, &tree);
    let standing = contest.standing().await?;
    ensure("the contest has its ranking", standing.tallied_at.0 > 0, standing.phase)?;
    ensure("the registry knows the ranking", standing.announced, "no")?;
    expect("phase of the contest", Phase::Confirm, standing.phase)?;
    Ok(contest.ranking().await?.0)
}
