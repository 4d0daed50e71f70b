//! `subgov contest extend` and `hold`: members give more time, or stop a payout.

use serde_json::json;

use crate::actor::{Actor, act};
use crate::commands::proposal::create::{Common, Draft, Extensible, Moment, propose};
use crate::error::CliError;
use crate::failure::from_client;
use crate::output::{Answer, Progress};
use crate::state::StateArgs;

/// Members who must ask for a quick hold. Source: `Limits.QUICK_HOLD_KEYS`.
const QUICK_HOLD_MEMBERS: usize = 3;

#[derive(Debug, clap::Args)]
pub(crate) struct Extend {
    #[command(flatten)]
    common: Common,
    /// Id of the contest.
    contest: u32,
    /// The phase whose end moves.
    #[arg(value_enum)]
    phase: Extensible,
    /// The new end: seconds since 1970, a date like 2021-01-31T18:00 (UTC), or +7d from the present end.
    #[arg(long, value_name = "TIME")]
    until: Moment,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Hold {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    actor: Actor,
    /// Id of the contest.
    contest: u32,
    /// Propose a hold until then: seconds since 1970, a date like 2021-01-31T18:00 (UTC), or +7d from now.
    #[arg(long, value_name = "TIME")]
    until: Option<Moment>,
}

pub(super) async fn extend(args: &Extend, progress: Progress) -> Result<Answer, CliError> {
    let draft = Draft::Extend { contest: args.contest, phase: args.phase.phase(), until: args.until };
    propose(&args.common, &draft, progress).await
}

pub(super) async fn hold(args: &Hold, progress: Progress) -> Result<Answer, CliError> {
    match args.until {
        Some(until) => {
            let common = Common::plain(args.state.clone(), args.actor.clone());
            propose(&common, &Draft::Hold { contest: args.contest, until }, progress).await
        }
        None => quick_hold(args, progress).await,
    }
}

/// A member asks; seven days are given when the third one does.
async fn quick_hold(args: &Hold, progress: Progress) -> Result<Answer, CliError> {
    let id = args.contest;
    act(&args.state, &args.actor.trial, progress, async |world, organs, recorder| {
        let (name, key) = args.actor.signer(world, organs).await?;
        let failed =
            |error| from_client(format!("{name} cannot ask to hold the payout of contest {id}"), error);
        let tree = organs.registry.quick_hold(id, &key).await;
        let tree = tree.and_then(ton_client::processing::Tree::expect_success).map_err(failed)?;
        recorder.ledger.note(format!("ask to hold contest {id}"), &name, &tree);
        let record = organs.registry.contest(id).await.map_err(failed)?;
        let standing = organs.contest(id).await.map_err(failed)?.standing().await.map_err(failed)?;
        let asked = record.hold_keys.len();
        let outcome = if record.hold_used {
            format!("the payout is held until {} UTC", crate::utc::utc(standing.held_until))
        } else {
            format!("{asked} of {QUICK_HOLD_MEMBERS} members have asked")
        };
        let text = format!("{name} asks to hold the payout of contest {id}: {outcome}");
        let result = json!({
            "contest": id, "asked": asked, "needed": QUICK_HOLD_MEMBERS,
            "held_until": record.hold_used.then_some(standing.held_until),
        });
        Ok((text, result))
    })
    .await
}
