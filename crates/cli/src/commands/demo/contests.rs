//! Act 7: entries. All contests are open at the same time.

use governance::contest::{EntryForm, Rank, SealedCard};
use governance::payload::Spec;
use governance::text::Digest;
use governance::workflow::Host as _;
use governance::{ContestEscrow, workflow};
use keys::development::Development;

use super::cast::Person;
use super::launch::JURY_CONTEST;
use super::{Cast, Play};
use crate::error::CliError;
use crate::failure::{from_client, from_workflow};

/// A contest of the story.
pub(super) struct Contest<'a> {
    pub(super) id: u32,
    pub(super) spec: Spec,
    pub(super) escrow: ContestEscrow<'a>,
    /// The ranking once it is made, best first.
    pub(super) ranking: Vec<Rank>,
    /// Cards between commit and reveal, each with its juror.
    pub(super) sealed: Vec<(Development, SealedCard)>,
}

pub(super) async fn enter(
    play: &mut Play<'_>,
    cast: &Cast<'_>,
    contests: &mut [Contest<'_>],
) -> Result<(), CliError> {
    play.recorder.act("Act 7. Entries");
    for contest in contests {
        let people = if contest.spec.item == JURY_CONTEST { &cast.applicants } else { &cast.developers };
        let failed = |error| from_workflow(format!("contest {} does not open", contest.id), error);
        play.recorder.wait_until(contest.spec.open_at).await.map_err(failed)?;
        for person in people {
            enter_one(play, contest, person).await?;
        }
        let standing = contest.escrow.standing().await;
        let standing = standing.map_err(|error| from_client("the contest cannot be read", error))?;
        play.recorder.say(format!("{}: {} entries", contest.spec.title, standing.entries));
    }
    Ok(())
}

async fn enter_one(play: &mut Play<'_>, contest: &Contest<'_>, person: &Person<'_>) -> Result<(), CliError> {
    let work = format!("work of {} for {}", person.name, contest.spec.title);
    let form = EntryForm {
        content: Digest::of(&work),
        link: format!("https://example.org/{}/{}", contest.id, person.name.replace(' ', "-")),
        terms: contest.spec.terms_hash,
    };
    let deposit = contest.spec.entry_deposit;
    let (escrow, wallet) = (&contest.escrow, &person.wallet);
    let entered = workflow::enter(escrow, &form, deposit, wallet, &person.key, &mut play.recorder).await;
    let what = format!("{} cannot enter contest {}", person.name, contest.id);
    entered.map(|_| ()).map_err(|error| from_workflow(what, error))
}
