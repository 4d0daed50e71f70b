//! Act 6: the members decide on the five contests of stage 1, the Jury Contest first.

use governance::payload::Launch;
use governance::{Organs, workflow};
use keys::development;

use super::contests::Contest;
use super::{Cast, Play, signers};
use crate::error::CliError;
use crate::failure::{from_client, from_workflow};
use crate::overview::tokens;

/// The contest whose winners become jurors.
pub(super) const JURY_CONTEST: u8 = 1;

pub(super) async fn play<'a>(
    play: &mut Play<'a>,
    organs: &Organs<'a>,
    cast: &Cast<'a>,
) -> Result<Vec<Contest<'a>>, CliError> {
    play.recorder.act("Act 6. The members launch the contests of stage 1");
    let items: Vec<u8> = play.organisation.stages[0].contests.iter().map(|contest| contest.number).collect();
    let members = play.majority();
    let mut proposals = Vec::new();
    for (proposer, item) in (0..).zip(&items) {
        let bootstrap_jury = if *item == JURY_CONTEST { cast.bootstrap_jury() } else { Vec::new() };
        let launch = Launch { item: *item, bootstrap_jury, ..Launch::default() };
        let failed = |error| from_workflow(format!("contest {item} cannot be proposed"), error);
        let proposer = development::signer(proposer);
        let (id, spec) =
            workflow::propose_launch(organs, play.organisation, launch, &proposer, &mut play.recorder)
                .await
                .map_err(failed)?;
        let tally = workflow::vote(organs, id, &signers(&members), &mut play.recorder).await;
        let tally = tally.map_err(failed)?;
        play.recorder
            .say(format!("proposal {id}, {}: {} with {} votes", spec.title, tally.outcome, tally.yes));
        proposals.push((id, spec));
    }
    play.recorder.say("24 hours later the decisions are carried out");
    let mut contests = Vec::new();
    for (proposal, spec) in proposals {
        let failed = |error| from_workflow(format!("contest {} is not launched", spec.item), error);
        workflow::carry_out(organs, proposal, &mut play.recorder).await.map_err(failed)?;
        let id = workflow::launched(organs, proposal, &spec).await.map_err(failed)?;
        let escrow =
            organs.contest(id).await.map_err(|error| from_client("the contest cannot be read", error))?;
        play.recorder.say(format!("contest {id} holds its {} TON: {}", tokens(spec.total()), spec.title));
        contests.push(Contest { id, spec, escrow, ranking: Vec::new(), sealed: Vec::new() });
    }
    Ok(contests)
}
