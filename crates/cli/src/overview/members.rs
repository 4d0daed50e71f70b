//! Members as the registry knows them.

use governance::registry::Member;
use governance::{Organs, Roster};
use serde_json::{Value, json};

use super::unread;
use crate::error::CliError;
use crate::table::{Column, table};
use crate::utc::utc;

/// Members with their names.
pub(crate) struct Members(Vec<(String, Member)>);

impl Members {
    pub(crate) async fn read(organs: &Organs<'_>, roster: &Roster) -> Result<Self, CliError> {
        let members = organs.registry.members().await.map_err(unread("members"))?;
        Ok(Self(members.into_iter().map(|member| (roster.label(&member.key), member)).collect()))
    }

    pub(crate) fn to_text(&self) -> String {
        let columns = [
            Column::Number("#"),
            Column::Text("Member"),
            Column::Text("Public key"),
            Column::Text("Declaration signed, UTC"),
        ];
        let row = |(name, member): &(String, Member)| {
            let key = member.key.to_string();
            let signed = if member.dod_at.0 == 0 { "no".to_owned() } else { utc(member.dod_at) };
            vec![member.index.to_string(), name.clone(), format!("{}…", &key[..16]), signed]
        };
        table(&columns, self.0.iter().map(row))
    }

    pub(crate) fn to_json(&self) -> Value {
        let members = self.0.iter().map(|(name, member)| {
            json!({
                "index": member.index,
                "name": name,
                "public_key": member.key,
                "joined_at": member.joined_at,
                "declared_at": member.dod_at,
                "from_contest": member.from_contest,
                "open_proposals": member.open,
            })
        });
        members.collect()
    }
}
