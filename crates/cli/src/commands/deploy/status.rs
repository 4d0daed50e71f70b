//! `subgov deploy status`

use serde_json::json;

use super::site::{SiteArgs, failed, places_json};
use crate::error::{CliError, Status as ExitStatus};
use crate::output::{Answer, Progress};
use crate::table::{Column, table};

#[derive(Debug, clap::Args)]
pub(crate) struct Status {
    #[command(flatten)]
    site: SiteArgs,
}

pub(super) async fn run(args: &Status, progress: Progress) -> Result<Answer, CliError> {
    let folder = args.site.state()?;
    let Some(journal) = args.site.journal()? else {
        return Err(CliError::new(
            ExitStatus::Usage,
            "no-journal",
            format!("{} has no deployment", folder.display()),
            "there is no journal in it",
            "see what a deployment does with `subgov deploy plan`, and begin it with `subgov deploy apply`",
        ));
    };
    let site = args.site.open(false, progress).await?;
    let blueprint = site.blueprint()?;
    let status = deploy::Status::of(&site.local.client, &blueprint, &journal).await;
    let status = status.map_err(|error| failed("the state of the deployment cannot be found out", error))?;
    let rows = status.steps.iter().map(|it| vec![it.step.to_string(), it.standing.to_string()]);
    let mut text = table(&[Column::Text("Step"), Column::Text("State")], rows);
    let open = status.steps.iter().filter(|it| !it.standing.is_over()).count();
    text += &match (status.done, open) {
        (true, _) => "Everything is done and was compared with the files.\n".to_owned(),
        (false, open) => {
            format!("{open} steps are left; go on with `subgov deploy apply --state {}`.\n", folder.display())
        }
    };
    let mut warnings: Vec<_> = status.mismatches.iter().map(ToString::to_string).collect();
    if status.torn > 0 {
        warnings.push(format!(
            "the last line of the journal was not finished ({} bytes): what it announces was not begun",
            status.torn
        ));
    }
    let steps = status.steps.iter().map(|it| {
        json!({
            "step": it.step.id(),
            "title": it.step.to_string(),
            "state": it.standing.id(),
            "text": it.standing.to_string(),
            "over": it.standing.is_over(),
        })
    });
    let mismatches =
        status.mismatches.iter().map(|it| json!({ "what": it.what, "journal": it.journal, "now": it.now }));
    let data = json!({
        "done": status.done,
        "steps": steps.collect::<Vec<_>>(),
        "mismatches": mismatches.collect::<Vec<_>>(),
        "torn": status.torn,
        "entries": journal.entries().len(),
        "addresses": places_json(&blueprint),
    });
    Ok(Answer { text, data, warnings })
}
