//! `subgov proposal create ACTION`: a member proposes a decision.

mod action;
mod moment;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use governance::payload::Action;
use governance::text::Digest;
use governance::{Organs, workflow};
use serde_json::json;

use self::action::ActionFile;
pub(crate) use self::action::{Draft, Extensible};
pub(crate) use self::moment::Moment;
use super::decision;
use crate::actor::{Actor, act};
use crate::commands::contest::launch::{Launch, launch};
use crate::error::{CliError, Status};
use crate::failure::{from_client, from_workflow};
use crate::identity::seat_of;
use crate::output::{Answer, Progress};
use crate::state::{StateArgs, World};

/// What every proposal has.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Common {
    #[command(flatten)]
    pub(crate) state: StateArgs,
    #[command(flatten)]
    pub(crate) actor: Actor,
    /// Where the text of the proposal is published.
    #[arg(long, value_name = "URL", default_value = "", hide_default_value = true)]
    pub(crate) link: String,
    /// File with the text of the proposal; its SHA-256 goes on the chain.
    #[arg(long, value_name = "FILE")]
    pub(crate) document: Option<PathBuf>,
}

impl Common {
    /// Without a text.
    pub(crate) fn plain(state: StateArgs, actor: Actor) -> Self {
        Self { state, actor, link: String::new(), document: None }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Create {
    /// Launch a contest of the plan; the same as `subgov contest launch`.
    Launch(Launch),
    #[command(flatten)]
    Decision(Decision),
}

/// Decisions that follow from the command line alone.
#[derive(Debug, Subcommand)]
pub(crate) enum Decision {
    /// An advisory vote on a text.
    Text {
        #[command(flatten)]
        common: Common,
        /// Let the soft majority decide at the end of voting instead of 50 % + 1.
        #[arg(long)]
        soft: bool,
    },
    /// Move the end of a contest's phase to a later time.
    Extend {
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
    },
    /// Hold the payout of a contest.
    Hold {
        #[command(flatten)]
        common: Common,
        /// Id of the contest.
        contest: u32,
        /// End of the hold: seconds since 1970, a date like 2021-01-31T18:00 (UTC), or +7d from now.
        #[arg(long, value_name = "TIME")]
        until: Moment,
    },
    /// Close a stage whose contests are over and published; --document is its report.
    CloseStage {
        #[command(flatten)]
        common: Common,
        /// Number of the stage.
        stage: u8,
    },
    /// Give a free seat to a candidate.
    Admit {
        #[command(flatten)]
        common: Common,
        /// Number of the candidate, from `subgov member candidates`.
        candidate: u32,
    },
    /// Give a member another key.
    RotateKey {
        #[command(flatten)]
        common: Common,
        /// The member: a name, the start of one, a number, or the present key.
        member: String,
        /// The next public key, 64 hexadecimal digits.
        #[arg(long, value_name = "KEY")]
        to: keys::PublicKey,
    },
    /// Remove a member; --document is the reason.
    RemoveMember {
        #[command(flatten)]
        common: Common,
        /// The member: a name, the start of one, a number, or the key.
        member: String,
    },
    /// Change parameters of the registry; what is not named stays as it is.
    Params {
        #[command(flatten)]
        common: Common,
        /// A parameter of `subgov doctor`, spans like 7d: votingPeriod=5d; again for each.
        #[arg(long = "set", value_name = "NAME=VALUE", required = true)]
        changes: Vec<String>,
    },
    /// Pay from the org fund; --document says what for.
    PayOrg {
        #[command(flatten)]
        common: Common,
        /// A payment: an account and an amount in TON; again for each, at most 16.
        #[arg(long = "pay", value_name = "ACCOUNT=TON", required = true)]
        payments: Vec<String>,
    },
    /// Set what custodians may pay without a decision.
    Policy {
        #[command(flatten)]
        common: Common,
        /// Somebody who may be paid within the limit; again for each, at most 8.
        #[arg(long = "allow", value_name = "ACCOUNT")]
        allowlist: Vec<String>,
        /// Limit of one transaction and of 24 h together, in TON.
        #[arg(long, value_name = "TON")]
        free_limit: ton_abi::Nano,
    },
    /// A decision from a file, for example one that `subgov deploy plan` wrote.
    File {
        #[command(flatten)]
        common: Common,
        /// The file: JSON of the schema subgov-proposal/1.
        file: PathBuf,
    },
}

pub(super) async fn create(command: &Create, progress: Progress) -> Result<Answer, CliError> {
    match command {
        Create::Launch(args) => launch(args, progress).await,
        Create::Decision(decision) => {
            let (common, draft) = draft(decision)?;
            propose(&common, &draft, progress).await
        }
    }
}

/// What the command line says, checked as far as that is possible without the chain.
fn draft(decision: &Decision) -> Result<(Common, Draft), CliError> {
    let (common, draft) = match decision {
        Decision::Text { common, soft } => (common, Draft::Text { soft: *soft }),
        Decision::Extend { common, contest, phase, until } => {
            (common, Draft::Extend { contest: *contest, phase: phase.phase(), until: *until })
        }
        Decision::Hold { common, contest, until } => {
            (common, Draft::Hold { contest: *contest, until: *until })
        }
        Decision::CloseStage { common, stage } => (common, Draft::CloseStage { stage: *stage }),
        Decision::Admit { common, candidate } => (common, Draft::Admit { candidate: *candidate }),
        Decision::RotateKey { common, member, to } => {
            (common, Draft::RotateKey { member: member.clone(), to: *to })
        }
        Decision::RemoveMember { common, member } => (common, Draft::RemoveMember { member: member.clone() }),
        Decision::Params { common, changes } => (common, Draft::Params { changes: changes.clone() }),
        Decision::PayOrg { common, payments } => (common, Draft::PayOrg { payments: payments.clone() }),
        Decision::Policy { common, allowlist, free_limit } => {
            (common, Draft::Policy { allowlist: allowlist.clone(), free_limit: *free_limit })
        }
        Decision::File { common, file } => {
            let ActionFile { action, link, document } = ActionFile::read(file)?;
            let mut common = common.clone();
            if common.link.is_empty() {
                common.link = link;
            }
            return Ok((common, Draft::Ready { action: Box::new(action), document }));
        }
    };
    draft.check(common)?;
    Ok((common.clone(), draft))
}

/// Opens the proposal.
pub(crate) async fn propose(common: &Common, draft: &Draft, progress: Progress) -> Result<Answer, CliError> {
    let document = match &common.document {
        Some(path) => Some(Digest::of(&read(path)?)),
        None => draft.document(),
    };
    let document = document.unwrap_or_default();
    act(&common.state, &common.actor.trial, progress, async |world, organs, recorder| {
        let (name, key) = common.actor.signer(world, organs).await?;
        let action = draft.action(world, organs, &common.link, document).await?;
        let id = workflow::propose(organs, &action, &common.link, document, &key, recorder).await;
        let id =
            id.map_err(|error| from_workflow(format!("{name} cannot propose {}", action.name()), error))?;
        Ok(opened(world, &name, id, &action))
    })
    .await
}

/// What is said of a new proposal.
fn opened(world: &World, name: &str, id: u32, action: &Action) -> (String, serde_json::Value) {
    let text = format!(
        "{name} opens proposal {id}: {}\n{}vote with `subgov proposal vote --as MEMBER {id}`",
        action.name(),
        decision::to_text(world, action)
    );
    let result = json!({ "proposal": id, "action": action.name(), "decision": decision::to_json(action) });
    (text, result)
}

/// The text of a file that the command line names.
fn read(path: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(path).map_err(|error| {
        let what = format!("cannot read {}", path.display());
        let hint = "give a text file with --document";
        CliError::new(Status::Usage, "missing-file", what, error.to_string(), hint).caused_by(error)
    })
}

/// The registry's key of a member: by a key, or by name or number.
pub(crate) async fn member_key(
    world: &World,
    organs: &Organs<'_>,
    text: &str,
) -> Result<keys::PublicKey, CliError> {
    let members = organs.registry.members().await;
    let members = members.map_err(|error| from_client("the members cannot be read", error))?;
    let unknown = |why: String| {
        let what = format!("cannot tell which member \"{text}\" is");
        let hint = "give a full name or a number from `subgov member list`, or a key";
        CliError::new(Status::Usage, "unknown-member", what, why, hint)
    };
    if let Ok(key) = text.parse::<keys::PublicKey>() {
        let is_member = members.iter().any(|member| member.key == key);
        return if is_member { Ok(key) } else { Err(unknown("no member has this key".to_owned())) };
    }
    let index = crate::organisation::member(&world.organisation, text)?;
    let seat = seat_of(world, &members, index).map(|seat| seat.key);
    seat.ok_or_else(|| unknown(format!("{} has no seat any more", world.organisation.members[index].name)))
}
