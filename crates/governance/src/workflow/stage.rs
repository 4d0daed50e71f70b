//! Results are published, stages are closed.

use std::fmt::Write as _;

use keys::Signer;
use ton_abi::printable;

use super::{Error, Host, Result, decide, expect};
use crate::Organs;
use crate::contest::{Entry, Payout, Rank};
use crate::payload::{Action, CloseStage};
use crate::text::Digest;
use crate::treasury::{Stage, StageStatus};

/// The record of a contest as a text, read from the chain: who was paid what. The same state gives the same text.
///
/// # Errors
/// Those of getters.
pub async fn report(organs: &Organs<'_>, id: u32) -> Result<String> {
    let contest = organs.contest(id).await?;
    let (spec, (ranking, hash), payouts) =
        (contest.spec().await?, contest.ranking().await?, contest.payouts().await?);
    let entries = contest.entries().await?;
    Ok(record(id, &spec.title, hash, &ranking, &entries, &payouts))
}

/// The record of a contest from what its getters say, see [`report`]. What entrants wrote stays in its line.
pub fn record(
    id: u32,
    title: &str,
    results: Digest,
    ranking: &[Rank],
    entries: &[Entry],
    payouts: &[Payout],
) -> String {
    let mut text = format!("# {}\n\n- Contest: {id}\n- Ranking: {results}\n\n", printable(title));
    for rank in ranking {
        let work = entries.iter().find(|entry| entry.id == rank.entry);
        let work = work
            .map(|entry| format!("{} {}", printable(&entry.link), entry.content_hash))
            .unwrap_or_default();
        // Writing to a text cannot fail.
        let _ = writeln!(
            text,
            "{}. entry {} ({}): {:#} TON {work}",
            rank.place, rank.entry, rank.average, rank.prize
        );
    }
    for payout in payouts {
        let _ = writeln!(text, "- {:#} TON to {}: {}", payout.amount, payout.to, payout.state);
    }
    text
}

/// A member puts the record of a contest into the catalog.
///
/// # Errors
/// [`Error::Found`] if it is not there afterwards.
pub async fn publish(
    organs: &Organs<'_>,
    id: u32,
    record: Digest,
    link: &str,
    member: &dyn Signer,
    host: &mut impl Host,
) -> Result<()> {
    let tree = organs.registry.publish(id, record, link, member).await?.expect_success()?;
    host.note("publish a result", Some(member.public_key()), &tree);
    let catalog = organs.registry.catalog().await?;
    let found = catalog.into_iter().find(|published| published.contest_id == id);
    let found = found.ok_or_else(|| Error::found("published record of contest", id, "none"))?;
    expect("published record", record, found.record_hash)
}

/// Members close a stage whose contests are over and published: its rest goes to the next one.
///
/// # Errors
/// [`Error::Proposal`] with the reason if the registry or the treasury does not agree.
pub async fn close_stage(
    organs: &Organs<'_>,
    number: u8,
    report: Digest,
    link: &str,
    members: &[&dyn Signer],
    host: &mut impl Host,
) -> Result<Stage> {
    let close = CloseStage { stage: number, report_hash: report, link: link.to_owned() };
    decide::decide(organs, &Action::CloseStage(close), link, report, members, host).await?;
    let stage = organs.treasury.stage(number).await?;
    expect("status of the stage", StageStatus::Closed, stage.status)?;
    expect("report of the stage", report, stage.report_hash)?;
    Ok(stage)
}
