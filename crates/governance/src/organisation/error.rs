use std::fmt;

use ton_abi::{Nano, UnixTime};

/// Which of the organisation's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// `scripts/members.toml`.
    Members,
    /// `scripts/stages.toml`.
    Stages,
    /// `scripts/topics.toml`.
    Topics,
    /// `scripts/contests.toml`.
    Contests,
    /// `scripts/governance.toml`.
    Governance,
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Members => "members.toml",
            Self::Stages => "stages.toml",
            Self::Topics => "topics.toml",
            Self::Contests => "contests.toml",
            Self::Governance => "governance.toml",
        })
    }
}

/// What can be wrong with the organisation's files, or with a question about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not TOML, or a field is missing, unknown or of a wrong type.
    #[error("{file} cannot be read")]
    Syntax {
        /// The file.
        file: FileKind,
        /// Line and reason.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// The number of members is out of the bounds in the same file, or these are not the proposal's.
    #[error("{found} members are listed, allowed are {min} to {max}")]
    MemberCount {
        /// Members listed.
        found: usize,
        /// Least number.
        min: usize,
        /// Greatest number.
        max: usize,
    },
    /// A key is not 64 lower-case hexadecimal digits, or is the key 0.
    #[error("the public key of {member} is not 64 lower-case hexadecimal digits, or is zero")]
    KeyForm {
        /// The member.
        member: String,
    },
    /// Two members have the same key.
    #[error("{first} and {second} have the same public key")]
    SameKey {
        /// The member listed first.
        first: String,
        /// The other.
        second: String,
    },
    /// Two members have the same name, or a name is empty.
    #[error("the member name \"{name}\" is empty or used twice")]
    SameName {
        /// The name.
        name: String,
    },
    /// The declared wallet is not a full address.
    #[error("the declared wallet \"{text}\" is not an address like 0: and 64 hexadecimal digits")]
    DeclaredWallet {
        /// The text found.
        text: String,
    },
    /// Numbers of stages, contests or topics do not count up from 1.
    #[error("{file}: number {found} stands where {expected} is expected")]
    Order {
        /// The file.
        file: FileKind,
        /// The number that is due.
        expected: usize,
        /// The number found.
        found: u8,
    },
    /// A contest must have all four amounts, or `on_request = true` and none.
    #[error(
        "contest {contest} needs all of participants, jury, org and total, or on_request and none of them"
    )]
    Amounts {
        /// The contest's number.
        contest: u8,
    },
    /// The amounts of a contest do not give its total.
    #[error("contest {contest} declares {declared:#} TON, its parts give {sum:#} TON")]
    ContestSum {
        /// The contest's number.
        contest: u8,
        /// Total in the file.
        declared: Nano,
        /// Sum of the parts.
        sum: Nano,
    },
    /// The totals of a stage's contests do not give the stage's.
    #[error("stage {stage} declares {declared:#} TON, its contests give {sum:#} TON")]
    StageSum {
        /// The stage's number.
        stage: u8,
        /// Total in the file.
        declared: Nano,
        /// Sum of the contests.
        sum: Nano,
    },
    /// Jury or organisation get more than their share of the participants' reward.
    #[error("contest {contest} gives {fund} more than {percent} % of the participants' reward")]
    Share {
        /// The contest's number.
        contest: u8,
        /// Which fund.
        fund: &'static str,
        /// The greatest share.
        percent: u8,
    },
    /// A contest names a topic that does not exist.
    #[error("contest {contest} names topic {topic}, which does not exist")]
    UnknownTopic {
        /// The contest's number.
        contest: u8,
        /// The topic named.
        topic: u8,
    },
    /// A contest depends on one that does not come before it.
    #[error("contest {contest} depends on contest {on}, which does not come before it")]
    Dependency {
        /// The contest's number.
        contest: u8,
        /// The contest named.
        on: u8,
    },
    /// A parameter of the governance is out of the registry's bounds.
    #[error("the parameter {name} is {found}, allowed are {min} to {max}")]
    Parameter {
        /// Its name in the file.
        name: &'static str,
        /// The value found; spans in seconds.
        found: u32,
        /// Least value.
        min: u32,
        /// Greatest value.
        max: u32,
    },
    /// Cycles do not follow each other, or the first does not end with the mandate of the initial members.
    #[error("the bounds of the cycles do not grow, or the second is not the end of the mandate, {}", mandate_end.0)]
    CycleBounds {
        /// End of the mandate in the members' file.
        mandate_end: UnixTime,
    },
    /// Terms or declaration are empty.
    #[error("the terms or the declaration are empty")]
    EmptyText,
    /// Not each contest of the plan has its contest proposal, in the order of the plan.
    #[error("contest proposals are there for {found:?}, the plan has {expected:?}")]
    Proposals {
        /// Numbers in the file.
        found: Vec<u8>,
        /// Numbers in the plan.
        expected: Vec<u8>,
    },
    /// A contest proposal breaks a rule of contests.
    #[error("the proposal of contest {contest} {what}")]
    Proposal {
        /// The contest's number.
        contest: u8,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The prizes are more than the participants' reward.
    #[error("the prizes of contest {contest} are {sum:#} TON, its participants' reward is {fund:#} TON")]
    PrizeSum {
        /// The contest's number.
        contest: u8,
        /// Sum of the prizes.
        sum: Nano,
        /// Participants' reward in the plan.
        fund: Nano,
    },
    /// A share does not give the plan's amount.
    #[error("the proposal of contest {contest} gives {fund} {share:#} TON, the plan {amount:#} TON")]
    ProposedShare {
        /// The contest's number.
        contest: u8,
        /// Which fund.
        fund: &'static str,
        /// What the share gives.
        share: Nano,
        /// What the plan says.
        amount: Nano,
    },
    /// No member is called so.
    #[error("there is no member \"{text}\", the most similar name is \"{nearest}\"")]
    UnknownMember {
        /// What was asked for.
        text: String,
        /// A member's name.
        nearest: String,
    },
    /// Several members' names start so.
    #[error("\"{text}\" fits several members: {}", names.join(", "))]
    AmbiguousMember {
        /// What was asked for.
        text: String,
        /// The members' names.
        names: Vec<String>,
    },
}
