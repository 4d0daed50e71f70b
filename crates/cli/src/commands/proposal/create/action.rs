//! Actions from what people write: checked here as far as possible, the rest filled in from the chain.

use std::path::Path;

use clap::ValueEnum;
use governance::Organs;
use governance::contest::Phase;
use governance::organisation::{Params, Span};
use governance::payload::{
    Action, AdmitMember, CloseStage, ExtendDeadline, HoldPayout, OrgPayment, PayOrg, RemoveMember, RotateKey,
    SetPolicy, Signal,
};
use governance::text::Digest;
use keys::PublicKey;
use serde_json::{Value, json};
use ton_abi::{Nano, ParseNanoError, UnixTime};

use super::{Common, Moment, member_key};
use crate::error::{CliError, Status};
use crate::failure::from_client;
use crate::state::World;
use crate::utc::utc;

/// Payments of one decision at most. Source: `Limits.ORG_PAYMENTS`.
const PAYMENTS: usize = 16;
/// Accounts of the policy at most. Source: `Limits.ALLOWLIST`.
const ALLOWLIST: usize = 8;

/// A phase whose end members can move. Source: `RegistryActions`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Extensible {
    Open,
    Commit,
    Reveal,
}

impl Extensible {
    pub(crate) fn phase(self) -> Phase {
        match self {
            Self::Open => Phase::Open,
            Self::Commit => Phase::Commit,
            Self::Reveal => Phase::Reveal,
        }
    }
}

/// A decision as the command line has it.
#[derive(Debug, Clone)]
pub(crate) enum Draft {
    Text {
        soft: bool,
    },
    Extend {
        contest: u32,
        phase: Phase,
        until: Moment,
    },
    Hold {
        contest: u32,
        until: Moment,
    },
    CloseStage {
        stage: u8,
    },
    Admit {
        candidate: u32,
    },
    RotateKey {
        member: String,
        to: PublicKey,
    },
    RemoveMember {
        member: String,
    },
    Params {
        changes: Vec<String>,
    },
    PayOrg {
        payments: Vec<String>,
    },
    Policy {
        allowlist: Vec<String>,
        free_limit: Nano,
    },
    /// It was read from a file.
    Ready {
        action: Box<Action>,
        document: Digest,
    },
}

impl Draft {
    /// What can be told without the chain.
    pub(super) fn check(&self, common: &Common) -> Result<(), CliError> {
        let needs = |what: &str, flag: &str| {
            let hint = format!("give it with {flag}");
            CliError::new(
                Status::Usage,
                "usage",
                "the proposal is not complete",
                format!("it needs {what}"),
                hint,
            )
        };
        match self {
            Self::Text { .. } | Self::CloseStage { .. } if common.link.is_empty() => {
                return Err(needs("the place where its text is published", "--link URL"));
            }
            _ => {}
        }
        match self {
            Self::Text { .. } | Self::CloseStage { .. } | Self::RemoveMember { .. } | Self::PayOrg { .. }
                if common.document.is_none() =>
            {
                Err(needs("a text that says what and why", "--document FILE"))
            }
            Self::Params { changes } => {
                changes.iter().try_for_each(|change| pair(change, "votingPeriod=5d").map(drop))
            }
            Self::PayOrg { payments } if payments.len() > PAYMENTS => {
                Err(too_many("payments", PAYMENTS, payments.len()))
            }
            Self::PayOrg { payments } => payments.iter().try_for_each(|payment| amount(payment).map(drop)),
            Self::Policy { allowlist, .. } if allowlist.len() > ALLOWLIST => {
                Err(too_many("accounts", ALLOWLIST, allowlist.len()))
            }
            _ => Ok(()),
        }
    }

    /// The text that a file's decision is about.
    pub(super) fn document(&self) -> Option<Digest> {
        match self {
            Self::Ready { document, .. } => Some(*document),
            _ => None,
        }
    }

    /// The action with what the chain adds.
    pub(super) async fn action(
        &self,
        world: &World,
        organs: &Organs<'_>,
        link: &str,
        document: Digest,
    ) -> Result<Action, CliError> {
        let link = link.to_owned();
        Ok(match self {
            Self::Text { soft } => Action::Signal(Signal { doc_hash: document, link, soft: *soft }),
            Self::Extend { contest, phase, until } => {
                extension(organs, *contest, *phase, *until).await.map(Action::ExtendDeadline)?
            }
            Self::Hold { contest, until } => hold(organs, *contest, *until).await.map(Action::HoldPayout)?,
            Self::CloseStage { stage } => {
                Action::CloseStage(CloseStage { stage: *stage, report_hash: document, link })
            }
            Self::Admit { candidate } => admission(organs, *candidate).await.map(Action::AdmitMember)?,
            Self::RotateKey { member, to } => Action::RotateKey(RotateKey {
                old_key: member_key(world, organs, member).await?,
                new_key: *to,
            }),
            Self::RemoveMember { member } => {
                let key = member_key(world, organs, member).await?;
                Action::RemoveMember(RemoveMember { key, reason_hash: document })
            }
            Self::Params { changes } => parameters(organs, changes).await.map(Action::SetParams)?,
            Self::PayOrg { payments } => {
                let mut paid = Vec::new();
                for text in payments {
                    let (account, amount) = amount(text)?;
                    paid.push(OrgPayment { to: world.find_account(organs, account).await?, amount });
                }
                Action::PayOrg(PayOrg { payments: paid, memo_hash: document })
            }
            Self::Policy { allowlist, free_limit } => {
                let mut allowed = Vec::new();
                for text in allowlist {
                    allowed.push(world.find_account(organs, text).await?);
                }
                Action::SetPolicy(SetPolicy { allowlist: allowed, free_limit: *free_limit })
            }
            Self::Ready { action, .. } => (**action).clone(),
        })
    }
}

fn too_many(what: &str, most: usize, found: usize) -> CliError {
    let why = format!("it has {found} {what}, the contract takes {most}");
    CliError::new(Status::Usage, "usage", "the proposal is too long", why, "make several proposals of it")
}

/// `NAME=VALUE`
fn pair<'a>(text: &'a str, example: &str) -> Result<(&'a str, &'a str), CliError> {
    text.split_once('=').filter(|(name, value)| !name.is_empty() && !value.is_empty()).ok_or_else(|| {
        let what = format!("\"{text}\" cannot be used");
        let why = "it is no name and value with an equals sign between them";
        CliError::new(Status::Usage, "usage", what, why, format!("write it like {example}"))
    })
}

/// `ACCOUNT=TON`
fn amount(text: &str) -> Result<(&str, Nano), CliError> {
    let (account, amount) = pair(text, "treasury=100.5")?;
    let amount = amount.parse().map_err(|error: ParseNanoError| {
        let what = format!("\"{text}\" cannot be used");
        CliError::new(Status::Usage, "usage", what, error.to_string(), "write it like treasury=100.5")
    })?;
    Ok((account, amount))
}

/// A later end of a phase, after the present one.
async fn extension(
    organs: &Organs<'_>,
    contest_id: u32,
    phase: Phase,
    until: Moment,
) -> Result<ExtendDeadline, CliError> {
    let what = format!("the {phase} phase of contest {contest_id} cannot be extended");
    let failed = |error| from_client(&what, error);
    let standing = organs.contest(contest_id).await.map_err(failed)?.standing().await.map_err(failed)?;
    let end = match phase {
        Phase::Open => standing.entries_end,
        Phase::Commit => standing.commit_end,
        _ => standing.reveal_end,
    };
    if end.0 == 0 || standing.phase > phase {
        let why = format!("the contest is in the phase {}", standing.phase);
        let hint = "see the contest with `subgov contest show`";
        return Err(CliError::new(Status::Usage, "bad-phase", what, why, hint));
    }
    let time = until.from(end);
    later(&what, time, end)?;
    Ok(ExtendDeadline { contest_id, phase, time })
}

/// A hold that is not over yet.
async fn hold(organs: &Organs<'_>, contest_id: u32, until: Moment) -> Result<HoldPayout, CliError> {
    let what = format!("the payout of contest {contest_id} cannot be held");
    let failed = |error| from_client(&what, error);
    organs.registry.contest(contest_id).await.map_err(failed)?;
    let now = organs.now().await.map_err(failed)?;
    let until = until.from(now);
    later(&what, until, now)?;
    Ok(HoldPayout { contest_id, until })
}

fn later(what: &str, time: UnixTime, than: UnixTime) -> Result<(), CliError> {
    if time > than {
        return Ok(());
    }
    let why = format!("{} UTC is not later than {} UTC", utc(time), utc(than));
    Err(CliError::new(Status::Usage, "bad-time", what, why, "give a later time with --until"))
}

async fn admission(organs: &Organs<'_>, candidate: u32) -> Result<AdmitMember, CliError> {
    let what = format!("candidate {candidate} cannot be admitted");
    let candidates = organs.registry.candidates().await.map_err(|error| from_client(&what, error))?;
    if candidates.iter().any(|known| known.number == candidate) {
        return Ok(AdmitMember { candidate });
    }
    let hint = "see the candidates with `subgov member candidates`";
    Err(CliError::new(Status::Usage, "unknown-candidate", what, "there is no candidate of this number", hint))
}

/// The registry's parameters with these changes, within their bounds.
async fn parameters(organs: &Organs<'_>, changes: &[String]) -> Result<Params, CliError> {
    let what = "the parameters cannot be changed so";
    let present = organs.registry.params().await.map_err(|error| from_client(what, error))?;
    let bad = |why: String| {
        CliError::new(
            Status::Usage,
            "bad-parameter",
            what,
            why,
            "see the parameters with `subgov doctor --state DIR`",
        )
    };
    let mut members = json!(present);
    let Value::Object(known) = &mut members else { return Ok(present) };
    for change in changes {
        let (name, value) = pair(change, "votingPeriod=5d")?;
        let names = known.keys().cloned().collect::<Vec<_>>().join(", ");
        let member =
            known.get_mut(name).ok_or_else(|| bad(format!("there is no \"{name}\" among {names}")))?;
        *member = if member.is_boolean() {
            let flag: bool =
                value.parse().map_err(|_| bad(format!("{name} is true or false, not \"{value}\"")))?;
            flag.into()
        } else {
            let seconds = value.parse::<Span>().map(|span| span.0.to_string());
            seconds.unwrap_or_else(|_| value.to_owned()).into()
        };
    }
    let params: Params = serde_json::from_value(members).map_err(|error| bad(error.to_string()))?;
    params.check().map_err(|error| bad(error.to_string()))?;
    Ok(params)
}

/// A decision in a file.
pub(super) struct ActionFile {
    pub(super) action: Action,
    pub(super) link: String,
    pub(super) document: Digest,
}

impl ActionFile {
    pub(super) fn read(path: &Path) -> Result<Self, CliError> {
        let text = super::read(path)?;
        let file = governance::payload::ProposalFile::parse(&text).map_err(|error| {
            let what = format!("{} is not a proposal", path.display());
            let hint = "give a file of the schema subgov-proposal/1, for example of `subgov deploy plan`";
            CliError::new(Status::Usage, "bad-proposal", what, error.to_string(), hint).caused_by(error)
        })?;
        Ok(Self { action: file.action, link: file.link, document: file.document })
    }
}
