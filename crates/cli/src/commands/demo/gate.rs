//! Act 11: stage 3 cannot be funded before stage 2 is closed.

use governance::workflow::{self, Error};
use governance::{Organs, treasury::StageStatus};

use super::{Play, signers};
use crate::error::{CliError, Status};
use crate::failure::{from_client, from_workflow};
use crate::overview::tokens;

/// Exit code of the stage gate. Source: `Errors.STAGE_GATE`.
const STAGE_GATE: i32 = 400;
/// The stage that is too early.
const STAGE: u8 = 3;

pub(super) async fn play(play: &mut Play<'_>, organs: &Organs<'_>) -> Result<(), CliError> {
    play.recorder.act("Act 11. Too early for stage 3");
    let total = play.organisation.stages[usize::from(STAGE) - 1].total;
    play.recorder.give(organs.multisig.address(), total).await?;
    let members = play.majority();
    let funded = workflow::fund_stage(organs, STAGE, total, &signers(&members), &mut play.recorder).await;
    let wrong = |why: String| {
        CliError::new(Status::Refused, "not-as-expected", "the stage gate did not hold", why, "report this")
    };
    match funded {
        Err(Error::Bounced { code: STAGE_GATE, value, .. }) => play.recorder.say(format!(
            "all eight confirm, but the treasury sends the {} TON back: exit code {STAGE_GATE}",
            tokens(value)
        )),
        Err(error) => return Err(from_workflow("the stage gate cannot be shown", error)),
        Ok(stage) => return Err(wrong(format!("stage {STAGE} is {}", stage.status))),
    }
    let failed = |error| from_client("the treasury cannot be read", error);
    let stage = organs.treasury.stage(STAGE).await.map_err(failed)?;
    let balance = organs.multisig.balance().await.map_err(failed)?;
    if stage.status != StageStatus::Planned || !stage.received.is_zero() || balance < total {
        return Err(wrong(format!("stage {STAGE} is {} and has {:#} TON", stage.status, stage.received)));
    }
    play.recorder.say(format!("the money waits in the multisig, which has {balance:#} TON"));
    Ok(())
}
