//! Acts 8 and 9: judging. The outside jury judges the Jury Contest, its winners judge the others.

use governance::contest::{Card, Line, Phase, SealedCard};
use governance::text::Digest;
use governance::workflow::{self, Error as WorkflowError};
use governance::{ContestEscrow, Organs};
use keys::Signer;
use keys::development::Development;

use super::contests::Contest;
use super::launch::JURY_CONTEST;
use super::{Cast, Play, payouts};
use crate::error::{CliError, Status};
use crate::failure::{from_client, from_workflow};
use crate::overview::Jurors;

/// Best score that a juror gives.
const BEST: usize = 10;

/// The Jury Contest from the drawing of its jury to the admission of its winners.
pub(super) async fn jury_contest(
    play: &mut Play<'_>,
    organs: &Organs<'_>,
    cast: &Cast<'_>,
    contests: &mut [Contest<'_>],
) -> Result<(), CliError> {
    play.recorder.act("Act 8. The Jury Contest");
    for contest in contests.iter().filter(|contest| contest.spec.item != JURY_CONTEST) {
        let standing =
            workflow::draw(&contest.escrow, &mut play.recorder).await.map_err(undrawn(contest.id))?;
        expect_phase(contest.id, Phase::Drawing, standing.phase)?;
    }
    play.recorder.say("the other contests wait: there is no juror in the pool yet");
    let own = |contest: &&mut Contest<'_>| contest.spec.item == JURY_CONTEST;
    for contest in contests.iter_mut().filter(own) {
        judge(play, cast, contest).await?;
        payouts::play(play, organs, cast, contest).await?;
    }
    let jurors = Jurors::read(organs, play.roster()).await?;
    let names = jurors.names();
    play.recorder.say(format!("the pool has {} jurors: {}", names.len(), names.join(", ")));
    Ok(())
}

/// The other contests, side by side.
pub(super) async fn others(
    play: &mut Play<'_>,
    organs: &Organs<'_>,
    cast: &Cast<'_>,
    contests: &mut [Contest<'_>],
) -> Result<(), CliError> {
    play.recorder.act("Act 9. The other contests of stage 1");
    let mut regular: Vec<_> =
        contests.iter_mut().filter(|contest| contest.spec.item != JURY_CONTEST).collect();
    for contest in &mut regular {
        seat_and_commit(play, cast, contest).await?;
    }
    for contest in &regular {
        reveal(play, contest).await?;
    }
    for contest in &mut regular {
        rank(play, contest).await?;
    }
    for contest in &mut regular {
        payouts::play(play, organs, cast, contest).await?;
    }
    Ok(())
}

async fn judge(play: &mut Play<'_>, cast: &Cast<'_>, contest: &mut Contest<'_>) -> Result<(), CliError> {
    seat_and_commit(play, cast, contest).await?;
    reveal(play, contest).await?;
    rank(play, contest).await
}

/// Draws the jury and lets every juror commit.
async fn seat_and_commit(
    play: &mut Play<'_>,
    cast: &Cast<'_>,
    contest: &mut Contest<'_>,
) -> Result<(), CliError> {
    let id = contest.id;
    let standing = workflow::draw(&contest.escrow, &mut play.recorder).await.map_err(undrawn(id))?;
    expect_phase(id, Phase::Commit, standing.phase)?;
    let read = |error| from_client(format!("contest {id} cannot be read"), error);
    let entries = contest.escrow.entries().await.map_err(read)?;
    for (seat, juror) in (0..).zip(contest.escrow.jury().await.map_err(read)?) {
        let person = cast.person(&juror.key).map(|person| person.key.clone());
        let key = person.ok_or_else(|| stranger(id, &juror.key.to_string()))?;
        let numbers: Vec<u8> = entries.iter().map(|entry| entry.id).collect();
        let sealed = SealedCard { card: card(id, seat, &numbers), salt: salt(id, &key) };
        let committed = workflow::commit(&contest.escrow, &sealed, &key, &mut play.recorder).await;
        committed.map_err(|error| from_workflow(format!("a juror of contest {id} cannot commit"), error))?;
        contest.sealed.push((key, sealed));
    }
    let title = &contest.spec.title;
    play.recorder.say(format!("{title}: {} jurors have committed to their cards", contest.sealed.len()));
    Ok(())
}

/// Lets every juror reveal.
async fn reveal(play: &mut Play<'_>, contest: &Contest<'_>) -> Result<(), CliError> {
    let id = contest.id;
    for (key, sealed) in &contest.sealed {
        let revealed = workflow::reveal(&contest.escrow, sealed, key, &mut play.recorder).await;
        revealed.map_err(|error| from_workflow(format!("a juror of contest {id} cannot reveal"), error))?;
    }
    Ok(())
}

/// Has the ranking made.
async fn rank(play: &mut Play<'_>, contest: &mut Contest<'_>) -> Result<(), CliError> {
    let id = contest.id;
    let ranking = workflow::tally(&contest.escrow, &mut play.recorder).await;
    contest.ranking =
        ranking.map_err(|error| from_workflow(format!("contest {id} has no ranking"), error))?;
    let winner = winner(play, &contest.escrow, contest.ranking.first().map_or(0, |rank| rank.entry)).await?;
    play.recorder.say(format!("{}: first place goes to {winner}", contest.spec.title));
    Ok(())
}

/// Who sent an entry.
pub(super) async fn winner(
    play: &Play<'_>,
    escrow: &ContestEscrow<'_>,
    entry: u8,
) -> Result<String, CliError> {
    let entries = escrow.entries().await;
    let entries = entries.map_err(|error| from_client("the entries of a contest cannot be read", error))?;
    let found = entries.iter().find(|found| found.id == entry);
    Ok(found.map_or_else(|| "nobody".to_owned(), |found| play.roster().label(&found.key)))
}

/// A juror's card: each contest has another order of merit, each juror is a little stricter with every other entry.
fn card(contest: u32, juror: usize, entries: &[u8]) -> Card {
    let line = |(place, entry): (usize, &u8)| {
        let merit = (place + contest as usize) % entries.len();
        let score = (BEST - merit - (juror + merit) % 2).clamp(1, BEST);
        Line::score(*entry, u8::try_from(score).unwrap_or(1), "comment of the juror")
    };
    Card { lines: entries.iter().enumerate().map(line).collect() }
}

/// Salts are the same in every run, so that two runs are equal; a real juror draws 256 random bits.
fn salt(contest: u32, juror: &Development) -> [u8; 32] {
    Digest::of(&format!("salt of {} in contest {contest}", juror.public_key())).0
}

fn undrawn(id: u32) -> impl Fn(WorkflowError) -> CliError {
    move |error| from_workflow(format!("contest {id} gets no jury"), error)
}

fn expect_phase(id: u32, expected: Phase, found: Phase) -> Result<(), CliError> {
    if expected == found {
        return Ok(());
    }
    let (what, why) =
        (format!("contest {id} is not where it should be"), format!("it is {found}, not {expected}"));
    Err(CliError::new(Status::Refused, "not-as-expected", what, why, "report this"))
}

fn stranger(id: u32, key: &str) -> CliError {
    let what = format!("contest {id} has a juror whom the story does not know");
    CliError::new(Status::Refused, "not-as-expected", what, format!("the key is {key}"), "report this")
}
