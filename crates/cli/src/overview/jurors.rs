//! The jury pool.

use governance::jury_pool::Juror;
use governance::{Organs, Roster};
use serde_json::{Value, json};

use super::unread;
use crate::error::CliError;
use crate::table::{Column, table};

/// Jurors with their names.
pub(crate) struct Jurors(Vec<(String, Juror)>);

impl Jurors {
    pub(crate) async fn read(organs: &Organs<'_>, roster: &Roster) -> Result<Self, CliError> {
        let jurors = organs.jury_pool.jurors().await.map_err(unread("jury pool"))?;
        Ok(Self(jurors.into_iter().map(|juror| (roster.label(&juror.key), juror)).collect()))
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }

    pub(crate) fn to_text(&self) -> String {
        let columns = [
            Column::Text("Juror"),
            Column::Text("Status"),
            Column::Number("From contest"),
            Column::Number("Judged"),
            Column::Number("Missed in a row"),
            Column::Number("Judging now"),
        ];
        let row = |(name, juror): &(String, Juror)| {
            let numbers = [juror.from_contest, juror.judged.into(), juror.missed.into(), juror.busy.into()];
            let words = [name.clone(), juror.status.to_string()];
            words.into_iter().chain(numbers.map(|number| number.to_string())).collect()
        };
        table(&columns, self.0.iter().map(row))
    }

    pub(crate) fn to_json(&self) -> Value {
        let jurors = self.0.iter().map(|(name, juror)| {
            json!({
                "name": name,
                "public_key": juror.key,
                "address": juror.addr.to_string(),
                "status": juror.status.word(),
                "topics": (1..=5).filter(|topic| juror.topic_mask & (1 << (topic - 1)) != 0).collect::<Vec<u8>>(),
                "from_contest": juror.from_contest,
                "judged": juror.judged,
                "missed": juror.missed,
                "busy": juror.busy,
            })
        });
        jurors.collect()
    }
}
