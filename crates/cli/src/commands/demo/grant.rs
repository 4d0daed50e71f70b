//! Act 4: the first grant, "upfront", becomes the budget of stage 1.

use governance::{Organs, workflow};

use super::{Play, signers, tokens};
use crate::error::CliError;
use crate::failure::{from_client, from_workflow};

pub(super) async fn play(play: &mut Play<'_>, organs: &Organs<'_>) -> Result<(), CliError> {
    play.recorder.act("Act 4. The grant for stage 1");
    let members = play.majority();
    let skipped = play.skipped.map(|number| usize::from(number) - 1);
    let present: Vec<_> = (0..)
        .zip(&members)
        .filter(|(index, _)| Some(*index) != skipped)
        .map(|(_, key)| key.clone())
        .collect();
    fund(play, organs, 1, &present).await
}

/// The main giver grants the budget of a stage to the members' wallet, and members move it into the treasury.
pub(super) async fn fund(
    play: &mut Play<'_>,
    organs: &Organs<'_>,
    stage: u8,
    members: &[keys::development::Development],
) -> Result<(), CliError> {
    let total = play.organisation.stages[usize::from(stage) - 1].total;
    let failed = |error| from_client("the members' wallet cannot be read", error);
    play.recorder.give(organs.multisig.address(), total).await?;
    let balance = organs.multisig.balance().await.map_err(failed)?;
    play.recorder.say(format!("the main giver pays {} TON, the multisig has {balance:#}", tokens(total)));
    let funded = workflow::fund_stage(organs, stage, total, &signers(members), &mut play.recorder).await;
    let stage_now = funded.map_err(|error| from_workflow(format!("stage {stage} is not funded"), error))?;
    play.recorder.say(format!(
        "{} members confirm: stage {stage} is {}, {} TON are available",
        members.len(),
        stage_now.status,
        tokens(stage_now.available)
    ));
    Ok(())
}
