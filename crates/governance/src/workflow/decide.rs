//! Declarations and decisions of members.

use keys::Signer;

use super::{Error, Host, Result, ensure, expect};
use crate::Organs;
use crate::payload::Action;
use crate::proposal::{Choice, Outcome, Tally};
use crate::text::Digest;

/// A member signs the declaration.
///
/// # Errors
/// [`Error::Found`] if the registry does not show it afterwards.
pub async fn attest(
    organs: &Organs<'_>,
    declaration: Digest,
    member: &dyn Signer,
    host: &mut impl Host,
) -> Result<()> {
    let key = member.public_key();
    let tree = organs.registry.attest(declaration, member).await?.expect_success()?;
    host.note("sign the declaration", Some(key), &tree);
    let found = organs.registry.member(&key).await?;
    expect("declaration of the member", declaration, found.dod_hash)?;
    ensure("time of the declaration", found.dod_at.0 > 0, found.dod_at)
}

/// A member proposes a decision; gives the id of the proposal.
///
/// # Errors
/// [`Error::Found`] if the registry does not show it as open afterwards.
pub async fn propose(
    organs: &Organs<'_>,
    action: &Action,
    link: &str,
    document: Digest,
    member: &dyn Signer,
    host: &mut impl Host,
) -> Result<u32> {
    let key = member.public_key();
    let tree = organs.registry.propose(action, link, document, member).await?.expect_success()?;
    host.note(&format!("propose {}", action.name()), Some(key), &tree);
    let payload = Digest::from(*action.encode().map_err(ton_client::Error::from)?.repr_hash());
    let open = organs.registry.open_proposals().await?;
    let found = open.iter().rev().find(|it| it.payload_hash == payload && it.proposer == key);
    let found = found.ok_or_else(|| Error::found("open proposal", action.name(), "none"))?;
    let info = organs.proposal(found.id).await?.info().await?;
    expect("text of the proposal", document, info.doc_hash)?;
    expect("action of the proposal", action.kind(), info.kind)?;
    Ok(found.id)
}

/// Members vote in favour; gives the count.
///
/// Voting stops once the proposal has passed: later votes would be refused.
///
/// # Errors
/// Those of messages and getters.
pub async fn vote(
    organs: &Organs<'_>,
    id: u32,
    members: &[&dyn Signer],
    host: &mut impl Host,
) -> Result<Tally> {
    let proposal = organs.proposal(id).await?;
    let mut tally = proposal.tally().await?;
    for member in members {
        if tally.outcome != Outcome::Active {
            break;
        }
        let counted = vote_as(organs, id, Choice::Yes, *member, host).await?;
        expect("votes in favour", tally.yes + 1, counted.yes)?;
        tally = counted;
    }
    Ok(tally)
}

/// A member votes, or votes again; gives the count.
///
/// # Errors
/// [`Error::Found`] if the proposal does not show the vote afterwards.
pub async fn vote_as(
    organs: &Organs<'_>,
    id: u32,
    choice: Choice,
    member: &dyn Signer,
    host: &mut impl Host,
) -> Result<Tally> {
    let (proposal, key) = (organs.proposal(id).await?, member.public_key());
    let tree = proposal.vote(choice, None, member).await?.expect_success()?;
    host.note(&format!("vote on proposal {id}"), Some(key), &tree);
    let votes = proposal.votes().await?;
    let found = votes.iter().find(|vote| vote.key == key).map_or(Choice::None, |vote| vote.choice);
    expect("vote of the member", choice, found)?;
    Ok(proposal.tally().await?)
}

/// Has a passed decision carried out, once its delay is over.
///
/// # Errors
/// [`Error::Proposal`] if it did not pass or could not be carried out.
pub async fn carry_out(organs: &Organs<'_>, id: u32, host: &mut impl Host) -> Result<()> {
    let proposal = organs.proposal(id).await?;
    let passed = proposal.info().await?;
    if ![Outcome::Passed, Outcome::Failed].contains(&passed.outcome) {
        return Err(state(&proposal, id).await?);
    }
    host.wait_until(passed.exec_after).await?;
    let tree = proposal.execute().await?;
    host.note(&format!("carry out proposal {id}"), None, &tree);
    match proposal.info().await?.outcome {
        Outcome::Executed => Ok(()),
        _ => Err(state(&proposal, id).await?),
    }
}

async fn state(proposal: &crate::Proposal<'_>, id: u32) -> Result<Error> {
    let Tally { outcome, yes, code, .. } = proposal.tally().await?;
    let needed = proposal.info().await?.class_threshold;
    Ok(Error::Proposal { id, outcome, yes, needed, code })
}

/// Proposes, votes and carries out: the first of `members` proposes, all vote. Gives the id of the proposal.
///
/// # Errors
/// Those of the three steps.
pub async fn decide(
    organs: &Organs<'_>,
    action: &Action,
    link: &str,
    document: Digest,
    members: &[&dyn Signer],
    host: &mut impl Host,
) -> Result<u32> {
    let proposer = members.first().ok_or_else(|| Error::found("members who decide", "some", "none"))?;
    let id = propose(organs, action, link, document, *proposer, host).await?;
    vote(organs, id, members, host).await?;
    carry_out(organs, id, host).await?;
    Ok(id)
}
