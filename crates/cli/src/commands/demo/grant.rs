//! Act 4: the first grant, "upfront", becomes the budget of stage 1.

use governance::Organs;
use governance::workflow::{self, Error};
use serde_json::json;

use super::{Play, signers};
use crate::error::CliError;
use crate::failure::{from_client, from_workflow};
use crate::overview::tokens;

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
    let stage_now = match funded {
        Ok(stage) => stage,
        Err(error) => return Err(unfunded(play, organs, stage, error).await),
    };
    play.recorder.say(format!(
        "{} members confirm: stage {stage} is {}, {} TON are available",
        members.len(),
        stage_now.status,
        tokens(stage_now.available)
    ));
    Ok(())
}

/// Tells what stands after a grant that did not get its confirmations.
async fn unfunded(play: &Play<'_>, organs: &Organs<'_>, stage: u8, error: Error) -> CliError {
    let data = match &error {
        Error::Unconfirmed { id, received, required, value } => {
            let custodians = organs.multisig.custodians().await.unwrap_or_default();
            let waiting = organs.multisig.transaction(*id).await.ok().flatten();
            let signed = waiting.map(|waiting| waiting.confirmations.names(&custodians, play.roster()));
            let received_money = organs.treasury.stage(stage).await.ok().map(|stage| stage.received);
            Some(json!({
                "transaction": id,
                "received": received,
                "required": required,
                "value": value,
                "signed": signed,
                "stage_received": received_money,
            }))
        }
        _ => None,
    };
    let failure = from_workflow(format!("stage {stage} is not funded"), error);
    match data {
        Some(data) => failure.with_data(data),
        None => failure,
    }
}
