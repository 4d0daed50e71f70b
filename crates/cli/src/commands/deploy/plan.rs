//! `subgov deploy plan`

use std::path::PathBuf;

use deploy::{Costs, compare, rehearse};
use governance::workflow::founding::Blueprint;
use keys::Signer;
use localnet::giver;
use serde_json::{Value, json};

use super::site::{Site, SiteArgs, failed};
use super::{emit, show};
use crate::error::CliError;
use crate::failure::from_workflow;
use crate::local::Local;
use crate::members;
use crate::output::{Answer, Progress};

#[derive(Debug, clap::Args)]
pub(crate) struct Plan {
    #[command(flatten)]
    site: SiteArgs,
    /// For a live organisation: write what members can decide and custodians can pay as files into this directory.
    #[arg(long, value_name = "DIR")]
    emit: Option<PathBuf>,
    /// Do not play the founding to measure fees: take figures of earlier foundings.
    #[arg(long)]
    no_rehearsal: bool,
}

pub(super) async fn run(args: &Plan, progress: Progress) -> Result<Answer, CliError> {
    let site = args.site.open(false, progress).await?;
    let (plan, mut warnings) = draw(&site, !args.no_rehearsal, progress).await?;
    warnings.extend(site.contracts.warnings.clone());
    if plan.is_live() {
        return live(args, &site, plan, warnings).await;
    }
    let mut data = show::plan_to_json(&plan);
    data["findings"] = json!([]);
    data["files"] = json!([]);
    Ok(Answer { text: show::plan_to_text(&plan), data, warnings })
}

/// Plans a founding, with measured fees if that is possible.
pub(super) async fn draw(
    site: &Site,
    measure: bool,
    progress: Progress,
) -> Result<(deploy::Plan, Vec<String>), CliError> {
    let blueprint = site.blueprint()?;
    let mut warnings = Vec::new();
    let costs = if measure {
        progress.say("fees are measured on a network in this program");
        measured(site).await.unwrap_or_else(|error| {
            warnings.push(format!("fees are estimates, for the rehearsal did not work: {}", error.why));
            Costs::figures()
        })
    } else {
        Costs::figures()
    };
    let plan = deploy::Plan::draw(&site.local.client, &blueprint, &costs).await;
    let plan = plan.map_err(|error| failed("the deployment cannot be planned", error))?;
    Ok((plan, warnings))
}

/// Plays the founding on a network of its own, under the configuration of the real one.
async fn measured(site: &Site) -> Result<Costs, CliError> {
    let what = "fees cannot be measured";
    let config = site.local.client.transport().config().await;
    let config = config.map_err(|error| failed(what, ton_client::Error::from(error).into()))?;
    let scratch = Local::start_with(&site.contracts, config)?;
    let mut charter = site.charter();
    charter.main_giver = giver::ADDRESS;
    let deployer = members::deployer();
    let blueprint =
        Blueprint::draw(charter, deployer.public_key()).map_err(|error| from_workflow(what, error))?;
    let filled = scratch.give(&blueprint.places().purse, blueprint.money()).await?;
    let costs = rehearse(&scratch.client, &blueprint, &deployer, filled.total_fees()).await;
    costs.map_err(|error| failed(what, error))
}

/// What a live organisation differs in.
async fn live(
    args: &Plan,
    site: &Site,
    plan: deploy::Plan,
    warnings: Vec<String>,
) -> Result<Answer, CliError> {
    let what = "the live organisation cannot be compared with its files";
    let blueprint = site.blueprint()?;
    let organs = blueprint.organs(&site.local.client).await.map_err(|error| from_workflow(what, error))?;
    let findings = compare(&organs, &site.charter()).await.map_err(|error| failed(what, error))?;
    let mut text = format!(
        "The organisation is live at {}: its deployer has no power over it.\n{}",
        plan.places.registry,
        show::findings_to_text(&findings)
    );
    let emitted = match &args.emit {
        Some(folder) => emit::write(folder, &findings)?,
        None => Vec::new(),
    };
    for file in &emitted {
        text += &format!("{} is written; submit it with\n  {}\n", file.path, file.command);
    }
    let files: Vec<Value> =
        emitted.iter().map(|file| json!({ "path": file.path, "command": file.command })).collect();
    let mut data = show::plan_to_json(&plan);
    data["findings"] = show::findings_to_json(&findings);
    data["files"] = Value::Array(files);
    Ok(Answer { text, data, warnings })
}
