//! All proposals, open or over.

use governance::Organs;
use governance::proposal::{Info, Tally};
use serde_json::{Value, json};

use super::unread;
use crate::error::CliError;
use crate::table::{Column, table};

/// Proposals by id, with their votes.
pub(crate) struct Proposals(Vec<(u32, Info, Tally)>);

impl Proposals {
    pub(crate) async fn read(organs: &Organs<'_>) -> Result<Self, CliError> {
        let failed = unread("proposals");
        let next = organs.registry.status().await.map_err(&failed)?.next_proposal;
        let mut all = Vec::new();
        for id in 1..next {
            let proposal = organs.proposal(id).await.map_err(&failed)?;
            // A proposal whose payload was malformed was never deployed.
            match proposal.info().await {
                Ok(info) => all.push((id, info, proposal.tally().await.map_err(&failed)?)),
                Err(ton_client::Error::AccountMissing { .. } | ton_client::Error::NotActive { .. }) => {}
                Err(error) => return Err(failed(error)),
            }
        }
        Ok(Self(all))
    }

    pub(crate) fn to_text(&self) -> String {
        let columns = [
            Column::Number("#"),
            Column::Text("Proposal"),
            Column::Text("Outcome"),
            Column::Number("Yes"),
            Column::Number("No"),
            Column::Number("Needed"),
        ];
        let row = |(id, info, tally): &(u32, Info, Tally)| {
            vec![
                id.to_string(),
                info.action_name().to_owned(),
                info.outcome.to_string(),
                tally.yes.to_string(),
                tally.no.to_string(),
                info.class_threshold.to_string(),
            ]
        };
        table(&columns, self.0.iter().map(row))
    }

    pub(crate) fn to_json(&self) -> Value {
        let proposals = self.0.iter().map(|(id, info, tally)| {
            json!({
                "id": id,
                "action": info.action_name(),
                "outcome": info.outcome.word(),
                "yes": tally.yes,
                "no": tally.no,
                "abstain": tally.abstain,
                "needed": info.class_threshold,
                "code": info.code,
                "proposer": info.proposer,
                "link": info.link,
                "document": info.doc_hash.to_string(),
                "voting_ends": info.end,
            })
        });
        proposals.collect()
    }
}
