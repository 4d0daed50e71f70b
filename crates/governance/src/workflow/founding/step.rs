//! The steps, their order and their names.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::registry::CodeKind;

/// A contract of the organisation that gets gas money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Organ {
    /// The member registry.
    Registry,
    /// The members' wallet.
    Multisig,
    /// The stage budgets.
    Treasury,
    /// The independent jury.
    JuryPool,
}

impl Organ {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Registry, Self::Multisig, Self::Treasury, Self::JuryPool];

    /// What people call it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Registry => "registry",
            Self::Multisig => "multisig",
            Self::Treasury => "treasury",
            Self::JuryPool => "jury pool",
        }
    }

    const fn id(self) -> &'static str {
        match self {
            Self::JuryPool => "jury-pool",
            organ => organ.word(),
        }
    }
}

impl fmt::Display for Organ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A step of the founding. [`fmt::Display`] shows it to people, [`Step::id`] names it in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Step {
    /// Money arrives at the address of the deployer's wallet.
    FillPurse,
    /// The deployer opens this wallet.
    OpenPurse,
    /// It gives gas money to an organ.
    Feed(Organ),
    /// The registry is deployed.
    DeployRegistry,
    /// The registry gets a code.
    SetCode(CodeKind),
    /// The registry gets the plan.
    SetPlan,
    /// The registry has deployed its children.
    Live,
    /// Everything is as the files say.
    Verify,
}

/// A text that names no step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no step \"{0}\"")]
pub struct UnknownStep(pub String);

impl Step {
    /// All steps in the order in which they are taken.
    pub fn all() -> Vec<Self> {
        let codes = CodeKind::ALL.iter().copied().map(Self::SetCode);
        let organs = [Organ::Multisig, Organ::Treasury, Organ::JuryPool].map(Self::Feed);
        [Self::FillPurse, Self::OpenPurse, Self::Feed(Organ::Registry), Self::DeployRegistry]
            .into_iter()
            .chain(codes)
            .chain([Self::SetPlan, Self::Live])
            .chain(organs)
            .chain([Self::Verify])
            .collect()
    }

    /// The steps that must have been taken before this one, without those that these need themselves.
    pub fn needs(self) -> Vec<Self> {
        let codes = || CodeKind::ALL.iter().copied().map(Self::SetCode);
        match self {
            Self::FillPurse => Vec::new(),
            Self::OpenPurse => vec![Self::FillPurse],
            Self::Feed(Organ::Registry) => vec![Self::OpenPurse],
            Self::DeployRegistry => vec![Self::Feed(Organ::Registry)],
            Self::SetCode(_) | Self::SetPlan => vec![Self::DeployRegistry],
            Self::Live => codes().chain([Self::SetPlan]).collect(),
            Self::Feed(_) => vec![Self::Live],
            Self::Verify => Organ::ALL[1..].iter().copied().map(Self::Feed).collect(),
        }
    }

    /// Its name in files: `feed-registry`, `code-Treasury`.
    pub fn id(self) -> String {
        match self {
            Self::FillPurse => "fill-purse".to_owned(),
            Self::OpenPurse => "open-purse".to_owned(),
            Self::Feed(organ) => format!("feed-{}", organ.id()),
            Self::DeployRegistry => "deploy-registry".to_owned(),
            Self::SetCode(kind) => format!("code-{kind}"),
            Self::SetPlan => "plan".to_owned(),
            Self::Live => "live".to_owned(),
            Self::Verify => "verify".to_owned(),
        }
    }
}

impl FromStr for Step {
    type Err = UnknownStep;

    fn from_str(text: &str) -> Result<Self, UnknownStep> {
        let known = Self::all().into_iter().find(|step| step.id() == text);
        known.ok_or_else(|| UnknownStep(text.to_owned()))
    }
}

impl TryFrom<String> for Step {
    type Error = UnknownStep;

    fn try_from(text: String) -> Result<Self, UnknownStep> {
        text.parse()
    }
}

impl From<Step> for String {
    fn from(step: Step) -> Self {
        step.id()
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FillPurse => f.write_str("money for the deployer's wallet"),
            Self::OpenPurse => f.write_str("open a wallet"),
            Self::Feed(organ) => write!(f, "gas money for the {organ}"),
            Self::DeployRegistry => f.write_str("deploy the registry"),
            Self::SetCode(kind) => write!(f, "code of {kind}"),
            Self::SetPlan => f.write_str("the plan"),
            Self::Live => f.write_str("the registry is live"),
            Self::Verify => f.write_str("everything is as the files say"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_stands_behind_all_that_it_needs() {
        let all = Step::all();
        for (place, step) in all.iter().enumerate() {
            for needed in step.needs() {
                assert!(all[..place].contains(&needed), "{step} needs {needed}");
            }
            assert_eq!(step.id().parse(), Ok(*step));
        }
        assert_eq!(all.len(), 15);
        assert_eq!("feed".parse::<Step>(), Err(UnknownStep("feed".to_owned())));
    }
}
