//! Published records.

use governance::text::Digest;
use governance::workflow;

use super::{Check, Report, payouts, results};
use crate::facts::{ContestFacts, Facts};
use crate::history::number;

/// The text of a contest's record as it was when it was published last; `None` without a publication.
pub(crate) fn published_text(facts: &Facts, contest: &ContestFacts) -> Option<String> {
    let id = contest.record.id;
    let mut events = facts.registry.events_of("ResultPublished");
    let mine = |event: &ton_abi::Decoded| number::<u32>(event, "contestId") == id;
    let last = events.by_ref().filter(|(_, event)| mine(event)).last()?;
    let tally = (contest.standing.tallied_at.0 > 0).then(|| results::recompute(contest));
    let items = payouts::all_at(contest, tally.as_ref(), last.0.tx.lt);
    let (title, hash) = (&contest.spec.title, contest.results_hash);
    Some(workflow::record(id, title, hash, &contest.ranking, &contest.entries, &items))
}

/// The published record is what the chain said when it was published.
pub(super) fn contest(report: &mut Report, place: &str, facts: &Facts, contest: &ContestFacts) {
    let known = facts.published(contest.record.id);
    let text = published_text(facts, contest);
    if let Some(published) = known {
        let hash = text.as_deref().map(Digest::of).unwrap_or_default();
        report.same(Check::Record, place, "SHA-256 of the published record", &hash, &published.record_hash);
        let last = facts.registry.events_of("ResultPublished");
        let last = last.filter(|(_, event)| number::<u32>(event, "contestId") == contest.record.id).last();
        let link = last.and_then(|(_, event)| event.get_json("link"));
        let link = link.and_then(|link| link.as_str().map(str::to_owned)).unwrap_or_default();
        report.same(Check::Record, place, "link of the published record", &link, &published.link);
    } else {
        report.same(Check::Record, place, "published", &text.is_some(), &false);
    }
}

/// The report of a stage that consists of the records of its contests, in the order in which they were published last.
pub(crate) fn stage_text(facts: &Facts, stage: u8) -> Option<String> {
    let order =
        facts.registry.events_of("ResultPublished").map(|(_, event)| number::<u32>(event, "contestId"));
    let order: Vec<u32> = order.collect();
    let mut texts = Vec::new();
    for contest in facts.contests.iter().filter(|contest| contest.record.stage == stage) {
        let at = order.iter().rposition(|id| *id == contest.record.id)?;
        texts.push((at, published_text(facts, contest)?));
    }
    texts.sort_by_key(|(at, _)| *at);
    (!texts.is_empty()).then(|| texts.into_iter().map(|(_, text)| text).collect())
}

/// Reports of closed stages: those made of the contests' records can be told from the chain, others not.
pub(super) fn stages(report: &mut Report, facts: &Facts) {
    for (number, (stage, _)) in (1u8..).zip(&facts.stages) {
        if stage.report_hash == Digest::default() {
            continue;
        }
        let text = stage_text(facts, number);
        if text.as_deref().map(Digest::of) == Some(stage.report_hash) {
            let place = format!("stage {number}");
            report.same(Check::Record, &place, "report", &stage.report_hash, &stage.report_hash);
        } else {
            report.unknown.push(format!(
                "whether the report of stage {number} behind its link has the SHA-256 {}: it is not the records of its contests",
                stage.report_hash
            ));
        }
    }
}
