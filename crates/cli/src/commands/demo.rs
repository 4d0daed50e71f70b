//! `subgov demo`: the proposal's story, from the first message to the second stage, on a network of its own.

mod cast;
mod contests;
mod declarations;
mod founding;
mod gate;
mod grant;
mod judging;
mod launch;
mod network;
mod payouts;
mod results;
mod summary;

use std::path::PathBuf;

use governance::organisation::Files;
use governance::{Organisation, Organs, Roster, rules};
use keys::Signer;
use keys::development::{self, Development};
use ton_abi::Address;

use crate::contracts::{self, Contracts, ContractsArgs};
use crate::error::{CliError, Status};
use crate::failure::from_node;
use crate::ledger::Ledger;
use crate::local::Local;
use crate::members;
use crate::network::Place;
use crate::output::{Answer, Progress};
use crate::recorder::Recorder;
use crate::state::{Addresses, NewFolder, World};
use cast::Cast;
use summary::Summary;

/// Plays the proposal's story: fifteen members, a jury that they cannot choose, five contests, the first stage.
///
/// Nothing but the network inside this program is touched; its clock jumps from deadline to deadline. Development
/// keys stand in for the keys of the members and of everybody else.
#[derive(Debug, clap::Args)]
pub(crate) struct Demo {
    #[command(flatten)]
    contracts: ContractsArgs,
    /// Keep the network in this new directory, to go on by hand.
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Leave out the confirmation of the member with this number (2 to 8), to see the stage not funded.
    #[arg(long, value_name = "MEMBER", hide = true, value_parser = clap::value_parser!(u8).range(2..=8))]
    skip_confirmation: Option<u8>,
}

/// Everything that the acts share.
struct Play<'a> {
    local: &'a Local,
    contracts: &'a Contracts,
    organisation: &'a Organisation,
    recorder: Recorder<'a>,
    skipped: Option<u8>,
}

/// How far the story came once there was an organisation.
struct Outcome {
    addresses: Addresses,
    /// Contests with the names that commands take.
    contests: Vec<(String, Address)>,
    summary: Result<Summary, CliError>,
}

pub(crate) async fn run(args: &Demo, progress: Progress) -> Result<Answer, CliError> {
    let folder =
        args.state.as_deref().map(|folder| NewFolder::create(folder, &Place::Embedded)).transpose()?;
    let organisation = Organisation::of_proposal();
    let contracts = contracts::build(&args.contracts)?;
    let local = Local::start(&contracts)?;
    let (outcome, ledger) = {
        let recorder = Recorder::new(&local, cast::roster(&organisation), progress);
        let (local, contracts, organisation) = (&local, &contracts, &organisation);
        let mut play = Play { local, contracts, organisation, recorder, skipped: args.skip_confirmation };
        let outcome = tell(&mut play).await;
        (outcome, play.recorder.ledger)
    };
    let Outcome { addresses, contests: found, summary } = outcome?;
    let files = (Files::of_proposal(), organisation);
    let mut world = World::new(local, files, addresses, contracts.organisation.abis(), folder);
    for (name, address) in found {
        world.name_account(&name, address);
    }
    world.save()?;
    conclude(&world, &ledger, &summary?, contracts.warnings)
}

/// Plays the acts up to the first that fails.
async fn tell(play: &mut Play<'_>) -> Result<Outcome, CliError> {
    network::play(play).await?;
    let organs = founding::play(play).await?;
    let mut contests = Vec::new();
    let summary = from_grant_to_gate(play, &organs, &mut contests).await;
    Ok(Outcome { addresses: Addresses::of(&organs), contests, summary })
}

async fn from_grant_to_gate<'a>(
    play: &mut Play<'a>,
    organs: &Organs<'a>,
    names: &mut Vec<(String, Address)>,
) -> Result<Summary, CliError> {
    declarations::play(play, organs).await?;
    grant::play(play, organs).await?;
    let cast = Cast::assemble(play).await?;
    let mut contests = launch::play(play, organs, &cast).await?;
    for contest in &contests {
        names.push((format!("contest/{}", contest.id), contest.escrow.address().clone()));
    }
    contests::enter(play, &cast, &mut contests).await?;
    judging::jury_contest(play, organs, &cast, &mut contests).await?;
    judging::others(play, organs, &cast, &mut contests).await?;
    results::play(play, organs, &contests).await?;
    gate::play(play, organs).await?;
    summary::read(play, organs).await
}

fn conclude(
    world: &World,
    ledger: &Ledger,
    summary: &Summary,
    warnings: Option<String>,
) -> Result<Answer, CliError> {
    // INVARIANT: the demo plays on a network that it started.
    let node = world.local.embedded().expect("the demo's network is embedded");
    let audit = node.lock().audit();
    let audit = audit.map_err(|error| from_node("the books of the network cannot be added up", error))?;
    let data = summary.to_json(ledger, &audit);
    if !audit.is_balanced() || !summary.books_hold() {
        let (what, why) = ("the network or a contract lost or made money", audit.to_string());
        return Err(CliError::new(Status::Network, "books", what, why, "report this").with_data(data));
    }
    let text = format!(
        "{}{}Books: {audit}\nKeys: {}.\n",
        summary.to_text(),
        ledger.acts_to_text(),
        members::STAND_INS
    );
    Ok(Answer { text, data, warnings: warnings.into_iter().collect() })
}

impl Play<'_> {
    /// Members who vote and confirm together: as many as a decision needs, from the first on.
    fn majority(&self) -> Vec<Development> {
        let needed = rules::threshold(self.organisation.members.len());
        (0..).take(needed).map(development::signer).collect()
    }

    fn roster(&self) -> &Roster {
        &self.recorder.roster
    }
}

/// Keys as workflows take them.
fn signers(keys: &[Development]) -> Vec<&dyn Signer> {
    keys.iter().map(|key| key as &dyn Signer).collect()
}
