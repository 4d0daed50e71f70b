//! `subgov stage release`: the money of a stage, once everything before it is done.
//!
//! `stage fund` submits the payment whatever the treasury will say; this looks at the gate first and tells what is
//! missing, so that no payment collects confirmations only to bounce.

use governance::registry::ContestStatus;
use governance::treasury::{CONTRACT, Stage, StageStatus};
use governance::{Organs, gas, workflow};
use serde_json::json;
use ton_abi::{Boc, Nano};

use crate::actor::{Actor, act};
use crate::error::{CliError, Status};
use crate::failure::{from_client, from_workflow};
use crate::output::{Answer, Progress};
use crate::overview::tokens;
use crate::state::StateArgs;

#[derive(Debug, clap::Args)]
pub(crate) struct Release {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    actor: Actor,
    /// Number of the stage.
    stage: u8,
}

pub(super) async fn release(args: &Release, progress: Progress) -> Result<Answer, CliError> {
    let number = args.stage;
    act(&args.state, &args.actor.trial, progress, async |world, organs, recorder| {
        let (name, key) = args.actor.signer(world, organs).await?;
        let amount = check(organs, number).await?;
        let id = workflow::submit_funding(organs, number, amount, &key, recorder).await;
        let id = id.map_err(|error| from_workflow(refused(number), error))?;
        let text = format!(
            "{name} submits transaction {id}: {} TON for stage {number}; the others confirm it with \
             `subgov multisig confirm`",
            tokens(amount)
        );
        Ok((text, json!({ "transaction": id, "stage": number, "amount": amount })))
    })
    .await
}

fn refused(number: u8) -> String {
    format!("the money of stage {number} cannot be released")
}

/// What the stage still needs, if the gate is open and nobody submitted it yet.
async fn check(organs: &Organs<'_>, number: u8) -> Result<Nano, CliError> {
    let failed = |error| from_client(refused(number), error);
    let closed =
        |code, why: String, hint: String| CliError::new(Status::Safety, code, refused(number), why, hint);
    let stages = organs.treasury.stages().await.map_err(failed)?;
    let index = usize::from(number).checked_sub(1);
    let Some((index, stage)) = index.and_then(|index| Some((index, stages.get(index)?))) else {
        let why = format!("the plan has stages 1 to {}", stages.len());
        let hint = "see them with `subgov stage list`";
        return Err(CliError::new(Status::Usage, "unknown-stage", refused(number), why, hint));
    };
    if stage.status != StageStatus::Planned {
        let hint = "see the stages with `subgov stage list --state DIR`".to_owned();
        return Err(closed("not-planned", format!("it is {}", stage.status), hint));
    }
    if let Some(before) = index.checked_sub(1).map(|index| &stages[index]) {
        gate(organs, number - 1, before, &closed).await?;
    }
    if let Some((id, received, required)) = submitted(organs, number).await.map_err(failed)? {
        let why =
            format!("transaction {id} has submitted it already, with {received} of {required} confirmations");
        return Err(closed(
            "already-submitted",
            why,
            format!("confirm it: `subgov multisig confirm --as MEMBER {id}`"),
        ));
    }
    let (needs, balance) = (stage.needs(), organs.multisig.balance().await.map_err(failed)?);
    if balance < Nano(needs.0 + gas::CALL.0) {
        let why = format!("it needs {} TON, the multisig has {} TON", tokens(needs), tokens(balance));
        return Err(closed("short-balance", why, "ask the main governance for the grant".to_owned()));
    }
    Ok(needs)
}

/// Whether the stage before is closed, and what is missing for that.
async fn gate(
    organs: &Organs<'_>,
    before: u8,
    stage: &Stage,
    closed: &impl Fn(&'static str, String, String) -> CliError,
) -> Result<(), CliError> {
    let failed = |error| from_client(refused(before + 1), error);
    match stage.status {
        StageStatus::Closed => return Ok(()),
        StageStatus::Planned => {
            let hint = format!("release that first: `subgov stage release --as MEMBER {before}`");
            return Err(closed("gate", format!("stage {before} has not even begun"), hint));
        }
        StageStatus::Active => {}
    }
    if stage.open > 0 {
        let directory = organs.registry.contests().await.map_err(failed)?;
        let is_open = |status| ![ContestStatus::Closed, ContestStatus::Cancelled].contains(&status);
        let open = directory.iter().filter(|contest| contest.stage == before && is_open(contest.status));
        let open: Vec<_> = open.map(|contest| contest.id.to_string()).collect();
        let why = format!("contests {} of stage {before} are not over", open.join(", "));
        return Err(closed("gate", why, "see what they wait for with `subgov contest show`".to_owned()));
    }
    let unpublished = organs.registry.unpublished(before).await.map_err(failed)?;
    if unpublished > 0 {
        let why = format!("the results of {unpublished} contests of stage {before} are not published");
        return Err(closed("gate", why, "publish them with `subgov contest publish`".to_owned()));
    }
    let why = format!("stage {before} is not closed, though all its contests are over and published");
    Err(closed("gate", why, format!("propose it: `subgov stage close --as MEMBER {before}`")))
}

/// The transaction that funds the stage, if one waits.
async fn submitted(
    organs: &Organs<'_>,
    number: u8,
) -> ton_client::Result<Option<(governance::multisig::TransactionId, u8, u8)>> {
    let abi = organs.abis().get(CONTRACT);
    let wanted = number.to_string();
    let is_this = |payload: &str| {
        let body = Boc::decode_base64(payload).ok();
        let call = body.and_then(|body| abi.decode_internal_call(&body).ok());
        call.is_some_and(|call| {
            &*call.name == "fundStage"
                && call.get_json("stage").is_some_and(|stage| stage.as_str() == Some(wanted.as_str()))
        })
    };
    let waiting = organs.multisig.transactions().await?;
    let found = waiting.iter().find(|it| it.dest == *organs.treasury.address() && is_this(&it.payload));
    Ok(found.map(|it| (it.id, it.received, it.required)))
}
