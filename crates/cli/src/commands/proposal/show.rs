//! `subgov proposal show` and `watch`: one proposal with its votes.

use std::time::Duration;

use governance::proposal::{Choice, Info, Outcome, Tally, Vote};
use governance::{Organs, Roster};
use serde_json::{Value, json};
use ton_abi::{Address, UnixTime};

use super::decision;
use crate::error::{CliError, Status};
use crate::failure::from_client;
use crate::output::{Answer, Progress};
use crate::state::{StateArgs, World};
use crate::table::{Column, facts, table};
use crate::utc::utc;

/// How often a network is asked whether something changed.
const PERIOD: Duration = Duration::from_secs(2);

#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    #[command(flatten)]
    state: StateArgs,
    /// Id of the proposal.
    id: u32,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Watch {
    #[command(flatten)]
    state: StateArgs,
    /// Id of the proposal.
    id: u32,
    /// Give up after so many seconds; without it only the end of the proposal ends it.
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
}

/// A proposal as it stands.
struct Standing {
    id: u32,
    address: Address,
    info: Info,
    tally: Tally,
    votes: Vec<Vote>,
}

impl Standing {
    async fn read(organs: &Organs<'_>, id: u32) -> Result<Self, CliError> {
        let failed = |error| from_client(format!("proposal {id} cannot be read"), error);
        let proposal = organs.proposal(id).await.map_err(failed)?;
        let mut votes = proposal.votes().await.map_err(failed)?;
        votes.sort_by_key(|vote| vote.index);
        let (info, tally) = (proposal.info().await.map_err(failed)?, proposal.tally().await.map_err(failed)?);
        Ok(Self { id, address: proposal.address().clone(), info, tally, votes })
    }

    /// Whether nothing more can happen to it.
    fn is_over(&self) -> bool {
        use Outcome::{Cancelled, Executed, Expired, Rejected};
        [Rejected, Executed, Expired, Cancelled].contains(&self.tally.outcome)
    }

    /// The count in one line.
    fn count(&self) -> String {
        let Tally { outcome, yes, no, abstain, .. } = self.tally;
        let needed = self.info.class_threshold;
        format!("{outcome}: {yes} yes ({needed} needed), {no} no, {abstain} abstentions")
    }

    fn to_text(&self, world: &World) -> String {
        let (roster, info) = (world.roster(), &self.info);
        let moment = |time: UnixTime| if time.0 == 0 { "-".to_owned() } else { format!("{} UTC", utc(time)) };
        let mut lines = vec![
            ("address", self.address.to_string()),
            ("stands", self.count()),
            ("proposed by", roster.label(&info.proposer)),
            ("voting", format!("{} to {}", moment(info.start), moment(info.end))),
            ("carried out", format!("from {} until {}", moment(info.exec_after), moment(info.expire_at))),
            (
                "text",
                format!(
                    "{} (SHA-256 {})",
                    if info.link.is_empty() { "-" } else { &info.link },
                    info.doc_hash
                ),
            ),
        ];
        if info.code != 0 {
            lines.push((
                "last answer",
                format!("exit code {}, see `subgov explain {}`", info.code, info.code),
            ));
        }
        let decides = info
            .action()
            .map_or_else(|error| format!("  {error}\n"), |action| decision::to_text(world, &action));
        let columns = [
            Column::Number("#"),
            Column::Text("Member"),
            Column::Text("Vote"),
            Column::Text("When, UTC"),
            Column::Number("Changed"),
        ];
        let rows = self.votes.iter().map(|vote| {
            let when = if vote.at.0 == 0 { String::new() } else { utc(vote.at) };
            let changed = if vote.changes == 0 { String::new() } else { vote.changes.to_string() };
            vec![vote.index.to_string(), roster.label(&vote.key), word(vote).to_owned(), when, changed]
        });
        format!(
            "proposal {}: {}\n{}decides\n{decides}{}",
            self.id,
            info.action_name(),
            facts(&lines),
            table(&columns, rows)
        )
    }

    fn to_json(&self, roster: &Roster) -> Value {
        let (info, tally) = (&self.info, &self.tally);
        json!({
            "id": self.id,
            "address": self.address.to_string(),
            "action": info.action_name(),
            "decision": info.action().ok().as_ref().map(decision::to_json),
            "outcome": tally.outcome.word(),
            "yes": tally.yes,
            "no": tally.no,
            "abstain": tally.abstain,
            "needed": info.class_threshold,
            "electors": info.electors,
            "soft": info.soft,
            "code": info.code,
            "proposer": { "name": roster.name(&info.proposer), "public_key": info.proposer },
            "link": info.link,
            "document": info.doc_hash.to_string(),
            "voting_starts": info.start,
            "voting_ends": info.end,
            "execute_after": info.exec_after,
            "expires": info.expire_at,
            "votes": self.votes.iter().map(|vote| json!({
                "index": vote.index,
                "name": roster.name(&vote.key),
                "public_key": vote.key,
                "vote": vote.choice.word(),
                "excluded": vote.excluded,
                "changes": vote.changes,
                "at": vote.at,
            })).collect::<Vec<_>>(),
        })
    }
}

fn word(vote: &Vote) -> &'static str {
    match vote.choice {
        Choice::None if vote.excluded => "has no vote on this",
        Choice::None => "",
        choice => choice.word(),
    }
}

pub(super) async fn show(args: &Show) -> Result<Answer, CliError> {
    let world = World::open(&args.state).await?;
    let standing = Standing::read(&world.organs().await?, args.id).await?;
    Ok(Answer {
        text: standing.to_text(&world),
        data: standing.to_json(&world.roster()),
        warnings: Vec::new(),
    })
}

/// Tells what happens to a proposal until nothing more can.
pub(super) async fn watch(args: &Watch, progress: Progress) -> Result<Answer, CliError> {
    let (world, id) = (World::open(&args.state).await?, args.id);
    let (organs, roster) = (world.organs().await?, world.roster());
    let mut standing = Standing::read(&organs, id).await?;
    let mut events: Vec<String> = Vec::new();
    progress.say(format!("proposal {id} is {}", standing.count()));
    if world.local.embedded().is_some() && !standing.is_over() {
        let why = "nothing happens on a network that the directory keeps while no command runs";
        return Err(CliError::new(
            Status::Refused,
            "not-over",
            format!("proposal {id} is {}", standing.tally.outcome),
            why,
            "vote with `subgov proposal vote`, let time pass with `subgov node advance`, or watch a running network",
        )
        .with_data(standing.to_json(&roster)));
    }
    let mut waited = Duration::ZERO;
    while !standing.is_over() {
        if args.timeout.is_some_and(|timeout| waited.as_secs() >= timeout) {
            let why = format!("it has been watched for {} s", waited.as_secs());
            let what = format!("proposal {id} is still {}", standing.tally.outcome);
            let error = CliError::new(Status::Refused, "not-over", what, why, "watch it again");
            return Err(error.with_data(standing.to_json(&roster)));
        }
        tokio::time::sleep(PERIOD).await;
        waited += PERIOD;
        let later = Standing::read(&organs, id).await?;
        for event in news(&standing, &later, &roster) {
            progress.say(&event);
            events.push(event);
        }
        standing = later;
    }
    let mut data = standing.to_json(&roster);
    data["events"] = json!(events);
    Ok(Answer { text: format!("proposal {id} is {}\n", standing.count()), data, warnings: Vec::new() })
}

/// What happened between two looks.
fn news(before: &Standing, after: &Standing, roster: &Roster) -> Vec<String> {
    let mut news = Vec::new();
    for vote in &after.votes {
        let known = before.votes.iter().find(|known| known.key == vote.key);
        if known.is_none_or(|known| known.choice != vote.choice) {
            news.push(format!("{} votes {}", roster.label(&vote.key), vote.choice));
        }
    }
    if before.tally.outcome != after.tally.outcome {
        news.push(format!("proposal {} is {}", after.id, after.count()));
    }
    news
}
