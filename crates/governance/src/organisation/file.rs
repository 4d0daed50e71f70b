//! The files' own shape, and the way from it to the domain types.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use ton_abi::{Nano, UnixTime};

use super::{
    Budget, Contest, Error, FileKind, Files, Member, Organisation, Stage, Topic, contests, governance,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MembersFile {
    organisation: OrganisationEntry,
    member: Vec<MemberEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrganisationEntry {
    name: String,
    declared_wallet: String,
    mandate_end: u32,
    min_members: usize,
    max_members: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MemberEntry {
    name: String,
    telegram: bool,
    background: String,
    public_key: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StagesFile {
    stage: Vec<StageEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StageEntry {
    number: u8,
    total: u64,
    when: String,
    soft: bool,
    contest: Vec<ContestEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ContestEntry {
    number: u8,
    topic: u8,
    title: String,
    participants: Option<u64>,
    jury: Option<u64>,
    org: Option<u64>,
    total: Option<u64>,
    #[serde(default)]
    on_request: bool,
    #[serde(default)]
    depends_on: Vec<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicsFile {
    topic: Vec<TopicEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicEntry {
    number: u8,
    title: String,
    goal: String,
    #[serde(default)]
    subtopics: Vec<String>,
    #[serde(default)]
    contests: Vec<String>,
}

pub(super) fn read(files: &Files) -> Result<Organisation, Error> {
    let MembersFile { organisation, member } = syntax(FileKind::Members, &files.members)?;
    let stages: StagesFile = syntax(FileKind::Stages, &files.stages)?;
    let topics: TopicsFile = syntax(FileKind::Topics, &files.topics)?;
    if organisation.min_members > member.len() || member.len() > organisation.max_members {
        return Err(Error::MemberCount {
            found: member.len(),
            min: organisation.min_members,
            max: organisation.max_members,
        });
    }
    Ok(Organisation {
        declared_wallet: organisation
            .declared_wallet
            .parse()
            .map_err(|_| Error::DeclaredWallet { text: organisation.declared_wallet })?,
        name: organisation.name,
        mandate_end: UnixTime(organisation.mandate_end),
        members: member.into_iter().map(read_member).collect::<Result<_, _>>()?,
        stages: stages.stage.into_iter().map(read_stage).collect::<Result<_, _>>()?,
        topics: topics.topic.into_iter().map(read_topic).collect(),
        proposals: contests::read(&files.contests)?,
        governance: governance::read(&files.governance)?,
    })
}

pub(super) fn syntax<T: DeserializeOwned>(file: FileKind, text: &str) -> Result<T, Error> {
    toml::from_str(text).map_err(|source| Error::Syntax { file, source: Box::new(source) })
}

fn read_member(entry: MemberEntry) -> Result<Member, Error> {
    let is_key = entry.public_key.len() == 64
        && entry.public_key.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let public_key = entry.public_key.parse().ok().filter(|_| is_key);
    Ok(Member {
        public_key: public_key.ok_or_else(|| Error::KeyForm { member: entry.name.clone() })?,
        name: entry.name,
        telegram: entry.telegram,
        background: entry.background,
    })
}

fn read_stage(entry: StageEntry) -> Result<Stage, Error> {
    Ok(Stage {
        number: entry.number,
        total: Nano::tokens(entry.total),
        when: entry.when,
        soft: entry.soft,
        contests: entry.contest.into_iter().map(read_contest).collect::<Result<_, _>>()?,
    })
}

fn read_contest(entry: ContestEntry) -> Result<Contest, Error> {
    let budget = match (entry.on_request, entry.participants, entry.jury, entry.org, entry.total) {
        (true, None, None, None, None) => None,
        (false, Some(participants), Some(jury), Some(org), Some(total)) => {
            let budget = Budget {
                participants: Nano::tokens(participants),
                jury: Nano::tokens(jury),
                org: Nano::tokens(org),
            };
            let total = Nano::tokens(total);
            if budget.total() != total {
                return Err(Error::ContestSum {
                    contest: entry.number,
                    declared: total,
                    sum: budget.total(),
                });
            }
            Some(budget)
        }
        _ => return Err(Error::Amounts { contest: entry.number }),
    };
    Ok(Contest {
        number: entry.number,
        topic: entry.topic,
        title: entry.title,
        budget,
        depends_on: entry.depends_on,
    })
}

fn read_topic(entry: TopicEntry) -> Topic {
    let TopicEntry { number, title, goal, subtopics, contests } = entry;
    Topic { number, title, goal, subtopics, contests }
}
