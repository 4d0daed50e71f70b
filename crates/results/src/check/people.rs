//! Proposals with their votes; members, custodians, jurors.

use std::collections::{BTreeMap, BTreeSet};

use governance::contest::Kind;
use governance::jury_pool::JurorStatus;
use governance::proposal::{Choice, Outcome};
use governance::rules;
use ton_abi::PublicKey;

use super::{Check, Report};
use crate::facts::{Facts, ProposalFacts};
use crate::history::{number, value};

/// Proposals have the votes that electors signed, and the outcome that follows from them.
pub(super) fn proposals(report: &mut Report, facts: &Facts) {
    for proposal in &facts.proposals {
        let place = format!("proposal {}", proposal.id);
        votes(report, &place, proposal);
        outcome(report, &place, facts, proposal);
    }
}

fn votes(report: &mut Report, place: &str, proposal: &ProposalFacts) {
    let mut signed: BTreeMap<PublicKey, Choice> = BTreeMap::new();
    let calls = proposal.history.signed().filter(|(_, _, call)| &*call.name == "vote");
    for (_, key, call) in calls {
        signed.insert(key, value(call, "choice").unwrap_or(Choice::None));
    }
    for vote in &proposal.votes {
        let expected = signed.remove(&vote.key).unwrap_or(Choice::None);
        report.same(
            Check::Vote,
            &format!("{place}, elector {}", vote.index),
            "vote",
            &expected,
            &vote.choice,
        );
        report.holds(
            Check::Vote,
            &format!("{place}, elector {}", vote.index),
            "right to vote",
            !vote.excluded || vote.choice == Choice::None,
            || ("none: the elector is excluded".to_owned(), vote.choice.to_string()),
        );
    }
    for (key, choice) in signed {
        report.holds(Check::Vote, place, "voter", false, || {
            ("an elector".to_owned(), format!("{key}, {choice}"))
        });
    }
    let count = |choice| proposal.votes.iter().filter(|vote| vote.choice == choice).count();
    let tally = &proposal.tally;
    for (choice, found) in
        [(Choice::Yes, tally.yes), (Choice::No, tally.no), (Choice::Abstain, tally.abstain)]
    {
        let what = format!("count of {choice}");
        report.same(Check::Vote, place, &what, &count(choice), &usize::from(found));
    }
}

fn outcome(report: &mut Report, place: &str, facts: &Facts, proposal: &ProposalFacts) {
    let info = &proposal.info;
    report.same(Check::Vote, place, "outcome", &info.outcome, &proposal.tally.outcome);
    let decided =
        matches!(info.outcome, Outcome::Passed | Outcome::Executed | Outcome::Failed | Outcome::Expired);
    if decided && !info.soft {
        let enough = proposal.tally.yes >= info.class_threshold;
        report.holds(Check::Vote, place, "votes in favour", enough, || {
            (format!("at least {}", info.class_threshold), proposal.tally.yes.to_string())
        });
        let needed = rules::threshold(info.electors.into());
        report.holds(Check::Vote, place, "votes needed", usize::from(info.class_threshold) >= needed, || {
            (format!("at least {needed} of {}", info.electors), info.class_threshold.to_string())
        });
    }
    let carried_out = ["ActionExecuted", "SignalPassed"]
        .into_iter()
        .flat_map(|name| facts.registry.events_of(name))
        .any(|(_, event)| number::<u32>(event, "id") == proposal.id);
    let executed = info.outcome == Outcome::Executed;
    report.same(Check::Vote, place, "carried out by the registry", &carried_out, &executed);
}

/// Members are the custodians, nobody sits on both sides, and jurors won their seats.
pub(super) fn members(report: &mut Report, facts: &Facts) {
    let members: BTreeSet<PublicKey> = facts.members.iter().map(|member| member.key).collect();
    let custodians: BTreeSet<PublicKey> = facts.custodians.iter().map(|custodian| custodian.key).collect();
    let list =
        |keys: &BTreeSet<PublicKey>| keys.iter().map(PublicKey::to_string).collect::<Vec<_>>().join(" ");
    report.same(Check::Member, "multisig", "custodians", &list(&members), &list(&custodians));
    let count = members.len();
    report.same(Check::Member, "registry", "number of members", &count, &facts.status.members.into());
    let threshold = rules::threshold(count);
    report.same(
        Check::Member,
        "registry",
        "votes that decide",
        &threshold,
        &facts.threshold.threshold.into(),
    );
    declarations(report, facts);
    for juror in &facts.jurors {
        let place = format!("juror {}", facts.roster.label(&juror.key));
        let is_member = juror.status == JurorStatus::Active && members.contains(&juror.key);
        report.same(Check::Member, &place, "member, too", &false, &is_member);
        let won = facts.contests.iter().any(|contest| {
            let seats = contest.ranking.iter().take(contest.spec.seats.into());
            let mut winners =
                seats.filter_map(|rank| contest.entries.iter().find(|entry| entry.id == rank.entry));
            contest.record.id == juror.from_contest
                && contest.spec.kind == Kind::JurySelection
                && winners.any(|entry| entry.key == juror.key)
        });
        report.same(
            Check::Member,
            &place,
            &format!("won a seat in contest {}", juror.from_contest),
            &true,
            &won,
        );
    }
}

/// Declarations were signed by the members' own keys.
fn declarations(report: &mut Report, facts: &Facts) {
    for member in facts.members.iter().filter(|member| member.dod_at.0 > 0) {
        let place = format!("member {}", facts.roster.label(&member.key));
        let calls =
            facts.registry.signed().filter(|(_, key, call)| *key == member.key && &*call.name == "attest");
        let last = calls.last().and_then(|(_, _, call)| value(call, "docHash"));
        let expected: governance::text::Digest = last.unwrap_or_default();
        report.same(Check::Member, &place, "declaration", &expected, &member.dod_hash);
    }
}
