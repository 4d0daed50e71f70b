//! One contest.

use std::collections::BTreeMap;

use governance::registry::ContestRecord;
use governance::{Organs, contest};

use super::{account, money};
use crate::error::Error;
use crate::facts::ContestFacts;
use crate::history::History;

/// Everything public about a contest.
pub(super) async fn read(organs: &Organs<'_>, record: ContestRecord) -> Result<ContestFacts, Error> {
    let client = organs.client();
    let escrow = organs.contest(record.id).await?;
    let history = History::read(client, escrow.address(), contest::CONTRACT).await?;
    let entries = escrow.entries().await?;
    let mut stats = BTreeMap::new();
    for entry in &entries {
        stats.insert(entry.id, escrow.stats(entry.id).await?);
    }
    let mut jury = escrow.jury().await?;
    jury.sort_by_key(|juror| juror.index);
    let (ranking, results_hash) = escrow.ranking().await?;
    Ok(ContestFacts {
        account: account(client, escrow.address(), contest::CONTRACT).await?,
        spec: escrow.spec().await?,
        standing: escrow.standing().await?,
        cards: escrow.cards().await?,
        payouts: escrow.payouts().await?,
        payout_hash: escrow.payout_hash().await?,
        ledger: escrow.ledger().await?,
        payments: money::payouts(client, &history).await?,
        returns: money::returns(client, &history).await?,
        record,
        entries,
        jury,
        stats,
        ranking,
        results_hash,
        history,
    })
}
