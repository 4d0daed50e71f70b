//! `subgov member show`: one member, and what waits for this member.

use governance::multisig::QueuedTransaction;
use governance::proposal::{Choice, Outcome};
use governance::registry::Member;
use governance::{Organs, Roster};
use keys::PublicKey;
use serde_json::{Value, json};
use ton_abi::UnixTime;

use crate::commands::proposal::create::member_key;
use crate::error::CliError;
use crate::failure::from_client;
use crate::output::Answer;
use crate::state::{StateArgs, World};
use crate::table::facts;
use crate::utc::utc;

#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    #[command(flatten)]
    state: StateArgs,
    /// The member: a name, the start of one, a number from `subgov member list`, or a key.
    member: String,
}

/// What a member can still do: proposals without the member's vote, transactions without the confirmation.
struct Waiting {
    proposals: Vec<(u32, &'static str)>,
    transactions: Vec<QueuedTransaction>,
}

pub(super) async fn show(args: &Show) -> Result<Answer, CliError> {
    let world = World::open(&args.state).await?;
    let organs = world.organs().await?;
    let key = member_key(&world, &organs, &args.member).await?;
    let failed = |error| from_client(format!("member {key} cannot be read"), error);
    let member = organs.registry.member(&key).await.map_err(failed)?;
    let waiting = waiting(&organs, &key).await.map_err(failed)?;
    let roster = world.roster();
    Ok(Answer {
        text: to_text(&world, &roster, &member, &waiting),
        data: to_json(&roster, &member, &waiting),
        warnings: Vec::new(),
    })
}

async fn waiting(organs: &Organs<'_>, key: &PublicKey) -> ton_client::Result<Waiting> {
    let mut proposals = Vec::new();
    for open in organs.registry.open_proposals().await? {
        let proposal = organs.proposal(open.id).await?;
        let is_active = proposal.tally().await?.outcome == Outcome::Active;
        let votes = proposal.votes().await?;
        let can_vote =
            votes.iter().any(|vote| vote.key == *key && !vote.excluded && vote.choice == Choice::None);
        if is_active && can_vote {
            proposals.push((open.id, governance::payload::action_name(open.kind)));
        }
    }
    let custodians = organs.multisig.custodians().await?;
    let index = custodians.iter().find(|custodian| custodian.key == *key).map(|custodian| custodian.index);
    let mut transactions = organs.multisig.transactions().await?;
    transactions.retain(|transaction| {
        index.is_some_and(|index| {
            let excluded = transaction.votes.is_some_and(|votes| votes.excluded.has(index));
            !transaction.confirmations.has(index) && !excluded
        })
    });
    Ok(Waiting { proposals, transactions })
}

fn to_text(world: &World, roster: &Roster, member: &Member, waiting: &Waiting) -> String {
    let when = |time: UnixTime| if time.0 == 0 { "no".to_owned() } else { format!("{} UTC", utc(time)) };
    let from = match member.from_contest {
        0 => "initial member".to_owned(),
        contest => format!("winner of contest {contest}, place {}", member.place),
    };
    let payout = member.payout.as_ref().map_or_else(|| "not set".to_owned(), |payout| world.label(payout));
    let mut lines = vec![
        ("public key", member.key.to_string()),
        ("seat", format!("{}, {from}, since {}", member.index, when(member.joined_at))),
        ("declaration", when(member.dod_at)),
        ("paid at", payout),
        ("open proposals", member.open.to_string()),
    ];
    for (id, action) in &waiting.proposals {
        lines.push(("can vote on", format!("proposal {id}, {action}")));
    }
    for it in &waiting.transactions {
        let state = format!("{} of {}", it.received, it.required);
        let to = world.label(&it.dest);
        lines.push(("can confirm", format!("transaction {} to {to}, {state} confirmations", it.id)));
    }
    format!("{}\n{}", roster.label(&member.key), facts(&lines))
}

fn to_json(roster: &Roster, member: &Member, waiting: &Waiting) -> Value {
    let votes = waiting.proposals.iter().map(|(id, action)| json!({ "proposal": id, "action": action }));
    json!({
        "name": roster.name(&member.key),
        "public_key": member.key,
        "index": member.index,
        "joined_at": member.joined_at,
        "declared_at": member.dod_at,
        "payout": member.payout.as_ref().map(ToString::to_string),
        "profile": member.profile_hash.to_string(),
        "from_contest": member.from_contest,
        "place": member.place,
        "open_proposals": member.open,
        "can_vote": votes.collect::<Vec<_>>(),
        "can_confirm": waiting.transactions.iter().map(|it| it.id).collect::<Vec<_>>(),
    })
}
