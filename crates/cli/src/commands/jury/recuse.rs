//! `subgov jury recuse`: a juror declines to judge a contest.

use keys::Signer;
use serde_json::json;
use ton_client::processing::Tree;

use crate::actor::act;
use crate::error::CliError;
use crate::failure::from_client;
use crate::output::{Answer, Progress};
use crate::person::Person;
use crate::state::StateArgs;

#[derive(Debug, clap::Args)]
pub(crate) struct Recuse {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    person: Person,
    /// Id of the contest.
    contest: u32,
}

pub(super) async fn recuse(args: &Recuse, progress: Progress) -> Result<Answer, CliError> {
    let id = args.contest;
    act(&args.state, &args.person.trial, progress, async |world, organs, recorder| {
        let (name, key) = args.person.signer(world)?;
        let failed = |error| from_client(format!("{name} cannot decline to judge contest {id}"), error);
        let tree = organs.jury_pool.recuse(id, &key).await.and_then(Tree::expect_success).map_err(failed)?;
        recorder.ledger.note(format!("decline contest {id}"), &name, &tree);
        let draw = organs.jury_pool.draw(id).await.map_err(failed)?;
        let recused = draw.recused.contains(&key.public_key());
        let text =
            format!("{name} will not be drawn for contest {id}; {} declined so far", draw.recused.len());
        Ok((text, json!({ "contest": id, "recused": recused, "declined": draw.recused.len() })))
    })
    .await
}
