//! The promises that the proposal's own tables make, checked one by one.

use super::{Budget, Contest, Error, FileKind, Organisation, Stage, contests, governance};
use crate::rules;

/// Jury reward, percent of the participants' reward. Source: proposal, costs per stage (1 000 to 100 and so on).
const JURY_PERCENT: u8 = 10;
/// Organisation reward, percent of the participants' reward. Source: the same table.
const ORG_PERCENT: u8 = 2;

pub(super) fn all(organisation: &Organisation) -> Result<(), Error> {
    members(organisation)?;
    let topics = organisation.topics.iter().map(|topic| topic.number);
    order(FileKind::Topics, topics)?;
    order(FileKind::Stages, organisation.stages.iter().map(|stage| stage.number))?;
    order(FileKind::Stages, organisation.contests().map(|contest| contest.number))?;
    organisation.stages.iter().try_for_each(stage)?;
    organisation.contests().try_for_each(|found| contest(organisation, found))?;
    governance::check(organisation)?;
    contests::check(organisation)
}

fn members(organisation: &Organisation) -> Result<(), Error> {
    let members = &organisation.members;
    if !(rules::MIN_MEMBERS..=rules::MAX_MEMBERS).contains(&members.len()) {
        let (min, max) = (rules::MIN_MEMBERS, rules::MAX_MEMBERS);
        return Err(Error::MemberCount { found: members.len(), min, max });
    }
    for (index, member) in members.iter().enumerate() {
        let before = &members[..index];
        if member.public_key.is_zero() {
            return Err(Error::KeyForm { member: member.name.clone() });
        }
        if let Some(first) = before.iter().find(|other| other.public_key == member.public_key) {
            return Err(Error::SameKey { first: first.name.clone(), second: member.name.clone() });
        }
        let name = member.name.to_lowercase();
        if name.trim().is_empty() || before.iter().any(|other| other.name.to_lowercase() == name) {
            return Err(Error::SameName { name: member.name.clone() });
        }
    }
    Ok(())
}

fn order(file: FileKind, numbers: impl Iterator<Item = u8>) -> Result<(), Error> {
    for (index, found) in numbers.enumerate() {
        if usize::from(found) != index + 1 {
            return Err(Error::Order { file, expected: index + 1, found });
        }
    }
    Ok(())
}

fn stage(stage: &Stage) -> Result<(), Error> {
    let sum = stage.contests.iter().filter_map(|contest| contest.budget).map(|budget| budget.total()).sum();
    if sum != stage.total {
        return Err(Error::StageSum { stage: stage.number, declared: stage.total, sum });
    }
    Ok(())
}

fn contest(organisation: &Organisation, contest: &Contest) -> Result<(), Error> {
    let Contest { number, topic, .. } = *contest;
    if !organisation.topics.iter().any(|known| known.number == topic) {
        return Err(Error::UnknownTopic { contest: number, topic });
    }
    if let Some(&on) = contest.depends_on.iter().find(|&&on| on == 0 || on >= number) {
        return Err(Error::Dependency { contest: number, on });
    }
    contest.budget.map_or(Ok(()), |budget| shares(number, budget))
}

fn shares(contest: u8, budget: Budget) -> Result<(), Error> {
    for (fund, amount, percent) in
        [("the jury", budget.jury, JURY_PERCENT), ("the organisation", budget.org, ORG_PERCENT)]
    {
        if amount.0 * 100 > budget.participants.0 * u128::from(percent) {
            return Err(Error::Share { contest, fund, percent });
        }
    }
    Ok(())
}
