//! Act 10: results are published, the stage is closed, the next one begins.

use governance::text::Digest;
use governance::{Organs, workflow};
use keys::development;

use super::contests::Contest;
use super::{Play, grant, signers};
use crate::error::CliError;
use crate::failure::from_workflow;

/// Where the records are published. Source: proposal, "an additional bookmark".
const CATALOG: &str = "https://freeton.org/contests";

pub(super) async fn play(
    play: &mut Play<'_>,
    organs: &Organs<'_>,
    contests: &[Contest<'_>],
) -> Result<(), CliError> {
    play.recorder.act("Act 10. Results, and stage 2");
    let mut whole = String::new();
    for (member, contest) in (0..).zip(contests) {
        let failed = |error| from_workflow(format!("contest {} cannot be published", contest.id), error);
        let record = workflow::report(organs, contest.id).await.map_err(failed)?;
        let link = format!("{CATALOG}#record-{}", contest.id);
        let member = development::signer(member);
        workflow::publish(organs, contest.id, Digest::of(&record), &link, &member, &mut play.recorder)
            .await
            .map_err(failed)?;
        whole += &record;
    }
    play.recorder.say(format!("{} results are in the catalog", contests.len()));
    let members = play.majority();
    let link = format!("{CATALOG}#stage-1");
    let (report, signers) = (Digest::of(&whole), signers(&members));
    let closed = workflow::close_stage(organs, 1, report, &link, &signers, &mut play.recorder).await;
    let stage = closed.map_err(|error| from_workflow("stage 1 is not closed", error))?;
    play.recorder.say(format!(
        "the members close stage 1: it is {}, its report is {}",
        stage.status, stage.report_hash
    ));
    grant::fund(play, organs, 2, &members).await
}
