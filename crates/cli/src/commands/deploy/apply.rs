//! `subgov deploy apply`

use std::io::{IsTerminal, Write};

use deploy::{Event, Observer, Payer, Report, Taken};
use governance::workflow::founding::Step;
use localnet::SharedNode;
use serde_json::{Value, json};

use super::plan::draw;
use super::show;
use super::site::{Site, SiteArgs, failed, places_json};
use crate::error::{CliError, Status};
use crate::local::giver_key;
use crate::output::{Answer, Progress};
use crate::state::{Addresses, NewFolder, World, kept};
use crate::table::{Column, table};

#[derive(Debug, clap::Args)]
pub(crate) struct Apply {
    #[command(flatten)]
    site: SiteArgs,
    /// Show the plan and send nothing.
    #[arg(long)]
    dry_run: bool,
    /// Do not ask.
    #[arg(long, env = "SUBGOV_YES", value_parser = clap::builder::FalseyValueParser::new())]
    yes: bool,
}

pub(super) async fn run(args: &Apply, progress: Progress) -> Result<Answer, CliError> {
    let state = args.site.state()?.to_owned();
    if kept(&state)?.is_some() && args.site.journal()?.is_none() {
        return Err(CliError::new(
            Status::Safety,
            "state-exists",
            format!("no deployment can be kept in {}", state.display()),
            "the directory keeps an organisation already",
            "choose another directory",
        ));
    }
    let mut site = args.site.open(!args.dry_run, progress).await?;
    let (plan, mut warnings) = draw(&site, args.dry_run, progress).await?;
    warnings.extend(site.contracts.warnings.clone());
    if args.dry_run {
        warnings.push("dry run: nothing was sent".to_owned());
        let data = json!({ "dry_run": true, "plan": show::plan_to_json(&plan), "steps": [] });
        return Ok(Answer { text: show::plan_to_text(&plan), data, warnings });
    }
    let mut journal = args.site.open_journal()?;
    if journal.dropped() > 0 {
        warnings.push(
            "the last line of the journal was not finished and is dropped: what it announced was not begun"
                .to_owned(),
        );
    }
    if plan.steps.iter().any(|it| !it.done) && !args.yes {
        agree(&show::plan_to_text(&plan))?;
    }
    let signer = args.site.signer()?;
    let mut folder = site.folder.take();
    let node = site.local.embedded().cloned();
    let (addresses, report, places) = {
        let blueprint = site.blueprint()?;
        let client = &site.local.client;
        let owner = giver_key();
        let payer = client
            .transport()
            .is_local()
            .then(|| Payer { contract: site.local.giver.clone(), signer: &owner });
        let mut teller = Teller { progress, folder: folder.as_mut(), node };
        let done =
            deploy::apply(client, &blueprint, &*signer, payer.as_ref(), &mut journal, &mut teller).await;
        let what = "the organisation is not founded yet";
        let (organs, report) = done.map_err(|error| failed(what, error))?;
        (Addresses::of(&organs), report, places_json(&blueprint))
    };
    keep(site, addresses, folder)?;
    let place = state.display();
    let text = format!(
        "{}The organisation is live, and everything is as its files say.\n\
         It is kept in {place}; go on with `subgov multisig show --state {place}`.\n",
        report_to_text(&report)
    );
    let data = json!({
        "dry_run": false,
        "state": state,
        "addresses": places,
        "steps": report_to_json(&report),
    });
    Ok(Answer { text, data, warnings })
}

/// Writes down all that other commands need.
fn keep(site: Site, addresses: Addresses, folder: Option<NewFolder>) -> Result<(), CliError> {
    let abis = site.contracts.organisation.abis();
    World::new(site.local, (site.files, site.organisation), addresses, abis, folder).save()
}

/// Shows what would be done and asks whether it shall be.
fn agree(plan: &str) -> Result<(), CliError> {
    let refused = |why: &str| {
        Err(CliError::new(
            Status::Safety,
            "not-agreed",
            "nothing was sent",
            why,
            "look at `subgov deploy plan`, then run the command with --yes",
        ))
    };
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        return refused("there is no terminal to ask for agreement");
    }
    let mut out = std::io::stderr().lock();
    let mut answer = String::new();
    let asked = write!(out, "{plan}Do it? [y/N] ")
        .and_then(|()| out.flush())
        .and_then(|()| std::io::stdin().read_line(&mut answer));
    match asked {
        Ok(_) if matches!(answer.trim(), "y" | "Y" | "yes") => Ok(()),
        _ => refused("the answer was not yes"),
    }
}

/// Tells progress, and keeps the network that is in this process.
struct Teller<'t> {
    progress: Progress,
    folder: Option<&'t mut NewFolder>,
    node: Option<SharedNode>,
}

impl Observer for Teller<'_> {
    fn event(
        &mut self,
        step: Step,
        event: &Event<'_>,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        self.progress.say(match event {
            Event::Found => format!("{step}: done already"),
            Event::Sending(message) => format!("{step}: message {} is sent", message.hash),
            Event::Resumed(message) => format!("{step}: message {} of an earlier run", message.hash),
            Event::Landed(tree) => format!("{step}: done in {} transactions", tree.steps.len()),
            Event::Void(message) => format!("{step}: message {message} is void, another one is made"),
        });
        if let (Event::Landed(_), Some(folder), Some(node)) = (event, &mut self.folder, &self.node) {
            folder.keep(&node.lock()).map_err(|error| error.why)?;
        }
        Ok(())
    }
}

fn report_to_text(report: &Report) -> String {
    let rows = report.steps.iter().map(|(step, taken)| {
        let (how, transaction) = words(taken);
        vec![step.to_string(), how.to_owned(), transaction]
    });
    table(&[Column::Text("Step"), Column::Text("Taken"), Column::Text("Transaction")], rows)
}

fn report_to_json(report: &Report) -> Value {
    let step = |(step, taken): &(Step, Taken)| {
        let transaction = match taken {
            Taken::Now { transaction } => Some(transaction.to_string()),
            _ => None,
        };
        let taken = match taken {
            Taken::Before => "before",
            Taken::Found => "found",
            Taken::Now { .. } => "now",
            Taken::Checked => "checked",
        };
        json!({ "step": step.id(), "title": step.to_string(), "taken": taken, "transaction": transaction })
    };
    report.steps.iter().map(step).collect()
}

fn words(taken: &Taken) -> (&'static str, String) {
    match taken {
        Taken::Before => ("in an earlier run", String::new()),
        Taken::Found => ("found done", String::new()),
        Taken::Now { transaction } => ("now", transaction.to_string()),
        Taken::Checked => ("checked", String::new()),
    }
}
